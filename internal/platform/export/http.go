package export

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"os"

	"encoding/json"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/actor"
	"baton/internal/platform/job"
	"baton/internal/platform/web"
)

// HTTP serves exports.
type HTTP struct {
	Engine *Engine
	Jobs   *job.HTTP
}

// Routes of the package; the object's export right of the role is asked further in.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: http.MethodPost, Path: "/api/v1/objects/{object}/export", Right: web.SignedIn, Summary: "Write a list into a file, as a job", Status: 202}, h.start)
	r.Raw(web.Route{Method: http.MethodGet, Path: "/api/v1/jobs/{id}/export", Right: web.SignedIn, Summary: "The file of an export, for a day, for who made it"}, h.file)
}

type exportOut struct {
	Body struct {
		Job job.Started `json:"job"`
	}
}

func (h *HTTP) start(ctx context.Context, in *struct {
	Object string `path:"object"`
	Body   struct {
		Format  string          `json:"format" enum:"xlsx,csv"`
		Columns []string        `json:"columns"`
		Filter  json.RawMessage `json:"filter,omitempty"`
		Q       string          `json:"q,omitempty" maxLength:"200"`
		Sort    string          `json:"sort,omitempty"`
		View    string          `json:"view,omitempty" maxLength:"60" doc:"what the list is called, for the file's name"`
	}
}) (*exportOut, error) {
	out := &exportOut{}
	var err error
	b := in.Body
	out.Body.Job.ID, err = h.Engine.Start(ctx, actor.From(ctx), Ask{Object: in.Object, Format: b.Format, Columns: b.Columns, Filter: b.Filter, Words: b.Q, Sort: b.Sort, View: b.View})
	return out, err
}

var types = map[string]string{XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", CSV: "text/csv; charset=utf-8"}

func (h *HTTP) file(w http.ResponseWriter, r *http.Request) {
	run, err := h.Jobs.Find(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	path, name, err := h.Engine.File(actor.From(r.Context()), run)
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	f, err := os.Open(path)
	if err != nil {
		web.WriteProblem(w, r, gone())
		return
	}
	defer f.Close()
	ext := path[len(path)-len(XLSX):]
	if ext != XLSX {
		ext = CSV
	}
	w.Header().Set("Content-Type", types[ext])
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "export." + ext})+"; filename*=UTF-8''"+url.PathEscape(name))
	w.Header().Set("Cache-Control", "private, no-store")
	info, err := f.Stat()
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	http.ServeContent(w, r, "", info.ModTime(), f)
}
