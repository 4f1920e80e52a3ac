package assignment

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"baton/internal/platform/store/storetest"
)

// flood lets n leads come in by many hands at once, over all nodes, and counts who got them.
func flood(t testing.TB, n int, lead func(i int) map[string]any, nodes ...*world) map[string]int {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	got := map[string]int{}
	next := make(chan int)
	for i := range 32 {
		w := nodes[i%len(nodes)]
		wg.Go(func() {
			for k := range next {
				row, err := w.tryLead(lead(k))
				mu.Lock()
				if err != nil {
					t.Errorf("lead %d: %v", k, err)
				} else {
					got[row.Owner()]++
				}
				mu.Unlock()
			}
		})
	}
	for k := range n {
		next <- k
	}
	close(next)
	wg.Wait()
	return got
}

func plain(i int) map[string]any { return map[string]any{"company": fmt.Sprint("公司", i)} }

const cappedAt3 = `{"name":"only","candidates":{"where":{"measure":"open_todos","for":{"owner":{"ref":"candidate.id"}},"op":"lt","value":3}},"strategy":"%s"}`

func TestCapsHoldUnderConcurrency(t *testing.T) {
	t.Parallel()
	for _, strategy := range strategyNames() {
		both(t, func(t *testing.T, url string) {
			w := open(t, url)
			w.people(t, map[string]map[string]any{"a": nil, "b": {"weight": 5}, "c": nil, "d": nil})
			w.todos(t, "d", 2)
			w.publish(t, policy(t, fmt.Sprintf(cappedAt3, strategy)))
			got := flood(t, 60, plain, w)
			if got["a"] != 3 || got["b"] != 3 || got["c"] != 3 || got["d"] != 1 || got[""] != 50 {
				t.Errorf("%s: %v", strategy, got)
			}
			for _, p := range []string{"a", "b", "c", "d"} {
				if n := w.tasks(t, p); n != 3 {
					t.Errorf("%s: %s has %d open tasks, want 3", strategy, p, n)
				}
			}
			if x := w.explain(t, w.lead(t, nil)); x.Reason != AllFull || x.Decision != "pool" {
				t.Errorf("%s: reason %q", strategy, x.Reason)
			}
		})
	}
}

func TestCapsHoldOverNodes(t *testing.T) {
	t.Parallel()
	url := storetest.Postgres(t)
	w := open(t, url)
	w.people(t, map[string]map[string]any{"a": nil, "b": nil, "c": {"daily_cap": 2}})
	w.publish(t, policy(t, fmt.Sprintf(cappedAt3, "round_robin")))
	got := flood(t, 60, plain, w, open(t, url), open(t, url))
	if got["a"] != 3 || got["b"] != 3 || got["c"] != 2 || got[""] != 52 {
		t.Errorf("three nodes gave %v", got)
	}
}

func TestDailyCaps(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, url string) {
		w := open(t, url)
		w.people(t, map[string]map[string]any{"a": {"daily_cap": 1}, "b": nil})
		w.publish(t, policy(t, `{"name":"only","candidates":{},"strategy":"round_robin","daily_cap":2}`))
		if got := flood(t, 10, plain, w); got["a"] != 1 || got["b"] != 2 || got[""] != 7 {
			t.Errorf("today: %v", got)
		}
		w.clock.Shift(24 * time.Hour)
		if got := flood(t, 10, plain, w); got["a"] != 1 || got["b"] != 2 || got[""] != 7 {
			t.Errorf("tomorrow: %v", got)
		}
	})
}

func TestRoundRobinIsEvenAndSurvivesRestart(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, url string) {
		w := open(t, url)
		w.people(t, map[string]map[string]any{"a": nil, "b": nil, "c": nil})
		w.publish(t, policy(t, `{"name":"only","candidates":{},"strategy":"round_robin"}`))
		if got := flood(t, 30, plain, w); got["a"] != 10 || got["b"] != 10 || got["c"] != 10 {
			t.Errorf("30 leads: %v", got)
		}
		order := ""
		for range 2 {
			order += w.lead(t, nil).Owner()
		}
		order += open(t, url).lead(t, nil).Owner()
		if order != "abc" {
			t.Errorf("order over a restart: %s", order)
		}
	})
}

func TestWeightsAreKeptAndSpread(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, url string) {
		w := open(t, url)
		w.people(t, map[string]map[string]any{"a": {"weight": 5}, "b": {"weight": 1}, "c": {"weight": 1}, "zero": {"weight": 0}})
		w.publish(t, policy(t, `{"name":"only","candidates":{},"strategy":"weighted"}`))
		order := ""
		for i := range 7 {
			if i == 4 {
				w = open(t, url)
			}
			order += w.lead(t, nil).Owner()
		}
		if order != "aabacaa" {
			t.Errorf("order %s, want the spread of smooth weighted round robin", order)
		}
		if got := flood(t, 70, plain, w); got["a"] != 50 || got["b"] != 10 || got["c"] != 10 {
			t.Errorf("70 leads: %v", got)
		}
	})
}

func TestLeastLoaded(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, url string) {
		w := open(t, url)
		w.people(t, map[string]map[string]any{"a": nil, "b": nil, "c": nil})
		w.todos(t, "a", 3)
		w.todos(t, "b", 1)
		w.publish(t, policy(t, `{"name":"only","candidates":{},"strategy":"least_loaded"}`))
		order := ""
		for range 8 {
			order += w.lead(t, nil).Owner()
		}
		// c to 1, then c and b take turns (b never had one), then all are at 3 and the longest without goes first.
		if order != "cbcbcabc" {
			t.Errorf("order %s", order)
		}
	})
}

func TestHighestWinRate(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, url string) {
		w := open(t, url)
		w.people(t, map[string]map[string]any{"a": nil, "b": nil, "c": nil, "d": nil})
		w.decided(t, "a", "教育", 0, 5, 1)
		w.decided(t, "b", "教育", 2, 1, 1)
		w.decided(t, "b", "医疗", 0, 1, 1)
		w.decided(t, "c", "医疗", 1, 0, 1)
		w.publish(t, policy(t, `{"name":"only","candidates":{},"strategy":"highest_win_rate"}`))
		for industry, want := range map[string]string{"教育": "b", "医疗": "c"} {
			row := w.lead(t, map[string]any{"industry": industry})
			if row.Owner() != want {
				t.Errorf("%s went to %s, want %s", industry, row.Owner(), want)
			}
		}
		// Without any figure all are alike: who never had one goes first.
		order := w.lead(t, map[string]any{"industry": "制造"}).Owner() + w.lead(t, nil).Owner() + w.lead(t, nil).Owner()
		if order != "adc" && order != "adb" {
			t.Errorf("without figures: %s", order)
		}
	})
}
