// Package web is the HTTP frame: routes with their rights, decoding, problem documents, sessions' edge, limits, OpenAPI and the embedded
// page. It knows no feature; features bring their own routes.
package web

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"path"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"baton/internal/platform/actor"
	"baton/internal/platform/problem"
)

// Rights that a Route may ask for besides named ones.
const (
	// Public routes need nobody signed in.
	Public = "public"
	// SignedIn routes need somebody; rows are limited by scope further in.
	SignedIn = "signed_in"
)

// Route is one line of a module's list: method, path, and the right it asks for.
type Route struct {
	Method, Path string
	Right        string // several joined by | ask for any one of them
	Summary      string
	Status       int // success status, 200 when zero
	// MaxBody in bytes. Zero is 1 MiB; on a Raw route it is no limit, as streams have none.
	MaxBody int64
	// Reads says of a POST that it only asks a question: who looks as another person may send it.
	Reads bool
}

// Router collects the routes of all modules. Build it once at start.
type Router struct {
	Mux    *chi.Mux
	API    huma.API
	Routes []Route
	allow  func(a *actor.Actor, right string) bool
}

// NewRouter makes the frame. allow decides named rights.
func NewRouter(mux *chi.Mux, version string, allow func(a *actor.Actor, right string) bool) *Router {
	shapeErrors() // before the first route: each describes the errors it may give
	mux.Use(middleware.GetHead)
	cfg := huma.DefaultConfig("Baton", version)
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "/api/openapi", "", ""
	cfg.CreateHooks = nil // no $schema links in bodies
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	cfg.AllowAdditionalPropertiesByDefault = false
	cfg.Formats = map[string]huma.Format{"application/json": readable, "json": readable}
	shapeErrors()
	return &Router{Mux: mux, API: humachi.New(mux, cfg), allow: allow}
}

// readable is JSON whose errors say where a body breaks, in the words people read.
var readable = huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: func(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return errors.New(problem.Misread(data, err))
	}
	return err
}}

// schemaName tells types of the same name in two packages apart.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	if t.Name() == "" || t.PkgPath() == "" {
		return name
	}
	pkg := path.Base(t.PkgPath())
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

// Handle adds a route. The handler decodes nothing itself: I is read from path, query and body by its tags, O is written as JSON; a
// problem.Problem becomes a problem document.
func Handle[I, O any](r *Router, rt Route, h func(context.Context, *I) (*O, error)) {
	r.Routes = append(r.Routes, rt)
	op := huma.Operation{OperationID: operationID(rt), Method: rt.Method, Path: rt.Path, Summary: rt.Summary, DefaultStatus: rt.Status, MaxBodyBytes: rt.MaxBody,
		Tags: []string{tag(rt.Path)}, Extensions: map[string]any{"x-right": rt.Right}, Middlewares: huma.Middlewares{r.admit(rt)}}
	huma.Register(r.API, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, Problem(ctx, err)
		}
		return out, nil
	})
	bodyIsJSON(r.API.OpenAPI().Paths[rt.Path], rt.Method)
}

// bodyIsJSON mends the description of a handler that reads its body's bytes itself: what it reads is JSON all the same.
func bodyIsJSON(p *huma.PathItem, method string) {
	for m, op := range map[string]*huma.Operation{"POST": p.Post, "PUT": p.Put, "PATCH": p.Patch} {
		if m == method && op != nil && op.RequestBody != nil && op.RequestBody.Content["application/octet-stream"] != nil {
			op.RequestBody.Content = map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}}}
		}
	}
}

// admit checks the right before anything of the request is read, and that a body is JSON.
func (r *Router) admit(rt Route) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		req, w := humachi.Unwrap(ctx)
		if err := r.check(req.Context(), rt); err != nil {
			WriteProblem(w, req, err)
			return
		}
		if t := req.Header.Get("Content-Type"); t != "" && req.ContentLength != 0 {
			if m, _, err := mime.ParseMediaType(t); err != nil || m != "application/json" && !strings.HasSuffix(m, "+json") {
				d := fromHuma(http.StatusUnsupportedMediaType, "")
				writeDocument(w, req, d.(*Document), problem.Item{Pointer: "/Content-Type", Code: "unsupported_media_type", Message: "收到的是 " + t, Hint: "请使用 application/json"})
				return
			}
		}
		next(ctx)
	}
}

