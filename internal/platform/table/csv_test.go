package table

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// all reads a source to its end and gives rows and rejected rows.
func all(t testing.TB, s Source) (rows []Row, bad []*RowError) {
	t.Helper()
	for {
		row, err := s.Next()
		if err == io.EOF {
			return rows, bad
		}
		if e, ok := errors.AsType[*RowError](err); ok {
			if e.Message == "" || e.Hint == "" || e.Line < 1 {
				t.Fatalf("row error without reason, remedy or place: %+v", e)
			}
			bad = append(bad, e)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
}

func open(t testing.TB, text string) *Reader {
	t.Helper()
	r, err := Open(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReadsEveryEncodingAndDelimiterByContent(t *testing.T) {
	t.Parallel()
	want := [][]string{{"张三", "13800138000", "杭州，西湖"}, {"李四喆", "", "说\"好\"\n两行"}, {"😀", "1", "x"}}
	for _, d := range []string{",", ";", "\t"} {
		for _, nl := range []string{"\n", "\r\n"} {
			text := strings.Join([]string{"姓名" + d + "电话" + d + "备注",
				"张三" + d + "13800138000" + d + "杭州，西湖", "李四喆" + d + d + "\"说\"\"好\"\"\n两行\"", "😀" + d + "1" + d + "x", ""}, nl)
			gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
			if err != nil {
				t.Fatal(err)
			}
			le, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
			be, _ := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(text)
			for enc, raw := range map[Encoding]string{UTF8: text, "UTF-8 BOM": "\ufeff" + text, GB18030: gb, UTF16LE: le, UTF16BE: be} {
				r, err := Open(iotest.OneByteReader(strings.NewReader(raw)))
				if err != nil {
					t.Fatal(err)
				}
				rows, bad := all(t, r)
				var got [][]string
				for _, row := range rows {
					got = append(got, row.Cells)
				}
				if !reflect.DeepEqual(got, want) || len(bad) > 0 || r.Delimiter() != d || !strings.HasPrefix(string(enc), string(r.Encoding())) {
					t.Errorf("%s %q %q: %q, rejected %v, found %s %q", enc, d, nl, got, bad, r.Encoding(), r.Delimiter())
				}
				if len(rows) == 3 && (rows[0].Line != 2 || rows[1].Line != 3 || rows[2].Line != 5) {
					t.Errorf("%s: lines %d %d %d, want 2 3 5", enc, rows[0].Line, rows[1].Line, rows[2].Line)
				}
				if r.Offset() != int64(len(raw)) {
					t.Errorf("%s: offset at end %d, want %d", enc, r.Offset(), len(raw))
				}
			}
		}
	}
}

func TestEncodingIsDecidedWhereChineseFirstAppears(t *testing.T) {
	t.Parallel()
	gb, _ := simplifiedchinese.GB18030.NewEncoder().String("张三,\"李四\"\n")
	r := open(t, "a,b\n"+strings.Repeat("x,y\n", 40000)+gb)
	rows, bad := all(t, r)
	if len(bad) > 0 || len(rows) != 40001 || rows[40000].Cells[0] != "张三" || rows[40000].Cells[1] != "李四" || r.Encoding() != GB18030 {
		t.Fatalf("%d rows, last %q, rejected %v, %s", len(rows), rows[len(rows)-1].Cells, bad, r.Encoding())
	}
}

func TestHeaderNames(t *testing.T) {
	t.Parallel()
	r := open(t, "\n,,\nsep\n")
	if got := r.Header(); !reflect.DeepEqual(got, []string{"sep"}) {
		t.Errorf("header %q", got)
	}
	r = open(t, "电话, 电话 ,,名  称,\n1,2,3,4,\n")
	if got := r.Header(); !reflect.DeepEqual(got, []string{"电话", "电话 #2", "#3", "名 称", "#5"}) {
		t.Errorf("header %q", got)
	}
	r = open(t, "sep=;\r\na;b\r\n1;2,5\r\n")
	rows, _ := all(t, r)
	if len(rows) != 1 || rows[0].Cells[1] != "2,5" || rows[0].Line != 3 {
		t.Errorf("sep= line: %+v", rows)
	}
	if _, err := Open(strings.NewReader("")); err == nil {
		t.Error("an empty file was opened")
	}
	if _, err := Open(strings.NewReader("a,\"b\n")); err == nil {
		t.Error("a broken header was opened")
	}
	if _, err := Open(strings.NewReader("PK\x03\x04\x14\x00\x06\x00")); err == nil || !strings.Contains(err.Error(), "另存为") {
		t.Errorf("a workbook: %v", err)
	}
	r = open(t, "a,b\r1,2\r\r3,4")
	if rows, _ := all(t, r); len(rows) != 2 || rows[1].Cells[1] != "4" || rows[1].Line != 4 {
		t.Errorf("lone carriage returns: %+v", rows)
	}
}

func TestBrokenRowsAreReportedAndReadingGoesOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text       string
		rows             string // first cells of good rows
		code             string
		line, at, column int
	}{
		{"bare quote", "a,b\n1,2\n3,x\"y\n5,6\n", "1 5", "quote_bare", 3, 3, 2},
		{"text behind quote", "a,b\n1,2\n\"3\"x,4\n5,6\n", "1 5", "quote_after", 3, 3, 1},
		{"open quote", "a,b\n1,2\n3,\"4\n5,6\n7,8\n", "1 5 7", "quote_open", 3, 3, 2},
		{"open quote closed later", "a,b\n1,2\n3,\"4\n5,\"6\n7,8\n", "1 7", "quote_after", 3, 4, 2},
		{"nul", "a,b\n1,2\n3,\x00\n5,6\n", "1 5", "nul", 3, 3, 2},
		{"nul in quotes", "a,b\n1,2\n3,\"\x00\n\"\n5,6\n", "1 5", "nul", 3, 3, 2},
		{"surplus text", "a,b\n1,2,,\n3,4,5\n5,6\n", "1 5", "row_long", 3, 3, 3},
		{"bad byte", "a,b\n张,李\n王,赵\n1,2\n3,\xff4\n5,6\n", "张 王 1 5", "encoding", 5, 5, 2},
		{"long field", "a,b\n1,2\n" + strings.Repeat("x", MaxField+1) + ",4\n5,6\n", "1 5", "field_too_long", 3, 3, 1},
		{"long quoted field", "a,b\n1,2\n4,\"" + strings.Repeat("x", MaxField+1) + "\"\n5,6\n", "1 5", "field_too_long", 3, 3, 2},
		{"long row", "a,b\n1,2\n" + strings.Repeat("xxxx,", MaxRow/4) + "\n5,6\n", "1 5", "row_too_long", 3, 3, 0},
		{"long row with quote", "a,b\n1,2\n\"\"," + strings.Repeat("xxxx,", MaxRow/4) + "\n5,6\n", "1 5", "row_too_long", 3, 3, 0},
		{"torn piece behind open quote", "a,b,c\n1,2,3\n3,\"4\npiece\n5,6,7\"x\n8,9,10", "1 8", "quote_after", 3, 5, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rows, bad := all(t, open(t, c.text))
			var got []string
			for _, row := range rows {
				got = append(got, row.Cells[0])
			}
			if strings.Join(got, " ") != c.rows || len(bad) == 0 {
				t.Fatalf("rows %q, rejected %d; want %q", got, len(bad), c.rows)
			}
			if b := bad[0]; b.Code != c.code || b.Line != c.line || b.At != c.at || b.Column != c.column {
				t.Errorf("rejected %+v; want %s line %d at %d column %d", b, c.code, c.line, c.at, c.column)
			}
			if b := bad[0]; c.column > 0 && c.column < 3 && b.Name != string(rune('a'+c.column-1)) {
				t.Errorf("column name %q", b.Name)
			}
		})
	}
}

func TestRejectedRowsOfAnyEncodingAreReadable(t *testing.T) {
	t.Parallel()
	text := "姓名,备注\n张三,好\n李四,\"没关\n赵六,开,多\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range []string{text, gb} {
		r := open(t, raw)
		_, bad := all(t, r)
		if len(bad) != 2 || bad[0].Value != "李四,\"没关" || bad[1].Value != "赵六,开,多" {
			t.Errorf("%s: rejected %+v", r.Encoding(), bad)
		}
	}
}

