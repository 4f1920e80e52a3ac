package table

import (
	"bytes"
	"unicode/utf8"
)

// Encoding names how a file's bytes stand for characters.
type Encoding string

const (
	// ASCII means that nothing but ASCII was seen so far; the first other byte
	// decides between UTF8 and GB18030.
	ASCII   Encoding = ""
	UTF8    Encoding = "UTF-8"
	GB18030 Encoding = "GB18030"
	UTF16LE Encoding = "UTF-16LE"
	UTF16BE Encoding = "UTF-16BE"
)

// workbook tells the files of spreadsheet programs (xlsx is a ZIP, xls an OLE file) from text.
func workbook(sample []byte) bool {
	return bytes.HasPrefix(sample, []byte("PK\x03\x04")) || bytes.HasPrefix(sample, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
}

// detectEncoding judges the beginning of a file and tells how long its byte
// order mark is.
func detectEncoding(sample []byte) (enc Encoding, mark int) {
	switch {
	case bytes.HasPrefix(sample, []byte{0xef, 0xbb, 0xbf}):
		return UTF8, 3
	case bytes.HasPrefix(sample, []byte{0xff, 0xfe}):
		return UTF16LE, 2
	case bytes.HasPrefix(sample, []byte{0xfe, 0xff}):
		return UTF16BE, 2
	}
	return judge(sample, false), 0
}

// judge chooses between ASCII, UTF-8 and GB18030. Chinese text in GB18030 hardly
// ever makes valid UTF-8, so a few broken bytes among many good characters still
// mean UTF-8, and their rows are reported. A sample that is not whole may end
// inside a character.
func judge(sample []byte, whole bool) Encoding {
	good, bad := 0, 0
	for i := 0; i < len(sample); {
		if sample[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(sample[i:])
		if r == utf8.RuneError && size == 1 {
			if !whole && !utf8.FullRune(sample[i:]) {
				break
			}
			bad++
		} else {
			good++
		}
		i += size
	}
	switch {
	case good == 0 && bad == 0:
		return ASCII
	case good >= 4*bad:
		return UTF8
	}
	return GB18030
}

// detectDelimiter chooses among comma, semicolon and tab the one that splits the
// first lines most evenly. Quoted text does not count. All three are safe to
// look for in raw GB18030, whose trailing bytes are digits or above 0x3f.
func detectDelimiter(sample []byte) byte {
	best, bestScore := byte(','), 0
	for _, d := range [...]byte{',', ';', '\t'} {
		counts := delimiterCounts(sample, d, 20)
		if len(counts) == 0 || counts[0] == 0 {
			continue
		}
		even := 0
		for _, n := range counts {
			if n == counts[0] {
				even++
			}
		}
		if score := even*1000/len(counts)*1000 + counts[0]; score > bestScore {
			best, bestScore = d, score
		}
	}
	return best
}

func delimiterCounts(sample []byte, d byte, lines int) []int {
	var counts []int
	n, quoted, any := 0, false, false
	for _, c := range sample {
		switch {
		case c == '"':
			quoted, any = !quoted, true
		case quoted:
		case c == d:
			n++
			any = true
		case c == '\n':
			if any {
				counts = append(counts, n)
			}
			if len(counts) == lines {
				return counts
			}
			n, any = 0, false
		case c != '\r':
			any = true
		}
	}
	if any && !quoted && len(counts) == 0 {
		counts = append(counts, n)
	}
	return counts
}
