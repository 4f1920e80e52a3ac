package followup

import (
	"context"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
)

// Step is the engine's part in every write: the countdowns and the open first-contact tasks of a record go with its owner.
func (e *Engine) Step() record.Step { return step{e} }

type step struct{ e *Engine }

// Name of the step.
func (step) Name() string { return "followup" }

// Apply starts, restarts or stops countdowns as the owner comes, changes or goes; a record that is decided, converted or deleted has none.
// A record under 待回访 does not change hands, and nobody takes more than the pool's policy allows.
func (s step) Apply(ctx context.Context, c *record.Change) error {
	e := s.e
	if c.Object.Name == followUpObject {
		return e.talked(ctx, c)
	}
	if c.Old == nil {
		if settled(c.New) {
			return nil
		}
		if c.New.Owner() == "" {
			return e.enterPool(ctx, c)
		}
		if err := e.startRecycle(ctx, c); err != nil || !c.Origin.Countdown {
			return err
		}
		return e.startFirstOpen(ctx, c)
	}
	handed := c.Old.Owner() != c.New.Owner()
	moved := handed || c.Op == record.Restore
	over := ""
	switch {
	case c.Op == record.Delete:
		over = "cancelled"
	case settled(c.New) && !settled(c.Old):
		over = "done"
	case !moved:
		return nil
	case c.New.Owner() == "":
		over = "cancelled"
	}
	if handed && c.Op == record.Update {
		if err := e.mayChangeHands(ctx, c); err != nil {
			return err
		}
		c.New.Set(protectedField, nil)
	}
	kinds := []string{FirstOpen, FollowUp, Escalate, Return, Recycle, Nudge}
	if c.New.Owner() != "" || over == "done" || c.Op == record.Delete {
		kinds = append(kinds, AssignDeadline, PoolWait) // whoever releases a record into the pool starts them there
	}
	if err := e.Timers.Stop(ctx, c.Tx, c.Object.Name, c.New.ID(), kinds...); err != nil {
		return err
	}
	setDue(c.New, 0)
	if err := e.moveTasks(ctx, c, over); err != nil || over == "done" || c.Op == record.Delete {
		return err
	}
	if f, ok := c.Object.Field("first_opened_at"); ok && !c.Given[f.Index] {
		c.New.V[f.Index] = nil // the new owner has not opened it
	}
	if f, ok := c.Object.Field("pool_reason"); ok && c.New.Owner() != "" {
		c.New.V[f.Index] = nil
	}
	if settled(c.New) {
		return nil
	}
	if c.New.Owner() == "" {
		return e.enterPool(ctx, c)
	}
	c.New.Set(sinceField, nil)
	if err := e.startRecycle(ctx, c); err != nil || !c.Origin.Countdown {
		return err
	}
	return e.startFirstOpen(ctx, c)
}

// settled tells that nobody has to follow up any more.
func settled(r *object.Row) bool {
	if r.Get("decided_at") != nil {
		return true
	}
	converted, _ := r.Int("converted")
	return converted != 0
}

// startFirstOpen starts the new owner's countdown, from the instant it is written: a record told of later is not overdue at once.
func (e *Engine) startFirstOpen(ctx context.Context, c *record.Change) error {
	r, err := e.rule(ctx, c.Tx, c.Snap, c.New)
	if err != nil || r == nil {
		return err
	}
	due, err := e.start(ctx, c.Tx, c.Snap, FirstOpen, c.New, r.Name, c.Now, r.Spec.FirstOpenHours, r.terms(r.Spec.FirstOpenHours))
	setDue(c.New, due)
	return err
}

// start puts a countdown of some hours from an instant and gives when it falls due.
func (e *Engine) start(ctx context.Context, tx *store.Tx, s *definition.Snapshot, kind string, row *object.Row, rule string, from int64, hours float64, t terms) (int64, error) {
	due, err := t.due(s, from, hours)
	if err != nil {
		return 0, err
	}
	return due, e.Timers.Start(ctx, tx, timer.Timer{Kind: kind, Object: row.Object.Name, RecordID: row.ID(), Person: row.Owner(), Rule: rule, StartedAt: from, Due: due, Data: t.data()})
}

// dueField, on objects that have it, is when the countdown people see falls due, or fell due with nothing done since; empty when nothing is
// awaited. Lists sort and ask by it. It changes only with the record's own writes: a breach leaves it.
const dueField = "due_at"

func setDue(row *object.Row, at int64) {
	if at == 0 {
		row.Set(dueField, nil)
		return
	}
	row.Set(dueField, at)
}

// moveTasks gives the open first-contact tasks to the new owner or, when over is given, ends them with that status.
func (e *Engine) moveTasks(ctx context.Context, c *record.Change, over string) error {
	tasks, err := e.openTasks(ctx, c.Tx, c.Snap, c.New)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		w := record.Write{Op: record.Update, Object: t.Object.Name, ID: t.ID(), Values: map[string]any{"owner": c.New.Owner()}}
		switch over {
		case "done":
			w.Values = map[string]any{"status": over, "done_at": object.Instant(c.At)}
		case "cancelled":
			w.Values = map[string]any{"status": over}
		}
		c.Append(w)
	}
	return nil
}

// openTasks reads the open first-contact tasks of a record.
func (e *Engine) openTasks(ctx context.Context, q store.Querier, s *definition.Snapshot, row *object.Row) ([]*object.Row, error) {
	o, ok := object.Of(s, "task")
	if !ok {
		return nil, nil
	}
	f := relationTo(o, row.Object)
	if f == nil {
		return nil, nil
	}
	return record.FindRows(ctx, q, o, record.Eq{Field: f.Name, Value: row.ID()}, record.Eq{Field: "kind", Value: FirstContact}, record.Eq{Field: "status", Value: "open"})
}
