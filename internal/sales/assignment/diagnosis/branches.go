package diagnosis

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/identity"
	"baton/internal/platform/object"
	"baton/internal/platform/query"
	"baton/internal/sales/assignment"
	"baton/internal/sales/assignment/trial"
)

// logic looks for branches that no record can meet, and for those that others leave nothing to.
func (x *policy) logic() {
	var nodes []*condition.Node
	for i := range x.Spec.Branches {
		nodes = append(nodes, x.Spec.Branches[i].When)
	}
	rows, whole := x.cases(nodes)
	possible := make([]bool, len(x.conds))
	behind := map[int][]int{} // a wide branch → those it leaves nothing to
	for place, i := range x.order {
		alone := rows
		if !whole {
			var ok bool
			if alone, ok = x.cases(nodes[i : i+1]); !ok {
				possible[i] = true
				continue
			}
		}
		reached, by := false, -1
		for _, r := range alone {
			if !x.matches(x.conds[i], r) {
				continue
			}
			possible[i] = true
			first := slices.IndexFunc(x.order[:place], func(j int) bool { return x.wide(j) && x.matches(x.conds[j], r) })
			if first < 0 || !whole {
				reached = true
				break
			}
			by = x.order[first]
		}
		b := &x.Spec.Branches[i]
		switch {
		case x.voided[i]:
		case !possible[i]:
			x.voided[i] = true
			f := &Fault{Code: "conflict", Severity: definition.SeverityError, Pointer: at(i) + "/when", Message: "分支“" + branchTitle(b) + "”的条件互相矛盾，没有一条" + x.object.Title.ZH + "能符合：" + x.conds[i].Words(),
				Hint: "改为满足其中之一，或去掉一条"}
			if spec, loose := x.loosened(i); loose != nil {
				f.spec, f.label = spec, "改为满足其中之一"
				f.holds = func(r *trial.Result) bool { return r.Policy == x.Name && x.matches(loose, r.Row) }
				x.gaps = append(x.gaps, f.holds)
			}
			x.add(f)
		case !reached:
			behind[by] = append(behind[by], i)
		}
	}
	for _, i := range x.order {
		late := behind[i]
		if len(late) == 0 {
			continue
		}
		titles := []string{}
		for _, j := range late {
			titles = append(titles, "“"+branchTitle(&x.Spec.Branches[j])+"”")
		}
		spec := clone(x.Spec)
		wide := spec.Branches[i]
		spec.Branches = append(slices.Delete(spec.Branches, i, i+1), wide)
		spec.Branches[len(spec.Branches)-1].Fallback = true
		x.add(&Fault{Code: "never_reached", Severity: definition.SeverityWarning, Pointer: at(late[0]), Message: fmt.Sprintf("分支“%s”排在前面并且包含了%s，后者永远轮不到", branchTitle(&x.Spec.Branches[i]), strings.Join(titles, "、")),
			Hint: "把“" + branchTitle(&x.Spec.Branches[i]) + "”移到最后", spec: spec, label: "把“" + branchTitle(&x.Spec.Branches[i]) + "”移到最后"})
	}
}

// wide tells whether a branch takes whatever meets its condition: nothing but region, product line and leave limits who gets it.
func (x *policy) wide(i int) bool {
	b := &x.Spec.Branches[i]
	return b.Candidates.Where == nil && b.Candidates.MinRank == "" && !b.Candidates.Hours && b.DailyCap == 0
}

// loosened is the policy with a contradictory branch asking for any of its conditions, where that can be met.
func (x *policy) loosened(i int) (spec assignment.Spec, loose *condition.Cond) {
	n := x.Spec.Branches[i].When
	if n == nil || n.Kind != condition.KindAll || len(n.Children) < 2 {
		return spec, nil
	}
	// The smallest pair that excludes each other is loosened; the rest stays.
	for a := range n.Children {
		for b := a + 1; b < len(n.Children); b++ {
			pair := condition.All(n.Children[a], n.Children[b])
			rows, ok := x.cases([]*condition.Node{pair})
			if !ok || slices.ContainsFunc(rows, func(r *object.Row) bool { return x.matches(x.cond(pair), r) }) {
				continue
			}
			kids := []*condition.Node{condition.Any(n.Children[a], n.Children[b])}
			for k, c := range n.Children {
				if k != a && k != b {
					kids = append(kids, c)
				}
			}
			spec = clone(x.Spec)
			spec.Branches[i].When = clone(condition.All(kids...))
			return spec, x.cond(condition.All(kids...))
		}
	}
	return spec, nil
}

