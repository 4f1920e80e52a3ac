package trial

import (
	"context"
	"slices"
	"sort"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/query"
	"baton/internal/sales/assignment"
)

// Answer tells what drafts would have done.
type Answer struct {
	Examined int     `json:"examined"`
	Changed  int     `json:"changed"`
	Summary  Summary `json:"summary"`
	// Rows are those whose owner or tags change and, of a file, the others behind them; RowsTotal how many there are.
	Rows      []Row `json:"rows"`
	RowsTotal int   `json:"rows_total"`
	Truncated bool  `json:"truncated"`
	// Unread counts rows of a file that could not be read. What a record of a file is held against is what stands now: it never happened.
	Unread int   `json:"unread,omitempty"`
	File   bool  `json:"of_file,omitempty"`
	TookMS int64 `json:"took_ms"`
	// AsOf names what was taken as it stood when each record came in; Today what is known only as it stands now.
	AsOf  []string `json:"as_of"`
	Today []string `json:"of_today"`
}

// Summary counts before against after.
type Summary struct {
	ByPerson     []PersonCount `json:"by_person"`
	ByBranch     []BranchCount `json:"by_branch"`
	ByValue      []ValueCount  `json:"by_value"`
	PooledBefore int           `json:"pooled_before"`
	PooledAfter  int           `json:"pooled_after"`
	// Reasons why records would stay in the pool, most first.
	Reasons []ReasonCount `json:"reasons"`
}

// PersonCount is how many records a person got and would have got.
type PersonCount struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Before int    `json:"before"`
	After  int    `json:"after"`
}

// BranchCount is how many records a branch would have given.
type BranchCount struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Count int    `json:"count"`
}

// ValueCount is how many records carry a tag.
type ValueCount struct {
	Dimension string `json:"dimension"`
	Value     string `json:"value"`
	Title     string `json:"title"`
	Before    int    `json:"before"`
	After     int    `json:"after"`
}

// ReasonCount is how many records would stay in the pool for a reason.
type ReasonCount struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
}

// Row is one record that would have gone another way.
type Row struct {
	ID     string         `json:"id"`
	Title  string         `json:"title"`
	At     string         `json:"at"`
	Before map[string]any `json:"before"`
	After  map[string]any `json:"after"`
	Branch string         `json:"branch"`
	Reason string         `json:"reason"`
}

// Tries tells whether drafts of a kind can be tried.
func (e *Engine) Tries(kind string) bool { return slices.Contains(e.Kinds, kind) }

// Try implements definition.Trier.
func (e *Engine) Try(ctx context.Context, a *actor.Actor, next *definition.Snapshot, ask *definition.Ask) (any, error) {
	began := time.Now()
	var p *Past
	var err error
	switch {
	case ask.File != nil:
		p, err = e.file(ctx, a, ask)
	case len(ask.Records) > 0:
		p, err = e.given(a, ask.Object, ask.Records)
	default:
		p, err = e.Load(ctx, a, ask.Object, ask.Period)
	}
	if err != nil {
		return nil, err
	}
	results, err := p.Run(ctx, next)
	if err != nil {
		return nil, err
	}
	if p.made { // it never happened: what stands now takes the place of what did
		if err := p.standing(ctx); err != nil {
			return nil, err
		}
	}
	limit := ask.Limit
	if limit == 0 {
		limit = 200
	}
	x := e.tell(a, p, next, results, limit)
	x.TookMS = time.Since(began).Milliseconds()
	return x, nil
}

// file makes a past of the rows of an uploaded table.
func (e *Engine) file(ctx context.Context, a *actor.Actor, ask *definition.Ask) (*Past, error) {
	if e.File == nil {
		return nil, problem.New(problem.Invalid, "invalid_trial", "这里不能用文件试算")
	}
	rows, unread, err := e.File(ctx, a, ask.Object, ask.File, Most+1)
	if err != nil {
		return nil, err
	}
	p, err := e.given(a, ask.Object, rows[:min(len(rows), Most)])
	if err != nil {
		return nil, err
	}
	p.unread, p.Truncated = unread, len(rows) > Most
	return p, nil
}

// standing gives each record the owner and tags it would get by what is published.
func (p *Past) standing(ctx context.Context) error {
	results, err := p.Run(ctx, p.e.Defs.Current())
	if err != nil {
		return err
	}
	for i, r := range results {
		p.Arrivals[i].First = r.Row
	}
	return nil
}

