package rollup

import (
	"slices"
	"strings"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
)

// NewKind is the definition kind of roll-ups; env reads the literals of conditions.
func NewKind(env *object.Env) definition.Kind {
	return definition.Kind{Name: Kind, Title: definition.Text{ZH: "汇总", EN: "Roll-up"}, Schema: Spec{}, Compile: func(d *definition.Definition, b *definition.Builder) any {
		var s Spec
		if !b.Decode(&s) {
			return nil
		}
		if s.Sum != "" {
			if s.Fn != "" || s.Value != "" {
				b.Problem("/spec/sum", "misplaced", "写了 sum 就不再写 fn 和 value", "只留一种写法")
				return nil
			}
			s.Fn, s.Value = "sum", s.Sum
		}
		if r := compile(b, d.Name, s, places{object: "/spec/object", field: "/spec/field", from: "/spec/from", relation: "/spec/relation", fn: "/spec/fn", of: "/spec/" + map[bool]string{true: "sum", false: "value"}[s.Sum != ""], by: "/spec/by", where: "/spec/where"}, env); r != nil {
			return r
		}
		return nil
	}, Finish: func(b *definition.Builder) { finish(b, env) }, Sentence: func(compiled any, s *definition.Snapshot) string {
		if r, ok := compiled.(*Rollup); ok {
			return r.sentence(s)
		}
		return ""
	}}
}

// places are the JSON pointers of a roll-up's parts, which differ between a definition of its own and a field.
type places struct{ object, field, from, relation, fn, of, by, where string }

// finish compiles the roll-ups that objects have as fields, and looks for circles among all that is computed.
func finish(b *definition.Builder, env *object.Env) {
	for _, o := range object.All(b.Snapshot) {
		for _, f := range o.Fields {
			if f.Rollup == nil || !b.On(object.Kind, o.Name) {
				continue
			}
			at := o.PointerOf(f)
			s := Spec{Object: o.Name, Field: f.Name, From: f.Rollup.From, Relation: f.Rollup.Relation, Fn: f.Rollup.Fn, Value: f.Rollup.Of, By: f.Rollup.By}
			if len(f.Rollup.Where) > 0 {
				n, err := condition.Parse(f.Rollup.Where)
				if err != nil {
					for _, it := range problem.As(err).Items {
						b.Problem(at+"/rollup/where"+it.Pointer, it.Code, it.Message, it.Hint)
					}
					continue
				}
				s.Where = n
			}
			at += "/rollup"
			if r := compile(b, o.Name+"."+f.Name, s, places{object: at, field: at, from: at + "/from", relation: at + "/relation", fn: at + "/fn", of: at + "/of", by: at + "/by", where: at + "/where"}, env); r != nil {
				b.Add(Kind, r.Name, r)
			}
		}
	}
	circles(b)
}

