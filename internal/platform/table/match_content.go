package table

import (
	"strings"
	"time"

	"baton/internal/platform/reader"
)

// column gives the cells of a column that are not empty, at most 200.
func column(samples [][]string, c int) []string {
	var cells []string
	for _, row := range samples {
		if c < len(row) {
			if cell := strings.TrimSpace(row[c]); cell != "" {
				cells = append(cells, cell)
			}
		}
		if len(cells) == 200 {
			break
		}
	}
	return cells
}

// fitness is the share of cells that are values of the field; judged is false
// when there is no cell or any text would do.
func fitness(f *Field, cells []string) (share float64, judged bool) {
	accept := f.Accept
	if accept == nil {
		accept = acceptor(f)
	}
	if accept == nil || len(cells) == 0 {
		return 0, false
	}
	n := 0
	for _, cell := range cells {
		if accept(cell) {
			n++
		}
	}
	return float64(n) / float64(len(cells)), true
}

// acceptor is the test of the types this package can judge; nil for others.
func acceptor(f *Field) func(string) bool {
	switch f.Type {
	case "phone":
		return func(cell string) bool { _, err := reader.Phone(cell); return err == nil }
	case "email":
		return func(cell string) bool { _, err := reader.Email(cell); return err == nil }
	case "money":
		return func(cell string) bool { _, err := reader.Amount(cell); return err == nil }
	case "date", "datetime":
		return func(cell string) bool {
			_, err := reader.DateTimeIn(cell, time.UTC, reader.MonthFirst)
			return err == nil
		}
	case "choice", "multi_choice":
		if len(f.Choices) == 0 {
			return nil
		}
		known := make(map[string]bool, len(f.Choices))
		for _, c := range f.Choices {
			known[normal(c)] = true
		}
		return func(cell string) bool {
			if f.Type == "choice" {
				return known[normal(cell)]
			}
			parts := strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",，、;；|/", r) })
			for _, p := range parts {
				if !known[normal(p)] {
					return false
				}
			}
			return len(parts) > 0
		}
	}
	return nil
}

// strictType tells whether foreign cells speak against a match by name. A
// choice or a region takes other text too, so they do not.
func strictType(f *Field) bool {
	switch f.Type {
	case "phone", "email", "date", "datetime":
		return true
	}
	return false
}

// telling tells whether cells are special enough to name a field without its
// header: plain numbers may be anything, dates too.
func telling(f *Field, cells []string) bool {
	switch f.Type {
	case "phone", "email":
		return true
	case "money":
		marked := 0
		for _, cell := range cells {
			if strings.ContainsAny(cell, "¥￥$€万萬wW元亿") {
				marked++
			}
		}
		return 2*marked >= len(cells)
	case "region":
		distinct := make(map[string]bool)
		for _, cell := range cells {
			distinct[cell] = true
		}
		return f.Accept != nil && len(distinct) > 1
	case "choice", "multi_choice":
		distinct := make(map[string]bool)
		for _, cell := range cells {
			distinct[normal(cell)] = true
		}
		return len(distinct) > 1
	}
	return false
}
