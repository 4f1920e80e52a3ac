package scenario

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// visitPlan is 拜访计划 as a director writes it.
func visitPlan(fields ...Fields) Definition {
	all := []any{Fields{"name": "name", "title": Fields{"zh-CN": "名称"}, "type": "text", "required": true}}
	for _, f := range fields {
		all = append(all, f)
	}
	return Definition{Kind: "object", Name: "visit_plan", Title: map[string]string{"zh-CN": "拜访计划", "en": "Visit plan"}, Spec: map[string]any{"title_field": "name", "fields": all}}
}

func planField(name, kind, title string, more Fields) Fields {
	f := Fields{"name": name, "type": kind, "title": Fields{"zh-CN": title}}
	for k, v := range more {
		f[k] = v
	}
	return f
}

// ended waits for a job whose result has figures of its own.
func ended(t testing.TB, c *Client, started *Response) (state, failure string, result map[string]any) {
	t.Helper()
	var begun struct{ Job struct{ ID string } }
	if err := json.Unmarshal(started.Body, &begun); err != nil || started.Status != http.StatusAccepted {
		t.Fatalf("%s: %d %s", started.Request, started.Status, started.Body)
	}
	var got struct {
		Job struct {
			State, Error string
			Result       map[string]any
		}
	}
	Eventually(t, time.Minute, "the job ends", func() bool {
		if err := json.Unmarshal(c.Do(t, http.MethodGet, path("/jobs/%s", begun.Job.ID), nil).Body, &got); err != nil {
			t.Fatal(err)
		}
		return got.Job.State == "done" || got.Job.State == "failed"
	})
	return got.Job.State, got.Job.Error, got.Job.Result
}

type removedList struct {
	Fields []struct {
		ID, Name, Type, At, By, State, Job string
		Title                              map[string]string
		Revision                           int
		Values                             int
	}
}

