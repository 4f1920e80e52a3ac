package tagging

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"baton/internal/platform/definition"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
)

func TestShippedDimensions(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			name, column, want string
			values             map[string]any
		}{
			{"below the band", "tag_budget", "<5万", map[string]any{"budget": "49999.99"}},
			{"lower edge", "tag_budget", "5–20万", map[string]any{"budget": "50000"}},
			{"upper edge", "tag_budget", "5–20万", map[string]any{"budget": "￥200,000"}},
			{"above the band", "tag_budget", ">20万", map[string]any{"budget": "200000.01"}},
			{"as people write", "tag_budget", "5–20万", map[string]any{"budget": "5w"}},
			{"in Chinese numerals", "tag_budget", "5–20万", map[string]any{"budget": "五万"}},
			{"empty", "tag_budget", "未知", nil},
			{"unreadable", "tag_budget", "未知", map[string]any{"budget": "面议"}},
			{"zero", "tag_budget", "<5万", map[string]any{"budget": 0}},
			{"source copied", "tag_source", "展会扫码", map[string]any{"source": "展会扫码"}},
			{"source by another name", "tag_source", "电话呼入", map[string]any{"source": "来电"}},
			{"source of the dimension's own alias", "tag_source", "官网表单", map[string]any{"source": "H5表单"}},
			{"source off the list", "tag_source", "其他", map[string]any{"source": "paid_search"}},
			{"industry stated wins over the name", "tag_industry", "制造", map[string]any{"industry": "制造", "company": "杭州第二中学"}},
			{"industry from the name", "tag_industry", "教育", map[string]any{"company": "杭州第二中学"}},
			{"hospital of a medical college", "tag_industry", "医疗", map[string]any{"company": "浙江医学院附属医院"}},
			{"industry by alias", "tag_industry", "医疗", map[string]any{"industry": "医疗健康"}},
			{"industry unknown", "tag_industry", "其他", map[string]any{"company": "杭州某某公司"}},
			{"grade A by budget", "tag_grade", "A", map[string]any{"budget": "30万"}},
			{"grade A by all three", "tag_grade", "A", map[string]any{"budget": "12万", "company": "温州小学", "source": "展会扫码"}},
			{"grade B", "tag_grade", "B", map[string]any{"budget": "12万"}},
			{"grade B without budget", "tag_grade", "B", map[string]any{"industry": "教育", "source": "电话呼入"}},
			{"grade C", "tag_grade", "C", map[string]any{"budget": "1万", "industry": "教育"}},
		} {
			if got := w.create(t, c.values).Text(c.column); got != c.want {
				t.Errorf("%s: %s = %q, want %q", c.name, c.column, got, c.want)
			}
		}
	})
}

func TestTagsFollowTheirInputs(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		row := w.create(t, map[string]any{"budget": "5万", "company": "某某公司"})
		decisions := func() (n int) {
			if err := w.db.QueryRow(context.Background(), "SELECT COUNT(*) FROM decision WHERE record_id = ?", row.ID()).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := w.explain(t, row)["budget"]
		row = w.write(t, record.Write{Op: record.Update, ID: row.ID(), Values: map[string]any{"note": "回电"}})
		if got := decisions(); got != 1 {
			t.Errorf("a change of no input left %d decisions, want 1", got)
		}
		row = w.write(t, record.Write{Op: record.Update, ID: row.ID(), Values: map[string]any{"budget": "21万"}})
		if row.Text("tag_budget") != ">20万" || row.Text("tag_grade") != "A" {
			t.Errorf("after the budget rose: budget %q, grade %q", row.Text("tag_budget"), row.Text("tag_grade"))
		}
		after := w.explain(t, row)["budget"]
		if before.Value != "5–20万" || after.Value != ">20万" {
			t.Errorf("explained as %v, then %v", before.Value, after.Value)
		}
	})
}

