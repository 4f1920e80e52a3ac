package record

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// persist writes the row, its typed history and its event. An update that changes nothing and says nothing writes nothing.
func (c *Change) persist(ctx context.Context) error {
	changes := c.differences()
	if c.Old != nil && len(changes) == 0 && c.What == "" {
		c.Result = "unchanged"
		return nil
	}
	if err := c.takeOwner(ctx); err != nil {
		return err
	}
	if err := c.StampUnit(); err != nil {
		return err
	}
	changes = c.differences()
	if err := c.free(ctx); err != nil {
		return err
	}
	next, err := c.carry()
	if err != nil {
		return err
	}
	if c.Old == nil {
		if err := c.insert(ctx, next); err != nil {
			return err
		}
	} else if len(changes) > 0 {
		if err := c.update(ctx, next); err != nil {
			return err
		}
	}
	if err := c.passOwner(ctx); err != nil {
		return err
	}
	if err := c.stampOpen(ctx); err != nil {
		return err
	}
	for _, f := range c.Object.Fields {
		if f.Track && !(f.Index == object.Owner && c.Object.Spec.OwnerFrom != "") {
			if err := c.track(ctx, f); err != nil {
				return err
			}
		}
	}
	e := c.event()
	e.Payload.Changes = changes
	if err := c.writer.Ledger.Append(c.Tx, e); err != nil {
		return err
	}
	if c.writer.Committed != nil {
		c.Tx.AfterCommit(func() { c.writer.Committed(c) })
	}
	return nil
}

// StampUnit keeps org_unit as the owner's unit of this moment: figures follow it, permission follows the present one. It is done before the
// row is stored; a step that reads the unit calls it first.
func (c *Change) StampUnit() error {
	if c.Given[object.OrgUnit] {
		return nil // an engine tells of a past unit
	}
	if c.Old == nil && c.New.V[object.OrgUnit] == nil || c.Changed("owner") {
		c.New.V[object.OrgUnit] = nil
		if o := c.New.Owner(); o != "" {
			if u := c.writer.Access.Dir.UnitOf(o); u != "" {
				c.New.V[object.OrgUnit] = u
			}
		}
	}
	return nil
}

// differences lists what changed as [from, to]; the record's own bookkeeping is left out.
func (c *Change) differences() map[string][2]any {
	out := map[string][2]any{}
	for i, f := range c.Object.Fields {
		switch i {
		case object.ID, object.Version, object.CreatedAt, object.CreatedBy, object.UpdatedAt, object.UpdatedBy:
			continue
		}
		var old any
		if c.Old != nil {
			old = c.Old.V[i]
		}
		if old != c.New.V[i] {
			out[f.Name] = [2]any{old, c.New.V[i]}
		}
	}
	return out
}

// tableInsert is the insert of an object's rows; one for each revision's object, so that its texts are prepared once.
type tableInsert struct {
	o      *object.Object
	in     *store.Insert
	unique bool
	next   []*object.Field // those whose type is changing: both columns are written
}

func (w *Writer) insertOf(o *object.Object) *tableInsert {
	if t, ok := w.inserts.Load(o.Table); ok && t.(*tableInsert).o == o {
		return t.(*tableInsert)
	}
	cols := make([]string, len(o.Fields))
	t := &tableInsert{o: o, unique: len(o.Unique) > 0}
	for i, f := range o.Fields {
		cols[i] = object.Quote(f.Column)
		t.unique = t.unique || f.Unique
		if f.Next != nil {
			t.next = append(t.next, f)
		}
	}
	for _, f := range t.next {
		cols = append(cols, object.Quote(f.Next.Column))
	}
	t.in = &store.Insert{Table: object.Quote(o.Table), Columns: strings.Join(cols, ", "), N: len(cols)}
	w.inserts.Store(o.Table, t)
	return t
}

// insert stores a new row. One that the database may refuse is stored at once: the error then belongs to this write.
func (c *Change) insert(ctx context.Context, next map[int]any) error {
	t := c.writer.insertOf(c.Object)
	values := c.New.V
	if len(t.next) > 0 {
		values = append([]any(nil), values...)
		for _, f := range t.next {
			values = append(values, next[f.Index])
		}
	}
	if t.unique || c.write.ID != "" {
		return c.unique(c.Tx.InsertNow(ctx, t.in, values...))
	}
	return c.Tx.Insert(ctx, t.in, values...)
}

