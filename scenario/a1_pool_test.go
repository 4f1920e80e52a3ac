package scenario

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// poolOf is the answer of the pool by region.
type poolOf struct {
	Hours   int `json:"hours"`
	Rule    any `json:"rule"`
	Quota   any `json:"quota"`
	Claims  any `json:"may_claim"`
	Assigns any `json:"may_assign"`
	Regions []struct {
		ID      string          `json:"id"`
		Name    string          `json:"name"`
		Count   int             `json:"count"`
		Capped  bool            `json:"capped"`
		Filter  json.RawMessage `json:"filter"`
		Waiting int             `json:"waiting"`
		Late    json.RawMessage `json:"waiting_filter"`
		Many    bool            `json:"waiting_capped"`
	} `json:"regions"`
	NextAt *string `json:"next_at"`
}

func (p poolOf) region(t *testing.T, name string) (count, waiting int, late json.RawMessage) {
	t.Helper()
	for _, r := range p.Regions {
		if r.Name == name {
			return r.Count, r.Waiting, r.Late
		}
	}
	t.Fatalf("the pool has no region %q: %+v", name, p.Regions)
	return 0, 0, nil
}

// pool reads the pool as somebody sees it.
func (f floor) pool(t *testing.T, who *Client) poolOf {
	t.Helper()
	var p poolOf
	who.Get(t, path("/objects/lead/pool"), &p)
	return p
}

// The pool from end to end: the regions' lists at the very hour, claims at once, 待回访, quotas, the way back, by the real program.
func TestPool(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		now := At(t, tuesday)
		s := Start(t, Options{DB: db, Now: now})
		f := newFloor(t, s)
		f.admin.Create(t, "org_unit", Fields{"name": "华东", "kind": "region", "parent": "root", "provinces": []string{"cn.33"}})
		empty := policy(branch("none", "round_robin", nil, Fields{"where": Fields{"field": "username", "op": "eq", "value": "nobody"}}))
		f.admin.Publish(t, empty)
		lead := func(company string) string {
			return f.admin.Create(t, "lead", Fields{"company": company, "region": "浙江 杭州"}).ID()
		}

		// At 72:00:00 it is in its region's list, and the open page is told.
		id := lead("温州小学")
		since := instant(t, f.admin.Record(t, "lead", id).Text("pool_since"))
		feed := f.rep.Stream(t)
		f.admin.SetTime(t, since.Add(72*time.Hour-20*time.Second))
		p := f.pool(t, f.rep)
		if count, waiting, _ := p.region(t, "华东"); p.Hours != 72 || count != 1 || waiting != 0 || p.NextAt == nil || !instant(t, *p.NextAt).Equal(since.Add(72*time.Hour)) {
			t.Fatalf("shortly before the hour: %+v", p)
		}
		s.Clock.Set(t, time.Until(since.Add(72*time.Hour)))
		feed.Wait(t, "record", func(e Event) bool { return e.Data["id"] == id && e.Data["op"] == "pool_wait" })
		_, waiting, late := f.pool(t, f.rep).region(t, "华东")
		if list := f.rep.List(t, "lead", late, "pool_since"); waiting != 1 || len(list) != 1 || list[0].ID() != id {
			t.Fatalf("at the hour: %d waiting, list %v", waiting, list)
		}
		if e := f.admin.Events(t, "lead", id, "pool_wait"); len(e) != 1 || !instant(t, e[0].At).Equal(since.Add(72*time.Hour)) {
			t.Errorf("the trail: %+v", e)
		}

		// Two at once: one has it, the other is told who.
		var wg sync.WaitGroup
		answers := make([]*Response, 2)
		for i, who := range []*Client{f.rep, f.other} {
			wg.Go(func() { answers[i] = who.Act(t, "lead", id, "claim", nil) })
		}
		wg.Wait()
		winner, loser, refused := f.rep, f.other, answers[1]
		if answers[0].Status != http.StatusOK {
			winner, loser, refused = f.other, f.rep, answers[0]
		}
		if got := refused.Problem(t, 409, "held"); f.admin.Record(t, "lead", id).Text("owner") != winner.User.ID || !strings.Contains(got.Detail, winner.User.Name) {
			t.Errorf("the second is told %q, and it is %s's", got.Detail, winner.User.Name)
		}

		// 待回访: a second later nobody gets it.
		until := s.Clock.Now().Add(48 * time.Hour).Truncate(time.Second)
		winner.Act(t, "lead", id, "protect", Fields{"until": until.Format(time.RFC3339), "note": "下周回访"}).OK(t, nil)
		f.admin.SetTime(t, s.Clock.Now().Add(time.Second))
		for what, r := range map[string]*Response{"claim": loser.Act(t, "lead", id, "claim", nil), "transfer": f.boss.Act(t, "lead", id, "transfer", Fields{"owner": loser.User.ID}), "return": f.boss.Act(t, "lead", id, "return", Fields{"reason": "收回"})} {
			if p := r.Problem(t, 409, "protected"); !strings.Contains(p.Detail, winner.User.Name) || !strings.Contains(p.Detail, until.In(Shanghai).Format(time.DateTime)) {
				t.Errorf("%s: %q does not name %s and %s", what, p.Detail, winner.User.Name, until.In(Shanghai).Format(time.DateTime))
			}
		}
		f.admin.SetTime(t, until)
		f.boss.Act(t, "lead", id, "transfer", Fields{"owner": loser.User.ID, "note": "到期未回访"}).OK(t, nil)

		// Quotas are the director's, without a restart; the refusal says the number and the rule.
		rules := f.director.Definition(t, "pool_policy", "lead_pool")
		rules.Spec["max_claims_per_day"], rules.Spec["recycle_after_days"] = 1, 5
		f.director.Publish(t, rules)
		f.admin.SetTime(t, s.Clock.Now().Add(24*time.Hour))
		first, second := lead("一中"), lead("二中")
		winner.Act(t, "lead", first, "claim", nil).OK(t, nil)
		if p := winner.Act(t, "lead", second, "claim", nil).Problem(t, 409, "quota_claims"); !strings.Contains(p.Detail, "最多 1 条") || !strings.Contains(p.Detail, "线索公海规则") {
			t.Errorf("past the quota: %q", p.Detail)
		}

		// Let lie for five days it goes back by itself; its page says why.
		back := winner.Stream(t)
		f.admin.SetTime(t, s.Clock.Now().Add(5*24*time.Hour+time.Minute))
		back.Wait(t, "inbox", func(e Event) bool { return e.Data["kind"] == "returned" && e.Data["record_id"] == first })
		if r := f.admin.Record(t, "lead", first); r.Text("owner") != "" || !strings.Contains(r.Text("pool_reason"), "5 天没有跟进") {
			t.Errorf("recycled: %q, %q", r.Text("owner"), r.Text("pool_reason"))
		}
	})
}