// candidates looks for demands on people that nobody meets, and for those that left too many records waiting.
func (x *policy) candidates() {
	var reps []*identity.Person
	for _, p := range x.Dir.People() {
		if slices.Contains(p.Roles, "rep") && p.Row != nil {
			reps = append(reps, p)
		}
	}
	for i := range x.Spec.Branches {
		b := &x.Spec.Branches[i]
		waits := func(reasons ...string) func(*trial.Result) bool {
			return func(r *trial.Result) bool {
				return r.Policy == x.Name && slices.Contains(reasons, r.Reason) && x.matches(x.conds[i], r.Row)
			}
		}
		name := "分支“" + branchTitle(b) + "”"
		if b.Candidates.MinRank != "" && len(reps) > 0 && !x.ranked(reps, b.Candidates.MinRank) {
			x.voided[i] = true
			spec := clone(x.Spec)
			spec.Branches[i].Candidates.MinRank = ""
			x.add(&Fault{Code: "nobody_can_meet", Severity: definition.SeverityError, Pointer: at(i) + "/candidates/min_rank", Message: name + "要求职级至少是“" + b.Candidates.MinRank + "”，而没有一个销售达到", Hint: "降低职级要求",
				holds: waits(assignment.Nobody, assignment.NotGood, assignment.AllFull), spec: spec, label: "去掉职级要求"})
		}
		for k, clause := range clauses(b.Candidates.Where) {
			why := x.impossible(clause, reps)
			if why == "" {
				continue
			}
			x.voided[i] = true
			x.add(&Fault{Code: "nobody_can_meet", Severity: definition.SeverityError, Pointer: fmt.Sprintf("%s/candidates/where/all/%d", at(i), k), Message: name + "对销售的要求没有人能达到：" + why, Hint: "放宽或去掉这条要求",
				holds: waits(assignment.NotGood, assignment.AllFull), spec: x.without(i, k), label: "去掉这条要求"})
		}
		if x.voided[i] || x.miswired(b.Candidates.Where) {
			continue
		}
		if b.DailyCap > 0 {
			full := waits(assignment.AllFull)
			if x.many(full) {
				spec := clone(x.Spec)
				spec.Branches[i].DailyCap = 0
				x.add(&Fault{Code: "cap_too_small", Severity: definition.SeverityWarning, Pointer: at(i) + "/daily_cap", Message: fmt.Sprintf("%s每人每天最多 %d 条，满了以后的%s没有人接", name, b.DailyCap, x.object.Title.ZH), Hint: "提高或去掉上限", holds: full, spec: spec, label: "去掉每日上限"})
			}
			continue
		}
		short := waits(assignment.NotGood, assignment.AllFull)
		if len(clauses(b.Candidates.Where)) > 0 && x.many(short) {
			spec := clone(x.Spec)
			spec.Branches = append(spec.Branches, x.catchAll("rest_of_"+b.Name, branchTitle(b)+" 兜底", clone(b.When)))
			x.add(&Fault{Code: "too_strict", Severity: definition.SeverityWarning, Pointer: at(i) + "/candidates/where", Message: name + "对销售的要求当时没有人达到，也没有别的分支接住", Hint: "放宽要求，或增加一个兜底分支", holds: short, spec: spec, label: "为这个分支增加兜底"})
		}
	}
	x.uncovered()
}

// many tells whether a cause holds back more than now and then.
func (x *policy) many(holds func(*trial.Result) bool) bool {
	n := 0
	for _, r := range x.pooled {
		if holds(r) {
			n++
		}
	}
	return n >= 3 && n*50 >= len(x.results)
}

