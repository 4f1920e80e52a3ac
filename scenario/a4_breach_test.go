package scenario

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// At 72:00:00 the rep and the supervisor are told, each once, live; the trail has the exact instant; a day later the next one up is told.
func TestBreachAtSeventyTwoHours(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, tuesday)})
		f := newFloor(t, s)
		lead := f.lead(t)
		f.rep.Act(t, "lead", lead.ID(), "open", nil).OK(t, nil)
		c := f.rep.Countdown(t, "lead", lead.ID(), "follow_up")
		due := instant(t, c.DueAt)
		feeds := map[*Client]*Stream{f.rep: f.rep.Stream(t), f.boss: f.boss.Stream(t)}
		f.admin.SetTime(t, due.Add(-30*time.Second))
		if c := f.admin.Countdown(t, "lead", lead.ID(), "follow_up"); c.State != "running" {
			t.Fatalf("shortly before it is due the countdown is %s", c.State)
		}
		if got := append(f.rep.Told(t, lead.ID()), f.boss.Told(t, lead.ID())...); len(got) != 0 {
			t.Fatalf("shortly before it is due: %v", got)
		}
		s.Clock.Set(t, time.Until(due))
		for who, kind := range map[*Client]string{f.rep: "overdue", f.boss: "copy"} {
			e := feeds[who].Wait(t, "inbox", nil)
			at, _ := e.Data["at"].(string)
			if e.Data["kind"] != kind || e.Data["record_id"] != lead.ID() || instant(t, at).Before(due) {
				t.Errorf("%s is told live: %v", who.User.Name, e.Data)
			}
		}
		local := due.In(Shanghai).Format(time.DateTime)
		notice := f.rep.Inbox(t)[0]
		if notice.Level != "red" || notice.Title != "跟进超时：温州小学" || notice.Body != "72 小时内未联系，截止 "+local {
			t.Errorf("the rep's notice: %+v", notice)
		}
		if copied := f.boss.Inbox(t)[0]; copied.Title != "linxiao 跟进超时：温州小学" || copied.Body != notice.Body {
			t.Errorf("the supervisor's copy: %+v", copied)
		}
		events := f.admin.Events(t, "lead", lead.ID(), "breach")
		if len(events) != 1 || events[0].At != c.DueAt || events[0].Data["due_at"] != c.DueAt || events[0].Data["started_at"] != c.StartedAt || events[0].Data["person"] != f.rep.User.ID || events[0].Actor["kind"] != "system" {
			t.Errorf("the trail of the breach: %+v, want one at %s", events, c.DueAt)
		}
		if fired := f.admin.Countdown(t, "lead", lead.ID(), "follow_up"); fired.State != "fired" || fired.FiredAt == nil || instant(t, *fired.FiredAt).Before(due) {
			t.Errorf("the countdown afterwards: %+v", fired)
		}
		f.admin.SetTime(t, due.Add(24*time.Hour-30*time.Second))
		if got := f.director.Told(t, lead.ID()); len(got) != 0 {
			t.Errorf("before the escalation the director was told %v", got)
		}
		above := f.director.Stream(t)
		f.admin.SetTime(t, due.Add(24*time.Hour))
		above.Wait(t, "inbox", func(e Event) bool { return e.Data["kind"] == "escalation" && e.Data["record_id"] == lead.ID() })
		f.admin.SetTime(t, due.Add(7*24*time.Hour))
		for who, want := range map[*Client]string{f.rep: "[overdue]", f.boss: "[copy]", f.director: "[escalation]", f.other: "[]"} {
			if got := fmt.Sprint(who.Told(t, lead.ID())); got != want {
				t.Errorf("in the end %s was told %s, want %s", who.User.Name, got, want)
			}
		}
		if again := f.admin.Record(t, "lead", lead.ID()); again.Text("owner") != f.rep.User.ID {
			t.Errorf("by the shipped rule the lead stays its owner's, but it is %q's", again.Text("owner"))
		}
	})
}

