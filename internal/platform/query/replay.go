package query

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// shift changes a kept measure's figure at an instant.
type shift struct {
	at     int64
	k1, k2 string
	f      Figure
}

// Series is a kept measure through time, from rows and their history. Immutable.
type Series struct {
	m      *Measure
	deltas []shift // by at
}

// furthest is how far before the replay rows count into periods.
const furthest = 400 * 24 * time.Hour

// ReadSeries reads a kept measure since an instant. Figures by the day follow the rows' time field; standing figures (open to-dos) follow
// each row's history, so that a to-do closed meanwhile counts until then. without leaves rows out of it; nil leaves none.
func ReadSeries(ctx context.Context, db *store.DB, env *object.Env, m *Measure, since int64, without func(row *object.Row) bool) (*Series, error) {
	if m.kept == nil {
		return nil, problem.New(problem.Invalid, "not_kept", "指标“"+m.Title.ZH+"”没有随写入保持，不能试算")
	}
	s := &Series{m: m}
	add := func(row *object.Row, at int64, sign bool) error {
		b, f, ok, err := m.contribution(row)
		if err != nil || !ok {
			return err
		}
		if !sign {
			f = f.minus()
		}
		s.deltas = append(s.deltas, shift{at, b.k1, b.k2, f})
		return nil
	}
	where, args := `t."deleted_at" IS NULL`, []any{}
	if m.where != nil {
		text, more, err := m.where.SQL(db.Dialect(), "t", &condition.Env{Zone: m.zone})
		if err != nil {
			return nil, err
		}
		where, args = where+" AND "+text, append(args, more...)
	}
	if m.kept.day {
		if m.Time.Type.Shape() == object.InstantShape {
			where, args = where+" AND t."+object.Quote(m.Time.Column)+" >= ?", append(args, since-furthest.Milliseconds())
		}
		err := eachRow(ctx, db, m.Object, where, args, func(row *object.Row) error {
			if without != nil && without(row) {
				return nil
			}
			return add(row, m.instant(row), true)
		})
		return s.sorted(), err
	}
	h, err := ReadPast(ctx, db, m.Object, since)
	if err != nil {
		return nil, err
	}
	visit := func(row *object.Row) error {
		if without != nil && without(row) {
			return nil
		}
		versions := h.Versions(row)
		for i, v := range versions {
			if err := add(v.Row, v.From, true); err != nil {
				return err
			}
			if i+1 < len(versions) {
				if err := add(v.Row, versions[i+1].From, false); err != nil {
					return err
				}
			}
		}
		return nil
	}
	err = eachRow(ctx, db, m.Object, where, args, func(row *object.Row) error {
		if _, changed := h.steps[row.ID()]; changed {
			return nil
		}
		return visit(row)
	})
	if err != nil {
		return nil, err
	}
	changed := h.Changed()
	slices.Sort(changed)
	for part := range slices.Chunk(changed, 500) {
		marks := strings.TrimSuffix(strings.Repeat("?,", len(part)), ",")
		ids := make([]any, len(part))
		for i, id := range part {
			ids[i] = id
		}
		if err := eachRow(ctx, db, m.Object, `t."id" IN (`+marks+")", ids, visit); err != nil {
			return nil, err
		}
	}
	return s.sorted(), nil
}

func (s *Series) sorted() *Series {
	sort.SliceStable(s.deltas, func(i, j int) bool { return s.deltas[i].at < s.deltas[j].at })
	return s
}

// instant is when a row counts, in ms.
func (m *Measure) instant(row *object.Row) int64 {
	t, _ := row.V[m.Time.Index].(int64)
	if m.Time.Type.Shape() == object.DateShape {
		return t*object.DayMillis - offset(m.zone, t)
	}
	return t
}

// offset is a zone's at a civil day, in ms.
func offset(zone *time.Location, day int64) int64 {
	_, sec := time.UnixMilli(day * object.DayMillis).In(zone).Zone()
	return int64(sec) * 1000
}

