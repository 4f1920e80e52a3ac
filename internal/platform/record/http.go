package record

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
	"baton/internal/platform/web"
)

// HTTP serves records.
type HTTP struct {
	Reader *Reader
	Writer *Writer
	// Timers adds the running countdowns of records, by id.
	Timers func(ctx context.Context, object string, ids []string) (map[string]any, error)
	// Actions tells what else the actor may do with a row (claim, open, contacted, transfer).
	Actions func(ctx context.Context, a *actor.Actor, row *object.Row) map[string]bool
	// Origin of writes through the API.
	Origin func(a *actor.Actor) Origin
}

// Routes lists the module's routes with their rights; rows are limited by scope further in.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/objects/{object}/records", Right: web.SignedIn, Summary: "List records"}, h.list)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/objects/{object}/groups", Right: web.SignedIn, Summary: "The groups of a list with capped counts"}, h.groups)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/objects/{object}/records", Right: web.SignedIn, Summary: "Create one record, or many", Status: 201, MaxBody: 8 << 20}, h.create)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/objects/{object}/records/{id}", Right: web.SignedIn, Summary: "Get a record"}, h.get)
	web.Handle(r, web.Route{Method: "PATCH", Path: "/api/v1/objects/{object}/records/{id}", Right: web.SignedIn, Summary: "Change a record"}, h.patch)
	web.Handle(r, web.Route{Method: "DELETE", Path: "/api/v1/objects/{object}/records/{id}", Right: web.SignedIn, Summary: "Delete a record (it can be restored)", Status: 204}, h.delete)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/objects/{object}/records/{id}:restore", Right: web.SignedIn, Summary: "Bring a deleted record back"}, h.restore)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/objects/{object}/records/{id}/history", Right: web.SignedIn, Summary: "A record's events, newest first"}, h.history)
}

// Target names a record in the path.
type Target struct {
	Object string `path:"object"`
	ID     string `path:"id"`
}

// Body is a free JSON answer. Replayed is "true" where it repeats the answer to an earlier request.
type Body struct {
	Status   int
	Replayed string `header:"Idempotency-Replayed"`
	Body     map[string]any
}

type listIn struct {
	Object string `path:"object"`
	Filter string `query:"filter" doc:"condition as JSON"`
	Q      string `query:"q" maxLength:"200"`
	Sort   string `query:"sort" doc:"comma separated; - before a field for descending, :last behind an ascending one to put the empty at the end"`
	Fields string `query:"fields"`
	Reach  string `query:"reach" doc:"fields through one relation (customer.industry) to be shown besides"`
	Limit  int    `query:"limit"`
	Cursor string `query:"cursor"`
	Back   bool   `query:"back" doc:"the page before the cursor; without a cursor, the last page"`
	Count  bool   `query:"count"`
}

func (h *HTTP) list(ctx context.Context, in *listIn) (*Body, error) {
	a := actor.From(ctx)
	l := List{Object: in.Object, Filter: json.RawMessage(in.Filter), Words: in.Q, Limit: in.Limit, Cursor: in.Cursor, Back: in.Back, Count: in.Cursor == "", Sort: ReadSort(in.Sort)}
	page, err := h.Reader.List(ctx, a, l)
	if err != nil {
		return nil, err
	}
	var only []string
	if in.Fields != "" {
		for f := range strings.SplitSeq(in.Fields, ",") {
			only = append(only, strings.TrimSpace(f))
		}
	}
	out, err := h.show(ctx, a, page.Object, page.Rows, only)
	if err != nil {
		return nil, err
	}
	if err := h.reach(ctx, a, page, append(only, strings.Split(in.Reach, ",")...), out); err != nil {
		return nil, err
	}
	body := map[string]any{"records": out.records, "refs": out.refs, "next_cursor": nil, "prev_cursor": nil}
	if page.Next != "" {
		body["next_cursor"] = page.Next
	}
	if page.Prev != "" {
		body["prev_cursor"] = page.Prev
	}
	if l.Count {
		body["count"], body["count_capped"] = page.Count, page.Capped
	}
	return &Body{Status: 200, Body: body}, nil
}

