package scenario

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

type pairReason struct {
	Kind         string
	Points, Like int
}

type pairPage struct {
	Pairs []struct {
		ID, State, At string
		Score         int
		Sure, May     bool
		Reasons       []pairReason
		A, B          Record
		DecidedAt     any `json:"decided_at"`
		DecidedBy     any `json:"decided_by"`
	}
	Scan, Refs, Choosable any
	Next                  any `json:"next_cursor"`
	On                    bool
}

// pairsOf waits until the queue has as many pairs as wanted.
func pairsOf(t *testing.T, c *Client, object string, want int, more url.Values) pairPage {
	t.Helper()
	var p pairPage
	Eventually(t, 30*time.Second, fmt.Sprintf("%d pairs of %s", want, object), func() bool {
		p = pairPage{}
		c.Get(t, "/api/v1/objects/"+object+"/duplicates?"+more.Encode(), &p)
		return len(p.Pairs) == want
	})
	return p
}

// Duplicates of leads: warned of at entry with who holds them, found after an import and in the background with reasons, merged value by
// value with everything that belongs to them, and taken back; what is said to be two stays two.
func TestDuplicatesOfLeads(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		rep := admin.Rep(t, "linxiao", nil)
		other := admin.Rep(t, "chenli", nil)
		first := admin.Create(t, "lead", Fields{"owner": rep.User.ID, "company": "杭州云帆科技有限公司", "name": "张三", "phone": "13900001111", "region": "浙江 杭州", "budget": "8万"})
		rep.Create(t, "follow_up", Fields{"lead": first.ID(), "way": "phone", "note": "谈过一次"})

		// At entry.
		var told struct {
			Matches []struct {
				Seen, Exact, Sure bool
				ID, Title, Owner  string
				Score             int
				Reasons           []pairReason
			}
		}
		look := func(c *Client, values Fields) int {
			told.Matches = nil
			c.Do(t, http.MethodPost, "/api/v1/objects/lead/duplicates:look", Fields{"values": values}).OK(t, &told)
			return len(told.Matches)
		}
		Eventually(t, 30*time.Second, "the name written otherwise to be known", func() bool {
			return look(rep, Fields{"company": "云帆（杭州）科技有限责任公司", "name": "张三"}) == 1
		})
		if m := told.Matches[0]; !m.Seen || m.ID != first.ID() || m.Owner != "linxiao" || len(m.Reasons) != 2 {
			t.Errorf("the rep is told %+v", m)
		}
		if n := look(other, Fields{"phone": "+86 139 0000 1111"}); n != 1 || told.Matches[0].Seen || told.Matches[0].ID != "" || told.Matches[0].Title != "" || told.Matches[0].Owner != "linxiao" {
			t.Errorf("another rep is told %+v", told.Matches)
		}

		// At import, and so over the base: the file brings one more way to write the name.
		job := admin.StartImport(t, "lead", "leads.csv", []byte("公司,姓名,手机,地区,邮箱\n云帆科技有限公司,张三,13900002222,杭州,zhang@example.com\n远航商贸有限公司,李四,13900003333,上海,\n"), ImportOptions{})
		admin.WaitJob(t, job, time.Minute)
		page := pairsOf(t, admin, "lead", 1, url.Values{"import": {job}})
		pair := page.Pairs[0]
		if pair.A.ID() != first.ID() || pair.Score < 50 || !page.On {
			t.Fatalf("the pair: %+v", pair)
		}
		second := pair.B

		// Two, for good; then not after all.
		admin.Do(t, http.MethodPost, path("/objects/lead/duplicates/%s:dismiss", pair.ID), nil).OK(t, nil)
		admin.Change(t, "lead", second, Fields{"note": "又来了"})
		pairsOf(t, admin, "lead", 0, nil)
		pairsOf(t, admin, "lead", 1, url.Values{"state": {"dismissed"}})
		admin.Do(t, http.MethodPost, path("/objects/lead/duplicates/%s:reopen", pair.ID), nil).OK(t, nil)

		// One: the name of the second, all else of the first, blanks filled.
		merge := path("/objects/lead/records/%s:merge", first.ID())
		rep.Do(t, http.MethodPost, merge, Fields{"other": second.ID()}).Problem(t, http.StatusForbidden, "forbidden") // what waits in the pool is to be claimed first
		var done struct {
			Merge  struct{ ID string }
			Record Record
			Refs   any
		}
		admin.Do(t, http.MethodPost, merge, Fields{"other": second.ID(), "take": []string{"company"}}).OK(t, &done)
		if r := done.Record; r.Text("company") != "云帆科技有限公司" || r.Text("phone") != "+8613900001111" || r.Text("email") != "zhang@example.com" || r["touches"] != 2.0 || r.Text("owner") != rep.User.ID {
			t.Errorf("merged: %+v", r)
		}
		admin.Do(t, http.MethodGet, path("/objects/lead/records/%s", second.ID()), nil).Problem(t, http.StatusNotFound, "no_such_record")
		if got := admin.List(t, "touch", Fields{"field": "lead", "op": "eq", "value": first.ID()}, ""); len(got) != 2 {
			t.Errorf("%d touches at the one that stays", len(got))
		}
		pairsOf(t, admin, "lead", 0, nil)
		if e := admin.Events(t, "lead", first.ID(), "merge_records"); len(e) != 1 || e[0].Actor["id"] != admin.User.ID {
			t.Errorf("the trail: %+v", e)
		}

		// Taken back: both as they were, but for what the rep has changed meanwhile.
		rep.Change(t, "lead", rep.Record(t, "lead", first.ID()), Fields{"company": "云帆集团"})
		var back struct {
			Object, Survivor, Absorbed string
			Left                       []struct {
				Kind, Name, Title string
				Count             int
			}
		}
		admin.Do(t, http.MethodPost, path("/merges/%s:undo", done.Merge.ID), nil).OK(t, &back)
		if len(back.Left) != 1 || back.Left[0].Kind != "field" || back.Left[0].Name != "公司" {
			t.Errorf("left: %+v", back.Left)
		}
		a, b := admin.Record(t, "lead", first.ID()), admin.Record(t, "lead", second.ID())
		if a.Text("company") != "云帆集团" || a.Text("email") != "" || a["touches"] != 1.0 || b.Text("company") != "云帆科技有限公司" || b.Text("email") != "zhang@example.com" || b.Text("owner") != second.Text("owner") || b["touches"] != 1.0 {
			t.Errorf("taken back: %+v\n%+v", a, b)
		}
		if e := admin.Events(t, "lead", second.ID(), "merged_into"); len(e) != 1 {
			t.Errorf("the trail of the other: %+v", e)
		}
		admin.Do(t, http.MethodPost, path("/merges/%s:undo", done.Merge.ID), nil).Problem(t, http.StatusConflict, "undone")
	})
}

