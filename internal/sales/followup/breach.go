package followup

import (
	"context"
	"fmt"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/identity"
	"baton/internal/platform/notify"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
)

// clockwork is who acts when a countdown runs out.
var clockwork = actor.TheSystem("跟进时限")

// overdue is the record whose countdown ran out, as it stands now; nil when the countdown has lost its object: the record is gone, decided,
// or has another owner.
func (e *Engine) overdue(ctx context.Context, tx *store.Tx, t timer.Timer) (*definition.Snapshot, *object.Row, error) {
	s := e.Defs.Current()
	o, ok := object.Of(s, t.Object)
	if !ok {
		return s, nil, nil
	}
	row, err := record.ReadRow(ctx, tx, o, t.RecordID)
	if err != nil || row == nil || row.V[object.DeletedAt] != nil || row.Owner() != t.Person || settled(row) {
		return s, nil, err
	}
	return s, row, nil
}

// breach runs when nobody opened or contacted in time: the event with the exact due instant, the rep's reminder and the supervisor's copy
// come together, and what follows is set going.
func (e *Engine) breach(ctx context.Context, tx *store.Tx, t timer.Timer) error {
	s, row, err := e.overdue(ctx, tx, t)
	if err != nil || row == nil {
		return err
	}
	terms, err := termsOf(t)
	if err != nil {
		return err
	}
	title, what := row.Object.TitleOf(row), missed(t.Kind, terms.Hours)
	if err := e.say(ctx, tx, row, "breach", what, t.Due, map[string]any{"countdown": t.Kind, "due_at": object.Instant(t.Due), "started_at": object.Instant(t.StartedAt), "person": t.Person, "rule": t.Rule}); err != nil {
		return err
	}
	body := fmt.Sprintf("%s，截止 %s", what, e.local(t.Due))
	if terms.Owner {
		if err := e.tell(ctx, tx, t, row, t.Person, "overdue", notify.Red, "跟进超时："+title, body); err != nil {
			return err
		}
	}
	terms.Told, terms.Of, terms.At = t.Person, t.Kind, t.Due
	if boss := e.Dir.Supervisor(t.Person); terms.Copy && boss != "" {
		if err := e.tell(ctx, tx, t, row, boss, "copy", notify.Amber, e.name(t.Person)+" 跟进超时："+title, body); err != nil {
			return err
		}
		terms.Told = boss
	}
	if terms.Escalate != nil && e.Dir.Supervisor(terms.Told) != "" {
		if _, err := e.start(ctx, tx, s, Escalate, row, t.Rule, t.Due, *terms.Escalate, terms); err != nil {
			return err
		}
	}
	if terms.Return != nil {
		_, err := e.start(ctx, tx, s, Return, row, t.Rule, t.Due, *terms.Return, terms)
		return err
	}
	return nil
}

func missed(kind string, hours float64) string {
	if kind == FirstOpen {
		return fmt.Sprintf("%g 小时内未打开", hours)
	}
	if kind == Nudge {
		return fmt.Sprintf("客户有动作后 %g 小时内未沟通", hours)
	}
	return fmt.Sprintf("%g 小时内未联系", hours)
}

// escalate tells the next supervisor up, and so on until the top.
func (e *Engine) escalate(ctx context.Context, tx *store.Tx, t timer.Timer) error {
	s, row, err := e.overdue(ctx, tx, t)
	if err != nil || row == nil {
		return err
	}
	terms, err := termsOf(t)
	if err != nil {
		return err
	}
	boss := e.Dir.Supervisor(terms.Told)
	if boss == "" {
		return nil
	}
	what := missed(terms.Of, terms.Hours)
	if err := e.say(ctx, tx, row, "escalate", what+"，上报"+e.name(boss), t.Due, map[string]any{"countdown": terms.Of, "due_at": object.Instant(terms.At), "person": t.Person, "told": boss, "rule": t.Rule}); err != nil {
		return err
	}
	if err := e.tell(ctx, tx, t, row, boss, "escalation", notify.Red, "上报："+e.name(t.Person)+" 跟进超时："+row.Object.TitleOf(row), fmt.Sprintf("%s，截止 %s，至今未处理", what, e.local(terms.At))); err != nil {
		return err
	}
	terms.Told = boss
	if terms.Escalate != nil && e.Dir.Supervisor(boss) != "" {
		_, err := e.start(ctx, tx, s, Escalate, row, t.Rule, t.Due, *terms.Escalate, terms)
		return err
	}
	return nil
}

