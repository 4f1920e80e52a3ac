package duplicate

import (
	"context"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/job"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/web"
	"baton/internal/sales/intake"
)

// HTTP serves the pairs and merges.
type HTTP struct{ Engine *Engine }

// Routes lists the module's routes; rows are limited by scope further in, and deciding asks for the right to change both records.
func (h *HTTP) Routes(r *web.Router) {
	const of = "/api/v1/objects/{object}"
	web.Handle(r, web.Route{Method: "GET", Path: of + "/duplicates", Right: web.SignedIn, Summary: "Pairs of records that may be one, the likeliest first"}, h.list)
	web.Handle(r, web.Route{Method: "POST", Path: of + "/duplicates:look", Reads: true, Right: web.SignedIn, Summary: "What stands already of a record that is not stored yet, and who holds it"}, h.look)
	web.Handle(r, web.Route{Method: "POST", Path: of + "/duplicates:scan", Right: "definitions.write", Summary: "Go over all records of an object anew", Status: 202}, h.scan)
	web.Handle(r, web.Route{Method: "POST", Path: of + "/duplicates/{id}:dismiss", Right: web.SignedIn, Summary: "Two records are two; remembered", Status: 204}, h.dismiss)
	web.Handle(r, web.Route{Method: "POST", Path: of + "/duplicates/{id}:reopen", Right: web.SignedIn, Summary: "Take back that two records are two", Status: 204}, h.reopen)
	web.Handle(r, web.Route{Method: "POST", Path: of + "/records/{id}:merge", Right: web.SignedIn, Summary: "Take another record into this one, field by field, with everything that belongs to it"}, h.merge)
	web.Handle(r, web.Route{Method: "GET", Path: of + "/records/{id}/merges", Right: web.SignedIn, Summary: "The merges of a record, and how many may be the same"}, h.merges)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/merges/{id}:undo", Right: web.SignedIn, Summary: "Take a merge back; what has changed since is listed"}, h.undo)
}

type pairsIn struct {
	Object string `path:"object"`
	State  string `query:"state" enum:"open,dismissed" doc:"open when absent"`
	Min    int    `query:"min" minimum:"0" maximum:"100"`
	Import string `query:"import" maxLength:"100" doc:"job of an import: only pairs of what it made"`
	Record string `query:"record" maxLength:"100"`
	Limit  int    `query:"limit" minimum:"0" maximum:"100"`
	Cursor string `query:"cursor" maxLength:"200"`
}

// PairView is a pair as the API shows it; a is the older record.
type PairView struct {
	ID        string         `json:"id"`
	Score     int            `json:"score"`
	Sure      bool           `json:"sure"`
	Reasons   []Reason       `json:"reasons"`
	State     string         `json:"state"`
	At        string         `json:"at"`
	DecidedAt *string        `json:"decided_at"`
	DecidedBy string         `json:"decided_by,omitempty"`
	May       bool           `json:"may" doc:"whether the asker may merge or dismiss it"`
	A         map[string]any `json:"a"`
	B         map[string]any `json:"b"`
}

type pairsOut struct {
	Body struct {
		Pairs []PairView                   `json:"pairs"`
		Refs  map[string]map[string]string `json:"refs"`
		Next  *string                      `json:"next_cursor"`
		Scan  *job.View                    `json:"scan" doc:"the last going over all records"`
		On    bool                         `json:"on" doc:"whether a rule is switched on"`
		Take  []string                     `json:"choosable" doc:"fields of which one of two values may be chosen"`
	}
}

