package formula

import (
	"fmt"

	"baton/internal/platform/definition"
)

// check gives each part its type and reports what does not fit.
func (c *checker) check(n *node, depth int) {
	if depth > MaxDepth*2 {
		c.issue(n.at, "too_deep", "公式嵌套太深", "拆成几个公式字段")
		return
	}
	for _, k := range n.kids {
		c.check(k, depth+1)
	}
	if len(c.issues) > 0 && n.op != "literal" && n.op != "operand" {
		return // its parts are reported already
	}
	switch n.op {
	case "neg":
		c.want(n.kids[0], Number)
		n.typ = Number
	case "not":
		c.want(n.kids[0], Bool)
		n.typ = Bool
	case "and", "or":
		c.want(n.kids[0], Bool)
		c.want(n.kids[1], Bool)
		n.typ = Bool
	case "*", "/":
		c.want(n.kids[0], Number)
		c.want(n.kids[1], Number)
		n.typ = Number
		if n.op == "/" && n.kids[1].op == "literal" && n.kids[1].typ == Number && n.kids[1].value.n.Sign() == 0 {
			c.issue(n.kids[1].at, "division_by_zero", "不能除以 0", "")
		}
	case "+", "-":
		c.sum(n)
	case "==", "!=", "<", "<=", ">", ">=":
		c.compare(n)
	case "call":
		c.call(n)
	}
}

// want reports a part that is not of one of the types.
func (c *checker) want(n *node, types ...Type) bool {
	words := ""
	for i, t := range types {
		if n.typ == t || n.typ == Unknown || t == DateTime && n.typ == Date {
			return true
		}
		if i > 0 {
			words += "或"
		}
		words += t.String()
	}
	hint := ""
	switch {
	case types[0] == Number && n.typ == Text:
		hint = "文字不能参与计算；字数用 length(…)"
	case types[0] == Bool:
		hint = "写一个比较，例如 预算 > 5万"
	case types[0] == Text && n.typ == Number:
		hint = "用 text(…) 转成文字"
	}
	c.issue(n.at, "wrong_type", "这里需要"+words+"，写的是"+n.typ.String(), hint)
	return false
}

// sum types + and -: numbers, days and times, and + of texts.
func (c *checker) sum(n *node) {
	a, b := n.kids[0], n.kids[1]
	timed := func(t Type) bool { return t == Date || t == DateTime }
	switch {
	case timed(a.typ) && timed(b.typ):
		if n.typ = Number; n.op == "+" {
			c.issue(n.at, "wrong_type", "两个日期不能相加", "相差天数用 - 或 days(…)")
		}
	case timed(a.typ):
		c.want(b, Number)
		n.typ = a.typ
	case timed(b.typ) && n.op == "+":
		c.want(a, Number)
		n.typ = b.typ
	case a.typ == Text && b.typ == Text && n.op == "+":
		n.typ = Text
	case a.typ == Text || b.typ == Text:
		at := a
		if b.typ == Text {
			at = b
		}
		c.issue(at.at, "wrong_type", "数字和文字不能直接相加减", "拼接用 concat(…)")
	default:
		c.want(a, Number)
		c.want(b, Number)
		n.typ = Number
	}
}

func (c *checker) compare(n *node) {
	a, b := n.kids[0], n.kids[1]
	n.typ = Bool
	equal := n.op == "==" || n.op == "!="
	switch {
	case a.typ == Unknown || b.typ == Unknown:
		if !equal {
			c.issue(n.at, "wrong_type", "空值不能比较大小", "判断为空用 isempty(…)")
		}
	case a.typ == Ref || b.typ == Ref:
		c.issue(n.at, "wrong_type", "引用别的记录的字段不能比较", "只能判断是否为空：isempty(…)")
	case a.typ == Set || b.typ == Set:
		c.issue(n.at, "wrong_type", "多选不能这样比较", "用 contains(字段, \"选项\")")
	case (a.typ == Date || a.typ == DateTime) && (b.typ == Date || b.typ == DateTime):
	case a.typ != b.typ:
		c.issue(n.at, "wrong_type", a.typ.String()+"不能与"+b.typ.String()+"比较", "两边的类型要相同")
	case a.typ == Bool && !equal:
		c.issue(n.at, "wrong_type", "是或否不能比较大小", "用 = 或 <>")
	}
	c.option(a, b)
	c.option(b, a)
}

// option reads a text as one of the choices it is compared with.
func (c *checker) option(field, text *node) {
	if field.op != "operand" || field.of.Option == nil || text.op != "literal" || text.typ != Text {
		return
	}
	label, ok := field.of.Option(text.value.s)
	if ok {
		text.value = textVal(label)
	} else if len(field.of.Options) > 0 {
		c.issue(text.at, "off_list", "“"+text.value.s+"”不在“"+field.of.Title+"”的选项里", definition.Suggest(text.value.s, field.of.Options))
	}
}

func (c *checker) call(n *node) {
	f := n.fn
	if len(n.kids) < f.least || f.most >= 0 && len(n.kids) > f.most {
		c.issue(n.at, "wrong_arguments", fmt.Sprintf("“%s”要 %s，这里写了 %d 个", n.at.name, f.arity(), len(n.kids)), "写作 "+f.Usage)
		return
	}
	n.typ = f.check(c, n)
}

// same wants all parts from one on to have one type, and gives it.
func (c *checker) same(kids []*node) Type {
	t := Unknown
	for _, k := range kids {
		switch {
		case k.typ == Unknown || k.typ == t:
		case t == Unknown:
			t = k.typ
		case t == Date && k.typ == DateTime || t == DateTime && k.typ == Date:
			t = DateTime
		default:
			c.issue(k.at, "wrong_type", "这里的"+k.typ.String()+"与前面的"+t.String()+"不是同一种", "各项的类型要相同")
			return t
		}
	}
	return t
}
