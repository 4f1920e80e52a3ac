package object

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// AutoNumber is given by the system: by its pattern when it has one, else by the engine that knows.
type AutoNumber struct{ Text }

// Name of the type.
func (AutoNumber) Name() string { return "auto_number" }

// NumberPattern is a compiled pattern: text, date parts and one counter.
type NumberPattern struct {
	before, after []string
	digits        int
}

var dateParts = map[string]string{"YYYY": "2006", "YY": "06", "MM": "01", "DD": "02"}

// ParsePattern reads HT-{YYYY}{MM}-{0000}. The error is for people.
func ParsePattern(s string) (*NumberPattern, error) {
	p := &NumberPattern{}
	if len([]rune(s)) > 60 {
		return nil, errors.New("编号格式不超过 60 个字")
	}
	put := func(part string) {
		if p.digits == 0 {
			p.before = append(p.before, part)
		} else {
			p.after = append(p.after, part)
		}
	}
	for s != "" {
		head, rest, braced := strings.Cut(s, "{")
		if strings.ContainsAny(head, "}|\n\t") {
			return nil, errors.New("“}”前面没有“{”，或含有不能用的符号")
		}
		if head != "" {
			put("'" + head)
		}
		if !braced {
			break
		}
		name, more, closed := strings.Cut(rest, "}")
		zeros := strings.Trim(name, "0") == "" && name != ""
		switch {
		case !closed:
			return nil, errors.New("“{”没有成对")
		case zeros && p.digits > 0:
			return nil, errors.New("编号里只能有一个序号")
		case zeros && len(name) > 12:
			return nil, errors.New("序号最多 12 位")
		case zeros:
			p.digits = len(name)
		case dateParts[name] != "":
			put(dateParts[name])
		default:
			return nil, errors.New("没有“{" + name + "}”；可用 {YYYY}、{YY}、{MM}、{DD} 和一个序号，如 {0000}")
		}
		s = more
	}
	if p.digits == 0 {
		return nil, errors.New("编号里要有一个序号，例如 {0000}")
	}
	return p, nil
}

// Around gives what stands before and behind the counter for a record made at an instant; numbers with the same surroundings share a counter.
func (p *NumberPattern) Around(at time.Time) (before, after string) {
	write := func(parts []string) string {
		var b strings.Builder
		for _, part := range parts {
			if text, is := strings.CutPrefix(part, "'"); is {
				b.WriteString(text)
			} else {
				b.WriteString(at.Format(part))
			}
		}
		return b.String()
	}
	return write(p.before), write(p.after)
}

// Write gives the number with a counter.
func (p *NumberPattern) Write(before string, n int64, after string) string {
	s := strconv.FormatInt(n, 10)
	return before + strings.Repeat("0", max(0, p.digits-len(s))) + s + after
}
