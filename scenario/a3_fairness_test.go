package scenario

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Fairness is who got how many.
type Fairness struct {
	Object    string `json:"object"`
	Days      int    `json:"days"`
	Truncated bool   `json:"truncated"`
	People    []struct {
		Person   Named          `json:"person"`
		Total    int            `json:"total"`
		Ways     map[string]int `json:"ways"`
		Branches map[string]int `json:"branches"`
		Receives bool           `json:"receives"`
	} `json:"people"`
	Branches []struct {
		Name  string `json:"name"`
		Title string `json:"title"`
		Count int    `json:"count"`
	} `json:"branches"`
	Pooled   int `json:"pooled"`
	Returned int `json:"returned"`
}

// Behind are the decisions behind a number.
type Behind struct {
	Records []struct {
		ID     string `json:"id"`
		At     string `json:"at"`
		Title  string `json:"title"`
		Way    string `json:"way"`
		Person *Named `json:"person"`
		Branch string `json:"branch"`
		Reason string `json:"reason"`
	} `json:"records"`
	Total int `json:"total"`
}

// The lead of a customer goes to the customer's owner first; who got how many and by what is counted from the decisions, and each number
// opens to its rows; a file is tried against what stands, and nothing is written.
func TestCustomersOwnerFairnessAndTrialOfAFile(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		reps := admin.Reps(t, 3)
		boss := admin.Hire(t, "boss", "director", "root", nil)
		customer := admin.Create(t, "customer", Fields{"name": "老客户", "owner": reps[2]})
		lead := func(i int, more Fields) Record {
			t.Helper()
			f := Fields{"company": fmt.Sprintf("工厂%d", i), "phone": fmt.Sprintf("135%08d", i), "industry": "制造", "budget": "12万"}
			for k, v := range more {
				f[k] = v
			}
			return admin.Create(t, "lead", f)
		}
		policy := boss.Definition(t, "assignment_policy", "lead_assignment")
		policy.Spec["keep_owner"] = "customer"
		policy.Spec["branches"] = []Fields{{"name": "first", "title": "先到先分", "when": Fields{"field": "industry", "op": "eq", "value": "制造"}, "candidates": Fields{"where": Fields{"all": []Fields{{"field": "name", "op": "ne", "value": admin.Record(t, "person", reps[2])["name"]}}}}, "strategy": "round_robin"}}
		boss.Publish(t, policy)
		for i := range 4 {
			lead(i, nil)
		}
		kept := lead(4, Fields{"customer": customer.ID()})
		if got := kept["owner"]; got != reps[2] {
			t.Fatalf("the customer's lead went to %v, want %s", got, reps[2])
		}
		if why := boss.Explain(t, "lead", kept.ID()).Owner.Text; !strings.Contains(why, "“客户”的负责人") || !strings.Contains(why, "优先于其他人") {
			t.Error(why)
		}
		pooled := lead(5, Fields{"industry": "零售"})
		var behind Behind
		count := func() Fairness {
			t.Helper()
			var f Fairness
			boss.Get(t, path("/assignments/lead"), &f)
			for _, p := range f.People { // each number opens to exactly its rows
				boss.Get(t, path("/assignments/lead/records?person=%s", p.Person.ID), &behind)
				if behind.Total != p.Total || len(behind.Records) != p.Total {
					t.Errorf("%s: %d, behind it %d rows", p.Person.Name, p.Total, behind.Total)
				}
				for way, n := range p.Ways {
					boss.Get(t, path("/assignments/lead/records?person=%s&way=%s", p.Person.ID, way), &behind)
					if behind.Total != n {
						t.Errorf("%s by %s: %d, behind it %d rows", p.Person.Name, way, n, behind.Total)
					}
				}
			}
			return f
		}
		f := count()
		got := map[string]string{}
		for _, p := range f.People {
			got[p.Person.ID] = fmt.Sprint(p.Total, p.Ways, p.Branches)
		}
		if got[reps[0]] != "2 map[rule:2] map[first:2]" || got[reps[1]] != got[reps[0]] || got[reps[2]] != "1 map[kept:1] map[first:1]" || f.Pooled != 1 || len(f.Branches) != 1 || f.Branches[0].Count != 5 {
			t.Errorf("%v, pooled %d, branches %+v", got, f.Pooled, f.Branches)
		}
		boss.Act(t, "lead", pooled.ID(), "transfer", Fields{"owner": reps[0]})
		policy = boss.Definition(t, "assignment_policy", "lead_assignment")
		policy.Spec["branches"] = append([]any{Fields{"name": "before", "title": "后来的分支", "when": Fields{"field": "industry", "op": "eq", "value": "教育"}, "candidates": Fields{}, "strategy": "round_robin"}}, policy.Spec["branches"].([]any)...)
		boss.Publish(t, policy)
		f = count() // what the branch was called when it decided does not move with the branches
		if len(f.Branches) != 1 || f.Branches[0].Title != "先到先分" || f.People[0].Ways["given"] != 1 || f.People[0].Total != 3 {
			t.Errorf("after a new branch in front: %+v", f)
		}
		boss.Get(t, path("/assignments/lead/records?way=kept"), &behind)
		if behind.Total != 1 || behind.Records[0].ID != kept.ID() || behind.Records[0].Reason != "原负责人优先" || behind.Records[0].Branch != "先到先分" {
			t.Errorf("%+v", behind)
		}
		for query, status := range map[string]int{"?days=0": 200, "?days=367": 422, "?days=x": 422, "/records?way=luck": 422} {
			if r := boss.Do(t, http.MethodGet, path("/assignments/lead")+query, nil); r.Status != status {
				t.Errorf("%s: %d, want %d: %s", query, r.Status, status, r.Body)
			}
		}

		// A file: the draft against what stands.
		id, _ := boss.keep(t, "线索.csv", []byte("公司,手机,行业,预算\n甲厂,13711110001,制造,3万\n乙校,13711110002,教育,8万\n丙店,13711110003,零售,9万\n"))
		policy.Spec["branches"] = []Fields{{"name": "all", "title": "都给一人", "candidates": Fields{"where": Fields{"field": "name", "op": "eq", "value": admin.Record(t, "person", reps[1])["name"]}}, "strategy": "round_robin"}}
		rows := s.SQL(t)
		state := func() (out []int) {
			t.Helper()
			for _, table := range []string{"event", "decision", "definition_draft", "o_lead", "assign_turn", "job_run"} {
				var n int
				if err := rows.QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n); err != nil {
					t.Fatal(err)
				}
				out = append(out, n)
			}
			return out
		}
		before := state()
		var x Trial
		boss.Post(t, path("/definitions:try"), Fields{"object": "lead", "file": Fields{"upload": id}, "drafts": []Fields{{"kind": policy.Kind, "name": policy.Name, "title": policy.Title, "spec": policy.Spec}}}, &x)
		if x.Examined != 3 || len(x.Rows) != 3 || x.Summary.PooledBefore != 1 || x.Summary.PooledAfter != 0 {
			t.Fatalf("%+v", x)
		}
		for _, r := range x.Rows {
			if to, _ := r.After["owner"].(map[string]any); to["id"] != reps[1] || r.Branch != "都给一人" {
				t.Errorf("%+v", r)
			}
		}
		if x.Rows[2].Title != "丙店" || x.Rows[2].Before["owner"] != nil || x.Rows[0].Before["owner"] == nil {
			t.Errorf("what stands: %+v", x.Rows)
		}
		if after := state(); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("rows before %v, after %v", before, after)
		}
		// A new dimension is tried with the field it brings along, which has no column yet.
		object := boss.Definition(t, "object", "lead")
		object.Spec["fields"] = append(object.Spec["fields"].([]any), Fields{"name": "tag_size", "title": Fields{"zh-CN": "规模"}, "type": "choice", "open": true, "readonly": true, "tag_dimension": "size"})
		size := Definition{Kind: "tag_dimension", Name: "size", Title: map[string]string{"zh-CN": "规模"}, Spec: map[string]any{"object": "lead", "field": "tag_size", "values": []Fields{{"value": "大单"}}, "rules": []Fields{{"value": "大单", "when": Fields{"field": "budget", "op": "gte", "value": 100000}}}}}
		sized := 0
		for _, v := range boss.TryDrafts(t, object, size).Summary.ByValue {
			if v.Dimension == "size" && v.Value == "大单" && v.Before == 0 {
				sized = v.After
			}
		}
		if sized != 6 {
			t.Errorf("%d of six leads of 12万 would be tagged", sized)
		}
		if after := state(); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("rows before %v, after %v", before, after)
		}
		for _, bad := range []Fields{{"file": Fields{"upload": "x"}}, {"file": Fields{"upload": "00000000-0000-4000-8000-000000000000"}}} {
			bad["object"], bad["drafts"] = "lead", []Fields{}
			if r := boss.Do(t, http.MethodPost, path("/definitions:try"), bad); r.Status != 404 {
				t.Errorf("%v: %d: %s", bad, r.Status, r.Body)
			}
		}
		other := admin.Hire(t, "other", "director", "root", nil)
		if r := other.Do(t, http.MethodPost, path("/definitions:try"), Fields{"object": "lead", "drafts": []Fields{}, "file": Fields{"upload": id}}); r.Status != 404 {
			t.Errorf("another's file: %d: %s", r.Status, r.Body)
		}
	})
}
