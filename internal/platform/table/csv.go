package table

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Limits of one field and of one record, in bytes of the file.
const (
	MaxField = 1 << 20
	MaxRow   = 4 << 20

	chunk = 64 << 10
)

// Position is a place between two records from which Resume goes on. It can be
// stored as JSON.
type Position struct {
	Offset     int64    `json:"offset"` // bytes of the raw file before the next record
	Line       int      `json:"line"`   // line of the next record
	Encoding   Encoding `json:"encoding"`
	Delimiter  string   `json:"delimiter"`
	CR         bool     `json:"cr,omitempty"`         // lines end with a lone carriage return
	Recovering bool     `json:"recovering,omitempty"` // behind a broken quote
	Numbered   bool     `json:"numbered,omitempty"`   // rows begin with their number
	Header     []string `json:"header"`
}

// Reader is a Source that reads CSV. Its memory is bounded by MaxRow, whatever
// the file's size.
//
// Rows whose cells are all empty are skipped. Missing cells at the end of a row
// read as empty, except right behind a broken quote, where a short row is most
// likely a torn piece and is rejected. Surplus empty cells are dropped, surplus
// text rejects the row. After a broken quote reading goes on at the line after
// the one on which the record started.
type Reader struct {
	src        io.Reader
	buf        []byte
	pos        int   // start of the unread part of buf
	err        error // why src gave no more
	offset     int64 // of buf[pos] in the raw file
	line       int   // of buf[pos]
	enc        Encoding
	decoder    *encoding.Decoder
	delim      byte
	eol        byte
	header     []string
	numbered   bool
	recovering bool   // no whole row since a broken quote
	skip       bool   // drop bytes up to the next line end
	rec        []byte // unquoted bytes of one record
	ends       []int
}

// Shape says what is known of a file before it is read.
type Shape struct {
	// Numbered files are what Workbook.WriteCSV wrote: each row begins with its number in the sheet, which rows and errors then carry.
	Numbered bool `json:"numbered,omitempty"`
	// Header is the line of the header; 0 is the first record that is not empty.
	Header int `json:"header,omitempty"`
	// Width is how many columns there are at least; those that the header does not name get a name.
	Width int `json:"width,omitempty"`
}

// Open finds encoding, delimiter and line end of a CSV file and reads its
// header, the first record that is not empty. A line "sep=;" in front decides
// the delimiter.
func Open(src io.Reader) (*Reader, error) { return OpenAs(src, Shape{}) }

// OpenAs is Open for a file of which something is known.
func OpenAs(src io.Reader, as Shape) (*Reader, error) {
	r, err := begin(src, as.Numbered)
	if err != nil {
		return nil, err
	}
	for {
		head, err := r.read()
		if errors.Is(err, io.EOF) {
			if as.Header > 0 {
				return nil, fmt.Errorf("文件没有第 %d 行；请重新选择表头所在的行", as.Header)
			}
			return nil, errors.New("文件是空的；请选择带表头的文件")
		}
		var bad *RowError
		if errors.As(err, &bad) && head.Line < as.Header {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("表头读不出：%w", err)
		}
		if head.Line >= as.Header {
			for len(head.Cells) < as.Width {
				head.Cells = append(head.Cells, "")
			}
			r.header = columnNames(head.Cells)
			return r, nil
		}
	}
}

// First gives the first n records that can be read, the header among them.
func First(src io.Reader, numbered bool, n int) ([]Row, error) {
	r, err := begin(src, numbered)
	if err != nil {
		return nil, err
	}
	var out []Row
	for len(out) < n {
		row, err := r.read()
		var bad *RowError
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case errors.As(err, &bad) && len(out) > 0:
		case err != nil && len(out) == 0: // what begins broken is most likely no table, or its header is
			return nil, fmt.Errorf("表头读不出：%w", err)
		case err != nil:
			return nil, err
		default:
			out = append(out, row)
		}
	}
	return out, nil
}

