package access

import (
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// Through tells in whose place the actor acts on a row: somebody who named the actor and through whom alone the row is open, or whose it is.
// Nil when the actor acts as such.
func (c *Control) Through(s *definition.Snapshot, a *actor.Actor, row *object.Row) *actor.Stand {
	if len(a.Stands) == 0 || row == nil {
		return nil
	}
	for i := range a.Stands {
		if a.Stands[i].ID == row.Owner() {
			return &a.Stands[i]
		}
	}
	alone := *a
	alone.Stands = nil
	if c.Scope(s, &alone, row.Object.Name, Read).Allows(row) {
		return nil
	}
	for i := range a.Stands {
		alone.Stands = a.Stands[i : i+1]
		if c.Scope(s, &alone, row.Object.Name, Read).Allows(row) {
			return &a.Stands[i]
		}
	}
	return nil
}

// Named is the actor's name in the trail of a row: with whose place the actor acts in ("王磊（代 林晓）"), and that person's id, empty without.
func (c *Control) Named(s *definition.Snapshot, a *actor.Actor, row *object.Row) (name, stood string) {
	if st := c.Through(s, a, row); st != nil {
		return a.Name + "（代 " + st.Name + "）", st.ID
	}
	return a.Name, ""
}
