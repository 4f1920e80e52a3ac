package diagnosis

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/sales/assignment"
	"baton/internal/sales/assignment/trial"
)

// policy is one policy under examination.
type policy struct {
	*house
	*assignment.Policy
	order  []int             // branches as they are asked
	conds  []*condition.Cond // by position in the spec
	voided map[int]bool      // branches with a fault of their own that explains why they take nobody
	gaps   []func(*trial.Result) bool
}

func (h *house) policies() {
	all := definition.All[*assignment.Policy](h.snap, assignment.Kind)
	var on, off []*assignment.Policy
	for _, p := range all {
		if p.Object.Name != h.object.Name {
			continue
		}
		if p.Enabled() {
			on = append(on, p)
		} else {
			off = append(off, p)
		}
	}
	for _, p := range off {
		if len(on) > 0 {
			break // another one is in force
		}
		spec := clone(p.Spec)
		spec.Enabled = nil
		h.add(assignment.Kind, p.Name, &Fault{Code: "policy_off", Severity: definition.SeverityError, Pointer: "/spec/enabled", Message: "分配策略“" + p.Title.ZH + "”停用着，没有策略在分配" + h.object.Title.ZH,
			Hint: "启用它", holds: because(assignment.NoPolicy), spec: spec, label: "启用“" + p.Title.ZH + "”"})
	}
	for _, p := range on {
		x := &policy{house: h, Policy: p, voided: map[int]bool{}}
		for i := range p.Spec.Branches {
			x.conds = append(x.conds, h.cond(p.Spec.Branches[i].When))
			if !p.Spec.Branches[i].Fallback {
				x.order = append(x.order, i)
			}
		}
		for i := range p.Spec.Branches {
			if p.Spec.Branches[i].Fallback {
				x.order = append(x.order, i)
			}
		}
		x.offList()
		x.empties()
		x.logic()
		x.candidates()
		x.fallback()
	}
}

func because(reason string) func(*trial.Result) bool {
	return func(r *trial.Result) bool { return r.Reason == reason }
}

func (x *policy) add(f *Fault) { x.house.add(assignment.Kind, x.Name, f) }

func at(i int) string { return fmt.Sprintf("/spec/branches/%d", i) }

func branchTitle(b *assignment.Branch) string {
	if b.Title != "" {
		return b.Title
	}
	return b.Name
}

// offList looks for values that stand in no list: 教肓 for 教育.
func (x *policy) offList() {
	x.offListIn("/spec/when", "策略的适用条件", x.Spec.When, -1)
	for i := range x.Spec.Branches {
		b := &x.Spec.Branches[i]
		x.offListIn(at(i)+"/when", "分支“"+branchTitle(b)+"”", b.When, i)
	}
}

func (x *policy) offListIn(place, where string, n *condition.Node, branch int) {
	if n == nil {
		return
	}
	for i, k := range n.Children {
		x.offListIn(fmt.Sprintf("%s/%s/%d", place, n.Kind, i), where, k, branch)
	}
	if n.Kind != condition.KindLeaf || n.Op != "eq" && n.Op != "in" && n.Op != "ne" && n.Op != "not_in" {
		return
	}
	f, ok := x.object.Field(n.Field)
	if !ok || f.Type.Shape() != object.ChoiceShape {
		return
	}
	known, means := x.known(f)
	for _, v := range literals(n.Value) {
		text, isText := v.(string)
		if !isText || means[text] == text || len(known) == 0 {
			continue
		}
		near := means[definition.Nearest(text, known)]
		if near == "" && x.carried(f, text) {
			continue // an open list's own value
		}
		fault := &Fault{Code: "off_list", Severity: definition.SeverityError, Pointer: place + "/value", Message: fmt.Sprintf("%s要求“%s”是“%s”，而这个值不在选项里，没有一条%s会是它", where, f.Title.ZH, text, x.object.Title.ZH)}
		if slices.ContainsFunc(literals(n.Value), func(o any) bool { return means[fmt.Sprint(o)] == o }) {
			fault.Severity = definition.SeverityWarning // other values beside it can be met
		} else if branch >= 0 {
			x.voided[branch] = true
		}
		if near != "" {
			fault.Hint = "是否指“" + near + "”？"
			mended := x.replaced(text, near)
			when := mended.When
			if branch >= 0 {
				when = mended.Branches[branch].When
			}
			meant := x.cond(when)
			fault.holds = func(r *trial.Result) bool {
				return (branch < 0 && r.Reason == assignment.NoPolicy || branch >= 0 && r.Policy == x.Name) && x.matches(meant, r.Row)
			}
			x.gaps = append(x.gaps, fault.holds)
			fault.spec, fault.label = mended, "把“"+text+"”改为“"+near+"”"
		}
		x.add(fault)
	}
}

