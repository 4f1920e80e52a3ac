package table

import (
	"slices"
	"sort"
	"strings"
	"unicode"

	"baton/internal/platform/reader"
)

// Field is a target that a column may hold.
type Field struct {
	Name    string   // stable name, as in the API
	Titles  []string // what the field is called on screen, in each language
	Aliases []string // other headers it is known under
	Type    string   // text, phone, email, money, region, date, choice, multi_choice, …
	Choices []string // names of a choice field's values
	// Accept tells whether a cell is a value of the field, for types that this
	// package does not know, such as region. May be nil.
	Accept func(cell string) bool
}

// How says what a match rests on.
type How string

const (
	ByName    How = "name"    // the field's name or title
	ByAlias   How = "alias"   // a name it is known under
	ByContent How = "content" // what the cells look like
	Unmatched How = "none"
)

// Matched says which field a column holds.
type Matched struct {
	Index      int     // of the column
	Field      string  // "" for none
	Confidence float64 // 0 to 1
	How        How
}

// Match proposes a field for each column of a header, from the names and from
// sample rows. A field gets at most one column: the most certain. The result has
// one element per column, in their order.
//
// A column is never matched to a multiple choice by name alone: half of its
// cells must be the field's choices, so that a "Tags" column with someone's
// remarks stays apart from the product's tags.
func Match(header []string, samples [][]string, fields []Field) []Matched {
	out := make([]Matched, len(header))
	type candidate struct {
		column, field int
		score         float64
		how           How
	}
	var all []candidate
	known := make([][]string, len(fields))
	titles := make([][]string, len(fields))
	for f := range fields {
		titles[f] = normalAll(append([]string{fields[f].Name}, fields[f].Titles...))
		known[f] = normalAll(append(typeAliases(fields[f].Type), fields[f].Aliases...))
	}
	for c, name := range header {
		out[c] = Matched{Index: c, How: Unmatched}
		cells := column(samples, c)
		key := normal(name)
		for f := range fields {
			score, how := nameScore(key, titles[f], known[f])
			fit, judged := fitness(&fields[f], cells)
			switch {
			case score == partly && refers(fields[f].Type): // 客户等级 names no customer
				continue
			case how != Unmatched && fields[f].Type == "multi_choice" && (!judged || fit < 0.5):
				continue
			case how != Unmatched && judged && fit < 0.3 && strictType(&fields[f]):
				score *= 0.5
			case how == Unmatched && judged && fit >= 0.7 && telling(&fields[f], cells):
				score, how = 0.75*fit, ByContent
			}
			if score >= 0.4 {
				all = append(all, candidate{c, f, score, how})
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].score > all[j].score })
	taken := make([]bool, len(fields))
	for _, m := range all {
		if taken[m.field] || out[m.column].Field != "" {
			continue
		}
		taken[m.field] = true
		out[m.column] = Matched{Index: m.column, Field: fields[m.field].Name, Confidence: m.score, How: m.how}
	}
	return out
}

// partly is the score of a header that holds a field's name among other words.
const partly = 0.6

func refers(kind string) bool { return kind == "relation" || kind == "person" || kind == "org_unit" }

// nameScore compares a normalised header with a field's titles and aliases.
func nameScore(key string, titles, aliases []string) (float64, How) {
	if key == "" {
		return 0, Unmatched
	}
	if i := slices.Index(titles, key); i >= 0 {
		return 1 - 0.01*float64(min(i, 3)), ByName
	}
	if slices.Contains(aliases, key) {
		return 0.9, ByAlias
	}
	for _, group := range [2][]string{titles, aliases} {
		for _, word := range group {
			if chinese(word) && len([]rune(word)) >= 2 && strings.Contains(key, word) && len([]rune(key)) <= len([]rune(word))+4 {
				return partly, ByAlias // 客户手机号码, 预算范围
			}
		}
	}
	return 0, Unmatched
}

// normal drops case, width, spaces, punctuation and a unit in brackets.
func normal(name string) string {
	s := strings.ToLower(reader.Fold(name))
	if i := strings.IndexAny(s, "([【（"); i > 0 {
		s = s[:i]
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

func normalAll(names []string) []string {
	out := make([]string, 0, len(names))
	for _, n := range names {
		if k := normal(n); k != "" {
			out = append(out, k)
		}
	}
	return out
}

func chinese(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0
}

// typeAliases are headers that name a field by its kind.
func typeAliases(kind string) []string {
	switch kind {
	case "phone":
		return []string{"手机", "手机号", "手机号码", "电话", "电话号码", "联系电话", "联系方式", "移动电话", "mobile", "tel", "telephone", "cell", "phone number", "mobile phone", "contact number"}
	case "email":
		return []string{"邮箱", "电子邮箱", "电子邮件", "邮件", "mail", "e-mail", "email address"}
	case "region":
		return []string{"地区", "区域", "所在地", "所在地区", "省市", "城市", "省份", "location", "province", "city"}
	}
	return nil
}
