package scenario

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const killRounds = 3

// sending is one lead on its way in; id is what the server acknowledged, "" when it did not.
type sending struct {
	phone, key, id string
}

// Of 32 connections that send leads when the power goes, every acknowledged lead is there afterwards, once and whole; what was not
// acknowledged is there whole or not at all, and sent again with its key it is there once.
func TestKillDuringIntake(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		admin.Reps(t, 8)
		secret := admin.ChannelKey(t, "website_form")
		var sent []*sending
		for round := range killRounds {
			more := sendUntilKilled(t, s, secret, round, 150+170*round)
			s.Restart(t)
			acknowledged := 0
			for _, x := range more {
				if x.id != "" {
					acknowledged++
				}
			}
			t.Logf("round %d: %d sent, %d acknowledged", round, len(more), acknowledged)
			sent = append(sent, more...)
			leads := wholeLeads(t, admin)
			for _, x := range sent {
				if x.id != "" && leads[x.phone] != x.id {
					t.Errorf("round %d: %s was acknowledged as %s and is %q", round, x.phone, x.id, leads[x.phone])
				}
			}
			if len(leads) > len(sent) {
				t.Errorf("round %d: %d leads of %d sent", round, len(leads), len(sent))
			}
			web := s.WithHeader(t, "X-Channel-Key", secret)
			for _, x := range more {
				if x.id == "" {
					x.id = web.Intake(t, "website_form", leadOf(x.phone), "Idempotency-Key", x.key)
				}
			}
			if leads := wholeLeads(t, admin); len(leads) != len(sent) {
				t.Errorf("round %d: %d leads after sending again, want %d", round, len(leads), len(sent))
			}
		}
		wholeTrail(t, s)
	})
}

func leadOf(phone string) Fields {
	return Fields{"name": "吴工", "phone": phone, "公司": "公司" + phone, "行业": "制造", "预算": "12.5万", "城市": "江苏苏州"}
}

// sendUntilKilled sends over 32 connections and kills the server once enough leads are acknowledged.
func sendUntilKilled(t *testing.T, s *Server, secret string, round, enough int) []*sending {
	t.Helper()
	const connections = 32
	var acknowledged atomic.Int64
	reached := make(chan struct{})
	var wg sync.WaitGroup
	sent := make([][]*sending, connections)
	for c := range connections {
		web := s.WithHeader(t, "X-Channel-Key", secret)
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; ; i++ {
				x := &sending{phone: fmt.Sprintf("139%d%02d%05d", round, c, i), key: fmt.Sprintf("%d-%d-%d", round, c, i)}
				sent[c] = append(sent[c], x)
				r, err := web.Try(t, http.MethodPost, path("/intake/website_form"), leadOf(x.phone), "Idempotency-Key", x.key)
				if err != nil {
					return
				}
				x.id = accepted(t, r)
				if acknowledged.Add(1) == int64(enough) {
					close(reached)
				}
			}
		}()
	}
	select {
	case <-reached:
	case <-time.After(2 * time.Minute):
		t.Errorf("only %d leads acknowledged", acknowledged.Load())
	}
	s.Kill(t)
	wg.Wait()
	return slices.Concat(sent...)
}

