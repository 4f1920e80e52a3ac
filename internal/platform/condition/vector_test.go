package condition

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// vectors is the file that holds conditions in Go, in SQL and in the page together. Values in rows are as the API takes them.
type vectors struct {
	Zone        string                      `json:"zone"`
	Now         time.Time                   `json:"now"`
	Definitions []*definition.Definition    `json:"definitions"`
	Rows        map[string][]map[string]any `json:"rows"`
	Refs        map[string]string           `json:"refs"`
	Vectors     []struct {
		Name  string          `json:"name"`
		Where json.RawMessage `json:"where"`
		Match []string        `json:"match"`
		Words string          `json:"words"`
		Page  json.RawMessage `json:"page"`
	} `json:"vectors"`
	PageRows json.RawMessage `json:"page_rows"` // the leads as the page has them
}

func readVectors(t testing.TB) *vectors {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	v := &vectors{}
	if err := dec.Decode(v); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *vectors) world(t testing.TB) (*world, *Env) {
	t.Helper()
	w := newWorld(t, v.Definitions, v.Zone)
	for name, rows := range v.Rows {
		o := w.object(t, name)
		for _, values := range rows {
			r := object.NewRow(o)
			for field, raw := range values {
				f, ok := o.Field(field)
				if !ok {
					t.Fatalf("no field %s.%s", name, field)
				}
				value, _, err := f.Type.Parse(f, w.env, raw)
				if err != nil {
					t.Fatalf("%s.%s %v: %v", name, field, raw, err)
				}
				r.V[f.Index] = value
			}
			w.add(r)
		}
	}
	e := w.eval(v.Now)
	for ref, id := range v.Refs {
		if e.Refs[ref] = w.byID[id]; e.Refs[ref] == nil {
			t.Fatalf("no row %s", id)
		}
	}
	return w, e
}

func TestVectors(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	w, e := v.world(t)
	sessions := w.sessions(t)
	for _, s := range sessions {
		s.load(t, w)
	}
	for _, x := range v.Vectors {
		t.Run(x.Name, func(t *testing.T) {
			n := mustParse(t, x.Where)
			c := mustCompile(t, n, w.scope(t))
			want := strings.Join(x.Match, " ")
			if got := w.inMemory(t, c, e); got != want {
				t.Errorf("in memory [%s], want [%s]", got, want)
			}
			for name, s := range sessions {
				if got, sql := inSQL(t, s, c, e); got != want {
					t.Errorf("in %s [%s], want [%s]\n%s", name, got, want, sql)
				}
			}
			if got := c.Words(); x.Words != "" && got != x.Words {
				t.Errorf("words %s, want %s", got, x.Words)
			}
			raw, err := json.Marshal(n)
			if err != nil {
				t.Fatal(err)
			}
			again := mustCompile(t, mustParse(t, raw), w.scope(t))
			if got := w.inMemory(t, again, e); got != want {
				t.Errorf("after a round trip through JSON [%s], want [%s]: %s", got, want, raw)
			}
		})
	}
}
