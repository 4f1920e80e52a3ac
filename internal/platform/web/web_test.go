package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// stand is the frame with a few routes of its own, behind a real server.
type stand struct {
	*httptest.Server
	router *web.Router
	edge   *web.Edge
	mu     sync.Mutex
	log    bytes.Buffer
	inner  error // what the handler of /api/v1/fail gives
	seen   []string
}

func (s *stand) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(b)
}

func (s *stand) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

type thing struct {
	Body struct {
		Name  string `json:"name"`
		Count int    `json:"count,omitempty" minimum:"1" maximum:"9"`
		Inner struct {
			Flag bool `json:"flag,omitempty"`
		} `json:"inner,omitempty"`
	}
}

type named struct {
	Body struct {
		Name string `json:"name"`
	}
}

// caller by what is shown: cookies and keys are called after whom they open.
func caller(_ context.Context, cookie, bearer string) (*web.Caller, error) {
	switch {
	case bearer == "broken":
		return nil, errors.New("the database is on fire: secret-password")
	case bearer == "key":
		return &web.Caller{Actor: &actor.Actor{Kind: actor.Key, ID: "key"}}, nil
	case bearer == "" && cookie == "ann":
		return &web.Caller{Actor: &actor.Actor{Kind: actor.Person, ID: "ann", Roles: []string{"reader"}}, CSRF: "csrf-of-ann", Token: cookie}, nil
	}
	return nil, nil
}

func newStand(t *testing.T) *stand {
	t.Helper()
	s := &stand{}
	mux := chi.NewMux()
	s.router = web.NewRouter(mux, "test", func(a *actor.Actor, right string) bool { return a.Has("reader") && right == "read" })
	r := s.router
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/things/{id}", Right: web.Public, Summary: "Take", Status: 201}, func(_ context.Context, in *struct {
		ID string `path:"id"`
		thing
	}) (*named, error) {
		out := &named{}
		out.Body.Name = in.Body.Name
		return out, nil
	})
	web.Handle(r, web.Route{Method: "PUT", Path: "/api/v1/things/{id}", Right: web.Public, Summary: "Small", MaxBody: 100}, func(context.Context, *thing) (*named, error) { return &named{}, nil })
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/fail", Right: web.Public, Summary: "Fail"}, func(context.Context, *struct{}) (*named, error) { return nil, s.inner })
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/panic", Right: web.Public, Summary: "Panic"}, func(context.Context, *struct{}) (*named, error) { panic("a secret in /internal/place.go") })
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/mine", Right: web.SignedIn, Summary: "Mine"}, s.who)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/read", Right: "read", Summary: "Read"}, s.who)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/either", Right: "write|read", Summary: "Either"}, s.who)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/write", Right: "write", Summary: "Write"}, s.who)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/mine", Right: web.SignedIn, Summary: "Change mine"}, s.who)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/session", Right: web.Public, Summary: "Sign in"}, s.who)
	r.Raw(web.Route{Method: "POST", Path: "/api/v1/intake/{channel}", Right: web.Public, Summary: "Intake", MaxBody: 50}, func(w http.ResponseWriter, req *http.Request) {
		b, err := io.ReadAll(req.Body)
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			web.WriteProblem(w, req, problem.New(problem.TooLarge, "too_large", "太大"))
			return
		}
		web.WriteJSON(w, 202, map[string]any{"got": len(b)})
	})
	r.Raw(web.Route{Method: "GET", Path: "/api/v1/half", Right: web.Public, Summary: "Half"}, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(200)
		_, _ = io.WriteString(w, "half")
		panic("too late")
	})
	mux.NotFound(web.Page())
	mux.MethodNotAllowed(r.MethodNotAllowed)
	s.edge = &web.Edge{Resolve: caller, Log: slog.New(slog.NewTextHandler(s, nil)), Observe: func(method, route string, status int, _ time.Duration) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen = append(s.seen, fmt.Sprintf("%s %s %d", method, route, status))
	}}
	s.Server = httptest.NewServer(s.edge.Wrap(mux))
	t.Cleanup(s.Close)
	return s
}

