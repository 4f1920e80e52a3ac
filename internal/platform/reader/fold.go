package reader

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold brings a text to half width, replaces every kind of space by a plain
// one, drops invisible characters and trims the ends. Case is kept.
func Fold(text string) string {
	if plainASCII(text) {
		return strings.TrimSpace(text)
	}
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text {
		switch {
		case r >= '！' && r <= '～':
			b.WriteRune(r - '！' + '!')
		case r == '￥':
			b.WriteRune('¥')
		case r == '￠' || r == utf8.RuneError:
			b.WriteRune(r)
		case r == '￡':
			b.WriteRune('£')
		case r == '。':
			b.WriteRune('.')
		case r == '、':
			b.WriteRune('、')
		case r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\u2060' || r == '\ufeff' ||
			r == '\u200e' || r == '\u200f' || r >= '\u202a' && r <= '\u202e':
			// Invisible marks arrive with copies from chats and phone books.
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case r == '‐' || r == '‑' || r == '‒' || r == '–' || r == '—' || r == '―' || r == '−' || r == '﹣':
			b.WriteByte('-')
		case r == '～' || r == '〜' || r == '∼':
			b.WriteByte('~')
		default:
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}

func plainASCII(text string) bool {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c >= utf8.RuneSelf || c < ' ' {
			return false
		}
	}
	return true
}

// dropSpaces removes all plain spaces of a folded text.
func dropSpaces(folded string) string {
	if !strings.Contains(folded, " ") {
		return folded
	}
	return strings.ReplaceAll(folded, " ", "")
}

// cutAnyPrefix removes the first of words that text starts with.
func cutAnyPrefix(text string, words ...string) (string, bool) {
	for _, w := range words {
		if rest, ok := strings.CutPrefix(text, w); ok {
			return rest, true
		}
	}
	return text, false
}

// cutAnySuffix removes the first of words that text ends with.
func cutAnySuffix(text string, words ...string) (string, bool) {
	for _, w := range words {
		if rest, ok := strings.CutSuffix(text, w); ok {
			return rest, true
		}
	}
	return text, false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func allDigits(text string) bool {
	if text == "" {
		return false
	}
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) {
			return false
		}
	}
	return true
}
