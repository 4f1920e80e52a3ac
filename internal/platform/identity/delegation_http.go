package identity

import (
	"context"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/web"
)

func (h *HTTP) delegationRoutes(r *web.Router) {
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/delegations", Right: web.SignedIn, Summary: "Who acts in whose place: one's own, and everybody's for who keeps the people"}, h.delegations)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/delegations", Right: web.SignedIn, Summary: "Name who acts in one's place while one is away", Status: 201}, h.delegate)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/delegations/{id}:end", Right: web.SignedIn, Summary: "End a delegation before its day", Status: 204}, h.endDelegation)
}

// DelegationView is a delegation as the API shows it.
type DelegationView struct {
	ID           string  `json:"id"`
	Person       string  `json:"person"`
	PersonName   string  `json:"person_name"`
	Delegate     string  `json:"delegate"`
	DelegateName string  `json:"delegate_name"`
	From         string  `json:"from"`
	Until        string  `json:"until" doc:"last day"`
	Reason       string  `json:"reason"`
	MadeAt       string  `json:"made_at"`
	By           string  `json:"by"`
	State        string  `json:"state" doc:"coming, running, over or ended"`
	EndedAt      *string `json:"ended_at"`
}

func (h *HTTP) delegationView(d Delegation) DelegationView {
	day := func(n int64) string { s, _ := object.Date{}.JSON(nil, nil, n).(string); return s }
	v := DelegationView{ID: d.ID, Person: d.Person, PersonName: h.Dir.Name("person", d.Person), Delegate: d.Delegate, DelegateName: h.Dir.Name("person", d.Delegate), From: day(d.From), Until: day(d.Until), Reason: d.Reason, MadeAt: object.Instant(d.MadeAt), By: d.By, State: "running"}
	switch today := h.Service.Today(); {
	case d.EndedAt != 0:
		at := object.Instant(d.EndedAt)
		v.State, v.EndedAt = "ended", &at
	case d.Until < today:
		v.State = "over"
	case d.From > today:
		v.State = "coming"
	}
	return v
}

type delegationsOut struct {
	Body struct {
		Delegations []DelegationView `json:"delegations"`
	}
}

// keepsPeople tells whether the actor decides for others who acts in their place.
func (h *HTTP) keepsPeople(a *actor.Actor) bool {
	return h.Access.Right(h.Defs.Current(), a, "people.write")
}

func (h *HTTP) delegations(ctx context.Context, _ *struct{}) (*delegationsOut, error) {
	a := actor.From(ctx)
	person := a.Self()
	if h.keepsPeople(a) {
		person = ""
	}
	list, err := h.Service.Delegations(ctx, person)
	if err != nil {
		return nil, err
	}
	out := &delegationsOut{}
	out.Body.Delegations = make([]DelegationView, len(list))
	for i, d := range list {
		out.Body.Delegations[i] = h.delegationView(d)
	}
	return out, nil
}

type delegateIn struct {
	Body struct {
		Person   string `json:"person,omitempty" doc:"who is away; oneself when empty" maxLength:"100"`
		Delegate string `json:"delegate" maxLength:"100"`
		From     string `json:"from,omitempty" doc:"first day, as 2026-12-01; the leave's first day, or today, when empty"`
		Until    string `json:"until,omitempty" doc:"last day; the leave's last day when empty"`
		Reason   string `json:"reason,omitempty"`
	}
}

type delegationOut struct {
	Body struct {
		Delegation DelegationView `json:"delegation"`
	}
}

func (h *HTTP) delegate(ctx context.Context, in *delegateIn) (*delegationOut, error) {
	a := actor.From(ctx)
	d := Delegation{Person: in.Body.Person, Delegate: in.Body.Delegate, Reason: in.Body.Reason}
	if d.Person == "" {
		d.Person = a.Self()
	}
	// A program names nobody in its maker's place: who acts for whom is said by people.
	if a.Kind != actor.Person || d.Person != a.ID && !h.keepsPeople(a) {
		return nil, problem.New(problem.Forbidden, "forbidden", "只能给自己指定代理人", problem.Item{Pointer: "/person", Code: "people.write", Message: "给别人指定代理需要权限 people.write", Hint: "请联系管理员"})
	}
	for _, day := range []struct {
		text, at string
		to       *int64
	}{{in.Body.From, "/from", &d.From}, {in.Body.Until, "/until", &d.Until}} {
		n, err := record.ReadDay(day.text, day.at)
		if err != nil {
			return nil, err
		}
		if n != nil {
			*day.to = *n
		}
	}
	made, err := h.Service.Delegate(ctx, a, d)
	if err != nil {
		return nil, err
	}
	out := &delegationOut{}
	out.Body.Delegation = h.delegationView(*made)
	return out, nil
}

func (h *HTTP) endDelegation(ctx context.Context, in *idIn) (*struct{}, error) {
	a := actor.From(ctx)
	all := h.keepsPeople(a)
	return nil, h.Service.EndDelegation(ctx, a, in.ID, func(d Delegation) bool { return all || d.Person == a.ID || d.Delegate == a.ID })
}
