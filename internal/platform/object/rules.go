package object

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/definition"
)

// column names a field's column. The first has no number, so that renaming and most changes leave it alone.
func column(id string, gen int) string {
	if gen == 0 {
		return "f_" + id
	}
	return fmt.Sprintf("f_%s__%d", id, gen)
}

// Columns lists all columns that a field of this id has had, up to gen.
func Columns(id string, gen int) []string {
	out := make([]string, 0, gen+1)
	for g := range gen + 1 {
		out = append(out, column(id, g))
	}
	return out
}

// ByColumn finds the field that is kept in a column; nil for none.
func (o *Object) ByColumn(name string) *Field {
	for _, f := range o.Fields {
		if f.Column == name {
			return f
		}
	}
	return nil
}

// retype compiles the field as it will be.
func (f *Field) retype(b *definition.Builder, at string) {
	r := f.Retype
	if r == nil {
		return
	}
	t, ok := typeByName[r.Type]
	if !ok {
		b.Problem(at+"/retype/type", "unknown_type", "没有“"+r.Type+"”这种字段类型", definition.Suggest(r.Type, TypeNames()))
		return
	}
	f.Next = f.As(t, *r)
}

// As is the field with another type, in the column of that generation.
func (f *Field) As(t Type, r Retype) *Field {
	next := *f
	next.FieldSpec.Type, next.Type = t.Name(), t
	next.Scale, next.Options, next.Open, next.Target, next.Max, next.Gen = r.Scale, r.Options, r.Open, r.Target, r.Max, r.Gen
	next.Column, next.Retype, next.Next, next.byFold = column(f.ID, r.Gen), nil, nil, nil
	next.index()
	return &next
}

// TypeOf finds a field type by name.
func TypeOf(name string) (Type, bool) {
	t, ok := typeByName[name]
	return t, ok
}

// maxUnique bounds a rule over several fields.
const maxUnique = 6

func (o *Object) compileUnique(b *definition.Builder, at string, u UniqueSpec) {
	rule := &Unique{Title: u.Title}
	if len(u.Fields) < 2 || len(u.Fields) > maxUnique {
		b.Problem(at+"/fields", "out_of_range", fmt.Sprintf("组合唯一需要 2 到 %d 个字段", maxUnique), "单个字段请在字段上设为唯一")
		return
	}
	seen := map[*Field]bool{}
	for j, n := range u.Fields {
		f := o.byName[n]
		switch {
		case f == nil:
			b.Problem(fmt.Sprintf("%s/fields/%d", at, j), "unknown_field", "没有字段“"+n+"”", definition.Suggest(n, o.Names()))
			return
		case seen[f] || f.System && f.Index != Owner:
			b.Problem(fmt.Sprintf("%s/fields/%d", at, j), "not_possible", "“"+f.Title.ZH+"”不能用在这里", "每个字段只能出现一次，系统字段中只有负责人可用")
			return
		}
		seen[f] = true
		rule.Fields = append(rule.Fields, f)
	}
	if rule.Title.ZH == "" {
		rule.Title = definition.Text{ZH: rule.Words()}
	}
	o.Unique = append(o.Unique, rule)
}

// Words names the fields of a rule.
func (u *Unique) Words() string {
	names := make([]string, len(u.Fields))
	for i, f := range u.Fields {
		names[i] = f.Title.ZH
	}
	return strings.Join(names, "＋")
}

// ownedInACircle reports objects whose rows would get their owner from one another.
func (o *Object) ownedInACircle(b *definition.Builder) {
	at, path := o.Name, []string{o.Title.ZH}
	own := func(name string) (string, string) {
		d, ok := b.Definition(Kind, name)
		if !ok {
			return "", ""
		}
		var s Spec
		if json.Unmarshal(d.Spec, &s) != nil {
			return "", "" // told of where it is compiled
		}
		for _, f := range s.Fields {
			if s.OwnerFrom != "" && (f.Name == s.OwnerFrom || slices.Contains(f.Aliases, s.OwnerFrom)) {
				return f.Target, d.Title.ZH
			}
		}
		return "", ""
	}
	for range 50 {
		next, _ := own(at)
		d, ok := b.Definition(Kind, next)
		if !ok {
			return
		}
		path = append(path, d.Title.ZH)
		if d.Name == o.Name {
			b.Problem("/spec/owner_from", "owner_cycle", "负责人来自关联记录，绕了一圈："+strings.Join(path, " → "), "其中一个对象要有自己的负责人")
			return
		}
		at = d.Name
	}
}
