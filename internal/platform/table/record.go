package table

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

// fill reads more bytes behind the unread ones, which move to the front first.
func (r *Reader) fill() {
	if r.err != nil {
		return
	}
	if cap(r.buf)-len(r.buf) < chunk/4 {
		if r.pos >= cap(r.buf)/2 {
			r.buf = r.buf[:copy(r.buf, r.buf[r.pos:])]
		} else {
			grown := make([]byte, len(r.buf)-r.pos, min(2*cap(r.buf), MaxRow+2*chunk))
			copy(grown, r.buf[r.pos:])
			r.buf = grown
		}
		r.pos = 0
	}
	for range 100 {
		n, err := r.src.Read(r.buf[len(r.buf):min(cap(r.buf), len(r.buf)+chunk)])
		r.buf = r.buf[:len(r.buf)+n]
		if r.err = err; n > 0 || err != nil {
			return
		}
	}
	r.err = io.ErrNoProgress
}

// advance passes n unread bytes that hold the given number of line ends.
func (r *Reader) advance(n, lines int) {
	if r.enc == UTF16LE || r.enc == UTF16BE {
		r.offset += rawLength(r.buf[r.pos : r.pos+n])
	} else {
		r.offset += int64(n)
	}
	r.pos += n
	r.line += lines
}

// advanceLine passes a line of n bytes and its end, if one was found.
func (r *Reader) advanceLine(n int, found bool) {
	if found {
		r.advance(n+1, 1)
	} else {
		r.advance(n, 0)
	}
}

// lineEnd gives the length of the unread line from byte from on, without its
// end, and whether an end is there. At most MaxRow bytes are gathered.
func (r *Reader) lineEnd(from int) (n int, found bool) {
	for {
		unread := r.buf[r.pos:]
		if i := bytes.IndexByte(unread[from:], r.eol); i >= 0 {
			return from + i, true
		}
		if r.err != nil || len(unread) > MaxRow {
			return len(unread), false
		}
		from = len(unread)
		r.fill()
	}
}

// record reads one record that is not empty.
func (r *Reader) record() (Row, error) {
	for {
		if r.skip && !r.drop() {
			return Row{}, r.err
		}
		n, found := r.lineEnd(0)
		if !found && n == 0 {
			return Row{Line: r.line, Offset: r.offset}, r.err
		}
		if !found && r.err != nil && r.err != io.EOF {
			return Row{Line: r.line, Offset: r.offset}, r.err
		}
		row := Row{Line: r.line, Offset: r.offset}
		raw := r.buf[r.pos : r.pos+n]
		if n > MaxRow {
			err := r.fault(row.Line, row.Line, 0, "row_too_long", raw)
			r.skip = true
			return row, err
		}
		if bytes.IndexByte(raw, '"') >= 0 {
			if cells := r.oneLine(trimCR(raw)); cells != nil {
				row.Cells = cells
				r.advanceLine(n, found)
				return row, nil
			}
			cells, err := r.quoted(row.Line, n)
			if err != nil || cells != nil {
				row.Cells = cells
				return row, err
			}
			continue
		}
		cells, err := r.plain(row.Line, trimCR(raw))
		r.advanceLine(n, found)
		if err != nil || cells != nil {
			row.Cells = cells
			return row, err
		}
	}
}

// drop passes the rest of a line without keeping it; false at the end.
func (r *Reader) drop() bool {
	for {
		unread := r.buf[r.pos:]
		if i := bytes.IndexByte(unread, r.eol); i >= 0 {
			r.advance(i+1, 1)
			r.skip = false
			return true
		}
		n := len(unread)
		if r.err == nil { // keep a torn character whole, so that it is counted once
			for back := 1; back <= min(3, n); back++ {
				if utf8.RuneStart(unread[n-back]) {
					if !utf8.FullRune(unread[n-back:]) {
						n -= back
					}
					break
				}
			}
		}
		r.advance(n, 0)
		if r.err != nil {
			return false
		}
		r.fill()
	}
}

// plain splits a line without quotes; nil cells mean that all are empty.
func (r *Reader) plain(line int, raw []byte) ([]string, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return nil, r.fault(line, line, r.columnOf(raw, 0), "nul", raw)
	}
	text, ok := r.decode(raw)
	if !ok {
		return nil, r.fault(line, line, r.badColumn(raw), "encoding", raw)
	}
	cells := make([]string, 0, max(len(r.header), 8))
	filled := false
	for {
		i := strings.IndexByte(text, r.delim)
		cell := text
		if i >= 0 {
			cell = text[:i]
		}
		if len(cell) > MaxField {
			return nil, r.fault(line, line, len(cells)+1, "field_too_long", raw)
		}
		filled = filled || strings.TrimSpace(cell) != ""
		cells = append(cells, cell)
		if i < 0 {
			break
		}
		text = text[i+1:]
	}
	if !filled {
		return nil, nil
	}
	return cells, nil
}

// decode gives the text of raw bytes in the file's encoding, deciding it at the
// first byte that is not ASCII.
func (r *Reader) decode(raw []byte) (string, bool) {
	if r.enc == UTF8 {
		return string(raw), utf8.Valid(raw)
	}
	if ascii(raw) {
		return string(raw), true
	}
	if r.enc == ASCII {
		r.setEncoding(judge(raw, true))
		return r.decode(raw)
	}
	if r.enc == GB18030 {
		out, err := r.decoder.Bytes(raw)
		return string(out), err == nil && !bytes.ContainsRune(out, utf8.RuneError)
	}
	return string(raw), utf8.Valid(raw) && !bytes.ContainsRune(raw, utf8.RuneError)
}

func ascii(b []byte) bool {
	for len(b) >= 8 {
		if (b[0]|b[1]|b[2]|b[3]|b[4]|b[5]|b[6]|b[7])&0x80 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func trimCR(raw []byte) []byte {
	if n := len(raw); n > 0 && raw[n-1] == '\r' {
		return raw[:n-1]
	}
	return raw
}

// columnOf is the column, from 1, that holds the first byte c.
func (r *Reader) columnOf(raw []byte, c byte) int {
	return 1 + bytes.Count(raw[:bytes.IndexByte(raw, c)], []byte{r.delim})
}

func (r *Reader) badColumn(raw []byte) int {
	column := 1
	for cell := range bytes.SplitSeq(raw, []byte{r.delim}) {
		if _, ok := r.decode(cell); !ok {
			return column
		}
		column++
	}
	return 0
}

func (r *Reader) fault(line, at, column int, code string, raw []byte) *RowError {
	raw = raw[:min(len(raw), 2*shown)]
	if r.enc == GB18030 {
		if out, err := r.decoder.Bytes(raw); err == nil {
			raw = out
		}
	}
	return rowError(line, at, column, code, string(raw))
}

// shown is how many characters of a rejected row are kept.
const shown = 200

// rowError is fault for text that is decoded already.
func rowError(line, at, column int, code, value string) *RowError {
	value = strings.ReplaceAll(strings.ToValidUTF8(value, "\uFFFD"), "\x00", "\uFFFD")
	n := 0
	for i := range value {
		if n == shown {
			value = value[:i]
			break
		}
		n++
	}
	message, hint := words(code)
	return &RowError{Line: line, At: at, Column: column, Code: code, Message: message, Hint: hint, Value: strings.TrimRight(value, "\r\n")}
}
