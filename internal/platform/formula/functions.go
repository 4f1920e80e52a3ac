package formula

import (
	"math/big"
	"strings"
	"time"
	"unicode/utf8"
)

var logic = []*function{
	{Names: []string{"if", "如果"}, Usage: "if(条件, 成立时, 不成立时)", Help: "条件成立给第二项，否则给第三项；省略第三项时为空", Group: "逻辑", least: 2, most: 3,
		check: func(c *checker, n *node) Type {
			c.want(n.kids[0], Bool)
			return c.same(n.kids[1:])
		},
		eval: func(e *env, a []*node) val {
			switch {
			case a[0].eval(e).yes():
				return a[1].eval(e)
			case len(a) == 3:
				return a[2].eval(e)
			}
			return empty
		}},
	{Names: []string{"and", "且"}, Usage: "and(条件1, 条件2, …)", Help: "所有条件都成立；也可写 条件1 且 条件2", Group: "逻辑", least: 1, most: -1, check: gives(Bool, Bool),
		eval: func(e *env, a []*node) val {
			for _, k := range a {
				if !k.eval(e).yes() {
					return boolVal(false)
				}
			}
			return boolVal(true)
		}},
	{Names: []string{"or", "或"}, Usage: "or(条件1, 条件2, …)", Help: "至少一个条件成立；也可写 条件1 或 条件2", Group: "逻辑", least: 1, most: -1, check: gives(Bool, Bool),
		eval: func(e *env, a []*node) val {
			for _, k := range a {
				if k.eval(e).yes() {
					return boolVal(true)
				}
			}
			return boolVal(false)
		}},
	{Names: []string{"isempty", "为空"}, Usage: "isempty(字段)", Help: "字段没有填写", Group: "逻辑", least: 1, most: 1, check: func(*checker, *node) Type { return Bool },
		eval: func(e *env, a []*node) val { return boolVal(a[0].eval(e).empty()) }},
	{Names: []string{"coalesce", "默认值"}, Usage: "coalesce(值1, 值2, …)", Help: "第一个不为空的值", Group: "逻辑", least: 1, most: -1, check: func(c *checker, n *node) Type { return c.same(n.kids) },
		eval: func(e *env, a []*node) val {
			for _, k := range a {
				if v := k.eval(e); !v.empty() {
					return v
				}
			}
			return empty
		}},
}

// rounding makes a function of a number and, optionally, its digits.
func rounding(f func(x *big.Rat) *big.Int) func(*env, []*node) val {
	return strict(func(e *env, v []val) val {
		digits := int64(0)
		if len(v) > 1 {
			digits = v[1].whole()
		}
		if digits < -12 || digits > 8 {
			return e.fail("out_of_range", "小数位数为 -12 到 8，结果为空")
		}
		by := new(big.Rat).SetInt(pow10(int(max(digits, -digits))))
		x := new(big.Rat)
		if digits < 0 {
			x.Quo(v[0].n, by)
			return numVal(x.Mul(new(big.Rat).SetInt(f(x)), by))
		}
		x.Mul(v[0].n, by)
		return numVal(x.Quo(new(big.Rat).SetInt(f(x)), by))
	})
}

func floor(x *big.Rat) *big.Int {
	q, m := new(big.Int).DivMod(x.Num(), x.Denom(), new(big.Int)) // Euclidean: m is never negative
	_ = m
	return q
}

// pick makes a function that goes over numbers, dates or times and passes over empty ones.
func pick(better func(order int) bool) func(*env, []*node) val {
	return func(e *env, args []*node) val {
		best := empty
		for _, a := range args {
			v := a.eval(e)
			if !v.empty() && (best.empty() || better(compare(e, v, best))) {
				best = v
			}
		}
		return best
	}
}

func ordered(c *checker, n *node) Type {
	for _, k := range n.kids {
		c.want(k, Number, Date, DateTime)
	}
	return c.same(n.kids)
}

