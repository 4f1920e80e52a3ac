package query

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"baton/internal/platform/condition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Run counts new and changed measures through, at once and whenever definitions change, until ctx ends.
func (k *Kept) Run(ctx context.Context) error {
	for {
		err := k.Rebuild(ctx)
		if ctx.Err() != nil || errors.Is(err, store.ErrClosed) {
			return nil
		}
		again := make(<-chan time.Time)
		if err != nil {
			t := time.NewTimer(5 * time.Second) // the database may be away for a while
			defer t.Stop()
			again = t.C
		}
		select {
		case <-ctx.Done():
			return nil
		case <-k.wake:
		case <-again:
		}
	}
}

// Rebuild counts through every kept measure that is not ready, in slices between other writes, and removes figures of former builds.
// Several nodes may run it at once.
func (k *Kept) Rebuild(ctx context.Context) error {
	for name := range k.plansOf(k.defs.Current()).byName {
		for {
			done := false
			err := k.db.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
				var err error
				done, err = k.step(ctx, tx, name)
				return err
			})
			if err != nil {
				return fmt.Errorf("query: counting %s through: %w", name, err)
			}
			if done {
				break
			}
		}
	}
	return k.sweep(ctx)
}

// Ready tells whether a measure is counted through.
func (k *Kept) Ready(ctx context.Context, measure string) (bool, error) {
	m := k.plansOf(k.defs.Current()).byName[measure]
	if m == nil {
		return false, nil
	}
	var ready int64
	err := k.db.QueryRow(ctx, "SELECT ready FROM kept_state WHERE measure = ? AND signature = ?", measure, m.kept.signature).Scan(&ready)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return ready != 0, err
}

// step takes one slice: the rows behind the position join the figures as they are now, and the position moves, in one transaction. Writes
// to rows before the position change the figures themselves; rows behind it are counted when their turn comes.
func (k *Kept) step(ctx context.Context, tx *store.Tx, name string) (done bool, err error) {
	p := k.plansOf(k.defs.Current())
	m := p.byName[name]
	if m == nil {
		return true, nil // taken away meanwhile
	}
	g, err := k.group(ctx, tx, p)
	if err != nil {
		return false, err
	}
	if st := g.states[name]; st != nil && st.ready {
		return true, nil
	}
	if tx.Dialect() == store.Postgres {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.kept', 0))"); err != nil {
			return false, err
		}
	}
	st, err := k.begin(ctx, tx, m)
	if err != nil {
		return false, err
	}
	g.states[name] = st
	if st.ready {
		return true, nil
	}
	part, last, n, err := k.slice(ctx, tx, m, st)
	if err != nil {
		return false, err
	}
	for _, r := range part {
		g.add(r)
	}
	if len(part) > 0 {
		tx.Collect(part)
	}
	ready := int64(0)
	if n < k.sliceRows {
		ready = 1
	}
	if n > 0 {
		st.position = last
	}
	st.ready = ready == 1
	_, err = tx.Exec(ctx, "UPDATE kept_state SET position = ?, ready = ?, generation = generation + 1 WHERE measure = ?", st.position, ready, name)
	st.generation++
	return st.ready, err
}

