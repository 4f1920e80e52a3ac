package assignment

import (
	"context"
	"slices"

	"baton/internal/platform/condition"
	"baton/internal/platform/object"
)

// came is what became of the owner of the record's customer in a branch.
type came byte

const (
	keepNobody   came = iota // not asked, or nobody owns it
	keepTook                 // got the record
	keepInactive             // gets no records any more
	keepLeave
	keepHours
	keepFull // a cap is reached
)

var cameNames = map[came]string{keepTook: "took", keepInactive: "inactive", keepLeave: "leave", keepHours: "hours", keepFull: "full"}
var cameWords = map[came]string{keepInactive: "已不在岗", keepLeave: "正在休假", keepHours: "不在工作时间", keepFull: "名额已满"}

type keep struct {
	person string
	came   came
}

// keeps tells whether the owner of the record's customer comes first in the branch.
func (b *branch) keeps(p *Policy) bool { return p.keep != nil && (b.KeepOwner == nil || *b.KeepOwner) }

// owner lets the owner of the record's customer have it before all others: region, product line, rank and figures are not asked of somebody
// who knows the customer, but leave, hours and caps are. Nil when there is no such person, or the person cannot take it.
func (h *choice) owner(ctx context.Context, t *tried) (*candidate, error) {
	b := t.b
	if !b.keeps(h.p) {
		return nil, nil
	}
	id := h.c.New.Text(h.p.keep.Name)
	if id == "" {
		return nil, nil
	}
	row, err := h.env.Related(h.p.keepOf.Name, id)
	if row == nil || err != nil || row.Owner() == "" || row.V[object.DeletedAt] != nil {
		return nil, err
	}
	t.keep.person = row.Owner()
	i := slices.IndexFunc(h.ro.reps, func(r *rep) bool { return r.id == t.keep.person })
	if i < 0 {
		t.keep.came = keepInactive
		return nil, nil
	}
	r := h.ro.reps[i]
	switch {
	case r.leaveFrom <= h.q.day && h.q.day <= r.leaveUntil:
		t.keep.came = keepLeave
		return nil, nil
	case b.Candidates.Hours && !h.q.working(r):
		t.keep.came = keepHours
		return nil, nil
	}
	if err := h.look(ctx, t, []*rep{r}); err != nil {
		return nil, err
	}
	c, w := t.candidates[0], h.where(b)
	w.caps = true
	all, err := h.turns(ctx, h.p.Object.Name)
	if err != nil {
		return nil, err
	}
	ok, err := w.holds(c, false)
	if ok && err == nil {
		ok, err = h.hold(ctx, t, all, c, w)
	}
	if err != nil {
		return nil, err
	}
	if !ok {
		t.keep.came, t.candidates = keepFull, nil
		return nil, nil
	}
	t.keep.came, t.considered = keepTook, 1
	t.note = "原负责人优先"
	c.passed, c.chosen = true, true
	return c, nil
}

// keep tells what became of the owner of the record's customer. Who may not see that record is not told who owns it.
func (e *Explainer) keep(env *condition.Env, k keep, p *Policy, now *object.Row, hides func(*object.Row, *object.Field) bool) (*KeepTrace, error) {
	if k.came == keepNobody || p.keep == nil {
		return nil, nil
	}
	who := "原负责人"
	row, err := env.Related(p.keepOf.Name, env.Row.Text(p.keep.Name))
	if err != nil {
		return nil, err
	}
	if row != nil && !hides(now, now.Object.Fields[p.keep.Index]) && !hides(row, row.Object.Fields[object.Owner]) {
		who = "“" + p.keep.Title.ZH + "”的负责人" + e.named(k.person).Name
	}
	x := &KeepTrace{Outcome: cameNames[k.came]}
	if k.came == keepTook {
		x.Text = who + "在岗且未满额，优先于其他人"
	} else {
		x.Text = who + cameWords[k.came] + "，改按本分支的规则"
	}
	return x, nil
}
