package reader

import "strings"

// Money is an amount of money, exact, in hundredths of the currency's main unit
// (fen for yuan). A single amount has Low = High; a range lacks the end that
// was not given.
type Money struct {
	Low, High       int64
	HasLow, HasHigh bool
	Currency        string // ISO 4217 as written; "" when none was written
	Approx          bool   // 约, 左右, 余: the writer did not mean it exactly
}

// Single tells whether one amount was written, not a range.
func (m Money) Single() bool { return m.HasLow && m.HasHigh && m.Low == m.High }

// Value is the one figure that stands for the amount where one is needed, as in
// budget bands: the amount itself; the middle of a closed range, rounded down to
// a whole hundredth, because neither end is more likely than the other; the
// given bound of an open one, because nothing beyond it was said.
func (m Money) Value() int64 {
	switch {
	case m.HasLow && m.HasHigh:
		return m.Low + (m.High-m.Low)/2
	case m.HasLow:
		return m.Low
	default:
		return m.High
	}
}

const amountHint = "请写成金额，例如 20万、350,000 或 5-8万"

// Amount reads money as people write it: "20万", "￥350,000", "5w", "十二万五",
// "5-8万", "10万以上", "约10万", "USD 5000". A leading minus is taken for a
// single amount. It refuses with an *Error what names no amount (面议), what can
// be read in two ways, fractions of a hundredth and overflow.
func Amount(text string) (Money, error) {
	if v, ok := plainInteger(text); ok {
		return Money{Low: v * 100, High: v * 100, HasLow: true, HasHigh: true}, nil
	}
	m, err := readAmount(text)
	if err != nil {
		return Money{}, err.amount(text)
	}
	return m, nil
}

// plainInteger is the short way for the commonest cell: up to 15 digits.
func plainInteger(text string) (int64, bool) {
	if len(text) > 15 || !allDigits(text) {
		return 0, false
	}
	var v int64
	for i := 0; i < len(text); i++ {
		v = v*10 + int64(text[i]-'0')
	}
	return v, true
}

// amount gives number errors the code and words of money.
func (e *Error) amount(text string) error {
	if rest, ok := strings.CutPrefix(e.Code, "number_"); ok {
		hint := e.Hint
		if rest == "unreadable" {
			hint = amountHint
		}
		if rest == "not_exact" {
			hint = "金额最多精确到分（两位小数）"
		}
		return refuse("amount_"+rest, "金额"+quote(text)+"："+e.Message, hint)
	}
	return e
}

func readAmount(text string) (Money, *Error) {
	s := strings.ToLower(Fold(text))
	if s == "" {
		return Money{}, refuse("amount_empty", "金额是空的", amountHint)
	}
	if len(s) > 200 {
		return Money{}, errNumber
	}
	if bareNumber(s) {
		n, err := parseNumber(s)
		if err != nil {
			return Money{}, err
		}
		v, err := n.scaled(2)
		return Money{Low: v, High: v, HasLow: true, HasHigh: true}, err
	}
	if namesNoAmount(s) {
		return Money{}, refuse("amount_unknown", quote(text)+"没有给出金额", "请留空，或写一个金额或区间，例如 5-8万")
	}
	if strings.ContainsAny(s, "%‰") {
		return Money{}, errNumber
	}
	if strings.Contains(s, "/年") || strings.Contains(s, "/月") || strings.HasPrefix(s, "每") ||
		strings.HasSuffix(s, "每年") || strings.HasSuffix(s, "每月") || strings.HasSuffix(s, "/天") {
		return Money{}, refuse("amount_per_period", quote(text)+"是每个周期的金额", "请写总金额")
	}
	var m Money
	s, low, high := trimBounds(s, &m)
	if low && high {
		return Money{}, errVague
	}
	left, right, isRange := cutRange(s)
	if isRange {
		if low || high {
			return Money{}, errVague
		}
		err := readRange(&m, left, right)
		return m, err
	}
	one, err := readOne(s)
	if err != nil {
		return Money{}, err
	}
	m.Currency = one.currency
	m.Low, m.High, m.HasLow, m.HasHigh = one.value, one.value, !high, !low
	if low {
		m.High = 0
	}
	if high {
		m.Low = 0
	}
	return m, nil
}

// bareNumber tells whether only digits and units were written, so that no
// bounds, range or currency need be looked for.
func bareNumber(s string) bool {
	for _, r := range s {
		if (r < '0' || r > '9') && r != '.' && r != ',' && r != '万' && r != 'w' && r != 'k' && r != '千' && r != '亿' {
			return false
		}
	}
	return true
}

func namesNoAmount(s string) bool {
	switch strings.Trim(dropSpaces(s), ".!?()") {
	case "", "-", "--", "/", "面议", "待定", "看情况", "未知", "不详", "保密", "不确定", "暂无", "无", "没有",
		"未定", "待确认", "再议", "详谈", "电议", "不清楚", "tbd", "n/a", "na", "none", "null", "unknown", "negotiable":
		return true
	}
	return false
}

// trimBounds takes off labels, 约 and the words of open ranges.
func trimBounds(s string, m *Money) (rest string, low, high bool) {
	s, _ = cutAnyPrefix(s, "预算金额", "预算", "金额", "总价", "合计", "共计", "大写")
	s = strings.TrimLeft(s, ": ")
	s, _ = cutAnySuffix(s, "(含税)", "(不含税)", "(税前)", "(税后)", "(预估)", "(人民币)")
	for again := true; again; {
		again = false
		s = strings.TrimSpace(s)
		for _, cut := range boundWords {
			var ok bool
			if cut.suffix {
				s, ok = cutAnySuffix(s, cut.words...)
			} else {
				s, ok = cutAnyPrefix(s, cut.words...)
			}
			if ok {
				low, high, again = low || cut.low, high || cut.high, true
				m.Approx = m.Approx || !cut.low && !cut.high
			}
		}
	}
	// 20余万, 10多万: at least that much.
	for _, w := range [...]string{"余", "多"} {
		if i := strings.Index(s, w); i > 0 {
			s = s[:i] + s[i+len(w):]
			low, m.Approx = true, true
		}
	}
	return s, low, high
}

// boundWords are the words around an amount that open a range or make it
// approximate; longer words stand before those they contain. Read only.
var boundWords = [...]struct {
	words     []string
	suffix    bool
	low, high bool
}{
	{words: []string{"不超过", "不高于", "不多于", "不大于", "低于", "少于", "小于", "不到", "不足", "最多", "至多", "最高", "<=", "<", "≤", "≦", "up to ", "under ", "at most ", "below "}, high: true},
	{words: []string{"不少于", "不低于", "不小于", "高于", "大于", "超过", "多于", "至少", "最少", "最低", ">=", ">", "≥", "≧", "over ", "at least ", "above ", "more than "}, low: true},
	{words: []string{"大约", "大概", "约为", "约", "预计", "差不多", "接近", "将近", "~", "approximately ", "approx. ", "approx ", "about ", "around "}},
	{words: []string{"及以上", "或以上", "以上", "起步", "起", "+"}, suffix: true, low: true},
	{words: []string{"及以下", "或以下", "以内", "以下", "之内", "封顶", "内"}, suffix: true, high: true},
	{words: []string{"左右", "上下", "前后"}, suffix: true},
}
