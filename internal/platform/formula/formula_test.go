package formula

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var shanghai = time.FixedZone("CST", 8*3600)

func day(s string) int64 {
	d, _ := time.Parse(time.DateOnly, s)
	return d.Unix() / 86400
}

// deal is what the formulas of the tests may name.
var deal = []Operand{
	{Name: "budget", Title: "预算", Type: Number, Scale: 2},
	{Name: "rate", Title: "成交率", Type: Number, Scale: 4},
	{Name: "count", Title: "数量", Aliases: []string{"件数"}, Type: Number},
	{Name: "name", Title: "客户 名称", Type: Text},
	{Name: "stage", Title: "阶段", Type: Text, Options: []string{"新建", "赢单"}, Option: func(s string) (string, bool) {
		label := map[string]string{"new": "新建", "新建": "新建", "won": "赢单", "赢单": "赢单"}[s]
		return label, label != ""
	}, Label: func(s string) string { return map[string]string{"new": "新建", "won": "赢单"}[s] }},
	{Name: "from", Title: "开始", Type: Date},
	{Name: "until", Title: "结束", Type: Date},
	{Name: "at", Title: "见面", Type: DateTime},
	{Name: "likes", Title: "兴趣", Type: Set},
	{Name: "ok", Title: "已确认", Type: Bool},
	{Name: "owner", Title: "负责人", Unfit: "它指向别的记录"},
	{Name: "twin_a", Title: "同名", Type: Number}, {Name: "twin_b", Title: "同名", Type: Number},
	{Name: "none", Title: "没填", Type: Number},
}

var filled = map[string]any{"budget": int64(12_345_67), "rate": int64(3333), "count": int64(7), "name": "苏州启明", "stage": "won", "from": day("2026-01-31"), "until": day("2026-03-01"),
	"at": time.Date(2026, 11, 24, 1, 30, 0, 0, shanghai).UnixMilli(), "likes": "|课程|软件|", "ok": int64(1)}

func value(i int) any { return filled[deal[i].Name] }

var money = Result{Type: Number, Scale: 2}

