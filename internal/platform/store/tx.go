package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
)

// Tx is the writer's transaction as one work sees it. Not safe for concurrent use, not to be kept.
type Tx struct {
	db      *DB
	sql     *sql.Tx
	stmts   *stmtCache
	after   []func()
	values  map[any]any
	pending []any
	kept    []any
	own     map[string]*sql.Stmt
	// statements counts what may have left a mark: every Exec, and on PostgreSQL every Query.
	statements int
	// queues are rows to be written together; careful writes each at once.
	queues  []*queue
	marked  []int
	careful bool
	// failed is why queued rows could not be written: whatever the work makes of it, the group runs again.
	failed error
}

// Dialect tells which database this is.
func (t *Tx) Dialect() Dialect { return t.db.dialect }

// Exec runs a statement.
func (t *Tx) Exec(ctx context.Context, q string, args ...any) (sql.Result, error) {
	if err := t.settle(ctx, q); err != nil {
		return nil, err
	}
	return t.exec(ctx, q, args...)
}

func (t *Tx) exec(ctx context.Context, q string, args ...any) (sql.Result, error) {
	t.statements++
	if t.db.dialect == Postgres {
		return t.sql.ExecContext(ctx, t.db.rebind(q), args...)
	}
	s, err := t.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// Query reads inside the transaction.
func (t *Tx) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	if err := t.settle(ctx, q); err != nil {
		return nil, err
	}
	t.read(q)
	if t.db.dialect == Postgres {
		return t.sql.QueryContext(ctx, t.db.rebind(q), args...)
	}
	s, err := t.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// QueryRow reads one row inside the transaction.
func (t *Tx) QueryRow(ctx context.Context, q string, args ...any) *sql.Row {
	if err := t.settle(ctx, q); err != nil {
		return t.failedRow(q)
	}
	t.read(q)
	if t.db.dialect == SQLite {
		if s, err := t.stmt(ctx, q); err == nil {
			return s.QueryRowContext(ctx, args...)
		}
	}
	return t.sql.QueryRowContext(ctx, t.db.rebind(q), args...)
}

// read counts a query that may leave a mark: any on PostgreSQL, one with RETURNING on SQLite.
func (t *Tx) read(q string) {
	if t.db.dialect == Postgres || !strings.HasPrefix(q, "SELECT") {
		t.statements++
	}
}

// SQL is the underlying transaction, for the job library's insert; what is done through it counts as writing.
func (t *Tx) SQL() *sql.Tx {
	t.statements++
	return t.sql
}

// stmt prepares on the transaction's own connection (the write pool has but one on SQLite, so preparing elsewhere would wait for ever);
// such statements end with the transaction, and the writer then prepares them for good.
func (t *Tx) stmt(ctx context.Context, q string) (*sql.Stmt, error) {
	c := t.stmts
	c.mu.RLock()
	s := c.m[q]
	c.mu.RUnlock()
	if s == nil {
		if s = t.own[q]; s != nil {
			return s, nil
		}
		prepared, err := t.sql.PrepareContext(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("%w: %s", err, q)
		}
		if t.own == nil {
			t.own = map[string]*sql.Stmt{}
		}
		t.own[q] = prepared
		return prepared, nil
	}
	return t.sql.StmtContext(ctx, s), nil
}

// AfterCommit runs f once the group is durable, in order; dropped when the work fails.
func (t *Tx) AfterCommit(f func()) { t.after = append(t.after, f) }

// Value keeps something for the rest of the group (a loaded counter, say); all values are dropped when any work of the group fails.
func (t *Tx) Value(key any, load func() (any, error)) (any, error) {
	if v, ok := t.values[key]; ok {
		return v, nil
	}
	v, err := load()
	if err != nil {
		return nil, err
	}
	if t.values == nil {
		t.values = map[any]any{}
	}
	t.values[key] = v
	return v, nil
}

// Collect hands a value to the finishers of the group if this work succeeds.
func (t *Tx) Collect(v any) { t.pending = append(t.pending, v) }

// Collected lists what the successful works of this group handed over, in order.
func (t *Tx) Collected() []any { return t.kept }

var errBroken = errors.New("store: the transaction cannot go on")

// errDirty says that a work failed after writing: the group runs again, with savepoints.
var errDirty = errors.New("store: a work failed after it wrote")

// hopeful runs one work without a savepoint. On PostgreSQL any failed statement spoils the transaction, read or write.
func (t *Tx) hopeful(ctx context.Context, work Work) (err error) {
	mark, wrote, rows := len(t.after), t.statements, t.marks()
	t.pending = t.pending[:0]
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("store: panic in a write: %v\n%s", p, debug.Stack())
		}
		if err == nil && t.failed != nil {
			err = t.failed
		}
		if err != nil {
			t.after = t.after[:mark]
			t.values, t.pending = nil, nil
			if t.statements == wrote {
				t.undo(rows)
			} else {
				err = fmt.Errorf("%w: %w", errDirty, err)
			}
			return
		}
		t.kept = append(t.kept, t.pending...)
	}()
	return work(ctx, t)
}

// savepoint runs one work; on error its writes, values and after-commit calls are undone and the group goes on.
func (t *Tx) savepoint(ctx context.Context, work Work) (err error) {
	if _, err := t.Exec(ctx, "SAVEPOINT w"); err != nil {
		return fmt.Errorf("%w: %w", errBroken, err)
	}
	mark := len(t.after)
	t.pending = t.pending[:0]
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("store: panic in a write: %v\n%s", p, debug.Stack())
		}
		if err != nil {
			t.after = t.after[:mark]
			t.values, t.pending = nil, nil
			if _, e := t.Exec(ctx, "ROLLBACK TO w"); e != nil {
				err = fmt.Errorf("%w: %w (after %w)", errBroken, e, err)
				return
			}
		}
		if _, e := t.Exec(ctx, "RELEASE w"); e != nil && err == nil {
			err = fmt.Errorf("%w: %w", errBroken, e)
		}
		if err == nil {
			t.kept = append(t.kept, t.pending...)
		}
		t.pending = nil
	}()
	return work(ctx, t)
}
