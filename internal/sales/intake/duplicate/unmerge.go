package duplicate

import (
	"context"
	"slices"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/sales/intake"
)

// LeftOver is what taking a merge back left as it is, as it has changed since: a field, a record that points elsewhere by now, a countdown that
// is over, or records that came to the one that stayed since.
type LeftOver struct {
	Kind  string `json:"kind" enum:"field,record,countdown,added"`
	Name  string `json:"name" doc:"title of the field or object"`
	Title string `json:"title,omitempty" doc:"of the record, where the asker may read it"`
	Count int    `json:"count,omitempty"`
}

// Undo takes a merge back: both records stand as they were, but for what has changed since, which is listed. Problems: no_such_merge,
// undone, forbidden, merged_on (one of them was merged again, or deleted, or brought back, since).
func (e *Engine) Undo(ctx context.Context, a *actor.Actor, id string) (m *Record, left []LeftOver, err error) {
	err = e.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if m, err = scanMerge(tx.QueryRow(ctx, "SELECT "+mergeColumns+" FROM duplicate_merge WHERE id = ?", id).Scan); err != nil {
			return err
		}
		left, err = e.undo(ctx, tx, a, m)
		return err
	})
	return m, left, err
}

func (e *Engine) undo(ctx context.Context, tx *store.Tx, a *actor.Actor, m *Record) ([]LeftOver, error) {
	s := e.Defs.Current()
	none := problem.New(problem.NotFound, "no_such_merge", "没有这次合并，或者你无权查看")
	if m == nil {
		return nil, none
	}
	o, ok := object.Of(s, m.Object)
	if !ok {
		return nil, none
	}
	if err := lock(ctx, tx, o, m.Survivor, m.Absorbed); err != nil {
		return nil, err
	}
	stays, err := record.ReadRow(ctx, tx, o, m.Survivor)
	if err != nil {
		return nil, err
	}
	gone, err := record.ReadRow(ctx, tx, o, m.Absorbed)
	if err != nil {
		return nil, err
	}
	acc := e.Writer.Access
	if stays == nil || gone == nil || !acc.Scope(s, a, o.Name, access.Read).Allows(stays) {
		return nil, none
	}
	if up := acc.Scope(s, a, o.Name, access.Update); !up.Allows(stays) || !up.Allows(gone) {
		return nil, forbidden("撤销这次合并")
	}
	if m.UndoneAt != 0 {
		return nil, problem.New(problem.Conflict, "undone", "这次合并已由 "+m.UndoneBy+" 撤销过了")
	}
	k, err := readKept(m.body)
	if err != nil {
		return nil, err
	}
	if stays.V[object.DeletedAt] != nil || gone.V[object.DeletedAt] == nil || gone.V[object.Version] != k.Version {
		return nil, problem.New(problem.Conflict, "merged_on", "合并之后这两条"+o.Title.ZH+"又被合并、删除或恢复过，不能直接撤销", problem.Item{Code: "merged_on", Message: "合并之后又有变动", Hint: "先撤销后来的合并，或恢复被删除的那一条"})
	}
	return e.takeBack(ctx, tx, a, m, k, stays, gone)
}

