package search

import (
	"slices"
	"strings"

	"baton/internal/platform/store"
)

// wanted is one term that is looked for, or its beginning.
type wanted struct {
	term   string
	prefix bool
}

// asked is what somebody typed: each group must be met, by any of its terms.
type asked [][]wanted

// most words of a question are looked for; what follows is not needed to find anything.
const mostWords = 8

// ask reads what was typed. Nothing to look for gives nil.
func ask(text string) asked {
	var out asked
	words := strings.Fields(string(plain(text)))
	if d := phoneDigits(text); d != nil {
		words = []string{string(d)}
	}
	for _, w := range words[:min(len(words), mostWords)] {
		for _, p := range parts([]rune(w)) {
			out = append(out, groups(p)...)
		}
	}
	return out
}

// groups are what one run of characters asks for.
func groups(p part) asked {
	if !p.han {
		word := string(p.runes[:min(len(p.runes), longestWord)])
		g := []wanted{{word, true}}
		if digits(p.runes) && len(p.runes) > 2 {
			g = append(g, wanted{backwards + reversed(p.runes), true})
		}
		return asked{g}
	}
	if len(p.runes) == 1 {
		return asked{{{string(p.runes), true}}}
	}
	var out asked
	for i := range p.runes[:len(p.runes)-1] {
		out = append(out, []wanted{{string(p.runes[i : i+2]), false}})
	}
	return out
}

// phoneDigits are the digits of a text that can only be a number written with signs between, such as +86 138-0013-8000.
func phoneDigits(text string) []rune {
	var d []rune
	for _, r := range plain(text) {
		switch {
		case r >= '0' && r <= '9':
			d = append(d, r)
		case !strings.ContainsRune(" +-()./", r):
			return nil
		}
	}
	if len(d) < 7 || len(d) > longestWord {
		return nil
	}
	return d
}

// titled looks for a title that is just what was typed.
func titled(text string) asked {
	if t := squeezed(text); t != "" {
		return asked{{{whole + t, false}}}
	}
	return nil
}

// among adds that the owner is one of these.
func (a asked) among(owners []string) asked {
	if owners == nil {
		return a
	}
	var g []wanted
	for _, o := range owners {
		g = append(g, wanted{owned(o), false})
	}
	return append(slices.Clone(a), g)
}

// meets tells whether a document has what is asked for.
func (a asked) meets(t terms) bool {
	for _, group := range a {
		if !slices.ContainsFunc(group, func(w wanted) bool { return w.in(t) }) {
			return false
		}
	}
	return len(a) > 0
}

func (w wanted) in(t terms) bool {
	if _, ok := t[w.term]; ok || !w.prefix {
		return ok
	}
	for term := range t {
		if strings.HasPrefix(term, w.term) {
			return true
		}
	}
	return false
}

// match is the question as the database's full-text index reads it. Terms are letters, digits and marks only, so they need no escaping.
func (a asked) match(d store.Dialect) string {
	quote, star, and, or := `"`, "*", " AND ", " OR "
	if d == store.Postgres {
		quote, star, and, or = "'", ":*", " & ", " | "
	}
	var all []string
	for _, group := range a {
		var any []string
		for _, w := range group {
			term := quote + w.term + quote
			if w.prefix {
				term += star
			}
			any = append(any, term)
		}
		all = append(all, "("+strings.Join(any, or)+")")
	}
	return strings.Join(all, and)
}
