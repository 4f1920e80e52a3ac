package app

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/bulk"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/export"
	"baton/internal/platform/file"
	"baton/internal/platform/identity"
	"baton/internal/platform/job"
	"baton/internal/platform/live"
	"baton/internal/platform/notify"
	"baton/internal/platform/object"
	"baton/internal/platform/pinyin"
	"baton/internal/platform/query"
	"baton/internal/platform/record"
	"baton/internal/platform/rollup"
	"baton/internal/platform/rule"
	"baton/internal/platform/schema"
	"baton/internal/platform/search"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
	"baton/internal/platform/view"
	"baton/internal/platform/web"
	"baton/internal/sales/assignment"
	"baton/internal/sales/assignment/diagnosis"
	"baton/internal/sales/assignment/trial"
	"baton/internal/sales/conversion"
	"baton/internal/sales/followup"
	"baton/internal/sales/funnel"
	"baton/internal/sales/hosted"
	"baton/internal/sales/importing"
	"baton/internal/sales/intake"
	"baton/internal/sales/intake/duplicate"
	"baton/internal/sales/leaving"
	"baton/internal/sales/pipeline"
	"baton/internal/sales/script"
	"baton/internal/sales/tagging"
	"baton/internal/sales/validation"
)

// engines are the parts that make a sales company of the kernel.
type engines struct {
	timers *timer.Service
	inbox  *notify.Inbox
	hub    *live.Hub
	kept   *query.Kept
	search *search.Index
	jobs   *job.Service
	intake *intake.Intake
	// signer signs links and page tokens; hosted serves the pages they open
	signer *identity.Signer
	// mover moves people and units from a day on
	mover  *identity.Mover
	hosted *hosted.Service
	follow *followup.Engine
	assign *assignment.Engine
	retag  *tagging.Retagger
	trial  *trial.Engine
	doctor *diagnosis.Doctor
	// importer works imports off as jobs
	importer *importing.Importer
	dupes    *duplicate.Engine
	convert  *conversion.Engine
	sums     *rollup.Again
	schema   *schema.Schema
	bulk     *bulk.Engine
	exports  *export.Engine
	files    *file.Store
}

// kinds lists the definition kinds in order of compilation.
func kinds(env *object.Env) []definition.Kind {
	base := condition.Scope{Env: env}
	return []definition.Kind{rule.NewObjectKind(env), access.NewKind(rights, env), query.NewKind(env), timer.NewCalendarKind(), tagging.NewKind(base), assignment.NewKind(base), followup.NewKind(env), followup.NewPoolKind(env), intake.NewKind(), duplicate.NewKind(), hosted.NewFormKind(), hosted.NewMaterialKind(), funnel.NewKind(), pipeline.NewKind(), conversion.NewKind(), validation.NewKind(env, rights), rollup.NewKind(env), view.NewKind(env)}
}

// rights are the named rights routes ask for.
var rights = []string{"leads.import", "definitions.read", "definitions.write", "people.write", "keys.write", "events.read", "scripts.write", "channels.write", "funnel.read", "contracts.pass", "system.write", "purge", hosted.ActivityRight, record.ViewAs}

