package object

import "strings"

// Covered stands for a value that is there and not shown at all.
const Covered = "•••"

// MaskedText shows a value in part, for who may not see it whole: 138****8000, z***@example.com, 张**, ¥10万–¥20万. What has no telling
// part is covered. An empty value is empty ("").
func MaskedText(f *Field, e *Env, v any) string {
	if v == nil {
		return ""
	}
	switch f.Type.(type) {
	case Phone:
		return maskPhone(v)
	case Email:
		return maskEmail(v)
	case Text:
		s, _ := v.(string)
		if r := []rune(s); len(r) > 1 && len(r) <= 20 {
			return string(r[:1]) + "**"
		}
	case Money, Decimal, Integer, Percent:
		if n, ok := v.(int64); ok {
			return maskNumber(f, e, n)
		}
	}
	return Covered
}

// Masked is MaskedText as JSON: a string, or nil for empty.
func Masked(f *Field, e *Env, v any) any {
	if v == nil {
		return nil
	}
	return MaskedText(f, e, v)
}

func maskPhone(v any) string {
	s, _ := v.(string)
	s = strings.TrimPrefix(s, "+86")
	if digits := len(s); digits < 10 || strings.Trim(s, "+0123456789") != "" {
		return Covered // a short number, or text that could not be read: its ends would be most of it
	}
	return s[:len(s)-8] + "****" + s[len(s)-4:]
}

func maskEmail(v any) string {
	s, _ := v.(string)
	at := strings.LastIndex(s, "@")
	if r := []rune(s[:max(at, 0)]); len(r) > 1 {
		return string(r[:1]) + "***" + s[at:]
	}
	return Covered
}

// maskNumber gives the span of a number's first digit: 173500 lies in 100000–200000.
func maskNumber(f *Field, e *Env, n int64) string {
	size, sign := n, int64(1)
	if n < 0 {
		size, sign = -n, -1
	}
	step := int64(10)
	for range f.Type.Scale(f) {
		step *= 10
	}
	for size/step >= 10 && step < 1e17 {
		step *= 10
	}
	low := size / step * step
	from, to := low*sign, (low+step)*sign
	if sign < 0 {
		from, to = to, from
	}
	return f.Type.Words(f, e, from) + "–" + f.Type.Words(f, e, to)
}
