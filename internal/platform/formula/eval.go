package formula

import (
	"math/big"
	"strings"
	"time"
	"unicode/utf8"
)

func (n *node) eval(e *env) val {
	if e.hint != nil {
		return empty
	}
	switch n.op {
	case "literal":
		return n.value
	case "operand":
		return n.of.read(e.get(n.operand))
	case "call":
		return n.fn.eval(e, n.kids)
	case "not":
		return boolVal(!n.kids[0].eval(e).yes())
	case "and":
		return boolVal(n.kids[0].eval(e).yes() && n.kids[1].eval(e).yes())
	case "or":
		return boolVal(n.kids[0].eval(e).yes() || n.kids[1].eval(e).yes())
	case "neg":
		v := n.kids[0].eval(e)
		if v.empty() {
			return empty
		}
		return numVal(new(big.Rat).Neg(v.n))
	case "==", "!=":
		if n.kids[0].typ == Unknown || n.kids[1].typ == Unknown { // compared with the empty literal
			same := n.kids[0].eval(e).empty() == n.kids[1].eval(e).empty()
			return boolVal(same == (n.op == "=="))
		}
	}
	a, b := n.kids[0].eval(e), n.kids[1].eval(e)
	if a.empty() || b.empty() {
		return empty
	}
	switch n.op {
	case "+", "-":
		return add(e, n.op == "-", a, b)
	case "*":
		return numVal(new(big.Rat).Mul(a.n, b.n))
	case "/":
		if b.n.Sign() == 0 {
			return e.fail("division_by_zero", "除数为零，结果为空")
		}
		return numVal(new(big.Rat).Quo(a.n, b.n))
	}
	order := compare(e, a, b)
	switch n.op {
	case "==":
		return boolVal(order == 0)
	case "!=":
		return boolVal(order != 0)
	case "<":
		return boolVal(order < 0)
	case "<=":
		return boolVal(order <= 0)
	case ">":
		return boolVal(order > 0)
	}
	return boolVal(order >= 0)
}

func compare(e *env, a, b val) int {
	switch {
	case a.typ == Number:
		return a.n.Cmp(b.n)
	case a.typ == Text || a.typ == Set:
		return strings.Compare(a.s, b.s)
	case a.typ == DateTime || b.typ == DateTime:
		return int(sign64(a.milli(e) - b.milli(e)))
	}
	return int(sign64(a.i - b.i))
}

func sign64(n int64) int64 {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// add adds or takes away numbers, texts, and days to or from dates and times. Between two times lie days, with their fraction.
func add(e *env, minus bool, a, b val) val {
	switch {
	case a.typ == Text:
		return join(e, a.s, b.s)
	case a.typ == Number && b.typ == Number && minus:
		return numVal(new(big.Rat).Sub(a.n, b.n))
	case a.typ == Number && b.typ == Number:
		return numVal(new(big.Rat).Add(a.n, b.n))
	case a.typ == Date && b.typ == Date:
		return intVal(a.i - b.i)
	case a.typ != Number && b.typ != Number:
		return numVal(big.NewRat(a.milli(e)-b.milli(e), dayMillis))
	}
	if a.typ == Number {
		a, b = b, a
	}
	days := b.n
	if minus {
		days = new(big.Rat).Neg(days)
	}
	if a.typ == Date {
		return shifted(e, a, scaled(days, 0))
	}
	return shifted(e, a, scaled(new(big.Rat).Mul(days, big.NewRat(dayMillis, 1)), 0))
}

// shifted moves a date or time; what lies beyond the years 1 to 9999 is no date.
func shifted(e *env, v val, by *big.Int) val {
	n := new(big.Int).Add(big.NewInt(v.i), by)
	unit := int64(1)
	if v.typ == DateTime {
		unit = dayMillis
	}
	if !n.IsInt64() || n.Int64() < firstDay*unit || n.Int64() > lastDay*unit {
		return e.fail("out_of_range", "算出的日期超出范围，结果为空")
	}
	return val{typ: v.typ, i: n.Int64()}
}

var (
	firstDay = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix() / 86400
	lastDay  = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC).Unix() / 86400
)

func join(e *env, parts ...string) val {
	s, n := "", 0
	for _, p := range parts {
		if n += utf8.RuneCountInString(p); n > maxText {
			return e.fail("too_long", "算出的文字太长，结果为空")
		}
		s += p
	}
	return textVal(s)
}