// Duplicates of customers: a rule that is changed goes over all that stands anew; merged customers keep their contracts.
func TestDuplicatesOfCustomers(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		a := admin.Create(t, "customer", Fields{"name": "杭州云帆科技有限公司"})
		b := admin.Create(t, "customer", Fields{"name": "杭州云帆科技有限责任公司"})
		branch := admin.Create(t, "customer", Fields{"name": "杭州云帆科技有限公司上海分公司"})
		for _, c := range []Record{a, b} {
			admin.Create(t, "contract", Fields{"customer": c.ID(), "kind": "增购", "number": c.ID()[:8], "amount": 100})
		}
		p := pairsOf(t, admin, "customer", 1, nil).Pairs[0]
		if !p.Sure || len(p.Reasons) != 1 || p.Reasons[0].Kind != "company" {
			t.Fatalf("the pair: %+v", p)
		}
		d := admin.Definition(t, "duplicate_rule", "customer")
		weights := d.Spec["weights"].(map[string]any)
		weights["branch"] = 60
		admin.Publish(t, d)
		pairsOf(t, admin, "customer", 3, nil)
		weights["branch"] = 30
		admin.Publish(t, d)
		pairsOf(t, admin, "customer", 1, nil)

		admin.Do(t, http.MethodPost, path("/objects/customer/records/%s:merge", a.ID()), Fields{"other": b.ID()}).OK(t, nil)
		if got := admin.List(t, "contract", Fields{"field": "customer", "op": "eq", "value": a.ID()}, ""); len(got) != 2 {
			t.Errorf("%d contracts at the one that stays", len(got))
		}
		if !strings.HasPrefix(admin.Record(t, "customer", branch.ID()).Text("name"), "杭州云帆") {
			t.Error("the branch is gone")
		}
	})
}
