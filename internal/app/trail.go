package app

import (
	"context"
	"strconv"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/web"
)

// trail serves the audit trail.
type trail struct {
	ledger *ledger.Ledger
	reader *record.Reader
}

func (t *trail) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/events", Right: "events.read", Summary: "Search the audit trail, newest first"}, t.search)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/trail", Right: "events.read", Summary: "How far the trail is written and sealed"}, t.state)
}

type eventsIn struct {
	Object   string `query:"object"`
	RecordID string `query:"record_id"`
	Actor    string `query:"actor"`
	Op       string `query:"op"`
	From     string `query:"from" doc:"RFC 3339 or date"`
	To       string `query:"to"`
	Cursor   int64  `query:"cursor"`
	Limit    int    `query:"limit" minimum:"0" maximum:"200"`
}

func (t *trail) instant(text, pointer string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	v, _, err := object.DateTime{}.Parse(nil, t.reader.Env, text)
	if err != nil {
		return 0, problem.New(problem.Invalid, "invalid_time", "时间无法读取", problem.Item{Pointer: pointer, Code: "invalid", Message: err.Error(), Hint: "例如 2026-11-24 或 2026-11-24T08:00:00Z"})
	}
	ms, _ := v.(int64) // nothing but spaces is no limit
	return ms, nil
}

func (t *trail) search(ctx context.Context, in *eventsIn) (*metaOut, error) {
	from, err := t.instant(in.From, "/from")
	if err != nil {
		return nil, err
	}
	to, err := t.instant(in.To, "/to")
	if err != nil {
		return nil, err
	}
	if in.Limit == 0 {
		in.Limit = 50
	}
	a := actor.From(ctx)
	events, next, err := t.seen(ctx, a, ledger.Filter{Object: in.Object, RecordID: in.RecordID, Actor: in.Actor, Op: in.Op, From: from, To: to, Before: in.Cursor}, in.Limit)
	if err != nil {
		return nil, err
	}
	body := map[string]any{"next_cursor": nil}
	if next != 0 {
		body["next_cursor"] = strconv.FormatInt(next, 10)
	}
	if body["events"], body["refs"], err = t.reader.ShowEvents(ctx, a, events); err != nil {
		return nil, err
	}
	return &metaOut{body}, nil
}

// mostSearched bounds how far one page looks for events the reader may see.
const mostSearched = 20_000

// seen reads a page of the events that tell of records the actor may see, or of no record at all; next is where the page behind it begins,
// 0 at the end. A page may be short where most is out of the actor's sight.
func (t *trail) seen(ctx context.Context, a *actor.Actor, f ledger.Filter, limit int) (out []*ledger.Event, next int64, err error) {
	f.Limit = limit + 1
	for searched := 0; ; f.Limit = 500 {
		events, err := t.ledger.Search(ctx, f)
		if err != nil {
			return nil, 0, err
		}
		shown, err := t.reader.SeenEvents(ctx, a, events)
		if err != nil {
			return nil, 0, err
		}
		if out = append(out, shown...); len(out) > limit {
			out = out[:limit]
			return out, out[limit-1].Seq, nil
		}
		if len(events) < f.Limit {
			return out, 0, nil
		}
		f.Before = events[len(events)-1].Seq
		if searched += len(events); searched >= mostSearched {
			return out, f.Before, nil
		}
	}
}

func (t *trail) state(ctx context.Context, _ *struct{}) (*metaOut, error) {
	s, err := t.ledger.State(ctx)
	if err != nil {
		return nil, err
	}
	var at any
	if s.Seals > 0 {
		at = time.UnixMilli(s.LastSeal).UTC().Format(time.RFC3339)
	}
	return &metaOut{map[string]any{"last_seq": s.LastSeq, "sealed_seq": s.SealedSeq, "seals": s.Seals, "last_seal_at": at, "head": s.Head}}, nil
}
