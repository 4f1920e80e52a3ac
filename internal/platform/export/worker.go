package export

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strconv"
	"time"

	"baton/internal/platform/job"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
	"baton/internal/platform/table"
)

const (
	pageRows  = 500
	sliceRows = 2000 // rows between two committed places
)

// place is how far the file is written.
type place struct {
	Cursor string `json:"cursor"`
	Offset uint64 `json:"offset"` // bytes of the file
	Size   uint64 `json:"size"`   // before compression
	CRC    uint32 `json:"crc"`
	Rows   int64  `json:"rows"`
	Total  int64  `json:"total"`
	Read   bool   `json:"read"` // all rows are in the file
}

type worker struct{ e *Engine }

// Work goes on with an export.
func (w worker) Work(ctx context.Context, t *job.Turn) error {
	var a args
	if err := json.Unmarshal(t.Run.Args, &a); err != nil {
		return fmt.Errorf("export: arguments: %w", err)
	}
	err := w.work(ctx, t, &a)
	if p := problem.As(err); p != nil && p.Class != problem.Internal {
		_ = os.Remove(w.e.file(t.Run.ID, "part"))
	}
	return err
}

func (w worker) work(ctx context.Context, t *job.Turn, a *args) error {
	if err := os.MkdirAll(w.e.Folder, 0o700); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	var at place
	if t.Run.Cursor != nil {
		if err := json.Unmarshal(t.Run.Cursor, &at); err != nil {
			return fmt.Errorf("export: cursor: %w", err)
		}
	}
	f, err := os.OpenFile(w.e.file(t.Run.ID, "part"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	defer f.Close()
	if err := cut(f, at.Offset); errors.Is(err, errShort) {
		at = place{} // written on another node, or lost with the power: from the beginning
		err = cut(f, 0)
		if err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	for !t.Over() {
		o, ok := object.Of(w.e.Reader.Defs.Current(), a.Object)
		if !ok || !w.e.may(a.Actor, a.Object) {
			return problem.New(problem.Forbidden, "forbidden", "你现在没有权限导出"+a.Object)
		}
		if at.Read {
			return w.finish(ctx, t, a, o, at, f)
		}
		next, err := w.slice(ctx, a, o, at, f)
		if err != nil {
			return err
		}
		if err := t.Commit(ctx, func(context.Context, *store.Tx) (job.State, error) {
			return job.State{Done: next.Rows, Total: max(next.Total, next.Rows), Cursor: next, Result: Result{Object: o.Name, Rows: next.Rows}}, nil
		}); err != nil {
			w.calledOff(ctx, t)
			return err
		}
		at = next
	}
	return nil
}

// calledOff removes the file of a run that was cancelled while a slice was written.
func (w worker) calledOff(ctx context.Context, t *job.Turn) {
	if r, err := w.e.Jobs.Get(ctx, t.Run.ID); err == nil && r.State == job.Failed {
		_ = os.Remove(w.e.file(t.Run.ID, "part"))
	}
}

// cut brings the file to the length that is committed; errShort where it is shorter.
func cut(f *os.File, length uint64) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if uint64(info.Size()) < length {
		return errShort
	}
	if err := f.Truncate(int64(length)); err != nil {
		return err
	}
	_, err = f.Seek(int64(length), io.SeekStart)
	return err
}

// sink is the file's format: rows in, bytes out.
type sink struct {
	sheet *table.SheetWriter // nil for CSV
	text  bytes.Buffer
	csv   *csv.Writer
}

func (s *sink) row(n int64, cells []table.Cell) error {
	if s.sheet != nil {
		if err := s.sheet.Row(int(n)+1, cells); err != nil {
			return problem.New(problem.Invalid, "too_many_rows", err.Error())
		}
		return nil
	}
	line := make([]string, len(cells))
	for i, c := range cells {
		line[i] = c.Text
		if !c.Number {
			line[i] = table.Defused(line[i : i+1])[0]
		}
	}
	return s.csv.Write(line)
}

// slice adds the next rows to the file.
func (w worker) slice(ctx context.Context, a *args, o *object.Object, at place, f *os.File) (place, error) {
	paths, err := w.e.paths(a.Actor, o, a.Columns)
	if err != nil {
		return at, err
	}
	s := &sink{}
	if a.Format == XLSX {
		s.sheet = &table.SheetWriter{}
	} else {
		s.csv = csv.NewWriter(&s.text)
		s.csv.UseCRLF = true
	}
	if at.Offset == 0 {
		if at.Total, err = w.e.Reader.CountAll(ctx, a.Actor, a.list("", 1)); err != nil {
			return at, err
		}
		head, widths := make([]table.Cell, len(paths)), make([]int, len(paths))
		for i, p := range paths {
			head[i], widths[i] = table.Cell{Text: p.Title()}, 16
		}
		if s.sheet != nil {
			s.sheet.Open(widths)
		} else {
			s.text.WriteString("\uFEFF")
		}
		if err := s.row(0, head); err != nil {
			return at, err
		}
	}
	for n := 0; n < sliceRows && !at.Read; {
		page, err := w.e.Reader.List(ctx, a.Actor, a.list(at.Cursor, pageRows))
		if err != nil {
			return at, err
		}
		lines, err := w.e.cells(ctx, a.Actor, page.Rows, paths)
		if err != nil {
			return at, err
		}
		for _, cells := range lines {
			at.Rows++
			if err := s.row(at.Rows, cells); err != nil {
				return at, err
			}
		}
		n += len(page.Rows)
		at.Cursor, at.Read = page.Next, page.Next == ""
	}
	if s.sheet == nil {
		s.csv.Flush()
		n, err := f.Write(s.text.Bytes())
		at.Offset += uint64(n)
		return at, err
	}
	if at.Read {
		s.sheet.Shut(w.e.mark(a.Actor, w.e.Reader.Clock.Now()))
	}
	raw := s.sheet.Bytes()
	at.Size += uint64(len(raw))
	at.CRC = crc32.Update(at.CRC, crc32.IEEETable, raw)
	// Each slice begins a compression of its own, and only the last one ends the stream: so the pieces are one stream.
	var packed bytes.Buffer
	z, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		return at, err
	}
	_, err = z.Write(raw)
	end := z.Flush
	if at.Read {
		end = z.Close
	}
	if err := errors.Join(err, end()); err != nil {
		return at, err
	}
	n, err := f.Write(packed.Bytes())
	at.Offset += uint64(n)
	return at, err
}

// finish makes the file that may be fetched, and writes into the trail that it was made.
func (w worker) finish(ctx context.Context, t *job.Turn, a *args, o *object.Object, at place, f *os.File) error {
	now := w.e.Reader.Clock.Now()
	if a.Format == XLSX {
		if err := w.workbook(t, a, o, at, f, now); err != nil {
			return err
		}
	}
	path := w.e.file(t.Run.ID, a.Format)
	if a.Format == CSV {
		if err := errors.Join(f.Sync(), os.Rename(f.Name(), path)); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	res := Result{Object: o.Name, Rows: at.Rows, Bytes: info.Size(), Name: w.e.name(a, o, now), Expires: now.Add(Life).UTC().Format(time.RFC3339)}
	err = t.Commit(ctx, func(_ context.Context, tx *store.Tx) (job.State, error) {
		who, ms := a.Actor, now.UnixMilli()
		err := w.e.Ledger.Append(tx, &ledger.Event{At: ms, WrittenAt: ms, ActorKind: string(who.Kind), ActorID: who.ID, ActorName: who.Name, IP: who.IP, Request: who.Request, Origin: "person", Batch: t.Run.ID,
			Object: o.Name, Op: Kind, Revision: w.e.Reader.Defs.Current().Revision,
			Payload: ledger.Payload{Note: res.Name, Data: map[string]any{"rows": res.Rows, "format": a.Format, "columns": a.Columns, "filter": a.Filter, "words": a.Words, "sort": a.Sort}}})
		return job.State{Done: at.Rows, Total: at.Rows, Cursor: at, Result: res, Finished: true}, err
	})
	if err != nil {
		w.calledOff(ctx, t)
		return err
	}
	_ = os.Remove(w.e.file(t.Run.ID, "part")) // swept later if this fails
	return nil
}

func (w worker) workbook(t *job.Turn, a *args, o *object.Object, at place, f *os.File, now time.Time) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	tmp := w.e.file(t.Run.ID, "tmp")
	out, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	line := func(k, v string) []table.Cell { return []table.Cell{{Text: k}, {Text: v}} }
	lines := [][]table.Cell{line("项目", "内容"), line("公司", w.e.Company()), line("导出人", a.Actor.Name), line("导出时间", now.In(w.e.Reader.Env.Zone).Format("2006-01-02 15:04:05")),
		line("内容", o.Title.ZH), line("视图", a.View), line("行数", strconv.FormatInt(at.Rows, 10)), line("搜索", a.Words), line("编号", t.Run.ID)}
	err = table.WriteWorkbook(out, sheetName(o.Title.ZH), table.Stream{Body: f, CRC: at.CRC, Packed: at.Offset, Size: at.Size}, "导出说明", lines)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		_ = os.Remove(tmp)
		return fmt.Errorf("export: %w", err)
	}
	return os.Rename(tmp, w.e.file(t.Run.ID, XLSX))
}

// sheetName keeps to what Excel takes.
func sheetName(s string) string {
	var out []rune
	for _, r := range s {
		if len(out) < 31 {
			if bytes.ContainsRune([]byte(`[]:*?/\'`), r) {
				r = '_'
			}
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		return "数据"
	}
	return string(out)
}
