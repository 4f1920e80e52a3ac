package assignment

import (
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/query"
	"baton/internal/platform/timer"
)

// NewKind is the definition kind of assignment policies. base gives conditions what they need besides objects and measures (Env, Places).
func NewKind(base condition.Scope) definition.Kind {
	return definition.Kind{Name: Kind, Title: definition.Text{ZH: "分配策略", EN: "Assignment policy"}, Schema: Spec{},
		Compile: func(d *definition.Definition, b *definition.Builder) any {
			if p := (&compiler{b: b, base: base}).policy(d); p != nil {
				return p
			}
			return nil
		},
		Sentence: func(compiled any, s *definition.Snapshot) string {
			if p, ok := compiled.(*Policy); ok {
				return p.Sentence()
			}
			return ""
		}}
}

type compiler struct {
	b    *definition.Builder
	base condition.Scope
	p    *Policy
}

func (c *compiler) policy(def *definition.Definition) *Policy {
	p := &Policy{Name: def.Name, Title: def.Title}
	c.p = p
	if !c.b.Decode(&p.Spec) {
		return nil
	}
	before := len(c.b.Problems)
	var ok bool
	if p.Object, ok = object.Named(c.b, "/spec/object", p.Spec.Object); !ok {
		return nil
	}
	if p.Person, ok = object.Of(c.b.Snapshot, personObject); !ok {
		c.b.Problem("/spec", "no_people", "没有“人员”对象，无法分配", "")
		return nil
	}
	for name, n := range map[string]int64{"deadline_minutes": p.Spec.DeadlineMinutes, "contact_hours": p.Spec.ContactHours} {
		if n < 0 {
			c.b.Problem("/spec/"+name, "negative", "不能是负数", "不需要就删去这一项")
		}
	}
	if p.Spec.Otherwise != "" && p.Spec.Otherwise != "pool" {
		c.b.Problem("/spec/otherwise", "unknown_value", "没有“"+p.Spec.Otherwise+"”这种去处", "可选：pool（进入公海）")
	}
	c.calendar()
	c.keeper()
	if len(p.Spec.Branches) == 0 {
		c.b.Problem("/spec/branches", "no_branches", "至少要有一个分支", "")
	}
	record := c.scope(p.Object)
	p.when = c.condition("/spec/when", p.Spec.When, record)
	c.reads(p.when)
	for _, name := range []string{"region", "product_line"} {
		c.read(name)
	}
	names := map[string]bool{}
	for i, spec := range p.Spec.Branches {
		at := fmt.Sprintf("/spec/branches/%d", i)
		if strings.TrimSpace(spec.Name) == "" {
			c.b.Problem(at+"/name", "no_name", "分支缺少名称", "")
		} else if names[spec.Name] {
			c.b.Problem(at+"/name", "duplicate", "分支“"+spec.Name+"”重名", "")
		}
		names[spec.Name] = true
		if spec.DailyCap < 0 {
			c.b.Problem(at+"/daily_cap", "negative", "不能是负数", "不需要就删去这一项")
		}
		if spec.KeepOwner != nil && *spec.KeepOwner && p.Spec.KeepOwner == "" {
			c.b.Problem(at+"/keep_owner", "nothing_to_keep", "策略没有说明按哪个字段找原负责人，分支不能单独开启", "先设置策略的 keep_owner，例如 customer")
		}
		br := &branch{Branch: spec, index: i, minRank: -1, load: -1, rate: -1}
		if br.Title == "" {
			br.Title = br.Name
		}
		br.when = c.condition(at+"/when", spec.When, record)
		c.reads(br.when)
		c.candidates(at+"/candidates", br)
		if br.strategy, ok = strategyOf(spec.Strategy); !ok {
			c.b.Problem(at+"/strategy", "unknown_strategy", "没有“"+spec.Strategy+"”这种策略", "可选："+strings.Join(strategyNames(), "、"))
			continue
		}
		br.strategy.Needs(&needs{c, at + "/strategy", br})
		p.branches = append(p.branches, br)
	}
	slices.SortStableFunc(p.branches, func(a, b *branch) int {
		switch {
		case a.Fallback == b.Fallback:
			return 0
		case b.Fallback:
			return -1
		}
		return 1
	})
	if len(c.b.Problems) > before {
		return nil
	}
	return p
}

// calendar finds the working calendar of the policy.
func (c *compiler) calendar() {
	name := c.p.Spec.Calendar
	if name == "" {
		if all := definition.All[*timer.Calendar](c.b.Snapshot, timer.CalendarKind); len(all) > 0 {
			c.p.calendar = all[0]
		}
		return
	}
	var ok bool
	if c.p.calendar, ok = timer.CalendarOf(c.b.Snapshot, name); !ok {
		c.b.Problem("/spec/calendar", "unknown_calendar", "没有工作日历“"+name+"”", definition.Suggest(name, c.b.Names(timer.CalendarKind)))
	}
}

