package object

import (
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/definition"
	"baton/internal/platform/formula"
)

// Formula is a field computed from others of its record. A compiled field has the type of the formula's result: it is stored, shown,
// filtered and sorted as such.
type Formula struct{ unsettled }

// Name of the type.
func (Formula) Name() string { return "formula" }

// unsettled is the type of a computed field before its result's type is known; no compiled field has it.
type unsettled struct{ textual }

func (unsettled) Shape() Shape { return OpaqueShape }
func (unsettled) Parse(_ *Field, _ *Env, raw any) (any, *Hint, error) {
	if raw == nil {
		return nil, nil, nil
	}
	return nil, nil, &ValueError{Code: "computed", Message: "由系统计算，不能填写"}
}

// resultTypes are what a formula may come to.
var resultTypes = []string{"integer", "decimal", "money", "percent", "text", "boolean", "date", "datetime"}

// settle gives the type of a field's values; nil when that cannot be said. What is computed is read-only.
func (fs *FieldSpec) settle(b *definition.Builder, t Type, at string) Type {
	kind := fs.Type
	for _, x := range []struct {
		key, of string
		given   bool
	}{{"formula", "formula", fs.Formula != ""}, {"rollup", "rollup", fs.Rollup != nil}, {"pattern", "auto_number", fs.Pattern != ""}} {
		if x.given && kind != x.of {
			b.Problem(at+"/"+x.key, "misplaced", "只有“"+x.of+"”字段才有这一项", "删去这一项，或改字段类型")
		}
	}
	if kind == "formula" || kind == "rollup" || fs.Pattern != "" {
		fs.ReadOnly = true
		if fs.Default != nil {
			b.Problem(at+"/default", "misplaced", "“"+fs.Title.ZH+"”由系统计算，没有默认值", "删去默认值")
		}
		if fs.Required {
			b.Problem(at+"/required", "misplaced", "“"+fs.Title.ZH+"”由系统计算，不能设为必填", "在它用到的字段上设必填")
		}
	}
	switch kind {
	case "formula":
		result, ok := typeByName[fs.Result]
		if !ok || !slices.Contains(resultTypes, fs.Result) {
			b.Problem(at+"/result", "unknown_type", "公式要说明结果类型", definition.Suggest(fs.Result, resultTypes)+"可选："+strings.Join(resultTypes, "、"))
			return nil
		}
		return result
	case "rollup":
		return fs.settleRollup(b, at)
	}
	return t
}

// Computed tells that the field's value follows from other values, so that nobody writes it.
func (f *Field) Computed() bool { return f.program != nil || f.Rollup != nil || f.Number != nil }

// Operands tells what formulas of the object may name: its fields, in their order.
func (o *Object) Operands() []formula.Operand {
	out := make([]formula.Operand, len(o.Fields))
	for i, f := range o.Fields {
		out[i] = o.operand(f)
	}
	return out
}

func (o *Object) operand(f *Field) formula.Operand {
	x := formula.Operand{Name: f.Name, Title: f.Title.ZH, Aliases: slices.Clone(f.Aliases), Scale: f.Type.Scale(f)}
	if f.Title.EN != "" {
		x.Aliases = append(x.Aliases, f.Title.EN)
	}
	switch f.Type.Shape() {
	case NumberShape:
		switch x.Type = formula.Number; f.Type.Name() {
		case "percent":
			x.Scale = 4 // 65 % counts as 0.65
		case "duration":
			x.Unfit = "时长还不能参与计算"
		}
	case BoolShape:
		x.Type = formula.Bool
	case DateShape:
		x.Type = formula.Date
	case InstantShape:
		x.Type = formula.DateTime
	case SetShape:
		x.Type = formula.Set
	case TextShape:
		if x.Type = formula.Text; f.Type.Name() == "rich_text" {
			x.Unfit = "它带有格式"
		}
	case ChoiceShape:
		x.Type, x.Label = formula.Text, f.OptionLabel
		x.Option = func(text string) (string, bool) {
			v, ok := f.Option(text)
			return f.OptionLabel(v), ok
		}
		for _, op := range f.Options {
			if !f.Open {
				x.Options = append(x.Options, op.Label())
			}
		}
	case RefShape, TreeShape:
		x.Type = formula.Ref
	default:
		x.Unfit = "它没有可计算的值"
	}
	if f.System && (f.Index == Version || f.Index == UpdatedAt || f.Index == UpdatedBy || f.Index == OrgUnit || f.Index == DeletedAt || f.Index == Hints || f.Index == Owner && o.Spec.OwnerFrom != "") {
		x.Unfit = "它不由这条记录的填写决定"
	}
	return x
}

