package scenario

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// floor is a team with its lead, two reps, and the director above.
type floor struct {
	admin, director, boss, rep, other *Client
	team                              string
}

func newFloor(t *testing.T, s *Server) floor {
	t.Helper()
	f := floor{admin: s.Admin(t)}
	f.director = f.admin.Hire(t, "chenli", "director", "root", nil)
	root := f.admin.Record(t, "org_unit", "root")
	f.admin.Change(t, "org_unit", root, Fields{"manager": f.director.User.ID})
	team := f.admin.Create(t, "org_unit", Fields{"name": "华东一组", "kind": "team", "parent": "root"})
	f.team = team.ID()
	f.boss = f.admin.Hire(t, "zhouming", "lead", f.team, nil)
	f.admin.Change(t, "org_unit", team, Fields{"manager": f.boss.User.ID})
	f.rep = f.admin.Hire(t, "linxiao", "rep", f.team, nil)
	f.other = f.admin.Hire(t, "wutao", "rep", f.team, nil)
	return f
}

// lead is given to the rep.
func (f floor) lead(t *testing.T) Record {
	t.Helper()
	return f.admin.Create(t, "lead", Fields{"company": "温州小学", "owner": f.rep.User.ID})
}

// Only the owner's own opening starts the 72 hours: no reading, no prefetch, no opening by anybody else, and not twice.
func TestOnlyTheOwnersOpeningStartsTheCountdown(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, tuesday)})
		f := newFloor(t, s)
		lead := f.lead(t)
		one := path("/objects/lead/records/%s", lead.ID())
		first := f.rep.Countdown(t, "lead", lead.ID(), "first_open")
		if first.State != "running" || first.Person != f.rep.User.ID || instant(t, first.DueAt).Sub(instant(t, first.StartedAt)) != 24*time.Hour || first.StartedAt != lead.Text("assigned_at") {
			t.Fatalf("the countdown to the first opening: %+v", first)
		}
		unopened := func(what string) {
			t.Helper()
			now := f.admin.Record(t, "lead", lead.ID())
			kinds := []string{}
			for _, c := range f.admin.Explain(t, "lead", lead.ID()).Countdowns {
				kinds = append(kinds, c.Kind+" "+c.State)
			}
			if now.Text("first_opened_at") != "" || now.Version() != lead.Version() || !slices.Equal(kinds, []string{"first_open running"}) {
				t.Errorf("after %s: first opened %q, version %s, countdowns %v", what, now.Text("first_opened_at"), now.Version(), kinds)
			}
		}
		for _, who := range []*Client{f.rep, f.boss, f.director, f.admin} {
			for _, address := range []string{one, one + "/history", one + "/explain", path("/objects/lead/records?limit=10"), one + ":open"} {
				for _, headers := range [][]string{nil, {"Purpose", "prefetch"}, {"Sec-Purpose", "prefetch;prerender"}} {
					if r := who.Do(t, http.MethodGet, address, nil, headers...); (r.Status == http.StatusOK) == strings.HasSuffix(address, ":open") {
						t.Errorf("%s: status %d", r.Request, r.Status)
					}
				}
				who.Do(t, http.MethodHead, address, nil)
			}
		}
		unopened("readings and prefetches by all")
		for _, who := range []*Client{f.boss, f.director, f.admin} {
			who.Act(t, "lead", lead.ID(), "open", nil).OK(t, nil)
			unopened("an opening by " + who.User.Name)
		}
		f.other.Act(t, "lead", lead.ID(), "open", nil).Problem(t, http.StatusNotFound, "no_such_record")
		s.Anonymous(t).Act(t, "lead", lead.ID(), "open", nil).Problem(t, http.StatusUnauthorized, "")
		unopened("an opening by a colleague, and by nobody")

		var opened map[string]any
		f.rep.Act(t, "lead", lead.ID(), "open", nil).OK(t, &opened)
		got := record(t, opened)
		c := f.rep.Countdown(t, "lead", lead.ID(), "follow_up")
		if c.State != "running" || c.Person != f.rep.User.ID || instant(t, c.DueAt).Sub(instant(t, c.StartedAt)) != 72*time.Hour || c.StartedAt != got.Text("first_opened_at") {
			t.Errorf("the owner's opening: %+v, first opened %q", c, got.Text("first_opened_at"))
		}
		if first := f.rep.Countdown(t, "lead", lead.ID(), "first_open"); first.State != "stopped" {
			t.Errorf("the countdown to the opening is %s", first.State)
		}
		events := f.admin.Events(t, "lead", lead.ID(), "open")
		if len(events) != 1 || events[0].Actor["id"] != f.rep.User.ID || events[0].At != c.StartedAt {
			t.Errorf("the trail of openings: %+v", events)
		}
		f.admin.SetTime(t, instant(t, c.StartedAt).Add(time.Hour))
		f.rep.Act(t, "lead", lead.ID(), "open", nil).OK(t, nil)
		if again := f.rep.Countdown(t, "lead", lead.ID(), "follow_up"); again != c {
			t.Errorf("a second opening: %+v, want %+v", again, c)
		}
		// A new owner has everything before them again.
		f.boss.Act(t, "lead", lead.ID(), "transfer", Fields{"owner": f.other.User.ID}).OK(t, nil)
		f.rep.Act(t, "lead", lead.ID(), "open", nil).Problem(t, http.StatusNotFound, "no_such_record")
		next := f.other.Countdown(t, "lead", lead.ID(), "first_open")
		if stopped := f.other.Countdown(t, "lead", lead.ID(), "follow_up"); stopped.State != "stopped" || next.State != "running" || next.Person != f.other.User.ID {
			t.Errorf("after the transfer: %+v, %+v", stopped, next)
		}
	})
}

