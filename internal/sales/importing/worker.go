package importing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"baton/internal/platform/job"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/table"
)

// Slices grow and shrink with the time they hold the writer.
const (
	firstSlice  = 50
	minSlice    = 10
	maxSlice    = 500
	sliceTarget = 15 * time.Millisecond
)

// cursor is where a job is.
type cursor struct {
	At table.Position `json:"at"`
	Result
}

type worker struct{ m *Importer }

// Work goes on with an import.
func (w worker) Work(ctx context.Context, t *job.Turn) error {
	var a args
	if err := json.Unmarshal(t.Run.Args, &a); err != nil {
		return fmt.Errorf("importing: arguments: %w", err)
	}
	err := w.work(ctx, t, &a)
	p := problem.As(err)
	if ended := err == nil && t.Run.State == job.Done || p != nil && p.Class != problem.Internal; ended && !a.Keep {
		_ = os.Remove(a.File) // swept later if this fails
	}
	return err
}

func (w worker) work(ctx context.Context, t *job.Turn, a *args) (err error) {
	f, err := os.Open(a.File)
	if errors.Is(err, os.ErrNotExist) {
		// On PostgreSQL the node that took the upload has the file; it has a day to come back.
		if w.m.Writer.DB.Dialect() == store.Postgres && w.m.Writer.Clock.Milli()-t.Run.CreatedAt < (24*time.Hour).Milliseconds() {
			return job.ErrElsewhere
		}
		return gone("上传的文件")
	}
	if err != nil {
		return fmt.Errorf("importing: %w", err)
	}
	defer f.Close()
	s := &slicer{worker: w, turn: t, args: a, size: firstSlice, batch: t.Run.ID}
	if a.Trial {
		s.trial = w.m.trialOf(t.Run)
		defer func() {
			if err != nil || t.Run.State == job.Done {
				w.m.trials.Delete(t.Run.ID)
			}
		}()
	}
	if t.Run.Cursor == nil || s.trial != nil && s.trial.rows == 0 {
		s.table, err = table.OpenAs(f, a.Shape)
	} else {
		if err := json.Unmarshal(t.Run.Cursor, &s.cursor); err != nil {
			return fmt.Errorf("importing: cursor: %w", err)
		}
		s.table, err = table.Resume(f, s.cursor.At)
	}
	if err != nil {
		return unreadable(err)
	}
	for t.Run.State != job.Done && !t.Over() {
		if err := s.slice(ctx); err != nil {
			return err
		}
	}
	return nil
}

func gone(what string) error {
	return problem.New(problem.Invalid, "gone", what+"已经不在了，导入没有完成", problem.Item{Code: "gone", Message: what + "已经不在了", Hint: "请重新导入；已导入的行会按联系方式合并，不会重复"})
}

// slicer works off slices of one turn.
type slicer struct {
	worker
	turn   *job.Turn
	args   *args
	table  *table.Reader
	cursor cursor
	size   int
	rows   *rowReader
	// careful is set once a row failed inside the transaction: from then on rows are fenced off from one another.
	careful bool
	trial   *trial // nil when the rows are meant
	batch   string // names the writes in the trail
}

// errRow says that a row was refused by the Writer, not by reading it.
var errRow = errors.New("importing: a row was refused inside the transaction")

