package table

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SheetInfo is what was met while a sheet was written out.
type SheetInfo struct {
	Rows     int64 // that are not empty
	Width    int   // columns up to the last that holds anything
	Formulas int64 // cells whose last computed value was taken
	Unsolved int64 // formulas without a computed value, read as empty
}

// sheetReader walks the cells of a sheet.
type sheetReader struct {
	w     *Workbook
	x     *xmlScanner
	row   int
	cells []string
	used  int // behind the last cell that is not empty
	seen  int64
	info  SheetInfo
}

// stepEvery so many rows, or shared texts, the asker is told how far the reading is.
const stepEvery = 1000

// WriteCSV writes a sheet as CSV that OpenNumbered reads: before the cells of each row stands its number in the sheet. Formulas give
// // their last computed value; nothing is ever computed. The error is for people where the workbook is at fault. step, if not nil, is told
// now and then the share of the work that is done, from 0 to 1, and ends the writing with its error.
func (w *Workbook) WriteCSV(sheet int, out io.Writer, step func(share float64) error) (SheetInfo, error) {
	from, total := w.read, w.said(w.Sheets[sheet].part)
	if w.texts == nil {
		total += w.said(sharedTexts)
	}
	told := func() error {
		if step == nil {
			return nil
		}
		return step(min(1, float64(w.read-from)/float64(max(total, 1))))
	}
	if err := w.readTexts(told); err != nil {
		return SheetInfo{}, err
	}
	part, err := w.open(w.Sheets[sheet].part, maxPart)
	if err != nil {
		return SheetInfo{}, err
	}
	if part == nil {
		return SheetInfo{}, errTorn
	}
	defer part.Close()
	r := &sheetReader{w: w, x: newScanner(part)}
	buffer := bufio.NewWriterSize(out, chunk)
	c := csv.NewWriter(buffer)
	written := int64(0)
	var line []string
	for {
		more, err := r.next()
		if err != nil {
			return r.info, err
		}
		if !more {
			break
		}
		if r.used == 0 {
			continue
		}
		if r.info.Rows++; r.info.Rows%stepEvery == 0 {
			if err := told(); err != nil {
				return r.info, err
			}
		}
		r.info.Width = max(r.info.Width, r.used)
		line = append(append(line[:0], strconv.Itoa(r.row)), r.cells[:r.used]...)
		for _, s := range line {
			written += int64(len(s)) + 1
		}
		if written > maxText {
			return r.info, errors.New("工作表展开后超过 1 GB；请拆成几个文件，或删去不需要的列")
		}
		if err := c.Write(line); err != nil {
			return r.info, err
		}
	}
	c.Flush()
	return r.info, errors.Join(c.Error(), buffer.Flush())
}

// next reads the next row's cells.
func (r *sheetReader) next() (bool, error) {
	for {
		kind, err := r.x.next()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, readError(err)
		}
		if kind != xmlStart || r.x.name != "row" {
			continue
		}
		n, err := strconv.Atoi(r.x.attr("r"))
		if err != nil || n <= r.row {
			n = r.row + 1
		}
		if r.row = n; n > maxSheetRows {
			return false, fmt.Errorf("工作表超过 %d 行；请拆成几个文件", maxSheetRows)
		}
		clear(r.cells)
		r.used = 0
		return true, r.readRow()
	}
}

func (r *sheetReader) readRow() error {
	column := -1
	for {
		what, err := r.x.next()
		if err != nil {
			return readError(err)
		}
		switch {
		case what == xmlEnd && r.x.name == "row":
			return nil
		case what == xmlStart && r.x.name == "c":
			column++
			if at, _ := place(r.x.attr("r")); at >= 0 {
				column = at
			}
			kind, s := r.x.attr("t"), r.x.attr("s")
			text, err := r.readCell(kind, s)
			if err != nil {
				return err
			}
			if text == "" {
				continue
			}
			if column >= maxColumns {
				return fmt.Errorf("第 %d 行超过 %d 列；请删去多余的列", r.row, maxColumns)
			}
			if r.seen++; r.seen > maxCells {
				return errors.New("工作表的格子太多；请拆成几个文件，或删去不需要的列")
			}
			for len(r.cells) <= column {
				r.cells = append(r.cells, "")
			}
			r.cells[column] = text
			r.used = max(r.used, column+1)
		}
	}
}

// readCell reads up to the end of a cell and gives its text.
func (r *sheetReader) readCell(kind, styled string) (string, error) {
	var value, inline strings.Builder
	var into *strings.Builder
	formula, valued, phonetic := false, false, 0
	for {
		what, err := r.x.next()
		if err != nil {
			return "", readError(err)
		}
		switch what {
		case xmlStart:
			switch r.x.name {
			case "v":
				into, valued = &value, true
			case "t":
				if phonetic == 0 {
					into = &inline
				}
			case "f":
				formula = true
			case "rPh":
				phonetic++
			}
		case xmlText:
			if into != nil && into.Len() < MaxField {
				into.Write(r.x.text)
			}
		case xmlEnd:
			switch r.x.name {
			case "v", "t":
				into = nil
			case "rPh":
				phonetic--
			case "c":
				if formula {
					r.info.Formulas++
					if !valued {
						r.info.Unsolved++
					}
				}
				s, err := r.text(kind, styled, value.String(), inline.String())
				return clean(s), err
			}
		}
	}
}

func (r *sheetReader) text(kind, styled, value, inline string) (string, error) {
	switch kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil {
			return "", nil
		}
		return r.w.texts.get(n)
	case "inlineStr":
		return escaped(inline), nil
	case "str":
		return escaped(value), nil
	case "b":
		return map[string]string{"1": "是", "0": "否"}[strings.TrimSpace(value)], nil
	case "e": // #N/A and the like are blanks to the import
		return value, nil
	case "d":
		return strings.TrimSuffix(strings.Replace(value, "T", " ", 1), " 00:00:00"), nil
	}
	if value = strings.TrimSpace(value); value == "" {
		return "", nil
	}
	index, err := strconv.Atoi(styled)
	if err != nil {
		index = 0
	}
	return r.w.number(value, index), nil
}

// clean makes text that CSV keeps as it is.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ReplaceAll(s, "\x00", "")
}
