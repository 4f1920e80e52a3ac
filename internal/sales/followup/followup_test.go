package followup_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
	"baton/internal/sales/followup"
)

const hour = int64(time.Hour / time.Millisecond)

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func code(err error) string {
	if p := problem.As(err); p != nil {
		return p.Code
	}
	return ""
}

func TestOwnersFirstOpeningStartsTheCountdownAndNobodyElses(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		id := c.lead(map[string]any{"company": "甲公司", "owner": "wang"})
		first := c.timer(id, followup.FirstOpen)
		if first.Due-first.StartedAt != 24*hour || first.Person != "wang" || first.Rule != "lead_follow_up" {
			t.Fatalf("first opening: %+v", first)
		}
		before := c.ops(id)
		for _, person := range []string{"lena", "dora", "chief", "mark"} {
			if _, err := c.engine.Open(t.Context(), c.as(person), "lead", id); err != nil {
				t.Fatalf("%s may look: %v", person, err)
			}
		}
		if _, err := c.engine.Open(t.Context(), c.as("zhao"), "lead", id); code(err) != "no_such_record" {
			t.Fatalf("a colleague without sight of it: %v", err)
		}
		equal(t, "others' opening", c.countdowns(id), []string{"first_open:running:wang"})
		equal(t, "others' events", c.ops(id), before)
		if c.row("lead", id).Get("first_opened_at") != nil {
			t.Fatal("others' opening was kept as the first")
		}
		row, err := c.engine.Open(t.Context(), c.as("wang"), "lead", id)
		if err != nil {
			t.Fatal(err)
		}
		follow := c.timer(id, followup.FollowUp)
		opened, _ := row.Int("first_opened_at")
		if follow.Due-opened != 72*hour || follow.StartedAt != opened || follow.Person != "wang" {
			t.Fatalf("opened at %d, countdown %+v", opened, follow)
		}
		if _, err := c.engine.Open(t.Context(), c.as("wang"), "lead", id); err != nil {
			t.Fatal(err)
		}
		equal(t, "countdowns", c.countdowns(id), []string{"first_open:stopped:wang", "follow_up:running:wang"})
		equal(t, "events", c.ops(id), append(before, "open"))
	})
}

func TestBreachTellsRepAndSupervisorOnceAndToTheInstant(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		id := c.lead(map[string]any{"company": "甲公司", "owner": "wang"})
		if _, err := c.engine.Open(t.Context(), c.as("wang"), "lead", id); err != nil {
			t.Fatal(err)
		}
		due := c.timer(id, followup.FollowUp).Due
		c.until(due - 1000)
		equal(t, "a second before", c.told("wang"), []string{})
		c.until(due)
		c.until(due + 5000)
		equal(t, "the rep", c.told("wang"), []string{"red:overdue"})
		equal(t, "the supervisor", c.told("lena"), []string{"amber:copy"})
		equal(t, "the director", c.told("dora"), []string{})
		events := c.events(id)
		last := events[len(events)-1]
		if last.Op != "breach" || last.At != due || last.Payload.Data["due_at"] != object.Instant(due) || last.ActorKind != "system" || last.WrittenAt < due {
			t.Fatalf("kept as %+v", last)
		}
		if v := c.row("lead", id).V[object.Version]; v != int64(2) {
			t.Errorf("a breach changed the record: version %v", v)
		}
		items, err := c.inbox.List(t.Context(), "wang", true, 0, 10)
		if err != nil || items[0].Title != "跟进超时：甲公司" || items[0].RecordID != id {
			t.Fatalf("told %+v, %v", items, err)
		}
	})
}

