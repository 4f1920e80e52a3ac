package query

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
)

// plan is a checked question: what remains is SQL.
type plan struct {
	e           *Engine
	en          *Entity
	env         *condition.Env
	measures    []*Measure
	dims        []*dimension
	joins       joins
	where       *condition.Cond
	period      []*condition.Cond // per measure
	periodTitle string
}

// at puts a problem's places under a pointer.
func at(prefix string, err error) error {
	if p := problem.As(err); p != nil {
		c := *p
		c.Items = condition.At(prefix, p.Items)
		return &c
	}
	return err
}

func (e *Engine) plan(ctx context.Context, ask *Ask) (*plan, error) {
	p := &plan{e: e, en: ask.Entity, env: &condition.Env{Now: e.r.Clock.Now(), Zone: e.r.Env.Zone}, measures: ask.Measures, joins: joins{alias: map[string]string{}}}
	for i, name := range ask.Dimensions {
		d, err := e.dimension(p.en, &p.joins, name, fmt.Sprintf("/dimensions/%d", i))
		if err != nil {
			return nil, err
		}
		for _, other := range p.dims {
			if other.name == d.name {
				return nil, invalid(fmt.Sprintf("/dimensions/%d", i), "duplicate", "“"+name+"”写了两次", "")
			}
		}
		p.dims = append(p.dims, d)
	}
	var err error
	if ask.Where != nil {
		if p.env.Refs, err = e.r.Me(ctx, p.en.actor); err != nil {
			return nil, err
		}
		if p.where, err = e.where(p.en, p.en.Object, ask.Where, "/where"); err != nil {
			return nil, err
		}
	}
	if ask.Period != nil {
		if err := p.periods(ask.Period); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// periods checks the period and binds it to the field given, or to each measure's own time.
func (p *plan) periods(period *Period) error {
	titles := map[string]bool{}
	for _, m := range p.measures {
		f := m.Time
		if period.Field != "" {
			var ok bool
			if f, ok = p.en.Object.Field(period.Field); !ok || !timed(f) {
				return invalid("/period/field", "unknown_field", p.en.Object.Title.ZH+"没有时间字段“"+period.Field+"”", suggestTimes(p.en.Object, period.Field))
			}
		}
		if f == nil {
			return invalid("/period", "no_time", "“"+m.Title.ZH+"”没有时间，不能取时间段", "")
		}
		span := period.Period
		cond, err := p.e.within(p.en, p.object(f), f, &span)
		if err != nil {
			return err
		}
		p.period = append(p.period, cond)
		if !titles[f.Title.ZH] {
			titles[f.Title.ZH] = true
			if p.periodTitle != "" {
				p.periodTitle += "、"
			}
			p.periodTitle += f.Title.ZH
		}
	}
	return nil
}

// object is the object as a whole: a measure's time was allowed with the measure.
func (p *plan) object(f *object.Field) *object.Object {
	if p.en.history == nil && f.Object == p.en.Base.Name {
		return p.en.Base
	}
	return p.en.Object
}

func suggestTimes(o *object.Object, name string) string {
	var known []string
	for _, f := range o.Fields {
		if timed(f) && !f.Hidden {
			known = append(known, f.Name)
		}
	}
	return orList(definition.Suggest(name, known), known)
}

// filter is when a row counts for measure i: "" is always.
func (p *plan) filter(i int) (string, []any, error) {
	var and []string
	var args []any
	conds := []*condition.Cond{p.measures[i].where}
	if p.period != nil {
		conds = append(conds, p.period[i])
	}
	for _, c := range conds {
		if c == nil {
			continue
		}
		text, a, err := c.SQL(p.e.r.DB.Dialect(), "t", p.env)
		if err != nil {
			return "", nil, err
		}
		and, args = append(and, text), append(args, a...)
	}
	if len(and) == 0 {
		return "", nil, nil
	}
	return "(" + strings.Join(and, " AND ") + ")", args, nil
}

// rows writes FROM and WHERE. Only rows that count for some measure are read.
func (p *plan) rows(measures ...int) (from, where *sqlPart, err error) {
	from, where = &sqlPart{}, &sqlPart{}
	if err = p.en.from(p.e, p.env, from, where); err != nil {
		return from, where, err
	}
	from.put(p.joins.part.b.String(), p.joins.part.args...)
	if p.where != nil {
		text, args, err := p.where.SQL(p.e.r.DB.Dialect(), "t", p.env)
		if err != nil {
			return from, where, err
		}
		where.put(" AND "+text, args...)
	}
	var or []string
	var orArgs []any
	for _, i := range measures {
		text, args, err := p.filter(i)
		if err != nil {
			return from, where, err
		}
		if text == "" {
			return from, where, nil
		}
		or, orArgs = append(or, text), append(orArgs, args...)
	}
	if len(or) > 0 {
		where.put(" AND ("+strings.Join(or, " OR ")+")", orArgs...)
	}
	return from, where, nil
}

// aggregate writes a measure's two figures.
func (p *plan) aggregate(i int, out *sqlPart) error {
	m := p.measures[i]
	filter, args := "", []any(nil)
	if len(p.measures) > 1 {
		var err error
		if filter, args, err = p.filter(i); err != nil {
			return err
		}
	}
	count := func(cond string, a []any) {
		switch {
		case cond == "" && filter == "":
			out.put("COUNT(*)")
		case cond == "":
			out.put("CAST(SUM(CASE WHEN "+filter+" THEN 1 ELSE 0 END) AS bigint)", args...)
		case filter == "":
			out.put("CAST(SUM(CASE WHEN "+cond+" THEN 1 ELSE 0 END) AS bigint)", a...)
		default:
			out.put("CAST(SUM(CASE WHEN "+filter+" AND "+cond+" THEN 1 ELSE 0 END) AS bigint)", append(append([]any{}, args...), a...)...)
		}
	}
	switch m.Spec.Type {
	case Count:
		count("", nil)
		out.put(", 0")
	case Ratio:
		num, a, err := m.numerator.SQL(p.e.r.DB.Dialect(), "t", p.env)
		if err != nil {
			return err
		}
		count(num, a)
		out.put(", ")
		count("", nil)
	default:
		col := "t." + object.Quote(m.Field.Column)
		fn := map[string]string{Sum: "SUM", Avg: "SUM", Min: "MIN", Max: "MAX"}[m.Spec.Type]
		if filter == "" {
			out.put("CAST(" + fn + "(" + col + ") AS bigint)")
		} else {
			out.put("CAST("+fn+"(CASE WHEN "+filter+" THEN "+col+" END) AS bigint)", args...)
		}
		out.put(", ")
		count(col+" IS NOT NULL", nil)
	}
	return nil
}

// run asks the database for the fine groups and folds them. Without dimensions there is always one group.
func (p *plan) run(ctx context.Context) ([]Group, string, error) {
	var sel sqlPart
	sel.put("SELECT ")
	for _, d := range p.dims {
		sel.put(d.expr + ", ")
	}
	all := make([]int, len(p.measures))
	for i := range p.measures {
		if i > 0 {
			sel.put(", ")
		}
		if err := p.aggregate(i, &sel); err != nil {
			return nil, "", err
		}
		all[i] = i
	}
	from, where, err := p.rows(all...)
	if err != nil {
		return nil, "", err
	}
	text := sel.b.String() + " FROM " + from.b.String() + " WHERE " + where.b.String()
	if len(p.dims) > 0 {
		var places []string
		for i := range p.dims {
			places = append(places, fmt.Sprint(i+1))
		}
		text += " GROUP BY " + strings.Join(places, ", ") + fmt.Sprintf(" LIMIT %d", mostGroups+1)
	}
	args := append(append(sel.args, from.args...), where.args...)
	rows, err := p.e.r.DB.Query(ctx, text, args...)
	if err != nil {
		return nil, "", fmt.Errorf("query: %w: %s", err, text)
	}
	defer rows.Close()
	var groups []Group
	byKey := map[string]int{}
	for fine := 0; rows.Next(); fine++ {
		if fine == mostGroups {
			return nil, "", invalid("/dimensions", "too_fine", fmt.Sprintf("分组超过 %d 个", mostGroups), "加上条件，或换更粗的分组")
		}
		g := Group{Keys: make([]any, len(p.dims)), Figures: make([]Figure, len(p.measures))}
		ns, ds := make([]sql.NullInt64, len(p.measures)), make([]sql.NullInt64, len(p.measures))
		var dest []any
		for i := range g.Keys {
			dest = append(dest, &g.Keys[i])
		}
		for i := range ns {
			dest = append(dest, &ns[i], &ds[i])
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, "", fmt.Errorf("query: %w", err)
		}
		key := ""
		for i, d := range p.dims {
			if b, ok := g.Keys[i].([]byte); ok {
				g.Keys[i] = string(b)
			}
			g.Keys[i] = d.fold(g.Keys[i])
			key += fmt.Sprintf("%T%v\x00", g.Keys[i], g.Keys[i])
		}
		for i := range g.Figures {
			g.Figures[i] = Figure{ns[i].Int64, ds[i].Int64}
		}
		if j, ok := byKey[key]; ok {
			for i, m := range p.measures {
				groups[j].Figures[i] = m.merge(groups[j].Figures[i], g.Figures[i])
			}
			continue
		}
		byKey[key] = len(groups)
		groups = append(groups, g)
	}
	return groups, text, rows.Err()
}

// CheckPeriod says what is wrong with a period, at /period.
func (e *Engine) CheckPeriod(en *Entity, period *condition.Period) error {
	f := defaultTime(en.Object)
	if f == nil {
		return invalid("/period", "no_time", en.Object.Title.ZH+"没有时间字段", "")
	}
	_, err := e.within(en, en.Object, f, period)
	return err
}

// within compiles a period over a field.
func (e *Engine) within(en *Entity, o *object.Object, f *object.Field, period *condition.Period) (*condition.Cond, error) {
	cond, items := condition.Compile(condition.Leaf(f.Name, "within", period), condition.Scope{Snapshot: en.snap, Object: o, Env: e.r.Env})
	if cond != nil {
		return cond, nil
	}
	out := problem.New(problem.Invalid, "invalid_query", "时间段有误")
	for _, it := range items {
		out.Items = append(out.Items, problem.Item{Pointer: "/period", Code: it.Code, Message: it.Message, Hint: it.Hint})
	}
	return nil, out
}
