package condition

import "baton/internal/platform/object"

// core is what an operator tests; ne, not_in and empty are the contrary of a core.
type core uint8

const (
	coreFilled core = iota
	coreEq
	coreIn
	coreLt
	coreLte
	coreGt
	coreGte
	coreBetween
	coreContains
	corePrefix
	coreWithin
	coreUnder
)

// want is the form of an operator's value.
type want uint8

const (
	wantNothing want = iota
	wantOne
	wantList
	wantPair
	wantPeriod
	wantOneOrList
)

type operator struct {
	core core
	neg  bool
	want want
}

var operators = map[string]operator{
	"eq": {coreEq, false, wantOne}, "ne": {coreEq, true, wantOne},
	"in": {coreIn, false, wantList}, "not_in": {coreIn, true, wantList},
	"lt": {coreLt, false, wantOne}, "lte": {coreLte, false, wantOne},
	"gt": {coreGt, false, wantOne}, "gte": {coreGte, false, wantOne},
	"between": {coreBetween, false, wantPair}, "contains": {coreContains, false, wantOneOrList},
	"starts_with": {corePrefix, false, wantOne}, "empty": {coreFilled, true, wantNothing},
	"not_empty": {coreFilled, false, wantNothing}, "within": {coreWithin, false, wantPeriod},
	"under": {coreUnder, false, wantOneOrList},
}

var operatorNames = []string{"eq", "ne", "in", "not_in", "lt", "lte", "gt", "gte", "between", "contains", "starts_with", "empty", "not_empty", "within", "under"}

var operatorsOf = map[object.Shape][]string{
	object.TextShape:    {"eq", "ne", "in", "not_in", "lt", "lte", "gt", "gte", "between", "contains", "starts_with", "empty", "not_empty"},
	object.NumberShape:  {"eq", "ne", "in", "not_in", "lt", "lte", "gt", "gte", "between", "empty", "not_empty"},
	object.BoolShape:    {"eq", "ne", "in", "not_in", "empty", "not_empty"},
	object.DateShape:    {"eq", "ne", "in", "not_in", "lt", "lte", "gt", "gte", "between", "within", "empty", "not_empty"},
	object.InstantShape: {"eq", "ne", "in", "not_in", "lt", "lte", "gt", "gte", "between", "within", "empty", "not_empty"},
	object.ChoiceShape:  {"eq", "ne", "in", "not_in", "contains", "starts_with", "empty", "not_empty"},
	object.SetShape:     {"eq", "ne", "in", "not_in", "contains", "empty", "not_empty"},
	object.RefShape:     {"eq", "ne", "in", "not_in", "under", "empty", "not_empty"},
	object.TreeShape:    {"eq", "ne", "in", "not_in", "under", "empty", "not_empty"},
	object.OpaqueShape:  {"empty", "not_empty"},
}

// OperatorsOf lists the operators that apply to a field, in the order a builder offers them.
func OperatorsOf(f *object.Field) []string {
	names := operatorsOf[f.Type.Shape()]
	if f.Type.Shape() != object.RefShape || f.TargetOf() == "org_unit" {
		return names
	}
	out := make([]string, 0, len(names))
	for _, n := range names {
		if n != "under" {
			out = append(out, n)
		}
	}
	return out
}

var measureOperators = []string{"eq", "ne", "lt", "lte", "gt", "gte", "between"}
