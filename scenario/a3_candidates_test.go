package scenario

import (
	"fmt"
	"strings"
	"testing"
)

// Candidates are limited by region, product line, rank, leave, working hours on the working calendar, and their own; whoever is left out is
// counted under the filter that did it.
func TestCandidatesAreFiltered(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, tuesday)})
		admin := s.Admin(t)
		unit := func(name string, provinces ...string) string {
			return admin.Create(t, "org_unit", Fields{"name": name, "kind": "region", "parent": "root", "provinces": provinces}).ID()
		}
		east, south := unit("华东", "cn.31", "cn.33"), unit("华南", "cn.44")
		people := map[string]*Client{
			"east":   admin.Hire(t, "east", "rep", east, Fields{"rank": "高级", "product_lines": []string{"云课堂", "设备维保"}}),
			"south":  admin.Hire(t, "south", "rep", south, Fields{"rank": "资深", "product_lines": []string{"云课堂"}}),
			"junior": admin.Rep(t, "junior", Fields{"rank": "初级"}),
			"away":   admin.Rep(t, "away", Fields{"rank": "资深", "leave_from": "2026-11-23", "leave_until": "2026-11-24"}),
			"late":   admin.Rep(t, "late", Fields{"rank": "资深", "work_from": 13 * 60, "work_until": 22 * 60}),
		}
		admin.Hire(t, "boss", "lead", "root", Fields{"rank": "资深"})
		gone := admin.Rep(t, "gone", Fields{"rank": "资深"})
		admin.Change(t, "person", admin.Record(t, "person", gone.User.ID), Fields{"active": false})
		names := map[string]string{}
		for name, c := range people {
			names[c.User.ID] = name
		}
		for _, c := range []struct {
			what       string
			candidates Fields
			lead       Fields
			left       string
			excluded   string
		}{
			{"active reps", Fields{}, Fields{}, "away east junior late south", "[]"},
			{"a city of a region's province", Fields{"region": true}, Fields{"region": "浙江 杭州"}, "away east junior late", "[region 1]"},
			{"a region nobody but the free have", Fields{"region": true}, Fields{"region": "四川 成都"}, "away junior late", "[region 2]"},
			{"no region", Fields{"region": true}, Fields{}, "away east junior late south", "[]"},
			{"product line", Fields{"product_line": true}, Fields{"product_line": "设备维保"}, "away east junior late", "[product_line 1]"},
			{"rank", Fields{"min_rank": "高级"}, Fields{}, "away east late south", "[rank 1]"},
			{"leave", Fields{"leave": true}, Fields{}, "east junior late south", "[leave 1]"},
			{"working hours", Fields{"hours": true}, Fields{}, "away east junior south", "[hours 1]"},
			{"all of them", Fields{"region": true, "product_line": true, "min_rank": "高级", "leave": true, "hours": true}, Fields{"region": "上海", "product_line": "设备维保"}, "east", "[region 1 rank 1 leave 1 hours 1]"},
		} {
			admin.Publish(t, policy(branch("only", "round_robin", nil, c.candidates)))
			c.lead["company"] = "康宁医院"
			lead := admin.Create(t, "lead", c.lead)
			b := admin.Explain(t, "lead", lead.ID()).Owner.Branch(t, "only")
			var left, excluded []string
			for _, p := range b.Candidates {
				left = append(left, names[p.Person.ID])
			}
			sortStrings(left)
			for _, e := range b.Excluded {
				excluded = append(excluded, fmt.Sprintf("%s %d", e.Filter, e.Count))
			}
			if strings.Join(left, " ") != c.left || fmt.Sprint(excluded) != c.excluded || b.Considered != 5 {
				t.Errorf("%s: left %v, excluded %v of %d; want %s, %s of 5", c.what, left, excluded, b.Considered, c.left, c.excluded)
			}
			if got := names[lead.Text("owner")]; !strings.Contains(c.left, got) || got == "" {
				t.Errorf("%s: %q got it", c.what, got)
			}
		}
		// Nobody left: the pool, with the reason; the leave ends with its last day.
		admin.Publish(t, policy(branch("only", "round_robin", nil, Fields{"leave": true, "where": Fields{"field": "username", "op": "eq", "value": "away"}})))
		if lead := admin.Create(t, "lead", Fields{"company": "康宁医院"}); lead.Text("pool_reason") != "没有达到条件的销售" {
			t.Errorf("on leave: owner %q, reason %q", lead.Text("owner"), lead.Text("pool_reason"))
		}
		admin.SetTime(t, At(t, "2026-11-25 00:00:01"))
		if lead := admin.Create(t, "lead", Fields{"company": "康宁医院"}); lead.Text("owner") != people["away"].User.ID {
			t.Errorf("the day after the leave: owner %q, reason %q", lead.Text("owner"), lead.Text("pool_reason"))
		}
	})
}

// Working hours are those of the shipped calendar: nobody works on the National Day holiday, everybody on its make-up Saturday, and a year
// whose holidays are not announced says so.
func TestWorkingHoursFollowTheChineseCalendar(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, "2026-09-30 10:00:00")})
		admin := s.Admin(t)
		admin.Rep(t, "linxiao", nil)
		admin.Publish(t, policy(branch("only", "round_robin", nil, Fields{"hours": true})))
		for _, c := range []struct{ at, reason, warns string }{
			{"2026-09-30 10:00:00", "", ""},
			{"2026-09-30 18:00:00", "没有可用的销售", ""},
			{"2026-10-01 10:00:00", "没有可用的销售", ""}, // a Thursday
			{"2026-10-07 10:00:00", "没有可用的销售", ""},
			{"2026-10-08 09:00:00", "", ""},
			{"2026-10-10 10:00:00", "", ""},        // a Saturday made up for the holiday
			{"2026-10-17 10:00:00", "没有可用的销售", ""}, // a Saturday like others
			{"2027-10-01 10:00:00", "", "2027 年的放假安排尚未公布，暂按周末计算"},
		} {
			admin.SetTime(t, At(t, c.at))
			lead := admin.Create(t, "lead", Fields{"company": "康宁医院"})
			b := admin.Explain(t, "lead", lead.ID()).Owner.Branch(t, "only")
			if (lead.Text("owner") == "") != (c.reason != "") || lead.Text("pool_reason") != c.reason || b.Warning != c.warns {
				t.Errorf("%s: owner %q, reason %q, warned %q; want reason %q, warning %q", c.at, lead.Text("owner"), lead.Text("pool_reason"), b.Warning, c.reason, c.warns)
			}
			if c.reason != "" && (len(b.Excluded) != 1 || b.Excluded[0].Filter != "hours") {
				t.Errorf("%s: excluded %+v, want one for the hours", c.at, b.Excluded)
			}
		}
		// A company edits its calendar: once 2027 is announced, the day is a holiday and the warning is gone.
		cal := admin.Definition(t, "calendar", "cn")
		years, _ := cal.Spec["years"].([]any)
		years[len(years)-1] = Fields{"year": 2027, "published": true, "days": []Fields{{"date": "2027-10-01", "name": "国庆节"}}}
		admin.Publish(t, cal)
		lead := admin.Create(t, "lead", Fields{"company": "康宁医院"})
		if b := admin.Explain(t, "lead", lead.ID()).Owner.Branch(t, "only"); lead.Text("owner") != "" || b.Warning != "" {
			t.Errorf("2027-10-01 once announced: owner %q, warning %q", lead.Text("owner"), b.Warning)
		}
	})
}
