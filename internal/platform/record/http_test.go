package record_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/record"
	"baton/internal/platform/web"
)

// api is the record routes as one person uses them.
type api struct {
	t   *testing.T
	mux *chi.Mux
	who *actor.Actor
}

func newAPI(t *testing.T, k *kerneltest.Kernel, person string) *api {
	mux := chi.NewMux()
	r := web.NewRouter(mux, "test", func(*actor.Actor, string) bool { return false })
	(&record.HTTP{Reader: k.Reader, Writer: k.Writer, Origin: func(*actor.Actor) record.Origin { return record.Origin{Kind: "person"} }}).Routes(r)
	return &api{t, mux, k.As(person)}
}

func (a *api) do(method, path, body string, headers ...string) (int, map[string]any, http.Header) {
	a.t.Helper()
	req := httptest.NewRequestWithContext(actor.With(a.t.Context(), a.who), method, "/api/v1/objects"+path, strings.NewReader(body))
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	rec := httptest.NewRecorder()
	a.mux.ServeHTTP(rec, req)
	var out map[string]any
	if rec.Body.Len() > 0 {
		require.NoError(a.t, json.Unmarshal(rec.Body.Bytes(), &out), "%s %s: %s", method, path, rec.Body)
	}
	return rec.Code, out, rec.Header()
}

func (a *api) want(status int, method, path, body string, headers ...string) map[string]any {
	a.t.Helper()
	got, out, _ := a.do(method, path, body, headers...)
	require.Equal(a.t, status, got, "%s %s %s: %v", method, path, body, out)
	return out
}

func TestIfMatchGuardsAChange(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		a := newAPI(t, k, "ann")
		made := a.want(201, "POST", "/ticket/records", `{"title":"一","owner":"ann","amount":100}`)["record"].(map[string]any)
		one := "/ticket/records/" + made["id"].(string)
		assert.EqualValues(t, 1, made["version"])
		for i, tag := range []string{"1", `"2"`, `W/"3"`, "*"} {
			r := a.want(200, "PATCH", one, fmt.Sprintf(`{"title":"改%d"}`, i), "If-Match: "+tag)
			assert.EqualValues(t, i+2, r["record"].(map[string]any)["version"])
		}
		p := a.want(409, "PATCH", one, `{"title":"我的","amount":5}`, "If-Match: 2")
		assert.Equal(t, "stale", p["code"])
		items := p["errors"].([]any)
		assert.Equal(t, map[string]any{"pointer": "/amount", "code": "stale", "message": "“金额”已被他人改动", "yours": 5.0, "theirs": 100.0}, items[0])
		assert.Equal(t, "我的", items[1].(map[string]any)["yours"])
		for _, bad := range []string{"abc", "0", "-1", `"1`, "1.5", "99999999999999999999"} {
			status, out, _ := a.do("PATCH", one, `{"title":"x"}`, "If-Match: "+bad)
			if bad == `"1` {
				assert.Equal(t, 409, status) // a quote too few is forgiven; the version is an old one
				continue
			}
			assert.Equal(t, 400, status, bad)
			assert.Equal(t, "bad_if_match", out["code"], bad)
		}
		assert.Equal(t, "改3", a.want(200, "GET", one, "")["record"].(map[string]any)["title"])
	})
}

