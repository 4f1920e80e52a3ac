package table

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// Format is what a file is by its content, whatever its name ends in.
type Format string

// The formats. All but the first two are refused, each with its remedy.
const (
	CSV       Format = "csv"
	XLSX      Format = "xlsx"
	OldXLS    Format = "xls"
	Encrypted Format = "encrypted"
	Archive   Format = "zip"
)

// Sniff tells the format of a file. Only its beginning is read, and all of it where an OLE file may hide an encrypted workbook.
func Sniff(src io.ReaderAt, size int64) Format {
	head := make([]byte, 8)
	n, _ := src.ReadAt(head, 0)
	switch head = head[:n]; {
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		if holds(io.NewSectionReader(src, 0, size), utf16of("EncryptedPackage")) {
			return Encrypted
		}
		return OldXLS
	case bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return Archive
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		z, err := zip.NewReader(src, size)
		if err != nil {
			return XLSX // torn: opening it says so
		}
		for _, f := range z.File {
			if strings.EqualFold(f.Name, "xl/workbook.xml") {
				return XLSX
			}
		}
		return Archive
	}
	return CSV
}

func utf16of(s string) []byte {
	var out []byte
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}

// holds looks for a few bytes in a stream.
func holds(src io.Reader, want []byte) bool {
	buf := make([]byte, 0, 2*chunk)
	for {
		n, err := src.Read(buf[len(buf):min(cap(buf), len(buf)+chunk)])
		buf = buf[:len(buf)+n]
		if bytes.Contains(buf, want) {
			return true
		}
		if err != nil {
			return false
		}
		if keep := len(want); len(buf) > keep {
			buf = buf[:copy(buf, buf[len(buf)-keep:])]
		}
	}
}

// Limits of a workbook, so that a small file cannot fill memory or disk.
const (
	maxParts     = 10_000
	maxUnzipped  = 4 << 30   // bytes of all parts as they say of themselves
	maxPart      = 2 << 30   // bytes read of one part
	maxRatio     = 250       // of a part beyond freePart; honest sheets are packed 10 to 60 times
	freePart     = 32 << 20  // bytes below which the ratio does not matter
	maxSmallPart = 32 << 20  // workbook, relations, styles
	maxStrings   = 4_000_000 // shared texts
	maxSheetRows = 1_048_576
	maxColumns   = 1000
	maxCells     = 40_000_000
	maxText      = 1 << 30 // bytes of one sheet written out
	memoryText   = 16 << 20
)

var (
	errBomb = errors.New("压缩包解开后过大，像是压缩炸弹，没有读取；请在 Excel 里打开后重新另存为 .xlsx，或另存为“CSV UTF-8”")
	errTorn = errors.New("工作簿已损坏或没有传完；请在 Excel 里打开并重新另存为 .xlsx")
)

// Refusal says why a format is not read, with the remedy; nil for what is read.
func (f Format) Refusal() error {
	switch f {
	case OldXLS:
		return errors.New("这是旧版 Excel 文件（.xls）；请在 Excel 里另存为 .xlsx 或“CSV UTF-8”后再选")
	case Encrypted:
		return errors.New("工作簿设有打开密码；请在 Excel 里去掉密码（文件 › 信息 › 保护工作簿）并另存后再选")
	case Archive:
		return errors.New("这是压缩包或其他文档，不是 .xlsx 工作簿；请解压，或在 Excel 里另存为 .xlsx 后再选")
	}
	return nil
}

// Sheet is one of a workbook.
type Sheet struct {
	Name   string `json:"name"`
	Hidden bool   `json:"hidden,omitempty"`
	part   string
}

// Workbook reads the sheets of an .xlsx file row by row. Memory does not grow with the file: shared texts beyond 16 MB are kept in a
// temporary file. For one goroutine.
type Workbook struct {
	Sheets []Sheet
	parts  map[string]*zip.File
	texts  *texts
	styles []style // by the index that cells carry
	base   int     // days between the workbook's day 0 and 1899-12-30
	folder string
	read   int64 // unpacked bytes of all that was read so far
}

// OpenWorkbook opens an .xlsx file; folder is for temporary files. The error is for people, in Chinese, with the remedy.
func OpenWorkbook(src io.ReaderAt, size int64, folder string) (*Workbook, error) {
	if err := Sniff(src, size).Refusal(); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(src, size)
	if err != nil {
		return nil, errTorn
	}
	if len(z.File) > maxParts {
		return nil, errBomb
	}
	w := &Workbook{parts: make(map[string]*zip.File, len(z.File)), folder: folder}
	var sum uint64
	for _, f := range z.File {
		n, packed := f.UncompressedSize64, f.CompressedSize64
		if sum += n; n > maxUnzipped || sum > maxUnzipped || n > freePart && n/max(packed, 1) > maxRatio {
			return nil, errBomb
		}
		w.parts[strings.ToLower(strings.TrimPrefix(f.Name, "/"))] = f
	}
	if err := w.readWorkbook(); err != nil {
		return nil, err
	}
	if len(w.Sheets) == 0 {
		return nil, errors.New("工作簿里没有工作表；请选择有数据的 .xlsx 文件")
	}
	return w, w.readStyles()
}

