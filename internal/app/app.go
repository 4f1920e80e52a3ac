package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/definition"
	"baton/internal/platform/identity"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/region"
	"baton/internal/platform/store"
)

// App is one company's running engines: the workspace as a value. Made by Open, ended by Close.
type App struct {
	Config  Config
	Log     *slog.Logger
	DB      *store.DB
	Clock   *clock.Clock
	Defs    *definition.Manager
	Ledger  *ledger.Ledger
	Sealer  *ledger.Sealer
	Dir     *identity.Directory
	Access  *access.Control
	Signing *identity.Service
	Reader  *record.Reader
	Writer  *record.Writer
	Env     *object.Env

	engines engines
	lock    *os.File
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// Open takes the data folder, migrates the database, loads the published definitions and builds the engines. Nothing runs in the
// background until Run. First says that the workspace is new.
func Open(ctx context.Context, cfg Config, log *slog.Logger) (_ *App, err error) {
	zone, err := time.LoadLocation(cfg.Zone)
	if err != nil {
		return nil, fmt.Errorf("BATON_ZONE: %w", err)
	}
	a := &App{Config: cfg, Log: log, Clock: clock.New()}
	if a.lock, err = cfg.lock(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = a.Close()
		}
	}()
	if cfg.Clock != "" {
		a.Clock.Read(cfg.Clock)
	}
	if a.DB, err = store.Open(cfg.databaseURL()); err != nil {
		return nil, err
	}
	if err = a.DB.Migrate(ctx); err != nil {
		return nil, err
	}
	a.Ledger = ledger.New(a.DB, a.Clock.Now)
	if a.Sealer, err = ledger.NewSealer(a.Ledger, cfg.Data, log); err != nil {
		return nil, err
	}
	a.Env = &object.Env{Zone: zone, Regions: region.Load(), Name: func(o, id string) string { return a.Dir.Name(o, id) }}
	a.Defs = definition.NewManager(a.DB, a.Clock, kinds(a.Env), a.applyTables, a.recordRevision)
	a.Defs.OnSettle(object.Settle)
	a.DB.OnFinish(a.Defs.Still)
	a.Dir = identity.NewDirectory(a.DB, a.Defs)
	a.Access = &access.Control{Dir: a.Dir, DB: a.DB, Env: a.Env, Now: a.Clock.Now}
	record.Reach(a.Access, a.DB, a.Defs)
	a.Signing = identity.NewService(a.DB, a.Dir, a.Clock, a.Ledger)
	a.Signing.Zone, a.Signing.Delegated = zone, a.delegated
	a.Signing.KnownScope = func(scope string) bool { return access.KnownScope(a.Defs.Current(), scope, rights) }
	a.Reader = &record.Reader{DB: a.DB, Defs: a.Defs, Access: a.Access, Clock: a.Clock, Env: a.Env}
	a.Writer = &record.Writer{DB: a.DB, Defs: a.Defs, Ledger: a.Ledger, Access: a.Access, Clock: a.Clock, Env: a.Env, Committed: a.committed}
	a.DB.OnBegin(a.Defs.Follow)
	if err = a.wire(ctx); err != nil {
		return nil, err
	}
	if err = a.Defs.Load(ctx); err != nil {
		return nil, err
	}
	if err = a.bootstrap(ctx); err != nil {
		return nil, fmt.Errorf("first start: %w", err)
	}
	return a, a.Dir.Reload(ctx)
}

// applyTables carries a publish into the tables.
func (a *App) applyTables(ctx context.Context, tx *store.Tx, old, next *definition.Snapshot) error {
	return a.engines.schema.Apply(ctx, tx, old, next)
}

// recordRevision writes a publish into the trail.
func (a *App) recordRevision(_ context.Context, tx *store.Tx, who *actor.Actor, n int64, note string, changes []definition.Change) {
	now := a.Clock.Milli()
	list := make([]any, len(changes))
	for i, c := range changes {
		list[i] = c
	}
	err := a.Ledger.Append(tx, &ledger.Event{At: now, WrittenAt: now, ActorKind: string(who.Kind), ActorID: who.ID, ActorName: who.Name, IP: who.IP, Request: who.Request, Origin: "person", Object: "revision", RecordID: fmt.Sprint(n), Op: "publish",
		Revision: n, Payload: ledger.Payload{Note: note, Data: map[string]any{"changes": list}}})
	if err != nil {
		a.Log.Error("revision event", "revision", n, "error", err) // marshalling our own struct cannot fail
	}
}

// committed runs after each durable write.
func (a *App) committed(c *record.Change) {
	if c.Object.Name == "person" || c.Object.Name == "org_unit" {
		if c.Origin.Kind == "bootstrap" || c.Origin.Kind == "demo" {
			return // reloaded once by the loader
		}
		if err := a.Dir.Reload(context.Background()); err != nil {
			a.Log.Error("directory reload", "error", err)
		}
	}
}

// Run starts what works in the background: the clock's file, sealing, timers, jobs, feeds.
func (a *App) Run() error {
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel = cancel
	if a.Config.Clock != "" {
		a.Go(func() { a.Clock.Follow(ctx, a.Config.Clock) })
	}
	a.Go(func() { a.Sealer.Run(ctx) })
	a.Go(func() { a.followNodes(ctx) })
	return a.start(ctx)
}

// Go runs f with an owner: Close waits for it.
func (a *App) Go(f func()) {
	a.running.Add(1)
	go func() {
		defer a.running.Done()
		f()
	}()
}

// followNodes takes over what other nodes decided: revisions, people and units.
func (a *App) followNodes(ctx context.Context) {
	if a.DB.Dialect() != store.Postgres {
		return
	}
	t := time.NewTicker(500 * time.Millisecond)
	defer t.Stop()
	last, _ := a.Ledger.Last(ctx) // a failed read only makes the first round reload
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if err := a.Defs.Refresh(ctx); err != nil && ctx.Err() == nil {
			a.Log.Error("reading the newest revision", "error", err)
		}
		to, changed, err := a.staffChanged(ctx, last)
		if err == nil && changed {
			err = a.Dir.Reload(ctx)
		}
		switch {
		case err == nil:
			last = to
		case ctx.Err() == nil:
			a.Log.Error("reading people and units anew", "error", err)
		}
	}
}

// staffChanged reads the trail from an event on to its end and tells whether people or units changed.
func (a *App) staffChanged(ctx context.Context, from int64) (to int64, changed bool, err error) {
	const page = 1000
	for to = from; ; {
		events, err := a.Ledger.After(ctx, to, page)
		if err != nil {
			return from, false, err
		}
		for _, e := range events {
			to = e.Seq
			changed = changed || e.Object == "person" || e.Object == "org_unit"
		}
		if len(events) < page {
			return to, changed, nil
		}
	}
}

// Close stops the background, waits for it, and lets the folder go.
func (a *App) Close() error {
	var errs []error
	if a.cancel != nil {
		a.cancel()
		errs = append(errs, a.stop())
		a.running.Wait()
	}
	if a.DB != nil {
		errs = append(errs, a.DB.Close())
	}
	if a.lock != nil {
		errs = append(errs, a.lock.Close())
	}
	return errors.Join(errs...)
}
