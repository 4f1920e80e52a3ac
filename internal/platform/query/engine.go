package query

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/actor"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
)

// Engine answers queries. Safe for concurrent use.
type Engine struct {
	r *record.Reader
}

// New makes an engine that reads what r reads.
func New(r *record.Reader) *Engine { return &Engine{r} }

// Period limits a query in time: by Field, else by each measure's own time.
type Period struct {
	Field string `json:"field,omitempty"`
	condition.Period
}

// Order is one key of an order.
type Order struct {
	By   string `json:"by"` // a measure or dimension of the query
	Desc bool   `json:"desc,omitempty"`
}

// Query is a question in names.
type Query struct {
	Entity     string          `json:"entity"`
	Measures   []string        `json:"measures"` // measure definitions, count, or sum:, avg:, min:, max: and a field
	Dimensions []string        `json:"dimensions,omitempty"`
	Where      json.RawMessage `json:"where,omitempty"`
	Period     *Period         `json:"period,omitempty"`
	Order      []Order         `json:"order,omitempty"`
	Limit      int             `json:"limit,omitempty"`
}

// Ask is a question whose entity, measures and condition are at hand.
type Ask struct {
	Entity     *Entity
	Measures   []*Measure
	Dimensions []string
	Where      *condition.Node
	Period     *Period
	Order      []Order
	Limit      int // of groups, 1,000 when zero, at most 10,000
}

const (
	defaultLimit = 1000
	mostLimit    = 10_000
	// mostGroups is how many fine groups are folded; beyond, the question is too fine to be read by anybody.
	mostGroups   = 200_000
	mostMeasures = 40
)

// Column is one column of a result. Type is a field type, a time grain (day: 2026-11-24, week: its Monday, month: 2026-11, quarter: 2026Q4,
// year), or count, ratio, money, days, number.
type Column struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Type  string `json:"type"`
}

// Explain says how a result was computed.
type Explain struct {
	SQL      string          `json:"sql"`
	Measures []ExplainedTerm `json:"measures"`
}

// ExplainedTerm is a measure in words.
type ExplainedTerm struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Result is an answer. A cell is nil where a figure cannot be computed.
type Result struct {
	Columns    []Column                     `json:"columns"`
	Rows       [][]any                      `json:"rows"`
	Refs       map[string]map[string]string `json:"refs"`
	Understood string                       `json:"understood"`
	Explain    Explain                      `json:"explain"`
	// Groups are the rows as figures that can be added up further.
	Groups []Group `json:"-"`
}

// Group is one row: canonical values of the dimensions and the figures of the measures.
type Group struct {
	Keys    []any
	Figures []Figure
}

// Query answers a question in names. The error is a *problem.Problem with a pointer into the query where it is the asker's.
func (e *Engine) Query(ctx context.Context, a *actor.Actor, q Query) (*Result, error) {
	ask, err := e.Resolve(a, q)
	if err != nil {
		return nil, err
	}
	return e.Ask(ctx, ask)
}

// Resolve finds what a query names.
func (e *Engine) Resolve(a *actor.Actor, q Query) (Ask, error) {
	ask := Ask{Dimensions: q.Dimensions, Period: q.Period, Order: q.Order, Limit: q.Limit}
	var err error
	if ask.Entity, err = e.Entity(a, q.Entity); err != nil {
		return ask, err
	}
	if len(q.Measures) == 0 {
		return ask, invalid("/measures", "missing", "至少要一个指标", "例如 count，或“"+strings.Join(first(e.measureNames(ask.Entity), 5), "、")+"”")
	}
	if len(q.Measures) > mostMeasures {
		return ask, invalid("/measures", "too_many", fmt.Sprintf("一次最多 %d 个指标", mostMeasures), "")
	}
	for i, name := range q.Measures {
		m, err := e.Measure(ask.Entity, name, fmt.Sprintf("/measures/%d", i))
		if err != nil {
			return ask, err
		}
		ask.Measures = append(ask.Measures, m)
	}
	if len(q.Where) > 0 && string(q.Where) != "null" {
		if ask.Where, err = condition.Parse(q.Where); err != nil {
			return ask, at("/where", err)
		}
	}
	return ask, nil
}