func (e *Engine) takeBack(ctx context.Context, tx *store.Tx, a *actor.Actor, m *Record, k *kept, stays, gone *object.Row) ([]LeftOver, error) {
	o := stays.Object
	left := []LeftOver{}
	was, lost := k.back(stays)
	for _, f := range lost {
		left = append(left, LeftOver{Kind: "field", Name: f.Title.ZH})
	}
	ended, err := e.Timers.Handed(ctx, tx, o.Name, m.Survivor, k.Handed)
	if err != nil {
		return nil, err
	}
	absorbed := exactly(o, k.Absorbed)
	if len(ended) > 0 {
		left = append(left, LeftOver{Kind: "countdown", Name: "倒计时", Count: len(ended)})
		if f, ok := o.Field("due_at"); ok && len(ended) == len(k.Handed) {
			absorbed[f.Index] = nil
		}
	}
	data := map[string]any{"merge": m.ID}
	ws := []record.Write{
		{Op: record.Restore, Object: o.Name, ID: m.Absorbed, What: "unmerge", Data: map[string]any{"merge": m.ID, "other": m.Survivor, "title": o.TitleOf(stays)}},
		{Op: record.Update, Object: o.Name, ID: m.Survivor, What: "unmerge", Data: data}}
	exact := map[string]map[int]any{m.Absorbed: absorbed, m.Survivor: was}
	children, stay, err := e.children(ctx, tx, a, m, k, exact)
	if err != nil {
		return nil, err
	}
	ws, left = append(ws, children...), append(left, stay...)
	added, err := e.added(ctx, tx, m)
	if err != nil {
		return nil, err
	}
	left = append(left, added...)
	ctx = withExact(ctx, exact)
	if _, err := e.Writer.In(ctx, tx, record.Request{Actor: a, Origin: record.ByHand(a), Writes: ws}); err != nil {
		return nil, err
	}
	if err := e.rekey(ctx, tx, m, k, stays); err != nil {
		return nil, err
	}
	// What the writes above started at the restored record is not what ran there.
	if err := e.Timers.Stop(ctx, tx, o.Name, m.Absorbed); err != nil {
		return nil, err
	}
	if err := e.Timers.Hand(ctx, tx, o.Name, m.Absorbed, slices.DeleteFunc(slices.Clone(k.Handed), func(id string) bool { return slices.Contains(ended, id) })); err != nil {
		return nil, err
	}
	if err := e.unbegin(ctx, tx, stays, k.Began); err != nil {
		return nil, err
	}
	if err := e.Timers.Revive(ctx, tx, append(slices.Clone(k.Stopped[0]), k.Stopped[1]...)); err != nil {
		return nil, err
	}
	now := e.Writer.Clock.Milli()
	if _, err := tx.Exec(ctx, "UPDATE duplicate_merge SET undone_at = ?, undone_by = ?, undone_name = ? WHERE id = ?", now, null(a.ID), null(a.Name), m.ID); err != nil {
		return nil, err
	}
	ab := two(m.Survivor, m.Absorbed)
	_, err = tx.Exec(ctx, "UPDATE duplicate_pair SET state = ?, decided_at = NULL, decided_by = NULL, decided_name = NULL WHERE a = ? AND b = ?", Open, ab[0], ab[1])
	return left, err
}

// unbegin stops what the merge started at the one that stayed, as far as it still runs.
func (e *Engine) unbegin(ctx context.Context, tx *store.Tx, stays *object.Row, began []string) error {
	if len(began) == 0 {
		return nil
	}
	now, err := e.running(ctx, tx, stays)
	if err != nil {
		return err
	}
	for _, t := range now {
		if slices.Contains(began, t.ID) {
			if err := e.Timers.Stop(ctx, tx, t.Object, t.RecordID, t.Kind); err != nil {
				return err
			}
		}
	}
	return nil
}

// children are the writes that give back what belonged to the other, and what the merge changed of what belonged to either; what has been
// moved on or deleted since stays.
func (e *Engine) children(ctx context.Context, tx *store.Tx, a *actor.Actor, m *Record, k *kept, exact map[string]map[int]any) (ws []record.Write, left []LeftOver, err error) {
	for _, c := range k.Moved {
		o, ok := object.Of(e.Defs.Current(), c.Object)
		if !ok {
			continue
		}
		row, err := record.ReadRow(ctx, tx, o, c.ID)
		if err != nil {
			return nil, nil, err
		}
		at := slices.IndexFunc(o.Fields, func(f *object.Field) bool { return f.ID == c.Field })
		if row == nil || row.V[object.DeletedAt] != nil || c.Field != "" && (at < 0 || row.V[at] != any(m.Survivor)) {
			if c.Field != "" {
				l := LeftOver{Kind: "record", Name: o.Title.ZH}
				if row != nil && e.Writer.Access.Scope(e.Defs.Current(), a, o.Name, access.Read).Allows(row) {
					l.Title = e.Writer.Access.Title(e.Defs.Current(), a, row)
				}
				left = append(left, l)
			}
			continue
		}
		back := map[int]any{}
		for i, f := range o.Fields {
			if after, changed := c.After[f.ID]; changed && row.V[i] == after {
				back[i] = c.Before[f.ID]
			}
		}
		if len(back) > 0 {
			exact[c.ID] = back
			ws = append(ws, record.Write{Op: record.Update, Object: c.Object, ID: c.ID, What: "unmerge_move"})
		}
	}
	return ws, left, nil
}