func TestShortAndEmptyRows(t *testing.T) {
	t.Parallel()
	rows, bad := all(t, open(t, "a,b,c\n\n1\n,,\n \n4,5,6\n\"\",,\n"))
	if len(bad) != 0 || len(rows) != 2 || len(rows[0].Cells) != 3 || rows[0].Line != 3 || rows[1].Line != 6 {
		t.Fatalf("%+v %v", rows, bad)
	}
}

func TestAFailingReadIsNotTheEnd(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk")
	r, err := Open(io.MultiReader(strings.NewReader("a,b\n"+strings.Repeat("1,2\n", 30000)), iotest.ErrReader(broken)))
	for err == nil {
		_, err = r.Next()
	}
	if !errors.Is(err, broken) {
		t.Fatalf("ended with %v, want the read error", err)
	}
}

func TestResumeAtEveryRow(t *testing.T) {
	t.Parallel()
	text := "姓名,备注\r\n张三,\"两\r\n行\"\r\n坏\"了,1\r\n短\r\n😀李四,喆\r\n,\r\n\"王,五\"\r\n\"开,1\r\n末,尾"
	gb, _ := simplifiedchinese.GB18030.NewEncoder().String(text)
	le, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	for enc, raw := range map[string]string{"utf8": "\ufeff" + text, "gb": gb, "utf16": le} {
		whole, wholeBad := all(t, open(t, raw))
		r := open(t, raw)
		for n := 0; ; n++ {
			stored, err := json.Marshal(r.Position())
			if err != nil {
				t.Fatal(err)
			}
			var at Position
			if err := json.Unmarshal(stored, &at); err != nil {
				t.Fatal(err)
			}
			again, err := Resume(strings.NewReader(raw), at)
			if err != nil {
				t.Fatal(err)
			}
			rows, bad := all(t, again)
			if n == 0 && (len(whole) != 4 || len(wholeBad) != 3) {
				t.Fatalf("%s: %d rows %d rejected: %+v %v", enc, len(whole), len(wholeBad), whole, wholeBad)
			}
			if len(rows)+len(bad) != len(whole)+len(wholeBad)-n ||
				!(len(rows) == 0 || reflect.DeepEqual(rows, whole[len(whole)-len(rows):])) ||
				!(len(bad) == 0 || reflect.DeepEqual(bad, wholeBad[len(wholeBad)-len(bad):])) {
				t.Fatalf("%s after %d rows: %+v %v, whole %+v %v", enc, n, rows, bad, whole, wholeBad)
			}
			if _, err := r.Next(); err == io.EOF {
				break
			}
		}
	}
}