// Measure finds a measure definition of the entity, or makes a generic one: count, sum:amount …
func (e *Engine) Measure(en *Entity, name, pointer string) (*Measure, error) {
	typ, field, generic := strings.Cut(name, ":")
	if !generic && name != Count {
		m, ok := Of(en.snap, name)
		if ok && m.Object.Name == en.Object.Name && e.mayUse(en, m) {
			return m, nil
		}
		hint := definition.Suggest(name, append(e.measureNames(en), Count))
		if ok && m.Object.Name != en.Object.Name {
			hint = "“" + m.Title.ZH + "”属于 " + m.Object.Name
		}
		return nil, invalid(pointer, "unknown_measure", en.Object.Title.ZH+"没有指标“"+name+"”", hint)
	}
	m := &Measure{Name: name, Object: en.Object, Spec: Spec{Entity: en.Name, Type: typ, Field: field}}
	var err error
	if !m.compile(en.snap, e.r.Env, "", func(_, code, message, hint string) {
		if err == nil {
			err = invalid(pointer, code, message, hint)
		}
	}) {
		return nil, err
	}
	m.Title.ZH = m.genericTitle()
	return m, nil
}

// Inline makes a measure that no definition holds, of a kind another definition implies (a stage of a funnel). The spec must be right.
func (e *Engine) Inline(en *Entity, name, title string, spec Spec) (*Measure, error) {
	m := &Measure{Name: name, Title: definition.Text{ZH: title}, Object: en.Object, Spec: spec}
	var err error
	if !m.compile(en.snap, e.r.Env, "/"+name, func(pointer, code, message, hint string) {
		if err == nil {
			err = invalid(pointer, code, message, hint)
		}
	}) {
		return nil, err
	}
	return m, nil
}

func (m *Measure) genericTitle() string {
	if m.Field == nil {
		return m.Object.Title.ZH + "数"
	}
	return m.Field.Title.ZH + map[string]string{Sum: "合计", Avg: "平均", Min: "最小", Max: "最大"}[m.Spec.Type]
}

// mayUse tells whether a measure reads only what the actor may know.
func (e *Engine) mayUse(en *Entity, m *Measure) bool {
	fields := []*object.Field{m.Field, m.Time}
	for _, c := range []*condition.Cond{m.where, m.numerator} {
		if c != nil {
			fields = append(fields, c.Fields()...)
		}
	}
	for _, f := range fields {
		if f == nil {
			continue
		}
		if e.r.Access.Hidden(en.snap, en.actor, f.Object)[f.Name] {
			return false
		}
	}
	return true
}

func (e *Engine) measureNames(en *Entity) []string {
	var out []string
	for _, m := range definition.All[*Measure](en.snap, Kind) {
		if m.Object.Name == en.Object.Name && e.mayUse(en, m) {
			out = append(out, m.Name)
		}
	}
	return out
}

func first(list []string, n int) []string { return list[:min(n, len(list))] }

