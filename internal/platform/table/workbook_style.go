package table

import (
	"encoding/xml"
	"math"
	"strconv"
	"strings"
	"time"
)

// style is how a number is meant to be read.
type style uint8

const (
	plainNumber style = iota
	dateNumber
	timeNumber
	instantNumber
	percentNumber
)

func (w *Workbook) readStyles() error {
	custom := map[int]string{}
	var used []int
	err := w.walk("xl/styles.xml", func(e xml.StartElement, inside []string) {
		switch e.Name.Local {
		case "numFmt":
			if id, err := strconv.Atoi(attr(e, "numFmtId")); err == nil && len(custom) < maxParts {
				custom[id] = attr(e, "formatCode")
			}
		case "xf":
			if len(inside) > 0 && inside[len(inside)-1] == "cellXfs" && len(used) < 100_000 {
				id, _ := strconv.Atoi(attr(e, "numFmtId"))
				used = append(used, id)
			}
		}
	})
	for _, id := range used {
		s := builtin(id)
		if code, ok := custom[id]; ok {
			s = styleOf(code)
		}
		w.styles = append(w.styles, s)
	}
	return err
}

// builtin are the formats that need no code, those of Chinese Excel among them.
func builtin(id int) style {
	switch {
	case id == 9 || id == 10:
		return percentNumber
	case id == 22:
		return instantNumber
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47, id == 55, id == 56:
		return timeNumber
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return dateNumber
	}
	return plainNumber
}

// styleOf reads a format code; quoted and bracketed parts say nothing.
func styleOf(code string) style {
	var day, hour, percent, month bool
	quoted, bracket := false, false
	code, _, _ = strings.Cut(code, ";")
	for i := 0; i < len(code); i++ {
		c := code[i]
		switch {
		case quoted:
			quoted = c != '"'
		case c == '"':
			quoted = true
		case c == '\\' || c == '_' || c == '*':
			i++
		case bracket:
			bracket = c != ']'
		case c == '[':
			bracket = true
			if i+1 < len(code) && strings.IndexByte("hHmMsS", code[i+1]) >= 0 {
				hour = true
			}
		case c == '%':
			percent = true
		case strings.IndexByte("yYdD", c) >= 0:
			day = true
		case strings.IndexByte("hHsS", c) >= 0:
			hour = true
		case c == 'm' || c == 'M':
			month = true
		case strings.IndexByte("eE", c) >= 0 && i+1 < len(code) && (code[i+1] == '+' || code[i+1] == '-'):
			return plainNumber
		}
	}
	switch {
	case day && hour:
		return instantNumber
	case hour:
		return timeNumber
	case day || month:
		return dateNumber
	case percent:
		return percentNumber
	}
	return plainNumber
}

// number writes a cell's number as a person reads it: dates by ISO, percentages with their sign, without the noise of binary fractions.
func (w *Workbook) number(raw string, index int) string {
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return raw
	}
	s := plainNumber
	if index >= 0 && index < len(w.styles) {
		s = w.styles[index]
	}
	switch s {
	case percentNumber:
		return decimal(f*100) + "%"
	case plainNumber:
		return decimal(f)
	}
	if f < 0 || f > 2958465 { // beyond 9999-12-31
		return decimal(f)
	}
	days := math.Floor(f)
	at := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(days)+w.base).Add(time.Duration(math.Round((f-days)*86400)) * time.Second)
	switch {
	case w.base == 0 && f < 60 && f >= 1: // Excel's 1900 has a 29th of February that never was
		at = at.AddDate(0, 0, 1)
	case f < 1:
		return at.Format("15:04:05")
	}
	if s == dateNumber || at.Hour()+at.Minute()+at.Second() == 0 {
		return at.Format("2006-01-02")
	}
	return at.Format("2006-01-02 15:04:05")
}

// decimal writes 15 digits, as Excel itself shows at most.
func decimal(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
	if a := math.Abs(rounded); a != 0 && (a < 1e-9 || a >= 1e21) {
		return strconv.FormatFloat(rounded, 'g', -1, 64)
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