func (h *HTTP) list(ctx context.Context, in *pairsIn) (*pairsOut, error) {
	e, a := h.Engine, actor.From(ctx)
	pairs, next, err := e.Pairs(ctx, a, Query{Object: in.Object, State: in.State, Min: in.Min, Import: in.Import, Record: in.Record, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	s := e.Defs.Current()
	o, _ := object.Of(s, in.Object)
	rule := Of(s, o.Name)
	sight := e.Writer.Access.Sight(s, a, o.Name)
	hidden := sight.Closed()
	out := &pairsOut{}
	out.Body.Pairs, out.Body.On, out.Body.Take = make([]PairView, len(pairs)), rule != nil, []string{}
	for _, f := range o.Fields {
		if Choosable(f) && !hidden[f.Name] {
			out.Body.Take = append(out.Body.Take, f.Name)
		}
	}
	var rows []*object.Row
	for i, p := range pairs {
		v := PairView{ID: p.ID, Score: p.Score, Sure: rule != nil && p.Score >= rule.Spec.SureFrom, Reasons: shown(rule, hidden, p.Reasons), State: p.State, At: object.Instant(p.At), DecidedBy: p.DecidedBy, May: p.May,
			A: e.Reader.Show(p.Rows[0], sight, nil), B: e.Reader.Show(p.Rows[1], sight, nil)}
		if p.DecidedAt != 0 {
			at := object.Instant(p.DecidedAt)
			v.DecidedAt = &at
		}
		out.Body.Pairs[i] = v
		rows = append(rows, p.Rows[0], p.Rows[1])
	}
	if next != "" {
		out.Body.Next = &next
	}
	if out.Body.Refs, err = e.Reader.Refs(ctx, a, o, rows); err != nil {
		return nil, err
	}
	if _, id, err := e.state(ctx, e.DB, o.Name); err != nil {
		return nil, err
	} else if id != "" {
		run, err := e.Jobs.Get(ctx, id)
		if err == nil {
			v := job.Show(run)
			out.Body.Scan = &v
		}
	}
	return out, nil
}

// shown leaves out reasons that tell of fields hidden from the asker.
func shown(r *Rule, hidden map[string]bool, all []Reason) []Reason {
	out := []Reason{}
	for _, why := range all {
		if field := fieldOf(r, why.Kind); !hidden[field] {
			out = append(out, why)
		}
	}
	return out
}

func fieldOf(r *Rule, kind string) string {
	switch kind {
	case intake.ByPhone, intake.ByEmail, intake.ByCreditCode:
		return kind
	case byOtherCode:
		return intake.ByCreditCode
	}
	if r == nil {
		return ""
	}
	if kind == byContactRegion || kind == byOtherPeople {
		return r.Spec.Contact
	}
	return r.Company
}

type pairLookIn struct {
	Object string `path:"object"`
	Body   struct {
		Values map[string]any `json:"values" doc:"as they would be saved; what does not read is left out"`
	}
}

// Alike is a record that may be the same. Of one that the asker may not see only its holder is told.
type Alike struct {
	Seen    bool     `json:"seen"`
	ID      string   `json:"id,omitempty"`
	Title   string   `json:"title,omitempty"`
	Owner   string   `json:"owner" doc:"name of who holds it, empty for nobody"`
	Score   int      `json:"score,omitempty"`
	Sure    bool     `json:"sure"`
	Reasons []Reason `json:"reasons"`
	Exact   bool     `json:"exact" doc:"known by phone, e-mail or credit code: saving merges into it"`
}

type pairLookOut struct {
	Body struct {
		Matches []Alike `json:"matches"`
	}
}

// mostTold is how many standing records an entry is told of.
const mostTold = 5

func (h *HTTP) look(ctx context.Context, in *pairLookIn) (*pairLookOut, error) {
	e, a := h.Engine, actor.From(ctx)
	s, acc := e.Defs.Current(), e.Writer.Access
	o, ok := object.Of(s, in.Object)
	read := acc.Scope(s, a, in.Object, access.Read)
	if !ok || read.Nothing() && !acc.May(s, a, in.Object, func(r access.Rule) bool { return r.Create }) {
		return nil, record.NoSuchObject(s, acc, a, in.Object)
	}
	out := &pairLookOut{}
	out.Body.Matches = []Alike{}
	r := Of(s, o.Name)
	if r == nil {
		return out, nil
	}
	hidden := acc.Hidden(s, a, o.Name)
	row := object.NewRow(o)
	for name, raw := range in.Body.Values {
		if f, ok := o.Field(name); ok && !f.System && !hidden[f.Name] {
			if p, err := record.Parse(f, e.Writer.Env, raw); err == nil {
				row.V[f.Index] = p.Value
			}
		}
	}
	all, err := r.Find(ctx, e.DB, row)
	if err != nil {
		return nil, err
	}
	owner := o.Fields[object.Owner]
	for _, m := range all {
		st := Alike{Seen: read.Allows(m.Row), Sure: m.Score >= r.Spec.SureFrom || m.Exact, Exact: m.Exact, Reasons: []Reason{}}
		if m.Row.Owner() != "" {
			st.Owner = owner.Type.Words(owner, e.Writer.Env, m.Row.Owner())
		}
		if st.Seen {
			st.ID, st.Title, st.Score, st.Reasons = m.Row.ID(), acc.Title(s, a, m.Row), m.Score, shown(r, hidden, m.Reasons)
		} else if !st.Sure {
			continue // that a name is like another's is nobody's business
		} else {
			st.Exact = false // not even by what it is known
		}
		if out.Body.Matches = append(out.Body.Matches, st); len(out.Body.Matches) == mostTold {
			break
		}
	}
	return out, nil
}

type pairObjectIn struct {
	Object string `path:"object"`
}

// Ref names a job or a merge.
type Ref struct {
	ID string `json:"id"`
}

type pairScanOut struct {
	Body struct {
		Job Ref `json:"job"`
	}
}

func (h *HTTP) scan(ctx context.Context, in *pairObjectIn) (*pairScanOut, error) {
	o, _, err := h.Engine.Reader.Object(actor.From(ctx), in.Object)
	if err != nil {
		return nil, err
	}
	r := Of(h.Engine.Defs.Current(), o.Name)
	if r == nil {
		return nil, noRule(o)
	}
	out := &pairScanOut{}
	out.Body.Job.ID, err = h.Engine.Scan(ctx, r, true)
	return out, err
}

type pairIn struct {
	Object string `path:"object"`
	ID     string `path:"id"`
}

func (h *HTTP) dismiss(ctx context.Context, in *pairIn) (*struct{}, error) {
	return nil, h.Engine.Decide(ctx, actor.From(ctx), in.Object, in.ID, true)
}

func (h *HTTP) reopen(ctx context.Context, in *pairIn) (*struct{}, error) {
	return nil, h.Engine.Decide(ctx, actor.From(ctx), in.Object, in.ID, false)
}

type mergeRecordsIn struct {
	record.Target
	Body struct {
		Other        string   `json:"other" doc:"id of the record that goes into this one"`
		Take         []string `json:"take,omitempty" doc:"fields whose value comes from the other; blanks are filled anyway"`
		Version      int64    `json:"version,omitempty" doc:"of this one as it was looked at"`
		OtherVersion int64    `json:"other_version,omitempty"`
	}
}

type mergeRecordsOut struct {
	Body struct {
		Merge  Ref                          `json:"merge"`
		Record map[string]any               `json:"record"`
		Refs   map[string]map[string]string `json:"refs"`
	}
}

func (h *HTTP) merge(ctx context.Context, in *mergeRecordsIn) (*mergeRecordsOut, error) {
	e, a := h.Engine, actor.From(ctx)
	id, row, err := e.Merge(ctx, a, Ask{Object: in.Object, Survivor: in.ID, Absorbed: in.Body.Other, Take: in.Body.Take, Versions: [2]int64{in.Body.Version, in.Body.OtherVersion}})
	if err != nil {
		return nil, err
	}
	out := &mergeRecordsOut{}
	out.Body.Merge.ID = id
	out.Body.Record = e.Reader.Show(row, e.Writer.Access.Sight(e.Defs.Current(), a, row.Object.Name), nil)
	out.Body.Refs, err = e.Reader.Refs(ctx, a, row.Object, []*object.Row{row})
	return out, err
}

// MergeView is a merge as the API shows it.
type MergeView struct {
	ID       string  `json:"id"`
	Survivor string  `json:"survivor"`
	Absorbed string  `json:"absorbed"`
	Title    string  `json:"title" doc:"of the other record"`
	At       string  `json:"at"`
	By       string  `json:"by"`
	UndoneAt *string `json:"undone_at"`
	UndoneBy string  `json:"undone_by,omitempty"`
	May      bool    `json:"may" doc:"whether the asker may take it back"`
}

type mergesOfOut struct {
	Body struct {
		Merges []MergeView `json:"merges"`
		Pairs  int         `json:"pairs" doc:"open pairs of the record that the asker sees, at most 20"`
	}
}

func (h *HTTP) merges(ctx context.Context, in *record.Target) (*mergesOfOut, error) {
	e, a := h.Engine, actor.From(ctx)
	o, scope, err := e.Reader.Object(a, in.Object)
	if err != nil {
		return nil, err
	}
	all, err := e.Merges(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	ids := []string{in.ID}
	for _, m := range all {
		ids = append(ids, m.Survivor, m.Absorbed)
	}
	rows, err := record.ReadRows(ctx, e.DB, o, ids)
	if err != nil {
		return nil, err
	}
	self := rows[in.ID]
	if self == nil || !scope.Allows(self) || self.V[object.DeletedAt] != nil && len(all) == 0 {
		return nil, record.NotFound(o)
	}
	update := e.Writer.Access.Scope(e.Defs.Current(), a, o.Name, access.Update)
	out := &mergesOfOut{}
	out.Body.Merges = []MergeView{}
	for _, m := range all {
		x, y := rows[m.Survivor], rows[m.Absorbed]
		if m.Object != o.Name || x == nil || y == nil || !scope.Allows(x) || !scope.Allows(y) {
			continue
		}
		v := MergeView{ID: m.ID, Survivor: m.Survivor, Absorbed: m.Absorbed, Title: e.Writer.Access.Title(e.Defs.Current(), a, y), At: object.Instant(m.At), By: m.By, UndoneBy: m.UndoneBy, May: m.UndoneAt == 0 && update.Allows(x) && update.Allows(y)}
		if m.Absorbed == in.ID {
			v.Title = e.Writer.Access.Title(e.Defs.Current(), a, x)
		}
		if m.UndoneAt != 0 {
			at := object.Instant(m.UndoneAt)
			v.UndoneAt = &at
		}
		out.Body.Merges = append(out.Body.Merges, v)
	}
	if self.V[object.DeletedAt] == nil {
		pairs, _, err := e.Pairs(ctx, a, Query{Object: o.Name, Record: in.ID})
		if err != nil {
			return nil, err
		}
		out.Body.Pairs = len(pairs)
	}
	return out, nil
}

type mergeUndoIn struct {
	ID string `path:"id"`
}

type mergeUndoOut struct {
	Body struct {
		Object   string     `json:"object"`
		Survivor string     `json:"survivor"`
		Absorbed string     `json:"absorbed"`
		Left     []LeftOver `json:"left" doc:"what stays as it is, as it has changed since"`
	}
}

func (h *HTTP) undo(ctx context.Context, in *mergeUndoIn) (*mergeUndoOut, error) {
	m, left, err := h.Engine.Undo(ctx, actor.From(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	out := &mergeUndoOut{}
	out.Body.Object, out.Body.Survivor, out.Body.Absorbed, out.Body.Left = m.Object, m.Survivor, m.Absorbed, left
	return out, nil
}
