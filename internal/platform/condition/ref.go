package condition

import (
	"fmt"
	"strings"
	"time"

	"baton/internal/platform/object"
)

// fits checks that a ref can be compared with the leaf's field.
func (c *compiler) fits(n *node, p *path) *wrong {
	f, have := n.path.field, object.InstantShape
	if p.field != nil {
		have = p.field.Type.Shape()
	}
	need := f.Type.Shape()
	text := func(s object.Shape) bool { return s == object.TextShape || s == object.ChoiceShape }
	switch {
	case n.op.core == coreUnder && need == object.TreeShape:
		if have == object.TreeShape || have == object.SetShape || text(have) {
			return nil
		}
	case need == object.NumberShape && have == need:
		if p.field.Type.Scale(p.field) > f.Type.Scale(f) {
			return &wrong{"precision", "“" + p.title(c.scope) + "”的小数位比“" + f.Title.ZH + "”多", ""}
		}
		if (f.Type.Name() == "duration") == (p.field.Type.Name() == "duration") {
			return nil
		}
	case need == object.RefShape:
		if have == need && p.field.TargetOf() == f.TargetOf() || p.field != nil && p.field.System && p.field.Index == object.ID && p.last.Name == f.TargetOf() {
			return nil
		}
	case need == object.TextShape && f.System && f.Index == object.ID && have == object.RefShape:
		if p.field.TargetOf() == n.path.last.Name {
			return nil
		}
	case (n.op.core == coreIn || n.op.core == coreContains && need == object.SetShape) && have == object.SetShape && (text(need) || need == object.SetShape):
		return nil
	case need == object.SetShape && text(have), text(need) && text(have), need == have && need != object.OpaqueShape,
		need == object.DateShape && have == object.InstantShape, need == object.InstantShape && have == object.DateShape:
		return nil
	}
	return &wrong{"incompatible_ref", "“" + p.title(c.scope) + "”不能与“" + f.Title.ZH + "”比较", "两边的类型要相同"}
}

// refValues reads a ref in the terms of the leaf's field; none when the ref is empty.
func (n *node) refValues(e *Env, s *Scope, p *path, zone *time.Location) ([]operand, error) {
	v, err := p.value(e, nil)
	if err != nil || v == nil {
		return nil, err
	}
	have := object.InstantShape
	if p.field != nil {
		have = p.field.Type.Shape()
	}
	need := n.path.field.Type.Shape()
	switch {
	case n.op.core == coreUnder && need == object.TreeShape && have != object.TreeShape:
		names := []string{fmt.Sprint(v)}
		if have == object.SetShape {
			names = object.SplitSet(v)
		}
		var out []operand
		for _, name := range names {
			if codes, ok := s.places(name); ok {
				out = append(out, operand{codes: codes, words: name})
			}
		}
		return out, nil
	case n.op.core == coreUnder && need == object.TreeShape:
		return []operand{{codes: []string{v.(string)}}}, nil
	case have == object.SetShape && need != object.SetShape:
		var out []operand
		for _, m := range object.SplitSet(v) {
			out = append(out, operand{value: m})
		}
		return out, nil
	case need == object.SetShape && have != object.SetShape:
		return []operand{{value: object.JoinSet([]string{strings.ReplaceAll(v.(string), "|", "/")})}}, nil
	case need == object.DateShape && have == object.InstantShape:
		return []operand{{value: object.DayOf(time.UnixMilli(v.(int64)), zone)}}, nil
	case need == object.InstantShape && have == object.DateShape:
		return []operand{{value: v, day: true}}, nil
	case need == object.NumberShape:
		n64 := v.(int64)
		for range n.path.field.Type.Scale(n.path.field) - p.field.Type.Scale(p.field) {
			// Beyond what the field can hold, the nearest end compares the same way.
			switch {
			case n64 > maxTenth:
				n64 = 1<<63 - 1
			case n64 < -maxTenth:
				n64 = -1 << 63
			default:
				n64 *= 10
			}
		}
		return []operand{{value: n64}}, nil
	}
	return []operand{{value: v}}, nil
}

const maxTenth = (1<<63 - 1) / 10
