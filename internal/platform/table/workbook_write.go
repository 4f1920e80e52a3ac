package table

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

// WorkbookWriter writes an .xlsx file of one sheet row by row, all cells as text: so nothing in it is ever run as a formula. For one goroutine.
type WorkbookWriter struct {
	zip   *zip.Writer
	sheet *bufio.Writer
	row   int
	heads int
	err   error
}

// workbookStyles: style 1 is text, 2 bold text.
const workbookStyles = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font/><font><b/></font></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/></cellXfs></styleSheet>`

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// NewWorkbook begins a file; name is the sheet's. Close must be called.
func NewWorkbook(out io.Writer, name string) (*WorkbookWriter, error) {
	return NewHeadedWorkbook(out, name, 1)
}

// NewHeadedWorkbook is NewWorkbook for a sheet whose first heads rows stand still, such as a note above the header.
func NewHeadedWorkbook(out io.Writer, name string, heads int) (*WorkbookWriter, error) {
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	var title strings.Builder
	if err := xml.EscapeText(&title, []byte(name)); err != nil {
		return nil, err
	}
	w := &WorkbookWriter{zip: zip.NewWriter(out), heads: heads}
	for _, p := range [...]struct{ name, body string }{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + office + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + office + `/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="` + office + `/styles" Target="styles.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + office + `"><sheets><sheet name="` + title.String() + `" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		// Style 1 is text, so that a number typed into such a cell stays what was typed.
		{"xl/styles.xml", workbookStyles},
	} {
		part, err := w.zip.Create(p.name)
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(part, xmlHead+p.body); err != nil {
			return nil, err
		}
	}
	part, err := w.zip.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return nil, err
	}
	w.sheet = bufio.NewWriterSize(part, chunk)
	_, err = w.sheet.WriteString(xmlHead + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="` + strconv.Itoa(heads) + `" topLeftCell="A` + strconv.Itoa(heads+1) + `" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`)
	return w, err
}

// Write adds a row; the first ones are the head.
func (w *WorkbookWriter) Write(cells []string) error {
	if w.err != nil {
		return w.err
	}
	w.row++
	if w.row > maxSheetRows {
		return errors.New("超过一张工作表能放下的行数，请下载 CSV")
	}
	style := ` s="1" t="inlineStr"><is><t xml:space="preserve">`
	if w.row <= w.heads {
		style = ` s="2" t="inlineStr"><is><t xml:space="preserve">`
	}
	w.put(`<row r="` + strconv.Itoa(w.row) + `">`)
	for i, c := range cells {
		if c == "" {
			continue
		}
		if r := []rune(c); len(r) > maxCellText {
			c = string(r[:maxCellText])
		}
		w.put(`<c r="` + letters(i) + strconv.Itoa(w.row) + `"` + style)
		if w.err == nil {
			w.err = xml.EscapeText(w.sheet, []byte(c))
		}
		w.put(`</t></is></c>`)
	}
	w.put(`</row>`)
	return w.err
}

// maxCellText is what Excel takes in one cell.
const maxCellText = 32767

func (w *WorkbookWriter) put(s string) {
	if w.err == nil {
		_, w.err = w.sheet.WriteString(s)
	}
}

// Close ends the file.
func (w *WorkbookWriter) Close() error {
	w.put(`</sheetData></worksheet>`)
	if w.err == nil {
		w.err = w.sheet.Flush()
	}
	return errors.Join(w.err, w.zip.Close())
}

// letters names a column: 0 is A, 26 is AA.
func letters(i int) string {
	var b []byte
	for i++; i > 0; i = (i - 1) / 26 {
		b = append([]byte{byte('A' + (i-1)%26)}, b...)
	}
	return string(b)
}
