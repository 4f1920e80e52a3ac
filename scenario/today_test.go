package scenario

import (
	"net/http"
	"slices"
	"testing"
	"time"
)

// todayOf is somebody's home.
type todayOf struct {
	Since    string `json:"since"`
	Leads    bool   `json:"leads"`
	Team     bool   `json:"team"`
	Sections []struct {
		Key    string `json:"key"`
		Object string `json:"object"`
		Count  int    `json:"count"`
		Capped bool   `json:"capped"`
		Filter any    `json:"filter"`
		Sort   string `json:"sort"`
		Lines  []struct {
			Record Record          `json:"record"`
			Rights map[string]bool `json:"rights"`
			Last   *struct {
				Op    string `json:"op"`
				At    string `json:"at"`
				By    string `json:"by"`
				Note  string `json:"note"`
				Way   string `json:"way"`
				Other bool   `json:"other"`
			} `json:"last"`
		} `json:"lines"`
	} `json:"sections"`
	Counts []struct {
		Key    string `json:"key"`
		Object string `json:"object"`
		Count  int    `json:"count"`
		Capped bool   `json:"capped"`
		Filter any    `json:"filter"`
	} `json:"counts"`
	Quick map[string][]string          `json:"quick_notes"`
	Refs  map[string]map[string]string `json:"refs"`
}

// ids are the records of a section, in order, and whether the home has it.
func (d todayOf) ids(key string) (out []string, has bool) {
	for _, s := range d.Sections {
		if s.Key == key {
			has = true
			for _, l := range s.Lines {
				out = append(out, l.Record.ID())
			}
		}
	}
	return out, has
}

func (d todayOf) count(key string) int {
	for _, c := range d.Counts {
		if c.Key == key {
			return c.Count
		}
	}
	return -1
}

func (c *Client) today(t *testing.T) todayOf {
	t.Helper()
	var d todayOf
	c.Get(t, path("/today"), &d)
	return d
}

func (d todayOf) is(t *testing.T, what, key string, want ...string) {
	t.Helper()
	if got, _ := d.ids(key); !slices.Equal(got, want) {
		t.Errorf("%s: %s is %v, want %v", what, key, got, want)
	}
}

