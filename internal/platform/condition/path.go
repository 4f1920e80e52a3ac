package condition

import (
	"strings"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// MaxHops is how many relations a path may pass.
const MaxHops = 4

// hop is a reference field and the object it leads to.
type hop struct {
	field  *object.Field
	from   *object.Object
	target *object.Object
	limit  Limit // nil: none
}

// path leads from a row to a field: the row under test (root "") or a ref.
type path struct {
	root string
	hops []hop
	last *object.Object // holds field
	// field is nil for the reserved ref "now".
	field *object.Field
}

// wrong is a place that cannot be resolved, before its pointer is known.
type wrong struct{ code, message, hint string }

func (w *wrong) Error() string { return w.message }

func (s *Scope) walk(o *object.Object, name string) (*path, *wrong) {
	p := &path{last: o}
	for {
		if f, ok := s.field(p.last, name); ok {
			p.field = f
			return p, nil
		}
		head, rest, more := strings.Cut(name, ".")
		f, ok := s.field(p.last, head)
		if !ok {
			near := definition.Suggest(head, s.names(p.last))
			if near == "" {
				near = s.titleHint(p.last, head)
			}
			return nil, &wrong{"unknown_field", p.last.Title.ZH + "没有字段“" + head + "”", near}
		}
		target := f.TargetOf()
		if !more || target == "" {
			return nil, &wrong{"not_a_relation", "字段“" + f.Title.ZH + "”不指向别的记录，后面不能再接“" + rest + "”", ""}
		}
		if len(p.hops) == MaxHops {
			return nil, &wrong{"too_many_hops", "一条路径最多经过 4 个关系", "在中间的对象上另建字段"}
		}
		var next *object.Object
		if s.Snapshot != nil {
			next, ok = object.Of(s.Snapshot, target)
		}
		var l Limit
		if next != nil && ok {
			l, ok = s.limit(next)
		}
		if next == nil || !ok {
			return nil, &wrong{"unknown_object", "没有对象“" + target + "”，或者你无权查看", ""}
		}
		p.hops = append(p.hops, hop{f, p.last, next, l})
		p.last, name = next, rest
	}
}

// field finds a field that may be named here.
func (s *Scope) field(o *object.Object, name string) (*object.Field, bool) {
	f, ok := o.Field(name)
	if ok && s.Hidden != nil && s.Hidden(o.Name)[f.Name] {
		return nil, false
	}
	return f, ok
}

func (s *Scope) names(o *object.Object) []string {
	var out []string
	for _, n := range o.Names() {
		if _, ok := s.field(o, n); ok {
			out = append(out, n)
		}
	}
	return out
}

// titleHint finds a field by its Chinese title.
func (s *Scope) titleHint(o *object.Object, name string) string {
	for _, f := range o.Fields {
		if _, ok := s.field(o, f.Name); ok && f.Title.ZH == name {
			return "是否指“" + f.Name + "”？"
		}
	}
	return ""
}

// rowPath resolves the field of a leaf: of the row under test, else of a ref.
func (s *Scope) rowPath(name string) (*path, *wrong) {
	if s.Object != nil {
		p, w := s.walk(s.Object, name)
		head, rest, ok := strings.Cut(name, ".")
		if w == nil || !ok || s.Refs[head] == nil {
			return p, w
		}
		if _, own := s.field(s.Object, head); own {
			return nil, w
		}
		return s.refPath(head + "." + rest)
	}
	return s.refPath(name)
}

// refPath resolves {"ref": name}.
func (s *Scope) refPath(name string) (*path, *wrong) {
	if name == "now" {
		return &path{root: "now"}, nil
	}
	head, rest, ok := strings.Cut(name, ".")
	o := s.Refs[head]
	if o == nil {
		var known []string
		for k := range s.Refs {
			known = append(known, k)
		}
		hint := definition.Suggest(head, known)
		if hint == "" && len(known) > 0 {
			hint = "可用：" + strings.Join(sorted(known), "、")
		}
		return nil, &wrong{"unknown_ref", "这里没有“" + head + "”可引用", hint}
	}
	if !ok {
		return nil, &wrong{"bad_ref", "引用“" + name + "”要写到字段", "例如 " + name + ".id"}
	}
	p, w := s.walk(o, rest)
	if w != nil {
		return nil, w
	}
	p.root = head
	return p, nil
}

// valueAt reads f, a field of o, from r; a row of another revision of the object is read by the field's name.
func valueAt(r *object.Row, o *object.Object, f *object.Field) any {
	if r.Object == o {
		return r.V[f.Index]
	}
	return r.Get(f.Name)
}

// value follows the path from r, or from its ref.
func (p *path) value(e *Env, r *object.Row) (any, error) {
	if p.root != "" && p.field == nil {
		return e.Now.UnixMilli(), nil
	}
	r, err := p.follow(e, r, nil)
	if r == nil || err != nil {
		return nil, err
	}
	return valueAt(r, p.last, p.field), nil
}

// follow gives the row that holds the path's field, nil when the way ends before it; via sees each row and field passed.
func (p *path) follow(e *Env, r *object.Row, via func(r *object.Row, f *object.Field)) (*object.Row, error) {
	if p.root != "" {
		r = e.Refs[p.root]
	}
	for i := range p.hops {
		if r == nil {
			return nil, nil
		}
		h := &p.hops[i]
		if via != nil {
			via(r, h.field)
		}
		id, _ := valueAt(r, h.from, h.field).(string)
		if id == "" {
			return nil, nil
		}
		next, err := e.related(h.target.Name, id)
		if err != nil {
			return nil, err
		}
		if next != nil && h.limit != nil && !h.limit.Allows(next) {
			return nil, nil
		}
		r = next
	}
	return r, nil
}

// hidden tells whether the asker may not see the path's value, or something on the way to it.
func (p *path) hidden(e *Env, r *object.Row) (bool, error) {
	if e.Hides == nil || p.field == nil {
		return false, nil
	}
	hidden := false
	r, err := p.follow(e, r, func(r *object.Row, f *object.Field) { hidden = hidden || e.Hides(r, f) })
	return hidden || r != nil && e.Hides(r, p.field), err
}

// title reads the path in Chinese: 客户的行业.
func (p *path) title(s *Scope) string {
	if p.field == nil {
		return "现在"
	}
	var parts []string
	if p.root != "" {
		t := s.RefTitles[p.root]
		if t == "" {
			t = s.Refs[p.root].Title.ZH
		}
		parts = append(parts, t)
	}
	for _, h := range p.hops {
		parts = append(parts, h.field.Title.ZH)
	}
	if p.root == "" || p.field.Index != object.ID || !p.field.System {
		parts = append(parts, p.field.Title.ZH)
	}
	return strings.Join(parts, "的")
}
