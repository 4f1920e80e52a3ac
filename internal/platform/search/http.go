package search

import (
	"context"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/web"
)

// HTTP serves the search.
type HTTP struct{ Index *Index }

// Routes lists the module's route; what is found is limited by the asker's scopes further in.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/search", Right: web.SignedIn, Summary: "Find records of all objects by words, pieces of Chinese words, pinyin, initials or digits of a phone"}, h.search)
}

type searchIn struct {
	Q      string `query:"q" maxLength:"200" doc:"what was typed; several words must all be met"`
	Object string `query:"object" maxLength:"60" doc:"only this object's records"`
	Limit  int    `query:"limit" minimum:"0" maximum:"50" doc:"hits of each object, 5 when 0"`
}

// ShownGroup is an object's hits as the page gets them.
type ShownGroup struct {
	Object string          `json:"object"`
	Title  definition.Text `json:"title"`
	Hits   []ShownHit      `json:"hits"`
	More   bool            `json:"more" doc:"there are others; the object's list with q shows them"`
}

// ShownHit is a record that was found.
type ShownHit struct {
	ID        string       `json:"id"`
	Title     string       `json:"title"`
	Marks     [][2]int     `json:"marks" doc:"places of the title that were found, from and to in characters"`
	Fields    []ShownField `json:"fields" doc:"other fields where something was found, else those by which one knows the record"`
	Owner     string       `json:"owner" doc:"name of the owner; empty in the pool"`
	Mine      bool         `json:"mine"`
	CreatedAt string       `json:"created_at"`
}

// ShownField is a field of a hit.
type ShownField struct {
	Name  string          `json:"name"`
	Label definition.Text `json:"label"`
	Text  string          `json:"text"`
	Marks [][2]int        `json:"marks"`
}

type searchOut struct {
	Body struct {
		Groups  []ShownGroup `json:"groups"`
		Filling bool         `json:"filling" doc:"the index is still being filled: some records are not found yet"`
	}
}

func (h *HTTP) search(ctx context.Context, in *searchIn) (*searchOut, error) {
	a := actor.From(ctx)
	groups, err := h.Index.Search(ctx, a, Ask{Text: in.Q, Object: in.Object, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &searchOut{}
	out.Body.Filling = !h.Index.allFilled()
	out.Body.Groups = make([]ShownGroup, len(groups))
	for i, g := range groups {
		shown := ShownGroup{Object: g.Object.Name, Title: g.Object.Title, Hits: make([]ShownHit, len(g.Hits)), More: g.More}
		hidden := h.Index.Access.Hidden(h.Index.Defs.Current(), a, g.Object.Name)
		for j, hit := range g.Hits {
			shown.Hits[j] = h.show(g.Object.Without(hidden), hit, hidden)
		}
		out.Body.Groups[i] = shown
	}
	return out, nil
}

// known is how many fields tell a record apart where nothing was found but in its title.
const known = 2

func (h *HTTP) show(o *object.Object, hit Hit, hidden map[string]bool) ShownHit {
	row, env := hit.Row, h.Index.Reader.Env
	s := ShownHit{ID: row.ID(), Title: hit.Fields[0].Text, Marks: marked(hit.Fields[0].Marks), Fields: []ShownField{}, Mine: hit.Mine}
	if owner := row.Object.Fields[object.Owner]; !hidden[owner.Name] && env.Name != nil && row.Owner() != "" {
		s.Owner = env.Name("person", row.Owner())
	}
	if made := row.Object.Fields[object.CreatedAt]; !hidden[made.Name] {
		s.CreatedAt, _ = made.Type.JSON(made, env, row.V[object.CreatedAt]).(string)
	}
	for _, f := range hit.Fields[1:] {
		s.Fields = append(s.Fields, ShownField{f.Field.Name, f.Field.Title, f.Text, marked(f.Marks)})
	}
	for _, f := range searched(o) {
		if v, _ := row.V[f.Index].(string); len(s.Fields) < known && v != "" && v != s.Title && !s.has(f.Name) {
			s.Fields = append(s.Fields, ShownField{f.Name, f.Title, shownText(f, v), [][2]int{}})
		}
	}
	return s
}

func (s *ShownHit) has(field string) bool {
	for _, f := range s.Fields {
		if f.Name == field {
			return true
		}
	}
	return false
}

func marked(marks [][2]int) [][2]int {
	if marks == nil {
		return [][2]int{}
	}
	return marks
}
