package conversion

import (
	"context"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/web"
)

// HTTP serves conversions.
type HTTP struct {
	Engine *Engine
	Reader *record.Reader
}

// Routes lists the module's routes; each asks for somebody signed in, and then for the right to change the row and to make the parts.
func (h *HTTP) Routes(r *web.Router) {
	const one = "/api/v1/objects/{object}/records/{id}"
	web.Handle(r, web.Route{Method: "GET", Path: one + "/conversion", Right: web.SignedIn, Summary: "What a conversion would make of a record, and what stands already"}, h.preview)
	web.Handle(r, web.Route{Method: "POST", Path: one + ":convert", Right: web.SignedIn, Summary: "Turn a record into what it grows into (a lead into customer, contact and opportunity), in one write"}, h.convert)
	web.Handle(r, web.Route{Method: "POST", Path: one + ":unconvert", Right: web.SignedIn, Summary: "Take a conversion back while nothing stands on it"}, h.undo)
}

// Standing is a record that may be taken instead of making another. One the asker may not see is told of by its owner only.
type Standing struct {
	ID    string `json:"id,omitempty"`
	Title string `json:"title,omitempty"`
	By    string `json:"by" enum:"credit_code,company,branch"`
	Owner string `json:"owner"`
	Seen  bool   `json:"seen"`
}

// Part is one record that would be made.
type Part struct {
	Link     string         `json:"link"`
	Object   string         `json:"object"`
	Fields   []string       `json:"fields"`
	Values   map[string]any `json:"values"`
	Optional bool           `json:"optional"`
	May      bool           `json:"may"`
	// Same are standing records that are the same company, the surest first.
	Same []Standing `json:"same"`
}

type conversionOut struct {
	Body struct {
		Version int64                        `json:"version"`
		Makes   []Part                       `json:"makes"`
		Tags    map[string]any               `json:"tags"`
		Refs    map[string]map[string]string `json:"refs"`
	}
}

func (h *HTTP) preview(ctx context.Context, in *record.Target) (*conversionOut, error) {
	e, a := h.Engine, actor.From(ctx)
	c, row, err := e.open(ctx, e.Writer.DB, a, in.Object, in.ID)
	if err != nil {
		return nil, err
	}
	if err := e.ready(c, row); err != nil {
		return nil, err
	}
	s, acc := e.Writer.Defs.Current(), e.Writer.Access
	hidden := acc.Hidden(s, a, row.Object.Name)
	out := &conversionOut{}
	out.Body.Version, out.Body.Tags = row.V[object.Version].(int64), map[string]any{}
	for _, f := range row.Object.Fields {
		if f.TagDimension != "" && row.V[f.Index] != nil && !hidden[f.Name] {
			out.Body.Tags[f.TagDimension] = f.Type.JSON(f, e.Writer.Env, row.V[f.Index])
		}
	}
	for _, m := range c.Makes {
		p := Part{Link: m.Link, Object: m.Object.Name, Values: e.values(s, row, m), Fields: e.mayGive(s, a, m), Optional: m.Optional, Same: []Standing{},
			May: acc.May(s, a, m.Object.Name, func(r access.Rule) bool { return r.Create })}
		if m.Attach {
			if p.Same, err = h.same(ctx, a, row, m, p.Values); err != nil {
				return nil, err
			}
		}
		for name := range acc.Hidden(s, a, m.Object.Name) {
			delete(p.Values, name)
		}
		for name, from := range m.Values { // what the asker may not see of the record is carried, not shown
			for _, source := range sources(from) {
				if hidden[source] {
					delete(p.Values, name)
				}
			}
		}
		out.Body.Makes = append(out.Body.Makes, p)
	}
	out.Body.Refs, err = h.Reader.Refs(ctx, actor.From(ctx), row.Object, []*object.Row{row})
	return out, err
}

// same lists what stands already: first the record that the converted one is linked to.
func (h *HTTP) same(ctx context.Context, a *actor.Actor, row *object.Row, m *Made, values map[string]any) ([]Standing, error) {
	e := h.Engine
	draft, err := e.draft(m.Object, values)
	if err != nil {
		return nil, err
	}
	ties, err := e.Same(ctx, e.Writer.DB, draft)
	if err != nil {
		return nil, err
	}
	if id := row.Text(m.Link); id != "" {
		linked, err := record.ReadRow(ctx, e.Writer.DB, m.Object, id)
		if err != nil {
			return nil, err
		}
		known := false
		for _, t := range ties {
			known = known || t.Row.ID() == id
		}
		if !known && linked != nil && linked.V[object.DeletedAt] == nil {
			ties = append([]Tie{{Row: linked, By: "company"}}, ties...)
		}
	}
	scope := e.Writer.Access.Scope(e.Writer.Defs.Current(), a, m.Object.Name, access.Read)
	out := []Standing{}
	for _, t := range ties {
		st := Standing{By: t.By, Owner: e.ownerOf(t.Row), Seen: scope.Allows(t.Row)}
		if st.Seen {
			st.ID, st.Title = t.Row.ID(), e.Writer.Access.Title(e.Writer.Defs.Current(), a, t.Row)
		}
		out = append(out, st)
	}
	return out, nil
}

type convertIn struct {
	record.Target
	Body struct {
		Version int64             `json:"version,omitempty" doc:"the one that was previewed; another is a conflict"`
		Makes   map[string]Choice `json:"makes,omitempty" doc:"by object; parts that are not named are made as previewed"`
	}
}

type convertedOut struct {
	Body struct {
		Record map[string]any               `json:"record"`
		Refs   map[string]map[string]string `json:"refs"`
	}
}

func (h *HTTP) convert(ctx context.Context, in *convertIn) (*convertedOut, error) {
	row, err := h.Engine.Convert(ctx, actor.From(ctx), in.Object, in.ID, in.Body.Version, in.Body.Makes)
	return h.show(ctx, row, err)
}

func (h *HTTP) undo(ctx context.Context, in *record.Target) (*convertedOut, error) {
	row, err := h.Engine.Undo(ctx, actor.From(ctx), in.Object, in.ID)
	return h.show(ctx, row, err)
}

func (h *HTTP) show(ctx context.Context, row *object.Row, err error) (*convertedOut, error) {
	if err != nil {
		return nil, err
	}
	out := &convertedOut{}
	out.Body.Record = h.Reader.Show(row, h.Reader.Access.Sight(h.Reader.Defs.Current(), actor.From(ctx), row.Object.Name), nil)
	out.Body.Refs, err = h.Reader.Refs(ctx, actor.From(ctx), row.Object, []*object.Row{row})
	return out, err
}

// Actions tells whether the actor may convert a row, or take its conversion back.
func (e *Engine) Actions(a *actor.Actor, row *object.Row) map[string]bool {
	s := e.Writer.Defs.Current()
	c := Of(s, row.Object.Name)
	if c == nil || !e.Writer.Access.Scope(s, a, row.Object.Name, access.Update).Allows(row) {
		return nil
	}
	for _, m := range c.Makes {
		if !m.Optional && !m.Attach && !e.Writer.Access.May(s, a, m.Object.Name, func(r access.Rule) bool { return r.Create }) {
			return nil
		}
	}
	return map[string]bool{"convert": e.ready(c, row) == nil, "unconvert": problem.As(e.ready(c, row)) != nil && row.Text(c.done()) != ""}
}
