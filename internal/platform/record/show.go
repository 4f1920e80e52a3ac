package record

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
)

// Show gives a row as JSON values by field name, as somebody sees it: hidden fields are left out, masked ones shown in part; tags is the
// projection of the tag dimensions' columns.
func (r *Reader) Show(row *object.Row, sight *access.Sight, only []string) map[string]any {
	if sight == nil {
		sight = &access.Sight{} // everything
	}
	out := map[string]any{}
	tags := map[string]any{}
	for i, f := range row.Object.Fields {
		if i == object.DeletedAt || sight.Hidden[f.Name] || len(only) > 0 && i != object.ID && i != object.Version && !slices.Contains(only, f.Name) {
			continue
		}
		if i == object.Hints {
			out["hints"] = shownHints(row.Object, row.V[i], sight.Closed())
			continue
		}
		v := shownValue(f, r.Env, row.V[i], sight)
		out[f.Name] = v
		if f.TagDimension != "" {
			tags[f.TagDimension] = v
		}
	}
	if len(tags) > 0 {
		out["tags"] = tags
	}
	return out
}

func shownValue(f *object.Field, env *object.Env, v any, sight *access.Sight) any {
	if sight.Masked[f.Name] {
		return object.Masked(f, env, v)
	}
	return f.Type.JSON(f, env, v)
}

// shownHints leaves out the hints of hidden fields, as they hold the raw text, and those of types to come.
func shownHints(o *object.Object, v any, hidden map[string]bool) any {
	out := readHints(o, v)
	for name := range hidden {
		delete(out, name)
	}
	for _, f := range o.Fields {
		if f.Next != nil {
			delete(out, f.Next.Column)
		}
	}
	return out
}

// ShowEvents gives events as the timeline and the trail show them, and the names of what they are about and refer to: by object, by id.
func (r *Reader) ShowEvents(ctx context.Context, a *actor.Actor, events []*ledger.Event) ([]map[string]any, map[string]map[string]string, error) {
	out := make([]map[string]any, len(events))
	ids := map[string][]string{}
	refer := func(target string, id any) {
		if s, ok := id.(string); ok && s != "" && !slices.Contains(ids[target], s) {
			ids[target] = append(ids[target], s)
		}
	}
	for i, e := range events {
		out[i] = r.ShowEvent(a, e)
		o, ok := object.Of(r.Defs.Current(), e.Object)
		if !ok {
			continue
		}
		refer(e.Object, e.RecordID)
		for _, c := range out[i]["changes"].([]map[string]any) {
			if f, ok := o.Field(c["field"].(string)); ok && f.TargetOf() != "" && !r.Access.Hidden(r.Defs.Current(), a, e.Object)[f.Name] {
				refer(f.TargetOf(), c["from"])
				refer(f.TargetOf(), c["to"])
			}
		}
	}
	refs := map[string]map[string]string{}
	for target, list := range ids {
		names, err := r.Names(ctx, a, target, list)
		if err != nil {
			return nil, nil, err
		}
		refs[target] = names
	}
	return out, refs, nil
}

// ShowEvent gives an event as the timeline shows it: values in words, fields the actor may not see left out.
func (r *Reader) ShowEvent(a *actor.Actor, e *ledger.Event) map[string]any {
	snap := r.Defs.Current()
	out := map[string]any{"seq": e.Seq, "at": object.Instant(e.At), "written_at": object.Instant(e.WrittenAt), "ip": e.IP, "origin": e.Origin, "batch": e.Batch, "op": e.Op, "object": e.Object, "record_id": e.RecordID,
		"revision": e.Revision, "request_id": e.Request, "note": e.Payload.Note, "data": e.Payload.Data, "actor": map[string]any{"kind": e.ActorKind, "id": e.ActorID, "name": e.ActorName}}
	changes := []map[string]any{}
	if o, ok := object.Of(snap, e.Object); ok {
		sight := r.Access.Sight(snap, a, e.Object)
		out["data"] = shownData(o, r.Env, e.Payload.Data, sight)
		for _, f := range o.Fields {
			c, changed := changeOf(e, f)
			if !changed || sight.Hidden[f.Name] || f.Hidden {
				continue
			}
			from, to := canonical(f, c[0]), canonical(f, c[1])
			changes = append(changes, map[string]any{"field": f.Name, "title": f.Title, "from": shownValue(f, r.Env, from, sight), "to": shownValue(f, r.Env, to, sight), "from_text": r.wordsThen(f, c[0], from, sight), "to_text": r.wordsThen(f, c[1], to, sight)})
		}
	}
	out["changes"] = changes
	return out
}

// shownData gives an event's data without what it tells of a title that the actor does not see whole: engines keep the title of the other
// record of the same object there.
func shownData(o *object.Object, env *object.Env, data map[string]any, sight *access.Sight) map[string]any {
	title, has := data["title"].(string)
	f, ok := o.Field(o.Spec.TitleField)
	if !has || !ok || !sight.Closed()[f.Name] {
		return data
	}
	data = maps.Clone(data)
	if delete(data, "title"); sight.Masked[f.Name] {
		data["title"] = object.MaskedText(f, env, title)
	}
	return data
}

// wordsThen shows a value of the trail; one of a type that the field had before is shown as it was written down.
func (r *Reader) wordsThen(f *object.Field, raw, v any, sight *access.Sight) string {
	if sight.Masked[f.Name] && raw != nil {
		if v == nil {
			return object.Covered
		}
		return object.MaskedText(f, r.Env, v)
	}
	if _, number := v.(int64); raw != nil && (v == nil || number && f.Type.Class() == object.TextClass) {
		return fmt.Sprint(raw)
	}
	return f.Type.Words(f, r.Env, v)
}

// changeOf finds a field's change under its present name, or under one it had before.
func changeOf(e *ledger.Event, f *object.Field) ([2]any, bool) {
	for _, n := range append([]string{f.Name, f.ID}, f.Aliases...) {
		if c, ok := e.Payload.Changes[n]; ok {
			return c, true
		}
	}
	return [2]any{}, false
}

// canonical undoes what JSON does to integers.
func canonical(f *object.Field, v any) any {
	switch x := v.(type) {
	case float64:
		return int64(x)
	case json.Number:
		n, _ := x.Int64()
		return n
	case string:
		if f.Type.Class() == object.TextClass {
			return x
		}
		return nil
	}
	return v
}

// ChangeOf gives a field's change in an event as canonical values, under whatever name the field had then.
func ChangeOf(e *ledger.Event, f *object.Field) (from, to any, ok bool) {
	c, ok := changeOf(e, f)
	return canonical(f, c[0]), canonical(f, c[1]), ok
}
