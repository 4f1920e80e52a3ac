package condition

import (
	"fmt"
	"time"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// Scope is what a condition may refer to.
type Scope struct {
	// Snapshot resolves paths through relations and "some"; nil allows neither.
	Snapshot *definition.Snapshot
	// Object of the row under test; nil when there is none, then leaves may only read Refs.
	Object *object.Object
	// Refs are the objects that {"ref": "lead.region"} may name.
	Refs map[string]*object.Object
	// RefTitles are what Words calls the refs (线索, 候选人); an object's own title where missing.
	RefTitles map[string]string
	// Measures finds what a measure leaf may name; nil allows none. MeasureNames serves suggestions.
	Measures     func(name string) (Measure, bool)
	MeasureNames []string
	// Hidden lists the fields of an object that must not be named, not even reached through relations; nil hides none.
	Hidden func(object string) map[string]bool
	// Limit gives what may be read of another object that the condition reaches; nil limits none. Rows outside count as not there.
	Limit func(object string) Limit
	// Env reads literals and shows values. nil means UTC and no regions.
	Env *object.Env
	// Places gives the codes a place or a group of places (中东) stands for; nil asks Env.Regions.
	Places func(text string) (codes []string, ok bool)
}

// Limit is which rows of an object may be read; an access.Scope is one.
type Limit interface {
	// Nothing tells that no row may.
	Nothing() bool
	Allows(r *object.Row) bool
	// SQL is the same as a condition on the object's table under alias, which is given in quotes; "" for all rows.
	SQL(alias string) (string, []any)
}

// limit gives the limit on an object, nil for none; ok is false when nothing of it may be read.
func (s *Scope) limit(o *object.Object) (l Limit, ok bool) {
	if s.Limit == nil {
		return nil, true
	}
	if l = s.Limit(o.Name); l == nil {
		return nil, true
	}
	return l, !l.Nothing()
}

// Measure is a figure a measure leaf may compare.
type Measure struct {
	Name      string
	Title     string            // in Chinese
	Dims      []string          // names allowed in "for"
	DimTitles map[string]string // in Chinese, optional
	Unit      string            // count, ratio (0.65 is 65 %), money (main unit), or a word shown behind the number (天)
}

// MeasureUse is one measure leaf as it asks for its figure.
type MeasureUse struct {
	Name   string
	Period *Period // nil: none given
	Dims   []string
	// Measure is the definition found at Compile.
	Measure Measure
}

// Env is what one evaluation sees. Values are canonical (see object.Type); nothing in it is changed.
type Env struct {
	Row  *object.Row
	Refs map[string]*object.Row
	Now  time.Time
	// Zone of the workspace; nil means the scope's.
	Zone *time.Location
	// Measure computes a figure; ok is false when it cannot be computed ("—"), which never passes.
	Measure func(m *MeasureUse, keys map[string]any) (value float64, ok bool)
	// Related finds the record a reference points to, nil when there is none. Deleted rows count as none.
	Related func(object, id string) (*object.Row, error)
	// Children finds the records of object whose field points to id. Deleted rows do not count.
	Children func(object, field, id string) ([]*object.Row, error)
	// Hides reports a value that Explain must not tell of, neither what it is nor what it was compared with; nil hides none.
	Hides func(r *object.Row, f *object.Field) bool
}

func (e *Env) related(name, id string) (*object.Row, error) {
	if e.Related == nil {
		return nil, fmt.Errorf("condition: reaching %s needs Env.Related", name)
	}
	r, err := e.Related(name, id)
	if err != nil || r == nil || r.V[object.DeletedAt] != nil {
		return nil, err
	}
	return r, nil
}