func (e *Engine) tell(a *actor.Actor, p *Past, next *definition.Snapshot, results []*Result, limit int) *Answer {
	x := &Answer{Examined: len(results), Truncated: p.Truncated, Unread: p.unread, File: p.made, Rows: []Row{}, AsOf: []string{p.Object.Title.ZH + "的内容"}, Today: []string{"人员、休假与组织"}}
	for _, name := range assignment.Measures(next, p.Object.Name) {
		if m, ok := query.Of(next, name); ok {
			x.AsOf = append(x.AsOf, m.Title.ZH)
		}
	}
	hidden := e.Reader.Access.Hidden(e.Defs.Current(), a, p.Object.Name)
	var tags []*object.Field
	if o, ok := object.Of(next, p.Object.Name); ok {
		for _, f := range o.Fields {
			if f.TagDimension != "" && !hidden[f.Name] {
				tags = append(tags, f)
			}
		}
	}
	people, branches, values, reasons := map[string]*PersonCount{}, map[string]*BranchCount{}, map[[2]string]*ValueCount{}, map[string]int{}
	person := func(id string) *PersonCount {
		if people[id] == nil {
			people[id] = &PersonCount{ID: id, Name: e.name(id)}
		}
		return people[id]
	}
	value := func(f *object.Field, v string) *ValueCount {
		k := [2]string{f.TagDimension, v}
		if values[k] == nil {
			values[k] = &ValueCount{Dimension: f.TagDimension, Value: v, Title: f.OptionLabel(v)}
		}
		return values[k]
	}
	var same []Row
	for _, r := range results {
		was, is := r.First.Owner(), r.Person
		row := Row{ID: r.Now.ID(), At: time.UnixMilli(r.At).UTC().Format("2006-01-02T15:04:05.000Z"), Branch: r.BranchTitle, Reason: r.Reason, Before: map[string]any{"owner": e.owner(was)}, After: map[string]any{"owner": e.owner(is)}}
		changed := was != is
		if was == "" {
			x.Summary.PooledBefore++
		} else {
			person(was).Before++
		}
		if is == "" {
			x.Summary.PooledAfter++
			reasons[r.Reason]++
		} else {
			person(is).After++
		}
		if r.Branch != "" {
			if branches[r.Branch] == nil {
				branches[r.Branch] = &BranchCount{Name: r.Branch, Title: r.BranchTitle}
			}
			branches[r.Branch].Count++
		}
		for _, f := range tags {
			before, after := r.First.Text(f.Name), r.Row.Text(f.Name)
			if before != "" {
				value(f, before).Before++
			}
			if after != "" {
				value(f, after).After++
			}
			if before != after {
				changed = true
				row.Before[f.Name], row.After[f.Name] = before, after
			}
		}
		into := &x.Rows
		if changed {
			x.Changed++
		} else if into = &same; !p.made {
			continue
		}
		x.RowsTotal++
		if len(*into) < limit {
			row.Title = e.Reader.Access.Title(e.Defs.Current(), a, r.Now)
			*into = append(*into, row)
		}
	}
	x.Rows = append(x.Rows, same[:min(len(same), limit-len(x.Rows))]...) // what changes first
	x.Summary.ByPerson = sorted(people, func(a, b *PersonCount) bool {
		return a.After+a.Before > b.After+b.Before || a.After+a.Before == b.After+b.Before && a.ID < b.ID
	})
	x.Summary.ByBranch = sorted(branches, func(a, b *BranchCount) bool { return a.Count > b.Count || a.Count == b.Count && a.Name < b.Name })
	x.Summary.ByValue = sorted(values, func(a, b *ValueCount) bool {
		return a.Dimension < b.Dimension || a.Dimension == b.Dimension && (a.After > b.After || a.After == b.After && a.Value < b.Value)
	})
	x.Summary.Reasons = []ReasonCount{}
	for r, n := range reasons {
		x.Summary.Reasons = append(x.Summary.Reasons, ReasonCount{r, n})
	}
	sort.Slice(x.Summary.Reasons, func(i, j int) bool {
		a, b := x.Summary.Reasons[i], x.Summary.Reasons[j]
		return a.Count > b.Count || a.Count == b.Count && a.Reason < b.Reason
	})
	return x
}

func sorted[K comparable, V any](by map[K]*V, less func(a, b *V) bool) []V {
	list := make([]*V, 0, len(by))
	for _, v := range by {
		list = append(list, v)
	}
	sort.Slice(list, func(i, j int) bool { return less(list[i], list[j]) })
	out := make([]V, len(list))
	for i, v := range list {
		out[i] = *v
	}
	return out
}

func (e *Engine) name(id string) string {
	if p := e.Dir.Person(id); p != nil && p.Name != "" {
		return p.Name
	}
	return id
}

func (e *Engine) owner(id string) any {
	if id == "" {
		return nil
	}
	return assignment.Named{ID: id, Name: e.name(id)}
}
