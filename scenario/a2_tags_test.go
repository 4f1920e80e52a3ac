package scenario

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Out of the box a lead carries source, industry, budget and grade; the budget's edges are exact, and budgets are read as people write them.
func TestTagsOutOfTheBox(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		for _, c := range []struct {
			fields Fields
			want   map[string]string
		}{
			{Fields{"budget": 50000}, map[string]string{"budget": "5–20万", "grade": "B"}},
			{Fields{"budget": "50000.00"}, map[string]string{"budget": "5–20万"}},
			{Fields{"budget": "¥50,000"}, map[string]string{"budget": "5–20万"}},
			{Fields{"budget": 200000}, map[string]string{"budget": "5–20万", "grade": "B"}},
			{Fields{"budget": "￥200,000"}, map[string]string{"budget": "5–20万"}},
			{Fields{"budget": json.Number("49999.99")}, map[string]string{"budget": "<5万", "grade": "C"}},
			{Fields{"budget": "¥49,999.99"}, map[string]string{"budget": "<5万"}},
			{Fields{"budget": json.Number("200000.01")}, map[string]string{"budget": ">20万", "grade": "A"}},
			{Fields{"budget": "¥200,000.01"}, map[string]string{"budget": ">20万"}},
			{Fields{"budget": 0}, map[string]string{"budget": "<5万"}},
			{Fields{"budget": "5w"}, map[string]string{"budget": "5–20万"}},
			{Fields{"budget": "五万"}, map[string]string{"budget": "5–20万"}},
			{Fields{"budget": "5-8万"}, map[string]string{"budget": "5–20万"}},
			{Fields{"budget": "20万"}, map[string]string{"budget": "5–20万"}},
			{Fields{"budget": "20.1万"}, map[string]string{"budget": ">20万"}},
			{Fields{}, map[string]string{"budget": "未知", "source": "其他", "industry": "其他", "grade": "C"}},
			{Fields{"source": "官网"}, map[string]string{"source": "官网表单"}},
			{Fields{"source": "展会"}, map[string]string{"source": "展会扫码"}},
			{Fields{"source": "400电话"}, map[string]string{"source": "电话呼入"}},
			{Fields{"industry": "医疗健康"}, map[string]string{"industry": "医疗"}},
			{Fields{"industry": "制造业"}, map[string]string{"industry": "制造"}},
			{Fields{"company": "杭州第二中学"}, map[string]string{"industry": "教育"}},
			{Fields{"company": "浙江医学院附属医院"}, map[string]string{"industry": "医疗"}},
			{Fields{"company": "杭州第二中学", "industry": "制造"}, map[string]string{"industry": "制造"}},
			{Fields{"budget": "12万", "industry": "教育", "source": "展会扫码"}, map[string]string{"grade": "A"}},
			{Fields{"budget": "12万", "industry": "教育", "source": "官网表单"}, map[string]string{"grade": "B"}},
			{Fields{"industry": "教育", "source": "电话呼入"}, map[string]string{"grade": "B"}},
		} {
			c.fields["name"] = "刘洋"
			lead := admin.Create(t, "lead", c.fields)
			for dimension, want := range c.want {
				if got := lead.Tag(dimension); got != want {
					t.Errorf("%v: %s is %q, want %q", c.fields, dimension, got, want)
				}
			}
			// What is shown is what is found.
			if found := admin.List(t, "lead", Fields{"all": []Fields{{"field": "id", "op": "eq", "value": lead.ID()}, {"field": "tag_grade", "op": "eq", "value": lead.Tag("grade")}}}, ""); len(found) != 1 {
				t.Errorf("%v: %d leads with its grade, want itself", c.fields, len(found))
			}
		}

		amount := func(budget any) (float64, any) {
			lead := admin.Create(t, "lead", Fields{"name": "刘洋", "budget": budget})
			hints, _ := lead["hints"].(map[string]any)
			var n float64
			if _, err := fmt.Sscan(fmt.Sprint(lead["budget"]), &n); err != nil {
				n = -1
			}
			return n, hints["budget"]
		}
		if n, hint := amount("5w"); n != 50000 || hint != nil {
			t.Errorf("5w reads %v with the hint %v, want 50000 and none", n, hint)
		}
		if n, hint := amount("5-8万"); n != 65000 || hint == nil {
			t.Errorf("5-8万 reads %v with the hint %v, want 65000 and a hint that it was a range", n, hint)
		}
		for _, unreadable := range []string{"面议", "几万", "看情况再说"} {
			lead := admin.Create(t, "lead", Fields{"name": "刘洋", "budget": unreadable})
			hints, _ := lead["hints"].(map[string]any)
			hint, _ := hints["budget"].(map[string]any)
			if lead.Tag("budget") != "未知" || lead["budget"] != nil || hint["raw"] != unreadable || hint["message"] == "" {
				t.Errorf("%s: budget %v, tag %q, hint %v; want none, 未知 and the raw text with a reason", unreadable, lead["budget"], lead.Tag("budget"), hint)
			}
		}

		lead := admin.Create(t, "lead", Fields{"name": "刘洋", "budget": "4万"})
		lead = admin.Change(t, "lead", lead, Fields{"budget": "5万"})
		if lead.Tag("budget") != "5–20万" || lead.Tag("grade") != "B" {
			t.Errorf("after the budget was raised: %v", lead["tags"])
		}
		admin.Do(t, http.MethodPatch, path("/objects/lead/records/%s", lead.ID()), Fields{"tag_budget": ">20万"}).Problem(t, http.StatusUnprocessableEntity, "invalid_record")
	})
}

