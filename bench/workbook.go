package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"mime/multipart"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"baton/bench/lead"
)

const (
	bookBytes = 50_000_000 // of the packed file
	bookRows  = 1_048_000  // what a sheet holds
)

// workbook: a 50 MB .xlsx sent and looked at: its rows counted, columns understood, the first records as they would stand. Memory is the
// server's peak.
func (b *bench) workbook(r *report) error {
	if b.size.bulk == 0 || b.binary == "" {
		return nil
	}
	path := filepath.Join(b.dir, "leads.xlsx")
	b.progress("a workbook of %d MB", bookBytes/1_000_000)
	rows, err := writeBook(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	s, err := b.startBaton()
	if err != nil {
		return err
	}
	defer s.stop()
	before, err := s.peakRSS()
	if err != nil {
		return err
	}
	b.progress("%d rows in %d bytes are read", rows, info.Size())
	begin := time.Now()
	var kept struct {
		Upload struct{ ID string } `json:"upload"`
	}
	if err := s.sendFile("/objects/lead/uploads", path, &kept); err != nil {
		return err
	}
	var preview struct {
		Rows    int64             `json:"row_estimate"`
		Records []json.RawMessage `json:"records"`
	}
	if err := s.send("POST", "/objects/lead/uploads/"+kept.Upload.ID+":preview", map[string]any{}, &preview); err != nil {
		return err
	}
	took := time.Since(begin)
	if preview.Rows != int64(rows) || len(preview.Records) == 0 {
		return fmt.Errorf("the preview counted %d rows of %d and shows %d records", preview.Rows, rows, len(preview.Records))
	}
	peak, err := s.peakRSS()
	if err != nil {
		return err
	}
	what := fmt.Sprintf("an .xlsx of %d MB, %d rows, sent and looked at", info.Size()/1_000_000, rows)
	r.add(figure{"workbook_read", "s", what, "-", took.Seconds(), math.NaN(), true})
	r.add(figure{"workbook_memory", "MB", what + fmt.Sprintf(", peak RSS (%d before)", before/1_000_000), "-", float64(peak) / 1e6, math.NaN(), true})
	return nil
}

// writeBook writes leads as a workbook until the file has the size wanted, and returns how many.
func writeBook(path string) (rows int, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for _, part := range []struct{ name, text string }{
		{"xl/workbook.xml", `<workbook xmlns:r="r"><sheets><sheet name="线索" sheetId="1" r:id="a"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="a" Type="worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
	} {
		w, err := z.Create(part.name)
		if err != nil {
			return 0, err
		}
		if _, err := io.WriteString(w, part.text); err != nil {
			return 0, err
		}
	}
	w, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return 0, err
	}
	out := []byte("<worksheet><sheetData>")
	out = bookRow(out, lead.Columns)
	for size := int64(0); size < bookBytes && rows < bookRows; {
		values := lead.Make(rows).Values()
		cells := make([]string, len(values))
		for i, v := range values {
			cells[i] = fmt.Sprint(v)
		}
		sum := sha256.Sum256([]byte(cells[0] + strconv.Itoa(rows)))
		cells[slices.Index(lead.Columns, "note")] += hex.EncodeToString(sum[:16]) // real notes are packed less well than one for all
		out = bookRow(out, cells)
		if rows++; rows%1000 != 0 {
			continue
		}
		if _, err := w.Write(out); err != nil {
			return 0, err
		}
		out = out[:0]
		if size, err = f.Seek(0, io.SeekCurrent); err != nil {
			return 0, err
		}
	}
	if _, err := w.Write(append(out, "</sheetData></worksheet>"...)); err != nil {
		return 0, err
	}
	return rows, z.Close()
}

func bookRow(out []byte, cells []string) []byte {
	out = append(out, "<row>"...)
	for _, c := range cells {
		if n, err := strconv.ParseInt(c, 10, 64); err == nil && n < 1e15 {
			out = append(append(append(out, "<c><v>"...), c...), "</v></c>"...)
			continue
		}
		out = append(out, `<c t="inlineStr"><is><t>`...)
		out = append(out, escapedText(c)...)
		out = append(out, "</t></is></c>"...)
	}
	return append(out, "</row>"...)
}

func escapedText(s string) []byte {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.Bytes()
}

// sendFile sends a file as a form's part named file.
func (s *baton) sendFile(to, path string, out any) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	body, form := io.Pipe()
	parts := multipart.NewWriter(form)
	go func() {
		part, err := parts.CreateFormFile("file", filepath.Base(path))
		if err == nil {
			_, err = io.Copy(part, f)
		}
		if err == nil {
			err = parts.Close()
		}
		form.CloseWithError(err)
	}()
	return s.request("POST", to, parts.FormDataContentType(), body, out)
}
