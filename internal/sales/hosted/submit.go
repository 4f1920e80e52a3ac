package hosted

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/definition"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// tokenLife is how long a page may stay open before it is sent.
const tokenLife = 24 * time.Hour

// carried are the parts of an address that tell where a visitor came from; they stay with the touch.
var carried = []string{"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "c"}

const longestCarried = 200

// pageToken signs that a page was given out now; its nonce makes all sendings of one page the same submission.
func (s *Service) pageToken(ctx context.Context, purpose string) (string, error) {
	var b [12]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails
	return s.Signer.Token(ctx, "page/"+purpose, strconv.FormatInt(s.Clock.Milli(), 10)+"|"+base64.RawURLEncoding.EncodeToString(b[:]))
}

// opened reads a page's token: its nonce and how long the page was open; ok is false for one that is not ours or too old.
func (s *Service) opened(ctx context.Context, purpose, token string) (nonce string, open time.Duration, ok bool, err error) {
	payload, ok, err := s.Signer.Open(ctx, "page/"+purpose, token)
	if err != nil || !ok {
		return "", 0, false, err
	}
	at, nonce, _ := strings.Cut(payload, "|")
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return "", 0, false, nil
	}
	open = time.Duration(s.Clock.Milli()-ms) * time.Millisecond
	return nonce, open, open < tokenLife, nil
}

func (s *Service) form(name string) (*Form, bool) {
	f, ok := definition.Get[*Form](s.Defs.Current(), FormKind, name)
	return f, ok && f.Spec.Enabled
}

const noForm, noFormText = "这个表单不在了", "它可能已经停用。请联系给您地址的人。"

// getForm shows a form, or its thanks.
func (s *Service) getForm(w http.ResponseWriter, r *http.Request) {
	f, ok := s.form(chi.URLParam(r, "slug"))
	if !ok {
		gone(w, http.StatusNotFound, noForm, noFormText)
		return
	}
	if r.URL.Query().Get("done") == "1" {
		policy(w.Header(), f.Spec.Origins)
		p := f.page()
		p.Heading, p.Thanks, p.Action = "提交成功", or(f.Spec.Thanks, "谢谢，我们会尽快与您联系。"), ""
		if code := r.URL.Query().Get("c"); code != "" { // at a booth the next visitor takes the same phone
			p.Action = "/f/" + f.Name + "?c=" + url.QueryEscape(code)
		}
		write(w, http.StatusOK, "done", p)
		return
	}
	token, err := s.pageToken(r.Context(), "form/"+f.Name)
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	s.showForm(w, f, http.StatusOK, formState{token: token, hidden: cameFrom(r)})
}

// cameFrom keeps where a visitor came from, to be sent along with the page.
func cameFrom(r *http.Request) []pair {
	var out []pair
	q := r.URL.Query()
	for _, k := range carried {
		if v := cut(q.Get(k)); v != "" {
			out = append(out, pair{"_" + k, v})
		}
	}
	ref := cut(q.Get("ref")) // the embedding page knows more than the frame's own referrer
	if ref == "" {
		ref = cut(r.Referer())
	}
	if ref != "" {
		out = append(out, pair{"_ref", ref})
	}
	return out
}

func cut(s string) string {
	if r := []rune(strings.TrimSpace(s)); len(r) > longestCarried {
		return string(r[:longestCarried])
	}
	return strings.TrimSpace(s)
}

func or(s, otherwise string) string {
	if strings.TrimSpace(s) == "" {
		return otherwise
	}
	return s
}

// formState is what a form's page shows besides the form.
type formState struct {
	token  string
	hidden []pair
	typed  map[string][]string
	wrong  map[string]string
	banner string
}

func (f *Form) page() page {
	return page{Title: or(f.Spec.Heading, f.Title.ZH), Heading: or(f.Spec.Heading, f.Title.ZH), Intro: f.Spec.Intro, Button: or(f.Spec.Button, "提交"), Notice: f.Spec.Notice, Tone: f.Spec.Tone, Name: f.Name}
}

func (s *Service) showForm(w http.ResponseWriter, f *Form, status int, st formState) {
	policy(w.Header(), f.Spec.Origins)
	p := f.page()
	p.Action, p.Token, p.Hidden, p.Fields = "/f/"+f.Name, st.token, st.hidden, show(f.fields, st.typed, st.wrong)
	p.Wrong, p.Banner = len(st.wrong), st.banner
	write(w, status, "form", p)
}

