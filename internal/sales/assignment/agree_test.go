package assignment

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/query"
	"baton/internal/platform/record"
)

// TestQuickAgreesWithCondition: the prepared form of where decides as the condition itself, on random conditions and candidates.
func TestQuickAgreesWithCondition(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 11))
	var defs []*definition.Definition
	for _, d := range shipped(t) {
		if d.Kind != Kind {
			defs = append(defs, d)
		}
	}
	ops := []string{"eq", "ne", "lt", "lte", "gt", "gte", "between"}
	var node func(depth int) any
	node = func(depth int) any {
		if depth > 0 && r.IntN(2) == 0 {
			var kids []any
			for range r.IntN(4) {
				kids = append(kids, node(depth-1))
			}
			if kids == nil {
				kids = []any{}
			}
			return map[string]any{[]string{"all", "any", "none"}[r.IntN(3)]: kids}
		}
		if r.IntN(3) == 0 {
			return map[string]any{"field": "weight", "op": ops[r.IntN(6)], "value": r.IntN(3)}
		}
		n := map[string]any{"measure": "open_todos", "for": map[string]any{"owner": condition.Ref("candidate.id")}, "op": ops[r.IntN(7)]}
		top := 4.0
		if r.IntN(2) == 0 {
			n["measure"], n["for"], top = "win_rate", map[string]any{"owner": condition.Ref("candidate.id"), "industry": condition.Ref("lead.industry")}, 1
			n["period"] = map[string]any{"last": 30, "unit": "day"}
		}
		bound := func() float64 { return float64(r.IntN(5)) / 4 * top }
		n["value"] = bound()
		if n["op"] == "between" {
			n["value"] = []any{bound(), bound()}
		}
		return n
	}
	all, passed := kinds(newEnv()), 0
	for i := range 300 {
		where, err := json.Marshal(node(3))
		if err != nil {
			t.Fatal(err)
		}
		spec := fmt.Sprintf(`{"object":"lead","branches":[{"name":"only","candidates":{"where":%s},"strategy":"round_robin"}]}`, where)
		snap, problems := definition.Build(all, append(defs, &definition.Definition{Kind: Kind, Name: "p", Title: definition.Text{ZH: "策略"}, Spec: json.RawMessage(spec)}), int64(i+1))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		p, _ := definition.Get[*Policy](snap, Kind, "p")
		b := p.branches[0]
		if b.quick == nil {
			t.Fatalf("%s was not prepared", where)
		}
		lead := object.NewRow(p.Object)
		if r.IntN(3) > 0 {
			lead.Set("industry", "教育")
		}
		h := &choice{p: p, c: &record.Change{New: lead}}
		for range 10 {
			person := object.NewRow(p.Person)
			person.V[object.ID] = "a"
			if r.IntN(3) > 0 {
				person.Set("weight", int64(r.IntN(3)))
			}
			c := &candidate{rep: &rep{id: "a", row: person}, seen: make([]seenFigure, len(b.figures))}
			for k := range c.seen {
				_, ok := b.figures[k].second.key(lead, person)
				n := int64(r.IntN(5))
				c.seen[k] = seenFigure{query.Figure{N: n, D: map[bool]int64{true: 4, false: 0}[r.IntN(4) > 0]}, ok}
			}
			quick, err := h.where(b).holds(c, false)
			if err != nil {
				t.Fatal(err)
			}
			whole := *b
			whole.quick = nil
			w := h.where(&whole)
			slow, err := w.holds(c, false)
			if err != nil {
				t.Fatal(err)
			}
			if quick != slow {
				t.Fatalf("%s on %+v: quick %v, condition %v", where, c.seen, quick, slow)
			}
			if quick {
				passed++
			}
		}
	}
	if passed < 300 || passed > 2700 {
		t.Errorf("%d of 3000 passed: the test says little", passed)
	}
}
