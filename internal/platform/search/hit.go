package search

import (
	"slices"
	"strings"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
)

// Shown is a field's text with the places that were found, as [from, to) of its characters.
type Shown struct {
	Field *object.Field // nil where it is the title
	Text  string
	Marks [][2]int
}

// Scores of how a record was found; the best of its fields counts, and what is the asker's own or its title goes before the rest.
const (
	scoreExact    = 100
	scoreBegins   = 60
	scoreContains = 40
	scoreSpelled  = 30
	scorePieces   = 10
	scoreTitle    = 9
	scoreOwn      = 5
)

// hit tells how and where a record was found.
func (x *Index) hit(a *actor.Actor, o *object.Object, fields []*object.Field, row *object.Row, text string) Hit {
	title := o.TitleOf(row)
	words := strings.Fields(string(plain(text)))
	if d := phoneDigits(text); d != nil {
		words = []string{string(d)}
	}
	h := Hit{Row: row, Score: scorePieces}
	marks, score := x.spell.found(title, words)
	if squeezed(title) == squeezed(text) {
		score = scoreExact
	}
	h.Fields = append(h.Fields, Shown{Text: title, Marks: marks})
	if score > 0 {
		h.Score = score + scoreTitle
	}
	for _, f := range fields {
		v, _ := row.V[f.Index].(string)
		if v == "" || v == title {
			continue
		}
		for _, v := range pieces(f, v) {
			v = shownText(f, v)
			if marks, score := x.spell.found(v, words); score > 0 {
				h.Fields = append(h.Fields, Shown{Field: f, Text: v, Marks: marks})
				h.Score = max(h.Score, score)
				break
			}
		}
	}
	if _, told := o.Field("owner"); told && row.Owner() != "" && row.Owner() == a.Self() {
		h.Mine = true
		h.Score += scoreOwn
	}
	return h
}

// shownText is a field's text as people know it: phones of this country without its number.
func shownText(f *object.Field, v string) string {
	if _, ok := f.Type.(object.Phone); ok {
		return strings.TrimPrefix(v, "+86")
	}
	return v
}

// found gives the places of words in a text and how good the find is; 0 when none of them stands there.
func (s *speller) found(text string, words []string) (marks [][2]int, score int) {
	runes := plain(text)
	straight := len(runes) == len([]rune(text)) // folding kept the places
	for _, w := range words {
		word := []rune(w)
		switch from, to, spelled := s.locate(runes, word); {
		case to == 0:
		case spelled:
			marks, score = append(marks, [2]int{from, to}), max(score, scoreSpelled)
		default:
			marks = append(marks, [2]int{from, to})
			if score = max(score, scoreContains); from == 0 {
				score = max(score, scoreBegins)
			}
		}
	}
	if !straight {
		marks = nil
	}
	slices.SortFunc(marks, func(a, b [2]int) int { return a[0] - b[0] })
	return marks, score
}

// locate finds a word in a text as it stands, or by its spelling or first letters. to is 0 when it is not there.
func (s *speller) locate(text, word []rune) (from, to int, spelled bool) {
	for i := 0; i+len(word) <= len(text); i++ {
		if slices.Equal(text[i:i+len(word)], word) {
			return i, i + len(word), false
		}
	}
	for _, p := range parts(text) {
		if !p.han {
			continue
		}
		for _, syllables := range s.spellings(string(p.runes)) {
			if len(syllables) != len(p.runes) {
				continue
			}
			for i := range syllables {
				if n := covers(syllables[i:], string(word)); n > 0 {
					return p.at + i, p.at + i + n, true
				}
			}
		}
	}
	return 0, 0, false
}

// covers tells how many syllables a word stands for, as their spelling or as their first letters; 0 when it does not.
func covers(syllables []string, word string) int {
	joined := ""
	for i, s := range syllables {
		if joined += s; strings.HasPrefix(joined, word) {
			return i + 1
		}
	}
	if n := len([]rune(word)); n <= len(syllables) && initials(syllables[:n]) == word {
		return n
	}
	return 0
}