// FormulaResult is what a formula of the field comes to.
func (f *Field) FormulaResult() formula.Result {
	r := formula.Result{Max: f.Max}
	switch f.Type.Name() {
	case "boolean":
		r.Type = formula.Bool
	case "date":
		r.Type = formula.Date
	case "datetime":
		r.Type = formula.DateTime
	case "text":
		r.Type = formula.Text
	case "percent":
		r.Type, r.Scale = formula.Number, 4
	default:
		r.Type, r.Scale = formula.Number, f.Type.Scale(f)
	}
	return r
}

// formulas compiles the object's formulas and puts them into an order in which each follows those that it reads.
func (o *Object) formulas(b *definition.Builder) {
	var pending []*Field
	var operands []formula.Operand
	for _, f := range o.Fields {
		if f.FieldSpec.Type != "formula" {
			continue
		}
		if operands == nil {
			operands = o.Operands()
		}
		p, _, issues := formula.Compile(f.Formula, operands, f.FormulaResult())
		for _, it := range issues {
			b.Problem(o.PointerOf(f)+"/formula", it.Code, "“"+f.Title.ZH+"”"+it.Place()+"："+it.Message, it.Hint)
			pos := it.Position
			b.Problems[len(b.Problems)-1].Position = &pos
		}
		if p != nil {
			f.program = p
			pending = append(pending, f)
		}
	}
	waits := func(f *Field) bool {
		return slices.ContainsFunc(pending, func(g *Field) bool { return slices.Contains(f.program.Uses(), g.Index) })
	}
	for len(pending) > 0 {
		next := slices.IndexFunc(pending, func(f *Field) bool { return !waits(f) })
		if next < 0 {
			o.circle(b, pending)
			return
		}
		o.computed = append(o.computed, pending[next])
		pending = slices.Delete(pending, next, next+1)
	}
}

// circle names formulas that wait for one another.
func (o *Object) circle(b *definition.Builder, pending []*Field) {
	f, way := pending[0], []*Field{}
	for !slices.Contains(way, f) {
		way = append(way, f)
		for _, g := range pending {
			if slices.Contains(f.program.Uses(), g.Index) {
				f = g
				break
			}
		}
	}
	way = way[slices.Index(way, f):]
	var names []string
	for _, g := range append(slices.Clone(way), f) {
		names = append(names, "“"+g.Title.ZH+"”")
	}
	for _, g := range way {
		b.Problem(o.PointerOf(g)+"/formula", "circle", "公式互相引用："+strings.Join(names, " → "), "让其中一个改用不依赖它的字段")
	}
}

// PointerOf is the JSON pointer of a field of its own in the object's definition.
func (o *Object) PointerOf(f *Field) string {
	i := slices.IndexFunc(o.Spec.Fields, func(fs FieldSpec) bool { return fs.Name == f.Name })
	return fmt.Sprintf("/spec/fields/%d", i)
}

// Compute brings the formulas of a row up to date; told hears of each, with the reason where it is empty for one.
func (o *Object) Compute(r *Row, e *Env, told func(f *Field, hint *Hint)) {
	for _, f := range o.computed {
		v, why := f.program.Eval(func(i int) any { return r.V[i] }, e.Zone)
		r.V[f.Index] = v
		var hint *Hint
		if why != nil {
			hint = &Hint{Code: why.Code, Message: why.Message}
		}
		told(f, hint)
	}
}

// Computes tells whether the object has formulas.
func (o *Object) Computes() bool { return len(o.computed) > 0 }

// HideComputed adds the formulas that read a hidden field, directly or by another formula: their values would tell of it.
func (o *Object) HideComputed(hidden map[string]bool) map[string]bool {
	if len(hidden) == 0 {
		return hidden
	}
	for _, f := range o.computed { // in order, so that one pass is enough
		if !hidden[f.Name] && slices.ContainsFunc(f.program.Uses(), func(i int) bool { return hidden[o.Fields[i].Name] }) {
			hidden[f.Name] = true
		}
	}
	return hidden
}

// FormulaReads lists the fields that the field's formula reads, by position; none for a field without one.
func (f *Field) FormulaReads() []int {
	if f.program == nil {
		return nil
	}
	return f.program.Uses()
}

// FormulaResults lists the types that a formula may come to.
func FormulaResults() []string { return slices.Clone(resultTypes) }
