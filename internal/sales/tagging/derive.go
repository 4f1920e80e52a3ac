package tagging

import (
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// Deriver gives rows the tags that a snapshot's dimensions derive, in memory.
type Deriver struct{ plan *plan }

// NewDeriver takes the dimensions of an object; without any it changes nothing.
func NewDeriver(snap *definition.Snapshot, objectName string) *Deriver {
	return &Deriver{makePlans(snap)[objectName]}
}

// Derive sets the tag columns of env.Row.
func (d *Deriver) Derive(env *condition.Env) error {
	if d.plan == nil {
		return nil
	}
	for _, dim := range d.plan.dims {
		out, err := dim.decide(env)
		if err != nil {
			return err
		}
		env.Row.V[dim.Field.Index] = out.column()
	}
	return nil
}

// Inputs lists the fields from which a tag column derives; ok is false when no dimension writes it.
func (d *Deriver) Inputs(f *object.Field) (inputs []*object.Field, ok bool) {
	if d.plan == nil {
		return nil, false
	}
	for _, dim := range d.plan.dims {
		if dim.Field == f {
			return dim.inputs, true
		}
	}
	return nil, false
}
