package object

// Row is one record in memory. V is parallel to Object.Fields; a value is nil, string or int64 (see Class), never anything else.
type Row struct {
	Object *Object
	V      []any
}

// NewRow is an empty row of o.
func NewRow(o *Object) *Row { return &Row{Object: o, V: make([]any, len(o.Fields))} }

// Clone copies the row.
func (r *Row) Clone() *Row {
	return &Row{Object: r.Object, V: append([]any(nil), r.V...)}
}

// In lays the row into another make of its object: what both have by name and class is kept.
func (r *Row) In(o *Object) *Row {
	if r.Object == o {
		return r
	}
	out := NewRow(o)
	for _, f := range o.Fields {
		if old, ok := r.Object.Field(f.Name); ok && old.Type.Class() == f.Type.Class() {
			out.V[f.Index] = r.V[old.Index]
		}
	}
	return out
}

// ID of the record.
func (r *Row) ID() string { return r.textAt(ID) }

// Owner's person id, empty in the pool.
func (r *Row) Owner() string { return r.textAt(Owner) }

func (r *Row) textAt(i int) string {
	s, _ := r.V[i].(string)
	return s
}

// Text of a field by name; empty when the field is empty or unknown.
func (r *Row) Text(name string) string {
	if f, ok := r.Object.byName[name]; ok {
		return r.textAt(f.Index)
	}
	return ""
}

// Int of a field by name; ok is false when empty or unknown.
func (r *Row) Int(name string) (int64, bool) {
	if f, ok := r.Object.byName[name]; ok {
		n, ok := r.V[f.Index].(int64)
		return n, ok
	}
	return 0, false
}

// Get gives the canonical value of a field by name, nil when empty or unknown.
func (r *Row) Get(name string) any {
	if f, ok := r.Object.byName[name]; ok {
		return r.V[f.Index]
	}
	return nil
}

// Set puts a canonical value; unknown names are ignored by design only for optional engine columns, so callers check Field first.
func (r *Row) Set(name string, v any) bool {
	f, ok := r.Object.byName[name]
	if ok {
		r.V[f.Index] = v
	}
	return ok
}