// A director without IT skills builds 拜访计划 from nothing, and everything works on it at once; it is changed, renamed, retyped; fields and the
// object itself are removed, brought back and purged.
func TestADirectorsObjectLives(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		dora, rita := admin.Hire(t, "dora", "director", "root", nil), admin.Rep(t, "rita", nil)
		customer := dora.Create(t, "customer", Fields{"name": "长安设备"})
		purpose := planField("purpose", "choice", "目的", Fields{"options": []Fields{{"value": "回访"}, {"value": "签约"}}, "track": true, "index": true})
		size := planField("size", "text", "人数", nil)
		day := planField("day", "date", "日期", nil)
		whose := planField("customer", "relation", "客户", Fields{"target": "customer"})

		rita.Do(t, http.MethodPut, path("/definitions/object/visit_plan"), Fields{"title": Fields{"zh-CN": "拜访"}, "spec": Fields{}}).Problem(t, http.StatusForbidden, "forbidden")
		// A name is proposed from what it is called, and a formula is checked before the object stands.
		var proposed struct{ Name string }
		dora.Do(t, http.MethodGet, path("/objects:name")+"?word=object&title="+url.QueryEscape("拜访计划"), nil).OK(t, &proposed)
		if proposed.Name != "baifangjihua" {
			t.Errorf("proposed %q", proposed.Name)
		}
		dora.Do(t, http.MethodGet, path("/objects:name")+"?word=object&title=lead", nil).OK(t, &proposed)
		if proposed.Name != "lead_2" {
			t.Errorf("of a standing object: %q", proposed.Name)
		}
		for text, want := range map[string]int{"人数 & \"人\"": 1, "length(人数) * 2": 0} {
			var tried struct {
				Problems, Samples []Fields
				Words, Is         string
				Reads             []string
			}
			dora.Post(t, path("/formulas/visit_plan"), Fields{"formula": text, "result": "integer", "field": "twice", "spec": visitPlan(size).Spec}, &tried)
			if len(tried.Problems) != want || len(tried.Samples) != 0 {
				t.Errorf("%s before the object stands: %+v", text, tried)
			}
		}

		made := visitPlan(purpose, size, day, whose)
		made.Spec["unique"] = []Fields{{"fields": []string{"customer", "day"}, "title": Fields{"zh-CN": "一天一访"}}}
		first := dora.Publish(t, made)

		// Records, list, history, search and import work at once; a rep sees nothing until a role says so.
		one := dora.Create(t, "visit_plan", Fields{"name": "拜访长安", "purpose": "回访", "size": "3", "day": "2026-11-24", "customer": customer.ID()})
		two := dora.Create(t, "visit_plan", Fields{"name": "拜访渝北", "purpose": "签约", "size": "三四个"})
		held := dora.Do(t, http.MethodPost, path("/objects/visit_plan/records"), Fields{"name": "又一次", "day": "2026-11-24", "customer": customer.ID()}).Problem(t, http.StatusConflict, "taken")
		if !strings.Contains(held.Errors[0].Message, "一天一访") || !strings.Contains(held.Errors[0].Message, "拜访长安") {
			t.Errorf("a visit of the same day: %+v", held)
		}
		one = dora.Change(t, "visit_plan", one, Fields{"purpose": "签约"})
		if h := dora.History(t, "visit_plan", one.ID()); len(h) != 2 {
			t.Errorf("history %+v", h)
		}
		dora.Import(t, "visit_plan", "plans.csv", []byte("名称,目的,人数,日期\n导入的拜访,回访,12,2026-12-01\n"), ImportOptions{})
		if got := dora.List(t, "visit_plan", Fields{"field": "purpose", "op": "eq", "value": "回访"}, "-day"); len(got) != 1 || got[0].Text("name") != "导入的拜访" {
			t.Errorf("list %v", got)
		}
		Eventually(t, 20*time.Second, "a new object's records are found", func() bool {
			return slices.Equal(finds(t, dora, "bfca"), []string{"visit_plan 拜访长安"})
		})
		rita.Do(t, http.MethodGet, path("/objects/visit_plan/records"), nil).Problem(t, http.StatusNotFound, "")
		rep := admin.Definition(t, "role", "rep")
		rep.Spec["objects"].(map[string]any)["visit_plan"] = Fields{"read": "own", "create": true, "hide": []string{"size"}}
		admin.Publish(t, rep)
		if got := rita.List(t, "visit_plan", nil, ""); len(got) != 0 {
			t.Errorf("rita sees %v", got)
		}

		// Renamed: filters, files and callers with the old name go on, and the rule of the role still hides it.
		renamed := visitPlan(purpose, planField("heads", "text", "到场人数", Fields{"id": "size"}), day, whose)
		renamed.Spec["unique"] = made.Spec["unique"]
		dora.Publish(t, renamed)
		if got := dora.List(t, "visit_plan", Fields{"field": "size", "op": "eq", "value": "12"}, ""); len(got) != 1 || got[0].Text("heads") != "12" {
			t.Errorf("by the old name: %v", got)
		}
		two = dora.Change(t, "visit_plan", two, Fields{"size": "三五个"})
		if two.Text("heads") != "三五个" {
			t.Errorf("written by the old name: %v", two)
		}
		mine := rita.Create(t, "visit_plan", Fields{"name": "我的拜访"})
		if _, shown := mine["heads"]; shown {
			t.Errorf("rita sees %v", mine)
		}
		taken := renamed
		taken.Spec = map[string]any{"title_field": "name", "fields": append(slices.Clone(dora.Definition(t, "object", "visit_plan").Spec["fields"].([]any)), planField("size", "integer", "大小", nil))}
		if d := dora.Draft(t, taken); len(d.Problems) != 1 || d.Problems[0].Code != "alias_taken" || d.Problems[0].Pointer != "/spec/fields/5/name" {
			t.Errorf("a new field of an old name: %+v", d.Problems)
		}
		dora.Delete(t, path("/definitions/object/visit_plan/draft"))

		// Retyped: looked at first, then carried out while the values that do not convert stay as hints.
		var look struct {
			Preview struct {
				Values, Converts, Unread int
				Whole                    bool
				Examples                 []Fields
				Problems                 []ProblemItem
				HoldsMS                  int `json:"holds_ms"`
			}
		}
		dora.Post(t, path("/objects/visit_plan/fields/heads:retype"), Fields{"type": "integer", "preview": true}, &look)
		if p := look.Preview; p.Values != 3 || p.Converts != 2 || p.Unread != 1 || len(p.Examples) != 1 || p.Examples[0]["value"] != "三五个" || p.Examples[0]["reason"] == "" {
			t.Errorf("preview %+v", p)
		}
		if state, failure, _ := ended(t, dora, dora.Do(t, http.MethodPost, path("/objects/visit_plan/fields/heads:retype"), Fields{"type": "integer", "unread": "refuse"})); state != "failed" || !strings.Contains(failure, "不能转换") {
			t.Errorf("refused: %s %s", state, failure)
		}
		if state, failure, result := ended(t, dora, dora.Do(t, http.MethodPost, path("/objects/visit_plan/fields/heads:retype"), Fields{"type": "integer", "unread": "keep"})); state != "done" || result["converted"] != 2.0 || result["unread"] != 1.0 {
			t.Fatalf("%s %s %v", state, failure, result)
		}
		if got := dora.Record(t, "visit_plan", one.ID()); got.Number("heads") != 3 {
			t.Errorf("retyped: %v", got)
		}
		if got := dora.Record(t, "visit_plan", two.ID()); got["heads"] != nil || !strings.Contains(fmt.Sprint(got["hints"]), "三五个") {
			t.Errorf("unread: %v", got)
		}
		if got := dora.List(t, "visit_plan", Fields{"field": "heads", "op": "gt", "value": 2}, "heads"); len(got) != 2 || got[1].Number("heads") != 12 {
			t.Errorf("as numbers: %v", got)
		}

		// Removed: what the role names is refused with its place; then the field goes, is listed, and comes back with its values.
		without := visitPlan(purpose, day, whose)
		without.Spec["unique"] = made.Spec["unique"]
		if d := dora.Draft(t, without); len(d.Problems) != 1 || d.Problems[0].Kind != "role" || d.Problems[0].Pointer != "/spec/objects/visit_plan/hide/0" {
			t.Errorf("removing what a role names: %+v", d.Problems)
		}
		rep.Spec["objects"].(map[string]any)["visit_plan"] = Fields{"read": "own", "create": true}
		admin.Publish(t, rep)
		dora.Publish(t, without)
		var gone removedList
		dora.Get(t, path("/objects/visit_plan/removed"), &gone)
		if f := gone.Fields; len(f) != 1 || f[0].ID != "size" || f[0].Name != "heads" || f[0].By != "dora" || f[0].Values != 2 {
			t.Errorf("removed %+v", gone)
		}
		dora.Post(t, path("/objects/visit_plan/fields/heads:restore"), nil, nil)
		if got := dora.Record(t, "visit_plan", one.ID()); got.Number("heads") != 3 {
			t.Errorf("brought back: %v", got)
		}
		dora.Do(t, http.MethodPost, path("/objects/visit_plan/fields/heads:purge"), nil).Problem(t, http.StatusConflict, "field_serves")
		dora.Publish(t, without)
		if state, failure, _ := ended(t, dora, dora.Do(t, http.MethodPost, path("/objects/visit_plan/fields/heads:purge"), nil)); state != "done" {
			t.Fatal(failure)
		}
		dora.Do(t, http.MethodPost, path("/objects/visit_plan/fields/heads:restore"), nil).Problem(t, http.StatusConflict, "purged")
		if got := dora.events(t, url.Values{"object": {"object"}, "record_id": {"visit_plan"}}); len(got) != 1 || got[0].Op != "purge" {
			t.Errorf("the trail tells %+v", got)
		}

		// The object: away, back by an earlier revision with its rows, away again and purged; its name is free for another.
		rep.Spec["objects"] = admin.Definition(t, "role", "rep").Spec["objects"]
		delete(rep.Spec["objects"].(map[string]any), "visit_plan")
		admin.Publish(t, rep)
		before := dora.remove(t, "visit_plan")
		dora.Do(t, http.MethodGet, path("/objects/visit_plan/records"), nil).Problem(t, http.StatusNotFound, "")
		if admin.Undo(t, before-1); len(dora.List(t, "visit_plan", nil, "")) != 4 {
			t.Error("not all rows are back")
		}
		dora.remove(t, "visit_plan")
		var objects struct {
			Objects []struct {
				Name, At, By, State, Job string
				Title                    map[string]string
				Revision, Records        int
			}
		}
		dora.Get(t, path("/objects:removed"), &objects)
		if o := objects.Objects; len(o) != 1 || o[0].Name != "visit_plan" || o[0].Records != 4 {
			t.Errorf("removed objects %+v", o)
		}
		if state, failure, result := ended(t, dora, dora.Do(t, http.MethodPost, path("/objects/visit_plan:purge"), nil)); state != "done" || result["records"] != 4.0 {
			t.Fatal(failure, result)
		}
		dora.Do(t, http.MethodPost, path("/objects/visit_plan:restore"), nil).Problem(t, http.StatusNotFound, "")
		dora.Publish(t, visitPlan(planField("purpose", "integer", "目的", nil)))
		if got := dora.Create(t, "visit_plan", Fields{"name": "新的", "purpose": 7}); got.Number("purpose") != 7 || first == 0 {
			t.Errorf("%v", got)
		}
	})
}

// remove takes an object away and gives the revision.
func (c *Client) remove(t testing.TB, name string) int {
	t.Helper()
	d := c.Definition(t, "object", name)
	c.Do(t, http.MethodPut, path("/definitions/object/%s", name), Fields{"title": d.Title, "spec": d.Spec, "removed": true}).OK(t, nil)
	return c.revision(t, c.Do(t, http.MethodPost, path("/revisions"), Fields{"only": []Fields{{"kind": "object", "name": name}}}))
}