func eachRow(ctx context.Context, db *store.DB, o *object.Object, where string, args []any, visit func(*object.Row) error) error {
	rows, err := db.Query(ctx, "SELECT "+record.SelectColumns(o, "t")+" FROM "+object.Quote(o.Table)+" t WHERE "+where, args...)
	if err != nil {
		return fmt.Errorf("query: replay: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		row, err := record.ScanRow(o, rows.Scan)
		if err != nil {
			return err
		}
		if err := visit(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Replay answers for kept figures at instants that go forward. What the replayed work itself would have written is added to the figures of
// the past. Not safe for concurrent use.
type Replay struct {
	zone   *time.Location
	snap   *definition.Snapshot
	series map[string]*run
	now    int64
	bounds map[boundKey][2]int64
}

type boundKey struct {
	period condition.Period
	day    int64
}

// run is a series under replay.
type run struct {
	*Series
	late    []shift // added, by at
	cursors map[string]*cursor
}

// cursor is one reading of a run: a second dimension's value, a period.
type cursor struct {
	hi, lo [2]int // how far entered and left, in deltas and late
	cur    map[string]Figure
}

// NewReplay replays the given series of a snapshot's measures.
func NewReplay(snap *definition.Snapshot, zone *time.Location, series map[string]*Series) *Replay {
	r := &Replay{zone: zone, snap: snap, series: map[string]*run{}, bounds: map[boundKey][2]int64{}}
	for name, s := range series {
		r.series[name] = &run{Series: s, cursors: map[string]*cursor{}}
	}
	return r
}

// Advance moves the replay to an instant; it never goes back.
func (r *Replay) Advance(at int64) { r.now = max(r.now, at) }

// Write counts a row into the figures from now until an instant (0: for good).
func (r *Replay) Write(row *object.Row, until int64) error {
	for _, s := range r.series {
		if s.m.Object.Name != row.Object.Name {
			continue
		}
		b, f, ok, err := s.m.contribution(row.In(s.m.Object))
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		s.add(shift{r.now, b.k1, b.k2, f})
		if until > r.now && !s.m.kept.day {
			s.add(shift{until, b.k1, b.k2, f.minus()})
		}
	}
	return nil
}

func (s *run) add(d shift) {
	i := sort.Search(len(s.late), func(i int) bool { return s.late[i].at > d.at })
	s.late = slices.Insert(s.late, i, d)
}

// ByFirst gives a measure by the values of its first dimension as of the replay's instant, as Kept.ByFirst does for the present. tx is not
// used. The map holds until the next Advance or Write.
func (r *Replay) ByFirst(_ context.Context, _ *store.Tx, measure, k2 string, period *condition.Period) (map[string]Figure, error) {
	s := r.series[measure]
	if s == nil {
		return nil, problem.New(problem.Invalid, "unknown_measure", "没有保持的指标“"+measure+"”")
	}
	key, from := k2+"\x00", int64(-1<<62)
	if period != nil {
		key += fmt.Sprint(*period)
		if s.m.kept.day {
			from = r.from(period)
		}
	}
	c := s.cursors[key]
	if c == nil {
		c = &cursor{cur: map[string]Figure{}}
		s.cursors[key] = c
	}
	for i, list := range [2][]shift{s.deltas, s.late} {
		for ; c.hi[i] < len(list) && list[c.hi[i]].at <= r.now; c.hi[i]++ {
			c.count(&list[c.hi[i]], k2, true)
		}
		for ; c.lo[i] < c.hi[i] && list[c.lo[i]].at < from; c.lo[i]++ {
			c.count(&list[c.lo[i]], k2, false)
		}
	}
	return c.cur, nil
}

func (c *cursor) count(d *shift, k2 string, in bool) {
	if k2 != "" && d.k2 != k2 {
		return
	}
	f := d.f
	if !in {
		f = f.minus()
	}
	if sum := c.cur[d.k1].plus(f); sum == (Figure{}) {
		delete(c.cur, d.k1)
	} else {
		c.cur[d.k1] = sum
	}
}

// from is where a period begins, in ms.
func (r *Replay) from(p *condition.Period) int64 {
	now := time.UnixMilli(r.now)
	key := boundKey{*p, object.DayOf(now, r.zone)}
	if b, ok := r.bounds[key]; ok && p.Unit != "hour" && p.Unit != "minute" {
		return b[0]
	}
	a, _ := p.Range(now, r.zone)
	from := int64(-1 << 62)
	if !a.IsZero() {
		from = a.UnixMilli()
	}
	r.bounds[key] = [2]int64{from}
	return from
}

// Lock holds nothing: a replay has no rivals.
func (r *Replay) Lock(context.Context, *store.Tx, string, string) error { return nil }
