package object

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"baton/internal/platform/definition"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// Settle is the definition.Settler of objects. A field is known by its id: one that comes under another name keeps its former name as an
// alias, so that other definitions, saved filters, files and programs that use it go on. Which column holds a field, and a change of its type
// that is under way, are not the writer's to set: they are taken from what stands, or from what is remembered of a field that is removed.
func Settle(ctx context.Context, q store.Querier, serving *definition.Snapshot, changed []*definition.Definition) ([]*definition.Definition, error) {
	out := slices.Clone(changed)
	for i, d := range out {
		if d.Kind != Kind || d.Removed {
			continue
		}
		was, standing := serving.Definition(Kind, d.Name)
		if standing && was.Name != d.Name {
			was = nil
		}
		remembered := map[string]Gone{}
		if q != nil {
			var err error
			if remembered, err = goneOf(ctx, q, d.Name); err != nil {
				return nil, err
			}
			if o, ok := remembered[""]; ok && o.State == Purging {
				return nil, problem.New(problem.Conflict, "being_purged", "“"+d.Name+"”正在彻底清除", problem.Item{Kind: Kind, Name: d.Name, Pointer: "/name", Code: "being_purged", Message: "这个对象正在彻底清除，还不能用这个名称", Hint: "等清除任务完成后再发布"})
			} else if ok && was == nil {
				was = &definition.Definition{Spec: o.Spec}
			}
		}
		spec, err := settled(was, d, remembered)
		if err != nil {
			continue // what cannot be read is told of when it is compiled
		}
		if spec != nil {
			c := *d
			c.Spec = spec
			out[i] = &c
		}
	}
	return out, nil
}

// written is as much of a field as settling reads; the rest stays as it was written.
type written struct {
	Name    string          `json:"name"`
	ID      string          `json:"id"`
	Aliases []string        `json:"aliases"`
	Gen     int             `json:"gen"`
	Retype  json.RawMessage `json:"retype"`
}

func (w written) id() string {
	if w.ID != "" {
		return w.ID
	}
	return w.Name
}

// settled gives the spec as it is to be published, nil when nothing is to be set.
func settled(was, now *definition.Definition, remembered map[string]Gone) (json.RawMessage, error) {
	var before []written
	if was != nil {
		var s struct {
			Fields []written `json:"fields"`
		}
		if err := json.Unmarshal(was.Spec, &s); err != nil {
			return nil, err
		}
		before = s.Fields
	}
	byID, byName := map[string]written{}, map[string]written{}
	for _, f := range before {
		byID[f.id()], byName[f.Name] = f, f
	}
	var spec map[string]json.RawMessage
	var fields []json.RawMessage
	if err := json.Unmarshal(now.Spec, &spec); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(spec["fields"], &fields); err != nil {
		return nil, err
	}
	// The ids that are spoken for: a new field whose name is the id of a renamed one gets an id of its own.
	taken := map[string]bool{}
	for _, raw := range fields {
		var f written
		if err := json.Unmarshal(raw, &f); err != nil {
			return nil, err
		}
		if w, ok := byName[f.Name]; ok && f.ID == "" {
			f.ID = w.id()
		}
		if f.ID != "" {
			taken[f.ID] = true
		}
	}
	touched := false
	for i, raw := range fields {
		var f written
		if err := json.Unmarshal(raw, &f); err != nil {
			return nil, err
		}
		set := map[string]any{}
		if w, ok := byName[f.Name]; ok && f.ID == "" && w.id() != f.Name {
			f.ID = w.id()
			set["id"] = f.ID
		} else if _, renamed := byID[f.Name]; !ok && renamed && f.ID == "" && taken[f.Name] {
			for n := 2; f.ID == "" || taken[f.ID]; n++ {
				f.ID = fmt.Sprintf("%s_%d", f.Name, n)
				if _, gone := remembered[f.ID]; gone {
					f.ID = ""
				}
			}
			set["id"], taken[f.ID] = f.ID, true
		}
		w, stood := byID[f.id()]
		if g, ok := remembered[f.id()]; ok && !stood {
			w.Gen = g.Gen
		} else if !stood {
			w.Gen = f.Gen // of a template
		}
		if f.Gen != w.Gen {
			set["gen"] = w.Gen
		}
		if string(f.Retype) != string(w.Retype) {
			set["retype"] = nil
			if w.Retype != nil {
				set["retype"] = w.Retype
			}
		}
		if stood && w.Name != f.Name {
			aliases := slices.DeleteFunc(slices.Clone(f.Aliases), func(a string) bool { return a == f.Name })
			if !slices.Contains(aliases, w.Name) {
				aliases = append(aliases, w.Name)
			}
			set["aliases"] = aliases
		}
		if len(set) == 0 {
			continue
		}
		var err error
		if fields[i], err = patched(raw, set); err != nil {
			return nil, err
		}
		touched = true
	}
	if !touched {
		return nil, nil
	}
	var err error
	if spec["fields"], err = json.Marshal(fields); err != nil {
		return nil, err
	}
	return json.Marshal(spec)
}

