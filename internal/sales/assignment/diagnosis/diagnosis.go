// Package diagnosis answers why records were not assigned. It looks at the definitions as well as at the data: each fault it knows is a
// question to the policies, channels and measures as they stand, weighed by how many records of a period it holds back, and comes with its
// remedy as a draft that was tried. It writes nothing.
package diagnosis

import (
	"context"
	"encoding/json"
	"sort"

	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/sales/assignment"
	"baton/internal/sales/assignment/trial"
)

// Doctor finds faults. Safe for concurrent use.
type Doctor struct {
	Trial  *trial.Engine
	Defs   *definition.Manager
	Reader *record.Reader
	Dir    assignment.Directory
	Env    *object.Env
	Clock  *clock.Clock
	// Inputs tells from which fields a tag column derives; ok is false when no dimension writes it.
	Inputs func(snap *definition.Snapshot, objectName string) func(f *object.Field) ([]*object.Field, bool)
}

// Fault is one thing that is wrong, in the definition that it is wrong in.
type Fault struct {
	Code     string   `json:"code"`
	Severity string   `json:"severity"`
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	Title    string   `json:"title"` // of the definition
	Pointer  string   `json:"pointer"`
	Message  string   `json:"message"`
	Hint     string   `json:"hint,omitempty"`
	Share    *float64 `json:"share,omitempty"`
	// Held is how many unassigned records of the period it holds back.
	Held     int       `json:"held"`
	Examples []Example `json:"examples"`
	Remedy   *Offer    `json:"remedy,omitempty"`

	holds func(r *trial.Result) bool
	spec  any // the definition's spec, mended
	label string
}

// Example is a record that is held back.
type Example struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// Offer is a remedy: drafts ready to be saved, and what a trial of them gave.
type Offer struct {
	Label  string  `json:"label"`
	Drafts []Draft `json:"drafts"`
	// Before and After are the unassigned records of the period without and with it.
	Before int `json:"unassigned_before"`
	After  int `json:"unassigned_after"`
	// HeldAfter is how many of those that the fault held back stay unassigned.
	HeldAfter int `json:"held_after"`
}

// Draft is a definition as it would be saved.
type Draft struct {
	Kind  string          `json:"kind"`
	Name  string          `json:"name"`
	Title definition.Text `json:"title"`
	Spec  json.RawMessage `json:"spec"`
}

// Report is what a period came to.
type Report struct {
	Object     string   `json:"object"`
	Examined   int      `json:"examined"`
	Unassigned int      `json:"unassigned"` // when they came in
	Still      int      `json:"still"`      // of the period, as the definitions stand today
	Truncated  bool     `json:"truncated"`
	Faults     []*Fault `json:"faults"`
	// All is every remedy together.
	All *Offer `json:"all,omitempty"`
}

// house is what the faults are looked for in.
type house struct {
	*Doctor
	who     *actor.Actor
	snap    *definition.Snapshot
	object  *object.Object
	results []*trial.Result
	pooled  []*trial.Result // those nobody would get, although it was asked
	inputs  func(f *object.Field) ([]*object.Field, bool)
	found   []*Fault

	compiled map[*condition.Node]*condition.Cond
}

func (d *Doctor) house(a *actor.Actor, snap *definition.Snapshot, o *object.Object, results []*trial.Result) *house {
	h := &house{Doctor: d, who: a, snap: snap, object: o, results: results, inputs: d.Inputs(snap, o.Name), compiled: map[*condition.Node]*condition.Cond{}}
	for _, r := range results {
		if open(r) {
			h.pooled = append(h.pooled, r)
		}
	}
	return h
}

// open tells whether nobody would get a record although somebody should: what was written without asking for an owner is left out.
func open(r *trial.Result) bool {
	return r.Person == "" && r.Reason != trial.Unasked && r.Reason != trial.UnaskedImport
}

// add keeps a fault of a definition; spec is the remedy, nil when there is none.
func (h *house) add(kind, name string, f *Fault) {
	f.Kind, f.Name, f.Title = kind, name, name
	if d, ok := h.snap.Definition(kind, name); ok && d.Title.ZH != "" {
		f.Title = d.Title.ZH
	}
	f.Examples = []Example{}
	for _, r := range h.pooled {
		if f.holds != nil && f.holds(r) {
			f.Held++
			if len(f.Examples) < 5 {
				f.Examples = append(f.Examples, Example{r.Now.ID(), h.Reader.Access.Title(h.Defs.Current(), h.who, r.Now)})
			}
		}
	}
	h.found = append(h.found, f)
}

// look asks every question.
func (h *house) look() {
	h.channels()
	h.measures()
	h.policies()
	sort.SliceStable(h.found, func(i, j int) bool {
		a, b := h.found[i], h.found[j]
		if a.Held != b.Held {
			return a.Held > b.Held
		}
		return rank[a.Severity] < rank[b.Severity]
	})
}

var rank = map[string]int{definition.SeverityError: 0, definition.SeverityWarning: 1, definition.SeverityInfo: 2}

// Each remedy costs a trial: those of the faults that hold most back are tried, and together they are mended in a few rounds.
const (
	mostTried  = 8
	mostRounds = 4
)

