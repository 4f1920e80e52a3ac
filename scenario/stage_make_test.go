package scenario

import (
	"archive/tar"
	"compress/gzip"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite" // VACUUM
)

var makeStage = flag.String("make-stage", "", "make testdata/<name>, the data folder of this stage, with this program's answers on it")

const stagePassword = "Stage-rep-1"

var stageLead = Fields{"name": "重发的", "phone": "13700000001", "行业": "教育", "预算": "12万", "城市": "上海"}

// stageFiles are what a stopped data folder holds; the lock is made anew.
var stageFiles = []string{"baton.db", "heads.jsonl", "seal.key"}

// TestMakeStage makes a folder that later programs must open, and opens it with this one. It is thrown away, unless asked for by hand, once
// for each stage:
//
//	go test ./scenario -run TestMakeStage -make-stage stage2
func TestMakeStage(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if *makeStage != "" {
		dir = filepath.Join("testdata", *makeStage)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatalf("a stage is made once: %v", err)
		}
	}
	s := Start(t, Options{})
	admin := s.Admin(t)
	was := stageWork(t, s, admin)
	was.Made = s.Clock.Now().UTC()
	was.Answers, was.Figures = map[string]any{}, map[string]any{}
	for _, object := range []string{"lead", "touch", "task", "follow_up", "customer", "opportunity", "person", "org_unit"} {
		where := "/objects/" + object + "/records?limit=200&sort=created_at"
		was.Answers[where] = answer(t, admin, where)
	}
	for i, r := range admin.List(t, "lead", nil, "created_at") {
		if i%4 != 0 && r.ID() != was.Lead && r.ID() != was.Replay { // a few of each sort are enough
			continue
		}
		for _, page := range []string{"history", "explain"} {
			where := fmt.Sprintf("/objects/lead/records/%s/%s", r.ID(), page)
			was.Answers[where] = answer(t, admin, where)
		}
	}
	for _, where := range []string{"/revisions", "/jobs", "/definitions/object/lead", "/definitions/tag_dimension/grade", "/definitions/channel/exhibition"} {
		was.Answers[where] = answer(t, admin, where)
	}
	for _, body := range []string{`{"entity": "lead", "measures": ["lead_count", "conversion_rate"], "dimensions": ["tags.budget"], "order": [{"by": "tags.budget"}]}`,
		`{"entity": "task", "measures": ["open_todos"], "dimensions": ["owner"], "order": [{"by": "owner"}]}`} {
		was.Figures[body] = rows(t, admin, body)
	}
	s.Stop(t)
	raw, err := json.Marshal(was)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "facts.json"), raw, 0o644); err != nil {
		t.Fatal(err)
	}
	pack(t, s.Data, filepath.Join(dir, "data.tar.gz"))
	stageOpens(t, dir)
}

