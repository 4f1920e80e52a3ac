package assignment

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
)

// Revisions gives the definitions as they were published at a revision.
type Revisions interface {
	At(ctx context.Context, revision int64) (*definition.Snapshot, error)
}

// Records reads a record inside the actor's scope; one outside it is a NotFound problem. Hides tells what else the actor may not see beside
// that record. record.Reader is one.
type Records interface {
	Get(ctx context.Context, a *actor.Actor, object, id string) (*object.Row, error)
	Hides(a *actor.Actor, read *object.Row) func(r *object.Row, f *object.Field) bool
}

// Explainer tells why a record is whose it is. Safe for concurrent use.
type Explainer struct {
	DB        *store.DB
	Defs      *definition.Manager
	Env       *object.Env
	Directory Directory
	Records   Records
	// Past may be nil; then decisions of policies that have since changed are told without their branches.
	Past Revisions
}

// Explain reads the record as the actor may see it and tells its newest decision.
func (e *Explainer) Explain(ctx context.Context, a *actor.Actor, objectName, id string) (*Explanation, error) {
	row, err := e.Records.Get(ctx, a, objectName, id)
	if err != nil {
		return nil, err
	}
	return e.Row(ctx, a, row)
}

// Row is Explain for a row that the actor has read; nil for one who may not know the owner.
func (e *Explainer) Row(ctx context.Context, a *actor.Actor, row *object.Row) (*Explanation, error) {
	if e.Records.Hides(a, row)(row, row.Object.Fields[object.Owner]) {
		return nil, nil
	}
	x := &Explanation{Branches: []*BranchTrace{}}
	var at int64
	var body []byte
	err := e.DB.QueryRow(ctx, "SELECT at, revision, body FROM decision WHERE record_id = ? AND what = ? ORDER BY at DESC LIMIT 1", row.ID(), decisionOf).Scan(&at, &x.Revision, &body)
	if errors.Is(err, sql.ErrNoRows) {
		x.Decision, x.Text = "none", "写入时没有要求自动分配，也没有人认领"
		if o := row.Owner(); o != "" {
			x.Decision, x.Person, x.Text = "manual", e.named(o), "写入时已指定负责人"
		}
		return x, nil
	}
	if err != nil {
		return nil, fmt.Errorf("assignment: read decision: %w", err)
	}
	d, err := decode(body)
	if err != nil {
		return nil, fmt.Errorf("assignment: decision of %s: %w", row.ID(), err)
	}
	x.At = time.UnixMilli(at).UTC().Format("2006-01-02T15:04:05.000Z")
	x.Person, x.From, x.By, x.Reason = e.named(d.person), e.named(d.from), d.by, d.reason
	var p *Policy
	if d.policy != "" {
		var snap *definition.Snapshot
		if p, snap, err = e.policy(ctx, d.policy, x.Revision); err != nil {
			return nil, err
		}
		x.Policy = &Titled{d.policy, d.policy}
		if p != nil {
			x.Policy.Title = p.Title.ZH
			if err := e.branches(ctx, x, d, p, snap, at, row, e.Records.Hides(a, row)); err != nil {
				return nil, err
			}
		}
	}
	x.tell(d, p)
	if now := row.Owner(); now != d.person {
		// The policies were off when the record changed hands: nothing was kept of that.
		x.Text += "；此后改为" + e.words(now)
		x.Decision, x.Person = "manual", e.named(now)
		if now == "" {
			x.Decision = "pool"
		}
	}
	return x, nil
}

func (e *Explainer) words(id string) string {
	if id == "" {
		return "无人负责"
	}
	return "由" + e.named(id).Name + "负责"
}

func (e *Explainer) named(id string) *Named {
	if id == "" {
		return nil
	}
	n := &Named{ID: id, Name: id}
	if p := e.Directory.Person(id); p != nil && p.Name != "" {
		n.Name = p.Name
	}
	return n
}

