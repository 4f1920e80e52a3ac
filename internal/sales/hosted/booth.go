package hosted

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// boothLife is how long a booth's link serves; oldestEntry how long an entry may have waited on a phone.
const (
	boothLife   = 60 * 24 * time.Hour
	oldestEntry = 30 * 24 * time.Hour
	boothRate   = 300 // entries a minute from one address: phones that come back from a hall without a net
)

// boothLink makes the token of a booth's page: for one form and code, for a time.
func (s *Service) boothLink(ctx context.Context, form, code string) (token string, until time.Time, err error) {
	until = s.Clock.Now().Add(boothLife)
	token, err = s.Signer.Token(ctx, "booth/"+form, code+"|"+strconv.FormatInt(until.Unix(), 10))
	return token, until, err
}

// booth opens a booth's link: the form and code it is for, and a problem when it is not ours or over.
func (s *Service) booth(ctx context.Context, name, token string) (*Form, Code, error) {
	refuse := func(code, detail, hint string) error {
		return problem.New(problem.Forbidden, code, detail, problem.Item{Code: code, Message: detail, Hint: hint})
	}
	payload, ok, err := s.Signer.Open(ctx, "booth/"+name, token)
	if err != nil {
		return nil, Code{}, err
	}
	codeName, end, _ := strings.Cut(payload, "|")
	until, perr := strconv.ParseInt(end, 10, 64)
	f, found := s.form(name)
	switch {
	case !ok || perr != nil:
		return nil, Code{}, refuse("bad_link", "展位链接不对", "请向市场部要新的链接")
	case s.Clock.Now().Unix() > until:
		return nil, Code{}, refuse("link_over", "展位链接已过期", "请向市场部要新的链接，在新页面里再送一次")
	case !found:
		return nil, Code{}, refuse("form_off", "表单已停用", "请联系市场部")
	}
	code, ok := f.code(codeName)
	if codeName != "" && !ok {
		return nil, Code{}, refuse("code_gone", "这个二维码已删除", "请向市场部要新的链接")
	}
	return f, code, nil
}

// getBooth is the page of the booth's own staff.
func (s *Service) getBooth(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("k")
	f, code, err := s.booth(r.Context(), chi.URLParam(r, "slug"), token)
	if p := problem.As(err); p != nil {
		gone(w, http.StatusForbidden, p.Detail, p.Items[0].Hint)
		return
	}
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	policy(w.Header(), nil)
	w.Header().Set("Cache-Control", "no-cache")
	p := f.page()
	p.Fields, p.Booth, p.Code, p.Intro = show(f.fields, nil, nil), token, code.Name, or(code.Title, "展位录入")
	write(w, http.StatusOK, "booth", p)
}

// entry is one visitor as the booth's phone sends it.
type entry struct {
	Link   string              `json:"link"`
	Key    string              `json:"key"`
	By     string              `json:"by"`
	At     string              `json:"at"`
	Values map[string][]string `json:"values"`
}

// postBooth takes one entry in, once for its key.
func (s *Service) postBooth(w http.ResponseWriter, r *http.Request) {
	id, err := s.keepEntry(r, chi.URLParam(r, "slug"))
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	web.WriteJSON(w, http.StatusAccepted, map[string]any{"id": id})
}

func (s *Service) keepEntry(r *http.Request, name string) (string, error) {
	ctx := r.Context()
	if wait := s.rate.Take("booth|"+name+"|"+from(ctx), boothRate); wait > 0 {
		p := problem.New(problem.TooMany, "too_many", "送得太快了，稍后会自动再送")
		p.RetryAfter = int(wait/time.Second) + 1
		return "", p
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "", problem.New(problem.TooLarge, "too_large", "内容太长")
	}
	var e entry
	if err := json.Unmarshal(body, &e); err != nil {
		return "", problem.New(problem.Malformed, "malformed", "内容看不懂")
	}
	f, code, err := s.booth(ctx, name, e.Link)
	if err != nil {
		return "", err
	}
	if len(e.Key) < 16 || len(e.Key) > 64 || len([]rune(e.By)) > 50 {
		return "", problem.New(problem.Invalid, "invalid_record", "缺少编号，或录入人太长")
	}
	values, wrong := s.read(f.fields, e.Values)
	var banner, id string
	if len(wrong) == 0 {
		hidden := []pair{}
		if code.Name != "" {
			hidden = append(hidden, pair{"_c", code.Name})
		}
		extra := origins(f, code, hidden)
		extra["booth"] = true
		if by := strings.TrimSpace(e.By); by != "" {
			extra["booth_staff"] = by
		}
		id, wrong, banner, err = s.submit(ctx, f, code, values, extra, "booth:"+f.Name+":"+e.Key, s.entered(e.At))
	}
	if err != nil || len(wrong) == 0 && banner == "" {
		return id, err
	}
	p := problem.New(problem.Invalid, "invalid_record", or(banner, "有填写不对的地方"))
	for _, a := range f.fields {
		if text := wrong[a.f.Name]; text != "" {
			p.Items = append(p.Items, problem.Item{Pointer: "/values/" + a.f.Name, Code: "invalid", Message: text})
		}
	}
	return "", p
}

// entered is when an entry was made by the phone's clock, within reason; zero is now.
func (s *Service) entered(text string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, text)
	now := s.Clock.Now()
	if err != nil || at.After(now) || now.Sub(at) > oldestEntry {
		return time.Time{}
	}
	return at
}

func (s *Service) boothAddress(base, name, token string) string {
	return base + "/f/" + name + "/booth?k=" + url.QueryEscape(token)
}