func TestExplanationTellsWhatItSaw(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		row := w.create(t, map[string]any{"budget": "12万", "company": "温州小学", "source": "展会扫码"})
		x := w.explain(t, row)
		if b := x["budget"]; b.Value != "5–20万" || b.Rule != "分档" || b.Seen != "¥12万" || b.Text != "预算 ¥12万，5万 到 20万（含两端），记为“5–20万”" || b.Revision != 1 {
			t.Errorf("budget: %+v", b)
		}
		if i := x["industry"]; i.Value != "教育" || i.Rule != "第 2 条规则" || i.Seen != "—" && !strings.Contains(i.Seen, "温州小学") || len(i.Conditions.Children) != 2 || i.Conditions.Children[0].Passed || !i.Conditions.Children[1].Passed {
			t.Errorf("industry: %+v", i)
		}
		if s := x["source"]; s.Rule != "取字段的值" || s.Text != "来源是“展会扫码”，记为“展会扫码”" {
			t.Errorf("source: %+v", s)
		}
		if g := x["grade"]; g.Value != "A" || g.Rule != "第 1 条规则" || !g.Conditions.Passed {
			t.Errorf("grade: %+v", g)
		}
		// The rule of then is told, with the values of then, after both have changed.
		w.publish(t, redefine(t, "budget", `{"object":"lead","field":"tag_budget","values":[{"value":"少"},{"value":"多"}],"bands":{"field":"budget","edges":[{"value":"少","lte":100000},{"value":"多","gt":100000}]}}`))
		if b := w.explain(t, row)["budget"]; b.Value != "5–20万" || b.Seen != "¥12万" || b.Revision != 1 {
			t.Errorf("budget after a new revision: %+v", b)
		}
	})
}

