package view_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/view"
	"baton/internal/platform/web"
)

type api struct {
	t   *testing.T
	mux *chi.Mux
	who *actor.Actor
}

func open(t *testing.T, k *kerneltest.Kernel, person string) *api {
	mux := chi.NewMux()
	r := web.NewRouter(mux, "test", func(*actor.Actor, string) bool { return true })
	(&view.HTTP{Book: &view.Book{DB: k.DB, Defs: k.Defs, Reader: k.Reader}}).Routes(r)
	return &api{t, mux, k.As(person)}
}

func (a *api) want(status int, method, path, body string) map[string]any {
	a.t.Helper()
	req := httptest.NewRequestWithContext(actor.With(a.t.Context(), a.who), method, "/api/v1/objects/ticket/views"+path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	a.mux.ServeHTTP(rec, req)
	require.Equal(a.t, status, rec.Code, "%s %s: %s", method, path, rec.Body)
	var out map[string]any
	if rec.Body.Len() > 0 {
		require.NoError(a.t, json.Unmarshal(rec.Body.Bytes(), &out))
	}
	return out
}

func titles(list any) (out []string) {
	for _, v := range list.([]any) {
		out = append(out, v.(map[string]any)["title"].(map[string]any)["zh-CN"].(string))
	}
	return out
}

func kernel(t *testing.T, url string) *kerneltest.Kernel {
	k := kerneltest.Open(t, url)
	_, err := k.Defs.Publish(t.Context(), actor.TheSystem("test"), "roles", []*definition.Definition{
		{Kind: "role", Name: "chief", Title: definition.Text{ZH: "主管"}, Spec: json.RawMessage(`{"rights":["definitions.write"],"configure":["view"],"objects":{"*":{"read":"below+pool"}}}`)}}, nil)
	require.NoError(t, err)
	return k
}

const full = `{"title":{"zh-CN":"我的故障"},"spec":{"object":"ticket","columns":[{"field":"title","width":240},{"field":"status"},{"field":"owner"}],"filter":{"all":[{"field":"owner","op":"eq","value":{"ref":"me.id"}}]},"sort":["-amount","title:last"],"group":"created_at:month","words":"甲"}}`

// TestOwnViews: a person keeps views that nobody else sees, in an order of their own; a deleted one comes back under its id.
func TestOwnViews(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kernel(t, url)
		ann, bob := open(t, k, "ann"), open(t, k, "bob")
		made := ann.want(201, "POST", "", full)["view"].(map[string]any)
		id := made["id"].(string)
		got := ann.want(200, "GET", "", "")
		assert.Equal(t, []string{"我的故障"}, titles(got["own"]))
		assert.Equal(t, false, got["may_share"])
		spec := got["own"].([]any)[0].(map[string]any)["spec"].(map[string]any)
		assert.Equal(t, "created_at:month", spec["group"])
		assert.Empty(t, bob.want(200, "GET", "", "")["own"])
		bob.want(404, "DELETE", "/"+id, "")

		ann.want(204, "PUT", ":tabs", `{"order":["all","`+id+`"],"default":"`+id+`"}`)
		assert.Equal(t, id, ann.want(200, "GET", "", "")["tabs"].(map[string]any)["default"])
		assert.Equal(t, "", bob.want(200, "GET", "", "")["tabs"].(map[string]any)["default"])

		ann.want(200, "PUT", "/"+id, strings.Replace(full, "我的故障", "改了名", 1))
		assert.Equal(t, []string{"改了名"}, titles(ann.want(200, "GET", "", "")["own"]))
		ann.want(204, "DELETE", "/"+id, "")
		assert.Empty(t, ann.want(200, "GET", "", "")["own"])
		ann.want(200, "PUT", "/"+id, full) // undone
		assert.Equal(t, []string{"我的故障"}, titles(ann.want(200, "GET", "", "")["own"]))
		ann.want(403, "POST", "", strings.Replace(full, `"spec"`, `"shared":true,"spec"`, 1))
	})
}

// TestSharedViews: who may configure views publishes them for all; a view that names what somebody may not see is not shown to them.
func TestSharedViews(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kernel(t, url)
		chief, ann := open(t, k, "chief1"), open(t, k, "ann")
		before := k.Defs.Current().Revision
		v := chief.want(201, "POST", "", `{"title":{"zh-CN":"大单"},"shared":true,"spec":{"object":"ticket","kind":"kanban","by":"status","filter":{"field":"amount","op":"gt","value":100},"order":2}}`)["view"].(map[string]any)
		assert.Equal(t, before+1, k.Defs.Current().Revision, "one revision")
		chief.want(201, "POST", "", `{"title":{"zh-CN":"机密单"},"shared":true,"spec":{"object":"ticket","columns":[{"field":"secret"}],"order":1}}`)
		assert.Equal(t, []string{"机密单", "大单"}, titles(chief.want(200, "GET", "", "")["shared"]))
		assert.Equal(t, []string{"大单"}, titles(ann.want(200, "GET", "", "")["shared"]), "a hidden field is in no view one sees")
		id := v["id"].(string)
		ann.want(403, "PUT", "/"+id, strings.Replace(full, `"spec"`, `"shared":true,"spec"`, 1))
		ann.want(403, "DELETE", "/"+id, "")
		chief.want(204, "DELETE", "/"+id, "")
		assert.Empty(t, ann.want(200, "GET", "", "")["shared"])
		chief.want(200, "PUT", "/"+id, `{"title":{"zh-CN":"大单"},"shared":true,"spec":{"object":"ticket"}}`) // undone
		assert.Equal(t, []string{"大单"}, titles(ann.want(200, "GET", "", "")["shared"]))
	})
}

func TestAViewIsChecked(t *testing.T) {
	t.Parallel()
	k := kernel(t, kerneltest.SQLite(t))
	ann := open(t, k, "ann")
	for spec, place := range map[string]string{
		`{"object":"ticket","kind":"pie"}`:                                               "/spec/kind",
		`{"object":"ticket","columns":[{"field":"titel"}]}`:                              "/spec/columns/0/field",
		`{"object":"ticket","columns":[{"field":"secret"}]}`:                             "/spec/columns/0/field",
		`{"object":"ticket","columns":[{"field":"owner.nothing"}]}`:                      "/spec/columns/0/field",
		`{"object":"ticket","columns":[{"field":"title"},{"field":"title"}]}`:            "/spec/columns/1/field",
		`{"object":"ticket","columns":[{"field":"title","width":5}]}`:                    "/spec/columns/0/width",
		`{"object":"ticket","sort":["-nothing"]}`:                                        "/spec/sort/0",
		`{"object":"ticket","group":"status:month"}`:                                     "/spec/group",
		`{"object":"ticket","by":"title"}`:                                               "/spec/by",
		`{"object":"ticket","filter":{"field":"status","op":"nearly","value":1}}`:        "/spec/filter/op",
		`{"object":"ticket","filter":{"field":"owner","op":"eq","value":{"ref":"you"}}}`: "/spec/filter/value",
		`{"object":"ticket","colums":[]}`:                                                "/spec",
	} {
		p := ann.want(422, "POST", "", `{"title":{"zh-CN":"视图"},"spec":`+spec+`}`)
		assert.Contains(t, p["errors"].([]any)[0].(map[string]any)["pointer"], place, spec)
	}
	ann.want(422, "POST", "", `{"title":{"zh-CN":" "},"spec":{"object":"ticket"}}`)
}
