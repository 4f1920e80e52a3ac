package table_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"baton/internal/platform/table"
)

// book writes a workbook with another library.
func book(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	b, err := f.WriteToBuffer()
	require.NoError(t, err)
	return b.Bytes()
}

func set(t testing.TB, f *excelize.File, sheet, cell string, v any, format string) {
	t.Helper()
	require.NoError(t, f.SetCellValue(sheet, cell, v))
	if format != "" {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
		require.NoError(t, err)
		require.NoError(t, f.SetCellStyle(sheet, cell, cell, id))
	}
}

// written reads a sheet through CSV and back.
func written(t testing.TB, b []byte, sheet string, header int) (*table.Reader, table.SheetInfo) {
	t.Helper()
	w, err := table.OpenWorkbook(bytes.NewReader(b), int64(len(b)), t.TempDir())
	require.NoError(t, err)
	defer func() { require.NoError(t, w.Close()) }()
	n, err := w.Find(sheet)
	require.NoError(t, err)
	var out bytes.Buffer
	info, err := w.WriteCSV(n, &out, nil)
	require.NoError(t, err)
	r, err := table.OpenAs(&out, table.Shape{Numbered: true, Header: header, Width: info.Width})
	require.NoError(t, err)
	return r, info
}

func TestAWorkbookReadsAsAPersonReadsIt(t *testing.T) {
	b := book(t, func(f *excelize.File) {
		_, err := f.NewSheet("线索")
		require.NoError(t, err)
		const s = "线索"
		set(t, f, s, "A1", "2026年展会名单", "")
		for i, h := range []string{"公司", "手机", "日期", "时间", "比例", "小数", "长号", "公式", "是否", "备注", "空公式"} {
			c, _ := excelize.CoordinatesToCellName(i+1, 3)
			set(t, f, s, c, h, "")
		}
		set(t, f, s, "A7", "甲,“公司”\n二行", "")
		set(t, f, s, "B7", 13800138000, "0.00E+00")
		set(t, f, s, "C7", time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), `yyyy"年"m"月"d"日"`)
		set(t, f, s, "D7", time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC), "m/d/yy h:mm")
		set(t, f, s, "E7", 0.125, "0.0%")
		set(t, f, s, "F7", 0.1+0.2, "")
		set(t, f, s, "G7", "91330100799655058B", "")
		require.NoError(t, f.SetCellValue(s, "H7", 42))
		require.NoError(t, f.SetCellFormula(s, "H7", "40+2"))
		set(t, f, s, "I7", true, "")
		set(t, f, s, "J7", "=cmd|' /C calc'!A0", "")
		require.NoError(t, f.SetCellFormula(s, "K7", "1/0"))
	})
	r, info := written(t, b, "线索", 3)
	assert.Equal(t, []string{"公司", "手机", "日期", "时间", "比例", "小数", "长号", "公式", "是否", "备注", "空公式"}, r.Header())
	at := r.Position()
	row, err := r.Next()
	require.NoError(t, err)
	assert.Equal(t, 7, row.Line, "a row keeps its number in the sheet")
	assert.Equal(t, []string{"甲,“公司”\n二行", "13800138000", "2026-11-24", "2026-11-24 09:30:00", "12.5%", "0.3", "91330100799655058B", "42", "是", "=cmd|' /C calc'!A0"}, row.Cells[:10])
	_, err = r.Next()
	assert.ErrorIs(t, err, io.EOF)
	assert.True(t, at.Numbered)
	assert.Equal(t, int64(2), info.Formulas)
}

