package scenario

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"
)

// Scripts: marketing writes and edits them; reps see an edit at once, and live, but may change nothing.
func TestOnlyMarketingEditsScripts(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		marketing := admin.Hire(t, "fangyuan", "marketing", "root", nil)
		rep := admin.Rep(t, "linxiao", nil)
		boss := admin.Hire(t, "zhouming", "lead", "root", nil)
		script := marketing.Create(t, "script", Fields{"industry": "医疗", "question": "设备维保周期是多久？", "answer": "每季度一次巡检。"})
		if got := rep.List(t, "script", Fields{"field": "answer", "op": "eq", "value": "每季度一次巡检。"}, ""); len(got) != 1 || got[0].ID() != script.ID() {
			t.Fatalf("the rep sees %v", got)
		}
		feed := rep.Stream(t)
		began := time.Now()
		edited := marketing.Change(t, "script", script, Fields{"answer": "每季度一次巡检，每年一次全面保养。"})
		feed.Wait(t, "record", func(e Event) bool { return e.Data["object"] == "script" && e.Data["id"] == script.ID() })
		t.Logf("the edit reached the rep's feed after %v", time.Since(began)) // told, not tested: machines are noisy
		if got := rep.Record(t, "script", script.ID()); got.Text("answer") != edited.Text("answer") {
			t.Errorf("after the edit the rep reads %q", got.Text("answer"))
		}
		one := path("/objects/script/records/%s", script.ID())
		for _, who := range []*Client{rep, boss} {
			who.Do(t, http.MethodPatch, one, Fields{"answer": "随便"}).Problem(t, http.StatusForbidden, "forbidden")
			who.Do(t, http.MethodDelete, one, nil).Problem(t, http.StatusForbidden, "forbidden")
			who.Do(t, http.MethodPost, path("/objects/script/records"), Fields{"question": "？", "answer": "！"}).Problem(t, http.StatusForbidden, "forbidden")
		}
		if got := marketing.Record(t, "script", script.ID()); got.Version() != edited.Version() || got.Text("answer") != edited.Text("answer") {
			t.Errorf("after refused edits: %v", got)
		}
		if e := admin.Events(t, "script", script.ID(), "update"); len(e) != 1 || e[0].Actor["id"] != marketing.User.ID || e[0].Change("answer") != [2]string{"每季度一次巡检。", "每季度一次巡检，每年一次全面保养。"} {
			t.Errorf("the trail: %+v", e)
		}
	})
}

// The demo company has three scripts for each of its industries, 设备维保周期 among those of 医疗.
func TestDemoCompanyHasItsScripts(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{Demo: true, DemoDate: "2026-11-24", Now: At(t, tuesday)})
	rep := s.Demo(t, "linxiao")
	by := map[string]int{}
	upkeep := false
	for _, script := range rep.List(t, "script", nil, "") {
		by[script.Text("industry")]++
		upkeep = upkeep || script.Text("industry") == "医疗" && script.Text("question") == "设备维保周期是多久？"
	}
	for _, industry := range []string{"医疗", "教育", "制造", "金融", "零售", "政务", "信息技术", "其他"} {
		if by[industry] != 3 {
			t.Errorf("%d scripts for %s, want 3", by[industry], industry)
		}
	}
	if !upkeep {
		t.Error("no 设备维保周期 for 医疗")
	}
	script := rep.List(t, "script", nil, "")[0]
	rep.Do(t, http.MethodPatch, path("/objects/script/records/%s", script.ID()), Fields{"answer": "随便"}).Problem(t, http.StatusForbidden, "forbidden")
	s.Demo(t, "fangyuan").Change(t, "script", script, Fields{"answer": "按新价目表回答。"})
}

