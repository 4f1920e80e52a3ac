package table

import "fmt"

// Source is a table that is read row by row: a CSV file, later a sheet.
type Source interface {
	// Header gives the column names: unique, trimmed, never empty.
	Header() []string
	// Next gives the next row. At the end it returns io.EOF. A *RowError says
	// that one row cannot be used; the next call goes on behind it. Any other
	// error ends the reading. Next is for one goroutine at a time.
	Next() (Row, error)
}

// Row is one record. Cells has one element per column of the header and belongs
// to the caller.
type Row struct {
	Line   int   // line on which the record starts, from 1
	Offset int64 // offset of its first byte in the file
	Cells  []string
}

// RowError says why a row was rejected.
type RowError struct {
	Line    int    // line on which the record starts, from 1
	At      int    // line on which the fault is, from 1
	Column  int    // column of the fault, from 1; 0 when it concerns the row
	Name    string // the column's name, "" when unknown
	Code    string // stable: quote_bare, quote_after, quote_open, nul, encoding, field_too_long, row_too_long, row_short, row_long
	Message string // the reason, in Chinese
	Hint    string // the remedy, in Chinese
	Value   string // the beginning of the row as read
}

// Error gives place, reason and remedy in one line.
func (e *RowError) Error() string {
	if e.Column == 0 {
		return fmt.Sprintf("第 %d 行：%s；%s", e.Line, e.Message, e.Hint)
	}
	return fmt.Sprintf("第 %d 行第 %d 列：%s；%s", e.Line, e.Column, e.Message, e.Hint)
}

// words gives message and hint of a code.
func words(code string) (message, hint string) {
	switch code {
	case "quote_bare":
		return "没有加引号的格子里出现了引号", "请把整格放进引号，并把里面的引号写两遍"
	case "quote_after":
		return "右引号后面还有文字", "请把格子里的引号写两遍，或去掉多余的引号"
	case "quote_open":
		return "引号没有闭合", "请补上右引号，或去掉多余的引号"
	case "nul":
		return "含有空字符（NUL）", "请从来源重新导出文件"
	case "encoding":
		return "含有无法解码的字节", "请把文件另存为 UTF-8 后重试"
	case "field_too_long":
		return "格子超过长度上限", "请缩短内容，或检查引号是否配对"
	case "row_too_long":
		return "整行超过长度上限", "请检查换行和引号是否完整"
	case "row_short":
		return "列数少于表头", "请检查上一行的引号，或补齐缺少的列"
	case "row_long":
		return "列数多于表头", "含有分隔符的格子请加引号"
	}
	return "读不出这一行", "请检查这一行"
}
