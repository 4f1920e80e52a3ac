package app

import (
	"context"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/notify"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/timer"
	"baton/internal/platform/web"
)

// engines are the parts that make a sales company of the kernel.
type engines struct {
	timers *timer.Service
	inbox  *notify.Inbox
}

// kinds lists the definition kinds in order of compilation.
func kinds(*object.Env) []definition.Kind {
	return []definition.Kind{object.NewKind(), access.NewKind(rights)}
}

// rights are the named rights routes ask for.
var rights = []string{"leads.import", "definitions.read", "definitions.write", "people.write", "keys.write", "events.read", "scripts.write", "channels.write", "funnel.read", "system.write"}

func (a *App) wire() error {
	a.engines.timers = timer.New(a.DB, a.Clock)
	a.engines.inbox = notify.New(a.DB, a.Clock)
	return nil
}

func (a *App) start(ctx context.Context) error {
	a.Go(func() { _ = a.engines.timers.Run(ctx) })
	return nil
}

func (a *App) stop() error { return nil }

func (a *App) routes(r *web.Router) {
	(&notify.HTTP{Inbox: a.engines.inbox}).Routes(r)
}

func (a *App) timers(ctx context.Context, o string, ids []string) (map[string]any, error) {
	return nil, nil
}

func (a *App) actions(_ context.Context, who *actor.Actor, row *object.Row) map[string]bool {
	return map[string]bool{}
}

var _ = record.Create