// returnToPool takes the record from an owner who let it lie.
func (e *Engine) returnToPool(ctx context.Context, tx *store.Tx, t timer.Timer) error {
	_, row, err := e.overdue(ctx, tx, t)
	if err != nil || row == nil {
		return err
	}
	terms, err := termsOf(t)
	if err != nil {
		return err
	}
	if until, ok := row.Int(protectedField); ok && until > e.Clock.Milli() {
		// The owner has promised to call back; what is due waits until then.
		t.ID, t.State, t.StartedAt, t.Due = "", timer.Running, e.Clock.Milli(), until
		return e.Timers.Start(ctx, tx, t)
	}
	reason := fmt.Sprintf("%s %s，已退回公海", e.name(t.Person), missed(terms.Of, terms.Hours))
	values := map[string]any{"owner": nil}
	if has(row.Object, "pool_reason") {
		values["pool_reason"] = reason
	}
	_, err = e.Writer.In(ctx, tx, record.Request{Actor: clockwork, Origin: record.Origin{Kind: "worker", Engine: true}, Writes: []record.Write{{Op: record.Update, Object: t.Object, ID: t.RecordID, Values: values, What: "return_to_pool", Note: reason, At: t.Due,
		Data: map[string]any{"countdown": terms.Of, "due_at": object.Instant(t.Due), "person": t.Person, "rule": t.Rule}}}})
	if err != nil {
		return err
	}
	return e.tell(ctx, tx, t, row, t.Person, "returned", notify.Amber, "已退回公海："+row.Object.TitleOf(row), reason)
}

// unassigned runs when a record still has no owner at its deadline: whoever answers for its region looks at it.
func (e *Engine) unassigned(ctx context.Context, tx *store.Tx, t timer.Timer) error {
	o, ok := object.Of(e.Defs.Current(), t.Object)
	if !ok {
		return nil
	}
	row, err := record.ReadRow(ctx, tx, o, t.RecordID)
	if err != nil || row == nil || row.V[object.DeletedAt] != nil || row.Owner() != "" || settled(row) {
		return err
	}
	minutes := (t.Due - t.StartedAt) / 60_000
	what := fmt.Sprintf("%d 分钟内没有分配", minutes)
	boss := e.regionHead(row)
	if err := e.say(ctx, tx, row, "assign_overdue", what, t.Due, map[string]any{"due_at": object.Instant(t.Due), "told": boss}); err != nil {
		return err
	}
	if boss == "" {
		return nil
	}
	body := what + "，截止 " + e.local(t.Due)
	if why := row.Text("pool_reason"); why != "" {
		body += "；" + why
	}
	return e.tell(ctx, tx, t, row, boss, "unassigned", notify.Amber, "分配超时："+row.Object.TitleOf(row), body)
}

// regionHead is the manager of the unit that holds the record's region or of the next one up; without a region, the top unit's.
func (e *Engine) regionHead(row *object.Row) string {
	var u *identity.Unit
	if region := row.Text("region"); region != "" {
		u = e.Dir.UnitFor(region)
	}
	if u == nil {
		for _, x := range e.Dir.Units() {
			if x.Parent == "" {
				u = x
				break
			}
		}
	}
	for n := 0; u != nil && n < 20; u, n = e.Dir.Unit(u.Parent), n+1 {
		if p := e.Dir.Person(u.Manager); p != nil && p.Active {
			return p.ID
		}
	}
	return ""
}

// say writes an event about a record that changes nothing in it, at the instant it is about.
func (e *Engine) say(ctx context.Context, tx *store.Tx, row *object.Row, op, note string, at int64, data map[string]any) error {
	_, err := e.Writer.In(ctx, tx, record.Request{Actor: clockwork, Origin: record.Origin{Kind: "worker", Engine: true}, Writes: []record.Write{{Op: record.Update, Object: row.Object.Name, ID: row.ID(), What: op, Note: note, At: at, Data: data}}})
	return err
}

// tell sends one person one notice about one countdown, once.
func (e *Engine) tell(ctx context.Context, tx *store.Tx, t timer.Timer, row *object.Row, person, kind string, level notify.Level, title, body string) error {
	return e.Inbox.Send(ctx, tx, notify.Message{Person: person, Kind: kind, Level: level, Title: title, Body: body, Object: row.Object.Name, RecordID: row.ID(), Dedupe: t.ID + ":" + kind + ":" + person})
}
