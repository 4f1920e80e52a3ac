package assignment

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// The ways a record comes to a person, or to the pool.
const (
	WayRule     = "rule"     // a branch's strategy chose
	WayKept     = "kept"     // the owner of the record's customer came first
	WayGiven    = "given"    // somebody named or moved it
	WayClaimed  = "claimed"  // taken from the pool
	WayPooled   = "pooled"   // nobody was found
	WayReturned = "returned" // put back into the pool
)

// MostDecisions is how many decisions one look at fairness counts, the newest of the period.
const MostDecisions = 20_000

// Fairness tells who got how many records in a period, and by what: counted from the decisions kept, of the records the asker may see.
type Fairness struct {
	Object string `json:"object"`
	Days   int    `json:"days"`
	// People are all who may get records and all who got some, most first.
	People []Share `json:"people"`
	// Branches are the branches that decided, most first.
	Branches  []BranchShare `json:"branches"`
	Pooled    int           `json:"pooled"`
	Returned  int           `json:"returned"`
	Truncated bool          `json:"truncated"`
}

// Share is what one person got.
type Share struct {
	Person Named          `json:"person"`
	Total  int            `json:"total"`
	Ways   map[string]int `json:"ways"`     // by rule, kept, given, claimed
	By     map[string]int `json:"branches"` // by a branch's name, of rule and kept
	// Receives: the person is among those who may get records now.
	Receives bool `json:"receives"`
}

// BranchShare is what one branch gave.
type BranchShare struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Count int    `json:"count"`
}

// Given is one decision.
type Given struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	At     string `json:"at"`
	Way    string `json:"way" enum:"rule,kept,given,claimed,pooled,returned"`
	Person *Named `json:"person,omitempty"`
	Branch string `json:"branch,omitempty"`
	Reason string `json:"reason"`
}

// GivenAsk narrows the decisions behind a number of a Fairness; empty members do not narrow.
type GivenAsk struct {
	Person, Way, Branch string
	Limit               int // 200 when zero
}

// Auditor counts decisions. Safe for concurrent use.
type Auditor struct {
	DB        *store.DB
	Reader    *record.Reader
	Directory Directory
	Past      Revisions // may be nil: then branches of earlier revisions go by the present names
	Now       func() time.Time
	Zone      *time.Location
}

// one is a decision with what it is counted under.
type one struct {
	row    *object.Row
	at     int64
	d      *decision
	way    string
	branch BranchShare // its name and title; empty where a person decided
}

