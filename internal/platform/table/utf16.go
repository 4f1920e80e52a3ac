package table

import (
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// utf16Reader turns UTF-16 into UTF-8. A lone surrogate becomes U+FFFD, so that
// each unit of the file can be counted back from the text (see rawLength).
type utf16Reader struct {
	src   io.Reader
	order binary.ByteOrder
	raw   [32 << 10]byte
	kept  int    // bytes at the front of raw that await their partner
	out   []byte // converted, not yet read
	err   error
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		n, err := u.src.Read(u.raw[u.kept:])
		u.err = err
		u.convert(u.kept+n, err != nil)
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

func (u *utf16Reader) convert(n int, last bool) {
	u.out = u.out[:0]
	i := 0
	for i+1 < n {
		r := rune(u.order.Uint16(u.raw[i:]))
		if utf16.IsSurrogate(r) {
			if i+3 >= n && !last {
				break
			}
			pair := rune(utf8.RuneError)
			if i+3 < n {
				pair = utf16.DecodeRune(r, rune(u.order.Uint16(u.raw[i+2:])))
			}
			if pair != utf8.RuneError {
				i += 2
			}
			r = pair
		}
		u.out = utf8.AppendRune(u.out, r)
		i += 2
	}
	u.kept = copy(u.raw[:], u.raw[i:n])
	if last && u.kept > 0 { // half a unit at the very end
		u.out = utf8.AppendRune(u.out, utf8.RuneError)
		u.kept = 0
	}
}

// rawLength is the number of bytes that converted text took in the file.
func rawLength(text []byte) int64 {
	n := int64(0)
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			n += 2
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		n += 2
		if r > 0xffff {
			n += 2
		}
		i += size
	}
	return n
}