// Ask answers a question.
func (e *Engine) Ask(ctx context.Context, ask Ask) (*Result, error) {
	if ask.Limit == 0 {
		ask.Limit = defaultLimit
	}
	if ask.Limit < 1 || ask.Limit > mostLimit {
		return nil, invalid("/limit", "out_of_range", fmt.Sprintf("limit 为 1 到 %d", mostLimit), "")
	}
	p, err := e.plan(ctx, &ask)
	if err != nil {
		return nil, err
	}
	orders, err := p.orders(ask.Order)
	if err != nil {
		return nil, err
	}
	groups, sql, err := p.run(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(groups, func(a, b Group) int {
		for _, o := range orders {
			if c := o(&a, &b); c != 0 {
				return c
			}
		}
		return 0
	})
	groups = groups[:min(len(groups), ask.Limit)]
	res := &Result{Columns: []Column{}, Rows: [][]any{}, Groups: groups, Understood: p.understood(&ask), Explain: Explain{SQL: sql}}
	for _, d := range p.dims {
		res.Columns = append(res.Columns, Column{d.name, d.title, d.typ})
	}
	for _, m := range p.measures {
		res.Columns = append(res.Columns, Column{m.Name, m.Title.ZH, m.columnType()})
		res.Explain.Measures = append(res.Explain.Measures, ExplainedTerm{m.Name, m.Words()})
	}
	for _, g := range groups {
		row := make([]any, 0, len(res.Columns))
		for i, d := range p.dims {
			row = append(row, d.show(e.r.Env, g.Keys[i]))
		}
		for i, m := range p.measures {
			row = append(row, m.show(e.r.Env, g.Figures[i]))
		}
		res.Rows = append(res.Rows, row)
	}
	res.Refs, err = p.refs(ctx, ask.Entity.actor, groups)
	return res, err
}

func (p *plan) refs(ctx context.Context, a *actor.Actor, groups []Group) (map[string]map[string]string, error) {
	out := map[string]map[string]string{}
	for i, d := range p.dims {
		target := d.field.TargetOf()
		if target == "" {
			continue
		}
		var ids []string
		for _, g := range groups {
			if id, ok := g.Keys[i].(string); ok {
				ids = append(ids, id)
			}
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
		for chunk := range slices.Chunk(ids, 1000) {
			names, err := p.e.r.Names(ctx, a, target, chunk)
			if err != nil {
				return nil, err
			}
			if out[target] == nil {
				out[target] = map[string]string{}
			}
			for id, n := range names {
				out[target][id] = n
			}
		}
	}
	return out, nil
}

// orders gives the comparisons of an order; the dimensions in their own order come behind.
func (p *plan) orders(by []Order) ([]func(a, b *Group) int, error) {
	var out []func(a, b *Group) int
	env := p.e.r.Env
	for i, o := range by {
		sign := 1
		if o.Desc {
			sign = -1
		}
		var cmp func(a, b *Group) int
		var known []string
		for j, d := range p.dims {
			if known = append(known, d.name); d.name == o.By {
				cmp = func(a, b *Group) int { return sign * d.less(env, a.Keys[j], b.Keys[j]) }
			}
		}
		for j, m := range p.measures {
			if known = append(known, m.Name); m.Name == o.By {
				cmp = func(a, b *Group) int { return sign * m.less(a.Figures[j], b.Figures[j]) }
			}
		}
		if cmp == nil {
			return nil, invalid(fmt.Sprintf("/order/%d/by", i), "unknown_column", "结果里没有“"+o.By+"”这一列", orList(definition.Suggest(o.By, known), known))
		}
		out = append(out, cmp)
	}
	for j, d := range p.dims {
		out = append(out, func(a, b *Group) int { return d.less(env, a.Keys[j], b.Keys[j]) })
	}
	return out, nil
}

// understood says in one sentence what was asked.
func (p *plan) understood(ask *Ask) string {
	var b strings.Builder
	if ask.Period != nil {
		b.WriteString(ask.Period.Words() + "的")
	}
	b.WriteString(ask.Entity.Object.Title.ZH)
	var notes []string
	if p.period != nil {
		notes = append(notes, "按“"+p.periodTitle+"”")
	}
	if p.where != nil {
		notes = append(notes, p.where.Words())
	}
	if ask.Entity.records != nil {
		notes = append(notes, ask.Entity.records.Words())
	}
	if len(notes) > 0 {
		b.WriteString("（" + strings.Join(notes, "，") + "）")
	}
	if len(p.dims) > 0 {
		var ts []string
		for _, d := range p.dims {
			ts = append(ts, d.title)
		}
		b.WriteString("，按" + strings.Join(ts, "、") + "分别看")
	}
	var ms []string
	for _, m := range p.measures {
		ms = append(ms, m.Title.ZH)
	}
	b.WriteString("：" + strings.Join(ms, "、"))
	if len(ask.Order) > 0 {
		b.WriteString(fmt.Sprintf("，取前 %d 项", ask.Limit))
	}
	return b.String() + "。"
}
