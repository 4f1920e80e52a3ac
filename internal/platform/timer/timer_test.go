package timer_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"baton/internal/platform/clock"
	"baton/internal/platform/store"
	"baton/internal/platform/store/storetest"
	"baton/internal/platform/timer"
)

// each runs a test on both databases.
func each(t *testing.T, f func(t *testing.T, url string)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, "sqlite:"+filepath.Join(t.TempDir(), "baton.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, storetest.Postgres(t))
	})
}

func open(t *testing.T, url string) *store.DB {
	t.Helper()
	db, err := store.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

func write(t *testing.T, db *store.DB, work store.Work) {
	t.Helper()
	if err := db.Write(t.Context(), store.Interactive, work); err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T, db *store.DB, s *timer.Service, all ...timer.Timer) {
	t.Helper()
	write(t, db, func(ctx context.Context, tx *store.Tx) error {
		for _, x := range all {
			if err := s.Start(ctx, tx, x); err != nil {
				return err
			}
		}
		return nil
	})
}

func drain(t *testing.T, s *timer.Service) int64 {
	t.Helper()
	next, err := s.Drain(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// run starts a service's loop and ends it with the test.
func run(t *testing.T, s *timer.Service) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-ended })
}

// seen collects what handlers that were committed saw.
type seen struct {
	mu  sync.Mutex
	ids []string
	ch  chan timer.Timer
}

func newSeen() *seen { return &seen{ch: make(chan timer.Timer, 10000)} }

func (s *seen) handle(_ context.Context, tx *store.Tx, t timer.Timer) error {
	tx.AfterCommit(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.ids = append(s.ids, t.RecordID)
		s.ch <- t
	})
	return nil
}

func (s *seen) wait(t *testing.T) timer.Timer {
	t.Helper()
	select {
	case x := <-s.ch:
		return x
	case <-time.After(20 * time.Second):
		t.Fatal("no countdown fired")
		return timer.Timer{}
	}
}

func (s *seen) list() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ids)
}

func TestFiresAtItsDueInstantAndNotBefore(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		db, c := open(t, url), clock.New()
		s, got := timer.New(db, c), newSeen()
		s.Handle("follow_up", got.handle)
		due := c.Now().Add(72 * time.Hour).UnixMilli()
		start(t, db, s, timer.Timer{Kind: "follow_up", Object: "lead", RecordID: "l1", Person: "p1", Rule: "r", Due: due, Data: "x"})
		if next := drain(t, s); next != due || len(got.list()) != 0 {
			t.Fatalf("next is %d, want %d; fired %v", next, due, got.list())
		}
		c.Shift(72*time.Hour - time.Minute)
		if drain(t, s); len(got.list()) != 0 {
			t.Fatal("fired a minute early")
		}
		c.Shift(72*time.Hour + time.Second)
		drain(t, s)
		x := got.wait(t)
		if x.Due != due || x.Person != "p1" || x.Data != "x" || x.State != timer.Fired {
			t.Fatalf("handler saw %+v", x)
		}
		all, err := s.List(t.Context(), db, "lead", "l1")
		if err != nil || len(all) != 1 || all[0].State != timer.Fired || all[0].Due != due || all[0].EndedAt < due {
			t.Fatalf("kept as %+v, %v", all, err)
		}
	})
}

func TestLoopWakesOnNewCountdownsAndOnTheClock(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		db, c := open(t, url), clock.New()
		s, got := timer.New(db, c), newSeen()
		s.Handle("k", got.handle)
		var late []time.Duration
		s.Late = func(_ string, d time.Duration) { late = append(late, d) }
		run(t, s)
		start(t, db, s, timer.Timer{Kind: "k", Object: "lead", RecordID: "now", Due: c.Milli() + 30})
		if x := got.wait(t); x.RecordID != "now" {
			t.Fatalf("fired %s", x.RecordID)
		}
		start(t, db, s, timer.Timer{Kind: "k", Object: "lead", RecordID: "later", Due: c.Milli() + 3_600_000})
		c.Shift(2 * time.Hour)
		if x := got.wait(t); x.RecordID != "later" {
			t.Fatalf("fired %s", x.RecordID)
		}
	})
}

func TestOnceAcrossRestart(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		db, c := open(t, url), clock.New()
		s, got := timer.New(db, c), newSeen()
		s.Handle("k", got.handle)
		start(t, db, s, timer.Timer{Kind: "k", Object: "lead", RecordID: "before", Due: c.Milli() - 5}, timer.Timer{Kind: "k", Object: "lead", RecordID: "after", Due: c.Milli() + 3_600_000})
		drain(t, s)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		db = open(t, url)
		s = timer.New(db, c)
		s.Handle("k", got.handle)
		drain(t, s)
		c.Shift(2 * time.Hour)
		drain(t, s)
		drain(t, s)
		if ids := got.list(); !slices.Equal(ids, []string{"before", "after"}) {
			t.Fatalf("fired %v", ids)
		}
	})
}