// MethodNotAllowed answers a method that an address does not take, and lists in Allow those it takes.
func (r *Router) MethodNotAllowed(w http.ResponseWriter, req *http.Request) {
	var allow []string
	for _, m := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		served := m
		if m == "HEAD" {
			served = "GET" // answered by the same handler
		}
		if r.Mux.Match(chi.NewRouteContext(), served, req.URL.Path) {
			allow = append(allow, m)
		}
	}
	w.Header().Set("Allow", strings.Join(allow, ", "))
	methodNotAllowed(w, req, allow)
}

func methodNotAllowed(w http.ResponseWriter, req *http.Request, allow []string) {
	d := &Document{Type: "about:blank", Title: http.StatusText(http.StatusMethodNotAllowed), Status: http.StatusMethodNotAllowed, Code: "method_not_allowed", Detail: "这个地址不接受 " + req.Method}
	writeDocument(w, req, d, problem.Item{Code: "method_not_allowed", Message: req.Method + " " + req.URL.Path, Hint: "可用：" + strings.Join(allow, "、")})
}

func writeDocument(w http.ResponseWriter, req *http.Request, d *Document, items ...problem.Item) {
	d.RequestID, d.Errors = RequestID(req.Context()), items
	WriteProblem(w, req, d)
}

// Raw adds a route whose handler speaks HTTP itself (streams, files, hot paths); the right is checked first all the same.
func (r *Router) Raw(rt Route, h http.HandlerFunc) {
	r.Routes = append(r.Routes, rt)
	r.API.OpenAPI().AddOperation(r.describe(rt))
	r.Mux.MethodFunc(rt.Method, rt.Path, func(w http.ResponseWriter, req *http.Request) {
		if err := r.check(req.Context(), rt); err != nil {
			WriteProblem(w, req, err)
			return
		}
		if rt.MaxBody > 0 {
			req.Body = http.MaxBytesReader(w, req.Body, rt.MaxBody)
		}
		h(w, req)
	})
}

// describe makes the description of a route that speaks HTTP itself.
func (r *Router) describe(rt Route) *huma.Operation {
	failed := r.API.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[*Document](), true, "")
	op := &huma.Operation{OperationID: operationID(rt), Method: rt.Method, Path: rt.Path, Summary: rt.Summary, Tags: []string{tag(rt.Path)}, Extensions: map[string]any{"x-right": rt.Right},
		Responses: map[string]*huma.Response{strconv.Itoa(max(rt.Status, http.StatusOK)): {Description: rt.Summary},
			"default": {Description: "Error", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: failed}}}}}
	for _, part := range strings.Split(rt.Path, "/") {
		if _, name, ok := strings.Cut(part, "{"); ok {
			name, _, _ = strings.Cut(name, "}")
			op.Parameters = append(op.Parameters, &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
		}
	}
	return op
}

// Allows decides a named right.
func (r *Router) Allows(a *actor.Actor, right string) bool { return r.allow(a, right) }

func (r *Router) check(ctx context.Context, rt Route) error {
	if err := mayLook(ctx, rt); err != nil {
		return err
	}
	right := rt.Right
	if right == Public {
		return nil
	}
	a := actor.From(ctx)
	if a == nil {
		return problem.New(problem.Unsigned, "not_signed_in", "请先登录", problem.Item{Code: "not_signed_in", Message: "没有登录，或登录已过期", Hint: "重新登录后再试"})
	}
	if right == SignedIn {
		return nil
	}
	for one := range strings.SplitSeq(right, "|") {
		if r.allow(a, one) {
			return nil
		}
	}
	return problem.New(problem.Forbidden, "forbidden", "你没有这项权限", problem.Item{Code: "missing_right", Message: "需要权限 " + strings.ReplaceAll(right, "|", " 或 "), Hint: "请联系管理员或销售总监开通"})
}

func operationID(rt Route) string {
	p := strings.NewReplacer("/api/v1/", "", "{", "", "}", "", "/", "-", ":", "-", ".", "-").Replace(rt.Path)
	return strings.ToLower(rt.Method) + "-" + p
}

func tag(path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/api/v1/"), "/")
	t, _, _ := strings.Cut(parts[0], ":")
	return t
}
