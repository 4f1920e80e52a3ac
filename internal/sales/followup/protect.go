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
		if !owns(a, row) {
			return nil, problem.New(problem.Forbidden, "forbidden", "只有负责人可以标记待回访", problem.Item{Code: "forbidden", Message: "只有负责人可以标记待回访", Hint: "先领取或请负责人标记"})
		}
		if !has(row.Object, protectedField) || settled(row) {
			return nil, problem.New(problem.Conflict, "no_protection", "这条"+row.Object.Title.ZH+"不能标记待回访")
		}
		p, err := e.poolPolicy(ctx, tx, s, row)
		if err != nil {
			return nil, err
		}
		now := e.Clock.Now()
		at, err := time.Parse(time.RFC3339Nano, until)
		last := now.AddDate(0, 0, p.protectDays())
		switch {
		case until == "":
			return nil, invalid("protect", "/until", "required", "请选择待回访到什么时候")
		case err != nil:
			return nil, invalid("protect", "/until", "unreadable", "时间应写成 2026-11-30T10:00:00+08:00 这样")
		case !at.After(now):
			return nil, invalid("protect", "/until", "in_the_past", "待回访的时间应在现在之后")
		case at.After(last):
			return nil, invalid("protect", "/until", "too_late", fmt.Sprintf("待回访最长 %d 天，最晚到 %s", p.protectDays(), e.local(last.UnixMilli())))
		}
		w := record.Write{Op: record.Update, Object: objectName, ID: id, Version: version(row), What: "protect", Note: strings.TrimSpace(note), At: now.UnixMilli(), Values: map[string]any{protectedField: object.Instant(at.UnixMilli())}}
		return e.write(ctx, tx, a, w)
	})
}

// Unprotect ends a 待回访 before its time: the owner may, and whoever may take the record from the owner.
func (e *Engine) Unprotect(ctx context.Context, a *actor.Actor, objectName, id string) (*object.Row, error) {
	return e.act(ctx, a, objectName, id, func(ctx context.Context, tx *store.Tx, s *definition.Snapshot, row *object.Row) (*object.Row, error) {
		if err := e.sees(s, a, row); err != nil {
			return nil, err
		}
		if !owns(a, row) && !e.mayMove(s, a, row) {
			return nil, forbidden(row.Object, "取消待回访，")
		}
		if !e.protected(row) {
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
