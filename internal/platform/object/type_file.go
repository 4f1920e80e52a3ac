package object

import (
	"encoding/hex"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"baton/internal/platform/definition"
)

// File is several files, kept as JSON text in the order given: what a file is called here, and the digest under which its content is
// stored. Package file holds the contents and checks that who names one may.
type File struct{ textual }

// Image is File for pictures only.
type Image struct{ File }

// FileRules are the bounds of a file or image field; zero and empty are the defaults.
type FileRules struct {
	// Most files in one record, 20 unless given.
	Most int `json:"most,omitempty"`
	// MaxMB is the largest file in megabytes, 20 unless given.
	MaxMB int `json:"max_mb,omitempty"`
	// Accept are the sorts of file taken, told by their content; all when empty. Image fields take images only.
	Accept []string `json:"accept,omitempty"`
}

// FileRef is one file of a value.
type FileRef struct {
	ID   string `json:"id"` // digest of the content, 64 hexadecimal digits
	Name string `json:"name"`
	Size int64  `json:"size"`
	Mime string `json:"mime"`
}

// FileSorts are the sorts of file a field may accept, with their Chinese names in the order a builder offers them.
var FileSorts = []struct{ Name, Title string }{{"image", "图片"}, {"pdf", "PDF"}, {"word", "Word"}, {"sheet", "Excel"}, {"slides", "PPT"}, {"text", "文本"}, {"archive", "压缩包"}, {"audio", "音频"}, {"video", "视频"}}

// The bounds of file fields.
const (
	MostFiles   = 100
	MostFileMB  = 100
	fewFiles    = 20
	smallFileMB = 20
)

// Name of the type.
func (File) Name() string { return "file" }

// Name of the type.
func (Image) Name() string { return "image" }

// Shape of the type: it can be asked whether there are files.
func (File) Shape() Shape { return OpaqueShape }

// FileRules gives the bounds of a file field with the defaults filled in.
func (f *Field) FileRules() FileRules {
	var r FileRules
	if f.Files != nil {
		r = *f.Files
	}
	if r.Most == 0 {
		r.Most = fewFiles
	}
	if r.MaxMB == 0 {
		r.MaxMB = smallFileMB
	}
	if _, is := f.Type.(Image); is {
		r.Accept = []string{"image"}
	}
	return r
}

// Takes tells whether a field of these bounds takes a sort of file.
func (r FileRules) Takes(sort string) bool {
	return len(r.Accept) == 0 || slices.Contains(r.Accept, sort)
}

// AcceptWords lists the sorts taken, for people.
func (r FileRules) AcceptWords() string {
	var out []string
	for _, s := range FileSorts {
		if r.Takes(s.Name) {
			out = append(out, s.Title)
		}
	}
	return strings.Join(out, "、")
}

func (f *Field) checkFiles(b *definition.Builder, at string) {
	_, file := f.Type.(File)
	_, image := f.Type.(Image)
	r := f.Files
	switch {
	case (file || image) && f.Unique:
		b.Problem(at+"/unique", "misplaced", "文件和图片不能设为唯一", "去掉“唯一”")
	case r == nil:
		return
	case !file && !image:
		b.Problem(at+"/files", "misplaced", "只有“file”和“image”字段才有这一项", "删去这一项，或改字段类型")
		return
	}
	if r == nil {
		return
	}
	if r.Most < 0 || r.Most > MostFiles {
		b.Problem(at+"/files/most", "out_of_range", "文件个数为 1 到 "+itoa(MostFiles), "")
	}
	if r.MaxMB < 0 || r.MaxMB > MostFileMB {
		b.Problem(at+"/files/max_mb", "out_of_range", "单个文件为 1 到 "+itoa(MostFileMB)+" MB", "")
	}
	var names []string
	for _, s := range FileSorts {
		names = append(names, s.Name)
	}
	for i, a := range r.Accept {
		if !slices.Contains(names, a) {
			b.Problem(at+"/files/accept/"+itoa(int64(i)), "off_list", "没有“"+a+"”这类文件", definition.Suggest(a, names)+"可用："+strings.Join(names, "、"))
		} else if image && a != "image" {
			b.Problem(at+"/files/accept/"+itoa(int64(i)), "off_list", "图片字段只收图片", "改用 file 字段")
		}
	}
}

// Parse takes a list of files as the upload answered them; only id and name are read. Text, as a file import has it, is refused.
func (File) Parse(f *Field, _ *Env, raw any) (any, *Hint, error) {
	if raw == nil || raw == "" {
		return nil, nil, nil
	}
	if _, text := raw.(string); text {
		return nil, nil, &ValueError{Code: "not_importable", Message: "文件不能从表格导入", Hint: "先导入记录，再在记录里上传文件"}
	}
	if one, is := raw.(map[string]any); is {
		raw = []any{one}
	}
	list, ok := raw.([]any)
	if !ok {
		return nil, nil, wrongType("已上传的文件", raw)
	}
	rules := f.FileRules()
	if len(list) > rules.Most {
		return nil, nil, &ValueError{Code: "too_many", Message: "最多 " + itoa(int64(rules.Most)) + " 个文件，这里有 " + itoa(int64(len(list))) + " 个", Hint: "请去掉几个"}
	}
	var out []FileRef
	for _, item := range list {
		m, ok := item.(map[string]any)
		if !ok {
			return nil, nil, wrongType("已上传的文件", item)
		}
		id, _ := m["id"].(string)
		name, _ := m["name"].(string)
		if digest, err := hex.DecodeString(id); err != nil || len(digest) != 32 || id != strings.ToLower(id) {
			return nil, nil, &ValueError{Code: "unknown_file", Message: "有一个文件没有编号", Hint: "请先上传文件"}
		}
		if slices.ContainsFunc(out, func(r FileRef) bool { return r.ID == id }) {
			continue
		}
		out = append(out, FileRef{ID: id, Name: FileName(name)})
	}
	return JoinFiles(out), nil, nil
}

// FileName is a file's name as it may stand in records, headers and pages.
func FileName(s string) string {
	s = path.Base(strings.ReplaceAll(s, "\\", "/"))
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		// Marks that turn the direction of writing make "gpj.exe" look like "exe.jpg".
		if r < ' ' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == '\ufffd' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")))
	if s == "" || s == "." || s == "/" || s == ".." {
		return "文件"
	}
	if r := []rune(s); len(r) > 150 {
		ext := []rune(path.Ext(s))
		if len(ext) > 20 {
			ext = nil
		}
		s = string(r[:120]) + string(ext)
	}
	return s
}

// JoinFiles gives the stored form of files, nil for none.
func JoinFiles(files []FileRef) any {
	if len(files) == 0 {
		return nil
	}
	b, _ := json.Marshal(files) // strings and numbers only
	return string(b)
}

// SplitFiles lists the files of a stored value.
func SplitFiles(v any) []FileRef {
	s, _ := v.(string)
	var out []FileRef
	if s == "" || json.Unmarshal([]byte(s), &out) != nil {
		return nil
	}
	return out
}

// JSON is an array.
func (File) JSON(_ *Field, _ *Env, v any) any {
	if files := SplitFiles(v); files != nil {
		return files
	}
	return []FileRef{}
}

// Words are the files' names.
func (File) Words(_ *Field, _ *Env, v any) string {
	files := SplitFiles(v)
	if len(files) == 0 {
		return Dash
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name
	}
	return strings.Join(names, "、")
}
