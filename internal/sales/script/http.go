package script

import (
	"context"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/web"
)

// HTTP serves the library of scripts. They are edited as records of the object script.
type HTTP struct{ Library *Library }

// Routes lists the module's routes; who may read scripts at all is a matter of the role's rule for the object.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/scripts", Right: web.SignedIn, Summary: "The scripts of an industry, in order; found by words, pinyin and initials"}, h.find)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/scripts/{id}:use", Right: web.SignedIn, Summary: "Count that a script was copied"}, h.use)
}

type findIn struct {
	Industry string `query:"industry" maxLength:"200"`
	Q        string `query:"q" maxLength:"200" doc:"words, pinyin or initials"`
	Off      bool   `query:"off" doc:"also those switched off; for who may edit scripts"`
}

type findOut struct {
	Body struct {
		Scripts []map[string]any `json:"scripts"`
		Count   int              `json:"count" doc:"how many there are; at most 200 are given"`
	}
}

func (h *HTTP) find(ctx context.Context, in *findIn) (*findOut, error) {
	a := actor.From(ctx)
	found, err := h.Library.Find(ctx, a, Ask{Industry: in.Industry, Words: in.Q, Off: in.Off})
	if err != nil {
		return nil, err
	}
	out := &findOut{}
	out.Body.Count, out.Body.Scripts = found.Count, make([]map[string]any, len(found.Rows))
	for i, row := range found.Rows {
		out.Body.Scripts[i] = h.show(a, row)
	}
	return out, nil
}

type useIn struct {
	ID  string `path:"id"`
	Key string `header:"Idempotency-Key" doc:"a repeated request with the same key is counted once"`
}

type useOut struct {
	Body struct {
		Script map[string]any `json:"script"`
	}
}

func (h *HTTP) use(ctx context.Context, in *useIn) (*useOut, error) {
	a := actor.From(ctx)
	row, err := h.Library.Use(ctx, a, in.ID, in.Key)
	if err != nil {
		return nil, err
	}
	out := &useOut{}
	out.Body.Script = h.show(a, row)
	return out, nil
}

func (h *HTTP) show(a *actor.Actor, row *object.Row) map[string]any {
	r := h.Library.Reader
	return r.Show(row, r.Access.Sight(r.Defs.Current(), a, objectName), nil)
}
