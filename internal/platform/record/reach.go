package record

import (
	"context"
	"slices"
	"strings"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/object"
)

// Path is a field as a list shows it: the object's own, or one of the record that a relation leads to (customer.industry).
type Path struct {
	Name string
	// Via is nil for an own field.
	Via   *object.Field
	Field *object.Field
	// Masked: the actor sees the values in part.
	Masked bool
}

// Title is the path's name for people.
func (p Path) Title() string {
	if p.Via == nil {
		return p.Field.Title.ZH
	}
	return p.Via.Title.ZH + "·" + p.Field.Title.ZH
}

// PathOf finds a field or a path through one relation that the actor may see; ok is false where there is none for the actor.
func (r *Reader) PathOf(a *actor.Actor, o *object.Object, name string) (p Path, ok bool) {
	s := r.Defs.Current()
	sight := r.Access.Sight(s, a, o.Name)
	if f, ok := o.Field(name); ok {
		return Path{name, nil, f, sight.Masked[f.Name]}, !sight.Hidden[f.Name] && !f.Hidden
	}
	head, rest, cut := strings.Cut(name, ".")
	via, ok := o.Field(head)
	if !cut || !ok || sight.Closed()[via.Name] || via.Hidden || via.TargetOf() == "" {
		return p, false
	}
	target, ok := object.Of(s, via.TargetOf())
	if !ok || r.Access.Scope(s, a, target.Name, access.Read).Nothing() {
		return p, false
	}
	f, ok := target.Field(rest)
	far := r.Access.Sight(s, a, target.Name)
	if !ok || f.Hidden || far.Hidden[f.Name] {
		return p, false
	}
	return Path{name, via, f, far.Masked[f.Name]}, true
}

// Reached reads the records that rows lead to by relations, by relation and id; those outside the actor's scope are left out.
func (r *Reader) Reached(ctx context.Context, a *actor.Actor, rows []*object.Row, paths []Path) (map[string]map[string]*object.Row, error) {
	out := map[string]map[string]*object.Row{}
	for _, p := range paths {
		if p.Via == nil || out[p.Via.Name] != nil {
			continue
		}
		var ids []string
		for _, row := range rows {
			if id, ok := row.V[p.Via.Index].(string); ok && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		out[p.Via.Name] = map[string]*object.Row{}
		found, err := r.GetMany(ctx, a, p.Via.TargetOf(), ids)
		if err != nil {
			return nil, err
		}
		for _, row := range found {
			out[p.Via.Name][row.ID()] = row
		}
	}
	return out, nil
}

// reach adds the values behind relations that were asked for to shown rows.
func (h *HTTP) reach(ctx context.Context, a *actor.Actor, page *Page, only []string, out *shown) error {
	var paths []Path
	for _, name := range only {
		if p, ok := h.Reader.PathOf(a, page.Object, name); ok && p.Via != nil {
			paths = append(paths, p)
		}
	}
	if len(paths) == 0 {
		return nil
	}
	reached, err := h.Reader.Reached(ctx, a, page.Rows, paths)
	if err != nil {
		return err
	}
	s := h.Reader.Defs.Current()
	for _, p := range paths {
		sight := h.Reader.Access.Sight(s, a, p.Via.TargetOf())
		var far []*object.Row
		for i, row := range page.Rows {
			id, _ := row.V[p.Via.Index].(string)
			other := reached[p.Via.Name][id]
			if other == nil {
				out.records[i][p.Name] = nil
				continue
			}
			out.records[i][p.Name] = h.Reader.Show(other, sight, []string{p.Field.Name})[p.Field.Name]
			far = append(far, other)
		}
		target := p.Field.TargetOf()
		if target == "" || len(far) == 0 || p.Masked {
			continue
		}
		var ids []string
		for _, row := range far {
			if id, ok := row.V[p.Field.Index].(string); ok {
				ids = append(ids, id)
			}
		}
		names, err := h.Reader.Names(ctx, a, target, ids)
		if err != nil {
			return err
		}
		if out.refs[target] == nil {
			out.refs[target] = map[string]string{}
		}
		for id, name := range names {
			out.refs[target][id] = name
		}
	}
	return nil
}
