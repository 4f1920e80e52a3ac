package followup_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/sales/followup"
	"baton/internal/sales/salestest"
)

// pool publishes the shipped pool policy with changes to its spec.
func (c *company) pool(change func(*followup.PoolSpec)) {
	c.t.Helper()
	changed(c, followup.PoolKind, "lead_pool", change)
}

func ptr(n int) *int { return &n }

// held is a lead of a person's, claimed from the pool.
func (c *company) held(who, title string) string {
	c.t.Helper()
	id := c.lead(map[string]any{"company": title, "region": "浙江 杭州"})
	if _, err := c.engine.Claim(c.t.Context(), c.as(who), "lead", id); err != nil {
		c.t.Fatal(err)
	}
	return id
}

func TestProtectedLeadStaysWhereItIs(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		id := c.held("wang", "甲公司")
		until := c.clock.Now().Add(48 * time.Hour)
		for _, bad := range []string{"", "morgen", object.Instant(c.clock.Milli() - 1), object.Instant(c.clock.Now().AddDate(0, 0, 31).UnixMilli())} {
			if _, err := c.engine.Protect(t.Context(), c.as("wang"), "lead", id, bad, ""); code(err) != "invalid_protect" {
				t.Errorf("until %q: %v", bad, err)
			}
		}
		if _, err := c.engine.Protect(t.Context(), c.as("lena"), "lead", id, object.Instant(until.UnixMilli()), ""); code(err) != "forbidden" {
			t.Errorf("the supervisor marked another's lead: %v", err)
		}
		if _, err := c.engine.Protect(t.Context(), c.as("wang"), "lead", id, object.Instant(until.UnixMilli()), "周一回访"); err != nil {
			t.Fatal(err)
		}
		c.until(c.clock.Milli() + 1000)
		end := until.In(time.FixedZone("CST", 8*3600)).Format("2006-01-02 15:04:05")
		_, claimed := c.engine.Claim(t.Context(), c.as("zhao"), "lead", id)
		_, moved := c.engine.Transfer(t.Context(), c.as("lena"), "lead", id, "zhao", "")
		_, own := c.engine.Transfer(t.Context(), c.as("wang"), "lead", id, "zhao", "")
		_, back := c.engine.ReturnToPool(t.Context(), c.as("wang"), "lead", id, "不要了")
		_, patched := c.writer.Do(t.Context(), store.Interactive, record.Request{Actor: c.as("lena"), Origin: record.Origin{Kind: "person"}, Writes: []record.Write{{Op: record.Update, Object: "lead", ID: id, Values: map[string]any{"owner": "zhao"}}}})
		for what, err := range map[string]error{"claim": claimed, "transfer": moved, "the owner's own transfer": own, "return": back, "patch": patched} {
			p := problem.As(err)
			if p == nil || p.Code != "protected" || !strings.Contains(p.Detail, "王芳") || !strings.Contains(p.Detail, end) {
				t.Errorf("%s a second after the mark: %v, want protected by 王芳 until %s", what, err, end)
			}
		}
		if got := c.row("lead", id).Owner(); got != "wang" {
			t.Fatalf("it is %s's", got)
		}
		c.until(until.UnixMilli())
		row, err := c.engine.Transfer(t.Context(), c.as("lena"), "lead", id, "zhao", "")
		if err != nil || row.Get("protected_until") != nil {
			t.Fatalf("after the end: %v, %v", row, err)
		}
	})
}

