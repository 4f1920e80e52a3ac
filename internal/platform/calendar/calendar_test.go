package calendar

import (
	"errors"
	"testing"
	"time"
)

func shanghai() *time.Location { return time.FixedZone("CST", 8*3600) }

func china(t *testing.T, hours ...Span) *Calendar {
	t.Helper()
	c, err := China(shanghai(), hours)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", text, shanghai())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestPublishedYears(t *testing.T) {
	t.Parallel()
	days, published := ChinaDays()
	off, work := map[int]int{}, map[int]int{}
	for _, d := range days {
		if d.Work {
			work[d.Date.Year()]++
		} else {
			off[d.Date.Year()]++
		}
	}
	for year, want := range map[int][2]int{2024: {28, 8}, 2025: {28, 5}, 2026: {33, 6}} {
		if off[year] != want[0] || work[year] != want[1] {
			t.Errorf("%d has %d days off and %d make-up days, want %v", year, off[year], work[year], want)
		}
	}
	c := china(t)
	if len(published) != 4 || !c.Published(2023) || !c.Published(2026) || c.Published(2027) || c.Published(2022) {
		t.Errorf("published years %v", published)
	}
}

func TestIsWorkday(t *testing.T) {
	t.Parallel()
	c := china(t)
	for day, want := range map[string]bool{
		"2026-02-13": true, "2026-02-14": true, "2026-02-15": false, "2026-02-17": false, "2026-02-23": false, "2026-02-24": true, "2026-02-28": true, "2026-03-01": false,
		"2026-01-01": false, "2026-01-04": true, "2026-10-07": false, "2026-10-08": true, "2026-10-10": true, "2025-10-08": false, "2025-10-11": true, "2024-02-04": true, "2026-11-24": true, "2026-11-22": false,
	} {
		if got, warn := c.IsWorkday(at(t, day+" 12:00")); got != want || len(warn) > 0 {
			t.Errorf("IsWorkday(%s) = %v, %v; want %v", day, got, warn, want)
		}
	}
	if name := c.Holiday(at(t, "2026-02-17 00:00")); name != "春节" {
		t.Errorf("2026-02-17 is %q", name)
	}
	got, warn := c.IsWorkday(at(t, "2027-02-08 12:00"))
	if !got || len(warn) != 1 || warn[0].Year != 2027 || warn[0].Code != "year_not_published" || warn[0].Hint == "" {
		t.Errorf("2027 is counted without saying so: %v %v", got, warn)
	}
	if in, _ := c.IsWorkday(time.Date(2026, 2, 13, 17, 0, 0, 0, time.UTC)); !in { // 01:00 on the 14th in China
		t.Error("the day is not taken in the calendar's zone")
	}
}

func TestAddWorking(t *testing.T) {
	t.Parallel()
	whole := china(t)
	lunch := china(t, Span{9 * time.Hour, 12 * time.Hour}, Span{13*time.Hour + 30*time.Minute, 18 * time.Hour})
	for _, c := range []struct {
		cal   *Calendar
		start string
		d     time.Duration
		want  string
	}{
		{whole, "2026-11-24 10:00", 2 * time.Hour, "2026-11-24 12:00"},
		{whole, "2026-11-24 10:00", 8 * time.Hour, "2026-11-24 18:00"},
		{whole, "2026-11-24 10:00", 8*time.Hour + time.Minute, "2026-11-25 09:01"},
		{whole, "2026-11-24 03:00", time.Hour, "2026-11-24 10:00"},
		{whole, "2026-11-24 20:00", time.Hour, "2026-11-25 10:00"},
		{whole, "2026-11-27 17:00", 2 * time.Hour, "2026-11-30 10:00"},  // over a weekend
		{whole, "2026-02-13 17:00", 2 * time.Hour, "2026-02-14 10:00"},  // into a make-up Saturday
		{whole, "2026-02-14 17:00", 2 * time.Hour, "2026-02-24 10:00"},  // over Spring Festival
		{whole, "2026-02-12 10:00", 72 * time.Hour, "2026-03-02 10:00"}, // eight workdays: 12 13 14 | 24 25 26 27 28 | 2 March
		{whole, "2026-11-24 10:00", 0, "2026-11-24 10:00"},
		{lunch, "2026-11-24 11:00", 2 * time.Hour, "2026-11-24 14:30"},
		{lunch, "2026-11-24 12:30", time.Hour, "2026-11-24 14:30"},
		{lunch, "2026-11-24 11:00", time.Hour, "2026-11-24 12:00"},
	} {
		due, warn, err := c.cal.AddWorking(at(t, c.start), c.d)
		if err != nil || !due.Equal(at(t, c.want)) || len(warn) > 0 {
			t.Errorf("%s + %v = %v %v %v, want %s", c.start, c.d, due, warn, err, c.want)
		}
		if back, _ := c.cal.WorkingBetween(at(t, c.start), due); back != c.d {
			t.Errorf("%s to %v is %v, want %v", c.start, due, back, c.d)
		}
	}
	due, warn, err := whole.AddWorking(at(t, "2026-12-31 17:00"), 2*time.Hour)
	if err != nil || !due.Equal(at(t, "2027-01-01 10:00")) || len(warn) != 1 || warn[0].Year != 2027 {
		t.Errorf("into 2027: %v %v %v; want a warning", due, warn, err)
	}
}

