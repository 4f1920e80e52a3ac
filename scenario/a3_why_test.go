package scenario

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// marks reads a trace in one line: ✓ or ✗, and what was seen.
func (x *Trace) marks() string {
	if x == nil {
		return ""
	}
	s := map[bool]string{true: "✓", false: "✗"}[x.Passed]
	if len(x.Children) == 0 {
		return s + x.Seen
	}
	var list []string
	for i := range x.Children {
		list = append(list, x.Children[i].marks())
	}
	return s + "(" + strings.Join(list, " ") + ")"
}

// An assigned lead tells every branch and candidate with what was seen, in the same words after the world has moved on: leave, counters,
// the lead itself, the policy, even the people.
func TestWhyStaysAsSeen(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		now := At(t, tuesday)
		s := Start(t, Options{DB: db, Now: now})
		admin := s.Admin(t)
		linxiao, zhaoqian, qianfeng := admin.Rep(t, "linxiao", nil), admin.Rep(t, "zhaoqian", nil), admin.Rep(t, "qianfeng", nil)
		away := admin.Rep(t, "away", Fields{"leave_from": "2026-11-20", "leave_until": "2026-11-30"})
		admin.Decided(t, linxiao.User.ID, "教育", 33, 17, now.AddDate(0, 0, -3))
		admin.Decided(t, zhaoqian.User.ID, "教育", 4, 1, now.AddDate(0, 0, -3))
		admin.Todos(t, linxiao.User.ID, 7)
		admin.Todos(t, zhaoqian.User.ID, 8)
		lead := admin.Create(t, "lead", Fields{"company": "温州小学", "industry": "教育", "budget": "12万"})
		waiting := admin.Create(t, "lead", Fields{"company": "杭州中学", "industry": "教育", "budget": "¥50,000"})

		why := admin.Explain(t, "lead", lead.ID()).Owner
		if why.Decision != "assigned" || why.Person == nil || why.Person.ID != linxiao.User.ID || why.Policy == nil || why.Policy.Title != "线索分配" || !instant(t, why.At).Equal(instant(t, lead.Text("assigned_at"))) {
			t.Fatalf("assigned: %+v", why)
		}
		if want := "分给linxiao：符合分支“教育 5–20万”，按“负载最少”选出，未完成待办最少（7）"; why.Text != want {
			t.Errorf("in a sentence: %q, want %q", why.Text, want)
		}
		b := why.Branch(t, "education")
		if len(why.Branches) != 1 || !b.Matched || !b.Chosen || b.Conditions.marks() != "✓(✓教育 ✓¥12万)" || b.Considered != 4 || fmt.Sprint(b.Excluded) != "[{leave 正在休假 1}]" {
			t.Errorf("its branch: %+v, %s", b, b.Conditions.marks())
		}
		for who, want := range map[*Client]string{
			linxiao:  "近30天成交率 66%✓ 未完成待办 7✓",
			zhaoqian: "近30天成交率 80%✓ 未完成待办 8✗",
			qianfeng: "近30天成交率 —✗ 未完成待办 0✓",
			away:     "no candidate",
		} {
			c := b.Candidate(who.User.ID)
			if got := strings.TrimSpace(c.Seen()); got != want || c != nil && (c.Chosen != (who == linxiao) || c.Passed != (who == linxiao)) {
				t.Errorf("%s: %q, %+v; want %q", who.User.Name, got, c, want)
			}
		}
		pooled := admin.Explain(t, "lead", waiting.ID()).Owner
		if e := pooled.Branch(t, "education"); pooled.Decision != "pool" || pooled.Reason != "候选已满" || !e.Matched || e.Chosen || strings.TrimSpace(e.Candidate(linxiao.User.ID).Seen()) != "近30天成交率 66%✓ 未完成待办 8✗" {
			t.Errorf("pooled: %+v", pooled)
		}
		if o := pooled.Branch(t, "others"); o.Matched || o.Conditions.marks() != "✗(✓¥5万 ✗(✓(✓教育 ✓¥5万)))" || len(o.Candidates) != 0 {
			t.Errorf("a branch that did not match: %+v, %s", o, o.Conditions.marks())
		}
		if len(pooled.Branches) != 5 {
			t.Errorf("pooled: %d branches told, want all five", len(pooled.Branches))
		}
		tags := admin.Explain(t, "lead", lead.ID()).Tags

		admin.Change(t, "person", admin.Record(t, "person", linxiao.User.ID), Fields{"leave_from": "2026-11-24", "leave_until": "2026-12-24"})
		admin.Change(t, "person", admin.Record(t, "person", away.User.ID), Fields{"leave_from": nil, "leave_until": nil})
		admin.Todos(t, linxiao.User.ID, 5)
		admin.Decided(t, zhaoqian.User.ID, "教育", 0, 20, now.AddDate(0, 0, -1))
		admin.Decided(t, qianfeng.User.ID, "教育", 9, 0, now.AddDate(0, 0, -1))
		admin.Do(t, http.MethodDelete, path("/objects/person/records/%s", qianfeng.User.ID), nil).OK(t, nil)
		admin.Publish(t, policy(branch("other", "round_robin", nil, Fields{})))
		s.Restart(t)
		if again := admin.Explain(t, "lead", lead.ID()); !reflect.DeepEqual(again.Owner, why) || !reflect.DeepEqual(again.Tags, tags) {
			t.Errorf("afterwards:\n%+v\nwant\n%+v", again, why)
		}
		if again := admin.Explain(t, "lead", waiting.ID()).Owner; !reflect.DeepEqual(again, pooled) {
			t.Errorf("afterwards, of the pooled one:\n%+v\nwant\n%+v", again, pooled)
		}
		admin.Change(t, "lead", admin.Record(t, "lead", lead.ID()), Fields{"budget": "30万"})
		after := admin.Explain(t, "lead", lead.ID())
		if !reflect.DeepEqual(after.Owner, why) || after.Tags["budget"].Value != ">20万" {
			t.Errorf("after the budget changed: the owner %+v, the tag %+v", after.Owner, after.Tags["budget"])
		}
	})
}

