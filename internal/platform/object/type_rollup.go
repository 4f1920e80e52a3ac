package object

import (
	"encoding/json"
	"slices"
	"strings"

	"baton/internal/platform/definition"
)

// Rollup is a field computed over the records that point to this one. A compiled field has the type of the values it takes; package rollup
// keeps it.
type Rollup struct{ unsettled }

// Name of the type.
func (Rollup) Name() string { return "rollup" }

// RollupSpec says what a roll-up counts.
type RollupSpec struct {
	From     string `json:"from"`         // the object whose records count
	Relation string `json:"relation"`     // its relation to this object
	Fn       string `json:"fn"`           // count, sum, min, max, latest
	Of       string `json:"of,omitempty"` // its field; none for count
	By       string `json:"by,omitempty"` // latest: the date or time that tells which is the most recent
	// Where is the condition that records meet to count, compiled by package rollup.
	Where json.RawMessage `json:"where,omitempty"`
}

// RollupFunctions are what a roll-up may do.
var RollupFunctions = []string{"count", "sum", "min", "max", "latest"}

// settleRollup takes type, scale and options from the field that is rolled up.
func (fs *FieldSpec) settleRollup(b *definition.Builder, at string) Type {
	r := fs.Rollup
	if r == nil {
		b.Problem(at+"/rollup", "missing", "汇总要说明汇总什么", `例如 {"from": "receipt", "relation": "contract", "fn": "sum", "of": "amount"}`)
		return nil
	}
	if !slices.Contains(RollupFunctions, r.Fn) {
		b.Problem(at+"/rollup/fn", "unknown_function", "没有“"+r.Fn+"”这种汇总", definition.Suggest(r.Fn, RollupFunctions)+"可选："+strings.Join(RollupFunctions, "、"))
		return nil
	}
	if r.Fn == "count" {
		return Integer{}
	}
	source, t := sourceOf(b, r.From, r.Of, 0)
	if t == nil {
		b.Problem(at+"/rollup/of", "unknown_field", "“"+r.From+"”没有可以汇总的字段“"+r.Of+"”", "选一个它自己的字段")
		return nil
	}
	fs.Scale, fs.Options, fs.Open, fs.Target, fs.Max = source.Scale, source.Options, source.Open, source.Target, source.Max
	return t
}

// sourceOf finds a field in a definition that may not be compiled yet, with the type of its values.
func sourceOf(b *definition.Builder, objectName, name string, depth int) (FieldSpec, Type) {
	d, ok := b.Definition(Kind, objectName)
	if !ok || depth > 5 {
		return FieldSpec{}, nil
	}
	for _, f := range system() {
		if f.Name == name {
			return f.FieldSpec, f.Type
		}
	}
	var s Spec
	if json.Unmarshal(d.Spec, &s) != nil {
		return FieldSpec{}, nil // its own compilation says why
	}
	for _, fs := range s.Fields {
		if fs.Name != name && !slices.Contains(fs.Aliases, name) {
			continue
		}
		switch {
		case fs.Type == "formula":
			return fs, typeByName[fs.Result]
		case fs.Type == "rollup" && fs.Rollup != nil && fs.Rollup.Fn == "count":
			return fs, Integer{}
		case fs.Type == "rollup" && fs.Rollup != nil:
			return sourceOf(b, fs.Rollup.From, fs.Rollup.Of, depth+1)
		}
		return fs, typeByName[fs.Type]
	}
	return FieldSpec{}, nil
}
