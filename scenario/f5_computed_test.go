package scenario

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

const computedPlan = `{"title_field":"name","fields":[
	{"name":"name","title":{"zh-CN":"主题"},"type":"text"},
	{"name":"budget","title":{"zh-CN":"预算"},"type":"money"},
	{"name":"stage","title":{"zh-CN":"阶段"},"type":"choice","options":[{"value":"计划"},{"value":"取消"}]},
	{"name":"reason","title":{"zh-CN":"取消原因"},"type":"text","required":true,"visible_when":{"field":"stage","op":"eq","value":"取消"}},
	{"name":"from","title":{"zh-CN":"开始"},"type":"date","default":{"ref":"today"}},
	{"name":"until","title":{"zh-CN":"结束"},"type":"date"}],
	"checks":[{"name":"order","when":{"field":"until","op":"lt","value":{"ref":"record.from"}},"message":"结束不能早于开始","at":"until"}]}`

const planVisit = `{"title_field":"note","fields":[
	{"name":"note","title":{"zh-CN":"记录"},"type":"text"},
	{"name":"plan","title":{"zh-CN":"计划"},"type":"relation","target":"visit_plan"},
	{"name":"cost","title":{"zh-CN":"花费"},"type":"money"},
	{"name":"day","title":{"zh-CN":"日期"},"type":"date"}]}`