// A lead that its owner never opens is overdue after 24 hours; opening it then still starts the 72.
func TestNeverOpenedIsOverdueAfterADay(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, tuesday)})
		f := newFloor(t, s)
		lead := f.lead(t)
		c := f.rep.Countdown(t, "lead", lead.ID(), "first_open")
		f.boss.Act(t, "lead", lead.ID(), "open", nil).OK(t, nil)
		feed := f.boss.Stream(t)
		f.admin.SetTime(t, instant(t, c.DueAt))
		feed.Wait(t, "inbox", func(e Event) bool { return e.Data["kind"] == "copy" })
		if got := f.rep.Inbox(t); len(got) != 1 || got[0].Kind != "overdue" || !strings.HasPrefix(got[0].Body, "24 小时内未打开") {
			t.Errorf("the rep was told %+v", got)
		}
		if e := f.admin.Events(t, "lead", lead.ID(), "breach"); len(e) != 1 || e[0].At != c.DueAt {
			t.Errorf("the trail: %+v, want one breach at %s", e, c.DueAt)
		}
		f.rep.Act(t, "lead", lead.ID(), "open", nil).OK(t, nil)
		next := f.rep.Countdown(t, "lead", lead.ID(), "follow_up")
		if next.State != "running" || instant(t, next.DueAt).Sub(instant(t, next.StartedAt)) != 72*time.Hour {
			t.Errorf("opened late: %+v", next)
		}
		f.admin.SetTime(t, instant(t, c.DueAt).Add(48*time.Hour))
		if got := f.director.Told(t, lead.ID()); len(got) != 0 {
			t.Errorf("opened late, and still the director was told %v", got)
		}
	})
}

// Where the rule says so, a lead that was let lie goes back to the pool: with the reason, without its task, and its owner is told.
func TestBackToThePoolIfTheRuleSaysSo(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, tuesday)})
		f := newFloor(t, s)
		rule := f.director.Definition(t, "follow_up_rule", "lead_follow_up")
		breach, _ := rule.Spec["on_breach"].(map[string]any)
		breach["return_to_pool_after_hours"] = 8
		f.director.Publish(t, rule)
		f.admin.Publish(t, policy(branch("only", "round_robin", nil, Fields{"where": Fields{"field": "username", "op": "eq", "value": "linxiao"}})))
		lead := f.admin.Create(t, "lead", Fields{"company": "温州小学"})
		f.rep.Act(t, "lead", lead.ID(), "open", nil).OK(t, nil)
		c := f.rep.Countdown(t, "lead", lead.ID(), "follow_up")
		feed := f.rep.Stream(t)
		f.admin.SetTime(t, instant(t, c.DueAt))
		feed.Wait(t, "inbox", func(e Event) bool { return e.Data["kind"] == "overdue" })
		back := instant(t, c.DueAt).Add(8 * time.Hour)
		f.admin.SetTime(t, back.Add(-30*time.Second))
		if now := f.admin.Record(t, "lead", lead.ID()); now.Text("owner") != f.rep.User.ID {
			t.Fatalf("before its time the lead is %q's", now.Text("owner"))
		}
		f.admin.SetTime(t, back)
		feed.Wait(t, "inbox", func(e Event) bool { return e.Data["kind"] == "returned" && e.Data["record_id"] == lead.ID() })
		now := f.admin.Record(t, "lead", lead.ID())
		const reason = "linxiao 72 小时内未联系，已退回公海"
		if now.Text("owner") != "" || now.Text("pool_reason") != reason {
			t.Errorf("in the pool: owner %q, reason %q", now.Text("owner"), now.Text("pool_reason"))
		}
		if e := f.admin.Events(t, "lead", lead.ID(), "return_to_pool"); len(e) != 1 || !instant(t, e[0].At).Equal(back) || e[0].Change("owner") != [2]string{"linxiao", "—"} {
			t.Errorf("the trail: %+v", e)
		}
		if why := f.admin.Explain(t, "lead", lead.ID()).Owner; why.Decision != "pool" || !strings.Contains(why.Text, reason) {
			t.Errorf("why: %+v", why)
		}
		if todos := f.admin.OpenTodos(t, f.rep.User.ID); len(todos) != 0 {
			t.Errorf("the task is still open: %v", todos)
		}
		f.other.Act(t, "lead", lead.ID(), "claim", nil).OK(t, nil)
		if next := f.other.Countdown(t, "lead", lead.ID(), "first_open"); next.State != "running" || next.Person != f.other.User.ID {
			t.Errorf("claimed again: %+v", next)
		}
	})
}

