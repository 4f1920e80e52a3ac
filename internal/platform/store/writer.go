package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// Priority orders work for the writer. Interactive goes first; background is served in slices between.
type Priority int

// The two priorities.
const (
	Interactive Priority = iota
	Background
)

// Work is one atomic piece of writing. It may be run more than once (a lost race re-runs its group), so it must have no effect outside tx.
type Work func(ctx context.Context, tx *Tx) error

const (
	groupSize  = 64
	groupSlice = 20 * time.Millisecond
	crowd      = 4 // works in a group from which on it waits for more
	gatherFor  = 300 * time.Microsecond
)

type request struct {
	work Work
	done chan error
}

// writer runs works one after another in a shared transaction, all durable by one commit. It hopes that all succeed and takes no savepoints:
// a work that fails before it wrote anything is just left out, one that fails after writing makes the group run again with a savepoint
// around each work.
type writer struct {
	db          *DB
	interactive chan *request
	background  chan *request
	quit        chan struct{}
	ended       chan struct{}
	once        sync.Once
	mu          sync.RWMutex
	begin       []Work
	finish      []Work
	stmts       stmtCache
	crowd       int // how many works the last group had
}

func newWriter(db *DB) *writer {
	w := &writer{db: db, interactive: make(chan *request, 1024), background: make(chan *request, 64), quit: make(chan struct{}), ended: make(chan struct{})}
	w.stmts = stmtCache{db: db.write, limit: 800}
	go w.run()
	return w
}

// ErrClosed is returned for work given to a writer that has stopped.
var ErrClosed = errors.New("store: closed")

// Write runs work in the next group and returns once it is durable (nil) or rolled back (its error). ctx ends the waiting for a place
// in a group, never a group that runs.
func (db *DB) Write(ctx context.Context, p Priority, work Work) error {
	r := &request{work: work, done: make(chan error, 1)}
	ch := db.writer.interactive
	if p == Background {
		ch = db.writer.background
	}
	select {
	case <-db.writer.quit:
		return ErrClosed
	default:
	}
	select {
	case ch <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-db.writer.quit:
		return ErrClosed
	}
	select {
	case err := <-r.done:
		return err
	case <-db.writer.ended:
		select {
		case err := <-r.done:
			return err
		default:
			return ErrClosed
		}
	}
}

// OnBegin adds work done at the start of each group, before the first savepoint (checking the published revision, say).
func (db *DB) OnBegin(w Work) {
	db.writer.mu.Lock()
	defer db.writer.mu.Unlock()
	db.writer.begin = append(db.writer.begin, w)
}

// OnFinish adds work done at the end of each group, after the last savepoint and before the commit (numbering events, say).
func (db *DB) OnFinish(w Work) {
	db.writer.mu.Lock()
	defer db.writer.mu.Unlock()
	db.writer.finish = append(db.writer.finish, w)
}

func (w *writer) stop() {
	w.once.Do(func() { close(w.quit) })
	<-w.ended
}

func (w *writer) run() {
	defer close(w.ended)
	for {
		first := w.next()
		if first == nil {
			return
		}
		w.group(first)
	}
}

// next prefers interactive work; nil once the writer stops.
func (w *writer) next() *request {
	select {
	case r := <-w.interactive:
		return r
	default:
	}
	if w.crowd >= crowd {
		if r := w.another(true); r != nil {
			return r
		}
	}
	w.crowd = 0
	select {
	case r := <-w.interactive:
		return r
	case r := <-w.background:
		return r
	case <-w.quit:
		return nil
	}
}

// another gives the next waiting work, nil for none. In a crowd it waits a moment for one: whoever was answered by the last commit is about
// to come again, and each work more shares the price of the commit, which is several times that moment.
func (w *writer) another(patient bool) *request {
	select {
	case r := <-w.interactive:
		return r
	default:
	}
	if !patient {
		return nil
	}
	t := time.NewTimer(gatherFor)
	defer t.Stop()
	select {
	case r := <-w.interactive:
		return r
	case <-t.C:
		return nil
	}
}

type outcome struct {
	r   *request
	err error
}

func (w *writer) group(first *request) {
	ctx := context.Background() // without Done: a group once begun runs to its end, and drivers skip their watchers
	requests := []*request{first}
	careful := false
	for attempt := 0; ; attempt++ {
		outcomes, commitErr := w.tryGroup(ctx, requests, careful)
		if errors.Is(commitErr, errDirty) {
			careful, requests = true, requests[:0]
			for _, o := range outcomes {
				requests = append(requests, o.r)
			}
			continue
		}
		if commitErr != nil && isRetryable(commitErr) && attempt < 5 {
			requests = requests[:0]
			for _, o := range outcomes {
				requests = append(requests, o.r)
			}
			continue
		}
		w.crowd = len(outcomes)
		for _, o := range outcomes {
			if commitErr != nil && o.err == nil {
				o.err = commitErr
			}
			o.r.done <- o.err
		}
		return
	}
}

// tryGroup runs the requests and, the first time, whoever else waits. With careful each work has a savepoint of its own.
func (w *writer) tryGroup(ctx context.Context, requests []*request, careful bool) ([]outcome, error) {
	var outcomes []outcome
	for _, r := range requests {
		outcomes = append(outcomes, outcome{r: r})
	}
	sqlTx, err := w.db.write.BeginTx(ctx, nil)
	if err != nil {
		return outcomes, fmt.Errorf("store: begin: %w", err)
	}
	tx := &Tx{db: w.db, sql: sqlTx, stmts: &w.stmts, careful: careful}
	fail := func(err error) ([]outcome, error) {
		_ = sqlTx.Rollback()
		return outcomes, err
	}
	w.mu.RLock()
	begin, finish := w.begin, w.finish
	w.mu.RUnlock()
	for _, b := range begin {
		if err := guarded(ctx, tx, b); err != nil {
			return fail(err)
		}
	}
	until := time.Now().Add(groupSlice)
	for i := 0; i < len(outcomes); i++ {
		run := tx.hopeful
		if careful {
			run = tx.savepoint
		}
		if err := run(ctx, outcomes[i].r.work); err != nil {
			if isRetryable(err) || errors.Is(err, errBroken) || errors.Is(err, errDirty) {
				return fail(err)
			}
			outcomes[i].err = err
		}
		if !careful && len(outcomes) < groupSize && time.Now().Before(until) {
			if r := w.another(i+1 == len(outcomes) && max(len(outcomes), w.crowd) >= crowd); r != nil {
				outcomes = append(outcomes, outcome{r: r})
			}
		}
	}
	for _, f := range finish {
		if err := guarded(ctx, tx, f); err != nil {
			return fail(err)
		}
	}
	if err := tx.flushAll(ctx); err != nil {
		return fail(err)
	}
	if err := sqlTx.Commit(); err != nil {
		return outcomes, fmt.Errorf("store: commit: %w", err)
	}
	for q := range tx.own {
		_, _ = w.stmts.get(ctx, q) // best effort: a statement that no longer prepares fails where it is next used
	}
	for _, f := range tx.after {
		told(f)
	}
	return outcomes, nil
}

// guarded runs a begin or finish work; its panic fails the group, not the program.
func guarded(ctx context.Context, tx *Tx, work Work) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("store: panic in a group: %v\n%s", p, debug.Stack())
		}
	}()
	return work(ctx, tx)
}

// told runs an after-commit call. What it tells of is durable: its panic is logged and takes neither the others nor the writer along.
func told(f func()) {
	defer func() {
		if p := recover(); p != nil {
			slog.Error("panic after a commit", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	f()
}

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
