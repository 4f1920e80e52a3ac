package record

import (
	"context"
	"slices"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
)

// Refs gives the names of what rows refer to, as the actor may know them: by object, by id. They go with every list of records. What a
// field refers to that the actor may not see is left out.
func (r *Reader) Refs(ctx context.Context, a *actor.Actor, o *object.Object, rows []*object.Row) (map[string]map[string]string, error) {
	ids := map[string][]string{}
	closed := r.Access.Hidden(r.Defs.Current(), a, o.Name)
	for _, row := range rows {
		for _, f := range o.Fields {
			if closed[f.Name] {
				continue
			}
			if t := f.TargetOf(); t != "" {
				if id, ok := row.V[f.Index].(string); ok && !slices.Contains(ids[t], id) {
					ids[t] = append(ids[t], id)
				}
			}
		}
	}
	out := map[string]map[string]string{}
	for t, list := range ids {
		names, err := r.Names(ctx, a, t, list)
		if err != nil {
			return nil, err
		}
		out[t] = names
	}
	return out, nil
}

// Names gives the names of records of one object by id, as the actor may know them; unknown ids are missing.
func (r *Reader) Names(ctx context.Context, a *actor.Actor, target string, ids []string) (map[string]string, error) {
	if target != "person" && target != "org_unit" {
		return r.Titles(ctx, a, target, ids)
	}
	out := map[string]string{}
	for _, id := range ids {
		if n := r.Env.Name(target, id); n != "" {
			out[id] = n
		}
	}
	return out, nil
}
