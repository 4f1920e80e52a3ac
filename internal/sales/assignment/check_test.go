package assignment

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

func TestCheckNamesPlaceAndRemedy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, spec, pointer, code, says string }{
		{"unknown object", `{"object":"leed","branches":[]}`, "/spec/object", "unknown_object", "lead"},
		{"no branches", `{"object":"lead","branches":[]}`, "/spec/branches", "no_branches", ""},
		{"unknown key", `{"object":"lead","brunches":[]}`, "/spec/brunches", "unknown_field", "branches"},
		{"unknown strategy", `{"object":"lead","branches":[{"name":"a","candidates":{},"strategy":"random"}]}`, "/spec/branches/0/strategy", "unknown_strategy", "round_robin"},
		{"two of one name", `{"object":"lead","branches":[{"name":"a","candidates":{},"strategy":"weighted"},{"name":"a","candidates":{},"strategy":"weighted"}]}`, "/spec/branches/1/name", "duplicate", "a"},
		{"unknown field deep in a condition", `{"object":"lead","branches":[{"name":"a","when":{"any":[{"all":[{"field":"budgte","op":"gt","value":1}]}]},"candidates":{},"strategy":"weighted"}]}`, "/spec/branches/0/when/any/0/all/0/field", "unknown_field", "budget"},
		{"unknown rank", `{"object":"lead","branches":[{"name":"a","candidates":{"min_rank":"特级"},"strategy":"weighted"}]}`, "/spec/branches/0/candidates/min_rank", "unknown_value", "高级"},
		{"unknown measure", `{"object":"lead","branches":[{"name":"a","candidates":{"where":{"measure":"win_rat","op":"gt","value":0.5}},"strategy":"weighted"}]}`, "/spec/branches/0/candidates/where/measure", "unknown_measure", "win_rate"},
		{"not about the candidate", `{"object":"lead","branches":[{"name":"a","candidates":{"where":{"all":[{"measure":"open_todos","op":"lt","value":8}]}},"strategy":"weighted"}]}`, "/spec/branches/0/candidates/where/all/0/for", "not_the_candidate", "候选人"},
		{"unknown ref", `{"object":"lead","branches":[{"name":"a","candidates":{"where":{"measure":"win_rate","for":{"owner":{"ref":"candidate.id"},"industry":{"ref":"leed.industry"}},"op":"gt","value":0.5}},"strategy":"weighted"}]}`, "/spec/branches/0/candidates/where/for/industry", "unknown_ref", "lead"},
		{"counts other records", `{"object":"lead","branches":[{"name":"a","candidates":{"where":{"all":[{"some":{"relation":"task"}}]}},"strategy":"weighted"}]}`, "/spec/branches/0/candidates/where", "reaches_many", "指标"},
		{"unknown calendar", `{"object":"lead","calendar":"c","branches":[{"name":"a","candidates":{},"strategy":"weighted"}]}`, "/spec/calendar", "unknown_calendar", "cn"},
		{"filter without field", `{"object":"customer","branches":[{"name":"a","candidates":{"product_line":true},"strategy":"weighted"}]}`, "/spec/branches/0/candidates/product_line", "unknown_field", "客户"},
	} {
		var defs []*definition.Definition
		for _, d := range shipped(t) {
			if d.Kind != Kind {
				defs = append(defs, d)
			}
		}
		_, problems := definition.Build(kinds(newEnv()), append(defs, &definition.Definition{Kind: Kind, Name: "p", Title: definition.Text{ZH: "策略"}, Spec: json.RawMessage(c.spec)}), 1)
		found := false
		for _, p := range problems {
			found = found || p.Kind == Kind && p.Pointer == c.pointer && p.Code == c.code && (strings.Contains(p.Message, c.says) || strings.Contains(p.Hint, c.says))
		}
		if !found {
			t.Errorf("%s: no %s at %s that says %q in %v", c.name, c.code, c.pointer, c.says, problems)
		}
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	snap, problems := definition.Build(kinds(newEnv()), shipped(t), 1)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	p, _ := definition.Get[*Policy](snap, Kind, "lead_assignment")
	got := p.Sentence()
	for _, want := range []string{"“教育 5–20万”：如果行业标签是教育，且预算在 5万 到 20万 之间，分给负责该地区、产品线相符、不在休假、", "成交率（近30天，", "大于 65%", "未完成待办", "小于 8", "的销售，按“负载最少”选一位；", "“预算未知 兜底”（兜底）", "30 分钟内没有分出去就提醒"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
}

func TestDisabledPolicyAssignsNothing(t *testing.T) {
	t.Parallel()
	w := open(t, sqlite(t))
	w.people(t, map[string]map[string]any{"a": nil})
	w.decided(t, "a", "教育", 2, 0, 0)
	owned := w.lead(t, education())
	w.publish(t, &definition.Definition{Kind: Kind, Name: "lead_assignment", Title: definition.Text{ZH: "线索分配"}, Spec: json.RawMessage(`{"object":"lead","enabled":false,"branches":[{"name":"only","candidates":{},"strategy":"round_robin"}]}`)})
	row := w.lead(t, nil)
	if row.Owner() != "" || row.Get("pool_reason") != nil {
		t.Errorf("owner %q, reason %v", row.Owner(), row.Get("pool_reason"))
	}
	w.must(t, record.Write{Op: record.Update, Object: "lead", ID: owned.ID(), Values: map[string]any{"owner": nil}})
	row, err := w.reader.Get(context.Background(), actor.TheSystem("test"), "lead", owned.ID())
	if err != nil {
		t.Fatal(err)
	}
	if x := w.explain(t, row); x.Decision != "pool" || x.Person != nil || !strings.HasSuffix(x.Text, "；此后改为无人负责") {
		t.Errorf("changed hands while no policy was in force: %+v", x)
	}
}

func TestPolicyServesAnyObject(t *testing.T) {
	t.Parallel()
	w := open(t, sqlite(t))
	w.people(t, map[string]map[string]any{"a": nil})
	w.publish(t,
		&definition.Definition{Kind: "object", Name: "ticket", Title: definition.Text{ZH: "工单"}, Spec: json.RawMessage(`{"title_field":"subject","fields":[{"name":"subject","title":{"zh-CN":"主题"},"type":"text"}]}`)},
		&definition.Definition{Kind: Kind, Name: "tickets", Title: definition.Text{ZH: "工单分配"}, Spec: json.RawMessage(`{"object":"ticket","branches":[{"name":"only","when":{"field":"subject","op":"contains","value":"故障"},"candidates":{},"strategy":"least_loaded"}]}`)})
	out, err := w.writer.Do(context.Background(), store.Interactive, record.Request{Actor: actor.TheSystem("test"), Origin: incoming, Writes: []record.Write{{Op: record.Create, Object: "ticket", Values: map[string]any{"subject": "打印机故障"}}}})
	if err != nil || out[0].Row.Owner() != "a" {
		t.Fatalf("%+v, %v", out, err)
	}
}

func FuzzDecode(f *testing.F) {
	d := &decision{kind: assigned, policy: "p", person: "a", seen: []seenField{{"budget", int64(-5)}, {"industry", "教育"}}, branches: []*tried{{b: &branch{index: 2, figures: make([]figure, 2)}, matched: true, considered: 9, candidates: []*candidate{{rep: &rep{pos: 3}, seen: []seenFigure{{has: true}, {}}, chosen: true}}}}}
	f.Add(d.encode())
	f.Add([]byte{decisionVersion})
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := decode(body)
		if err == nil && len(body) > 0 && bytes.Equal(body[:1], []byte{decisionVersion}) && d == nil {
			t.Fatal("neither decision nor error")
		}
	})
}

func TestDecisionIsSmall(t *testing.T) {
	t.Parallel()
	w := open(t, sqlite(t))
	people := map[string]map[string]any{}
	for i := range 40 {
		people[string(rune('a'+i/10))+string(rune('0'+i%10))] = nil
	}
	w.people(t, people)
	row := w.lead(t, education())
	var n int
	if err := w.db.QueryRow(context.Background(), "SELECT LENGTH(body) FROM decision WHERE record_id = ?", row.ID()).Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n > 40*10+120 {
		t.Errorf("a decision over 40 candidates takes %d bytes", n)
	}
}
