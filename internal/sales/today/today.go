// Package today is a person's home: what of theirs comes next, what is new since they last looked, what is to be done, and, for who answers
// for others, where those stand. It only asks and shows; what may be done with a line are the actions of the engines that own it.
package today

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/definition"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Engine answers what somebody's day holds. Safe for concurrent use.
type Engine struct {
	DB     *store.DB
	Defs   *definition.Manager
	Access *access.Control
	Reader *record.Reader
	Ledger *ledger.Ledger
	Clock  *clock.Clock
	// Nudged lists the records of an object that a person was told to call about and has not yet: ids, the nearest end first, most at most.
	Nudged func(ctx context.Context, person, objectName string, most int) ([]string, error)
}

// The object that is worked from here, and the one of things to do.
const (
	leadObject = "lead"
	taskObject = "task"
)

// The sections of a home, in the order of the page.
const (
	First = "first" // one's own with a countdown, the nearest end first
	Calls = "calls" // to be called back, the nearest first
	New   = "new"   // given to one since the last visit and not contacted, the newest first
	Todo  = "todo"  // open tasks but those a countdown stands for
	Pool  = "pool"  // what one may take, the longest waiting first
)

// Counts that are only numbers.
const (
	Overdue     = "overdue" // one's own, run out
	DueToday    = "today"   // one's own, running out later today
	TeamOverdue = "team_overdue"
	TeamToday   = "team_today"
)

// shownMost is how many lines a section gives; the list it leads to has them all.
const shownMost = 20

// Section is one list of a home: how many there are, and the first of them.
type Section struct {
	Key    string
	Object *object.Object
	Count  int
	Capped bool
	Filter json.RawMessage
	Sort   string
	Rows   []*object.Row
}

// Day is somebody's home.
type Day struct {
	// Since is from when on something is new to the person, ms.
	Since int64
	// Leads is whether there is anything to work on for this person at all.
	Leads bool
	// Team says that the person assigns, and so answers for others.
	Team     bool
	Sections []*Section
	Counts   []*Section
	// Last is the newest word about each record shown, by its id.
	Last map[string]*ledger.Event
}

type cond = map[string]any

func all(cs ...cond) cond { return cond{"all": cs} }

// Of is the home of an actor. Without a person there is nothing one's own.
func (e *Engine) Of(ctx context.Context, a *actor.Actor) (*Day, error) {
	s, now := e.Defs.Current(), e.Clock.Now()
	since, err := e.since(ctx, a.Self(), now.UnixMilli())
	if err != nil {
		return nil, err
	}
	d := &Day{Since: since, Last: map[string]*ledger.Event{}}
	me := cond{"field": "owner", "op": "eq", "value": a.Self()}
	may := func(name string, pick func(access.Rule) bool) bool { return e.Access.May(s, a, name, pick) }
	if o := e.readable(s, a, leadObject); o != nil {
		d.Leads, d.Team = true, may(leadObject, func(r access.Rule) bool { return r.Assign })
		if a.Self() != "" {
			if err := e.own(ctx, a, o, me, since, d); err != nil {
				return nil, err
			}
		}
		if d.Team || may(leadObject, func(r access.Rule) bool { return r.Claim }) {
			if err := e.waiting(ctx, a, o, d); err != nil {
				return nil, err
			}
		}
	}
	if a.Self() == "" {
		return d, nil
	}
	if err := e.nudged(ctx, s, a, d); err != nil {
		return nil, err
	}
	if err := e.calls(ctx, s, a, me, now, d); err != nil {
		return nil, err
	}
	if o := e.readable(s, a, taskObject); o != nil && has(o, "status") {
		// A first contact is shown as the lead whose countdown it stands for.
		open := all(me, cond{"field": "status", "op": "eq", "value": "open"}, none(o, "kind", firstContact))
		if err := e.section(ctx, a, d, Todo, o, open, sortBy(o, "due_at"), shownMost); err != nil {
			return nil, err
		}
	}
	return d, e.lastWords(ctx, d)
}

