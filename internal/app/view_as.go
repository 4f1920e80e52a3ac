package app

import (
	"context"
	"sync"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/ledger"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// viewing is who looks at the system as whom. Each address looked at is noted in the trail, once within a while.
type viewing struct {
	app  *App
	mu   sync.Mutex
	seen map[[3]string]time.Time
}

const (
	viewNoted = 15 * time.Minute // within which the same address is not noted again
	mostViews = 10_000
)

// as makes the actor of a person for one who may look as others.
func (v *viewing) as(ctx context.Context, who *actor.Actor, person, path string) (*actor.Actor, error) {
	a := v.app
	if who.Kind != actor.Person || !a.Access.Right(a.Defs.Current(), who, record.ViewAs) {
		return nil, problem.New(problem.Forbidden, "forbidden", "你不能以他人身份查看", problem.Item{Code: "missing_right", Message: "需要权限 " + record.ViewAs, Hint: "请联系管理员"})
	}
	as := a.Signing.ActorOf(person)
	if as == nil {
		return nil, problem.New(problem.NotFound, "no_such_person", "没有这个人，或已离职")
	}
	if !v.due([3]string{who.ID, person, path}) {
		return as, nil
	}
	now := a.Clock.Milli()
	return as, a.DB.Write(ctx, store.Interactive, func(_ context.Context, tx *store.Tx) error {
		return a.Ledger.Append(tx, &ledger.Event{At: now, WrittenAt: now, ActorKind: string(who.Kind), ActorID: who.ID, ActorName: who.Name, IP: who.IP, Request: who.Request, Origin: "person",
			Object: "person", RecordID: person, Op: "view_as", Revision: a.Defs.Current().Revision, Payload: ledger.Payload{Data: map[string]any{"name": as.Name, "path": path}}})
	})
}

// due tells whether an address has to be noted, and takes it as noted.
func (v *viewing) due(key [3]string) bool {
	now := v.app.Clock.Now()
	v.mu.Lock()
	defer v.mu.Unlock()
	if at, ok := v.seen[key]; ok && now.Sub(at) < viewNoted && !now.Before(at) {
		return false
	}
	if v.seen == nil || len(v.seen) >= mostViews {
		v.seen = map[[3]string]time.Time{}
	}
	v.seen[key] = now
	return true
}