func TestManyRecordsInOneRequest(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		a := newAPI(t, k, "ann")
		n := func() int { return count(t, k, "SELECT COUNT(*) FROM o_ticket") }
		mixed := `{"records":[{"title":"一","code":"A1"},{"kind":"烧了"},{"title":"三","nope":1},{"title":"四","code":"A1"},{"title":"五"}]}`

		p := a.want(422, "POST", "/ticket/records", mixed)
		assert.Equal(t, "/records/1/kind", p["errors"].([]any)[0].(map[string]any)["pointer"])
		assert.Equal(t, 0, n(), "all or none")

		out := a.want(200, "POST", "/ticket/records?partial=true", mixed)["outcomes"].([]any)
		require.Len(t, out, 5)
		var said []string
		for i, o := range out {
			m := o.(map[string]any)
			assert.EqualValues(t, i, m["index"])
			if d, failed := m["problem"].(map[string]any); failed {
				said = append(said, fmt.Sprintf("%v %v", d["code"], d["errors"].([]any)[0].(map[string]any)["pointer"]))
				assert.Nil(t, m["record"])
				continue
			}
			said = append(said, fmt.Sprintf("%v %v", m["outcome"], m["record"].(map[string]any)["title"]))
		}
		assert.Equal(t, []string{"created 一", "invalid_record /kind", "invalid_record /nope", "taken /code", "created 五"}, said)
		assert.Equal(t, 2, n())
		assert.Equal(t, 2, count(t, k, "SELECT COUNT(*) FROM event WHERE object = 'ticket'"), "each that stands has its event, and no other")

		good := a.want(201, "POST", "/ticket/records", `{"records":[{"title":"六"},{"title":"七"}]}`)["records"].([]any)
		assert.Len(t, good, 2)
		assert.Empty(t, a.want(201, "POST", "/ticket/records", `{"records":[]}`)["records"])
		assert.Equal(t, "/records/1", a.want(422, "POST", "/ticket/records", `{"records":[{"title":"x"},"y"]}`)["errors"].([]any)[0].(map[string]any)["pointer"])
		a.want(422, "POST", "/ticket/records", `{"records":[`+strings.TrimSuffix(strings.Repeat(`{"title":"x"},`, 1001), ",")+`]}`)
		a.want(404, "POST", "/nothing/records?partial=true", `{"title":"x"}`)
		for unreadable, want := range map[string]int{`{`: 400, `[]`: 422, `"x"`: 422, `null`: 422, `{} {}`: 400, "{\"title\":\"\xff\"}": 400, ``: 400} {
			status, out, _ := a.do("POST", "/ticket/records", unreadable)
			assert.Equal(t, want, status, "%q: %v", unreadable, out)
		}
		assert.Equal(t, 4, n())
	})
}

