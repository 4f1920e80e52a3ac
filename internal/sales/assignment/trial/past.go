// Package trial tries drafts on what has been: the records of a period go once more through tags and assignment as the drafts would have it,
// in memory, with the figures of then. It tells who would have got what against what happened. It writes nothing.
package trial

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/query"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/sales/assignment"
)

// Most is how many records one trial examines, the newest of the period.
const Most = 10_000

// Engine tries drafts. Safe for concurrent use.
type Engine struct {
	DB     *store.DB
	Defs   *definition.Manager
	Reader *record.Reader
	Dir    assignment.Directory
	Clock  *clock.Clock
	Env    *object.Env
	// Tags derives a row's tags by a snapshot's dimensions.
	Tags func(snap *definition.Snapshot, objectName string) func(env *condition.Env) error
	// Asks tells whether a channel lets its arrivals be assigned; known is false when there is no such channel.
	Asks func(snap *definition.Snapshot, channel string) (assign, known bool)
	// File reads an uploaded table's rows as values by field, and how many rows could not be read; nil: files are not tried.
	File func(ctx context.Context, a *actor.Actor, objectName string, f *definition.AskFile, most int) (rows []map[string]any, unread int, err error)
	// Kinds that can be tried.
	Kinds []string
}

// Arrival is a record that came in.
type Arrival struct {
	At    int64
	Now   *object.Row         // as it is
	First *object.Row         // as its creation left it
	What  *assignment.Decided // what was decided then, nil when nothing was
}

// Pooled tells whether nobody got it when it came in.
func (a *Arrival) Pooled() bool { return a.First.Owner() == "" }

// Past is what trials of one period share. Not safe for concurrent use.
type Past struct {
	e         *Engine
	Object    *object.Object
	Arrivals  []*Arrival // by time
	Truncated bool

	of     map[string]bool  // ids
	made   bool             // of records that never were
	unread int              // rows of the file that could not be read
	closed map[string]int64 // record → when its first task was closed, 0 while open
	series map[string]*query.Series
}

// Load reads the records of a period as the actor may see them; period is a condition's, the last 30 days when empty.
func (e *Engine) Load(ctx context.Context, a *actor.Actor, objectName string, period json.RawMessage) (*Past, error) {
	o, _, err := e.Reader.Object(a, objectName)
	if err != nil {
		return nil, err
	}
	if e.Reader.Access.Hidden(e.Defs.Current(), a, o.Name)["owner"] {
		return nil, problem.New(problem.Forbidden, "forbidden", "你不能看到"+o.Title.ZH+"的负责人，无法试算")
	}
	if len(period) == 0 {
		period = json.RawMessage(`{"last": 30, "unit": "day"}`)
	}
	p := &Past{e: e, Object: o, of: map[string]bool{}, closed: map[string]int64{}, series: map[string]*query.Series{}}
	filter, err := json.Marshal(map[string]any{"field": "created_at", "op": "within", "value": period})
	if err != nil {
		return nil, err
	}
	list := record.List{Object: o.Name, Filter: filter, Sort: []record.Sort{{Field: "created_at", Desc: true}}, Limit: 500}
	for {
		page, err := e.Reader.List(ctx, a, list)
		if err != nil {
			if x := problem.As(err); x != nil {
				for i := range x.Items {
					x.Items[i].Pointer = "/period" + strings.TrimPrefix(x.Items[i].Pointer, "/filter/value")
				}
			}
			return nil, err
		}
		for _, row := range page.Rows {
			at, _ := row.V[object.CreatedAt].(int64)
			p.Arrivals = append(p.Arrivals, &Arrival{At: at, Now: row})
			p.of[row.ID()] = true
		}
		if len(p.Arrivals) >= Most {
			p.Truncated = len(p.Arrivals) > Most || page.Next != ""
			p.Arrivals = p.Arrivals[:Most]
			break
		}
		if list.Cursor = page.Next; page.Next == "" {
			break
		}
	}
	slices.Reverse(p.Arrivals)
	return p, p.history(ctx)
}

func (p *Past) history(ctx context.Context) error {
	since := p.since()
	past, err := query.ReadPast(ctx, p.e.DB, p.Object, since)
	if err != nil {
		return err
	}
	decided, err := assignment.FirstDecisions(ctx, p.e.DB, p.e.Defs.Current(), p.Object.Name, since)
	if err != nil {
		return err
	}
	for _, x := range p.Arrivals {
		x.First, x.What = past.First(x.Now), decided[x.Now.ID()]
	}
	return nil
}

func (p *Past) since() int64 {
	if len(p.Arrivals) == 0 {
		return p.e.Clock.Milli()
	}
	return p.Arrivals[0].At
}

