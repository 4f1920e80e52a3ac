package query

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"baton/internal/platform/condition"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/store/storetest"
)

// figuresIn reads a measure by first dimension inside a write of its own.
func (h *house) figuresIn(measure, k2 string, p *condition.Period) map[string]Figure {
	h.t.Helper()
	var out map[string]Figure
	check(h.t, h.db.Write(context.Background(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		figures, err := h.kept.ByFirst(ctx, tx, measure, k2, p)
		out = maps.Clone(figures)
		return err
	}))
	return nonZero(out)
}

func nonZero(m map[string]Figure) map[string]Figure {
	maps.DeleteFunc(m, func(_ string, f Figure) bool { return f == Figure{} })
	return m
}

func (h *house) scanned(measure, k2 string, p *condition.Period) map[string]Figure {
	h.t.Helper()
	m, ok := Of(h.defs.Current(), measure)
	if !ok {
		h.t.Fatalf("no measure %s", measure)
	}
	out, err := h.kept.scan(context.Background(), h.db, m, k2, p)
	check(h.t, err)
	return nonZero(out)
}

var month30 = &condition.Period{Last: 30, Unit: "day"}

func TestKeptWinRate(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, h *house) {
		check(t, h.kept.Rebuild(context.Background()))
		decide := func(id, owner, stage string, at string) {
			h.create("lead", id, map[string]any{"owner": owner, "industry": "教育", "stage": stage, "decided_at": instant(at)})
		}
		// In Shanghai the 30 days up to 24 November begin on 26 October, at 16:00 UTC of the 25th.
		decide("l1", "ann", "signed", "2026-10-25T16:00:00Z")
		decide("l2", "ann", "signed", "2026-10-25T15:59:59Z")
		decide("l3", "ann", "lost", "2026-11-24T15:59:59Z")
		decide("l4", "bob", "lost", "2026-11-24T16:00:00Z") // tomorrow
		h.create("lead", "l5", map[string]any{"owner": "ann", "industry": "教育"})
		got := h.figuresIn("win_rate", "教育", month30)
		if want := (Figure{1, 2}); got["ann"] != want || len(got) != 1 {
			t.Fatalf("win rate of ann: %v, want %v for ann only", got, want)
		}
		check(t, h.db.Write(context.Background(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
			if _, _, ok, err := h.kept.Value(ctx, tx, "win_rate", "bob", "教育", month30); ok || err != nil {
				t.Errorf("a rep who decided nothing has a win rate: %v %v", ok, err)
			}
			if n, d, ok, err := h.kept.Value(ctx, tx, "win_rate", "ann", "", nil); n != 2 || d != 3 || !ok || err != nil {
				t.Errorf("ann over all time: %d/%d %v %v, want 2/3", n, d, ok, err)
			}
			return nil
		}))
	})
}

// A work sees what it and the works before it in the group wrote, and nothing of a work that failed.
func TestKeptInsideAGroup(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		check(t, h.kept.Rebuild(ctx))
		open := func(ctx context.Context, tx *store.Tx) int64 {
			n, _, ok, err := h.kept.Value(ctx, tx, "open_todos", "ann", "", nil)
			if err != nil || !ok {
				t.Errorf("open to-dos: %v %v", ok, err)
			}
			return n
		}
		todo := record.Request{Actor: system, Origin: record.Origin{Kind: "demo", Engine: true}, Writes: []record.Write{{Op: record.Create, Object: "task", Values: map[string]any{"owner": "ann"}}}}
		for round := range int64(3) {
			check(t, h.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
				check(t, h.kept.Lock(ctx, tx, "open_todos", "ann"))
				for i := range int64(3) {
					if n := open(ctx, tx); n != round*3+i {
						t.Errorf("round %d: %d open before write %d", round, n, i)
					}
					if _, err := h.writer.In(ctx, tx, todo); err != nil {
						return err
					}
				}
				return nil
			}))
			refused := errors.New("refused")
			err := h.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
				if _, err := h.writer.In(ctx, tx, todo); err != nil {
					return err
				}
				return refused
			})
			if !errors.Is(err, refused) {
				t.Fatal(err)
			}
		}
		if got, want := h.figuresIn("open_todos", "", nil), map[string]Figure{"ann": {9, 0}}; !maps.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