// wholeLeads reads all leads, holds each to be whole (tags, owner with task and countdown or a reason in the pool with its clock, one touch
// for each arrival, events), and gives their ids by phone as written.
func wholeLeads(t *testing.T, admin *Client) map[string]string {
	t.Helper()
	leads := admin.List(t, "lead", nil, "")
	tasks, touches := countBy(t, admin, "task"), countBy(t, admin, "touch")
	created := map[string]int{}
	for _, e := range admin.events(t, url.Values{"object": {"lead"}, "op": {"create"}}) {
		created[e.RecordID]++
	}
	if len(created) != len(leads) {
		t.Errorf("%d leads, %d have an event of their making", len(leads), len(created))
	}
	out := make(map[string]string, len(leads))
	for _, r := range leads {
		phone := strings.TrimPrefix(r.Text("phone"), "+86")
		if other := out[phone]; other != "" {
			t.Errorf("%s is there twice: %s and %s", phone, other, r.ID())
		}
		out[phone] = r.ID()
		for _, dimension := range []string{"source", "industry", "budget", "grade"} {
			if r.Tag(dimension) == "" {
				t.Errorf("%s has no tag %s", phone, dimension)
			}
		}
		var running []string
		timers, _ := r["timers"].([]any)
		for _, x := range timers {
			if timer, _ := x.(map[string]any); timer["state"] == "running" {
				running = append(running, fmt.Sprint(timer["kind"]))
			}
		}
		want, wantTasks := "first_open", 1
		if r.Text("owner") == "" {
			want, wantTasks = "assign_deadline", 0
			if r.Text("pool_reason") == "" {
				t.Errorf("%s has neither owner nor reason", phone)
			}
		}
		if !slices.Equal(running, []string{want}) || tasks[r.ID()] != wantTasks {
			t.Errorf("%s, owner %q: countdowns %v and %d tasks, want %s and %d", phone, r.Text("owner"), running, tasks[r.ID()], want, wantTasks)
		}
		if created[r.ID()] != 1 || float64(touches[r.ID()]) != r.Number("touches") || touches[r.ID()] == 0 {
			t.Errorf("%s: made by %d events, %d touches of %v", phone, created[r.ID()], touches[r.ID()], r.Number("touches"))
		}
	}
	return out
}

// countBy counts an object's records by their lead.
func countBy(t *testing.T, admin *Client, object string) map[string]int {
	t.Helper()
	out := map[string]int{}
	for lead, n := range admin.Query(t, Fields{"entity": object, "measures": []string{"count"}, "dimensions": []string{"lead"}, "limit": 10000}).By(1) {
		out[lead] = int(n[0])
	}
	return out
}

// wholeTrail proves the trail beside the running server and once more after it has stopped.
func wholeTrail(t *testing.T, s *Server) {
	t.Helper()
	if out, errs, code := s.Run(t, "verify"); code != 0 {
		t.Errorf("verify beside the server: %d: %s%s", code, out, errs)
	}
	s.Stop(t)
	if out, errs, code := s.Run(t, "verify"); code != 0 || !strings.Contains(out, "whole") {
		t.Errorf("verify: %d: %s%s", code, out, errs)
	}
}

// longFile is a file that takes a while, with rows that are refused and rows that merge; want is what comes of it, phones those of the leads.
func longFile() (content []byte, want counts, phones map[string]bool) {
	const rows = 3000
	var file strings.Builder
	file.WriteString("编号,公司,手机,行业,预算,地区,阶段\n")
	want, phones = counts{Rows: rows}, map[string]bool{}
	for i := range rows {
		phone, stage := fmt.Sprintf("137%08d", i), ""
		switch {
		case i%50 == 49:
			stage = "差不多了"
			want.Rejected++
		case i%40 == 39: // the one 17 rows before, written another way
			phone = fmt.Sprintf("+86 137-%04d-%04d", (i-17)/10000, (i-17)%10000)
			want.Merged++
		default:
			want.Created++
			phones[phone] = true
		}
		fmt.Fprintf(&file, "L%05d,公司%d,%s,制造,%d万,江苏苏州,%s\n", i, i, phone, 1+i%30, stage)
	}
	return []byte(file.String()), want, phones
}

// An import that is killed goes on where it was, several times over, and ends with the figures it would have had.
func TestKillDuringImport(t *testing.T) {
	t.Parallel()
	file, want, phones := longFile()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		admin.Reps(t, 4)
		id := admin.StartImport(t, "lead", "kill.csv", file, ImportOptions{Assign: true, Countdown: true})
		for round := range killRounds {
			at := int64(want.Rows * (round + 1) / (killRounds + 2))
			var job Job
			Eventually(t, 3*time.Minute, fmt.Sprintf("the import passes row %d", at), func() bool {
				job = admin.Job(t, id)
				return job.Done > at || job.State == "done" || job.State == "failed"
			})
			if job.State != "running" {
				t.Fatalf("round %d: the import is %s at row %d, too early to kill it", round, job.State, job.Done)
			}
			s.Kill(t)
			s.Restart(t)
			if now := admin.Job(t, id); now.Done < job.Done {
				t.Errorf("round %d: %d rows were done, %d after the kill", round, job.Done, now.Done)
			}
		}
		job := admin.WaitJob(t, id, 4*time.Minute)
		if got := (counts{job.Result.Rows, job.Result.Created, job.Result.Merged, job.Result.Rejected}); job.State != "done" || got != want {
			t.Errorf("the import ended %s with %+v, want %+v", job.State, got, want)
		}
		leads := wholeLeads(t, admin)
		if !maps.EqualFunc(leads, phones, func(string, bool) bool { return true }) {
			t.Errorf("%d leads, want %d, each once", len(leads), len(phones))
		}
		if rejected := admin.Do(t, http.MethodGet, path("/jobs/%s/rejected.csv", id), nil).Body; strings.Count(string(rejected), "差不多了,“差不多了”") != want.Rejected {
			t.Errorf("%d rejected rows to download, want %d", strings.Count(string(rejected), "差不多了,“差不多了”"), want.Rejected)
		}
		wholeTrail(t, s)
	})
}

