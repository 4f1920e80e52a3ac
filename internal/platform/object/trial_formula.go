package object

import (
	"slices"

	"baton/internal/platform/formula"
)

// FormulaTrial is a formula that is being written, checked against an object as it is or is going to be.
type FormulaTrial struct {
	Issues []formula.Issue
	// Type is what the text comes to, as far as it can be said; Words reads it back; Reads are the fields it names.
	Type  formula.Type
	Words string
	Reads []string

	program *formula.Program
	field   *Field
}

// TryFormula checks a text for the field self of the object ("" for none); result may be left open. What is hidden may not be named.
func (o *Object) TryFormula(text, result string, scale int, self string, hidden map[string]bool) *FormulaTrial {
	operands := o.Operands()
	for i, f := range o.Fields {
		if hidden[f.Name] {
			operands[i] = formula.Operand{Name: f.Name, Unfit: "你无权查看它"}
		}
	}
	t := &FormulaTrial{field: &Field{FieldSpec: FieldSpec{Name: self, Type: "formula", Scale: scale}}}
	var want formula.Result
	if r, ok := typeByName[result]; ok && slices.Contains(resultTypes, result) {
		t.field.Type = r
		want = t.field.FormulaResult()
	}
	t.program, t.Type, t.Issues = formula.Compile(text, operands, want)
	if t.program == nil {
		return t
	}
	t.Words = t.program.Words()
	for _, i := range t.program.Uses() {
		t.Reads = append(t.Reads, o.Fields[i].Name)
		if f, ok := o.Field(self); ok && o.reads(o.Fields[i], f, 0) {
			is := formula.Issue{Code: "circle", Message: "“" + o.Fields[i].Title.ZH + "”又取决于“" + f.Title.ZH + "”", Hint: "改用不依赖它的字段"}
			is.Line, is.Column, is.Length = 1, 1, len([]rune(text))
			t.Issues = append(t.Issues, is)
		}
	}
	return t
}

// reads tells whether a field is another, or is computed from it.
func (o *Object) reads(f, other *Field, depth int) bool {
	return f == other || depth < 100 && slices.ContainsFunc(f.FormulaReads(), func(i int) bool { return o.Fields[i] != f && o.reads(o.Fields[i], other, depth+1) })
}

// Value computes the formula for a row of the object, as programs and people are shown it; ok is false for a text with issues or without a
// result type.
func (t *FormulaTrial) Value(r *Row, e *Env) (json any, words string, hint *formula.Hint, ok bool) {
	if t.program == nil || len(t.Issues) > 0 || t.field.Type == nil {
		return nil, "", nil, false
	}
	v, hint := t.program.Eval(func(i int) any { return r.V[i] }, e.Zone)
	return t.field.Type.JSON(t.field, e, v), t.field.Type.Words(t.field, e, v), hint, true
}
