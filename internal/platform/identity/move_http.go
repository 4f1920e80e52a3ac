package identity

import (
	"context"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/web"
)

// MoveHTTP serves moves in the org tree.
type MoveHTTP struct {
	Mover *Mover
}

// Routes lists the module's routes with their rights.
func (h *MoveHTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/org-moves", Right: "people.write", Summary: "Moves of people and units that are to come"}, h.coming)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/org-moves", Right: "people.write", Summary: "Move a person or a unit from a day on"}, h.move)
	web.Handle(r, web.Route{Method: "DELETE", Path: "/api/v1/org-moves/{object}/{id}", Right: "people.write", Summary: "Give up a move to come", Status: 204}, h.drop)
}

// MoveView is a move as the API shows it.
type MoveView struct {
	Object string `json:"object" doc:"person or org_unit"`
	ID     string `json:"id"`
	Name   string `json:"name"`
	To     string `json:"to"`
	ToName string `json:"to_name"`
	From   string `json:"from" doc:"first day"`
	Reason string `json:"reason"`
	By     string `json:"by"`
}

func (h *MoveHTTP) view(m Move) MoveView {
	from, _ := object.Date{}.JSON(nil, nil, m.From).(string)
	return MoveView{Object: m.Object, ID: m.ID, Name: h.Mover.Dir.Name(m.Object, m.ID), To: m.To, ToName: h.Mover.Dir.Name("org_unit", m.To), From: from, Reason: m.Reason, By: m.By}
}

type movesOut struct {
	Body struct {
		Moves []MoveView `json:"moves"`
	}
}

func (h *MoveHTTP) coming(ctx context.Context, _ *struct{}) (*movesOut, error) {
	list, err := h.Mover.Coming(ctx)
	if err != nil {
		return nil, err
	}
	out := &movesOut{}
	out.Body.Moves = make([]MoveView, len(list))
	for i, m := range list {
		out.Body.Moves[i] = h.view(m)
	}
	return out, nil
}

type moveIn struct {
	Body struct {
		Object string `json:"object"`
		ID     string `json:"id" maxLength:"100"`
		To     string `json:"to" maxLength:"100" doc:"the new unit; empty puts a unit at the top"`
		From   string `json:"from,omitempty" doc:"first day, as 2026-12-01; today when empty"`
		Reason string `json:"reason,omitempty"`
	}
}

type moveOut struct {
	Body struct {
		Move MoveView `json:"move"`
		Done bool     `json:"done" doc:"made at once; else it is to come"`
	}
}

func (h *MoveHTTP) move(ctx context.Context, in *moveIn) (*moveOut, error) {
	m := Move{Object: in.Body.Object, ID: in.Body.ID, To: in.Body.To, Reason: in.Body.Reason, From: h.Mover.Writer.Access.Today()}
	day, err := record.ReadDay(in.Body.From, "/from")
	if err != nil {
		return nil, err
	}
	if day != nil {
		m.From = *day
	}
	out := &moveOut{}
	if out.Body.Done, err = h.Mover.Plan(ctx, actor.From(ctx), m); err != nil {
		return nil, err
	}
	m.By = actor.From(ctx).Self()
	out.Body.Move = h.view(m)
	return out, nil
}

type dropIn struct {
	Object string `path:"object"`
	ID     string `path:"id"`
}

func (h *MoveHTTP) drop(ctx context.Context, in *dropIn) (*struct{}, error) {
	return nil, h.Mover.Drop(ctx, actor.From(ctx), in.Object, in.ID)
}