func TestProtectionMayBeLifted(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		id := c.held("wang", "甲公司")
		until := object.Instant(c.clock.Now().Add(time.Hour).UnixMilli())
		if _, err := c.engine.Protect(t.Context(), c.as("wang"), "lead", id, until, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := c.engine.Unprotect(t.Context(), c.as("zhao"), "lead", id); code(err) != "no_such_record" {
			t.Errorf("a colleague: %v", err)
		}
		if _, err := c.engine.Unprotect(t.Context(), c.as("lena"), "lead", id); err != nil {
			t.Fatal(err)
		}
		if _, err := c.engine.ReturnToPool(t.Context(), c.as("wang"), "lead", id, "预算没批"); err != nil {
			t.Fatal(err)
		}
		equal(t, "events", c.ops(id), []string{"create", "claim", "protect", "unprotect", "return"})
		if row := c.row("lead", id); row.Text("pool_reason") != "预算没批" || row.Get("pool_since") == nil {
			t.Errorf("reason %q, since %v", row.Text("pool_reason"), row.Get("pool_since"))
		}
	})
}

// A customer has no pool, and is kept all the same.
func TestProtectedCustomerIsNotHandedOn(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		out, err := c.writer.Do(t.Context(), store.Interactive, record.Request{Actor: c.as("wang"), Origin: record.Origin{Kind: "person"}, Writes: []record.Write{{Op: record.Create, Object: "customer", Values: map[string]any{"name": "甲公司", "owner": "wang"}}}})
		if err != nil {
			t.Fatal(err)
		}
		id := out[0].Row.ID()
		if can := c.engine.Actions(c.as("wang"), c.row("customer", id)); !can["protect"] || can["return"] || can["unprotect"] {
			t.Errorf("the owner may %v", can)
		}
		if _, err := c.engine.Protect(t.Context(), c.as("wang"), "customer", id, object.Instant(c.clock.Now().Add(time.Hour).UnixMilli()), ""); err != nil {
			t.Fatal(err)
		}
		if can := c.engine.Actions(c.as("lena"), c.row("customer", id)); !can["unprotect"] || can["protect"] {
			t.Errorf("the supervisor may %v", can)
		}
		if _, err := c.engine.Transfer(t.Context(), c.as("lena"), "customer", id, "zhao", ""); code(err) != "protected" {
			t.Errorf("handed on: %v", err)
		}
	})
}

func TestQuotasHoldUnderConcurrency(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		c.pool(func(s *followup.PoolSpec) { s.MaxClaimsPerDay = ptr(3) })
		var ids []string
		for range 8 {
			ids = append(ids, c.lead(map[string]any{"company": "甲公司"}))
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for _, id := range ids {
			wg.Go(func() {
				_, err := c.engine.Claim(t.Context(), c.as("wang"), "lead", id)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if p := problem.As(err); p == nil || p.Code != "quota_claims" || !strings.Contains(p.Detail, "最多 3 条") || !strings.Contains(p.Detail, "线索公海规则") {
					t.Errorf("refused with %v", err)
				}
			})
		}
		wg.Wait()
		if mine := len(c.rows("lead", record.Eq{Field: "owner", Value: "wang"})); won != 3 || mine != 3 {
			t.Fatalf("%d claims succeeded, %d leads are 王芳's, want 3", won, mine)
		}
		// The next day of the workspace has its own three; then the number of open ones counts.
		c.until(c.clock.Milli() + 24*time.Hour.Milliseconds())
		c.pool(func(s *followup.PoolSpec) { s.MaxOpen = ptr(4) })
		var refused error
		for _, id := range ids {
			if c.row("lead", id).Owner() == "" {
				if _, err := c.engine.Claim(t.Context(), c.as("wang"), "lead", id); err != nil {
					refused = err
				}
			}
		}
		if p := problem.As(refused); p == nil || p.Code != "quota_open" || !strings.Contains(p.Detail, "已持有 4 条") {
			t.Fatalf("with four open: %v", refused)
		}
		if mine := len(c.rows("lead", record.Eq{Field: "owner", Value: "wang"})); mine != 4 {
			t.Fatalf("%d leads are 王芳's, want 4", mine)
		}
		other := c.held("zhao", "乙公司")
		if _, err := c.engine.Transfer(t.Context(), c.as("lena"), "lead", other, "wang", ""); code(err) != "quota_open" {
			t.Errorf("a fifth by transfer: %v", err)
		}
	})
}

