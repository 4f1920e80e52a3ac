package formula

import (
	"math/big"
	"strings"
	"time"
	"unicode/utf8"
)

// val is a value on the way. The zero val is empty.
type val struct {
	typ Type // Unknown: empty
	n   *big.Rat
	s   string
	i   int64 // day, milliseconds, 0 or 1
}

var empty = val{}

func (v val) empty() bool { return v.typ == Unknown }

func textVal(s string) val {
	if s == "" {
		return empty
	}
	return val{typ: Text, s: s}
}

func boolVal(b bool) val {
	if b {
		return val{typ: Bool, i: 1}
	}
	return val{typ: Bool}
}

func numVal(n *big.Rat) val { return val{typ: Number, n: n} }
func intVal(n int64) val    { return numVal(new(big.Rat).SetInt64(n)) }

// yes tells that a condition holds; an empty one does not.
func (v val) yes() bool { return v.typ == Bool && v.i != 0 }

type env struct {
	get  func(int) any
	zone *time.Location
	hint *Hint
}

// fail gives empty and says why; the first reason counts.
func (e *env) fail(code, message string) val {
	if e.hint == nil {
		e.hint = &Hint{code, message}
	}
	return empty
}

const dayMillis = 24 * 60 * 60 * 1000

// day is the calendar day of a date or time.
func (v val) day(e *env) int64 {
	if v.typ == Date {
		return v.i
	}
	y, m, d := time.UnixMilli(v.i).In(e.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// milli is the instant of a time, or at which a date begins.
func (v val) milli(e *env) int64 {
	if v.typ == DateTime {
		return v.i
	}
	y, m, d := time.Unix(v.i*86400, 0).UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, e.zone).UnixMilli()
}

// read turns a stored operand into a value.
func (o *Operand) read(stored any) val {
	switch x := stored.(type) {
	case int64:
		if o.Type == Number {
			if o.Scale == 0 {
				return intVal(x)
			}
			return numVal(new(big.Rat).SetFrac(big.NewInt(x), pow10(o.Scale)))
		}
		return val{typ: o.Type, i: x}
	case string:
		if o.Label != nil {
			x = o.Label(x)
		}
		if x != "" {
			return val{typ: o.Type, s: x}
		}
	}
	return empty
}

var powers = func() (out [20]*big.Int) {
	for i := range out {
		out[i] = new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(i)), nil)
	}
	return out
}()

func pow10(n int) *big.Int { return powers[n] }

// scaled rounds x by 10^scale to the nearest integer, halves away from zero.
func scaled(x *big.Rat, scale int) *big.Int {
	num := new(big.Int).Mul(x.Num(), pow10(scale))
	negative := num.Sign() < 0
	num.Abs(num)
	num.Lsh(num, 1)
	num.Add(num, x.Denom())
	num.Quo(num, new(big.Int).Lsh(x.Denom(), 1))
	if negative {
		num.Neg(num)
	}
	return num
}

// store gives the value as it is kept.
func (v val) store(r Result, e *env) (any, *Hint) {
	if v.empty() {
		return nil, nil
	}
	switch r.Type {
	case Number:
		n := scaled(v.n, r.Scale)
		if !n.IsInt64() {
			return nil, &Hint{"out_of_range", "算出的数超出能保存的范围，结果为空"}
		}
		return n.Int64(), nil
	case Text:
		s := strings.TrimSpace(v.text(e))
		limit := r.Max
		if limit <= 0 {
			limit = 1000
		}
		if utf8.RuneCountInString(s) > limit {
			return nil, &Hint{"too_long", "算出的文字太长，结果为空"}
		}
		if s == "" {
			return nil, nil
		}
		return s, nil
	case Date:
		return v.day(e), nil
	case DateTime:
		return v.milli(e), nil
	}
	return v.i, nil
}

// text writes a value; a fraction has at most 8 digits.
func (v val) text(e *env) string {
	switch v.typ {
	case Number:
		n := scaled(v.n, 8)
		negative := n.Sign() < 0
		s := new(big.Int).Abs(n).String()
		if len(s) <= 8 {
			s = strings.Repeat("0", 9-len(s)) + s
		}
		s = strings.TrimSuffix(strings.TrimRight(s[:len(s)-8]+"."+s[len(s)-8:], "0"), ".")
		if negative && s != "0" {
			s = "-" + s
		}
		return s
	case Bool:
		if v.i != 0 {
			return "是"
		}
		return "否"
	case Date:
		return time.Unix(v.i*86400, 0).UTC().Format("2006-01-02")
	case DateTime:
		return time.UnixMilli(v.i).In(e.zone).Format("2006-01-02 15:04")
	}
	return v.s
}
