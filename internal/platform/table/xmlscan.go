package table

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// xmlScanner walks the XML of large parts many times quicker than encoding/xml: sheets and shared texts are plain elements, attributes and
// text in UTF-8. What it does not know (a DOCTYPE, entities of the file's own) it refuses; nothing is ever expanded. Memory is bounded by
// one tag and one text.
type xmlScanner struct {
	src   *bufio.Reader
	name  string // of the element, without prefix
	attrs []byte
	text  []byte
	ends  bool // the element that was begun has ended with the same tag
	tag   []byte
}

type xmlKind int

const (
	xmlStart xmlKind = iota
	xmlEnd
	xmlText
)

const maxTag = 64 << 10

func newScanner(r io.Reader) *xmlScanner { return &xmlScanner{src: bufio.NewReaderSize(r, chunk)} }

// next gives the next start, end or text; io.EOF behind the last. Values are good until the next call.
func (x *xmlScanner) next() (xmlKind, error) {
	if x.ends {
		x.ends = false
		return xmlEnd, nil
	}
	for {
		c, err := x.src.ReadByte()
		if err != nil {
			return 0, err
		}
		if c != '<' {
			if err := x.src.UnreadByte(); err != nil {
				return 0, err
			}
			return xmlText, x.readText()
		}
		if err := x.readTag(); err != nil {
			return 0, x.torn(err)
		}
		switch tag := x.tag; {
		case len(tag) == 0:
			return 0, errTorn
		case tag[0] == '?':
			continue
		case bytes.HasPrefix(tag, []byte("!--")):
			if err := x.until(tag[3:], "--"); err != nil {
				return 0, x.torn(err)
			}
		case bytes.HasPrefix(tag, []byte("![CDATA[")):
			x.text = x.text[:0]
			if err := x.until(tag[8:], "]]"); err != nil {
				return 0, x.torn(err)
			}
			return xmlText, nil
		case tag[0] == '!':
			return 0, errTorn
		case tag[0] == '/':
			x.name = local(bytes.TrimSpace(tag[1:]))
			return xmlEnd, nil
		default:
			if tag[len(tag)-1] == '/' {
				x.ends, tag = true, tag[:len(tag)-1]
			}
			n := bytes.IndexAny(tag, " \t\r\n")
			if n < 0 {
				n = len(tag)
			}
			x.name, x.attrs = local(tag[:n]), tag[n:]
			return xmlStart, nil
		}
	}
}

func (x *xmlScanner) torn(err error) error {
	if errors.Is(err, io.EOF) {
		return errTorn
	}
	return err
}

// readTag reads up to the > that ends a tag; one inside of quotes does not.
func (x *xmlScanner) readTag() error {
	x.tag = x.tag[:0]
	for {
		part, err := x.src.ReadSlice('>')
		if x.tag = append(x.tag, part...); err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if len(x.tag) > maxTag {
			return errTorn
		}
		if err == nil && !openQuote(x.tag) {
			x.tag = x.tag[:len(x.tag)-1]
			return nil
		}
	}
}

func openQuote(tag []byte) bool {
	if tag[0] == '!' { // comments and CDATA have quotes of their own
		return false
	}
	var in byte
	for _, c := range tag {
		switch {
		case in == 0 && (c == '"' || c == '\''):
			in = c
		case c == in:
			in = 0
		}
	}
	return in != 0
}

// until reads to the sign that ends a comment or CDATA, whose beginning was read as a tag up to its first >.
func (x *xmlScanner) until(begun []byte, sign string) error {
	x.text = append(x.text[:0], begun...)
	for !bytes.HasSuffix(x.text, []byte(sign)) {
		x.text = append(x.text, '>')
		for {
			part, err := x.src.ReadSlice('>')
			if err == nil {
				part = part[:len(part)-1]
			}
			if x.text = append(x.text, part...); len(x.text) > MaxRow {
				return errTorn
			}
			if err == nil {
				break
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				return err
			}
		}
	}
	x.text = x.text[:len(x.text)-len(sign)]
	return nil
}

// readText reads up to the next tag. More than MaxField is passed over.
func (x *xmlScanner) readText() error {
	x.text = x.text[:0]
	for {
		part, err := x.src.ReadSlice('<')
		if err == nil {
			part = part[:len(part)-1]
		}
		if len(x.text) < MaxField {
			x.text = append(x.text, part...)
		}
		switch {
		case err == nil:
			if err := x.src.UnreadByte(); err != nil {
				return err
			}
			return x.unescape()
		case errors.Is(err, io.EOF):
			return x.unescape()
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

// unescape puts the signs of XML's own entities in place.
func (x *xmlScanner) unescape() error {
	i := bytes.IndexByte(x.text, '&')
	if i < 0 {
		return nil
	}
	out, rest := x.text[:i], x.text[i:]
	for len(rest) > 0 {
		if rest[0] != '&' {
			n := bytes.IndexByte(rest, '&')
			if n < 0 {
				n = len(rest)
			}
			out, rest = append(out, rest[:n]...), rest[n:]
			continue
		}
		end := bytes.IndexByte(rest[:min(len(rest), 12)], ';')
		if end < 0 {
			if len(x.text) >= MaxField { // cut off in the middle
				break
			}
			return errTorn
		}
		r, ok := entity(string(rest[1:end]))
		if !ok {
			return errTorn
		}
		rest = rest[end+1:]
		out = utf8.AppendRune(out, r) // never longer than what it stands for
	}
	x.text = out
	return nil
}

func entity(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	base, digits := 10, name[1:]
	if digits[0] == 'x' {
		base, digits = 16, digits[1:]
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n == 0 || n > utf8.MaxRune {
		return 0, false
	}
	return rune(n), true
}

// local cuts the prefix off a name; the common names are not made anew.
func local(name []byte) string {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	switch string(name) {
	case "c":
		return "c"
	case "v":
		return "v"
	case "row":
		return "row"
	case "si":
		return "si"
	case "t":
		return "t"
	case "is":
		return "is"
	case "f":
		return "f"
	}
	return string(name)
}

// attr gives an attribute of the element that was begun.
func (x *xmlScanner) attr(name string) string {
	rest := x.attrs
	for {
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 {
			return ""
		}
		key := bytes.TrimSpace(rest[:eq])
		rest = bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return ""
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return ""
		}
		if string(key) == name {
			return string(rest[1 : 1+end])
		}
		rest = rest[end+2:]
	}
}
