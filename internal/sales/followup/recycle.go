package followup

import (
	"context"
	"fmt"
	"time"

	"baton/internal/platform/definition"
	"baton/internal/platform/notify"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
)

const dayMilli = int64(24 * time.Hour / time.Millisecond)

func (e *Engine) startWait(ctx context.Context, tx *store.Tx, row *object.Row, p *PoolPolicy, since int64) error {
	rule := ""
	if p != nil {
		rule = p.Name
	}
	return e.Timers.Start(ctx, tx, timer.Timer{Kind: PoolWait, Object: row.Object.Name, RecordID: row.ID(), Rule: rule, StartedAt: since, Due: since + int64(p.unassignedHours())*time.Hour.Milliseconds()})
}

func (e *Engine) startIdle(ctx context.Context, tx *store.Tx, row *object.Row, p *PoolPolicy, from int64) error {
	return e.Timers.Start(ctx, tx, timer.Timer{Kind: Recycle, Object: row.Object.Name, RecordID: row.ID(), Person: row.Owner(), Rule: p.Name, StartedAt: from, Due: from + int64(*p.Spec.RecycleAfterDays)*dayMilli})
}

// waited runs when a record has lain in the pool for the hours of its policy: the trail has it at that instant, and with it every open page.
func (e *Engine) waited(ctx context.Context, tx *store.Tx, t timer.Timer) error {
	o, ok := object.Of(e.Defs.Current(), t.Object)
	if !ok {
		return nil
	}
	row, err := record.ReadRow(ctx, tx, o, t.RecordID)
	if err != nil || row == nil || row.V[object.DeletedAt] != nil || row.Owner() != "" || settled(row) {
		return err
	}
	return e.say(ctx, tx, row, "pool_wait", fmt.Sprintf("在公海中 %d 小时未分配", (t.Due-t.StartedAt)/time.Hour.Milliseconds()), t.Due, map[string]any{"due_at": object.Instant(t.Due), "since": object.Instant(t.StartedAt)})
}

// recycle runs when a record may have been let lie for the days of its policy. The policy as it stands now decides, and the last follow-up.
func (e *Engine) recycle(ctx context.Context, tx *store.Tx, t timer.Timer) error {
	s, row, err := e.overdue(ctx, tx, t)
	if err != nil || row == nil {
		return err
	}
	p, err := e.poolPolicy(ctx, tx, s, row)
	if err != nil || p == nil || p.Spec.RecycleAfterDays == nil {
		return err
	}
	last, err := e.lastTouched(ctx, tx, s, row, t.StartedAt)
	if err != nil {
		return err
	}
	now, days := e.Clock.Milli(), *p.Spec.RecycleAfterDays
	if last+int64(days)*dayMilli > now {
		return e.startIdle(ctx, tx, row, p, last)
	}
	if until, ok := row.Int(protectedField); ok && until > now {
		return e.Timers.Start(ctx, tx, timer.Timer{Kind: Recycle, Object: t.Object, RecordID: t.RecordID, Person: t.Person, Rule: p.Name, StartedAt: last, Due: until})
	}
	reason := fmt.Sprintf("%s %d 天没有跟进，按规则“%s”收回公海", e.name(t.Person), days, p.Title.ZH)
	values := map[string]any{"owner": nil}
	if has(row.Object, "pool_reason") {
		values["pool_reason"] = reason
	}
	if _, err := e.Writer.In(ctx, tx, record.Request{Actor: clockwork, Origin: record.Origin{Kind: "worker", Engine: true}, Writes: []record.Write{{Op: record.Update, Object: t.Object, ID: t.RecordID, Values: values, What: "recycle", Note: reason, At: now,
		Data: map[string]any{"last_touched_at": object.Instant(last), "person": t.Person, "rule": p.Name}}}}); err != nil {
		return err
	}
	return e.tell(ctx, tx, t, row, t.Person, "returned", notify.Amber, "已收回公海："+row.Object.TitleOf(row), reason)
}

// lastTouched is when a record's owner last did something for it: the newest of its follow-ups, its first contact, and since.
func (e *Engine) lastTouched(ctx context.Context, q store.Querier, s *definition.Snapshot, row *object.Row, since int64) (int64, error) {
	last := since
	if at, ok := row.Int("contacted_at"); ok {
		last = max(last, at)
	}
	o, ok := object.Of(s, "follow_up")
	if !ok {
		return last, nil
	}
	f := relationTo(o, row.Object)
	if f == nil {
		return last, nil
	}
	kept, err := record.FindRows(ctx, q, o, record.Eq{Field: f.Name, Value: row.ID()})
	for _, r := range kept {
		at, ok := r.Int("at")
		if !ok {
			at, _ = r.V[object.CreatedAt].(int64)
		}
		last = max(last, at)
	}
	return last, err
}
