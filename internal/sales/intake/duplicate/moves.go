package duplicate

import (
	"context"
	"fmt"
	"slices"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
	"baton/internal/sales/intake"
)

// values are what the one that stays gets: the chosen fields, and what it lacks.
func (e *Engine) values(s *definition.Snapshot, a *actor.Actor, ask Ask, stays, goes *object.Row) (map[string]any, error) {
	o := stays.Object
	hidden := e.Writer.Access.Hidden(s, a, o.Name)
	out := map[string]any{}
	put := func(f *object.Field) { out[f.Name] = f.Type.JSON(f, e.Writer.Env, goes.V[f.Index]) }
	var items []problem.Item
	for i, name := range ask.Take {
		f, ok := o.Field(name)
		if !ok || hidden[f.Name] || !Choosable(f) {
			items = append(items, problem.Item{Pointer: fmt.Sprintf("/take/%d", i), Code: "unknown_field", Message: "不能选择“" + name + "”的值", Hint: definition.Suggest(name, o.Names())})
			continue
		}
		put(f)
		if f.Name == "stage" {
			if d, has := o.Field("decided_at"); has && goes.V[d.Index] != nil {
				put(d)
			}
		}
	}
	if len(items) > 0 {
		return nil, problem.New(problem.Invalid, "invalid_merge", "有字段不能这样合并", items...)
	}
	for _, f := range o.Fields {
		if _, taken := out[f.Name]; taken || stays.V[f.Index] != nil || goes.V[f.Index] == nil {
			continue
		}
		if Choosable(f) || f.Index == object.Owner || f.ReadOnly && f.Type.Name() == "datetime" && f.Name != "due_at" && f.Name != "decided_at" {
			put(f)
		}
	}
	if f, has := o.Field(intake.Touches); has {
		x, _ := stays.V[f.Index].(int64)
		y, _ := goes.V[f.Index].(int64)
		if x+y > 0 {
			out[f.Name] = x + y
		}
	}
	return out, nil
}

// Choosable tells whether a person may say which of two records' values of a field stays.
func Choosable(f *object.Field) bool {
	return !f.System && !f.ReadOnly && !f.Hidden && f.TagDimension == "" && f.Type.Name() != "auto_number"
}

// moves are the writes that let everything that points to the one that goes point to the one that stays; with all records that point to
// either, as they are.
func (e *Engine) moves(ctx context.Context, q store.Querier, s *definition.Snapshot, both [2]*object.Row, owner string) (ws []record.Write, children []moved, err error) {
	for _, o := range object.All(s) {
		for _, f := range o.Fields {
			if f.TargetOf() != both[0].Object.Name || f.System {
				continue
			}
			for i, at := range both {
				rows, err := record.FindRows(ctx, q, o, record.Eq{Field: f.Name, Value: at.ID()})
				if err != nil {
					return nil, nil, err
				}
				for _, row := range rows {
					if row.ID() == both[0].ID() || row.ID() == both[1].ID() {
						continue // one of the two points to the other
					}
					c := moved{Object: o.Name, ID: row.ID(), row: row}
					if i == 1 {
						c.Field = f.ID
						values := todo(row, both[1].Owner(), owner, children)
						values[f.Name] = both[0].ID()
						ws = append(ws, record.Write{Op: record.Update, Object: o.Name, ID: row.ID(), What: "merge_move", Values: values})
					}
					children = append(children, c)
				}
				if i == 1 && len(rows) >= 1000 || len(ws) > mostMoved {
					return nil, nil, problem.New(problem.Conflict, "too_many_relations", fmt.Sprintf("这条%s有太多关联记录，一次合并最多移动 %d 条", both[1].Object.Title.ZH, mostMoved), problem.Item{Code: "too_many_relations", Message: "关联记录太多", Hint: "换个方向合并：保留关联多的那一条"})
				}
			}
		}
	}
	return ws, children, nil
}

// todo is what becomes of an open task of the one that goes: it is its new owner's from now on, and a first contact is made once.
func todo(row *object.Row, from, owner string, standing []moved) map[string]any {
	values := map[string]any{}
	if row.Object.Name != "task" || row.Text("status") != "open" || owner == "" {
		return values
	}
	if row.Owner() == from && from != owner {
		values["owner"] = owner
	}
	kind := row.Text("kind")
	if kind == firstContact && slices.ContainsFunc(standing, func(m moved) bool {
		return m.Field == "" && m.row.Object.Name == "task" && m.row.Text("kind") == kind && m.row.Text("status") == "open"
	}) {
		values["status"] = "cancelled"
	}
	return values
}

// firstContact is the kind of the task that an assignment makes.
const firstContact = "首次联系"

// ownerAfter is who has the one that stays once the other went into it.
func ownerAfter(values map[string]any, stays *object.Row) string {
	if s, ok := values["owner"].(string); ok && stays.Owner() == "" {
		return s
	}
	return stays.Owner()
}

// running lists a record's running countdowns.
func (e *Engine) running(ctx context.Context, q store.Querier, row *object.Row) ([]timer.Timer, error) {
	all, err := e.Timers.List(ctx, q, row.Object.Name, row.ID())
	return slices.DeleteFunc(all, func(t timer.Timer) bool { return t.State != timer.Running }), err
}

// handed picks the countdowns that go on at the one that stays: those of its owner of which it has none of that kind itself.
func handed(values map[string]any, stays *object.Row, running [2][]timer.Timer) []string {
	owner := ownerAfter(values, stays)
	out := []string{}
	if owner == "" || stays.Get("decided_at") != nil {
		return out
	}
	for _, t := range running[1] {
		if (t.Person == owner || t.Person == "" && stays.Owner() == owner) && !slices.ContainsFunc(running[0], func(x timer.Timer) bool { return x.Kind == t.Kind }) {
			out = append(out, t.ID)
		}
	}
	return out
}

// bookkeeping are the fields that every write changes.
var bookkeeping = []int{object.ID, object.Version, object.CreatedAt, object.CreatedBy, object.UpdatedAt, object.UpdatedBy, object.DeletedAt}

// image keeps a row's values by stable id.
func image(row *object.Row) map[string]any {
	out := map[string]any{}
	for i, f := range row.Object.Fields {
		if !slices.Contains(bookkeeping, i) {
			out[f.ID] = row.V[i]
		}
	}
	return out
}

func differences(a, b *object.Row) (before, after map[string]any) {
	before, after = image(a), image(b)
	for id, v := range before {
		if v == after[id] {
			delete(before, id)
			delete(after, id)
		}
	}
	return before, after
}
