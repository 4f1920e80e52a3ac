package app

import (
	"context"
	"slices"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/rule"
	"baton/internal/platform/web"
)

// meta tells the page what there is: objects with fields as the actor may see them, people, units.
type meta struct{ app *App }

func (m *meta) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/meta", Right: web.SignedIn, Summary: "Objects, fields, people and units for the page"}, m.get)
}

type metaOut struct{ Body map[string]any }

func (m *meta) get(ctx context.Context, _ *struct{}) (*metaOut, error) {
	a, snap, acc := actor.From(ctx), m.app.Defs.Current(), m.app.Access
	objects := []map[string]any{}
	for _, o := range object.All(snap) {
		if acc.Scope(snap, a, o.Name, access.Read).Nothing() {
			continue
		}
		may := func(pick func(access.Rule) bool) bool { return acc.May(snap, a, o.Name, pick) }
		objects = append(objects, map[string]any{"name": o.Name, "title": o.Title, "icon": o.Spec.Icon, "title_field": o.Spec.TitleField, "pool": o.Spec.Pool, "hide_from_menu": o.Spec.HideFromMenu,
			"fields": fields(o, acc.Sight(snap, a, o.Name)),
			"rights": map[string]bool{"create": may(func(r access.Rule) bool { return r.Create }), "update": !acc.Scope(snap, a, o.Name, access.Update).Nothing(), "delete": !acc.Scope(snap, a, o.Name, access.Delete).Nothing(),
				"export": may(func(r access.Rule) bool { return r.Export }), "claim": may(func(r access.Rule) bool { return r.Claim }), "assign": may(func(r access.Rule) bool { return r.Assign })}})
	}
	people := []map[string]any{}
	for _, p := range m.app.Dir.People() {
		people = append(people, map[string]any{"id": p.ID, "name": p.Name, "unit": p.Unit, "unit_name": m.app.Dir.Name("org_unit", p.Unit), "roles": p.Roles, "active": p.Active})
	}
	units := []map[string]any{}
	for _, u := range m.app.Dir.Units() {
		units = append(units, map[string]any{"id": u.ID, "name": u.Name, "parent": u.Parent, "kind": u.Kind})
	}
	return &metaOut{map[string]any{"revision": snap.Revision, "rights": rights, "objects": objects, "people": people, "units": units, "tag_dimensions": dimensions(snap), "pipelines": titles(snap, "pipeline"), "conversions": titles(snap, "conversion"), "validations": titles(snap, "validation"), "funnels": titles(snap, "funnel"), "measures": titles(snap, "measure")}}, nil
}

// dimensions lists the tag dimensions in the order in which their columns stand in the object.
func dimensions(s *definition.Snapshot) []map[string]any {
	byName := map[string]map[string]any{}
	for _, d := range titles(s, "tag_dimension") {
		byName[d["name"].(string)] = d
	}
	out := []map[string]any{}
	for _, o := range object.All(s) {
		for _, f := range o.Fields {
			if d, ok := byName[f.TagDimension]; ok && f.TagDimension != "" {
				out = append(out, d)
				delete(byName, f.TagDimension)
			}
		}
	}
	return out
}

func titles(s *definition.Snapshot, kind string) []map[string]any {
	out := []map[string]any{}
	for _, n := range s.Names(kind) {
		if d, ok := s.Definition(kind, n); ok {
			out = append(out, map[string]any{"name": d.Name, "title": d.Title, "spec": d.Spec})
		}
	}
	return out
}

func fields(o *object.Object, sight *access.Sight) []map[string]any {
	out := []map[string]any{}
	for _, f := range o.Fields {
		if sight.Hidden[f.Name] || f.Hidden {
			continue
		}
		options := []map[string]any{}
		for _, op := range f.Options {
			options = append(options, map[string]any{"value": op.Value, "title": definition.Text{ZH: op.Label(), EN: op.EN}, "color": op.Color})
		}
		m := map[string]any{"name": f.Name, "title": f.Title, "type": f.Type.Name(), "options": options, "open": f.Open, "target": f.TargetOf(), "readonly": f.ReadOnly || sight.Fixed[f.Name], "masked": sight.Masked[f.Name], "system": f.System, "required": f.Required,
			"help": f.Help, "default": f.Default, "tag_dimension": f.TagDimension, "track": f.Track, "group": f.Group, "class": f.Class, "computed": f.Computed()}
		if slices.Contains(o.FileFields(), f) {
			r := f.FileRules()
			m["files"] = map[string]any{"object": o.Name, "most": r.Most, "max_mb": r.MaxMB, "accept": r.Accept}
		}
		if kind := f.FieldSpec.Type; kind == "formula" || kind == "rollup" {
			m["kind"] = kind
		}
		if f.OtherTitle.ZH != "" {
			m["other_title"] = f.OtherTitle
		}
		if r := rule.Of(o).Field(f); r != nil {
			for key, c := range map[string]*condition.Cond{"visible_when": r.Visible, "required_when": r.Required} {
				if c != nil && !slices.ContainsFunc(c.Fields(), func(read *object.Field) bool { return sight.Closed()[read.Name] }) {
					m[key] = c.Page()
				}
			}
		}
		out = append(out, m)
	}
	return out
}
