package job_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/job"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
	"baton/internal/platform/store/storetest"
)

func each(t *testing.T, f func(t *testing.T, url string)) {
	for name, url := range map[string]func() string{
		"sqlite":   func() string { return "sqlite:" + filepath.Join(t.TempDir(), "b.db") },
		"postgres": func() string { return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, url())
		})
	}
}

func open(t *testing.T, url string) (*store.DB, *job.Service) {
	t.Helper()
	db, err := store.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := job.Open(t.Context(), db, clock.New(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return db, s
}

func start(t *testing.T, s *job.Service) {
	t.Helper()
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
}

func stop(t *testing.T, s *job.Service) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// counter writes the numbers 1 to 20 into setting, one a slice; after a slice it calls hook.
type counter struct {
	db   *store.DB
	hook func(n int)
}

func (c counter) Work(ctx context.Context, t *job.Turn) error {
	for t.Run.State != job.Done && !t.Over() {
		var n int
		if t.Run.Cursor != nil {
			if err := json.Unmarshal(t.Run.Cursor, &n); err != nil {
				return err
			}
		}
		n++
		err := t.Commit(ctx, func(ctx context.Context, tx *store.Tx) (job.State, error) {
			_, err := tx.Exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?)", fmt.Sprintf("%03d", n), t.Run.ID)
			return job.State{Done: int64(n), Total: 20, Cursor: n, Result: map[string]int{"rows": n}, Finished: n == 20}, err
		})
		if err != nil {
			return err
		}
		if c.hook != nil {
			c.hook(n)
		}
	}
	return nil
}

func numbers(t *testing.T, db *store.DB) (n int) {
	t.Helper()
	if err := db.QueryRow(t.Context(), "SELECT COUNT(*) FROM setting WHERE name BETWEEN '001' AND '020'").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRunGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, url string) {
		db, s := open(t, url)
		seventh := make(chan struct{})
		var once sync.Once
		s.Register("count", "", counter{db, func(n int) {
			if n == 7 {
				once.Do(func() { close(seventh) })
			}
		}})
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		id, err := s.Queue(t.Context(), job.New{Kind: "count", Title: "数数", Args: 1, Actor: &actor.Actor{ID: "p1", Name: "王"}})
		if err != nil {
			t.Fatal(err)
		}
		<-seventh
		stop(t, s)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		db, s = open(t, url)
		s.Register("count", "", counter{db: db})
		start(t, s)
		r, err := s.Wait(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if r.State != job.Done || r.Done != 20 || string(r.Result) != `{"rows":20}` || r.By != "王" || numbers(t, db) != 20 {
			t.Errorf("%+v, %d numbers", r, numbers(t, db))
		}
	})
}

// A process that is killed leaves its River job running; here the worker never comes back from its seventh slice.
func TestRunOfADeadProcessGoesOnAndTheDeadWritesNoMore(t *testing.T) {
	t.Parallel()
	db, s := open(t, "sqlite:"+filepath.Join(t.TempDir(), "b.db"))
	hang, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.Register("count", "", counter{db, func(n int) {
		if n == 7 {
			once.Do(func() {
				close(hang)
				<-release
			})
		}
	}})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	id, err := s.Queue(t.Context(), job.New{Kind: "count", Title: "数数"})
	if err != nil {
		t.Fatal(err)
	}
	<-hang
	other, err := job.Open(t.Context(), db, clock.New(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	other.Register("count", "", counter{db: db})
	start(t, other)
	if r, err := other.Wait(t.Context(), id); err != nil || r.State != job.Done {
		t.Fatalf("%+v %v", r, err)
	}
	close(release) // the one taken for dead breathes again
	stop(t, s)
	if n := numbers(t, db); n != 20 {
		t.Errorf("%d numbers", n)
	}
}

func TestQueuedInTheCallersTransaction(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, url string) {
		db, s := open(t, url)
		s.Register("count", "", counter{db: db})
		refused := errors.New("refused")
		err := db.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
			if _, err := s.Add(ctx, tx, job.New{Kind: "count", Title: "x"}); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		var n int
		if err := db.QueryRow(t.Context(), "SELECT (SELECT COUNT(*) FROM job_run) + (SELECT COUNT(*) FROM river_job)").Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows are left (%v)", n, err)
		}
	})
}

// broken fails in a given way.
type broken func(ctx context.Context, t *job.Turn) error

func (b broken) Work(ctx context.Context, t *job.Turn) error { return b(ctx, t) }