func TestTwoLoopsFireOnce(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		one, two, c := open(t, url), open(t, url), clock.New()
		got := newSeen()
		const n = 400
		var all []timer.Timer
		for i := range n {
			all = append(all, timer.Timer{Kind: "k", Object: "lead", RecordID: fmt.Sprintf("l%03d", i), Due: c.Milli() + 3_600_000})
		}
		a, b := timer.New(one, c), timer.New(two, c)
		a.Handle("k", got.handle)
		b.Handle("k", got.handle)
		start(t, one, a, all...)
		run(t, a)
		run(t, b)
		c.Shift(2 * time.Hour)
		for range n {
			got.wait(t)
		}
		drain(t, a)
		drain(t, b)
		ids := got.list()
		slices.Sort(ids)
		if len(slices.Compact(ids)) != n || len(got.list()) != n {
			t.Fatalf("%d firings of %d countdowns", len(got.list()), n)
		}
	})
}

func TestFailingHandlerIsRetriedAndBlocksNobody(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		db, c := open(t, url), clock.New()
		s, got := timer.New(db, c), newSeen()
		fail := true
		s.Handle("k", func(ctx context.Context, tx *store.Tx, x timer.Timer) error {
			if x.RecordID == "bad" {
				if _, err := tx.Exec(ctx, "INSERT INTO setting (name, value) VALUES ('half', 'done')"); err != nil {
					return err
				}
				tx.AfterCommit(func() {
					if fail {
						t.Error("an undone handler's effects ran")
					}
				})
				if fail {
					return errors.New("not today")
				}
			}
			return got.handle(ctx, tx, x)
		})
		now := c.Milli()
		start(t, db, s, timer.Timer{Kind: "k", Object: "lead", RecordID: "bad", Due: now - 20}, timer.Timer{Kind: "k", Object: "lead", RecordID: "good", Due: now - 10}, timer.Timer{Kind: "unknown", Object: "lead", RecordID: "odd", Due: now - 15})
		if next := drain(t, s); next <= now {
			t.Fatalf("a failed countdown is due again at once (%d)", next)
		}
		if ids := got.list(); !slices.Equal(ids, []string{"good"}) {
			t.Fatalf("fired %v", ids)
		}
		var n int
		if err := db.QueryRow(t.Context(), "SELECT COUNT(*) FROM setting WHERE name = 'half'").Scan(&n); err != nil || n != 0 {
			t.Fatalf("a failed handler left %d rows, %v", n, err)
		}
		all, err := s.List(t.Context(), db, "lead", "bad")
		if err != nil || all[0].State != timer.Running || all[0].Attempts != 1 || all[0].Due != now-20 {
			t.Fatalf("kept as %+v, %v", all, err)
		}
		fail = false
		c.Shift(time.Minute)
		drain(t, s)
		if ids := got.list(); !slices.Equal(ids, []string{"good", "bad"}) {
			t.Fatalf("fired %v", ids)
		}
	})
}

func TestStopAndListFor(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		db, c := open(t, url), clock.New()
		s, got := timer.New(db, c), newSeen()
		s.Handle("a", got.handle)
		s.Handle("b", func(ctx context.Context, tx *store.Tx, x timer.Timer) error {
			return s.Stop(ctx, tx, x.Object, x.RecordID) // stops a, which is due in the same slice
		})
		now := c.Milli()
		start(t, db, s, timer.Timer{Kind: "a", Object: "lead", RecordID: "l1", Due: now + 1000}, timer.Timer{Kind: "b", Object: "lead", RecordID: "l1", Due: now + 500}, timer.Timer{Kind: "a", Object: "lead", RecordID: "l2", Due: now + 1000})
		write(t, db, func(ctx context.Context, tx *store.Tx) error { return s.Stop(ctx, tx, "lead", "l2", "a") })
		start(t, db, s, timer.Timer{Kind: "a", Object: "lead", RecordID: "l2", StartedAt: now + 60_000, Due: now + 7_200_000})
		c.Shift(time.Hour)
		drain(t, s)
		if len(got.list()) != 0 {
			t.Fatalf("stopped countdowns fired: %v", got.list())
		}
		by, err := s.ListFor(t.Context(), db, "lead", []string{"l1", "l2", "l3"})
		if err != nil {
			t.Fatal(err)
		}
		if len(by) != 2 || len(by["l1"]) != 2 || len(by["l2"]) != 1 || by["l2"][0].State != timer.Running || by["l2"][0].Due != now+7_200_000 {
			t.Fatalf("listed %+v", by)
		}
		for _, x := range by["l1"] {
			if want := map[string]timer.State{"a": timer.Stopped, "b": timer.Fired}[x.Kind]; x.State != want {
				t.Errorf("%s is %s, want %s", x.Kind, x.State, want)
			}
		}
	})
}
