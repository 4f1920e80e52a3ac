package followup

import (
	"context"
	"strings"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/web"
)

// HTTP serves what people do with a record they follow up.
type HTTP struct {
	Engine *Engine
	// Reader shows the record after an action.
	Reader *record.Reader
}

// Routes lists the module's routes; each asks for somebody signed in, and then for the row: see the engine's actions.
func (h *HTTP) Routes(r *web.Router) {
	const one = "/api/v1/objects/{object}/records/{id}"
	web.Handle(r, web.Route{Method: "POST", Path: one + ":open", Right: web.SignedIn, Summary: "Tell that a record was opened; the owner's first opening starts the countdown to the contact"}, h.open)
	web.Handle(r, web.Route{Method: "POST", Path: one + ":contacted", Right: web.SignedIn, Summary: "Tell that the contact was reached; stops the countdown"}, h.contacted)
	web.Handle(r, web.Route{Method: "POST", Path: one + ":claim", Right: web.SignedIn, Summary: "Take a record from the pool"}, h.claim)
	web.Handle(r, web.Route{Method: "POST", Path: one + ":transfer", Right: web.SignedIn, Summary: "Give a record to another owner"}, h.transfer)
	web.Handle(r, web.Route{Method: "POST", Path: one + ":return", Right: web.SignedIn, Summary: "Give a record back to the pool"}, h.giveBack)
	web.Handle(r, web.Route{Method: "POST", Path: one + ":protect", Right: web.SignedIn, Summary: "Mark a record of one's own to be called back, until when nobody may take it"}, h.protect)
	web.Handle(r, web.Route{Method: "POST", Path: one + ":unprotect", Right: web.SignedIn, Summary: "End such a mark before its time"}, h.unprotect)
	web.Handle(r, web.Route{Method: "POST", Path: one + ":note", Right: web.SignedIn, Summary: "Keep a note, or a try to reach the contact that failed; stops no countdown"}, h.note)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/objects/{object}/pool", Right: web.SignedIn, Summary: "An object's pool by region: counts, what waits too long, one's quotas"}, h.pool)
}

type one struct {
	Object string `path:"object"`
	ID     string `path:"id"`
}

type contactedIn struct {
	Object string `path:"object"`
	ID     string `path:"id"`
	Body   struct {
		Way  string `json:"way,omitempty" doc:"phone, wecom, visit, email or other"`
		Note string `json:"note,omitempty"`
	}
}

type transferIn struct {
	Object string `path:"object"`
	ID     string `path:"id"`
	Body   struct {
		Owner string `json:"owner,omitempty" doc:"person id"`
		Note  string `json:"note,omitempty"`
	}
}

type returnIn struct {
	Object string `path:"object"`
	ID     string `path:"id"`
	Body   struct {
		Reason string `json:"reason,omitempty"`
	}
}

type protectIn struct {
	Object string `path:"object"`
	ID     string `path:"id"`
	Body   struct {
		Until string `json:"until,omitempty" doc:"RFC 3339"`
		Note  string `json:"note,omitempty"`
	}
}

type noteIn struct {
	Object string `path:"object"`
	ID     string `path:"id"`
	Body   struct {
		Note  string `json:"note,omitempty"`
		Way   string `json:"way,omitempty" doc:"how it was tried without success: phone, wecom, visit, email or other; empty for a mere note"`
		Until string `json:"until,omitempty" doc:"RFC 3339; keeps the record for a call back then, as :protect does"`
	}
}

type poolOut struct{ Body *Pool }

type shownOut struct {
	Body struct {
		Record map[string]any               `json:"record"`
		Refs   map[string]map[string]string `json:"refs"`
		Timers []Countdown                  `json:"timers"`
	}
}

func (h *HTTP) open(ctx context.Context, in *one) (*shownOut, error) {
	row, err := h.Engine.Open(ctx, actor.From(ctx), in.Object, in.ID)
	return h.show(ctx, row, err)
}

func (h *HTTP) contacted(ctx context.Context, in *contactedIn) (*shownOut, error) {
	row, err := h.Engine.Contacted(ctx, actor.From(ctx), in.Object, in.ID, strings.TrimSpace(in.Body.Way), in.Body.Note)
	return h.show(ctx, row, err)
}

func (h *HTTP) claim(ctx context.Context, in *one) (*shownOut, error) {
	row, err := h.Engine.Claim(ctx, actor.From(ctx), in.Object, in.ID)
	return h.show(ctx, row, err)
}

func (h *HTTP) transfer(ctx context.Context, in *transferIn) (*shownOut, error) {
	row, err := h.Engine.Transfer(ctx, actor.From(ctx), in.Object, in.ID, in.Body.Owner, in.Body.Note)
	return h.show(ctx, row, err)
}

func (h *HTTP) giveBack(ctx context.Context, in *returnIn) (*shownOut, error) {
	row, err := h.Engine.ReturnToPool(ctx, actor.From(ctx), in.Object, in.ID, in.Body.Reason)
	return h.show(ctx, row, err)
}

func (h *HTTP) protect(ctx context.Context, in *protectIn) (*shownOut, error) {
	row, err := h.Engine.Protect(ctx, actor.From(ctx), in.Object, in.ID, in.Body.Until, in.Body.Note)
	return h.show(ctx, row, err)
}

func (h *HTTP) unprotect(ctx context.Context, in *one) (*shownOut, error) {
	row, err := h.Engine.Unprotect(ctx, actor.From(ctx), in.Object, in.ID)
	return h.show(ctx, row, err)
}

func (h *HTTP) note(ctx context.Context, in *noteIn) (*shownOut, error) {
	row, err := h.Engine.Note(ctx, actor.From(ctx), in.Object, in.ID, Try{Note: in.Body.Note, Way: in.Body.Way, Until: in.Body.Until})
	return h.show(ctx, row, err)
}

func (h *HTTP) pool(ctx context.Context, in *struct {
	Object string `path:"object"`
}) (*poolOut, error) {
	p, err := h.Engine.PoolOf(ctx, h.Reader, actor.From(ctx), in.Object)
	return &poolOut{p}, err
}

// show answers with the record as the actor sees it, its countdowns, and the names of the people it refers to.
func (h *HTTP) show(ctx context.Context, row *object.Row, err error) (*shownOut, error) {
	if err != nil {
		return nil, err
	}
	s := h.Engine.Defs.Current()
	timers, err := h.Engine.Timers.List(ctx, h.Engine.DB, row.Object.Name, row.ID())
	if err != nil {
		return nil, err
	}
	out := &shownOut{}
	out.Body.Record = h.Reader.Show(row, h.Reader.Access.Sight(s, actor.From(ctx), row.Object.Name), nil)
	out.Body.Timers = View(s, timers)
	out.Body.Record["timers"] = out.Body.Timers
	people := map[string]string{}
	for _, f := range row.Object.Fields {
		if id, ok := row.V[f.Index].(string); ok && f.TargetOf() == "person" {
			if p := h.Engine.Dir.Person(id); p != nil {
				people[id] = p.Name
			}
		}
	}
	out.Body.Refs = map[string]map[string]string{"person": people}
	return out, nil
}
