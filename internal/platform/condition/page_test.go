package condition

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPage holds the file of vectors to what the page is given: each condition as Page writes it, each record as the API shows it, numbers
// as text (as a form has them). ui/test/holds.test.ts evaluates the same. BATON_PAGE_VECTORS names a file for what should stand there.
func TestPage(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	w, _ := v.world(t)
	type got struct {
		Rows  []map[string]any          `json:"rows"`
		Pages map[string]map[string]any `json:"pages"`
	}
	out := got{Pages: map[string]map[string]any{}}
	for _, r := range w.rows["lead"] {
		row := map[string]any{}
		for _, f := range r.Object.Fields {
			value := f.Type.JSON(f, w.env, r.V[f.Index])
			if n, ok := value.(json.Number); ok {
				value = n.String()
			}
			if r.V[f.Index] != nil {
				row[f.Name] = value
			}
		}
		out.Rows = append(out.Rows, row)
	}
	decided := 0
	for _, x := range v.Vectors {
		out.Pages[x.Name] = mustCompile(t, mustParse(t, x.Where), w.scope(t)).Page()
		if raw, err := json.Marshal(out.Pages[x.Name]); err == nil && !contains([]string{`{"unknown":true}`}, string(raw)) {
			decided++
		}
	}
	assert.Greater(t, decided, 70, "the page decides most conditions by itself")
	if file := os.Getenv("BATON_PAGE_VECTORS"); file != "" {
		b, err := json.Marshal(out)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, b, 0o600))
	}
	rows, err := json.Marshal(out.Rows)
	require.NoError(t, err)
	assert.JSONEq(t, string(rows), string(v.PageRows))
	for _, x := range v.Vectors {
		page, err := json.Marshal(out.Pages[x.Name])
		require.NoError(t, err)
		if assert.NotEmpty(t, x.Page, x.Name) {
			assert.JSONEq(t, string(page), string(x.Page), x.Name)
		}
	}
}