func TestNeverOpenedIsOverdueThenEscalatesThenGoesBackToThePool(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		c.rule(func(s *followup.Spec) {
			s.OnBreach.EscalateAfterHours, s.OnBreach.ReturnToPoolAfterHours = hours(24), hours(60)
		})
		id := c.lead(map[string]any{"company": "甲公司", "owner": "wang"})
		due := c.timer(id, followup.FirstOpen).Due
		c.until(due)
		equal(t, "breach", c.told("lena"), []string{"amber:copy"})
		c.until(due + 24*hour)
		equal(t, "the next up", c.told("dora"), []string{"red:escalation"})
		c.until(due + 48*hour)
		equal(t, "the top", c.told("chief"), []string{"red:escalation"})
		if c.row("lead", id).Owner() != "wang" {
			t.Fatal("taken too early")
		}
		c.until(due + 60*hour)
		row := c.row("lead", id)
		if row.Owner() != "" || row.Text("pool_reason") == "" {
			t.Fatalf("owner %q, reason %q", row.Owner(), row.Text("pool_reason"))
		}
		equal(t, "the rep", c.told("wang"), []string{"red:overdue", "amber:returned"})
		equal(t, "events", c.ops(id), []string{"create", "breach", "escalate", "escalate", "return_to_pool"})
		for _, x := range c.timersOf(id) {
			if x.State == timer.Running && x.Kind != followup.PoolWait {
				t.Errorf("still running: %+v", x)
			}
		}
		events := c.events(id)
		if at := events[len(events)-1].At; at != due+60*hour {
			t.Errorf("went back at %d, want %d", at, due+60*hour)
		}
	})
}

func TestLateOpeningEndsWhatFollowedTheBreach(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		c.rule(func(s *followup.Spec) { s.OnBreach.ReturnToPoolAfterHours = hours(48) })
		id := c.lead(map[string]any{"company": "甲公司", "owner": "wang"})
		due := c.timer(id, followup.FirstOpen).Due
		c.until(due + hour)
		if _, err := c.engine.Open(t.Context(), c.as("wang"), "lead", id); err != nil {
			t.Fatal(err)
		}
		if x := c.timer(id, followup.FollowUp); x.State != timer.Running {
			t.Fatalf("%+v", x)
		}
		c.until(due + 49*hour)
		if c.row("lead", id).Owner() != "wang" {
			t.Error("taken from an owner who works on it")
		}
	})
}

func TestContactedNeedsWayAndNoteAndEndsTheCountdown(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		id := c.lead(map[string]any{"company": "甲公司", "owner": "wang"})
		if _, err := c.writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "worker", Engine: true}, Writes: []record.Write{{Op: record.Create, Object: "task", Values: map[string]any{"title": "首次联系", "kind": "首次联系", "lead": id, "owner": "wang"}}}}); err != nil {
			t.Fatal(err)
		}
		wang := c.as("wang")
		if _, err := c.engine.Open(t.Context(), wang, "lead", id); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []struct {
			way, note string
			pointers  []string
		}{{"", "  ", []string{"/way", "/note"}}, {"phone", "", []string{"/note"}}, {"fax", "打过", []string{"/way"}}} {
			_, err := c.engine.Contacted(t.Context(), wang, "lead", id, bad.way, bad.note)
			p := problem.As(err)
			if p == nil || p.Class != problem.Invalid {
				t.Fatalf("%+v was taken: %v", bad, err)
			}
			var got []string
			for _, it := range p.Items {
				got = append(got, it.Pointer)
			}
			equal(t, "pointers", got, bad.pointers)
		}
		if _, err := c.engine.Contacted(t.Context(), c.as("mark"), "lead", id, "phone", "打过"); code(err) != "forbidden" {
			t.Fatalf("somebody who only reads: %v", err)
		}
		if n := len(c.rows("follow_up", record.Eq{Field: "lead", Value: id})); n != 0 || c.row("lead", id).Text("stage") != "new" {
			t.Fatalf("%d follow-ups after refusals", n)
		}
		row, err := c.engine.Contacted(t.Context(), wang, "lead", id, "phone", " 客户周五前要报价 ")
		if err != nil {
			t.Fatal(err)
		}
		if row.Text("stage") != "contacted" || row.Get("contacted_at") == nil {
			t.Fatalf("stage %s", row.Text("stage"))
		}
		equal(t, "countdowns", c.countdowns(id), []string{"first_open:stopped:wang", "follow_up:stopped:wang"})
		kept := c.rows("follow_up", record.Eq{Field: "lead", Value: id})
		if len(kept) != 1 || kept[0].Text("way") != "phone" || kept[0].Text("note") != "客户周五前要报价" || kept[0].Owner() != "wang" {
			t.Fatalf("kept %v", kept)
		}
		if task := c.rows("task", record.Eq{Field: "lead", Value: id})[0]; task.Text("status") != "done" || task.Get("done_at") == nil {
			t.Fatalf("task is %s", task.Text("status"))
		}
		c.until(c.clock.Milli() + 200*hour)
		equal(t, "nobody is told", c.told("wang"), []string{})
		events := c.events(id)
		last := events[len(events)-1]
		if last.Op != "contacted" || last.Payload.Note != "客户周五前要报价" || last.Payload.Data["way"] != "phone" || last.ActorID != "wang" || last.IP == "" {
			t.Fatalf("kept as %+v", last)
		}
	})
}