func (s *slicer) slice(ctx context.Context) error {
	snap := s.m.Writer.Defs.Current()
	if o, _ := object.Of(snap, s.args.Object); s.rows == nil || s.rows.object != o { // the object may change while the job runs
		var err error
		if s.rows, err = newRowReader(s.m, snap, s.args); err != nil {
			return err
		}
	}
	entries, end, err := s.gather(ctx)
	if err != nil {
		return err
	}
	next := s.cursor
	next.At = s.table.Position()
	next.Rows += int64(len(entries))
	var took time.Duration
	commit := func() error {
		return s.turn.Commit(ctx, func(ctx context.Context, tx *store.Tx) (job.State, error) {
			began := time.Now()
			defer func() { took = time.Since(began) }()
			return s.write(ctx, tx, entries, next, end)
		})
	}
	if err = commit(); errors.Is(err, errRow) {
		s.careful = true
		err = commit()
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(s.turn.Run.Cursor, &s.cursor); err != nil {
		return err
	}
	if s.trial != nil {
		s.trial.rows = s.cursor.Rows
	}
	if took > 0 {
		s.size = min(max(int(float64(s.size)*min(2, float64(sliceTarget)/float64(took))), minSlice), maxSlice)
	}
	return nil
}

// gather reads the next rows; end tells that the file is through.
func (s *slicer) gather(ctx context.Context) (entries []entry, end bool, err error) {
	for len(entries) < s.size {
		row, err := s.table.Next()
		var bad *table.RowError
		switch {
		case errors.Is(err, io.EOF):
			return entries, true, nil
		case errors.As(err, &bad): // what has no cells must not come back as one when the rejected rows are imported again
			entries = append(entries, entry{line: bad.Line, rejects: []job.Reject{{Line: bad.Line, Column: bad.Name, Value: bad.Value, Code: bad.Code, Message: bad.Message, Hint: bad.Hint}}})
		case err != nil:
			return nil, false, fmt.Errorf("importing: read: %w", err)
		default:
			e, err := s.rows.read(ctx, row)
			if err != nil {
				return nil, false, err
			}
			entries = append(entries, e)
		}
	}
	return entries, false, nil
}

// write is one slice's transaction. It may run more than once and keeps nothing outside it.
func (s *slicer) write(ctx context.Context, tx *store.Tx, entries []entry, next cursor, end bool) (job.State, error) {
	first := s.cursor.Rows == 0
	if first {
		if s.trial != nil {
			if err := s.turn.DropRejects(ctx, tx); err != nil { // a trial that was stopped begins again
				return job.State{}, err
			}
		}
		if err := s.turn.SetHead(ctx, tx, s.table.Header()); err != nil {
			return job.State{}, err
		}
	}
	var rejects []job.Reject
	var made []string
	rows := func(ctx context.Context, tx *store.Tx) error {
		for i := range entries {
			e := &entries[i]
			if len(e.rejects) > 0 {
				rejects = append(rejects, e.rejects...)
				next.Rejected++
				continue
			}
			out, refused, err := s.writeRow(ctx, tx, e)
			switch {
			case err != nil:
				return err
			case refused != nil && !s.careful:
				return errRow
			case refused != nil:
				rejects = append(rejects, s.reasons(e, refused)...)
				next.Rejected++
			case out.Result == "merged" || s.trial.knows(out.Row):
				next.Merged++
			default:
				next.Created++
				made = append(made, s.trial.keysOf(out.Row)...)
			}
		}
		return nil
	}
	if err := s.trial.run(ctx, tx, rows); err != nil {
		return job.State{}, err
	}
	if s.trial != nil {
		tx.AfterCommit(func() { s.trial.learn(made) })
	}
	if err := s.turn.KeepRejects(ctx, tx, rejects); err != nil {
		return job.State{}, err
	}
	total := next.Rows
	if !end && next.At.Offset > 0 {
		total = max(next.Rows+1, next.Rows*s.args.Size/next.At.Offset)
	}
	return job.State{Done: next.Rows, Total: total, Cursor: next, Result: next.Result, Finished: end}, nil
}

// writeRow writes one row; refused tells why the Writer would not have it.
func (s *slicer) writeRow(ctx context.Context, tx *store.Tx, e *entry) (done record.Outcome, refused *problem.Problem, err error) {
	o := s.args.Option
	req := record.Request{Actor: s.args.Actor, Writes: []record.Write{e.write},
		Origin: record.Origin{Kind: "import", Batch: s.batch, Assign: o.Assign, Countdown: o.Countdown}}
	if s.args.Plan.At != 0 {
		req.Origin.HappenedAt = time.UnixMilli(s.args.Plan.At)
	}
	var out []record.Outcome
	do := func(ctx context.Context, tx *store.Tx) error {
		var err error
		out, err = s.m.Writer.In(ctx, tx, req)
		return err
	}
	if s.careful {
		err = tx.Nested(ctx, do)
	} else {
		err = do(ctx, tx)
	}
	if p := problem.As(err); p != nil && p.Class != problem.Internal && !store.IsFatal(err) {
		return done, p, nil
	}
	if err != nil {
		return done, nil, err
	}
	return out[0], nil, nil
}

// reasons puts the Writer's places into the words of the file.
func (s *slicer) reasons(e *entry, p *problem.Problem) []job.Reject {
	var out []job.Reject
	for _, it := range p.Items {
		r := job.Reject{Line: e.line, Code: it.Code, Message: it.Message, Hint: it.Hint}
		for i, c := range s.rows.plan.Columns {
			if it.Pointer == "/"+s.rows.fields[i].Name {
				r.Column, r.Value = c.Name, e.cells[c.Index]
			}
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		out = []job.Reject{{Line: e.line, Code: p.Code, Message: p.Detail}}
	}
	out[0].Row = e.cells
	return out
}