func TestAKeyGivesOneAnswer(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		ann, bob := newAPI(t, k, "ann"), newAPI(t, k, "bob")
		n := func() int { return count(t, k, "SELECT COUNT(*) FROM o_ticket") }
		const body, key = `{"title":"一","owner":"ann"}`, "Idempotency-Key: k-1"
		status, first, h := ann.do("POST", "/ticket/records", body, key)
		require.Equal(t, 201, status, "%v", first)
		assert.Empty(t, h.Get("Idempotency-Replayed"))
		id := first["record"].(map[string]any)["id"].(string)
		status, again, h := ann.do("POST", "/ticket/records", body, key)
		assert.Equal(t, 201, status)
		assert.Equal(t, "true", h.Get("Idempotency-Replayed"))
		assert.Equal(t, id, again["record"].(map[string]any)["id"])
		assert.Equal(t, "created", again["outcome"])
		assert.Equal(t, 1, n())
		assert.Equal(t, "idempotency_conflict", ann.want(409, "POST", "/ticket/records", `{"title":"二"}`, key)["code"])
		bob.want(201, "POST", "/ticket/records", `{"title":"别人的"}`, key) // another's key is another key
		ann.want(201, "POST", "/ticket/records", body)                   // without one each is new
		assert.Equal(t, 3, n())
		// As it is by then, and as far as it may be seen by then.
		k.Must(t, system, record.Write{Op: record.Update, Object: "ticket", ID: id, Values: values{"owner": "bob"}})
		again = ann.want(201, "POST", "/ticket/records", body, key)
		assert.Nil(t, again["record"].(map[string]any)["title"])
		assert.Equal(t, id, again["record"].(map[string]any)["id"])

		// What failed is tried anew.
		const bad = "Idempotency-Key: k-2"
		ann.want(422, "POST", "/ticket/records", `{"kind":"烧了"}`, bad)
		ann.want(201, "POST", "/ticket/records", `{"title":"改好了"}`, bad)
		// Each by itself, together with what became of it.
		const many = `{"records":[{"title":"一","code":"C1"},{"kind":"烧了"}]}`
		one := ann.want(200, "POST", "/ticket/records?partial=true", many, "Idempotency-Key: k-3")["outcomes"]
		before := n()
		two := ann.want(200, "POST", "/ticket/records?partial=true", many, "Idempotency-Key: k-3")["outcomes"]
		assert.Equal(t, one, two)
		assert.Equal(t, before, n())
		assert.Equal(t, "taken", ann.want(409, "POST", "/ticket/records", many, "Idempotency-Key: k-3")["code"], "all or none is another request")
		assert.Equal(t, "bad_idempotency_key", ann.want(400, "POST", "/ticket/records", body, "Idempotency-Key: "+strings.Repeat("k", 201))["code"])

		// Sent many times at once it is done once.
		var all sync.WaitGroup
		ids := make([]string, 8)
		for i := range ids {
			all.Go(func() {
				status, out, _ := ann.do("POST", "/ticket/records", `{"title":"同时","owner":"ann"}`, "Idempotency-Key: k-4")
				if status == 201 {
					ids[i] = out["record"].(map[string]any)["id"].(string)
				}
			})
		}
		all.Wait()
		for _, id := range ids {
			assert.Equal(t, ids[0], id)
			assert.NotEmpty(t, id)
		}
		assert.Equal(t, 1, count(t, k, "SELECT COUNT(*) FROM o_ticket WHERE f_title = '同时'"))
	})
}

func TestWhatAListRefuses(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		a := newAPI(t, k, "chief1")
		for range 3 {
			a.want(201, "POST", "/ticket/records", `{"title":"一","amount":100}`)
		}
		next := a.want(200, "GET", "/ticket/records?limit=1&sort=-amount", "")["next_cursor"].(string)
		for path, want := range map[string]string{
			"?limit=501": "/limit", "?limit=-1": "/limit", "?sort=titel": "/sort", "?sort=hints": "/sort", "?sort=" + strings.Repeat("title,", 9): "/sort",
			"?cursor=%21": "/cursor", "?cursor=e30": "/cursor", "?sort=title&cursor=" + next: "/cursor", "?sort=title,kind&cursor=" + next: "/cursor",
			"?filter=%7B": "/filter", `?filter={"field":"titel","op":"eq","value":"x"}`: "/filter/field", `?filter={"all":[{"field":"amount","op":"gt","value":"many"}]}`: "/filter/all/0/value",
			`?filter={"field":"title","op":"like","value":"x"}`: "/filter/op", "?q=" + strings.Repeat("x", 201): "/query/q",
		} {
			path = strings.NewReplacer(`"`, "%22", "{", "%7B", "}", "%7D", " ", "%20").Replace(path)
			status, out, _ := a.do("GET", "/ticket/records"+path, "")
			assert.Equal(t, map[bool]int{true: 400, false: 422}[path == "?filter=%7B"], status, "%s: %v", path, out)
			if items, _ := out["errors"].([]any); assert.NotEmpty(t, items, path) {
				assert.Equal(t, want, items[0].(map[string]any)["pointer"], "%s: %v", path, out)
			}
		}
		got := a.want(200, "GET", "/ticket/records?fields=title", "")["records"].([]any)[0].(map[string]any)
		assert.NotContains(t, got, "amount")
		assert.Contains(t, got, "id")
		assert.Contains(t, got, "version")
		h := a.want(200, "GET", "/ticket/records/"+got["id"].(string)+"/history?limit=1", "")
		assert.Len(t, h["events"], 1)
		assert.Nil(t, h["next_cursor"])
	})
}
