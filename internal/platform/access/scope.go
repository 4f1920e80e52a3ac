package access

import (
	"slices"
	"strings"
	"sync"

	"baton/internal/platform/actor"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

// Scope is what an actor may do with the rows of one object, resolved once per request. Rows are open by their owner, by the conditions of
// the actor's rules, and by being shared; the three are joined.
type Scope struct {
	All, Own, Pool bool
	// Units are the units whose members' rows are open; nil when no word names units.
	Units   []string
	persons []string // whose rows are the actor's own: the actor, and those in whose place the actor acts
	conds   []conditional
	control *Control
	dir     Directory

	share   *sharing // nil: no share widens this scope
	loading sync.Mutex
	shared  map[string]map[string]bool // object → ids shared with the actor; nil until read
}

// conditional is a rule's condition with what it sees of the actor.
type conditional struct {
	cond *condition.Cond
	refs map[string]*object.Row
}

// Nothing reports a scope that opens no row at all, shared ones apart: a share widens what a role opens and gives nobody a new object.
func (s *Scope) Nothing() bool {
	return !s.All && !s.Own && !s.Pool && len(s.Units) == 0 && len(s.conds) == 0
}

// ByRow reports that the owner alone does not decide: AllowsOwner may say no where Allows says yes.
func (s *Scope) ByRow() bool { return !s.All && (len(s.conds) > 0 || s.any()) }

// Conditional tells whether any role opens rows of an object by a condition.
func Conditional(s *definition.Snapshot, objectName string) bool {
	for _, r := range definition.All[*Role](s, Kind) {
		if len(r.conds[present(s, objectName)]) > 0 {
			return true
		}
	}
	return false
}

// everyRole lists the actor's roles and those of whom the actor stands for.
func everyRole(s *definition.Snapshot, a *actor.Actor) []*Role {
	out := roles(s, a)
	for _, p := range a.Stands {
		out = append(out, rolesOf(s, p.Roles)...)
	}
	return out
}

// Scope resolves what the actor may do. The union of all roles counts, and of what those may do in whose place the actor acts.
func (c *Control) Scope(s *definition.Snapshot, a *actor.Actor, objectName string, verb Verb) *Scope {
	out := &Scope{dir: c.Dir, control: c}
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
	out.widen(s, roles(s, a), a.Self(), a.Unit, objectName, verb)
	for _, p := range a.Stands {
		out.widen(s, rolesOf(s, p.Roles), p.ID, p.Unit, objectName, verb)
	}
	if o, ok := object.Of(s, objectName); ok && c.DB != nil && verb != Delete && !out.All && !out.Nothing() {
		out.share = newSharing(c, a, o, verb)
	}
	return out
}

// widen adds what roles open to a person of a unit.
func (s *Scope) widen(snap *definition.Snapshot, roles []*Role, person, unit, objectName string, verb Verb) {
	for _, r := range roles {
		rule, ok := r.rule(objectName)
		if !ok {
			continue
		}
		for w := range strings.SplitSeq(rule.words(verb), "+") {
			s.word(w, person, unit)
		}
		if cond := r.conds[objectName][verb]; cond != nil {
			s.conds = append(s.conds, conditional{cond, s.refs(snap, person)})
		}
	}
}

// word adds what one scope word opens to a person of a unit. Whoever sees a unit's rows sees the own ones too.
func (s *Scope) word(w, person, unit string) {
	switch w {
	case All:
		s.All = true
	case Pool:
		s.Pool = true
	case Own, Team, Below, Region:
		if s.Own = true; person != "" && !slices.Contains(s.persons, person) {
			s.persons = append(s.persons, person)
		}
	}
	if unit == "" {
		return
	}
	switch below := s.dir.UnitsBelow; w {
	case Team:
		if slices.Contains(below(unit), unit) { // it stands
			s.Units = append(s.Units, unit)
		}
	case Below:
		s.Units = append(s.Units, below(unit)...)
	case Region:
		if region := s.dir.RegionOf(unit); region != "" {
			s.Units = append(s.Units, below(region)...)
		}
	}
}

// refs is what a condition sees as "me"; an empty record where the person is unknown, so that nothing compares equal to it.
func (s *Scope) refs(snap *definition.Snapshot, person string) map[string]*object.Row {
	o, ok := object.Of(snap, "person")
	if !ok {
		return nil
	}
	row := s.dir.PersonRow(person)
	if row == nil {
		row = object.NewRow(o)
	}
	return map[string]*object.Row{me: row.In(o)}
}

// Allows reports whether a row is inside the scope, in memory. What a condition cannot be told (a read that fails) is outside.
func (s *Scope) Allows(r *object.Row) bool {
	return s.AllowsOwner(r.Owner()) || s.meets(r, true) || s.allowsShared(r)
}

// AllowsAlone is Allows for whoever may not read other records to decide (the live feed, of many streams at once): conditions that reach
// through relations count as not met.
func (s *Scope) AllowsAlone(r *object.Row) bool {
	return s.AllowsOwner(r.Owner()) || s.meets(r, false) || s.allowsShared(r)
}

// Meets tells whether one of the rules' conditions opens a row, whoever owns it and whether it is shared.
func (s *Scope) Meets(r *object.Row) bool { return s.meets(r, true) }

func (s *Scope) meets(r *object.Row, reach bool) bool {
	if r == nil {
		return false
	}
	for _, c := range s.conds {
		env := s.env(c, r)
		if !reach {
			env.Related, env.Children = nil, nil
		}
		if ok, err := c.cond.Match(env); ok && err == nil {
			return true
		}
	}
	return false
}

func (s *Scope) env(c conditional, r *object.Row) *condition.Env {
	return &condition.Env{Row: r, Refs: c.refs, Related: s.control.Related, Children: s.control.Children, Now: s.control.now(), Zone: s.control.zone()}
}

// AllowsOwner tells whether the owner alone opens a row ("" is the pool).
func (s *Scope) AllowsOwner(owner string) bool {
	switch {
	case s.All:
		return true
	case owner == "":
		return s.Pool
	case s.Own && slices.Contains(s.persons, owner):
		return true
	case len(s.Units) > 0:
		return slices.Contains(s.Units, s.dir.UnitOf(owner))
	}
	return false
}

// Owners lists whose rows a scope opens by their owner, where it does not open all: "" is the pool; members lists the people of units.
func (s *Scope) Owners(members func(units []string) []string) []string {
	var out []string
	if s.Pool {
		out = append(out, "")
	}
	if s.Own {
		out = append(out, s.persons...)
	}
	if len(s.Units) > 0 {
		for _, p := range members(s.Units) {
			if !slices.Contains(out, p) {
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
		for _, p := range s.persons {
			or, args = append(or, owner+" = ?"), append(args, p)
		}
	}
	if s.Pool {
		or = append(or, owner+" IS NULL")
	}
	if units := slices.Compact(slices.Sorted(slices.Values(s.Units))); len(units) > 0 {
		or = append(or, owner+` IN (SELECT "id" FROM "o_person" WHERE "f_unit" IN (`+marks(len(units))+"))")
		for _, u := range units {
			args = append(args, u)
		}
	}
	for _, c := range s.conds {
		sql, more, err := c.cond.SQL(s.dialect(), alias, s.env(c, nil))
		if err == nil {
			or, args = append(or, sql), append(args, more...)
		}
	}
	if sql, more := s.sharedSQL(alias); sql != "" {
		or, args = append(or, sql), append(args, more...)
	}
	if len(or) == 0 {
		return "1 = 0", nil
	}
	return "(" + strings.Join(or, " OR ") + ")", args
}

func (s *Scope) dialect() store.Dialect {
	if s.control.DB == nil {
		return store.SQLite
	}
	return s.control.DB.Dialect()
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }
