package hosted

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/file"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// The largest page submission and booth entry in bytes.
const (
	maxForm  = 128 << 10
	maxEntry = 64 << 10
)

// Routes lists the module's routes: the pages are for everybody, the rest is for who keeps them and for who sends them.
func (s *Service) Routes(r *web.Router) {
	asset := func(w http.ResponseWriter, r *http.Request) { serveAsset(w, r, chi.URLParam(r, "file")) }
	r.Raw(web.Route{Method: "GET", Path: "/f/-/{file}", Right: web.Public, Summary: "Styles and scripts of hosted pages"}, asset)
	r.Raw(web.Route{Method: "GET", Path: "/f/{slug}", Right: web.Public, Summary: "A form's page"}, s.getForm)
	r.Raw(web.Route{Method: "POST", Path: "/f/{slug}", Right: web.Public, Summary: "Submit a form's page", Status: http.StatusSeeOther, MaxBody: maxForm}, s.postForm)
	r.Raw(web.Route{Method: "GET", Path: "/f/{slug}/booth", Right: web.Public, Summary: "The page of a booth's staff, by its link (k)"}, s.getBooth)
	r.Raw(web.Route{Method: "POST", Path: "/f/{slug}/booth", Right: web.Public, Summary: "One visitor entered at a booth; once for its key", Status: http.StatusAccepted, MaxBody: maxEntry}, s.postBooth)
	r.Raw(web.Route{Method: "GET", Path: "/f/{slug}/sw.js", Right: web.Public, Summary: "The service worker of a booth's page"}, serveWorker)
	r.Raw(web.Route{Method: "GET", Path: "/m/{slug}", Right: web.Public, Summary: "A material's page; with a link (t) its reader is known"}, s.getMaterial)
	r.Raw(web.Route{Method: "POST", Path: "/m/{slug}", Right: web.Public, Summary: "Leave a phone for a material", Status: http.StatusSeeOther, MaxBody: maxForm}, s.postMaterial)
	r.Raw(web.Route{Method: "GET", Path: "/m/{slug}/file", Right: web.Public, Summary: "A material's file"}, s.getFile)

	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/activity", Right: ActivityRight + "|channels.write", Summary: "Tell what a contact did outside; their owner learns it at once", Status: http.StatusAccepted}, s.activity)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/forms:preview", Reads: true, Right: "definitions.read", Summary: "A form's page as a draft would show it, and the fields one may ask for"}, s.preview)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/forms/{name}/booth", Right: "channels.write", Summary: "Make the link for a booth's staff"}, s.newBooth)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/materials", Right: web.SignedIn, Summary: "The materials one may send"}, s.materials)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/materials/{name}/links", Right: web.SignedIn, Summary: "Make a material's link for one lead, contact or customer that one sees"}, s.newLink)
	r.Raw(web.Route{Method: "POST", Path: "/api/v1/materials/files", Right: "definitions.write", Summary: "Keep a material's file (multipart: file)", Status: http.StatusCreated, MaxBody: file.MostBytes + 1<<20}, s.postFile)
}

func serveWorker(w http.ResponseWriter, _ *http.Request) {
	b, err := assets.ReadFile("assets/sw.js")
	if err != nil {
		http.Error(w, "missing", http.StatusInternalServerError)
		return
	}
	policy(w.Header(), nil)
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(b)
}

type previewIn struct {
	Body struct {
		Name  string          `json:"name"`
		Title definition.Text `json:"title"`
		Spec  map[string]any  `json:"spec"`
	}
}

// AskField is a field that a form may ask for.
type AskField struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Kind  string `json:"kind"`
}

type previewOut struct {
	Body struct {
		HTML   string     `json:"html" doc:"empty while the draft cannot be shown"`
		Fields []AskField `json:"fields" doc:"what the channel's object can be asked for"`
	}
}

func (s *Service) preview(_ context.Context, in *previewIn) (*previewOut, error) {
	spec, err := json.Marshal(in.Body.Spec)
	if err != nil {
		return nil, err
	}
	out := &previewOut{}
	out.Body.Fields = []AskField{}
	next, _ := s.Defs.Try([]*definition.Definition{{Kind: FormKind, Name: in.Body.Name, Title: in.Body.Title, Spec: spec}})
	channel, _ := in.Body.Spec["channel"].(string)
	if _, o, _, ok := channelOf(next, channel); ok {
		for _, f := range o.Fields {
			if Fillable(f) {
				out.Body.Fields = append(out.Body.Fields, AskField{f.Name, f.Title.ZH, f.Type.Name()})
			}
		}
	}
	f, ok := definition.Get[*Form](next, FormKind, in.Body.Name)
	if !ok {
		return out, nil
	}
	p := f.page()
	p.Fields, p.Still = show(f.fields, nil, nil), true
	if p.Tone == "" {
		p.Tone = Tones[0]
	}
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, "form", p); err != nil {
		return nil, err
	}
	out.Body.HTML = b.String()
	return out, nil
}

