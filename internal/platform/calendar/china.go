package calendar

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"
)

//go:embed china.txt
var chinaTable string

// ChinaDays gives China's public holidays and make-up workdays as published, and
// the years that are. It panics if the embedded table is broken, which the tests
// exclude.
func ChinaDays() (days []Day, published []int) {
	for line := range strings.Lines(chinaTable) {
		f := strings.Fields(line)
		if f[0] == "year" {
			if f[2] == "published" {
				y, err := strconv.Atoi(f[1])
				if err != nil {
					panic(fmt.Sprintf("holiday table: %v", err))
				}
				published = append(published, y)
			}
			continue
		}
		at, err := time.Parse(time.DateOnly, f[0])
		if err != nil {
			panic(fmt.Sprintf("holiday table: %v", err))
		}
		days = append(days, Day{Date: at, Work: f[1] == "work", Name: f[2]})
	}
	return days, published
}

// China is the calendar of China's public holidays in zone, with the given hours
// (nil for 09:00–18:00).
func China(zone *time.Location, hours []Span) (*Calendar, error) {
	days, published := ChinaDays()
	return New(Options{Zone: zone, Hours: hours, Days: days, Published: published})
}
