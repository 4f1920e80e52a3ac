package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"baton/internal/platform/pinyin"
)

// speller spells what is looked for.
type speller struct{ *pinyin.Speller }

// longestName is up to how many characters a text may be a person's name, whose surname has a reading of its own.
const longestName = 4

// spellings are the syllables of a text, and those it has as a person's name if they differ.
func (s *speller) spellings(text string) [][]string {
	out := [][]string{s.Syllables(text)}
	if utf8.RuneCountInString(text) <= longestName {
		if name := s.PersonSyllables(text); !slices.Equal(name, out[0]) {
			out = append(out, name)
		}
	}
	return out
}

func initials(syllables []string) string {
	var b strings.Builder
	for _, s := range syllables {
		r, _ := utf8.DecodeRuneInString(s)
		b.WriteRune(r)
	}
	return b.String()
}
