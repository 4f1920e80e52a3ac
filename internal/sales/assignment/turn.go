package assignment

import (
	"context"
	"fmt"

	"baton/internal/platform/store"
)

// turns tell when people got their last records in a scope (an object, or one branch with a daily cap) and how many today, as this write
// group sees it.
type turns struct {
	scope string
	by    map[string]turn
	last  int64
}

type turn struct{ turn, day, n int64 }

func (t *turns) of(person string) turn { return t.by[person] }

// today is how many a person got on a day.
func (t *turns) today(person string, day int64) int64 {
	if x := t.by[person]; x.day == day {
		return x.n
	}
	return 0
}

func loadTurns(ctx context.Context, tx *store.Tx, scope string) (*turns, error) {
	type key struct{ scope string }
	v, err := tx.Value(key{scope}, func() (any, error) {
		rows, err := tx.Query(ctx, "SELECT person, turn, day, n FROM assign_turn WHERE scope = ?", scope)
		if err != nil {
			return nil, fmt.Errorf("assignment: turns: %w", err)
		}
		defer rows.Close()
		t := &turns{scope: scope, by: map[string]turn{}}
		for rows.Next() {
			var id string
			var x turn
			if err := rows.Scan(&id, &x.turn, &x.day, &x.n); err != nil {
				return nil, err
			}
			t.by[id], t.last = x, max(t.last, x.turn)
		}
		return t, rows.Err()
	})
	if err != nil {
		return nil, err
	}
	return v.(*turns), nil
}

// take counts one more record for a person, unless limit (0 = none) is reached: one conditional statement, so that it holds over all nodes.
func (t *turns) take(ctx context.Context, tx *store.Tx, person string, day, at, limit int64) (bool, error) {
	if limit > 0 && t.today(person, day) >= limit {
		return false, nil
	}
	if tx == nil { // a replay
		t.count(person, day)
		return true, nil
	}
	q := `INSERT INTO assign_turn (scope, person, turn, at, day, n) VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT (scope, person) DO UPDATE SET turn = excluded.turn, at = excluded.at,
		n = CASE WHEN assign_turn.day = excluded.day THEN assign_turn.n + 1 ELSE 1 END, day = excluded.day`
	args := []any{t.scope, person, t.last + 1, at, day}
	if limit > 0 {
		q, args = q+" WHERE assign_turn.day <> excluded.day OR assign_turn.n < ?", append(args, limit)
	}
	res, err := tx.Exec(ctx, q, args...)
	if err != nil {
		return false, fmt.Errorf("assignment: turn: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	t.count(person, day)
	return true, nil
}

func (t *turns) count(person string, day int64) {
	t.last++
	t.by[person] = turn{t.last, day, t.today(person, day) + 1}
}

// giveBack undoes a take whose record went to another person after all.
func (t *turns) giveBack(ctx context.Context, tx *store.Tx, person string, day int64) error {
	x := t.by[person]
	x.n--
	t.by[person] = x
	if tx == nil {
		return nil
	}
	_, err := tx.Exec(ctx, "UPDATE assign_turn SET n = n - 1 WHERE scope = ? AND person = ? AND day = ?", t.scope, person, day)
	return err
}

// memory is what a branch's strategy remembers, as this write group sees it.
type memory struct {
	policy, branch string
	body           string
}

func loadMemory(ctx context.Context, tx *store.Tx, policy, branch string) (*memory, error) {
	type key struct{ policy, branch string }
	v, err := tx.Value(key{policy, branch}, func() (any, error) {
		m := &memory{policy: policy, branch: branch}
		q := "SELECT body FROM assign_state WHERE policy = ? AND branch = ?"
		if tx.Dialect() == store.Postgres {
			// Other nodes choose at the same time: whoever reads the memory holds it until the commit.
			q += " FOR UPDATE"
		}
		if _, err := tx.Exec(ctx, "INSERT INTO assign_state (policy, branch, body) VALUES (?, ?, '') ON CONFLICT (policy, branch) DO NOTHING", policy, branch); err != nil {
			return nil, fmt.Errorf("assignment: memory: %w", err)
		}
		if err := tx.QueryRow(ctx, q, policy, branch).Scan(&m.body); err != nil {
			return nil, fmt.Errorf("assignment: memory: %w", err)
		}
		return m, nil
	})
	if err != nil {
		return nil, err
	}
	return v.(*memory), nil
}

func (m *memory) write(ctx context.Context, tx *store.Tx, body string) error {
	if body == m.body {
		return nil
	}
	if tx == nil {
		m.body = body
		return nil
	}
	_, err := tx.Exec(ctx, "UPDATE assign_state SET body = ? WHERE policy = ? AND branch = ?", body, m.policy, m.branch)
	m.body = body
	return err
}
