package reader

import (
	"math"
	"strings"
)

// part is one end of a range or a single amount.
type part struct {
	value    int64
	number   number
	currency string
}

// cutRange splits "5-8万" at its sign; a minus at the very front is none.
func cutRange(s string) (left, right string, ok bool) {
	for _, sep := range [...]string{"--", "-", "~", "到", "至", " to ", "…"} {
		from := 0
		if sep == "-" && strings.HasPrefix(s, "-") {
			from = 1
		}
		if i := strings.Index(s[from:], sep); i > 0 || i == 0 && from > 0 {
			i += from
			if rest, code := cutCurrency(s[:i], false); rest == "" && code != "" {
				continue // ¥-5 is negative
			}
			return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+len(sep):]), true
		}
	}
	return s, "", false
}

var errReversed = refuse("amount_range_reversed", "区间的下限大于上限", "请把小的写在前面并写明单位，例如 5万-8万")

// readRange fills m from both ends.
func readRange(m *Money, left, right string) *Error {
	if left == "" || right == "" || strings.HasPrefix(left, "-") || strings.HasPrefix(right, "-") {
		return errNumber
	}
	a, err := readOne(left)
	if err != nil {
		return err
	}
	b, err := readOne(right)
	if err != nil {
		return err
	}
	if a.currency != "" && b.currency != "" && a.currency != b.currency {
		return refuse("amount_currency", "区间两端的币种不同", "请用同一种货币")
	}
	if a.value, err = sharedUnit(a, b); err != nil {
		return err
	}
	if a.value > b.value {
		return errReversed
	}
	m.Low, m.High, m.HasLow, m.HasHigh = a.value, b.value, true, true
	m.Currency = a.currency
	if m.Currency == "" {
		m.Currency = b.currency
	}
	return nil
}

// sharedUnit gives the left end's value. A left end without unit takes the right
// end's: 5-8万 is 50,000 to 80,000, 三到五千万 is 30 to 50 million; one with small
// units takes 万 and 亿 (十五至二十万). It does not where that would turn the range
// around (5000-1万); if it then comes out below a hundred, the range is refused.
func sharedUnit(left, right part) (int64, *Error) {
	shares := [2]int{right.number.top, right.number.big}
	switch {
	case left.number.big > 0:
		return left.value, nil
	case left.number.unit:
		shares[0] = right.number.big
	}
	if shares[0] == 0 || left.value == 0 {
		return left.value, nil
	}
	for _, share := range shares {
		n := left.number
		n.exp += share
		if v, err := n.scaled(2); err == nil && v <= right.value && share > 0 {
			return v, nil
		}
	}
	if left.value < 100*100 {
		return 0, errReversed
	}
	return left.value, nil
}

// readOne reads one amount with its currency and sign.
func readOne(s string) (part, *Error) {
	var p part
	s = strings.TrimSpace(s)
	s, negative := strings.CutPrefix(s, "-")
	s, before := cutCurrency(strings.TrimSpace(s), false)
	if !negative {
		if rest, ok := strings.CutPrefix(s, "-"); ok && before != "" {
			s, negative = rest, true
		}
	}
	s, _ = cutAnySuffix(strings.TrimSpace(s), "整", "正")
	whole, minor, err := cutMinor(s)
	if err != nil {
		return p, err
	}
	whole, after := cutCurrency(strings.TrimSpace(whole), true)
	if after == "CNY" && before != "" { // USD 5000元: 元 is any unit
		after = ""
	}
	if before != "" && after != "" && before != after {
		return p, refuse("amount_currency", "写了两种货币", "请只写一种货币")
	}
	if p.currency = before; p.currency == "" {
		p.currency = after
	}
	whole = englishUnit(strings.TrimSpace(whole))
	p.number, err = parseNumber(whole)
	if err != nil {
		return p, err
	}
	if p.value, err = p.number.scaled(2); err != nil {
		return p, err
	}
	if p.value > math.MaxInt64-minor {
		return p, errTooLarge
	}
	p.value += minor
	if negative {
		p.value = -p.value
	}
	return p, nil
}

