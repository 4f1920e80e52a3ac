package search

import "baton/internal/platform/actor"

// ShowForTest is the first hit of a group as the page gets it.
func ShowForTest(x *Index, a *actor.Actor, g Group) ShownHit {
	hidden := x.Access.Hidden(x.Defs.Current(), a, g.Object.Name)
	return (&HTTP{Index: x}).show(g.Object.Without(hidden), g.Hits[0], hidden)
}
