package schema

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/job"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

const (
	mostRows = 50_000_000
	// holdPerRow is how long SQLite holds writes for an index, per row of the table. Measured with 1,000,000 rows on two busy cores: 3 to 8 µs, the
	// most for values in no order; 1 µs with 100,000 rows, which fit into memory.
	holdPerRow = 4 * time.Microsecond
)

// holds estimates how long writes are held for an index of a table of n rows, in ms.
func (s *Schema) holds(n int64) int64 {
	if s.DB.Dialect() == store.Postgres || n < int64(s.Small) {
		return 0
	}
	return (time.Duration(n) * holdPerRow).Milliseconds()
}

// Planned is an index that a publish would make.
type Planned struct {
	Title   string   `json:"title"`
	Fields  []string `json:"fields"`
	Unique  bool     `json:"unique"`
	Job     bool     `json:"job" doc:"built by a job after the publish, and not inside it"`
	HoldsMS int64    `json:"holds_ms" doc:"how long writes are held for it on SQLite"`
}

// Plan is what publishing an object would do to its table.
type Plan struct {
	Rows     int64          `json:"rows"`
	Indexes  []Planned      `json:"indexes"`
	HoldsMS  int64          `json:"holds_ms"`
	Problems []problem.Item `json:"problems"`
}

// PlanOf says what a draft of an object would do to the table that stands.
func (s *Schema) PlanOf(ctx context.Context, d *definition.Definition) (*Plan, error) {
	p := &Plan{Indexes: []Planned{}, Problems: []problem.Item{}}
	next, problems := s.Defs.Try([]*definition.Definition{d})
	if problems != nil {
		p.Problems = problems
	}
	o, ok := object.Of(next, d.Name)
	if !ok {
		return p, nil
	}
	stands, err := object.TableStands(ctx, s.DB, d.Name)
	if err != nil || !stands {
		return p, err
	}
	if p.Rows, err = object.CountRows(ctx, s.DB, o, mostRows); err != nil {
		return nil, err
	}
	have, err := object.IndexNames(ctx, s.DB, o.Table)
	if err != nil {
		return nil, err
	}
	for _, ix := range o.Indexes() {
		if have[ix.Name] {
			continue
		}
		x := Planned{Title: ix.Title(), Unique: ix.Unique, Job: p.Rows >= int64(s.Small), HoldsMS: s.holds(p.Rows)}
		for _, f := range ix.Fields {
			x.Fields = append(x.Fields, f.Name)
		}
		p.Indexes, p.HoldsMS = append(p.Indexes, x), p.HoldsMS+x.HoldsMS
	}
	return p, nil
}

type indexArgs struct {
	Object  string `json:"object"`
	HoldsMS int64  `json:"holds_ms"`
}

// deferIndexes queues the building of indexes inside the publish that asks for them.
func (s *Schema) deferIndexes(ctx context.Context, tx *store.Tx, o *object.Object, missing []object.Index) error {
	n, err := object.CountRows(ctx, tx, o, mostRows)
	if err != nil {
		return err
	}
	args := indexArgs{Object: o.Name, HoldsMS: s.holds(n) * int64(len(missing))}
	var titles []string
	for _, ix := range missing {
		titles = append(titles, "“"+ix.Title()+"”")
	}
	title := "为“" + o.Title.ZH + "”的" + strings.Join(titles, "、") + "建索引"
	if args.HoldsMS > 0 {
		title += fmt.Sprintf("（约暂停写入 %.1f 秒）", float64(args.HoldsMS)/1000)
	}
	who := &actor.Actor{Kind: actor.Person} // who publishes: the revision's row stands already
	if err := tx.QueryRow(ctx, "SELECT COALESCE(actor, ''), COALESCE(actor_name, '') FROM revision ORDER BY n DESC LIMIT 1").Scan(&who.ID, &who.Name); err != nil {
		return err
	}
	_, err = s.Jobs.Add(ctx, tx, job.New{Kind: kindIndex, Title: title, Args: args, Actor: who, Total: int64(len(missing))})
	return err
}

