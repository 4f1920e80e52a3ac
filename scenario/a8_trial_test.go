package scenario

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// What stands tried on what has been gives what happened: the figures are those of then, to-dos closed meanwhile count until they were, and
// turns and caps advance within the run.
func TestTrialOfWhatStandsIsWhatHappened(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		now := At(t, tuesday)
		s := Start(t, Options{DB: db, Now: now})
		admin := s.Admin(t)
		reps := admin.Reps(t, 3)
		admin.Decided(t, reps[0], "教育", 8, 2, now.AddDate(0, 0, -29))
		admin.Decided(t, reps[1], "教育", 7, 3, now.AddDate(0, 0, -3))
		admin.Todos(t, reps[2], 4)
		boss := admin.Hire(t, "boss", "director", "root", nil)
		var leads []Record
		for i := range 24 {
			now = now.Add(9 * time.Hour)
			admin.SetTime(t, now)
			admin.SignInAgain(t)
			leads = append(leads, admin.Create(t, "lead", Fields{"company": fmt.Sprintf("学校%d", i), "phone": fmt.Sprintf("138%08d", i), "industry": []string{"教育", "制造"}[i%3%2], "budget": "12万"}))
			if i%4 == 3 { // a to-do is done: from here on its owner has one less
				admin.Act(t, "lead", leads[i-2].ID(), "contacted", Fields{"way": "phone", "note": "谈过了"})
			}
		}
		boss.SignInAgain(t)
		same := boss.TryDrafts(t)
		if same.Changed != 0 || same.Summary.PooledBefore != same.Summary.PooledAfter || len(same.Rows) != 0 {
			t.Errorf("what stands would have done otherwise: %d changed, pooled %d → %d: %+v", same.Changed, same.Summary.PooledBefore, same.Summary.PooledAfter, same.Rows)
		}
	})
}

// A draft is tried: who would have got what against what happened; and nothing at all is written.
func TestTrialWritesNothing(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		reps := admin.Reps(t, 2)
		admin.Change(t, "person", admin.Record(t, "person", reps[1]), Fields{"weight": 0})
		for i := range 6 {
			admin.Create(t, "lead", Fields{"company": fmt.Sprintf("工厂%d", i), "phone": fmt.Sprintf("137%08d", i), "industry": "制造", "budget": "12万"})
		}
		boss := admin.Hire(t, "boss", "director", "root", nil)
		rows := s.SQL(t)
		count := func() (out []int) {
			t.Helper()
			for _, table := range []string{"event", "decision", "definition_draft", "definition_version", "revision", "assign_turn", "assign_state", "timer", "job_run", "kept", "o_lead", "o_task"} {
				var n int
				if err := rows.QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n); err != nil {
					t.Fatal(err)
				}
				out = append(out, n)
			}
			return out
		}
		before := count()
		policy := boss.Definition(t, "assignment_policy", "lead_assignment")
		policy.Spec["branches"] = []Fields{{"name": "one", "title": "只给一人", "candidates": Fields{"where": Fields{"all": []Fields{{"field": "weight", "op": "eq", "value": 0}}}}, "strategy": "round_robin", "daily_cap": 4}}
		budget := boss.Definition(t, "tag_dimension", "budget")
		budget.Spec["bands"].(map[string]any)["edges"] = []Fields{{"value": "<5万", "lt": 50000}, {"value": "5–20万", "gte": 50000, "lt": 100000}, {"value": ">20万", "gte": 100000}}
		x := boss.TryDrafts(t, policy, budget)
		if got := count(); fmt.Sprint(got) != fmt.Sprint(before) {
			t.Errorf("rows before %v, after %v", before, got)
		}
		if x.Examined != 6 || x.Changed != 6 || x.Summary.PooledBefore != 0 || x.Summary.PooledAfter != 2 || len(x.Rows) != 6 || x.RowsTotal != 6 || x.Truncated {
			t.Fatalf("%+v", x)
		}
		if p := x.Summary.ByPerson; len(p) != 2 || p[0].ID != reps[0] && p[0].ID != reps[1] {
			t.Errorf("by person: %+v", p)
		}
		for _, p := range x.Summary.ByPerson {
			if want := map[string][2]int{reps[0]: {6, 0}, reps[1]: {0, 4}}[p.ID]; p.Before != want[0] || p.After != want[1] {
				t.Errorf("%s: %d → %d, want %v", p.Name, p.Before, p.After, want)
			}
		}
		if b := x.Summary.ByBranch; len(b) != 1 || b[0].Name != "one" || b[0].Count != 4 {
			t.Errorf("by branch: %+v", b)
		}
		for _, v := range x.Summary.ByValue {
			if v.Dimension == "budget" && (v.Value == ">20万" && (v.Before != 0 || v.After != 6) || v.Value == "5–20万" && (v.Before != 6 || v.After != 0)) {
				t.Errorf("by value: %+v", v)
			}
		}
		if r := x.Rows[5]; r.After["owner"] != nil || r.Reason != "候选已满" || r.After["tag_budget"] != ">20万" || r.Before["tag_budget"] != "5–20万" {
			t.Errorf("the sixth, past the cap: %+v", r)
		}

		var given Trial
		boss.Post(t, path("/definitions:try"), Fields{"drafts": []Fields{}, "object": "lead", "records": []Fields{{"公司": "某学校", "行业": "制造", "预算": "12万"}, {"公司": "无预算"}}}, &given)
		if given.Examined != 2 || given.Summary.PooledAfter != 0 || given.Rows[0].Branch != "制造业" || given.Rows[1].Branch != "预算未知 兜底" {
			t.Errorf("records of a file: %+v", given)
		}
		if got := count(); fmt.Sprint(got) != fmt.Sprint(before) {
			t.Errorf("rows before %v, after %v", before, got)
		}

		bad := []struct {
			body   any
			status int
		}{
			{Fields{"drafts": []Fields{}}, 422},
			{Fields{"object": "laed"}, 404},
			{Fields{"object": "lead", "period": Fields{"last": -1, "unit": "day"}}, 422},
			{Fields{"object": "lead", "limit": 5000}, 422},
			{Fields{"object": "lead", "drafts": []Fields{{"kind": "funnel", "name": "lead", "title": Fields{"zh-CN": "x"}, "spec": Fields{}}}}, 422},
			{Fields{"object": "lead", "drafts": []Fields{{"kind": "role", "name": "rep", "title": Fields{"zh-CN": "x"}, "spec": Fields{}}}}, 403},
			{Fields{"object": "lead", "drafts": []Fields{{"kind": "assignment_policy", "name": "p", "title": Fields{"zh-CN": "x"}, "spec": Fields{"object": "lead"}}}}, 422},
			{"{", 400},
		}
		for _, b := range bad {
			if r := boss.Do(t, http.MethodPost, path("/definitions:try"), b.body); r.Status != b.status && !(b.status == 400 && r.Status == 422) {
				t.Errorf("%v: status %d, want %d: %s", b.body, r.Status, b.status, r.Body)
			}
		}
	})
}
