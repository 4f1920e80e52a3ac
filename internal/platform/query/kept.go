package query

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"

	"baton/internal/platform/clock"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Kept holds the kept figures: it is the last step of every write, which changes them by what the write changes, in the same transaction;
// and it answers for them inside a write in microseconds. Until a new or changed measure is counted through (Run), its figures are computed
// from the rows: slower, and right. Safe for concurrent use.
type Kept struct {
	db    *store.DB
	defs  *definition.Manager
	clock *clock.Clock
	env   *object.Env
	plans atomic.Pointer[plans]
	cache cache
	wake  chan struct{}
	// sliceRows is how many rows one slice of counting through reads; 400 hold the writer some milliseconds.
	sliceRows int
}

// NewKept hooks the figures into db and defs. Make it after the ledger, whose numbering orders the groups of all nodes, and before
// definitions are loaded.
func NewKept(db *store.DB, defs *definition.Manager, c *clock.Clock, env *object.Env) *Kept {
	k := &Kept{db: db, defs: defs, clock: c, env: env, wake: make(chan struct{}, 1), sliceRows: 400}
	db.OnFinish(k.finish)
	defs.OnSwap(func(*definition.Snapshot) { k.Wake() })
	return k
}

// Wake lets Run look for measures to count through.
func (k *Kept) Wake() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// plans are the kept measures of one snapshot.
type plans struct {
	snap     *definition.Snapshot
	byObject map[string][]*Measure
	byName   map[string]*Measure
}

func (k *Kept) plansOf(s *definition.Snapshot) *plans {
	if p := k.plans.Load(); p != nil && p.snap == s {
		return p
	}
	p := &plans{snap: s, byObject: map[string][]*Measure{}, byName: map[string]*Measure{}}
	for _, m := range definition.All[*Measure](s, Kind) {
		if m.kept != nil {
			p.byObject[m.Object.Name] = append(p.byObject[m.Object.Name], m)
			p.byName[m.Name] = m
		}
	}
	k.plans.Store(p)
	return p
}

// Name of the step.
func (k *Kept) Name() string { return "query.kept" }

// Apply changes the kept figures by what the change changes.
func (k *Kept) Apply(ctx context.Context, c *record.Change) error {
	p := k.plansOf(c.Snap)
	g, err := k.group(ctx, c.Tx, p)
	if err != nil {
		return err
	}
	measures := p.byObject[c.Object.Name]
	if len(measures) == 0 {
		return nil
	}
	if err := c.StampUnit(); err != nil {
		return err
	}
	var part delta
	for _, m := range measures {
		was, wasF, had, err := m.contribution(c.Old)
		if err != nil {
			return fmt.Errorf("query: measure %s: %w", m.Name, err)
		}
		is, isF, has, err := m.contribution(c.New)
		if err != nil {
			return fmt.Errorf("query: measure %s: %w", m.Name, err)
		}
		if had == has && was == is && wasF == isF {
			continue
		}
		if had {
			g.change(&part, m, c.New.ID(), was, wasF.minus())
		}
		if has {
			g.change(&part, m, c.New.ID(), is, isF)
		}
	}
	if len(part) > 0 {
		c.Tx.Collect(part)
	}
	return nil
}

// Value is a figure inside a running write, its own earlier changes included. k1 and k2 are values of the measure's kept dimensions (texts
// as stored; "" means any). A nil period is all time. ok is false when the figure cannot be computed: no such kept measure, or a ratio or
// average without rows.
func (k *Kept) Value(ctx context.Context, tx *store.Tx, measure, k1, k2 string, period *condition.Period) (n, d int64, ok bool, err error) {
	m := k.plansOf(k.defs.Current()).byName[measure]
	figures, err := k.ByFirst(ctx, tx, measure, k2, period)
	if err != nil || m == nil {
		return 0, 0, false, err
	}
	var f Figure
	if k1 != "" {
		f = figures[k1]
	} else {
		for _, x := range figures {
			f = f.plus(x)
		}
	}
	_, ok = m.Value(f)
	return f.N, f.D, ok, nil
}