// patched sets keys of a JSON object; nil takes a key away.
func patched(raw json.RawMessage, set map[string]any) (json.RawMessage, error) {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, err
	}
	for k, v := range set {
		if v == nil || v == 0 {
			delete(m, k)
			continue
		}
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		m[k] = b
	}
	return json.Marshal(m)
}

// WithField gives an object's definition with one field set anew: change edits the field as it is written, nil takes it out. A field that is not
// there is an error.
func WithField(d *definition.Definition, id string, change map[string]any) (*definition.Definition, error) {
	return edited(d, func(fields []json.RawMessage) ([]json.RawMessage, error) {
		for i, raw := range fields {
			var f written
			if err := json.Unmarshal(raw, &f); err != nil {
				return nil, err
			}
			if f.id() != id {
				continue
			}
			if change == nil {
				return slices.Delete(fields, i, i+1), nil
			}
			b, err := patched(raw, change)
			fields[i] = b
			return fields, err
		}
		return nil, fmt.Errorf("object: %s has no field of id %s", d.Name, id)
	})
}

// WithNewField gives an object's definition with a field added behind the others.
func WithNewField(d *definition.Definition, field json.RawMessage) (*definition.Definition, error) {
	return edited(d, func(fields []json.RawMessage) ([]json.RawMessage, error) { return append(fields, field), nil })
}

func edited(d *definition.Definition, edit func([]json.RawMessage) ([]json.RawMessage, error)) (*definition.Definition, error) {
	var spec map[string]json.RawMessage
	var fields []json.RawMessage
	err := json.Unmarshal(d.Spec, &spec)
	if err == nil {
		err = json.Unmarshal(spec["fields"], &fields)
	}
	if err == nil {
		fields, err = edit(fields)
	}
	if err == nil {
		spec["fields"], err = json.Marshal(fields)
	}
	if err != nil {
		return nil, err
	}
	c := *d
	c.Spec, err = json.Marshal(spec)
	return &c, err
}

// WithoutUnique gives an object's definition without the rule behind a unique index.
func WithoutUnique(d *definition.Definition, ix Index) (*definition.Definition, error) {
	if ix.Rule == "" {
		return WithField(d, ix.Fields[0].ID, map[string]any{"unique": nil})
	}
	var spec map[string]json.RawMessage
	var rules []json.RawMessage
	err := json.Unmarshal(d.Spec, &spec)
	if err == nil {
		err = json.Unmarshal(spec["unique"], &rules)
	}
	if err != nil {
		return nil, err
	}
	rules = slices.DeleteFunc(rules, func(raw json.RawMessage) bool {
		var u UniqueSpec
		return json.Unmarshal(raw, &u) == nil && slices.EqualFunc(u.Fields, ix.Fields, func(n string, f *Field) bool { return n == f.Name || slices.Contains(f.Aliases, n) })
	})
	if spec["unique"], err = json.Marshal(rules); err != nil {
		return nil, err
	}
	c := *d
	c.Spec, err = json.Marshal(spec)
	return &c, err
}
