package search

import (
	"strings"
	"unicode"

	"baton/internal/platform/object"
	"baton/internal/platform/reader"
)

// Marks set terms apart that are not words of the text. They are of a private use area: no text has them after plain.
const (
	backwards = "\ue001" // digits from the last one on
	whole     = "\ue002" // a title as one term
	ownedBy   = "\ue003" // the owner's id, or nobody
	nobody    = "nobody"
	kindOf    = "\ue004" // the object's table
)

// Bounds of a term and of what is taken from one text.
const (
	longestWord    = 40  // characters of a Latin word or number
	longestText    = 120 // characters of a text that are looked at
	longestPinyin  = 8   // syllables from any one on
	longestInitial = 10  // first letters from any syllable on
)

// terms are the terms of a document or of a part of it, without repetition.
type terms map[string]struct{}

func (t terms) add(term string) {
	if term != "" {
		t[term] = struct{}{}
	}
}

// searched are the fields that records of an object are found by: short texts, formatted ones, phones and e-mail addresses.
func searched(o *object.Object) []*object.Field {
	var out []*object.Field
	for _, f := range o.Fields {
		if f.System || f.Hidden {
			continue
		}
		switch f.Type.(type) {
		case object.Text, object.RichText, object.Phone, object.Email:
			out = append(out, f)
		}
	}
	return out
}

// document gives the terms of what a record shows in the fields given, and its owner's.
func (s *speller) document(o *object.Object, fields []*object.Field, row *object.Row) terms {
	t := terms{}
	for _, f := range fields {
		v, _ := row.V[f.Index].(string)
		if v == "" {
			continue
		}
		if _, ok := f.Type.(object.Phone); ok {
			t.phone(v)
			continue
		}
		for _, piece := range pieces(f, v) {
			s.text(t, piece)
		}
	}
	t.add(whole + squeezed(o.TitleOf(row)))
	t.add(owned(row.Owner()))
	t.add(kind(o))
	return t
}

// richPieces bounds what is found of a formatted text: so many pieces of longestText characters.
const richPieces = 20

// pieces are the texts by which a value is found: a formatted one's lines without their formatting, cut to the length that is looked at, each
// with the end of the one before, so that a word on the cut is found.
func pieces(f *object.Field, v string) []string {
	if _, rich := f.Type.(object.RichText); !rich {
		return []string{v}
	}
	var out []string
	runes := []rune(object.PlainText(v))
	for at := 0; at < len(runes) && len(out) < richPieces; at += longestText - longestInitial {
		out = append(out, string(runes[at:min(len(runes), at+longestText)]))
	}
	return out
}

func kind(o *object.Object) string { return kindOf + squeezed(o.Table) }

func owned(owner string) string {
	if owner == "" {
		owner = nobody
	}
	return ownedBy + squeezed(owner)
}

// text adds the terms of a text: pairs of neighbouring Chinese characters and the last one alone, Latin words and numbers; and the spelling
// and the first letters from each syllable on.
func (s *speller) text(t terms, text string) {
	runes := plain(text)
	for _, p := range parts(runes) {
		if !p.han {
			t.add(string(p.runes[:min(len(p.runes), longestWord)]))
			if digits(p.runes) && len(p.runes) > 3 {
				t.add(backwards + reversed(p.runes))
			}
			continue
		}
		for i := range p.runes[:len(p.runes)-1] {
			t.add(string(p.runes[i : i+2]))
		}
		t.add(string(p.runes[len(p.runes)-1:]))
	}
	if !hasHan(runes) {
		return
	}
	for _, syllables := range s.spellings(string(runes)) {
		for i := range syllables {
			t.add(strings.Join(syllables[i:min(len(syllables), i+longestPinyin)], ""))
			t.add(initials(syllables[i:min(len(syllables), i+longestInitial)]))
		}
	}
}

// phone adds a number forwards, with and without its country, and backwards: it is found by its first and by its last digits.
func (t terms) phone(v string) {
	var d []rune
	for _, r := range plain(v) {
		if r >= '0' && r <= '9' {
			d = append(d, r)
		}
	}
	if len(d) == 0 || len(d) > longestWord {
		return
	}
	t.add(string(d))
	t.add(backwards + reversed(d))
	if len(d) == 13 && d[0] == '8' && d[1] == '6' {
		t.add(string(d[2:]))
	}
}

// plain folds a text for finding: half width, lower case, at most longestText characters.
func plain(text string) []rune {
	runes := []rune(strings.ToLower(reader.Fold(text)))
	for i, r := range runes {
		if unicode.Is(unicode.Co, r) {
			runes[i] = ' '
		}
	}
	return runes[:min(len(runes), longestText)]
}

// part is a run of Chinese characters, or of other letters and digits.
type part struct {
	runes []rune
	han   bool
	at    int // of its first character in the text
}

func parts(runes []rune) []part {
	var out []part
	for i := 0; i < len(runes); {
		han := chinese(runes[i])
		if !han && !letter(runes[i]) {
			i++
			continue
		}
		j := i + 1
		for j < len(runes) && chinese(runes[j]) == han && (han || letter(runes[j])) {
			j++
		}
		out = append(out, part{runes[i:j], han, i})
		i = j
	}
	return out
}

// lastHan is the last character that the full-text index of SQLite knows as a letter (Unicode 6.1).
const lastHan = 0x2B81D

// letter tells letters and digits. Outside the basic plane only Chinese characters count.
func letter(r rune) bool {
	if r > 0xFFFF {
		return unicode.Is(unicode.Han, r) && r <= lastHan
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func chinese(r rune) bool { return letter(r) && unicode.Is(unicode.Han, r) }

func hasHan(runes []rune) bool {
	for _, r := range runes {
		if chinese(r) {
			return true
		}
	}
	return false
}

func digits(runes []rune) bool {
	for _, r := range runes {
		if r < '0' || r > '9' {
			return false
		}
	}
	return len(runes) > 0
}

func reversed(runes []rune) string {
	out := make([]rune, len(runes))
	for i, r := range runes {
		out[len(runes)-1-i] = r
	}
	return string(out)
}

// squeezed is a text's letters and digits only, as one term.
func squeezed(text string) string {
	var b strings.Builder
	for _, r := range plain(text) {
		if letter(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}