// tell puts the decision into a sentence.
func (x *Explanation) tell(d *decision, p *Policy) {
	name := ""
	if x.Person != nil {
		name = x.Person.Name
	}
	by := d.by
	if by == "" {
		by = "系统"
	}
	switch d.kind {
	case assigned:
		x.Decision, x.Text = "assigned", "分给"+name
		for _, b := range x.Branches {
			if b.Chosen && b.Keep != nil && b.Keep.Outcome == "took" {
				x.Text += "：符合分支“" + b.Title + "”，" + b.Keep.Text
				d.note = ""
			} else if b.Chosen {
				x.Text += "：符合分支“" + b.Title + "”，按“" + b.StrategyText + "”选出"
			}
		}
		if d.note != "" {
			x.Text += "，" + d.note
		}
		if p == nil {
			x.Text += fmt.Sprintf("（按第 %d 版策略，此后策略已改动）", x.Revision)
		}
	case pooled:
		x.Decision, x.Text = "pool", "没有分出去，进入公海："+d.reason
	case returned:
		x.Decision, x.Text = "pool", "回到公海："+d.reason
		if x.From != nil {
			x.Text += "（原负责人" + x.From.Name + "）"
		}
	case given:
		x.Decision, x.Text = "manual", by+"在录入时指定给"+name
	case claimed:
		x.Decision, x.Text = "manual", name+"从公海认领"
	case transferred:
		x.Decision, x.Text = "manual", by+"从"+x.From.Name+"转给"+name
		if by == x.From.Name {
			x.Text = by + "转给" + name
		}
		if d.reason != "" {
			x.Text += "：" + d.reason
		}
	}
}

// policy finds it as it was when it decided: the current one when neither it nor its calendar has changed since.
func (e *Explainer) policy(ctx context.Context, name string, revision int64) (*Policy, *definition.Snapshot, error) {
	snap := e.Defs.Current()
	if p, ok := definition.Get[*Policy](snap, Kind, name); ok && standing(snap, Kind, p.Name, revision) && (p.calendar == nil || standing(snap, timer.CalendarKind, p.calendar.Name, revision)) {
		return p, snap, nil
	}
	if e.Past == nil {
		return nil, nil, nil
	}
	snap, err := e.Past.At(ctx, revision)
	if err != nil {
		return nil, nil, err
	}
	p, _ := definition.Get[*Policy](snap, Kind, name)
	return p, snap, nil
}

// standing tells that a definition has not changed since a revision.
func standing(s *definition.Snapshot, kind, name string, revision int64) bool {
	d, ok := s.Definition(kind, name)
	return ok && d.Revision <= revision
}

func (e *Explainer) branches(ctx context.Context, x *Explanation, d *decision, p *Policy, snap *definition.Snapshot, at int64, now *object.Row, hides func(*object.Row, *object.Field) bool) error {
	people, err := e.roster(ctx, d.roster, p.Person)
	if err != nil {
		return err
	}
	env := condition.Env{Row: d.rowOf(p.Object, now.ID()), Now: time.UnixMilli(at), Zone: e.Env.Zone, Hides: hides, Related: d.related(func(name, id string) (*object.Row, error) {
		o, ok := object.Of(snap, name)
		if !ok {
			return nil, nil
		}
		return record.ReadRow(ctx, e.DB, o, id)
	}, func(name string) *object.Object {
		o, _ := object.Of(snap, name)
		return o
	})}
	for _, k := range d.kept {
		b := p.branchAt(k.index)
		if b == nil {
			return errDecision
		}
		t := &BranchTrace{Name: b.Name, Title: b.Title, Matched: k.matched, Fallback: b.Fallback, Strategy: b.Strategy, StrategyText: b.strategy.Title(), Considered: k.considered, Excluded: []Excluded{}, Candidates: []*CandidateTrace{}}
		if k.matched {
			if t.Keep, err = e.keep(&env, k.keep, p, now, hides); err != nil {
				return err
			}
		}
		if k.matched && b.Candidates.Hours {
			t.Warning = p.warning(time.UnixMilli(at))
		}
		if b.when != nil {
			if t.Conditions, err = b.when.Explain(&env); err != nil {
				return err
			}
		}
		for i, n := range k.excluded {
			if n > 0 {
				t.Excluded = append(t.Excluded, Excluded{filterNames[i], filterWords[i], n})
			}
		}
		for _, c := range k.candidates {
			if c.pos >= len(people) || len(c.seen) > len(b.figures) {
				return errDecision
			}
			// Figures that a strategy asks since then are "—"; those of the conditions come first and are the same.
			c.seen = append(c.seen, make([]seenFigure, len(b.figures)-len(c.seen))...)
			ct, err := e.candidate(b, c, people[c.pos], env, p.Object.Name, k.keep.came == keepTook)
			if err != nil {
				return err
			}
			if c.chosen {
				t.Chosen = true
				if s, ok := b.strategy.(teller); ok && k.keep.came != keepTook {
					name, without := s.tells()
					if f, known := p.Person.Field(name); known && hides(people[c.pos], f) {
						d.note = without
					}
				}
				ct.Note = d.note
			}
			t.Candidates = append(t.Candidates, ct)
		}
		x.Branches = append(x.Branches, t)
	}
	return nil
}