func compile(b *definition.Builder, name string, s Spec, at places, env *object.Env) *Rollup {
	r := &Rollup{Name: name, Spec: s, env: env}
	before := len(b.Problems)
	find := func(name, at string) *object.Object {
		o, _ := object.Named(b, at, name)
		return o
	}
	o, from := find(s.Object, at.object), find(s.From, at.from)
	if o == nil || from == nil {
		return nil
	}
	r.Spec.Object, r.Spec.From, r.from = o.Name, from.Name, from
	field := func(of *object.Object, name, at string) *object.Field {
		f, ok := of.Field(name)
		if !ok {
			b.Problem(at, "unknown_field", of.Title.ZH+"没有字段“"+name+"”", definition.Suggest(name, of.Names()))
		}
		return f
	}
	if rel := field(from, s.Relation, at.relation); rel != nil && rel.TargetOf() != o.Name {
		b.Problem(at.relation, "not_a_relation", "“"+rel.Title.ZH+"”不指向"+o.Title.ZH, "")
	}
	if !slices.Contains(object.RollupFunctions, s.Fn) {
		b.Problem(at.fn, "unknown_function", "没有“"+s.Fn+"”这种汇总", definition.Suggest(s.Fn, object.RollupFunctions)+"可选："+strings.Join(object.RollupFunctions, "、"))
		return nil
	}
	var of *object.Field
	if s.Fn == "count" {
		if s.Value != "" {
			b.Problem(at.of, "misplaced", "计数不需要字段", "删去这一项，或改用 sum、min、max、latest")
		}
	} else if of = field(from, s.Value, at.of); of != nil {
		fits(b, s.Fn, of, at.of)
	}
	if r.Spec.By == "" && s.Fn == "latest" {
		r.Spec.By = "created_at"
	}
	if r.Spec.By != "" {
		if s.Fn != "latest" {
			b.Problem(at.by, "misplaced", "只有 latest 才看日期", "删去 by")
		} else if f := field(from, r.Spec.By, at.by); f != nil && f.Type.Shape() != object.DateShape && f.Type.Shape() != object.InstantShape {
			b.Problem(at.by, "wrong_type", "“"+f.Title.ZH+"”不是日期或时间", "选一个日期或时间字段")
		}
	}
	same := func(f *object.Field, at string) {
		switch {
		case f == nil:
		case s.Fn == "count" && (f.Type.Shape() != object.NumberShape || f.Type.Scale(f) != 0 || f.Type.Name() == "duration"):
			b.Problem(at, "wrong_type", "“"+f.Title.ZH+"”不是整数，不能记个数", "选一个整数字段")
		case of != nil && (f.Type.Name() != of.Type.Name() || f.Type.Scale(f) != of.Type.Scale(of) || f.TargetOf() != of.TargetOf()):
			b.Problem(at, "wrong_type", "“"+f.Title.ZH+"”与“"+of.Title.ZH+"”不是同一种类型", "选一个同类型的字段")
		}
	}
	for place, name := range map[string]string{at.field: s.Field, "/spec/rest": s.Rest} {
		if name == "" && place == "/spec/rest" {
			continue
		}
		f := field(o, name, place)
		if same(f, place); f != nil && !f.ReadOnly {
			b.Problem(place, "not_readonly", "“"+f.Title.ZH+"”由汇总填写，应设为只读", "在对象里把它设为只读")
		}
	}
	if s.Rest != "" {
		if same(field(o, s.Of, "/spec/of"), "/spec/of"); s.Fn != "sum" {
			b.Problem("/spec/rest", "misplaced", "只有合计才有余额", "删去 rest，或改用 sum")
		}
	}
	r.condition(b, at.where)
	if len(b.Problems) > before {
		return nil
	}
	for _, name := range []string{s.Relation, s.Value, r.Spec.By} {
		if f, ok := from.Field(name); ok {
			r.reads = append(r.reads, f)
		}
	}
	if r.where != nil {
		r.reads = append(r.reads, r.where.Fields()...)
	}
	return r
}

// fits says whether a field can be rolled up so.
func fits(b *definition.Builder, fn string, of *object.Field, at string) {
	shape := of.Type.Shape()
	switch fn {
	case "sum":
		if shape != object.NumberShape {
			b.Problem(at, "not_a_number", "“"+of.Title.ZH+"”不是数字", "选一个数字或金额字段")
		}
	case "min", "max":
		if shape != object.NumberShape && shape != object.DateShape && shape != object.InstantShape {
			b.Problem(at, "wrong_type", "“"+of.Title.ZH+"”不是数字、日期或时间，没有最大最小", "取最近一条的值用 latest")
		}
	}
	if of.System && (of.Index == object.Version || of.Index == object.UpdatedAt || of.Index == object.UpdatedBy || of.Index == object.OrgUnit || of.Index == object.Hints || of.Index == object.DeletedAt) {
		b.Problem(at, "unfit_field", "“"+of.Title.ZH+"”不能汇总", "选一个填写的字段")
	}
}