// widen moves the edge between 5–20万 and >20万.
func widen(t *testing.T, d Definition, edge int) Definition {
	t.Helper()
	raw, err := json.Marshal(d.Spec)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(`"lte":200000`, fmt.Sprintf(`"lte":%d`, edge), `"gt":200000`, fmt.Sprintf(`"gt":%d`, edge)).Replace(string(raw))
	d.Spec = nil
	if err := json.Unmarshal([]byte(text), &d.Spec); err != nil || text == string(raw) {
		t.Fatalf("the shipped budget dimension has no edge at 200000: %s", raw)
	}
	return d
}

// A changed rule counts for the next lead at once, and for the leads that stand within a moment; undone, all is as before.
func TestDirectorChangesATagRule(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		director := admin.Hire(t, "chenli", "director", "root", nil)
		const n = 230 // more than two pages of the background work
		list := make([]Fields, n)
		for i := range list {
			list[i] = Fields{"name": "刘洋", "budget": 250000 + i}
		}
		admin.Post(t, path("/objects/lead/records"), Fields{"records": list}, nil)
		tagged := func(budget, grade string) int {
			return len(admin.List(t, "lead", Fields{"all": []Fields{{"field": "tag_budget", "op": "eq", "value": budget}, {"field": "tag_grade", "op": "eq", "value": grade}}}, ""))
		}
		if got := tagged(">20万", "A"); got != n {
			t.Fatalf("%d leads are >20万 and A, want %d", got, n)
		}
		standing := admin.List(t, "lead", nil, "budget")[0]
		shipped := director.Definition(t, "tag_dimension", "budget")

		director.Publish(t, widen(t, shipped, 300000))
		if next := admin.Create(t, "lead", Fields{"name": "王芳", "budget": 300000}); next.Tag("budget") != "5–20万" || next.Tag("grade") != "B" {
			t.Errorf("the next lead carries %v", next["tags"])
		}
		Eventually(t, time.Minute, "the standing leads carry the new tag", func() bool { return tagged("5–20万", "B") == n+1 })
		again := admin.Record(t, "lead", standing.ID())
		if again.Number("version") <= standing.Number("version") || again.Text("owner") != standing.Text("owner") {
			t.Errorf("tagged again: version %v after %v, owner %q after %q", again["version"], standing["version"], again.Text("owner"), standing.Text("owner"))
		}
		newest := admin.History(t, "lead", standing.ID())[0]
		if newest.Actor["kind"] != "system" || newest.Origin != "worker" || newest.Change("tag_budget") != [2]string{">20万", "5–20万"} {
			t.Errorf("the trail tells of it: %+v", newest)
		}
		why := admin.Explain(t, "lead", standing.ID()).Tags["budget"]
		if why.Value != "5–20万" || why.Seen != "¥25万" || !strings.Contains(why.Text, "5万 到 30万") {
			t.Errorf("why: %+v", why)
		}

		director.Undo(t, shipped.Revision)
		if next := admin.Create(t, "lead", Fields{"name": "王芳", "budget": 260000}); next.Tag("budget") != ">20万" {
			t.Errorf("the next lead after the undoing carries %v", next["tags"])
		}
		Eventually(t, time.Minute, "the leads carry the old tag again", func() bool { return tagged(">20万", "A") == n+2 })
		if got := director.Definition(t, "tag_dimension", "budget").Spec; fmt.Sprint(got) != fmt.Sprint(shipped.Spec) {
			t.Errorf("the definition after the undoing: %v", got)
		}
	})
}

