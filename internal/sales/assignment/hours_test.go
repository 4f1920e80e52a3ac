package assignment

import (
	"context"
	"strings"
	"testing"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
)

// Working hours are those of the shipped calendar: public holidays are none, make-up days are some, one's own hours count on working days,
// and a year that is not announced says so.
func TestWorkingHoursKnowTheCalendar(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, url string) {
		w := open(t, url)
		w.people(t, map[string]map[string]any{"day": nil, "late": {"work_from": 13 * 60, "work_until": 22 * 60}, "night": {"work_from": 22 * 60, "work_until": 6 * 60}})
		w.publish(t, policy(t, `{"name":"only","title":"唯一","candidates":{"hours":true},"strategy":"round_robin"}`))
		for _, c := range []struct{ at, left, warns string }{
			{"2026-09-30 10:00", "day", ""}, // a Wednesday
			{"2026-09-30 09:00", "day", ""},
			{"2026-09-30 08:59", "", ""},
			{"2026-09-30 17:59", "day late", ""},
			{"2026-09-30 18:00", "late", ""},
			{"2026-09-30 22:00", "night", ""},
			{"2026-10-01 03:00", "night", ""}, // the night of Wednesday
			{"2026-10-01 10:00", "", ""},      // 国庆节
			{"2026-10-01 15:00", "", ""},
			{"2026-10-02 03:00", "", ""},
			{"2026-10-10 10:00", "day", ""}, // a Saturday that is worked
			{"2026-10-10 14:00", "day late", ""},
			{"2026-10-11 03:00", "night", ""},
			{"2026-10-17 10:00", "", ""}, // a Saturday like others
			{"2027-10-01 10:00", "day", "2027 年的放假安排尚未公布，暂按周末计算"},
			{"2027-10-02 10:00", "", "2027 年的放假安排尚未公布，暂按周末计算"},
		} {
			at, err := time.ParseInLocation("2006-01-02 15:04", c.at, w.env.Zone)
			if err != nil {
				t.Fatal(err)
			}
			w.clock.Shift(time.Until(at) + time.Second) // whole minutes are what counts
			b := w.explain(t, w.lead(t, nil)).Branches[0]
			var left []string
			for _, p := range b.Candidates {
				left = append(left, p.Person.ID)
			}
			if got := strings.Join(left, " "); got != c.left || b.Warning != c.warns {
				t.Errorf("%s: %q at work, warned %q; want %q, %q", c.at, got, b.Warning, c.left, c.warns)
			}
		}
	})
}

// A company's own calendar counts where a policy names it, with its breaks; one that does not exist is refused.
func TestPolicyNamesItsCalendar(t *testing.T) {
	t.Parallel()
	w := open(t, sqlite(t))
	w.people(t, map[string]map[string]any{"a": nil})
	with := func(calendar string) *definition.Definition {
		d := policy(t, `{"name":"only","candidates":{"hours":true},"strategy":"round_robin"}`)
		d.Spec = []byte(strings.Replace(string(d.Spec), `{"object"`, `{"calendar":"`+calendar+`","object"`, 1))
		return d
	}
	w.publish(t, with("shop"), &definition.Definition{Kind: "calendar", Name: "shop", Title: definition.Text{ZH: "门店日历"},
		Spec: []byte(`{"zone":"Asia/Shanghai","week":[6,7],"hours":[{"from":"10:00","to":"12:00"},{"from":"14:00","to":"20:00"}],"years":[{"year":2026,"published":true}]}`)})
	for at, owner := range map[string]string{"2026-10-17 11:00": "a", "2026-10-17 13:00": "", "2026-10-17 19:30": "a", "2026-10-16 11:00": ""} {
		when, err := time.ParseInLocation("2006-01-02 15:04", at, w.env.Zone)
		if err != nil {
			t.Fatal(err)
		}
		w.clock.Shift(time.Until(when) + time.Second)
		if got := w.lead(t, nil).Owner(); got != owner {
			t.Errorf("%s: owner %q, want %q", at, got, owner)
		}
	}
	_, problems := w.defs.Try([]*definition.Definition{with("shopp")})
	if len(problems) != 1 || problems[0].Pointer != "/spec/calendar" || problems[0].Code != "unknown_calendar" || !strings.Contains(problems[0].Hint, "shop") {
		t.Errorf("an unknown calendar: %+v", problems)
	}
	if p, _ := definition.Get[*Policy](w.defs.Current(), Kind, "lead_assignment"); !strings.Contains(p.Sentence(), "在工作时间（门店日历）") {
		t.Error(p.Sentence())
	}
}

