package condition

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// Period is a span of time relative to now, or between two civil dates. Days, weeks (from Monday), months, quarters and years are the
// workspace's; {"last": 30, "unit": "day"} is today and the 29 days before. Hours and minutes with last and next count from now.
type Period struct {
	Last     int    `json:"last,omitempty"`
	Next     int    `json:"next,omitempty"`
	Unit     string `json:"unit,omitempty"`
	This     string `json:"this,omitempty"`
	Previous string `json:"previous,omitempty"`
	From     string `json:"from,omitempty"` // first day, 2026-11-24
	To       string `json:"to,omitempty"`   // last day, included
}

const periodHint = `例如 {"last": 30, "unit": "day"}、{"this": "month"} 或 {"previous": "week"}`

var unitWords = map[string]string{"minute": "分钟", "hour": "小时", "day": "天", "week": "周", "month": "个月", "quarter": "个季度", "year": "年"}

const mostUnits = 40_000

func periodOf(v any) (*Period, error) {
	switch p := v.(type) {
	case *Period:
		return p, p.check()
	case Period:
		return &p, p.check()
	}
	if _, ok := v.(map[string]any); !ok {
		return nil, errors.New("这里需要一个时间段")
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, errors.New("无法读取这个时间段")
	}
	p := &Period{}
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(p); err != nil {
		return nil, errors.New("无法读取这个时间段：" + err.Error())
	}
	return p, p.check()
}

func (p *Period) check() error {
	forms := 0
	for _, given := range []bool{p.Last != 0, p.Next != 0, p.This != "", p.Previous != "", p.From != "" || p.To != ""} {
		if given {
			forms++
		}
	}
	switch {
	case forms != 1:
		return errors.New("时间段要写 last、next、this、previous、from/to 之一")
	case p.Last < 0 || p.Next < 0 || p.Last > mostUnits || p.Next > mostUnits:
		return fmt.Errorf("时间段的个数为 1 到 %d", mostUnits)
	case p.From != "" || p.To != "":
		from, to, err := p.days()
		if err == nil && p.From != "" && p.To != "" && to.Before(from) {
			err = errors.New("时间段的结束早于开始")
		}
		return err
	}
	if (p.This != "" || p.Previous != "") && p.Unit != "" {
		return errors.New("this 和 previous 后面直接写单位，不再写 unit")
	}
	if _, ok := unitWords[p.unit()]; !ok {
		return fmt.Errorf("没有“%s”这种时间单位；可用 minute、hour、day、week、month、quarter、year", p.unit())
	}
	return nil
}

func (p *Period) days() (from, to time.Time, err error) {
	read := func(s string) time.Time {
		t, e := time.Parse("2006-01-02", s)
		if s != "" && e != nil {
			err = fmt.Errorf("“%s”不是 2026-11-24 这样的日期", s)
		}
		return t
	}
	return read(p.From), read(p.To), err
}

func (p *Period) unit() string { return p.Unit + p.This + p.Previous }

// rolling periods move with every instant, all others stay the same through a civil day (or hour, minute).
func (p *Period) rolling() bool { return p.Unit == "hour" || p.Unit == "minute" }

// Range gives the period's first instant and the first one after it. An open end of from/to is the zero time.
func (p *Period) Range(now time.Time, zone *time.Location) (from, to time.Time) {
	if p.From != "" || p.To != "" {
		a, b, _ := p.days()
		if p.From != "" {
			from = civil(a, zone, 0)
		}
		if p.To != "" {
			to = civil(b, zone, 1)
		}
		return from, to
	}
	if p.rolling() {
		d := time.Hour
		if p.Unit == "minute" {
			d = time.Minute
		}
		now = now.Truncate(time.Millisecond)
		if p.Last > 0 {
			return now.Add(-time.Duration(p.Last) * d), now.Add(time.Millisecond)
		}
		return now, now.Add(time.Duration(p.Next)*d + time.Millisecond)
	}
	u := p.unit()
	switch {
	case p.Last > 0:
		return unitStart(now, zone, u, 1-p.Last), unitStart(now, zone, u, 1)
	case p.Next > 0:
		return unitStart(now, zone, u, 0), unitStart(now, zone, u, p.Next)
	case p.Previous != "":
		return unitStart(now, zone, u, -1), unitStart(now, zone, u, 0)
	}
	return unitStart(now, zone, u, 0), unitStart(now, zone, u, 1)
}

func civil(day time.Time, zone *time.Location, plus int) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d+plus, 0, 0, 0, 0, zone)
}

// unitStart is the start of the unit n after the one that holds now.
func unitStart(now time.Time, zone *time.Location, unit string, n int) time.Time {
	now = now.In(zone)
	y, m, d := now.Date()
	switch unit {
	case "minute":
		return now.Truncate(time.Minute).Add(time.Duration(n) * time.Minute)
	case "hour":
		return time.Date(y, m, d, now.Hour()+n, 0, 0, 0, zone)
	case "week":
		monday := d - (int(now.Weekday())+6)%7
		return time.Date(y, m, monday+7*n, 0, 0, 0, 0, zone)
	case "month":
		return time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, zone)
	case "quarter":
		return time.Date(y, (m-1)/3*3+1+time.Month(3*n), 1, 0, 0, 0, 0, zone)
	case "year":
		return time.Date(y+n, 1, 1, 0, 0, 0, 0, zone)
	}
	return time.Date(y, m, d+n, 0, 0, 0, 0, zone)
}

// Words reads the period in Chinese: 近30天, 本月, 上周.
func (p *Period) Words() string {
	switch {
	case p.Last == 1 && p.Unit == "day" || p.This == "day":
		return "今天"
	case p.Previous == "day":
		return "昨天"
	case p.Last > 0:
		return fmt.Sprintf("近%d%s", p.Last, unitWords[p.Unit])
	case p.Next > 0:
		return fmt.Sprintf("未来%d%s", p.Next, unitWords[p.Unit])
	case p.From != "" && p.To != "":
		return p.From + " 至 " + p.To
	case p.From != "":
		return p.From + " 起"
	case p.To != "":
		return "截至 " + p.To
	}
	this := map[string]string{"minute": "这一分钟", "hour": "这一小时", "week": "本周", "month": "本月", "quarter": "本季度", "year": "今年"}
	last := map[string]string{"minute": "上一分钟", "hour": "上一小时", "week": "上周", "month": "上个月", "quarter": "上个季度", "year": "去年"}
	if p.This != "" {
		return this[p.This]
	}
	return last[p.Previous]
}

// milliBounds gives the period as inclusive milliseconds.
func (p *Period) milliBounds(now time.Time, zone *time.Location) span {
	from, to := p.Range(now, zone)
	s := span{math.MinInt64, math.MaxInt64}
	if !from.IsZero() {
		s.lo = from.UnixMilli()
	}
	if !to.IsZero() {
		s.hi = to.UnixMilli() - 1
	}
	return s
}
