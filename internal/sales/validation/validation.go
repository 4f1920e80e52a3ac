// Package validation holds what a company forbids of records that are right each by itself: a second new signing of one customer within a
// year. What is forbidden, what is offered instead and who may pass it is a definition; the package is a step of the write.
package validation

import (
	"fmt"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// Kind is the definition kind of validations.
const Kind = "validation"

// Spec is a validation as written: of the records that meet When, there is at most one of the Same record within Months.
type Spec struct {
	Object string          `json:"object"`
	When   *condition.Node `json:"when"`
	Same   string          `json:"same"`   // relation; the records it points to are the same by company, not by id only
	Time   string          `json:"time"`   // date or datetime; the instant of the write where empty
	Months int             `json:"months"` // less than so many months apart is refused, exactly so many is not
	// Offer are the values that make the record acceptable.
	Offer map[string]any `json:"offer,omitempty"`
	// Confirm is the boolean by which one says that a branch signs for itself; without it branches are not asked about.
	Confirm string `json:"confirm,omitempty"`
	// Pass lets the holders of a right write the record all the same, with a reason in a text field that only they may fill in.
	Pass *Pass `json:"pass,omitempty"`
}

// Pass is the way past a validation.
type Pass struct {
	Right  string `json:"right"`
	Reason string `json:"reason"`
}

// Validation is a compiled validation. Immutable.
type Validation struct {
	Name   string
	Title  definition.Text
	Spec   Spec
	Object *object.Object
	Same   *object.Object
	when   *condition.Cond
	env    *object.Env
}

// NewKind is the definition kind of validations; rights lists those that exist, env reads literals and gives the zone of days.
func NewKind(env *object.Env, rights []string) definition.Kind {
	return definition.Kind{Name: Kind, Title: definition.Text{ZH: "校验", EN: "Validation"}, Schema: Spec{}, Compile: func(d *definition.Definition, b *definition.Builder) any {
		if v := compile(d, b, env, rights); v != nil {
			return v
		}
		return nil
	}, Sentence: func(compiled any, _ *definition.Snapshot) string {
		if v, ok := compiled.(*Validation); ok {
			return v.sentence()
		}
		return ""
	}}
}

func (v *Validation) sentence() string {
	return fmt.Sprintf("同一%s %d 个月内，满足“%s”的%s只能有一份", v.Same.Title.ZH, v.Spec.Months, v.when.Words(), v.Object.Title.ZH)
}

func compile(d *definition.Definition, b *definition.Builder, env *object.Env, rights []string) *Validation {
	v := &Validation{Name: d.Name, Title: d.Title, env: env}
	if !b.Decode(&v.Spec) {
		return nil
	}
	before := len(b.Problems)
	o, ok := object.Named(b, "/spec/object", v.Spec.Object)
	if !ok {
		return nil
	}
	v.Object = o
	field := func(name, at string, fits func(*object.Field) bool, want string) *object.Field {
		f, ok := o.Field(name)
		if !ok {
			b.Problem(at, "unknown_field", o.Title.ZH+"没有字段“"+name+"”", definition.Suggest(name, o.Names()))
			return nil
		}
		if !fits(f) {
			b.Problem(at, "wrong_type", "“"+f.Title.ZH+"”不能用在这里", "选一个"+want+"字段")
		}
		return f
	}
	typed := func(names ...string) func(*object.Field) bool {
		return func(f *object.Field) bool {
			for _, n := range names {
				if f.Type.Name() == n {
					return true
				}
			}
			return false
		}
	}
	if f := field(v.Spec.Same, "/spec/same", typed("relation"), "关联"); f != nil {
		v.Same, _ = object.Of(b.Snapshot, f.TargetOf())
	}
	field(v.Spec.Time, "/spec/time", typed("date", "datetime"), "日期")
	if v.Spec.Months < 1 || v.Spec.Months > 120 {
		b.Problem("/spec/months", "out_of_range", "月数为 1 到 120", "")
	}
	if v.Spec.Confirm != "" {
		field(v.Spec.Confirm, "/spec/confirm", typed("boolean"), "是否")
	}
	for name, raw := range v.Spec.Offer {
		if f := field(name, "/spec/offer/"+name, func(*object.Field) bool { return true }, ""); f != nil {
			if _, _, err := f.Type.Parse(f, env, raw); err != nil {
				b.Problem("/spec/offer/"+name, "bad_value", "“"+f.Title.ZH+"”"+err.Error(), "")
			}
		}
	}
	if p := v.Spec.Pass; p != nil {
		field(p.Reason, "/spec/pass/reason", typed("text", "long_text"), "文本")
		if !has(rights, p.Right) {
			b.Problem("/spec/pass/right", "unknown_right", "没有“"+p.Right+"”这项权限", definition.Suggest(p.Right, rights))
		}
	}
	if v.Spec.When == nil {
		b.Problem("/spec/when", "missing", "要写明哪些记录受这条校验约束", "")
		return nil
	}
	cond, items := condition.Compile(v.Spec.When, condition.Scope{Snapshot: b.Snapshot, Object: o, Env: env})
	for _, it := range condition.At("/spec/when", items) {
		if !condition.Warning(it) {
			b.Problem(it.Pointer, it.Code, it.Message, it.Hint)
		}
	}
	v.when = cond
	if len(b.Problems) > before || v.Same == nil {
		return nil
	}
	return v
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