type groupsIn struct {
	Object string `path:"object"`
	By     string `query:"by" required:"true" doc:"a field; for days and instants with :day, :week, :month, :quarter or :year, for places with :province or :country"`
	Filter string `query:"filter" doc:"condition as JSON"`
	Q      string `query:"q" maxLength:"200"`
	After  string `query:"after" doc:"key of the last group read"`
	Limit  int    `query:"limit"`
}

type groupsOut struct {
	Body struct {
		Groups []Group `json:"groups"`
		More   bool    `json:"more"`
	}
}

func (h *HTTP) groups(ctx context.Context, in *groupsIn) (*groupsOut, error) {
	out := &groupsOut{}
	var err error
	out.Body.Groups, out.Body.More, err = h.Reader.Groups(ctx, actor.From(ctx), List{Object: in.Object, Filter: json.RawMessage(in.Filter), Words: in.Q}, Grouping{By: in.By, After: in.After, Limit: in.Limit})
	return out, err
}

// ReadSort reads an order as it is written in addresses.
func ReadSort(text string) []Sort {
	var out []Sort
	for s := range strings.SplitSeq(text, ",") {
		if s = strings.TrimSpace(s); s != "" {
			name, last := strings.CutSuffix(strings.TrimLeft(s, "-+"), ":last")
			out = append(out, Sort{Field: name, Desc: strings.HasPrefix(s, "-"), EmptyLast: last})
		}
	}
	return out
}

func (h *HTTP) answer(ctx context.Context, a *actor.Actor, status int, out Outcome) (*Body, error) {
	sh, err := h.show(ctx, a, out.Row.Object, []*object.Row{out.Row}, nil)
	if err != nil {
		return nil, err
	}
	return &Body{Status: status, Body: map[string]any{"record": sh.records[0], "refs": sh.refs, "outcome": out.Result}}, nil
}

func (h *HTTP) get(ctx context.Context, in *Target) (*Body, error) {
	a := actor.From(ctx)
	row, err := h.Reader.Get(ctx, a, in.Object, in.ID)
	if err != nil {
		return nil, err
	}
	sh, err := h.show(ctx, a, row.Object, []*object.Row{row}, nil)
	if err != nil {
		return nil, err
	}
	snap := h.Reader.Defs.Current()
	rights := map[string]bool{}
	if h.Actions != nil {
		rights = h.Actions(ctx, a, row)
	}
	rights["update"] = h.Reader.Access.Scope(snap, a, in.Object, access.Update).Allows(row)
	rights["delete"] = h.Reader.Access.Scope(snap, a, in.Object, access.Delete).Allows(row)
	return &Body{Status: 200, Body: map[string]any{"record": sh.records[0], "refs": sh.refs, "rights": rights, "timers": sh.records[0]["timers"]}}, nil
}

type patchIn struct {
	Target
	IfMatch string `header:"If-Match"`
	RawBody []byte
}

func (h *HTTP) patch(ctx context.Context, in *patchIn) (*Body, error) {
	a := actor.From(ctx)
	body, err := decode(in.RawBody)
	if err != nil {
		return nil, err
	}
	var version int64
	if in.IfMatch != "" && in.IfMatch != "*" {
		if version, err = strconv.ParseInt(strings.Trim(strings.TrimPrefix(in.IfMatch, "W/"), `"`), 10, 64); err != nil || version < 1 {
			return nil, problem.New(problem.Malformed, "bad_if_match", "If-Match 应是记录的版本号", problem.Item{Pointer: "/If-Match", Code: "invalid", Message: "“" + in.IfMatch + "”不是版本号"})
		}
	}
	out, err := h.Writer.Do(ctx, store.Interactive, Request{Actor: a, Origin: h.Origin(a), Writes: []Write{{Op: Update, Object: in.Object, ID: in.ID, Version: version, Values: body}}})
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, a, 200, out[0])
}