// begin finds out how a file is written; the next record is its first.
func begin(src io.Reader, numbered bool) (*Reader, error) {
	r := &Reader{src: src, line: 1, buf: make([]byte, 0, 2*chunk)}
	if numbered {
		r.numbered, r.eol, r.delim = true, '\n', ','
		r.setEncoding(UTF8)
		return r, nil
	}
	for len(r.buf) < chunk && r.err == nil {
		r.fill()
	}
	if r.err != nil && !errors.Is(r.err, io.EOF) {
		return nil, fmt.Errorf("read the table: %w", r.err)
	}
	if workbook(r.buf) {
		return nil, errors.New("这是 Excel 工作簿，不是 CSV；请在 Excel 里另存为“CSV UTF-8（逗号分隔）”后再选")
	}
	enc, mark := detectEncoding(r.buf)
	r.pos, r.offset = mark, int64(mark)
	r.setEncoding(enc)
	if enc == UTF16LE || enc == UTF16BE {
		r.reopen(io.MultiReader(bytes.NewReader(slices.Clone(r.buf[mark:])), &failing{src: src, err: r.err}))
		for len(r.buf) < chunk && r.err == nil {
			r.fill()
		}
	}
	sample := r.buf[r.pos:]
	r.eol = '\n'
	if bytes.IndexByte(sample, '\n') < 0 && bytes.IndexByte(sample, '\r') >= 0 {
		r.eol = '\r'
	}
	r.delim = detectDelimiter(bytes.ReplaceAll(sample, []byte{r.eol}, []byte{'\n'}))
	if len(sample) > 5 && bytes.EqualFold(sample[:4], []byte("sep=")) && (sample[5] == r.eol || sample[5] == '\r') {
		r.delim = sample[4]
		if _, err := r.record(); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// read gives the next record with the number that it has for people.
func (r *Reader) read() (Row, error) {
	row, err := r.record()
	if err == nil && r.numbered {
		if n, ok := strconv.Atoi(row.Cells[0]); ok == nil {
			row.Line = n
		}
		row.Cells = row.Cells[1:]
	}
	return row, err
}

// Resume goes on at a position that a Reader of the same file gave.
func Resume(src io.ReadSeeker, at Position) (*Reader, error) {
	if len(at.Delimiter) != 1 || len(at.Header) == 0 || at.Offset < 0 || at.Line < 1 {
		return nil, fmt.Errorf("table position %+v is not one that a Reader gave", at)
	}
	if _, err := src.Seek(at.Offset, io.SeekStart); err != nil {
		return nil, fmt.Errorf("seek to row at byte %d: %w", at.Offset, err)
	}
	r := &Reader{src: src, buf: make([]byte, 0, 2*chunk), offset: at.Offset, line: at.Line,
		delim: at.Delimiter[0], eol: '\n', header: at.Header, recovering: at.Recovering, numbered: at.Numbered}
	if at.CR {
		r.eol = '\r'
	}
	r.setEncoding(at.Encoding)
	if at.Encoding == UTF16LE || at.Encoding == UTF16BE {
		r.reopen(src)
	}
	return r, nil
}

// failing passes on the error that ended the sample before src is read again.
type failing struct {
	src io.Reader
	err error
}

func (f *failing) Read(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return f.src.Read(p)
}

func (r *Reader) reopen(raw io.Reader) {
	u := &utf16Reader{src: raw, order: binary.LittleEndian}
	if r.enc == UTF16BE {
		u.order = binary.BigEndian
	}
	r.src, r.buf, r.pos, r.err = u, r.buf[:0], 0, nil
}

func (r *Reader) setEncoding(enc Encoding) {
	r.enc = enc
	if enc == GB18030 {
		r.decoder = simplifiedchinese.GB18030.NewDecoder()
	}
}

// Header implements Source. A column without a name is called "#n" by its
// number; the second of two equal names gets " #n".
func (r *Reader) Header() []string { return r.header }

// Encoding is what was found; ASCII reads as UTF8.
func (r *Reader) Encoding() Encoding {
	if r.enc == ASCII {
		return UTF8
	}
	return r.enc
}

// Delimiter is the sign between cells.
func (r *Reader) Delimiter() string { return string(rune(r.delim)) }

// Offset is the number of raw bytes of the file before the next record.
func (r *Reader) Offset() int64 { return r.Position().Offset }

// Position is the place of the next record, for Resume.
func (r *Reader) Position() Position {
	if r.skip {
		r.drop()
	}
	return Position{Offset: r.offset, Line: r.line, Encoding: r.enc, Delimiter: string(rune(r.delim)),
		CR: r.eol == '\r', Recovering: r.recovering, Numbered: r.numbered, Header: r.header}
}

// Next implements Source.
func (r *Reader) Next() (Row, error) {
	row, err := r.read()
	if err != nil {
		if bad, ok := errors.AsType[*RowError](err); ok && bad.Column > 0 && bad.Column <= len(r.header) {
			bad.Name = r.header[bad.Column-1]
		}
		return Row{Line: row.Line, Offset: row.Offset}, err
	}
	want := len(r.header)
	if len(row.Cells) == want {
		r.recovering = false
		return row, nil
	}
	if len(row.Cells) < want {
		if r.recovering {
			return row, rowError(row.Line, row.Line, 0, "row_short", strings.Join(row.Cells, r.Delimiter()))
		}
		cells := make([]string, want)
		copy(cells, row.Cells)
		row.Cells = cells
		return row, nil
	}
	for i, cell := range row.Cells[want:] {
		if strings.TrimSpace(cell) != "" {
			return Row{Line: row.Line, Offset: row.Offset}, rowError(row.Line, row.Line, want+i+1, "row_long", strings.Join(row.Cells, r.Delimiter()))
		}
	}
	row.Cells = row.Cells[:want:want]
	return row, nil
}

// columnNames makes the names of a header unique and not empty.
func columnNames(cells []string) []string {
	names := make([]string, len(cells))
	seen := make(map[string]bool, len(cells))
	for i, cell := range cells {
		name := strings.Join(strings.Fields(strings.ReplaceAll(cell, "\u3000", " ")), " ")
		if name == "" {
			name = fmt.Sprintf("#%d", i+1)
		}
		for seen[name] {
			name = fmt.Sprintf("%s #%d", name, i+1)
		}
		seen[name] = true
		names[i] = name
	}
	return names
}