// rekey lets both be found by what they have now, and the one that stayed no longer by what it learned from the other. The exact values were
// laid behind the dedupe step.
func (e *Engine) rekey(ctx context.Context, tx *store.Tx, m *Record, k *kept, stays *object.Row) error {
	for _, id := range []string{m.Survivor, m.Absorbed} {
		now, err := record.ReadRow(ctx, tx, stays.Object, id)
		if err != nil {
			return err
		}
		if id == m.Survivor {
			if err := intake.Forget(ctx, tx, now, append(intake.KeysOf(stays), k.Learned...)); err != nil {
				return err
			}
		}
		if _, err := intake.Learn(ctx, tx, now.Object.Name, id, intake.KeysOf(now)); err != nil {
			return err
		}
	}
	return nil
}

// back tells what the one that stays gets back: what the merge changed and nobody since. Fields that somebody has changed are lost.
func (k *kept) back(stays *object.Row) (was map[int]any, lost []*object.Field) {
	was = map[int]any{}
	for i, f := range stays.Object.Fields {
		before, changed := k.Before[f.ID]
		if !changed {
			continue
		}
		after, now := k.After[f.ID], stays.V[i]
		switch {
		case f.Name == intake.Touches: // arrivals since then stay
			x, _ := before.(int64)
			y, _ := after.(int64)
			n, _ := now.(int64)
			was[i] = n - (y - x)
			if was[i] == int64(0) && before == nil {
				was[i] = nil
			}
		case now == after:
			was[i] = before
		case i == object.Hints || f.TagDimension != "" || f.ReadOnly: // follows from others
		default:
			lost = append(lost, f)
		}
	}
	return was, lost
}

func exactly(o *object.Object, kept map[string]any) map[int]any {
	out := map[int]any{}
	for i, f := range o.Fields {
		if v, ok := kept[f.ID]; ok {
			out[i] = v
		}
	}
	return out
}

// added counts what points to the one that stayed and came after the merge.
func (e *Engine) added(ctx context.Context, q store.Querier, m *Record) ([]LeftOver, error) {
	var out []LeftOver
	for _, o := range object.All(e.Defs.Current()) {
		n := 0
		for _, f := range o.Fields {
			if f.TargetOf() != m.Object || f.System {
				continue
			}
			rows, err := record.FindRows(ctx, q, o, record.Eq{Field: f.Name, Value: m.Survivor})
			if err != nil {
				return nil, err
			}
			for _, row := range rows {
				if at, _ := row.V[object.CreatedAt].(int64); at > m.At {
					n++
				}
			}
		}
		if n > 0 {
			out = append(out, LeftOver{Kind: "added", Name: o.Title.ZH, Count: n})
		}
	}
	return out, nil
}

type exactKey struct{}

// withExact lets the writes under ctx end with exactly these values, by record and field.
func withExact(ctx context.Context, rows map[string]map[int]any) context.Context {
	return context.WithValue(ctx, exactKey{}, rows)
}

// Step lays the exact values of a merge that is taken back over what the other steps made of it. It stands behind them and before the
// figures.
type Step struct{}

// Name of the step.
func (Step) Name() string { return "duplicate" }

// Apply changes nothing but the records of such a write.
func (Step) Apply(ctx context.Context, c *record.Change) error {
	rows, ok := ctx.Value(exactKey{}).(map[string]map[int]any)
	if !ok || c.Op != record.Restore && c.Op != record.Update {
		return nil
	}
	for i, v := range rows[c.New.ID()] {
		if i < len(c.New.V) {
			c.New.V[i] = v
		}
	}
	if len(rows[c.New.ID()]) > 0 {
		if c.Given == nil {
			c.Given = map[int]bool{}
		}
		c.Given[object.OrgUnit] = true // of that time
	}
	return nil
}