func (h *HTTP) delete(ctx context.Context, in *Target) (*struct{}, error) {
	a := actor.From(ctx)
	_, err := h.Writer.Do(ctx, store.Interactive, Request{Actor: a, Origin: h.Origin(a), Writes: []Write{{Op: Delete, Object: in.Object, ID: in.ID}}})
	return nil, err
}

func (h *HTTP) restore(ctx context.Context, in *Target) (*Body, error) {
	a := actor.From(ctx)
	out, err := h.Writer.Do(ctx, store.Interactive, Request{Actor: a, Origin: h.Origin(a), Writes: []Write{{Op: Restore, Object: in.Object, ID: in.ID}}})
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, a, 200, out[0])
}

type historyIn struct {
	Target
	Cursor int64 `query:"cursor"`
	Limit  int   `query:"limit" minimum:"0" maximum:"200"`
}

func (h *HTTP) history(ctx context.Context, in *historyIn) (*Body, error) {
	a := actor.From(ctx)
	row, err := h.Reader.Get(ctx, a, in.Object, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Limit == 0 {
		in.Limit = 50
	}
	events, err := h.Writer.Ledger.Search(ctx, ledger.Filter{Object: row.Object.Name, RecordID: row.ID(), Before: in.Cursor, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	body := map[string]any{"next_cursor": nil}
	if len(events) > in.Limit {
		events = events[:in.Limit]
		body["next_cursor"] = strconv.FormatInt(events[in.Limit-1].Seq, 10)
	}
	if body["events"], body["refs"], err = h.Reader.ShowEvents(ctx, a, events); err != nil {
		return nil, err
	}
	return &Body{Status: 200, Body: body}, nil
}

// decode reads a JSON object with exact numbers; what cannot be read is named with its place.
func decode(raw []byte) (map[string]any, error) {
	var body map[string]any
	if err := problem.ReadJSON(raw, &body, false); err != nil {
		return nil, err
	}
	if body == nil {
		return nil, problem.New(problem.Invalid, "wrong_type", "请求内容不是 JSON 对象", problem.Item{Code: "wrong_type", Message: "这里需要对象，写的是空值", Hint: `应为 {"字段": 值, …}`})
	}
	return body, nil
}

// View gives rows of an object as the API shows them to the actor: with their countdowns, and the names of what they refer to.
func (h *HTTP) View(ctx context.Context, a *actor.Actor, o *object.Object, rows []*object.Row) ([]map[string]any, map[string]map[string]string, error) {
	out, err := h.show(ctx, a, o, rows, nil)
	if err != nil {
		return nil, nil, err
	}
	return out.records, out.refs, nil
}

type shown struct {
	records []map[string]any
	refs    map[string]map[string]string
}

// show turns rows into JSON as the actor may see them, with the names of what they refer to.
func (h *HTTP) show(ctx context.Context, a *actor.Actor, o *object.Object, rows []*object.Row, only []string) (*shown, error) {
	sight := h.Reader.Access.Sight(h.Reader.Defs.Current(), a, o.Name)
	out := &shown{records: []map[string]any{}}
	var ids []string
	scope := h.Reader.Access.Scope(h.Reader.Defs.Current(), a, o.Name, access.Read)
	rows = slices.Clone(rows)
	for i, row := range rows {
		seen := scope.Allows(row)
		if seen && !sight.Closed()["owner"] { // a countdown names the owner
			ids = append(ids, row.ID())
		}
		row = mask(row, sight.Hidden, seen)
		rows[i] = row
		out.records = append(out.records, h.Reader.Show(row, sight, only))
	}
	var err error
	if out.refs, err = h.Reader.Refs(ctx, a, o, rows); err != nil {
		return nil, err
	}
	if h.Timers != nil && len(rows) > 0 {
		timers, err := h.Timers(ctx, o.Name, ids)
		if err != nil {
			return nil, err
		}
		for _, rec := range out.records {
			rec["timers"] = []any{}
			if t, ok := timers[rec["id"].(string)]; ok {
				rec["timers"] = t
			}
		}
	}
	return out, nil
}