// Period diagnoses a period.
func (d *Doctor) Period(ctx context.Context, a *actor.Actor, objectName string, period json.RawMessage) (*Report, error) {
	snap := d.Defs.Current()
	past, err := d.Trial.Load(ctx, a, objectName, period)
	if err != nil {
		return nil, err
	}
	results, err := past.Run(ctx, snap)
	if err != nil {
		return nil, err
	}
	h := d.house(a, snap, past.Object, results)
	h.look()
	out := &Report{Object: objectName, Examined: len(results), Still: len(h.pooled), Truncated: past.Truncated, Faults: []*Fault{}}
	for i, x := range past.Arrivals {
		if x.Pooled() && open(results[i]) || x.Pooled() && results[i].Person != "" {
			out.Unassigned++
		}
	}
	for i, f := range h.found {
		if f.Held == 0 && f.Severity == definition.SeverityInfo {
			continue
		}
		out.Faults = append(out.Faults, f)
		if f.spec == nil || i >= mostTried {
			continue
		}
		if f.Remedy, err = h.offer(ctx, past, f.label, []*Fault{f}, f.holds); err != nil {
			return nil, err
		}
	}
	out.All, err = h.all(ctx, past, out.Faults)
	return out, err
}

// all tries the remedies together: those of one definition one after another, as far as they still apply.
func (h *house) all(ctx context.Context, past *trial.Past, faults []*Fault) (*Offer, error) {
	var with []*Fault
	for _, f := range faults {
		if f.Remedy != nil {
			with = append(with, f)
		}
	}
	if len(with) < 2 {
		return nil, nil
	}
	// Each definition is mended until nothing more is found in it: a mended branch may show the next fault.
	next := h.snap
	drafts := map[definition.Key]*definition.Definition{}
	for range mostRounds {
		results, err := past.Run(ctx, next)
		if err != nil {
			return nil, err
		}
		now := h.Doctor.house(h.who, next, h.object, results)
		now.look()
		done := map[definition.Key]bool{}
		for _, f := range now.found {
			key := definition.Key{Kind: f.Kind, Name: f.Name}
			if f.spec == nil || done[key] || f.Held == 0 && f.Severity != definition.SeverityError {
				continue
			}
			if def := now.mended(f); def != nil {
				done[key], drafts[key] = true, def
			}
		}
		if len(done) == 0 {
			break
		}
		list := make([]*definition.Definition, 0, len(drafts))
		for _, d := range drafts {
			list = append(list, d)
		}
		tried, problems := h.Defs.Try(list)
		if len(problems) > 0 {
			return nil, nil
		}
		next = tried
	}
	list := make([]*definition.Definition, 0, len(drafts))
	for _, d := range drafts {
		list = append(list, d)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Key().String() < list[j].Key().String() })
	return h.tried(ctx, past, "全部采纳", list, func(*trial.Result) bool { return true })
}

// mended is the definition with the fault's remedy.
func (h *house) mended(f *Fault) *definition.Definition {
	old, ok := h.snap.Definition(f.Kind, f.Name)
	if !ok {
		return nil
	}
	spec, err := json.Marshal(f.spec)
	if err != nil {
		return nil
	}
	return &definition.Definition{Kind: old.Kind, Name: old.Name, Title: old.Title, Aliases: old.Aliases, Spec: spec}
}

func (h *house) offer(ctx context.Context, past *trial.Past, label string, faults []*Fault, holds func(*trial.Result) bool) (*Offer, error) {
	var list []*definition.Definition
	for _, f := range faults {
		if d := h.mended(f); d != nil {
			list = append(list, d)
		}
	}
	return h.tried(ctx, past, label, list, holds)
}

// tried tries drafts; a remedy that does not pass the check is none.
func (h *house) tried(ctx context.Context, past *trial.Past, label string, list []*definition.Definition, holds func(*trial.Result) bool) (*Offer, error) {
	if len(list) == 0 {
		return nil, nil
	}
	next, problems := h.Defs.Try(list)
	if len(problems) > 0 {
		return nil, nil
	}
	results, err := past.Run(ctx, next)
	if err != nil {
		return nil, err
	}
	o := &Offer{Label: label, Before: len(h.pooled), Drafts: []Draft{}}
	for i, r := range results {
		if !open(r) {
			continue
		}
		o.After++
		if was := h.results[i]; open(was) && holds != nil && holds(was) {
			o.HeldAfter++
		}
	}
	for _, d := range list {
		o.Drafts = append(o.Drafts, Draft{d.Kind, d.Name, d.Title, d.Spec})
	}
	return o, nil
}

// Lint implements definition.Linter: the faults of one definition as it would stand, weighed by the records of the last 30 days that the
// actor may see.
func (d *Doctor) Lint(ctx context.Context, a *actor.Actor, next *definition.Snapshot, def *definition.Definition) ([]definition.Finding, error) {
	name := objectOf(def)
	o, ok := object.Of(next, name)
	if !ok {
		return nil, nil
	}
	var results []*trial.Result
	if past, err := d.Trial.Load(ctx, a, name, nil); err == nil {
		if results, err = past.Run(ctx, next); err != nil {
			return nil, err
		}
	} // who may see no records is told what the definition itself says
	h := d.house(a, next, o, results)
	h.look()
	var out []definition.Finding
	for _, f := range h.found {
		if f.Kind != def.Kind || f.Name != def.Name {
			continue
		}
		x := definition.Finding{Severity: f.Severity, Pointer: f.Pointer, Code: f.Code, Message: f.Message, Hint: f.Hint, Share: f.Share}
		if f.spec != nil {
			if spec, err := json.Marshal(f.spec); err == nil {
				x.Remedy = &definition.Remedy{Label: f.label, Spec: spec}
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// objectOf reads which object a definition is about.
func objectOf(def *definition.Definition) string {
	var s struct {
		Object string `json:"object"`
	}
	_ = json.Unmarshal(def.Spec, &s)
	if s.Object == "" {
		s.Object = "lead" // a measure is looked at for the policies that read it
	}
	return s.Object
}
