package condition

import (
	"math"
	"slices"
	"sort"
	"strings"
)

// span is an inclusive range of canonical integers.
type span struct{ lo, hi int64 }

// form is how a closed test decides.
type form uint8

const (
	formNever    form = iota // no value satisfies it
	formFilled               // every value does
	formSpan                 // an integer in one span
	formSpans                // an integer in one of many spans, sorted and disjoint
	formText                 // one text
	formTexts                // one of many texts, sorted
	formBetween              // a text between bounds
	formContains             // a text that contains
	formPrefix               // a text that starts with
	formSetEq                // a set of exactly these
	formSetAny               // a set with any of these
	formSetAll               // a set with all of these
	formTree                 // a path code at or below one of these
)

// test decides on one canonical value that is not empty. Immutable.
type test struct {
	form         form
	span         span
	spans        []span
	text         string
	texts        []string // values; of a set: each as |v|
	hasLo, hasHi bool     // formBetween: bounds in span order
	openLo       bool     // formBetween: lo itself does not count
	openHi       bool
	lo, hi       string
}

// match tells whether v, not nil, satisfies the test.
func (t *test) match(v any) bool {
	switch t.form {
	case formNever:
		return false
	case formFilled:
		return true
	case formSpan:
		n, ok := v.(int64)
		return ok && n >= t.span.lo && n <= t.span.hi
	case formSpans:
		n, ok := v.(int64)
		if !ok {
			return false
		}
		i := sort.Search(len(t.spans), func(i int) bool { return t.spans[i].hi >= n })
		return i < len(t.spans) && t.spans[i].lo <= n
	}
	s, ok := v.(string)
	return ok && t.matchText(s)
}

func (t *test) matchText(s string) bool {
	switch t.form {
	case formText:
		return s == t.text
	case formTexts:
		_, found := slices.BinarySearch(t.texts, s)
		return found
	case formBetween:
		if t.hasLo && (s < t.lo || t.openLo && s == t.lo) {
			return false
		}
		return !t.hasHi || s < t.hi || !t.openHi && s == t.hi
	case formContains:
		return strings.Contains(s, t.text)
	case formPrefix:
		return strings.HasPrefix(s, t.text)
	case formSetEq:
		if len(s) != len(t.text) {
			return false
		}
		fallthrough
	case formSetAll:
		for _, x := range t.texts {
			if !strings.Contains(s, x) {
				return false
			}
		}
		return true
	case formSetAny:
		for _, x := range t.texts {
			if strings.Contains(s, x) {
				return true
			}
		}
	case formTree:
		for _, c := range t.texts {
			if strings.HasPrefix(s, c) && (len(s) == len(c) || s[len(c)] == '.') {
				return true
			}
		}
	}
	return false
}

// spanTest closes integer spans; overlapping ones are joined.
func spanTest(spans []span) test {
	spans = slices.DeleteFunc(spans, func(s span) bool { return s.lo > s.hi })
	slices.SortFunc(spans, func(a, b span) int {
		switch {
		case a.lo < b.lo:
			return -1
		case a.lo > b.lo:
			return 1
		}
		return 0
	})
	var out []span
	for _, s := range spans {
		if last := len(out) - 1; last >= 0 && s.lo <= out[last].hi {
			out[last].hi = max(out[last].hi, s.hi)
			continue
		}
		out = append(out, s)
	}
	switch len(out) {
	case 0:
		return test{form: formNever}
	case 1:
		return test{form: formSpan, span: out[0]}
	}
	return test{form: formSpans, spans: out}
}

// spanOf turns an operator over operands, each itself a span (a civil day among instants), into what it accepts.
func spanOf(c core, vs []span) []span {
	const lowest, highest = math.MinInt64, math.MaxInt64
	switch c {
	case coreLt:
		if vs[0].lo == lowest {
			return nil
		}
		return []span{{lowest, vs[0].lo - 1}}
	case coreLte:
		return []span{{lowest, vs[0].hi}}
	case coreGt:
		if vs[0].hi == highest {
			return nil
		}
		return []span{{vs[0].hi + 1, highest}}
	case coreGte:
		return []span{{vs[0].lo, highest}}
	case coreBetween:
		return []span{{vs[0].lo, vs[1].hi}}
	}
	return vs
}

// textTest closes an operator over texts. For between, "" is an open end.
func textTest(c core, vs []string) test {
	switch c {
	case coreEq, coreIn:
		switch len(vs) {
		case 0:
			return test{form: formNever}
		case 1:
			return test{form: formText, text: vs[0]}
		}
		vs = slices.Clone(vs)
		slices.Sort(vs)
		return test{form: formTexts, texts: slices.Compact(vs)}
	case coreLt:
		return test{form: formBetween, hasHi: true, hi: vs[0], openHi: true}
	case coreLte:
		return test{form: formBetween, hasHi: true, hi: vs[0]}
	case coreGt:
		return test{form: formBetween, hasLo: true, lo: vs[0], openLo: true}
	case coreGte:
		return test{form: formBetween, hasLo: true, lo: vs[0]}
	case coreBetween:
		return test{form: formBetween, hasLo: vs[0] != "", lo: vs[0], hasHi: vs[1] != "", hi: vs[1]}
	case coreContains:
		return test{form: formContains, text: vs[0]}
	case corePrefix:
		return test{form: formPrefix, text: vs[0]}
	}
	return test{form: formNever}
}

// setTest closes an operator over the members of a set.
func setTest(c core, members []string) test {
	if len(members) == 0 {
		return test{form: formNever}
	}
	members = slices.Clone(members)
	slices.Sort(members)
	members = slices.Compact(members)
	t := test{form: formSetAll}
	switch c {
	case coreEq:
		t.form = formSetEq
		t.text = "|" + strings.Join(members, "|") + "|" // only its length counts: the order of a stored set is free
	case coreIn:
		t.form = formSetAny
	}
	t.texts = make([]string, len(members))
	for i, m := range members {
		t.texts[i] = "|" + m + "|"
	}
	return t
}

// treeTest closes "at or below one of these codes".
func treeTest(codes []string) test {
	codes = slices.Clone(codes)
	slices.Sort(codes)
	return test{form: formTree, texts: slices.Compact(codes)}
}