// A director adds 企业规模: a field to state it, a column for the tag, and the dimension; new and standing leads carry it.
func TestDirectorAddsADimension(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		director := admin.Hire(t, "chenli", "director", "root", nil)
		group := admin.Create(t, "lead", Fields{"company": "海纳教育集团", "note": "员工约三千人"})
		small := admin.Create(t, "lead", Fields{"company": "明德口腔门诊部"})

		lead := director.Definition(t, "object", "lead")
		fields, _ := lead.Spec["fields"].([]any)
		lead.Spec["fields"] = append(fields,
			Fields{"name": "staff", "title": Fields{"zh-CN": "员工人数"}, "type": "integer"},
			Fields{"name": "tag_size", "title": Fields{"zh-CN": "企业规模"}, "type": "choice", "open": true, "readonly": true, "tag_dimension": "company_size"})
		size := Definition{Kind: "tag_dimension", Name: "company_size", Title: map[string]string{"zh-CN": "企业规模"}, Spec: Fields{
			"object": "lead", "field": "tag_size",
			"values": []Fields{{"value": "大型"}, {"value": "中小"}},
			"rules": []Fields{{"value": "大型", "when": Fields{"any": []Fields{
				{"field": "staff", "op": "gte", "value": 1000},
				{"field": "company", "op": "contains", "value": "集团"},
			}}}},
			"otherwise": "中小",
		}}
		before := director.Definition(t, "object", "lead").Revision
		director.Publish(t, lead, size)

		for _, c := range []struct {
			fields Fields
			want   string
		}{
			{Fields{"company": "康宁医院", "staff": 1000}, "大型"},
			{Fields{"company": "康宁医院", "staff": "999"}, "中小"},
			{Fields{"company": "百川集团"}, "大型"},
		} {
			if got := admin.Create(t, "lead", c.fields).Tag("company_size"); got != c.want {
				t.Errorf("%v: 企业规模 %q, want %q", c.fields, got, c.want)
			}
		}
		Eventually(t, time.Minute, "the standing leads carry the dimension", func() bool {
			return admin.Record(t, "lead", group.ID()).Tag("company_size") == "大型" && admin.Record(t, "lead", small.ID()).Tag("company_size") == "中小"
		})
		if got := admin.List(t, "lead", Fields{"field": "tag_size", "op": "eq", "value": "大型"}, ""); len(got) != 3 {
			t.Errorf("%d leads are 大型, want 3", len(got))
		}
		if why := admin.Explain(t, "lead", group.ID()).Tags["company_size"]; why.Value != "大型" || why.Title != "企业规模" {
			t.Errorf("why: %+v", why)
		}
		if other := admin.Record(t, "lead", group.ID()); other.Tag("industry") != "教育" {
			t.Errorf("the other tags after it: %v", other["tags"])
		}

		director.Undo(t, before)
		if got := admin.Create(t, "lead", Fields{"company": "德润集团"}); got.Tag("company_size") != "" {
			t.Errorf("the undone dimension still gives %q", got.Tag("company_size"))
		}
	})
}

// A rule that names a missing field is refused with the place, the reason and the nearest name, and changes nothing; a rep may not at all.
func TestWrongAndForeignTagRulesAreRefused(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		director := admin.Hire(t, "chenli", "director", "root", nil)
		rep := admin.Rep(t, "linxiao", nil)
		shipped := director.Definition(t, "tag_dimension", "grade")
		wrong := shipped
		wrong.Spec = Fields{"object": "lead", "field": "tag_grade", "values": []Fields{{"value": "A"}, {"value": "C"}},
			"rules":     []Fields{{"value": "A", "when": Fields{"all": []Fields{{"field": "tag_budgt", "op": "eq", "value": ">20万"}}}}},
			"otherwise": "C"}
		saved := director.Draft(t, wrong)
		if len(saved.Problems) != 1 {
			t.Fatalf("problems of the draft: %+v", saved.Problems)
		}
		p := saved.Problems[0]
		if p.Kind != "tag_dimension" || p.Name != "grade" || p.Pointer != "/spec/rules/0/when/all/0/field" || p.Code != "unknown_field" || p.Message == "" || !strings.Contains(p.Hint, "tag_budget") {
			t.Errorf("problem %+v, want the place, the reason and tag_budget", p)
		}
		refused := director.Do(t, http.MethodPost, path("/revisions"), Fields{"note": "改分级"}).Problem(t, http.StatusUnprocessableEntity, "")
		if len(refused.Errors) != 1 || refused.Errors[0].Name != "grade" || refused.Errors[0].Pointer != p.Pointer || !strings.Contains(refused.Errors[0].Hint, "tag_budget") {
			t.Errorf("publishing it: %+v", refused)
		}
		if now := director.Definition(t, "tag_dimension", "grade"); now.Revision != shipped.Revision {
			t.Errorf("revision %d after the refusal, want %d", now.Revision, shipped.Revision)
		}
		if lead := admin.Create(t, "lead", Fields{"budget": "30万"}); lead.Tag("grade") != "A" {
			t.Errorf("the next lead is graded %q, want A", lead.Tag("grade"))
		}

		rep.Do(t, http.MethodPut, path("/definitions/tag_dimension/budget"), Fields{"title": shipped.Title, "spec": shipped.Spec}).Problem(t, http.StatusForbidden, "")
		rep.Do(t, http.MethodPost, path("/revisions"), Fields{}).Problem(t, http.StatusForbidden, "")
		rep.Do(t, http.MethodPost, path("/revisions/%d/restore", shipped.Revision), Fields{}).Problem(t, http.StatusForbidden, "")
	})
}
