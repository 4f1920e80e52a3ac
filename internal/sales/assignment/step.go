package assignment

import (
	"context"
	"sync"
	"time"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
)

// Timers starts and stops countdowns inside a write. timer.Service is one.
type Timers interface {
	Start(ctx context.Context, tx *store.Tx, t timer.Timer) error
	// Stop ends the record's running countdowns of these kinds; stopping none is no error.
	Stop(ctx context.Context, tx *store.Tx, object, record string, kinds ...string) error
}

// Engine is the step that assigns. Safe for concurrent use; set its fields before the first write.
type Engine struct {
	Directory Directory
	Figures   Figures
	Timers    Timers // nil: no clock of the pool

	rosters  rosters
	policies policies
}

// NewEngine makes the step.
func NewEngine(d Directory, f Figures, t Timers) *Engine {
	return &Engine{Directory: d, Figures: f, Timers: t}
}

// policies keeps the policies in force by object, for the newest snapshot seen.
type policies struct {
	mu   sync.Mutex
	snap *definition.Snapshot
	by   map[string][]*Policy
}

func (p *policies) of(s *definition.Snapshot, objectName string) []*Policy {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.snap != s {
		p.snap, p.by = s, map[string][]*Policy{}
		for _, x := range definition.All[*Policy](s, Kind) {
			if x.Enabled() {
				p.by[x.Object.Name] = append(p.by[x.Object.Name], x)
			}
		}
	}
	return p.by[objectName]
}

// Name of the step.
func (e *Engine) Name() string { return "assignment" }

// Apply assigns a record that comes in without an owner, and keeps why a record changed hands otherwise.
func (e *Engine) Apply(ctx context.Context, c *record.Change) error {
	if c.Op == record.Delete || c.Op == record.Restore {
		return nil
	}
	was, is := "", c.New.Owner()
	if c.Old != nil {
		was = c.Old.Owner()
	}
	came := c.Op == record.Create || c.Result == "merged" || c.Origin.Seek
	if was == is && (is != "" || !came || !c.Origin.Assign && c.Old != nil) {
		return nil
	}
	ps := e.policies.of(c.Snap, c.Object.Name)
	switch {
	case len(ps) == 0:
		return nil
	case was == is && !c.Origin.Assign:
		unasked(c)
		return nil
	case is != "":
		return e.byHand(ctx, c, ps, was)
	case was != "":
		return e.released(ctx, c)
	}
	p, env, err := e.applies(ctx, c, ps)
	if p == nil || err != nil {
		return err
	}
	return e.assign(ctx, c, p, env)
}

// applies finds the first policy for the record.
func (e *Engine) applies(ctx context.Context, c *record.Change, ps []*Policy) (*Policy, condition.Env, error) {
	env := condition.Env{Row: c.New, Now: time.UnixMilli(c.Now), Zone: c.Env.Zone, Related: func(name, id string) (*object.Row, error) {
		o, ok := object.Of(c.Snap, name)
		if !ok {
			return nil, nil
		}
		return record.ReadRow(ctx, c.Tx, o, id)
	}}
	for _, p := range ps {
		if p.when == nil {
			return p, env, nil
		}
		ok, err := p.when.Match(&env)
		if err != nil {
			return nil, env, err
		}
		if ok {
			return p, env, nil
		}
	}
	return nil, env, nil
}

func (e *Engine) assign(ctx context.Context, c *record.Change, p *Policy, env condition.Env) error {
	ro, err := e.rosters.of(c.Snap, e.Directory)
	if err != nil {
		return err
	}
	h := &choice{e: e, c: c, p: p, ro: ro, env: env, q: ask(c, p)}
	h.env.Related = h.remember(env.Related)
	got, err := h.run(ctx)
	if err != nil {
		return err
	}
	d := &decision{kind: pooled, policy: p.Name, roster: ro.hash, seen: h.seen(), branches: h.done}
	if got != nil {
		last := h.done[len(h.done)-1]
		d.kind, d.person, d.note = assigned, got.id, last.note
		c.New.V[object.Owner] = got.id
		e.owned(c)
		e.contact(c, p)
		c.Datum("assignment", map[string]any{"policy": p.Name, "branch": last.b.Title})
	} else {
		if d.reason, err = h.reason(); err != nil {
			return err
		}
		c.New.Set("pool_reason", d.reason)
		if err := e.clock(ctx, c, p); err != nil {
			return err
		}
	}
	if len(ro.reps) > 0 {
		if err := e.rosters.keep(ctx, c.Tx, ro); err != nil {
			return err
		}
	}
	return c.Decide(ctx, decisionOf, d.encode())
}