var numbers = []*function{
	{Names: []string{"round", "四舍五入"}, Usage: "round(数, 小数位)", Help: "四舍五入；省略小数位时取整数", Group: "数字", least: 1, most: 2, check: gives(Number, Number), eval: rounding(func(x *big.Rat) *big.Int { return scaled(x, 0) })},
	{Names: []string{"floor", "向下取整"}, Usage: "floor(数, 小数位)", Help: "不大于它的最大的数", Group: "数字", least: 1, most: 2, check: gives(Number, Number), eval: rounding(floor)},
	{Names: []string{"ceil", "向上取整"}, Usage: "ceil(数, 小数位)", Help: "不小于它的最小的数", Group: "数字", least: 1, most: 2, check: gives(Number, Number),
		eval: rounding(func(x *big.Rat) *big.Int {
			n := floor(new(big.Rat).Neg(x))
			return n.Neg(n)
		})},
	{Names: []string{"abs", "绝对值"}, Usage: "abs(数)", Help: "去掉负号", Group: "数字", least: 1, most: 1, check: gives(Number, Number), eval: strict(func(_ *env, v []val) val { return numVal(new(big.Rat).Abs(v[0].n)) })},
	{Names: []string{"mod", "取余"}, Usage: "mod(数, 除数)", Help: "整除后的余数", Group: "数字", least: 2, most: 2, check: gives(Number, Number),
		eval: strict(func(e *env, v []val) val {
			if v[1].n.Sign() == 0 {
				return e.fail("division_by_zero", "除数为零，结果为空")
			}
			q := new(big.Rat).SetInt(floor(new(big.Rat).Quo(v[0].n, v[1].n)))
			return numVal(q.Sub(v[0].n, q.Mul(q, v[1].n)))
		})},
	{Names: []string{"min", "最小"}, Usage: "min(值1, 值2, …)", Help: "最小的数或最早的日期；空的不计", Group: "数字", least: 1, most: -1, check: ordered, eval: pick(func(o int) bool { return o < 0 })},
	{Names: []string{"max", "最大"}, Usage: "max(值1, 值2, …)", Help: "最大的数或最晚的日期；空的不计", Group: "数字", least: 1, most: -1, check: ordered, eval: pick(func(o int) bool { return o > 0 })},
	{Names: []string{"sum", "合计"}, Usage: "sum(数1, 数2, …)", Help: "相加；空的不计，都空时为空", Group: "数字", least: 1, most: -1, check: gives(Number, Number),
		eval: func(e *env, args []*node) val {
			total := empty
			for _, a := range args {
				if v := a.eval(e); !v.empty() {
					if total.empty() {
						total = numVal(new(big.Rat))
					}
					total.n.Add(total.n, v.n)
				}
			}
			return total
		}},
}

func cut(left bool) func(*env, []*node) val {
	return strict(func(_ *env, v []val) val {
		r := []rune(v[0].s)
		n := int(max(0, min(int64(len(r)), v[1].whole())))
		if left {
			return textVal(string(r[:n]))
		}
		return textVal(string(r[len(r)-n:]))
	})
}

var texts = []*function{
	{Names: []string{"concat", "拼接"}, Usage: "concat(值1, 值2, …)", Help: "连成一段文字；空的不计", Group: "文字", least: 1, most: -1,
		check: func(c *checker, n *node) Type {
			for _, k := range n.kids {
				if k.typ == Set || k.typ == Ref {
					c.want(k, Text)
				}
			}
			return Text
		},
		eval: func(e *env, args []*node) val {
			var parts []string
			for _, a := range args {
				if v := a.eval(e); !v.empty() {
					parts = append(parts, v.text(e))
				}
			}
			return join(e, parts...)
		}},
	{Names: []string{"text", "转文字"}, Usage: "text(值)", Help: "把数字、日期写成文字", Group: "文字", least: 1, most: 1, check: func(c *checker, n *node) Type {
		c.want(n.kids[0], Text, Number, Bool, Date, DateTime)
		return Text
	}, eval: strict(func(e *env, v []val) val { return textVal(v[0].text(e)) })},
	{Names: []string{"length", "字数"}, Usage: "length(文字)", Help: "有多少个字；多选时是选了几项", Group: "文字", least: 1, most: 1,
		check: func(c *checker, n *node) Type {
			c.want(n.kids[0], Text, Set)
			return Number
		},
		eval: func(e *env, args []*node) val {
			v := args[0].eval(e)
			if v.typ == Set {
				return intVal(int64(strings.Count(v.s, "|") - 1))
			}
			return intVal(int64(utf8.RuneCountInString(v.s)))
		}},
	{Names: []string{"contains", "包含"}, Usage: "contains(文字, 片段)", Help: "文字里有这个片段；多选里选了这一项", Group: "文字", least: 2, most: 2,
		check: func(c *checker, n *node) Type {
			c.want(n.kids[0], Text, Set)
			c.want(n.kids[1], Text)
			if n.kids[0].typ == Set {
				c.option(n.kids[0], n.kids[1])
			}
			return Bool
		},
		eval: func(e *env, args []*node) val {
			in, part := args[0].eval(e), args[1].eval(e)
			if in.empty() || part.empty() {
				return boolVal(false)
			}
			if in.typ == Set {
				return boolVal(strings.Contains(in.s, "|"+part.s+"|"))
			}
			return boolVal(strings.Contains(in.s, part.s))
		}},
	{Names: []string{"startswith", "开头是"}, Usage: "startswith(文字, 片段)", Help: "文字以这个片段开头", Group: "文字", least: 2, most: 2, check: gives(Bool, Text),
		eval: func(e *env, args []*node) val {
			in, part := args[0].eval(e), args[1].eval(e)
			return boolVal(!in.empty() && !part.empty() && strings.HasPrefix(in.s, part.s))
		}},
	{Names: []string{"left", "左取"}, Usage: "left(文字, 字数)", Help: "开头的几个字", Group: "文字", least: 2, most: 2, check: gives(Text, Text, Number), eval: cut(true)},
	{Names: []string{"right", "右取"}, Usage: "right(文字, 字数)", Help: "末尾的几个字", Group: "文字", least: 2, most: 2, check: gives(Text, Text, Number), eval: cut(false)},
}