func TestClaimRaceHasOneWinner(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		id := c.lead(map[string]any{"company": "甲公司", "region": "浙江 杭州"})
		equal(t, "in the pool", c.countdowns(id), []string{"pool_wait:running:"})
		claimers := []string{"wang", "zhao", "qian", "lena"}
		var wg sync.WaitGroup
		var mu sync.Mutex
		var winners []string
		for i := range 16 {
			who := claimers[i%len(claimers)]
			wg.Go(func() {
				row, err := c.engine.Claim(t.Context(), c.as(who), "lead", id)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					winners = append(winners, row.Owner())
				case code(err) != "held":
					t.Errorf("%s: %v", who, err)
				}
			})
		}
		wg.Wait()
		owner := c.row("lead", id).Owner()
		for _, w := range winners {
			if w != owner {
				t.Errorf("%s was told it is theirs, but it is %s's", w, owner)
			}
		}
		if len(winners) != 4 { // the winner's own four requests: one took it, the others found it theirs
			t.Errorf("%d requests succeeded: %v", len(winners), winners)
		}
		equal(t, "events", c.ops(id), []string{"create", "claim"})
		equal(t, "countdowns", c.countdowns(id), []string{"pool_wait:stopped:", "first_open:running:" + owner})
		tasks := c.rows("task", record.Eq{Field: "lead", Value: id})
		if len(tasks) != 1 || tasks[0].Owner() != owner || tasks[0].Text("status") != "open" {
			t.Errorf("tasks %v", tasks)
		}
		if _, err := c.engine.Claim(t.Context(), c.as("mark"), "lead", c.lead(map[string]any{"company": "乙"})); code(err) != "forbidden" {
			t.Errorf("a role that may not claim: %v", err)
		}
	})
}