// endless makes rows without keeping them.
type endless struct {
	row  []byte
	left int
	at   int // bytes of the row already given
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := 0
	for e.left > 0 && n < len(p) {
		c := copy(p[n:], e.row[e.at:])
		n += c
		if e.at += c; e.at == len(e.row) {
			e.at = 0
			e.left--
		}
	}
	return n, nil
}

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	r, err := Open(&endless{row: []byte("张三,13800138000,杭州云帆科技有限公司,\"20万\"\n"), left: 1_000_001})
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n := 0
	for {
		if _, err := r.Next(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		n++
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if n != 1_000_000 {
		t.Fatalf("%d rows", n)
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 1<<20 || cap(r.buf) > 4*chunk {
		t.Fatalf("heap grew by %d bytes, buffer %d", grown, cap(r.buf))
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a;b\r\n\"1\n2\";\"x\"\"y\"\n", "a\tb\n\"\n", "\xff\xfea\x00,\x00b\x00\n\x00", "\xef\xbb\xbfa,b\n\"1\"x,2\n3,4", "sep=;\na;b\n", "\xd0\xd5,b\n\xd5\xc5,1\n", "a\r1\r"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := Open(bytes.NewReader(raw))
		if err != nil {
			return
		}
		width, last := len(r.Header()), int64(-1)
		type result struct {
			line int
			code string
		}
		var seen []result
		var at []Position
		for {
			at = append(at, r.Position())
			row, err := r.Next()
			if err == io.EOF {
				break
			}
			if e, ok := errors.AsType[*RowError](err); ok {
				seen = append(seen, result{e.Line, e.Code})
			} else if err != nil {
				t.Fatal(err)
			} else {
				if len(row.Cells) != width {
					t.Fatalf("row of %d cells, header %d", len(row.Cells), width)
				}
				seen = append(seen, result{row.Line, ""})
			}
			if row.Offset <= last {
				t.Fatalf("offset %d after %d", row.Offset, last)
			}
			last = row.Offset
		}
		if got := r.Offset(); got > int64(len(raw))+1 {
			t.Fatalf("offset %d behind the end %d", got, len(raw))
		}
		mid := len(seen) / 2
		again, err := Resume(bytes.NewReader(raw), at[mid])
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range seen[mid:] {
			row, err := again.Next()
			got := result{row.Line, ""}
			if e, ok := errors.AsType[*RowError](err); ok {
				got = result{e.Line, e.Code}
			} else if err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Fatalf("resumed: %+v, want %+v", got, want)
			}
		}
	})
}

func TestAgreesWithEncodingCSV(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("a,b,c\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "%d,\"q\"\"%d\nx\",张%d\n", i, i, i)
	}
	want, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows, bad := all(t, open(t, b.String()))
	if len(bad) > 0 || len(rows) != len(want)-1 {
		t.Fatalf("%d rows, %d rejected", len(rows), len(bad))
	}
	for i, row := range rows {
		if !reflect.DeepEqual(row.Cells, want[i+1]) {
			t.Fatalf("row %d: %q, want %q", i, row.Cells, want[i+1])
		}
	}
}

func benchText(quoted bool) string {
	row := "张三,13800138000,杭州云帆科技有限公司,zhang@example.com,百度,教育,20万,浙江 杭州,想了解课程,L000001\n"
	if quoted {
		row = "\"张三\",\"13800138000\",\"杭州云帆科技有限公司\",\"zhang@example.com\",\"百度\",\"教育\",\"20万\",\"浙江 杭州\",\"想了解\"\"课程\"\"\",\"L000001\"\n"
	}
	return "a,b,c,d,e,f,g,h,i,j\n" + strings.Repeat(row, 20000)
}

func BenchmarkTable(b *testing.B) {
	for name, text := range map[string]string{"plain": benchText(false), "quoted": benchText(true)} {
		b.Run(name+"/ours", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				r := open(b, text)
				for {
					if _, err := r.Next(); err != nil {
						break
					}
				}
			}
		})
		b.Run(name+"/encoding_csv", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				r := csv.NewReader(strings.NewReader(text))
				for {
					if _, err := r.Read(); err != nil {
						break
					}
				}
			}
		})
	}
}