func (s *stand) who(ctx context.Context, _ *struct{}) (*named, error) {
	out := &named{}
	if a := actor.From(ctx); a != nil {
		out.Body.Name = a.ID + "@" + a.IP
	}
	return out, nil
}

// do sends a request; headers are "Name: value".
func (s *stand) do(t *testing.T, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	res, err := s.Client().Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(b)
}

// document reads a problem document and checks what all of them have.
func document(t *testing.T, res *http.Response, body string) web.Document {
	t.Helper()
	assert.Contains(t, res.Header.Get("Content-Type"), "application/problem+json")
	var raw map[string]any
	require.NoError(t, json.Unmarshal([]byte(body), &raw), body)
	for _, k := range []string{"type", "title", "status", "code", "request_id", "errors"} {
		assert.NotNil(t, raw[k], "%s is missing: %s", k, body)
	}
	var d web.Document
	require.NoError(t, json.Unmarshal([]byte(body), &d))
	assert.Equal(t, res.StatusCode, d.Status)
	assert.Equal(t, res.Header.Get("X-Request-Id"), d.RequestID)
	assert.NotEmpty(t, d.RequestID)
	return d
}

func TestEveryKindOfErrorIsAProblemDocument(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	item := problem.Item{Pointer: "/name", Code: "required", Message: "请填写名称", Hint: "例如 甲"}
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{problem.New(problem.Invalid, "invalid_record", "有误", item), 422, "invalid_record"},
		{problem.New(problem.Malformed, "unreadable_body", "读不出", item), 400, "unreadable_body"},
		{problem.New(problem.NotFound, "no_such_record", "没有", item), 404, "no_such_record"},
		{problem.New(problem.Forbidden, "forbidden", "不行", item), 403, "forbidden"},
		{problem.New(problem.Unsigned, "not_signed_in", "请登录", item), 401, "not_signed_in"},
		{problem.New(problem.Conflict, "stale", "改过", item), 409, "stale"},
		{problem.New(problem.TooLarge, "too_large", "太大", item), 413, "too_large"},
		{&problem.Problem{Class: problem.TooMany, Code: "too_many_attempts", Detail: "稍后", Items: []problem.Item{item}, RetryAfter: 61}, 429, "too_many_attempts"},
		{problem.New(problem.Internal, "definitions_unreadable", "读不出配置", item), 500, "definitions_unreadable"},
		{fmt.Errorf("wrapped twice: %w", fmt.Errorf("once: %w", problem.New(problem.Conflict, "held", "已由别人负责", item))), 409, "held"},
		{problem.New(problem.NotFound, "bare", "没有地方"), 404, "bare"},
	} {
		s.inner = c.err
		res, body := s.do(t, "GET", "/api/v1/fail", "")
		d := document(t, res, body)
		assert.Equal(t, c.status, res.StatusCode, body)
		assert.Equal(t, c.code, d.Code)
		if c.code == "bare" {
			assert.Empty(t, d.Errors)
			continue
		}
		assert.Equal(t, []problem.Item{item}, d.Errors)
		if c.code == "too_many_attempts" {
			assert.Equal(t, "61", res.Header.Get("Retry-After"))
		} else {
			assert.Empty(t, res.Header.Get("Retry-After"))
		}
	}
	// What is no domain error tells nothing of itself.
	s.inner = errors.New(`pq: syntax error in "SELECT secret_column"`)
	res, body := s.do(t, "GET", "/api/v1/fail", "")
	d := document(t, res, body)
	assert.Equal(t, 500, res.StatusCode)
	assert.Equal(t, "internal", d.Code)
	assert.NotContains(t, body, "secret_column")
	s.inner = context.Canceled
	res, body = s.do(t, "GET", "/api/v1/fail", "")
	assert.Equal(t, 499, res.StatusCode, body)
}