// With the working calendar, 72 hours opened on the eve of the National Day holiday end on its make-up Saturday, or are 72 working hours.
func TestSeventyTwoHoursOverTheNationalDayHoliday(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, "2026-09-30 10:00:00")})
		f := newFloor(t, s)
		rule := f.director.Definition(t, "follow_up_rule", "lead_follow_up")
		open := func(hours bool) (string, Countdown) {
			rule.Spec["working_time"], rule.Spec["working_hours"] = true, hours
			f.director.Publish(t, rule)
			lead := f.lead(t)
			first := f.rep.Countdown(t, "lead", lead.ID(), "first_open")
			if !first.WorkingTime || instant(t, first.DueAt).In(Shanghai).Format("01-02 15:04") != map[bool]string{false: "10-08 10:00", true: "10-09 16:00"}[hours] {
				t.Errorf("24 h on working days, hours %t: %+v", hours, first)
			}
			f.rep.Act(t, "lead", lead.ID(), "open", nil).OK(t, nil)
			return lead.ID(), f.rep.Countdown(t, "lead", lead.ID(), "follow_up")
		}
		// 14 h are left of the 30th; the 8th and the 9th give 24 each, the made-up Saturday the last 10.
		days, byDays := open(false)
		if got := instant(t, byDays.DueAt).Sub(instant(t, byDays.StartedAt)); got != 10*24*time.Hour || !byDays.WorkingTime || byDays.Warning != "" {
			t.Errorf("72 h on working days: %s, %+v", got, byDays)
		}
		// 8 h of the 30th, then 9 a day on the 8th, 9th, 10th, 12th to 15th, and one on the 16th.
		_, byHours := open(true)
		if got := instant(t, byHours.DueAt).Sub(instant(t, byHours.StartedAt)); got != 16*24*time.Hour {
			t.Errorf("72 working hours: %s, %+v", got, byHours)
		}
		f.admin.SetTime(t, instant(t, byDays.DueAt).Add(-30*time.Second))
		if got := f.rep.Told(t, days); len(got) != 0 {
			t.Errorf("on the holiday and after: %v", got)
		}
		feed := f.rep.Stream(t)
		f.admin.SetTime(t, instant(t, byDays.DueAt))
		feed.Wait(t, "inbox", func(e Event) bool { return e.Data["record_id"] == days && e.Data["kind"] == "overdue" })
		f.admin.SetTime(t, At(t, "2026-12-30 10:00:00"))
		f.rep.SignInAgain(t)
		f.director.SignInAgain(t)
		rule.Spec["working_hours"] = false
		f.director.Publish(t, rule)
		lead := f.lead(t)
		f.rep.Act(t, "lead", lead.ID(), "open", nil).OK(t, nil)
		if c := f.rep.Countdown(t, "lead", lead.ID(), "follow_up"); c.Warning != "2027 年的放假安排尚未公布，暂按周末计算" {
			t.Errorf("into a year that is not announced: %+v", c)
		}
	})
}

// many gives the rep some leads and opens them; all are overdue at the same time.
func (f floor) many(t *testing.T, n int) (leads []Record, due time.Time) {
	t.Helper()
	list := make([]Fields, n)
	for i := range list {
		list[i] = Fields{"company": fmt.Sprintf("第%d小学", i+1), "owner": f.rep.User.ID}
	}
	var out Page
	f.admin.Do(t, "POST", path("/objects/lead/records"), Fields{"records": list}).OK(t, &out)
	for _, l := range out.Records {
		f.rep.Act(t, "lead", l.ID(), "open", nil).OK(t, nil)
	}
	last := out.Records[n-1]
	return out.Records, instant(t, f.rep.Countdown(t, "lead", last.ID(), "follow_up").DueAt)
}