func TestCheckNamesPlaceAndRemedy(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	for _, c := range []struct{ name, spec, pointer, code, says string }{
		{"look-alike value", `{"object":"lead","field":"tag_industry","values":[{"value":"教育"}],"rules":[{"value":"教肓","when":{"field":"company","op":"contains","value":"学"}}]}`, "/spec/rules/0/value", "unknown_value", "教育"},
		{"unknown otherwise", `{"object":"lead","field":"tag_industry","values":[{"value":"教育"}],"otherwise":"别的"}`, "/spec/otherwise", "unknown_value", "可选"},
		{"unknown object", `{"object":"leed","field":"tag_industry","values":[{"value":"教育"}]}`, "/spec/object", "unknown_object", "lead"},
		{"unknown column", `{"object":"lead","field":"tag_industri","values":[{"value":"教育"}]}`, "/spec/field", "unknown_field", "tag_industry"},
		{"column of another dimension", `{"object":"lead","field":"tag_budget","values":[{"value":"教育"}]}`, "/spec/field", "other_dimension", "budget"},
		{"unknown field in a rule", `{"object":"lead","field":"tag_industry","values":[{"value":"教育"}],"rules":[{"value":"教育","when":{"all":[{"field":"compani","op":"eq","value":"x"}]}}]}`, "/spec/rules/0/when/all/0/field", "unknown_field", "company"},
		{"unknown copied field", `{"object":"lead","field":"tag_industry","values":[{"value":"教育"}],"copy":"industri"}`, "/spec/copy", "unknown_field", "industry"},
		{"overlap at one edge", `{"object":"lead","field":"tag_industry","values":[{"value":"低"},{"value":"高"}],"bands":{"field":"budget","edges":[{"value":"低","lte":50000},{"value":"高","gte":50000}]}}`, "/spec/bands/edges/1", "overlap", "¥5万"},
		{"gap of one fen's width", `{"object":"lead","field":"tag_industry","values":[{"value":"低"},{"value":"高"}],"bands":{"field":"budget","edges":[{"value":"高","gt":50000},{"value":"低","lt":50000}]}}`, "/spec/bands/edges/0", "gap", "¥5万 没有"},
		{"wide gap", `{"object":"lead","field":"tag_industry","values":[{"value":"低"},{"value":"高"}],"bands":{"field":"budget","edges":[{"value":"低","lt":50000},{"value":"高","gte":60000}]}}`, "/spec/bands/edges/1", "gap", "¥5万 到"},
		{"no open end above", `{"object":"lead","field":"tag_industry","values":[{"value":"低"}],"bands":{"field":"budget","edges":[{"value":"低","lt":50000}]}}`, "/spec/bands/edges/0", "gap", "及以上"},
		{"empty band", `{"object":"lead","field":"tag_industry","values":[{"value":"低"}],"bands":{"field":"budget","edges":[{"value":"低","gt":50000,"lt":50000}]}}`, "/spec/bands/edges/0", "empty_band", ""},
		{"bands over text", `{"object":"lead","field":"tag_industry","values":[{"value":"低"}],"bands":{"field":"company","edges":[{"value":"低"}]}}`, "/spec/bands/field", "wrong_type", "公司"},
		{"alias of two values", `{"object":"lead","field":"tag_industry","values":[{"value":"教育","aliases":["学校"]},{"value":"其他","aliases":["学校"]}]}`, "/spec/values/1", "ambiguous", "学校"},
		{"cycle", `{"object":"lead","field":"tag_industry","values":[{"value":"教育"}],"rules":[{"value":"教育","when":{"field":"tag_grade","op":"eq","value":"A"}}]}`, "/spec", "cycle", "行业 → 分级"},
	} {
		var defs []*definition.Definition
		for _, d := range shipped(t) {
			if d.Kind != Kind || d.Name != "industry" {
				defs = append(defs, d)
			}
		}
		_, problems := definition.Build(kinds(env), append(defs, redefine(t, "industry", c.spec)), 1)
		found := false
		for _, p := range problems {
			found = found || p.Name == "industry" && p.Pointer == c.pointer && p.Code == c.code && (strings.Contains(p.Message, c.says) || strings.Contains(p.Hint, c.says))
		}
		if !found {
			t.Errorf("%s: no %s at %s that says %q in %v", c.name, c.code, c.pointer, c.says, problems)
		}
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	snap, problems := definition.Build(kinds(newEnv(t)), shipped(t), 1)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	d, ok := Of(snap, "budget")
	if !ok {
		t.Fatal("no budget dimension")
	}
	want := "“预算”标签：按预算分档：低于 5万记为“<5万”，5万 到 20万（含两端）记为“5–20万”，高于 20万记为“>20万”，为空或读不出的记为“未知”。"
	if got := d.Sentence(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestDecisionReadsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "sqlite:"+t.TempDir()+"/baton.db")
	company := "带\"引号\"和\n换行\\的公司" + strings.Repeat("学", 280)
	row := w.create(t, map[string]any{"company": company, "budget": "-3"})
	var body []byte
	if err := w.db.QueryRow(context.Background(), "SELECT body FROM decision WHERE record_id = ?", row.ID()).Scan(&body); err != nil {
		t.Fatal(err)
	}
	if !json.Valid(body) {
		t.Fatalf("not JSON: %s", body)
	}
	k, err := decode(body)
	if err != nil {
		t.Fatal(err)
	}
	seen, _ := k.Seen["company"].(string)
	if !strings.HasPrefix(company, seen) || len(seen) < longest-3 || len(seen) > longest {
		t.Errorf("kept %d bytes of the company: %q", len(seen), seen)
	}
}

func TestRetagResumes(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		var ids []string
		for i := range 2*pageSize + 30 {
			budget := "3万"
			if i%2 == 0 {
				budget = "8万"
			}
			ids = append(ids, w.create(t, map[string]any{"budget": budget}).ID())
		}
		r := NewRetagger(w.writer, w.reader)
		if err := r.CatchUp(ctx); err != nil {
			t.Fatal(err)
		}
		w.publish(t, redefine(t, "budget", `{"object":"lead","field":"tag_budget","values":[{"value":"<5万"},{"value":">5万"}],"bands":{"field":"budget","edges":[{"value":"<5万","lt":50000},{"value":">5万","gte":50000}]}}`))
		// Begin and one page, then another process goes on.
		for range 2 {
			if _, err := r.step(ctx, "lead"); err != nil {
				t.Fatal(err)
			}
		}
		ps, err := r.Progress(ctx)
		if err != nil || len(ps) != 1 || !ps[0].Running || ps[0].Done != pageSize {
			t.Fatalf("after one page: %+v, %v", ps, err)
		}
		// What comes meanwhile carries the new tags already: the pass ends with the page that holds the last record that stood.
		for range 2 * pageSize {
			w.create(t, map[string]any{"budget": "9万"})
		}
		if err := NewRetagger(w.writer, w.reader).CatchUp(ctx); err != nil {
			t.Fatal(err)
		}
		ps, err = r.Progress(ctx)
		if err != nil || ps[0].Running || ps[0].Done != 3*pageSize || ps[0].Changed != int64(len(ids)/2) {
			t.Fatalf("at the end: %+v, %v", ps, err)
		}
		for i, id := range ids {
			row, err := w.reader.Get(ctx, actorOf(), "lead", id)
			if err != nil {
				t.Fatal(err)
			}
			want, version := "<5万", int64(1)
			if i%2 == 0 {
				want, version = ">5万", 2
			}
			if v, _ := row.Int("version"); row.Text("tag_budget") != want || v != version {
				t.Fatalf("lead %d: %q, version %d; want %q, %d", i, row.Text("tag_budget"), v, want, version)
			}
		}
	})
}

func TestRemovedValueIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "sqlite:"+t.TempDir()+"/baton.db")
	_, err := w.defs.Publish(context.Background(), actorOf(), "", []*definition.Definition{redefine(t, "budget", `{"object":"lead","field":"tag_budget","values":[{"value":"x"}],"otherwise":"y"}`)}, nil)
	if p := problem.As(err); p == nil || p.Code != "definitions_invalid" {
		t.Fatalf("published with %v", err)
	}
}