// An import on the command line, without a server, that is killed is finished by the server that starts next.
func TestKillOfAnImportOnTheCommandLine(t *testing.T) {
	t.Parallel()
	content, want, phones := longFile()
	s := Start(t, Options{})
	admin := s.Admin(t)
	admin.Reps(t, 4)
	s.Stop(t)
	file := filepath.Join(folder(t), "kill.csv")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	bin, env := s.Command()
	before := written(t, s.Data)
	p, err := launch(bin, env, s.log, "import", "--object", "lead", "--file", file)
	if err != nil {
		t.Fatal(err)
	}
	Eventually(t, time.Minute, "the import is under way", func() bool { return written(t, s.Data) > before+1<<20 })
	p.kill()
	if p.err == nil {
		t.Fatal("the import had ended before it was killed")
	}
	s.Restart(t)
	var list struct{ Jobs []Job }
	admin.Get(t, path("/jobs?kind=import"), &list)
	if len(list.Jobs) != 1 {
		t.Fatalf("jobs after the kill: %+v", list.Jobs)
	}
	job := admin.WaitJob(t, list.Jobs[0].ID, 2*time.Minute)
	if got := (counts{job.Result.Rows, job.Result.Created, job.Result.Merged, job.Result.Rejected}); job.State != "done" || got != want {
		t.Errorf("the import ended %s with %+v, want %+v", job.State, got, want)
	}
	if leads := wholeLeads(t, admin); len(leads) != len(phones) {
		t.Errorf("%d leads, want %d", len(leads), len(phones))
	}
	wholeTrail(t, s)
}

// A first start that is killed, be it while the tables are made or while the demo company comes in, is finished by the next.
func TestKillDuringFirstStart(t *testing.T) {
	t.Parallel()
	s := prepare(t, Options{Demo: true})
	bin, env := s.Command()
	for _, size := range []int64{1, 400 << 10, 1 << 20, 3 << 20, 6 << 20} {
		p, err := launch(bin, append(env[:len(env):len(env)], "BATON_ADDR="+freeAddress(t)), s.log, "serve")
		if err != nil {
			t.Fatal(err)
		}
		Eventually(t, time.Minute, fmt.Sprintf("the database has %d bytes", size), func() bool {
			select {
			case <-p.done:
				t.Fatalf("the start ended by itself: %v\n%s", p.err, s.Log())
			default:
			}
			return written(t, s.Data) >= size
		})
		p.kill()
	}
	s.start(t)
	control := Start(t, Options{Demo: true})
	director, twin := s.Demo(t, "chenli"), control.Demo(t, "chenli")
	for _, object := range []string{"lead", "follow_up", "customer", "opportunity", "quote", "contract", "receipt", "script", "person", "org_unit"} {
		got, want := director.Figure(t, object, "count", nil), twin.Figure(t, object, "count", nil)
		if got != want || want == 0 {
			t.Errorf("%v of %s, a load without kills has %v", got, object, want)
		}
	}
	s.Admin(t)
	wholeTrail(t, s)
}

// written is the size of the database and its log.
func written(t *testing.T, folder string) (n int64) {
	t.Helper()
	for _, name := range []string{"baton.db", "baton.db-wal"} {
		if info, err := os.Stat(filepath.Join(folder, name)); err == nil {
			n += info.Size()
		}
	}
	return n
}
