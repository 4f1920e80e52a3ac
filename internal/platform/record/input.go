package record

import (
	"strings"
	"unicode/utf8"

	"baton/internal/platform/object"
	"baton/internal/platform/problem"
)

// maxSort bounds an order: the page condition grows with its square.
const maxSort = 8

// readable refuses text that PostgreSQL cannot take, alike on both databases.
func readable(args []any) error {
	for _, v := range args {
		if s, ok := v.(string); ok && (strings.ContainsRune(s, 0) || !utf8.ValidString(s)) {
			return problem.New(problem.Invalid, "nul_byte", "查询内容含有无效字符", problem.Item{Code: "nul_byte", Message: "含有空字符（NUL）或不是有效的 UTF-8", Hint: "删去该字符后重试"})
		}
	}
	return nil
}

// under puts a pointer before those of a problem.
func under(err error, pointer string) error {
	p := problem.As(err)
	if p == nil {
		return err
	}
	c := *p
	c.Items = append([]problem.Item(nil), p.Items...)
	for i := range c.Items {
		c.Items[i].Pointer = pointer + c.Items[i].Pointer
	}
	if len(c.Items) == 0 {
		c.Items = []problem.Item{{Pointer: pointer, Code: c.Code, Message: c.Detail}}
	}
	return &c
}

// seen lists the field names that may be suggested to somebody.
func seen(o *object.Object, hidden map[string]bool) []string {
	var out []string
	for _, n := range o.Names() {
		if !hidden[n] {
			out = append(out, n)
		}
	}
	return out
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// mask gives a row as far as the actor may see it: without hidden fields; only id and version of a row outside the scope (a new record
// that an engine gave to somebody else, say).
func mask(row *object.Row, hidden map[string]bool, allowed bool) *object.Row {
	if allowed && len(hidden) == 0 {
		return row
	}
	out := row.Clone()
	for i, f := range row.Object.Fields {
		if hidden[f.Name] || !allowed && i != object.ID && i != object.Version {
			out.V[i] = nil
		}
	}
	return out
}