func (a *App) wire(ctx context.Context) error {
	e := &a.engines
	var err error
	if e.jobs, err = job.Open(ctx, a.DB, a.Clock, a.Log); err != nil {
		return err
	}
	e.timers = timer.New(a.DB, a.Clock)
	e.inbox = notify.New(a.DB, a.Clock)
	e.hub = &live.Hub{DB: a.DB, Ledger: a.Ledger, Inbox: e.inbox, Defs: a.Defs, Access: a.Access, Alive: a.alive}
	e.inbox.OnSent(e.hub.Sent)
	e.jobs.OnStep(func(r *job.Run) {
		e.hub.Publish("job", job.Show(r), func(who *actor.Actor) bool { return who.ID == r.ActorID })
	})
	e.kept = query.NewKept(a.DB, a.Defs, a.Clock, a.Env)
	e.search = search.New(a.Reader, a.Ledger, a.members)
	a.Defs.OnSwap(e.search.Swapped)
	a.Reader.Finder = e.search.Finder
	e.mover = &identity.Mover{Writer: a.Writer, Timers: e.timers, Dir: a.Dir, Failed: a.notMoved}
	e.mover.Register()
	e.schema = schema.New(a.Writer, a.Reader, e.jobs)
	e.schema.Forget = e.search.Forget
	e.signer = identity.NewSigner(a.DB)
	e.intake = &intake.Intake{Writer: a.Writer, Agent: a.agent, Tell: func(ctx context.Context, tx *store.Tx, person, title, body, object, id string) error {
		return e.inbox.Send(ctx, tx, notify.Message{Person: person, Kind: "call", Level: notify.Amber, Title: title, Body: body, Object: object, RecordID: id})
	}}
	e.follow = &followup.Engine{DB: a.DB, Defs: a.Defs, Writer: a.Writer, Access: a.Access, Dir: a.Dir, Timers: e.timers, Inbox: e.inbox, Clock: a.Clock, Env: a.Env}
	e.follow.Register()
	a.Defs.OnSwap(e.follow.Swapped)
	// The order matters: who it is, what it is, whose it is, by when; the figures last.
	e.importer = &importing.Importer{Writer: a.Writer, Jobs: e.jobs, Folder: filepath.Join(a.Config.Data, "uploads"), Keys: intake.StrongKeys}
	e.importer.Register()
	e.dupes = duplicate.New(a.Writer, a.Reader, e.jobs, e.timers, e.inbox)
	e.dupes.Actor = a.Signing.ActorOf
	e.dupes.Register()
	a.Defs.OnSwap(e.dupes.Swapped)
	if e.files, err = a.files(ctx); err != nil {
		return err
	}
	e.hosted = a.hosted()
	e.assign = assignment.NewEngine(a.Dir, e.kept, e.timers)
	e.retag = tagging.NewRetagger(a.Writer, a.Reader)
	a.Defs.OnSwap(e.retag.Swapped)
	e.trial = &trial.Engine{DB: a.DB, Defs: a.Defs, Reader: a.Reader, Dir: a.Dir, Clock: a.Clock, Env: a.Env, Asks: intake.Asks,
		Kinds: []string{assignment.Kind, tagging.Kind, query.Kind, intake.Kind, object.Kind}, File: e.importer.Values,
		Tags: func(s *definition.Snapshot, objectName string) func(*condition.Env) error {
			return tagging.NewDeriver(s, objectName).Derive
		}}
	e.doctor = &diagnosis.Doctor{Trial: e.trial, Defs: a.Defs, Reader: a.Reader, Dir: a.Dir, Env: a.Env, Clock: a.Clock,
		Inputs: func(s *definition.Snapshot, objectName string) func(*object.Field) ([]*object.Field, bool) {
			return tagging.NewDeriver(s, objectName).Inputs
		}}
	e.sums = rollup.NewAgain(a.Writer)
	a.Defs.OnSwap(e.sums.Swapped)
	e.bulk = &bulk.Engine{Writer: a.Writer, Reader: a.Reader, Jobs: e.jobs}
	e.bulk.Register()
	e.exports = &export.Engine{Reader: a.Reader, Ledger: a.Ledger, Jobs: e.jobs, Folder: filepath.Join(a.Config.Data, "exports"), Company: func() string { name, _ := a.workspace()["name"].(string); return name }}
	e.exports.Register()
	e.convert = &conversion.Engine{Writer: a.Writer, Start: pipeline.Start, Same: kindred}
	a.Writer.Steps = []record.Step{intake.Dedupe{}, file.Step{}, tagging.NewStep(), pipeline.Step{}, &validation.Step{Access: a.Access, Same: sameCompany, Identity: intake.Identity}, funnel.Stage{}, e.assign, e.follow.Step(), duplicate.Step{}, rollup.Step{}, e.kept}
	return nil
}

func (a *App) start(ctx context.Context) error {
	a.loop(ctx, "countdowns", a.engines.timers.Run)
	a.loop(ctx, "live feed", a.engines.hub.Run)
	a.loop(ctx, "kept figures", a.engines.kept.Run)
	a.loop(ctx, "tagging again", a.engines.retag.Run)
	a.loop(ctx, "pool clocks", a.engines.follow.RunPool)
	a.loop(ctx, "sums", a.engines.sums.Run)
	a.loop(ctx, "search index", a.engines.search.Run)
	a.loop(ctx, "duplicates", a.engines.dupes.Run)
	a.loop(ctx, "exported files", a.engines.exports.Run)
	a.loop(ctx, "files", a.engines.files.Run)
	a.loop(ctx, "idempotency keys", (&record.Answers{DB: a.DB, Clock: a.Clock}).Run)
	return a.engines.jobs.Start(ctx)
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

func (a *App) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return a.engines.jobs.Stop(ctx)
}