// Close removes what was kept beside.
func (w *Workbook) Close() error {
	if w.texts == nil {
		return nil
	}
	return w.texts.close()
}

// bounded stops a part that is larger than it said or than is read.
type bounded struct {
	io.ReadCloser
	left int64
	read *int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	*b.read += int64(n)
	if b.left -= int64(n); b.left < 0 {
		return 0, errBomb
	}
	return n, err
}

// said is what parts together unpack to, as they say of themselves.
func (w *Workbook) said(names ...string) (bytes int64) {
	for _, name := range names {
		if f, ok := w.parts[strings.ToLower(name)]; ok {
			bytes += int64(f.UncompressedSize64)
		}
	}
	return bytes
}

// open opens a part; nil when there is none.
func (w *Workbook) open(name string, limit int64) (*bounded, error) {
	f, ok := w.parts[strings.ToLower(name)]
	if !ok {
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, errTorn
	}
	// A part that unpacks to more than it said is cut where its said size would make a bomb of it.
	if fair := max(int64(freePart), int64(min(f.CompressedSize64, maxPart/maxRatio))*maxRatio); fair < limit {
		limit = fair
	}
	return &bounded{r, limit, &w.read}, nil
}

// walk calls f for each start element of a small part.
func (w *Workbook) walk(name string, f func(e xml.StartElement, inside []string)) error {
	part, err := w.open(name, maxSmallPart)
	if err != nil || part == nil {
		return err
	}
	defer part.Close()
	d := decoder(part)
	var inside []string
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return readError(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if len(inside) > 100 {
				return errTorn
			}
			f(t, inside)
			inside = append(inside, t.Name.Local)
		case xml.EndElement:
			if len(inside) > 0 {
				inside = inside[:len(inside)-1]
			}
		}
	}
}

// decoder reads the XML of a workbook, which is always UTF-8 or says so wrongly; entities of its own are none.
func decoder(r io.Reader) *xml.Decoder {
	d := xml.NewDecoder(r)
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errTorn }
	return d
}

func readError(err error) error {
	if errors.Is(err, errBomb) {
		return errBomb
	}
	return errTorn
}

func attr(e xml.StartElement, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

func (w *Workbook) readWorkbook() error {
	targets := map[string]string{}
	err := w.walk("xl/_rels/workbook.xml.rels", func(e xml.StartElement, _ []string) {
		if e.Name.Local == "Relationship" {
			t := attr(e, "Target")
			if !strings.HasPrefix(t, "/") {
				t = path.Join("xl", t)
			}
			targets[attr(e, "Id")] = strings.TrimPrefix(path.Clean(t), "/")
		}
	})
	if err != nil {
		return err
	}
	return w.walk("xl/workbook.xml", func(e xml.StartElement, _ []string) {
		switch e.Name.Local {
		case "workbookPr":
			if v := attr(e, "date1904"); v == "1" || v == "true" {
				w.base = 1462
			}
		case "sheet":
			id := ""
			for _, a := range e.Attr {
				if a.Name.Local == "id" && a.Name.Space != "" {
					id = a.Value
				}
			}
			part := targets[id]
			if _, ok := w.parts[strings.ToLower(part)]; ok && !strings.Contains(part, "chartsheets/") {
				w.Sheets = append(w.Sheets, Sheet{Name: attr(e, "name"), Hidden: strings.Contains(strings.ToLower(attr(e, "state")), "hidden"), part: part})
			}
		}
	})
}

// Find gives the place of a sheet by name; "" is the first that is not hidden.
func (w *Workbook) Find(name string) (int, error) {
	for i, s := range w.Sheets {
		if s.Name == name || name == "" && !s.Hidden {
			return i, nil
		}
	}
	if name == "" {
		return 0, nil
	}
	names := make([]string, len(w.Sheets))
	for i, s := range w.Sheets {
		names[i] = s.Name
	}
	return 0, fmt.Errorf("工作簿里没有工作表“%s”；有：%s", name, strings.Join(names, "、"))
}

// place reads the letters and digits of a cell's address ("AB12"); column from 0, row from 1; -1 and 0 for what is missing.
func place(ref string) (column, row int) {
	i, c := 0, 0
	for i < len(ref) && c <= maxColumns && ref[i]|0x20 >= 'a' && ref[i]|0x20 <= 'z' {
		c = c*26 + int(ref[i]|0x20-'a') + 1
		i++
	}
	row, _ = strconv.Atoi(ref[i:])
	return c - 1, row
}
