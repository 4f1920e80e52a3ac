// Package timer keeps durable countdowns: rows that fall due on the program's clock and then run their kind's handler exactly once, across
// restarts, crashes and nodes. It does not know what a countdown is for; whoever starts one gives the exact due instant, reckoned on a working
// calendar (a definition of its own here) where wanted.
package timer

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"baton/internal/platform/store"
)

// State of a countdown. It only ever moves from Running to one of the others.
type State int64

// The states.
const (
	Running State = iota
	Stopped
	Fired
)

// String is the state as the API shows it.
func (s State) String() string { return [...]string{"running", "stopped", "fired"}[s] }

// Timer is one countdown. Instants are milliseconds since 1970 UTC.
type Timer struct {
	ID       string // made by Start when empty
	Kind     string // names the handler
	Object   string
	RecordID string
	Person   string // whose countdown it is, may be empty
	Rule     string // the definition it runs by, may be empty
	State    State
	// StartedAt is the clock's now when zero; Due is exact to the millisecond and never rewritten.
	StartedAt, Due int64
	// EndedAt is when it was stopped or fired, 0 while it runs.
	EndedAt int64
	// Attempts counts failed runs of the handler.
	Attempts int64
	// Data is the starter's own, opaque here.
	Data string
}

// Start puts a countdown into the running write; the loop learns of it after commit.
func (s *Service) Start(ctx context.Context, tx *store.Tx, t Timer) error {
	if t.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		t.ID = id.String()
	}
	if t.StartedAt == 0 {
		t.StartedAt = s.clock.Milli()
	}
	if t.Kind == "" || t.Object == "" || t.RecordID == "" || t.Due == 0 {
		return fmt.Errorf("timer: start: kind %q, object %q, record %q and due %d are all needed", t.Kind, t.Object, t.RecordID, t.Due)
	}
	err := tx.Insert(ctx, inserts, t.ID, t.Kind, t.Object, t.RecordID, null(t.Person), null(t.Rule), int64(Running), t.StartedAt, t.Due, t.Due, null(t.Data))
	if err != nil {
		return fmt.Errorf("timer: start %s: %w", t.Kind, err)
	}
	tx.AfterCommit(func() { s.hint(t.Due) })
	return nil
}

var inserts = &store.Insert{Table: "timer", Columns: "id, kind, object, record_id, person, rule, state, started_at, due_at, next_at, data", N: 11}

// Stop ends the running countdowns of a record in the running write; without kinds, all of them. Stopping none is no error.
func (s *Service) Stop(ctx context.Context, tx *store.Tx, object, record string, kinds ...string) error {
	q, args := "UPDATE timer SET state = 1, ended_at = ? WHERE object = ? AND record_id = ? AND state = 0", []any{s.clock.Milli(), object, record}
	if len(kinds) > 0 {
		q += " AND kind IN (?" + strings.Repeat(", ?", len(kinds)-1) + ")"
		for _, k := range kinds {
			args = append(args, k)
		}
	}
	if tx.Dialect() == store.Postgres {
		// Another node may be firing one of them right now; its handler may have started others, which only a statement begun after its
		// commit sees. Waiting for the row first makes the update below that statement.
		if _, err := tx.Exec(ctx, "SELECT 1 FROM timer WHERE record_id = ? AND state = 0 FOR UPDATE", record); err != nil {
			return fmt.Errorf("timer: stop: %w", err)
		}
	}
	if _, err := tx.Exec(ctx, q, args...); err != nil {
		return fmt.Errorf("timer: stop: %w", err)
	}
	return nil
}

const columns = "id, kind, object, record_id, COALESCE(person, ''), COALESCE(rule, ''), state, started_at, due_at, COALESCE(ended_at, 0), attempts, COALESCE(data, '')"

// List gives all countdowns of a record, oldest first.
func (s *Service) List(ctx context.Context, q store.Querier, object, record string) ([]Timer, error) {
	rows, err := q.Query(ctx, "SELECT "+columns+" FROM timer WHERE record_id = ? AND object = ? ORDER BY started_at, id", record, object)
	if err != nil {
		return nil, fmt.Errorf("timer: list: %w", err)
	}
	return scan(rows)
}

// chunk is how many ids one statement of ListFor names; a fixed number keeps its text prepared.
const chunk = 100

// ListFor gives, for each of many records, the newest countdown of each kind, oldest first. Records without any are missing in the map.
func (s *Service) ListFor(ctx context.Context, q store.Querier, object string, ids []string) (map[string][]Timer, error) {
	out := make(map[string][]Timer, len(ids))
	for len(ids) > 0 {
		n := min(chunk, len(ids))
		args := make([]any, 0, chunk+1)
		for i := range chunk {
			args = append(args, ids[min(i, n-1)])
		}
		rows, err := q.Query(ctx, "SELECT "+columns+" FROM timer WHERE record_id IN (?"+strings.Repeat(", ?", chunk-1)+") AND object = ? ORDER BY record_id, started_at, id", append(args, object)...)
		if err != nil {
			return nil, fmt.Errorf("timer: list: %w", err)
		}
		all, err := scan(rows)
		if err != nil {
			return nil, err
		}
		for _, t := range all {
			kept := out[t.RecordID][:0]
			for _, o := range out[t.RecordID] {
				if o.Kind != t.Kind {
					kept = append(kept, o)
				}
			}
			out[t.RecordID] = append(kept, t)
		}
		ids = ids[n:]
	}
	return out, nil
}

// Get gives one countdown, nil when there is none of that id.
func (s *Service) Get(ctx context.Context, q store.Querier, id string) (*Timer, error) {
	rows, err := q.Query(ctx, "SELECT "+columns+" FROM timer WHERE id = ?", id)
	if err != nil {
		return nil, fmt.Errorf("timer: get: %w", err)
	}
	all, err := scan(rows)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// Fired gives the countdowns of an object and of some kinds that ran out between two instants (from included), by due instant; at most limit,
// the newest.
func (s *Service) Fired(ctx context.Context, q store.Querier, object string, kinds []string, from, to int64, limit int) ([]Timer, error) {
	args := []any{object, from, to}
	for _, k := range kinds {
		args = append(args, k)
	}
	rows, err := q.Query(ctx, "SELECT "+columns+" FROM timer WHERE state = 2 AND object = ? AND due_at >= ? AND due_at < ? AND kind IN (?"+strings.Repeat(", ?", len(kinds)-1)+") ORDER BY due_at DESC, id LIMIT ?", append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("timer: fired: %w", err)
	}
	return scan(rows)
}

func scan(rows *sql.Rows) ([]Timer, error) {
	defer rows.Close()
	out := []Timer{}
	for rows.Next() {
		var t Timer
		if err := rows.Scan(&t.ID, &t.Kind, &t.Object, &t.RecordID, &t.Person, &t.Rule, &t.State, &t.StartedAt, &t.Due, &t.EndedAt, &t.Attempts, &t.Data); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}
