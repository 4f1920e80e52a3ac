package record

import (
	"context"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
)

// Sight tells which fields of which rows the actor may see while a record is explained to them. base is that record, read with the actor's
// rights. A nil row asks for the field alone. Fields as they once were count as what they are now; those that are gone are not shown.
func (r *Reader) Sight(a *actor.Actor, base *object.Row) func(f *object.Field, row *object.Row) bool {
	snap := r.Defs.Current()
	return func(f *object.Field, row *object.Row) bool {
		o, ok := object.Of(snap, f.Object)
		if !ok {
			return false
		}
		now, ok := o.Field(f.Name)
		if !ok || r.Access.Hidden(snap, a, o.Name)[now.Name] {
			return false
		}
		if row == nil || row.ID() == base.ID() && row.Object.Name == base.Object.Name || o.Name == "person" || o.Name == "org_unit" {
			return true // who works where is known to everybody
		}
		return r.Access.Scope(snap, a, o.Name, access.Read).Allows(row)
	}
}

// SeenEvents keeps the events that tell of records the actor may see now, and those that tell of no record.
func (r *Reader) SeenEvents(ctx context.Context, a *actor.Actor, events []*ledger.Event) ([]*ledger.Event, error) {
	snap := r.Defs.Current()
	scopes, ids := map[string]*access.Scope{}, map[string][]string{}
	for _, e := range events {
		if _, ok := object.Of(snap, e.Object); !ok {
			continue
		}
		s := scopes[e.Object]
		if s == nil {
			s = r.Access.Scope(snap, a, e.Object, access.Read)
			scopes[e.Object] = s
		}
		if !s.All && !s.Nothing() && e.RecordID != "" {
			ids[e.Object] = append(ids[e.Object], e.RecordID)
		}
	}
	standings := map[string]map[string]Standing{}
	for name, list := range ids {
		o, _ := object.Of(snap, name)
		var err error
		if standings[name], err = Standings(ctx, r.DB, o, list); err != nil {
			return nil, err
		}
	}
	out := make([]*ledger.Event, 0, len(events))
	for _, e := range events {
		s := scopes[e.Object]
		now, known := standings[e.Object][e.RecordID]
		if s == nil || s.All || e.RecordID == "" || known && s.AllowsOwner(now.Owner) {
			out = append(out, e)
		}
	}
	return out, nil
}
