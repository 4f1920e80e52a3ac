package condition

import (
	"encoding/json"
	"strings"
	"time"

	"baton/internal/platform/object"
)

// shapeNames are what the page calls the shapes that it can compare by itself.
var shapeNames = map[object.Shape]string{object.TextShape: "text", object.NumberShape: "number", object.BoolShape: "bool", object.DateShape: "date", object.InstantShape: "instant", object.ChoiceShape: "text",
	object.SetShape: "set", object.RefShape: "text", object.TreeShape: "text", object.OpaqueShape: "opaque"}

// Page writes the condition as the page evaluates it on the record in hand (ui/src/parts/holds.ts): values as the API shows them, the shape
// beside each leaf. A part that needs anything else (other records, figures, trees) is {"unknown": true}: the server decides.
func (c *Cond) Page() map[string]any { return c.root.page() }

var unknown = map[string]any{"unknown": true}

func (n *node) page() map[string]any {
	switch n.kind {
	case KindAll, KindAny, KindNone:
		kids := make([]any, len(n.kids))
		for i, k := range n.kids {
			kids[i] = k.page()
		}
		return map[string]any{string(n.kind): kids}
	case KindLeaf:
		if n.path.root != "" || len(n.path.hops) > 0 || n.op.core == coreUnder {
			return unknown
		}
		out := map[string]any{"field": n.path.field.Name, "op": n.src.Op, "shape": shapeNames[n.path.field.Type.Shape()]}
		if n.period != nil {
			out["period"] = n.period
			return out
		}
		values := []any{}
		for _, o := range n.operands {
			v, ok := n.pageOperand(o)
			if !ok {
				return unknown
			}
			values = append(values, v)
		}
		out["values"] = values
		return out
	}
	return unknown
}

func (n *node) pageOperand(o operand) (any, bool) {
	f := n.path.field
	switch {
	case o.ref != nil && o.ref.field == nil:
		return map[string]any{"ref": "now", "shape": "instant"}, true
	case o.ref != nil:
		if o.ref.root != "record" || len(o.ref.hops) > 0 {
			return nil, false
		}
		return map[string]any{"ref": o.ref.field.Name, "shape": shapeNames[o.ref.field.Type.Shape()]}, true
	case o.open:
		return nil, true
	case o.day:
		return map[string]any{"day": time.Unix(o.value.(int64)*86400, 0).UTC().Format(time.DateOnly)}, true
	}
	switch s, isText := o.value.(string); {
	case isText && f.Type.Shape() == object.SetShape:
		return strings.Join(object.SplitSet(s), "|"), true // one member; eq has one operand for each
	case isText && (n.op.core == coreContains || n.op.core == corePrefix):
		return s, true
	}
	v := f.Type.JSON(f, n.s.Env, o.value)
	if x, ok := v.(json.Number); ok {
		return x.String(), true // as text: JavaScript reads numbers beyond 2^53 inexactly
	}
	return v, true
}
