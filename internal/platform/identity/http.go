package identity

import (
	"context"
	"net/http"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// HTTP serves sign-in, keys and the people's own facts.
type HTTP struct {
	Service *Service
	Dir     *Directory
	Defs    *definition.Manager
	Access  *access.Control
	// Workspace is shown with the session.
	Workspace func() map[string]any
	// Demo lists who may be tried in a demo company; nil outside one.
	Demo func(ctx context.Context) map[string]any
	// Secure marks the cookie for HTTPS only.
	Secure bool
}

// Routes lists the module's routes with their rights.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/session", Right: web.Public, Summary: "Sign in"}, h.signIn)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/session", Right: web.SignedIn, Summary: "Who is signed in, with rights"}, h.current)
	web.Handle(r, web.Route{Method: "DELETE", Path: "/api/v1/session", Right: web.SignedIn, Summary: "Sign out", Status: 204}, h.signOut)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/session/demo", Right: web.Public, Summary: "Who can be tried in the demo company"}, h.demo)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/keys", Right: keyRights, Summary: "List keys of the kinds one may make"}, h.keys)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/keys", Right: keyRights, Summary: "Make a key; its secret is shown once", Status: 201}, h.newKey)
	web.Handle(r, web.Route{Method: "DELETE", Path: "/api/v1/keys/{id}", Right: keyRights, Summary: "Revoke a key", Status: 204}, h.revoke)
	h.delegationRoutes(r)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/people/{id}/password", Right: "people.write", Summary: "Set a person's sign-in name and password", Status: 204}, h.password)
}

// Who keeps the channels makes their keys; API keys, which act with a person's rights, are the administrator's.
const keyRights = "keys.write|channels.write"

// mayKeep tells whether the actor makes, sees and revokes keys of a kind.
func (h *HTTP) mayKeep(a *actor.Actor, kind string) bool {
	s := h.Defs.Current()
	return h.Access.Right(s, a, "keys.write") || kind == "channel" && h.Access.Right(s, a, "channels.write")
}

type signInIn struct {
	Body struct {
		Username string `json:"username" maxLength:"200"`
		Password string `json:"password" maxLength:"500"`
	}
}

type sessionOut struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      map[string]any
}

func (h *HTTP) signIn(ctx context.Context, in *signInIn) (*sessionOut, error) {
	token, sess, p, err := h.Service.SignIn(ctx, in.Body.Username, in.Body.Password, web.IP(ctx), web.RequestID(ctx))
	if err != nil {
		return nil, err
	}
	out := &sessionOut{Body: h.describe(h.Service.ActorOf(p.ID), p, sess.CSRF)}
	out.SetCookie = []http.Cookie{{Name: web.CookieName, Value: token, Path: "/", HttpOnly: true, Secure: h.Secure, SameSite: http.SameSiteLaxMode, MaxAge: int(SessionLife / time.Second)}}
	return out, nil
}

func (h *HTTP) describe(a *actor.Actor, p *Person, csrf string) map[string]any {
	snap := h.Defs.Current()
	unit := ""
	if u := h.Dir.Unit(p.Unit); u != nil {
		unit = u.Name
	}
	titles := []definition.Text{}
	for _, n := range p.Roles {
		if r, ok := definition.Get[*access.Role](snap, access.Kind, n); ok {
			titles = append(titles, r.Title)
		}
	}
	kinds := []string{}
	for _, k := range h.Defs.Kinds() {
		if h.Access.MayConfigure(snap, a, k.Name) {
			kinds = append(kinds, k.Name)
		}
	}
	stands := []map[string]any{}
	for _, st := range a.Stands {
		stands = append(stands, map[string]any{"id": st.ID, "name": st.Name})
	}
	viewer := map[string]any(nil)
	if a.Viewer != "" {
		viewer = map[string]any{"id": a.Viewer, "name": h.Dir.Name("person", a.Viewer)}
	}
	return map[string]any{"stands": stands, "viewer": viewer, "csrf_token": csrf, "rights": h.Access.Rights(snap, a), "configure": kinds, "workspace": h.Workspace(),
		"user": map[string]any{"id": p.ID, "name": p.Name, "username": p.Username, "roles": p.Roles, "role_titles": titles, "unit": p.Unit, "unit_name": unit}}
}