// firstContact is the kind of task an assignment writes.
const firstContact = "首次联系"

func none(o *object.Object, field, value string) cond {
	if !has(o, field) {
		return all()
	}
	return cond{"none": []cond{{"field": field, "op": "eq", "value": value}}}
}

// own adds what is the person's: what runs, and what came.
func (e *Engine) own(ctx context.Context, a *actor.Actor, o *object.Object, me cond, since int64, d *Day) error {
	if has(o, "due_at") {
		if err := e.section(ctx, a, d, First, o, all(me, running), record.Sort{Field: "due_at"}, shownMost); err != nil {
			return err
		}
		if err := e.count(ctx, a, d, Overdue, o, all(me, ranOut)); err != nil {
			return err
		}
		if err := e.count(ctx, a, d, DueToday, o, all(me, endsToday)); err != nil {
			return err
		}
	}
	came := "created_at"
	if has(o, "assigned_at") {
		came = "assigned_at"
	}
	cs := append([]cond{me, {"field": came, "op": "gt", "value": object.Instant(since)}}, undecided(o)...)
	if has(o, "contacted_at") {
		cs = append(cs, cond{"field": "contacted_at", "op": "empty"})
	}
	return e.section(ctx, a, d, New, o, all(cs...), record.Sort{Field: came, Desc: true}, shownMost)
}

// waiting adds what nobody has, and for who assigns how the team stands.
func (e *Engine) waiting(ctx context.Context, a *actor.Actor, o *object.Object, d *Day) error {
	since := "created_at"
	if has(o, "pool_since") {
		since = "pool_since"
	}
	cs := append([]cond{{"field": "owner", "op": "empty"}}, undecided(o)...)
	if err := e.section(ctx, a, d, Pool, o, all(cs...), record.Sort{Field: since}, shownMost); err != nil || !d.Team || !has(o, "due_at") {
		return err
	}
	owned := cond{"field": "owner", "op": "not_empty"}
	if err := e.count(ctx, a, d, TeamOverdue, o, all(owned, ranOut)); err != nil {
		return err
	}
	return e.count(ctx, a, d, TeamToday, o, all(owned, endsToday))
}

// calls adds, of every object whose records can be kept for a call back, those whose day is today or was.
func (e *Engine) calls(ctx context.Context, s *definition.Snapshot, a *actor.Actor, me cond, now time.Time, d *Day) error {
	day := now.In(e.zone())
	tonight := time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, e.zone())
	for _, name := range e.Access.Readable(s, a) {
		o := e.readable(s, a, name)
		if o == nil || !has(o, keptUntil) {
			continue
		}
		cs := append([]cond{me, {"field": keptUntil, "op": "lt", "value": object.Instant(tonight.UnixMilli())}}, undecided(o)...)
		if err := e.section(ctx, a, d, Calls, o, all(cs...), record.Sort{Field: keptUntil}, shownMost); err != nil {
			return err
		}
	}
	return nil
}

// nudged adds what waits for a talk and stands in no list by its own due instant, such as a customer who downloads something.
func (e *Engine) nudged(ctx context.Context, s *definition.Snapshot, a *actor.Actor, d *Day) error {
	for _, name := range e.Access.Readable(s, a) {
		o := e.readable(s, a, name)
		if o == nil || has(o, "due_at") {
			continue
		}
		ids, err := e.Nudged(ctx, a.Self(), name, nudgedMost+1)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			continue
		}
		more := len(ids) > nudgedMost
		ids = ids[:min(nudgedMost, len(ids))]
		sec, err := e.ask(ctx, a, First, o, cond{"field": "id", "op": "in", "value": ids}, record.Sort{Field: "created_at", Desc: true}, nudgedMost)
		if err != nil {
			return err
		}
		if sec == nil || sec.Count == 0 {
			continue
		}
		slices.SortFunc(sec.Rows, func(x, y *object.Row) int { return slices.Index(ids, x.ID()) - slices.Index(ids, y.ID()) })
		sec.Rows, sec.Capped = sec.Rows[:min(shownMost, len(sec.Rows))], sec.Capped || more
		d.Sections = append(d.Sections, sec)
	}
	return nil
}

