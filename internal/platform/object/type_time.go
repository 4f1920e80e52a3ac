package object

import (
	"encoding/json"
	"time"

	"baton/internal/platform/reader"
)

// DayMillis is a day in milliseconds.
const DayMillis = 24 * 60 * 60 * 1000

// Date is a civil date, kept as days since 1970-01-01.
type Date struct{ numeric }

// Name of the type.
func (Date) Name() string { return "date" }

// Shape of the type.
func (Date) Shape() Shape { return DateShape }

// DayOf gives the day number of an instant in a zone.
func DayOf(t time.Time, zone *time.Location) int64 {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// DayStart gives the first instant of a day number in a zone.
func DayStart(day int64, zone *time.Location) time.Time {
	y, m, d := time.Unix(day*86400, 0).UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// Parse reads dates as people write them.
func (Date) Parse(_ *Field, _ *Env, raw any) (any, *Hint, error) {
	return parseNumber(raw, "日期", func(s string) (int64, error) {
		d, err := reader.Date(s)
		if err != nil {
			return 0, err
		}
		return d.In(time.UTC).Unix() / 86400, nil
	})
}

// JSON is 2026-11-24.
func (Date) JSON(_ *Field, _ *Env, v any) any {
	if n, ok := v.(int64); ok {
		return time.Unix(n*86400, 0).UTC().Format("2006-01-02")
	}
	return nil
}

// Words is 2026-11-24.
func (t Date) Words(f *Field, e *Env, v any) string {
	if s, ok := t.JSON(f, e, v).(string); ok {
		return s
	}
	return Dash
}

// DateTime is an instant, kept as milliseconds since 1970 UTC.
type DateTime struct{ numeric }

// Name of the type.
func (DateTime) Name() string { return "datetime" }

// Shape of the type.
func (DateTime) Shape() Shape { return InstantShape }

// RFC3339 is how instants look to programs.
const RFC3339 = "2006-01-02T15:04:05.000Z07:00"

// Instant writes milliseconds as RFC 3339 UTC.
func Instant(ms int64) string { return time.UnixMilli(ms).UTC().Format(RFC3339) }

// Parse reads RFC 3339 and local times as people write them.
func (DateTime) Parse(_ *Field, e *Env, raw any) (any, *Hint, error) {
	return parseNumber(raw, "时间", func(s string) (int64, error) {
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return t.UnixMilli(), nil
		}
		t, err := reader.DateTime(s, e.Zone)
		if err != nil {
			return 0, err
		}
		return t.UnixMilli(), nil
	})
}

// JSON is RFC 3339 in UTC.
func (DateTime) JSON(_ *Field, _ *Env, v any) any {
	if n, ok := v.(int64); ok {
		return Instant(n)
	}
	return nil
}

// Words is local time to the second.
func (DateTime) Words(_ *Field, e *Env, v any) string {
	if n, ok := v.(int64); ok {
		return time.UnixMilli(n).In(e.Zone).Format("2006-01-02 15:04:05")
	}
	return Dash
}

// Duration is a span, kept in milliseconds.
type Duration struct{ numeric }

// Name of the type.
func (Duration) Name() string { return "duration" }

// Shape of the type.
func (Duration) Shape() Shape { return NumberShape }

// Parse reads "3天2小时" or "72h"; a JSON number is milliseconds, as JSON writes it.
func (Duration) Parse(_ *Field, _ *Env, raw any) (any, *Hint, error) {
	if n, ok := raw.(json.Number); ok {
		return parseNumber(n, "时长", reader.Integer)
	}
	return parseNumber(raw, "时长", func(s string) (int64, error) {
		d, err := reader.Duration(s)
		return d.Milliseconds(), err
	})
}

// JSON is milliseconds.
func (Duration) JSON(_ *Field, _ *Env, v any) any { return numberJSON(v, 0) }

// Words is 3天2小时.
func (Duration) Words(_ *Field, _ *Env, v any) string {
	if n, ok := v.(int64); ok {
		return SpanWords(time.Duration(n) * time.Millisecond)
	}
	return Dash
}

// SpanWords writes a span by its two largest units: 3天2小时, 20小时41分, 38分, 12秒.
func SpanWords(d time.Duration) string {
	if d < 0 {
		return "-" + SpanWords(-d)
	}
	day, h, m, s := int64(d/(24*time.Hour)), int64(d/time.Hour)%24, int64(d/time.Minute)%60, int64(d/time.Second)%60
	two := func(a int64, au string, b int64, bu string) string {
		if b == 0 {
			return itoa(a) + au
		}
		return itoa(a) + au + itoa(b) + bu
	}
	switch {
	case day > 0:
		return two(day, "天", h, "小时")
	case h > 0:
		return two(h, "小时", m, "分")
	case m > 0:
		return two(m, "分", s, "秒")
	}
	return itoa(s) + "秒"
}
