package record

import (
	"context"
	"slices"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// maxUnread is the longest unreadable text kept beside a field, in bytes.
const maxUnread = 2000

// hides reports a field that the actor may not even know of.
func (c *Change) hides(f *object.Field) bool {
	return !c.Origin.Engine && c.seen().Hidden[f.Name]
}

func (c *Change) seen() *access.Sight {
	if c.sight == nil {
		c.sight = c.writer.Access.Sight(c.Snap, c.Actor, c.Object.Name)
	}
	return c.sight
}

// fixes reports a field that the actor sees but may not write: one that the roles show only to be read, or in part. A masked value may be
// given with a new record, by who has just been told it; a unique one not even then, as a refusal would tell who has it.
func (c *Change) fixes(f *object.Field) bool {
	if c.Origin.Engine {
		return false
	}
	s := c.seen()
	return s.Fixed[f.Name] || s.Masked[f.Name] && (c.Op != Create || c.alone(f))
}

// alone reports a field that takes part in a unique rule.
func (c *Change) alone(f *object.Field) bool {
	return f.Unique || slices.ContainsFunc(c.Object.Unique, func(u *object.Unique) bool { return slices.Contains(u.Fields, f) })
}

// visible lists the names that may be suggested.
func (c *Change) visible() []string {
	var out []string
	for _, f := range c.Object.Fields {
		if !c.hides(f) {
			out = append(out, f.Name)
		}
	}
	return out
}

// keepHint leaves the hint of an open choice alone when the same value was only spelt another way.
func (c *Change) keepHint(f *object.Field) {
	if c.Old == nil || c.Old.V[f.Index] != c.New.V[f.Index] {
		return
	}
	hs, old := c.hints(c.New), c.hints(c.Old)
	if h, had := old[f.Name]; had {
		hs[f.Name] = h
	} else {
		delete(hs, f.Name)
	}
	c.setHints(hs)
}

// knows tells whether an object is anything to the actor: rows to read, or to make.
func (c *Change) knows(o *object.Object) bool {
	return c.writer.Access.May(c.Snap, c.Actor, o.Name, func(r access.Rule) bool { return r.Create }) || !c.writer.Access.Scope(c.Snap, c.Actor, o.Name, access.Read).Nothing()
}

// Sees tells whether the actor may read a row of the object; engines see all.
func (c *Change) Sees(row *object.Row) bool {
	return c.Origin.Engine || c.writer.Access.Scope(c.Snap, c.Actor, row.Object.Name, access.Read).Allows(row)
}

// ownMade gives a record made by hand to who makes it where it could not be seen by them without an owner.
func (c *Change) ownMade() {
	if self := c.Actor.Self(); self != "" && !c.Origin.Engine {
		if s := c.writer.Access.Scope(c.Snap, c.Actor, c.Object.Name, access.Read); !s.AllowsOwner("") && s.AllowsOwner(self) {
			c.New.V[object.Owner] = self
		}
	}
}

// refers checks a newly given reference: it must lead to a record that stands and that the actor may see. Engines are trusted.
func (c *Change) refers(ctx context.Context, f *object.Field) (*problem.Item, error) {
	target := f.TargetOf()
	id, ok := c.New.V[f.Index].(string)
	if c.Origin.Engine || target == "" || !ok || c.Old != nil && c.Old.V[f.Index] == id {
		return nil, nil
	}
	missing := &problem.Item{Pointer: "/" + f.Name, Code: "unknown_reference", Message: "“" + f.Title.ZH + "”指向的记录不存在，或者你无权查看", Hint: "请重新选择"}
	if ok, err := c.writer.Reaches(ctx, c.Tx, c.Snap, c.Actor, target, id); err != nil || ok {
		return nil, err
	}
	return missing, nil
}

// Reaches tells whether an actor may refer to a record: it stands, and the actor may see it. Who works where is known to everybody.
func (w *Writer) Reaches(ctx context.Context, q store.Querier, s *definition.Snapshot, a *actor.Actor, target, id string) (bool, error) {
	o, ok := object.Of(s, target)
	if !ok {
		return false, nil
	}
	row, err := ReadRow(ctx, q, o, id)
	if err != nil || row == nil || row.V[object.DeletedAt] != nil {
		return false, err
	}
	return target == "person" || target == "org_unit" || w.Access.Scope(s, a, target, access.Read).Allows(row), nil
}

// mayOwn checks a given owner: setting one needs the right to assign (one's own new records apart), and the record must stay among those
// the actor may change.
func (c *Change) mayOwn() error {
	if !c.Given[object.Owner] || c.Origin.Engine || c.Old != nil && c.Old.V[object.Owner] == c.New.V[object.Owner] {
		return nil
	}
	owner := c.New.Owner()
	if c.Old == nil && (owner == "" || owner == c.Actor.Self()) {
		return nil
	}
	if !c.writer.Access.May(c.Snap, c.Actor, c.Object.Name, func(r access.Rule) bool { return r.Assign }) {
		return forbidden("指定负责人")
	}
	if s := c.writer.Access.Scope(c.Snap, c.Actor, c.Object.Name, access.Update); !s.AllowsOwner(owner) && !s.Meets(c.New) {
		return forbidden("把" + c.Object.Title.ZH + "交给你管理范围之外的人")
	}
	return nil
}
