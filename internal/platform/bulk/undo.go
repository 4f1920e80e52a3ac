package bulk

import (
	"context"
	"encoding/json"
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

// UndoResult are the figures of a taking back: records that have their old values again, and those that keep what they have, each named
// with the reason among the job's rejected rows.
type UndoResult struct {
	Rows     int64 `json:"rows"`
	Restored int64 `json:"restored"`
	Kept     int64 `json:"kept"`
}

type undoArgs struct {
	Edit   string       `json:"edit"`
	Object string       `json:"object"`
	Fields []string     `json:"fields"`
	Actor  *actor.Actor `json:"actor"`
}

type undoPlace struct {
	Seq int64 `json:"seq"`
	UndoResult
}

// Undo queues the taking back of an edit. Problems: not_an_edit, still_running, undone.
func (e *Engine) Undo(ctx context.Context, a *actor.Actor, run *job.Run) (id string, err error) {
	switch {
	case run.Kind != Edit:
		return "", problem.New(problem.Invalid, "not_an_edit", "只有批量修改可以撤销")
	case run.State == job.Queued || run.State == job.Running:
		return "", problem.New(problem.Conflict, "still_running", "批量修改还没有结束，结束后才能撤销")
	case run.UndoneBy != "":
		return "", undone()
	}
	was, err := argsOf(run)
	if err != nil {
		return "", err
	}
	id, err = e.Jobs.Queue(ctx, job.New{Kind: Back, Title: "撤销" + run.Title, Actor: a, About: run.ID, Total: run.Done,
		Args: undoArgs{Edit: run.ID, Object: was.Object, Fields: slices.Sorted(maps.Keys(was.Values)), Actor: a}})
	if store.IsUnique(err) {
		return "", undone()
	}
	return id, err
}

func undone() error { return problem.New(problem.Conflict, "undone", "这次修改已经撤销过了") }

type undoer struct{ e *Engine }

// Work goes on with a taking back.
func (u undoer) Work(ctx context.Context, t *job.Turn) error {
	var a undoArgs
	if err := json.Unmarshal(t.Run.Args, &a); err != nil {
		return fmt.Errorf("bulk: arguments: %w", err)
	}
	for t.Run.State != job.Done && !t.Over() {
		var at undoPlace
		if t.Run.Cursor != nil {
			if err := json.Unmarshal(t.Run.Cursor, &at); err != nil {
				return fmt.Errorf("bulk: cursor: %w", err)
			}
		}
		events, err := u.e.Writer.Ledger.Bulk(ctx, a.Edit, at.Seq, slice)
		if err != nil {
			return err
		}
		if err := t.Commit(ctx, func(ctx context.Context, tx *store.Tx) (job.State, error) { return u.slice(ctx, tx, t, &a, at, events) }); err != nil {
			return err
		}
	}
	return nil
}

func (u undoer) slice(ctx context.Context, tx *store.Tx, t *job.Turn, a *undoArgs, at undoPlace, events []*ledger.Event) (job.State, error) {
	if t.Run.Cursor == nil {
		if err := t.SetHead(ctx, tx, []string{"名称", "编号"}); err != nil {
			return job.State{}, err
		}
	}
	o, ok := object.Of(u.e.Writer.Defs.Current(), a.Object)
	if !ok {
		return job.State{}, problem.New(problem.Invalid, "gone", "对象“"+a.Object+"”已经不在了，没有撤销")
	}
	var kept []job.Reject
	for _, e := range events {
		at.Seq = e.Seq
		if e.Object != o.Name {
			continue // what other records had to follow
		}
		at.Rows++
		rejects, restored, err := u.giveBack(ctx, tx, a, o, e, int(at.Rows))
		if err != nil {
			return job.State{}, err
		}
		if restored {
			at.Restored++
		}
		if len(rejects) > 0 {
			at.Kept++
			kept = append(kept, rejects...)
		}
	}
	if err := t.KeepRejects(ctx, tx, kept); err != nil {
		return job.State{}, err
	}
	return job.State{Done: at.Rows, Total: max(t.Run.Total, at.Rows), Cursor: at, Result: at.UndoResult, Finished: len(events) < slice}, nil
}

// giveBack gives one record the values it had before, field by field, where they still are what the edit wrote.
func (u undoer) giveBack(ctx context.Context, tx *store.Tx, a *undoArgs, o *object.Object, e *ledger.Event, line int) (kept []job.Reject, restored bool, err error) {
	row, err := record.ReadRow(ctx, tx, o, e.RecordID)
	if err != nil {
		return nil, false, err
	}
	keep := func(field, code, message string) {
		name := u.e.name(ctx, tx, a.Actor, o.Name, e.RecordID)
		kept = append(kept, job.Reject{Line: line, Column: field, Value: name, Code: code, Message: message, Row: []string{name, e.RecordID}})
	}
	if row == nil || row.V[object.DeletedAt] != nil {
		keep("", "deleted", "记录已被删除")
		return kept, false, nil
	}
	values := map[string]any{}
	for _, name := range a.Fields {
		f, ok := o.Field(name)
		if !ok {
			continue
		}
		from, to, changed := record.ChangeOf(e, f)
		switch {
		case !changed:
		case row.V[f.Index] == to:
			values[f.Name] = record.Canonical(f, from)
		case row.V[f.Index] == from: // somebody was faster
		default:
			keep(f.Title.ZH, "touched", "“"+f.Title.ZH+"”之后又被修改过，保留现在的值")
		}
	}
	if len(values) == 0 {
		return kept, false, nil
	}
	err = tx.Nested(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := u.e.Writer.In(ctx, tx, record.Request{Actor: a.Actor, Origin: record.Origin{Kind: "person", Batch: "undo:" + a.Edit, Assign: true, Countdown: true}, Writes: []record.Write{{Op: record.Update, Object: o.Name, ID: row.ID(), Values: values, What: Back, IfChanged: true}}})
		return err
	})
	p := problem.As(err)
	switch {
	case err == nil:
		return kept, true, nil
	case store.IsFatal(err) || p == nil || p.Class == problem.Internal:
		return nil, false, err
	}
	return append(kept, u.e.refusal(ctx, tx, a.Actor, o.Name, row.ID(), line, p)...), false, nil
}
