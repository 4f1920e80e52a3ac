package app

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var placeholder = regexp.MustCompile(`\{([^}]+)\}`)

// TestOpenAPIDescribesEveryRoute: an outsider's program is written from this document alone.
func TestOpenAPIDescribesEveryRoute(t *testing.T) {
	t.Parallel()
	c := newCompany(t, "")
	res, raw := c.nobody().send(t, "GET", "/api/openapi.json", nil)
	require.Equal(t, 200, res.StatusCode)
	doc := decoded(t, raw)
	assert.Equal(t, "3.1.0", doc["openapi"])
	assert.Equal(t, Version, doc["info"].(map[string]any)["version"])
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	for _, m := range regexp.MustCompile(`"\$ref":"([^"]+)"`).FindAllStringSubmatch(string(raw), -1) {
		name, ok := strings.CutPrefix(m[1], "#/components/schemas/")
		assert.True(t, ok, m[1])
		assert.Contains(t, schemas, name, "a reference to nowhere")
	}

	paths, ids := doc["paths"].(map[string]any), map[string]bool{}
	described := 0
	for _, r := range c.router.Routes {
		item, ok := paths[r.Path].(map[string]any)
		if !assert.True(t, ok, "%s is not described", r.Path) {
			continue
		}
		op, ok := item[strings.ToLower(r.Method)].(map[string]any)
		if !assert.True(t, ok, "%s %s is not described", r.Method, r.Path) {
			continue
		}
		described++
		say := r.Method + " " + r.Path
		assert.Equal(t, r.Summary, op["summary"], say)
		assert.Equal(t, r.Right, op["x-right"], "%s: its right", say)
		id := op["operationId"].(string)
		assert.False(t, ids[id], "%s: operation id %s is taken", say, id)
		ids[id] = true
		var given []string
		params, _ := op["parameters"].([]any)
		for _, p := range params {
			m := p.(map[string]any)
			if assert.Contains(t, []any{"path", "query", "header"}, m["in"], say); m["in"] == "path" {
				given = append(given, m["name"].(string))
				assert.Equal(t, true, m["required"], say)
			}
		}
		var wanted []string
		for _, m := range placeholder.FindAllStringSubmatch(r.Path, -1) {
			wanted = append(wanted, m[1])
		}
		slices.Sort(given)
		slices.Sort(wanted)
		assert.Equal(t, wanted, given, "%s: path parameters", say)

		responses := op["responses"].(map[string]any)
		good := r.Status
		if good == 0 {
			good = 200
		}
		if good == 204 || op["requestBody"] != nil { // created and the like
			assert.Contains(t, responses, itoa(good), say)
		}
		for status, answer := range responses {
			assert.NotEmpty(t, answer.(map[string]any)["description"], "%s: %s", say, status)
		}
		failed := responses["default"].(map[string]any)["content"].(map[string]any)
		assert.Equal(t, map[string]any{"application/problem+json": map[string]any{"schema": map[string]any{"$ref": "#/components/schemas/WebDocument"}}}, failed, "%s: how it fails", say)
		if body, ok := op["requestBody"].(map[string]any); ok {
			for kind := range body["content"].(map[string]any) {
				assert.Equal(t, "application/json", kind, "%s: what it takes", say)
			}
		}
	}
	total := 0
	for _, item := range paths {
		total += len(item.(map[string]any))
	}
	assert.Equal(t, total, described, "something is described that is not served")

	// One shape of errors, ours.
	for name := range schemas {
		assert.NotContains(t, []string{"ErrorModel", "ErrorDetail", "HumaErrorModel", "HumaErrorDetail"}, name)
	}
	var shape struct{ Required []string }
	b, err := json.Marshal(schemas["WebDocument"])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &shape))
	assert.ElementsMatch(t, []string{"type", "title", "status", "code", "errors"}, shape.Required)
	item := schemas["ProblemItem"].(map[string]any)["properties"].(map[string]any)
	for _, p := range []string{"pointer", "code", "message", "hint"} {
		assert.Contains(t, item, p)
	}
	assert.Contains(t, doc["components"].(map[string]any)["securitySchemes"], "session")
	assert.Contains(t, doc["components"].(map[string]any)["securitySchemes"], "key")
}
