package followup_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"baton/internal/platform/object"
	"baton/internal/platform/store"
	"baton/internal/sales/followup"
)

// act tells of an act and gives what it led to.
func (c *company) act(id string, a followup.Act) followup.Told {
	c.t.Helper()
	told, err := c.try(c.t.Context(), id, a)
	if err != nil {
		c.t.Fatal(err)
	}
	return told
}

func (c *company) try(ctx context.Context, id string, a followup.Act) (told followup.Told, err error) {
	row := c.row("lead", id)
	err = c.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		told, err = c.engine.Tell(ctx, tx, system, row, a)
		return err
	})
	return told, err
}

// An act starts one countdown of the rule's hours, which the record's due instant follows; the next act does not move it, and two hours of
// silence are told to the owner and the supervisor, never ending in the pool.
func TestAnActStartsOneCountdownToTheTalk(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		c.rule(func(s *followup.Spec) { s.OnBreach.ReturnToPoolAfterHours = hours(1) })
		id := c.lead(map[string]any{"company": "甲公司", "name": "王总", "owner": "wang"})
		first := c.act(id, followup.Act{Act: "download", Title: "白皮书"})
		if first.Person != "wang" || first.Due == 0 || first.Again {
			t.Fatalf("the act led to %+v", first)
		}
		nudge := c.timer(id, followup.Nudge)
		if due, _ := c.row("lead", id).Int("due_at"); nudge.Due-nudge.StartedAt != 2*hour || due != nudge.Due || first.Due != nudge.Due {
			t.Errorf("the countdown is %+v, the record due %d", nudge, due)
		}
		if again := c.act(id, followup.Act{Act: "download", Title: "白皮书"}); !again.Again {
			t.Errorf("the same act: %+v", again)
		}
		if other := c.act(id, followup.Act{Act: "quote", Title: "报价"}); other.Again || other.Due != nudge.Due {
			t.Errorf("another act: %+v", other)
		}
		if got := c.told("wang"); !slices.Equal(got, []string{"amber:nudge", "amber:nudge"}) {
			t.Errorf("the owner was told %v", got)
		}
		if got := len(c.countdowns(id)); got != 2 {
			t.Errorf("countdowns: %v", c.countdowns(id))
		}
		c.until(nudge.Due)
		if got := c.told("wang"); got[len(got)-1] != "red:overdue" || !slices.Contains(c.told("lena"), "amber:copy") {
			t.Errorf("after the silence: %v and %v", got, c.told("lena"))
		}
		c.until(nudge.Due + 3*hour)
		if c.row("lead", id).Owner() != "wang" {
			t.Error("a missed call took the lead away")
		}
		if _, err := c.engine.Contacted(t.Context(), c.as("wang"), "lead", id, "phone", "谈过"); err != nil {
			t.Fatal(err)
		}
		if c.row("lead", id).Get("due_at") != nil {
			t.Error("after the talk the lead is still due")
		}
	})
}

// The company's own words, hours and quiet time; none at zero hours; and an act of long ago is only kept.
func TestANudgeIsAsTheRuleSays(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		c.rule(func(s *followup.Spec) {
			s.Nudge = &followup.NudgeSpec{Hours: 0.5, QuietMinutes: 5, Text: "{name}{act}{title}！{hours}", Acts: map[string]string{"download": "取走"}}
		})
		id := c.lead(map[string]any{"company": "甲公司", "owner": "wang"})
		c.act(id, followup.Act{Act: "download", Title: "白皮书", Who: "陈姐"})
		c.act(id, followup.Act{Act: "摸了摸", URL: "https://x"})
		items, err := c.inbox.List(t.Context(), "wang", false, 0, 10)
		if err != nil || len(items) != 2 || items[1].Title != "陈姐取走《白皮书》！0.5" || items[0].Title != "甲公司摸了摸！0.5" {
			t.Errorf("the owner reads %+v %v", items, err)
		}
		if x := c.timer(id, followup.Nudge); x.Due-x.StartedAt != hour/2 {
			t.Errorf("the countdown is %+v", x)
		}
		c.clock.Shift(6 * time.Minute)
		if again := c.act(id, followup.Act{Act: "download", Title: "白皮书"}); again.Again {
			t.Error("after the quiet time the act is still quiet")
		}
		c.rule(func(s *followup.Spec) { s.Nudge = &followup.NudgeSpec{} })
		other := c.lead(map[string]any{"company": "乙公司", "owner": "wang"})
		if told := c.act(other, followup.Act{Act: "download"}); told != (followup.Told{}) {
			t.Errorf("at zero hours: %+v", told)
		}
		if got := c.ops(other); !slices.Contains(got, "activity") {
			t.Errorf("the record keeps %v", got)
		}
		c.rule(func(s *followup.Spec) { s.Nudge = nil })
		if told := c.act(other, followup.Act{Act: "visit", At: c.clock.Milli() - 25*hour}); told != (followup.Told{}) {
			t.Errorf("an act of yesterday: %+v", told)
		}
	})
}

// Of the same act at the same time on many hands, one is told.
func TestOneOfManyIsTold(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		id := c.lead(map[string]any{"company": "甲公司", "owner": "wang"})
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := c.try(t.Context(), id, followup.Act{Act: "download", Title: "白皮书"}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := c.told("wang"); !slices.Equal(got, []string{"amber:nudge"}) {
			t.Errorf("the owner was told %v", got)
		}
	})
}

// Nobody's record that nobody is found for goes to whoever answers for its region; a decided one gets no countdown; a changed owner's stops.
func TestNudgesWithoutAnOwner(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		id := c.lead(map[string]any{"company": "甲公司", "region": "广东 深圳"})
		if told := c.act(id, followup.Act{Act: "download", Title: "白皮书"}); told.Person != "hugo" || told.Due != 0 {
			t.Errorf("nobody's: %+v", told)
		}
		items, err := c.inbox.List(t.Context(), "hugo", false, 0, 10)
		if err != nil || len(items) == 0 || !strings.Contains(items[0].Body, "还没有负责人") {
			t.Errorf("the region's head reads %+v %v", items, err)
		}
		decided := c.lead(map[string]any{"company": "乙公司", "owner": "wang", "decided_at": object.Instant(c.clock.Milli())})
		if told := c.act(decided, followup.Act{Act: "download"}); told.Person != "wang" || told.Due != 0 {
			t.Errorf("a decided one's: %+v", told)
		}
		moved := c.lead(map[string]any{"company": "丙公司", "owner": "wang"})
		c.act(moved, followup.Act{Act: "download"})
		if _, err := c.engine.Transfer(t.Context(), c.as("lena"), "lead", moved, "zhao", ""); err != nil {
			t.Fatal(err)
		}
		if got := c.countdowns(moved); !slices.Contains(got, "nudge:stopped:wang") || slices.Contains(got, "nudge:running:wang") {
			t.Errorf("after the transfer: %v", got)
		}
	})
}
