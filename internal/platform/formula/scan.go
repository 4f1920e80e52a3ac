package formula

import (
	"fmt"
	"math/big"
	"strings"
	"unicode"
)

// token is a part of the text. What people write (full-width signs, 且, =, 5万, names of functions that the grammar reserves) becomes what
// the grammar reads; names and literals become placeholders v0, v1 …, so that no name is ever taken for a word of the grammar.
type token struct {
	from, to int    // in the text, in characters
	out      string // as the grammar reads it
	kind     tokenKind
	name     string   // of a name or function; the text of a literal
	number   *big.Rat // of a number
}

type tokenKind int

const (
	sign tokenKind = iota
	nameToken
	callToken
	numberToken
	textToken
	boolToken
	emptyToken
	openSign  // (
	closeSign // )
)

// ends tells that a value may end with the token, so that an operator follows.
func (k tokenKind) ends() bool {
	return k == nameToken || k >= numberToken && k <= emptyToken || k == closeSign
}

var signs = map[string]string{"+": "+", "-": "-", "*": "*", "/": "/", "(": "(", ")": ")", ",": ",", "<": "<", ">": ">", "=": "==", "==": "==", "!=": "!=", "<>": "!=", "<=": "<=", ">=": ">=",
	"×": "*", "÷": "/", "≠": "!=", "≤": "<=", "≥": ">=", "、": ",", "&&": "and", "||": "or", "!": "not", "−": "-", "–": "-"}

var words = map[string]string{"and": "and", "且": "and", "并且": "and", "or": "or", "或": "or", "或者": "or", "not": "not", "非": "not"}

var literals = map[string]tokenKind{"true": boolToken, "false": boolToken, "是": boolToken, "否": boolToken, "null": emptyToken, "空": emptyToken}

var quotes = map[rune]rune{'"': '"', '\'': '\'', '“': '”', '”': '”', '‘': '’', '＂': '＂', '「': '」'}

func nameRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// scan cuts the text into tokens; nil when something cannot be read.
func (c *checker) scan() []token {
	var out []token
	depth := 0
	for i := 0; i < len(c.text); {
		r := c.text[i]
		from := i
		last := token{kind: sign}
		if len(out) > 0 {
			last = out[len(out)-1]
		}
		switch {
		case unicode.IsSpace(r):
			i++
			continue
		case quotes[r] != 0:
			end := i + 1
			for end < len(c.text) && c.text[end] != quotes[r] {
				end++
			}
			if end == len(c.text) {
				c.issueAt(from, end, "open_quote", "引号没有成对", "在文字后面补上“"+string(quotes[r])+"”")
				return nil
			}
			out = append(out, token{from: from, to: end + 1, kind: textToken, name: string(c.text[i+1 : end])})
			i = end + 1
		case r == '{' || r == '[' || r == '【' || r == '｛':
			end := i + 1
			for end < len(c.text) && !strings.ContainsRune("}]】｝", c.text[end]) {
				end++
			}
			if end == len(c.text) {
				c.issueAt(from, end, "open_bracket", "字段名的括号没有成对", "例如 {预计金额}")
				return nil
			}
			out = append(out, token{from: from, to: end + 1, kind: nameToken, name: string(c.text[i+1 : end])})
			i = end + 1
		case unicode.IsDigit(r) && r < 0x80 || r >= '０' && r <= '９':
			t, ok := c.number(i)
			if !ok {
				return nil
			}
			out, i = append(out, t), t.to
		case nameRune(r):
			for i < len(c.text) && (nameRune(c.text[i]) || c.text[i] == '.' && i+1 < len(c.text) && nameRune(c.text[i+1])) {
				i++
			}
			out = append(out, c.name(from, i, last))
		default:
			s := narrow(string(r))
			if i+1 < len(c.text) {
				if two := narrow(string(c.text[i : i+2])); signs[two] != "" {
					s = two
				}
			}
			if signs[s] == "" {
				hint := "可用 + - * / ( ) , = <> < > 和函数"
				if s == "&" {
					hint = "拼接文字请用 concat(…)"
				} else if s == "%" || s == "^" {
					hint = "取余用 mod(…)，百分数写作 5%"
				}
				c.issueAt(from, from+1, "unknown_sign", "这里不能用“"+string(r)+"”", hint)
				return nil
			}
			i += len([]rune(s))
			t := token{from: from, to: i, out: signs[s]}
			switch t.out {
			case "(":
				t.kind = openSign
				depth++
			case ")":
				t.kind = closeSign
				depth--
			}
			if depth > MaxDepth {
				c.issueAt(from, i, "too_deep", fmt.Sprintf("括号嵌套超过 %d 层", MaxDepth), "拆成几个公式字段")
				return nil
			}
			out = append(out, t)
		}
	}
	return out
}

// name reads a word: an operator, a literal, a function when a bracket follows, else a field.
func (c *checker) name(from, to int, last token) token {
	t := token{from: from, to: to, kind: nameToken, name: string(c.text[from:to])}
	next := to
	for next < len(c.text) && unicode.IsSpace(c.text[next]) {
		next++
	}
	called := next < len(c.text) && (c.text[next] == '(' || c.text[next] == '（')
	word := fold(t.name)
	if out := words[word]; out != "" && (last.kind.ends() || !called || out == "not") {
		t.kind, t.out = sign, out
		return t
	}
	if kind, ok := literals[word]; ok && !called {
		t.kind, t.name = kind, word
		return t
	}
	if called {
		t.kind = callToken
	}
	return t
}

var units = map[rune]int64{'万': 1e4, '亿': 1e8}

// number reads 1,200 as two values, 1200.5, 5万 and 5%.
func (c *checker) number(from int) (token, bool) {
	to := from
	for to < len(c.text) && (unicode.IsDigit(c.text[to]) || c.text[to] == '.' || c.text[to] == '．') {
		to++
	}
	t := token{from: from, to: to, kind: numberToken, name: narrow(string(c.text[from:to]))}
	n, ok := new(big.Rat), len(t.name) <= 40
	if ok {
		_, ok = n.SetString(t.name)
	}
	if !ok {
		c.issueAt(from, to, "bad_number", "“"+string(c.text[from:min(to, from+40)])+"”不是数字", "例如 1200.5")
		return t, false
	}
	if to < len(c.text) {
		if unit := units[c.text[to]]; unit != 0 {
			n.Mul(n, new(big.Rat).SetInt64(unit))
			to++
		}
	}
	if to < len(c.text) && (c.text[to] == '%' || c.text[to] == '％') {
		n.Quo(n, big.NewRat(100, 1))
		to++
	}
	if to < len(c.text) && nameRune(c.text[to]) {
		c.issueAt(from, to+1, "bad_number", "数字后面不能直接接“"+string(c.text[to])+"”", "名称以数字开头的字段写作 {…}")
		return t, false
	}
	t.to, t.number = to, n
	return t, true
}
