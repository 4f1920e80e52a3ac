package followup

import (
	"context"
	"strings"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
)

// Talk keeps that the actor will speak with whoever let a record lie: a task of the actor's own with a due date. Whoever may assign records
// of the person may.
func (e *Engine) Talk(ctx context.Context, a *actor.Actor, objectName, id, note, due string) (*object.Row, error) {
	note = strings.TrimSpace(note)
	var out *object.Row
	err := e.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		s := e.Defs.Current()
		t, row, err := e.overdueOf(ctx, tx, s, a, objectName, id)
		if err != nil {
			return err
		}
		if a.Kind != actor.Person || !e.mayAssign(a, objectName) || t.Person == a.ID {
			return forbidden(row.Object, "约谈，不能动")
		}
		now := e.Clock.Now()
		at, err := time.Parse(time.RFC3339Nano, due)
		switch {
		case note == "":
			return invalid("talk", "/note", "required", "请写下要谈什么")
		case due == "":
			return invalid("talk", "/due_at", "required", "请选择约谈的时间")
		case err != nil:
			return invalid("talk", "/due_at", "unreadable", "时间应写成 2026-11-30T10:00:00+08:00 这样")
		case !at.After(now):
			return invalid("talk", "/due_at", "in_the_past", "约谈的时间应在现在之后")
		case at.After(now.AddDate(1, 0, 0)):
			return invalid("talk", "/due_at", "too_late", "约谈的时间应在一年之内")
		}
		o, ok := object.Of(s, "task")
		if !ok {
			return problem.New(problem.Conflict, "no_tasks", "没有待办，约谈无处可记")
		}
		f := relationTo(o, row.Object)
		if f == nil {
			return problem.New(problem.Conflict, "no_tasks", "待办没有指向"+row.Object.Title.ZH+"的字段，约谈无处可记")
		}
		title := []rune(TalkKind + " " + e.name(t.Person) + "：" + row.Object.TitleOf(row))
		values := map[string]any{"title": string(title[:min(len(title), 300)]), "kind": TalkKind, f.Name: row.ID(), "owner": a.ID, "due_at": object.Instant(at.UnixMilli())}
		if has(o, "person") {
			values["person"] = t.Person
		}
		if has(o, "note") {
			values["note"] = note
		}
		out, err = e.write(ctx, tx, a, record.Write{Op: record.Create, Object: o.Name, What: "talk", Note: note, At: now.UnixMilli(), Values: values, Data: map[string]any{"countdown": t.Kind, "due_at": object.Instant(t.Due), "person": t.Person}})
		return err
	})
	return out, err
}

// overdueOf finds a countdown that ran out, with its record, as the actor may see it.
func (e *Engine) overdueOf(ctx context.Context, tx *store.Tx, s *definition.Snapshot, a *actor.Actor, objectName, id string) (*timer.Timer, *object.Row, error) {
	o, ok := object.Of(s, objectName)
	scope := e.Access.Scope(s, a, objectName, access.Read)
	if !ok || scope.Nothing() {
		return nil, nil, record.NoSuchObject(s, e.Access, a, objectName)
	}
	none := problem.New(problem.NotFound, "no_such_overdue", "没有这条超时，或者你无权查看")
	t, err := e.Timers.Get(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	if t == nil || t.State != timer.Fired || t.Object != o.Name || t.Kind != FirstOpen && t.Kind != FollowUp || !scope.AllowsOwner(t.Person) {
		return nil, nil, none
	}
	row, err := record.ReadRow(ctx, tx, o, t.RecordID)
	if err != nil {
		return nil, nil, err
	}
	if row == nil || row.V[object.DeletedAt] != nil || !scope.Allows(row) {
		return nil, nil, none
	}
	return t, row, nil
}
