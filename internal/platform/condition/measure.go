package condition

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// measureLeaf compares a computed figure.
type measureLeaf struct {
	use    MeasureUse
	keys   []measureKey
	op     operator
	bounds []bound
}

type measureKey struct {
	dim   string
	ref   *path
	value any
}

// bound is what a figure is compared with: a number in the measure's unit, a ref, or an open end of between.
type bound struct {
	ref   *path
	value float64
	open  bool
}

func (c *compiler) measure(n *node, at string) {
	src := n.src
	var m Measure
	ok := false
	if c.scope.Measures != nil {
		m, ok = c.scope.Measures(src.Measure)
	}
	if !ok {
		c.wrong(at+"/measure", "unknown_measure", "没有指标“"+src.Measure+"”", definition.Suggest(src.Measure, c.scope.MeasureNames))
		return
	}
	l := &measureLeaf{use: MeasureUse{Name: m.Name, Period: src.Period, Measure: m}}
	if l.use.Name == "" {
		l.use.Name = src.Measure
	}
	n.measure = l
	if src.Period != nil {
		if err := src.Period.check(); err != nil {
			c.wrong(at+"/period", "bad_period", err.Error(), periodHint)
		}
	}
	for dim := range src.For {
		l.use.Dims = append(l.use.Dims, dim)
	}
	sort.Strings(l.use.Dims)
	for _, dim := range l.use.Dims {
		place := pointer(at+"/for", dim)
		if !contains(m.Dims, dim) {
			hint := definition.Suggest(dim, m.Dims)
			if hint == "" && len(m.Dims) > 0 {
				hint = "可用：" + strings.Join(m.Dims, "、")
			}
			c.wrong(place, "unknown_dimension", "指标“"+m.title()+"”不能按“"+dim+"”计算", hint)
			continue
		}
		k := measureKey{dim: dim}
		switch v := src.For[dim].(type) {
		case string, int64, bool:
			k.value = v
		case json.Number:
			k.value = v.String()
			if i, err := v.Int64(); err == nil {
				k.value = i
			}
		default:
			name, ok := refOf(v)
			if !ok {
				c.wrong(place, "wrong_type", "这里要一个值或引用", `例如 {"ref": "lead.industry"}`)
				continue
			}
			p, w := c.scope.refPath(name)
			if w != nil {
				c.wrong(place, w.code, w.message, w.hint)
				continue
			}
			k.ref = p
		}
		l.keys = append(l.keys, k)
	}
	if !contains(measureOperators, src.Op) {
		c.wrong(at+"/op", "op_not_allowed", "指标不能用“"+src.Op+"”比较", "可用："+strings.Join(measureOperators, "、"))
		return
	}
	l.op = operators[src.Op]
	if l.op.want != wantPair {
		c.bound(l, src.Value, at+"/value")
		return
	}
	list, ok := listOf(src.Value)
	if !ok || len(list) != 2 || list[0] == nil && list[1] == nil {
		c.wrong(at+"/value", "wrong_type", "between 要两个值 [从, 到]", "一端不限写 null")
		return
	}
	for i, v := range list {
		if v == nil {
			l.bounds = append(l.bounds, bound{open: true})
			continue
		}
		c.bound(l, v, fmt.Sprintf("%s/value/%d", at, i))
	}
}

func (m Measure) title() string {
	if m.Title != "" {
		return m.Title
	}
	return m.Name
}

func (c *compiler) bound(l *measureLeaf, raw any, at string) {
	if name, ok := refOf(raw); ok {
		p, w := c.scope.refPath(name)
		if w == nil && (p.field == nil || p.field.Type.Shape() != object.NumberShape) {
			w = &wrong{"incompatible_ref", "这里要引用一个数字", ""}
		}
		if w != nil {
			c.wrong(at, w.code, w.message, w.hint)
			return
		}
		l.bounds = append(l.bounds, bound{ref: p})
		return
	}
	v, err := figure(raw, l.use.Measure.Unit)
	if err != nil {
		c.wrong(at, "bad_value", "“"+l.use.Measure.title()+"”："+err.Error(), "例如 0.65、65% 或 5万")
		return
	}
	l.bounds = append(l.bounds, bound{value: v})
}

// figure reads a number in a measure's unit.
func figure(raw any, unit string) (float64, error) {
	var s string
	switch v := raw.(type) {
	case json.Number:
		s = v.String()
	case string:
		s = strings.TrimSpace(v)
	case float64:
		return v, nil
	case int:
		return float64(v), nil
	case int64:
		return float64(v), nil
	default:
		return 0, errors.New("这里需要一个数字")
	}
	if p, ok := strings.CutSuffix(s, "%"); ok {
		s = strings.TrimSpace(p) + "e-2"
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && f-f == 0 {
		return f, nil
	}
	if unit == "money" {
		v, _, err := (object.Money{}).Parse(&object.Field{}, nil, s)
		if n, ok := v.(int64); ok {
			return float64(n) / 100, nil
		}
		if err != nil {
			return 0, err
		}
	}
	return 0, fmt.Errorf("“%v”不是数字", raw)
}

// measured computes the figure and compares it; ok is false when there is no figure.
func (n *node) measured(e *Env) (passed bool, value float64, ok bool, err error) {
	l := n.measure
	if e.Measure == nil {
		return false, 0, false, fmt.Errorf("condition: measure %s needs Env.Measure", l.use.Name)
	}
	keys := make(map[string]any, len(l.keys))
	for _, k := range l.keys {
		v := k.value
		if k.ref != nil {
			if v, err = k.ref.value(e, nil); err != nil || v == nil {
				return false, 0, false, err
			}
		}
		keys[k.dim] = v
	}
	value, ok = e.Measure(&l.use, keys)
	if !ok || value != value {
		return false, 0, false, nil
	}
	var b [2]float64
	for i, o := range l.bounds {
		b[i] = o.value
		if o.ref == nil {
			continue
		}
		v, err := o.ref.value(e, nil)
		if err != nil || v == nil {
			return false, value, true, err
		}
		// Divided once, a scaled integer is the nearest float of its decimal, the same as a literal's.
		b[i] = float64(v.(int64)) / pow10(o.ref.field.Type.Scale(o.ref.field))
		if l.use.Measure.Unit == "ratio" && o.ref.field.Type.Name() == "percent" {
			b[i] = float64(v.(int64)) / 10_000
		}
	}
	switch l.op.core {
	case coreEq:
		passed = value == b[0] != l.op.neg
	case coreLt:
		passed = value < b[0]
	case coreLte:
		passed = value <= b[0]
	case coreGt:
		passed = value > b[0]
	case coreGte:
		passed = value >= b[0]
	case coreBetween:
		passed = (l.bounds[0].open || value >= b[0]) && (l.bounds[1].open || value <= b[1])
	}
	return passed, value, true, nil
}

func pow10(n int) float64 {
	p := 1.0
	for range n {
		p *= 10
	}
	return p
}

// showFigure writes a figure in its unit.
func showFigure(v float64, unit string) string {
	trim := func(f float64, digits int) string {
		s := strconv.FormatFloat(f, 'f', digits, 64)
		if strings.Contains(s, ".") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
		return s
	}
	switch unit {
	case "ratio":
		return trim(v*100, 2) + "%"
	case "money":
		return object.Money{}.Words(nil, nil, int64(v*100+0.5))
	case "count", "":
		return trim(v, 2)
	}
	return trim(v, 2) + unit
}
