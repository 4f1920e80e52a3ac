package assignment

import (
	"context"
	"time"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Replay assigns records one after another by the policies of a snapshot, in memory: turns, daily caps and strategies' memories advance
// within it and nothing is written. People, their leave and their units are those of now. Not safe for concurrent use.
type Replay struct {
	engine   *Engine
	snap     *definition.Snapshot
	env      *object.Env
	related  func(name, id string) (*object.Row, error)
	turnsOf  map[string]*turns
	memories map[string]*memory
}

// Outcome is where a record would have gone.
type Outcome struct {
	Policy      string // "" when none applies
	Branch      string // the one that decided
	BranchTitle string
	Person      string // "" stays in the pool
	Reason      string // why it stays there, or why the chosen one came first
	// ContactHours until the first contact is due.
	ContactHours int64
}

// NewReplay makes a replay. figures answers as of each record's instant.
func NewReplay(snap *definition.Snapshot, env *object.Env, dir Directory, figures Figures, related func(name, id string) (*object.Row, error)) *Replay {
	return &Replay{engine: NewEngine(dir, figures, nil), snap: snap, env: env, related: related, turnsOf: map[string]*turns{}, memories: map[string]*memory{}}
}

// Measures lists the kept measures that a snapshot's policies for an object read.
func Measures(snap *definition.Snapshot, objectName string) []string {
	var out []string
	seen := map[string]bool{}
	for _, p := range definition.All[*Policy](snap, Kind) {
		if p.Object.Name != objectName {
			continue
		}
		for _, b := range p.branches {
			for _, f := range b.figures {
				if !seen[f.measure] {
					seen[f.measure] = true
					out = append(out, f.measure)
				}
			}
		}
	}
	return out
}

// Assign says who gets a record that comes in at an instant.
func (r *Replay) Assign(ctx context.Context, row *object.Row, at int64) (*Outcome, error) {
	c := &record.Change{Snap: r.snap, Env: r.env, Object: row.Object, New: row, Now: at, At: at, Origin: record.Origin{Assign: true}}
	env := condition.Env{Row: row, Now: time.UnixMilli(at), Zone: r.env.Zone, Related: r.related}
	p, err := r.policy(row.Object.Name, &env)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return &Outcome{Reason: NoPolicy}, nil
	}
	ro, err := r.engine.rosters.of(r.snap, r.engine.Directory)
	if err != nil {
		return nil, err
	}
	h := &choice{e: r.engine, c: c, p: p, ro: ro, env: env, q: ask(c, p), dry: r}
	got, err := h.run(ctx)
	if err != nil {
		return nil, err
	}
	out := &Outcome{Policy: p.Name, ContactHours: p.Spec.ContactHours}
	if out.ContactHours == 0 {
		out.ContactHours = 72
	}
	if got != nil {
		last := h.done[len(h.done)-1]
		out.Branch, out.BranchTitle, out.Person, out.Reason = last.b.Name, last.b.Title, got.id, last.note
		return out, nil
	}
	out.Reason, err = h.reason()
	return out, err
}

func (r *Replay) policy(objectName string, env *condition.Env) (*Policy, error) {
	for _, p := range r.engine.policies.of(r.snap, objectName) {
		if p.when == nil {
			return p, nil
		}
		if ok, err := p.when.Match(env); ok || err != nil {
			return p, err
		}
	}
	return nil, nil
}

func (h *choice) turns(ctx context.Context, scope string) (*turns, error) {
	if h.dry == nil {
		return loadTurns(ctx, h.c.Tx, scope)
	}
	t := h.dry.turnsOf[scope]
	if t == nil {
		t = &turns{scope: scope, by: map[string]turn{}}
		h.dry.turnsOf[scope] = t
	}
	return t, nil
}

func (h *choice) memory(ctx context.Context, b *branch) (*memory, error) {
	if h.dry == nil {
		return loadMemory(ctx, h.c.Tx, h.p.Name, b.Name)
	}
	key := h.p.Name + "/" + b.Name
	m := h.dry.memories[key]
	if m == nil {
		m = &memory{policy: h.p.Name, branch: b.Name}
		h.dry.memories[key] = m
	}
	return m, nil
}

// Decided is the first decision on a record: what happened when it came in.
type Decided struct {
	Branch, BranchTitle, Person, Reason string
	// ByHand: a person named the owner; the policies were not asked.
	ByHand bool
	// Kept: the owner of the record's customer came first.
	Kept bool
}

// FirstDecisions reads what was decided first on each record of an object since an instant.
func FirstDecisions(ctx context.Context, q store.Querier, snap *definition.Snapshot, objectName string, since int64) (map[string]*Decided, error) {
	rows, err := q.Query(ctx, "SELECT record_id, body FROM decision WHERE object = ? AND what = ? AND at >= ? ORDER BY at", objectName, decisionOf, since)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]*Decided{}
	for rows.Next() {
		var id string
		var body []byte
		if err := rows.Scan(&id, &body); err != nil {
			return nil, err
		}
		if out[id] != nil {
			continue
		}
		d, err := decode(body)
		if err != nil {
			return nil, err
		}
		x := &Decided{Person: d.person, Reason: d.reason, ByHand: d.kind != assigned && d.kind != pooled, Kept: d.keepTook()}
		if n := len(d.kept); d.kind == assigned && n > 0 {
			if p, ok := definition.Get[*Policy](snap, Kind, d.policy); ok && d.kept[n-1].index < len(p.Spec.Branches) {
				b := p.Spec.Branches[d.kept[n-1].index]
				x.Branch, x.BranchTitle = b.Name, b.Title
			}
		}
		out[id] = x
	}
	return out, rows.Err()
}
