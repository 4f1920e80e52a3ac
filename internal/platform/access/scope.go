package access

import (
	"slices"
	"strings"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// Scope is what an actor may do with the rows of one object, resolved once per request.
type Scope struct {
	All, Own, Pool bool
	// Units are the units whose members' rows are open; nil when Below was not given.
	Units  []string
	person string
	dir    Directory
}

// Nothing reports a scope that opens no row at all.
func (s *Scope) Nothing() bool { return !s.All && !s.Own && !s.Pool && len(s.Units) == 0 }

// Scope resolves what the actor may do. The union of all roles counts.
func (c *Control) Scope(s *definition.Snapshot, a *actor.Actor, objectName string, verb Verb) *Scope {
	out := &Scope{person: a.Self(), dir: c.Dir}
	objectName = present(s, objectName)
	if verb != Read && !c.writable(s, a, objectName) {
		return out
	}
	if a.Kind == actor.System || a.Kind == actor.Channel {
		out.All = true
		return out
	}
	if !c.keyMay(s, a, objectName, verb == Read) {
		return out
	}
	for _, r := range roles(s, a) {
		rule, ok := r.rule(objectName)
		if !ok {
			continue
		}
		for _, w := range strings.Split(map[Verb]string{Read: rule.Read, Update: rule.Update, Delete: rule.Delete}[verb], "+") {
			switch w {
			case All:
				out.All = true
			case Own:
				out.Own = true
			case Pool:
				out.Pool = true
			case Below:
				if a.Unit != "" {
					out.Units = append(out.Units, c.Dir.UnitsBelow(a.Unit)...)
				}
				out.Own = true
			}
		}
	}
	return out
}

// Allows reports whether a row is inside the scope, in memory.
func (s *Scope) Allows(r *object.Row) bool { return s.AllowsOwner(r.Owner()) }

// AllowsOwner is Allows when only the owner is known ("" is the pool).
func (s *Scope) AllowsOwner(owner string) bool {
	switch {
	case s.All:
		return true
	case owner == "":
		return s.Pool
	case s.Own && s.person != "" && owner == s.person:
		return true
	case len(s.Units) > 0:
		return slices.Contains(s.Units, s.dir.UnitOf(owner))
	}
	return false
}

// Owners lists whose rows a scope opens that does not open all: "" is the pool; members lists the people of units.
func (s *Scope) Owners(members func(units []string) []string) []string {
	var out []string
	if s.Pool {
		out = append(out, "")
	}
	if s.Own && s.person != "" {
		out = append(out, s.person)
	}
	if len(s.Units) > 0 {
		for _, p := range members(s.Units) {
			if p != s.person || !s.Own {
				out = append(out, p)
			}
		}
	}
	return out
}

// SQL is the same as a condition on the object's table under an alias; "" when everything is open.
func (s *Scope) SQL(alias string) (string, []any) {
	if s.All {
		return "", nil
	}
	owner := alias + "." + object.Quote("owner")
	var or []string
	var args []any
	if s.Own {
		or, args = append(or, owner+" = ?"), append(args, s.person)
	}
	if s.Pool {
		or = append(or, owner+" IS NULL")
	}
	if len(s.Units) > 0 {
		or = append(or, owner+` IN (SELECT "id" FROM "o_person" WHERE "f_unit" IN (`+strings.TrimSuffix(strings.Repeat("?,", len(s.Units)), ",")+"))")
		for _, u := range s.Units {
			args = append(args, u)
		}
	}
	if len(or) == 0 {
		return "1 = 0", nil
	}
	return "(" + strings.Join(or, " OR ") + ")", args
}
