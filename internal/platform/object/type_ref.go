package object

// reference is what all types share that hold a record's id.
type reference struct{ textual }

func (reference) Shape() Shape { return RefShape }

func (reference) Parse(_ *Field, _ *Env, raw any) (any, *Hint, error) {
	if raw == nil {
		return nil, nil, nil
	}
	s, ok := raw.(string)
	if !ok {
		return nil, nil, wrongType("一条记录的编号", raw)
	}
	v, err := cleanText(s, 64)
	return v, nil, err
}

func (reference) words(target string, e *Env, v any) string {
	s, ok := v.(string)
	if !ok {
		return Dash
	}
	if e != nil && e.Name != nil {
		if n := e.Name(target, s); n != "" {
			return n
		}
	}
	return s
}

// Person is a reference to a person.
type Person struct{ reference }

// Name of the type.
func (Person) Name() string { return "person" }

// Words is the person's name.
func (t Person) Words(_ *Field, e *Env, v any) string { return t.words("person", e, v) }

// OrgUnitType is a reference to an org unit.
type OrgUnitType struct{ reference }

// Name of the type.
func (OrgUnitType) Name() string { return "org_unit" }

// Words is the unit's name.
func (t OrgUnitType) Words(_ *Field, e *Env, v any) string { return t.words("org_unit", e, v) }

// Relation is a reference to a record of the field's target object.
type Relation struct{ reference }

// Name of the type.
func (Relation) Name() string { return "relation" }

// Words is the record's title.
func (t Relation) Words(f *Field, e *Env, v any) string { return t.words(f.Target, e, v) }

// TargetOf is the object a reference field points to, empty for other fields.
func (f *Field) TargetOf() string {
	switch f.Type.(type) {
	case Person:
		return "person"
	case OrgUnitType:
		return "org_unit"
	case Relation:
		return f.Target
	}
	return ""
}
