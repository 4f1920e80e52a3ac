package app

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/identity"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/web"
	"baton/internal/sales/today"
)

// Version of the program.
const Version = "0.1.0"

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// Handler builds all routes behind the edge. The Router lists them with their rights.
func (a *App) Handler() (http.Handler, *web.Router) {
	mux := chi.NewMux()
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	requests := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "baton_http_seconds", Help: "Answer time of requests.", Buckets: prometheus.ExponentialBuckets(0.001, 3, 9)}, []string{"method", "status"})
	reg.MustRegister(requests)
	edge := &web.Edge{Log: a.Log, TrustProxy: a.Config.TrustProxy, Secure: a.Config.SecureCookie, Resolve: a.resolve, ViewAs: (&viewing{app: a}).as, Observe: func(method, _ string, status int, took time.Duration) {
		if !slices.Contains(methods, method) {
			method = "other" // anybody can make up methods; each would be a series of its own
		}
		requests.WithLabelValues(method, http.StatusText(status)).Observe(took.Seconds())
	}}
	r := web.NewRouter(mux, Version, func(who *actor.Actor, right string) bool { return a.Access.Right(a.Defs.Current(), who, right) })
	r.Raw(web.Route{Method: "GET", Path: "/healthz", Right: web.Public, Summary: "Alive"}, func(w http.ResponseWriter, _ *http.Request) {
		web.WriteJSON(w, 200, map[string]any{"status": "ok"})
	})
	r.Raw(web.Route{Method: "GET", Path: "/readyz", Right: web.Public, Summary: "Ready to serve"}, a.ready)
	r.Raw(web.Route{Method: "GET", Path: "/metrics", Right: web.Public, Summary: "Prometheus metrics"}, promhttp.HandlerFor(reg, promhttp.HandlerOpts{}).ServeHTTP)

	(&identity.HTTP{Service: a.Signing, Dir: a.Dir, Defs: a.Defs, Access: a.Access, Workspace: a.workspace, Demo: a.demoPeople, Secure: a.Config.SecureCookie}).Routes(r)
	(&definition.HTTP{Manager: a.Defs, Trier: a.engines.trial, Linter: a.engines.doctor, May: func(who *actor.Actor, kind string) bool { return a.Access.MayConfigure(a.Defs.Current(), who, kind) }}).Routes(r)
	records := &record.HTTP{Reader: a.Reader, Writer: a.Writer, Origin: origin, Timers: a.timers, Actions: a.actions}
	records.Routes(r)
	(&today.HTTP{Engine: &today.Engine{DB: a.DB, Defs: a.Defs, Access: a.Access, Reader: a.Reader, Ledger: a.Ledger, Clock: a.Clock, Nudged: a.engines.follow.Nudged}, Show: records.View, Actions: a.actions, QuickNotes: a.engines.follow.QuickNotes}).Routes(r)
	(&trail{ledger: a.Ledger, reader: a.Reader}).Routes(r)
	(&meta{app: a}).Routes(r)
	(&record.FormulaHTTP{Reader: a.Reader}).Routes(r)
	a.routes(r)
	mux.NotFound(web.Page())
	mux.MethodNotAllowed(r.MethodNotAllowed)
	describe(r.API.OpenAPI())
	return edge.Wrap(mux), r
}

// origin of a write through the API.
func origin(who *actor.Actor) record.Origin {
	kind := "person"
	if who.Kind == actor.Key {
		kind = "api"
	}
	return record.Origin{Kind: kind, Assign: true, Countdown: true}
}

func (a *App) resolve(ctx context.Context, cookie, bearer string) (*web.Caller, error) {
	if bearer != "" {
		k, err := a.Signing.KeyOf(ctx, bearer)
		if err != nil || k == nil {
			return nil, err
		}
		if who := a.Signing.ActorOfKey(k); who != nil {
			return &web.Caller{Actor: who}, nil
		}
		return nil, nil
	}
	s, err := a.Signing.Session(ctx, cookie)
	if err != nil || s == nil {
		return nil, err
	}
	if who := a.Signing.ActorOf(s.Person); who != nil {
		return &web.Caller{Actor: who, CSRF: s.CSRF, Token: cookie}, nil
	}
	return nil, nil
}

// alive says who a stream's caller is now, nil when the session or key has ended.
func (a *App) alive(ctx context.Context, c *web.Caller) (*actor.Actor, error) {
	if c.Token == "" {
		if c.Actor.Kind != actor.Key {
			return c.Actor, nil
		}
		return a.Signing.KeyAlive(ctx, c.Actor)
	}
	s, err := a.Signing.Session(ctx, c.Token)
	if err != nil || s == nil {
		return nil, err
	}
	who := a.Signing.ActorOf(s.Person)
	if c.Actor.Viewer == "" || who == nil {
		return who, nil
	}
	as := a.Signing.ActorOf(c.Actor.ID)
	if as == nil || !a.Access.Right(a.Defs.Current(), who, record.ViewAs) {
		return nil, nil
	}
	looked := *as
	looked.Viewer = who.ID
	return &looked, nil
}

func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := a.DB.Ping(ctx); err != nil {
		web.WriteJSON(w, http.StatusServiceUnavailable, map[string]any{"status": "unavailable", "reason": "database"})
		return
	}
	web.WriteJSON(w, 200, map[string]any{"status": "ready", "revision": a.Defs.Current().Revision})
}

func (a *App) workspace() map[string]any {
	return map[string]any{"name": a.setting("workspace_name", "我的公司"), "zone": a.Config.Zone, "now": object.Instant(a.Clock.Milli()), "demo": a.setting("demo", "") != ""}
}

// setting reads a workspace setting.
func (a *App) setting(name, otherwise string) string {
	var v string
	if err := a.DB.QueryRow(context.Background(), "SELECT value FROM setting WHERE name = ?", name).Scan(&v); err != nil {
		return otherwise
	}
	return v
}

// describe says in the OpenAPI document how one signs in.
func describe(doc *huma.OpenAPI) {
	doc.Info.Description = strings.TrimSpace(`
Baton's API. Errors are RFC 9457 problem documents with a stable code and errors[] of {pointer, code, message, hint}.
Browsers use the cookie of POST /api/v1/session and repeat its csrf_token as X-CSRF-Token on writes; machines send an API key as a bearer token.`)
	if doc.Components.SecuritySchemes == nil {
		doc.Components.SecuritySchemes = map[string]*huma.SecurityScheme{}
	}
	doc.Components.SecuritySchemes["session"] = &huma.SecurityScheme{Type: "apiKey", In: "cookie", Name: web.CookieName}
	doc.Components.SecuritySchemes["key"] = &huma.SecurityScheme{Type: "http", Scheme: "bearer"}
	doc.Security = []map[string][]string{{"session": {}}, {"key": {}}}
}
