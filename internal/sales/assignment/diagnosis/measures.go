package diagnosis

import (
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/query"
	"baton/internal/sales/assignment"
	"baton/internal/sales/assignment/trial"
)

// measures looks for those that count something else than their name says: 当前待办数 wired to 今日打卡次数.
func (h *house) measures() {
	for _, name := range assignment.Measures(h.snap, h.object.Name) {
		m, ok := query.Of(h.snap, name)
		if !ok {
			continue
		}
		f := &Fault{Severity: definition.SeverityError, holds: func(r *trial.Result) bool { return h.waitsFor(r, name) }}
		if meant := h.meant(m); meant != nil {
			f.Code, f.Pointer = "measure_wrong", "/spec/entity"
			f.Message = fmt.Sprintf("指标“%s”名为%s，实际数的是%s", m.Title.ZH, meant.Title.ZH, m.Words())
			f.Hint = "改为数" + meant.Title.ZH
			f.spec, f.label = h.rewired(m, meant), "把“"+m.Title.ZH+"”改为数未完成的"+meant.Title.ZH
		} else if status, opened := openStatus(m.Object); opened && m.Spec.Where == nil && m.Spec.Type == query.Count && (strings.Contains(m.Title.ZH, "未") || strings.Contains(m.Title.ZH, "当前")) {
			f.Code, f.Pointer = "measure_unfiltered", "/spec/where"
			f.Message = fmt.Sprintf("指标“%s”没有条件，已经完成的%s也算在内", m.Title.ZH, m.Object.Title.ZH)
			f.Hint = "只数状态为待办的"
			spec := clone(m.Spec)
			spec.Where = condition.Leaf(status, "eq", "open")
			f.spec, f.label = spec, "只数未完成的"+m.Object.Title.ZH
		} else {
			continue
		}
		h.add(query.Kind, name, f)
	}
}

// meant is the object a measure's title speaks of where it counts another one; nil when the title does not say.
func (h *house) meant(m *query.Measure) *object.Object {
	if strings.Contains(m.Title.ZH, m.Object.Title.ZH) {
		return nil
	}
	var best *object.Object
	for _, o := range object.All(h.snap) {
		if t := o.Title.ZH; t != "" && strings.Contains(m.Title.ZH, t) && (best == nil || len(t) > len(best.Title.ZH)) {
			best = o
		}
	}
	return best
}

// openStatus is the field by which an object's records are open or done.
func openStatus(o *object.Object) (field string, ok bool) {
	f, ok := o.Field("status")
	return "status", ok && slices.Contains(f.OptionValues(), "open")
}

func (h *house) rewired(m *query.Measure, to *object.Object) query.Spec {
	s := query.Spec{Entity: to.Name, Type: query.Count, Dims: []string{"owner"}, Kept: &query.KeptSpec{Dims: []string{"owner"}, Bucket: "none"}}
	if field, ok := openStatus(to); ok {
		s.Where = condition.Leaf(field, "eq", "open")
	}
	return s
}

// waitsFor tells of records that found nobody in branches that read a measure.
func (h *house) waitsFor(r *trial.Result, measure string) bool {
	if r.Reason != assignment.AllFull && r.Reason != assignment.NotGood {
		return false
	}
	for _, p := range definition.All[*assignment.Policy](h.snap, assignment.Kind) {
		if p.Name != r.Policy {
			continue
		}
		for i := range p.Spec.Branches {
			b := &p.Spec.Branches[i]
			if uses(b.Candidates.Where, measure) && h.matches(h.cond(b.When), r.Row) {
				return true
			}
		}
	}
	return false
}

func uses(n *condition.Node, measure string) bool {
	if n == nil {
		return false
	}
	return n.Kind == condition.KindMeasure && n.Measure == measure || slices.ContainsFunc(n.Children, func(k *condition.Node) bool { return uses(k, measure) })
}