// A rep's day by the real program: the nearest countdown first, what is new since the last visit, the call back that is agreed and comes up,
// tasks, the pool; a note and a missed call leave the countdown, a contact ends it; nothing of anybody else's.
func TestToday(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		start := At(t, tuesday)
		s := Start(t, Options{DB: db, Now: start})
		f := newFloor(t, s)
		f.admin.Publish(t, policy(branch("none", "round_robin", nil, Fields{"where": Fields{"field": "username", "op": "eq", "value": "nobody"}})))
		late := f.lead(t).ID()
		f.admin.SetTime(t, start.Add(time.Hour))
		early := f.admin.Create(t, "lead", Fields{"company": "杭州医院", "owner": f.rep.User.ID}).ID()
		f.rep.Act(t, "lead", late, "open", nil).OK(t, nil) // 72 hours from now: behind the other's 24
		f.admin.Create(t, "lead", Fields{"company": "别人的", "owner": f.other.User.ID})
		pool := f.admin.Create(t, "lead", Fields{"company": "没人要的"}).ID()
		f.rep.Todos(t, f.rep.User.ID, 2)

		d := f.rep.today(t)
		d.is(t, "at first", "first", early, late)
		d.is(t, "at first", "new", early, late)
		d.is(t, "at first", "pool", pool)
		if todo, _ := d.ids("todo"); len(todo) != 2 || d.Team || !d.Leads || d.count("overdue") != 0 {
			t.Errorf("at first: %d tasks, team %v, leads %v, overdue %d", len(todo), d.Team, d.Leads, d.count("overdue"))
		}
		if len(d.Quick["lead"]) == 0 {
			t.Error("the shipped rule has no quick notes")
		}

		// A visit ends with a pause: what came since the one before is new, and stays new while the visit lasts.
		f.rep.Post(t, path("/today:visit"), nil, nil)
		f.admin.SetTime(t, start.Add(3*time.Hour))
		f.rep.Post(t, path("/today:visit"), nil, nil)
		fresh := f.admin.Create(t, "lead", Fields{"company": "刚来的", "owner": f.rep.User.ID}).ID()
		f.rep.Post(t, path("/today:visit"), nil, nil)
		d = f.rep.today(t)
		d.is(t, "in the second visit", "new", fresh)
		d.is(t, "in the second visit", "first", early, fresh, late)

		// A note and a missed call change nothing that is awaited; the missed call's next try comes up on its day.
		due := f.rep.Record(t, "lead", early).Text("due_at")
		f.rep.Act(t, "lead", early, "note", Fields{"note": "前台说王总下午在"}).OK(t, nil)
		again := start.Add(26 * time.Hour)
		f.rep.Act(t, "lead", early, "note", Fields{"way": "phone", "until": again.Format(time.RFC3339)}).OK(t, nil)
		if got := f.rep.Record(t, "lead", early); got.Text("due_at") != due || got.Text("stage") != "new" || !instant(t, got.Text("protected_until")).Equal(again) {
			t.Errorf("after the missed call: %v", got)
		}
		for _, op := range []string{"note", "missed"} {
			if n := len(f.admin.Events(t, "lead", early, op)); n != 1 {
				t.Errorf("%d events %s", n, op)
			}
		}
		f.other.Act(t, "lead", early, "note", Fields{"note": "看看"}).Problem(t, http.StatusNotFound, "no_such_record")
		f.rep.Act(t, "lead", early, "note", Fields{}).Problem(t, http.StatusUnprocessableEntity, "invalid_note")
		f.rep.Act(t, "lead", early, "note", Fields{"way": "pigeon"}).Problem(t, http.StatusUnprocessableEntity, "invalid_contact")
		f.boss.Act(t, "lead", early, "note", Fields{"way": "phone", "until": again.Format(time.RFC3339)}).Problem(t, http.StatusForbidden, "forbidden")
		d = f.rep.today(t)
		d.is(t, "the day before", "calls")
		if last := d.Sections[0].Lines[0].Last; last == nil || last.Op != "missed" || last.Way != "phone" || last.Other {
			t.Errorf("the last word about the first: %+v", last)
		}
		f.admin.SetTime(t, again.Add(time.Minute))
		d = f.rep.today(t)
		d.is(t, "on the day", "calls", early)
		if d.count("overdue") != 1 || d.count("today") != 1 {
			t.Errorf("on the day: %d overdue, %d today", d.count("overdue"), d.count("today"))
		}

		// The contact ends the countdown and the mark.
		f.rep.Act(t, "lead", early, "contacted", Fields{"way": "phone", "note": d.Quick["lead"][0]}).OK(t, nil)
		d = f.rep.today(t)
		d.is(t, "after the contact", "calls")
		d.is(t, "after the contact", "first", fresh, late)

		// What a customer does outside calls for a talk: the two hours come first, of whatever object it is; a missed call does not end them.
		customer := f.admin.Create(t, "customer", Fields{"name": "老客户", "phone": "138-0013-8012", "owner": f.rep.User.ID}).ID()
		f.admin.Do(t, http.MethodPost, path("/activity"), Fields{"act": "download", "phone": "138-0013-8012", "title": "白皮书"}).OK(t, nil)
		d = f.rep.today(t)
		if got, _ := d.ids("first"); len(got) != 3 || !slices.Contains(got, customer) {
			t.Errorf("after the download: %v", got)
		}
		f.rep.Act(t, "customer", customer, "note", Fields{"way": "phone"}).OK(t, nil)
		if got, _ := f.rep.today(t).ids("first"); !slices.Contains(got, customer) {
			t.Errorf("after the missed call: %v", got)
		}
		f.rep.Act(t, "customer", customer, "contacted", Fields{"way": "phone", "note": "聊过了"}).OK(t, nil)
		f.rep.today(t).is(t, "after the talk", "first", fresh, late)

		// Who answers for others sees how they stand; who has no leads has no sections of them.
		d = f.boss.today(t)
		if got, _ := d.ids("pool"); !d.Team || !slices.Equal(got, []string{pool}) || d.count("team_overdue") != 1 || d.count("overdue") != 0 {
			t.Errorf("the team lead's: team %v, pool %v, %d overdue", d.Team, got, d.count("team_overdue"))
		}
		mark := f.admin.Hire(t, "fangyuan", "marketing", "root", nil)
		d = mark.today(t)
		if _, has := d.ids("first"); has || d.Leads || d.Team {
			t.Errorf("the marketer's: %+v", d)
		}
		s.Anonymous(t).Do(t, http.MethodGet, path("/today"), nil).Problem(t, http.StatusUnauthorized, "not_signed_in")
	})
}
