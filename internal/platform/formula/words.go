package formula

import "strings"

var signWords = map[string]string{"*": "×", "/": "÷", "==": "等于", "!=": "不等于", "<": "小于", "<=": "不超过", ">": "大于", ">=": "不小于", "and": "且", "or": "或"}

// Words reads the formula back with the titles of what it names: 预算 × 成交率.
func (p *Program) Words() string { return p.root.words(false) }

func (n *node) words(nested bool) string {
	switch n.op {
	case "operand":
		return n.of.Title
	case "literal":
		switch n.typ {
		case Unknown:
			return "空"
		case Text:
			return "“" + n.value.s + "”"
		}
		return n.value.text(nil)
	case "neg":
		return "负 " + n.kids[0].words(true)
	case "not":
		return "非 " + n.kids[0].words(true)
	case "call":
		parts := make([]string, len(n.kids))
		for i, k := range n.kids {
			parts[i] = k.words(false)
		}
		return n.fn.Names[1] + "（" + strings.Join(parts, "，") + "）"
	}
	sign := signWords[n.op]
	if sign == "" {
		sign = n.op
	}
	s := n.kids[0].words(true) + " " + sign + " " + n.kids[1].words(true)
	if nested {
		return "（" + s + "）"
	}
	return s
}
