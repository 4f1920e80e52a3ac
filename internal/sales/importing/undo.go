package importing

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"baton/internal/platform/actor"
	"baton/internal/platform/job"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// UndoResult are an undoing's figures: records deleted again, merged ones that got back what the import had filled, and what stays because
// somebody has changed it since.
type UndoResult struct {
	Rows     int64 `json:"rows"`
	Deleted  int64 `json:"deleted"`
	Restored int64 `json:"restored"`
	Kept     int64 `json:"kept"`
}

type undoArgs struct {
	Import string       `json:"import"`
	Object string       `json:"object"`
	Actor  *actor.Actor `json:"actor"`
}

type undoCursor struct {
	Seq int64 `json:"seq"`
	UndoResult
}

// Undo queues the taking back of an import. Problems: not_an_import, still_running, undone.
func (m *Importer) Undo(ctx context.Context, a *actor.Actor, run *job.Run) (id string, err error) {
	switch {
	case run.Kind != Kind:
		return "", problem.New(problem.Invalid, "not_an_import", "只有导入可以撤销")
	case run.State == job.Queued || run.State == job.Running:
		return "", problem.New(problem.Conflict, "still_running", "导入还没有结束，结束后才能撤销")
	case run.UndoneBy != "":
		return "", undone()
	}
	var was args
	if err := json.Unmarshal(run.Args, &was); err != nil {
		return "", fmt.Errorf("importing: arguments: %w", err)
	}
	id, err = m.Jobs.Queue(ctx, job.New{Kind: Back, Title: "撤销" + run.Title, Actor: a, About: run.ID, Total: run.Done, Args: undoArgs{Import: run.ID, Object: was.Object, Actor: a}})
	if store.IsUnique(err) {
		return "", undone()
	}
	return id, err
}

func undone() error { return problem.New(problem.Conflict, "undone", "这次导入已经撤销过了") }

type undoer struct{ m *Importer }

// undoSlice is how many events are taken back in one transaction.
const undoSlice = 60

// Work goes on with an undoing.
func (u undoer) Work(ctx context.Context, t *job.Turn) error {
	var a undoArgs
	if err := json.Unmarshal(t.Run.Args, &a); err != nil {
		return fmt.Errorf("importing: arguments: %w", err)
	}
	for t.Run.State != job.Done && !t.Over() {
		var at undoCursor
		if t.Run.Cursor != nil {
			if err := json.Unmarshal(t.Run.Cursor, &at); err != nil {
				return fmt.Errorf("importing: cursor: %w", err)
			}
		}
		events, err := u.m.Writer.Ledger.Batch(ctx, a.Import, at.Seq, undoSlice)
		if err != nil {
			return err
		}
		if err := t.Commit(ctx, func(ctx context.Context, tx *store.Tx) (job.State, error) {
			return u.slice(ctx, tx, t, &a, at, events)
		}); err != nil {
			return err
		}
	}
	return nil
}

func (u undoer) slice(ctx context.Context, tx *store.Tx, t *job.Turn, a *undoArgs, at undoCursor, events []*ledger.Event) (job.State, error) {
	var kept []job.Reject
	for _, e := range events {
		at.Seq = e.Seq
		o, ok := object.Of(u.m.Writer.Defs.Current(), e.Object)
		if !ok || e.Op != string(record.Create) && e.Op != "merge" {
			continue
		}
		row, err := record.ReadRow(ctx, tx, o, e.RecordID)
		if err != nil {
			return job.State{}, err
		}
		main := e.Object == a.Object
		if main {
			at.Rows++
		}
		if row == nil || row.V[object.DeletedAt] != nil {
			continue
		}
		var words string
		switch {
		case !main:
			err = u.follow(ctx, tx, a, o, row, e)
		case e.Op == "merge":
			words, err = u.giveBack(ctx, tx, a, o, row, e, &at)
		default:
			words, err = u.remove(ctx, tx, a, o, row, e, &at)
		}
		if err != nil {
			return job.State{}, err
		}
		if words != "" {
			at.Kept++
			kept = append(kept, job.Reject{Line: int(at.Rows), Column: "", Value: o.TitleOf(row), Code: "touched", Message: words, Hint: "如需删除，请打开这条" + o.Title.ZH + "处理", Row: []string{o.TitleOf(row), row.ID()}})
		}
	}
	if t.Run.Cursor == nil {
		if err := t.SetHead(ctx, tx, []string{"名称", "编号"}); err != nil {
			return job.State{}, err
		}
	}
	if err := t.KeepRejects(ctx, tx, kept); err != nil {
		return job.State{}, err
	}
	end := len(events) < undoSlice
	return job.State{Done: at.Rows, Total: max(t.Run.Total, at.Rows), Cursor: at, Result: at.UndoResult, Finished: end}, nil
}

