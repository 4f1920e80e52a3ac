package scenario

import (
	"net/http"
	"testing"
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
		if got := rep.List(t, "script", Fields{"field": "industry", "op": "eq", "value": "医疗"}, ""); len(got) != 1 || got[0].Text("answer") != "每季度一次巡检。" {
			t.Fatalf("the rep sees %v", got)
		}
		feed := rep.Stream(t)
		edited := marketing.Change(t, "script", script, Fields{"answer": "每季度一次巡检，每年一次全面保养。"})
		feed.Wait(t, "record", func(e Event) bool { return e.Data["object"] == "script" && e.Data["id"] == script.ID() })
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
	for _, industry := range []string{"医疗", "教育", "制造", "金融", "零售", "政务"} {
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
