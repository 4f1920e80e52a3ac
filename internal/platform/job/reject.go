package job

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"baton/internal/platform/store"
	"baton/internal/platform/table"
)

// Reject is one place for which a row was not taken in.
type Reject struct {
	Line    int    `json:"line"`   // of the file, from 1
	Column  string `json:"column"` // "" when it concerns the row
	Value   string `json:"value"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
	// Row holds the cells of the line as they came; kept once, with the first place of the line.
	Row []string `json:"-"`
}

// KeepRejects stores what a slice refused, in its transaction; the places of one line follow one another.
func (t *Turn) KeepRejects(ctx context.Context, tx *store.Tx, rejects []Reject) error {
	n, line := 0, -1
	for _, r := range rejects {
		if r.Line != line {
			n, line = 0, r.Line
		}
		var row any
		if n == 0 && r.Row != nil {
			b, err := json.Marshal(r.Row)
			if err != nil {
				return err
			}
			row = string(b)
		}
		_, err := tx.Exec(ctx, "INSERT INTO job_reject (job, line, n, col, value, code, message, hint, row_text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			t.Run.ID, r.Line, n, null(r.Column), null(clean(r.Value)), r.Code, r.Message, null(r.Hint), row)
		if err != nil {
			return fmt.Errorf("job: rejected row: %w", err)
		}
		n++
	}
	return nil
}

// clean takes out what PostgreSQL keeps in no text, and limits the length.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	if r := []rune(s); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return s
}

// Rejects lists the first places in order of line.
func (s *Service) Rejects(ctx context.Context, run string, limit int) ([]Reject, error) {
	return s.rejectsAfter(ctx, run, -1, limit)
}

// rejectsAfter reads the places behind a line, at most limit.
func (s *Service) rejectsAfter(ctx context.Context, run string, after, limit int) ([]Reject, error) {
	out := []Reject{}
	rows, err := s.db.Query(ctx, "SELECT line, COALESCE(col, ''), COALESCE(value, ''), code, message, COALESCE(hint, ''), COALESCE(row_text, '') FROM job_reject WHERE job = ? AND line > ? ORDER BY line, n LIMIT ?", run, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r Reject
		var row string
		if err := rows.Scan(&r.Line, &r.Column, &r.Value, &r.Code, &r.Message, &r.Hint, &row); err != nil {
			return nil, err
		}
		if row != "" {
			if err := json.Unmarshal([]byte(row), &r.Row); err != nil {
				return nil, err
			}
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// DropRejects forgets what was refused so far, for a run that begins again.
func (t *Turn) DropRejects(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, "DELETE FROM job_reject WHERE job = ?", t.Run.ID)
	return err
}

// ReasonColumns stand behind the file's own in the table of rejected rows.
var ReasonColumns = []string{"行号", "列", "值", "原因", "建议"}

// WriteRejected writes the rejected rows as CSV for mending and importing again: the file's own columns, then line, column, value, reason
// and remedy. UTF-8 with a mark, so that spreadsheets read it; cells that a spreadsheet would run as a formula are defused.
func (s *Service) WriteRejected(ctx context.Context, r *Run, out io.Writer) error {
	if _, err := io.WriteString(out, "\uFEFF"); err != nil {
		return err
	}
	w := csv.NewWriter(out)
	w.UseCRLF = true
	if err := s.writeRejected(ctx, r, func(row []string) error { return w.Write(table.Defused(row)) }); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}

// WriteRejectedSheet is WriteRejected as an Excel workbook. All its cells are text, which no spreadsheet runs.
func (s *Service) WriteRejectedSheet(ctx context.Context, r *Run, out io.Writer) error {
	w, err := table.NewWorkbook(out, "未导入")
	if err != nil {
		return err
	}
	return errors.Join(s.writeRejected(ctx, r, w.Write), w.Close())
}

func (s *Service) writeRejected(ctx context.Context, r *Run, write func([]string) error) error {
	if err := write(append(append([]string{}, r.Head...), ReasonColumns...)); err != nil {
		return err
	}
	const page = 500
	var cur *line
	flush := func() error {
		if cur == nil {
			return nil
		}
		return write(cur.record(len(r.Head)))
	}
	for after, more := -1, true; more; {
		places, err := s.rejectsAfter(ctx, r.ID, after, page) // gathered first: a slow receiver must not hold a reader
		if err != nil {
			return err
		}
		for _, x := range places {
			if cur == nil || cur.number != x.Line {
				if err := flush(); err != nil {
					return err
				}
				cur = &line{number: x.Line}
			}
			cur.add(x)
		}
		if more = len(places) == page; more {
			// The last line may go on behind the page: read it again whole.
			after = cur.number - 1
			if cur.places == page {
				after = cur.number
			} else {
				cur = nil
			}
		}
	}
	return flush()
}

// line gathers the places of one line of the file.
type line struct {
	number                        int
	places                        int
	cells                         []string
	columns, values, whys, advice []string
}

func (l *line) add(x Reject) {
	l.places++
	if x.Row != nil {
		l.cells = x.Row
	}
	l.columns, l.values = append(l.columns, x.Column), append(l.values, x.Value)
	l.whys, l.advice = append(l.whys, x.Message), append(l.advice, x.Hint)
}

func (l *line) record(width int) []string {
	out := make([]string, width, width+5)
	copy(out, l.cells)
	return append(out, fmt.Sprint(l.number), join(l.columns), join(l.values), join(l.whys), join(l.advice))
}

func join(ss []string) string {
	var out []string
	for _, s := range ss {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "；")
}

// Undefused gives a cell of such a table as it was before, so that mended rows can be taken in again.
func Undefused(cell string) string { return table.Undefused(cell) }
