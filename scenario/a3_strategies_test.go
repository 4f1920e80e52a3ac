package scenario

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

func sortStrings(list []string) { slices.Sort(list) }

// The four strategies, each published over HTTP and each explaining why its choice came first.
func TestStrategies(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		now := At(t, tuesday)
		s := Start(t, Options{DB: db, Now: now})
		admin := s.Admin(t)
		a, b, c := admin.Rep(t, "ann", nil), admin.Rep(t, "bob", nil), admin.Rep(t, "cai", nil)
		names := map[string]string{a.User.ID: "a", b.User.ID: "b", c.User.ID: "c"}
		// run publishes the strategy and reads who gets the next n leads, and the note of the last.
		run := func(strategy string, n int) (got, note string) {
			admin.Publish(t, policy(branch("only", strategy, nil, Fields{})))
			for range n {
				lead := admin.Create(t, "lead", Fields{"company": "康宁医院", "industry": "医疗"})
				got += names[lead.Text("owner")]
				note = admin.Explain(t, "lead", lead.ID()).Owner.Branch(t, "only").Candidate(lead.Text("owner")).Note
			}
			return got, note
		}
		if got, note := run("round_robin", 6); got != "abcabc" || note != "按顺序轮到" {
			t.Errorf("轮询: %s, %q", got, note)
		}
		s.Restart(t)
		if got, _ := run("round_robin", 2); got != "ab" {
			t.Errorf("轮询 after a restart: %s", got)
		}
		// a has 3 + 3 open, b 3, c 2 + 2.
		admin.Todos(t, a.User.ID, 3)
		admin.Todos(t, c.User.ID, 2)
		if got, note := run("least_loaded", 4); got != "bcbc" || note != "未完成待办最少（5）" {
			t.Errorf("负载最少: %s, %q", got, note)
		}
		admin.Decided(t, a.User.ID, "医疗", 1, 1, now.AddDate(0, 0, -3))
		admin.Decided(t, b.User.ID, "医疗", 4, 1, now.AddDate(0, 0, -3))
		admin.Decided(t, b.User.ID, "教育", 0, 9, now.AddDate(0, 0, -3))
		if got, note := run("highest_win_rate", 3); got != "bbb" || note != "近30天成交率最高（80%）" {
			t.Errorf("胜率最高: %s, %q", got, note)
		}
		// A hospital that did not state its industry is tagged by its name.
		if lead := admin.Create(t, "lead", Fields{"company": "仁和医院"}); names[lead.Text("owner")] != "b" {
			t.Errorf("胜率最高 without a stated industry: %s", names[lead.Text("owner")])
		}
		admin.Change(t, "person", admin.Record(t, "person", a.User.ID), Fields{"weight": 3})
		got, _ := run("weighted", 10)
		counts := map[rune]int{}
		for _, x := range got {
			counts[x]++
		}
		if counts['a'] != 6 || counts['b'] != 2 || counts['c'] != 2 {
			t.Errorf("按权重 3:1:1: %s", got)
		}
		// What a rep may not see of colleagues is not told on the way either.
		lead := a.List(t, "lead", Fields{"field": "owner", "op": "eq", "value": a.User.ID}, "-created_at")[0]
		note := func(who *Client) string {
			return who.Explain(t, "lead", lead.ID()).Owner.Branch(t, "only").Candidate(a.User.ID).Note
		}
		if admins, reps := note(admin), note(a); admins != "按权重轮到（权重 3）" || reps != "按权重轮到" {
			t.Errorf("按权重: the administrator reads %q, the rep %q", admins, reps)
		}
	})
}

