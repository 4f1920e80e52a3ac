// Package funnel follows records through the ordered values of a tracked field: how many came to each stage, how many went on, how long
// they stayed. What the stages are is a definition; all figures are asked of query over the field's history.
package funnel

import (
	"fmt"
	"slices"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// Kind is the definition kind of funnels.
const Kind = "funnel"

// Spec is a funnel as written.
type Spec struct {
	Object string   `json:"object"`
	Field  string   `json:"field"`  // a tracked choice
	Stages []string `json:"stages"` // in order; the last is the win
	Lost   string   `json:"lost,omitempty"`
	Source string   `json:"source,omitempty"` // the field by which "source" groups
}

// Funnel is a compiled funnel. Immutable.
type Funnel struct {
	Name   string
	Title  definition.Text
	Spec   Spec
	Object *object.Object
	Field  *object.Field
}

// NewKind is the definition kind of funnels.
func NewKind() definition.Kind {
	return definition.Kind{Name: Kind, Title: definition.Text{ZH: "漏斗", EN: "Funnel"}, Schema: Spec{}, Compile: func(d *definition.Definition, b *definition.Builder) any {
		if f := compile(d, b); f != nil {
			return f
		}
		return nil
	}}
}

func compile(d *definition.Definition, b *definition.Builder) *Funnel {
	f := &Funnel{Name: d.Name, Title: d.Title}
	if !b.Decode(&f.Spec) {
		return nil
	}
	before := len(b.Problems)
	o, ok := object.Named(b, "/spec/object", f.Spec.Object)
	if !ok {
		return nil
	}
	f.Object = o
	if f.Field, ok = o.Field(f.Spec.Field); !ok {
		b.Problem("/spec/field", "unknown_field", o.Title.ZH+"没有字段“"+f.Spec.Field+"”", definition.Suggest(f.Spec.Field, o.Names()))
		return nil
	}
	if f.Field.Type.Shape() != object.ChoiceShape || !f.Field.Track {
		b.Problem("/spec/field", "not_tracked", "“"+f.Field.Title.ZH+"”不是保留变更历史的单选字段", "在对象里打开这个字段的变更历史")
	}
	if len(f.Spec.Stages) < 2 {
		b.Problem("/spec/stages", "too_few", "漏斗至少要两个阶段", "")
	}
	known := f.Field.OptionValues()
	check := func(at, v string) {
		if !slices.Contains(known, v) {
			b.Problem(at, "unknown_value", "“"+f.Field.Title.ZH+"”没有选项“"+v+"”", definition.Suggest(v, known))
		}
	}
	for i, s := range f.Spec.Stages {
		at := fmt.Sprintf("/spec/stages/%d", i)
		check(at, s)
		if slices.Contains(f.Spec.Stages[:i], s) {
			b.Problem(at, "duplicate", "阶段“"+s+"”写了两次", "")
		}
	}
	if f.Spec.Lost != "" {
		check("/spec/lost", f.Spec.Lost)
		if slices.Contains(f.Spec.Stages, f.Spec.Lost) {
			b.Problem("/spec/lost", "duplicate", "流失不能同时是一个阶段", "")
		}
	}
	if f.Spec.Source != "" {
		if _, ok := o.Field(f.Spec.Source); !ok {
			b.Problem("/spec/source", "unknown_field", o.Title.ZH+"没有字段“"+f.Spec.Source+"”", definition.Suggest(f.Spec.Source, o.Names()))
		}
	}
	if len(b.Problems) > before {
		return nil
	}
	return f
}

// decided tells whether a value ends the way through the funnel.
func (f *Funnel) decided(v any) bool {
	s, ok := v.(string)
	return ok && (s == f.Spec.Stages[len(f.Spec.Stages)-1] || f.Spec.Lost != "" && s == f.Spec.Lost)
}
