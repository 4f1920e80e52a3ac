package table

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

// A workbook too large for one go is made of pieces: the first sheet is written bit by bit, in any number of runs of the program, as one
// compressed stream; WriteWorkbook then puts the file together by copying.

// Cell is one cell of a sheet. Numbers are kept as numbers; all else is text, which no spreadsheet runs as a formula.
type Cell struct {
	Text   string
	Number bool
}

// SheetWriter makes the stream of a worksheet: Open, then rows, then Shut.
type SheetWriter struct{ buf bytes.Buffer }

// Bytes gives what was written and begins anew.
func (s *SheetWriter) Bytes() []byte {
	b := bytes.Clone(s.buf.Bytes())
	s.buf.Reset()
	return b
}

// Len is how much was written since Bytes.
func (s *SheetWriter) Len() int { return s.buf.Len() }

// Open begins a sheet whose first row and first column stand still; widths are in characters.
func (s *SheetWriter) Open(widths []int) {
	s.buf.WriteString(xmlHead + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/></sheetView></sheetViews>`)
	if len(widths) > 0 {
		s.buf.WriteString("<cols>")
		for i, w := range widths {
			n := strconv.Itoa(i + 1)
			s.buf.WriteString(`<col min="` + n + `" max="` + n + `" width="` + strconv.Itoa(w) + `" customWidth="1"/>`)
		}
		s.buf.WriteString("</cols>")
	}
	s.buf.WriteString("<sheetData>")
}

// Row adds row n, from 1; the first is the head. A row beyond what a sheet holds is an error.
func (s *SheetWriter) Row(n int, cells []Cell) error {
	if n > maxSheetRows {
		return errors.New("超过一张工作表能放下的行数，请导出 CSV")
	}
	at := strconv.Itoa(n)
	style := "1"
	if n == 1 {
		style = "2"
	}
	s.buf.WriteString(`<row r="` + at + `">`)
	for i, c := range cells {
		if c.Text == "" {
			continue
		}
		s.buf.WriteString(`<c r="` + letters(i) + at)
		if c.Number {
			s.buf.WriteString(`"><v>` + c.Text + `</v></c>`)
			continue
		}
		if r := []rune(c.Text); len(r) > maxCellText {
			c.Text = string(r[:maxCellText])
		}
		s.buf.WriteString(`" s="` + style + `" t="inlineStr"><is><t xml:space="preserve">`)
		if err := xml.EscapeText(&s.buf, []byte(c.Text)); err != nil {
			return err
		}
		s.buf.WriteString(`</t></is></c>`)
	}
	s.buf.WriteString(`</row>`)
	return nil
}

// Shut ends the sheet; foot is printed at the foot of each page.
func (s *SheetWriter) Shut(foot string) {
	s.buf.WriteString(`</sheetData>`)
	if foot != "" {
		s.buf.WriteString(`<headerFooter><oddFooter>`)
		_ = xml.EscapeText(&s.buf, []byte("&L"+strings.ReplaceAll(foot, "&", "&&"))) // a buffer takes all
		s.buf.WriteString(`</oddFooter></headerFooter>`)
	}
	s.buf.WriteString(`</worksheet>`)
}

// Stream is a sheet that was written, compressed by flate without a head.
type Stream struct {
	Body io.Reader
	CRC  uint32 // of what was compressed, IEEE
	// Packed and Size are the bytes after and before compression.
	Packed, Size uint64
}

// WriteWorkbook puts a workbook together: the sheet that was written, and a second one with a few lines.
func WriteWorkbook(out io.Writer, name string, sheet Stream, second string, lines [][]Cell) error {
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	z := zip.NewWriter(out)
	note := &SheetWriter{}
	note.Open([]int{16, 80})
	for i, cells := range lines {
		if err := note.Row(i+1, cells); err != nil {
			return err
		}
	}
	note.Shut("")
	for _, p := range [...]struct{ name, body string }{
		{"[Content_Types].xml", xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="` + kind + `sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + kind + `worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" ContentType="` + kind + `worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="` + kind + `styles+xml"/></Types>`},
		{"_rels/.rels", xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + office + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/_rels/workbook.xml.rels", xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + office + `/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="` + office + `/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="` + office + `/styles" Target="styles.xml"/></Relationships>`},
		{"xl/workbook.xml", xmlHead + `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + office + `"><sheets><sheet name="` + inXML(name) + `" sheetId="1" r:id="rId1"/><sheet name="` + inXML(second) + `" sheetId="2" r:id="rId2"/></sheets></workbook>`},
		{"xl/styles.xml", xmlHead + workbookStyles},
		{"xl/worksheets/sheet2.xml", string(note.Bytes())},
	} {
		part, err := z.Create(p.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(part, p.body); err != nil {
			return err
		}
	}
	part, err := z.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, CRC32: sheet.CRC, CompressedSize64: sheet.Packed, UncompressedSize64: sheet.Size})
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, sheet.Body); err != nil {
		return err
	}
	return z.Close()
}

func inXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes all
	return b.String()
}
