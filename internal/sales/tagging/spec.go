// Package tagging gives records their tags: each tag dimension is a definition that derives one column from the record's other fields, by
// rules, bands, a copied field or a value for the rest. It runs inside the write, keeps what it saw, explains it, and tags standing records
// again in the background when a dimension changes. It knows no particular object or dimension.
package tagging

import (
	"encoding/json"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// Kind is the definition kind of tag dimensions.
const Kind = "tag_dimension"

// Spec is a tag dimension as written. A value is sought in this order: rules, bands, copy, otherwise.
type Spec struct {
	Object string  `json:"object"`
	Field  string  `json:"field"` // the column that holds the tag
	Values []Value `json:"values"`
	// Copy names a field whose value is taken when it is, or is another name of, one of the values.
	Copy      string  `json:"copy,omitempty"`
	Rules     []Rule  `json:"rules,omitempty"` // the first that holds decides
	Bands     *Bands  `json:"bands,omitempty"`
	Otherwise *string `json:"otherwise,omitempty"` // null: no tag
}

// Value is one value a dimension may give.
type Value struct {
	Value   string   `json:"value"`
	Title   string   `json:"title,omitempty"`
	Color   string   `json:"color,omitempty"`
	Aliases []string `json:"aliases,omitempty"` // other names under which Copy finds it
}

// Rule gives a value to the records that satisfy a condition on their own fields.
type Rule struct {
	Value string          `json:"value"`
	When  *condition.Node `json:"when"`
}

// Bands cut a number field into values. Edges are in the field's main unit (yuan).
type Bands struct {
	Field string `json:"field"`
	Edges []Edge `json:"edges"`
	// Unknown is given where the field is empty or unreadable; empty leaves that to Copy and Otherwise.
	Unknown string `json:"unknown,omitempty"`
}

// Edge is one band; an absent bound is open.
type Edge struct {
	Value string       `json:"value"`
	LT    *json.Number `json:"lt,omitempty"`
	LTE   *json.Number `json:"lte,omitempty"`
	GT    *json.Number `json:"gt,omitempty"`
	GTE   *json.Number `json:"gte,omitempty"`
}

// Dimension is a compiled tag dimension. Immutable.
type Dimension struct {
	Name      string
	Title     definition.Text
	Spec      Spec
	Object    *object.Object
	Field     *object.Field
	rules     []rule
	bands     []band
	bandField *object.Field
	copyField *object.Field
	byFold    map[string]string
	inputs    []*object.Field // own fields it reads, in order of index
	signature string
}

type rule struct {
	value string
	when  *condition.Cond
}

// Of finds a dimension in a snapshot.
func Of(s *definition.Snapshot, name string) (*Dimension, bool) {
	return definition.Get[*Dimension](s, Kind, name)
}

// Title of a value as shown, the value itself when it has none.
func (d *Dimension) ValueTitle(value string) string {
	for _, v := range d.Spec.Values {
		if v.Value == value && v.Title != "" {
			return v.Title
		}
	}
	return value
}