// "Fewer than 8 open to-dos" holds under 32 leads at once: nobody is ever seen with more than 8, whoever has room is filled up, and the rest
// waits in the pool because everybody is full.
func TestCapsHoldUnderConcurrentIntake(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, tuesday)})
		admin := s.Admin(t)
		reps := []*Client{admin.Rep(t, "ann", nil), admin.Rep(t, "bob", nil), admin.Rep(t, "cai", nil)}
		admin.Todos(t, reps[0].User.ID, 2)
		admin.Todos(t, reps[1].User.ID, 5)
		admin.Publish(t, policy(branch("only", "least_loaded", nil, Fields{"where": fewerTodosThan(8)})))
		form := admin.Channel(t, "website_form")
		servers := []*Client{form}
		if db == Postgres {
			node := s.Node(t)
			servers = append(servers, node.WithHeader(t, "X-Channel-Key", form.header.Get("X-Channel-Key")))
		}
		const senders, each = 32, 2
		var done atomic.Bool
		var wg, watch sync.WaitGroup
		for i := range senders {
			wg.Go(func() {
				for k := range each {
					n := i*each + k
					r, err := servers[n%len(servers)].Try(t, "POST", path("/intake/website_form"), Fields{"company": "康宁医院", "phone": phone(n)})
					if err != nil || r.Status != 202 {
						t.Errorf("lead %d: %v %+v", n, err, r)
						return
					}
				}
			})
		}
		watch.Go(func() {
			for !done.Load() {
				for _, r := range reps {
					if n := len(admin.OpenTodos(t, r.User.ID)); n > 8 {
						t.Errorf("%s is seen with %d open to-dos", r.User.Name, n)
					}
				}
			}
		})
		wg.Wait()
		done.Store(true)
		watch.Wait()
		for i, r := range reps {
			owned := len(admin.List(t, "lead", Fields{"field": "owner", "op": "eq", "value": r.User.ID}, ""))
			if n := len(admin.OpenTodos(t, r.User.ID)); n != 8 || owned != []int{6, 3, 8}[i] {
				t.Errorf("%s has %d open to-dos and %d leads, want 8 and %d", r.User.Name, n, owned, []int{6, 3, 8}[i])
			}
		}
		pool := admin.List(t, "lead", Fields{"all": []Fields{{"field": "owner", "op": "empty"}, {"field": "pool_reason", "op": "eq", "value": "候选已满"}}}, "")
		if len(pool) != senders*each-17 {
			t.Errorf("%d leads wait because everybody is full, want %d", len(pool), senders*each-17)
		}
		// A place that becomes free is taken by the next lead.
		lead := reps[2].List(t, "lead", Fields{"field": "owner", "op": "eq", "value": reps[2].User.ID}, "")[0]
		reps[2].Act(t, "lead", lead.ID(), "contacted", Fields{"way": "phone", "note": "已电话沟通"}).OK(t, nil)
		next := admin.Create(t, "lead", Fields{"company": "康宁医院"})
		if next.Text("owner") != reps[2].User.ID {
			t.Errorf("the free place went to %q", next.Text("owner"))
		}
		if again := admin.Create(t, "lead", Fields{"company": "康宁医院"}); again.Text("owner") != "" {
			t.Errorf("one more went to %q", again.Text("owner"))
		}
	})
}

// Daily caps, a rep's own and a branch's, hold as well.
func TestDailyCapsHoldUnderConcurrency(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, tuesday)})
		admin := s.Admin(t)
		a, b := admin.Rep(t, "ann", Fields{"daily_cap": 3}), admin.Rep(t, "bob", nil)
		only := branch("only", "round_robin", nil, Fields{})
		only["daily_cap"] = 5
		admin.Publish(t, policy(only))
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				if r, err := admin.Try(t, "POST", path("/objects/lead/records"), Fields{"company": "康宁医院"}); err != nil || r.Status != 201 {
					t.Errorf("%v %+v", err, r)
				}
			})
		}
		wg.Wait()
		owned := func() string {
			n := func(c *Client) int {
				return len(admin.List(t, "lead", Fields{"field": "owner", "op": "eq", "value": c.User.ID}, ""))
			}
			return fmt.Sprint(n(a), n(b))
		}
		if got := owned(); got != "3 5" {
			t.Errorf("leads of the day: %s, want 3 5", got)
		}
		admin.SetTime(t, At(t, "2026-11-25 00:00:01"))
		for range 2 {
			admin.Create(t, "lead", Fields{"company": "康宁医院"})
		}
		if got := owned(); got != "4 6" {
			t.Errorf("leads after midnight: %s, want 4 6", got)
		}
	})
}
