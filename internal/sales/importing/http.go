package importing

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/job"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// HTTP serves imports.
type HTTP struct {
	Importer *Importer
	Jobs     *job.HTTP // says which runs an asker may see
}

// Routes of the package.
func (h *HTTP) Routes(r *web.Router) {
	// The frame's own limit is out of the way; the file's is kept while it streams to disk.
	limit := h.Importer.maxFile() + 1<<20
	r.Raw(web.Route{Method: http.MethodPost, Path: "/api/v1/objects/{object}/import:preview", Right: Right, Summary: "How a file would be understood: encoding, columns with the fields proposed, first rows (multipart: file)", MaxBody: limit}, h.preview)
	r.Raw(web.Route{Method: http.MethodPost, Path: "/api/v1/objects/{object}/import", Right: Right, Summary: "Import a file as a background job (multipart: file, mapping, options)", Status: http.StatusAccepted, MaxBody: limit}, h.start)
	h.uploadRoutes(r, limit)
}

func (h *HTTP) preview(w http.ResponseWriter, r *http.Request) {
	form, err := h.form(w, r)
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	for {
		part, err := form.NextPart()
		if err != nil {
			web.WriteProblem(w, r, formProblem(err))
			return
		}
		if part.FormName() != "file" {
			continue
		}
		p, err := h.Importer.Preview(r.Context(), chi.URLParam(r, "object"), actor.From(r.Context()), part, r.ContentLength)
		if err != nil {
			web.WriteProblem(w, r, formProblem(err))
			return
		}
		_, _ = io.Copy(io.Discard, r.Body) // some clients read no answer before they have sent all
		web.WriteJSON(w, http.StatusOK, p)
		return
	}
}

func (h *HTTP) start(w http.ResponseWriter, r *http.Request) {
	id, err := h.receive(w, r)
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	web.WriteJSON(w, http.StatusAccepted, map[string]any{"job": map[string]any{"id": id, "state": "queued"}})
}

// receive reads the parts in any order and queues the job; the file is kept only then.
func (h *HTTP) receive(w http.ResponseWriter, r *http.Request) (id string, err error) {
	a := actor.From(r.Context())
	req := Request{Object: chi.URLParam(r, "object"), Actor: a, Fill: r.URL.Query().Get("fill") == "true", Options: Options{Assign: true, Countdown: true}}
	if _, err := h.Importer.object(req.Object, a); err != nil {
		return "", err
	}
	form, err := h.form(w, r)
	if err != nil {
		return "", err
	}
	var path string
	defer func() {
		if err != nil && path != "" {
			_ = os.Remove(path)
		}
	}()
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			switch part.FormName() {
			case "file":
				if path != "" {
					return "", malformed("two_files", "一次只能导入一个文件")
				}
				if path, err = h.Importer.Upload(part); err == nil {
					req.Name = filepath.Base(part.FileName())
				}
			case "mapping":
				err = decodeMapping(part, &req)
			case "options":
				err = decodeOptions(part, &req)
			}
		}
		if err != nil {
			return "", formProblem(err)
		}
	}
	if path == "" {
		return "", problem.New(problem.Invalid, "no_file", "没有收到文件", problem.Item{Pointer: "/file", Code: "required", Message: "缺少 file 这一部分", Hint: "请用 multipart/form-data 上传，字段名为 file"})
	}
	return h.Importer.Start(r.Context(), req, path, false)
}

func (h *HTTP) form(w http.ResponseWriter, r *http.Request) (*multipart.Reader, error) {
	r.Body = http.MaxBytesReader(w, r.Body, h.Importer.maxFile()+1<<20)
	form, err := r.MultipartReader()
	if err != nil {
		return nil, malformed("bad_form", "请用 multipart/form-data 上传文件")
	}
	return form, nil
}

// decode reads a part's JSON strictly; nothing leaves into as it is.
func decode(part io.Reader, pointer string, into any) error {
	b, err := io.ReadAll(io.LimitReader(part, 1<<20))
	if err != nil || len(b) == 0 {
		return err
	}
	p := problem.As(problem.ReadJSON(b, into, true))
	if p == nil {
		return nil
	}
	it := p.Items[0]
	if it.Code == "unknown_key" {
		it.Hint = definition.Suggest(it.Pointer[1:], optionNames)
	}
	if it.Hint == "" || it.Code == "unreadable" {
		it.Hint = `mapping 例如 {"phone": "手机"}；options 例如 {"assign": true, "countdown": false, "happened_at": null}`
	}
	it.Pointer = pointer + it.Pointer
	return problem.New(problem.Invalid, "bad_"+pointer[1:], pointer[1:]+" 读不出", it)
}

func decodeMapping(part io.Reader, r *Request) error {
	var in map[string]any
	if err := decode(part, "/mapping", &in); err != nil {
		return err
	}
	var items []problem.Item
	r.Mapping = make(map[string]string, len(in))
	for _, field := range slices.Sorted(maps.Keys(in)) {
		column, ok := in[field].(string)
		if !ok {
			items = append(items, problem.Item{Pointer: "/mapping/" + field, Code: "wrong_type", Message: "这里需要列名，是一段文字", Hint: `例如 {"` + field + `": "表头里的列名"}`})
		}
		r.Mapping[field] = column
	}
	if len(items) > 0 {
		return problem.New(problem.Invalid, "bad_mapping", fmt.Sprintf("mapping 有 %d 处不对", len(items)), items...)
	}
	return nil
}

var optionNames = []string{"fill", "assign", "countdown", "happened_at"}

func decodeOptions(part io.Reader, r *Request) error {
	o := &r.Options
	var in struct {
		Fill       bool    `json:"fill"` // match what the mapping leaves open
		Assign     *bool   `json:"assign"`
		Countdown  *bool   `json:"countdown"`
		HappenedAt *string `json:"happened_at"`
	}
	if err := decode(part, "/options", &in); err != nil {
		return err
	}
	if in.HappenedAt != nil && *in.HappenedAt != "" {
		o.HappenedAt = *in.HappenedAt
		o.Countdown = false // of what is past no countdown starts unless asked for
	}
	r.Fill = in.Fill
	if in.Assign != nil {
		o.Assign = *in.Assign
	}
	if in.Countdown != nil {
		o.Countdown = *in.Countdown
	}
	return nil
}

func malformed(code, detail string) error {
	return problem.New(problem.Malformed, code, detail, problem.Item{Code: code, Message: detail, Hint: "请用 multipart/form-data 上传一个文件，字段名为 file"})
}

// formProblem gives the reason when a form breaks off or grows too large.
func formProblem(err error) error {
	var big *http.MaxBytesError
	switch {
	case problem.As(err) != nil:
		return err
	case errors.As(err, &big):
		return tooLarge(big.Limit)
	case errors.Is(err, io.EOF):
		return problem.New(problem.Invalid, "no_file", "没有收到文件", problem.Item{Pointer: "/file", Code: "required", Message: "缺少 file 这一部分", Hint: "请用 multipart/form-data 上传，字段名为 file"})
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, multipart.ErrMessageTooLarge):
		return malformed("bad_form", "上传中断了，请重试")
	}
	var path *os.PathError
	if errors.As(err, &path) {
		return err // our disk, not the sender's form
	}
	return malformed("bad_form", "上传的内容读不出，请重试")
}
