package condition

import (
	"fmt"
	"slices"
	"time"

	"baton/internal/platform/object"
)

// Match tells whether the condition holds. An error comes from Env's functions only (or from one that is missing).
func (c *Cond) Match(e *Env) (bool, error) { return c.root.match(e, e.Row) }

func (n *node) match(e *Env, r *object.Row) (bool, error) {
	switch n.kind {
	case KindLeaf:
		if n.plain && r != nil && r.Object == n.path.last {
			v := r.V[n.path.field.Index]
			if v == nil {
				return n.op.neg, nil
			}
			return n.test.match(v) != n.op.neg, nil
		}
		passed, _, err := n.leaf(e, r)
		return passed, err
	case KindAll:
		for _, k := range n.kids {
			if ok, err := k.match(e, r); !ok || err != nil {
				return false, err
			}
		}
		return true, nil
	case KindAny:
		for _, k := range n.kids {
			if ok, err := k.match(e, r); ok || err != nil {
				return ok && err == nil, err
			}
		}
		return false, nil
	case KindNone:
		for _, k := range n.kids {
			if ok, err := k.match(e, r); ok || err != nil {
				return false, err
			}
		}
		return true, nil
	case KindSome:
		rows, err := n.children(e, r)
		if err != nil {
			return false, err
		}
		for _, child := range rows {
			ok, err := n.where(e, child)
			if ok || err != nil {
				return ok && err == nil, err
			}
		}
		return false, nil
	case KindMeasure:
		passed, _, _, err := n.measured(e)
		return passed, err
	}
	return false, fmt.Errorf("condition: unknown kind %q", n.kind)
}

// leaf evaluates any leaf and gives the value it saw.
func (n *node) leaf(e *Env, r *object.Row) (passed bool, seen any, err error) {
	v, err := n.path.value(e, r)
	if err != nil {
		return false, nil, err
	}
	if v == nil {
		return n.op.neg, nil, nil
	}
	if n.unit != nil {
		in, err := n.underUnit(e, v)
		return err == nil && in != n.op.neg, v, err
	}
	t := &n.test
	if n.period != nil || n.dynamic || n.days {
		closed, err := n.closed(e)
		if err != nil {
			return false, v, err
		}
		t = &closed
	}
	return t.match(v) != n.op.neg, v, nil
}

// closed gives the test with refs and periods replaced by what they are in e.
func (n *node) closed(e *Env) (test, error) {
	zone := n.zone(e)
	switch {
	case n.period != nil:
		return test{form: formSpan, span: n.span(e.Now, zone)}, nil
	case !n.dynamic && (!n.days || zone == n.s.Env.Zone):
		return n.test, nil
	}
	vs, ok, err := n.values(e, zone)
	if err != nil || !ok {
		return test{form: formNever}, err
	}
	return n.close(vs, zone), nil
}

// values reads all operands; ok is false when an empty ref decides that the leaf's core does not hold.
func (n *node) values(e *Env, zone *time.Location) ([]operand, bool, error) {
	vs := make([]operand, 0, len(n.operands))
	for _, o := range n.operands {
		if o.ref == nil {
			vs = append(vs, o)
			continue
		}
		read, err := n.refValues(e, n.s, o.ref, zone)
		if err != nil {
			return nil, false, err
		}
		if len(read) == 0 && n.op.core != coreIn && n.op.core != coreUnder {
			return nil, false, nil
		}
		vs = append(vs, read...)
	}
	return vs, len(vs) > 0, nil
}

func (n *node) zone(e *Env) *time.Location {
	if e.Zone != nil {
		return e.Zone
	}
	return n.s.Env.Zone
}

// periodSpan is a period's span and the instants between which it stays the same.
type periodSpan struct {
	zone        *time.Location
	from, until int64
	span        span
}

func (n *node) span(now time.Time, zone *time.Location) span {
	ms := now.UnixMilli()
	if c := n.cache.Load(); c != nil && c.zone == zone && ms >= c.from && ms < c.until {
		return c.span
	}
	s := n.period.milliBounds(now, zone)
	if n.path.field.Type.Shape() == object.DateShape {
		from, to := n.period.Range(now, zone)
		s = span{-1 << 63, 1<<63 - 1}
		if !from.IsZero() {
			s.lo = object.DayOf(from, zone)
		}
		if !to.IsZero() {
			s.hi = object.DayOf(to, zone) - 1
		}
	}
	if u := n.period.unit(); u != "hour" && u != "minute" {
		n.cache.Store(&periodSpan{zone, unitStart(now, zone, "day", 0).UnixMilli(), unitStart(now, zone, "day", 1).UnixMilli(), s})
	}
	return s
}

// deepest bounds the climb through parents, so that a loop among them ends.
const deepest = 1000

// underUnit climbs from id until it meets one of the operands.
func (n *node) underUnit(e *Env, v any) (bool, error) {
	vs, ok, err := n.values(e, nil)
	if err != nil || !ok {
		return false, err
	}
	is := func(id string) bool {
		return slices.ContainsFunc(vs, func(o operand) bool { return o.value == any(id) })
	}
	id, _ := v.(string)
	for range deepest {
		if is(id) {
			return true, nil
		}
		r, err := e.related(n.unit.target.Name, id)
		if err != nil || r == nil {
			return false, err
		}
		if id, _ = valueAt(r, n.unit.target, n.unit.field).(string); id == "" {
			return false, nil
		}
	}
	return false, nil
}

// children reads the records a "some" looks at.
func (n *node) children(e *Env, r *object.Row) ([]*object.Row, error) {
	if r == nil || r.ID() == "" {
		return nil, nil
	}
	if e.Children == nil {
		return nil, fmt.Errorf("condition: reaching %s needs Env.Children", n.related.object.Name)
	}
	rows, err := e.Children(n.related.object.Name, n.related.field.Name, r.ID())
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(rows), func(c *object.Row) bool {
		return c.V[object.DeletedAt] != nil || n.related.limit != nil && !n.related.limit.Allows(c)
	}), nil
}

func (n *node) where(e *Env, child *object.Row) (bool, error) {
	if len(n.kids) == 0 {
		return true, nil
	}
	return n.kids[0].match(e, child)
}
