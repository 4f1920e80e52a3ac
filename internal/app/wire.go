package app

import (
	"context"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/notify"
	"baton/internal/platform/object"
	"baton/internal/platform/query"
	"baton/internal/platform/record"
	"baton/internal/platform/timer"
	"baton/internal/platform/web"
	"baton/internal/sales/intake"
)

// engines are the parts that make a sales company of the kernel.
type engines struct {
	timers *timer.Service
	inbox  *notify.Inbox
	kept   *query.Kept
	intake *intake.Intake
}

// kinds lists the definition kinds in order of compilation.
func kinds(env *object.Env) []definition.Kind {
	return []definition.Kind{object.NewKind(), access.NewKind(rights), query.NewKind(env), intake.NewKind()}
}

// rights are the named rights routes ask for.
var rights = []string{"leads.import", "definitions.read", "definitions.write", "people.write", "keys.write", "events.read", "scripts.write", "channels.write", "funnel.read", "system.write"}

func (a *App) wire() error {
	e := &a.engines
	e.timers = timer.New(a.DB, a.Clock)
	e.inbox = notify.New(a.DB, a.Clock)
	e.kept = query.NewKept(a.DB, a.Defs, a.Clock, a.Env)
	e.intake = &intake.Intake{Writer: a.Writer}
	a.Writer.Steps = []record.Step{intake.Dedupe{}, e.kept}
	return nil
}

func (a *App) start(ctx context.Context) error {
	a.loop(ctx, "countdowns", a.engines.timers.Run)
	a.loop(ctx, "kept figures", a.engines.kept.Run)
	return nil
}

// loop runs a background service until ctx ends; one that gives up is started again and said.
func (a *App) loop(ctx context.Context, name string, run func(context.Context) error) {
	a.Go(func() {
		for ctx.Err() == nil {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				a.Log.Error(name+" stopped and is started again", "error", err)
				select {
				case <-ctx.Done():
				case <-time.After(time.Second):
				}
			}
		}
	})
}

func (a *App) stop() error { return nil }

func (a *App) routes(r *web.Router) {
	(&notify.HTTP{Inbox: a.engines.inbox}).Routes(r)
	(&intake.HTTP{Intake: a.engines.intake, Keys: a.Signing}).Routes(r)
}

func (a *App) timers(context.Context, string, []string) (map[string]any, error) { return nil, nil }

func (a *App) actions(context.Context, *actor.Actor, *object.Row) map[string]bool {
	return map[string]bool{}
}
