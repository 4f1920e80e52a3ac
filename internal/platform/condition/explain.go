package condition

import (
	"fmt"

	"baton/internal/platform/object"
)

// Trace is one node of an explained evaluation. Every node is evaluated, also those that no longer decide.
type Trace struct {
	Kind     string   `json:"kind"` // all, any, none, some, leaf
	Passed   bool     `json:"passed"`
	Text     string   `json:"text"`           // the node in Chinese
	Seen     string   `json:"seen,omitempty"` // leaf, some: what was found; "—" for empty, Concealed for what the asker may not see
	Children []*Trace `json:"children,omitempty"`
}

// Concealed stands where a value was that the asker may not see, ConcealedText where a condition was on it: beside whether it held, its words
// would tell the value.
const (
	Concealed     = "无权查看"
	ConcealedText = "一项你无权查看内容的条件"
)

func (t *Trace) conceal() { t.Text, t.Seen = ConcealedText, Concealed }

// Explain evaluates like Match and says for each node whether it held and what it saw.
func (c *Cond) Explain(e *Env) (*Trace, error) { return c.root.explain(e, e.Row) }

var groupWords = map[Kind]string{KindAll: "以下全部成立", KindAny: "以下至少一项成立", KindNone: "以下都不成立"}

func (n *node) explain(e *Env, r *object.Row) (*Trace, error) {
	t := &Trace{Kind: string(n.kind)}
	switch n.kind {
	case KindLeaf:
		passed, seen, err := n.leaf(e, r)
		if err != nil {
			return nil, err
		}
		t.Passed, t.Text = passed, n.words(false)
		t.Seen = object.Dash
		hidden, err := n.hidden(e, r)
		switch {
		case err != nil:
			return nil, err
		case hidden:
			t.conceal()
		case seen != nil:
			t.Seen = n.path.field.Type.Words(n.path.field, n.s.Env, seen)
		}
	case KindMeasure:
		passed, value, ok, err := n.measured(e)
		if err != nil {
			return nil, err
		}
		t.Kind, t.Passed, t.Text, t.Seen = string(KindLeaf), passed, n.words(false), object.Dash
		if ok {
			t.Seen = showFigure(value, n.measure.use.Measure.Unit)
		}
		hidden, err := n.hidden(e, r)
		if err != nil {
			return nil, err
		}
		if hidden {
			t.conceal()
		}
	case KindSome:
		return t, n.explainSome(t, e, r)
	default:
		t.Text = groupWords[n.kind]
		t.Passed = n.kind != KindAny
		for _, k := range n.kids {
			child, err := k.explain(e, r)
			if err != nil {
				return nil, err
			}
			t.Children = append(t.Children, child)
			switch {
			case n.kind == KindAll && !child.Passed, n.kind == KindNone && child.Passed:
				t.Passed = false
			case n.kind == KindAny && child.Passed:
				t.Passed = true
			}
		}
	}
	return t, nil
}

// explainSome counts the records that satisfy and shows the first of them, else the first that does not.
func (n *node) explainSome(t *Trace, e *Env, r *object.Row) error {
	t.Text = n.words(false)
	rows, err := n.children(e, r)
	if err != nil {
		return err
	}
	satisfied, hidden := 0, false
	var shown *object.Row
	for _, child := range rows {
		hidden = hidden || e.Hides != nil && e.Hides(child, n.related.field)
		ok, err := n.where(e, child)
		if err != nil {
			return err
		}
		if ok {
			satisfied++
		}
		if shown == nil || ok && satisfied == 1 {
			shown = child
		}
	}
	t.Passed = satisfied > 0
	if hidden {
		t.conceal()
		return nil
	}
	t.Seen = object.Dash
	if len(rows) > 0 {
		t.Seen = fmt.Sprintf("%d 条，%d 条符合", len(rows), satisfied)
	}
	if shown == nil || len(n.kids) == 0 {
		return nil
	}
	child, err := n.kids[0].explain(e, shown)
	if err == nil {
		t.Children = []*Trace{child}
	}
	return err
}

// hidden tells whether the asker may not see something that a leaf reads.
func (n *node) hidden(e *Env, r *object.Row) (bool, error) {
	if e.Hides == nil {
		return false, nil
	}
	paths := []*path{n.path}
	for _, o := range n.operands {
		paths = append(paths, o.ref)
	}
	if n.measure != nil {
		for _, k := range n.measure.keys {
			paths = append(paths, k.ref)
		}
		for _, o := range n.measure.bounds {
			paths = append(paths, o.ref)
		}
	}
	for _, p := range paths {
		if p == nil {
			continue
		}
		if hidden, err := p.hidden(e, r); hidden || err != nil {
			return hidden, err
		}
	}
	return false, nil
}