// once asserts that each lead's breach was told once to each, and stands once in the trail at its due instant.
func (f floor) once(t *testing.T, leads []Record) {
	t.Helper()
	ours := map[string]bool{}
	for _, l := range leads {
		ours[l.ID()] = true
	}
	for who, kind := range map[*Client]string{f.rep: "overdue", f.boss: "copy"} {
		count := map[string]int{}
		Eventually(t, time.Minute, who.User.Name+" is told of every lead", func() bool {
			clear(count)
			for _, n := range who.Inbox(t) {
				if n.Kind == kind && ours[n.RecordID] {
					count[n.RecordID]++
				}
			}
			return len(count) == len(leads)
		})
		for _, l := range leads {
			if count[l.ID()] != 1 {
				t.Errorf("%s was told %d times of %s", who.User.Name, count[l.ID()], l.Text("company"))
			}
		}
	}
	for _, l := range leads {
		c := f.admin.Countdown(t, "lead", l.ID(), "follow_up")
		if e := f.admin.Events(t, "lead", l.ID(), "breach"); len(e) != 1 || e[0].At != c.DueAt || c.State != "fired" {
			t.Errorf("%s: %s, breaches in the trail %+v, want one at %s", l.Text("company"), c.State, e, c.DueAt)
		}
	}
}

// A breach is told once when the server is killed or restarted just before it, in the middle of telling, and just after.
func TestBreachOnceAcrossKillAndRestart(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, tuesday)})
		f := newFloor(t, s)
		leads, due := f.many(t, 150)
		// In the middle: at the first notice that reaches anybody.
		feed := f.rep.Stream(t)
		s.Clock.Set(t, time.Until(due))
		feed.Wait(t, "inbox", nil)
		s.Kill(t)
		// Again while the rest is told at the start, by a power cut and in order.
		s.Restart(t)
		s.Kill(t)
		s.Restart(t)
		s.Restart(t)
		f.once(t, leads)
		// Just before the last is due, and in the moment in which the server's clock reaches it.
		for _, before := range []time.Duration{100 * time.Millisecond, 0} {
			more, due := f.many(t, 10)
			s.Clock.Set(t, time.Until(due.Add(-before)))
			s.Kill(t)
			s.Restart(t)
			f.once(t, more)
			leads = append(leads, more...)
		}
		// Much later nobody is told again.
		s.Kill(t)
		s.Clock.Advance(t, 12*time.Hour)
		s.Restart(t)
		f.once(t, leads)
	})
}

// A server that was down over the due instant tells at its start, and the trail has the due instant, not the later one.
func TestBreachWhileTheServerWasDown(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, tuesday)})
		f := newFloor(t, s)
		leads, due := f.many(t, 1)
		s.Stop(t)
		s.Clock.Set(t, time.Until(due.Add(5*time.Hour)))
		s.Restart(t)
		f.once(t, leads)
		e := f.admin.Events(t, "lead", leads[0].ID(), "breach")[0]
		if late := instant(t, e.WrittenAt).Sub(instant(t, e.At)); late < 5*time.Hour || late > 6*time.Hour {
			t.Errorf("what happened at %s was written down at %s", e.At, e.WrittenAt)
		}
	})
}

// Two nodes on one database tell each breach once, whichever node a page is open on; one node's end changes nothing.
func TestTwoNodesTellOnce(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{DB: Postgres, Now: At(t, tuesday)})
	f := newFloor(t, s)
	node := s.Node(t)
	leads, due := f.many(t, 120)
	near, far := f.rep.Stream(t), node.SignIn(t, "zhouming", hiredPassword).Stream(t)
	s.Clock.Set(t, time.Until(due))
	near.Wait(t, "inbox", nil)
	node.Kill(t)
	f.once(t, leads)
	told := map[any]int{}
	for e := range far.Left() {
		if e.Name == "inbox" && e.Data["kind"] == "copy" {
			told[e.Data["record_id"]]++
		}
	}
	for id, n := range told {
		if n != 1 || !slices.ContainsFunc(leads, func(l Record) bool { return l.ID() == id }) {
			t.Errorf("the other node told %d times of %v", n, id)
		}
	}
	more, due := f.many(t, 60)
	node.Restart(t)
	far = node.SignIn(t, "zhouming", hiredPassword).Stream(t)
	s.Clock.Set(t, time.Until(due))
	for range more {
		far.Wait(t, "inbox", func(e Event) bool { return e.Data["kind"] == "copy" })
	}
	f.once(t, more)
}
