package followup

import (
	"context"
	"strings"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
)

// attempts bounds the re-runs of an action that lost a race with another node.
const attempts = 5

// act runs an action on a record in one transaction, and again when another write came between.
func (e *Engine) act(ctx context.Context, a *actor.Actor, objectName, id string, do func(ctx context.Context, tx *store.Tx, s *definition.Snapshot, row *object.Row) (*object.Row, error)) (*object.Row, error) {
	var out *object.Row
	for n := 1; ; n++ {
		err := e.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
			s := e.Defs.Current()
			o, ok := object.Of(s, objectName)
			if !ok || e.Access.Scope(s, a, o.Name, access.Read).Nothing() {
				return record.NoSuchObject(s, e.Access, a, objectName)
			}
			row, err := record.ReadRow(ctx, tx, o, id)
			if err != nil {
				return err
			}
			if row == nil || row.V[object.DeletedAt] != nil {
				return record.NotFound(o)
			}
			out, err = do(ctx, tx, s, row)
			return err
		})
		if p := problem.As(err); p == nil || p.Code != "stale" || n == attempts {
			return out, err
		}
	}
}

func forbidden(o *object.Object, what string) error {
	return problem.New(problem.Forbidden, "forbidden", "你没有权限"+what+"这条"+o.Title.ZH, problem.Item{Code: "forbidden", Message: "需要是负责人，或有相应的角色", Hint: "请联系主管或销售总监"})
}

// sees refuses a record outside the actor's read scope as if it did not exist.
func (e *Engine) sees(s *definition.Snapshot, a *actor.Actor, row *object.Row) error {
	if !e.Access.Scope(s, a, row.Object.Name, access.Read).Allows(row) {
		return record.NotFound(row.Object)
	}
	return nil
}

// owns tells whether the actor is the record's owner. Only persons own.
func owns(a *actor.Actor, row *object.Row) bool {
	return a.Owns(row.Owner())
}

// mine is the origin of an action's writes, which start countdowns.
func mine(a *actor.Actor) record.Origin {
	o := record.ByHand(a)
	o.Countdown = true
	return o
}

// write runs the writes of an action and gives the first one's row.
func (e *Engine) write(ctx context.Context, tx *store.Tx, a *actor.Actor, writes ...record.Write) (*object.Row, error) {
	out, err := e.Writer.In(ctx, tx, record.Request{Actor: a, Origin: mine(a), Writes: writes})
	if err != nil {
		return nil, err
	}
	return out[0].Row, nil
}

// visited keeps that the owner had the page open, for telling later where a delay came from.
func (e *Engine) visited(ctx context.Context, tx *store.Tx, a *actor.Actor, row *object.Row) error {
	_, err := tx.Exec(ctx, "INSERT INTO page_visit (object, record_id, person, at) VALUES (?, ?, ?, ?) ON CONFLICT (record_id, person, at) DO NOTHING", row.Object.Name, row.ID(), a.ID, e.Clock.Milli())
	return err
}

// Open tells that somebody looks at a record. The present owner's first opening stops the countdown to it, starts the one to the first
// contact and is kept; everybody else's, and the owner's later ones, change nothing.
func (e *Engine) Open(ctx context.Context, a *actor.Actor, objectName, id string) (*object.Row, error) {
	return e.act(ctx, a, objectName, id, func(ctx context.Context, tx *store.Tx, s *definition.Snapshot, row *object.Row) (*object.Row, error) {
		if err := e.sees(s, a, row); err != nil {
			return nil, err
		}
		if !owns(a, row) || settled(row) {
			return row, nil
		}
		if err := e.visited(ctx, tx, a, row); err != nil {
			return nil, err
		}
		timers, err := e.Timers.List(ctx, tx, objectName, id)
		if err != nil {
			return nil, err
		}
		waiting := firstOpening(timers, a.ID)
		if has(row.Object, "first_opened_at") && row.Get("first_opened_at") != nil || waiting == nil && !has(row.Object, "first_opened_at") {
			return row, nil
		}
		now := e.Clock.Milli()
		w := record.Write{Op: record.Update, Object: objectName, ID: id, What: "open", At: now, Version: version(row), Values: map[string]any{}}
		if has(row.Object, "first_opened_at") {
			w.Values["first_opened_at"] = object.Instant(now)
		}
		if waiting != nil {
			if err := e.Timers.Stop(ctx, tx, objectName, id, FirstOpen, Escalate, Return); err != nil {
				return nil, err
			}
			r, err := e.rule(ctx, tx, s, row)
			if err != nil {
				return nil, err
			}
			var due any
			if r != nil {
				at, err := e.start(ctx, tx, s, FollowUp, row, r.Name, now, r.Spec.ContactHours, r.terms(r.Spec.ContactHours))
				if err != nil {
					return nil, err
				}
				due = object.Instant(nearest(at, timers))
			}
			if has(row.Object, dueField) {
				w.Values[dueField] = due
			}
		}
		return e.write(ctx, tx, a, w)
	})
}

