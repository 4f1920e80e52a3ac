package tagging

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// NewKind is the definition kind of tag dimensions. base gives conditions what they need besides the object (Env, Places).
func NewKind(base condition.Scope) definition.Kind {
	return definition.Kind{Name: Kind, Title: definition.Text{ZH: "标签维度", EN: "Tag dimension"}, Schema: Spec{},
		Compile: func(d *definition.Definition, b *definition.Builder) any {
			if c := (&compiler{b: b, base: base}).dimension(d); c != nil {
				return c
			}
			return nil
		},
		Sentence: func(compiled any, s *definition.Snapshot) string {
			if d, ok := compiled.(*Dimension); ok {
				return d.Sentence()
			}
			return ""
		}}
}

type compiler struct {
	b    *definition.Builder
	base condition.Scope
	d    *Dimension
}

func (c *compiler) dimension(def *definition.Definition) *Dimension {
	d := &Dimension{Name: def.Name, Title: def.Title, byFold: map[string]string{}}
	c.d = d
	if !c.b.Decode(&d.Spec) {
		return nil
	}
	o, ok := object.Named(c.b, "/spec/object", d.Spec.Object)
	if !ok {
		return nil
	}
	d.Object = o
	c.column()
	c.values()
	if d.Spec.Copy != "" {
		d.copyField = c.field("/spec/copy", d.Spec.Copy)
	}
	c.rules()
	if d.Spec.Bands != nil {
		c.bands()
	}
	if d.Spec.Otherwise != nil {
		c.value("/spec/otherwise", *d.Spec.Otherwise)
	}
	if cycle := findCycle(c.b.Snapshot, o, def.Name); cycle != nil {
		c.b.Problem("/spec", "cycle", "标签维度互相依赖成环："+strings.Join(cycle, " → "), "让其中一个维度不再用到其余的标签")
		return nil
	}
	d.inputs = inputsOf(&d.Spec, o)
	deciding := d.Spec
	deciding.Values = slices.Clone(d.Spec.Values)
	for i := range deciding.Values {
		deciding.Values[i].Title, deciding.Values[i].Color = "", "" // looks do not change tags
	}
	spec, err := json.Marshal(deciding)
	if err != nil {
		c.b.Problem("/spec", "unreadable", "无法读取："+err.Error(), "")
		return nil
	}
	sum := sha256.Sum256(spec)
	d.signature = hex.EncodeToString(sum[:8])
	return d
}

// column checks that the tag's own column is there, is a choice, is marked as this dimension's and is nobody else's.
func (c *compiler) column() {
	d := c.d
	f, ok := d.Object.Field(d.Spec.Field)
	switch {
	case !ok:
		c.b.Problem("/spec/field", "unknown_field", d.Object.Title.ZH+"没有字段“"+d.Spec.Field+"”", definition.Suggest(d.Spec.Field, d.Object.Names()))
		return
	case f.System || f.Type.Class() != object.TextClass:
		c.b.Problem("/spec/field", "wrong_type", "标签要写进单选或文本字段，“"+f.Title.ZH+"”不是", "")
	case f.TagDimension != "" && f.TagDimension != d.Name:
		c.b.Problem("/spec/field", "other_dimension", "字段“"+f.Title.ZH+"”属于标签维度“"+f.TagDimension+"”", "")
	}
	d.Field = f
	for _, n := range c.b.Names(Kind) {
		if n == d.Name {
			continue
		}
		if o := rawSpec(c.b.Snapshot, n); o != nil && o.Object == d.Spec.Object && sameField(d.Object, o.Field, f) {
			c.b.Problem("/spec/field", "taken", "字段“"+f.Title.ZH+"”已经由标签维度“"+n+"”填写", "另选一个字段")
		}
	}
}

func (c *compiler) values() {
	if len(c.d.Spec.Values) == 0 {
		c.b.Problem("/spec/values", "no_values", "至少要有一个值", "")
	}
	listed := map[string]bool{}
	for i, v := range c.d.Spec.Values {
		at := fmt.Sprintf("/spec/values/%d", i)
		if strings.TrimSpace(v.Value) == "" {
			c.b.Problem(at+"/value", "empty_value", "值不能为空", "")
			continue
		}
		if listed[v.Value] {
			c.b.Problem(at+"/value", "duplicate", "值“"+v.Value+"”重复", "")
		}
		listed[v.Value] = true
		for _, name := range append([]string{v.Value, v.Title}, v.Aliases...) {
			fold := object.Fold(name)
			if fold == "" {
				continue
			}
			if old, taken := c.d.byFold[fold]; taken && old != v.Value {
				c.b.Problem(at, "ambiguous", "“"+name+"”既指“"+old+"”又指“"+v.Value+"”", "去掉其中一个别名")
				continue
			}
			c.d.byFold[fold] = v.Value
		}
	}
}

// value checks that a value is on the list.
func (c *compiler) value(pointer, v string) {
	known := make([]string, len(c.d.Spec.Values))
	for i := range c.d.Spec.Values {
		known[i] = c.d.Spec.Values[i].Value
	}
	if slices.Contains(known, v) {
		return
	}
	hint := definition.Suggest(v, known)
	if hint == "" {
		hint = "可选：" + strings.Join(known, "、")
	}
	c.b.Problem(pointer, "unknown_value", "“"+v+"”不在这个维度的值里", hint)
}

func (c *compiler) field(pointer, name string) *object.Field {
	f, ok := c.d.Object.Field(name)
	if !ok {
		c.b.Problem(pointer, "unknown_field", c.d.Object.Title.ZH+"没有字段“"+name+"”", definition.Suggest(name, c.d.Object.Names()))
	}
	return f
}

func (c *compiler) rules() {
	scope := c.base
	scope.Snapshot, scope.Object, scope.Refs, scope.Measures = c.b.Snapshot, c.d.Object, nil, nil
	for i, r := range c.d.Spec.Rules {
		at := fmt.Sprintf("/spec/rules/%d", i)
		c.value(at+"/value", r.Value)
		if r.When == nil {
			c.b.Problem(at+"/when", "no_condition", "这条规则没有条件", "写上条件，或把它的值写进 otherwise")
			continue
		}
		if reachesMany(r.When) {
			c.b.Problem(at+"/when", "reaches_many", "标签规则只能看这条记录的字段和它指向的记录", "改用本记录的字段")
			continue
		}
		cond, items := condition.Compile(r.When, scope)
		for _, it := range items {
			if !condition.Warning(it) {
				c.b.Problem(at+"/when"+it.Pointer, it.Code, it.Message, it.Hint)
			}
		}
		c.d.rules = append(c.d.rules, rule{r.Value, cond})
	}
}

// reachesMany reports a "some": a tag would not follow changes of the other records.
func reachesMany(n *condition.Node) bool {
	return n.Kind == condition.KindSome || slices.ContainsFunc(n.Children, reachesMany)
}