// given makes a past of records that never were.
func (e *Engine) given(a *actor.Actor, objectName string, records []map[string]any) (*Past, error) {
	o, _, err := e.Reader.Object(a, objectName)
	if err != nil {
		return nil, err
	}
	by := map[string]*object.Field{}
	for _, f := range o.Fields {
		if f.System || f.ReadOnly {
			continue
		}
		for _, n := range append([]string{f.Name, f.Title.ZH, f.Title.EN}, f.Aliases...) {
			if k := object.Fold(n); k != "" && by[k] == nil {
				by[k] = f
			}
		}
	}
	p := &Past{e: e, Object: o, made: true, of: map[string]bool{}, closed: map[string]int64{}, series: map[string]*query.Series{}}
	now := e.Clock.Milli()
	for i, values := range records {
		row := object.NewRow(o)
		row.V[object.CreatedAt] = now
		for k, v := range values {
			f := by[object.Fold(k)]
			if f == nil {
				continue
			}
			parsed, read := v.(record.Parsed)
			if !read {
				parsed, err = record.Parse(f, e.Env, v)
			}
			if err != nil {
				return nil, problem.New(problem.Invalid, "invalid_trial", "第 "+itoa(i+1)+" 条无法读取", problem.Item{Pointer: "/records/" + itoa(i) + "/" + k, Code: "bad_value", Message: err.Error()})
			}
			row.V[f.Index] = parsed.Value
		}
		p.Arrivals = append(p.Arrivals, &Arrival{At: now, Now: row, First: row.Clone()})
	}
	return p, nil
}

// figures prepares the measures that a snapshot's policies read.
func (p *Past) figures(ctx context.Context, snap *definition.Snapshot) (*query.Replay, error) {
	out := map[string]*query.Series{}
	for _, name := range assignment.Measures(snap, p.Object.Name) {
		m, ok := query.Of(snap, name)
		if !ok {
			continue
		}
		spec, err := json.Marshal(m.Spec)
		if err != nil {
			return nil, err
		}
		s := p.series[string(spec)]
		if s == nil {
			// A field that a draft brings along has no column yet: the rows are read as they stand.
			if standing, ok := query.Of(p.e.Defs.Current(), name); ok && sameSpec(standing, spec) {
				m = standing
			}
			if s, err = query.ReadSeries(ctx, p.e.DB, p.e.Env, m, p.since(), func(row *object.Row) bool { return p.replaced(m, row) }); err != nil {
				return nil, err
			}
			p.series[string(spec)] = s
		}
		out[name] = s
	}
	return query.NewReplay(snap, p.e.Env.Zone, out), nil
}

func sameSpec(m *query.Measure, spec []byte) bool {
	own, err := json.Marshal(m.Spec)
	return err == nil && string(own) == string(spec)
}

// replaced tells of rows that stand because the records under trial were assigned as they were: the trial makes its own.
func (p *Past) replaced(m *query.Measure, row *object.Row) bool {
	if row.Object.Name == p.Object.Name {
		return m.Time != nil && m.Time.Name == "assigned_at" && p.of[row.ID()]
	}
	id := row.Text(p.Object.Name)
	if id == "" || !p.of[id] {
		return false
	}
	at := int64(0)
	if row.Text("status") != "open" {
		if done, ok := row.Int("done_at"); ok {
			at = done
		} else if changed, ok := row.V[object.UpdatedAt].(int64); ok {
			at = changed
		}
	}
	if old, ok := p.closed[id]; !ok || old == 0 || at > 0 && at < old {
		p.closed[id] = at
	}
	return true
}

func (e *Engine) related(ctx context.Context, snap *definition.Snapshot) func(name, id string) (*object.Row, error) {
	type key struct{ name, id string }
	met := map[key]*object.Row{}
	return func(name, id string) (*object.Row, error) {
		if row, ok := met[key{name, id}]; ok {
			return row, nil
		}
		o, ok := object.Of(snap, name)
		standing, stands := object.Of(e.Defs.Current(), name)
		if !ok || !stands {
			return nil, nil
		}
		row, err := record.ReadRow(ctx, e.DB, standing, id)
		if row != nil {
			row = row.In(o)
		}
		if err == nil {
			met[key{name, id}] = row
		}
		return row, err
	}
}

func dueAfter(at, hours int64) int64 { return at + hours*time.Hour.Milliseconds() }

// Single is the past of one record that was read already.
func (e *Engine) Single(ctx context.Context, row *object.Row) (*Past, error) {
	at, _ := row.V[object.CreatedAt].(int64)
	p := &Past{e: e, Object: row.Object, Arrivals: []*Arrival{{At: at, Now: row}}, of: map[string]bool{row.ID(): true}, closed: map[string]int64{}, series: map[string]*query.Series{}}
	return p, p.history(ctx)
}
