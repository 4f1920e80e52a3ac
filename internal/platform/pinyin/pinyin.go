// Package pinyin spells Chinese text in Latin letters, without tones, for sorting
// and for finding by typing: 重庆 is "chong qing", its initials "cq".
//
// Characters with several readings follow a table of words (places, companies'
// words, titles) and, in a person's name, of surnames; where neither helps the
// commonest reading is taken. ü is written v.
package pinyin

import (
	"strings"
	"unicode"
	"unicode/utf8"

	gopinyin "github.com/mozillazg/go-pinyin"

	"baton/internal/platform/reader"
)

// Speller spells texts. It is never changed after New, so it may be used by any
// number of goroutines.
type Speller struct {
	words    map[string][]string // readings of words, by character
	surnames map[string][]string
	longest  int // characters of the longest word
	args     gopinyin.Args
}

// New builds the tables of exceptions.
func New() *Speller {
	s := &Speller{words: make(map[string][]string), surnames: make(map[string][]string), args: gopinyin.NewArgs()}
	for _, t := range [...]struct {
		table string
		into  map[string][]string
	}{{wordTable, s.words}, {surnameTable, s.surnames}} {
		for entry := range strings.FieldsSeq(t.table) {
			word, reading, _ := strings.Cut(entry, "=")
			t.into[word] = strings.Split(reading, "'")
			s.longest = max(s.longest, utf8.RuneCountInString(word))
		}
	}
	return s
}

// Key is a text's sorting key: its syllables with a space between, then a
// separator below every letter, then the text itself, so that equal spellings
// keep one order. Keys compare bytewise.
func (s *Speller) Key(text string) string { return key(s.spell(text, false), text) }

// PersonKey is Key for a person's name, whose surname has its own reading.
func (s *Speller) PersonKey(name string) string { return key(s.spell(name, true), name) }

// Syllables are the spelled syllables of a text and the words between them, in
// order; signs and spaces only separate.
func (s *Speller) Syllables(text string) []string { return s.spell(text, false) }

// PersonSyllables is Syllables for a person's name.
func (s *Speller) PersonSyllables(name string) []string { return s.spell(name, true) }

// Full is the spelling without spaces, "chongqing", for finding by pinyin.
func (s *Speller) Full(text string) string { return strings.Join(s.spell(text, false), "") }

// PersonFull is Full for a person's name.
func (s *Speller) PersonFull(name string) string { return strings.Join(s.spell(name, true), "") }

// Initials are the first letters of the syllables and of Latin words, and all
// digits: "cq".
func (s *Speller) Initials(text string) string { return initials(s.spell(text, false)) }

// PersonInitials is Initials for a person's name.
func (s *Speller) PersonInitials(name string) string { return initials(s.spell(name, true)) }

func key(syllables []string, text string) string {
	return strings.Join(syllables, " ") + "\x1f" + strings.ReplaceAll(text, "\x00", "")
}

func initials(syllables []string) string {
	var b strings.Builder
	for _, syllable := range syllables {
		if r, _ := utf8.DecodeRuneInString(syllable); unicode.IsDigit(r) {
			b.WriteString(syllable)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// spell gives the syllables of Chinese characters and the words between them in
// lower case; signs and spaces only separate.
func (s *Speller) spell(text string, person bool) []string {
	runes := []rune(strings.ToLower(reader.Fold(text)))
	out := make([]string, 0, len(runes))
	i := 0
	if person {
		for n := min(2, len(runes)); n > 0; n-- {
			if reading, ok := s.surnames[string(runes[:n])]; ok {
				out = append(out, reading...)
				i = n
				break
			}
		}
	}
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			out = append(out, word.String())
			word.Reset()
		}
	}
	for i < len(runes) {
		r := runes[i]
		if !unicode.Is(unicode.Han, r) {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				word.WriteRune(r)
			} else {
				end()
			}
			i++
			continue
		}
		end()
		if reading, n := s.exception(runes[i:]); n > 0 {
			out = append(out, reading...)
			i += n
			continue
		}
		if reading := gopinyin.SinglePinyin(r, s.args); len(reading) > 0 {
			out = append(out, reading[0])
		} else {
			out = append(out, string(r))
		}
		i++
	}
	end()
	return out
}

// exception finds the longest word of the table at the front.
func (s *Speller) exception(runes []rune) (reading []string, n int) {
	for n = min(s.longest, len(runes)); n > 1; n-- {
		if reading, ok := s.words[string(runes[:n])]; ok {
			return reading, n
		}
	}
	return nil, 0
}