func TestFormulas(t *testing.T) {
	t.Parallel()
	text, boolean, date, whole := Result{Type: Text}, Result{Type: Bool}, Result{Type: Date}, Result{Type: Number}
	for _, x := range []struct {
		text   string
		result Result
		want   any
		hint   string
	}{
		{"预算 * 成交率", money, int64(4114_81), ""}, // 12345.67 × 0.3333 = 4114.811811
		{"budget*rate", Result{Type: Number, Scale: 4}, int64(4114_8118), ""},
		{"预算（ ＋ 1", money, nil, "!incomplete"},
		{"（预算＋１）×２", money, int64(24693_34), ""},
		{"0.1 + 0.2", Result{Type: Number, Scale: 8}, int64(30_000_000), ""},
		{"1 / 3 * 3", money, int64(100), ""},
		{"0.005", money, int64(1), ""}, {"-0.005", money, int64(-1), ""}, {"0.0049999", money, int64(0), ""},
		{"2 + 3 * 4", whole, int64(14), ""}, {"-(2 - 5)", whole, int64(3), ""}, {"10 / 4", whole, int64(3), ""}, {"5万 + 1亿 * 1%", whole, int64(1_050_000), ""},
		{"预算 / (数量 - 7)", money, nil, "division_by_zero"},
		{"没填 + 1", money, nil, ""}, {"没填 > 1", boolean, nil, ""}, {"if(没填 > 1, 1, 2)", whole, int64(2), ""}, {"sum(没填, 1, 2)", whole, int64(3), ""}, {"sum(没填)", whole, nil, ""},
		{"min(没填, 3, 2)", whole, int64(2), ""}, {"最大(开始, 结束)", date, day("2026-03-01"), ""}, {"coalesce(没填, 9)", whole, int64(9), ""}, {"isempty(没填) 且 非 为空(预算)", boolean, int64(1), ""},
		{"没填 == 空", boolean, int64(1), ""}, {"预算 <> null", boolean, int64(1), ""},
		{"如果(预算 ≥ 1万, \"大\", \"小\")", text, "大", ""}, {"if(阶段 = \"won\", \"赢\", \"未\")", text, "赢", ""}, {"concat(阶段, \"-\", {客户 名称}, \"-\", 件数)", text, "赢单-苏州启明-7", ""},
		{"if(ok = true and count in_ 3, 1, 2)", whole, nil, "!unreadable"},
		{"days(开始, 结束)", whole, int64(29), ""}, {"结束 - 开始", whole, int64(29), ""}, {"开始 + 1", date, day("2026-02-01"), ""}, {"加月(开始, 1)", date, day("2026-02-28"), ""},
		{"date(见面)", date, day("2026-11-24"), ""}, {"year(见面) * 100 + month(见面)", whole, int64(202611), ""}, {"weekday(开始)", whole, int64(6), ""}, {"季度(见面)", whole, int64(4), ""},
		{"日期(2026, 2, 30)", date, nil, "no_such_day"}, {"date(2024, 2, 29)", date, day("2024-02-29"), ""},
		{"见面 - 开始 > 297", boolean, int64(1), ""}, {"date(见面) = date(2026,11,24)", boolean, int64(1), ""},
		{"length(客户名称)", whole, int64(4), ""}, {"length(兴趣)", whole, int64(2), ""}, {"contains(兴趣, \"软件\") or false", boolean, int64(1), ""}, {"contains(兴趣, \"软\")", boolean, int64(0), ""}, {"包含(客户名称, '启明')", boolean, int64(1), ""},
		{"left(客户名称, 2) + right(客户名称, 1)", text, "苏州明", ""}, {"left(客户名称, 0)", text, nil, ""},
		{"round(2.5) + round(-2.5)", whole, int64(0), ""}, {"round(1234.567, -2)", whole, int64(1200), ""}, {"floor(-1.5)", whole, int64(-2), ""}, {"ceil(-1.5)", whole, int64(-1), ""}, {"mod(7, 3) + mod(-7, 3)", whole, int64(3), ""},
		{"9223372036854775807 * 10", whole, nil, "out_of_range"}, {"开始 + 99999999", date, nil, "out_of_range"},
		{"if(true, concat(预算), \"\")", text, "12345.67", ""}, {"见面", text, "2026-11-24 01:30", ""}, {"ok", text, "是", ""},
	} {
		p, _, issues := Compile(x.text, deal, x.result)
		if code, wrong := strings.CutPrefix(x.hint, "!"); wrong {
			if assert.NotEmpty(t, issues, x.text) {
				assert.Equal(t, code, issues[0].Code, x.text)
			}
			continue
		}
		if !assert.Empty(t, issues, x.text) {
			continue
		}
		got, hint := p.Eval(value, shanghai)
		assert.Equal(t, x.want, got, x.text)
		if x.hint == "" {
			assert.Nil(t, hint, x.text)
		} else if assert.NotNil(t, hint, x.text) {
			assert.Equal(t, x.hint, hint.Code, x.text)
		}
	}
}

// TestIssues: what is wrong is said at its place, with the nearest name.
func TestIssues(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		text, code   string
		line, column int
		hint         string
	}{
		{"预算 * 成交律", "unknown_name", 1, 6, "是否指“成交率”？"},
		{"1 +\n  buget", "unknown_name", 2, 3, "是否指“budget”？"},
		{"rond(预算)", "unknown_function", 1, 1, "是否指“round”？"},
		{"预算 + 负责人", "unfit_operand", 1, 6, ""},
		{"同名 + 1", "ambiguous_name", 1, 1, "请写字段名：twin_a、twin_b"},
		{"预算 + \"a\"", "wrong_type", 1, 6, "拼接用 concat(…)"},
		{"if(预算, 1, 2)", "wrong_type", 1, 4, "写一个比较，例如 预算 > 5万"},
		{"阶段 = \"赢單\"", "off_list", 1, 6, "是否指“赢单”？"},
		{"round()", "wrong_arguments", 1, 1, "写作 round(数, 小数位)"},
		{"预算 +", "incomplete", 1, 5, ""},
		{"(预算", "incomplete", 1, 4, ""},
		{"预算)", "unreadable", 1, 3, ""},
		{"\"预算", "open_quote", 1, 1, ""},
		{"{预算", "open_bracket", 1, 1, ""},
		{"预算 % 3", "unknown_sign", 1, 4, ""},
		{"1.2.3", "bad_number", 1, 1, ""}, {"3a", "bad_number", 1, 1, ""},
		{"预算 / 0", "division_by_zero", 1, 6, ""},
		{"客户名称", "wrong_result", 1, 1, ""},
		{"now()", "unknown_function", 1, 1, ""}, {"预算.name", "unknown_name", 1, 1, ""},
		{"", "empty_formula", 1, 1, ""},
		{strings.Repeat("(", 100) + "1" + strings.Repeat(")", 100), "too_deep", 1, 31, ""},
		{"1" + strings.Repeat("+1", 500), "too_costly", 1, 1, ""},
		{strings.Repeat("1", 3000), "too_long", 1, 2001, ""},
		{"-" + strings.Repeat("-", 190) + "1", "too_deep", 0, 0, ""},
		{"date(2026, 1)", "wrong_arguments", 1, 1, ""},
		{"预算 = 阶段", "wrong_type", 1, 4, ""},
	} {
		_, _, issues := Compile(x.text, deal, money)
		if !assert.NotEmpty(t, issues, x.text) {
			continue
		}
		assert.Equal(t, x.code, issues[0].Code, "%.40s: %+v", x.text, issues)
		if x.line > 0 {
			assert.Equal(t, [2]int{x.line, x.column}, [2]int{issues[0].Line, issues[0].Column}, "%.40s", x.text)
		}
		if x.hint != "" {
			assert.Equal(t, x.hint, issues[0].Hint, x.text)
		}
	}
}