func TestWorkingBetween(t *testing.T) {
	t.Parallel()
	c := china(t)
	for _, x := range []struct {
		a, b string
		want time.Duration
	}{
		{"2026-02-14 18:00", "2026-02-24 09:00", 0}, {"2026-02-14 17:00", "2026-02-24 10:00", 2 * time.Hour}, {"2026-11-24 00:00", "2026-11-25 00:00", 9 * time.Hour},
		{"2026-11-25 00:00", "2026-11-24 00:00", -9 * time.Hour}, {"2026-11-24 10:00", "2026-11-24 10:00", 0}, {"2026-11-21 00:00", "2026-11-23 00:00", 0},
	} {
		if got, warn := c.WorkingBetween(at(t, x.a), at(t, x.b)); got != x.want || len(warn) > 0 {
			t.Errorf("%s to %s = %v %v, want %v", x.a, x.b, got, warn, x.want)
		}
	}
	for year, want := range map[string]int{"2024": 251, "2025": 248, "2026": 248} {
		if n, _ := c.Workdays(at(t, year+"-01-01 00:00"), at(t, year+"-12-31 23:59")); n != want {
			t.Errorf("%s has %d workdays, want %d", year, n, want)
		}
	}
}

func TestInHours(t *testing.T) {
	t.Parallel()
	c := china(t)
	for text, want := range map[string]bool{"2026-11-24 09:00": true, "2026-11-24 08:59": false, "2026-11-24 17:59": true, "2026-11-24 18:00": false, "2026-11-22 10:00": false, "2026-02-14 10:00": true, "2026-02-17 10:00": false} {
		if got, _ := c.InHours(at(t, text)); got != want {
			t.Errorf("InHours(%s) = %v", text, got)
		}
	}
}

func TestDaylightSavingKeepsTheClock(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no zone database on this machine")
	}
	c, err := New(Options{Zone: zone, Published: []int{2026}})
	if err != nil {
		t.Fatal(err)
	}
	due, _, err := c.AddWorking(time.Date(2026, 3, 27, 17, 0, 0, 0, zone), 2*time.Hour) // the clock moves on Sunday
	if want := time.Date(2026, 3, 30, 10, 0, 0, 0, zone); err != nil || !due.Equal(want) {
		t.Errorf("due %v %v, want %v", due, err, want)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, hours := range [][]Span{{}, {{18 * time.Hour, 9 * time.Hour}}, {{9 * time.Hour, 25 * time.Hour}}, {{9 * time.Hour, 12 * time.Hour}, {11 * time.Hour, 18 * time.Hour}}} {
		if _, err := New(Options{Hours: hours}); err == nil {
			t.Errorf("hours %v were accepted", hours)
		}
	}
	idle, err := New(Options{Week: []time.Weekday{}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := idle.AddWorking(at(t, "2026-11-24 10:00"), time.Hour); !errors.Is(err, ErrNoWorkingTime) {
		t.Errorf("a calendar without workdays: %v", err)
	}
}