// stageWork does a little of everything that leaves a trace.
func stageWork(t *testing.T, s *Server, admin *Client) stage {
	t.Helper()
	var was stage
	reps := admin.Reps(t, 3)
	was.Owner = "stagerep"
	for i, id := range reps {
		admin.Post(t, path("/people/%s/password", id), Fields{"username": fmt.Sprintf("%s%d", was.Owner, i), "password": stagePassword}, nil)
	}
	admin.Create(t, "customer", Fields{"name": "宏图机械厂"})
	utf8, _ := chineseLeads(t)
	admin.WaitJob(t, startImport(t, admin, utf8, map[string]string{"options": `{"happened_at": "录入时间"}`}), time.Minute)

	// A field of the company's own, a rule of its own.
	publishDefinition(t, admin, "object", "lead", func(spec Fields) {
		fields, _ := spec["fields"].([]any)
		spec["fields"] = append(fields, Fields{"name": "headcount", "title": Fields{"zh-CN": "员工数", "en": "Headcount"}, "type": "integer"})
	})
	publishDefinition(t, admin, "tag_dimension", "grade", func(spec Fields) {
		rules, _ := spec["rules"].([]any)
		spec["rules"] = append([]any{Fields{"value": "A", "when": Fields{"field": "headcount", "op": "gte", "value": 500}}}, rules...)
	})
	was.Key = admin.ChannelKey(t, "website_form")
	web, fair := s.WithHeader(t, "X-Channel-Key", was.Key), admin.Channel(t, "exhibition")
	was.Replay = web.Intake(t, "website_form", stageLead, "Idempotency-Key", "stage")
	fair.Intake(t, "exhibition", Fields{"姓名": "同一人", "手机": "+86 137-0000-0001", "单位": "重发学校"})
	var owned []Record
	for i := range 12 {
		id := web.Intake(t, "website_form", Fields{"name": fmt.Sprintf("甲%d", i), "phone": fmt.Sprintf("137000001%02d", i), "公司": fmt.Sprintf("阶段%d制造有限公司", i), "行业": []string{"制造", "医疗", "零售"}[i%3], "预算": []string{"4万", "12.5万", "30万", "面议"}[i%4], "城市": "江苏苏州", "headcount": i * 100})
		if r := admin.Record(t, "lead", id); r.Text("owner") != "" {
			owned = append(owned, r)
		}
	}
	if len(owned) < 4 {
		t.Fatalf("only %d leads found an owner", len(owned))
	}
	rep := func(r Record) (*Client, string) {
		for i, id := range reps {
			if id == r.Text("owner") {
				name := fmt.Sprintf("%s%d", was.Owner, i)
				return s.SignIn(t, name, stagePassword), name
			}
		}
		t.Fatalf("%s belongs to nobody known", r.ID())
		return nil, ""
	}
	for i, r := range owned[:3] {
		c, _ := rep(r)
		c.Act(t, "lead", r.ID(), "open", nil).OK(t, nil)
		if i > 0 {
			c.Act(t, "lead", r.ID(), "contacted", Fields{"way": "phone", "note": "已电话沟通"}).OK(t, nil)
		}
	}
	admin.Create(t, "opportunity", Fields{"name": "阶段机会", "lead": owned[2].ID(), "stage": "方案报价", "amount": "120000.50"})
	// The first leads are overdue, the last one is not.
	s.Clock.Advance(t, 25*time.Hour)
	Eventually(t, time.Minute, "the unopened leads are overdue", func() bool {
		for _, r := range owned[3:] {
			now := admin.Record(t, "lead", r.ID())
			timers, _ := now["timers"].([]any)
			for _, x := range timers {
				if timer, _ := x.(map[string]any); timer["state"] == "running" && timer["kind"] == "first_open" {
					return false
				}
			}
		}
		return true
	})
	last := admin.Record(t, "lead", web.Intake(t, "website_form", Fields{"name": "末", "phone": "13700000200", "行业": "制造", "预算": "30万", "城市": "江苏苏州"}))
	was.Lead = last.ID()
	_, was.Owner = rep(last)
	Eventually(t, time.Minute, "all is sealed and counted", func() bool {
		var trail struct {
			Last   int64 `json:"last_seq"`
			Sealed int64 `json:"sealed_seq"`
		}
		return json.Unmarshal(admin.Do(t, http.MethodGet, path("/trail"), nil).Body, &trail) == nil && trail.Last == trail.Sealed
	})
	return was
}

// pack compacts a stopped folder into an archive.
func pack(t *testing.T, data, into string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(data, "baton.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(into)
	if err != nil {
		t.Fatal(err)
	}
	z, _ := gzip.NewWriterLevel(f, gzip.BestCompression) // the level is one there is
	w := tar.NewWriter(z)
	for _, name := range stageFiles {
		b, err := os.ReadFile(filepath.Join(data, name))
		if err == nil {
			err = w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(b))})
		}
		if err == nil {
			_, err = w.Write(b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []interface{ Close() error }{w, z, f} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(into)
	if err != nil || info.Size() > 500<<10 {
		t.Errorf("%s: %v, %d bytes; want less than 500 KB", into, err, info.Size())
	}
}
