package object

import "baton/internal/platform/definition"

// Virtual is an object without rows of its own: what a query reads as if it were records (the history of a field, say). Its columns are
// named like its fields; it has no system fields, so it serves conditions and queries only. Unknown types are left out.
func Virtual(name string, title definition.Text, fields []FieldSpec) *Object {
	o := &Object{Name: name, Title: title, Table: name, byName: map[string]*Field{}}
	for _, fs := range fields {
		t, ok := typeByName[fs.Type]
		if !ok {
			continue
		}
		fs.ID = fs.Name
		f := &Field{FieldSpec: fs, Index: len(o.Fields), Column: fs.Name, Type: t, Object: name}
		f.index()
		o.Fields = append(o.Fields, f)
		o.byName[fs.Name] = f
	}
	return o
}

// Without is the object as somebody sees it who may not know some of its fields. Rows keep their shape; only names are forgotten.
func (o *Object) Without(hidden map[string]bool) *Object {
	if len(hidden) == 0 {
		return o
	}
	c := *o
	c.Fields, c.byName = nil, map[string]*Field{}
	for _, f := range o.Fields {
		if !hidden[f.Name] {
			c.Fields = append(c.Fields, f)
		}
	}
	for n, f := range o.byName {
		if !hidden[f.Name] {
			c.byName[n] = f
		}
	}
	return &c
}