// write makes one of the undoing's writes. They are the engine's: taking back is not an edit that a role's rule must allow.
func (u undoer) write(ctx context.Context, tx *store.Tx, a *undoArgs, w record.Write) error {
	w.What = "import_undo"
	_, err := u.m.Writer.In(ctx, tx, record.Request{Actor: a.Actor, Origin: record.Origin{Kind: "worker", Batch: "undo:" + a.Import, Engine: true}, Writes: []record.Write{w}})
	return err
}

// remove deletes a record that the import made and nobody has touched since; words tell why not.
func (u undoer) remove(ctx context.Context, tx *store.Tx, a *undoArgs, o *object.Object, row *object.Row, e *ledger.Event, at *undoCursor) (words string, err error) {
	touched, err := u.m.Writer.Ledger.Touched(ctx, tx, e)
	if err != nil {
		return "", err
	}
	if touched {
		return "导入后有人跟进或修改过，已保留", nil
	}
	at.Deleted++
	return "", u.write(ctx, tx, a, record.Write{Op: record.Delete, Object: o.Name, ID: row.ID()})
}

// giveBack empties what the import filled in a record that stood before, where it still is what the import wrote.
func (u undoer) giveBack(ctx context.Context, tx *store.Tx, a *undoArgs, o *object.Object, row *object.Row, e *ledger.Event, at *undoCursor) (words string, err error) {
	values := map[string]any{}
	var stays string
	for _, name := range slices.Sorted(maps.Keys(e.Payload.Changes)) {
		change := e.Payload.Changes[name]
		f, ok := o.Field(name)
		if !ok || f.System || f.TagDimension != "" {
			continue
		}
		now := row.V[f.Index]
		if name == touches {
			from, _ := change[0].(float64)
			to, _ := change[1].(float64)
			if n, ok := now.(int64); ok {
				values[name] = n - int64(to-from)
			}
			continue
		}
		switch {
		case f.ReadOnly || change[0] != nil || now == nil:
		case same(now, change[1]):
			values[name] = nil
		default:
			stays += "、" + f.Title.ZH
		}
	}
	if len(values) > 0 {
		at.Restored++
		if err := u.write(ctx, tx, a, record.Write{Op: record.Update, Object: o.Name, ID: row.ID(), Values: values}); err != nil {
			return "", err
		}
	}
	if stays != "" {
		words = "合并后又被修改，保留现在的值：" + stays[len("、"):]
	}
	return words, nil
}

// The lead's count of arrivals, and the record of each.
const (
	touches = "touches"
	touch   = "touch"
)

// same compares a value with what an event's JSON made of it.
func same(now, then any) bool {
	if n, ok := now.(int64); ok {
		f, ok := then.(float64)
		return ok && float64(n) == f
	}
	return now == then
}

// follow deletes what the import made beside a record (a task, an arrival) when that record went, and the arrival at one that it only merged with.
func (u undoer) follow(ctx context.Context, tx *store.Tx, a *undoArgs, o *object.Object, row *object.Row, e *ledger.Event) error {
	if e.Op != string(record.Create) {
		return nil
	}
	main, ok := object.Of(u.m.Writer.Defs.Current(), a.Object)
	if !ok {
		return nil
	}
	for _, f := range o.Fields {
		id, _ := row.V[f.Index].(string)
		if f.TargetOf() != a.Object || id == "" {
			continue
		}
		parent, err := record.ReadRow(ctx, tx, main, id)
		if err != nil {
			return err
		}
		stands := parent != nil && parent.V[object.DeletedAt] == nil
		if stands && o.Name == touch { // whose record was made by the import and stays keeps its first arrival
			merged, err := u.merged(ctx, tx, a, id, e)
			if err != nil {
				return err
			}
			stands = !merged
		}
		if !stands {
			return u.write(ctx, tx, a, record.Write{Op: record.Delete, Object: o.Name, ID: row.ID()})
		}
	}
	return nil
}

// merged reports whether the import only merged with the record at which an arrival was left: the record's event before it tells.
func (u undoer) merged(ctx context.Context, tx *store.Tx, a *undoArgs, id string, e *ledger.Event) (bool, error) {
	var op string
	err := tx.QueryRow(ctx, "SELECT op FROM event WHERE record_id = ? AND seq < ? AND origin = 'import' AND batch = ? ORDER BY seq DESC LIMIT 1", id, e.Seq, a.Import).Scan(&op)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return op == "merge", err
}
