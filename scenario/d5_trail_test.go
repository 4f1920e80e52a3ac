package scenario

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A record's history says who did what, from where, to the second.
func TestHistorySaysWhoWhereAndWhen(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, tuesday)})
		f := newFloor(t, s)
		form := f.admin.Channel(t, "website_form")
		f.admin.Publish(t, policy(branch("none", "round_robin", Fields{"field": "budget", "op": "gt", "value": 1000000}, Fields{})))
		id := form.Intake(t, "website_form", Fields{"company": "温州小学", "phone": phone(1)})
		step := At(t, tuesday)
		at := func() {
			step = step.Add(10 * time.Minute)
			f.admin.SetTime(t, step)
		}
		at()
		f.rep.Act(t, "lead", id, "claim", nil).OK(t, nil)
		at()
		f.rep.Act(t, "lead", id, "open", nil).OK(t, nil)
		at()
		f.rep.Change(t, "lead", f.rep.Record(t, "lead", id), Fields{"budget": "12万", "note": "校长要看方案"})
		at()
		f.rep.Act(t, "lead", id, "contacted", Fields{"way": "visit", "note": "见了校长"}).OK(t, nil)
		at()
		f.boss.Act(t, "lead", id, "transfer", Fields{"owner": f.other.User.ID, "note": "换人跟"}).OK(t, nil)
		events := f.admin.History(t, "lead", id)
		want := []struct{ op, kind, who, note string }{
			{"transfer", "person", "zhouming", "换人跟"}, {"contacted", "person", "linxiao", "见了校长"}, {"update", "person", "linxiao", ""},
			{"open", "person", "linxiao", ""}, {"claim", "person", "linxiao", ""}, {"create", "channel", "官网表单", ""},
		}
		if len(events) != len(want) {
			t.Fatalf("%d events, want %d: %+v", len(events), len(want), events)
		}
		for i, e := range events {
			w := want[i]
			if e.Op != w.op || e.Actor["kind"] != w.kind || e.Actor["name"] != w.who || e.Note != w.note || e.IP != "127.0.0.1" || e.RequestID == "" {
				t.Errorf("event %d: %+v, want %+v from 127.0.0.1", i, e, w)
			}
			if late := instant(t, e.At).Sub(step.Add(-time.Duration(i) * 10 * time.Minute)); late < 0 || late > time.Minute || e.WrittenAt < e.At {
				t.Errorf("event %d happened at %s and was written at %s", i, e.At, e.WrittenAt)
			}
			if i > 0 && e.Seq >= events[i-1].Seq {
				t.Errorf("event %d has number %d after %d", i, e.Seq, events[i-1].Seq)
			}
		}
		if got := events[2].Change("budget"); got != [2]string{"—", "¥12万"} {
			t.Errorf("the change of the budget: %v", got)
		}
		if got := events[0].Change("owner"); got != [2]string{"linxiao", "wutao"} {
			t.Errorf("the change of the owner: %v", got)
		}
	})
}