func TestRefusedWorkFailsWithItsReasonAndPassingTroubleIsRetried(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, url string) {
		_, s := open(t, url)
		tries := 0
		s.Register("bad", "", broken(func(context.Context, *job.Turn) error {
			return problem.New(problem.Invalid, "x", "文件读不出", problem.Item{Message: "第 1 行有误", Hint: "请检查"})
		}))
		s.Register("shaky", "", broken(func(ctx context.Context, t *job.Turn) error {
			if tries++; tries == 1 {
				panic("once")
			}
			return t.Commit(ctx, func(context.Context, *store.Tx) (job.State, error) { return job.State{Finished: true}, nil })
		}))
		start(t, s)
		bad, err := s.Queue(t.Context(), job.New{Kind: "bad", Title: "x"})
		if err != nil {
			t.Fatal(err)
		}
		shaky, err := s.Queue(t.Context(), job.New{Kind: "shaky", Title: "x"})
		if err != nil {
			t.Fatal(err)
		}
		if r, err := s.Wait(t.Context(), bad); err != nil || r.State != job.Failed || r.Error != "文件读不出；第 1 行有误（请检查）" {
			t.Errorf("%+v %v", r, err)
		}
		if r, err := s.Wait(t.Context(), shaky); err != nil || r.State != job.Done || tries != 2 {
			t.Errorf("%+v %v, %d tries", r, err, tries)
		}
		if _, err := s.Queue(t.Context(), job.New{Kind: "none"}); err == nil {
			t.Error("a kind without a worker was queued")
		}
	})
}

func TestDefusedCellsComeBack(t *testing.T) {
	t.Parallel()
	for _, cell := range []string{"=1+1", "+86 138-0013-8000", "-1+1", "@x", "--", "-", "-12.5", "+8613800138000", "'quoted'", "'", ""} {
		if got := job.Undefused(cell); got != cell {
			t.Errorf("%q, never defused, reads %q", cell, got)
		}
	}
	if got := job.Undefused("'=1+1"); got != "=1+1" {
		t.Errorf("a defused formula reads %q", got)
	}
}

func TestRejectedRowsAsCSV(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, url string) {
		_, s := open(t, url)
		s.Register("r", "", broken(func(ctx context.Context, t *job.Turn) error {
			return t.Commit(ctx, func(ctx context.Context, tx *store.Tx) (job.State, error) {
				if err := t.SetHead(ctx, tx, []string{"=姓名", "电话"}); err != nil {
					return job.State{}, err
				}
				var rs []job.Reject
				for i := range 1200 {
					rs = append(rs, job.Reject{Line: i + 2, Column: "电话", Value: "=1+1", Code: "a", Message: "甲", Hint: "子", Row: []string{"=cmd|' /C calc'!A0", "+8613800138000"}})
					if i%400 == 0 {
						rs = append(rs, job.Reject{Line: i + 2, Column: "姓名", Value: "nul\x00", Code: "b", Message: "乙"})
					}
				}
				return job.State{Finished: true}, t.KeepRejects(ctx, tx, rs)
			})
		}))
		start(t, s)
		id, err := s.Queue(t.Context(), job.New{Kind: "r", Title: "x"})
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Wait(t.Context(), id)
		if err != nil || r.State != job.Done {
			t.Fatalf("%+v %v", r, err)
		}
		var out bytes.Buffer
		if err := s.WriteRejected(t.Context(), r, &out); err != nil {
			t.Fatal(err)
		}
		text, marked := strings.CutPrefix(out.String(), "\uFEFF")
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || !marked || len(rows) != 1201 {
			t.Fatalf("%d rows, marked %v, %v", len(rows), marked, err)
		}
		for i, want := range map[int]string{
			0:    "'=姓名 电话 行号 列 值 原因 建议",
			1:    "'=cmd|' /C calc'!A0 +8613800138000 2 电话；姓名 '=1+1；nul\uFFFD 甲；乙 子",
			1200: "'=cmd|' /C calc'!A0 +8613800138000 1201 电话 '=1+1 甲 子",
		} {
			if got := strings.Join(rows[i], " "); got != want {
				t.Errorf("row %d: %q, want %q", i, got, want)
			}
		}
		if first, err := s.Rejects(t.Context(), id, 100); err != nil || len(first) != 100 {
			t.Errorf("%d errors, %v", len(first), err)
		}
	})
}

// TestWorkIsCalledOff: work of a kind that may be called off ends at once, whatever its worker is doing; what was committed stays.
func TestWorkIsCalledOff(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, url string) {
		db, s := open(t, url)
		reached, on := make(chan struct{}), make(chan struct{})
		c := &counter{db: db, hook: func(n int) {
			if n == 3 {
				close(reached)
				<-on
			}
		}}
		s.RegisterStopping("count", "", c)
		start(t, s)
		id, err := s.Queue(t.Context(), job.New{Kind: "count", Title: "数数", Total: 20})
		if err != nil {
			t.Fatal(err)
		}
		<-reached
		stopped, err := s.Cancel(t.Context(), id)
		if err != nil || !stopped {
			t.Fatal(stopped, err)
		}
		close(on)
		run, err := s.Wait(t.Context(), id)
		if err != nil || run.State != job.Failed || run.Error != job.Cancelled || !job.Show(run).Cancelled {
			t.Fatalf("%+v %v", run, err)
		}
		if again, err := s.Cancel(t.Context(), id); again || err != nil {
			t.Fatal("called off twice", err)
		}
		stop(t, s)
		after, err := s.Get(t.Context(), id)
		if err != nil || after.Done != 3 {
			t.Fatalf("%+v %v: the slices before stay, none comes after", after, err)
		}
	})
}