type boothIn struct {
	Name string `path:"name"`
	Body struct {
		Code string `json:"code,omitempty"`
	}
}

type boothOut struct {
	Body struct {
		Path  string `json:"path" doc:"the page's address on this server"`
		Until string `json:"until" doc:"when the link ends"`
	}
}

func (s *Service) newBooth(ctx context.Context, in *boothIn) (*boothOut, error) {
	f, ok := s.form(in.Name)
	if !ok {
		return nil, problem.New(problem.NotFound, "no_such_form", "没有这个表单，或者还没有发布、没有启用")
	}
	if _, ok := f.code(in.Body.Code); !ok && in.Body.Code != "" {
		return nil, problem.New(problem.Invalid, "no_such_code", "没有这个二维码，或者还没有发布", problem.Item{Pointer: "/code", Code: "unknown_code", Message: "没有二维码“" + in.Body.Code + "”"})
	}
	token, until, err := s.boothLink(ctx, f.Name, in.Body.Code)
	if err != nil {
		return nil, err
	}
	out := &boothOut{}
	out.Body.Path, out.Body.Until = s.boothAddress("", f.Name, token), until.UTC().Format("2006-01-02T15:04:05.000Z")
	return out, nil
}

// MaterialView is a material as people who send it see it.
type MaterialView struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	File  string `json:"file"`
}

type materialsOut struct {
	Body struct {
		Materials []MaterialView `json:"materials"`
	}
}

func (s *Service) materials(context.Context, *struct{}) (*materialsOut, error) {
	out := &materialsOut{}
	out.Body.Materials = []MaterialView{}
	for _, m := range definition.All[*Material](s.Defs.Current(), MaterialKind) {
		if m.Spec.Enabled {
			out.Body.Materials = append(out.Body.Materials, MaterialView{m.Name, m.Title.ZH, m.Spec.File.Name})
		}
	}
	return out, nil
}

type linkIn struct {
	Name string `path:"name"`
	Body struct {
		Object string `json:"object" enum:"lead,contact,customer"`
		ID     string `json:"id"`
	}
}

type linkOut struct {
	Body struct {
		Path string `json:"path" doc:"the address on this server; whoever opens it counts as this contact"`
	}
}

func (s *Service) newLink(ctx context.Context, in *linkIn) (*linkOut, error) {
	m, ok := s.material(in.Name)
	if !ok || !slices.Contains(linkObjects, in.Body.Object) {
		return nil, problem.New(problem.NotFound, "no_such_material", "没有这份资料，或者已停用")
	}
	row, err := s.Reader.Get(ctx, actor.From(ctx), in.Body.Object, in.Body.ID)
	if err != nil {
		return nil, err
	}
	token, err := s.link(ctx, m.Name, row.Object.Name, row.ID())
	if err != nil {
		return nil, err
	}
	out := &linkOut{}
	out.Body.Path = "/m/" + m.Name + "?t=" + token
	return out, nil
}

// postFile keeps a material's file.
func (s *Service) postFile(w http.ResponseWriter, r *http.Request) {
	if !s.May(actor.From(r.Context()), MaterialKind) {
		web.WriteProblem(w, r, problem.New(problem.Forbidden, "forbidden", "你没有权限发布资料", problem.Item{Code: "forbidden", Message: "需要能配置“资料”的角色", Hint: "请联系管理员"}))
		return
	}
	kept, err := s.keepFile(r)
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	web.WriteJSON(w, http.StatusCreated, map[string]any{"file": kept})
}

func (s *Service) keepFile(r *http.Request) (*MaterialFile, error) {
	name, from, err := file.Part(r)
	if err != nil {
		return nil, err
	}
	if name = object.FileName(name); fileTypes[strings.ToLower(path.Ext(name))] == "" {
		return nil, problem.New(problem.Invalid, "bad_type", "不能发布这种文件", problem.Item{Pointer: "/file", Code: "bad_type", Message: "不能发布“" + name + "”", Hint: "可用：PDF、Word、PPT、Excel、ZIP、图片、MP4、TXT"})
	}
	kept, err := s.Files.Keep(r.Context(), actor.From(r.Context()), name, from, nil)
	if err != nil {
		return nil, err
	}
	if err := s.Files.Hold(r.Context(), kept.ID, MaterialKind); err != nil {
		return nil, err
	}
	return &MaterialFile{ID: kept.ID, Name: name, Size: kept.Size}, nil
}

// short is a digest for keys.
func short(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}
