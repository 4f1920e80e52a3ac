package assignment

import (
	"encoding/json"
	"math"
	"slices"

	"baton/internal/platform/condition"
)

// fast is a branch's where with its figures at hand: a choice over hundreds of people has no time to bind keys anew for each. It decides
// exactly as condition does (a test holds the two together); conditions it cannot take are left to condition.
type fast struct {
	kind   condition.Kind
	kids   []*fast
	figure int
	op     string
	bounds [2]float64
	leaf   *condition.Cond // on the person
}

// fast gives nil for a condition it cannot take. compile checks a leaf of the person alone.
func (b *branch) fast(n *condition.Node, compile func(*condition.Node) *condition.Cond, next *int) *fast {
	f := &fast{kind: n.Kind}
	switch n.Kind {
	case condition.KindAll, condition.KindAny, condition.KindNone:
		for _, k := range n.Children {
			kid := b.fast(k, compile, next)
			if kid == nil {
				return nil
			}
			f.kids = append(f.kids, kid)
		}
	case condition.KindMeasure:
		uses := b.where.Measures()
		f.figure, f.op = b.leaf[uses[*next]], n.Op
		*next++
		return f.numbers(n.Value)
	case condition.KindLeaf:
		if f.leaf = compile(n); f.leaf == nil {
			return nil
		}
	default:
		return nil
	}
	return f
}

// numbers takes literal numbers only.
func (f *fast) numbers(v any) *fast {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if want := map[bool]int{true: 2, false: 1}[f.op == "between"]; len(list) != want {
		return nil
	}
	for i, x := range list {
		n, ok := x.(json.Number)
		if !ok {
			return nil
		}
		var err error
		if f.bounds[i], err = n.Float64(); err != nil {
			return nil
		}
	}
	return f
}

func (f *fast) holds(w *where) (bool, error) {
	switch f.kind {
	case condition.KindAll, condition.KindAny, condition.KindNone:
		for _, k := range f.kids {
			ok, err := k.holds(w)
			if err != nil {
				return false, err
			}
			if ok != (f.kind == condition.KindAll) {
				return f.kind == condition.KindAny, nil
			}
		}
		return f.kind != condition.KindAny, nil
	case condition.KindMeasure:
		v, ok := w.figure(f.figure)
		return ok && f.compare(v), nil
	}
	return f.leaf.Match(&w.env)
}

func (f *fast) compare(v float64) bool {
	a := f.bounds[0]
	switch f.op {
	case "eq":
		return v == a
	case "ne":
		return v != a
	case "lt":
		return v < a
	case "lte":
		return v <= a
	case "gt":
		return v > a
	case "gte":
		return v >= a
	}
	return a <= v && v <= f.bounds[1] // between
}

// figure is the current candidate's, as conditions see it.
func (w *where) figure(k int) (float64, bool) {
	if w.free && slices.Contains(w.b.caps, k) {
		return math.Inf(-1), true
	}
	return w.cur.value(w.b, k)
}
