package funnel

import (
	"context"

	"baton/internal/platform/actor"
	"baton/internal/platform/query"
	"baton/internal/platform/web"
)

// HTTP serves funnels.
type HTTP struct {
	Engine *Engine
}

// Routes lists the module's routes with their rights; rows are limited by scope further in.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/funnels/{name}", Reads: true, Right: "funnel.read", Summary: "A funnel's figures by cohort or period"}, h.report)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/funnels/{name}:records", Reads: true, Right: "funnel.read", Summary: "The records behind one number of a funnel"}, h.records)
}

type in struct {
	Name    string `path:"name"`
	RawBody []byte
}

type reportOut struct {
	Body *Report
}

func (h *HTTP) report(ctx context.Context, in *in) (*reportOut, error) {
	var q Question
	if err := query.Decode(in.RawBody, &q, "mode", "period", "by", "where", "last", "unit", "this", "previous", "from", "to"); err != nil {
		return nil, err
	}
	out, err := h.Engine.Report(ctx, actor.From(ctx), in.Name, q)
	if err != nil {
		return nil, err
	}
	return &reportOut{Body: out}, nil
}

type recordsOut struct {
	Body *Opened
}

func (h *HTTP) records(ctx context.Context, in *in) (*recordsOut, error) {
	var d Drill
	if err := query.Decode(in.RawBody, &d, "mode", "period", "by", "where", "key", "stage", "metric", "limit", "cursor", "last", "unit", "this", "previous", "from", "to"); err != nil {
		return nil, err
	}
	out, err := h.Engine.Records(ctx, actor.From(ctx), in.Name, d)
	if err != nil {
		return nil, err
	}
	return &recordsOut{Body: out}, nil
}
