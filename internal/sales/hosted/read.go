package hosted

import (
	"context"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/file"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/web"
)

const noMaterial, noMaterialText = "这份资料不在了", "它可能已经更换或停用。请联系给您地址的人。"

func (s *Service) material(name string) (*Material, bool) {
	m, ok := definition.Get[*Material](s.Defs.Current(), MaterialKind, name)
	return m, ok && m.Spec.Enabled
}

// linkObjects are what a link may be made for.
var linkObjects = []string{"lead", "contact", "customer"}

// link makes a material's token for one known contact.
func (s *Service) link(ctx context.Context, material, objectName, id string) (string, error) {
	return s.Signer.Token(ctx, "material/"+material, objectName+"|"+id)
}

// reader finds whom a link is for; nil when there is no link, it is not ours, or the record is gone.
func (s *Service) reader(ctx context.Context, material, token string) (*object.Row, error) {
	if token == "" {
		return nil, nil
	}
	payload, ok, err := s.Signer.Open(ctx, "material/"+material, token)
	if err != nil || !ok {
		return nil, err
	}
	return s.named(ctx, payload)
}

// named finds the record that a token is for; nil when it is gone.
func (s *Service) named(ctx context.Context, payload string) (*object.Row, error) {
	name, id, _ := strings.Cut(payload, "|")
	o, ok := object.Of(s.Defs.Current(), name)
	if !ok {
		return nil, nil
	}
	row, err := record.ReadRow(ctx, s.DB, o, id)
	if err != nil || row == nil || row.V[object.DeletedAt] != nil {
		return nil, err
	}
	return row, nil
}

// pass makes the token of a reader who has just left a phone: it hands the file out for as long as a page may stay open, and does nothing
// else. Whoever left the phone need not be its owner, so it is no link, and one for somebody known looks like one for somebody new.
func (s *Service) pass(ctx context.Context, material, nonce, objectName, id string) (string, error) {
	return s.Signer.Token(ctx, "page/pass/"+material, strconv.FormatInt(s.Clock.Milli(), 10)+"|"+nonce+"|"+objectName+"|"+id)
}

// passed opens a pass; row is whoever the phone is known by, nil when the record is gone.
func (s *Service) passed(ctx context.Context, material, token string) (ok bool, row *object.Row, err error) {
	if token == "" {
		return false, nil, nil
	}
	rest, _, ok, err := s.opened(ctx, "pass/"+material, token)
	if err != nil || !ok {
		return false, nil, err
	}
	_, rest, _ = strings.Cut(rest, "|")
	row, err = s.named(ctx, rest)
	return true, row, err
}

// getMaterial shows a material; who comes by a link has read it, which their owner learns.
func (s *Service) getMaterial(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	m, ok := s.material(chi.URLParam(r, "slug"))
	if !ok {
		gone(w, http.StatusNotFound, noMaterial, noMaterialText)
		return
	}
	token := r.URL.Query().Get("t")
	row, err := s.reader(ctx, m.Name, token)
	if err == nil && row != nil && s.counts(r, m) {
		err = s.tell(ctx, m, row, "open")
	}
	pass, passed := r.URL.Query().Get("p"), false
	if err == nil {
		passed, _, err = s.passed(ctx, m.Name, pass)
	}
	page := ""
	if err == nil {
		page, err = s.pageToken(ctx, "gate/"+m.Name)
	}
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	ask := ""
	switch {
	case row != nil:
		ask = "?t=" + url.QueryEscape(token)
	case passed:
		ask = "?p=" + url.QueryEscape(pass)
	}
	s.showMaterial(w, m, http.StatusOK, ask, formState{token: page, hidden: cameFrom(r)})
}

// counts leaves out what is no reading: programs that look at an address beforehand, and the same reader again and again.
func (s *Service) counts(r *http.Request, m *Material) bool {
	if r.Method != http.MethodGet || strings.Contains(r.Header.Get("Sec-Purpose")+r.Header.Get("Purpose"), "prefetch") {
		return false
	}
	agent := strings.ToLower(r.UserAgent())
	for _, bot := range []string{"bot", "spider", "crawler", "preview"} {
		if strings.Contains(agent, bot) {
			return false
		}
	}
	return s.rate.Take("read|"+m.Name+"|"+from(r.Context()), m.perMinute()) == 0
}

func (m *Material) page() page {
	return page{Title: m.Title.ZH, Heading: m.Title.ZH, Intro: m.Spec.Intro, Button: "提交并下载", Notice: m.Spec.Notice, Tone: m.Spec.Tone, File: m.Spec.File.Name, Size: file.SizeWords(m.Spec.File.Size)}
}

// showMaterial shows the way to the file to whom ask lets in, the link or pass they came with; to others the gate.
func (s *Service) showMaterial(w http.ResponseWriter, m *Material, status int, ask string, st formState) {
	policy(w.Header(), nil)
	p := m.page()
	if ask != "" || m.Spec.Gate == NoGate {
		p.Download = "/m/" + m.Name + "/file" + ask
	} else {
		p.Action, p.Token, p.Hidden, p.Fields = "/m/"+m.Name, st.token, st.hidden, show(m.gate, st.typed, st.wrong)
		p.Wrong, p.Banner = len(st.wrong), st.banner
	}
	write(w, status, "material", p)
}

