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
	events, err := t.ledger.Search(ctx, ledger.Filter{Object: in.Object, RecordID: in.RecordID, Actor: in.Actor, Op: in.Op, From: from, To: to, Before: in.Cursor, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	body := map[string]any{"next_cursor": nil}
	if len(events) > in.Limit {
		events = events[:in.Limit]
		body["next_cursor"] = strconv.FormatInt(events[in.Limit-1].Seq, 10)
	}
	if body["events"], body["refs"], err = t.reader.ShowEvents(ctx, actor.From(ctx), events); err != nil {
		return nil, err
	}
	return &metaOut{body}, nil
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
