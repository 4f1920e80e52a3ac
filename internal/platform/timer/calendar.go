package timer

import (
	"fmt"
	"time"

	"baton/internal/platform/calendar"
	"baton/internal/platform/definition"
)

// CalendarKind is the definition kind of working calendars.
const CalendarKind = "calendar"

// CalendarSpec is a working calendar as written: every year's table stands in the definition, so that it can be edited when it is announced.
type CalendarSpec struct {
	Zone string `json:"zone"` // IANA name
	// Week lists the worked weekdays, 1 Monday to 7 Sunday; Monday to Friday when empty.
	Week []int `json:"week,omitempty"`
	// Hours are the working hours of a workday; 09:00–18:00 when empty.
	Hours []SpanSpec `json:"hours,omitempty"`
	Years []YearSpec `json:"years"`
}

// SpanSpec is a stretch of a day, "09:00" to "18:00"; "24:00" ends the day.
type SpanSpec struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// YearSpec is one year's table. Off and Work are dates with the name of their holiday.
type YearSpec struct {
	Year int `json:"year"`
	// Published says that the table is the announced one; results that touch another year carry a warning.
	Published bool      `json:"published"`
	Days      []DaySpec `json:"days,omitempty"`
}

// DaySpec is a day that differs from its weekday.
type DaySpec struct {
	Date string `json:"date"` // 2026-02-17
	Work bool   `json:"work,omitempty"`
	Name string `json:"name,omitempty"`
}

// Calendar is a compiled working calendar. Immutable.
type Calendar struct {
	Name  string
	Title definition.Text
	Spec  CalendarSpec
	// Hours counts the working hours only; Days counts each workday whole, from midnight to midnight.
	Hours, Days *calendar.Calendar
}

// CalendarOf finds a calendar in a snapshot.
func CalendarOf(s *definition.Snapshot, name string) (*Calendar, bool) {
	return definition.Get[*Calendar](s, CalendarKind, name)
}

// NewCalendarKind is the definition kind of working calendars.
func NewCalendarKind() definition.Kind {
	return definition.Kind{Name: CalendarKind, Title: definition.Text{ZH: "工作日历", EN: "Working calendar"}, Schema: CalendarSpec{}, Compile: compileCalendar,
		Sentence: func(compiled any, _ *definition.Snapshot) string {
			c, ok := compiled.(*Calendar)
			if !ok {
				return ""
			}
			days := 0
			for _, y := range c.Spec.Years {
				days += len(y.Days)
			}
			return fmt.Sprintf("每个工作日 %g 小时，%d 年的放假与调休共 %d 天（%s 时间）", c.Hours.PerDay().Hours(), len(c.Spec.Years), days, c.Spec.Zone)
		}}
}

func compileCalendar(d *definition.Definition, b *definition.Builder) any {
	c := &Calendar{Name: d.Name, Title: d.Title}
	if !b.Decode(&c.Spec) {
		return nil
	}
	before := len(b.Problems)
	zone, err := time.LoadLocation(c.Spec.Zone)
	if err != nil || c.Spec.Zone == "" {
		b.Problem("/spec/zone", "unknown_zone", "没有“"+c.Spec.Zone+"”这个时区", "例如 Asia/Shanghai")
	}
	o := calendar.Options{Zone: zone}
	for i, w := range c.Spec.Week {
		if w < 1 || w > 7 {
			b.Problem(fmt.Sprintf("/spec/week/%d", i), "out_of_range", "星期用 1（星期一）到 7（星期日）", "")
			continue
		}
		o.Week = append(o.Week, time.Weekday(w%7))
	}
	for i, h := range c.Spec.Hours {
		from, ok := clockTime(h.From)
		to, ok2 := clockTime(h.To)
		if !ok || !ok2 {
			b.Problem(fmt.Sprintf("/spec/hours/%d", i), "unreadable", "工作时段写成 09:00 到 18:00 这样的形式", "")
			continue
		}
		o.Hours = append(o.Hours, calendar.Span{From: from, To: to})
	}
	seen := map[string]bool{}
	for i, y := range c.Spec.Years {
		if y.Published {
			o.Published = append(o.Published, y.Year)
		}
		for j, day := range y.Days {
			at := fmt.Sprintf("/spec/years/%d/days/%d/date", i, j)
			date, err := time.Parse(time.DateOnly, day.Date)
			switch {
			case err != nil:
				b.Problem(at, "unreadable", "“"+day.Date+"”不是日期", "写成 2026-02-17")
			case seen[day.Date]:
				b.Problem(at, "duplicate", day.Date+" 已经列过", "")
			}
			seen[day.Date] = true
			o.Days = append(o.Days, calendar.Day{Date: date, Work: day.Work, Name: day.Name})
		}
	}
	if len(b.Problems) > before {
		return nil
	}
	if c.Hours, err = calendar.New(o); err != nil {
		b.Problem("/spec/hours", "invalid", err.Error(), "")
		return nil
	}
	o.Hours = []calendar.Span{{From: 0, To: 24 * time.Hour}}
	if c.Days, err = calendar.New(o); err != nil {
		b.Problem("/spec", "invalid", err.Error(), "")
		return nil
	}
	return c
}

func clockTime(s string) (time.Duration, bool) {
	if s == "24:00" {
		return 24 * time.Hour, true
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, false
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, true
}

// Warning says in Chinese what a due instant reckoned from start rests on: years whose holidays are not announced; empty when all are.
func (c *Calendar) Warning(start, due int64) string {
	_, warn := c.Hours.WorkingBetween(time.UnixMilli(start), time.UnixMilli(due))
	if len(warn) == 0 {
		return ""
	}
	return warn[0].Message
}
