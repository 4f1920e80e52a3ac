package query

import (
	"context"
	"encoding/json"

	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

// Past is what changed of an object's records since an instant, read from the trail. With a present row it gives the rows of then.
// Immutable.
type Past struct {
	object *object.Object
	steps  map[string][]ledger.Step // by record, oldest first
}

// ReadPast reads the changes of an object's records since an instant.
func ReadPast(ctx context.Context, q store.Querier, o *object.Object, since int64) (*Past, error) {
	h := &Past{object: o, steps: map[string][]ledger.Step{}}
	err := ledger.Changes(ctx, q, o.Name, since, func(s ledger.Step) { h.steps[s.Record] = append(h.steps[s.Record], s) })
	return h, err
}

// Version is a record's row from an instant on.
type Version struct {
	From int64
	Row  *object.Row
}

// Versions are the rows a record has had, oldest first, the present one last. The first one holds from the record's creation, or from
// before the history where that was earlier.
func (h *Past) Versions(now *object.Row) []Version {
	steps := h.steps[now.ID()]
	created, _ := now.V[object.CreatedAt].(int64)
	out := make([]Version, 0, len(steps)+1)
	row := now
	for i := len(steps) - 1; i >= 0; i-- {
		if i == 0 && steps[i].Op == "create" {
			break
		}
		out = append(out, Version{steps[i].At, row})
		row = h.undo(row, steps[i])
	}
	out = append(out, Version{created, row})
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// First is the record as its creation left it: with the owner it was given and the tags it got.
func (h *Past) First(now *object.Row) *object.Row { return h.Versions(now)[0].Row }

// Changed lists the records that changed.
func (h *Past) Changed() []string {
	out := make([]string, 0, len(h.steps))
	for id := range h.steps {
		out = append(out, id)
	}
	return out
}

func (h *Past) undo(row *object.Row, s ledger.Step) *object.Row {
	before := row.Clone()
	for name, c := range s.Changes {
		f, ok := h.object.Field(name)
		if !ok {
			continue
		}
		before.V[f.Index] = canonical(f, c[0])
	}
	return before
}

// canonical reads a value as events keep it.
func canonical(f *object.Field, v any) any {
	switch x := v.(type) {
	case json.Number:
		if f.Type.Class() == object.IntClass {
			if n, err := x.Int64(); err == nil {
				return n
			}
			return nil
		}
		return x.String()
	case string:
		if f.Type.Class() == object.TextClass {
			return x
		}
		return nil
	}
	return nil
}