// keeper finds the relation by which a record has an owner to come back to.
func (c *compiler) keeper() {
	name := c.p.Spec.KeepOwner
	if name == "" {
		return
	}
	f, ok := c.p.Object.Field(name)
	if !ok {
		c.b.Problem("/spec/keep_owner", "unknown_field", c.p.Object.Title.ZH+"没有字段“"+name+"”", definition.Suggest(name, relations(c.p.Object)))
		return
	}
	if c.p.keepOf, ok = object.Of(c.b.Snapshot, f.TargetOf()); !ok || f.TargetOf() == personObject {
		c.b.Problem("/spec/keep_owner", "not_a_relation", "“"+f.Title.ZH+"”不指向有负责人的记录", "可选："+strings.Join(relations(c.p.Object), "、"))
		return
	}
	c.p.keep = f
	c.read(name)
}

func relations(o *object.Object) []string {
	var out []string
	for _, f := range o.Fields {
		if t := f.TargetOf(); t != "" && t != personObject {
			out = append(out, f.Name)
		}
	}
	return out
}

// bounds gives of a condition the parts that hold whatever else does and bound a figure from above.
func bounds(n *condition.Node) []*condition.Node {
	if n.Kind == condition.KindMeasure && (n.Op == "lt" || n.Op == "lte") {
		return []*condition.Node{n}
	}
	var out []*condition.Node
	if n.Kind == condition.KindAll {
		for _, k := range n.Children {
			out = append(out, bounds(k)...)
		}
	}
	return out
}

// reachesMany reports a "some": there is no time to look through other records for each candidate, and nothing of them could be kept.
func reachesMany(n *condition.Node) bool {
	return n.Kind == condition.KindSome || slices.ContainsFunc(n.Children, reachesMany)
}

// scope is for conditions on one object.
func (c *compiler) scope(o *object.Object) condition.Scope {
	s := c.base
	s.Snapshot, s.Object, s.Refs, s.RefTitles, s.Measures, s.MeasureNames = c.b.Snapshot, o, nil, nil, nil, nil
	return s
}

func (c *compiler) condition(at string, n *condition.Node, s condition.Scope) *condition.Cond {
	if n == nil {
		return nil
	}
	if reachesMany(n) {
		c.b.Problem(at, "reaches_many", "分配条件只能看这条记录的字段和它指向的记录，不能数别的记录", "换成指标，例如未完成待办")
		return nil
	}
	cond, items := condition.Compile(n, s)
	for _, it := range condition.At(at, items) {
		if !condition.Warning(it) {
			c.b.Problem(it.Pointer, it.Code, it.Message, it.Hint)
		}
	}
	return cond
}

// reads adds the record's fields of a condition to what decisions keep.
func (c *compiler) reads(cond *condition.Cond) {
	if cond == nil {
		return
	}
	for _, f := range cond.Fields() {
		if f.Object == c.p.Object.Name {
			c.read(f.Name)
		}
		if c.p.reach == nil {
			c.p.reach = map[string][]string{}
		}
		if !slices.Contains(c.p.reach[f.Object], f.Name) {
			c.p.reach[f.Object] = append(c.p.reach[f.Object], f.Name)
		}
	}
}

func (c *compiler) read(name string) {
	if f, ok := c.p.Object.Field(name); ok && !slices.Contains(c.p.inputs, f) {
		c.p.inputs = append(c.p.inputs, f)
	}
}