func TestWhatTheFrameItselfRefuses(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	for _, c := range []struct {
		method, path, body, kind string
		status                   int
		code, pointer            string
	}{
		{"POST", "/api/v1/things/1", `{"name":"a"}`, "", 201, "", ""},
		{"POST", "/api/v1/things/1", `{"name":"a"}`, "application/merge-patch+json; charset=utf-8", 201, "", ""},
		{"POST", "/api/v1/things/1", `{"name":1}`, "", 422, "invalid", "/name"},
		{"POST", "/api/v1/things/1", `{"name":"a","count":10}`, "", 422, "invalid", "/count"},
		{"POST", "/api/v1/things/1", `{"name":"a","inner":{"flag":"x"}}`, "", 422, "invalid", "/inner/flag"},
		{"POST", "/api/v1/things/1", `{"name":"a","colour":"red"}`, "", 422, "invalid", "/colour"},
		{"POST", "/api/v1/things/1", `{"name":`, "", 400, "unreadable_body", ""},
		{"POST", "/api/v1/things/1", `<name/>`, "application/xml", 415, "unsupported_media_type", "/Content-Type"},
		{"POST", "/api/v1/things/1", `{}`, "nonsense;;", 415, "unsupported_media_type", "/Content-Type"},
		{"POST", "/api/v1/things/1", "", "", 400, "unreadable_body", ""},
		{"POST", "/api/v1/things/1", `{"name":"` + strings.Repeat("x", 2<<20) + `"}`, "", 413, "too_large", ""},
		{"PUT", "/api/v1/things/1", `{"name":"` + strings.Repeat("x", 200) + `"}`, "", 413, "too_large", ""},
		{"POST", "/api/v1/intake/x", strings.Repeat("x", 51), "", 413, "too_large", ""},
		{"GET", "/api/v1/nothing", "", "", 404, "not_found", ""},
		{"DELETE", "/api/v1/nothing", "", "", 404, "not_found", ""},
		{"DELETE", "/api/v1/things/1", "", "", 405, "method_not_allowed", ""},
		{"POST", "/leads", "", "", 405, "method_not_allowed", ""},
		{"GET", "/api/v1/mine?q=%00", "", "", 400, "bad_address", "/query"},
		{"GET", "/api/v1/mine?%ff=1", "", "", 400, "bad_address", "/query"},
		{"GET", "/api/v1/things%00", "", "", 400, "bad_address", "/path"},
		{"GET", "/api/v1/mine?a=%zz", "", "", 400, "bad_address", "/query"},
	} {
		var headers []string
		if c.kind != "" {
			headers = append(headers, "Content-Type: "+c.kind)
		}
		res, body := s.do(t, c.method, c.path, c.body, headers...)
		say := fmt.Sprintf("%s %s %.40q: %.300s", c.method, c.path, c.body, body)
		require.Equal(t, c.status, res.StatusCode, say)
		if c.status < 400 {
			continue
		}
		d := document(t, res, body)
		assert.Equal(t, c.code, d.Code, say)
		if c.pointer != "" && assert.NotEmpty(t, d.Errors, say) {
			assert.Equal(t, c.pointer, d.Errors[0].Pointer, say)
		}
	}
	res, _ := s.do(t, "DELETE", "/api/v1/things/1", "")
	assert.Equal(t, "POST, PUT", res.Header.Get("Allow"))
	res, _ = s.do(t, "PATCH", "/api/v1/mine", "")
	assert.Equal(t, "GET, HEAD, POST", res.Header.Get("Allow"))
}

func TestAPanicTellsTheClientNothing(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	res, body := s.do(t, "GET", "/api/v1/panic", "")
	d := document(t, res, body)
	assert.Equal(t, 500, res.StatusCode)
	assert.Equal(t, "internal", d.Code)
	for _, told := range []string{"secret", "place.go", "goroutine", "runtime", ".go:"} {
		assert.NotContains(t, body, told)
	}
	assert.Contains(t, s.logged(), "a secret in /internal/place.go", "the log has it, with the number the client was told")
	assert.Contains(t, s.logged(), d.RequestID)
	assert.Contains(t, s.logged(), "web_test.go")
	// Half an answer is not followed by a second one.
	res, body = s.do(t, "GET", "/api/v1/half", "")
	assert.Equal(t, 200, res.StatusCode)
	assert.Equal(t, "half", body)
	// And the server goes on.
	res, _ = s.do(t, "POST", "/api/v1/things/1", `{"name":"a"}`)
	assert.Equal(t, 201, res.StatusCode)
}

