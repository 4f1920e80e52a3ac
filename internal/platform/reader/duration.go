package reader

import (
	"math"
	"strings"
	"time"
)

const durationHint = "请写时长和单位，例如 3天2小时、72h 或 30分钟"

// durationUnits are tried in order; longer words stand first. A day is 24 hours.
// Read only.
var durationUnits = [...]struct {
	word string
	unit time.Duration
}{
	{"weeks", 7 * 24 * time.Hour}, {"week", 7 * 24 * time.Hour}, {"星期", 7 * 24 * time.Hour}, {"周", 7 * 24 * time.Hour},
	{"days", 24 * time.Hour}, {"day", 24 * time.Hour}, {"天", 24 * time.Hour}, {"日", 24 * time.Hour},
	{"hours", time.Hour}, {"hour", time.Hour}, {"hrs", time.Hour}, {"hr", time.Hour}, {"个小时", time.Hour}, {"小时", time.Hour}, {"个钟头", time.Hour}, {"时", time.Hour},
	{"minutes", time.Minute}, {"minute", time.Minute}, {"mins", time.Minute}, {"min", time.Minute}, {"分钟", time.Minute}, {"分", time.Minute},
	{"seconds", time.Second}, {"second", time.Second}, {"secs", time.Second}, {"sec", time.Second}, {"秒钟", time.Second}, {"秒", time.Second},
	{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second},
}

// Duration reads "3天2小时", "72h", "1d12h", "30分钟", "半小时". Units must go
// from larger to smaller; months and years are refused, as their length varies.
func Duration(text string) (time.Duration, error) {
	s := dropSpaces(strings.ToLower(Fold(text)))
	if s == "" {
		return 0, refuse("duration_empty", "时长是空的", durationHint)
	}
	if strings.ContainsAny(s, "月年") {
		return 0, refuse("duration_varies", quote(text)+"的长度不固定", "请用周、天、小时或分钟")
	}
	unreadable := refuse("duration_unreadable", quote(text)+"不是时长", durationHint)
	if allDigits(s) {
		return 0, refuse("duration_no_unit", quote(text)+"没有单位", durationHint)
	}
	var total, last time.Duration = 0, math.MaxInt64
	for s != "" {
		at, size, unit := nextUnit(s)
		if at <= 0 || unit >= last {
			return 0, unreadable
		}
		var v int64
		if s[:at] == "半" || s[:at] == "半个" {
			v = int64(unit) / 2
		} else {
			n, err := parseNumber(strings.TrimSuffix(s[:at], "个"))
			if err != nil {
				return 0, unreadable
			}
			seconds := int64(unit / time.Second)
			n9, err := n.scaled(9) // a billionth of the unit
			if err != nil || n9 != 0 && n9 > math.MaxInt64/seconds {
				whole, err := n.scaled(0)
				if err != nil || whole > math.MaxInt64/int64(unit) {
					return 0, refuse("duration_too_long", quote(text)+"太长", "请写短于 292 年的时长")
				}
				v = whole * int64(unit)
			} else {
				v = n9 * seconds
			}
		}
		if int64(total) > math.MaxInt64-v {
			return 0, refuse("duration_too_long", quote(text)+"太长", "请写短于 292 年的时长")
		}
		total += time.Duration(v)
		s, last = s[at+size:], unit
	}
	return total, nil
}

// nextUnit finds the first unit word of s.
func nextUnit(s string) (at, size int, unit time.Duration) {
	at = -1
	for _, u := range durationUnits {
		if i := strings.Index(s, u.word); i >= 0 && (at < 0 || i < at) {
			at, size, unit = i, len(u.word), u.unit
		}
	}
	return at, size, unit
}