// TestExact: sums and products of any amounts are those of whole cents, rounded once, half away from zero.
func TestExact(t *testing.T) {
	t.Parallel()
	p, _, issues := Compile("(预算 + 数量) * 成交率", deal, money)
	require.Empty(t, issues)
	rapid.Check(t, func(rt *rapid.T) {
		v := map[string]int64{"budget": rapid.Int64Range(-1e15, 1e15).Draw(rt, "b"), "count": rapid.Int64Range(-1e6, 1e6).Draw(rt, "c"), "rate": rapid.Int64Range(-10_000, 10_000).Draw(rt, "r")}
		got, hint := p.Eval(func(i int) any { return v[deal[i].Name] }, time.UTC)
		if hint != nil {
			rt.Fatal(hint)
		}
		x := new(big.Int).Mul(big.NewInt(v["budget"]+100*v["count"]), big.NewInt(v["rate"])) // in 1/10,000 of a cent
		q, rest := new(big.Int).QuoRem(x, big.NewInt(10_000), new(big.Int))
		if rest.CmpAbs(big.NewInt(5_000)) >= 0 {
			q.Add(q, big.NewInt(int64(x.Sign())))
		}
		if got != any(q.Int64()) {
			rt.Fatalf("%v is %v, want %v", v, got, q)
		}
	})
}

// TestEveryFunctionIsOffered: each has a name in both languages, a usage that begins with it, and help.
func TestEveryFunctionIsOffered(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range Functions() {
		assert.Len(t, f.Names, 2)
		assert.True(t, strings.HasPrefix(f.Usage, f.Name+"("), f.Name)
		assert.NotEmpty(t, f.Help+f.Group)
		for _, n := range f.Names {
			assert.False(t, seen[n], n)
			seen[n] = true
			assert.Equal(t, fold(n), n)
		}
	}
}

// FuzzCompile: any text is refused at a place inside it, or computes without a panic, within the limits.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{"预算 * 成交率", "if(a=1,\"x\",'y')", "（１＋２）×３", "{客户 名称}+\"a\"", "1/0", "((((", "5万%", "not not true", "a.b.c", "concat(兴趣)", "\x00", "\xff", "days(开始,结束)-1", "min(开始, 见面)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range []Result{money, {Type: Text}, {Type: Bool}, {Type: Date}, {Type: DateTime}, {}} {
			p, _, issues := Compile(text, deal, r)
			if (p == nil) != (len(issues) > 0) {
				t.Fatalf("program %v, issues %v", p != nil, issues)
			}
			for _, i := range issues {
				if i.Line < 1 || i.Column < 1 || i.Line > 1+strings.Count(text, "\n") || i.Column > len([]rune(text))+1 || i.Message == "" {
					t.Fatalf("%+v", i)
				}
			}
			if p == nil {
				continue
			}
			for _, get := range []func(int) any{value, func(int) any { return nil }} {
				v, _ := p.Eval(get, shanghai)
				switch v.(type) {
				case nil, string, int64:
				default:
					t.Fatalf("%T", v)
				}
			}
		}
	})
}
