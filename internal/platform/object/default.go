package object

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"baton/internal/platform/definition"
)

// The references that a default may name besides being a constant: who makes the record, the present day or instant with a span added, and
// the unit of the record's owner. Written {"ref": "today", "add": 7, "unit": "day"}.
const (
	RefMe        = "me"
	RefToday     = "today"
	RefNow       = "now"
	RefOwnerUnit = "owner.org_unit"
)

var defaultRefs = []string{RefMe, RefToday, RefNow, RefOwnerUnit}

var spanUnits = []string{"minute", "hour", "day", "week", "month", "year"}

// mostSpans bounds what may be added to the present time.
const mostSpans = 10_000

// DefaultRef reads a default that is a reference; ok is false for a constant.
func (f *Field) DefaultRef() (ref string, add int, unit string, ok bool) {
	m, is := f.Default.(map[string]any)
	if !is {
		return "", 0, "", false
	}
	ref, _ = m["ref"].(string)
	unit, _ = m["unit"].(string)
	switch n := m["add"].(type) {
	case float64:
		add = int(n)
	case json.Number:
		i, _ := n.Int64() // checked when it was published
		add = int(i)
	}
	return ref, add, unit, true
}

// checkDefault says what is wrong with a default that is a reference; an empty code when nothing is.
func (f *Field) checkDefault(m map[string]any) (code, message, hint string) {
	ref, add, unit, _ := f.DefaultRef()
	shape, timed := f.Type.Shape(), ref == RefToday || ref == RefNow
	for key := range m {
		if key != "ref" && (!timed || key != "add" && key != "unit") {
			return "unknown_key", "默认值里没有“" + key + "”这一项", definition.Suggest(key, []string{"ref", "add", "unit"})
		}
	}
	whole := true
	if n, is := m["add"].(float64); is {
		whole = n == float64(int(n))
	} else if _, given := m["add"]; given {
		whole = false
	}
	switch {
	case !slices.Contains(defaultRefs, ref):
		return "unknown_ref", "默认值不能引用“" + ref + "”", definition.Suggest(ref, defaultRefs) + "可用：" + strings.Join(defaultRefs, "、")
	case ref == RefMe && f.TargetOf() != "person":
		return "bad_default", "“me”是人员，“" + f.Title.ZH + "”不是人员字段", ""
	case ref == RefOwnerUnit && f.TargetOf() != "org_unit":
		return "bad_default", "“owner.org_unit”是组织，“" + f.Title.ZH + "”不是组织字段", ""
	case ref == RefToday && shape != DateShape && shape != InstantShape, ref == RefNow && shape != InstantShape:
		return "bad_default", "“" + ref + "”不能作“" + f.Title.ZH + "”的默认值", "today 用于日期和时间，now 只用于时间"
	case !whole || add > mostSpans || add < -mostSpans:
		return "out_of_range", "add 是 -10000 到 10000 的整数", ""
	case add != 0 && !slices.Contains(spanUnits, unit):
		return "bad_unit", "没有“" + unit + "”这种时间单位", "可用：" + strings.Join(spanUnits, "、")
	case ref == RefToday && (unit == "minute" || unit == "hour"):
		return "bad_unit", "today 不能加分钟或小时", "改用 now，或加天数"
	}
	return "", "", ""
}

// DefaultTime is the value of a default that reads the present time.
func (f *Field) DefaultTime(e *Env, now time.Time) any {
	ref, add, unit, _ := f.DefaultRef()
	t := now.In(e.Zone)
	if ref == RefToday {
		t = time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, e.Zone)
	}
	switch unit {
	case "minute":
		t = t.Add(time.Duration(add) * time.Minute)
	case "hour":
		t = t.Add(time.Duration(add) * time.Hour)
	case "week":
		t = t.AddDate(0, 0, 7*add)
	case "month", "year":
		months := add
		if unit == "year" {
			months = 12 * add
		}
		first := time.Date(t.Year(), t.Month()+time.Month(months), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), e.Zone)
		t = first.AddDate(0, 0, min(t.Day(), first.AddDate(0, 1, -1).Day())-1)
	default:
		t = t.AddDate(0, 0, add)
	}
	if f.Type.Shape() == DateShape {
		return DayOf(t, e.Zone)
	}
	return t.UnixMilli()
}