// firstOpening is the person's countdown to the first opening if it is the record's newest countdown of that kind and nothing has followed
// the person's opening yet; it counts whether it still runs or has fired.
func firstOpening(timers []timer.Timer, person string) *timer.Timer {
	var last *timer.Timer
	for i := range timers {
		switch timers[i].Kind {
		case FirstOpen:
			last = &timers[i]
		case FollowUp:
			last = nil
		}
	}
	if last == nil || last.Person != person || last.State == timer.Stopped {
		return nil
	}
	return last
}

func version(row *object.Row) int64 {
	n, _ := row.V[object.Version].(int64)
	return n
}

// ways are how a contact may have been made.
var ways = []string{"phone", "wecom", "visit", "email", "other"}

// Contacted tells that the contact was reached: way and note are both needed. It stops the countdowns, keeps a follow-up, moves a new
// record to contacted and closes its first-contact tasks, together. The owner may, and whoever may change the record.
func (e *Engine) Contacted(ctx context.Context, a *actor.Actor, objectName, id, way, note string) (*object.Row, error) {
	note = strings.TrimSpace(note)
	return e.act(ctx, a, objectName, id, func(ctx context.Context, tx *store.Tx, s *definition.Snapshot, row *object.Row) (*object.Row, error) {
		if err := e.sees(s, a, row); err != nil {
			return nil, err
		}
		if !owns(a, row) && !e.Access.Scope(s, a, objectName, access.Update).Allows(row) {
			return nil, forbidden(row.Object, "登记联系")
		}
		if err := checkContact(way, note); err != nil {
			return nil, err
		}
		now := e.Clock.Milli()
		lead := record.Write{Op: record.Update, Object: objectName, ID: id, What: "contacted", At: now, Note: note, Version: version(row), Data: map[string]any{"way": way}, Values: map[string]any{}}
		if has(row.Object, "contacted_at") && row.Get("contacted_at") == nil {
			lead.Values["contacted_at"] = object.Instant(now)
		}
		if row.Text("stage") == "new" {
			lead.Values["stage"] = "contacted"
		}
		if has(row.Object, dueField) {
			lead.Values[dueField] = nil
		}
		if until, _ := row.Int(protectedField); until != 0 && until <= now {
			lead.Values[protectedField] = nil // this was the call back; a later one stands
		}
		writes := []record.Write{lead}
		if w, ok := followUp(s, a, row, way, note, now); ok {
			writes = append(writes, w)
		}
		tasks, err := e.openTasks(ctx, tx, s, row)
		if err != nil {
			return nil, err
		}
		for _, t := range tasks {
			writes = append(writes, record.Write{Op: record.Update, Object: t.Object.Name, ID: t.ID(), At: now, Values: map[string]any{"status": "done", "done_at": object.Instant(now)}})
		}
		if err := e.Timers.Stop(ctx, tx, objectName, id, FirstOpen, FollowUp, Escalate, Return, AssignDeadline); err != nil {
			return nil, err
		}
		return e.write(ctx, tx, a, writes...)
	})
}

// checkContact names what is missing or wrong, all at once.
func checkContact(way, note string) error {
	var items []problem.Item
	switch {
	case way == "":
		items = append(items, problem.Item{Pointer: "/way", Code: "required", Message: "请选择联系方式", Hint: "phone 电话、wecom 企业微信、visit 拜访、email 邮件、other 其他"})
	case !oneOf(way, ways):
		items = append(items, problem.Item{Pointer: "/way", Code: "off_list", Message: "没有“" + way + "”这种联系方式", Hint: definition.Suggest(way, ways) + "（可用：" + strings.Join(ways, "、") + "）"})
	}
	if note == "" {
		items = append(items, problem.Item{Pointer: "/note", Code: "required", Message: "请写下联系的内容", Hint: "例如：已电话沟通，客户周五前要报价"})
	}
	if len(items) > 0 {
		return problem.New(problem.Invalid, "invalid_contact", "已联系需要方式和内容，没有保存", items...)
	}
	return nil
}

func oneOf(s string, list []string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// followUp is the kept trace of a contact; ok is false where follow-ups do not relate to the object.
func followUp(s *definition.Snapshot, a *actor.Actor, row *object.Row, way, note string, now int64) (record.Write, bool) {
	o, ok := object.Of(s, followUpObject)
	if !ok {
		return record.Write{}, false
	}
	f := relationTo(o, row.Object)
	if f == nil {
		return record.Write{}, false
	}
	v := map[string]any{f.Name: row.ID(), "way": way, "note": note, "at": object.Instant(now), "owner": row.Owner()}
	if a.Kind == actor.Person {
		v["owner"] = a.ID
	}
	if c := row.Text("customer"); c != "" && f.Name != "customer" && has(o, "customer") {
		v["customer"] = c
	}
	return record.Write{Op: record.Create, Object: o.Name, At: now, Values: v}, true
}