// condition compiles which records count. It may look at nothing but their own fields: no write of theirs tells of anything else.
func (r *Rollup) condition(b *definition.Builder, at string) {
	n := r.Spec.Where
	if n == nil {
		return
	}
	if moves(n) {
		b.Problem(at, "reads_time", "汇总的条件不能看现在的时间或统计：没有写入时它也会变", "用固定的日期，或写入时就定下的字段")
	}
	var items []problem.Item
	r.where, items = condition.Compile(n, condition.Scope{Snapshot: b.Snapshot, Object: r.from, Env: r.env})
	for _, it := range condition.At(at, items) {
		if !condition.Warning(it) {
			b.Problem(it.Pointer, it.Code, it.Message, it.Hint)
		}
	}
	if r.where != nil && !own(n, r.from) {
		b.Problem(at, "other_record", "汇总的条件只能看被汇总的记录自己的字段", "在那个对象上用公式或汇总字段把它带过来")
	}
}

// own tells that a condition looks at fields of the record only, and none that changes without a write of it.
func own(n *condition.Node, o *object.Object) bool {
	if n.Kind == condition.KindSome {
		return false
	}
	if n.Kind == condition.KindLeaf {
		f, ok := o.Field(n.Field)
		if !ok || f.System && (f.Index == object.OrgUnit || f.Index == object.Owner && o.Spec.OwnerFrom != "") {
			return false
		}
	}
	return !slices.ContainsFunc(n.Children, func(k *condition.Node) bool { return !own(k, o) })
}

var fnWords = map[string]string{"sum": "合计", "min": "最小值", "max": "最大值", "latest": "最近一条的"}

func (r *Rollup) sentence(s *definition.Snapshot) string {
	o, ok := object.Of(s, r.Spec.Object)
	if !ok {
		return ""
	}
	target, _ := o.Field(r.Spec.Field)
	text := "“" + target.Title.ZH + "”是属于它的" + r.from.Title.ZH
	if r.where != nil {
		text += "（" + r.where.Words() + "）"
	}
	of, _ := r.from.Field(r.Spec.Value)
	switch r.Spec.Fn {
	case "count":
		return text + "的条数"
	case "latest":
		by, _ := r.from.Field(r.Spec.By)
		return text + "中" + by.Title.ZH + "最近一条的“" + of.Title.ZH + "”"
	}
	return text + "的“" + of.Title.ZH + "”" + fnWords[r.Spec.Fn]
}

// circles finds what is computed from itself by way of roll-ups and formulas.
func circles(b *definition.Builder) {
	reads := map[*object.Field][]*object.Field{}
	owner := map[*object.Field]*object.Object{}
	for _, o := range object.All(b.Snapshot) {
		for _, f := range o.Fields {
			owner[f] = o
			for _, i := range f.FormulaReads() {
				reads[f] = append(reads[f], o.Fields[i])
			}
		}
	}
	for _, r := range definition.All[*Rollup](b.Snapshot, Kind) {
		o, _ := object.Of(b.Snapshot, r.Spec.Object)
		for _, name := range []string{r.Spec.Field, r.Spec.Rest} {
			if f, ok := o.Field(name); ok {
				reads[f] = append(reads[f], r.reads...)
			}
		}
	}
	state := map[*object.Field]int{} // 1: on the way, 2: done
	var way []*object.Field
	var visit func(f *object.Field) bool
	visit = func(f *object.Field) bool {
		switch state[f] {
		case 1:
			return false
		case 2:
			return true
		}
		state[f], way = 1, append(way, f)
		for _, next := range reads[f] {
			if !visit(next) {
				return false
			}
		}
		state[f], way = 2, way[:len(way)-1]
		return true
	}
	for _, o := range object.All(b.Snapshot) {
		for _, f := range o.Fields {
			if f.System || visit(f) {
				continue
			}
			var names []string
			for _, g := range way {
				names = append(names, owner[g].Title.ZH+"的“"+g.Title.ZH+"”")
			}
			if b.On(object.Kind, o.Name) {
				b.Problem(o.PointerOf(f), "circle", "汇总和公式互相引用："+strings.Join(names, " → "), "让其中一个改用不依赖它的字段")
			}
			return
		}
	}
}