// An object that a director makes computes: numbers, roll-ups and a formula over them reach the plans that stand and follow every write;
// rules refuse what is entered by hand and by file; a role that may not see an operand does not see what is computed of it.
func TestAnObjectComputes(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		object := func(name, title, spec string) Definition {
			d := Definition{Kind: "object", Name: name, Title: map[string]string{"zh-CN": title}}
			if err := json.Unmarshal([]byte(spec), &d.Spec); err != nil {
				t.Fatal(err)
			}
			return d
		}
		admin.Publish(t, object("visit_plan", "拜访计划", computedPlan), object("plan_visit", "拜访", planVisit))
		stood := admin.Create(t, "visit_plan", Fields{"name": "华东行", "budget": "1万"})
		visit := admin.Create(t, "plan_visit", Fields{"plan": stood.ID(), "cost": "2500.50", "day": "2026-03-01"})

		// A formula is tried while it is written.
		try := func(text string) (out struct {
			Problems []struct {
				Hint     string
				Position struct{ Line, Column int }
			}
			Words   string
			Samples []struct{ Words string }
		}) {
			t.Helper()
			if err := json.Unmarshal(admin.Do(t, http.MethodPost, path("/formulas/visit_plan"), map[string]any{"formula": text, "result": "money"}).Body, &out); err != nil {
				t.Fatal(err)
			}
			return out
		}
		tried := try("预算 *\n  0.5 + 预祘")
		if len(tried.Problems) != 1 || tried.Problems[0].Position.Line != 2 || tried.Problems[0].Position.Column != 9 || !strings.Contains(tried.Problems[0].Hint, "预算") {
			t.Errorf("a wrong name: %+v", tried)
		}
		tried = try("budget * 50%")
		if len(tried.Problems) != 0 || tried.Words != "预算 × 0.5" || len(tried.Samples) != 1 || tried.Samples[0].Words != "¥5000" {
			t.Errorf("a good one: %+v", tried)
		}

		computed := strings.Replace(computedPlan, `"fields":[`, `"fields":[
			{"name":"code","title":{"zh-CN":"编号"},"type":"auto_number","pattern":"BF-{YYYY}-{0000}"},
			{"name":"visits","title":{"zh-CN":"次数"},"type":"rollup","rollup":{"from":"plan_visit","relation":"plan","fn":"count"}},
			{"name":"spent","title":{"zh-CN":"已花"},"type":"rollup","rollup":{"from":"plan_visit","relation":"plan","fn":"sum","of":"cost"}},
			{"name":"last_day","title":{"zh-CN":"最近"},"type":"rollup","rollup":{"from":"plan_visit","relation":"plan","fn":"max","of":"day"}},
			{"name":"rest","title":{"zh-CN":"剩余"},"type":"formula","result":"money","formula":"预算 - 已花"},
			{"name":"each","title":{"zh-CN":"每次"},"type":"formula","result":"money","formula":"已花 / 次数"},`, 1)
		admin.Publish(t, object("visit_plan", "拜访计划", computed))
		Eventually(t, 30*time.Second, "the standing plan is computed", func() bool { return admin.Record(t, "visit_plan", stood.ID()).Text("code") != "" })
		is := func(what string, id string, want map[string]any) {
			t.Helper()
			r := admin.Record(t, "visit_plan", id)
			for name, v := range want {
				if r[name] != v {
					t.Errorf("%s: %s is %v, want %v", what, name, r[name], v)
				}
			}
		}
		is("what stood", stood.ID(), map[string]any{"visits": 1.0, "spent": 2500.5, "last_day": "2026-03-01", "rest": 7499.5, "each": 2500.5})
		made := admin.Create(t, "visit_plan", Fields{"name": "华南行", "budget": 100})
		if a, b := admin.Record(t, "visit_plan", stood.ID()).Text("code"), made.Text("code"); !strings.HasSuffix(a, "-0001") || !strings.HasSuffix(b, "-0002") {
			t.Errorf("numbers %q and %q", a, b)
		}
		admin.Create(t, "plan_visit", Fields{"plan": stood.ID(), "cost": "0.51", "day": "2026-01-01"})
		is("a second visit", stood.ID(), map[string]any{"visits": 2.0, "spent": 2501.01, "last_day": "2026-03-01", "each": 1250.51})
		visit = admin.Change(t, "plan_visit", visit, Fields{"plan": made.ID()})
		is("the greatest left", stood.ID(), map[string]any{"visits": 1.0, "spent": 0.51, "last_day": "2026-01-01"})
		is("and came here", made.ID(), map[string]any{"visits": 1.0, "rest": -2400.5})
		admin.Delete(t, path("/objects/plan_visit/records/%s", visit.ID()))
		is("none is left", made.ID(), map[string]any{"visits": 0.0, "spent": 0.0, "last_day": nil, "each": nil})

		// Rules, by hand and by file.
		r := admin.Do(t, http.MethodPost, path("/objects/visit_plan/records"), Fields{"name": "x", "stage": "取消", "from": "2026-02-01", "until": "2026-01-01"})
		if p := r.Problem(t, 422, "invalid_record"); len(p.Errors) != 2 || p.Errors[0].Pointer != "/reason" || p.Errors[1].Pointer != "/until" || p.Errors[1].Message != "结束不能早于开始" {
			t.Errorf("refused: %s", r.Body)
		}
		job := admin.Import(t, "visit_plan", "plans.csv", []byte("主题,阶段,取消原因,开始,结束\n甲,计划,,2026-01-01,2026-01-02\n乙,取消,,2026-01-01,2026-01-02\n丙,计划,,2026-02-01,2026-01-02\n丁,取消,下雨,2026-01-01,\n"), ImportOptions{})
		if job.Result.Created != 2 || job.Result.Rejected != 2 || len(job.Errors) != 2 || !strings.Contains(job.Errors[0].Message, "取消原因") || !strings.Contains(job.Errors[1].Message, "结束不能早于开始") {
			t.Errorf("imported: %+v %+v", job.Result, job.Errors)
		}

		// A formula over what is hidden is hidden.
		rep := admin.Rep(t, "rita", nil)
		role := admin.Definition(t, "role", "rep")
		role.Spec["objects"].(map[string]any)["visit_plan"] = map[string]any{"read": "all", "hide": []string{"budget"}}
		role.Kind, role.Name = "role", "rep"
		admin.Publish(t, role)
		seen := rep.Record(t, "visit_plan", stood.ID())
		for _, name := range []string{"budget", "rest"} {
			if _, there := seen[name]; there {
				t.Errorf("a rep sees %s", name)
			}
		}
		if seen["spent"] != 0.51 {
			t.Errorf("a rep sees %v spent", seen["spent"])
		}
	})
}
