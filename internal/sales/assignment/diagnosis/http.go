package diagnosis

import (
	"context"
	"encoding/json"

	"baton/internal/platform/actor"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// HTTP serves 分配诊断. May says whether an actor may draft a kind; remedies are offered to those who may.
type HTTP struct {
	Doctor *Doctor
	May    func(a *actor.Actor, kind string) bool
}

// Routes lists the module's routes with their rights; records are limited by scope further in.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/diagnosis", Right: "definitions.write", Summary: "Why records of a period were not assigned, with remedies tried"}, h.period)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/diagnosis/{object}/{id}", Right: web.SignedIn, Summary: "Why one record was not assigned"}, h.one)
}

type periodIn struct {
	Object string `query:"object"`
	Period string `query:"period" doc:"A condition's period as JSON, the last 30 days when empty"`
}

type reportOut struct{ Body *Report }

func (h *HTTP) period(ctx context.Context, in *periodIn) (*reportOut, error) {
	if in.Object == "" {
		in.Object = "lead"
	}
	if in.Period != "" && !json.Valid([]byte(in.Period)) {
		return nil, problem.New(problem.Invalid, "invalid_period", "无法读取时间段", problem.Item{Pointer: "/period", Code: "unreadable", Message: "时间段要写成 JSON", Hint: `例如 {"last": 30, "unit": "day"}`})
	}
	a := actor.From(ctx)
	r, err := h.Doctor.Period(ctx, a, in.Object, json.RawMessage(in.Period))
	if err != nil {
		return nil, err
	}
	h.limit(a, r.Faults)
	if r.All != nil && !h.may(a, r.All) {
		r.All = nil
	}
	return &reportOut{r}, nil
}

type oneIn struct {
	Object string `path:"object"`
	ID     string `path:"id"`
}

type oneOut struct{ Body *One }

func (h *HTTP) one(ctx context.Context, in *oneIn) (*oneOut, error) {
	a := actor.From(ctx)
	x, err := h.Doctor.One(ctx, a, in.Object, in.ID)
	if err != nil {
		return nil, err
	}
	h.limit(a, x.Faults)
	return &oneOut{x}, nil
}

// limit takes remedies from those who may not draft them.
func (h *HTTP) limit(a *actor.Actor, faults []*Fault) {
	for _, f := range faults {
		if f.Remedy != nil && !h.may(a, f.Remedy) {
			f.Remedy = nil
		}
	}
}

func (h *HTTP) may(a *actor.Actor, o *Offer) bool {
	for _, d := range o.Drafts {
		if !h.May(a, d.Kind) {
			return false
		}
	}
	return true
}
