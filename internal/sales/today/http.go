package today

import (
	"context"
	"encoding/json"
	"maps"

	"baton/internal/platform/actor"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/web"
)

// HTTP serves each person's own home.
type HTTP struct {
	Engine *Engine
	// Show gives rows as the actor may see them, with their countdowns and the names of what they refer to.
	Show func(ctx context.Context, a *actor.Actor, o *object.Object, rows []*object.Row) ([]map[string]any, map[string]map[string]string, error)
	// Actions tells what the actor may do with a row.
	Actions func(ctx context.Context, a *actor.Actor, row *object.Row) map[string]bool
	// QuickNotes are the words offered for a contact, by object.
	QuickNotes func() map[string][]string
}

// Routes lists the module's routes; both are limited to the caller's own home and the records they may see.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/today", Right: web.SignedIn, Summary: "One's home: what comes next, what is new, what is to be done"}, h.day)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/today:visit", Right: web.SignedIn, Summary: "Tell that one looks at one's home now; what came since the visit before is new"}, h.visit)
}

// Line is one record to do something about.
type Line struct {
	Record map[string]any  `json:"record"`
	Rights map[string]bool `json:"rights"`
	Last   *Word           `json:"last" doc:"the newest thing said about it"`
}

// Word is an event that tells something.
type Word struct {
	Op    string `json:"op"`
	At    string `json:"at"`
	By    string `json:"by"`
	Note  string `json:"note"`
	Way   string `json:"way"`
	Other bool   `json:"other" doc:"somebody else said it"`
}

// SectionView is a list as the API shows it.
type SectionView struct {
	Key    string          `json:"key" enum:"first,calls,new,todo,pool"`
	Object string          `json:"object"`
	Count  int             `json:"count"`
	Capped bool            `json:"capped"`
	Filter json.RawMessage `json:"filter" doc:"the condition of the whole list"`
	Sort   string          `json:"sort"`
	Lines  []Line          `json:"lines"`
}

// CountView is a number with the list it counts.
type CountView struct {
	Key    string          `json:"key" enum:"overdue,today,team_overdue,team_today"`
	Object string          `json:"object"`
	Count  int             `json:"count"`
	Capped bool            `json:"capped"`
	Filter json.RawMessage `json:"filter"`
}

type dayOut struct {
	Body struct {
		Since    string                       `json:"since"`
		Leads    bool                         `json:"leads" doc:"there are leads to work on for this person"`
		Team     bool                         `json:"team" doc:"the person assigns, and so answers for others"`
		Sections []SectionView                `json:"sections"`
		Counts   []CountView                  `json:"counts"`
		Quick    map[string][]string          `json:"quick_notes" doc:"what is often said of a contact, by object"`
		Refs     map[string]map[string]string `json:"refs"`
	}
}

func (h *HTTP) day(ctx context.Context, _ *struct{}) (*dayOut, error) {
	a := actor.From(ctx)
	d, err := h.Engine.Of(ctx, a)
	if err != nil {
		return nil, err
	}
	out := &dayOut{}
	b := &out.Body
	b.Since, b.Leads, b.Team, b.Refs = object.Instant(d.Since), d.Leads, d.Team, map[string]map[string]string{}
	b.Quick = h.QuickNotes()
	b.Sections, b.Counts = []SectionView{}, []CountView{}
	for _, sec := range d.Sections {
		records, refs, err := h.Show(ctx, a, sec.Object, sec.Rows)
		if err != nil {
			return nil, err
		}
		for target, names := range refs {
			if b.Refs[target] == nil {
				b.Refs[target] = map[string]string{}
			}
			maps.Copy(b.Refs[target], names)
		}
		v := SectionView{Key: sec.Key, Object: sec.Object.Name, Count: sec.Count, Capped: sec.Capped, Filter: sec.Filter, Sort: sec.Sort, Lines: make([]Line, len(records))}
		for i, rec := range records {
			v.Lines[i] = Line{Record: rec, Rights: h.Actions(ctx, a, sec.Rows[i]), Last: word(d.Last[sec.Rows[i].ID()], a)}
		}
		b.Sections = append(b.Sections, v)
	}
	for _, c := range d.Counts {
		b.Counts = append(b.Counts, CountView{Key: c.Key, Object: c.Object.Name, Count: c.Count, Capped: c.Capped, Filter: c.Filter})
	}
	return out, nil
}

func word(e *ledger.Event, a *actor.Actor) *Word {
	if e == nil {
		return nil
	}
	way, _ := e.Payload.Data["way"].(string)
	return &Word{Op: e.Op, At: object.Instant(e.At), By: e.ActorName, Note: e.Payload.Note, Way: way, Other: e.ActorID != a.Self()}
}

type visitOut struct {
	Body struct {
		Since string `json:"since"`
	}
}

func (h *HTTP) visit(ctx context.Context, _ *struct{}) (*visitOut, error) {
	since, err := h.Engine.Visit(ctx, actor.From(ctx))
	if err != nil {
		return nil, err
	}
	out := &visitOut{}
	out.Body.Since = object.Instant(since)
	return out, nil
}
