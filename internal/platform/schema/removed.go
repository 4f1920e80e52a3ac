package schema

import (
	"context"
	"encoding/json"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// mostCounted bounds the counts beside what is removed.
const mostCounted = 100_001

// RemovedField is a field that is hidden with its data.
type RemovedField struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Title    definition.Text `json:"title"`
	Type     string          `json:"type"`
	At       string          `json:"at"`
	By       string          `json:"by"`
	Revision int64           `json:"revision"`
	Values   int64           `json:"values" doc:"records that hold a value, at most 100001"`
	State    string          `json:"state" enum:"removed,purging,purged"`
	Job      string          `json:"job,omitempty" doc:"that purges it"`
}

// RemovedObject is an object that is hidden with its records.
type RemovedObject struct {
	Name     string          `json:"name"`
	Title    definition.Text `json:"title"`
	At       string          `json:"at"`
	By       string          `json:"by"`
	Revision int64           `json:"revision"`
	Records  int64           `json:"records" doc:"at most 100001"`
	State    string          `json:"state" enum:"removed,purging"`
	Job      string          `json:"job,omitempty"`
}

// when says when and by whom a revision was published.
func (s *Schema) when(ctx context.Context, n int64) (at, by string, err error) {
	var ms int64
	err = s.DB.QueryRow(ctx, "SELECT at, COALESCE(actor_name, '') FROM revision WHERE n = ?", n).Scan(&ms, &by)
	return time.UnixMilli(ms).UTC().Format(object.RFC3339), by, err
}

// RemovedFields lists the removed fields of an object, the last first.
func (s *Schema) RemovedFields(ctx context.Context, name string) ([]RemovedField, error) {
	o, _, err := serving(s.Defs.Current(), name)
	if err != nil {
		return nil, err
	}
	gone, err := object.ReadGone(ctx, s.DB, o.Name)
	if err != nil {
		return nil, err
	}
	out := []RemovedField{}
	for _, g := range gone {
		var f object.FieldSpec
		if g.Field == "" || byID(o, g.Field) != nil { // one that was purged may have come back, empty
			continue
		}
		if err := json.Unmarshal(g.Spec, &f); err != nil {
			return nil, err
		}
		r := RemovedField{ID: g.Field, Name: f.Name, Title: f.Title, Type: f.Type, Revision: g.Revision, State: g.State, Job: g.Job}
		if r.At, r.By, err = s.when(ctx, g.Revision); err != nil {
			return nil, err
		}
		if g.State == object.Removed {
			if r.Values, err = record.CountValues(ctx, s.DB, o.Table, object.Columns(g.Field, g.Gen)[g.Gen:], mostCounted); err != nil {
				return nil, err
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// RemovedObjects lists the removed objects, the last first.
func (s *Schema) RemovedObjects(ctx context.Context) ([]RemovedObject, error) {
	gone, err := object.ReadGone(ctx, s.DB, "")
	if err != nil {
		return nil, err
	}
	out := []RemovedObject{}
	for _, g := range gone {
		r := RemovedObject{Name: g.Object, Title: g.Title, Revision: g.Revision, State: g.State, Job: g.Job}
		if r.At, r.By, err = s.when(ctx, g.Revision); err != nil {
			return nil, err
		}
		stands, err := object.TableStands(ctx, s.DB, g.Object)
		if err != nil {
			return nil, err
		}
		if stands {
			if r.Records, err = record.CountValues(ctx, s.DB, object.TableOf(g.Object), []string{"id"}, mostCounted); err != nil {
				return nil, err
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// find gives what is remembered of a removed field (by its id or its last name), or of a removed object where field is "".
func find(ctx context.Context, q store.Querier, name, field string) (object.Gone, error) {
	gone, err := object.ReadGone(ctx, q, name)
	if err != nil {
		return object.Gone{}, err
	}
	for pass := range 2 {
		for _, g := range gone {
			var f object.FieldSpec
			if g.Field != "" {
				if err := json.Unmarshal(g.Spec, &f); err != nil {
					return object.Gone{}, err
				}
			}
			if g.Field == field && pass == 0 || pass == 1 && field != "" && f.Name == field {
				return g, nil
			}
		}
	}
	if field == "" {
		return object.Gone{}, notFound("没有已删除的对象“"+name+"”", "")
	}
	return object.Gone{}, notFound("“"+name+"”没有已删除的字段“"+field+"”", "看一看已删除字段的清单")
}

// RestoreField brings a removed field back with its data, as one revision.
func (s *Schema) RestoreField(ctx context.Context, a *actor.Actor, name, field string) (*definition.Revision, error) {
	o, _, err := serving(s.Defs.Current(), name)
	if err != nil {
		return nil, err
	}
	if err := s.undrafted(ctx, o.Name); err != nil {
		return nil, err
	}
	title := field
	return s.Defs.Amend(ctx, a, "恢复字段“"+title+"”", func(ctx context.Context, tx *store.Tx, now *definition.Snapshot) ([]*definition.Definition, error) {
		o, d, err := serving(now, name)
		if err != nil {
			return nil, err
		}
		g, err := find(ctx, tx, o.Name, field)
		if err != nil {
			return nil, err
		}
		if byID(o, g.Field) != nil {
			return nil, refused("field_serves", "", "字段已经在用", "")
		}
		if g.State != object.Removed {
			return nil, refused("purged", "", "这个字段的数据已经彻底清除，不能恢复", "请新建一个字段")
		}
		spec, err := gen(g)
		if err != nil {
			return nil, err
		}
		next, err := object.WithNewField(d, spec)
		if err != nil {
			return nil, err
		}
		next.Revision = 0
		return []*definition.Definition{next}, nil
	})
}

// gen is the field as it was written last, in the column that holds its data.
func gen(g object.Gone) (json.RawMessage, error) {
	var m map[string]any
	if err := json.Unmarshal(g.Spec, &m); err != nil {
		return nil, err
	}
	m["id"] = g.Field
	if delete(m, "gen"); g.Gen > 0 {
		m["gen"] = g.Gen
	}
	return json.Marshal(m)
}

// RestoreObject brings a removed object back with its records, as one revision.
func (s *Schema) RestoreObject(ctx context.Context, a *actor.Actor, name string) (*definition.Revision, error) {
	if err := s.undrafted(ctx, name); err != nil {
		return nil, err
	}
	return s.Defs.Amend(ctx, a, "恢复对象“"+name+"”", func(ctx context.Context, tx *store.Tx, now *definition.Snapshot) ([]*definition.Definition, error) {
		if _, ok := object.Of(now, name); ok {
			return nil, refused("object_serves", "", "对象已经在用", "")
		}
		g, err := find(ctx, tx, name, "")
		if err != nil {
			return nil, err
		}
		if g.State != object.Removed {
			return nil, refused("being_purged", "", "这个对象正在彻底清除，不能恢复", "")
		}
		return []*definition.Definition{{Kind: object.Kind, Name: name, Title: g.Title, Spec: g.Spec}}, nil
	})
}
