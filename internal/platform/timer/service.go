package timer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"baton/internal/platform/clock"
	"baton/internal/platform/store"
)

// Handler runs when a countdown falls due, in the write transaction that also marks it fired: both happen or neither. It may be run more
// than once (a lost race re-runs its transaction), so it has no effect outside tx. An error leaves the countdown running, to be tried
// again later.
type Handler func(ctx context.Context, tx *store.Tx, t Timer) error

// The measures of the loop: how many countdowns one transaction takes, how long it may hold the writer, how often the table is looked at
// without any other reason (other nodes' countdowns), and how failed handlers back off.
const (
	sliceSize  = 100
	sliceTime  = 20 * time.Millisecond
	poll       = time.Second
	backoff    = time.Second
	backoffMax = 5 * time.Minute
)

// Service starts, stops and fires countdowns. Safe for concurrent use; any number may run on one database.
type Service struct {
	// Late, when set before Run, is told after commit how long after its due instant each countdown fired.
	Late func(kind string, late time.Duration)

	db       *store.DB
	clock    *clock.Clock
	mu       sync.RWMutex
	handlers map[string]Handler
	wake     chan struct{}
	planned  atomic.Int64 // the due instant the loop sleeps towards
}

// New makes a service; Run fires its countdowns.
func New(db *store.DB, c *clock.Clock) *Service {
	return &Service{db: db, clock: c, handlers: map[string]Handler{}, wake: make(chan struct{}, 1)}
}

// Handle registers the handler of a kind. A countdown of a kind without handler is kept running and retried, as the node that knows it may
// be another one.
func (s *Service) Handle(kind string, h Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handlers[kind] = h
}

// hint wakes the loop when a new countdown is due before the one it sleeps towards.
func (s *Service) hint(due int64) {
	if due < s.planned.Load() {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// Run fires countdowns as they fall due, until ctx ends; it returns ctx's error. Failures of the database are logged and tried again.
func (s *Service) Run(ctx context.Context) error {
	changed := s.clock.Changed()
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		case <-s.wake:
		case <-changed:
		}
		// New countdowns wake the loop from here on: none can slip between the look at the table and the sleep.
		s.planned.Store(1<<63 - 1)
		next, err := s.Drain(ctx)
		wait := poll
		switch {
		case errors.Is(err, context.Canceled), errors.Is(err, store.ErrClosed):
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return err
		case err != nil:
			slog.ErrorContext(ctx, "timer: loop", "error", err)
		case next != 0:
			wait = min(poll, max(0, time.Duration(next-s.clock.Milli())*time.Millisecond))
		}
		if next != 0 {
			s.planned.Store(next)
		}
		t.Reset(wait)
	}
}

// Drain fires everything that is due now, slice by slice, and returns the instant of the next running countdown (0 = none).
func (s *Service) Drain(ctx context.Context) (next int64, err error) {
	for {
		next = 0
		err := s.db.QueryRow(ctx, "SELECT next_at FROM timer WHERE state = 0 ORDER BY next_at, id LIMIT 1").Scan(&next)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return 0, fmt.Errorf("timer: next: %w", err)
		}
		if next == 0 || next > s.clock.Milli() {
			return next, nil
		}
		n, err := s.slice(ctx)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			// Another node holds what is due; it is looked at again at the next poll.
			return s.clock.Milli() + poll.Milliseconds(), nil
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
	}
}

// slice handles at most sliceSize due countdowns, or as many as sliceTime allows, in one background transaction. It returns how many.
func (s *Service) slice(ctx context.Context) (n int, err error) {
	err = s.db.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		n = 0
		due, err := s.due(ctx, tx)
		if err != nil {
			return err
		}
		until := time.Now().Add(sliceTime)
		for _, t := range due {
			if n > 0 && time.Now().After(until) {
				return nil
			}
			if err := s.fire(ctx, tx, t); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// due reads what is to be fired; on PostgreSQL rows that another node is firing are passed over.
func (s *Service) due(ctx context.Context, tx *store.Tx) ([]Timer, error) {
	q := "SELECT " + columns + " FROM timer WHERE state = 0 AND next_at <= ? ORDER BY next_at, id LIMIT ?"
	if tx.Dialect() == store.Postgres {
		q += " FOR UPDATE SKIP LOCKED"
	}
	rows, err := tx.Query(ctx, q, s.clock.Milli(), sliceSize)
	if err != nil {
		return nil, fmt.Errorf("timer: due: %w", err)
	}
	return scan(rows)
}

// fire runs one handler with the change of state; a failure is undone alone and put off. Only a broken transaction is returned.
func (s *Service) fire(ctx context.Context, tx *store.Tx, t Timer) error {
	err := tx.Nested(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := s.clock.Milli()
		res, err := tx.Exec(ctx, "UPDATE timer SET state = 2, ended_at = ? WHERE id = ? AND state = 0", now, t.ID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // an earlier handler of this slice stopped it
		}
		s.mu.RLock()
		h := s.handlers[t.Kind]
		s.mu.RUnlock()
		if h == nil {
			return fmt.Errorf("timer: no handler for kind %q on this node", t.Kind)
		}
		t.State, t.EndedAt = Fired, now
		if err := h(ctx, tx, t); err != nil {
			return err
		}
		if s.Late != nil {
			tx.AfterCommit(func() { s.Late(t.Kind, time.Duration(now-t.Due)*time.Millisecond) })
		}
		return nil
	})
	if err == nil || store.IsFatal(err) {
		return err
	}
	wait := backoffMax
	if t.Attempts < 8 {
		wait = backoff << t.Attempts
	}
	if _, e := tx.Exec(ctx, "UPDATE timer SET next_at = ?, attempts = attempts + 1, error = ? WHERE id = ? AND state = 0", s.clock.Milli()+wait.Milliseconds(), storable(err), t.ID); e != nil {
		return e
	}
	tx.AfterCommit(func() {
		slog.Error("timer: handler failed; it will be tried again", "kind", t.Kind, "timer", t.ID, "object", t.Object, "record", t.RecordID, "attempts", t.Attempts+1, "in", wait, "error", err)
	})
	return nil
}

// storable is an error's text as both databases keep it.
func storable(err error) string {
	text := strings.ReplaceAll(strings.ToValidUTF8(err.Error(), "?"), "\x00", "?")
	return strings.ToValidUTF8(text[:min(len(text), 1000)], "")
}
