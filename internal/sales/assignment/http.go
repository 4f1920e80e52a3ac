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
	Auditor   *Auditor
	// Tags tells why the record carries its tags, Countdowns what runs for it; nil leaves them empty.
	Tags       func(ctx context.Context, a *actor.Actor, row *object.Row) (any, error)
	Countdowns func(ctx context.Context, row *object.Row) (any, error)
}

// Routes lists the module's routes with their rights; rows are limited by scope further in.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/objects/{object}/records/{id}/explain", Right: web.SignedIn, Summary: "Why a record has its owner and its tags"}, h.explain)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/assignments/{object}", Right: "definitions.write", Summary: "Who got how many records in the last days, and by what, counted from decisions"}, h.fairness)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/assignments/{object}/records", Right: "definitions.write", Summary: "The decisions behind one number of who got how many"}, h.given)
}

// FairnessIn names an object and a stretch of days.
type FairnessIn struct {
	Object string `path:"object"`
	Days   int    `query:"days" minimum:"0" maximum:"366" doc:"Of the workspace, today included; 30 when absent"`
}

func (in *FairnessIn) days() int {
	if in.Days == 0 {
		return 30
	}
	return in.Days
}

type fairnessOut struct{ Body *Fairness }

func (h *HTTP) fairness(ctx context.Context, in *FairnessIn) (*fairnessOut, error) {
	f, err := h.Auditor.Fairness(ctx, actor.From(ctx), in.Object, in.days())
	return &fairnessOut{f}, err
}

type givenIn struct {
	FairnessIn
	Person string `query:"person"`
	Way    string `query:"way" enum:"rule,kept,given,claimed,pooled,returned,"`
	Branch string `query:"branch"`
}

type givenOut struct {
	Body struct {
		Records []Given `json:"records"`
		Total   int     `json:"total"`
	}
}

func (h *HTTP) given(ctx context.Context, in *givenIn) (*givenOut, error) {
	out := &givenOut{}
	var err error
	out.Body.Records, out.Body.Total, err = h.Auditor.Given(ctx, actor.From(ctx), in.Object, in.days(), GivenAsk{Person: in.Person, Way: in.Way, Branch: in.Branch})
	return out, err
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