func TestFilesThatAreNoTableSayWhatToDo(t *testing.T) {
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 70_000)
	wide := "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"
	other := zipped(t, "readme.txt", "hello")
	good := book(t, func(f *excelize.File) { set(t, f, "Sheet1", "A1", "公司", "") })
	for _, c := range []struct {
		name, content, word string
		format              table.Format
	}{
		{"old xls", ole, ".xls", table.OldXLS},
		{"with a password", ole[:65_530] + wide + ole, "密码", table.Encrypted},
		{"zip", other, "压缩包", table.Archive},
		{"torn", string(good[:len(good)/2]), "损坏", table.XLSX},
	} {
		src := strings.NewReader(c.content)
		assert.Equal(t, c.format, table.Sniff(src, src.Size()), c.name)
		_, err := table.OpenWorkbook(src, src.Size(), t.TempDir())
		assert.ErrorContains(t, err, c.word, c.name)
	}
	assert.Equal(t, table.CSV, table.Sniff(strings.NewReader("公司,手机\n"), 15))
	assert.Equal(t, table.XLSX, table.Sniff(bytes.NewReader(good), int64(len(good))))
}

func zipped(t testing.TB, pairs ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		w, err := z.Create(pairs[i])
		require.NoError(t, err)
		_, err = io.WriteString(w, pairs[i+1])
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.String()
}