// Fairness counts the last days, today included.
func (x *Auditor) Fairness(ctx context.Context, a *actor.Actor, objectName string, days int) (*Fairness, error) {
	list, more, err := x.decisions(ctx, a, objectName, days)
	if err != nil {
		return nil, err
	}
	out := &Fairness{Object: objectName, Days: days, People: []Share{}, Branches: []BranchShare{}, Truncated: more}
	people, branches := map[string]*Share{}, map[string]*BranchShare{}
	share := func(id string) *Share {
		if people[id] == nil {
			people[id] = &Share{Person: x.named(id), Ways: map[string]int{}, By: map[string]int{}}
		}
		return people[id]
	}
	for _, p := range x.Directory.People() {
		if slices.Contains(p.Roles, repRole) {
			share(p.ID).Receives = true
		}
	}
	for _, e := range list {
		switch e.way {
		case WayPooled:
			out.Pooled++
			continue
		case WayReturned:
			out.Returned++
			continue
		}
		s := share(e.d.person)
		s.Total++
		s.Ways[e.way]++
		if e.branch.Name == "" {
			continue
		}
		s.By[e.branch.Name]++
		if branches[e.branch.Name] == nil {
			branches[e.branch.Name] = &BranchShare{Name: e.branch.Name, Title: e.branch.Title}
		}
		branches[e.branch.Name].Count++
	}
	for _, s := range people {
		out.People = append(out.People, *s)
	}
	slices.SortFunc(out.People, func(a, b Share) int {
		if a.Total != b.Total {
			return b.Total - a.Total
		}
		return strings.Compare(a.Person.ID, b.Person.ID)
	})
	for _, b := range branches {
		out.Branches = append(out.Branches, *b)
	}
	slices.SortFunc(out.Branches, func(a, b BranchShare) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out, nil
}

// Given lists the decisions behind a number, newest first.
func (x *Auditor) Given(ctx context.Context, a *actor.Actor, objectName string, days int, ask GivenAsk) (list []Given, total int, err error) {
	all, _, err := x.decisions(ctx, a, objectName, days)
	if err != nil {
		return nil, 0, err
	}
	if ask.Limit == 0 {
		ask.Limit = 200
	}
	list = []Given{}
	for _, e := range all {
		kept := e.way != WayPooled && e.way != WayReturned
		if ask.Person != "" && (e.d.person != ask.Person || !kept) || ask.Way != "" && e.way != ask.Way || ask.Branch != "" && e.branch.Name != ask.Branch {
			continue
		}
		if total++; len(list) >= ask.Limit {
			continue
		}
		g := Given{ID: e.row.ID(), At: time.UnixMilli(e.at).UTC().Format("2006-01-02T15:04:05.000Z"), Way: e.way, Branch: e.branch.Title, Reason: e.d.note}
		if g.Reason == "" {
			g.Reason = e.d.reason
		}
		g.Title = x.Reader.Access.Title(x.Reader.Defs.Current(), a, e.row)
		if kept {
			n := x.named(e.d.person)
			g.Person = &n
		}
		list = append(list, g)
	}
	return list, total, nil
}

func (x *Auditor) named(id string) Named {
	if p := x.Directory.Person(id); p != nil && p.Name != "" {
		return Named{ID: id, Name: p.Name}
	}
	return Named{ID: id, Name: id}
}

// decisions reads those of a period on records that the actor may see, newest first.
func (x *Auditor) decisions(ctx context.Context, a *actor.Actor, objectName string, days int) (out []one, more bool, err error) {
	o, _, err := x.Reader.Object(a, objectName)
	if err != nil {
		return nil, false, err
	}
	if x.Reader.Access.Hidden(x.Reader.Defs.Current(), a, o.Name)["owner"] {
		return nil, false, problem.New(problem.Forbidden, "forbidden", "你不能看到"+o.Title.ZH+"的负责人，无法统计分配")
	}
	from, to := (&condition.Period{Last: days, Unit: "day"}).Range(x.Now(), x.Zone)
	rows, err := x.DB.Query(ctx, "SELECT record_id, at, revision, body FROM decision WHERE object = ? AND what = ? AND at >= ? AND at < ? ORDER BY at DESC, record_id LIMIT ?", o.Name, decisionOf, from.UnixMilli(), to.UnixMilli(), MostDecisions+1)
	if err != nil {
		return nil, false, fmt.Errorf("assignment: decisions: %w", err)
	}
	defer rows.Close()
	var ids []string
	names := &branchNames{x: x, by: map[int64]*definition.Snapshot{}}
	for rows.Next() {
		var id string
		var revision int64
		var body []byte
		e := one{}
		if err := rows.Scan(&id, &e.at, &revision, &body); err != nil {
			return nil, false, err
		}
		if more = len(ids) == MostDecisions; more {
			break
		}
		if e.d, err = decode(body); err != nil {
			return nil, false, fmt.Errorf("assignment: decision of %s: %w", id, err)
		}
		e.way = e.d.way()
		if e.branch, err = names.of(ctx, e.d, revision); err != nil {
			return nil, false, err
		}
		ids, out = append(ids, id), append(out, e)
	}
	if err := rows.Err(); err != nil {
		return nil, false, err
	}
	list, err := x.Reader.GetMany(ctx, a, o.Name, ids)
	if err != nil {
		return nil, false, err
	}
	seen := make(map[string]*object.Row, len(list))
	for _, row := range list {
		seen[row.ID()] = row
	}
	kept := out[:0]
	for i, e := range out {
		if e.row = seen[ids[i]]; e.row == nil {
			continue
		}
		if e.at = e.happened(); e.at >= from.UnixMilli() {
			kept = append(kept, e)
		}
	}
	slices.SortStableFunc(kept, func(a, b one) int { return cmp.Compare(b.at, a.at) })
	return kept, more, nil
}

// happened is when the record came to its person. A past that was written in later is decided at the writing, but assigned when it says.
func (e *one) happened() int64 {
	if at, ok := e.row.Int("assigned_at"); ok && at < e.at && e.d.kind != pooled && e.d.kind != returned && e.row.Owner() == e.d.person {
		return at
	}
	return e.at
}

func (d *decision) way() string {
	switch d.kind {
	case assigned:
		if d.keepTook() {
			return WayKept
		}
		return WayRule
	case pooled:
		return WayPooled
	case returned:
		return WayReturned
	case claimed:
		return WayClaimed
	}
	return WayGiven
}

// branchNames tells which branch decided: a decision keeps its place in the policy as it was then.
type branchNames struct {
	x  *Auditor
	by map[int64]*definition.Snapshot
}

func (n *branchNames) of(ctx context.Context, d *decision, revision int64) (out BranchShare, err error) {
	if d.kind != assigned || len(d.kept) == 0 {
		return out, nil
	}
	snap := n.x.Reader.Defs.Current()
	if !standing(snap, Kind, d.policy, revision) && n.x.Past != nil {
		if n.by[revision] == nil {
			if n.by[revision], err = n.x.Past.At(ctx, revision); err != nil {
				return out, err
			}
		}
		snap = n.by[revision]
	}
	p, ok := definition.Get[*Policy](snap, Kind, d.policy)
	if i := d.kept[len(d.kept)-1].index; ok && i < len(p.Spec.Branches) {
		b := p.Spec.Branches[i]
		if out = (BranchShare{Name: b.Name, Title: b.Title}); out.Title == "" {
			out.Title = b.Name
		}
	}
	return out, nil
}
