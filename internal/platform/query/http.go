package query

import (
	"context"
	"strings"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/web"
)

// HTTP serves queries.
type HTTP struct {
	Engine *Engine
}

// Routes lists the module's routes with their rights; rows are limited by scope further in.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/query", Reads: true, Right: web.SignedIn, Summary: "Measures by dimensions, over the records the asker may see"}, h.query)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/query:records", Reads: true, Right: web.SignedIn, Summary: "The records behind one number of a query"}, h.records)
}

type in struct {
	RawBody []byte
}

type queryOut struct {
	Body *Result
}

func (h *HTTP) query(ctx context.Context, in *in) (*queryOut, error) {
	var q Query
	if err := Decode(in.RawBody, &q, "entity", "measures", "dimensions", "where", "period", "order", "limit", "field", "last", "next", "unit", "this", "previous", "from", "to", "by", "desc"); err != nil {
		return nil, err
	}
	res, err := h.Engine.Query(ctx, actor.From(ctx), q)
	if err != nil {
		return nil, err
	}
	return &queryOut{Body: res}, nil
}

// Records is a page of records as the API gives them.
type Records struct {
	Records    []map[string]any             `json:"records"`
	Refs       map[string]map[string]string `json:"refs"`
	NextCursor *string                      `json:"next_cursor"`
}

type recordsOut struct {
	Body *Records
}

type recordsIn struct {
	Query  Query  `json:"query"`
	Cell   Cell   `json:"cell"`
	Limit  int    `json:"limit,omitempty"`
	Cursor string `json:"cursor,omitempty"`
}

func (h *HTTP) records(ctx context.Context, in *in) (*recordsOut, error) {
	var body recordsIn
	if err := Decode(in.RawBody, &body, "query", "cell", "limit", "cursor", "keys", "measure", "numerator", "entity", "measures", "dimensions", "where", "period", "order", "field", "last", "unit", "from", "to"); err != nil {
		return nil, err
	}
	a := actor.From(ctx)
	ask, err := h.Engine.Resolve(a, body.Query)
	if err != nil {
		return nil, at("/query", err)
	}
	page, err := h.Engine.Rows(ctx, ask, body.Cell, body.Limit, body.Cursor)
	if err != nil {
		return nil, err
	}
	out, err := h.Engine.Show(ctx, a, page)
	if err != nil {
		return nil, err
	}
	return &recordsOut{Body: out}, nil
}

// Show gives a page as the actor may see it.
func (e *Engine) Show(ctx context.Context, a *actor.Actor, page *record.Page) (*Records, error) {
	sight := e.r.Access.Sight(e.r.Defs.Current(), a, page.Object.Name)
	out := &Records{Records: []map[string]any{}}
	for _, row := range page.Rows {
		out.Records = append(out.Records, e.r.Show(row, sight, nil))
	}
	var err error
	if out.Refs, err = e.r.Refs(ctx, a, page.Object, page.Rows); err != nil {
		return nil, err
	}
	if page.Next != "" {
		out.NextCursor = &page.Next
	}
	return out, nil
}

// Decode reads a request body strictly: exact numbers, no unknown keys, one value. known serves suggestions.
func Decode(raw []byte, into any, known ...string) error {
	p := problem.As(problem.ReadJSON(raw, into, true))
	if p == nil {
		return nil
	}
	if p.Code == "unknown_key" {
		p.Items[0].Hint = definition.Suggest(strings.TrimPrefix(p.Items[0].Pointer, "/"), known)
	}
	if p.Class == problem.Invalid {
		p.Code = "invalid_query"
	}
	return p
}
