// Package calendar counts working time: which days are worked, which hours of
// them, when a countdown in working time is due, and how much working time lies
// between two instants.
//
// China's public holidays and make-up workdays of 2023 to 2026 are embedded
// facts of the State Council's notices. A year without a notice is counted by
// weekdays and every result that touches it carries a Warning, so that plain
// weekends are never taken for the real calendar silently. The package knows no
// timer and no database.
package calendar

import (
	"errors"
	"fmt"
	"time"
)

// Day says how a date differs from its weekday.
type Day struct {
	Date time.Time // its year, month and day count, in its own location
	Work bool      // true for a make-up workday, false for a day off
	Name string    // the holiday: 春节
}

// Span is a stretch of working hours within a day, as offsets from its midnight.
type Span struct{ From, To time.Duration }

// Calendar is a table of days with working hours. It is never changed after New,
// so it may be used by any number of goroutines.
type Calendar struct {
	zone      *time.Location
	days      map[date]Day
	published map[int]bool
	week      [7]bool
	hours     []Span
	perDay    time.Duration
}

// date is a day of the calendar.
type date struct {
	year  int
	month time.Month
	day   int
}

func dateOf(t time.Time) date {
	y, m, d := t.Date()
	return date{y, m, d}
}

// Warning says that a result rests on a year whose holidays are not published.
type Warning struct {
	Code    string // year_not_published
	Year    int
	Message string // in Chinese
	Hint    string
}

// Options of a calendar. The zero value is Monday to Friday, 09:00 to 18:00, in
// UTC, with no year published.
type Options struct {
	Zone      *time.Location
	Week      []time.Weekday // worked weekdays; nil for Monday to Friday
	Hours     []Span         // in order, apart; nil for 09:00–18:00
	Days      []Day
	Published []int // years whose Days are complete
}

// ErrNoWorkingTime says that no working time was found within ten years.
var ErrNoWorkingTime = errors.New("日历在十年内没有足够的工作时间；请检查工作日和工作时段")

// New builds a calendar. It refuses hours that overlap, are empty or leave the
// day.
func New(o Options) (*Calendar, error) {
	c := &Calendar{zone: o.Zone, days: make(map[date]Day, len(o.Days)), published: make(map[int]bool)}
	if c.zone == nil {
		c.zone = time.UTC
	}
	week := o.Week
	if week == nil {
		week = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	}
	for _, d := range week {
		if d < time.Sunday || d > time.Saturday {
			return nil, fmt.Errorf("星期 %d 不存在；请用 0（星期日）到 6（星期六）", d)
		}
		c.week[d] = true
	}
	c.hours = append(c.hours, o.Hours...)
	if o.Hours == nil {
		c.hours = []Span{{9 * time.Hour, 18 * time.Hour}}
	}
	last := time.Duration(0)
	for _, h := range c.hours {
		if h.From < last || h.To <= h.From || h.To > 24*time.Hour {
			return nil, fmt.Errorf("工作时段 %v–%v 无效；请按先后填写不重叠的时段，且不跨午夜", h.From, h.To)
		}
		last = h.To
		c.perDay += h.To - h.From
	}
	if c.perDay == 0 {
		return nil, errors.New("没有工作时段；请至少填写一段，例如 09:00–18:00")
	}
	for _, d := range o.Days {
		c.days[dateOf(d.Date)] = d
	}
	for _, y := range o.Published {
		c.published[y] = true
	}
	return c, nil
}

// Zone is the time zone in which days begin.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Day gives when a workday's hours begin and end, as offsets from its midnight; there may be breaks between.
func (c *Calendar) Day() (from, until time.Duration) {
	return c.hours[0].From, c.hours[len(c.hours)-1].To
}

// PerDay is the working time of one workday.
func (c *Calendar) PerDay() time.Duration { return c.perDay }

// Published tells whether the holidays of a year are known.
func (c *Calendar) Published(year int) bool { return c.published[year] }

// IsWorkday tells whether the day of t, in the calendar's zone, is worked.
func (c *Calendar) IsWorkday(t time.Time) (bool, []Warning) {
	d := dateOf(t.In(c.zone))
	return c.works(d), c.warn(d.year, d.year)
}

// Holiday gives the name of the holiday or make-up workday that t falls on, ""
// for an ordinary day.
func (c *Calendar) Holiday(t time.Time) string { return c.days[dateOf(t.In(c.zone))].Name }

// InHours tells whether t is working time.
func (c *Calendar) InHours(t time.Time) (bool, []Warning) {
	d := dateOf(t.In(c.zone))
	in := false
	if c.works(d) {
		for _, h := range c.hours {
			from, to := c.at(d, h.From), c.at(d, h.To)
			in = in || !t.Before(from) && t.Before(to)
		}
	}
	return in, c.warn(d.year, d.year)
}

func (c *Calendar) works(d date) bool {
	if special, ok := c.days[d]; ok {
		return special.Work
	}
	return c.week[time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC).Weekday()]
}

// at is the instant at which a clock in the calendar's zone shows an offset from
// midnight.
func (c *Calendar) at(d date, offset time.Duration) time.Time {
	h, m, s := offset/time.Hour, offset%time.Hour/time.Minute, offset%time.Minute
	return time.Date(d.year, d.month, d.day, int(h), int(m), 0, int(s), c.zone)
}

func (d date) next() date {
	return dateOf(time.Date(d.year, d.month, d.day+1, 12, 0, 0, 0, time.UTC))
}

func (c *Calendar) warn(from, to int) []Warning {
	var out []Warning
	for y := from; y <= to; y++ {
		if !c.published[y] {
			out = append(out, Warning{Code: "year_not_published", Year: y,
				Message: fmt.Sprintf("%d 年的放假安排尚未公布，暂按周末计算", y),
				Hint:    "公布后请在工作日历中补上，到期时间会随之改变"})
		}
	}
	return out
}
