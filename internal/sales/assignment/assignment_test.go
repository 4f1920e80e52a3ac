package assignment

import (
	"context"
	"strings"
	"testing"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

func TestShippedEdges(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, url string) {
		w := open(t, url)
		w.people(t, map[string]map[string]any{"a": nil})
		got := func(name, want string) *Explanation {
			t.Helper()
			row := w.lead(t, education())
			if row.Owner() != want {
				t.Errorf("%s: owner %q, want %q", name, row.Owner(), want)
			}
			return w.explain(t, row)
		}
		seen := func(x *Explanation) []string {
			var out []string
			for _, c := range x.Branches[0].Candidates[0].Checks {
				out = append(out, c.Seen)
			}
			return out
		}
		x := got("nothing decided", "")
		if s := seen(x); s[0] != "—" || s[1] != "0" || x.Reason != NotGood {
			t.Errorf("nothing decided: saw %v, reason %q", s, x.Reason)
		}
		w.decided(t, "a", "医疗", 10, 0, 1)
		w.decided(t, "a", "教育", 20, 0, 30) // the day before the window
		x = got("decided in another industry, or 31 days ago", "")
		if s := seen(x); s[0] != "—" {
			t.Errorf("outside the question: saw %v", s)
		}
		w.decided(t, "a", "教育", 13, 7, 29)
		x = got("65 % exactly", "")
		if s := seen(x); s[0] != "65%" || x.Branches[0].Candidates[0].Passed {
			t.Errorf("65 %%: saw %v", s)
		}
		w.decided(t, "a", "教育", 20, 10, 0)
		w.todos(t, "a", 8)
		x = got("66 % with 8", "")
		if s := seen(x); s[0] != "66%" || s[1] != "8" || x.Reason != AllFull || x.Decision != "pool" {
			t.Errorf("66 %% with 8: saw %v, reason %q", s, x.Reason)
		}
		w.must(t, record.Write{Op: record.Update, Object: "task", ID: w.anyTask(t, "a"), Values: map[string]any{"status": "done"}})
		x = got("66 % with 7", "a")
		c := x.Branches[0].Candidates[0]
		if x.Decision != "assigned" || x.Person.Name != "销售a" || !c.Chosen || c.Checks[0].Seen != "66%" || c.Checks[1].Seen != "7" || c.Checks[0].Label != "近30天成交率" || c.Note != "未完成待办最少（7）" {
			t.Errorf("66 %% with 7: %+v, %+v", x, c)
		}
		if n := w.tasks(t, "a"); n != 8 {
			t.Errorf("%d open tasks after the assignment, want 8", n)
		}
	})
}

