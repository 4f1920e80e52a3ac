package intake

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// Keys tells whether a secret opens a channel: the actor when it does, a problem of class Unsigned when not.
type Keys interface {
	ChannelKey(ctx context.Context, channel, secret string) (*actor.Actor, error)
}

// HTTP serves the intake.
type HTTP struct {
	Intake *Intake
	Keys   Keys
	// Secret is what a call channel's sender signs with, empty while none was made; nil: calls are not taken.
	Secret func(ctx context.Context, channel string) (string, error)
	// NewSecret makes another one; the old one stops at once.
	NewSecret func(ctx context.Context, a *actor.Actor, channel string) (string, error)
	// IP gives the sender's address; the connection's when nil.
	IP func(r *http.Request) string
}

// maxBody is the largest submission in bytes.
const maxBody = 64 << 10

// Routes of the package. The channel's key stands in for a signed-in person.
func (h *HTTP) Routes(r *web.Router) {
	r.Raw(web.Route{Method: http.MethodPost, Path: "/api/v1/intake/{channel}", Right: web.Public, Summary: "Take a lead in through a channel (X-Channel-Key); JSON object or form", Status: http.StatusAccepted, MaxBody: maxBody}, h.receive)
	web.Handle(r, web.Route{Method: http.MethodPost, Path: "/api/v1/channels/{name}:secret", Right: "channels.write", Summary: "Make the secret by which the sender of a call channel signs; shown once, the one before stops", Status: http.StatusCreated}, h.newSecret)
}

func (h *HTTP) receive(w http.ResponseWriter, r *http.Request) {
	channel := chi.URLParam(r, "channel")
	if c, ok := definition.Get[*Channel](h.Intake.Writer.Defs.Current(), Kind, channel); ok && c.Spec.Shape == Call && h.Secret != nil {
		h.receiveCall(w, r, channel)
		return
	}
	secret := r.Header.Get("X-Channel-Key")
	if secret == "" {
		web.WriteProblem(w, r, problem.New(problem.Unsigned, "no_channel_key", "缺少渠道密钥", problem.Item{Code: "no_channel_key", Message: "请求头 X-Channel-Key 为空", Hint: "请在渠道设置里取得密钥，放进 X-Channel-Key"}))
		return
	}
	if _, err := h.Keys.ChannelKey(r.Context(), channel, secret); err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	a := h.arrival(r, channel)
	if err := a.readBody(w, r); err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	h.take(w, r, a)
}

func (h *HTTP) arrival(r *http.Request, channel string) Arrival {
	a := Arrival{Channel: channel, IdempotencyKey: r.Header.Get("Idempotency-Key"), Request: web.RequestID(r.Context())}
	if h.IP != nil {
		a.IP = h.IP(r)
	} else {
		a.IP, _, _ = net.SplitHostPort(r.RemoteAddr)
	}
	return a
}

func (h *HTTP) take(w http.ResponseWriter, r *http.Request, a Arrival) {
	out, err := h.Intake.Receive(r.Context(), a)
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	if out.Replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"id":"`+out.ID+`"}`+"\n") // the lead is durable, whether the sender still listens or not
}

func (a *Arrival) readBody(w http.ResponseWriter, r *http.Request) error {
	var buf bytes.Buffer
	if r.ContentLength > maxBody {
		return tooLarge()
	}
	if r.ContentLength > 0 {
		buf.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	if _, err := buf.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return tooLarge()
		}
		return malformed("body_unreadable", "请求内容没有收完", "请重新发送")
	}
	a.Body = buf.Bytes()
	if !utf8.Valid(a.Body) {
		return malformed("bad_encoding", "请求内容不是 UTF-8", "请用 UTF-8 编码")
	}
	ct := r.Header.Get("Content-Type")
	if ct == "application/json" || ct == "" {
		return a.readJSON()
	}
	kind, params, err := mime.ParseMediaType(ct)
	switch {
	case err != nil:
		return malformed("unsupported_media_type", "看不懂 Content-Type", "请用 application/json 或表单")
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		return a.readJSON()
	case kind == "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(a.Body))
		if err != nil {
			return malformed("bad_form", "表单内容读不出", "请检查表单编码")
		}
		a.form(form)
		return nil
	case kind == "multipart/form-data":
		form, err := multipart.NewReader(bytes.NewReader(a.Body), params["boundary"]).ReadForm(maxBody)
		if err != nil {
			return malformed("bad_form", "表单内容读不出", "请检查表单编码")
		}
		a.form(form.Value)
		return form.RemoveAll()
	}
	return malformed("unsupported_media_type", "不支持 "+kind, "请用 application/json 或表单")
}

func (a *Arrival) readJSON() error {
	var v any
	if err := problem.ReadJSON(a.Body, &v, false); err != nil {
		return err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return problem.New(problem.Invalid, "wrong_type", "请求内容应是一个 JSON 对象", problem.Item{Pointer: "", Code: "wrong_type", Message: "这里需要一个对象", Hint: `例如 {"name": "张三", "phone": "13800138000"}`})
	}
	a.Values = m
	return nil
}

// form keeps single values as text and repeated ones as a list.
func (a *Arrival) form(f map[string][]string) {
	a.Values = make(map[string]any, len(f))
	for k, vs := range f {
		if len(vs) == 1 {
			a.Values[k] = vs[0]
			continue
		}
		list := make([]any, len(vs))
		for i, v := range vs {
			list[i] = v
		}
		a.Values[k] = list
	}
}

func tooLarge() error {
	return problem.New(problem.TooLarge, "too_large", "请求内容超过 64 KiB", problem.Item{Code: "too_large", Message: "请求内容超过 64 KiB", Hint: "请精简内容；批量数据请用导入"})
}

func malformed(code, detail, hint string) error {
	return problem.New(problem.Malformed, code, detail, problem.Item{Code: code, Message: detail, Hint: hint})
}

// pointer escapes a key for a JSON pointer.
func pointer(k string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(k) }