// postForm takes a submission; what is wrong is shown at its field, with everything typed kept.
func (s *Service) postForm(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	f, ok := s.form(chi.URLParam(r, "slug"))
	if !ok {
		gone(w, http.StatusNotFound, noForm, noFormText)
		return
	}
	if err := r.ParseForm(); err != nil {
		gone(w, http.StatusBadRequest, "没有收到内容", "请返回上一页，重新提交。")
		return
	}
	st := formState{token: r.PostForm.Get("_t"), typed: r.PostForm, hidden: carriedFields(r.PostForm)}
	if wait := s.rate.Take("form|"+f.Name+"|"+from(ctx), f.Spec.PerMinute); wait > 0 {
		tooOften(w.Header(), wait)
		st.banner = "提交得太频繁了，请过一会儿再试"
		s.showForm(w, f, http.StatusTooManyRequests, st)
		return
	}
	done := "/f/" + f.Name + "?done=1"
	code, coded := f.code(r.PostForm.Get("_c"))
	if coded {
		done += "&c=" + code.Name
	}
	if r.PostForm.Get("_website") != "" { // only a machine fills what nobody sees; it is not told
		http.Redirect(w, r, done, http.StatusSeeOther)
		return
	}
	nonce, open, ok, err := s.opened(ctx, "form/"+f.Name, st.token)
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	if !ok {
		if st.token, err = s.pageToken(ctx, "form/"+f.Name); err != nil {
			web.WriteProblem(w, r, err)
			return
		}
		st.banner = "页面打开得太久了，请核对后再提交一次"
		s.showForm(w, f, http.StatusUnprocessableEntity, st)
		return
	}
	if open < time.Duration(f.Spec.MinSeconds)*time.Second {
		st.banner = "填得太快了，请核对后再提交一次"
		s.showForm(w, f, http.StatusUnprocessableEntity, st)
		return
	}
	values, wrong := s.read(f.fields, r.PostForm)
	switch {
	case len(wrong) > 0:
	case s.pages.Take(nonce, perPage) > 0:
		st.banner = sentBefore
		st.token, err = s.pageToken(ctx, "form/"+f.Name)
	default:
		_, wrong, st.banner, err = s.submit(ctx, f, code, values, origins(f, code, st.hidden), "form:"+f.Name+":"+nonce, time.Time{})
	}
	switch {
	case err != nil:
		web.WriteProblem(w, r, err)
	case len(wrong) > 0 || st.banner != "":
		st.wrong = wrong
		s.showForm(w, f, http.StatusUnprocessableEntity, st)
	default:
		http.Redirect(w, r, done, http.StatusSeeOther)
	}
}

func tooOften(h http.Header, wait time.Duration) {
	h.Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
}

// carriedFields are the hidden fields as they came back.
func carriedFields(form url.Values) []pair {
	var out []pair
	for _, k := range append(carried, "ref") {
		if v := cut(form.Get("_" + k)); v != "" {
			out = append(out, pair{"_" + k, v})
		}
	}
	return out
}

// origins says where a submission came from, for its touch.
func origins(f *Form, code Code, hidden []pair) map[string]any {
	out := map[string]any{"form": f.Name}
	for _, p := range hidden {
		switch p.Name {
		case "_ref":
			out["referrer"] = p.Value
		case "_c":
		default:
			out[strings.TrimPrefix(p.Name, "_")] = p.Value
		}
	}
	if code.Name != "" {
		out["code"] = code.Name
		if code.Campaign != "" {
			out["campaign"] = code.Campaign
		}
	}
	return out
}

// sentBefore is told of a page that was sent too often; it comes back as a new one.
const sentBefore = "这个页面已提交过多次，请核对后再提交一次"

// notTaken is all that the public is told of a refusal for which no field of the page is to blame.
const notTaken = "这个表单暂时不接收提交，请稍后再试"

// submit sends read values into the form's channel. What is wrong with a field comes back by field; any other refusal, which may tell of
// records and people, goes to the log and comes back as one fixed banner.
func (s *Service) submit(ctx context.Context, f *Form, code Code, values, extra map[string]any, key string, at time.Time) (id string, wrong map[string]string, banner string, err error) {
	channel := f.Spec.Channel
	if code.Channel != "" {
		channel = code.Channel
	}
	return s.send(ctx, channel, f.fields, values, extra, key, at)
}

func (s *Service) send(ctx context.Context, channel string, fields []asked, values, extra map[string]any, key string, at time.Time) (id string, wrong map[string]string, banner string, err error) {
	body, err := json.Marshal(values) // sorted by name: the same values are the same body
	if err != nil {
		return "", nil, "", err
	}
	sum := sha256.Sum256(body)
	a := Arrival{Channel: channel, Values: map[string]any{}, Key: key + ":" + hex.EncodeToString(sum[:8]), Body: body, IP: web.IP(ctx), Request: web.RequestID(ctx), HappenedAt: at}
	for k, v := range extra {
		a.Values[k] = v
	}
	for k, v := range values {
		a.Values[k] = v
	}
	id, err = s.Receive(ctx, a)
	p := problem.As(err)
	if p == nil {
		return id, nil, "", err
	}
	switch p.Class {
	case problem.Invalid, problem.Malformed, problem.Conflict, problem.NotFound:
	default:
		return "", nil, "", err
	}
	wrong = map[string]string{}
	told := 0
	for _, it := range p.Items {
		for _, a := range fields {
			if p.Class == problem.Invalid && it.Pointer == "/"+a.f.Name {
				wrong[a.f.Name] = it.Message
				told++
			}
		}
	}
	if told < len(p.Items) || told == 0 {
		slog.WarnContext(ctx, "a hosted page's submission was refused", "channel", channel, "reason", p.Error(), "items", p.Items)
	}
	if len(wrong) == 0 {
		banner = notTaken
	}
	return "", wrong, banner, nil
}