// known lists the names a choice's values go by, and which value each means.
func (h *house) known(f *object.Field) (names []string, means map[string]string) {
	means = map[string]string{}
	take := func(name, value string) {
		if name != "" && means[name] == "" {
			means[name] = value
			names = append(names, name)
		}
	}
	var s struct {
		Copy   string `json:"copy"`
		Values []struct {
			Value   string   `json:"value"`
			Aliases []string `json:"aliases"`
		} `json:"values"`
	}
	if d, ok := h.snap.Definition("tag_dimension", f.TagDimension); ok {
		_ = json.Unmarshal(d.Spec, &s) // it was compiled
	}
	for _, o := range f.Options {
		take(o.Value, o.Value)
	}
	for _, v := range s.Values {
		take(v.Value, v.Value)
	}
	for _, v := range s.Values {
		for _, a := range v.Aliases {
			take(a, v.Value)
		}
	}
	if from, ok := h.object.Field(s.Copy); ok {
		for _, o := range from.Options {
			if means[o.Value] == o.Value {
				for _, a := range o.Aliases {
					take(a, o.Value)
				}
			}
		}
	}
	return names, means
}

// carried tells whether any record of the period has a value.
func (h *house) carried(f *object.Field, value string) bool {
	return slices.ContainsFunc(h.results, func(r *trial.Result) bool { return r.Row.Text(f.Name) == value })
}

// replaced is the policy with a value written otherwise wherever it stands.
func (x *policy) replaced(from, to string) assignment.Spec {
	s := clone(x.Spec)
	var walk func(n *condition.Node)
	swap := func(v any) any {
		if v == any(from) {
			return to
		}
		return v
	}
	walk = func(n *condition.Node) {
		if n == nil {
			return
		}
		if list, ok := n.Value.([]any); ok {
			for i := range list {
				list[i] = swap(list[i])
			}
		} else {
			n.Value = swap(n.Value)
		}
		for _, k := range n.Children {
			walk(k)
		}
	}
	walk(s.When)
	for i := range s.Branches {
		walk(s.Branches[i].When)
	}
	return s
}

// mostly is the share of empty fields from which demanding the field is called a fault.
const mostly = 0.5

// empties looks for fields that branches demand and most records lack.
func (x *policy) empties() {
	if len(x.results) == 0 {
		return
	}
	demanded := map[*object.Field][]int{}
	var order []*object.Field
	for i := range x.Spec.Branches {
		for _, f := range x.demands(x.Spec.Branches[i].When) {
			if len(demanded[f]) == 0 {
				order = append(order, f)
			}
			demanded[f] = append(demanded[f], i)
		}
	}
	for _, f := range order {
		n := 0
		for _, r := range x.results {
			if r.Row.V[f.Index] == nil {
				n++
			}
		}
		share := float64(n) / float64(len(x.results))
		if share < mostly {
			continue
		}
		holds := func(r *trial.Result) bool {
			return r.Row.V[f.Index] == nil && r.Policy == x.Name && r.Reason == assignment.NoBranch
		}
		severity := definition.SeverityInfo
		if slices.ContainsFunc(x.pooled, holds) {
			severity = definition.SeverityError
			x.gaps = append(x.gaps, holds)
		}
		titles := []string{}
		for _, i := range demanded[f] {
			titles = append(titles, "“"+branchTitle(&x.Spec.Branches[i])+"”")
		}
		also := ""
		if others := x.beside(demanded[f][0], f); others != "" {
			also = "（与" + others + "同时）"
		}
		x.add(&Fault{Code: "field_mostly_empty", Severity: severity, Pointer: at(demanded[f][0]) + "/when", Share: &share,
			Message: fmt.Sprintf("分支%s要求填了“%s”%s，而 %s 的%s没有填", strings.Join(titles, "、"), f.Title.ZH, also, percent(share), x.object.Title.ZH),
			Hint:    "把“" + f.Title.ZH + "”改为可选，并增加一个“" + f.Title.ZH + "未知”的兜底分支", holds: holds, spec: x.optional(f), label: f.Title.ZH + "改为可选，增加“" + f.Title.ZH + "未知 兜底”分支"})
	}
}

