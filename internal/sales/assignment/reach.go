package assignment

import (
	"maps"
	"slices"
	"strings"

	"baton/internal/platform/object"
)

// reached is a record a decision looked at through a relation: its values are kept beside the record's own, as object/id/field.
type reached struct{ object, id string }

func (r reached) key(field string) string { return r.object + "/" + r.id + "/" + field }

// remember keeps what is found through relations.
func (h *choice) remember(find func(name, id string) (*object.Row, error)) func(name, id string) (*object.Row, error) {
	return func(name, id string) (*object.Row, error) {
		at := reached{name, id}
		if row, ok := h.met[at]; ok {
			return row, nil
		}
		row, err := find(name, id)
		if row != nil && err == nil {
			if h.met == nil {
				h.met = map[reached]*object.Row{}
			}
			h.met[at] = row
		}
		return row, err
	}
}

// seenBeyond lists the values of the records met that the policy's conditions read. The empty field says that the record was met.
func (h *choice) seenBeyond(out []seenField) []seenField {
	byName := func(a, b reached) int { return strings.Compare(a.key(""), b.key("")) }
	for _, at := range slices.SortedFunc(maps.Keys(h.met), byName) {
		out = append(out, seenField{at.key(""), ""})
		for _, name := range h.p.reach[at.object] {
			if v := h.met[at].Get(name); v != nil {
				out = append(out, seenField{at.key(name), v})
			}
		}
	}
	return out
}

// related gives the records a decision met as it saw them: find's present record with the values of then. What the decision did not meet is
// as find has it.
func (d *decision) related(find func(name, id string) (*object.Row, error), of func(name string) *object.Object) func(name, id string) (*object.Row, error) {
	return func(name, id string) (*object.Row, error) {
		now, err := find(name, id)
		if err != nil {
			return nil, err
		}
		met, then := reached{name, id}.key(""), map[string]any{}
		known := false
		for _, s := range d.seen {
			if field, ok := strings.CutPrefix(s.name, met); ok {
				known = true
				then[field] = s.value
			}
		}
		o := of(name)
		if !known || o == nil {
			return now, nil
		}
		row := object.NewRow(o)
		row.V[object.ID] = id
		if now != nil {
			row.V[object.Owner] = now.V[object.Owner] // whose it is now decides who may see it
		}
		for field, v := range then {
			if field != "" {
				row.Set(field, v)
			}
		}
		return row, nil
	}
}
