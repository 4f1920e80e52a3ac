package record

import (
	"context"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
)

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
	standings, rows := map[string]map[string]Standing{}, map[string]map[string]*object.Row{}
	for name, list := range ids {
		o, _ := object.Of(snap, name)
		var err error
		if scopes[name].ByRow() {
			if rows[name], err = ReadRows(ctx, r.DB, o, list); err != nil {
				return nil, err
			}
			continue
		}
		if standings[name], err = Standings(ctx, r.DB, o, list); err != nil {
			return nil, err
		}
	}
	out := make([]*ledger.Event, 0, len(events))
	for _, e := range events {
		s := scopes[e.Object]
		now, known := standings[e.Object][e.RecordID]
		if s == nil || s.All || e.RecordID == "" || known && s.AllowsOwner(now.Owner) || rows[e.Object][e.RecordID] != nil && s.Allows(rows[e.Object][e.RecordID]) {
			out = append(out, e)
		}
	}
	return out, nil
}