func TestRightsAreCheckedBeforeAnythingIsRead(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	const ann, key = "Cookie: baton_session=ann", "Authorization: Bearer key"
	for _, c := range []struct {
		path, who string
		status    int
		code      string
	}{
		{"/api/v1/mine", "", 401, "not_signed_in"}, {"/api/v1/mine", ann, 200, ""}, {"/api/v1/mine", key, 200, ""},
		{"/api/v1/read", "", 401, "not_signed_in"}, {"/api/v1/read", ann, 200, ""}, {"/api/v1/read", key, 403, "forbidden"},
		{"/api/v1/either", ann, 200, ""}, {"/api/v1/either", key, 403, "forbidden"}, {"/api/v1/write", ann, 403, "forbidden"},
		{"/api/v1/mine", "Cookie: baton_session=stolen", 401, "not_signed_in"},
		{"/api/v1/mine", "Authorization: Bearer wrong", 401, "bad_key"},
		{"/healthz-not-there", "Authorization: Bearer wrong", 401, "bad_key"},
		{"/api/v1/mine", "Authorization: Bearer broken", 500, "internal"},
	} {
		var headers []string
		if c.who != "" {
			headers = append(headers, c.who)
		}
		res, body := s.do(t, "GET", c.path, "", headers...)
		require.Equal(t, c.status, res.StatusCode, "%s as %q: %s", c.path, c.who, body)
		assert.NotContains(t, body, "secret-password")
		if c.code != "" {
			assert.Equal(t, c.code, document(t, res, body).Code, "%s as %q", c.path, c.who)
		}
	}
	// A body that is not even JSON does not matter to who may not come in.
	res, body := s.do(t, "POST", "/api/v1/mine", "{{{", "Content-Type: application/xml")
	assert.Equal(t, 401, res.StatusCode, body)
	// A bearer goes before a cookie, so that a key never acts with a browser's session.
	res, body = s.do(t, "GET", "/api/v1/mine", "", ann, key)
	assert.Equal(t, 200, res.StatusCode)
	assert.Contains(t, body, `"key@`)
}

func TestWritesWithACookieRepeatTheToken(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	const ann = "Cookie: baton_session=ann"
	for _, c := range []struct {
		say, method, path string
		headers           []string
		status            int
	}{
		{"with the token", "POST", "/api/v1/mine", []string{ann, "X-CSRF-Token: csrf-of-ann"}, 200},
		{"without", "POST", "/api/v1/mine", []string{ann}, 403},
		{"another's", "POST", "/api/v1/mine", []string{ann, "X-CSRF-Token: csrf-of-bob"}, 403},
		{"a part of it", "POST", "/api/v1/mine", []string{ann, "X-CSRF-Token: csrf"}, 403},
		{"reading needs none", "GET", "/api/v1/mine", []string{ann}, 200},
		{"a key needs none", "POST", "/api/v1/mine", []string{"Authorization: Bearer key"}, 200},
		{"nor does signing in anew", "POST", "/api/v1/session", []string{ann}, 200},
		{"nor a channel's sender", "POST", "/api/v1/intake/x", []string{ann}, 202},
		{"nobody is not signed in", "POST", "/api/v1/mine", nil, 401},
		{"signing in elsewhere is no way round", "POST", "/api/v1/session/", []string{ann}, 403},
		{"nor is a method made up", "PURGE", "/api/v1/mine", []string{ann}, 403},
	} {
		res, body := s.do(t, c.method, c.path, "", c.headers...)
		assert.Equal(t, c.status, res.StatusCode, "%s: %s", c.say, body)
		if c.status == 403 {
			assert.Equal(t, "bad_csrf_token", document(t, res, body).Code, c.say)
		}
	}
}

