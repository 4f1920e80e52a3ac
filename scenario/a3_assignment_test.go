package scenario

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// tuesday is an ordinary working morning.
const tuesday = "2026-11-24 10:00:00"

// branch of a policy; candidates and where as the API takes them.
func branch(name, strategy string, when any, candidates Fields) Fields {
	b := Fields{"name": name, "title": name, "strategy": strategy, "candidates": candidates}
	if when != nil {
		b["when"] = when
	}
	return b
}

// policy replaces the shipped one.
func policy(branches ...Fields) Definition {
	return Definition{Kind: "assignment_policy", Name: "lead_assignment", Title: map[string]string{"zh-CN": "线索分配"}, Spec: Fields{"object": "lead", "deadline_minutes": 30, "branches": branches}}
}

func fewerTodosThan(n int) Fields {
	return Fields{"measure": "open_todos", "for": Fields{"owner": Fields{"ref": "candidate.id"}}, "op": "lt", "value": n}
}

// phone gives every lead its own, so that none merges with another.
func phone(n int) string { return fmt.Sprintf("139%08d", n) }

// 教育 with 5–20万 goes to a rep who won more than 65 % in 教育 within the last 30 days and has fewer than 8 open to-dos; and to nobody else.
func TestShippedBranchWantsWinsAndTime(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		now := At(t, tuesday)
		s := Start(t, Options{DB: db, Now: now})
		admin := s.Admin(t)
		rep := admin.Rep(t, "linxiao", nil)
		form := admin.Channel(t, "website_form")
		n := 0
		// next sends a school's lead in by the website and reads who got it, what the branch saw of the rep, and why it waits.
		next := func() (owner, seen, reason string) {
			n++
			fields := Fields{"company": fmt.Sprintf("温州第%d小学", n), "budget": "12万", "phone": phone(n)}
			if n%2 == 0 {
				fields["industry"] = "教育" // otherwise the company's name says so
			}
			id := form.Intake(t, "website_form", fields)
			why := admin.Explain(t, "lead", id).Owner
			if got := admin.Record(t, "lead", id).Text("owner"); (got == "") != (why.Decision == "pool") {
				t.Errorf("owner %q, decision %q", got, why.Decision)
			}
			return admin.Record(t, "lead", id).Text("owner"), why.Branch(t, "education").Candidate(rep.User.ID).Seen(), why.Reason
		}
		want := func(what, owner, seen, reason string) {
			t.Helper()
			gotOwner, gotSeen, gotReason := next()
			if gotOwner != owner || strings.TrimSpace(gotSeen) != seen || gotReason != reason {
				t.Errorf("%s: owner %q, saw %q, reason %q; want %q, %q, %q", what, gotOwner, gotSeen, gotReason, owner, seen, reason)
			}
		}
		const notGood, full = "没有达到条件的销售", "候选已满"
		want("nothing decided", "", "近30天成交率 —✗ 未完成待办 0✓", notGood)
		admin.Decided(t, rep.User.ID, "医疗", 10, 0, now.AddDate(0, 0, -1))
		want("decided in another industry", "", "近30天成交率 —✗ 未完成待办 0✓", notGood)
		admin.Decided(t, rep.User.ID, "教育", 20, 0, now.AddDate(0, 0, -30))
		want("decided on the day before the 30 days", "", "近30天成交率 —✗ 未完成待办 0✓", notGood)
		admin.Decided(t, rep.User.ID, "教育", 13, 7, now.AddDate(0, 0, -29))
		want("65 % exactly", "", "近30天成交率 65%✗ 未完成待办 0✓", notGood)
		admin.Decided(t, rep.User.ID, "教育", 20, 10, now.AddDate(0, 0, -2))
		admin.Todos(t, rep.User.ID, 8)
		want("66 % with 8", "", "近30天成交率 66%✓ 未完成待办 8✗", full)
		done := admin.OpenTodos(t, rep.User.ID)[0]
		rep.Change(t, "task", done, Fields{"status": "done"})
		want("66 % with 7", rep.User.ID, "近30天成交率 66%✓ 未完成待办 7✓", "")
		if todos := admin.OpenTodos(t, rep.User.ID); len(todos) != 8 {
			t.Errorf("%d open to-dos after the assignment, want 8", len(todos))
		}
		want("66 % with 8 again", "", "近30天成交率 66%✓ 未完成待办 8✗", full)
	})
}