// 已联系 needs a way and a note; it stops the countdowns, keeps the follow-up, closes the first task, and nobody is told anything later.
func TestContactedNeedsWayAndNote(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, tuesday)})
		f := newFloor(t, s)
		// A policy that gives everything to the rep, so that the lead has its first task.
		f.admin.Publish(t, policy(branch("only", "round_robin", nil, Fields{"where": Fields{"field": "username", "op": "eq", "value": "linxiao"}})))
		lead := f.admin.Create(t, "lead", Fields{"company": "温州小学"})
		f.rep.Act(t, "lead", lead.ID(), "open", nil).OK(t, nil)
		c := f.rep.Countdown(t, "lead", lead.ID(), "follow_up")
		before := f.rep.Record(t, "lead", lead.ID())
		for _, x := range []struct {
			body     Fields
			pointers string
		}{
			{Fields{}, "/way /note"},
			{Fields{"way": "phone"}, "/note"},
			{Fields{"way": "phone", "note": "  \n "}, "/note"},
			{Fields{"note": "已沟通"}, "/way"},
			{Fields{"way": "telepathy", "note": "已沟通"}, "/way"},
		} {
			p := f.rep.Act(t, "lead", lead.ID(), "contacted", x.body).Problem(t, http.StatusUnprocessableEntity, "invalid_contact")
			var at []string
			for _, e := range p.Errors {
				at = append(at, e.Pointer)
				if e.Message == "" || e.Hint == "" {
					t.Errorf("%v: %+v without a reason or a remedy", x.body, e)
				}
			}
			if strings.Join(at, " ") != x.pointers {
				t.Errorf("%v: refused at %v, want %s", x.body, at, x.pointers)
			}
		}
		f.other.Act(t, "lead", lead.ID(), "contacted", Fields{"way": "phone", "note": "已沟通"}).Problem(t, http.StatusNotFound, "no_such_record")
		if now := f.rep.Record(t, "lead", lead.ID()); now.Version() != before.Version() || f.rep.Countdown(t, "lead", lead.ID(), "follow_up") != c {
			t.Error("a refused 已联系 changed something")
		}
		if got := f.rep.List(t, "follow_up", nil, ""); len(got) != 0 {
			t.Errorf("a refused 已联系 left follow-ups: %v", got)
		}

		f.admin.SetTime(t, instant(t, c.DueAt).Add(-30*time.Second))
		var out map[string]any
		f.rep.Act(t, "lead", lead.ID(), "contacted", Fields{"way": "wecom", "note": "周五前要报价"}).OK(t, &out)
		done := record(t, out)
		if done.Text("stage") != "contacted" || done.Text("contacted_at") == "" {
			t.Errorf("after 已联系: %v", done)
		}
		if stopped := f.rep.Countdown(t, "lead", lead.ID(), "follow_up"); stopped.State != "stopped" || stopped.StoppedAt == nil {
			t.Errorf("the countdown after 已联系: %+v", stopped)
		}
		kept := f.rep.List(t, "follow_up", Fields{"field": "lead", "op": "eq", "value": lead.ID()}, "")
		if len(kept) != 1 || kept[0].Text("way") != "wecom" || kept[0].Text("note") != "周五前要报价" || kept[0].Text("owner") != f.rep.User.ID {
			t.Errorf("the follow-up kept: %v", kept)
		}
		if todos := f.rep.OpenTodos(t, f.rep.User.ID); len(todos) != 0 {
			t.Errorf("open to-dos after 已联系: %v", todos)
		}
		f.admin.SetTime(t, instant(t, c.DueAt).Add(100*time.Hour))
		if got := append(f.rep.Told(t, lead.ID()), f.boss.Told(t, lead.ID())...); len(got) != 0 {
			t.Errorf("after 已联系 somebody was told: %v", got)
		}
	})
}