func TestRecycledWhenLetLie(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		before := c.held("wang", "规则之前的公司")
		c.pool(func(s *followup.PoolSpec) { s.RecycleAfterDays = ptr(10) })
		id := c.held("wang", "甲公司")
		const day = 24 * 3_600_000
		start := c.clock.Milli()
		c.until(start + 8*day)
		if _, err := c.writer.Do(t.Context(), store.Interactive, record.Request{Actor: c.as("wang"), Origin: record.Origin{Kind: "person"}, Writes: []record.Write{{Op: record.Create, Object: "follow_up", Values: map[string]any{"lead": id, "way": "phone", "note": "没接", "at": object.Instant(c.clock.Milli()), "owner": "wang"}}}}); err != nil {
			t.Fatal(err)
		}
		touched := c.clock.Milli()
		c.until(start + 11*day)
		if c.row("lead", id).Owner() != "wang" {
			t.Fatal("recycled three days after a follow-up")
		}
		if _, err := c.engine.Protect(t.Context(), c.as("wang"), "lead", id, object.Instant(touched+12*day), ""); err != nil {
			t.Fatal(err)
		}
		c.until(touched + 11*day)
		if c.row("lead", id).Owner() != "wang" {
			t.Fatal("recycled under 待回访")
		}
		c.until(touched + 12*day)
		row := c.row("lead", id)
		if row.Owner() != "" || !strings.Contains(row.Text("pool_reason"), "王芳 10 天没有跟进") || c.timer(id, followup.PoolWait).State.String() != "running" {
			t.Fatalf("owner %q, reason %q, %v", row.Owner(), row.Text("pool_reason"), c.countdowns(id))
		}
		if got := c.ops(id); got[len(got)-1] != "recycle" {
			t.Errorf("events %v", got)
		}
		if c.row("lead", before).Owner() != "wang" {
			t.Error("a lead from before the rule has no clock until the clocks are set, yet it went back")
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		c.engine.Swapped(nil)
		go func() { done <- c.engine.RunPool(ctx) }()
		wait(t, func() bool {
			if _, err := c.timers.Drain(t.Context()); err != nil {
				t.Error(err)
			}
			return c.row("lead", before).Owner() == ""
		})
		stop()
		<-done
	})
}

func TestWaitingLeadIsInItsRegionsList(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		c.pool(func(s *followup.PoolSpec) { s.UnassignedHours = 5 })
		id := c.lead(map[string]any{"company": "甲公司", "region": "浙江 杭州"})
		other := c.lead(map[string]any{"company": "丙公司", "region": "未知的地方"}) // some moments later
		due := c.timer(id, followup.PoolWait).Due
		counts := func(who string) []string {
			p, err := c.engine.PoolOf(t.Context(), c.reader, c.as(who), "lead")
			if err != nil {
				t.Fatal(err)
			}
			out := []string{}
			for _, r := range p.Regions {
				out = append(out, fmt.Sprintf("%s:%d:%d", r.ID, r.Count, r.Waiting))
			}
			return out
		}
		c.until(due - 1000)
		equal(t, "before the hour", counts("wang"), []string{"all:2:0", "east:1:0", "south:0:0", "none:1:0"})
		equal(t, "before the hour", c.ops(id), []string{"create"})
		c.until(due)
		c.until(c.timer(other, followup.PoolWait).Due)
		equal(t, "at the hour", counts("hugo"), []string{"all:2:2", "east:1:1", "south:0:0", "none:1:1"})
		events := c.events(id)
		if last := events[len(events)-1]; last.Op != "pool_wait" || last.At != due {
			t.Errorf("the trail ends with %s at %d, want pool_wait at %d", last.Op, last.At, due)
		}
		if _, err := c.engine.Claim(t.Context(), c.as("wang"), "lead", id); err != nil {
			t.Fatal(err)
		}
		equal(t, "claimed", counts("hugo"), []string{"all:1:1", "east:0:0", "south:0:0", "none:1:1"})
		// By segment: leads from 浙江 have an hour, all others the five.
		c.pool(func(s *followup.PoolSpec) {
			s.UnassignedHours, s.When = 1, json.RawMessage(`{"field":"region","op":"under","value":["cn.33"]}`)
		})
		next := c.lead(map[string]any{"company": "丁公司", "region": "浙江 宁波"})
		c.until(c.timer(next, followup.PoolWait).Due)
		equal(t, "after an hour", counts("hugo")[1:2], []string{"east:1:1"})
	})
}