// An assigned lead comes with its owner's first task, an event with the branch, and the countdown; all from one write.
func TestAssignmentIsPartOfTheLeadsOwnWrite(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, tuesday)})
		admin := s.Admin(t)
		rep := admin.Rep(t, "linxiao", nil)
		lead := admin.Create(t, "lead", Fields{"company": "康宁医院", "name": "王芳"})
		if lead.Text("owner") != rep.User.ID || lead.Text("assigned_at") != lead.Text("created_at") || lead.Text("pool_reason") != "" {
			t.Fatalf("the answer to the creation: %v", lead)
		}
		events := admin.History(t, "lead", lead.ID())
		if len(events) != 1 || events[0].Op != "create" || events[0].Change("owner")[1] != "linxiao" {
			t.Errorf("history: %+v", events)
		}
		todos := admin.OpenTodos(t, rep.User.ID)
		if len(todos) != 1 || todos[0].Text("kind") != "首次联系" || todos[0].Text("lead") != lead.ID() {
			t.Fatalf("to-dos: %v", todos)
		}
		if due := instant(t, todos[0].Text("due_at")).Sub(instant(t, lead.Text("assigned_at"))); due != 72*time.Hour {
			t.Errorf("the first contact is due after %s, want 72h", due)
		}
		var running []string
		for _, c := range admin.Explain(t, "lead", lead.ID()).Countdowns {
			running = append(running, c.Kind+" "+c.State)
		}
		if fmt.Sprint(running) != "[first_open running]" {
			t.Errorf("countdowns: %v", running)
		}
		// Past leads that are brought in have their owners, and nobody is given work by them.
		admin.Decided(t, rep.User.ID, "教育", 3, 0, At(t, "2026-11-01 10:00:00"))
		if todos := admin.OpenTodos(t, rep.User.ID); len(todos) != 1 {
			t.Errorf("%d to-dos after an import of history, want 1", len(todos))
		}
	})
}

// Branches are asked in order, fallback branches last; what no branch takes waits in the pool with the reason.
func TestFallbackThenPool(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, tuesday)})
		admin := s.Admin(t)
		rep := admin.Rep(t, "linxiao", nil)
		way := func(why WhyOwner) string {
			var out []string
			for _, b := range why.Branches {
				out = append(out, b.Name+map[bool]string{true: "✓", false: "✗"}[b.Matched]+map[bool]string{true: "!"}[b.Chosen])
			}
			return strings.Join(out, " ")
		}
		unknown := admin.Create(t, "lead", Fields{"company": "温州小学", "industry": "教育", "budget": "面议"})
		why := admin.Explain(t, "lead", unknown.ID()).Owner
		if unknown.Text("owner") != rep.User.ID || way(why) != "education✗ key_health✗ manufacturing✗ others✗ unknown_budget✓!" || !why.Branch(t, "unknown_budget").Fallback || !strings.Contains(why.Text, "预算未知 兜底") {
			t.Errorf("unknown budget: owner %q, %s, %q", unknown.Text("owner"), way(why), why.Text)
		}
		// 教育 with 5–20万 and nobody good enough: the fallback is for unknown budgets only.
		lead := admin.Create(t, "lead", Fields{"company": "温州小学", "industry": "教育", "budget": "12万"})
		why = admin.Explain(t, "lead", lead.ID()).Owner
		if lead.Text("owner") != "" || lead.Text("pool_reason") != "没有达到条件的销售" || why.Decision != "pool" || why.Reason != lead.Text("pool_reason") || way(why) != "education✓ key_health✗ manufacturing✗ others✗ unknown_budget✗" {
			t.Errorf("nobody good enough: %q, %q, %s", lead.Text("owner"), lead.Text("pool_reason"), way(why))
		}
		// A policy without a branch for the lead says so.
		admin.Publish(t, policy(branch("big", "round_robin", Fields{"field": "budget", "op": "gt", "value": 1000000}, Fields{})))
		lead = admin.Create(t, "lead", Fields{"company": "温州小学", "budget": "12万"})
		if lead.Text("owner") != "" || lead.Text("pool_reason") != "没有匹配的分支" {
			t.Errorf("no branch: owner %q, reason %q", lead.Text("owner"), lead.Text("pool_reason"))
		}
		if pool := rep.List(t, "lead", Fields{"field": "owner", "op": "empty"}, ""); len(pool) != 2 {
			t.Errorf("the rep sees %d leads in the pool, want 2", len(pool))
		}
	})
}

