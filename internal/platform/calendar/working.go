package calendar

import "time"

// AddWorking gives the instant at which d of working time has passed since
// start. A due time that falls on the end of a stretch stays there and does not
// move to the next morning. d of zero or less gives start itself. Warnings name
// the years passed through that are not published.
func (c *Calendar) AddWorking(start time.Time, d time.Duration) (due time.Time, warn []Warning, err error) {
	day := dateOf(start.In(c.zone))
	first := day.year
	if d <= 0 {
		return start, c.warn(first, first), nil
	}
	for ; day.year <= first+10; day = day.next() {
		if !c.works(day) {
			continue
		}
		for _, h := range c.hours {
			from, to := c.at(day, h.From), c.at(day, h.To)
			if from.Before(start) {
				from = start
			}
			if room := to.Sub(from); room > 0 {
				if d <= room {
					return from.Add(d).In(start.Location()), c.warn(first, day.year), nil
				}
				d -= room
			}
		}
	}
	return time.Time{}, nil, ErrNoWorkingTime
}

// WorkingBetween gives the working time from a to b, negative when b is before
// a. Warnings name the years touched that are not published.
func (c *Calendar) WorkingBetween(a, b time.Time) (time.Duration, []Warning) {
	if b.Before(a) {
		d, warn := c.WorkingBetween(b, a)
		return -d, warn
	}
	day, last := dateOf(a.In(c.zone)), dateOf(b.In(c.zone))
	warn := c.warn(day.year, last.year)
	var total time.Duration
	for {
		if c.works(day) {
			for _, h := range c.hours {
				from, to := c.at(day, h.From), c.at(day, h.To)
				if from.Before(a) {
					from = a
				}
				if to.After(b) {
					to = b
				}
				if to.After(from) {
					total += to.Sub(from)
				}
			}
		}
		if day == last {
			return total, warn
		}
		day = day.next()
	}
}

// Workdays counts the workdays from the day of a to the day of b, both included;
// 0 when b's day is before a's.
func (c *Calendar) Workdays(a, b time.Time) (int, []Warning) {
	day, last := dateOf(a.In(c.zone)), dateOf(b.In(c.zone))
	warn := c.warn(day.year, last.year)
	n := 0
	for !day.after(last) {
		if c.works(day) {
			n++
		}
		day = day.next()
	}
	return n, warn
}

func (d date) after(o date) bool {
	if d.year != o.year {
		return d.year > o.year
	}
	if d.month != o.month {
		return d.month > o.month
	}
	return d.day > o.day
}