// sheeted is a workbook around the XML of one sheet and of the shared texts.
func sheeted(t testing.TB, sheet, shared string) string {
	return zipped(t, "xl/workbook.xml", `<workbook xmlns:r="x"><sheets><sheet name="S" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", sheet, "xl/sharedStrings.xml", shared)
}

func TestBombsAreRefusedBeforeTheyFillAnything(t *testing.T) {
	var many strings.Builder
	for range 40_000 {
		many.WriteString(`<c t="s"><v>0</v></c>`)
	}
	for _, c := range []struct{ name, sheet, shared, word string }{
		{"unpacks to much", "<worksheet><sheetData>" + strings.Repeat(" ", 200<<20), "<sst/>", "炸弹"},
		{"one long text in many cells", `<worksheet><sheetData>` + strings.Repeat(`<row>`+strings.Repeat(`<c t="s"><v>0</v></c>`, 500)+`</row>`, 10), `<sst><si><t>` + strings.Repeat("x", 900_000) + `</t></si></sst>`, "1 GB"},
		{"more rows than Excel has", `<worksheet><sheetData><row r="1048577"><c><v>1</v></c></row>`, `<sst/>`, "行"},
		{"a cell far to the right", `<worksheet><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row>`, `<sst/>`, "列"},
		{"many cells in a row", `<worksheet><sheetData><row r="1">` + many.String(), `<sst><si><t>x</t></si></sst>`, "列"},
		{"entities", `<!DOCTYPE a [<!ENTITY b "bbbb">]><worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>`, `<sst/>`, "损坏"},
	} {
		src := strings.NewReader(sheeted(t, c.sheet, c.shared))
		w, err := table.OpenWorkbook(src, src.Size(), t.TempDir())
		if err == nil {
			_, err = w.WriteCSV(0, io.Discard, nil)
			require.NoError(t, w.Close())
		}
		assert.ErrorContains(t, err, c.word, c.name)
	}
}

func TestWhatIsWrittenAsAWorkbookReadsElsewhere(t *testing.T) {
	var b bytes.Buffer
	w, err := table.NewWorkbook(&b, "未导入 & <行>")
	require.NoError(t, err)
	rows := [][]string{{"公司", "手机", "备注"}, {"甲 & <乙>", "+8613800138000", "=1+1"}, {"", "013", " 前后有空格 "}}
	for _, r := range rows {
		require.NoError(t, w.Write(r))
	}
	require.NoError(t, w.Close())
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	got, err := f.GetRows("未导入 & <行>")
	require.NoError(t, err)
	assert.Equal(t, rows, got)
	formula, err := f.GetCellFormula("未导入 & <行>", "C2")
	require.NoError(t, err)
	assert.Empty(t, formula)
	r, _ := written(t, b.Bytes(), "", 0)
	row, err := r.Next()
	require.NoError(t, err)
	assert.Equal(t, rows[1], row.Cells)
}

func TestAQuitEndsTheWriting(t *testing.T) {
	stop := errors.New("stop")
	src := strings.NewReader(sheeted(t, "<worksheet><sheetData>"+strings.Repeat(`<row><c><v>1</v></c></row>`, 5000)+"</sheetData></worksheet>", "<sst/>"))
	w, err := table.OpenWorkbook(src, src.Size(), t.TempDir())
	require.NoError(t, err)
	_, err = w.WriteCSV(0, io.Discard, func(float64) error { return stop })
	assert.ErrorIs(t, err, stop)
}

func TestTheShareOfASheetThatIsReadGrowsToTheEnd(t *testing.T) {
	src := strings.NewReader(sheeted(t, "<worksheet><sheetData>"+strings.Repeat(`<row><c t="s"><v>0</v></c></row>`, 20_000)+"</sheetData></worksheet>", "<sst>"+strings.Repeat("<si><t>甲</t></si>", 20_000)+"</sst>"))
	w, err := table.OpenWorkbook(src, src.Size(), t.TempDir())
	require.NoError(t, err)
	var shares []float64
	_, err = w.WriteCSV(0, io.Discard, func(share float64) error {
		shares = append(shares, share)
		return nil
	})
	require.NoError(t, err)
	require.Len(t, shares, 40, "twenty for the texts, twenty for the rows")
	assert.True(t, slices.IsSorted(shares))
	assert.Less(t, shares[0], 0.2)
	assert.Greater(t, shares[39], 0.8)
	assert.LessOrEqual(t, shares[39], 1.0)
}

// BenchmarkWorkbook reads a sheet of 200,000 rows; heap is what is in use at its end.
func BenchmarkWorkbook(b *testing.B) {
	f := excelize.NewFile()
	s, err := f.NewStreamWriter("Sheet1")
	require.NoError(b, err)
	for i := range 200_000 {
		require.NoError(b, s.SetRow(fmt.Sprintf("A%d", i+1), []any{fmt.Sprintf("杭州云帆第%d科技有限公司", i), "张三", 13000000000 + i, "u@example.com", "官网表单", "教育", 125000.5, "浙江 杭州", fmt.Sprintf("第%d条，想了解产品价格和实施周期", i)}))
	}
	require.NoError(b, s.Flush())
	out, err := f.WriteToBuffer()
	require.NoError(b, err)
	content := out.Bytes()
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		w, err := table.OpenWorkbook(bytes.NewReader(content), int64(len(content)), b.TempDir())
		require.NoError(b, err)
		_, err = w.WriteCSV(0, io.Discard, nil)
		require.NoError(b, err)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapInuse)/(1<<20), "heap-MB")
}

// FuzzWorkbook: whatever stands in a workbook, it is read within its limits or refused with a word.
func FuzzWorkbook(f *testing.F) {
	f.Add(`<worksheet><sheetData><row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" s="1"><v>45000.5</v></c></row></sheetData></worksheet>`, `<sst><si><t>公司</t><rPh><t>gong</t></rPh></si></sst>`, true)
	f.Add(`<worksheet><sheetData><row><c t="inlineStr"><is><t>_x000D_</t></is></c><c t="e"><f>1/0</f><v>#N/A</v></c></row>`, `<sst>`, true)
	f.Add(`<row r="-1"><c r="ZZZ9"><v>1e400</v></c><c r=""><v>NaN</v></c></row><row/><row r="1"/>`, `<si/><si><t>a`, true)
	f.Add("PK\x03\x04", "", false)
	f.Fuzz(func(t *testing.T, sheet, shared string, wrap bool) {
		content := sheet
		if wrap {
			content = sheeted(t, sheet, shared)
		}
		src := strings.NewReader(content)
		w, err := table.OpenWorkbook(src, src.Size(), t.TempDir())
		if err != nil {
			assert.NotEmpty(t, err.Error())
			return
		}
		defer func() { _ = w.Close() }()
		var out bytes.Buffer
		info, err := w.WriteCSV(0, &out, nil)
		if err != nil {
			return
		}
		rows, err := table.First(bytes.NewReader(out.Bytes()), true, 1<<20)
		require.NoError(t, err)
		require.LessOrEqual(t, int64(len(rows)), info.Rows)
		last := 0
		for _, r := range rows {
			require.Greater(t, r.Line, last, "rows keep their numbers in order")
			require.LessOrEqual(t, len(r.Cells), info.Width)
			last = r.Line
		}
	})
}