func (c *Change) update(ctx context.Context, next map[int]any) error {
	c.New.V[object.Version] = c.Old.V[object.Version].(int64) + 1
	c.New.V[object.UpdatedAt] = max(c.At, intOr(c.Old.V[object.UpdatedAt]))
	if c.Actor.Kind == actor.Person {
		c.New.V[object.UpdatedBy] = c.Actor.ID
	}
	var set []string
	var args []any
	for i, f := range c.Object.Fields {
		if c.Old.V[i] != c.New.V[i] {
			set, args = append(set, object.Quote(f.Column)+" = ?"), append(args, c.New.V[i])
			if f.Next != nil {
				set, args = append(set, object.Quote(f.Next.Column)+" = ?"), append(args, next[i])
			}
		}
	}
	args = append(args, c.New.ID(), c.Old.V[object.Version])
	res, err := c.Tx.Exec(ctx, "UPDATE "+object.Quote(c.Object.Table)+" SET "+strings.Join(set, ", ")+` WHERE "id" = ? AND "version" = ?`, args...)
	if err != nil {
		return c.unique(err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return problem.New(problem.Conflict, "stale", "这条记录刚被别人改过，请刷新后再试")
	}
	return nil
}

func intOr(v any) int64 {
	n, _ := v.(int64)
	return n
}

// text gives a canonical value as the text typed history keeps.
func text(v any) any {
	if n, ok := v.(int64); ok {
		return fmt.Sprint(n)
	}
	return v
}

// hints reads the reservations beside a row's values, by the fields' present names; those of a type to come stay by its column.
func (c *Change) hints(r *object.Row) map[string]object.Hint {
	return readHints(r.Object, r.V[object.Hints])
}

func (c *Change) setHints(hs map[string]object.Hint) { c.New.V[object.Hints] = writeHints(hs) }

// readHints resolves what hints are kept by: a field's name, one it had before, or the column that it has been given since.
func readHints(o *object.Object, v any) map[string]object.Hint {
	out := map[string]object.Hint{}
	s, ok := v.(string)
	if !ok {
		return out
	}
	kept := map[string]object.Hint{}
	_ = json.Unmarshal([]byte(s), &kept) // written only by writeHints
	for key, h := range kept {
		name, resolved := key, false
		if f, ok := o.Field(key); ok {
			name, resolved = f.Name, f.Name != key
		} else if f := o.ByColumn(key); f != nil {
			name, resolved = f.Name, true
		}
		if _, own := kept[name]; !resolved || !own {
			out[name] = h
		}
	}
	return out
}

func writeHints(hs map[string]object.Hint) any {
	if len(hs) == 0 {
		return nil
	}
	b, err := json.Marshal(hs)
	if err != nil {
		return nil // plain texts: cannot fail
	}
	return string(b)
}

// carry reads what the write brings by the types to come: the values for their columns, by field index. What they cannot read is kept as a
// hint for then, or refused when the change of type takes nothing unread.
func (c *Change) carry() (map[int]any, error) {
	t := c.writer.insertOf(c.Object)
	if len(t.next) == 0 {
		return nil, nil
	}
	out := map[int]any{}
	hs, changed := c.hints(c.New), false
	for _, f := range t.next {
		if c.Old != nil && c.Old.V[f.Index] == c.New.V[f.Index] {
			continue
		}
		v := Convert(f, f.Next, c.Env, c.New.V[f.Index])
		if v.Err != nil && f.Retype.Unread == "refuse" {
			return nil, problem.New(problem.Invalid, "invalid_record", "填写有误，没有保存", problem.Item{Pointer: "/" + f.Name, Code: v.Err.Code, Message: "“" + f.Title.ZH + "”正在改为另一种类型：" + v.Err.Message, Hint: v.Err.Hint})
		}
		out[f.Index] = v.Value
		if _, had := hs[f.Next.Column]; had || v.Hint != nil {
			changed = true
			delete(hs, f.Next.Column)
			if v.Hint != nil {
				hs[f.Next.Column] = *v.Hint
			}
		}
	}
	if changed {
		c.setHints(hs)
	}
	return out, nil
}