func TestTransferRestartsAndReturnStops(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		id := c.lead(map[string]any{"company": "甲公司"})
		if _, err := c.engine.Claim(t.Context(), c.as("wang"), "lead", id); err != nil {
			t.Fatal(err)
		}
		if _, err := c.engine.Open(t.Context(), c.as("wang"), "lead", id); err != nil {
			t.Fatal(err)
		}
		if _, err := c.engine.Transfer(t.Context(), c.as("zhao"), "lead", id, "zhao", ""); code(err) != "no_such_record" {
			t.Fatalf("a colleague took it: %v", err)
		}
		if _, err := c.engine.Transfer(t.Context(), c.as("lena"), "lead", id, "nobody", ""); code(err) != "invalid_transfer" {
			t.Fatalf("to nobody: %v", err)
		}
		row, err := c.engine.Transfer(t.Context(), c.as("lena"), "lead", id, "zhao", "王芳休假")
		if err != nil {
			t.Fatal(err)
		}
		if row.Owner() != "zhao" || row.Get("first_opened_at") != nil {
			t.Fatalf("owner %s, opened %v", row.Owner(), row.Get("first_opened_at"))
		}
		equal(t, "after the transfer", c.countdowns(id), []string{"pool_wait:stopped:", "first_open:stopped:wang", "follow_up:stopped:wang", "first_open:running:zhao"})
		equal(t, "the new owner", c.told("zhao"), []string{"blue:assigned"})
		if task := c.rows("task", record.Eq{Field: "lead", Value: id}); len(task) != 1 || task[0].Owner() != "zhao" {
			t.Fatalf("tasks %v", task)
		}
		if _, err := c.engine.ReturnToPool(t.Context(), c.as("zhao"), "lead", id, " "); code(err) != "invalid_return" {
			t.Fatalf("without a reason: %v", err)
		}
		if row, err = c.engine.ReturnToPool(t.Context(), c.as("zhao"), "lead", id, "号码是空号"); err != nil {
			t.Fatal(err)
		}
		if row.Owner() != "" || row.Text("pool_reason") != "号码是空号" {
			t.Fatalf("owner %q, reason %q", row.Owner(), row.Text("pool_reason"))
		}
		if x := c.timer(id, followup.FirstOpen); x.State != timer.Stopped {
			t.Fatalf("%+v", x)
		}
		if task := c.rows("task", record.Eq{Field: "lead", Value: id}); task[0].Text("status") != "cancelled" {
			t.Fatalf("task is %s", task[0].Text("status"))
		}
		if _, err := c.engine.Claim(t.Context(), c.as("wang"), "lead", id); err != nil {
			t.Fatal(err)
		}
		if got := c.row("lead", id); got.Text("pool_reason") != "" || c.timer(id, followup.FirstOpen).State != timer.Running {
			t.Fatalf("claimed again with %q", got.Text("pool_reason"))
		}
	})
}

func TestImportsWithoutCountdownsStartNone(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		id := c.leadFrom(record.Origin{Kind: "import", Engine: true}, map[string]any{"company": "去年的", "owner": "wang"})
		if _, err := c.engine.Open(t.Context(), c.as("wang"), "lead", id); err != nil {
			t.Fatal(err)
		}
		equal(t, "countdowns", c.countdowns(id), []string{})
		if c.row("lead", id).Get("first_opened_at") == nil {
			t.Error("the owner's opening was not kept")
		}
		done := c.lead(map[string]any{"company": "已成交", "owner": "wang", "decided_at": "2026-01-01T00:00:00Z"})
		equal(t, "a decided lead", c.countdowns(done), []string{})
	})
}

func TestRuleChangeDoesNotRewriteRunningCountdowns(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		old := c.lead(map[string]any{"company": "旧", "owner": "wang", "source": "官网表单"})
		due := c.timer(old, followup.FirstOpen).Due
		c.rule(func(s *followup.Spec) {
			s.FirstOpenHours, s.OnBreach.NotifyOwner = 2, false
			s.When = []byte(`{"field":"source","op":"eq","value":"官网表单"}`)
		})
		if got := c.timer(old, followup.FirstOpen).Due; got != due {
			t.Errorf("rewritten to %d", got)
		}
		fresh := c.lead(map[string]any{"company": "新", "owner": "zhao", "source": "官网表单"})
		if x := c.timer(fresh, followup.FirstOpen); x.Due-x.StartedAt != 2*hour {
			t.Errorf("the new rule gives %d ms", x.Due-x.StartedAt)
		}
		equal(t, "off the rule", c.countdowns(c.lead(map[string]any{"company": "别的", "owner": "zhao", "source": "名片"})), []string{})
		c.until(due)
		equal(t, "the old rule's consequence", c.told("wang"), []string{"red:overdue"})
		equal(t, "the new rule's", c.told("zhao"), []string{})
	})
}

