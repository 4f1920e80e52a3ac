package query

import (
	"encoding/json"

	"baton/internal/platform/object"
)

// merge joins the figures of two disjoint sets of rows.
func (m *Measure) merge(a, b Figure) Figure {
	switch {
	case m.Spec.Type != Min && m.Spec.Type != Max:
		return a.plus(b)
	case a.D == 0:
		return b
	case b.D == 0:
		return a
	}
	n := min(a.N, b.N)
	if m.Spec.Type == Max {
		n = max(a.N, b.N)
	}
	return Figure{n, a.D + b.D}
}

// Merge joins the figures of two disjoint sets of rows.
func (m *Measure) Merge(a, b Figure) Figure { return m.merge(a, b) }

// computable tells whether there is a figure at all: counts and sums of nothing are 0, everything else is not there.
func (m *Measure) computable(f Figure) bool {
	return m.Spec.Type == Count || m.Spec.Type == Sum || f.D != 0
}

// show gives a figure as JSON: exact numbers as they are, money as a decimal number, ratios as a float, nil for "—".
func (m *Measure) show(env *object.Env, f Figure) any {
	if !m.computable(f) {
		return nil
	}
	switch m.Spec.Type {
	case Count:
		return f.N
	case Ratio:
		return float64(f.N) / float64(f.D)
	}
	scale := m.Field.Type.Scale(m.Field)
	switch {
	case m.Unit == UnitDays && m.Field.Type.Name() == "duration":
		v, _ := m.Value(f)
		return v
	case m.Spec.Type == Sum:
		return number(f.N, scale)
	case m.Spec.Type == Avg && m.Unit == UnitMoney:
		return number(roundDiv(f.N, f.D), scale)
	case m.Spec.Type == Avg:
		v, _ := m.Value(f)
		return v
	}
	return m.Field.Type.JSON(m.Field, env, f.N)
}

// roundDiv divides, half away from zero.
func roundDiv(n, d int64) int64 {
	if n < 0 {
		return -roundDiv(-n, d)
	}
	return (2*n + d) / (2 * d)
}

// less orders figures; what cannot be computed comes first.
func (m *Measure) less(a, b Figure) int {
	if x, y := m.computable(a), m.computable(b); !x || !y {
		return boolOrder(x) - boolOrder(y)
	}
	if m.Spec.Type != Ratio && m.Spec.Type != Avg {
		return cmpInt(a.N, b.N)
	}
	x, y := float64(a.N)/float64(a.D), float64(b.N)/float64(b.D)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

func (m *Measure) columnType() string {
	if (m.Spec.Type == Min || m.Spec.Type == Max) && m.Field.Type.Shape() != object.NumberShape {
		return m.Field.Type.Name()
	}
	if m.Unit == UnitCount && m.Spec.Type != Count {
		return "number"
	}
	return m.Unit
}

// number is a JSON number written exactly.
func number(n int64, scale int) json.Number { return json.Number(object.FormatScaled(n, scale)) }
