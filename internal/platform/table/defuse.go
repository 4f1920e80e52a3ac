package table

import "strings"

// formula are the signs with which a cell starts that a spreadsheet would run.
const formula = "=+-@\t\r"

// Defused puts a ' before cells that start like a formula; numbers, phone numbers and dashes (+86…, -12.5, --) are none.
func Defused(cells []string) []string {
	for i, c := range cells {
		if c == "" || !strings.ContainsRune(formula, rune(c[0])) {
			continue
		}
		if (c[0] == '+' || c[0] == '-') && (strings.Trim(c[1:], "0123456789.,") == "" || strings.Trim(c, "-") == "") {
			continue
		}
		cells[i] = "'" + c
	}
	return cells
}

// Undefused gives a cell as it was before Defused.
func Undefused(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune(formula, rune(cell[1])) {
		return cell[1:]
	}
	return cell
}