func (w *world) anyTask(t testing.TB, owner string) (id string) {
	t.Helper()
	if err := w.db.QueryRow(context.Background(), `SELECT id FROM o_task WHERE owner = ? AND f_status = 'open' ORDER BY id LIMIT 1`, owner).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAssignmentLeavesItsTraces(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, url string) {
		w := open(t, url)
		ctx := context.Background()
		w.people(t, map[string]map[string]any{"a": nil})
		w.decided(t, "a", "教育", 2, 0, 0)
		row := w.lead(t, education())
		at, ok := row.Int("assigned_at")
		if created, _ := row.Int("created_at"); !ok || at != created || row.Get("pool_reason") != nil {
			t.Errorf("assigned_at %d, created_at %d, pool_reason %v", at, created, row.Get("pool_reason"))
		}
		var title, kind, lead string
		var due int64
		if err := w.db.QueryRow(ctx, `SELECT f_title, f_kind, f_lead, f_due_at FROM o_task WHERE owner = 'a'`).Scan(&title, &kind, &lead, &due); err != nil {
			t.Fatal(err)
		}
		if title != "首次联系：温州小学" || kind != "首次联系" || lead != row.ID() || due != at+72*3600*1000 {
			t.Errorf("task %q %q for %s, due %d", title, kind, lead, due-at)
		}
		// A lead that nobody suits waits with its reason and its clock, until somebody claims it.
		row = w.lead(t, map[string]any{"company": "某某公司", "tag_industry": "零售"})
		if row.Owner() != "" || row.Text("pool_reason") != NoBranch {
			t.Errorf("unmatched: owner %q, reason %q", row.Owner(), row.Text("pool_reason"))
		}
		ts, err := w.timers.List(ctx, w.db, "lead", row.ID())
		if err != nil || len(ts) != 1 || ts[0].Kind != DeadlineKind || ts[0].Due-ts[0].StartedAt != 30*60*1000 || ts[0].State != 0 {
			t.Fatalf("timers %+v, %v", ts, err)
		}
		if due, _ := row.Int("due_at"); due != ts[0].Due {
			t.Errorf("due_at %d, the pool's clock ends at %d", due, ts[0].Due)
		}
		who := &actor.Actor{Kind: actor.Person, ID: "a", Name: "销售a"}
		_, err = w.writer.Do(ctx, store.Interactive, record.Request{Actor: who, Origin: incoming, Writes: []record.Write{{Op: record.Update, Object: "lead", ID: row.ID(), What: "claim", Values: map[string]any{"owner": "a"}}}})
		if err != nil {
			t.Fatal(err)
		}
		if ts, err = w.timers.List(ctx, w.db, "lead", row.ID()); err != nil || ts[0].State == 0 {
			t.Errorf("the pool's clock runs on: %+v, %v", ts, err)
		}
		if n := w.tasks(t, "a"); n != 2 {
			t.Errorf("%d tasks after the claim, want 2", n)
		}
		x := w.explain(t, row)
		if x.Decision != "manual" || x.Text != "销售a从公海认领" {
			t.Errorf("claim: %+v", x)
		}
	})
}

