package record

import (
	"context"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// ShareHTTP serves the sharing of records.
type ShareHTTP struct {
	Sharing *Sharing
}

// Routes lists the module's routes; who may share is decided by the record further in.
func (h *ShareHTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/objects/{object}/records/{id}:share", Right: web.SignedIn, Summary: "Open a record to a person or a unit, to read or to edit, until a day", Status: 201}, h.share)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/objects/{object}/records/{id}/shares", Right: web.SignedIn, Summary: "With whom a record is and was shared"}, h.list)
	web.Handle(r, web.Route{Method: "DELETE", Path: "/api/v1/objects/{object}/records/{id}/shares/{share}", Right: web.SignedIn, Summary: "Take a share back", Status: 204}, h.end)
}

// ShareView is a share as the API shows it.
type ShareView struct {
	ID       string  `json:"id"`
	Person   string  `json:"person,omitempty"`
	Unit     string  `json:"unit,omitempty"`
	Name     string  `json:"name" doc:"of the person or the unit"`
	Edit     bool    `json:"edit"`
	Until    *string `json:"until" doc:"last day, null for no end"`
	Reason   string  `json:"reason"`
	By       string  `json:"by"`
	ByName   string  `json:"by_name"`
	SharedAt string  `json:"shared_at"`
	Live     bool    `json:"live" doc:"still opens the record"`
	EndedAt  *string `json:"ended_at" doc:"when it was taken back"`
}

func (h *ShareHTTP) view(sh Share) ShareView {
	name := h.Sharing.Reader.Env.Name
	v := ShareView{ID: sh.ID, Person: sh.Person, Unit: sh.Unit, Edit: sh.Edit, Reason: sh.Reason, By: sh.By, ByName: name("person", sh.By), SharedAt: object.Instant(sh.SharedAt), Live: sh.EndedAt == 0}
	if v.Name = name("org_unit", sh.Unit); sh.Person != "" {
		v.Name = name("person", sh.Person)
	}
	if sh.Until != nil {
		d := dateText(*sh.Until)
		v.Until, v.Live = &d, v.Live && *sh.Until >= h.Sharing.Writer.Access.Today()
	}
	if sh.EndedAt != 0 {
		at := object.Instant(sh.EndedAt)
		v.EndedAt = &at
	}
	return v
}

type shareIn struct {
	Target
	Body struct {
		Person string `json:"person,omitempty" maxLength:"100"`
		Unit   string `json:"unit,omitempty" maxLength:"100"`
		Edit   bool   `json:"edit,omitempty"`
		Until  string `json:"until,omitempty" doc:"last day, as 2026-12-31; none for no end"`
		Reason string `json:"reason,omitempty"`
	}
}

type shareOut struct {
	Body struct {
		Share ShareView `json:"share"`
	}
}

func (h *ShareHTTP) share(ctx context.Context, in *shareIn) (*shareOut, error) {
	until, err := ReadDay(in.Body.Until, "/until")
	if err != nil {
		return nil, err
	}
	sh, err := h.Sharing.Add(ctx, actor.From(ctx), in.Object, in.ID, Share{Person: in.Body.Person, Unit: in.Body.Unit, Edit: in.Body.Edit, Until: until, Reason: in.Body.Reason})
	if err != nil {
		return nil, err
	}
	out := &shareOut{}
	out.Body.Share = h.view(*sh)
	return out, nil
}

// ReadDay reads a day of an API as 2026-12-31; empty is none.
func ReadDay(s, pointer string) (*int64, error) {
	if s == "" {
		return nil, nil
	}
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		return nil, problem.New(problem.Invalid, "invalid_day", "日期有误", problem.Item{Pointer: pointer, Code: "invalid", Message: "“" + s + "”不是日期", Hint: "请写成 2026-12-31"})
	}
	d := t.Unix() / 86400
	return &d, nil
}

type sharesOut struct {
	Body struct {
		Shares   []ShareView `json:"shares"`
		MayShare bool        `json:"may_share"`
	}
}

func (h *ShareHTTP) list(ctx context.Context, in *Target) (*sharesOut, error) {
	a := actor.From(ctx)
	row, shares, err := h.Sharing.List(ctx, a, in.Object, in.ID)
	if err != nil {
		return nil, err
	}
	out := &sharesOut{}
	out.Body.Shares, out.Body.MayShare = make([]ShareView, len(shares)), h.Sharing.mayShare(a, row)
	for i, sh := range shares {
		out.Body.Shares[i] = h.view(sh)
	}
	return out, nil
}

type endShareIn struct {
	Target
	Share string `path:"share"`
}

func (h *ShareHTTP) end(ctx context.Context, in *endShareIn) (*struct{}, error) {
	return nil, h.Sharing.End(ctx, actor.From(ctx), in.Object, in.ID, in.Share)
}
