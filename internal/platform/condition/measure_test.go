package condition

import (
	"encoding/json"
	"strings"
	"testing"

	"baton/internal/platform/store"
)

const winRate = `{"all":[{"measure":"win_rate","for":{"owner":{"ref":"candidate.id"},"industry":{"ref":"seed.industry"}},"period":{"last":30,"unit":"day"},"op":"gt","value":0.65},{"measure":"open_todos","for":{"owner":{"ref":"candidate.id"}},"op":"lt","value":{"ref":"candidate.cap"}}]}`

func measureScope(t testing.TB, w *world) Scope {
	s := w.scope(t)
	s.Measures = func(name string) (Measure, bool) {
		m, ok := map[string]Measure{
			"win_rate":   {Name: "win_rate", Title: "胜率", Dims: []string{"owner", "industry"}, DimTitles: map[string]string{"owner": "负责人", "industry": "行业"}, Unit: "ratio"},
			"open_todos": {Name: "open_todos", Title: "未完成待办", Dims: []string{"owner"}, DimTitles: map[string]string{"owner": "负责人"}, Unit: "count"},
			"won_amount": {Name: "won_amount", Title: "成交额", Dims: []string{"owner"}, Unit: "money"},
		}[name]
		return m, ok
	}
	return s
}

func TestMeasureBindsAndCompares(t *testing.T) {
	t.Parallel()
	w, e := readVectors(t).world(t)
	c := mustCompile(t, mustParse(t, []byte(winRate)), measureScope(t, w))
	if got, want := c.Words(), "胜率（近30天，行业为来源线索的行业，负责人为候选人）大于 65%，且未完成待办（负责人为候选人）小于 候选人的上限"; got != want {
		t.Errorf("words %s", got)
	}
	for _, x := range []struct {
		won, decided, todos int
		passed              bool
		seen                string
	}{
		{66, 100, 7, true, "66% 7"}, {65, 100, 7, false, "65% 7"}, {66, 100, 8, false, "66% 8"}, {13, 20, 7, false, "65% 7"}, {2, 3, 0, true, "66.67% 0"}, {0, 0, 7, false, "— 7"},
	} {
		e.Row = w.byID["person/p1"]
		e.Measure = func(m *MeasureUse, keys map[string]any) (float64, bool) {
			if keys["owner"] != "p1" {
				t.Errorf("owner %v", keys["owner"])
			}
			if m.Name == "open_todos" {
				return float64(x.todos), true
			}
			if keys["industry"] != "教育" || m.Period == nil || m.Period.Last != 30 || m.Measure.Unit != "ratio" {
				t.Errorf("asked %+v %v", m, keys)
			}
			return float64(x.won) / float64(x.decided), x.decided > 0
		}
		ok, err := c.Match(e)
		if err != nil || ok != x.passed {
			t.Errorf("%d/%d, %d: %v %v", x.won, x.decided, x.todos, ok, err)
		}
		tr, err := c.Explain(e)
		if err != nil {
			t.Fatal(err)
		}
		if seen := tr.Children[0].Seen + " " + tr.Children[1].Seen; tr.Passed != x.passed || seen != x.seen {
			t.Errorf("%d/%d, %d: explained %v %s", x.won, x.decided, x.todos, tr.Passed, seen)
		}
	}
	for _, d := range []store.Dialect{store.SQLite, store.Postgres} {
		if _, _, err := c.SQL(d, "l", e); err == nil || !strings.Contains(err.Error(), "win_rate") {
			t.Errorf("SQL of a measure: %v", err)
		}
	}
	if n := len(c.Measures()); n != 2 {
		t.Errorf("%d measures", n)
	}
}

