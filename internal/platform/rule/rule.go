// Package rule compiles what an object's definition says about its records by conditions: checks that refuse a record, fields that are
// required or shown only in some cases. The Writer asks it; it reads no database.
package rule

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
)

// Check refuses records that meet a condition.
type Check struct {
	Spec object.CheckSpec
	When *condition.Cond
	At   *object.Field // nil: the record as a whole
}

// Field is what is said of one field; a nil condition says nothing.
type Field struct {
	Field             *object.Field
	Required, Visible *condition.Cond
}

// Rules are the compiled rules of an object. Immutable.
type Rules struct {
	Checks []*Check
	fields map[int]*Field
}

// Of gives an object's rules, nil when it has none.
func Of(o *object.Object) *Rules {
	r, _ := o.Rules.(*Rules)
	return r
}

// Field gives what is said of a field, nil for nothing.
func (r *Rules) Field(f *object.Field) *Field {
	if r == nil {
		return nil
	}
	return r.fields[f.Index]
}

// NewObjectKind is the kind of objects with their rules; env reads the literals of conditions.
func NewObjectKind(env *object.Env) definition.Kind {
	k := object.NewKind()
	k.Finish = func(b *definition.Builder) {
		for _, name := range b.Names(object.Kind) {
			if o, ok := object.Of(b.Snapshot, name); ok && b.On(object.Kind, name) {
				compile(b, o, env)
			}
		}
	}
	k.Sentence = func(compiled any, _ *definition.Snapshot) string {
		if o, ok := compiled.(*object.Object); ok {
			return Sentence(o)
		}
		return ""
	}
	return k
}

func compile(b *definition.Builder, o *object.Object, env *object.Env) {
	r := &Rules{fields: map[int]*Field{}}
	c := &compiler{b: b, o: o, scope: condition.Scope{Snapshot: b.Snapshot, Object: o, Env: env, Refs: map[string]*object.Object{"record": o}, RefTitles: map[string]string{"record": "本条"}}}
	names := map[string]bool{}
	for i, s := range o.Spec.Checks {
		at := fmt.Sprintf("/spec/checks/%d", i)
		if s.Name == "" || names[s.Name] {
			b.Problem(at+"/name", "bad_name", "每条校验要有一个不重复的名称", "")
		}
		names[s.Name] = true
		if strings.TrimSpace(s.Message) == "" {
			b.Problem(at+"/message", "missing", "校验要写明给填写的人看的话", "例如 结束日期不能早于开始日期")
		}
		k := &Check{Spec: s, When: c.condition(s.When, at+"/when", true)}
		if s.At != "" {
			f, ok := o.Field(s.At)
			if k.At = f; !ok {
				b.Problem(at+"/at", "unknown_field", o.Title.ZH+"没有字段“"+s.At+"”", definition.Suggest(s.At, o.Names()))
			}
		}
		if k.When != nil {
			r.Checks = append(r.Checks, k)
		}
	}
	for i, s := range o.Spec.Fields {
		f, ok := o.Field(s.Name)
		if !ok || f.Name != s.Name || len(s.RequiredWhen) == 0 && len(s.VisibleWhen) == 0 {
			continue
		}
		at := fmt.Sprintf("/spec/fields/%d", i)
		x := &Field{Field: f}
		if len(s.RequiredWhen) > 0 {
			if x.Required = c.condition(s.RequiredWhen, at+"/required_when", false); f.ReadOnly {
				b.Problem(at+"/required_when", "misplaced", "“"+f.Title.ZH+"”由系统填写，不能要求必填", "在它用到的字段上设必填")
			}
		}
		if len(s.VisibleWhen) > 0 {
			if x.Visible = c.condition(s.VisibleWhen, at+"/visible_when", false); x.Visible != nil && slices.Contains(x.Visible.Fields(), f) {
				b.Problem(at+"/visible_when", "circle", "“"+f.Title.ZH+"”是否显示不能取决于它自己", "换一个字段")
			}
		}
		r.fields[f.Index] = x
	}
	if len(r.Checks)+len(r.fields) > 0 {
		o.Rules = r
	}
}

type compiler struct {
	b     *definition.Builder
	o     *object.Object
	scope condition.Scope
}

// condition compiles a condition; far allows paths through relations, which only the server can follow.
func (c *compiler) condition(raw json.RawMessage, at string, far bool) *condition.Cond {
	tell := func(items []problem.Item) {
		for _, it := range condition.At(at, items) {
			if !condition.Warning(it) {
				c.b.Problem(it.Pointer, it.Code, it.Message, it.Hint)
			}
		}
	}
	if len(raw) == 0 {
		c.b.Problem(at, "missing", "缺少条件", `例如 {"field": "stage", "op": "eq", "value": "丢单"}`)
		return nil
	}
	n, err := condition.Parse(raw)
	if err != nil {
		if p := problem.As(err); p != nil && len(p.Items) > 0 {
			tell(p.Items)
		} else {
			c.b.Problem(at, "bad_condition", "条件有误", "")
		}
		return nil
	}
	cond, items := condition.Compile(n, c.scope)
	tell(items)
	if cond == nil || !c.near(n, at, far) {
		return nil
	}
	return cond
}

// near refuses what goes beyond the record in hand.
func (c *compiler) near(n *condition.Node, at string, far bool) bool {
	ok := true
	switch n.Kind {
	case condition.KindSome, condition.KindMeasure:
		c.b.Problem(at, "other_record", "这里的条件只能看这条记录自己的字段", "汇总字段可以把别的记录的数带到这里")
		return false
	case condition.KindLeaf:
		if _, own := c.o.Field(n.Field); !own && !far {
			c.b.Problem(at+"/field", "other_record", "这里的条件只能看这条记录自己的字段，不能经过“"+n.Field+"”", "把它建成这个对象的字段")
			return false
		}
	}
	for i, k := range n.Children {
		ok = c.near(k, fmt.Sprintf("%s/%s/%d", at, n.Kind, i), far) && ok
	}
	return ok
}

// Sentence reads an object's rules back.
func Sentence(o *object.Object) string {
	r := Of(o)
	if r == nil {
		return ""
	}
	var out []string
	for _, k := range r.Checks {
		out = append(out, "当"+k.When.Words()+"时不能保存："+k.Spec.Message)
	}
	for _, f := range o.Fields {
		x := r.fields[f.Index]
		if x == nil {
			continue
		}
		if x.Visible != nil {
			out = append(out, "“"+f.Title.ZH+"”只在"+x.Visible.Words()+"时显示")
		}
		if x.Required != nil {
			out = append(out, "“"+f.Title.ZH+"”在"+x.Required.Words()+"时必填")
		}
	}
	return strings.Join(out, "；")
}
