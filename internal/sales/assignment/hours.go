package assignment

import (
	"time"

	"baton/internal/platform/object"
)

// The working day of a workspace without a calendar, in minutes: every day from nine to six.
const (
	opens  = 9 * 60
	closes = 18 * 60
)

// moment is when a choice is made, as filters ask it.
type moment struct {
	day, minute int64
	// workday and yesterday tell whether this day and the one before are worked, open whether the workspace is at work now.
	workday, yesterday, open bool
	from, until              int64 // of the workspace's working day
}

// moment reads an instant by the policy's calendar.
func (p *Policy) moment(at time.Time, zone *time.Location) moment {
	if zone == nil {
		zone = time.UTC
	}
	at = at.In(zone)
	m := moment{day: object.DayOf(at, zone), minute: int64(at.Hour()*60 + at.Minute()), workday: true, yesterday: true, from: opens, until: closes}
	if p.calendar == nil {
		m.open = opens <= m.minute && m.minute < closes
		return m
	}
	hours := p.calendar.Hours
	m.workday, _ = hours.IsWorkday(at)
	m.yesterday, _ = hours.IsWorkday(at.AddDate(0, 0, -1))
	m.open, _ = hours.InHours(at)
	from, until := hours.Day()
	m.from, m.until = int64(from/time.Minute), int64(until/time.Minute)
	return m
}

// working tells whether a person is at work: in the workspace's hours, or in their own on its workdays.
func (m *moment) working(r *rep) bool {
	if r.workFrom < 0 && r.workUntil < 0 {
		return m.open
	}
	from, until := m.from, m.until
	if r.workFrom >= 0 {
		from = r.workFrom
	}
	if r.workUntil >= 0 {
		until = r.workUntil
	}
	if from > until { // over midnight: the small hours belong to the day before
		return m.workday && m.minute >= from || m.yesterday && m.minute < until
	}
	return m.workday && from <= m.minute && m.minute < until
}

// warning says in Chinese what the working hours of an instant rest on: a year whose holidays are not announced; empty when they are.
func (p *Policy) warning(at time.Time) string {
	if p.calendar == nil {
		return ""
	}
	if _, warn := p.calendar.Hours.IsWorkday(at); len(warn) > 0 {
		return warn[0].Message
	}
	return ""
}