// unasked says of a new record why nobody was looked for.
func unasked(c *record.Change) {
	f, ok := c.Object.Field("pool_reason")
	if !ok || c.Given[f.Index] || c.New.V[f.Index] != nil {
		return
	}
	switch c.Origin.Kind {
	case "import":
		c.New.V[f.Index] = "导入时没有要求分配"
	case "intake":
		c.New.V[f.Index] = "渠道没有开启自动分配"
	default:
		c.New.V[f.Index] = "写入时没有要求分配"
	}
}

// byHand keeps that somebody gave the record an owner.
func (e *Engine) byHand(ctx context.Context, c *record.Change, ps []*Policy, was string) error {
	e.owned(c)
	if c.Old == nil && !c.Origin.Assign {
		return nil // past records come with their owners; there is nothing to tell
	}
	d := &decision{kind: given, person: c.New.Owner(), from: was, by: c.Actor.Name, reason: c.Note}
	switch {
	case c.What == "claim":
		d.kind = claimed
	case was != "":
		d.kind = transferred
	}
	if was == "" && c.Origin.Assign {
		p, _, err := e.applies(ctx, c, ps)
		if err != nil {
			return err
		}
		if p != nil {
			e.contact(c, p)
		}
	}
	if was == "" && c.Old != nil && e.Timers != nil {
		if err := e.Timers.Stop(ctx, c.Tx, c.Object.Name, c.New.ID(), DeadlineKind); err != nil {
			return err
		}
	}
	return c.Decide(ctx, decisionOf, d.encode())
}

// released keeps that the record went back to the pool. The clock of the pool runs from intake only: that time is over.
func (e *Engine) released(ctx context.Context, c *record.Change) error {
	d := &decision{kind: returned, from: c.Old.Owner(), by: c.Actor.Name, reason: c.Note}
	if d.reason == "" {
		d.reason = "退回公海"
	}
	if f, ok := c.Object.Field("pool_reason"); ok && !c.Given[f.Index] {
		c.New.V[f.Index] = d.reason
	}
	return c.Decide(ctx, decisionOf, d.encode())
}

// owned sets what goes with an owner.
func (e *Engine) owned(c *record.Change) {
	if f, ok := c.Object.Field("assigned_at"); ok && !c.Given[f.Index] {
		c.New.V[f.Index] = c.At
	}
	c.New.Set("pool_reason", nil)
}

// contact appends the owner's first task.
func (e *Engine) contact(c *record.Change, p *Policy) {
	task, ok := object.Of(c.Snap, taskObject)
	if !ok {
		return
	}
	hours := p.Spec.ContactHours
	if hours == 0 {
		hours = 72
	}
	values := map[string]any{}
	for name, v := range map[string]any{"title": firstContact + "：" + c.Object.TitleOf(c.New), "kind": firstContact, "status": "open", "owner": c.New.Owner(), c.Object.Name: c.New.ID(), "due_at": c.At + hours*time.Hour.Milliseconds()} {
		if _, ok := task.Field(name); ok {
			values[name] = v
		}
	}
	c.Append(record.Write{Op: record.Create, Object: taskObject, Values: values})
}

// clock starts the countdown of a record that came in and found nobody; due_at, where there is one, tells when it ends.
func (e *Engine) clock(ctx context.Context, c *record.Change, p *Policy) error {
	if e.Timers == nil || p.Spec.DeadlineMinutes == 0 || !c.Origin.Countdown {
		return nil
	}
	due := c.Now + p.Spec.DeadlineMinutes*time.Minute.Milliseconds()
	c.New.Set("due_at", due)
	return e.Timers.Start(ctx, c.Tx, timer.Timer{Kind: DeadlineKind, Object: c.Object.Name, RecordID: c.New.ID(), Rule: p.Name, StartedAt: c.Now, Due: due})
}
