package scenario

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// caseOne is the company of case 1: the H5 form is unticked in the allow-list, 当前待办数 counts check-ins, 教肓行业 stands in the rule, and every
// branch wants a budget that 92 of 100 leads do not have.
func caseOne(t testing.TB, admin *Client) (reps []string) {
	t.Helper()
	reps = admin.Reps(t, 3)
	title := func(zh string) map[string]string { return map[string]string{"zh-CN": zh} }
	h5 := admin.Definition(t, "channel", "h5_form")
	h5.Spec["assign"] = false
	admin.Publish(t,
		Definition{Kind: "object", Name: "checkin", Title: title("打卡"), Spec: Fields{"title_field": "place", "fields": []Fields{{"name": "place", "title": title("地点"), "type": "text"}}}},
		Definition{Kind: "measure", Name: "open_todos", Title: title("当前待办数"), Spec: Fields{"entity": "checkin", "type": "count", "dims": []string{"owner"}, "kept": Fields{"dims": []string{"owner"}, "bucket": "none"}}},
		h5)
	few := Fields{"all": []Fields{{"measure": "open_todos", "for": Fields{"owner": Fields{"ref": "candidate.id"}}, "op": "lt", "value": 8}}}
	branch := func(name, title, industry string) Fields {
		return Fields{"name": name, "title": title, "when": Fields{"all": []Fields{{"field": "tag_industry", "op": "eq", "value": industry}, {"field": "budget", "op": "gt", "value": 50000}}},
			"candidates": Fields{"leave": true, "where": few}, "strategy": "least_loaded"}
	}
	admin.Publish(t, Definition{Kind: "assignment_policy", Name: "lead_assignment", Title: title("线索分配"),
		Spec: Fields{"object": "lead", "deadline_minutes": 30, "branches": []Fields{branch("education", "教育", "教肓行业"), branch("health", "医疗", "医疗")}}})
	var checkins []Fields
	for _, id := range reps {
		for range 9 {
			checkins = append(checkins, Fields{"place": "公司", "owner": id})
		}
	}
	admin.Post(t, path("/objects/checkin/records"), Fields{"records": checkins}, nil)
	web, form := admin.Channel(t, "website_form"), admin.Channel(t, "h5_form")
	for i := range 100 {
		lead := Fields{"company": fmt.Sprintf("公司%03d", i), "phone": fmt.Sprintf("139%08d", i), "industry": []string{"教育", "医疗"}[i%2]}
		if i < 8 {
			lead["budget"] = 80000 + i
		}
		if i%5 == 4 {
			form.Intake(t, "h5_form", lead)
		} else {
			web.Intake(t, "website_form", lead)
		}
	}
	return reps
}

// All four faults of case 1 are found unaided, the one that holds most back first, each with a remedy that was tried; adopted together, nobody
// waits any more.
func TestCaseOneIsDiagnosed(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		caseOne(t, admin)
		boss := admin.Hire(t, "boss", "director", "root", nil)
		d := boss.Diagnose(t)
		if d.Examined != 100 || d.Unassigned != 100 || d.Still != 100 {
			t.Fatalf("examined %d, unassigned %d, still %d: %+v", d.Examined, d.Unassigned, d.Still, d)
		}
		empty := d.Fault(t, "field_mostly_empty")
		if d.Faults[0].Code != empty.Code || empty.Share == nil || *empty.Share != 0.92 || !strings.Contains(empty.Message, "预算") || !strings.Contains(empty.Message, "行业") || !strings.Contains(empty.Message, "92%") {
			t.Errorf("the demanded budget: %+v", empty)
		}
		if empty.Held != 73 || empty.Remedy == nil || empty.Remedy.HeldAfter != 0 || empty.Remedy.After != 27 {
			t.Errorf("of 73 that wait for want of a budget: held %d, %+v", empty.Held, empty.Remedy)
		}
		channel := d.Fault(t, "channel_not_allowed")
		if channel.Name != "h5_form" || channel.Held != 20 || !strings.Contains(channel.Message, "分配白名单") || channel.Remedy == nil || channel.Remedy.Drafts[0].Spec["assign"] != true {
			t.Errorf("the channel: %+v", channel)
		}
		misspelt := d.Fault(t, "off_list")
		if !strings.Contains(misspelt.Message, "教肓行业") || misspelt.Hint != "是否指“教育”？" || misspelt.Pointer != "/spec/branches/0/when/all/0/value" || misspelt.Held == 0 || misspelt.Remedy == nil {
			t.Errorf("the misspelt value: %+v", misspelt)
		}
		wired := d.Fault(t, "measure_wrong")
		if wired.Name != "open_todos" || !strings.Contains(wired.Message, "当前待办数") || !strings.Contains(wired.Message, "打卡") || wired.Held == 0 || wired.Remedy == nil || wired.Remedy.After >= 100 || wired.Remedy.Drafts[0].Spec["entity"] != "task" {
			t.Errorf("the measure: %+v", wired)
		}
		for i := 1; i < len(d.Faults); i++ {
			if d.Faults[i].Held > d.Faults[i-1].Held {
				t.Errorf("%s holds back more than %s before it", d.Faults[i].Code, d.Faults[i-1].Code)
			}
		}
		if d.All == nil || d.All.After != 0 {
			t.Fatalf("all remedies together: %+v", d.All)
		}

		one := boss.DiagnoseOne(t, channel.Examples[0].ID)
		if len(one.Faults) != 1 || one.Faults[0].Code != "channel_not_allowed" || !strings.Contains(one.Happened, "渠道没有开启自动分配") || one.Owner != nil {
			t.Errorf("why one of the form's leads waits: %+v", one)
		}

		// Only who decides sees the period; a rep sees what may be seen of a lead, without drafts.
		rep := admin.Rep(t, "rita", Fields{"product_lines": []string{"云课堂"}})
		if r := rep.Do(t, http.MethodGet, path("/diagnosis"), nil); r.Status != http.StatusForbidden {
			t.Errorf("a rep: status %d", r.Status)
		}
		if x := rep.DiagnoseOne(t, channel.Examples[0].ID); len(x.Faults) != 1 || x.Faults[0].Remedy != nil {
			t.Errorf("a rep is offered a draft: %+v", x)
		}
		if r := boss.Do(t, http.MethodGet, path("/diagnosis?period=yesterday"), nil); r.Status != http.StatusUnprocessableEntity {
			t.Errorf("a period that is none: status %d: %s", r.Status, r.Body)
		}
		if r := boss.Do(t, http.MethodGet, path("/diagnosis/lead/none"), nil); r.Status != http.StatusNotFound {
			t.Errorf("a lead that is none: status %d", r.Status)
		}

		boss.Publish(t, d.All.Drafts...)
		after := boss.Diagnose(t)
		if after.Still != 0 || len(after.Faults) != 0 || after.Unassigned != 100 {
			t.Errorf("afterwards: still %d, %+v", after.Still, after.Faults)
		}
		admin.Channel(t, "h5_form").Intake(t, "h5_form", Fields{"company": "新公司", "phone": "13700000001", "industry": "教育"})
		if l := admin.List(t, "lead", Fields{"field": "company", "op": "eq", "value": "新公司"}, ""); len(l) != 1 || l[0].Text("owner") == "" {
			t.Errorf("a lead of the form waits still: %+v", l)
		}
	})
}

