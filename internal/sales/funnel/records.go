package funnel

import (
	"context"
	"fmt"
	"slices"

	"baton/internal/platform/actor"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/query"
)

// Drill names one number of a report.
type Drill struct {
	Question
	Key    *string `json:"key,omitempty"` // of the group; nil is all groups
	Stage  string  `json:"stage"`
	Metric string  `json:"metric"` // count, or stay
	Limit  int     `json:"limit,omitempty"`
	Cursor string  `json:"cursor,omitempty"`
}

// Stay is a record's completed time in the stage: from its first entry to its last leaving, Days the time spent inside, in Times stays.
type Stay struct {
	EnteredAt string  `json:"entered_at"`
	LeftAt    string  `json:"left_at"`
	Days      float64 `json:"days"`
	Times     int64   `json:"times"`
}

// Opened is a page of the records behind a number.
type Opened struct {
	query.Records
	Stays map[string]Stay `json:"stays,omitempty"`
}

// Records opens a number to its records, newest first.
func (e *Engine) Records(ctx context.Context, a *actor.Actor, name string, d Drill) (*Opened, error) {
	asked, err := e.resolve(a, name, d.Question)
	if err != nil {
		return nil, err
	}
	i := slices.Index(asked.funnel.Spec.Stages, d.Stage)
	if i < 0 {
		return nil, invalid("/stage", "unknown_stage", "漏斗没有阶段“"+d.Stage+"”", definition.Suggest(d.Stage, asked.funnel.Spec.Stages))
	}
	measure := countOf(i)
	switch d.Metric {
	case "count":
	case "stay":
		measure = stayOf(i)
	default:
		return nil, invalid("/metric", "unknown_metric", "没有“"+d.Metric+"”这个数", "可用：count、stay")
	}
	if d.Key != nil && d.By == "" {
		return nil, invalid("/by", "missing", "写了 key 就要写 by", "")
	}
	ask := asked.ask
	ask.Measures = []*query.Measure{ask.Measures[2*i], ask.Measures[2*i+1]}
	if d.Key != nil {
		ask.Where = asked.inGroup(e, *d.Key)
	}
	page, err := e.Queries.Rows(ctx, ask, query.Cell{Measure: measure}, d.Limit, d.Cursor)
	if err != nil {
		return nil, err
	}
	shown, err := e.Queries.Show(ctx, a, page)
	if err != nil {
		return nil, err
	}
	out := &Opened{Records: *shown}
	if d.Metric == "stay" && len(page.Rows) > 0 {
		out.Stays, err = e.stays(ctx, ask, ask.Measures[1].Spec, page.Rows)
	}
	return out, err
}

// stays asks for the stays of the records of a page, with the same limits as the number.
func (e *Engine) stays(ctx context.Context, ask query.Ask, stay query.Spec, rows []*object.Row) (map[string]Stay, error) {
	ids := make([]any, len(rows))
	for i, r := range rows {
		ids[i] = r.ID()
	}
	here := condition.Leaf("record", "in", ids)
	if ask.Where == nil {
		ask.Where = here
	} else {
		ask.Where = condition.All(ask.Where, here)
	}
	ask.Dimensions, ask.Measures = []string{"record"}, nil
	for _, spec := range []query.Spec{{Type: query.Min, Field: "entered_at"}, {Type: query.Max, Field: "left_at"}, {Type: query.Sum, Field: "stay", Unit: query.UnitDays}, {Type: query.Count}} {
		spec.Entity, spec.Where, spec.Time = stay.Entity, stay.Where, stay.Time
		m, err := e.Queries.Inline(ask.Entity, "stay_"+spec.Type, "停留", spec)
		if err != nil {
			return nil, err
		}
		ask.Measures = append(ask.Measures, m)
	}
	res, err := e.Queries.Ask(ctx, ask)
	if err != nil {
		return nil, err
	}
	out := map[string]Stay{}
	for _, g := range res.Groups {
		days, _ := ask.Measures[2].Value(g.Figures[2])
		out[fmt.Sprint(g.Keys[0])] = Stay{EnteredAt: object.Instant(g.Figures[0].N), LeftAt: object.Instant(g.Figures[1].N), Days: days, Times: g.Figures[3].N}
	}
	return out, nil
}

// inGroup is the condition "counted under this key" on the history.
func (q *asked) inGroup(e *Engine, key string) *condition.Node {
	dim := q.ask.Dimensions[0]
	if q.by != ByRegion {
		if key == "" {
			return condition.Leaf(dim, "empty", nil)
		}
		return condition.Leaf(dim, "eq", key)
	}
	var in []any
	for _, u := range e.Dir.Units() {
		if s := e.Dir.SalesUnit(u.ID); s != nil && (key == "" || s.ID == key) {
			in = append(in, u.ID)
		}
	}
	switch {
	case key == "" && len(in) == 0:
		return condition.All()
	case key == "":
		return condition.Leaf(dim, "not_in", in) // also where there was no unit
	case len(in) == 0:
		return condition.Any()
	}
	return condition.Leaf(dim, "in", in)
}