func englishUnit(s string) string {
	for _, u := range [...][2]string{{"thousand", "k"}, {"million", "m"}, {"mio", "m"}} {
		if rest, ok := strings.CutSuffix(s, u[0]); ok {
			return strings.TrimSpace(rest) + u[1]
		}
	}
	return s
}

// cutMinor takes 角 and 分 off the end: 5元5角, 柒角捌分. The rest keeps 元.
func cutMinor(s string) (rest string, fen int64, err *Error) {
	for _, u := range [...]struct {
		name string
		fen  int64
	}{{"分", 1}, {"角", 10}, {"毛", 10}} {
		head, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		digits := strings.LastIndexAny(head, "元圆块角毛")
		cut := 0
		if digits >= 0 {
			_, size := lastRune(head[digits:])
			cut = digits + size
		}
		n, err := parseNumber(strings.TrimPrefix(head[cut:], "零"))
		if err != nil {
			return "", 0, err
		}
		v, err := n.scaled(0)
		if err != nil || v > 9 {
			return "", 0, errNumber
		}
		fen += v * u.fen
		s = head[:cut]
		if s == "" {
			s = "0元"
		}
	}
	return s, fen, nil
}

// lastRune gives the first rune of text and its size.
func lastRune(text string) (rune, int) {
	for i, r := range text {
		return r, i + len(string(r))
	}
	return 0, 0
}

// cutCurrency takes a currency word off the front or the end.
func cutCurrency(s string, end bool) (rest, code string) {
	for again := true; again; {
		again = false
		for _, c := range currencies {
			var ok bool
			var r string
			if end {
				r, ok = strings.CutSuffix(s, c.word)
			} else {
				r, ok = strings.CutPrefix(s, c.word)
			}
			if !ok || code != "" && c.code != code {
				continue
			}
			s, code, again = strings.Trim(r, " :"), c.code, true
			break
		}
	}
	return s, code
}

type currency struct{ word, code string }

// currencies lists the words by which currencies are written, longer before
// shorter where one ends another. Read only.
var currencies = [...]currency{
	{"人民币", "CNY"}, {"rmb", "CNY"}, {"cny", "CNY"}, {"yuan", "CNY"}, {"¥", "CNY"},
	{"us$", "USD"}, {"hk$", "HKD"}, {"nt$", "TWD"}, {"s$", "SGD"}, {"a$", "AUD"}, {"c$", "CAD"}, {"$", "USD"},
	{"usd", "USD"}, {"hkd", "HKD"}, {"twd", "TWD"}, {"sgd", "SGD"}, {"aud", "AUD"}, {"cad", "CAD"},
	{"eur", "EUR"}, {"€", "EUR"}, {"gbp", "GBP"}, {"£", "GBP"}, {"jpy", "JPY"}, {"krw", "KRW"}, {"inr", "INR"},
	{"₹", "INR"}, {"aed", "AED"}, {"sar", "SAR"}, {"thb", "THB"}, {"vnd", "VND"}, {"myr", "MYR"}, {"idr", "IDR"},
	{"rub", "RUB"}, {"chf", "CHF"}, {"dollars", "USD"}, {"euros", "EUR"},
	{"新加坡元", "SGD"}, {"新台币", "TWD"}, {"台币", "TWD"}, {"港币", "HKD"}, {"港元", "HKD"}, {"美元", "USD"},
	{"美金", "USD"}, {"欧元", "EUR"}, {"英镑", "GBP"}, {"日元", "JPY"}, {"韩元", "KRW"}, {"澳元", "AUD"},
	{"加元", "CAD"}, {"卢比", "INR"}, {"迪拉姆", "AED"}, {"泰铢", "THB"}, {"卢布", "RUB"}, {"林吉特", "MYR"},
	{"越南盾", "VND"}, {"瑞郎", "CHF"},
	{"块钱", "CNY"}, {"元", "CNY"}, {"圆", "CNY"}, {"块", "CNY"},
}
