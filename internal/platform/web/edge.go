package web

import (
	"context"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"baton/internal/platform/actor"
	"baton/internal/platform/problem"
)

// CookieName of the session cookie.
const CookieName = "baton_session"

// Caller is who a request comes from, as the edge resolved it.
type Caller struct {
	Actor *actor.Actor
	// CSRF is the token a cookie's session must repeat on writes; empty for keys.
	CSRF  string
	Token string
}

type callerKey struct{}

// CallerFrom gives the resolved caller, nil when nobody is signed in.
func CallerFrom(ctx context.Context) *Caller {
	c, _ := ctx.Value(callerKey{}).(*Caller)
	return c
}

// Resolver finds the caller by cookie token or bearer key; nil, nil when neither opens anything.
type Resolver func(ctx context.Context, cookie, bearer string) (*Caller, error)

// Edge is what every request passes: id, panic guard, security headers, size limit, caller, CSRF, access log.
type Edge struct {
	Resolve Resolver
	// ViewAs makes the actor of whom a caller looks at the system as; nil allows that to nobody.
	ViewAs Viewing
	Log    *slog.Logger
	// TrustProxy takes the address from X-Forwarded-For, as the one proxy in front appended it.
	TrustProxy bool
	// Secure says that browsers come over HTTPS: they are told to keep to it.
	Secure bool
	// Observe is told of each answered request; may be nil.
	Observe func(method, route string, status int, took time.Duration)
}

// csp lets the page load only itself; styles are set by script (antd), scripts are files only.
const csp = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Wrap puts the edge before a handler.
func (e *Edge) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := uuid.NewString()
		rec := &recorder{ResponseWriter: w, status: 200}
		ctx := context.WithValue(r.Context(), requestKey{}, id)
		h := w.Header()
		h.Set("X-Request-Id", id)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if e.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		h.Set("Content-Security-Policy", csp)
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store")
		}
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				e.Log.Error("panic in a request", "request", id, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				if !rec.wrote {
					WriteProblem(rec, r.WithContext(ctx), errors.New("panic"))
				}
			}
			took := time.Since(start)
			if rec.status >= 500 || took > 2*time.Second && !rec.stream {
				e.Log.Warn("request", "request", id, "method", r.Method, "path", r.URL.Path, "status", rec.status, "ms", took.Milliseconds())
			}
			if rec.second != 0 && ctx.Err() == nil { // who went away meanwhile misses nothing
				e.Log.Warn("an answer failed after it had begun", "request", id, "method", r.Method, "path", r.URL.Path, "status", rec.status, "then", rec.second)
			}
			if e.Observe != nil {
				e.Observe(r.Method, r.Pattern, rec.status, took)
			}
		}()
		ip := address(r, e.TrustProxy)
		if err := readableURL(r); err != nil {
			WriteProblem(rec, r.WithContext(ctx), err)
			return
		}
		if c, err := e.caller(ctx, r); err != nil {
			WriteProblem(rec, r.WithContext(ctx), err)
			return
		} else if c != nil {
			a := *c.Actor
			a.IP, a.Request = ip, id
			c.Actor = &a
			ctx = context.WithValue(actor.With(ctx, &a), callerKey{}, c)
			if c.CSRF != "" && !safe(r.Method) && strings.HasPrefix(r.URL.Path, "/api/") && !(r.Method == "POST" && r.URL.Path == "/api/v1/session") && !strings.HasPrefix(r.URL.Path, "/api/v1/intake/") {
				if subtle.ConstantTimeCompare([]byte(r.Header.Get("X-CSRF-Token")), []byte(c.CSRF)) != 1 {
					WriteProblem(rec, r.WithContext(ctx), problem.New(problem.Forbidden, "bad_csrf_token", "页面已过期，请刷新后再试", problem.Item{Code: "bad_csrf_token", Message: "X-CSRF-Token 缺失或不符", Hint: "刷新页面"}))
					return
				}
			}
			if person := viewed(r); person != "" && strings.HasPrefix(r.URL.Path, "/api/") {
				as, err := e.look(ctx, c, person, r)
				if err != nil {
					WriteProblem(rec, r.WithContext(ctx), err)
					return
				}
				ctx = as
			}
		}
		ctx = context.WithValue(ctx, ipKey{}, ip)
		next.ServeHTTP(rec, r.WithContext(ctx))
	})
}

type ipKey struct{}

// readableURL refuses addresses that no database can look for.
func readableURL(r *http.Request) error {
	bad := func(place string) error {
		return problem.New(problem.Malformed, "bad_address", "地址无法读取", problem.Item{Pointer: "/" + place, Code: "bad_encoding", Message: "含有空字符（NUL）或不是有效的 UTF-8", Hint: "检查地址里的 % 编码"})
	}
	if strings.ContainsRune(r.URL.Path, 0) || !utf8.ValidString(r.URL.Path) {
		return bad("path")
	}
	if r.URL.RawQuery == "" {
		return nil
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return bad("query")
	}
	for name, values := range query {
		for _, v := range append(values, name) {
			if strings.ContainsRune(v, 0) || !utf8.ValidString(v) {
				return bad("query")
			}
		}
	}
	return nil
}

// IP is the caller's address.
func IP(ctx context.Context) string {
	s, _ := ctx.Value(ipKey{}).(string)
	return s
}

func safe(method string) bool { return method == "GET" || method == "HEAD" || method == "OPTIONS" }

func (e *Edge) caller(ctx context.Context, r *http.Request) (*Caller, error) {
	bearer, hasBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	cookie := ""
	if c, err := r.Cookie(CookieName); err == nil {
		cookie = c.Value
	}
	if !hasBearer && cookie == "" {
		return nil, nil
	}
	c, err := e.Resolve(ctx, cookie, strings.TrimSpace(bearer))
	if err == nil && c == nil && hasBearer {
		return nil, problem.New(problem.Unsigned, "bad_key", "API 密钥无效或已停用", problem.Item{Code: "bad_key", Message: "Authorization 里的密钥无效或已停用", Hint: "在 配置 → 密钥 里重新生成"})
	}
	return c, err
}

func address(r *http.Request, trust bool) string {
	if trust {
		// The proxy appends the address it saw; what stands before it is the client's own word.
		all := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
		if f := strings.TrimSpace(all[strings.LastIndex(all, ",")+1:]); f != "" {
			return f
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// recorder notes the status; it passes on flushing so that streams work.
type recorder struct {
	http.ResponseWriter
	status int
	wrote  bool
	stream bool
	second int // a status that came after the answer had begun; 0 = none
}

// WriteHeader begins the answer. A status that comes later cannot be sent any more: it is noted for the log.
func (r *recorder) WriteHeader(status int) {
	if r.wrote {
		r.second = status
		return
	}
	r.status, r.wrote = status, true
	r.stream = strings.HasPrefix(r.Header().Get("Content-Type"), "text/event-stream")
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if !r.wrote {
		r.WriteHeader(200)
	}
	return r.ResponseWriter.Write(b)
}

// Flush sends what is buffered.
func (r *recorder) Flush() {
	if f, ok := r.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
