package importing

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/table"
)

// source is a file in the one form that jobs read: CSV, or a sheet written out as CSV whose rows keep their numbers.
type source struct {
	path  string
	shape table.Shape
	info  table.SheetInfo
	made  bool // written out from a sheet, so it is ours whoever the workbook belongs to
}

// workbook opens a file if it is an .xlsx; nil for CSV. close is never nil.
func (m *Importer) workbook(path string) (w *table.Workbook, done func(), err error) {
	done = func() {}
	f, err := os.Open(path)
	if err != nil {
		return nil, done, fmt.Errorf("importing: %w", err)
	}
	info, err := f.Stat()
	if err == nil && table.Sniff(f, info.Size()) == table.CSV || err != nil {
		return nil, done, errors.Join(err, f.Close())
	}
	if w, err = table.OpenWorkbook(f, info.Size(), m.Folder); err != nil {
		_ = f.Close()
		return nil, done, unreadable(err)
	}
	return w, func() { _ = w.Close(); _ = f.Close() }, nil
}

// source brings a file into the form that jobs read; sheet is a name, "" the first that is shown.
func (m *Importer) source(ctx context.Context, path, sheet string) (source, error) {
	w, done, err := m.workbook(path)
	defer done()
	if err != nil || w == nil {
		return source{path: path}, err
	}
	n, err := w.Find(sheet)
	if err != nil {
		return source{}, problem.New(problem.Invalid, "no_such_sheet", err.Error(), problem.Item{Pointer: "/sheet", Code: "no_such_sheet", Message: err.Error()})
	}
	u, err := uuid.NewV7()
	if err != nil {
		return source{}, err
	}
	s := source{path: filepath.Join(m.Folder, u.String()+".csv"), made: true}
	if err := os.MkdirAll(m.Folder, 0o750); err != nil {
		return source{}, fmt.Errorf("importing: %w", err)
	}
	if s.info, err = writeOut(ctx, w, n, s.path, func(float64) {}); err != nil {
		_ = os.Remove(s.path)
		return source{}, err
	}
	s.shape = table.Shape{Numbered: true, Width: s.info.Width}
	return s, nil
}

// writeOut writes a sheet as CSV; told hears the share that is done.
func writeOut(ctx context.Context, w *table.Workbook, sheet int, path string, told func(share float64)) (table.SheetInfo, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return table.SheetInfo{}, fmt.Errorf("importing: %w", err)
	}
	b := bufio.NewWriter(f)
	info, err := w.WriteCSV(sheet, b, func(share float64) error {
		told(share)
		return ctx.Err()
	})
	var disk *os.PathError
	switch {
	case err == nil:
		err = errors.Join(b.Flush(), f.Sync())
	case ctx.Err() == nil && !errors.As(err, &disk):
		err = unreadable(err)
	}
	return info, errors.Join(err, f.Close())
}

// headLines are looked through for the header.
const headLines = 20

// header finds the line of the header: the first line that names the most fields, as titles and remarks may stand above it. Where no line
// names two, it is the first with about as many cells as there are at most, and no figures in it.
func header(o *object.Object, rows []table.Row) int {
	if len(rows) == 0 {
		return 0
	}
	fields := fieldsOf(o)
	best, most, width := 0, 0, 0
	for i, row := range rows {
		named, filled := 0, 0
		for _, match := range table.Match(row.Cells, nil, fields) {
			if match.Field != "" {
				named++
			}
		}
		for _, c := range row.Cells {
			if c != "" {
				filled++
			}
		}
		width = max(width, filled)
		if named > most {
			best, most = i, named
		}
	}
	if most >= 2 || most == 1 && best == 0 {
		return rows[best].Line
	}
	for _, row := range rows {
		words := 0
		seen := map[string]bool{}
		for _, c := range row.Cells {
			if c != "" && !seen[c] && !figure(c) {
				seen[c] = true
				words++
			}
		}
		if words*5 >= width*4 {
			return row.Line
		}
	}
	return rows[0].Line
}

func figure(c string) bool {
	kind, _ := table.Guess("", []string{c})
	return kind != "text" && kind != "long_text"
}

// headed finds the header of a source unless the asker has said where it is.
func (s *source) headed(o *object.Object, line int) error {
	if line > 0 {
		s.shape.Header = line
		return nil
	}
	rows, err := s.first(headLines)
	if err != nil {
		return err
	}
	s.shape.Header = header(o, rows)
	return nil
}

func (s *source) first(n int) ([]table.Row, error) {
	f, err := os.Open(s.path)
	if err != nil {
		return nil, fmt.Errorf("importing: %w", err)
	}
	defer f.Close()
	rows, err := table.First(f, s.shape.Numbered, n)
	if err != nil {
		return nil, unreadable(err)
	}
	return rows, nil
}

// drop removes what was written out from a sheet.
func (s *source) drop() {
	if s.made {
		_ = os.Remove(s.path)
	}
}
