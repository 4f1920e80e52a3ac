package app

import (
	"context"
	"slices"
	"strings"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/identity"
	"baton/internal/platform/object"
	"baton/internal/platform/reader"
	"baton/internal/platform/store"
	"baton/internal/sales/followup"
	"baton/internal/sales/hosted"
	"baton/internal/sales/intake"
)

// hosted joins the pages for people without an account to what takes leads in and to what follows them up.
func (a *App) hosted() *hosted.Service {
	e := &a.engines
	return hosted.New(hosted.Service{DB: a.DB, Defs: a.Defs, Writer: a.Writer, Reader: a.Reader, Clock: a.Clock, Env: a.Env, Signer: e.signer, Files: e.files,
		Find: intake.Find,
		May:  func(who *actor.Actor, kind string) bool { return a.Access.MayConfigure(a.Defs.Current(), who, kind) },
		Receive: func(ctx context.Context, in hosted.Arrival) (string, error) {
			out, err := e.intake.Receive(ctx, intake.Arrival{Channel: in.Channel, Values: in.Values, Body: in.Body, IdempotencyKey: in.Key, IP: in.IP, Request: in.Request, HappenedAt: in.HappenedAt})
			return out.ID, err
		},
		Tell: func(ctx context.Context, tx *store.Tx, who *actor.Actor, row *object.Row, act hosted.Act) (hosted.Told, error) {
			told, err := e.follow.Tell(ctx, tx, who, row, followup.Act(act))
			return hosted.Told(told), err
		}})
}

// agent finds who answered a call: by user name, id, phone, or a name that only one person has. Free is a rep who works today.
func (a *App) agent(_ *definition.Snapshot, text string) (person string, free bool) {
	var found []*identity.Person
	phone := ""
	if p, err := reader.Phone(text); err == nil {
		phone = p.E164
	}
	for _, p := range a.Dir.People() {
		if p.ID == text || p.Username != "" && strings.EqualFold(p.Username, text) {
			found = []*identity.Person{p}
			break
		}
		if p.Name == text || phone != "" && p.Row != nil && p.Row.Text("phone") == phone {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return "", false
	}
	p := found[0]
	return p.ID, slices.Contains(p.Roles, "rep") && !onLeave(p, a.today())
}

// today is the workspace's day, as dates are kept.
func (a *App) today() int64 {
	return object.DayOf(a.Clock.Now(), a.Env.Zone)
}

func onLeave(p *identity.Person, day int64) bool {
	if p.Row == nil {
		return false
	}
	from, hasFrom := p.Row.Int("leave_from")
	until, hasUntil := p.Row.Int("leave_until")
	if !hasFrom && !hasUntil {
		return false
	}
	return (!hasFrom || from <= day) && (!hasUntil || day <= until)
}