// begin reads the state under the lock, as another node may have moved it, and starts a new build when it is not of this definition.
func (k *Kept) begin(ctx context.Context, tx *store.Tx, m *Measure) (*state, error) {
	st := &state{}
	var ready int64
	err := tx.QueryRow(ctx, "SELECT signature, build, ready, COALESCE(position, ''), generation FROM kept_state WHERE measure = ?", m.Name).Scan(&st.signature, &st.build, &ready, &st.position, &st.generation)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	st.ready = ready != 0
	if err == nil && st.signature == m.kept.signature {
		return st, nil
	}
	next := &state{signature: m.kept.signature, generation: st.generation}
	if err := tx.QueryRow(ctx, "SELECT COALESCE(MAX(build), 0) + 1 FROM kept_state").Scan(&next.build); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO kept_state (measure, signature, build, ready, position, generation) VALUES (?, ?, ?, 0, '', ?)
		ON CONFLICT (measure) DO UPDATE SET signature = excluded.signature, build = excluded.build, ready = 0, position = ''`, m.Name, next.signature, next.build, next.generation)
	return next, err
}

func (k *Kept) slice(ctx context.Context, tx *store.Tx, m *Measure, st *state) (part delta, last string, n int, err error) {
	rows, err := tx.Query(ctx, "SELECT "+record.SelectColumns(m.Object, "t")+" FROM "+object.Quote(m.Object.Table)+` t WHERE t."id" > ? ORDER BY t."id" LIMIT ?`, st.position, k.sliceRows)
	if err != nil {
		return nil, "", 0, err
	}
	defer rows.Close()
	sums := map[bucket]Figure{}
	for rows.Next() {
		row, err := record.ScanRow(m.Object, rows.Scan)
		if err != nil {
			return nil, "", 0, err
		}
		last, n = row.ID(), n+1
		b, f, ok, err := m.contribution(row)
		if err != nil {
			return nil, "", 0, err
		}
		if ok {
			sums[b] = sums[b].plus(f)
		}
	}
	for b, f := range sums {
		part = append(part, deltaRow{m.Name, st.build, b, f})
	}
	return part, last, n, rows.Err()
}

// sweep removes figures whose build is nobody's any more, in slices.
func (k *Kept) sweep(ctx context.Context) error {
	for build := int64(0); ; {
		var next sql.NullInt64
		if err := k.db.QueryRow(ctx, "SELECT MIN(build) FROM kept WHERE build > ?", build).Scan(&next); err != nil {
			return err
		}
		if !next.Valid {
			return nil
		}
		build = next.Int64
		for more := true; more; {
			err := k.db.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
				more = false
				var used int
				if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM kept_state WHERE build = ?", build).Scan(&used); err != nil || used > 0 {
					return err
				}
				res, err := tx.Exec(ctx, "DELETE FROM kept WHERE build = ? AND (k1, k2, day) IN (SELECT k1, k2, day FROM kept WHERE build = ? LIMIT 1000)", build, build)
				if err != nil {
					return err
				}
				n, err := res.RowsAffected()
				more = n == 1000
				return err
			})
			if err != nil {
				return fmt.Errorf("query: sweeping: %w", err)
			}
		}
	}
}

// scan computes a view from the records, as they stand in tx.
func (k *Kept) scan(ctx context.Context, q store.Querier, m *Measure, k2 string, period *condition.Period) (map[string]Figure, error) {
	d := q.Dialect()
	env := &condition.Env{Now: k.clock.Now(), Zone: m.zone}
	where := []string{`t."deleted_at" IS NULL`}
	var args, whereArgs []any
	if m.where != nil {
		sql, a, err := m.where.SQL(d, "t", env)
		if err != nil {
			return nil, err
		}
		where, whereArgs = append(where, sql), append(whereArgs, a...)
	}
	first := "''"
	if f := m.kept.dims[0]; f != nil {
		first = "COALESCE(CAST(t." + object.Quote(f.Column) + " AS TEXT), '')"
	}
	if f := m.kept.dims[1]; f != nil && k2 != "" {
		where, whereArgs = append(where, "COALESCE(CAST(t."+object.Quote(f.Column)+" AS TEXT), '') = ?"), append(whereArgs, k2)
	}
	if m.Field != nil {
		where = append(where, "t."+object.Quote(m.Field.Column)+" IS NOT NULL")
	}
	if period != nil {
		sql, a := within(m.Time, "t", period, env.Now, m.zone)
		where, whereArgs = append(where, sql), append(whereArgs, a...)
	}
	n, rows := "COUNT(*)", "0"
	switch {
	case m.Spec.Type == Ratio:
		sql, a, err := m.numerator.SQL(d, "t", env)
		if err != nil {
			return nil, err
		}
		n, rows, args = "CAST(SUM(CASE WHEN "+sql+" THEN 1 ELSE 0 END) AS bigint)", "COUNT(*)", a
	case m.Field != nil:
		n, rows = "CAST(SUM(t."+object.Quote(m.Field.Column)+") AS bigint)", "COUNT(*)"
	}
	text := "SELECT " + first + ", " + n + ", " + rows + " FROM " + object.Quote(m.Object.Table) + " t WHERE " + strings.Join(where, " AND ") + " GROUP BY 1"
	return figures(ctx, q, text, append(args, whereArgs...))
}

// within is a period as SQL over a date or datetime column: true or false, never NULL, for the bounds bound as values.
func within(f *object.Field, alias string, p *condition.Period, now time.Time, zone *time.Location) (string, []any) {
	col := alias + "." + object.Quote(f.Column)
	sql, args := []string{col + " IS NOT NULL"}, []any(nil)
	from, to := p.Range(now, zone)
	value := func(t time.Time) any {
		if f.Type.Shape() == object.DateShape {
			return object.DayOf(t, zone)
		}
		return t.UnixMilli()
	}
	if !from.IsZero() {
		sql, args = append(sql, col+" >= ?"), append(args, value(from))
	}
	if !to.IsZero() {
		sql, args = append(sql, col+" < ?"), append(args, value(to))
	}
	return "(" + strings.Join(sql, " AND ") + ")", args
}