func TestHandsExplained(t *testing.T) {
	t.Parallel()
	w := open(t, sqlite(t))
	ctx := context.Background()
	w.people(t, map[string]map[string]any{"a": nil, "b": nil})
	boss := &actor.Actor{Kind: actor.System, Name: "王主管"}
	do := func(o record.Origin, wr record.Write) string {
		t.Helper()
		wr.Object = "lead"
		out, err := w.writer.Do(ctx, store.Interactive, record.Request{Actor: boss, Origin: o, Writes: []record.Write{wr}})
		if err != nil {
			t.Fatal(err)
		}
		return w.explain(t, out[0].Row).Text + "|" + out[0].Row.ID()
	}
	text, id, _ := strings.Cut(do(incoming, record.Write{Op: record.Create, Values: map[string]any{"company": "甲", "owner": "a"}}), "|")
	if text != "王主管在录入时指定给销售a" {
		t.Error(text)
	}
	w.clock.Shift(time.Second) // decisions of one instant replace each other
	text, _, _ = strings.Cut(do(incoming, record.Write{Op: record.Update, ID: id, Note: "休假", Values: map[string]any{"owner": "b"}}), "|")
	if text != "王主管从销售a转给销售b：休假" {
		t.Error(text)
	}
	w.clock.Shift(2 * time.Second)
	text, _, _ = strings.Cut(do(incoming, record.Write{Op: record.Update, ID: id, Note: "超时未联系", Values: map[string]any{"owner": nil}}), "|")
	if text != "回到公海：超时未联系（原负责人销售b）" {
		t.Error(text)
	}
	ts, err := w.timers.List(ctx, w.db, "lead", id)
	if err != nil || len(ts) != 0 {
		t.Errorf("the clock from intake to owner runs again after a return: %+v, %v", ts, err)
	}
	past := record.Origin{Kind: "import", Engine: true}
	text, _, _ = strings.Cut(do(past, record.Write{Op: record.Create, Values: map[string]any{"company": "乙", "owner": "a"}}), "|")
	if text != "写入时已指定负责人" {
		t.Error(text)
	}
	text, id, _ = strings.Cut(do(past, record.Write{Op: record.Create, Values: education()}), "|")
	if text != "写入时没有要求自动分配，也没有人认领" {
		t.Error(text)
	}
	if row, err := w.reader.Get(ctx, boss, "lead", id); err != nil || row.Owner() != "" || w.tasks(t, "a") != 1 {
		t.Errorf("an import without assignment gave %q, %v, and a task beside the first lead's", row.Owner(), err)
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	w := open(t, sqlite(t))
	w.must(t,
		record.Write{Op: record.Create, Object: "org_unit", ID: "east", Values: map[string]any{"name": "华东", "kind": "region", "provinces": []any{"cn.33", "cn.31"}}},
		record.Write{Op: record.Create, Object: "org_unit", ID: "team", Values: map[string]any{"name": "一组", "kind": "team", "parent": "east"}},
		record.Write{Op: record.Create, Object: "org_unit", ID: "south", Values: map[string]any{"name": "华南", "kind": "region", "provinces": []any{"cn.44"}}})
	// In the evening there is nobody at work but those whose hours say so.
	w.clock.Shift(time.Until(time.Date(2026, 11, 24, 21, 0, 0, 0, w.env.Zone)))
	today := w.clock.Now().In(w.env.Zone).Format("2006-01-02")
	w.people(t, map[string]map[string]any{
		"east":   {"unit": "team", "rank": "高级", "product_lines": []any{"云课堂", "设备维保"}},
		"south":  {"unit": "south", "rank": "资深", "product_lines": []any{"云课堂"}},
		"junior": {"rank": "初级"},
		"leave":  {"rank": "资深", "leave_from": today, "leave_until": today},
		"night":  {"rank": "资深", "work_from": 0, "work_until": 1},
		"gone":   {"rank": "资深", "active": false},
		"boss":   {"rank": "资深", "roles": "lead"},
	})
	for _, c := range []struct {
		name, candidates string
		lead             map[string]any
		left             string
		excluded         map[string]int
	}{
		{"nobody but active reps", `{}`, nil, "east junior leave night south", nil},
		{"a city in a province", `{"region":true}`, map[string]any{"region": "浙江 杭州"}, "east junior leave night", map[string]int{"region": 1}},
		{"another region", `{"region":true}`, map[string]any{"region": "广东"}, "junior leave night south", map[string]int{"region": 1}},
		{"no region", `{"region":true}`, nil, "east junior leave night south", nil},
		{"a place nobody knows", `{"region":true}`, map[string]any{"region": "火星基地"}, "east junior leave night south", nil},
		{"a country only", `{"region":true}`, map[string]any{"region": "中国"}, "east junior leave night south", nil},
		{"product line", `{"product_line":true}`, map[string]any{"product_line": "设备维保"}, "east junior leave night", map[string]int{"product_line": 1}},
		{"no product line", `{"product_line":true}`, nil, "east junior leave night south", nil},
		{"rank", `{"min_rank":"高级"}`, nil, "east leave night south", map[string]int{"rank": 1}},
		{"leave", `{"leave":true}`, nil, "east junior night south", map[string]int{"leave": 1}},
		{"hours", `{"hours":true}`, nil, "", map[string]int{"hours": 5}},
		{"a person's field", `{"where":{"field":"rank","op":"eq","value":"资深"}}`, nil, "leave night south", nil},
		{"the record's field", `{"where":{"field":"product_lines","op":"contains","value":{"ref":"lead.product_line"}}}`, map[string]any{"product_line": "设备维保"}, "east", nil},
	} {
		w.publish(t, policy(t, `{"name":"only","title":"唯一","candidates":`+c.candidates+`,"strategy":"round_robin"}`))
		x := w.explain(t, w.lead(t, c.lead))
		b := x.Branches[0]
		var left []string
		for _, p := range b.Candidates {
			if p.Passed {
				left = append(left, p.Person.ID)
			}
		}
		excluded := map[string]int{}
		for _, e := range b.Excluded {
			excluded[e.Filter] = e.Count
		}
		if got := strings.Join(left, " "); got != c.left || b.Considered != 5 || len(excluded) != len(c.excluded) {
			t.Errorf("%s: left %q of %d, excluded %v; want %q, %v", c.name, got, b.Considered, excluded, c.left, c.excluded)
		}
		for f, n := range c.excluded {
			if excluded[f] != n {
				t.Errorf("%s: %s excluded %d, want %d", c.name, f, excluded[f], n)
			}
		}
	}
}

func TestBranchesInOrder(t *testing.T) {
	t.Parallel()
	w := open(t, sqlite(t))
	w.people(t, map[string]map[string]any{"a": {"rank": "高级"}, "b": {"rank": "初级"}})
	w.publish(t, policy(t, `
		{"name":"rest","title":"兜底","fallback":true,"candidates":{},"strategy":"round_robin"},
		{"name":"nested","title":"嵌套","when":{"all":[{"field":"tag_industry","op":"eq","value":"医疗"},{"any":[{"field":"budget","op":"gte","value":200000},{"field":"tag_source","op":"eq","value":"展会扫码"}]}]},"candidates":{"min_rank":"高级"},"strategy":"round_robin"},
		{"name":"nobody","title":"没有人","when":{"field":"tag_industry","op":"eq","value":"制造"},"candidates":{"min_rank":"资深"},"strategy":"round_robin"}`))
	for _, c := range []struct {
		name   string
		lead   map[string]any
		branch string
		asked  int
	}{
		{"all of any: budget", map[string]any{"tag_industry": "医疗", "budget": 200000}, "nested", 1},
		{"all of any: source", map[string]any{"tag_industry": "医疗", "tag_source": "展会扫码"}, "nested", 1},
		{"neither", map[string]any{"tag_industry": "医疗", "budget": 199999}, "rest", 3},
		{"a branch without candidates leaves it to the fallback", map[string]any{"tag_industry": "制造"}, "rest", 3},
	} {
		x := w.explain(t, w.lead(t, c.lead))
		last := x.Branches[len(x.Branches)-1]
		if !last.Chosen || last.Name != c.branch || len(x.Branches) != c.asked {
			t.Errorf("%s: %d branches asked, the last %+v", c.name, len(x.Branches), last)
		}
	}
	x := w.explain(t, w.lead(t, map[string]any{"tag_industry": "医疗", "budget": "25万"}))
	if tr := x.Branches[0].Conditions; !tr.Passed || len(tr.Children) != 2 || tr.Children[1].Children[0].Seen != "¥25万" || tr.Children[1].Children[1].Passed || tr.Children[1].Children[1].Seen != "—" {
		t.Errorf("trace %+v", tr)
	}
	if !strings.HasPrefix(x.Text, "分给销售a：符合分支“嵌套”，按“轮询”选出") {
		t.Error(x.Text)
	}
}

func TestOldDecisionsKeepTheirWords(t *testing.T) {
	t.Parallel()
	w := open(t, sqlite(t))
	w.people(t, map[string]map[string]any{"a": nil})
	w.decided(t, "a", "教育", 2, 0, 0)
	row := w.lead(t, education())
	w.publish(t, policy(t, `{"name":"other","title":"另一个","candidates":{},"strategy":"round_robin"}`))
	w.must(t, record.Write{Op: record.Update, Object: "lead", ID: row.ID(), Values: map[string]any{"budget": "99万"}}, record.Write{Op: record.Delete, Object: "person", ID: "a"})
	w.reload(t)
	x := w.explain(t, row)
	if len(x.Branches) != 1 || x.Branches[0].Name != "education" || x.Branches[0].Conditions.Children[1].Seen != "¥12万" || x.Branches[0].Candidates[0].Person.Name != "销售a" || x.Branches[0].Candidates[0].Checks[0].Seen != "100%" {
		t.Errorf("%+v", x)
	}
	delete(w.past, x.Revision)
	e := &Explainer{DB: w.db, Defs: w.defs, Env: w.env, Directory: w.dir, Records: w.reader}
	x, err := e.Row(context.Background(), actor.TheSystem("test"), row)
	if err != nil || !strings.Contains(x.Text, "此后策略已改动") {
		t.Errorf("without past revisions: %+v, %v", x, err)
	}
}
