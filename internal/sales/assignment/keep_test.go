package assignment

import (
	"encoding/json"
	"strings"
	"testing"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
)

// keeping is a policy that lets the customer's owner come first.
func keeping(branches string) *definition.Definition {
	return &definition.Definition{Kind: Kind, Name: "lead_assignment", Title: definition.Text{ZH: "线索分配"}, Spec: json.RawMessage(`{"object":"lead","keep_owner":"customer","branches":[` + branches + `]}`)}
}

// customer makes a customer of a person's.
func (w *world) customer(t *testing.T, id, owner string) {
	t.Helper()
	values := map[string]any{"name": "老客户" + id}
	if owner != "" {
		values["owner"] = owner
	}
	w.must(t, record.Write{Op: record.Create, Object: "customer", ID: id, Values: values})
}

// TestCustomersOwnerComesFirst: whoever owns the lead's customer gets it before all others, whatever region, rank and figures say; but not
// one who is away, full or gone: then the branch's own rules choose. Each is told in 为什么.
func TestCustomersOwnerComesFirst(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, url string) {
		w := open(t, url)
		today := w.clock.Now().In(w.env.Zone).Format("2006-01-02")
		w.people(t, map[string]map[string]any{"a": {"rank": "高级"}, "b": {"rank": "初级"}, "c": {"leave_from": today, "leave_until": today}, "d": {"daily_cap": 1}, "e": nil, "f": {"roles": "marketing"}})
		for _, id := range []string{"b", "c", "d", "e", "f"} {
			w.customer(t, "cust-"+id, id)
		}
		w.customer(t, "cust-none", "")
		w.todos(t, "e", 3)
		branch := `{"name":"only","candidates":{"min_rank":"高级","leave":true,"where":{"all":[{"field":"name","op":"eq","value":"销售a"},{"measure":"open_todos","for":{"owner":{"ref":"candidate.id"}},"op":"lt","value":3}]}},"strategy":"round_robin"}`
		w.publish(t, keeping(branch))
		for _, step := range []struct {
			customer, owner, outcome, words string
		}{
			{"cust-b", "b", "took", "销售b在岗且未满额"},
			{"cust-b", "b", "took", "优先于其他人"},
			{"cust-c", "a", "leave", "正在休假"},
			{"cust-d", "d", "took", "销售d"},
			{"cust-d", "a", "full", "名额已满"}, // the person's daily cap
			{"cust-e", "a", "full", "名额已满"}, // the branch's bound on open to-dos
			{"cust-f", "", "inactive", "已不在岗"},
			{"cust-none", "", "", ""},
			{"", "", "", ""},
		} {
			values := education()
			if step.customer != "" {
				values["customer"] = step.customer
			}
			row := w.lead(t, values)
			if step.owner == "" { // a's to-dos: three leads came, so the bound of the branch is reached for a too
				step.owner = row.Owner()
				if step.owner != "" {
					t.Errorf("%s: a has three to-dos and the bound is three, yet %s got it", step.customer, step.owner)
				}
			}
			if row.Owner() != step.owner {
				t.Fatalf("customer %q: owner %q, want %q", step.customer, row.Owner(), step.owner)
			}
			x := w.explain(t, row)
			b := x.Branches[0]
			switch {
			case step.outcome == "" && b.Keep != nil:
				t.Errorf("customer %q: %+v", step.customer, b.Keep)
			case step.outcome != "" && (b.Keep == nil || b.Keep.Outcome != step.outcome || !strings.Contains(b.Keep.Text, step.words)):
				t.Errorf("customer %q: %+v, want %s %q", step.customer, b.Keep, step.outcome, step.words)
			case step.outcome == "took" && (!strings.Contains(x.Text, step.words) || len(b.Candidates) != 1 || !b.Candidates[0].Chosen || b.Candidates[0].Person.ID != step.owner):
				t.Errorf("customer %q: %s, %+v", step.customer, x.Text, b.Candidates)
			}
		}
	})
}