func TestWorkingCalendarOverSpringFestival(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		zone := time.FixedZone("CST", 8*3600)
		// Friday before the festival; Saturday the 14th is a make-up workday, the 15th to the 23rd are off.
		c.until(time.Date(2026, 2, 13, 15, 0, 0, 0, zone).UnixMilli())
		c.rule(func(s *followup.Spec) { s.WorkingTime = true })
		days := c.timer(c.lead(map[string]any{"company": "甲", "owner": "wang"}), followup.FirstOpen)
		want := days.StartedAt + 24*hour
		if days.Due != want {
			t.Errorf("24 h over the make-up Saturday end at %s, want %s", time.UnixMilli(days.Due).In(zone), time.UnixMilli(want).In(zone))
		}
		id := c.lead(map[string]any{"company": "乙", "owner": "wang"})
		if _, err := c.engine.Open(t.Context(), c.as("wang"), "lead", id); err != nil {
			t.Fatal(err)
		}
		x := c.timer(id, followup.FollowUp)
		if want := x.StartedAt + 72*hour + 9*24*hour; x.Due != want { // nine days off in between
			t.Errorf("72 h end at %s, want %s", time.UnixMilli(x.Due).In(zone), time.UnixMilli(want).In(zone))
		}
		views := followup.View(c.defs.Current(), c.timersOf(id))
		if !views[0].WorkingTime || views[0].Warning != "" || views[0].Rule.Title != "线索跟进时限" {
			t.Errorf("shown as %+v", views[0])
		}
		c.rule(func(s *followup.Spec) { s.WorkingHours, s.FirstOpenHours = true, 4 })
		worked := c.timer(c.lead(map[string]any{"company": "丙", "owner": "wang"}), followup.FirstOpen)
		left := time.Date(2026, 2, 13, 18, 0, 0, 0, zone).UnixMilli() - worked.StartedAt
		if want := time.Date(2026, 2, 14, 9, 0, 0, 0, zone).UnixMilli() + 4*hour - left; worked.Due != want {
			t.Errorf("4 working hours end at %s, want %s", time.UnixMilli(worked.Due).In(zone), time.UnixMilli(want).In(zone))
		}
	})
}

func TestUnassignedTellsTheHeadOfTheRegionOnce(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		id, other := c.lead(map[string]any{"company": "甲", "region": "广东 深圳"}), c.lead(map[string]any{"company": "乙", "region": "浙江 杭州"})
		now := c.clock.Milli()
		err := c.db.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
			for _, x := range []string{id, other} {
				if err := c.timers.Start(ctx, tx, timer.Timer{Kind: followup.AssignDeadline, Object: "lead", RecordID: x, StartedAt: now, Due: now + hour/2}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.engine.Claim(t.Context(), c.as("wang"), "lead", other); err != nil {
			t.Fatal(err)
		}
		c.until(now + hour/2)
		c.until(now + hour)
		equal(t, "华南's head", c.told("hugo"), []string{"amber:unassigned"})
		equal(t, "华东's head", c.told("dora"), []string{})
		equal(t, "events", c.ops(id), []string{"create", "assign_overdue"})
	})
}