func (h *HTTP) current(ctx context.Context, _ *struct{}) (*sessionOut, error) {
	a, c := actor.From(ctx), web.CallerFrom(ctx)
	p := h.Dir.Person(a.ID)
	if p == nil {
		return &sessionOut{Body: map[string]any{"rights": h.Access.Rights(h.Defs.Current(), a), "workspace": h.Workspace(), "key": map[string]any{"id": a.ID, "name": a.Name, "scopes": a.Scopes}}}, nil
	}
	return &sessionOut{Body: h.describe(a, p, c.CSRF)}, nil
}

type signedOut struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

func (h *HTTP) signOut(ctx context.Context, _ *struct{}) (*signedOut, error) {
	c := web.CallerFrom(ctx)
	if c != nil && c.Token != "" {
		if err := h.Service.SignOut(ctx, c.Token, c.Actor); err != nil {
			return nil, err
		}
	}
	return &signedOut{SetCookie: []http.Cookie{{Name: web.CookieName, Path: "/", HttpOnly: true, Secure: h.Secure, SameSite: http.SameSiteLaxMode, MaxAge: -1}}}, nil
}

type bodyOut struct{ Body map[string]any }

func (h *HTTP) demo(ctx context.Context, _ *struct{}) (*bodyOut, error) {
	if h.Demo == nil {
		return nil, problem.New(problem.NotFound, "no_demo", "这里没有演示公司")
	}
	d := h.Demo(ctx)
	if d == nil {
		return nil, problem.New(problem.NotFound, "no_demo", "这里没有演示公司")
	}
	return &bodyOut{Body: d}, nil
}

func showKey(k *Key) map[string]any {
	return map[string]any{"id": k.ID, "kind": k.Kind, "name": k.Name, "scopes": k.Scopes, "created_at": object.Instant(k.CreatedAt), "created_by": k.CreatedBy}
}

func (h *HTTP) keys(ctx context.Context, _ *struct{}) (*bodyOut, error) {
	keys, err := h.Service.Keys(ctx)
	if err != nil {
		return nil, err
	}
	out := []map[string]any{}
	for _, k := range keys {
		if h.mayKeep(actor.From(ctx), k.Kind) {
			out = append(out, showKey(k))
		}
	}
	return &bodyOut{Body: map[string]any{"keys": out}}, nil
}

type keyIn struct {
	Body struct {
		Kind   string   `json:"kind"`
		Name   string   `json:"name"`
		Scopes []string `json:"scopes,omitempty"`
	}
}

func (h *HTTP) newKey(ctx context.Context, in *keyIn) (*bodyOut, error) {
	if in.Body.Kind == "api" && !h.mayKeep(actor.From(ctx), "api") {
		return nil, problem.New(problem.Forbidden, "forbidden", "你没有权限生成 API 密钥", problem.Item{Pointer: "/kind", Code: "keys.write", Message: "需要权限 keys.write", Hint: "请联系管理员"})
	}
	k, secret, err := h.Service.NewKey(ctx, actor.From(ctx), in.Body.Kind, in.Body.Name, in.Body.Scopes)
	if err != nil {
		return nil, err
	}
	return &bodyOut{Body: map[string]any{"key": showKey(k), "secret": secret}}, nil
}

type idIn struct {
	ID string `path:"id"`
}

func (h *HTTP) revoke(ctx context.Context, in *idIn) (*struct{}, error) {
	a := actor.From(ctx)
	return nil, h.Service.Revoke(ctx, a, in.ID, func(kind string) bool { return h.mayKeep(a, kind) })
}

type passwordIn struct {
	ID   string `path:"id"`
	Body struct {
		Username string `json:"username" minLength:"2" maxLength:"60"`
		Password string `json:"password" minLength:"8" maxLength:"200"`
	}
}

func (h *HTTP) password(ctx context.Context, in *passwordIn) (*struct{}, error) {
	return nil, h.Service.ChangePassword(ctx, actor.From(ctx), in.ID, in.Body.Username, in.Body.Password)
}
