package query

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/store"
)

// delta is what one change adds to the kept figures; a group's deltas are written at its end.
type delta []deltaRow

type deltaRow struct {
	measure string
	build   int64
	bucket
	Figure
}

// state is how far a measure has been counted through. Rows up to position are in the figures.
type state struct {
	signature  string
	build      int64
	ready      bool
	position   string
	generation int64
}

// group is what a write group knows: states, its own changes so far, and the views it has read.
type group struct {
	states map[string]*state // of measures whose figures belong to the present definition
	deltas map[string]map[bucket]Figure
	views  map[viewKey]*view
	locked map[[2]string]bool
}

type groupKey struct{ k *Kept }

// group gives the running group's state. It is loaded anew when a work of the group failed: what failed works changed is gone then, what
// the others changed was collected.
func (k *Kept) group(ctx context.Context, tx *store.Tx, p *plans) (*group, error) {
	v, err := tx.Value(groupKey{k}, func() (any, error) {
		g := &group{states: map[string]*state{}, deltas: map[string]map[bucket]Figure{}, views: map[viewKey]*view{}, locked: map[[2]string]bool{}}
		if tx.Dialect() == store.Postgres {
			// Counting through (see step) waits for the groups of all nodes, and they for it.
			if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock_shared(hashtextextended(current_schema() || '.kept', 0))"); err != nil {
				return nil, err
			}
		}
		if err := k.states(ctx, tx, g, p); err != nil {
			return nil, fmt.Errorf("query: kept state: %w", err)
		}
		for _, c := range tx.Collected() {
			if part, ok := c.(delta); ok {
				for _, r := range part {
					if st := g.states[r.measure]; st != nil && st.build == r.build {
						g.add(r)
					}
				}
			}
		}
		return g, nil
	})
	if err != nil {
		return nil, err
	}
	return v.(*group), nil
}

// states reads the states. Figures of a definition that is not the present one are given up at once: from here on nobody keeps them.
func (k *Kept) states(ctx context.Context, tx *store.Tx, g *group, p *plans) error {
	rows, err := tx.Query(ctx, "SELECT measure, signature, build, ready, COALESCE(position, ''), generation FROM kept_state")
	if err != nil {
		return err
	}
	defer rows.Close()
	var stale []string
	for rows.Next() {
		var name string
		var ready int64
		st := &state{}
		if err := rows.Scan(&name, &st.signature, &st.build, &ready, &st.position, &st.generation); err != nil {
			return err
		}
		st.ready = ready != 0
		if m := p.byName[name]; m != nil && m.kept.signature == st.signature {
			g.states[name] = st
		} else if st.signature != "" {
			stale = append(stale, name)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := rows.Close(); err != nil {
		return err
	}
	for _, name := range stale {
		if _, err := tx.Exec(ctx, "UPDATE kept_state SET signature = '', ready = 0 WHERE measure = ?", name); err != nil {
			return err
		}
	}
	if len(stale) > 0 {
		tx.AfterCommit(k.Wake)
	}
	return nil
}

// change adds f where a row counts, for the rest of the group and, when the row has been counted through, for the figures.
func (g *group) change(part *delta, m *Measure, id string, b bucket, f Figure) {
	for key, v := range g.views {
		if key.measure == m.Name && key.holds(b) {
			v.add(b.k1, f)
		}
	}
	st := g.states[m.Name]
	if st == nil || !st.ready && id > st.position {
		return
	}
	r := deltaRow{m.Name, st.build, b, f}
	g.add(r)
	*part = append(*part, r)
}

func (g *group) add(r deltaRow) {
	sums := g.deltas[r.measure]
	if sums == nil {
		sums = map[bucket]Figure{}
		g.deltas[r.measure] = sums
	}
	sums[r.bucket] = sums[r.bucket].plus(r.Figure)
}

func (g *group) anyLocked(measure string) bool {
	for key := range g.locked {
		if key[0] == measure {
			return true
		}
	}
	return false
}

var inserts = &store.Insert{Table: "kept", Columns: "build, k1, k2, day, n, d", N: 6, Tail: "ON CONFLICT (build, k1, k2, day) DO UPDATE SET n = kept.n + excluded.n, d = kept.d + excluded.d"}

// finish writes a group's changes of the figures, in one order on all nodes.
func (k *Kept) finish(ctx context.Context, tx *store.Tx) error {
	type place struct {
		build int64
		bucket
	}
	sums := map[place]Figure{}
	builds := map[int64]string{}
	for _, c := range tx.Collected() {
		if part, ok := c.(delta); ok {
			for _, r := range part {
				p := place{r.build, r.bucket}
				sums[p] = sums[p].plus(r.Figure)
				builds[r.build] = r.measure
			}
		}
	}
	order := make([]place, 0, len(sums))
	for p, f := range sums {
		if f != (Figure{}) {
			order = append(order, p)
		}
	}
	if len(order) == 0 {
		return nil
	}
	slices.SortFunc(order, func(a, b place) int {
		switch {
		case a.build != b.build:
			return int(a.build - b.build)
		case a.k1 != b.k1:
			return strings.Compare(a.k1, b.k1)
		case a.k2 != b.k2:
			return strings.Compare(a.k2, b.k2)
		case a.day < b.day:
			return -1
		}
		return 1
	})
	changes := map[int64]map[bucket]Figure{}
	for _, p := range order {
		f := sums[p]
		if changes[p.build] == nil {
			changes[p.build] = map[bucket]Figure{}
		}
		changes[p.build][p.bucket] = f
		if err := tx.Insert(ctx, inserts, p.build, p.k1, p.k2, p.day, f.N, f.D); err != nil {
			return fmt.Errorf("query: kept: %w", err)
		}
	}
	return k.advance(ctx, tx, builds, changes)
}

// advance gives each changed measure its next generation, in the order of builds.
func (k *Kept) advance(ctx context.Context, tx *store.Tx, builds map[int64]string, changes map[int64]map[bucket]Figure) error {
	order := make([]int64, 0, len(changes))
	for build := range changes {
		order = append(order, build)
	}
	slices.Sort(order)
	g, err := k.group(ctx, tx, k.plansOf(k.defs.Current()))
	if err != nil {
		return err
	}
	for _, build := range order {
		name := builds[build]
		st := g.states[name]
		if st == nil || st.build != build || !st.ready {
			continue // nobody has read these yet
		}
		var next int64
		if err := tx.QueryRow(ctx, "UPDATE kept_state SET generation = generation + 1 WHERE measure = ? RETURNING generation", name).Scan(&next); err != nil {
			return fmt.Errorf("query: kept: %w", err)
		}
		base := st.generation
		tx.AfterCommit(func() { k.cache.advance(name, build, base, next, changes[build]) })
	}
	return nil
}
