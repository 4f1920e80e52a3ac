package record

import (
	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/object"
)

// Hides tells, for values met beside a record that the actor has read, whether the actor may see them: fields that the actor's roles hide
// are hidden, and so are rows out of the actor's scope. Rows and fields may be of an earlier revision. For one goroutine.
func (r *Reader) Hides(a *actor.Actor, read *object.Row) func(row *object.Row, f *object.Field) bool {
	s := r.Defs.Current()
	type sight struct {
		object *object.Object // as it is now, nil when it is gone
		hidden map[string]bool
		scope  *access.Scope
	}
	known := map[string]*sight{}
	return func(row *object.Row, f *object.Field) bool {
		if a.Kind == actor.System {
			return false
		}
		name := row.Object.Name
		v := known[name]
		if v == nil {
			v = &sight{}
			if o, ok := object.Of(s, name); ok {
				v.object, v.hidden, v.scope = o, r.Access.Hidden(s, a, o.Name), r.Access.Scope(s, a, o.Name, access.Read)
			}
			known[name] = v
		}
		if v.object == nil {
			return true
		}
		field := f.Name
		if now, ok := v.object.Field(field); ok {
			field = now.Name // it may have been renamed since
		}
		mine := v.object.Name == read.Object.Name && row.ID() == read.ID()
		return v.hidden[field] || !mine && !v.scope.Allows(row)
	}
}