// After a measure's definition changes, the old number is never given: at once the new one, from the rows, and the same when rebuilt.
func TestKeptFollowsDefinition(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		at := instant("2026-11-20T00:00:00Z")
		for i, stage := range []string{"signed", "lost", "quoted"} {
			h.create("lead", fmt.Sprint("l", i), map[string]any{"owner": "ann", "industry": "教育", "stage": stage, "decided_at": at})
		}
		expect := func(want Figure) {
			t.Helper()
			if got := h.figuresIn("win_rate", "", month30)["ann"]; got != want {
				t.Fatalf("win rate %v, want %v", got, want)
			}
		}
		expect(Figure{1, 2}) // never built
		check(t, h.kept.Rebuild(ctx))
		expect(Figure{1, 2})
		wide := `{"kind":"measure","name":"win_rate","title":{"zh-CN":"成交率"},"spec":{"entity":"lead","type":"ratio","where":{"field":"stage","op":"in","value":["signed","lost","quoted"]},
			"numerator":{"field":"stage","op":"eq","value":"signed"},"time":"decided_at","dims":["owner","industry"],"kept":{"dims":["owner","industry"],"bucket":"day"}}}`
		h.publish(wide)
		expect(Figure{1, 3})
		h.create("lead", "l9", map[string]any{"owner": "ann", "stage": "lost", "decided_at": at})
		expect(Figure{1, 4})
		// Back to the first definition before the new one was built: the figures kept meanwhile by nobody must not come back.
		h.publish(winRate)
		expect(Figure{1, 3})
		check(t, h.kept.Rebuild(ctx))
		expect(Figure{1, 3})
		if ready, err := h.kept.Ready(ctx, "win_rate"); !ready || err != nil {
			t.Fatalf("not ready: %v", err)
		}
		var builds int
		check(t, h.db.QueryRow(ctx, "SELECT COUNT(DISTINCT build) FROM kept WHERE build NOT IN (SELECT build FROM kept_state)").Scan(&builds))
		if builds != 0 {
			t.Fatalf("%d former builds left", builds)
		}
	})
}