// Whoever takes a lead by hand is told as well: claimed, given at the creation, transferred, returned, and by whom.
func TestWhyOfHands(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		ann, bob := admin.Rep(t, "ann", nil), admin.Rep(t, "bob", nil)
		admin.Publish(t, policy(branch("none", "round_robin", Fields{"field": "budget", "op": "gt", "value": 1000000}, Fields{})))
		want := func(id, decision, text string) {
			t.Helper()
			if got := admin.Explain(t, "lead", id).Owner; got.Decision != decision || got.Text != text {
				t.Errorf("%s %q, want %s %q", got.Decision, got.Text, decision, text)
			}
		}
		lead := admin.Create(t, "lead", Fields{"company": "温州小学"})
		want(lead.ID(), "pool", "没有分出去，进入公海：没有匹配的分支")
		ann.Act(t, "lead", lead.ID(), "claim", nil).OK(t, nil)
		want(lead.ID(), "manual", "ann从公海认领")
		ann.Act(t, "lead", lead.ID(), "transfer", Fields{"owner": bob.User.ID, "note": "我去休假"}).OK(t, nil)
		want(lead.ID(), "manual", "ann转给bob：我去休假")
		bob.Act(t, "lead", lead.ID(), "return", Fields{"reason": "不在我的地区"}).OK(t, nil)
		want(lead.ID(), "pool", "回到公海：不在我的地区（原负责人bob）")
		given := admin.Create(t, "lead", Fields{"company": "温州小学", "owner": bob.User.ID})
		want(given.ID(), "manual", "管理员在录入时指定给bob")
	})
}

