// Package rollup keeps on a record what the records that belong to it come to: what has been received of a contract, and what is outstanding;
// how many visits, the first, the last, the latest result. A value is kept by the write that changes it, in the same transaction. Which there
// are is a definition of its own or a field of the object; Again brings standing records up to it in the background.
package rollup

import (
	"context"
	"slices"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
)

// Kind is the definition kind of roll-ups.
const Kind = "rollup"

// Spec is a roll-up as written. An object's field of type rollup says the same of itself.
type Spec struct {
	Object   string `json:"object"`
	Field    string `json:"field"`           // of the object, takes the value
	From     string `json:"from"`            // the object whose records count
	Relation string `json:"relation"`        // its relation to Object
	Fn       string `json:"fn,omitempty"`    // count, sum, min, max, latest
	Value    string `json:"value,omitempty"` // its field that is rolled up; none for count
	By       string `json:"by,omitempty"`    // latest: its date or time that tells the most recent; when it was made, if not given
	// Sum is the short form of fn sum: its field that is added up.
	Sum   string          `json:"sum,omitempty"`
	Where *condition.Node `json:"where,omitempty"`
	// Rest, when given, takes Of less the sum; empty while Of is.
	Rest string `json:"rest,omitempty"`
	Of   string `json:"of,omitempty"`
}

// Rollup is a compiled roll-up. Immutable.
type Rollup struct {
	Name  string
	Spec  Spec
	from  *object.Object
	where *condition.Cond
	reads []*object.Field // of from: a write that changes one of them changes the value
	env   *object.Env
}

// moves tells whether a condition may come to hold, or cease to, without a write of the record: it reads the present time, or a figure.
func moves(n *condition.Node) bool {
	if n == nil {
		return false
	}
	if n.Kind == condition.KindMeasure || n.Kind == condition.KindLeaf && readsNow(n.Value) {
		return true
	}
	return slices.ContainsFunc(n.Children, moves)
}

// readsNow finds {"ref": "now"} and periods that are counted from now in a value.
func readsNow(v any) bool {
	switch x := v.(type) {
	case []any:
		return slices.ContainsFunc(x, readsNow)
	case map[string]any:
		for _, key := range []string{"last", "next", "this", "previous"} {
			if _, ok := x[key]; ok {
				return true
			}
		}
		if x["ref"] == "now" {
			return true
		}
		for _, inner := range x {
			if readsNow(inner) {
				return true
			}
		}
	}
	return false
}

// Step keeps the sums inside each write.
type Step struct{}

// Name of the step.
func (Step) Name() string { return "rollup" }

// Apply computes anew when a record that carries a roll-up is written, and wakes it when one that counts changes. A record is woken once,
// however many roll-ups it has.
func (Step) Apply(ctx context.Context, c *record.Change) error {
	woken := map[[2]string]bool{}
	for _, r := range definition.All[*Rollup](c.Snap, Kind) {
		if c.Object.Name == r.Spec.From && r.concerns(c) {
			if err := r.wake(ctx, c, woken); err != nil {
				return err
			}
		}
		if c.Object.Name == r.Spec.Object && c.Op != record.Delete {
			if err := r.keep(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// concerns tells whether a write may change the roll-up's value.
func (r *Rollup) concerns(c *record.Change) bool {
	return c.Op != record.Update || slices.ContainsFunc(r.reads, func(f *object.Field) bool { return c.Changed(f.Name) })
}

// wake appends a write of each record whose value this one enters or leaves; that write computes, after this row is stored.
func (r *Rollup) wake(ctx context.Context, c *record.Change, woken map[[2]string]bool) error {
	o, ok := object.Of(c.Snap, r.Spec.Object)
	if !ok {
		return nil
	}
	for _, row := range []*object.Row{c.Old, c.New} {
		if row == nil || row.Text(r.Spec.Relation) == "" {
			continue
		}
		id := row.Text(r.Spec.Relation)
		if woken[[2]string{o.Name, id}] {
			continue
		}
		woken[[2]string{o.Name, id}] = true
		if err := record.Lock(ctx, c.Tx, o, id); err != nil { // two nodes add to one sum one after the other
			return err
		}
		standing, err := record.ReadRow(ctx, c.Tx, o, id)
		if err != nil {
			return err
		}
		if standing != nil && standing.V[object.DeletedAt] == nil {
			c.Append(record.Write{Op: record.Update, Object: o.Name, ID: id, Values: map[string]any{}})
		}
	}
	return nil
}

func (r *Rollup) keep(ctx context.Context, c *record.Change) error {
	from, ok := object.Of(c.Snap, r.Spec.From)
	if !ok {
		return nil
	}
	var v any
	if r.Spec.Fn == "count" || r.Spec.Fn == "sum" {
		v = int64(0)
	}
	if c.Old != nil {
		var err error
		ask := record.Aggregate{Fn: r.Spec.Fn, Field: r.Spec.Value, By: r.Spec.By}
		if v, err = record.Roll(ctx, c.Tx, from, ask, r.where, &condition.Env{Zone: r.env.Zone}, record.Eq{Field: r.Spec.Relation, Value: c.New.ID()}); err != nil {
			return err
		}
	}
	c.New.Set(r.Spec.Field, v)
	if r.Spec.Rest == "" {
		return nil
	}
	c.New.Set(r.Spec.Rest, nil)
	sum, _ := v.(int64)
	if of, ok := c.New.Int(r.Spec.Of); ok {
		c.New.Set(r.Spec.Rest, of-sum)
	}
	return nil
}
