// Package pipeline holds the order of a record's stages: what each stage asks for, what it says of the chance to win, when the record came to
// it, and which stage the record it grew from takes with it. All of it is a definition; the package is a step of the write.
package pipeline

import (
	"fmt"
	"slices"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// Kind is the definition kind of pipelines.
const Kind = "pipeline"

// The outcomes of a stage that ends the way.
const (
	Won  = "won"
	Lost = "lost"
)

// Spec is a pipeline as written.
type Spec struct {
	Object string  `json:"object"`
	Field  string  `json:"field"` // a tracked choice
	Stages []Stage `json:"stages"`
	// Probability is the percent field that takes the stage's chance to win.
	Probability string `json:"probability,omitempty"`
	// Entered is the datetime since when the record stands in its stage; Closed the one when it was won or lost, empty while it is open.
	Entered string `json:"entered,omitempty"`
	Closed  string `json:"closed,omitempty"`
	// Follow lets the record that this one grew from take its stage from here.
	Follow *Follow `json:"follow,omitempty"`
}

// Stage is one step on the way.
type Stage struct {
	Value       string   `json:"value"`
	Probability int64    `json:"probability"` // to win, in percent
	Required    []string `json:"required,omitempty"`
	Outcome     string   `json:"outcome,omitempty"` // won or lost
	// Follow is the value that the followed field takes.
	Follow string `json:"follow,omitempty"`
}

// Follow names the other record: the relation to it, its relation back (only the one it points to counts) and its field that follows.
type Follow struct {
	Relation string `json:"relation"`
	Back     string `json:"back"`
	Field    string `json:"field"`
}

// Pipeline is a compiled pipeline. Immutable.
type Pipeline struct {
	Name     string
	Title    definition.Text
	Spec     Spec
	Object   *object.Object
	Field    *object.Field
	Followed *object.Object // nil without Follow
}

// stage finds the stage of a value, nil for a value that is none.
func (p *Pipeline) stage(v any) *Stage {
	for i := range p.Spec.Stages {
		if any(p.Spec.Stages[i].Value) == v {
			return &p.Spec.Stages[i]
		}
	}
	return nil
}

// NewKind is the definition kind of pipelines.
func NewKind() definition.Kind {
	return definition.Kind{Name: Kind, Title: definition.Text{ZH: "阶段", EN: "Pipeline"}, Schema: Spec{}, Compile: func(d *definition.Definition, b *definition.Builder) any {
		if p := compile(d, b); p != nil {
			return p
		}
		return nil
	}}
}

func compile(d *definition.Definition, b *definition.Builder) *Pipeline {
	p := &Pipeline{Name: d.Name, Title: d.Title}
	if !b.Decode(&p.Spec) {
		return nil
	}
	before := len(b.Problems)
	o, ok := object.Named(b, "/spec/object", p.Spec.Object)
	if !ok {
		return nil
	}
	p.Object = o
	field := func(of *object.Object, name, at string) *object.Field {
		f, ok := of.Field(name)
		if !ok {
			b.Problem(at, "unknown_field", of.Title.ZH+"没有字段“"+name+"”", definition.Suggest(name, of.Names()))
		}
		return f
	}
	typed := func(name, at, want string) {
		if name == "" {
			return
		}
		if f := field(o, name, at); f != nil && f.Type.Name() != want {
			b.Problem(at, "wrong_type", "“"+f.Title.ZH+"”不是这里要的字段类型", "选一个 "+want+" 字段")
		}
	}
	if p.Field = field(o, p.Spec.Field, "/spec/field"); p.Field == nil {
		return nil
	}
	if p.Field.Type.Shape() != object.ChoiceShape || !p.Field.Track {
		b.Problem("/spec/field", "not_tracked", "“"+p.Field.Title.ZH+"”不是保留变更历史的单选字段", "在对象里打开这个字段的变更历史")
	}
	typed(p.Spec.Probability, "/spec/probability", "percent")
	typed(p.Spec.Entered, "/spec/entered", "datetime")
	typed(p.Spec.Closed, "/spec/closed", "datetime")
	var followed *object.Field
	if f := p.Spec.Follow; f != nil {
		if rel := field(o, f.Relation, "/spec/follow/relation"); rel != nil {
			if p.Followed, ok = object.Of(b.Snapshot, rel.TargetOf()); !ok {
				b.Problem("/spec/follow/relation", "not_a_relation", "“"+rel.Title.ZH+"”不指向别的记录", "")
			} else {
				followed = field(p.Followed, f.Field, "/spec/follow/field")
				if back := field(p.Followed, f.Back, "/spec/follow/back"); back != nil && back.TargetOf() != o.Name {
					b.Problem("/spec/follow/back", "not_a_relation", "“"+back.Title.ZH+"”不指向"+o.Title.ZH, "")
				}
			}
		}
	}
	p.stages(b, followed, field)
	if len(b.Problems) > before {
		return nil
	}
	return p
}

func (p *Pipeline) stages(b *definition.Builder, followed *object.Field, field func(*object.Object, string, string) *object.Field) {
	if len(p.Spec.Stages) < 2 {
		b.Problem("/spec/stages", "too_few", "至少要两个阶段", "")
	}
	known := p.Field.OptionValues()
	var seen []string
	for i, s := range p.Spec.Stages {
		at := fmt.Sprintf("/spec/stages/%d", i)
		if !slices.Contains(known, s.Value) {
			b.Problem(at+"/value", "unknown_value", "“"+p.Field.Title.ZH+"”没有选项“"+s.Value+"”", definition.Suggest(s.Value, known))
		}
		if slices.Contains(seen, s.Value) {
			b.Problem(at+"/value", "duplicate", "阶段“"+s.Value+"”写了两次", "")
		}
		seen = append(seen, s.Value)
		if s.Probability < 0 || s.Probability > 100 {
			b.Problem(at+"/probability", "out_of_range", "赢率为 0 到 100", "")
		}
		if s.Outcome != "" && s.Outcome != Won && s.Outcome != Lost {
			b.Problem(at+"/outcome", "unknown_value", "没有“"+s.Outcome+"”这种结果", "可用：won、lost")
		}
		for k, name := range s.Required {
			if f := field(p.Object, name, fmt.Sprintf("%s/required/%d", at, k)); f != nil && f.ReadOnly {
				b.Problem(fmt.Sprintf("%s/required/%d", at, k), "readonly", "“"+f.Title.ZH+"”由系统填写，不能要求填写", "")
			}
		}
		if s.Follow != "" && followed != nil && !slices.Contains(followed.OptionValues(), s.Follow) {
			b.Problem(at+"/follow", "unknown_value", "“"+followed.Title.ZH+"”没有选项“"+s.Follow+"”", definition.Suggest(s.Follow, followed.OptionValues()))
		}
	}
}
