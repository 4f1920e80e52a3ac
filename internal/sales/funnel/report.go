package funnel

import (
	"cmp"
	"context"
	"slices"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/condition"
	"baton/internal/platform/query"
)

// Report is a funnel's figures.
type Report struct {
	Funnel     string  `json:"funnel"`
	Title      string  `json:"title"`
	Mode       string  `json:"mode"`
	Period     Span    `json:"period"`
	Stages     []Step  `json:"stages"`
	Groups     []Group `json:"groups"`
	Understood string  `json:"understood"`
}

// Span is a period as civil dates, both included; empty where open.
type Span struct {
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	Text string `json:"text"`
}

// Step is one stage's figures. A rate or mean that cannot be computed is null, never 0.
type Step struct {
	Stage     string   `json:"stage"`
	Title     string   `json:"title"`
	Count     int64    `json:"count"`
	RatePrev  *float64 `json:"rate_prev"`
	RateFirst *float64 `json:"rate_first"`
	MeanDays  *float64 `json:"mean_days"` // of completed stays, days of 24 hours
	Completed int64    `json:"completed"`
}

// Group is the figures of one region, team, owner or source; Key is empty where there was none.
type Group struct {
	Key    string `json:"key"`
	Name   string `json:"name"`
	Stages []Step `json:"stages"`
}

var noneNames = map[string]string{ByRegion: "未分区", ByTeam: "未分组", ByOwner: "公海", BySource: "未知"}

// Report computes a funnel as the actor may see it.
func (e *Engine) Report(ctx context.Context, a *actor.Actor, name string, q Question) (*Report, error) {
	asked, err := e.resolve(a, name, q)
	if err != nil {
		return nil, err
	}
	res, err := e.Queries.Ask(ctx, asked.ask)
	if err != nil {
		return nil, err
	}
	f := asked.funnel
	out := &Report{Funnel: f.Name, Title: f.Title.ZH, Mode: q.Mode, Period: span(q.Period, e.Reader.Clock.Now(), e.Reader.Env.Zone), Groups: []Group{}, Understood: asked.understood(q)}
	total := make([]query.Figure, len(asked.ask.Measures))
	byKey := map[string][]query.Figure{}
	for _, g := range res.Groups {
		add(total, g.Figures)
		if asked.by == "" {
			continue
		}
		key := asked.key(e, g.Keys[0])
		if byKey[key] == nil {
			byKey[key] = make([]query.Figure, len(total))
		}
		add(byKey[key], g.Figures)
	}
	out.Stages = f.steps(asked.ask.Measures, total)
	for key, figures := range byKey {
		out.Groups = append(out.Groups, Group{Key: key, Name: asked.name(e, key), Stages: f.steps(asked.ask.Measures, figures)})
	}
	// The biggest first; what belongs to nobody last.
	slices.SortFunc(out.Groups, func(x, y Group) int {
		if (x.Key == "") != (y.Key == "") {
			return cmp.Compare(len(y.Key), len(x.Key))
		}
		return cmp.Or(-cmp.Compare(x.Stages[0].Count, y.Stages[0].Count), cmp.Compare(x.Name, y.Name), cmp.Compare(x.Key, y.Key))
	})
	return out, nil
}

// add adds figures of disjoint rows; counts and sums only.
func add(to, from []query.Figure) {
	for i := range to {
		to[i].N += from[i].N
		to[i].D += from[i].D
	}
}

func (q *asked) key(e *Engine, v any) string {
	s, _ := v.(string)
	if q.by == ByRegion && s != "" {
		if u := e.Dir.SalesUnit(s); u != nil {
			return u.ID
		}
		return ""
	}
	return s
}

func (q *asked) name(e *Engine, key string) string {
	if key == "" {
		return noneNames[q.by]
	}
	n := key
	switch q.by {
	case ByOwner:
		n = e.Reader.Env.Name("person", key)
	case ByRegion, ByTeam:
		n = e.Reader.Env.Name("org_unit", key)
	case BySource:
		if f, ok := q.funnel.Object.Field(q.funnel.Spec.Source); ok {
			n = f.Type.Words(f, e.Reader.Env, key)
		}
	}
	if n == "" {
		return key
	}
	return n
}

// steps turns figures into stages; the measures stand in pairs.
func (f *Funnel) steps(measures []*query.Measure, figures []query.Figure) []Step {
	out := make([]Step, len(f.Spec.Stages))
	for i, stage := range f.Spec.Stages {
		s := Step{Stage: stage, Title: f.Field.OptionLabel(stage), Count: figures[2*i].N, Completed: figures[2*i+1].D}
		if v, ok := measures[2*i+1].Value(figures[2*i+1]); ok {
			s.MeanDays = &v
		}
		if i > 0 {
			s.RatePrev, s.RateFirst = rate(s.Count, out[i-1].Count), rate(s.Count, out[0].Count)
		}
		out[i] = s
	}
	return out
}

func rate(n, d int64) *float64 {
	if d == 0 {
		return nil
	}
	r := float64(n) / float64(d)
	return &r
}

func span(p *condition.Period, now time.Time, zone *time.Location) Span {
	if p == nil {
		return Span{Text: "全部时间"}
	}
	out := Span{Text: p.Words()}
	from, to := p.Range(now, zone)
	if !from.IsZero() {
		out.From = from.In(zone).Format("2006-01-02")
	}
	if !to.IsZero() {
		out.To = to.Add(-time.Millisecond).In(zone).Format("2006-01-02")
	}
	return out
}

func (q *asked) understood(in Question) string {
	text := "全部时间"
	if in.Period != nil {
		text = in.Period.Words()
	}
	o, field := q.funnel.Object.Title.ZH, q.funnel.Field.Title.ZH
	by := map[string]string{ByRegion: "，按大区", ByTeam: "，按团队", ByOwner: "，按负责人", BySource: "，按来源"}[q.by]
	if in.Mode == Cohort {
		return text + "创建的" + o + "，各有多少到过每个" + field + "（跳过的也算到过），在每个" + field + "平均停留几天" + by + "。"
	}
	return text + "首次进入每个" + field + "的" + o + "，以及这段时间里离开各" + field + "的平均停留天数" + by + "。"
}
