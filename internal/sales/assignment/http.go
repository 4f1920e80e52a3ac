package assignment

import (
	"context"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/web"
)

// HTTP serves why a record is as it is.
type HTTP struct {
	Explainer *Explainer
	// Tags tells why the record carries its tags, Countdowns what runs for it; nil leaves them empty.
	Tags       func(ctx context.Context, a *actor.Actor, row *object.Row) (any, error)
	Countdowns func(ctx context.Context, row *object.Row) (any, error)
}

// Routes lists the module's routes with their rights; rows are limited by scope further in.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/objects/{object}/records/{id}/explain", Right: web.SignedIn, Summary: "Why a record has its owner and its tags"}, h.explain)
}

type explainIn struct {
	Object string `path:"object"`
	ID     string `path:"id"`
}

type explainOut struct {
	Body struct {
		Owner      *Explanation `json:"owner"`
		Tags       any          `json:"tags"`
		Countdowns any          `json:"countdowns"`
	}
}

func (h *HTTP) explain(ctx context.Context, in *explainIn) (*explainOut, error) {
	a := actor.From(ctx)
	row, err := h.Explainer.Records.Get(ctx, a, in.Object, in.ID)
	if err != nil {
		return nil, err
	}
	out := &explainOut{}
	if out.Body.Owner, err = h.Explainer.Row(ctx, a, row); err != nil {
		return nil, err
	}
	out.Body.Tags, out.Body.Countdowns = map[string]any{}, []any{}
	if h.Tags != nil {
		if out.Body.Tags, err = h.Tags(ctx, a, row); err != nil {
			return nil, err
		}
	}
	if h.Countdowns != nil && out.Body.Owner != nil { // a countdown names the owner
		if out.Body.Countdowns, err = h.Countdowns(ctx, row); err != nil {
			return nil, err
		}
	}
	return out, nil
}
