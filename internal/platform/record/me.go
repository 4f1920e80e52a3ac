package record

import (
	"context"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// Filters may name the asker: {"ref": "me.id"}, {"ref": "me.unit"}. So one view of "mine" serves everybody.
const meRef = "me"

// MeTitles is how conditions read the asker back.
var MeTitles = map[string]string{meRef: "我"}

// MeRefs are the refs that a filter may name; none in a workspace without people.
func MeRefs(s *definition.Snapshot) map[string]*object.Object {
	if o, ok := object.Of(s, "person"); ok {
		return map[string]*object.Object{meRef: o}
	}
	return nil
}

// Me gives the row of the person who asks, for a condition's Env.Refs; an asker who is no person has an empty one.
func (r *Reader) Me(ctx context.Context, a *actor.Actor) (map[string]*object.Row, error) {
	o, ok := object.Of(r.Defs.Current(), "person")
	if !ok {
		return nil, nil
	}
	row := object.NewRow(o)
	if id := a.Self(); id != "" {
		found, err := ReadRow(ctx, r.DB, o, id)
		if err != nil {
			return nil, err
		}
		if found != nil {
			row = found
		}
	}
	return map[string]*object.Row{meRef: row}, nil
}
