package leaving

import (
	"context"

	"baton/internal/platform/actor"
	"baton/internal/platform/web"
)

// HTTP serves the handing over.
type HTTP struct {
	Engine *Engine
}

// Routes lists the module's routes with their rights.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/people/{id}/leaving", Right: "people.write", Summary: "What a person who leaves has open"}, h.preview)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/people/{id}:leave", Right: "people.write", Summary: "Close a person's access and hand over all that the person has open"}, h.leave)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/leavings/{id}:undo", Right: "people.write", Summary: "Take a leaving back"}, h.undo)
}

type idIn struct {
	ID string `path:"id"`
}

type previewOut struct{ Body *Preview }

func (h *HTTP) preview(ctx context.Context, in *idIn) (*previewOut, error) {
	p, err := h.Engine.Preview(ctx, in.ID)
	return &previewOut{p}, err
}

type leaveIn struct {
	ID   string `path:"id"`
	Body struct {
		Way    string   `json:"way" doc:"one: all to the first; even: in turn; policy: by the assignment policy, the rest in turn"`
		To     []string `json:"to" maxItems:"100"`
		Reason string   `json:"reason,omitempty"`
	}
}

type doneOut struct{ Body *Done }

func (h *HTTP) leave(ctx context.Context, in *leaveIn) (*doneOut, error) {
	d, err := h.Engine.Leave(ctx, actor.From(ctx), Ask{Person: in.ID, Way: in.Body.Way, To: in.Body.To, Reason: in.Body.Reason})
	return &doneOut{d}, err
}

type undoneOut struct{ Body *Undone }

func (h *HTTP) undo(ctx context.Context, in *idIn) (*undoneOut, error) {
	u, err := h.Engine.Undo(ctx, actor.From(ctx), in.ID)
	return &undoneOut{u}, err
}
