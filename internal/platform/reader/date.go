package reader

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// CivilDate is a day of the calendar, without time and zone.
type CivilDate struct {
	Year  int
	Month time.Month
	Day   int
}

// String gives YYYY-MM-DD.
func (d CivilDate) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// In gives the instant at which the day starts in zone.
func (d CivilDate) In(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}

// DateOrder says which of month and day a date such as 3/4/2026 puts first.
type DateOrder uint8

const (
	OrderUnknown DateOrder = iota // refuse what can be read both ways
	MonthFirst
	DayFirst
)

const dateHint = "请写成 2026-11-24"

// Date reads a day: 2026-11-24, 2026/11/24, 2026.11.24, 2026年11月24日,
// 20261124, 24 Nov 2026, and 11/24/2026 where only one order is possible.
// Years have four digits, 1900 to 2199. Serial numbers of spreadsheets are
// refused, as their day depends on the file they came from.
func Date(text string) (CivilDate, error) { return DateIn(text, OrderUnknown) }

// DateIn is Date with the order that the column is known to use.
func DateIn(text string, order DateOrder) (CivilDate, error) {
	d, err := readDate(Fold(text), order)
	if err != nil {
		return CivilDate{}, err.date(text)
	}
	return d, nil
}

// OrderOf tells from a column's cells which order its slashed dates use: the
// one that some cell proves. It is unknown when none or both are proved.
func OrderOf(cells []string) DateOrder {
	month, day := false, false
	for _, cell := range cells {
		head, _, _ := strings.Cut(Fold(cell), " ")
		p := strings.FieldsFunc(head, func(r rune) bool { return r == '/' || r == '-' || r == '.' })
		if len(p) != 3 || len(p[2]) != 4 || !allDigits(p[0]) || !allDigits(p[1]) {
			continue
		}
		a, _ := strconv.Atoi(p[0])
		b, _ := strconv.Atoi(p[1])
		month = month || b > 12 && a <= 12
		day = day || a > 12 && b <= 12
	}
	switch {
	case month && !day:
		return MonthFirst
	case day && !month:
		return DayFirst
	}
	return OrderUnknown
}

// date puts the text in front of the reason.
func (e *Error) date(text string) error {
	return refuse(e.Code, quote(text)+e.Message, e.Hint)
}

var (
	errDate       = refuse("date_unreadable", "不是日期", dateHint)
	errNoSuchDay  = refuse("date_impossible", "这一天不存在", "请核对年、月、日")
	errAmbiguous  = refuse("date_ambiguous", "的月和日分不清先后", "请写成 2026-03-04 这样的年月日顺序")
	errSerial     = refuse("date_serial", "是表格软件的日期序号", "请在表格里把这一列设为日期格式 2026-11-24 后重新导出")
	errDateLength = refuse("date_unreadable", "太长，不是日期", dateHint)
)

func readDate(s string, order DateOrder) (CivilDate, *Error) {
	if s == "" {
		return CivilDate{}, refuse("date_empty", "日期是空的", dateHint)
	}
	if len(s) > 60 {
		return CivilDate{}, errDateLength
	}
	if i := strings.IndexAny(s, "星周"); i > 0 && (strings.HasPrefix(s[i:], "星期") || strings.HasPrefix(s[i:], "周")) {
		s = strings.TrimRight(s[:i], " (,")
	}
	if whole, _, _ := strings.Cut(s, "."); len(whole) == 5 && allDigits(strings.ReplaceAll(s, ".", "")) && strings.Count(s, ".") < 2 {
		return CivilDate{}, errSerial
	}
	if len(s) == 8 && allDigits(s) {
		return makeDate(s[:4], s[4:6], s[6:])
	}
	s = strings.NewReplacer("年", "-", "月", "-", "日", "", "号", "").Replace(s)
	if d, ok, err := namedMonth(s); ok || err != nil {
		return d, err
	}
	p := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '-' || r == '.' })
	if len(p) != 3 || strings.Count(s, "/")+strings.Count(s, "-")+strings.Count(s, ".") != 2 {
		return CivilDate{}, errDate
	}
	for i := range p {
		if p[i] = strings.TrimSpace(p[i]); !allDigits(p[i]) {
			return CivilDate{}, errDate
		}
	}
	switch {
	case len(p[0]) == 4 && len(p[1]) <= 2 && len(p[2]) <= 2:
		return makeDate(p[0], p[1], p[2])
	case len(p[2]) == 4 && len(p[0]) <= 2 && len(p[1]) <= 2:
		return slashed(p[0], p[1], p[2], order)
	case len(p[0]) <= 2 && len(p[1]) <= 2 && len(p[2]) <= 2:
		return CivilDate{}, refuse("date_short_year", "的年份只有两位", dateHint)
	}
	return CivilDate{}, errDate
}

func slashed(a, b, year string, order DateOrder) (CivilDate, *Error) {
	first, _ := strconv.Atoi(a)
	second, _ := strconv.Atoi(b)
	switch {
	case order == MonthFirst, order == OrderUnknown && (second > 12 || first == second):
		return makeDate(year, a, b)
	case order == DayFirst, first > 12:
		return makeDate(year, b, a)
	}
	return CivilDate{}, errAmbiguous
}

// namedMonth reads 24 Nov 2026 and November 24, 2026.
func namedMonth(s string) (CivilDate, bool, *Error) {
	p := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == '-' })
	if len(p) != 3 {
		return CivilDate{}, false, nil
	}
	for _, at := range [2]int{0, 1} {
		name := strings.ToLower(strings.TrimSuffix(p[at], "."))
		if len(name) < 3 {
			continue
		}
		for m := time.January; m <= time.December; m++ {
			full := strings.ToLower(m.String())
			if name == full || name == full[:3] {
				d, err := makeDate(p[2], strconv.Itoa(int(m)), p[1-at])
				return d, err == nil, err
			}
		}
	}
	return CivilDate{}, false, nil
}

func makeDate(year, month, day string) (CivilDate, *Error) {
	if !allDigits(year) || !allDigits(month) || !allDigits(day) || len(year) != 4 || len(month) > 2 || len(day) > 2 {
		return CivilDate{}, errDate
	}
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	if y < 1900 || y > 2199 {
		return CivilDate{}, refuse("date_year", "的年份不在 1900 到 2199 之间", dateHint)
	}
	if m < 1 || m > 12 || d < 1 || d > time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day() {
		return CivilDate{}, errNoSuchDay
	}
	return CivilDate{Year: y, Month: time.Month(m), Day: d}, nil
}
