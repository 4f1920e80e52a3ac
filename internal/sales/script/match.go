package script

import (
	"strings"

	"baton/internal/platform/object"
	"baton/internal/platform/pinyin"
	"baton/internal/platform/reader"
)

// leastOfAnswer is how many letters must be typed before answers are searched by their spelling: two initials stand in any long text.
const leastOfAnswer = 3

// matcher compiles what was typed: each word must stand in a script's question, answer or industry, or spell some of them in pinyin from the
// beginning of a syllable on, or by initials.
func (l *Library) matcher(typed string) func(row *object.Row, hidden map[string]bool) bool {
	words := strings.Fields(strings.ToLower(reader.Fold(typed)))
	return func(row *object.Row, hidden map[string]bool) bool {
		if len(words) == 0 {
			return true
		}
		see := func(field string) string {
			if hidden[field] {
				return ""
			}
			return text(row, field)
		}
		question, answer, industry := see("question"), see("answer"), see("industry")
		plain := strings.ToLower(reader.Fold(question + "\n" + answer + "\n" + industry))
		for _, w := range words {
			if !strings.Contains(plain, w) && !spell(l.Speller, question).has(w) && !spell(l.Speller, industry).has(w) && (len(w) < leastOfAnswer || !spell(l.Speller, answer).has(w)) {
				return false
			}
		}
		return true
	}
}

type spelling struct {
	syllables []string
	initials  string
}

func spell(s *pinyin.Speller, text string) spelling {
	key, _, _ := strings.Cut(s.Key(text), "\x1f")
	return spelling{strings.Fields(key), s.Initials(text)}
}

// has tells whether the word spells some of the syllables, the last one perhaps in part, or is a run of initials.
func (s spelling) has(word string) bool {
	if strings.Contains(s.initials, word) {
		return true
	}
	for i := range s.syllables {
		if strings.HasPrefix(strings.Join(s.syllables[i:], ""), word) {
			return true
		}
	}
	return false
}
