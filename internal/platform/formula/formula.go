// Package formula is the language in which one field of a record is computed from others of the same record: 预算 * 成交率. A text is
// parsed with the expr grammar, checked against the operands it may name, and computed exactly: numbers are fractions, rounded once, half
// away from zero, at the scale of the result. It knows operands by name and type, no objects and no rows.
//
// An empty operand makes a calculation or a comparison empty; an empty condition counts as false; min, max, sum and concat pass over empty
// arguments, coalesce and isempty look for them. Dividing by zero gives empty with a hint. There is no present time: a value changes only
// with its record.
package formula

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"baton/internal/platform/problem"
)

// The limits of one formula.
const (
	MaxLength = 2000 // characters
	MaxNodes  = 200
	MaxDepth  = 30
	maxText   = 20_000 // characters of a text on the way
)

// Type is the type of an operand or of a part of a formula.
type Type int

// The types.
const (
	Unknown Type = iota // the empty literal, and what could not be checked
	Number
	Text
	Bool
	Date     // a day number
	DateTime // milliseconds
	Set      // several choices, stored as |a|b|
	Ref      // leads to something else; one may only ask whether it is empty
)

var typeWords = map[Type]string{Unknown: "空值", Number: "数字", Text: "文字", Bool: "是或否", Date: "日期", DateTime: "时间", Set: "多选", Ref: "引用"}

func (t Type) String() string { return typeWords[t] }

// Operand is something that a formula may name.
type Operand struct {
	Name    string
	Title   string
	Aliases []string
	Type    Type
	Scale   int // of a stored number: its value is the integer by 10^Scale
	// Unfit says why it cannot be used here; empty when it can.
	Unfit string
	// Options are the labels of a closed choice: a text that it is compared with must be one of them. Label reads a stored choice; nil: as it is.
	Options []string
	Option  func(text string) (label string, ok bool)
	Label   func(stored string) string
}

// Result is what a formula's value is stored as.
type Result struct {
	Type  Type
	Scale int // of a number
	Max   int // longest text in characters; 0: 1000
}

// Hint tells why a computed value is empty.
type Hint struct{ Code, Message string }

// Program is a checked formula. Immutable and safe for concurrent use.
type Program struct {
	Source string
	result Result
	root   *node
	uses   []int
}

// Uses lists the operands that the formula reads, by their position, in ascending order.
func (p *Program) Uses() []int { return p.uses }

// Issue is something wrong in a formula's text.
type Issue struct {
	Code, Message, Hint string
	problem.Position
}

// Compile checks a text against the operands. Without issues the program is returned; the inferred type is returned whenever the text has one.
func Compile(text string, operands []Operand, result Result) (*Program, Type, []Issue) {
	c := &checker{operands: operands, text: []rune(text)}
	root := c.parse()
	if root == nil || len(c.issues) > 0 {
		return nil, Unknown, c.issues
	}
	c.check(root, 1)
	if len(c.issues) == 0 && result.Type != Unknown && !fits(root.typ, result.Type) {
		c.issue(root.at, "wrong_result", "公式算出的是"+root.typ.String()+"，结果类型是"+result.Type.String(), remedy(root.typ))
	}
	if len(c.issues) > 0 {
		return nil, root.typ, c.issues
	}
	p := &Program{Source: text, result: result, root: root}
	for i := range c.used {
		p.uses = append(p.uses, i)
	}
	slices.Sort(p.uses)
	return p, root.typ, nil
}

func fits(have, want Type) bool {
	return have == want || have == Unknown || have == Date && want == DateTime || want == Text && have != Set && have != Ref
}

func remedy(t Type) string {
	switch t {
	case Number:
		return "结果类型可选：整数、小数、金额、百分比"
	case Set:
		return "用 contains(字段, \"选项\") 判断是否选中"
	case Unknown:
		return ""
	}
	return "结果类型请选“" + t.String() + "”"
}

// Eval computes the value from stored operands, as it is stored: nil, string or int64. A hint says why it is empty when that is no matter
// of empty operands.
func (p *Program) Eval(get func(operand int) any, zone *time.Location) (any, *Hint) {
	e := &env{get: get, zone: zone}
	v := p.root.eval(e)
	if e.hint != nil {
		return nil, e.hint
	}
	return v.store(p.result, e)
}

// at gives the place of a token in the text, by line and column in characters, from 1.
func position(text []rune, from, to int) problem.Position {
	from = min(from, len(text))
	p := problem.Position{Line: 1, Column: 1, Length: max(1, to-from)}
	for _, r := range text[:from] {
		if p.Column++; r == '\n' {
			p.Line, p.Column = p.Line+1, 1
		}
	}
	return p
}

// Place says where an issue stands, in words.
func (i Issue) Place() string {
	if i.Line > 1 {
		return fmt.Sprintf("第 %d 行第 %d 个字", i.Line, i.Column)
	}
	return fmt.Sprintf("第 %d 个字", i.Column)
}

// fold is the form in which names are compared: width, case and spaces do not count.
func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(narrow(s)), "")) }

func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E {
			return r - 0xFEE0
		}
		return r
	}, s)
}
