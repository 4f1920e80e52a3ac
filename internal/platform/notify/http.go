package notify

import (
	"context"
	"strconv"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// HTTP serves each person's own inbox.
type HTTP struct{ Inbox *Inbox }

// Routes lists the module's routes; every one is limited to the caller's own notices.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/inbox", Right: web.SignedIn, Summary: "List one's own notices, newest first"}, h.list)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/inbox/{id}:read", Right: web.SignedIn, Summary: "Tick off a notice"}, h.read)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/inbox:read-all", Right: web.SignedIn, Summary: "Tick off all notices"}, h.readAll)
}

// View is a notice as the API shows it.
type View struct {
	ID       string  `json:"id"`
	Kind     string  `json:"kind"`
	Level    Level   `json:"level"`
	Title    string  `json:"title"`
	Body     string  `json:"body"`
	Object   string  `json:"object"`
	RecordID string  `json:"record_id"`
	At       string  `json:"at"`
	ReadAt   *string `json:"read_at"`
}

// Show gives a notice as the API shows it.
func Show(it *Item) View {
	v := View{ID: it.ID, Kind: it.Kind, Level: it.Level, Title: it.Title, Body: it.Body, Object: it.Object, RecordID: it.RecordID, At: instant(it.At)}
	if it.ReadAt != 0 {
		at := instant(it.ReadAt)
		v.ReadAt = &at
	}
	return v
}

func instant(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }

type listIn struct {
	Unread bool   `query:"unread"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor"`
}

type listOut struct {
	Body struct {
		Items      []View  `json:"items"`
		Unread     int     `json:"unread"`
		NextCursor *string `json:"next_cursor"`
	}
}

func (h *HTTP) list(ctx context.Context, in *listIn) (*listOut, error) {
	me := actor.From(ctx).ID
	var before int64
	if in.Cursor != "" {
		n, err := strconv.ParseInt(in.Cursor, 10, 64)
		if err != nil || n < 1 {
			return nil, problem.New(problem.Invalid, "invalid_cursor", "翻页标记无效", problem.Item{Pointer: "/cursor", Code: "invalid", Message: "翻页标记无效", Hint: "从第一页重新开始"})
		}
		before = n
	}
	items, err := h.Inbox.List(ctx, me, in.Unread, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &listOut{}
	if len(items) > in.Limit {
		items = items[:in.Limit]
		next := strconv.FormatInt(items[in.Limit-1].Seq, 10)
		out.Body.NextCursor = &next
	}
	if a := actor.From(ctx); a.Viewer == "" { // who looks as the person is not the person
		if err := h.Inbox.Delivered(ctx, items); err != nil {
			return nil, err
		}
	}
	out.Body.Items = make([]View, len(items))
	for i, it := range items {
		out.Body.Items[i] = Show(it)
	}
	out.Body.Unread, err = h.Inbox.Unread(ctx, me)
	return out, err
}

type readIn struct {
	ID string `path:"id"`
}

type readOut struct {
	Body struct {
		Item   View `json:"item"`
		Unread int  `json:"unread"`
	}
}

func (h *HTTP) read(ctx context.Context, in *readIn) (*readOut, error) {
	me := actor.From(ctx).ID
	it, err := h.Inbox.Read(ctx, me, in.ID)
	if err != nil {
		return nil, err
	}
	out := &readOut{}
	out.Body.Item = Show(it)
	out.Body.Unread, err = h.Inbox.Unread(ctx, me)
	return out, err
}

type readAllOut struct {
	Body struct {
		Unread int `json:"unread"`
	}
}

func (h *HTTP) readAll(ctx context.Context, _ *struct{}) (*readAllOut, error) {
	me := actor.From(ctx).ID
	if err := h.Inbox.ReadAll(ctx, me); err != nil {
		return nil, err
	}
	out := &readAllOut{}
	var err error
	out.Body.Unread, err = h.Inbox.Unread(ctx, me)
	return out, err
}
