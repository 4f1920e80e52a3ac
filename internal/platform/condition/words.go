package condition

import (
	"strings"

	"baton/internal/platform/object"
)

// Words reads the condition as a Chinese sentence: 行业是教育，且预算在 5万 到 20万 之间.
func (c *Cond) Words() string { return c.root.words(false) }

// words reads a node; nested groups stand in brackets.
func (n *node) words(nested bool) string {
	switch n.kind {
	case KindLeaf:
		return n.leafWords()
	case KindMeasure:
		return n.measureWords()
	case KindSome:
		title := n.related.object.Title.ZH
		if len(n.kids) == 0 {
			return "至少有一条" + title
		}
		return "至少有一条" + title + "满足（" + n.kids[0].words(false) + "）"
	}
	if len(n.kids) == 0 {
		if n.kind == KindAny {
			return "没有一条记录符合"
		}
		return "不限"
	}
	if len(n.kids) == 1 && n.kind != KindNone {
		return n.kids[0].words(nested)
	}
	parts := make([]string, len(n.kids))
	for i, k := range n.kids {
		parts[i] = k.words(true)
	}
	var s string
	switch n.kind {
	case KindAll:
		s = strings.Join(parts, "，且")
	case KindAny:
		s = strings.Join(parts, "，或")
	default:
		if len(parts) == 1 {
			return "并非（" + n.kids[0].words(false) + "）"
		}
		return "以下都不成立（" + strings.Join(parts, "；") + "）"
	}
	if nested {
		return "（" + s + "）"
	}
	return s
}

func (n *node) leafWords() string {
	title := n.path.title(n.s)
	shape := n.path.field.Type.Shape()
	number := shape == object.NumberShape
	timed := shape == object.DateShape || shape == object.InstantShape
	vs := make([]string, len(n.operands))
	for i, o := range n.operands {
		vs[i] = n.operandWords(o)
	}
	pick := func(plain, time string) string {
		if timed {
			return time
		}
		return plain
	}
	list := strings.Join(vs, "、")
	switch n.src.Op {
	case "eq", "ne":
		verb, not := "是", "不是"
		if number {
			verb, not = "等于 ", "不等于 "
		} else if timed {
			verb, not = "是 ", "不是 "
		} else if shape == object.BoolShape {
			verb, not = "为", "不为"
		} else if shape == object.SetShape {
			verb, not = "正好是", "不正好是"
		}
		if n.op.neg {
			verb = not
		}
		return title + verb + list
	case "in":
		return title + oneOf(vs, list, "是", "是", "之一")
	case "not_in":
		return title + oneOf(vs, list, "不是", "不是", "中的任何一个")
	case "lt":
		return title + pick("小于 ", "早于 ") + list
	case "lte":
		return title + pick("不超过 ", "不晚于 ") + list
	case "gt":
		return title + pick("大于 ", "晚于 ") + list
	case "gte":
		return title + pick("不小于 ", "不早于 ") + list
	case "between":
		switch {
		case n.operands[0].open:
			return title + pick("不超过 ", "不晚于 ") + vs[1]
		case n.operands[1].open:
			return title + pick("不小于 ", "不早于 ") + vs[0]
		}
		return title + "在 " + vs[0] + " 到 " + vs[1] + " 之间"
	case "contains":
		if shape == object.SetShape {
			return title + "包含" + list
		}
		return title + "包含“" + list + "”"
	case "starts_with":
		return title + "以“" + list + "”开头"
	case "within":
		return title + "在" + n.period.Words() + "内"
	case "under":
		return title + "在" + strings.Join(vs, "、") + "范围内"
	case "not_empty":
		return title + "不为空"
	}
	return title + "为空"
}

func oneOf(vs []string, list, one, many, tail string) string {
	switch len(vs) {
	case 0:
		return one + "（空列表）" + tail
	case 1:
		return one + list
	}
	return many + list + tail
}

func (n *node) operandWords(o operand) string {
	f := n.path.field
	switch {
	case o.ref != nil:
		return o.ref.title(n.s)
	case o.open:
		return "不限"
	case o.words != "":
		return o.words
	case o.day:
		return object.Date{}.Words(f, n.s.Env, o.value)
	case n.op.core == coreContains && f.Type.Shape() != object.SetShape, n.op.core == corePrefix:
		s, _ := o.value.(string)
		return s
	}
	return strings.Replace(f.Type.Words(f, n.s.Env, o.value), "¥", "", 1)
}

var measureVerbs = map[string]string{"eq": "等于 ", "ne": "不等于 ", "lt": "小于 ", "lte": "不超过 ", "gt": "大于 ", "gte": "不小于 "}

func (n *node) measureWords() string {
	l := n.measure
	var about []string
	if l.use.Period != nil {
		about = append(about, l.use.Period.Words())
	}
	for _, k := range l.keys {
		title := l.use.Measure.DimTitles[k.dim]
		if title == "" {
			title = k.dim
		}
		value := ""
		if k.ref != nil {
			value = k.ref.title(n.s)
		} else if s, ok := k.value.(string); ok {
			value = s
		} else {
			value = object.Integer{}.Words(nil, nil, k.value)
		}
		about = append(about, title+"为"+value)
	}
	s := l.use.Measure.title()
	if len(about) > 0 {
		s += "（" + strings.Join(about, "，") + "）"
	}
	vs := make([]string, len(l.bounds))
	for i, b := range l.bounds {
		switch {
		case b.ref != nil:
			vs[i] = b.ref.title(n.s)
		case !b.open:
			vs[i] = strings.Replace(showFigure(b.value, l.use.Measure.Unit), "¥", "", 1)
		}
	}
	if l.op.want == wantPair {
		switch {
		case l.bounds[0].open:
			return s + "不超过 " + vs[1]
		case l.bounds[1].open:
			return s + "不小于 " + vs[0]
		}
		return s + "在 " + vs[0] + " 到 " + vs[1] + " 之间"
	}
	return s + measureVerbs[n.src.Op] + vs[0]
}