// nudgedMost bounds of how many records of an object one is told that they wait for a talk.
const nudgedMost = 100

// keptUntil, on objects that have it, is when a record's contact shall be called back.
const keptUntil = "protected_until"

var (
	running   = cond{"field": "due_at", "op": "not_empty"}
	ranOut    = cond{"field": "due_at", "op": "within", "value": cond{"last": 8760, "unit": "hour"}}
	endsToday = all(cond{"field": "due_at", "op": "within", "value": cond{"this": "day"}}, cond{"none": []cond{ranOut}})
)

// undecided are the records that still want something done.
func undecided(o *object.Object) []cond {
	var cs []cond
	if has(o, "decided_at") {
		cs = append(cs, cond{"field": "decided_at", "op": "empty"})
	}
	if has(o, "converted") {
		cs = append(cs, cond{"field": "converted", "op": "ne", "value": true})
	}
	return cs
}

func sortBy(o *object.Object, field string) record.Sort {
	if !has(o, field) {
		field = "created_at"
	}
	return record.Sort{Field: field, EmptyLast: true}
}

func has(o *object.Object, name string) bool {
	_, ok := o.Field(name)
	return ok
}

// readable is an object the actor may read any of whole enough to be worked on; nil otherwise.
func (e *Engine) readable(s *definition.Snapshot, a *actor.Actor, name string) *object.Object {
	o, ok := object.Of(s, name)
	if !ok || e.Access.Scope(s, a, name, access.Read).Nothing() || e.Access.Hidden(s, a, name)["owner"] {
		return nil
	}
	return o
}

func (e *Engine) zone() *time.Location {
	if e.Reader.Env.Zone == nil {
		return time.UTC
	}
	return e.Reader.Env.Zone
}

// section asks for one list and adds it. A condition on a field the actor's role hides leaves the section out.
func (e *Engine) section(ctx context.Context, a *actor.Actor, d *Day, key string, o *object.Object, filter cond, by record.Sort, limit int) error {
	sec, err := e.ask(ctx, a, key, o, filter, by, limit)
	if err == nil && sec != nil {
		d.Sections = append(d.Sections, sec)
	}
	return err
}

func (e *Engine) count(ctx context.Context, a *actor.Actor, d *Day, key string, o *object.Object, filter cond) error {
	sec, err := e.ask(ctx, a, key, o, filter, record.Sort{Field: "due_at"}, 1)
	if err == nil && sec != nil {
		sec.Rows = nil
		d.Counts = append(d.Counts, sec)
	}
	return err
}

func (e *Engine) ask(ctx context.Context, a *actor.Actor, key string, o *object.Object, filter cond, by record.Sort, limit int) (*Section, error) {
	raw, err := json.Marshal(filter)
	if err != nil {
		return nil, err
	}
	page, err := e.Reader.List(ctx, a, record.List{Object: o.Name, Filter: raw, Sort: []record.Sort{by}, Limit: limit, Count: true})
	if p := problem.As(err); p != nil && p.Class == problem.Invalid {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	sort := by.Field
	switch {
	case by.Desc:
		sort = "-" + sort
	case by.EmptyLast:
		sort += ":last"
	}
	return &Section{Key: key, Object: o, Count: page.Count, Capped: page.Capped, Filter: raw, Sort: sort, Rows: page.Rows}, nil
}

// told are the events that say something about a record to who takes it up again.
var told = []string{"contacted", "note", "missed", "activity", "protect", "transfer"}

func (e *Engine) lastWords(ctx context.Context, d *Day) error {
	var ids []string
	for _, sec := range d.Sections {
		for _, row := range sec.Rows {
			if !slices.Contains(ids, row.ID()) {
				ids = append(ids, row.ID())
			}
		}
	}
	var err error
	d.Last, err = e.Ledger.Newest(ctx, ids, told...)
	return err
}
