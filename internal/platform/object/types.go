package object

import (
	"sort"
	"strings"
)

// Class is how a value is kept: both databases know only these two.
type Class int

// The classes.
const (
	TextClass Class = iota // string; '' is never stored, NULL is
	IntClass               // int64
)

// Shape is how conditions and charts treat a type.
type Shape int

// The shapes.
const (
	TextShape    Shape = iota // free text
	NumberShape               // ordered number, scaled by 10^Scale
	BoolShape                 // 0 or 1
	DateShape                 // days since 1970-01-01
	InstantShape              // milliseconds since 1970 UTC
	ChoiceShape               // one of a list
	SetShape                  // several of a list, stored as |a|b|
	RefShape                  // id of a record of Target
	TreeShape                 // path code in a tree (region)
	OpaqueShape               // not for conditions
)

// Type is one field type. Stateless; one file each.
type Type interface {
	// Name as written in definitions.
	Name() string
	Class() Class
	Shape() Shape
	// Scale is the number of decimal digits of the stored integer, 0 where not a number.
	Scale(f *Field) int
	// Parse reads an incoming value: nil, string, json.Number, bool, []any or map[string]any. It returns the canonical value (nil for
	// empty) and, where the value was taken with a reservation, a hint. A *ValueError says why it cannot be read.
	Parse(f *Field, e *Env, raw any) (any, *Hint, error)
	// JSON shows a canonical value to programs.
	JSON(f *Field, e *Env, v any) any
	// Words shows a canonical value to people, in Chinese; "—" for empty.
	Words(f *Field, e *Env, v any) string
}

// Hint is a reservation kept beside a value.
type Hint struct {
	Raw     string `json:"raw"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// ValueError says why a value cannot be read.
type ValueError struct{ Code, Message, Hint string }

func (e *ValueError) Error() string { return e.Message }

var typeByName = func() map[string]Type {
	m := map[string]Type{}
	for _, t := range []Type{Text{}, LongText{}, RichText{}, Integer{}, Decimal{}, Money{}, Percent{}, Boolean{}, Date{}, DateTime{}, Duration{}, Choice{}, MultiChoice{},
		Phone{}, Email{}, URL{}, Region{}, Person{}, OrgUnitType{}, Relation{}, AutoNumber{}, JSON{}, File{}, Image{}, Formula{}, Rollup{}} {
		m[t.Name()] = t
	}
	return m
}()

// TypeNames lists all field types.
func TypeNames() []string {
	out := make([]string, 0, len(typeByName))
	for n := range typeByName {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// Dash is shown where there is nothing to show.
const Dash = "—"

// wrongType is the error for a JSON value of a sort the type never takes.
func wrongType(want string, raw any) error {
	sort := "值"
	switch raw.(type) {
	case map[string]any:
		sort = "对象"
	case []any:
		sort = "数组"
	case bool:
		sort = "布尔值"
	}
	return &ValueError{Code: "wrong_type", Message: "这里需要" + want + "，收到的是" + sort, Hint: "请改为" + want + "，写成文字或数字"}
}

// cleanText trims and refuses what no text field may hold.
func cleanText(s string, limit int) (any, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, nil
	}
	if strings.ContainsRune(s, 0) {
		return nil, &ValueError{Code: "nul_byte", Message: "含有空字符（NUL）", Hint: "删去该字符后重试"}
	}
	if !validText(s) {
		return nil, &ValueError{Code: "bad_encoding", Message: "不是有效的文字编码", Hint: "请用 UTF-8"}
	}
	if limit <= 0 {
		limit = 1000
	}
	if n := len([]rune(s)); n > limit {
		return nil, &ValueError{Code: "too_long", Message: "超过最长 " + itoa(int64(limit)) + " 个字符", Hint: "现有 " + itoa(int64(n)) + " 个字符，请缩短"}
	}
	return s, nil
}
