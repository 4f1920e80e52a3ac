package funnel

import (
	"encoding/json"
	"fmt"
	"strings"

	"baton/internal/platform/actor"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/identity"
	"baton/internal/platform/problem"
	"baton/internal/platform/query"
	"baton/internal/platform/record"
)

// The modes.
const (
	Cohort   = "cohort" // records created in the period, as far as they ever came
	InPeriod = "period" // first entries made in the period
)

// What figures are broken down by.
const (
	ByRegion = "region" // the sales unit above the unit of that time
	ByTeam   = "team"   // the unit of that time
	ByOwner  = "owner"  // the owner of that time
	BySource = "source"
)

var bys = []string{ByRegion, ByTeam, ByOwner, BySource}

// Directory answers what sales units there are.
type Directory interface {
	SalesUnit(unit string) *identity.Unit
	Units() []*identity.Unit
}

// Engine computes funnels. Safe for concurrent use.
type Engine struct {
	Queries *query.Engine
	Reader  *record.Reader
	Dir     Directory
}

// Question is what is asked of a funnel.
type Question struct {
	Mode   string            `json:"mode"`
	Period *condition.Period `json:"period,omitempty"` // nil: all time
	By     string            `json:"by,omitempty"`
	Where  json.RawMessage   `json:"where,omitempty"` // condition on the records
}

// asked is a checked question: the query behind it, two measures a stage.
type asked struct {
	funnel *Funnel
	by     string
	ask    query.Ask
}

func invalid(pointer, code, message, hint string) error {
	return problem.New(problem.Invalid, "invalid_funnel_query", message, problem.Item{Pointer: pointer, Code: code, Message: message, Hint: hint})
}

func countOf(i int) string { return fmt.Sprintf("count_%d", i) }
func stayOf(i int) string  { return fmt.Sprintf("stay_%d", i) }

// resolve turns a question into a query over the field's history.
func (e *Engine) resolve(a *actor.Actor, name string, q Question) (*asked, error) {
	snap := e.Reader.Defs.Current()
	f, ok := definition.Get[*Funnel](snap, Kind, name)
	if !ok {
		return nil, problem.New(problem.NotFound, "no_such_funnel", "没有漏斗“"+name+"”", problem.Item{Code: "unknown_funnel", Message: "没有漏斗“" + name + "”", Hint: definition.Suggest(name, snap.Names(Kind))})
	}
	if q.Mode != Cohort && q.Mode != InPeriod {
		return nil, invalid("/mode", "unknown_mode", "没有“"+q.Mode+"”这种算法", "可用：cohort（按进入批次）、period（按发生时间）")
	}
	out := &asked{funnel: f, by: q.By}
	h := query.History{Object: f.Spec.Object, Field: f.Spec.Field}
	if len(q.Where) > 0 && string(q.Where) != "null" {
		node, err := condition.Parse(q.Where)
		if err != nil {
			if p := problem.As(err); p != nil {
				c := *p
				c.Items = condition.At("/where", p.Items)
				err = &c
			}
			return nil, err
		}
		h.Records = node
	}
	en, err := e.Queries.History(a, h)
	if err != nil {
		return nil, err
	}
	if q.Period != nil {
		if err := e.Queries.CheckPeriod(en, q.Period); err != nil {
			return nil, err
		}
	}
	if q.Mode == Cohort {
		h.Ladder = f.Spec.Stages
		if q.Period != nil {
			created := condition.Leaf("created_at", "within", q.Period)
			if h.Records == nil {
				h.Records = created
			} else {
				h.Records = condition.All(created, h.Records)
			}
		}
		if en, err = e.Queries.History(a, h); err != nil {
			return nil, err
		}
	} else if q.Period != nil {
		out.ask.Period = &query.Period{Period: *q.Period} // by each measure's own time: entries by entry, stays by their end
	}
	out.ask.Entity, out.ask.Limit = en, 10_000
	for i, stage := range f.Spec.Stages {
		count := query.Spec{Entity: en.Name, Type: query.Count, Time: "entered_at", Where: condition.All(condition.Leaf("value", "eq", stage), condition.Leaf("first", "eq", true))}
		if q.Mode == Cohort {
			count.Where = condition.All(condition.Leaf("rank", "gte", int64(i)), condition.Leaf("before", "lt", int64(i)))
		}
		stay := query.Spec{Entity: en.Name, Type: query.Avg, Field: "stay", Unit: query.UnitDays, Time: "left_at", Where: condition.All(condition.Leaf("value", "eq", stage), condition.Leaf("left_at", "not_empty", nil))}
		label := f.Field.OptionLabel(stage)
		for _, m := range []struct {
			name, title string
			spec        query.Spec
		}{{countOf(i), "到达" + label, count}, {stayOf(i), label + "平均停留", stay}} {
			measure, err := e.Queries.Inline(en, m.name, m.title, m.spec)
			if err != nil {
				return nil, fmt.Errorf("funnel %s: stage %s: %w", f.Name, stage, err)
			}
			out.ask.Measures = append(out.ask.Measures, measure)
		}
	}
	dim, err := f.dimension(q.By)
	if err != nil {
		return nil, err
	}
	if dim != "" {
		out.ask.Dimensions = []string{dim}
	}
	return out, nil
}

func (f *Funnel) dimension(by string) (string, error) {
	switch by {
	case "":
		return "", nil
	case ByRegion, ByTeam:
		return "org_unit", nil
	case ByOwner:
		return "owner", nil
	case BySource:
		if f.Spec.Source != "" {
			return "record." + f.Spec.Source, nil
		}
	}
	hint := definition.Suggest(by, bys)
	if hint == "" {
		hint = "可用：" + strings.Join(bys, "、")
	}
	return "", invalid("/by", "unknown_breakdown", "漏斗不能按“"+by+"”分开看", hint)
}