// No address of the API changes or takes away an event: the document lists reading only, and whatever else is tried is refused.
func TestNoAddressChangesTheTrail(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		lead := admin.Create(t, "lead", Fields{"company": "温州小学"})
		lead = admin.Change(t, "lead", lead, Fields{"note": "已核对"})
		before := admin.History(t, "lead", lead.ID())
		var doc struct {
			Paths map[string]map[string]json.RawMessage `json:"paths"`
		}
		r := admin.Do(t, http.MethodGet, "/api/openapi.json", nil)
		if err := json.Unmarshal(r.Body, &doc); err != nil || len(doc.Paths) < 20 {
			t.Fatalf("openapi: %d paths, %v", len(doc.Paths), err)
		}
		trails := 0
		for address, verbs := range doc.Paths {
			if !regexp.MustCompile(`/(events|history|trail|seals?)\b`).MatchString(address) {
				continue
			}
			trails++
			for verb := range verbs {
				if verb != "get" && verb != "parameters" {
					t.Errorf("%s %s is offered", verb, address)
				}
			}
		}
		if trails < 3 {
			t.Errorf("%d addresses of the trail in the document, want events, trail and history", trails)
		}
		seq := before[0].Seq
		addresses := []string{"/events", fmt.Sprintf("/events/%d", seq), "/trail", fmt.Sprintf("/objects/lead/records/%s/history", lead.ID()), fmt.Sprintf("/objects/lead/records/%s/history/%d", lead.ID(), seq),
			fmt.Sprintf("/objects/event/records/%d", seq), "/objects/event/records", "/objects/track/records"}
		for _, address := range addresses {
			for _, verb := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
				r := admin.Do(t, verb, "/api/v1"+address, Fields{"op": "nothing"})
				if r.Status != http.StatusNotFound && r.Status != http.StatusMethodNotAllowed {
					t.Errorf("%s: status %d, want 404 or 405: %s", r.Request, r.Status, r.Body)
				}
			}
		}
		// The fields that tell of the past cannot be written either, and deleting a record leaves its history.
		admin.Do(t, http.MethodPatch, path("/objects/lead/records/%s", lead.ID()), Fields{"created_at": "2020-01-01T00:00:00Z"}).Problem(t, http.StatusUnprocessableEntity, "invalid_record")
		admin.Delete(t, path("/objects/lead/records/%s", lead.ID()))
		admin.Post(t, path("/objects/lead/records/%s:restore", lead.ID()), Fields{}, nil)
		after := admin.History(t, "lead", lead.ID())
		if len(after) != len(before)+2 || after[0].Op != "restore" || after[1].Op != "delete" || fmt.Sprint(after[2:]) != fmt.Sprint(before) {
			t.Errorf("history afterwards: %+v, want restore and delete before %+v", after, before)
		}
	})
}

var broken = regexp.MustCompile(`^BROKEN at (.*)\n`)

// baton verify proves the trail beside the running server, after a crash too; the database refuses to change an event; and once somebody
// takes the guards away and tampers, verify exits 1 and names the first event that is broken.
func TestVerifyNamesTheFirstBrokenEvent(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		for _, c := range []struct {
			what  string
			do    func(from, last int64) []string
			names func(from, last, seal int64) string
		}{
			{"a payload changed", func(from, _ int64) []string {
				return []string{fmt.Sprintf(`UPDATE event SET payload = '{"n":"nothing happened"}' WHERE seq = %d`, from+3)}
			}, func(from, _, _ int64) string { return fmt.Sprintf("event %d ", from+3) }},
			{"an author changed, and a later payload", func(from, _ int64) []string {
				return []string{fmt.Sprintf(`UPDATE event SET payload = '{}' WHERE seq = %d`, from+9), fmt.Sprintf(`UPDATE event SET actor_name = '别人' WHERE seq = %d`, from+4)}
			}, func(from, _, _ int64) string { return fmt.Sprintf("event %d ", from+4) }},
			{"an event removed", func(from, _ int64) []string { return []string{fmt.Sprintf(`DELETE FROM event WHERE seq = %d`, from+5)} }, func(from, _, _ int64) string { return fmt.Sprintf("event %d ", from+5) }},
			{"the last events removed", func(_, last int64) []string { return []string{fmt.Sprintf(`DELETE FROM event WHERE seq > %d`, last-3)} }, func(_, last, _ int64) string { return fmt.Sprintf("event %d ", last-2) }},
			{"the last events and their seals removed, and the count set back", func(_, last int64) []string {
				return []string{fmt.Sprintf(`DELETE FROM event WHERE seq > %d`, last-3), fmt.Sprintf(`DELETE FROM seal WHERE to_seq > %d`, last-3), fmt.Sprintf(`UPDATE sequence SET n = %d WHERE name = 'event'`, last-3)}
			}, func(_, _, seal int64) string { return fmt.Sprintf("seal %d:", seal) }},
		} {
			t.Run(c.what, func(t *testing.T) {
				t.Parallel()
				s := Start(t, Options{DB: db})
				admin := s.Admin(t)
				from, _ := admin.sealed(t)
				for i := range 15 {
					admin.Create(t, "task", Fields{"title": fmt.Sprintf("第 %d 件", i+1)})
				}
				s.Kill(t)
				s.Restart(t)
				Eventually(t, 10*time.Second, "everything is sealed", func() bool { last, sealed := admin.sealed(t); return last == sealed })
				out, errs, code := s.Run(t, "verify")
				last, _ := admin.sealed(t)
				if code != 0 || !strings.HasPrefix(out, fmt.Sprintf("whole: %d events", last)) {
					t.Fatalf("verify: exit %d, %s%s; want 0 and %d events", code, out, errs, last)
				}
				s.Stop(t)
				intruder := s.Intruder(t)
				for _, q := range []string{`UPDATE event SET op = 'x' WHERE seq = 1`, `DELETE FROM event WHERE seq = 1`, `UPDATE seal SET root = 'x'`, `DELETE FROM seal`} {
					if _, err := intruder.Exec(q); err == nil {
						t.Fatalf("the database let %s pass", q)
					}
				}
				guards := []string{`ALTER TABLE event DISABLE TRIGGER ALL`, `ALTER TABLE seal DISABLE TRIGGER ALL`}
				if db == SQLite {
					guards = []string{`DROP TRIGGER event_no_update`, `DROP TRIGGER event_no_delete`, `DROP TRIGGER seal_no_update`, `DROP TRIGGER seal_no_delete`}
				}
				var to, seal int64
				if err := intruder.QueryRow(`SELECT n, (SELECT MIN(n) FROM seal WHERE to_seq > sequence.n - 3) FROM sequence WHERE name = 'event'`).Scan(&to, &seal); err != nil {
					t.Fatal(err)
				}
				for _, q := range append(guards, c.do(from, to)...) {
					if _, err := intruder.Exec(q); err != nil {
						t.Fatalf("%s: %v", q, err)
					}
				}
				_ = intruder.Close()
				out, errs, code = s.Run(t, "verify")
				names := broken.FindStringSubmatch(out)
				if code != 1 || names == nil || !strings.HasPrefix(names[1], c.names(from, to, seal)) {
					t.Errorf("verify: exit %d, %q %q; want 1, BROKEN at %s", code, out, errs, c.names(from, to, seal))
				}
			})
		}
	})
}

