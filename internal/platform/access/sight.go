package access

import (
	"maps"
	"slices"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// How a role sees a field, the most open first.
const (
	show = "show"
	mask = "mask"
	hide = "hide"
)

var (
	manners       = []string{show, mask, hide}
	sensitivities = []string{"plain", "personal", "secret"}
)

// Sight is how an actor sees the fields of an object, by their present names. Immutable.
type Sight struct {
	// Hidden fields do not exist for the actor.
	Hidden map[string]bool
	// Masked fields are shown in part (object.Masked). They may not be named either, in no filter, order, group or search: who can ask
	// whether a value is this one, or stands before that one, has it after a few questions — equality with a whole phone number too, as
	// four covered digits are ten thousand tries for a program.
	Masked map[string]bool
	// Fixed fields are seen but not written.
	Fixed map[string]bool
	// closed is what may not be named: Hidden and Masked.
	closed map[string]bool
}

var openSight = &Sight{}

// Closed lists the fields that may not be named: hidden and masked ones.
func (s *Sight) Closed() map[string]bool { return s.closed }

func newSight(o *object.Object, level map[string]int, fixed map[string]bool) *Sight {
	s := &Sight{Fixed: fixed}
	put := func(m *map[string]bool, name string) {
		if *m == nil {
			*m = map[string]bool{}
		}
		(*m)[name] = true
	}
	for name, l := range level {
		switch l {
		case 1:
			put(&s.Masked, name)
			put(&s.closed, name)
		case 2:
			put(&s.Hidden, name)
			put(&s.closed, name)
		}
	}
	for name := range o.HideComputed(maps.Clone(s.closed)) { // what is computed from what one does not see whole tells of it
		if !s.closed[name] {
			put(&s.Hidden, name)
			put(&s.closed, name)
		}
	}
	return s
}

// sight is how one role sees an object's fields; nil when it reads nothing of it.
func (r *Role) sight(o *object.Object) *Sight {
	if v, ok := r.seen.Load(o); ok {
		return v.(*Sight)
	}
	rule, ok := r.rule(o.Name)
	var out *Sight
	if ok && rule.opens(Read) {
		out = r.look(o, rule)
	}
	r.seen.Store(o, out)
	return out
}

// look is how a rule shows an object's fields, whether or not it opens any row.
func (r *Role) look(o *object.Object, rule Rule) *Sight {
	level := map[string]int{}
	for _, f := range o.Fields {
		if how := r.manner(o, rule, f); how != show {
			level[f.Name] = slices.Index(manners, how)
		}
	}
	return newSight(o, level, rule.fixed(o))
}

// fixed lists the fields that a rule shows only to be read.
func (rule Rule) fixed(o *object.Object) map[string]bool {
	var out map[string]bool
	for _, n := range rule.ReadOnly {
		if f, ok := o.Field(n); ok {
			if out == nil {
				out = map[string]bool{}
			}
			out[f.Name] = true
		}
	}
	return out
}

func (r *Role) manner(o *object.Object, rule Rule, f *object.Field) string {
	in := func(names []string) bool {
		return slices.ContainsFunc(names, func(n string) bool { g, ok := o.Field(n); return ok && g == f })
	}
	class := f.Class
	if class == "" {
		class = sensitivities[0]
	}
	switch {
	case in(rule.Hide):
		return hide
	case in(rule.Mask):
		return mask
	case in(rule.Show):
		return show
	case f.System: // whose and when is no content; it is hidden by name only
		return show
	case rule.Classes[class] != "":
		return rule.Classes[class]
	case r.Spec.Classes[class] != "":
		return r.Spec.Classes[class]
	}
	return show
}

// Sight tells how the actor sees the fields of an object. Of several roles the most open counts; roles that do not read the object do not,
// unless none does. What may not be written is for those to say that write: a role that only reads frees nothing. In another's place also
// that person's roles count.
func (c *Control) Sight(s *definition.Snapshot, a *actor.Actor, objectName string) *Sight {
	o, ok := object.Of(s, objectName)
	if !ok || a.Kind == actor.System {
		return openSight
	}
	var out, makes *Sight
	var fixed map[string]bool
	writes := false
	for _, r := range everyRole(s, a) {
		rule, _ := r.rule(o.Name)
		if next := r.sight(o); next != nil && out == nil {
			out = next
		} else if next != nil && next != out {
			out = bothSights(o, out, next)
		} else if next == nil && rule.Create && makes == nil {
			makes = r.look(o, rule)
		} else if next == nil && rule.Create {
			makes = bothSights(o, makes, r.look(o, rule))
		}
		switch own := rule.fixed(o); {
		case !rule.Create && !rule.opens(Update):
		case !writes:
			fixed, writes = own, true
		default:
			maps.DeleteFunc(fixed, func(name string, _ bool) bool { return !own[name] })
		}
	}
	if out == nil {
		out = makes
	}
	if out == nil {
		return openSight
	}
	if writes && !maps.Equal(fixed, out.Fixed) {
		out = &Sight{Hidden: out.Hidden, Masked: out.Masked, Fixed: fixed, closed: out.closed}
	}
	return out
}

// bothSights sees what either sees.
func bothSights(o *object.Object, a, b *Sight) *Sight {
	level, fixed := map[string]int{}, map[string]bool{}
	of := func(s *Sight, name string) int {
		switch {
		case s.Hidden[name]:
			return 2
		case s.Masked[name]:
			return 1
		}
		return 0
	}
	for name := range a.closed {
		if l := min(of(a, name), of(b, name)); l > 0 {
			level[name] = l
		}
	}
	for name := range a.Fixed {
		if b.Fixed[name] {
			fixed[name] = true
		}
	}
	return newSight(o, level, fixed)
}

// Hidden lists the fields, by their present names, that the actor may not name: those that none of the actor's roles shows whole. Most of
// what asks leaves them out altogether; Sight tells which of them are shown in part.
func (c *Control) Hidden(s *definition.Snapshot, a *actor.Actor, objectName string) map[string]bool {
	return c.Sight(s, a, objectName).closed
}

// Title is the text by which the actor knows a row: what TitleOf gives, covered where the field is masked, from the next field where it is
// hidden.
func (c *Control) Title(s *definition.Snapshot, a *actor.Actor, row *object.Row) string {
	sight := c.Sight(s, a, row.Object.Name)
	if len(sight.closed) == 0 {
		return row.Object.TitleOf(row)
	}
	f := row.Object.TitleFieldOf(row, sight.Hidden)
	if f == nil {
		return row.ID()
	}
	if sight.Masked[f.Name] {
		return object.MaskedText(f, c.Env, row.V[f.Index])
	}
	text, _ := row.V[f.Index].(string)
	return text
}
