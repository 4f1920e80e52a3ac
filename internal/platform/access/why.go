package access

import (
	"slices"
	"strings"

	"baton/internal/platform/actor"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// Ground is one way in which a row may be open to an actor, and whether it is.
type Ground struct {
	Role  string
	Title definition.Text
	// Word is the scope word, "where" for a condition, "share" for a shared record, "" where the role opens nothing of the object.
	Word  string
	Holds bool
	// For is in whose place the actor acts by this ground; empty for the actor's own.
	For string
	// Unit is the unit whose people's rows the word opens (team, below, region).
	Unit string
	// Trace tells of a condition what it saw; nil else.
	Trace *condition.Trace
}

// Grounds lists all ways in which a row may be open to the actor for a verb, in the order of the roles, and whether each holds. hides conceals
// from who asks what a condition saw. The row is open when one of them holds.
func (c *Control) Grounds(s *definition.Snapshot, a *actor.Actor, row *object.Row, verb Verb, hides func(*object.Row, *object.Field) bool) []Ground {
	var out []Ground
	add := func(names []string, person, unit, stood string) {
		for _, r := range rolesOf(s, names) {
			rule, ok := r.rule(row.Object.Name)
			if !ok || !rule.opens(verb) {
				out = append(out, Ground{Role: r.Name, Title: r.Title, For: stood})
				continue
			}
			for w := range strings.SplitSeq(rule.words(verb), "+") {
				if w == "" || w == None {
					continue
				}
				one := &Scope{dir: c.Dir, control: c}
				one.word(w, person, unit)
				out = append(out, Ground{Role: r.Name, Title: r.Title, Word: w, Holds: one.AllowsOwner(row.Owner()), For: stood, Unit: c.unitOf(w, unit)})
			}
			if cond := r.conds[row.Object.Name][verb]; cond != nil {
				one := &Scope{dir: c.Dir, control: c}
				env := one.env(conditional{cond, one.refs(s, person)}, row)
				g := Ground{Role: r.Name, Title: r.Title, Word: "where", For: stood}
				ok, err := cond.Match(env)
				g.Holds = ok && err == nil
				if env.Hides = hides; err == nil {
					g.Trace, _ = cond.Explain(env)
				}
				out = append(out, g)
			}
		}
	}
	add(a.Roles, a.Self(), a.Unit, "")
	for _, st := range a.Stands {
		add(st.Roles, st.ID, st.Unit, st.ID)
	}
	scope := c.Scope(s, a, row.Object.Name, verb)
	return append(out, Ground{Word: "share", Holds: scope.allowsShared(row)})
}

func (c *Control) unitOf(word, unit string) string {
	switch word {
	case Team, Below:
		return unit
	case Region:
		return c.Dir.RegionOf(unit)
	}
	return ""
}

// Writable tells whether the right that the object asks of all who write it is held, and which it is; true and "" where it asks for none.
func (c *Control) Writable(s *definition.Snapshot, a *actor.Actor, objectName string) (right string, held bool) {
	o, ok := object.Of(s, objectName)
	if !ok || o.Spec.WriteRight == "" {
		return "", true
	}
	return o.Spec.WriteRight, c.writable(s, a, o.Name)
}

// RolesThat lists the roles of the company whose words open a row of somebody's to a person of a unit for a verb: what one would have to be
// given to see it.
func (c *Control) RolesThat(s *definition.Snapshot, a *actor.Actor, row *object.Row, verb Verb) []*Role {
	var out []*Role
	for _, r := range definition.All[*Role](s, Kind) {
		if slices.Contains(a.Roles, r.Name) {
			continue
		}
		with := *a
		with.Roles, with.Stands = []string{r.Name}, nil
		if c.Scope(s, &with, row.Object.Name, verb).Allows(row) {
			out = append(out, r)
		}
	}
	return out
}
