package table

import (
	"strings"
	"time"
	"unicode/utf8"

	"baton/internal/platform/reader"
)

// MostChoices is how many different values a column of choices has at most.
const MostChoices = 20

func guess(name string, cells []string) (kind string, choices []string) {
	var filled []string
	for _, c := range cells {
		if c = strings.TrimSpace(c); c != "" {
			filled = append(filled, c)
		}
	}
	if len(filled) == 0 {
		return "text", nil
	}
	share := func(is func(string) bool) bool {
		n := 0
		for _, c := range filled {
			if is(c) {
				n++
			}
		}
		return n*20 >= len(filled)*19
	}
	switch {
	case share(func(c string) bool { _, err := reader.Phone(c); return err == nil }):
		return "phone", nil
	case share(func(c string) bool { _, err := reader.Email(c); return err == nil }):
		return "email", nil
	case share(func(c string) bool { return strings.HasPrefix(c, "http://") || strings.HasPrefix(c, "https://") }):
		return "url", nil
	case share(yesNo):
		return "boolean", nil
	case share(digits) && !numbersAreNames(name, filled):
		return "integer", nil
	case share(numeric) && !numbersAreNames(name, filled):
		return "decimal", nil
	case share(dated):
		if share(func(c string) bool { return !strings.Contains(c, ":") }) {
			return "date", nil
		}
		return "datetime", nil
	case share(func(c string) bool { _, err := reader.Amount(c); return err == nil }) && !numbersAreNames(name, filled):
		return "money", nil
	}
	seen := map[string]bool{}
	for _, c := range filled {
		if utf8.RuneCountInString(c) > 200 || strings.Contains(c, "\n") {
			return "long_text", nil
		}
		if k := reader.Fold(c); !seen[k] {
			seen[k] = true
			choices = append(choices, c)
		}
	}
	if len(choices) <= MostChoices && len(choices)*2 <= len(filled) && len(choices) > 1 && share(func(c string) bool { return utf8.RuneCountInString(c) <= 20 }) {
		return "choice", choices
	}
	return "text", nil
}

func yesNo(c string) bool {
	switch strings.ToLower(c) {
	case "是", "否", "yes", "no", "true", "false", "y", "n", "有", "无", "√", "×":
		return true
	}
	return false
}

func dated(c string) bool {
	if digits(c) {
		return false
	}
	_, err := reader.DateTimeIn(c, time.UTC, reader.MonthFirst)
	return err == nil
}

func digits(c string) bool {
	c = strings.TrimPrefix(c, "-")
	return c != "" && len(c) <= 15 && strings.Trim(c, "0123456789") == ""
}

func numeric(c string) bool {
	whole, part, dot := strings.Cut(c, ".")
	return digits(strings.ReplaceAll(whole, ",", "")) && (!dot || part != "" && strings.Trim(part, "0123456789") == "")
}

// numbersAreNames tells numbers that count nothing (工号 00017, postcodes): a leading zero, or a header that says so.
func numbersAreNames(name string, cells []string) bool {
	for _, word := range []string{"号", "编码", "代码", "邮编", "code", "id", "no."} {
		if strings.HasSuffix(strings.ToLower(strings.TrimSpace(name)), word) {
			return true
		}
	}
	for _, c := range cells {
		if len(c) > 1 && c[0] == '0' && c[1] != '.' {
			return true
		}
	}
	return false
}

// moneyNames are headers whose plain numbers are money.
var moneyNames = []string{"金额", "预算", "价格", "单价", "总价", "费用", "营收", "收入", "成本", "售价", "amount", "price", "revenue", "budget", "cost"}

// Guess proposes a field type for a column that belongs to no field: phone, email, url, boolean, date, datetime, money, integer, decimal,
// choice (with the values in order of appearance), text or long_text. Nearly all cells must fit; text takes anything. The header is listened
// to as well: plain numbers under 金额 are money.
func Guess(name string, cells []string) (kind string, choices []string) {
	kind, choices = guess(name, cells)
	if kind == "integer" || kind == "decimal" {
		for _, w := range moneyNames {
			if strings.Contains(strings.ToLower(name), w) {
				return "money", nil
			}
		}
	}
	return kind, choices
}