func TestBreachOnceAcrossRestartAndTwoNodes(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		var ids []string
		for range 30 {
			ids = append(ids, c.lead(map[string]any{"company": "甲", "owner": "wang"}))
		}
		due := c.timer(ids[29], followup.FirstOpen).Due
		if err := c.db.Close(); err != nil {
			t.Fatal(err)
		}
		a, b := open(t, c.url, c.clock), open(t, c.url, c.clock)
		c.clock.Shift(time.Until(time.UnixMilli(due)) + time.Second)
		var wg sync.WaitGroup
		for _, node := range []*company{a, b} {
			wg.Go(func() {
				if _, err := node.timers.Drain(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if _, err := a.timers.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(a.told("wang")); n != 30 {
			t.Errorf("%d reminders for 30 breaches", n)
		}
		for _, id := range ids {
			equal(t, id, a.ops(id), []string{"create", "breach"})
		}
	})
}

func TestDueAtIsWhenTheRecordsCountdownEnds(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		wang := c.as("wang")
		due := func(id string) int64 {
			t.Helper()
			at, _ := c.row("lead", id).Int("due_at")
			return at
		}
		is := func(what, id string, want int64) {
			t.Helper()
			if got := due(id); got != want {
				t.Errorf("%s: due_at %d, want %d", what, got, want)
			}
		}
		id := c.lead(map[string]any{"company": "甲公司", "owner": "wang"})
		first := c.timer(id, followup.FirstOpen)
		is("with an owner", id, first.Due)
		if _, err := c.engine.Open(t.Context(), c.as("lena"), "lead", id); err != nil {
			t.Fatal(err)
		}
		is("the supervisor's look", id, first.Due)
		c.until(first.Due)
		is("breached and not yet opened", id, first.Due)
		if _, err := c.engine.Open(t.Context(), wang, "lead", id); err != nil {
			t.Fatal(err)
		}
		is("opened", id, c.timer(id, followup.FollowUp).Due)
		if _, err := c.engine.Contacted(t.Context(), wang, "lead", id, "phone", "已沟通"); err != nil {
			t.Fatal(err)
		}
		is("contacted", id, 0)
		if _, err := c.engine.Transfer(t.Context(), wang, "lead", id, "zhao", ""); err != nil {
			t.Fatal(err)
		}
		is("transferred", id, c.timer(id, followup.FirstOpen).Due)
		if _, err := c.engine.ReturnToPool(t.Context(), c.as("zhao"), "lead", id, "不做这行"); err != nil {
			t.Fatal(err)
		}
		is("back in the pool", id, 0)
		if _, err := c.engine.Claim(t.Context(), wang, "lead", id); err != nil {
			t.Fatal(err)
		}
		is("claimed", id, c.timer(id, followup.FirstOpen).Due)
		settle := func(w record.Write) {
			t.Helper()
			w.Object = "lead"
			if _, err := c.writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "worker", Engine: true, Countdown: true}, Writes: []record.Write{w}}); err != nil {
				t.Fatal(err)
			}
		}
		settle(record.Write{Op: record.Update, ID: id, Values: map[string]any{"converted": true}})
		is("converted", id, 0)
		gone := c.lead(map[string]any{"company": "乙公司", "owner": "wang"})
		settle(record.Write{Op: record.Delete, ID: gone})
		is("deleted", gone, 0)
		settle(record.Write{Op: record.Restore, ID: gone})
		is("restored", gone, c.timer(gone, followup.FirstOpen).Due)
		quiet := c.leadFrom(record.Origin{Kind: "import", Engine: true}, map[string]any{"company": "丙公司", "owner": "wang"})
		is("countdowns off", quiet, 0)
		c.rule(func(s *followup.Spec) { s.Enabled = false })
		if _, err := c.engine.Open(t.Context(), wang, "lead", gone); err != nil {
			t.Fatal(err)
		}
		is("opened when no rule counts any more", gone, 0)
	})
}

func TestListsSortByDueAtWithTheUntimedLast(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		want := []string{}
		for range 3 {
			want = append(want, c.lead(map[string]any{"company": "甲公司", "owner": "wang"}))
			c.clock.Shift(time.Until(c.clock.Now()) + time.Hour)
		}
		for range 2 {
			want = append(want, c.leadFrom(record.Origin{Kind: "import", Engine: true}, map[string]any{"company": "乙公司", "owner": "wang"}))
		}
		got, cursor := []string{}, ""
		for len(got) <= len(want) {
			page, err := c.reader.List(t.Context(), c.as("wang"), record.List{Object: "lead", Sort: []record.Sort{{Field: "due_at", EmptyLast: true}}, Limit: 2, Cursor: cursor})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range page.Rows {
				got = append(got, row.ID())
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		equal(t, "by due_at, page by page", got, want)
	})
}
