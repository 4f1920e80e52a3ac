package importing

import (
	"context"
	"io"
	"net/http"
	"path/filepath"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/actor"
	"baton/internal/platform/web"
)

// uploadRoutes are the way of a person: send the file once, look, correct, try, start, and take back.
func (h *HTTP) uploadRoutes(r *web.Router, limit int64) {
	r.Raw(web.Route{Method: http.MethodPost, Path: "/api/v1/objects/{object}/uploads", Right: Right, Summary: "Keep a file for a day while looking how it would be understood (multipart: file)", Status: http.StatusCreated, MaxBody: limit}, h.keep)
	web.Handle(r, web.Route{Method: http.MethodGet, Path: "/api/v1/objects/{object}/uploads/{id}/reading", Right: Right, Summary: "How much of a large sheet has been read while a preview of it is on its way"}, h.readingOf)
	web.Handle(r, web.Route{Method: http.MethodPost, Path: "/api/v1/objects/{object}/uploads/{id}:preview", Right: Right, Summary: "How a kept file would be understood: sheets, header, columns with the fields proposed, the first rows as they would stand"}, h.look)
	web.Handle(r, web.Route{Method: http.MethodPost, Path: "/api/v1/objects/{object}/uploads/{id}:start", Right: Right, Summary: "Import a kept file as a background job, or try it without effect", Status: http.StatusAccepted}, h.startKept)
	web.Handle(r, web.Route{Method: http.MethodPost, Path: "/api/v1/jobs/{id}:undo", Right: Right, Summary: "Take an import back: what it made and nobody has touched is deleted, what it filled is emptied", Status: http.StatusAccepted}, h.undo)
}

func (h *HTTP) keep(w http.ResponseWriter, r *http.Request) {
	form, err := h.form(w, r)
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	for {
		part, err := form.NextPart()
		if err == nil && part.FormName() != "file" {
			continue
		}
		var up *Upload
		if err == nil {
			up, err = h.Importer.Keep(chi.URLParam(r, "object"), actor.From(r.Context()), filepath.Base(part.FileName()), part)
		}
		if err != nil {
			web.WriteProblem(w, r, formProblem(err))
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		web.WriteJSON(w, http.StatusCreated, map[string]any{"upload": up})
		return
	}
}

// UploadIn names a kept file in the path.
type UploadIn struct {
	Object string `path:"object"`
	ID     string `path:"id"`
}

type previewOut struct{ Body *Preview }

func (h *HTTP) look(ctx context.Context, in *struct {
	UploadIn
	Body Look
}) (*previewOut, error) {
	p, err := h.Importer.LookAt(ctx, in.Object, in.ID, actor.From(ctx), in.Body)
	return &previewOut{p}, err
}

type readingOut struct {
	Body struct {
		Share float64 `json:"share" doc:"from 0 to 1; 0 as long as nothing is being read"`
	}
}

func (h *HTTP) readingOf(ctx context.Context, in *UploadIn) (out *readingOut, err error) {
	out = &readingOut{}
	out.Body.Share, err = h.Importer.Reading(in.Object, in.ID, actor.From(ctx))
	return out, err
}

// StartAsk starts the import of a kept file.
type StartAsk struct {
	Look
	NewFields []NewField `json:"new_fields,omitempty" required:"false" maxItems:"100" doc:"columns that become fields; needs the right to configure objects"`
	Trial     bool       `json:"trial,omitempty" required:"false" doc:"run the whole file without effect"`
}

type startOut struct {
	Body struct {
		Job struct {
			ID    string `json:"id"`
			State string `json:"state"`
		} `json:"job"`
	}
}

func started(id string, err error) (*startOut, error) {
	if err != nil {
		return nil, err
	}
	out := &startOut{}
	out.Body.Job.ID, out.Body.Job.State = id, "queued"
	return out, nil
}

func (h *HTTP) startKept(ctx context.Context, in *struct {
	UploadIn
	Body StartAsk
}) (*startOut, error) {
	b := in.Body
	r := Request{Object: in.Object, Mapping: b.Mapping, Sheet: b.Sheet, Header: b.Header, NewFields: b.NewFields, Trial: b.Trial, Actor: actor.From(ctx), Options: Options{Assign: true, Countdown: true}}
	if o := b.Options; o != nil {
		r.Options.Assign, r.Options.Countdown = o.Assign, o.Countdown
		if o.HappenedAt != nil {
			r.Options.HappenedAt = *o.HappenedAt
		}
	}
	return started(h.Importer.StartKept(ctx, r, in.ID))
}

func (h *HTTP) undo(ctx context.Context, in *struct {
	ID string `path:"id"`
}) (*startOut, error) {
	run, err := h.Jobs.Find(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return started(h.Importer.Undo(ctx, actor.From(ctx), run))
}