// sealed says how far the trail is written and sealed.
func (c *Client) sealed(t *testing.T) (last, sealed int64) {
	t.Helper()
	var out struct {
		Last   int64  `json:"last_seq"`
		Sealed int64  `json:"sealed_seq"`
		Seals  int64  `json:"seals"`
		At     string `json:"last_seal_at"`
		Head   string `json:"head"`
	}
	c.Get(t, path("/trail"), &out)
	return out.Last, out.Sealed
}

// Two nodes write one trail without a gap. It is sealed with one key: a node without it says so instead of calling the trail broken, and a
// node that is given it seals and proves as the first does.
func TestTwoNodesWriteOneTrail(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{DB: Postgres})
	first := s.Admin(t)
	Eventually(t, 10*time.Second, "the first node has sealed", func() bool { _, sealed := first.sealed(t); return sealed > 0 })
	node := s.Node(t)
	second := node.Admin(t)
	write := func(who ...*Client) {
		for i := range 10 {
			for _, c := range who {
				c.Create(t, "task", Fields{"title": fmt.Sprintf("第 %d 件", i+1)})
			}
		}
	}
	whole := func(on *Server, by *Client) {
		t.Helper()
		Eventually(t, 10*time.Second, "everything is sealed", func() bool { last, sealed := by.sealed(t); return last == sealed })
		last, _ := by.sealed(t)
		if out, errs, code := on.Run(t, "verify"); code != 0 || !strings.HasPrefix(out, fmt.Sprintf("whole: %d events", last)) {
			t.Errorf("verify: exit %d, %q %q; want 0 and %d events", code, out, errs, last)
		}
	}
	write(first, second)
	whole(s, first)
	out, errs, code := node.Run(t, "verify")
	if code != 1 || strings.Contains(out, "BROKEN") || !strings.Contains(errs, "seal.key") {
		t.Errorf("verify without the key: exit %d, %q %q; want 1 and the way out", code, out, errs)
	}
	if strings.Contains(node.Log(), "level=ERROR") || strings.Count(node.Log(), "does not seal") != 1 {
		t.Errorf("the second node's log: %s", node.Log())
	}
	key, err := os.ReadFile(filepath.Join(s.Data, "seal.key"))
	if err != nil {
		t.Fatal(err)
	}
	node.Stop(t)
	if err := os.WriteFile(filepath.Join(node.Data, "seal.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	node.Restart(t)
	write(first, second)
	whole(s, first)
	s.Kill(t)
	write(second)
	whole(node, second)
}