// uncovered looks for records that the filters leave nobody for: a place that no team has.
func (x *policy) uncovered() {
	holds := func(r *trial.Result) bool {
		if r.Policy != x.Name || r.Reason != assignment.Nobody {
			return false
		}
		for i := range x.Spec.Branches {
			if x.voided[i] && x.matches(x.conds[i], r.Row) {
				return false
			}
		}
		return true
	}
	if !x.many(holds) {
		return
	}
	spec := clone(x.Spec)
	spec.Branches = append(spec.Branches, x.catchAll("anywhere", "无人负责的地区 兜底", nil))
	x.add(&Fault{Code: "nobody_available", Severity: definition.SeverityWarning, Pointer: "/spec/branches", Message: "有" + x.object.Title.ZH + "符合分支，却没有一个销售的地区、产品线和出勤合适", Hint: "给团队补上地区，或增加一个不限地区的兜底分支", holds: holds, spec: spec, label: "增加不限地区的兜底分支"})
}

func (x *policy) ranked(reps []*identity.Person, least string) bool {
	f, ok := x.Person.Field("rank")
	if !ok {
		return true
	}
	ranks := f.OptionValues()
	return slices.ContainsFunc(reps, func(p *identity.Person) bool {
		return slices.Index(ranks, p.Row.Text("rank")) >= slices.Index(ranks, least)
	})
}

// clauses are the demands that must all be met.
func clauses(n *condition.Node) []*condition.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == condition.KindAll:
		return n.Children
	}
	return []*condition.Node{n}
}

// without is the policy with one demand on people less.
func (x *policy) without(branch, clause int) assignment.Spec {
	s := clone(x.Spec)
	w := s.Branches[branch].Candidates.Where
	if w.Kind != condition.KindAll || len(w.Children) == 1 {
		s.Branches[branch].Candidates.Where = nil
		return s
	}
	w.Children = slices.Delete(w.Children, clause, clause+1)
	return s
}

// impossible says why nobody can meet a demand, "" when somebody may.
func (x *policy) impossible(n *condition.Node, reps []*identity.Person) string {
	if n.Kind == condition.KindMeasure {
		m, ok := query.Of(x.snap, n.Measure)
		if !ok {
			return ""
		}
		v, isNumber := number(n.Value)
		if !isNumber {
			return ""
		}
		low := m.Spec.Type == query.Count || m.Spec.Type == query.Ratio
		switch {
		case low && (n.Op == "lt" && v <= 0 || n.Op == "lte" && v < 0):
			return "“" + m.Title.ZH + "”不会小于 0"
		case m.Spec.Type == query.Ratio && (n.Op == "gt" && v >= 1 || n.Op == "gte" && v > 1):
			return "“" + m.Title.ZH + "”不会超过 100%"
		}
		return ""
	}
	if n.Kind != condition.KindLeaf || len(reps) == 0 {
		return ""
	}
	refs := map[string]*object.Object{"candidate": x.Person, x.object.Name: x.object}
	c, _ := condition.Compile(n, condition.Scope{Snapshot: x.snap, Object: x.Person, Refs: refs, Env: x.Env})
	if c == nil || slices.ContainsFunc(c.Fields(), func(f *object.Field) bool { return f.Object != "person" }) {
		return ""
	}
	for _, p := range reps {
		ok, err := c.Match(&condition.Env{Row: p.Row, Now: x.Clock.Now(), Zone: x.Env.Zone, Related: nowhere, Refs: map[string]*object.Row{"candidate": p.Row}})
		if ok || err != nil {
			return ""
		}
	}
	return c.Words()
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	case float64:
		return n, true
	case string:
		var f float64
		if s, isPercent := strings.CutSuffix(n, "%"); isPercent {
			_, err := fmt.Sscanf(s, "%g", &f)
			return f / 100, err == nil
		}
		_, err := fmt.Sscanf(n, "%g", &f)
		return f, err == nil
	}
	return 0, false
}

// miswired tells whether a demand reads a measure that is at fault itself.
func (x *policy) miswired(n *condition.Node) bool {
	return slices.ContainsFunc(x.found, func(f *Fault) bool { return f.Kind == query.Kind && uses(n, f.Name) })
}