// Random histories of creates, updates, deletes and restores, with rebuilding slices between them: what is kept equals what is counted.
func TestKeptEqualsScanned(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		n := 0
		h.kept.sliceRows = 10
		rapid.Check(t, func(rt *rapid.T) {
			owners := rapid.SampledFrom([]any{nil, "ann", "bob", "cai"})
			values := func() map[string]any {
				v := map[string]any{}
				pick := func(name string, g *rapid.Generator[any]) {
					if rapid.Bool().Draw(rt, "set "+name) {
						v[name] = g.Draw(rt, name)
					}
				}
				pick("owner", owners)
				pick("industry", rapid.SampledFrom([]any{nil, "教育", "医疗", "矿业"}))
				pick("stage", rapid.SampledFrom([]any{nil, "new", "quoted", "signed", "lost"}))
				pick("budget", rapid.SampledFrom([]any{nil, int64(0), int64(5_000_000), int64(-1)}))
				pick("born", rapid.SampledFrom([]any{nil, "2026-11-24", "2026-10-26", "2026-10-25"}))
				pick("decided_at", rapid.SampledFrom([]any{nil, instant("2026-11-24T15:59:59Z"), instant("2026-11-24T16:00:00Z"), instant("2026-10-25T15:59:59Z"), instant("2026-10-25T16:00:00Z")}))
				return v
			}
			var live, dead []string
			steps := rapid.IntRange(1, 12).Draw(rt, "steps")
			for range steps {
				var err error
				switch op := rapid.IntRange(0, 8).Draw(rt, "op"); {
				case op == 0 && len(live) > 0:
					i := rapid.IntRange(0, len(live)-1).Draw(rt, "which")
					err = h.write(record.Write{Op: record.Delete, Object: "lead", ID: live[i]})
					dead, live = append(dead, live[i]), append(live[:i], live[i+1:]...)
				case op == 1 && len(dead) > 0:
					err = h.write(record.Write{Op: record.Restore, Object: "lead", ID: dead[0]})
					live, dead = append(live, dead[0]), dead[1:]
				case op <= 3 && len(live) > 0:
					err = h.write(record.Write{Op: record.Update, Object: "lead", ID: rapid.SampledFrom(live).Draw(rt, "which"), Values: values()})
				case op == 4 || op == 6:
					err = h.db.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
						_, err := h.kept.step(ctx, tx, rapid.SampledFrom([]string{"win_rate", "mean_budget"}).Draw(rt, "built"))
						return err
					})
				case op == 5:
					_, err = h.db.WritePool().ExecContext(ctx, "UPDATE kept_state SET signature = 'former'")
				default:
					n++
					id := fmt.Sprintf("%c%d", rapid.RuneFrom([]rune("amz")).Draw(rt, "id"), n)
					err = h.write(record.Write{Op: record.Create, Object: "lead", ID: id, Values: values()})
					live = append(live, id)
				}
				if err != nil {
					rt.Fatal(err)
				}
			}
			if rapid.Bool().Draw(rt, "finish") {
				if err := h.kept.Rebuild(ctx); err != nil {
					rt.Fatal(err)
				}
			}
			for _, q := range []struct {
				measure, k2 string
				p           *condition.Period
			}{{"win_rate", "", nil}, {"win_rate", "教育", month30}, {"win_rate", "", month30}, {"mean_budget", "", month30}, {"mean_budget", "", &condition.Period{To: "2026-10-25"}}, {"mean_budget", "", nil}} {
				want, got := h.scanned(q.measure, q.k2, q.p), h.figuresIn(q.measure, q.k2, q.p)
				if !maps.Equal(got, want) {
					rt.Fatalf("%s %q %v: kept %v, counted %v", q.measure, q.k2, q.p, got, want)
				}
			}
		})
	})
}

// The cache alone answers once warm: nothing is read but the states.
func BenchmarkByFirst(b *testing.B) {
	h := newHouse(b, "sqlite:"+filepath.Join(b.TempDir(), "b.db"))
	ctx := context.Background()
	check(b, h.kept.Rebuild(ctx))
	for i := range 400 {
		h.create("lead", fmt.Sprint(i), map[string]any{"owner": fmt.Sprint("p", i%40), "industry": "教育", "stage": "signed", "decided_at": h.clock.Milli()})
	}
	check(b, h.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		for b.Loop() {
			if _, err := h.kept.ByFirst(ctx, tx, "win_rate", "教育", month30); err != nil {
				return err
			}
		}
		return nil
	}))
}

// A lock held by one node's group makes another's wait and then see what the first wrote: a cap of one to-do is never passed.
func TestLockHoldsCapOverNodes(t *testing.T) {
	t.Parallel()
	url := storetest.Postgres(t)
	a := newHouse(t, url)
	b := joinHouse(t, url)
	check(t, a.kept.Rebuild(context.Background()))
	errs := make(chan error, 20)
	for i := range 20 {
		h := []*house{a, b}[i%2]
		go func() {
			errs <- h.db.Write(context.Background(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
				if err := h.kept.Lock(ctx, tx, "open_todos", "ann"); err != nil {
					return err
				}
				n, _, _, err := h.kept.Value(ctx, tx, "open_todos", "ann", "", nil)
				if err != nil || n >= 5 {
					return err
				}
				_, err = h.writer.In(ctx, tx, record.Request{Actor: system, Origin: record.Origin{Kind: "demo", Engine: true}, Writes: []record.Write{{Op: record.Create, Object: "task", Values: map[string]any{"owner": "ann"}}}})
				return err
			})
		}()
	}
	for range 20 {
		check(t, <-errs)
	}
	for _, h := range []*house{a, b} {
		if got := h.figuresIn("open_todos", "", nil)["ann"].N; got != 5 {
			t.Fatalf("%d open to-dos, want the cap of 5", got)
		}
	}
}
