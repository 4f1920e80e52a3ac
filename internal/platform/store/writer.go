package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
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
	if err := refused(ctx); err != nil {
		return err
	}
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
	select {
	case r := <-w.interactive:
		return r
	case r := <-w.background:
		return r
	case <-w.quit:
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
			select {
			case r := <-w.interactive:
				outcomes = append(outcomes, outcome{r: r})
			default:
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