func percent(share float64) string { return fmt.Sprintf("%.0f%%", share*100) }

// demands lists the fields without which a condition cannot hold.
func (x *policy) demands(n *condition.Node) (out []*object.Field) {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case condition.KindAll:
		for _, k := range n.Children {
			for _, f := range x.demands(k) {
				if !slices.Contains(out, f) {
					out = append(out, f)
				}
			}
		}
	case condition.KindAny:
		for i, k := range n.Children {
			d := x.demands(k)
			if i == 0 {
				out = d
				continue
			}
			out = slices.DeleteFunc(out, func(f *object.Field) bool { return !slices.Contains(d, f) })
		}
	case condition.KindLeaf:
		if f, ok := x.object.Field(n.Field); ok && n.Op != "empty" && n.Op != "ne" && n.Op != "not_in" {
			out = append(out, f)
		}
	}
	return out
}

// beside names the other fields a branch demands.
func (x *policy) beside(i int, but *object.Field) string {
	var out []string
	for _, f := range x.demands(x.Spec.Branches[i].When) {
		if f != but {
			out = append(out, "“"+f.Title.ZH+"”")
		}
	}
	return strings.Join(out, "、")
}

// optional is the policy without the demand for a field, and with a branch for records that lack it.
func (x *policy) optional(f *object.Field) assignment.Spec {
	s := clone(x.Spec)
	var walk func(n *condition.Node) *condition.Node
	walk = func(n *condition.Node) *condition.Node {
		if n.Kind == condition.KindLeaf && n.Field == f.Name && n.Op != "empty" && n.Op != "ne" && n.Op != "not_in" {
			if n.Op == "not_empty" {
				return condition.All()
			}
			return condition.Any(condition.Leaf(f.Name, "empty", nil), n)
		}
		if n.Kind == condition.KindAll {
			for i, k := range n.Children {
				n.Children[i] = walk(k)
			}
		}
		return n
	}
	for i := range s.Branches {
		if s.Branches[i].When != nil {
			s.Branches[i].When = walk(s.Branches[i].When)
		}
	}
	s.Branches = append(s.Branches, x.catchAll("unknown_"+f.Name, f.Title.ZH+"未知 兜底", condition.Leaf(f.Name, "empty", nil)))
	return s
}

// catchAll is a fallback branch for everybody at work.
func (x *policy) catchAll(name, title string, when *condition.Node) assignment.Branch {
	taken := func(n string) bool {
		return slices.ContainsFunc(x.Spec.Branches, func(b assignment.Branch) bool { return b.Name == n })
	}
	for base, i := name, 2; taken(name); i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	return assignment.Branch{Name: name, Title: title, When: when, Fallback: true, Candidates: assignment.Candidates{Leave: true}, Strategy: "round_robin"}
}

// fallback looks for records that no branch is for, as far as no other fault explains them.
func (x *policy) fallback() {
	holds := func(r *trial.Result) bool {
		return r.Policy == x.Name && r.Reason == assignment.NoBranch && !slices.ContainsFunc(x.gaps, func(g func(*trial.Result) bool) bool { return g(r) })
	}
	severity := definition.SeverityError
	if !slices.ContainsFunc(x.pooled, holds) {
		if x.closed() {
			return
		}
		severity = definition.SeverityInfo
	}
	spec := clone(x.Spec)
	spec.Branches = append(spec.Branches, x.catchAll("otherwise", "其余 兜底", nil))
	x.add(&Fault{Code: "no_fallback", Severity: severity, Pointer: "/spec/branches", Message: "没有兜底分支：不符合任何分支的" + x.object.Title.ZH + "会留在公海", Hint: "在最后加一个没有条件的兜底分支",
		holds: holds, spec: spec, label: "增加兜底分支"})
}

// closed tells whether every case meets some branch.
func (x *policy) closed() bool {
	var nodes []*condition.Node
	for i := range x.Spec.Branches {
		if x.Spec.Branches[i].When == nil {
			return true
		}
		nodes = append(nodes, x.Spec.Branches[i].When)
	}
	rows, ok := x.cases(nodes)
	if !ok {
		return true // history tells
	}
	for _, r := range rows {
		if !slices.ContainsFunc(x.conds, func(c *condition.Cond) bool { return x.matches(c, r) }) {
			return false
		}
	}
	return true
}
