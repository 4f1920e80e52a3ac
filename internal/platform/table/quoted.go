package table

import (
	"bytes"
	"io"
	"strings"
)

// oneLine splits a sound record that lies on one line. It gives nil for any
// other, and for one whose cells are all empty: quoted tells what it is.
func (r *Reader) oneLine(raw []byte) []string {
	if bytes.IndexByte(raw, 0) >= 0 {
		return nil
	}
	text, ok := r.decode(raw)
	if !ok {
		return nil
	}
	cells := make([]string, 0, max(len(r.header), 8))
	filled := false
	for {
		var cell string
		last := true
		if strings.HasPrefix(text, `"`) {
			end, doubled := closingQuote(text)
			if end < 0 {
				return nil
			}
			cell, text = text[1:end], text[end+1:]
			if doubled {
				cell = strings.ReplaceAll(cell, `""`, `"`)
			}
			if text != "" {
				if text[0] != r.delim {
					return nil
				}
				text, last = text[1:], false
			}
		} else {
			cell = text
			if i := strings.IndexByte(text, r.delim); i >= 0 {
				cell, text, last = text[:i], text[i+1:], false
			}
			if strings.IndexByte(cell, '"') >= 0 {
				return nil
			}
		}
		if len(cell) > MaxField {
			return nil
		}
		filled = filled || cell != ""
		cells = append(cells, cell)
		if last {
			break
		}
	}
	if !filled {
		return nil
	}
	return cells
}

// closingQuote finds the quote that ends a text starting with one, -1 for none.
func closingQuote(text string) (end int, doubled bool) {
	for i := 1; ; {
		q := strings.IndexByte(text[i:], '"')
		if q < 0 {
			return -1, doubled
		}
		i += q
		if i+1 == len(text) || text[i+1] != '"' {
			return i, doubled
		}
		doubled = true
		i += 2
	}
}

// quoted reads the unread record, whose first line has n bytes and a quote. Nil
// cells without error mean that all are empty. On a broken quote it leaves the
// reader behind the first line.
func (r *Reader) quoted(line, n int) ([]string, error) {
	r.rec, r.ends = r.rec[:0], r.ends[:0]
	inside := 0 // line ends inside quotes
	i := 0
	for done := false; !done; {
		if i < len(r.buf)-r.pos && r.buf[r.pos+i] == '"' {
			start := len(r.rec)
			var code string
			i, inside, done, code = r.quotedField(i+1, inside, n)
			if code == "" && len(r.rec)-start > MaxField {
				code = "field_too_long"
			}
			if code == "read" {
				return nil, r.err
			}
			if code != "" {
				return nil, r.broken(line, inside, code, n)
			}
		} else {
			end, found := r.lineEnd(i)
			if !found && r.err != nil && r.err != io.EOF {
				return nil, r.err
			}
			if !found && end > MaxRow {
				return nil, r.broken(line, inside, "row_too_long", n)
			}
			field := r.buf[r.pos+i : r.pos+end]
			if d := bytes.IndexByte(field, r.delim); d >= 0 {
				field = field[:d]
				i += d + 1
			} else {
				field = trimCR(field)
				done = true
				i = end
			}
			if len(field) > MaxField {
				return nil, r.broken(line, inside, "field_too_long", n)
			}
			if bytes.IndexByte(field, '"') >= 0 {
				return nil, r.broken(line, inside, "quote_bare", n)
			}
			r.rec = append(r.rec, field...)
			if done && found {
				i++
				inside++
			}
		}
		r.ends = append(r.ends, len(r.rec))
	}
	cells, err := r.unquoted(line, r.buf[r.pos:r.pos+i])
	r.advance(i, inside)
	return cells, err
}

// quotedField reads from behind an opening quote to behind the delimiter or the
// line end that follows the closing one; the record's first line has n bytes. code "read" stands for a failed read.
func (r *Reader) quotedField(i, lines, n int) (next, inside int, done bool, code string) {
	start := len(r.rec)
	for {
		rest := r.buf[r.pos+i:]
		q := bytes.IndexByte(rest, '"')
		piece := rest
		if q >= 0 {
			piece = rest[:q]
		}
		if i+len(piece) > n { // the first line holds no line end
			lines += bytes.Count(piece, []byte{r.eol})
		}
		r.rec = append(r.rec, piece...)
		i += len(piece)
		if len(r.rec)-start > MaxField {
			return i, lines, false, "field_too_long"
		}
		if q < 0 {
			if r.err == io.EOF {
				return i, lines, false, "quote_open"
			}
			if r.err != nil {
				return i, lines, false, "read"
			}
			if i > MaxRow {
				return i, lines, false, "row_too_long"
			}
			r.fill()
			continue
		}
		i++
		for len(r.buf)-r.pos < i+2 && r.err == nil {
			r.fill()
		}
		if r.err != nil && r.err != io.EOF {
			return i, lines, false, "read"
		}
		after := r.buf[r.pos+i:]
		switch {
		case len(after) == 0:
			return i, lines, true, ""
		case after[0] == '"':
			r.rec = append(r.rec, '"')
			i++
		case after[0] == r.delim:
			return i + 1, lines, false, ""
		case after[0] == r.eol:
			return i + 1, lines + 1, true, ""
		case after[0] == '\r' && len(after) == 1:
			return i + 1, lines, true, ""
		case after[0] == '\r' && after[1] == r.eol:
			return i + 2, lines + 1, true, ""
		default:
			return i, lines, false, "quote_after"
		}
	}
}

// broken reports a fault in the field being read and moves behind the first
// line of the record. An open quote is reported where it opens.
func (r *Reader) broken(line, inside int, code string, n int) error {
	at := line + inside
	if code == "quote_open" {
		at = line
	}
	err := r.fault(line, at, len(r.ends)+1, code, r.buf[r.pos:r.pos+n])
	r.skip, r.recovering = true, true
	return err
}

// unquoted cuts the gathered bytes of a record into cells.
func (r *Reader) unquoted(line int, raw []byte) ([]string, error) {
	if i := bytes.IndexByte(r.rec, 0); i >= 0 {
		return nil, r.fault(line, line, r.columnAt(i), "nul", raw)
	}
	cells := make([]string, len(r.ends))
	filled := false
	if r.enc == GB18030 || r.enc == ASCII && !ascii(r.rec) {
		start := 0
		for c, end := range r.ends {
			text, ok := r.decode(r.rec[start:end])
			if !ok {
				return nil, r.fault(line, line, c+1, "encoding", raw)
			}
			cells[c], start = text, end
			filled = filled || text != ""
		}
	} else {
		text, ok := r.decode(r.rec)
		start := 0
		for c, end := range r.ends {
			cells[c] = text[start:end]
			if !ok {
				if _, fine := r.decode(r.rec[start:end]); !fine {
					return nil, r.fault(line, line, c+1, "encoding", raw)
				}
			}
			filled = filled || start < end
			start = end
		}
	}
	if !filled {
		return nil, nil
	}
	return cells, nil
}

func (r *Reader) columnAt(i int) int {
	for c, end := range r.ends {
		if i < end {
			return c + 1
		}
	}
	return 0
}