// TestAFailedReseedIsTakenUpAgain: the clocks of the pool are set by whoever runs next, without another change of definitions.
func TestAFailedReseedIsTakenUpAgain(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		sql := func(q string) {
			t.Helper()
			if err := c.db.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, q)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		id := c.held("wang", "甲公司")
		c.pool(func(s *followup.PoolSpec) { s.RecycleAfterDays = ptr(5) })
		c.engine.Swapped(nil)
		sql("ALTER TABLE setting RENAME TO setting_away")
		if err := c.engine.RunPool(t.Context()); err == nil {
			t.Fatal("it did not fail")
		}
		sql("ALTER TABLE setting_away RENAME TO setting")
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- c.engine.RunPool(ctx) }()
		wait(t, func() bool { return slices.Contains(c.countdowns(id), "pool_recycle:running:wang") })
		cancel()
		<-ended
	})
}

// TestReseedWaitsForAClaim: a record that gets an owner while the clocks are set has none of the pool's afterwards.
func TestReseedWaitsForAClaim(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		id := c.lead(map[string]any{"company": "甲公司", "region": "浙江 杭州"})
		c.pool(func(s *followup.PoolSpec) { s.UnassignedHours = 99 })
		other := open(t, c.url, c.clock)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		if err := other.db.Write(t.Context(), store.Interactive, func(wctx context.Context, tx *store.Tx) error {
			o, _ := object.Of(other.defs.Current(), "lead")
			if err := record.Lock(wctx, tx, o, id); err != nil {
				return err
			}
			c.engine.Swapped(nil)
			go func() { ended <- c.engine.RunPool(ctx) }()
			salestest.Blocked(t, c.db)
			_, err := other.writer.In(wctx, tx, record.Request{Actor: system, Origin: record.Origin{Kind: "test", Engine: true}, Writes: []record.Write{{Op: record.Update, Object: "lead", ID: id, Values: map[string]any{"owner": "wang"}}}})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		wait(t, func() bool {
			n := 0
			if err := c.db.QueryRow(t.Context(), "SELECT COUNT(*) FROM setting WHERE name = 'pool_terms:lead'").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n == 1
		})
		cancel()
		<-ended
		if got := c.countdowns(id); slices.Contains(got, "pool_wait:running:") {
			t.Errorf("an owned lead waits in the pool: %v", got)
		}
	})
}

// TestLetLieRunsForWhatComesWithoutCountdowns: a record made with its owner is under the pool's policy however it came.
func TestLetLieRunsForWhatComesWithoutCountdowns(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		c.pool(func(s *followup.PoolSpec) { s.RecycleAfterDays = ptr(5) })
		id := c.leadFrom(record.Origin{Kind: "import", Engine: true}, map[string]any{"company": "去年的", "owner": "wang"})
		equal(t, "countdowns", c.countdowns(id), []string{"pool_recycle:running:wang"})
		decided := c.leadFrom(record.Origin{Kind: "import", Engine: true}, map[string]any{"company": "已成交", "owner": "wang", "decided_at": "2026-01-01T00:00:00Z"})
		equal(t, "of a decided one", c.countdowns(decided), []string{})
	})
}
