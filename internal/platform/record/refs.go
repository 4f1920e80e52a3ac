package record

import (
	"context"
	"slices"

	"baton/internal/platform/object"
)

// Refs gives the names of what rows refer to: by object, by id. They go with every list of records.
func (r *Reader) Refs(ctx context.Context, o *object.Object, rows []*object.Row) (map[string]map[string]string, error) {
	ids := map[string][]string{}
	for _, row := range rows {
		for _, f := range o.Fields {
			if t := f.TargetOf(); t != "" {
				if id, ok := row.V[f.Index].(string); ok && !slices.Contains(ids[t], id) {
					ids[t] = append(ids[t], id)
				}
			}
		}
	}
	out := map[string]map[string]string{}
	for t, list := range ids {
		names, err := r.Names(ctx, t, list)
		if err != nil {
			return nil, err
		}
		out[t] = names
	}
	return out, nil
}

// Names gives the names of records of one object by id; unknown ids are missing.
func (r *Reader) Names(ctx context.Context, target string, ids []string) (map[string]string, error) {
	if target != "person" && target != "org_unit" {
		return r.Titles(ctx, target, ids)
	}
	out := map[string]string{}
	for _, id := range ids {
		if n := r.Env.Name(target, id); n != "" {
			out[id] = n
		}
	}
	return out, nil
}
