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
	if c.Old != nil && len(changes) == 0 && (c.What == "" || c.write.IfChanged) {
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
	if c.Old == nil {
		if err := c.insert(ctx); err != nil {
			return err
		}
	} else if len(changes) > 0 {
		if err := c.update(ctx); err != nil {
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
}

func (w *Writer) insertOf(o *object.Object) *tableInsert {
	if t, ok := w.inserts.Load(o.Table); ok && t.(*tableInsert).o == o {
		return t.(*tableInsert)
	}
	cols := make([]string, len(o.Fields))
	t := &tableInsert{o: o}
	for i, f := range o.Fields {
		cols[i] = object.Quote(f.Column)
		t.unique = t.unique || f.Unique
	}
	t.in = &store.Insert{Table: object.Quote(o.Table), Columns: strings.Join(cols, ", "), N: len(cols)}
	w.inserts.Store(o.Table, t)
	return t
}

// insert stores a new row. One that the database may refuse is stored at once: the error then belongs to this write.
func (c *Change) insert(ctx context.Context) error {
	t := c.writer.insertOf(c.Object)
	if t.unique || c.write.ID != "" {
		return c.unique(c.Tx.InsertNow(ctx, t.in, c.New.V...))
	}
	return c.Tx.Insert(ctx, t.in, c.New.V...)
}

func (c *Change) update(ctx context.Context) error {
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

func (c *Change) hints(r *object.Row) map[string]object.Hint {
	out := map[string]object.Hint{}
	if s, ok := r.V[object.Hints].(string); ok {
		_ = json.Unmarshal([]byte(s), &out) // written only by setHints
	}
	return out
}

func (c *Change) setHints(hs map[string]object.Hint) {
	if len(hs) == 0 {
		c.New.V[object.Hints] = nil
		return
	}
	b, err := json.Marshal(hs)
	if err == nil {
		c.New.V[object.Hints] = string(b)
	}
}