func (a *App) routes(r *web.Router) {
	(&notify.HTTP{Inbox: a.engines.inbox}).Routes(r)
	a.engines.hub.Routes(r)
	jobs := &job.HTTP{Jobs: a.engines.jobs, Allow: r.Allows}
	jobs.Routes(r)
	(&followup.HTTP{Engine: a.engines.follow, Reader: a.Reader}).Routes(r)
	(&followup.OverdueHTTP{Engine: a.engines.follow, Reader: a.Reader}).Routes(r)
	tags := &tagging.Explainer{DB: a.DB, Defs: a.Defs, Env: a.Env, Records: a.Reader, Past: a.Defs}
	(&assignment.HTTP{Explainer: &assignment.Explainer{DB: a.DB, Defs: a.Defs, Env: a.Env, Directory: a.Dir, Records: a.Reader, Past: a.Defs},
		Auditor: &assignment.Auditor{DB: a.DB, Reader: a.Reader, Directory: a.Dir, Past: a.Defs, Now: a.Clock.Now, Zone: a.Env.Zone},
		Tags: func(ctx context.Context, who *actor.Actor, row *object.Row) (any, error) {
			return tags.Explain(ctx, who, row)
		},
		Countdowns: func(ctx context.Context, row *object.Row) (any, error) { return a.countdowns(ctx, row) }}).Routes(r)
	(&diagnosis.HTTP{Doctor: a.engines.doctor, May: func(who *actor.Actor, kind string) bool { return a.Access.MayConfigure(a.Defs.Current(), who, kind) }}).Routes(r)
	(&duplicate.HTTP{Engine: a.engines.dupes}).Routes(r)
	(&importing.HTTP{Importer: a.engines.importer, Jobs: jobs}).Routes(r)
	(&bulk.HTTP{Engine: a.engines.bulk, Jobs: jobs}).Routes(r)
	(&export.HTTP{Engine: a.engines.exports, Jobs: jobs}).Routes(r)
	(&view.HTTP{Book: &view.Book{DB: a.DB, Defs: a.Defs, Reader: a.Reader}}).Routes(r)
	queries := query.New(a.Reader)
	(&query.HTTP{Engine: queries}).Routes(r)
	(&record.ShareHTTP{Sharing: a.sharing()}).Routes(r)
	(&record.VisibilityHTTP{Reader: a.Reader, Actor: a.Signing.ActorOf}).Routes(r)
	(&leaving.HTTP{Engine: &leaving.Engine{Writer: a.Writer, Dir: a.Dir, Signing: a.Signing, Inbox: a.engines.inbox, Assigns: assignment.Assigns}}).Routes(r)
	(&identity.MoveHTTP{Mover: a.engines.mover}).Routes(r)
	(&schema.HTTP{Schema: a.engines.schema, May: func(who *actor.Actor) bool { return a.Access.MayConfigure(a.Defs.Current(), who, object.Kind) }}).Routes(r)
	(&search.HTTP{Index: a.engines.search}).Routes(r)
	(&funnel.HTTP{Engine: &funnel.Engine{Queries: queries, Reader: a.Reader, Dir: a.Dir}}).Routes(r)
	(&script.HTTP{Library: &script.Library{Reader: a.Reader, Writer: a.Writer, Speller: pinyin.New()}}).Routes(r)
	(&conversion.HTTP{Engine: a.engines.convert, Reader: a.Reader}).Routes(r)
	(&intake.HTTP{Intake: a.engines.intake, Keys: a.Signing, Secret: a.engines.signer.ChannelSecret, NewSecret: func(ctx context.Context, who *actor.Actor, channel string) (string, error) {
		return a.Signing.NewChannelSecret(ctx, a.engines.signer, who, channel)
	}}).Routes(r)
	a.engines.hosted.Routes(r)
	a.engines.files.Routes(r)
}

// members lists the people of units.
func (a *App) members(units []string) []string {
	var out []string
	for _, p := range a.Dir.People() {
		if slices.Contains(units, p.Unit) {
			out = append(out, p.ID)
		}
	}
	return out
}

func (a *App) timers(ctx context.Context, objectName string, ids []string) (map[string]any, error) {
	if objectName == "person" || objectName == "org_unit" {
		return nil, nil // what waits there are moves to come, which are for who keeps the people
	}
	by, err := a.engines.follow.TimersFor(ctx, a.DB, objectName, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[string]any, len(by))
	for id, list := range by {
		out[id] = list
	}
	return out, nil
}

func (a *App) countdowns(ctx context.Context, row *object.Row) (any, error) {
	by, err := a.engines.follow.TimersFor(ctx, a.DB, row.Object.Name, []string{row.ID()})
	if err != nil {
		return nil, err
	}
	return by[row.ID()], nil
}

func (a *App) actions(_ context.Context, who *actor.Actor, row *object.Row) map[string]bool {
	out := a.engines.follow.Actions(who, row)
	maps.Copy(out, a.engines.convert.Actions(who, row))
	return out
}

// kindred joins what intake knows of companies to the conversion.
func kindred(ctx context.Context, q store.Querier, row *object.Row) ([]conversion.Tie, error) {
	kin, err := intake.Kindred(ctx, q, row)
	out := make([]conversion.Tie, len(kin))
	for i, k := range kin {
		out[i] = conversion.Tie{Row: k.Row, By: k.By, Code: k.By == intake.ByCreditCode}
	}
	return out, err
}

// sameCompany joins it to the validations: a branch is perhaps the same.
func sameCompany(ctx context.Context, q store.Querier, row *object.Row) ([]validation.Tie, error) {
	kin, err := intake.Kindred(ctx, q, row)
	out := make([]validation.Tie, len(kin))
	for i, k := range kin {
		out[i] = validation.Tie{Row: k.Row, Maybe: k.By == intake.ByBranch}
	}
	return out, err
}