func TestTheCallersAddress(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	_, body := s.do(t, "GET", "/api/v1/mine", "", "Authorization: Bearer key", "X-Forwarded-For: 6.6.6.6")
	assert.Contains(t, body, "key@127.0.0.1", "a stranger's word is not taken")
	s.edge.TrustProxy = true
	for header, want := range map[string]string{"6.6.6.6": "6.6.6.6", "1.2.3.4, 6.6.6.6": "6.6.6.6", "": "127.0.0.1", "evil, ": "127.0.0.1"} {
		_, body := s.do(t, "GET", "/api/v1/mine", "", "Authorization: Bearer key", "X-Forwarded-For: "+header)
		assert.Contains(t, body, "key@"+want, header)
	}
}

func TestHeadAnswersAsGetWithoutABody(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	for _, path := range []string{"/api/v1/mine", "/api/v1/read", "/api/v1/nothing", "/", "/leads"} {
		get, want := s.do(t, "GET", path, "", "Cookie: baton_session=ann", "Accept-Encoding: identity")
		head, body := s.do(t, "HEAD", path, "", "Cookie: baton_session=ann", "Accept-Encoding: identity")
		assert.Equal(t, get.StatusCode, head.StatusCode, path)
		assert.Equal(t, get.Header.Get("Content-Type"), head.Header.Get("Content-Type"), path)
		assert.Empty(t, body, path)
		assert.NotEmpty(t, want, path)
	}
	res, _ := s.do(t, "HEAD", "/api/v1/mine", "")
	assert.Equal(t, 401, res.StatusCode)
}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ids := map[string]bool{}
	for _, path := range []string{"/", "/leads", "/assets/nothing.js", "/api/v1/mine", "/api/v1/nothing", "/api/v1/panic", "/api/v1/mine?q=%00"} {
		res, _ := s.do(t, "GET", path, "")
		h := res.Header
		assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), path)
		assert.Equal(t, "DENY", h.Get("X-Frame-Options"), path)
		assert.Equal(t, "same-origin", h.Get("Referrer-Policy"), path)
		assert.Equal(t, "same-origin", h.Get("Cross-Origin-Opener-Policy"), path)
		assert.Equal(t, "same-origin", h.Get("Cross-Origin-Resource-Policy"), path)
		assert.Empty(t, h.Get("Strict-Transport-Security"), "plain HTTP is how it starts")
		assert.Empty(t, h.Get("Access-Control-Allow-Origin"), path)
		policy := map[string]string{}
		for part := range strings.SplitSeq(h.Get("Content-Security-Policy"), ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(part), " ")
			policy[name] = value
		}
		assert.Equal(t, "'self'", policy["script-src"], "scripts are files of our own, nothing inline, nothing evaluated")
		for name, want := range map[string]string{"default-src": "'self'", "object-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'", "form-action": "'self'", "connect-src": "'self'"} {
			assert.Equal(t, want, policy[name], name)
		}
		assert.Equal(t, strings.HasPrefix(path, "/api/"), h.Get("Cache-Control") == "no-store", path)
		id := h.Get("X-Request-Id")
		assert.False(t, id == "" || ids[id], "each request has its own number")
		ids[id] = true
	}
	s.edge.Secure = true
	res, _ := s.do(t, "GET", "/", "")
	assert.Contains(t, res.Header.Get("Strict-Transport-Security"), "max-age=")
}

func TestTheObserverHearsOfEveryRequest(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.do(t, "POST", "/api/v1/things/7", `{"name":"a"}`)
	s.do(t, "GET", "/api/v1/panic", "")
	s.do(t, "GET", "/api/v1/mine", "")
	s.mu.Lock()
	defer s.mu.Unlock()
	require.Len(t, s.seen, 3)
	assert.Contains(t, s.seen[0], "POST ")
	assert.Contains(t, s.seen[0], " 201")
	assert.Contains(t, s.seen[1], " 500")
	assert.Contains(t, s.seen[2], " 401")
}
