package condition

import (
	"testing"
	"time"
)

func TestPeriodRange(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		zone, now string
		p         Period
		from, to  string // local, the first instant after
		words     string
	}{
		{"Asia/Shanghai", "2026-11-24T04:00:00Z", Period{Last: 30, Unit: "day"}, "2026-10-26 00:00", "2026-11-25 00:00", "近30天"},
		{"Asia/Shanghai", "2026-11-23T16:00:00Z", Period{This: "day"}, "2026-11-24 00:00", "2026-11-25 00:00", "今天"},
		{"Asia/Shanghai", "2026-11-23T15:59:59.999Z", Period{This: "day"}, "2026-11-23 00:00", "2026-11-24 00:00", "今天"},
		{"Asia/Shanghai", "2026-11-22T15:59:59Z", Period{This: "week"}, "2026-11-16 00:00", "2026-11-23 00:00", "本周"}, // a Sunday night
		{"Asia/Shanghai", "2026-11-22T16:00:00Z", Period{This: "week"}, "2026-11-23 00:00", "2026-11-30 00:00", "本周"},
		{"Asia/Shanghai", "2026-11-24T04:00:00Z", Period{Last: 2, Unit: "week"}, "2026-11-16 00:00", "2026-11-30 00:00", "近2周"},
		{"Asia/Shanghai", "2026-01-05T04:00:00Z", Period{Previous: "week"}, "2025-12-29 00:00", "2026-01-05 00:00", "上周"},
		{"Asia/Shanghai", "2026-01-31T04:00:00Z", Period{Previous: "month"}, "2025-12-01 00:00", "2026-01-01 00:00", "上个月"},
		{"Asia/Shanghai", "2028-03-31T04:00:00Z", Period{Last: 2, Unit: "month"}, "2028-02-01 00:00", "2028-04-01 00:00", "近2个月"},
		{"Asia/Shanghai", "2026-02-10T04:00:00Z", Period{Previous: "quarter"}, "2025-10-01 00:00", "2026-01-01 00:00", "上个季度"},
		{"Asia/Shanghai", "2026-11-24T04:00:00Z", Period{This: "quarter"}, "2026-10-01 00:00", "2027-01-01 00:00", "本季度"},
		{"Asia/Shanghai", "2026-11-24T04:00:00Z", Period{Previous: "year"}, "2025-01-01 00:00", "2026-01-01 00:00", "去年"},
		{"Asia/Shanghai", "2026-11-24T04:00:00Z", Period{Next: 7, Unit: "day"}, "2026-11-24 00:00", "2026-12-01 00:00", "未来7天"},
		{"Asia/Shanghai", "2026-11-24T04:05:00Z", Period{Previous: "hour"}, "2026-11-24 11:00", "2026-11-24 12:00", "上一小时"},
		{"America/New_York", "2026-11-01T16:00:00Z", Period{This: "day"}, "2026-11-01 00:00", "2026-11-02 00:00", "今天"}, // 25 hours
		{"Asia/Kathmandu", "2026-11-23T18:14:59Z", Period{This: "day"}, "2026-11-23 00:00", "2026-11-24 00:00", "今天"},
		{"Asia/Shanghai", "2026-11-24T04:00:00Z", Period{From: "2026-02-01", To: "2026-02-28"}, "2026-02-01 00:00", "2026-03-01 00:00", "2026-02-01 至 2026-02-28"},
	} {
		zone, err := time.LoadLocation(x.zone)
		if err != nil {
			t.Fatal(err)
		}
		now, err := time.Parse(time.RFC3339Nano, x.now)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.p.check(); err != nil {
			t.Errorf("%+v: %v", x.p, err)
		}
		from, to := x.p.Range(now, zone)
		const layout = "2006-01-02 15:04"
		if f, u := from.In(zone).Format(layout), to.In(zone).Format(layout); f != x.from || u != x.to || x.p.Words() != x.words {
			t.Errorf("%s %s %+v: %s – %s %s", x.zone, x.now, x.p, f, u, x.p.Words())
		}
	}
}

func TestPeriodRollsByHour(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	p := Period{Last: 24, Unit: "hour"}
	from, to := p.Range(now, time.UTC)
	if from != now.Add(-24*time.Hour) || to != now.Add(time.Millisecond) {
		t.Errorf("%s – %s", from, to)
	}
}

// TestWithinFollowsTheClock: the span kept from one evaluation is dropped at midnight and in another zone.
func TestWithinFollowsTheClock(t *testing.T) {
	t.Parallel()
	w, e := readVectors(t).world(t)
	c := mustCompile(t, Leaf("visited_at", "within", map[string]any{"this": "day"}).mustRoundTrip(t), w.scope(t))
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		now  string
		zone *time.Location
		want string
	}{
		{"2026-11-24T15:59:59.999Z", nil, "l1 l2"}, {"2026-11-24T16:00:00Z", nil, "l3"}, {"2026-11-24T15:59:59.999Z", nil, "l1 l2"}, {"2026-11-24T16:00:00Z", newYork, "l2 l3"},
	} {
		e.Now, _ = time.Parse(time.RFC3339Nano, x.now)
		e.Zone = x.zone
		if got := w.inMemory(t, c, e); got != x.want {
			t.Errorf("%s in %v: [%s], want [%s]", x.now, x.zone, got, x.want)
		}
	}
	day := mustCompile(t, Leaf("visited_at", "eq", "2026-11-24"), w.scope(t))
	e.Zone = newYork
	if got := w.inMemory(t, day, e); got != "l2 l3" {
		t.Errorf("a civil day in another zone: [%s]", got)
	}
}

func (n *Node) mustRoundTrip(t *testing.T) *Node {
	t.Helper()
	raw, err := n.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return mustParse(t, raw)
}