// Every workspace starts with three scripts for each shipped industry, and keeps them deleted once they are.
func TestEveryWorkspaceShipsScripts(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		marketing := admin.Hire(t, "fangyuan", "marketing", "root", nil)
		rep := admin.Rep(t, "linxiao", nil)
		for _, industry := range []string{"医疗", "教育", "制造", "金融", "零售", "政务", "信息技术", "其他"} {
			if got := scripts(t, rep, url.Values{"industry": {industry}}); len(got) != 3 {
				t.Errorf("%s has %d scripts, want 3", industry, len(got))
			}
		}
		// A 医疗 customer opens on the scripts of its industry, 设备维保周期 first.
		customer := rep.Create(t, "customer", Fields{"name": "仁和医院", "industry": "医疗"})
		shown := scripts(t, rep, url.Values{"industry": {customer.Text("industry")}})
		if len(shown) != 3 || shown[0].Text("question") != "设备维保周期是多久？" {
			t.Fatalf("a 医疗 customer is shown %v", shown)
		}
		for typed, want := range map[string]string{"维保": shown[0].ID(), "weibao": shown[0].ID(), "sbwb": shown[0].ID(), "SheBeiWei": shown[0].ID(), "巡检 医疗": shown[0].ID(), "dengbao": shown[2].ID()} {
			if got := scripts(t, rep, url.Values{"q": {typed}}); len(got) != 1 || got[0].ID() != want {
				t.Errorf("%q finds %v", typed, got)
			}
		}
		if got := scripts(t, rep, url.Values{"q": {"eibao"}}); len(got) != 0 {
			t.Errorf("the middle of a syllable finds %v", got)
		}
		// The order is marketing's; a script switched off is gone for reps, and comes back.
		marketing.Change(t, "script", shown[2], Fields{"position": 0})
		marketing.Change(t, "script", shown[0], Fields{"active": false})
		if got := scripts(t, rep, url.Values{"industry": {"医疗"}, "off": {"true"}}); len(got) != 2 || got[0].ID() != shown[2].ID() {
			t.Errorf("with one off and one moved the rep sees %v", got)
		}
		if got := scripts(t, marketing, url.Values{"industry": {"医疗"}, "off": {"true"}}); len(got) != 3 {
			t.Errorf("marketing sees %v", got)
		}
		rep.Do(t, http.MethodPost, path("/scripts/%s:use", shown[0].ID()), nil).Problem(t, http.StatusConflict, "script_off")
		marketing.Delete(t, path("/objects/script/records/%s", shown[1].ID()))
		s.Restart(t)
		rep.SignInAgain(t)
		if got := scripts(t, rep, url.Values{"industry": {"医疗"}}); len(got) != 1 {
			t.Errorf("after a restart: %v", got)
		}
	})
}

// A copy is counted once for each key, live and in the trail, by whoever it was; no count is lost when many copy at once.
func TestUseOfScriptsIsCounted(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		marketing := admin.Hire(t, "fangyuan", "marketing", "root", nil)
		rep := admin.Rep(t, "linxiao", nil)
		other := admin.Rep(t, "hefang", nil)
		const id = "script-medical-1"
		use := path("/scripts/%s:use", id)
		feed := marketing.Stream(t)
		for range 2 {
			rep.Do(t, http.MethodPost, use, nil, "Idempotency-Key", "copy-1").OK(t, nil)
		}
		feed.Wait(t, "record", func(e Event) bool { return e.Data["object"] == "script" && e.Data["id"] == id })
		rep.Do(t, http.MethodPost, path("/scripts/script-medical-2:use"), nil, "Idempotency-Key", "copy-1").Problem(t, http.StatusConflict, "idempotency_conflict")
		other.Do(t, http.MethodPost, use, nil, "Idempotency-Key", "copy-1").OK(t, nil) // another person's key
		if got := marketing.Record(t, "script", id).Number("used"); got != 2 {
			t.Errorf("used %v times, want 2", got)
		}
		if e := admin.Events(t, "script", id, "use"); len(e) != 2 {
			t.Errorf("the trail has %d uses: %+v", len(e), e)
		}
		var all sync.WaitGroup
		for i := range 20 {
			all.Add(1)
			go func() {
				defer all.Done()
				if res, err := rep.Try(t, http.MethodPost, use, nil, "Idempotency-Key", fmt.Sprint("many-", i)); err != nil || res.Status != http.StatusOK {
					t.Errorf("copy %d: %+v %v", i, res, err)
				}
			}()
		}
		all.Wait()
		if got := marketing.Record(t, "script", id).Number("used"); got != 22 {
			t.Errorf("after 20 at once used %v times, want 22", got)
		}
		rep.Do(t, http.MethodPatch, path("/objects/script/records/%s", id), Fields{"used": 1000}).Problem(t, http.StatusForbidden, "forbidden")
		marketing.Do(t, http.MethodPatch, path("/objects/script/records/%s", id), Fields{"used": 1000}).Problem(t, http.StatusUnprocessableEntity, "invalid_record")
		rep.Do(t, http.MethodPost, path("/scripts/none:use"), nil).Problem(t, http.StatusNotFound, "no_such_record")
	})
}

func scripts(t *testing.T, c *Client, ask url.Values) []Record {
	t.Helper()
	var out struct {
		Scripts []Record `json:"scripts"`
		Count   int      `json:"count"`
	}
	c.Get(t, path("/scripts?%s", ask.Encode()), &out)
	if out.Count != len(out.Scripts) {
		t.Fatalf("%d scripts are given, %d said", len(out.Scripts), out.Count)
	}
	return out.Scripts
}