// TestKeepOwnerIsSwitched: by the policy, and out of one branch.
func TestKeepOwnerIsSwitched(t *testing.T) {
	t.Parallel()
	w := open(t, sqlite(t))
	w.people(t, map[string]map[string]any{"a": nil, "b": nil})
	w.customer(t, "cust", "b")
	only := `"name":"only","candidates":{"where":{"field":"name","op":"eq","value":"销售a"}},"strategy":"round_robin"`
	lead := func() string {
		values := education()
		values["customer"] = "cust"
		return w.lead(t, values).Owner()
	}
	w.publish(t, policy(t, `{`+only+`}`))
	if got := lead(); got != "a" {
		t.Errorf("not switched on: %s", got)
	}
	w.publish(t, keeping(`{`+only+`}`))
	if got := lead(); got != "b" {
		t.Errorf("switched on: %s", got)
	}
	w.publish(t, keeping(`{`+only+`,"keep_owner":false}`))
	if got := lead(); got != "a" {
		t.Errorf("switched off for the branch: %s", got)
	}
	p, _ := definition.Get[*Policy](w.defs.Current(), Kind, "lead_assignment")
	if s := p.Sentence(); !strings.Contains(s, "“客户”已有负责人且在岗、未满额时先给那个人") || !strings.Contains(s, "不优先原负责人") {
		t.Error(s)
	}
	for name, spec := range map[string]string{
		"unknown_field":   `{"object":"lead","keep_owner":"custmer","branches":[{` + only + `}]}`,
		"not_a_relation":  `{"object":"lead","keep_owner":"budget","branches":[{` + only + `}]}`,
		"nothing_to_keep": `{"object":"lead","branches":[{` + only + `,"keep_owner":true}]}`,
	} {
		_, problems := w.defs.Try([]*definition.Definition{{Kind: Kind, Name: "lead_assignment", Title: definition.Text{ZH: "x"}, Spec: json.RawMessage(spec)}})
		if len(problems) != 1 || problems[0].Code != name {
			t.Errorf("%s: %+v", name, problems)
		}
	}
}

// TestReplayKeepsTheOwner: a trial answers as a write would.
func TestReplayKeepsTheOwner(t *testing.T) {
	t.Parallel()
	w := open(t, sqlite(t))
	w.people(t, map[string]map[string]any{"a": nil, "b": nil})
	w.customer(t, "cust", "b")
	w.publish(t, keeping(`{"name":"only","candidates":{"where":{"field":"name","op":"eq","value":"销售a"}},"strategy":"round_robin"}`))
	snap := w.defs.Current()
	r := NewReplay(snap, w.env, w.dir, w.kept, func(name, id string) (*object.Row, error) {
		o, _ := object.Of(snap, name)
		return record.ReadRow(t.Context(), w.db, o, id)
	})
	lead, _ := object.Of(snap, "lead")
	row := object.NewRow(lead)
	row.Set("customer", "cust")
	if out, err := r.Assign(t.Context(), row, w.clock.Milli()); err != nil || out.Person != "b" || out.Reason != "原负责人优先" {
		t.Errorf("%+v, %v", out, err)
	}
}

// TestDecisionsOfBefore: decisions kept before the customer's owner was asked are read as they stand.
func TestDecisionsOfBefore(t *testing.T) {
	t.Parallel()
	d := &decision{kind: assigned, policy: "p", person: "a", branches: []*tried{{b: &branch{}, matched: true, considered: 7}}}
	now := d.encode()
	// Version 1 has no byte for it behind a matched branch's mark.
	old := append([]byte{1}, now[1:len(now)-9]...)
	old = append(old, now[len(now)-8:]...)
	got, err := decode(old)
	if err != nil || len(got.kept) != 1 || got.kept[0].considered != 7 || got.keepTook() {
		t.Errorf("%+v, %v", got, err)
	}
}