func part(f func(day time.Time) int64) func(*env, []*node) val {
	return strict(func(e *env, v []val) val { return intVal(f(time.Unix(v[0].day(e)*86400, 0).UTC())) })
}

var times = []*function{
	{Names: []string{"days", "相差天数"}, Usage: "days(从, 到)", Help: "从一天到另一天的天数，按日历日算", Group: "日期", least: 2, most: 2, check: gives(Number, DateTime),
		eval: strict(func(e *env, v []val) val { return intVal(v[1].day(e) - v[0].day(e)) })},
	{Names: []string{"addmonths", "加月"}, Usage: "addmonths(日期, 月数)", Help: "几个月之后的同一天；那个月没有这一天时取月末", Group: "日期", least: 2, most: 2, check: gives(Date, DateTime, Number),
		eval: strict(func(e *env, v []val) val {
			n := v[1].whole()
			if n < -120_000 || n > 120_000 {
				return e.fail("out_of_range", "算出的日期超出范围，结果为空")
			}
			y, m, d := time.Unix(v[0].day(e)*86400, 0).UTC().Date()
			first := time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
			last := first.AddDate(0, 1, -1).Day()
			day := first.AddDate(0, 0, min(d, last)-1).Unix() / 86400
			return shifted(e, val{typ: Date, i: day}, new(big.Int))
		})},
	{Names: []string{"date", "日期"}, Usage: "date(年, 月, 日)", Help: "组成一个日期；date(时间) 取那一天", Group: "日期", least: 1, most: 3,
		check: func(c *checker, n *node) Type {
			if len(n.kids) == 1 {
				c.want(n.kids[0], DateTime)
				return Date
			}
			if len(n.kids) == 2 {
				c.issue(n.at, "wrong_arguments", "“date”要年、月、日三个数", "写作 date(2026, 11, 24)")
			}
			return gives(Date, Number)(c, n)
		},
		eval: strict(func(e *env, v []val) val {
			if len(v) == 1 {
				return val{typ: Date, i: v[0].day(e)}
			}
			y, m, d := v[0].whole(), v[1].whole(), v[2].whole()
			day := time.Date(int(max(0, min(10_000, y))), time.Month(max(0, min(13, m))), int(max(0, min(32, d))), 0, 0, 0, 0, time.UTC)
			if int64(day.Year()) != y || int64(day.Month()) != m || int64(day.Day()) != d || y < 1 || y > 9999 {
				return e.fail("no_such_day", "没有这一天，结果为空")
			}
			return val{typ: Date, i: day.Unix() / 86400}
		})},
	{Names: []string{"year", "年"}, Usage: "year(日期)", Help: "年份", Group: "日期", least: 1, most: 1, check: gives(Number, DateTime), eval: part(func(d time.Time) int64 { return int64(d.Year()) })},
	{Names: []string{"quarter", "季度"}, Usage: "quarter(日期)", Help: "第几季度，1 到 4", Group: "日期", least: 1, most: 1, check: gives(Number, DateTime), eval: part(func(d time.Time) int64 { return int64(d.Month()+2) / 3 })},
	{Names: []string{"month", "月"}, Usage: "month(日期)", Help: "月份，1 到 12", Group: "日期", least: 1, most: 1, check: gives(Number, DateTime), eval: part(func(d time.Time) int64 { return int64(d.Month()) })},
	{Names: []string{"day", "日"}, Usage: "day(日期)", Help: "几号，1 到 31", Group: "日期", least: 1, most: 1, check: gives(Number, DateTime), eval: part(func(d time.Time) int64 { return int64(d.Day()) })},
	{Names: []string{"weekday", "星期"}, Usage: "weekday(日期)", Help: "星期几，1 是周一，7 是周日", Group: "日期", least: 1, most: 1, check: gives(Number, DateTime), eval: part(func(d time.Time) int64 { return int64(d.Weekday()+6)%7 + 1 })},
}
