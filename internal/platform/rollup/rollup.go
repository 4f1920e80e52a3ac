// Package rollup keeps exact sums on a record of the records that belong to it: what has been received of a contract, and what is outstanding.
// A sum is kept by the write that changes it, in the same transaction. Which sums there are is a definition.
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

// Spec is a roll-up as written.
type Spec struct {
	Object   string          `json:"object"`
	Field    string          `json:"field"`    // of the object, takes the sum
	From     string          `json:"from"`     // the object whose records are added up
	Relation string          `json:"relation"` // its relation to Object
	Sum      string          `json:"sum"`      // its field that is added up
	Where    *condition.Node `json:"where,omitempty"`
	// Rest, when given, takes Of less the sum; empty while Of is.
	Rest string `json:"rest,omitempty"`
	Of   string `json:"of,omitempty"`
}

// Rollup is a compiled roll-up. Immutable.
type Rollup struct {
	Name  string
	Spec  Spec
	where *condition.Cond
	env   *object.Env
}

// NewKind is the definition kind of roll-ups; env reads the literals of conditions.
func NewKind(env *object.Env) definition.Kind {
	return definition.Kind{Name: Kind, Title: definition.Text{ZH: "汇总", EN: "Roll-up"}, Schema: Spec{}, Compile: func(d *definition.Definition, b *definition.Builder) any {
		if r := compile(d, b, env); r != nil {
			return r
		}
		return nil
	}}
}

func compile(d *definition.Definition, b *definition.Builder, env *object.Env) *Rollup {
	r := &Rollup{Name: d.Name, env: env}
	if !b.Decode(&r.Spec) {
		return nil
	}
	before := len(b.Problems)
	find := func(name, at string) *object.Object {
		o, _ := object.Named(b, at, name)
		return o
	}
	o, from := find(r.Spec.Object, "/spec/object"), find(r.Spec.From, "/spec/from")
	if o == nil || from == nil {
		return nil
	}
	field := func(of *object.Object, name, at string) *object.Field {
		f, ok := of.Field(name)
		if !ok {
			b.Problem(at, "unknown_field", of.Title.ZH+"没有字段“"+name+"”", definition.Suggest(name, of.Names()))
		}
		return f
	}
	if rel := field(from, r.Spec.Relation, "/spec/relation"); rel != nil && rel.TargetOf() != o.Name {
		b.Problem("/spec/relation", "not_a_relation", "“"+rel.Title.ZH+"”不指向"+o.Title.ZH, "")
	}
	sum := field(from, r.Spec.Sum, "/spec/sum")
	same := func(f *object.Field, at string) {
		if f != nil && sum != nil && (f.Type.Name() != sum.Type.Name() || f.Type.Scale(f) != sum.Type.Scale(sum)) {
			b.Problem(at, "wrong_type", "“"+f.Title.ZH+"”与“"+sum.Title.ZH+"”不是同一种数", "选一个同类型的字段")
		}
	}
	if sum != nil && sum.Type.Shape() != object.NumberShape {
		b.Problem("/spec/sum", "not_a_number", "“"+sum.Title.ZH+"”不是数字", "选一个数字或金额字段")
	}
	for at, name := range map[string]string{"/spec/field": r.Spec.Field, "/spec/rest": r.Spec.Rest} {
		if name == "" && at == "/spec/rest" {
			continue
		}
		f := field(o, name, at)
		if same(f, at); f != nil && !f.ReadOnly {
			b.Problem(at, "not_readonly", "“"+f.Title.ZH+"”由汇总填写，应设为只读", "在对象里把它设为只读")
		}
	}
	if r.Spec.Rest != "" {
		same(field(o, r.Spec.Of, "/spec/of"), "/spec/of")
	}
	if r.Spec.Where != nil && moves(r.Spec.Where) {
		b.Problem("/spec/where", "reads_time", "汇总的条件不能看现在的时间或统计：没有写入时它也会变", "用固定的日期，或写入时就定下的字段")
	}
	if r.Spec.Where != nil {
		var items = condition.At("/spec/where", nil)
		r.where, items = condition.Compile(r.Spec.Where, condition.Scope{Snapshot: b.Snapshot, Object: from, Env: env})
		for _, it := range condition.At("/spec/where", items) {
			if !condition.Warning(it) {
				b.Problem(it.Pointer, it.Code, it.Message, it.Hint)
			}
		}
	}
	if len(b.Problems) > before {
		return nil
	}
	return r
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

// Apply adds up anew when a record that carries a sum is written, and wakes it when one that counts changes.
func (Step) Apply(ctx context.Context, c *record.Change) error {
	for _, r := range definition.All[*Rollup](c.Snap, Kind) {
		if c.Object.Name == r.Spec.From {
			if err := r.wake(ctx, c); err != nil {
				return err
			}
		}
		if c.Object.Name == r.Spec.Object && c.Op != record.Delete {
			if err := r.add(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// wake appends a write of each record whose sum this one enters or leaves; that write adds up, after this row is stored.
func (r *Rollup) wake(ctx context.Context, c *record.Change) error {
	o, ok := object.Of(c.Snap, r.Spec.Object)
	if !ok {
		return nil
	}
	seen := map[string]bool{"": true}
	for _, row := range []*object.Row{c.Old, c.New} {
		if row == nil || seen[row.Text(r.Spec.Relation)] {
			continue
		}
		id := row.Text(r.Spec.Relation)
		seen[id] = true
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

func (r *Rollup) add(ctx context.Context, c *record.Change) error {
	from, ok := object.Of(c.Snap, r.Spec.From)
	if !ok {
		return nil
	}
	var sum int64
	if c.Old != nil {
		var err error
		if sum, err = record.Sum(ctx, c.Tx, from, r.Spec.Sum, r.where, &condition.Env{Zone: r.env.Zone}, record.Eq{Field: r.Spec.Relation, Value: c.New.ID()}); err != nil {
			return err
		}
	}
	c.New.Set(r.Spec.Field, sum)
	if r.Spec.Rest == "" {
		return nil
	}
	c.New.Set(r.Spec.Rest, nil)
	if of, ok := c.New.Int(r.Spec.Of); ok {
		c.New.Set(r.Spec.Rest, of-sum)
	}
	return nil
}
