package followup

import (
	"context"
	"fmt"
	"strings"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// protectedField, on objects that have it, is until when a record stays its owner's: 待回访.
const protectedField = "protected_until"

// protected tells that a record is under 待回访 now.
func (e *Engine) protected(row *object.Row) bool {
	until, ok := row.Int(protectedField)
	return ok && row.Owner() != "" && until > e.Clock.Milli()
}

// Protect marks a record of one's own 待回访 until an instant: nobody can take it, hand it on or recycle it before. A later mark replaces
// an earlier one.
func (e *Engine) Protect(ctx context.Context, a *actor.Actor, objectName, id, until, note string) (*object.Row, error) {
	return e.act(ctx, a, objectName, id, func(ctx context.Context, tx *store.Tx, s *definition.Snapshot, row *object.Row) (*object.Row, error) {
		if err := e.sees(s, a, row); err != nil {
			return nil, err
		}
		at, err := e.keepUntil(ctx, tx, s, a, row, until)
		if err != nil {
			return nil, err
		}
		w := record.Write{Op: record.Update, Object: objectName, ID: id, Version: version(row), What: "protect", Note: strings.TrimSpace(note), At: e.Clock.Milli(), Values: map[string]any{protectedField: object.Instant(at)}}
		return e.write(ctx, tx, a, w)
	})
}

// keepUntil reads until when the actor keeps a record for a call back, and refuses what the pool's policy does not allow.
func (e *Engine) keepUntil(ctx context.Context, tx *store.Tx, s *definition.Snapshot, a *actor.Actor, row *object.Row, until string) (int64, error) {
	if !owns(a, row) {
		return 0, problem.New(problem.Forbidden, "forbidden", "只有负责人可以标记待回访", problem.Item{Code: "forbidden", Message: "只有负责人可以标记待回访", Hint: "先领取或请负责人标记"})
	}
	if !has(row.Object, protectedField) || settled(row) {
		return 0, problem.New(problem.Conflict, "no_protection", "这条"+row.Object.Title.ZH+"不能标记待回访")
	}
	p, err := e.poolPolicy(ctx, tx, s, row)
	if err != nil {
		return 0, err
	}
	now := e.Clock.Now()
	at, err := time.Parse(time.RFC3339Nano, until)
	last := now.AddDate(0, 0, p.protectDays())
	switch {
	case until == "":
		return 0, invalid("protect", "/until", "required", "请选择待回访到什么时候")
	case err != nil:
		return 0, invalid("protect", "/until", "unreadable", "时间应写成 2026-11-30T10:00:00+08:00 这样")
	case !at.After(now):
		return 0, invalid("protect", "/until", "in_the_past", "待回访的时间应在现在之后")
	case at.After(last):
		return 0, invalid("protect", "/until", "too_late", fmt.Sprintf("待回访最长 %d 天，最晚到 %s", p.protectDays(), e.local(last.UnixMilli())))
	}
	return at.UnixMilli(), nil
}

// Unprotect ends a 待回访 before its time, or takes the mark off when the time has come: the owner may, and whoever may take the record from the owner.
func (e *Engine) Unprotect(ctx context.Context, a *actor.Actor, objectName, id string) (*object.Row, error) {
	return e.act(ctx, a, objectName, id, func(ctx context.Context, tx *store.Tx, s *definition.Snapshot, row *object.Row) (*object.Row, error) {
		if err := e.sees(s, a, row); err != nil {
			return nil, err
		}
		if !owns(a, row) && !e.mayMove(s, a, row) {
			return nil, forbidden(row.Object, "取消待回访，")
		}
		if until, _ := row.Int(protectedField); until == 0 {
			return row, nil
		}
		return e.write(ctx, tx, a, record.Write{Op: record.Update, Object: objectName, ID: id, Version: version(row), What: "unprotect", Values: map[string]any{protectedField: nil}})
	})
}

// held is the refusal of a claim: whose the record is and, under 待回访, until when.
func (e *Engine) held(row *object.Row) error {
	who, title := e.name(row.Owner()), row.Object.Title.ZH
	if e.protected(row) {
		return e.underProtection(row)
	}
	return problem.New(problem.Conflict, "held", "这条"+title+"已由 "+who+" 负责", problem.Item{Code: "held", Message: "已由 " + who + " 负责", Hint: "刷新列表，领取其他" + title})
}

// underProtection names the holder and the end of the protection.
func (e *Engine) underProtection(row *object.Row) error {
	until, _ := row.Int(protectedField)
	says := e.name(row.Owner()) + " 已标记待回访，保护到 " + e.local(until)
	return problem.New(problem.Conflict, "protected", "这条"+row.Object.Title.ZH+"不能动："+says,
		problem.Item{Pointer: "/owner", Code: "protected", Message: says, Hint: "到期后再试，或请负责人或其主管先取消待回访"})
}