func (p *Policy) branchAt(index int) *branch {
	for _, b := range p.branches {
		if b.index == index {
			return b
		}
	}
	return nil
}

func (e *Explainer) candidate(b *branch, k keptCandidate, person *object.Row, env condition.Env, objectName string, keeps bool) (*CandidateTrace, error) {
	out := &CandidateTrace{Person: *e.named(person.ID()), Passed: k.passed && !k.lost, Chosen: k.chosen, Checks: []Check{}}
	if p := e.Directory.Person(person.ID()); p == nil && person.Text("name") != "" {
		out.Person.Name = person.Text("name")
	}
	if k.lost {
		out.Note = "轮到时名额已被别的记录占用"
	}
	cond := b.where
	if keeps {
		cond = b.limit
	}
	if cond == nil {
		return out, nil
	}
	w := &where{b: b, env: env, cur: &candidate{rep: &rep{id: person.ID()}, seen: k.seen}}
	w.env.Refs = map[string]*object.Row{objectName: env.Row, "candidate": person}
	w.env.Row, w.env.Measure = person, w.measure
	trace, err := cond.Explain(&w.env)
	if err != nil {
		return nil, err
	}
	out.Checks = checks(out.Checks, cond.Node(), trace, person.Object, b)
	return out, nil
}

// checks lists the leaves of a trace, each with a short label.
func checks(out []Check, n *condition.Node, t *condition.Trace, person *object.Object, b *branch) []Check {
	if t.Kind == "leaf" || t.Kind == "some" {
		c := Check{Label: t.Text, Text: t.Text, Seen: t.Seen, Passed: t.Passed}
		switch n.Kind {
		case condition.KindMeasure:
			for _, f := range b.figures {
				if f.measure == n.Measure {
					c.Label = f.m.Title.ZH
				}
			}
			if n.Period != nil {
				c.Label = n.Period.Words() + c.Label
			}
		case condition.KindLeaf:
			if f, ok := person.Field(n.Field); ok {
				c.Label = f.Title.ZH
			}
		}
		return append(out, c)
	}
	for i, child := range t.Children {
		if i < len(n.Children) {
			out = checks(out, n.Children[i], child, person, b)
		}
	}
	return out
}

// roster reads the people of a decision back, as they were.
func (e *Explainer) roster(ctx context.Context, hash string, person *object.Object) ([]*object.Row, error) {
	var raw []byte
	err := e.DB.QueryRow(ctx, "SELECT body FROM assign_roster WHERE hash = ?", hash).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil // nobody could get records then
	}
	if err != nil {
		return nil, fmt.Errorf("assignment: read roster: %w", err)
	}
	var body rosterBody
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&body); err != nil {
		return nil, fmt.Errorf("assignment: roster %s: %w", hash, err)
	}
	out := make([]*object.Row, len(body.People))
	for i, line := range body.People {
		r := object.NewRow(person)
		for j, v := range line {
			if n, ok := v.(json.Number); ok {
				v, err = n.Int64()
				if err != nil {
					return nil, err
				}
			}
			if j == 0 {
				r.V[object.ID] = v
			} else if j <= len(body.Fields) {
				r.Set(body.Fields[j-1], v)
			}
		}
		out[i] = r
	}
	return out, nil
}
