package bulk

import (
	"context"
	"encoding/json"
	"net/http"

	"baton/internal/platform/actor"
	"baton/internal/platform/job"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// HTTP serves edits of many records.
type HTTP struct {
	Engine *Engine
	Jobs   *job.HTTP
}

// Routes of the package; which rows may be changed is decided row by row.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: http.MethodPost, Path: "/api/v1/objects/{object}/records:edit", Right: web.SignedIn, Summary: "Change many records, as a job", Status: 202}, h.start)
	web.Handle(r, web.Route{Method: http.MethodPost, Path: "/api/v1/jobs/{id}:revert", Right: web.SignedIn, Summary: "Take an edit of many records back, as a job", Status: 202}, h.undo)
}

type editOut struct {
	Body struct {
		Job job.Started `json:"job"`
	}
}

type editIn struct {
	Object  string `path:"object"`
	RawBody []byte
}

func (h *HTTP) start(ctx context.Context, in *editIn) (*editOut, error) {
	var body struct {
		IDs    []string        `json:"ids"`
		Filter json.RawMessage `json:"filter"`
		Q      string          `json:"q"`
		Except []string        `json:"except"`
		All    bool            `json:"all"`
		Values map[string]any  `json:"values"`
	}
	if err := problem.ReadJSON(in.RawBody, &body, true); err != nil {
		return nil, err
	}
	if body.All == (body.IDs != nil) {
		return nil, invalid("/ids", "which", "请给出 ids，或者用 all 表示筛选出的全部")
	}
	out := &editOut{}
	var err error
	out.Body.Job.ID, err = h.Engine.Start(ctx, actor.From(ctx), Ask{Object: in.Object, IDs: body.IDs, Filter: body.Filter, Words: body.Q, Except: body.Except, Values: body.Values})
	return out, err
}

func (h *HTTP) undo(ctx context.Context, in *struct {
	ID string `path:"id"`
}) (*editOut, error) {
	run, err := h.Jobs.Find(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &editOut{}
	out.Body.Job.ID, err = h.Engine.Undo(ctx, actor.From(ctx), run)
	return out, err
}