// What a condition saw through a relation stays as seen, and so does the calendar of then.
func TestReasonsOutsideTheRecordStayAsSeen(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, url string) {
		w := open(t, url)
		w.people(t, map[string]map[string]any{"a": nil})
		w.must(t, record.Write{Op: record.Create, Object: "customer", ID: "c", Values: map[string]any{"name": "海纳集团", "size": "大型"}})
		w.clock.Shift(time.Until(time.Date(2027, 10, 1, 10, 0, 0, 0, w.env.Zone)))
		w.publish(t, policy(t, `{"name":"big","title":"大客户","when":{"field":"customer.size","op":"eq","value":"大型"},"candidates":{"hours":true},"strategy":"round_robin"}`))
		row := w.lead(t, map[string]any{"customer": "c"})
		bare := w.lead(t, nil)
		told := func(row *object.Row) (string, string) {
			b := w.explain(t, row).Branches[0]
			return b.Conditions.Seen, b.Warning
		}
		seen, warned := told(row)
		if row.Owner() != "a" || seen != "大型" || warned == "" {
			t.Fatalf("owner %q, saw %q, warned %q", row.Owner(), seen, warned)
		}
		w.must(t, record.Write{Op: record.Update, Object: "customer", ID: "c", Values: map[string]any{"size": "小型"}}, record.Write{Op: record.Update, Object: "lead", ID: bare.ID(), Values: map[string]any{"customer": "c"}})
		for _, d := range shipped(t) {
			if d.Kind == "calendar" {
				d.Spec = []byte(strings.Replace(string(d.Spec), `"published":false`, `"published":true,"days":[{"date":"2027-10-01","name":"国庆节"}]`, 1))
				w.publish(t, d)
			}
		}
		if s, warn := told(row); s != seen || warn != warned {
			t.Errorf("afterwards it saw %q and warned %q, want %q and %q", s, warn, seen, warned)
		}
		if s, _ := told(bare); s != "—" {
			t.Errorf("without a customer it saw %q", s)
		}
		if owner := w.lead(t, map[string]any{"customer": "c"}).Owner(); owner != "" {
			t.Errorf("on the holiday announced since, %q got a lead", owner)
		}
		w.must(t, record.Write{Op: record.Delete, Object: "customer", ID: "c"})
		if s, _ := told(row); s != seen {
			t.Errorf("after the customer is gone it saw %q, want %q", s, seen)
		}
	})
}

// eyes hides the fields named from everybody.
type eyes struct {
	*record.Reader
	hidden map[string]bool
}

func (e eyes) Hides(*actor.Actor, *object.Row) func(*object.Row, *object.Field) bool {
	return func(r *object.Row, f *object.Field) bool { return e.hidden[r.Object.Name+"."+f.Name] }
}

// What the asker may not see is not told: neither the record's values, nor those met on the way, nor a person's.
func TestExplanationHidesWhatTheAskerMayNotSee(t *testing.T) {
	t.Parallel()
	w := open(t, sqlite(t))
	w.people(t, map[string]map[string]any{"a": {"weight": 7, "rank": "高级"}})
	w.must(t, record.Write{Op: record.Create, Object: "customer", ID: "c", Values: map[string]any{"name": "海纳集团", "size": "大型"}})
	w.publish(t, policy(t, `{"name":"only","when":{"all":[{"field":"budget","op":"gt","value":1},{"field":"customer.size","op":"eq","value":"大型"}]},"candidates":{"where":{"field":"weight","op":"gt","value":1}},"strategy":"weighted"}`))
	row := w.lead(t, map[string]any{"budget": "12万", "customer": "c"})
	ask := func(hidden ...string) []string {
		t.Helper()
		set := map[string]bool{}
		for _, h := range hidden {
			set[h] = true
		}
		e := &Explainer{DB: w.db, Defs: w.defs, Env: w.env, Directory: w.dir, Records: eyes{w.reader, set}, Past: w.past}
		x, err := e.Explain(context.Background(), actor.TheSystem("test"), "lead", row.ID())
		if err != nil {
			t.Fatal(err)
		}
		b := x.Branches[0]
		text := "without"
		if strings.Contains(x.Text, "7") {
			text = "with"
		}
		return []string{b.Conditions.Children[0].Seen, b.Conditions.Children[1].Seen, b.Candidates[0].Checks[0].Seen, b.Candidates[0].Note, text}
	}
	const no = "无权查看"
	for _, c := range []struct{ hidden, want []string }{
		{nil, []string{"¥12万", "大型", "7", "按权重轮到（权重 7）", "with"}},
		{[]string{"lead.budget"}, []string{no, "大型", "7", "按权重轮到（权重 7）", "with"}},
		{[]string{"lead.customer"}, []string{"¥12万", no, "7", "按权重轮到（权重 7）", "with"}},
		{[]string{"customer.size"}, []string{"¥12万", no, "7", "按权重轮到（权重 7）", "with"}},
		{[]string{"person.weight"}, []string{"¥12万", "大型", no, "按权重轮到", "without"}},
	} {
		if got := ask(c.hidden...); strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("hidden %v: %q, want %q", c.hidden, got, c.want)
		}
	}
}
