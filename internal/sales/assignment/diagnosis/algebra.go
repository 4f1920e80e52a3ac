package diagnosis

import (
	"encoding/json"
	"fmt"
	"slices"

	"baton/internal/platform/condition"
	"baton/internal/platform/object"
)

// mostCells bounds the cases that are looked at; above it only history tells.
const mostCells = 60_000

// decidable operators compare a field with fixed values: between the values named nothing changes, so one value stands for each stretch.
var decidable = []string{"eq", "ne", "in", "not_in", "lt", "lte", "gt", "gte", "between", "empty", "not_empty"}

// cases gives one row for each combination of values that conditions can tell apart; ok is false when they look at more than a record's own
// fields and fixed values, or there are too many.
func (h *house) cases(nodes []*condition.Node) (rows []*object.Row, ok bool) {
	values := map[*object.Field][]any{}
	var order []*object.Field
	ok = true
	var walk func(n *condition.Node)
	walk = func(n *condition.Node) {
		if n == nil || !ok {
			return
		}
		for _, k := range n.Children {
			walk(k)
		}
		switch n.Kind {
		case condition.KindSome, condition.KindMeasure:
			ok = false
		case condition.KindLeaf:
			f, own := h.object.Field(n.Field)
			if !own || !slices.Contains(decidable, n.Op) {
				ok = false
				return
			}
			s := f.Type.Shape()
			if s != object.ChoiceShape && s != object.NumberShape && s != object.BoolShape && !(s == object.TextShape && (n.Op == "eq" || n.Op == "in" || n.Op == "empty" || n.Op == "not_empty")) {
				ok = false
				return
			}
			if _, seen := values[f]; !seen {
				order = append(order, f)
				values[f] = []any{nil}
			}
			for _, raw := range literals(n.Value) {
				v, _, err := f.Type.Parse(f, h.Env, raw)
				if err != nil {
					if text, isText := raw.(string); isText && f.Type.Class() == object.TextClass {
						v = text
					} else {
						ok = false
						return
					}
				}
				if v != nil && !slices.Contains(values[f], v) {
					values[f] = append(values[f], v)
				}
			}
		}
	}
	for _, n := range nodes {
		walk(n)
	}
	tags := h.banded(order)
	for f, b := range tags { // what the tag's bands tell apart counts as well
		for _, edge := range b.edges {
			v, _, err := b.field.Type.Parse(b.field, h.Env, edge)
			if err != nil {
				delete(tags, f)
				break
			}
			if !slices.Contains(values[b.field], v) {
				values[b.field] = append(values[b.field], v)
			}
		}
	}
	total := 1
	for _, f := range order {
		values[f] = stretches(f, values[f])
		if total *= len(values[f]); total > mostCells {
			return nil, false
		}
	}
	if !ok {
		return nil, false
	}
	rows = []*object.Row{object.NewRow(h.object)}
	for _, f := range order {
		var more []*object.Row
		for _, r := range rows {
			for _, v := range values[f] {
				c := r.Clone()
				c.V[f.Index] = v
				more = append(more, c)
			}
		}
		rows = more
	}
	return h.possible(rows, tags), true
}

// banded is a tag that follows from one field by its bands.
type banded struct {
	field *object.Field
	edges []json.Number
}

// banded finds the tags among the fields told that follow from another one of them by bands alone.
func (h *house) banded(told []*object.Field) map[*object.Field]banded {
	out := map[*object.Field]banded{}
	for _, f := range told {
		in, derived := h.inputs(f)
		if !derived || len(in) != 1 || !slices.Contains(told, in[0]) {
			continue
		}
		var s struct {
			Rules []json.RawMessage `json:"rules"`
			Copy  string            `json:"copy"`
			Bands *struct {
				Edges []struct{ LT, LTE, GT, GTE *json.Number } `json:"edges"`
			} `json:"bands"`
		}
		d, ok := h.snap.Definition("tag_dimension", f.TagDimension)
		if !ok || json.Unmarshal(d.Spec, &s) != nil || s.Bands == nil || len(s.Rules) > 0 || s.Copy != "" {
			continue
		}
		b := banded{field: in[0]}
		for _, e := range s.Bands.Edges {
			for _, n := range []*json.Number{e.LT, e.LTE, e.GT, e.GTE} {
				if n != nil {
					b.edges = append(b.edges, *n)
				}
			}
		}
		out[f] = b
	}
	return out
}

// possible gives the rows the tags that follow from their fields: one row for each case of the rest.
func (h *house) possible(rows []*object.Row, tags map[*object.Field]banded) []*object.Row {
	if len(tags) == 0 {
		return rows
	}
	derive := h.Trial.Tags(h.snap, h.object.Name)
	var out []*object.Row
	for _, r := range rows {
		once := true
		for f := range tags {
			once = once && r.V[f.Index] == nil
		}
		if !once {
			continue
		}
		c := r.Clone()
		if derive(&condition.Env{Row: c, Now: h.Clock.Now(), Zone: h.Env.Zone, Related: nowhere}) == nil {
			for f := range tags {
				r.V[f.Index] = c.V[f.Index]
			}
		}
		out = append(out, r)
	}
	return out
}

func nowhere(string, string) (*object.Row, error) { return nil, nil }

// stretches adds to the values named one between, below and above them.
func stretches(f *object.Field, named []any) []any {
	out := slices.Clone(named)
	if f.Type.Shape() == object.NumberShape {
		var ns []int64
		for _, v := range named {
			if n, ok := v.(int64); ok {
				ns = append(ns, n)
			}
		}
		if len(ns) == 0 {
			return append(out, int64(1)) // filled with anything
		}
		slices.Sort(ns)
		for i, n := range ns {
			if i == 0 {
				out = append(out, n-1)
			}
			if i+1 == len(ns) {
				out = append(out, n+1)
			} else if n+1 < ns[i+1] {
				out = append(out, n+1)
			}
		}
		return out
	}
	if f.Type.Shape() != object.BoolShape {
		out = append(out, "\uFFFDother")
	}
	return out
}

func literals(v any) []any {
	switch x := v.(type) {
	case nil:
		return nil
	case []any:
		var out []any
		for _, y := range x {
			out = append(out, literals(y)...)
		}
		return out
	}
	return []any{v}
}

// cond compiles a condition on the record, once for each node; nil holds always.
func (h *house) cond(n *condition.Node) *condition.Cond {
	if c, ok := h.compiled[n]; ok {
		return c
	}
	c, _ := condition.Compile(n, condition.Scope{Snapshot: h.snap, Object: h.object, Env: h.Env})
	h.compiled[n] = c
	return c
}

func (h *house) matches(c *condition.Cond, r *object.Row) bool {
	if c == nil {
		return false
	}
	ok, err := c.Match(&condition.Env{Row: r, Now: h.Clock.Now(), Zone: h.Env.Zone, Related: nowhere})
	return ok && err == nil
}

// clone copies a spec by its JSON.
func clone[T any](v T) T {
	var out T
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		panic(fmt.Sprintf("diagnosis: a spec that was read is not written: %v", err)) // both come from one Go type
	}
	return out
}