// A policy published over HTTP decides on the next lead, on every node, without a restart; a wrong one is refused and changes nothing.
func TestPublishedPolicyCountsForTheNextLead(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, tuesday)})
		admin := s.Admin(t)
		director := admin.Hire(t, "chenli", "director", "root", nil)
		junior := admin.Rep(t, "junior", Fields{"rank": "初级"})
		senior := admin.Rep(t, "senior", Fields{"rank": "资深"})
		next := func(c *Client) string { return c.Create(t, "lead", Fields{"company": "康宁医院"}).Text("owner") }
		shipped := director.Definition(t, "assignment_policy", "lead_assignment").Revision

		director.Publish(t, policy(branch("top", "round_robin", nil, Fields{"min_rank": "资深"})))
		for range 3 {
			if got := next(admin); got != senior.User.ID {
				t.Errorf("for 资深 only: %q, want %q", got, senior.User.ID)
			}
		}
		if db == Postgres {
			other := s.Node(t).Admin(t)
			if got := next(other); got != senior.User.ID {
				t.Errorf("on another node: %q, want %q", got, senior.User.ID)
			}
			// A node that only reads follows as well.
			n := director.Publish(t, policy(branch("top", "weighted", nil, Fields{"min_rank": "资深"})))
			Eventually(t, 2*time.Second, "another node reads the new policy", func() bool {
				return other.Definition(t, "assignment_policy", "lead_assignment").Revision == n
			})
			director.Publish(t, policy(branch("all", "round_robin", Fields{"field": "company", "op": "not_empty"}, Fields{"where": Fields{"field": "rank", "op": "eq", "value": "初级"}})))
			if got := next(other); got != junior.User.ID {
				t.Errorf("on another node after a publish: %q, want %q", got, junior.User.ID)
			}
		}
		wrong := policy(branch("top", "round_robin", Fields{"field": "bugdet", "op": "gt", "value": 1}, Fields{"min_rank": "特级"}))
		saved := director.Draft(t, wrong)
		found := map[string]string{}
		for _, p := range saved.Problems {
			found[p.Pointer] = p.Hint
		}
		if len(found) != 2 || !strings.Contains(found["/spec/branches/0/when/field"], "budget") || !strings.Contains(found["/spec/branches/0/candidates/min_rank"], "高级") {
			t.Errorf("problems of a wrong policy: %+v", saved.Problems)
		}
		director.Do(t, http.MethodPost, path("/revisions"), Fields{}).Problem(t, http.StatusUnprocessableEntity, "definitions_invalid")
		junior.Do(t, http.MethodPut, path("/definitions/assignment_policy/lead_assignment"), Fields{"title": wrong.Title, "spec": wrong.Spec}).Problem(t, http.StatusForbidden, "")

		director.Undo(t, shipped)
		owners := map[string]bool{next(admin): true, next(admin): true}
		if !owners[junior.User.ID] || !owners[senior.User.ID] {
			t.Errorf("after the undoing, of two reps %v got leads by turns", owners)
		}
	})
}

// 分配时限: a lead that waits 30 minutes without an owner warns whoever answers for its region, once; one that was claimed does not.
func TestDeadlineOfThePoolWarns(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, tuesday)})
		admin := s.Admin(t)
		head := admin.Hire(t, "guhai", "director", "root", nil)
		east := admin.Create(t, "org_unit", Fields{"name": "华东", "kind": "region", "parent": "root", "provinces": []string{"cn.31", "cn.33"}, "manager": head.User.ID})
		rep := admin.Hire(t, "linxiao", "rep", east.ID(), nil)
		admin.Publish(t, policy(branch("big", "round_robin", Fields{"field": "budget", "op": "gt", "value": 1000000}, Fields{})))
		feed := head.Stream(t)
		waiting := admin.Create(t, "lead", Fields{"company": "温州小学", "region": "浙江 温州"})
		nowhere := admin.Create(t, "lead", Fields{"company": "某某公司"})
		claimed := admin.Create(t, "lead", Fields{"company": "杭州中学", "region": "浙江 杭州"})
		var due time.Time
		for _, c := range admin.Explain(t, "lead", waiting.ID()).Countdowns {
			if c.Kind == "assign_deadline" && c.State == "running" {
				due = instant(t, c.DueAt)
			}
		}
		if got := due.Sub(instant(t, waiting.Text("created_at"))); got != 30*time.Minute {
			t.Fatalf("the deadline is %s after the intake, want 30m", got)
		}
		rep.Act(t, "lead", claimed.ID(), "claim", nil).OK(t, nil)
		admin.SetTime(t, due.Add(-30*time.Second))
		if got := head.Inbox(t); len(got) != 0 {
			t.Errorf("before the deadline: %+v", got)
		}
		admin.SetTime(t, due)
		feed.Wait(t, "inbox", func(e Event) bool { return e.Data["record_id"] == waiting.ID() && e.Data["kind"] == "unassigned" })
		late := admin.Events(t, "lead", waiting.ID(), "assign_overdue")
		if len(late) != 1 || !instant(t, late[0].At).Equal(due) || late[0].Data["due_at"] != due.UTC().Format("2006-01-02T15:04:05.000Z") {
			t.Errorf("the trail: %+v, want one event at %s", late, due)
		}
		admin.SetTime(t, due.Add(2*time.Hour))
		notices := head.Inbox(t)
		if len(notices) != 1 || !strings.Contains(notices[0].Body, "30 分钟内没有分配") || !strings.Contains(notices[0].Body, "没有匹配的分支") {
			t.Errorf("the head of the region was told %+v, want the one lead with its reason", notices)
		}
		Eventually(t, 30*time.Second, "the lead of no region is told to the company's manager", func() bool {
			got := admin.Inbox(t)
			return len(got) == 1 && got[0].RecordID == nowhere.ID()
		})
		if got := admin.Events(t, "lead", claimed.ID(), "assign_overdue"); len(got) != 0 {
			t.Errorf("the claimed lead warned: %+v", got)
		}
	})
}
