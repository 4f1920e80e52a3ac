package condition

import (
	"encoding/json"
	"testing"

	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// FuzzParse: any text is either refused with a problem, or survives a round trip, compiling, evaluation and both dialects without a panic.
func FuzzParse(f *testing.F) {
	v := readVectors(f)
	w, e := v.world(f)
	s := measureScope(f, w)
	e.Measure = func(*MeasureUse, map[string]any) (float64, bool) { return 1, true }
	for _, x := range v.Vectors {
		f.Add([]byte(x.Where))
	}
	f.Add([]byte(winRate))
	f.Add([]byte(`{"field":"budget","op":"eq","value":1e400}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		n, err := Parse(raw)
		if err != nil {
			if problem.As(err) == nil {
				t.Fatalf("not a problem: %v", err)
			}
			return
		}
		out, err := json.Marshal(n)
		if err != nil {
			t.Fatalf("cannot be written: %v", err)
		}
		if _, err := Parse(out); err != nil {
			t.Fatalf("%s became %s: %v", raw, out, err)
		}
		c, items := Compile(n, s)
		if c == nil {
			if len(items) == 0 {
				t.Fatal("refused without a reason")
			}
			return
		}
		for _, row := range w.rows["lead"] {
			e.Row = row
			ok, err := c.Match(e)
			if err != nil {
				t.Fatal(err)
			}
			tr, err := c.Explain(e)
			if err != nil || tr.Passed != ok {
				t.Fatalf("explained %v, matched %v: %v", tr, ok, err)
			}
		}
		_ = c.Words()
		if _, _, err := c.SQL(store.Postgres, "l", e); err != nil && len(c.Measures()) == 0 {
			t.Fatal(err)
		}
	})
}