// Each tag tells the part of its dimension that decided, the conditions tried, and the value seen.
func TestWhyOfTags(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	admin := s.Admin(t)
	lead := admin.Create(t, "lead", Fields{"company": "温州小学", "budget": "12万", "source": "展会"})
	tags := admin.Explain(t, "lead", lead.ID()).Tags
	for dimension, want := range map[string]struct{ value, rule, text, marks string }{
		"budget":   {"5–20万", "分档", "预算 ¥12万，5万 到 20万（含两端），记为“5–20万”", "✓(✗¥12万 ✓¥12万 ✗¥12万)"},
		"source":   {"展会扫码", "取字段的值", "来源是“展会扫码”，记为“展会扫码”", "✓(✓展会扫码)"},
		"industry": {"教育", "第 2 条规则", "", "✓(✗(✓— ✗(✗温州小学 ✗温州小学 ✗温州小学 ✗温州小学 ✗温州小学)) ✓(✓— ✓(✗温州小学 ✓温州小学 ✗温州小学 ✗温州小学 ✗温州小学 ✗温州小学 ✗温州小学 ✗温州小学)))"},
		"grade":    {"A", "第 1 条规则", "", "✓(✓(✗5–20万 ✓(✓5–20万 ✓教育 ✓展会扫码)))"},
	} {
		got := tags[dimension]
		if got.Value != want.value || got.Rule != want.rule || want.text != "" && got.Text != want.text || got.Conditions.marks() != want.marks {
			t.Errorf("%s: %+v, %s; want %+v", dimension, got, got.Conditions.marks(), want)
		}
	}
	bare := admin.Create(t, "lead", Fields{"name": "刘洋", "budget": "面议"})
	if got := admin.Explain(t, "lead", bare.ID()).Tags["budget"]; got.Value != "未知" || got.Text != "预算为空或读不出，记为“未知”" {
		t.Errorf("unknown budget: %+v", got)
	}
}

// 为什么 shows nobody what they may not see: not a hidden field's value, in no branch and no tag; not a hidden tag; not another's lead.
func TestWhyHidesWhatTheAskerMayNotSee(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		ann, bob := admin.Rep(t, "ann", nil), admin.Rep(t, "bob", nil)
		admin.Publish(t, policy(branch("only", "round_robin", Fields{"all": []Fields{{"field": "budget", "op": "gt", "value": 50000}, {"field": "company", "op": "not_empty"}}},
			Fields{"where": Fields{"all": []Fields{{"field": "username", "op": "eq", "value": "ann"}, {"field": "weight", "op": "eq", "value": 1}}}})))
		lead := admin.Create(t, "lead", Fields{"company": "温州小学", "budget": "123,456"})
		if lead.Text("owner") != ann.User.ID {
			t.Fatalf("the lead is %q's", lead.Text("owner"))
		}
		role := admin.Definition(t, "role", "rep")
		objects, _ := role.Spec["objects"].(map[string]any)
		rule, _ := objects["lead"].(map[string]any)
		rule["hide"] = []string{"budget", "tag_grade"}
		admin.Publish(t, role)
		body := func(c *Client) (Why, string) {
			why := c.Explain(t, "lead", lead.ID())
			raw, err := json.Marshal(why)
			if err != nil {
				t.Fatal(err)
			}
			return why, string(raw)
		}
		const budget = "¥123456"
		why, text := body(admin)
		if !strings.Contains(text, budget) || why.Tags["grade"].Value != "B" || strings.TrimSpace(why.Owner.Branch(t, "only").Candidate(ann.User.ID).Seen()) != "用户名 ann✓ 分配权重 1✓" {
			t.Errorf("the administrator reads %s", text)
		}
		why, text = body(ann)
		if strings.Contains(text, budget) || strings.Contains(text, "123456") || strings.Contains(text, "123,456") {
			t.Errorf("the rep reads the budget in %s", text)
		}
		b := why.Owner.Branch(t, "only")
		if b.Conditions.marks() != "✓(✓无权查看 ✓温州小学)" || strings.TrimSpace(b.Candidate(ann.User.ID).Seen()) != "用户名 ann✓ 分配权重 无权查看✓" {
			t.Errorf("the rep's branch: %s, %s", b.Conditions.marks(), b.Candidate(ann.User.ID).Seen())
		}
		if _, told := why.Tags["grade"]; told || why.Tags["budget"].Value != "5–20万" || why.Tags["budget"].Seen != "无权查看" {
			t.Errorf("the rep's tags: %+v", why.Tags)
		}
		if got := ann.Record(t, "lead", lead.ID()); got["budget"] != nil || got.Tag("grade") != "" {
			t.Errorf("the record itself shows %v, %v", got["budget"], got["tags"])
		}
		bob.Do(t, http.MethodGet, path("/objects/lead/records/%s/explain", lead.ID()), nil).Problem(t, http.StatusNotFound, "no_such_record")
		s.Anonymous(t).Do(t, http.MethodGet, path("/objects/lead/records/%s/explain", lead.ID()), nil).Problem(t, http.StatusUnauthorized, "")
	})
}