func TestMeasureWithoutFigureNeverPasses(t *testing.T) {
	t.Parallel()
	w, e := readVectors(t).world(t)
	for _, leaf := range []string{
		`{"measure":"win_rate","for":{"owner":"p1"},"op":"ne","value":0.5}`,
		`{"measure":"win_rate","for":{"owner":"p1"},"op":"between","value":[null,1]}`,
		`{"measure":"win_rate","for":{"owner":"p1"},"op":"lte","value":"100%"}`,
	} {
		c := mustCompile(t, mustParse(t, []byte(leaf)), measureScope(t, w))
		e.Measure = func(*MeasureUse, map[string]any) (float64, bool) { return 0, false }
		if ok, err := c.Match(e); ok || err != nil {
			t.Errorf("%s passes without a figure: %v", leaf, err)
		}
		e.Measure = func(*MeasureUse, map[string]any) (float64, bool) { return 0.6, true }
		if ok, err := c.Match(e); !ok || err != nil {
			t.Errorf("%s does not pass at 0.6: %v", leaf, err)
		}
		e.Measure = nil
		if _, err := c.Match(e); err == nil {
			t.Errorf("%s: no error without Env.Measure", leaf)
		}
	}
	c := mustCompile(t, mustParse(t, []byte(`{"measure":"win_rate","for":{"industry":{"ref":"seed.customer.name"}},"op":"gte","value":0}`)), measureScope(t, w))
	e.Refs["seed"] = w.byID["lead/l4"]
	e.Measure = func(*MeasureUse, map[string]any) (float64, bool) { t.Error("asked with an empty key"); return 1, true }
	if ok, _ := c.Match(e); ok {
		t.Error("an empty binding passes")
	}
}

func TestExplainShowsEveryNode(t *testing.T) {
	t.Parallel()
	w, e := readVectors(t).world(t)
	c := mustCompile(t, mustParse(t, []byte(`{"any":[{"all":[{"field":"industry","op":"eq","value":"教育"},{"field":"budget","op":"between","value":[50000,200000]}]},{"none":[{"field":"customer.name","op":"empty"}]},{"some":{"relation":"opportunities","where":{"field":"stage","op":"eq","value":"签约"}}},{"field":"region","op":"under","value":"浙江"}]}`)), w.scope(t))
	for id, want := range map[string]string{
		"l1": `{"kind":"any","passed":true,"text":"以下至少一项成立","children":[{"kind":"all","passed":true,"text":"以下全部成立","children":[{"kind":"leaf","passed":true,"text":"行业是教育","seen":"教育"},{"kind":"leaf","passed":true,"text":"预算在 5万 到 20万 之间","seen":"¥5万"}]},{"kind":"none","passed":true,"text":"以下都不成立","children":[{"kind":"leaf","passed":false,"text":"客户的名称为空","seen":"启明学校"}]},{"kind":"some","passed":true,"text":"至少有一条商机满足（阶段是签约）","seen":"2 条，1 条符合","children":[{"kind":"leaf","passed":true,"text":"阶段是签约","seen":"签约"}]},{"kind":"leaf","passed":true,"text":"地区在浙江范围内","seen":"浙江 杭州"}]}`,
		"l4": `{"kind":"any","passed":false,"text":"以下至少一项成立","children":[{"kind":"all","passed":false,"text":"以下全部成立","children":[{"kind":"leaf","passed":false,"text":"行业是教育","seen":"—"},{"kind":"leaf","passed":false,"text":"预算在 5万 到 20万 之间","seen":"—"}]},{"kind":"none","passed":false,"text":"以下都不成立","children":[{"kind":"leaf","passed":true,"text":"客户的名称为空","seen":"—"}]},{"kind":"some","passed":false,"text":"至少有一条商机满足（阶段是签约）","seen":"—"},{"kind":"leaf","passed":false,"text":"地区在浙江范围内","seen":"—"}]}`,
	} {
		e.Row = w.byID["lead/"+id]
		tr, err := c.Explain(e)
		if err != nil {
			t.Fatal(err)
		}
		if raw, _ := json.Marshal(tr); string(raw) != want {
			t.Errorf("%s\n got %s\nwant %s", id, raw, want)
		}
	}
}
