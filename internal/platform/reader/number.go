package reader

import (
	"math"
	"strings"
	"unicode/utf8"
)

// number is an exact decimal: mantissa × 10^exp, mantissa ≥ 0.
type number struct {
	mantissa int64
	exp      int
	unit     bool // a unit such as 万 or k was written
	top      int  // power of its units from 百 up, as far as the other end of a range may share them: 7 in 5千万
	big      int  // power of its units from 万 up
}

var (
	errNumber      = refuse("number_unreadable", "读不出数字", "请写成阿拉伯数字，例如 1200 或 1.5万")
	errVague       = refuse("number_vague", "数字不确定", "请写成一个数或一个区间，例如 30万 或 30-40万")
	errSeparator   = refuse("number_separator", "千位分隔符位置不对", "请每三位一个逗号，例如 350,000，或不写逗号")
	errTooLarge    = refuse("number_too_large", "数字太大", "请检查是否多写了单位或零")
	errShorthand   = refuse("number_ambiguous", "单位后面的数字有两种读法", "请写全，例如 3.05万 或 3万零500")
	errNotExact    = refuse("number_not_exact", "小数位太多", "请减少小数位")
	errExponential = refuse("number_exponential", "不接受科学计数法", "请写出完整的数字，例如 100000")
)

// scaled gives the value × 10^scale, exactly.
func (n number) scaled(scale int) (int64, *Error) {
	m, e := n.mantissa, n.exp+scale
	if m == 0 {
		return 0, nil
	}
	for ; e > 0; e-- {
		if m > math.MaxInt64/10 {
			return 0, errTooLarge
		}
		m *= 10
	}
	for ; e < 0; e++ {
		if m%10 != 0 {
			return 0, errNotExact
		}
		m /= 10
	}
	return m, nil
}

type tokenKind uint8

const (
	tokenNumber tokenKind = iota // Arabic number, perhaps with decimals
	tokenDigit                   // one Chinese digit
	tokenZero                    // 零 or 〇
	tokenPoint                   // 点
	tokenUnit                    // 十 百 千 万 亿 k w m
)

type token struct {
	kind     tokenKind
	mantissa int64
	exp      int
	length   int // digits written, for Arabic numbers
}

// maxTokens is more than the longest sensible number needs
// (玖仟玖佰玖拾玖亿… has 32).
const maxTokens = 48

// parseNumber reads a whole folded, lower-case text as one number without sign.
func parseNumber(text string) (number, *Error) {
	var room [maxTokens]token
	tokens, err := tokenize(text, room[:0])
	if err != nil {
		return number{}, err
	}
	if len(tokens) == 0 {
		return number{}, errNumber
	}
	if n, ok, err := digitString(tokens); ok || err != nil {
		return n, err
	}
	for i, t := range tokens {
		if t.kind == tokenPoint {
			return pointNumber(tokens[:i], tokens[i+1:])
		}
	}
	if tokens[0].kind <= tokenDigit && onlyUnits(tokens[1:]) {
		return multiply(tokens[0].mantissa, tokens[0].exp, tokens[1:])
	}
	return composite(tokens)
}