// Lint names what is allowed and still wrong in one definition, with the place and the remedy.
func TestLint(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		admin.Reps(t, 2)
		lint := func(spec Fields) map[string]Finding {
			t.Helper()
			var out struct {
				Items []Finding `json:"items"`
			}
			admin.Post(t, path("/definitions:lint"), Fields{"kind": "assignment_policy", "name": "lead_assignment", "title": Fields{"zh-CN": "线索分配"}, "spec": spec}, &out)
			by := map[string]Finding{}
			for _, f := range out.Items {
				by[f.Code] = f
			}
			return by
		}
		wide := Fields{"name": "all", "title": "全部", "candidates": Fields{"leave": true}, "strategy": "round_robin"}
		when := func(name string, leaves ...Fields) Fields {
			return Fields{"name": name, "title": name, "when": Fields{"all": leaves}, "candidates": Fields{"leave": true}, "strategy": "round_robin"}
		}
		policy := func(branches ...Fields) Fields { return Fields{"object": "lead", "branches": branches} }

		got := lint(policy(wide, when("edu", Fields{"field": "tag_industry", "op": "eq", "value": "教育"})))
		if f := got["never_reached"]; f.Pointer != "/spec/branches/1" || f.Remedy == nil {
			t.Errorf("a branch behind a wide one: %+v", got)
		}
		got = lint(policy(when("edu", Fields{"field": "tag_industry", "op": "eq", "value": "教肓"}), wide))
		if f := got["off_list"]; f.Severity != "error" || f.Hint != "是否指“教育”？" || f.Remedy == nil || !strings.Contains(string(mustJSON(t, f.Remedy.Spec)), "教育") {
			t.Errorf("a misspelt value: %+v", got)
		}
		got = lint(policy(when("no", Fields{"field": "budget", "op": "lt", "value": 50000}, Fields{"field": "budget", "op": "gt", "value": 200000}), wide))
		if f := got["conflict"]; f.Pointer != "/spec/branches/0/when" {
			t.Errorf("conditions that exclude each other: %+v", got)
		}
		// The budget's tag derives from the budget: the two cannot disagree.
		got = lint(policy(when("no", Fields{"field": "tag_budget", "op": "eq", "value": "未知"}, Fields{"field": "budget", "op": "gt", "value": 200000}), wide))
		if f := got["conflict"]; f.Pointer != "/spec/branches/0/when" {
			t.Errorf("a tag against its own field: %+v", got)
		}
		got = lint(policy(when("edu", Fields{"field": "tag_industry", "op": "eq", "value": "教育"})))
		if f := got["no_fallback"]; f.Pointer != "/spec/branches" || f.Remedy == nil {
			t.Errorf("no fallback: %+v", got)
		}
		strict := when("edu", Fields{"field": "tag_industry", "op": "eq", "value": "教育"})
		strict["candidates"] = Fields{"where": Fields{"all": []Fields{{"measure": "win_rate", "for": Fields{"owner": Fields{"ref": "candidate.id"}}, "period": Fields{"last": 30, "unit": "day"}, "op": "gt", "value": 1}}}}
		got = lint(policy(strict, wide))
		if f := got["nobody_can_meet"]; f.Pointer != "/spec/branches/0/candidates/where/all/0" || !strings.Contains(f.Message, "100%") {
			t.Errorf("a demand that nobody can meet: %+v", got)
		}
		if got = lint(policy(when("edu", Fields{"field": "tag_industry", "op": "eq", "value": "教育"}), wide)); len(got) != 0 {
			t.Errorf("a policy in order: %+v", got)
		}
		if got = lint(Fields{"object": "laed", "branches": []Fields{wide}}); got["unknown_object"].Severity != "error" {
			t.Errorf("what cannot be published: %+v", got)
		}
	})
}