// buildIndexes makes the indexes that the object is to have and does not; what is there already after a restart is not made again.
func (s *Schema) buildIndexes(ctx context.Context, t *job.Turn) error {
	var args indexArgs
	if err := fill(t.Run.Args, &args); err != nil {
		return err
	}
	result := struct {
		HoldsMS int64 `json:"holds_ms"` // as was said beforehand
		HeldMS  int64 `json:"held_ms"`  // building, all indexes together
	}{HoldsMS: args.HoldsMS}
	if err := fill(t.Run.Result, &result); err != nil {
		return err
	}
	for !t.Over() && t.Run.State != job.Done {
		o, ok := object.Of(s.Defs.Current(), args.Object)
		var missing []object.Index
		if ok {
			have, err := object.IndexNames(ctx, s.DB, o.Table)
			if err != nil {
				return err
			}
			for _, ix := range o.Indexes() {
				if !have[ix.Name] {
					missing = append(missing, ix)
				}
			}
		}
		if len(missing) == 0 {
			return t.Commit(ctx, func(context.Context, *store.Tx) (job.State, error) {
				return job.State{Done: t.Run.Total, Total: t.Run.Total, Result: result, Finished: true}, nil
			})
		}
		ix := missing[0]
		if err := apart(ctx, s.DB, o, ix); err != nil {
			return s.withdraw(ctx, t, o, ix, err)
		}
		began := time.Now()
		if s.DB.Dialect() == store.Postgres {
			waits, err := s.concurrently(ctx, t, o, ix)
			if store.IsUnique(err) {
				return s.withdraw(ctx, t, o, ix, nil)
			}
			if waits || err != nil {
				return err
			}
		}
		err := t.Commit(ctx, func(ctx context.Context, tx *store.Tx) (job.State, error) {
			if _, err := tx.Exec(ctx, ix.SQL(tx.Dialect(), o, false)); err != nil {
				return job.State{}, err
			}
			next := result
			next.HeldMS += time.Since(began).Milliseconds()
			return job.State{Done: t.Run.Done + 1, Total: max(t.Run.Total, t.Run.Done+1), Result: next}, nil
		})
		if err == nil {
			err = fill(t.Run.Result, &result)
		}
		if store.IsUnique(err) {
			return s.withdraw(ctx, t, o, ix, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// withdraw takes a rule back that standing records break, and ends the run with the first of them.
func (s *Schema) withdraw(ctx context.Context, t *job.Turn, o *object.Object, ix object.Index, cause error) error {
	if cause != nil && problem.As(cause) == nil {
		return cause
	}
	if cause == nil {
		it := ix.NotUnique(o, nil)
		cause = problem.New(problem.Invalid, "not_unique", it.Message, it)
	}
	_, err := s.Defs.Amend(ctx, starter(t.Run), "现有记录有重复，撤回“"+ix.Title()+"”的唯一规则", func(_ context.Context, _ *store.Tx, now *definition.Snapshot) ([]*definition.Definition, error) {
		_, d, err := serving(now, o.Name)
		if err != nil {
			return nil, err
		}
		without, err := object.WithoutUnique(d, ix)
		if err != nil {
			return nil, err
		}
		return []*definition.Definition{without}, nil
	})
	return errors.Join(cause, err)
}

// concurrently builds an index beside the writes, which PostgreSQL does outside of transactions. A build longer than a turn goes on behind
// it; what a dead process left half done is built anew.
func (s *Schema) concurrently(ctx context.Context, t *job.Turn, o *object.Object, ix object.Index) (waits bool, err error) {
	s.mu.Lock()
	done, ok := s.building[ix.Name]
	if !ok {
		done = make(chan error, 1)
		s.building[ix.Name] = done
		go func() { done <- s.build(context.WithoutCancel(ctx), o, ix) }()
	}
	s.mu.Unlock()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-done:
			s.mu.Lock()
			delete(s.building, ix.Name)
			s.mu.Unlock()
			return errors.Is(err, errElsewhere), ignore(err, errElsewhere)
		case <-look.C:
			if t.Over() {
				return true, nil
			}
		}
	}
}

var errElsewhere = errors.New("schema: another node builds the index")

func ignore(err, ignored error) error {
	if errors.Is(err, ignored) {
		return nil
	}
	return err
}

func (s *Schema) build(ctx context.Context, o *object.Object, ix object.Index) error {
	conn, err := s.DB.WritePool().Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	h := fnv.New64a()
	_, _ = h.Write([]byte(ix.Name)) // never fails
	key := int64(h.Sum64())
	var mine bool
	if err := conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", key).Scan(&mine); err != nil {
		return err
	}
	if !mine {
		return errElsewhere
	}
	defer func() { _, _ = conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", key) }() // the connection's end frees it as well
	have, err := object.IndexNames(ctx, s.DB, o.Table)
	if err != nil || have[ix.Name] {
		return err
	}
	if _, err := conn.ExecContext(ctx, "DROP INDEX IF EXISTS "+object.Quote(ix.Name)); err != nil { // half done
		return err
	}
	if _, err = conn.ExecContext(ctx, ix.SQL(store.Postgres, o, true)); err != nil {
		_, e := conn.ExecContext(ctx, "DROP INDEX IF EXISTS "+object.Quote(ix.Name))
		return errors.Join(err, e)
	}
	return nil
}