func tokenize(text string, out []token) ([]token, *Error) {
	for i := 0; i < len(text); {
		if len(out) == maxTokens {
			return nil, errNumber
		}
		c := text[i]
		if isDigit(c) || c == '.' {
			end := i
			for end < len(text) && (isDigit(text[end]) || text[end] == '.' || text[end] == ',' ||
				text[end] == ' ' && end+1 < len(text) && isDigit(text[end+1])) {
				end++
			}
			t, err := arabic(text[i:end])
			if err != nil {
				return nil, err
			}
			if end < len(text) && text[end] == 'e' {
				return nil, errExponential
			}
			out = append(out, t)
			i = end
			continue
		}
		if c == ' ' {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		t, ok := wordToken(r)
		if !ok {
			if r == '几' || r == '数' || r == '若' {
				return nil, errVague
			}
			return nil, errNumber
		}
		out = append(out, t)
		i += size
	}
	return out, nil
}

func wordToken(r rune) (token, bool) {
	digit := func(n int64) (token, bool) { return token{kind: tokenDigit, mantissa: n, length: 1}, true }
	unit := func(exp int) (token, bool) { return token{kind: tokenUnit, exp: exp}, true }
	switch r {
	case '零', '〇':
		return token{kind: tokenZero}, true
	case '点':
		return token{kind: tokenPoint}, true
	case '一', '壹', '幺':
		return digit(1)
	case '二', '贰', '两', '俩', '貳', '兩':
		return digit(2)
	case '三', '叁', '參':
		return digit(3)
	case '四', '肆':
		return digit(4)
	case '五', '伍':
		return digit(5)
	case '六', '陆', '陸':
		return digit(6)
	case '七', '柒':
		return digit(7)
	case '八', '捌':
		return digit(8)
	case '九', '玖':
		return digit(9)
	case '十', '拾':
		return unit(1)
	case '百', '佰':
		return unit(2)
	case '千', '仟', 'k':
		return unit(3)
	case '万', '萬', 'w':
		return unit(4)
	case 'm':
		return unit(6)
	case '亿', '億':
		return unit(8)
	}
	return token{}, false
}

// arabic reads digits with thousands separators and at most one decimal point.
func arabic(text string) (token, *Error) {
	text = strings.TrimRight(text, " ")
	whole, fraction, hasPoint := strings.Cut(text, ".")
	if hasPoint && !allDigits(fraction) || whole == "" && !hasPoint {
		return token{}, errNumber
	}
	comma, space := strings.Contains(whole, ","), strings.Contains(whole, " ")
	if comma && space {
		return token{}, errSeparator
	}
	if comma || space {
		sep := byte(',')
		if space {
			sep = ' '
		}
		if !groupedByThree(whole, sep) {
			return token{}, errSeparator
		}
		whole = strings.ReplaceAll(whole, string(sep), "")
	}
	t := token{kind: tokenNumber, length: len(whole)}
	fraction = strings.TrimRight(fraction, "0")
	t.exp = -len(fraction)
	for _, part := range [2]string{whole, fraction} {
		for i := 0; i < len(part); i++ {
			d := int64(part[i] - '0')
			if t.mantissa > (math.MaxInt64-d)/10 {
				return token{}, errTooLarge
			}
			t.mantissa = t.mantissa*10 + d
		}
	}
	return t, nil
}

func groupedByThree(text string, sep byte) bool {
	run, first := 0, true
	for i := 0; i < len(text); i++ {
		if text[i] != sep {
			run++
			continue
		}
		if first && (run == 0 || run > 3) || !first && run != 3 {
			return false
		}
		run, first = 0, false
	}
	return run == 3
}

// digitString reads 五零零零, digits written one after the other without units.
func digitString(tokens []token) (number, bool, *Error) {
	if len(tokens) == 1 && tokens[0].kind == tokenZero {
		return number{}, true, nil
	}
	if len(tokens) < 2 {
		return number{}, false, nil
	}
	zero := false
	for _, t := range tokens {
		if t.kind != tokenDigit && t.kind != tokenZero {
			return number{}, false, nil
		}
		zero = zero || t.kind == tokenZero
	}
	if len(tokens) == 2 && !zero {
		return number{}, false, errVague // 三四 means three or four
	}
	var n number
	for _, t := range tokens {
		if n.mantissa > (math.MaxInt64-t.mantissa)/10 {
			return number{}, false, errTooLarge
		}
		n.mantissa = n.mantissa*10 + t.mantissa
	}
	return n, true, nil
}

// pointNumber reads 十二点五万.
func pointNumber(whole, rest []token) (number, *Error) {
	n, err := composite(whole)
	if err != nil {
		return number{}, err
	}
	if n.exp != 0 {
		return number{}, errNumber
	}
	i := 0
	for ; i < len(rest) && (rest[i].kind == tokenDigit || rest[i].kind == tokenZero); i++ {
		if n.mantissa > (math.MaxInt64-9)/10 {
			return number{}, errTooLarge
		}
		n.mantissa = n.mantissa*10 + rest[i].mantissa
	}
	if i == 0 || !onlyUnits(rest[i:]) {
		return number{}, errNumber
	}
	return multiply(n.mantissa, -i, rest[i:])
}

func onlyUnits(tokens []token) bool {
	for _, t := range tokens {
		if t.kind != tokenUnit {
			return false
		}
	}
	return true
}

// multiply applies units such as 千万 to one number; they must grow.
func multiply(mantissa int64, exp int, units []token) (number, *Error) {
	n := number{mantissa: mantissa, exp: exp, unit: len(units) > 0}
	last := 0
	for _, u := range units {
		if u.exp <= last {
			return number{}, errNumber
		}
		last = u.exp
		n.exp += u.exp
		if u.exp > 1 {
			n.top += u.exp
		}
		if u.exp >= 4 {
			n.big += u.exp
		}
	}
	return n, nil
}
