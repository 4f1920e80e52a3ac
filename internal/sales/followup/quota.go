package followup

import (
	"context"
	"fmt"
	"time"

	"baton/internal/platform/problem"
	"baton/internal/platform/record"
)

// mayChangeHands refuses a new owner where the old one has marked the record 待回访, and, for what people do by hand, where the pool's
// policy gives the new one no room. It stands in the write itself, so that no way around it is left.
func (e *Engine) mayChangeHands(ctx context.Context, c *record.Change) error {
	if e.protected(c.Old) && c.Origin.Kind != "bootstrap" && c.Origin.Kind != "demo" {
		return e.underProtection(c.Old)
	}
	if c.New.Owner() == "" || c.Origin.Kind != "person" && c.Origin.Kind != "api" {
		return nil
	}
	p, err := e.poolPolicy(ctx, c.Tx, c.Snap, c.New)
	if err != nil || p == nil || settled(c.New) {
		return err
	}
	return e.room(ctx, c, p, c.New.Owner(), c.What == "claim")
}

// room takes one place of a person's quotas. The person's row of the day is locked first, so that of two at once the second counts the first's.
func (e *Engine) room(ctx context.Context, c *record.Change, p *PoolPolicy, person string, claim bool) error {
	if p.Spec.MaxOpen == nil && (p.Spec.MaxClaimsPerDay == nil || !claim) {
		return nil
	}
	one := 0
	if claim {
		one = 1
	}
	var n int
	err := c.Tx.QueryRow(ctx, "INSERT INTO pool_claim (rule, person, day, n) VALUES (?, ?, ?, ?) ON CONFLICT (rule, person, day) DO UPDATE SET n = pool_claim.n + excluded.n RETURNING n", p.Name, person, e.day(c.Now), one).Scan(&n)
	if err != nil {
		return fmt.Errorf("followup: quota of %s: %w", p.Name, err)
	}
	title, rule := c.Object.Title.ZH, p.Title.ZH
	if most := p.Spec.MaxClaimsPerDay; most != nil && claim && n > *most {
		return problem.New(problem.Conflict, "quota_claims", fmt.Sprintf("今天已领取 %d 条%s，规则“%s”每人每天最多 %d 条", n-1, title, rule, *most),
			problem.Item{Code: "quota_claims", Message: fmt.Sprintf("每天最多领取 %d 条", *most), Hint: "明天 0 点起可以再领取"})
	}
	if most := p.Spec.MaxOpen; most != nil {
		held, err := e.openHeld(ctx, c, p, person)
		if err != nil {
			return err
		}
		if held >= *most {
			who := "你"
			if person != c.Actor.ID {
				who = e.name(person)
			}
			return problem.New(problem.Conflict, "quota_open", fmt.Sprintf("%s已持有 %d 条未结的%s，规则“%s”每人最多 %d 条", who, held, title, rule, *most),
				problem.Item{Pointer: "/owner", Code: "quota_open", Message: fmt.Sprintf("最多持有 %d 条", *most), Hint: "先推进或退回手上的" + title})
		}
	}
	return nil
}

// openHeld counts the open records of a person that the policy speaks of, the one being written left out. The rules before it take theirs first.
func (e *Engine) openHeld(ctx context.Context, c *record.Change, p *PoolPolicy, person string) (int, error) {
	eqs := []record.Eq{{Field: "owner", Value: person}}
	if has(c.Object, "decided_at") {
		eqs = append(eqs, record.Eq{Field: "decided_at"})
	}
	rows, err := record.FindRows(ctx, c.Tx, c.Object, eqs...)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, r := range rows {
		if r.ID() == c.New.ID() || settled(r) {
			continue
		}
		q, err := e.poolPolicy(ctx, c.Tx, c.Snap, r)
		if err != nil {
			return 0, err
		}
		if q == p {
			n++
		}
	}
	return n, nil
}

// day numbers the days of the workspace.
func (e *Engine) day(ms int64) int64 {
	zone := e.Env.Zone
	if zone == nil {
		zone = time.UTC
	}
	y, m, d := time.UnixMilli(ms).In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86_400
}

// sinceField, on objects that have it, is since when a record lies in the pool; empty while somebody has it.
const sinceField = "pool_since"

// enterPool marks since when a record without owner waits, and starts the clock of its region's list. What is told of the past (an import)
// is in the list at once, without a clock.
func (e *Engine) enterPool(ctx context.Context, c *record.Change) error {
	if !c.Object.Spec.Pool || !has(c.Object, sinceField) {
		return nil
	}
	c.New.Set(sinceField, c.At)
	if c.Old == nil && !c.Origin.Countdown {
		return nil
	}
	p, err := e.poolPolicy(ctx, c.Tx, c.Snap, c.New)
	if err != nil {
		return err
	}
	return e.startWait(ctx, c.Tx, c.New, p, c.At)
}

// startRecycle starts the clock after which a record that is let lie goes back.
func (e *Engine) startRecycle(ctx context.Context, c *record.Change) error {
	p, err := e.poolPolicy(ctx, c.Tx, c.Snap, c.New)
	if err != nil || p == nil || p.Spec.RecycleAfterDays == nil || !c.Object.Spec.Pool {
		return err
	}
	return e.startIdle(ctx, c.Tx, c.New, p, c.Now)
}
