package followup

import (
	"context"
	"strings"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/notify"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Claim takes a record from the pool for the actor. Of many at once exactly one gets it; the others learn who holds it. Claiming what one
// holds already is no error.
func (e *Engine) Claim(ctx context.Context, a *actor.Actor, objectName, id string) (*object.Row, error) {
	return e.act(ctx, a, objectName, id, func(ctx context.Context, tx *store.Tx, s *definition.Snapshot, row *object.Row) (*object.Row, error) {
		scope := e.Access.Scope(s, a, objectName, access.Read)
		if !scope.Allows(row) && !scope.AllowsOwner("") {
			return nil, record.NotFound(row.Object)
		}
		if a.Kind != actor.Person || !e.Access.May(s, a, objectName, func(r access.Rule) bool { return r.Claim }) {
			return nil, forbidden(row.Object, "领取")
		}
		switch row.Owner() {
		case "":
			if !row.Object.Spec.Pool {
				return nil, noPool(row.Object)
			}
		case a.ID:
			return row, nil
		default:
			return nil, e.held(row)
		}
		return e.give(ctx, tx, s, a, row, a.ID, "claim", "")
	})
}

// Transfer gives a record to another owner: the present owner may, and whoever may assign records they may change (the owner's supervisor,
// the director).
func (e *Engine) Transfer(ctx context.Context, a *actor.Actor, objectName, id, owner, note string) (*object.Row, error) {
	return e.act(ctx, a, objectName, id, func(ctx context.Context, tx *store.Tx, s *definition.Snapshot, row *object.Row) (*object.Row, error) {
		if err := e.sees(s, a, row); err != nil {
			return nil, err
		}
		if !e.mayMove(s, a, row) {
			return nil, forbidden(row.Object, "转交")
		}
		p := e.Dir.Person(owner)
		switch {
		case owner == "":
			return nil, invalid("transfer", "/owner", "required", "请选择转交给谁")
		case p == nil || !p.Active:
			return nil, invalid("transfer", "/owner", "unknown_person", "没有这个人，或其账号已停用")
		case owner == row.Owner():
			return nil, invalid("transfer", "/owner", "unchanged", p.Name+" 已经是负责人")
		}
		out, err := e.give(ctx, tx, s, a, row, owner, "transfer", strings.TrimSpace(note))
		if err != nil || owner == a.ID {
			return out, err
		}
		title := row.Object.TitleOf(row)
		body := "由 " + a.Name + " 转交"
		if n := strings.TrimSpace(note); n != "" {
			body += "：" + n
		}
		return out, e.Inbox.Send(ctx, tx, notify.Message{Person: owner, Kind: "assigned", Level: notify.Blue, Title: "转交给你：" + title, Body: body, Object: objectName, RecordID: id})
	})
}

// ReturnToPool gives a record up, with the reason.
func (e *Engine) ReturnToPool(ctx context.Context, a *actor.Actor, objectName, id, reason string) (*object.Row, error) {
	reason = strings.TrimSpace(reason)
	return e.act(ctx, a, objectName, id, func(ctx context.Context, tx *store.Tx, s *definition.Snapshot, row *object.Row) (*object.Row, error) {
		if err := e.sees(s, a, row); err != nil {
			return nil, err
		}
		if !e.mayMove(s, a, row) {
			return nil, forbidden(row.Object, "退回")
		}
		if reason == "" {
			return nil, invalid("return", "/reason", "required", "请写明退回公海的原因")
		}
		if !row.Object.Spec.Pool {
			return nil, noPool(row.Object)
		}
		if row.Owner() == "" {
			return nil, problem.New(problem.Conflict, "in_pool", "这条"+row.Object.Title.ZH+"已经在公海里")
		}
		w := record.Write{Op: record.Update, Object: objectName, ID: id, Version: version(row), What: "return", Note: reason, Values: map[string]any{"owner": nil}}
		if has(row.Object, "pool_reason") {
			w.Values["pool_reason"] = reason
		}
		return e.write(ctx, tx, a, w)
	})
}

func noPool(o *object.Object) error {
	return problem.New(problem.Conflict, "no_pool", o.Title.ZH+"没有公海", problem.Item{Code: "no_pool", Message: o.Title.ZH + "没有公海", Hint: "可以转交给同事"})
}

// mayMove tells whether the actor may take the record from its present owner.
func (e *Engine) mayMove(s *definition.Snapshot, a *actor.Actor, row *object.Row) bool {
	return owns(a, row) || e.Access.May(s, a, row.Object.Name, func(r access.Rule) bool { return r.Assign }) && e.Access.Scope(s, a, row.Object.Name, access.Update).Allows(row)
}

func invalid(what, pointer, code, message string) error {
	return problem.New(problem.Invalid, "invalid_"+what, message, problem.Item{Pointer: pointer, Code: code, Message: message})
}

// give writes the new owner, and sees to it that a first contact still to be made is on somebody's list.
func (e *Engine) give(ctx context.Context, tx *store.Tx, s *definition.Snapshot, a *actor.Actor, row *object.Row, owner, what, note string) (*object.Row, error) {
	now := e.Clock.Milli()
	w := record.Write{Op: record.Update, Object: row.Object.Name, ID: row.ID(), At: now, Version: version(row), What: what, Note: note, Values: map[string]any{"owner": owner}}
	if has(row.Object, "assigned_at") {
		w.Values["assigned_at"] = object.Instant(now)
	}
	writes := []record.Write{w}
	if row.Get("contacted_at") == nil && has(row.Object, "contacted_at") {
		tasks, err := e.openTasks(ctx, tx, s, row)
		if err != nil {
			return nil, err
		}
		o, ok := object.Of(s, "task")
		if ok && len(tasks) == 0 {
			if f := relationTo(o, row.Object); f != nil {
				writes = append(writes, record.Write{Op: record.Create, Object: o.Name, At: now, Values: map[string]any{"title": FirstContact + "：" + row.Object.TitleOf(row), "kind": FirstContact, f.Name: row.ID(), "owner": owner}})
			}
		}
	}
	return e.write(ctx, tx, a, writes...)
}