// postMaterial lets a reader in who left a phone: they become a lead and get a pass to the file.
func (s *Service) postMaterial(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	m, ok := s.material(chi.URLParam(r, "slug"))
	if !ok || m.Spec.Gate != PhoneGate {
		gone(w, http.StatusNotFound, noMaterial, noMaterialText)
		return
	}
	if err := r.ParseForm(); err != nil {
		gone(w, http.StatusBadRequest, "没有收到内容", "请返回上一页，重新提交。")
		return
	}
	st := formState{token: r.PostForm.Get("_t"), typed: r.PostForm, hidden: carriedFields(r.PostForm)}
	if wait := s.rate.Take("gate|"+m.Name+"|"+from(ctx), m.perMinute()); wait > 0 {
		tooOften(w.Header(), wait)
		st.banner = "提交得太频繁了，请过一会儿再试"
		s.showMaterial(w, m, http.StatusTooManyRequests, "", st)
		return
	}
	if r.PostForm.Get("_website") != "" {
		http.Redirect(w, r, "/m/"+m.Name, http.StatusSeeOther)
		return
	}
	nonce, open, ok, err := s.opened(ctx, "gate/"+m.Name, st.token)
	if err == nil && (!ok || open < time.Second) {
		st.banner = "请核对后再提交一次"
		if !ok {
			st.token, err = s.pageToken(ctx, "gate/"+m.Name)
		}
		if err == nil {
			s.showMaterial(w, m, http.StatusUnprocessableEntity, "", st)
			return
		}
	}
	var id string
	if err == nil {
		var values map[string]any
		values, st.wrong = s.read(m.gate, r.PostForm)
		switch {
		case len(st.wrong) > 0:
		case s.pages.Take(nonce, perPage) > 0:
			st.banner = sentBefore
			st.token, err = s.pageToken(ctx, "gate/"+m.Name)
		default:
			extra := origins(&Form{}, Code{}, st.hidden)
			delete(extra, "form")
			extra["material"] = m.Name
			id, st.wrong, st.banner, err = s.send(ctx, m.Spec.Channel, m.gate, values, extra, "gate:"+m.Name+":"+nonce, time.Time{})
		}
	}
	switch {
	case err != nil:
		web.WriteProblem(w, r, err)
	case len(st.wrong) > 0 || st.banner != "":
		s.showMaterial(w, m, http.StatusUnprocessableEntity, "", st)
	default:
		_, o, _, _ := channelOf(s.Defs.Current(), m.Spec.Channel)
		pass, err := s.pass(ctx, m.Name, nonce, o.Name, id)
		if err != nil {
			web.WriteProblem(w, r, err)
			return
		}
		http.Redirect(w, r, "/m/"+m.Name+"?p="+url.QueryEscape(pass), http.StatusSeeOther)
	}
}

// getFile hands the file out; a known contact's download is told to their owner.
func (s *Service) getFile(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	m, ok := s.material(chi.URLParam(r, "slug"))
	if !ok {
		gone(w, http.StatusNotFound, noMaterial, noMaterialText)
		return
	}
	row, err := s.reader(ctx, m.Name, r.URL.Query().Get("t"))
	passed := false
	if err == nil && row == nil {
		passed, row, err = s.passed(ctx, m.Name, r.URL.Query().Get("p"))
	}
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	if row == nil && !passed && m.Spec.Gate != NoGate {
		http.Redirect(w, r, "/m/"+m.Name, http.StatusSeeOther)
		return
	}
	f, err := s.Files.Blobs.Open(ctx, m.Spec.File.ID)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			web.WriteProblem(w, r, err)
			return
		}
		gone(w, http.StatusNotFound, "资料暂时下载不了", "请稍后再试，或联系给您地址的人。")
		return
	}
	defer f.Close()
	first := r.Header.Get("Range") == "" || strings.HasPrefix(r.Header.Get("Range"), "bytes=0-") // the rest of a download is no other one
	if row != nil && first && s.counts(r, m) {
		if err := s.tell(ctx, m, row, "download"); err != nil {
			web.WriteProblem(w, r, err)
			return
		}
	}
	policy(w.Header(), nil)
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	h.Set("Content-Type", fileTypes[strings.ToLower(path.Ext(m.Spec.File.Name))])
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": m.Spec.File.Name}))
	h.Set("Cache-Control", "private, no-store")
	http.ServeContent(w, r, "", time.Time{}, f)
}

// tell keeps a reading. A contact's is their customer's; a converted lead's as well.
func (s *Service) tell(ctx context.Context, m *Material, row *object.Row, act string) error {
	return s.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		target, who, err := s.holder(ctx, tx, row)
		if err != nil || target == nil {
			return err
		}
		by := &actor.Actor{Kind: actor.System, Name: "资料页", IP: web.IP(ctx), Request: web.RequestID(ctx)}
		_, err = s.Tell(ctx, tx, by, target, Act{Act: act, Title: m.Title.ZH, URL: "/m/" + m.Name, Who: who, Via: "material"})
		return err
	})
}

// holder is the record whose owner follows a contact up, and the contact's name where that is another record's.
func (s *Service) holder(ctx context.Context, q store.Querier, row *object.Row) (*object.Row, string, error) {
	who := ""
	switch converted, _ := row.Int("converted"); {
	case row.Object.Name == "contact":
		who = row.Text("name")
	case row.Object.Name == "lead" && converted != 0:
		who = row.Text("name")
	default:
		return row, "", nil
	}
	o, ok := object.Of(s.Defs.Current(), "customer")
	id := row.Text("customer")
	if !ok || id == "" {
		if row.Object.Name == "lead" {
			return row, "", nil
		}
		return row, who, nil // a contact of no customer: its own owner
	}
	customer, err := record.ReadRow(ctx, q, o, id)
	if err != nil {
		return nil, "", err
	}
	if customer == nil || customer.V[object.DeletedAt] != nil {
		return row, who, nil
	}
	return customer, who, nil
}
