package reader

import (
	"strconv"
	"strings"
	"time"
)

const timeHint = "请写成 2026-11-24 10:30 或 2026-11-24T10:30:00+08:00"

// DateTime reads an instant: a date as Date reads it, then optionally a time of
// day (10:30, 10:30:15.250, 10点30分, 下午3:05, 3:05 PM) and an offset (Z,
// +08:00). Without offset it is taken in zone; without time it is the day's
// start. 14 digits (20261124103000) are read too.
func DateTime(text string, zone *time.Location) (time.Time, error) {
	return DateTimeIn(text, zone, OrderUnknown)
}

// DateTimeIn is DateTime with the date order that the column is known to use.
func DateTimeIn(text string, zone *time.Location, order DateOrder) (time.Time, error) {
	s := Fold(text)
	if len(s) == 14 && allDigits(s) {
		s = s[:8] + " " + s[8:10] + ":" + s[10:12] + ":" + s[12:]
	}
	day, clock := splitClock(s)
	d, err := readDate(day, order)
	if err != nil {
		return time.Time{}, err.date(text)
	}
	if clock == "" {
		return d.In(zone), nil
	}
	clock, zone, err = cutOffset(clock, zone)
	if err != nil {
		return time.Time{}, err.date(text)
	}
	of, err := timeOfDay(clock)
	if err != nil {
		return time.Time{}, err.date(text)
	}
	h, m := of/time.Hour, of%time.Hour/time.Minute
	return time.Date(d.Year, d.Month, d.Day, int(h), int(m), int(of%time.Minute/time.Second), int(of%time.Second), zone), nil
}

var errTime = refuse("time_unreadable", "的时间部分读不出", timeHint)

// splitClock finds where the date ends.
func splitClock(s string) (day, clock string) {
	if len(s) > 10 && (s[10] == 'T' || s[10] == 't') && isDigit(s[9]) {
		return s[:10], s[11:]
	}
	colon := strings.IndexByte(s, ':')
	if colon < 0 {
		colon = strings.IndexAny(s, "点时")
	}
	if colon < 0 {
		return s, ""
	}
	for _, w := range [...]string{"凌晨", "早上", "上午", "中午", "下午", "晚上"} {
		if i := strings.Index(s[:colon], w); i >= 0 {
			return strings.TrimSpace(s[:i]), s[i:]
		}
	}
	i := colon
	for i > 0 && isDigit(s[i-1]) {
		i--
	}
	return strings.TrimSpace(s[:i]), s[i:]
}

// cutOffset takes Z, +08:00, +0800 or UTC off the end.
func cutOffset(s string, zone *time.Location) (string, *time.Location, *Error) {
	if zone == nil {
		zone = time.UTC
	}
	if rest, ok := cutAnySuffix(s, "Z", "z", "UTC", "GMT"); ok {
		return strings.TrimSpace(rest), time.UTC, nil
	}
	i := strings.LastIndexAny(s, "+-")
	if i < 0 {
		return s, zone, nil
	}
	digits := strings.ReplaceAll(s[i+1:], ":", "")
	if len(digits) == 2 {
		digits += "00"
	}
	if len(digits) != 4 || !allDigits(digits) {
		return "", nil, errTime
	}
	h, _ := strconv.Atoi(digits[:2])
	m, _ := strconv.Atoi(digits[2:])
	if h > 14 || m > 59 {
		return "", nil, errTime
	}
	seconds := h*3600 + m*60
	if s[i] == '-' {
		seconds = -seconds
	}
	return strings.TrimSpace(s[:i]), time.FixedZone("", seconds), nil
}

// timeOfDay reads a clock time as the duration since midnight.
func timeOfDay(s string) (time.Duration, *Error) {
	s = strings.ToLower(strings.TrimSpace(s))
	half := 0 // 1 morning, 2 afternoon, 3 noon
	var ok bool
	if s, ok = cutAnyPrefix(s, "凌晨", "早上", "上午"); ok {
		half = 1
	} else if s, ok = cutAnyPrefix(s, "下午", "晚上"); ok {
		half = 2
	} else if s, ok = cutAnyPrefix(s, "中午"); ok {
		half = 3
	} else if s, ok = cutAnySuffix(s, "am", "a.m."); ok {
		half = 1
	} else if s, ok = cutAnySuffix(s, "pm", "p.m."); ok {
		half = 2
	}
	if rest, ok := strings.CutSuffix(s, "半"); ok && strings.HasSuffix(rest, "点") {
		s = rest + "30"
	}
	s = strings.NewReplacer("点整", ":00", "点", ":", "时", ":", "分", ":", "秒", "", " ", "").Replace(s)
	s = strings.TrimSuffix(s, ":")
	if !strings.Contains(s, ":") {
		s += ":00"
	}
	p := strings.Split(s, ":")
	if len(p) > 3 {
		return 0, errTime
	}
	var total time.Duration
	for i, unit := range [...]time.Duration{time.Hour, time.Minute, time.Second} {
		if i >= len(p) {
			break
		}
		part, fraction := p[i], ""
		if i == 2 {
			part, fraction, _ = strings.Cut(part, ".")
		}
		if !allDigits(part) || len(part) > 2 || fraction != "" && (!allDigits(fraction) || len(fraction) > 9) {
			return 0, errTime
		}
		n, _ := strconv.Atoi(part)
		if i == 0 {
			if half != 0 && n > 12 && half == 1 {
				return 0, errTime
			}
			if half == 1 && n == 12 {
				n = 0
			} else if (half == 2 || half == 3) && n < 12 && (half == 2 || n < 3) {
				n += 12
			}
			if n > 23 {
				return 0, errTime
			}
		} else if n > 59 {
			return 0, errTime
		}
		total += time.Duration(n) * unit
		if fraction != "" {
			f, _ := strconv.Atoi((fraction + "000000000")[:9])
			total += time.Duration(f)
		}
	}
	return total, nil
}