func (c *compiler) candidates(at string, br *branch) {
	if br.Candidates.MinRank != "" {
		f, ok := c.p.Person.Field("rank")
		if !ok {
			c.b.Problem(at+"/min_rank", "unknown_field", "人员没有“rank”（职级）字段", "")
		} else if br.minRank = slices.Index(f.OptionValues(), br.Candidates.MinRank); br.minRank < 0 {
			c.b.Problem(at+"/min_rank", "unknown_value", "没有“"+br.Candidates.MinRank+"”这个职级", "可选："+strings.Join(f.OptionValues(), "、"))
		}
	}
	for name, used := range map[string]bool{"region": br.Candidates.Region, "product_line": br.Candidates.ProductLine} {
		if _, ok := c.p.Object.Field(name); used && !ok {
			c.b.Problem(at+"/"+name, "unknown_field", c.p.Object.Title.ZH+"没有字段“"+name+"”，不能按它筛选", "")
		}
	}
	if br.Candidates.Where == nil {
		return
	}
	s := c.scope(c.p.Person)
	s.Refs = map[string]*object.Object{c.p.Object.Name: c.p.Object, "candidate": c.p.Person}
	s.RefTitles = map[string]string{c.p.Object.Name: c.p.Object.Title.ZH, "candidate": "候选人"}
	s.Measures, s.MeasureNames = query.ConditionMeasures(c.b.Snapshot)
	at += "/where"
	if br.where = c.condition(at, br.Candidates.Where, s); br.where == nil {
		return
	}
	c.reads(br.where)
	uses := br.where.Measures()
	br.leaf = make(map[*condition.MeasureUse]int, len(uses))
	i := 0
	eachMeasure(br.Candidates.Where, at, func(n *condition.Node, at string) {
		k := c.figure(at, br, n.Measure, n.For, n.Period)
		br.leaf[uses[i]] = k
		i++
		if k >= 0 && (n.Op == "lt" || n.Op == "lte") {
			br.caps = append(br.caps, k)
		}
	})
	if parts := bounds(br.Candidates.Where); len(parts) > 0 {
		br.limit, _ = condition.Compile(condition.All(parts...), s) // checked above as part of the whole
		for i, use := range br.limit.Measures() {
			br.leaf[use] = c.figure(at, br, parts[i].Measure, parts[i].For, parts[i].Period)
		}
	}
	next := 0
	br.quick = br.fast(br.Candidates.Where, func(n *condition.Node) *condition.Cond {
		cond, _ := condition.Compile(n, s) // checked above as part of the whole
		return cond
	}, &next)
}

// eachMeasure visits the measure leaves in the order of Cond.Measures, with their places.
func eachMeasure(n *condition.Node, at string, visit func(n *condition.Node, at string)) {
	if n.Kind == condition.KindMeasure {
		visit(n, at)
	}
	for i, k := range n.Children {
		place := fmt.Sprintf("%s/%s/%d", at, n.Kind, i)
		if n.Kind == condition.KindSome {
			place = at + "/some/where"
		}
		eachMeasure(k, place, visit)
	}
}

// figure adds what a measure leaf asks to the branch's figures and gives its position, -1 with a problem.
func (c *compiler) figure(at string, br *branch, name string, keys map[string]any, period *condition.Period) int {
	m, ok := query.Of(c.b.Snapshot, name)
	if !ok {
		c.b.Problem(at, "unknown_measure", "没有指标“"+name+"”", definition.Suggest(name, c.b.Names(query.Kind)))
		return -1
	}
	if m.Spec.Kept == nil || len(m.Spec.Kept.Dims) == 0 {
		c.b.Problem(at, "not_kept", "指标“"+m.Title.ZH+"”不随写入保持，分配时来不及计算", "给指标加上 kept，第一个维度是人员")
		return -1
	}
	dims := m.Spec.Kept.Dims
	f := figure{measure: name, m: m, period: period}
	if ref, _ := refOf(keys[dims[0]]); ref != "candidate.id" {
		c.b.Problem(at+"/for", "not_the_candidate", "指标“"+m.Title.ZH+"”要按候选人计算", fmt.Sprintf(`"for": {"%s": {"ref": "candidate.id"}}`, dims[0]))
		return -1
	}
	for dim, v := range keys {
		switch {
		case dim == dims[0]:
		case len(dims) > 1 && dim == dims[1]:
			f.second = c.binding(at+"/for/"+dim, v)
		default:
			c.b.Problem(at+"/for/"+dim, "not_kept", "指标“"+m.Title.ZH+"”没有按“"+dim+"”保持", "可用："+strings.Join(dims, "、"))
			return -1
		}
	}
	if f.second.record != nil {
		c.read(f.second.record.Name)
	}
	for i, have := range br.figures {
		if have.measure == f.measure && have.second == f.second && samePeriod(have.period, f.period) {
			return i
		}
	}
	br.figures = append(br.figures, f)
	return len(br.figures) - 1
}

func samePeriod(a, b *condition.Period) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

func refOf(v any) (string, bool) {
	m, ok := v.(map[string]any)
	if !ok {
		return "", false
	}
	s, ok := m["ref"].(string)
	return s, ok
}

func (c *compiler) binding(at string, v any) binding {
	ref, ok := refOf(v)
	if !ok {
		return binding{literal: v}
	}
	root, name, _ := strings.Cut(ref, ".")
	o := map[string]*object.Object{c.p.Object.Name: c.p.Object, "candidate": c.p.Person}[root]
	if o == nil {
		return binding{} // reported by the condition
	}
	f, ok := o.Field(name)
	if !ok {
		c.b.Problem(at, "not_a_field", "这里只能引用"+o.Title.ZH+"自己的字段", "")
		return binding{}
	}
	if root == "candidate" {
		return binding{candidate: f}
	}
	return binding{record: f}
}
