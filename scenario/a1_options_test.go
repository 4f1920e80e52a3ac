package scenario

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// An import says whether its rows are assigned, whether countdowns start, and when they happened.
func TestImportOptionsSayWhatRuns(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		reps := admin.Reps(t, 3)
		past := s.Clock.Now().AddDate(0, -3, 0).UTC().Truncate(time.Second)
		for i, c := range []struct {
			name           string
			o              ImportOptions
			owned, counted bool
			reason         string
		}{
			{"nothing runs", ImportOptions{}, false, false, "导入时没有要求分配"},
			{"assignment alone", ImportOptions{Assign: true}, true, false, ""},
			{"both", ImportOptions{Assign: true, Countdown: true}, true, true, ""},
			{"in the past", ImportOptions{Assign: true, HappenedAt: &past}, true, false, ""},
		} {
			phone := fmt.Sprintf("1380000000%d", i)
			began := s.Clock.Now().Add(-time.Minute)
			file := "公司,联系人,手机,行业,预算,地区,来源\n" + fmt.Sprintf("选项%d制造有限公司,吴工,%s,制造,30万,江苏苏州,展会扫码\n", i, phone)
			if job := admin.Import(t, "lead", "options.csv", []byte(file), c.o); job.Result.Created != 1 {
				t.Fatalf("%s: %+v", c.name, job)
			}
			r := byPhone(t, admin, "+86"+phone)
			if owner := r.Text("owner"); (owner != "") != c.owned || c.owned && !slices.Contains(reps, owner) || r.Text("pool_reason") != c.reason {
				t.Errorf("%s: owner %q, in the pool for %q", c.name, owner, r.Text("pool_reason"))
			}
			tasks := admin.List(t, "task", Fields{"field": "lead", "op": "eq", "value": r.ID()}, "")
			if c.owned != (len(tasks) == 1 && tasks[0].Text("owner") == r.Text("owner") && tasks[0].Text("kind") == "首次联系") {
				t.Errorf("%s: tasks %v", c.name, tasks)
			}
			timers, _ := r["timers"].([]any)
			if c.counted != (len(timers) == 1) {
				t.Errorf("%s: countdowns %v", c.name, timers)
			}
			at, err := time.Parse(time.RFC3339, r.Text("created_at"))
			switch {
			case err != nil:
				t.Errorf("%s: created at %v", c.name, err)
			case c.o.HappenedAt != nil && !at.Equal(past), c.o.HappenedAt == nil && at.Before(began):
				t.Errorf("%s: happened at %s", c.name, at)
			}
			if c.o.HappenedAt == nil {
				continue
			}
			// What happened and when it was written are two times.
			events := admin.History(t, "lead", r.ID())
			written, err := time.Parse(time.RFC3339, events[0].WrittenAt)
			if err != nil || events[0].At != r.Text("created_at") || written.Before(began) {
				t.Errorf("event at %s, written at %s", events[0].At, events[0].WrittenAt)
			}
		}
	})
}