// ByFirst is Value for all values of the first dimension at once. The map is not to be changed and holds until the next write of tx; what
// is missing in it is the zero figure. An unknown measure is an error.
func (k *Kept) ByFirst(ctx context.Context, tx *store.Tx, measure, k2 string, period *condition.Period) (map[string]Figure, error) {
	p := k.plansOf(k.defs.Current())
	m := p.byName[measure]
	if m == nil {
		return nil, problem.New(problem.Invalid, "unknown_measure", "没有保持的指标“"+measure+"”", problem.Item{Code: "unknown_measure", Message: "没有保持的指标“" + measure + "”", Hint: definition.Suggest(measure, k.defs.Current().Names(Kind))})
	}
	g, err := k.group(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	now := k.clock.Now()
	from, to, onDays := days(period, now, m.zone)
	if !onDays || period != nil && !m.kept.day {
		return k.scan(ctx, tx, m, k2, period)
	}
	key := viewKey{m.Name, k2, from, to}
	if v := g.views[key]; v != nil {
		return v.figures, nil
	}
	v, err := k.load(ctx, tx, g, m, key, period)
	if err != nil {
		return nil, err
	}
	g.views[key] = v
	return v.figures, nil
}

// Lock holds a person's (first dimension's) figure of a measure for this write group, so that a cap read after it holds over all nodes. On
// SQLite there is but one writer and nothing to do.
func (k *Kept) Lock(ctx context.Context, tx *store.Tx, measure, k1 string) error {
	if tx.Dialect() != store.Postgres {
		return nil
	}
	p := k.plansOf(k.defs.Current())
	g, err := k.group(ctx, tx, p)
	if err != nil {
		return err
	}
	key := [2]string{measure, k1}
	if g.locked[key] {
		return nil
	}
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ?, 0))", ".kept."+measure+"."+k1); err != nil {
		return err
	}
	g.locked[key] = true
	// Another node may have changed the figure while we waited: what was read before the lock is read again.
	for vk := range g.views {
		if vk.measure == measure {
			delete(g.views, vk)
		}
	}
	return nil
}

// view is the figures of one question by first dimension, the group's own changes included.
type view struct {
	figures map[string]Figure
	shared  bool // with the cache: to be cloned before a change
}

func (v *view) add(k1 string, f Figure) {
	if v.shared {
		v.figures, v.shared = maps.Clone(v.figures), false
	}
	v.figures[k1] = v.figures[k1].plus(f)
}

type viewKey struct {
	measure, k2 string
	from, to    int64
}

func (key viewKey) holds(b bucket) bool {
	return (key.k2 == "" || key.k2 == b.k2) && key.from <= b.day && b.day <= key.to
}

// load reads a view: from the cache where nothing was written since, else from the kept rows, else from the records.
func (k *Kept) load(ctx context.Context, tx *store.Tx, g *group, m *Measure, key viewKey, period *condition.Period) (*view, error) {
	st := g.states[m.Name]
	if st == nil || !st.ready {
		figures, err := k.scan(ctx, tx, m, key.k2, period)
		return &view{figures: figures}, err
	}
	v := &view{shared: true}
	if v.figures = k.cache.get(key, st); v.figures == nil || g.anyLocked(m.Name) {
		var err error
		if v.figures, err = k.read(ctx, tx, st.build, key); err != nil {
			return nil, err
		}
		k.cache.put(key, st, v.figures)
	}
	for b, f := range g.deltas[m.Name] {
		if key.holds(b) {
			v.add(b.k1, f)
		}
	}
	return v, nil
}

func (k *Kept) read(ctx context.Context, q store.Querier, build int64, key viewKey) (map[string]Figure, error) {
	text := "SELECT k1, CAST(SUM(n) AS bigint), CAST(SUM(d) AS bigint) FROM kept WHERE build = ?"
	args := []any{build}
	if key.k2 != "" {
		text, args = text+" AND k2 = ?", append(args, key.k2)
	}
	if key.from != noDay {
		text, args = text+" AND day >= ? AND day <= ?", append(args, key.from, key.to)
	}
	return figures(ctx, q, text+" GROUP BY k1", args)
}

func figures(ctx context.Context, q store.Querier, text string, args []any) (map[string]Figure, error) {
	rows, err := q.Query(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("query: kept: %w", err)
	}
	defer rows.Close()
	out := map[string]Figure{}
	for rows.Next() {
		var k1 string
		var f Figure
		if err := rows.Scan(&k1, &f.N, &f.D); err != nil {
			return nil, err
		}
		out[k1] = f
	}
	return out, rows.Err()
}

// cache keeps committed views of each measure, for one generation.
type cache struct {
	mu sync.Mutex
	m  map[string]*cached
}

type cached struct {
	build, generation int64
	views             map[viewKey]map[string]Figure
}

// mostViews bounds the cache per measure; a new day brings new periods, the old ones go all at once.
const mostViews = 500

func (c *cache) get(key viewKey, st *state) map[string]Figure {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.m[key.measure]; e != nil && e.build == st.build && e.generation == st.generation {
		return e.views[key]
	}
	return nil
}

func (c *cache) put(key viewKey, st *state, figures map[string]Figure) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.m[key.measure]
	if e == nil || e.build != st.build || e.generation != st.generation || len(e.views) >= mostViews {
		e = &cached{build: st.build, generation: st.generation, views: map[viewKey]map[string]Figure{}}
		if c.m == nil {
			c.m = map[string]*cached{}
		}
		c.m[key.measure] = e
	}
	e.views[key] = figures
}

// advance brings the views to the next generation by a committed group's changes; when another node wrote between, they are dropped.
func (c *cache) advance(measure string, build, base, next int64, changes map[bucket]Figure) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.m[measure]
	if e == nil {
		return
	}
	if e.build != build || e.generation != base || next != base+1 {
		delete(c.m, measure)
		return
	}
	e.generation = next
	for key, figures := range e.views {
		v := view{figures: figures, shared: true}
		for b, f := range changes {
			if key.holds(b) {
				v.add(b.k1, f)
			}
		}
		e.views[key] = v.figures
	}
}
