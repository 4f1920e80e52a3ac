package assignment

import (
	"context"
	"slices"
	"strconv"
	"time"

	"baton/internal/platform/condition"
	"baton/internal/platform/object"
	"baton/internal/platform/query"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Figures are the live figures inside a write. query.Kept is one.
type Figures interface {
	// ByFirst gives a kept measure by the values of its first dimension, the second fixed to k2 ("" = any), over a period (nil = all
	// time). What is missing in the map is the zero figure.
	ByFirst(ctx context.Context, tx *store.Tx, measure, k2 string, period *condition.Period) (map[string]query.Figure, error)
	// Lock holds a figure of one first value until the write ends, so that what is read after it stays true over all nodes.
	Lock(ctx context.Context, tx *store.Tx, measure, k1 string) error
}

// tried is what became of one branch.
type tried struct {
	b          *branch
	matched    bool
	considered int
	excluded   [filters]int
	candidates []*candidate
	note       string
	keep       keep
}

// choice is one record's way through a policy.
type choice struct {
	e    *Engine
	c    *record.Change
	p    *Policy
	ro   *roster
	env  condition.Env
	q    question
	done []*tried
	met  map[reached]*object.Row // through relations
	dry  *Replay                 // what is remembered stays in it; nil in a write
}

// run asks the branches in order; nil when nobody gets the record.
func (h *choice) run(ctx context.Context) (*candidate, error) {
	for _, b := range h.p.branches {
		t := &tried{b: b, matched: true}
		h.done = append(h.done, t)
		if b.when != nil {
			ok, err := b.when.Match(&h.env)
			if err != nil {
				return nil, err
			}
			if t.matched = ok; !ok {
				continue
			}
		}
		got, err := h.branch(ctx, t)
		if got != nil || err != nil {
			return got, err
		}
	}
	return nil, nil
}

func (h *choice) branch(ctx context.Context, t *tried) (*candidate, error) {
	b := t.b
	if got, err := h.owner(ctx, t); got != nil || err != nil {
		return got, err
	}
	t.considered = len(h.ro.reps)
	var left []*rep
	for _, r := range h.ro.reps {
		if f := b.excluded(r, &h.q); f >= 0 {
			t.excluded[f]++
			continue
		}
		left = append(left, r)
	}
	if len(left) == 0 {
		return nil, nil
	}
	if err := h.look(ctx, t, left); err != nil {
		return nil, err
	}
	w := h.where(b)
	s := &Selection{b: b, People: make([]*candidate, 0, len(left))}
	for _, c := range t.candidates {
		var err error
		if c.passed, err = w.holds(c, false); err != nil {
			return nil, err
		}
		if c.passed {
			s.People = append(s.People, c)
		}
	}
	if len(s.People) == 0 {
		return nil, nil
	}
	return h.take(ctx, t, s, w)
}

// look reads the branch's figures for everybody left.
func (h *choice) look(ctx context.Context, t *tried, left []*rep) error {
	n := len(t.b.figures)
	slab, cells := make([]candidate, len(left)), make([]seenFigure, n*len(left))
	t.candidates = make([]*candidate, len(left))
	for i, r := range left {
		slab[i] = candidate{rep: r, seen: cells[i*n : (i+1)*n : (i+1)*n]}
		t.candidates[i] = &slab[i]
	}
	for k := range t.b.figures {
		f := &t.b.figures[k]
		var all map[string]query.Figure
		read := ""
		for i, c := range t.candidates {
			k2, ok := f.second.key(h.c.New, c.row)
			if !ok {
				continue
			}
			if all == nil || i > 0 && k2 != read {
				var err error
				if all, err = h.e.Figures.ByFirst(ctx, h.c.Tx, f.measure, k2, f.period); err != nil {
					return err
				}
				read = k2
			}
			c.seen[k] = seenFigure{all[c.id], true}
		}
	}
	return nil
}

// key is the second dimension's value as kept figures name it; ok is false when it is bound to an empty field.
func (b binding) key(row, person *object.Row) (string, bool) {
	v := b.literal
	switch {
	case b.record != nil:
		if v = row.Get(b.record.Name); v == nil && b.otherwise != nil {
			v = row.Get(b.otherwise.Name)
		}
	case b.candidate != nil:
		v = person.Get(b.candidate.Name)
	case v == nil:
		return "", true
	}
	switch v := v.(type) {
	case string:
		return v, v != ""
	case int64:
		return strconv.FormatInt(v, 10), true
	case interface{ String() string }: // a JSON number
		return v.String(), true
	}
	return "", false
}

// take lets the strategy pick until somebody's caps hold.
func (h *choice) take(ctx context.Context, t *tried, s *Selection, w *where) (*candidate, error) {
	b, tx := t.b, h.c.Tx
	var err error
	if s.turns, err = h.turns(ctx, h.p.Object.Name); err != nil {
		return nil, err
	}
	var mem *memory
	if _, ok := b.strategy.(rememberer); ok {
		if mem, err = h.memory(ctx, b); err != nil {
			return nil, err
		}
		s.State = mem.body
	}
	for len(s.People) > 0 {
		i := b.strategy.Pick(s)
		c := s.People[i]
		ok, err := h.hold(ctx, t, s.turns, c, w)
		if err != nil {
			return nil, err
		}
		if !ok {
			c.lost = true
			s.People = slices.Delete(s.People, i, i+1)
			continue
		}
		t.note = b.strategy.Note(s, i)
		b.strategy.Took(s, i)
		if mem != nil {
			if err := mem.write(ctx, tx, s.State); err != nil {
				return nil, err
			}
		}
		c.chosen = true
		return c, nil
	}
	return nil, nil
}

// hold makes sure of a person's place: the figures that bound from above are locked and read again, daily caps are counted conditionally.
func (h *choice) hold(ctx context.Context, t *tried, all *turns, c *candidate, w *where) (bool, error) {
	b, tx := t.b, h.c.Tx
	again := false
	for _, k := range b.caps {
		f := &b.figures[k]
		if err := h.e.Figures.Lock(ctx, tx, f.measure, c.id); err != nil {
			return false, err
		}
		k2, ok := f.second.key(h.c.New, c.row)
		if !ok {
			continue
		}
		now, err := h.e.Figures.ByFirst(ctx, tx, f.measure, k2, f.period)
		if err != nil {
			return false, err
		}
		if seen := (seenFigure{now[c.id], true}); seen != c.seen[k] {
			c.seen[k], again = seen, true
		}
	}
	if again {
		if ok, err := w.holds(c, false); !ok || err != nil {
			return false, err
		}
	}
	var daily *turns
	if b.DailyCap > 0 {
		var err error
		if daily, err = h.turns(ctx, h.p.Object.Name+"/"+h.p.Name+"/"+b.Name); err != nil {
			return false, err
		}
		if ok, err := daily.take(ctx, tx, c.id, h.q.day, h.c.Now, b.DailyCap); !ok || err != nil {
			return false, err
		}
	}
	ok, err := all.take(ctx, tx, c.id, h.q.day, h.c.Now, c.dailyCap)
	if err == nil && !ok && daily != nil {
		err = daily.giveBack(ctx, tx, c.id, h.q.day)
	}
	return ok, err
}

// where evaluates a branch's condition for one candidate after another.
type where struct {
	b    *branch
	env  condition.Env
	cur  *candidate
	free bool // caps count as kept
	caps bool // nothing but the caps is asked
}

func (h *choice) where(b *branch) *where {
	w := &where{b: b}
	w.env = h.env
	w.env.Refs = map[string]*object.Row{h.p.Object.Name: h.c.New}
	w.env.Measure = w.measure
	return w
}

func (w *where) measure(use *condition.MeasureUse, _ map[string]any) (float64, bool) {
	k, ok := w.b.leaf[use]
	if !ok {
		return 0, false
	}
	return w.figure(k)
}

func (w *where) holds(c *candidate, free bool) (bool, error) {
	if w.b.where == nil || w.caps && w.b.limit == nil {
		return true, nil
	}
	w.cur, w.free = c, free
	w.env.Row, w.env.Refs["candidate"] = c.row, c.row
	if w.caps {
		return w.b.limit.Match(&w.env)
	}
	if w.b.quick != nil {
		return w.b.quick.holds(w)
	}
	return w.b.where.Match(&w.env)
}

// The reasons why a record waits in the pool.
const (
	NoPolicy = "没有适用的分配策略"
	NoBranch = "没有匹配的分支"
	Nobody   = "没有可用的销售"
	AllFull  = "候选已满"
	NotGood  = "没有达到条件的销售"
)

// reason says why nobody got the record.
func (h *choice) reason() (string, error) {
	out := NoBranch
	for _, t := range h.done {
		if !t.matched {
			continue
		}
		if out == NoBranch {
			out = Nobody
		}
		w := h.where(t.b)
		for _, c := range t.candidates {
			if c.lost {
				return AllFull, nil
			}
			ok, err := w.holds(c, true)
			if err != nil {
				return "", err
			}
			if ok {
				return AllFull, nil
			}
			out = NotGood
		}
	}
	return out, nil
}

// ask reads the record's side of the filters.
func ask(c *record.Change, p *Policy) question {
	q := question{line: c.New.Text("product_line"), moment: p.moment(time.UnixMilli(c.Now), c.Env.Zone)}
	if r := c.New.Text("region"); r != "" && r[0] != '~' { // behind ~ stands text that names no known place
		q.region = r
	}
	return q
}
