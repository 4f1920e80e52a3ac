// Package actor says who asks: a person, an API key, a channel's key, or the system itself. It stands below everything that checks rights.
package actor

import "context"

// Kind tells what sort of actor it is.
type Kind string

// The kinds of actors.
const (
	Person  Kind = "person"
	Key     Kind = "key"
	Channel Kind = "channel"
	System  Kind = "system"
)

// Actor is who asks. Values are immutable once made.
type Actor struct {
	Kind  Kind
	ID    string   // person id, key id or channel name; empty for the system
	Name  string   // as shown in the trail
	Roles []string // role definitions by name
	Unit  string   // org unit id of a person
	IP    string   // where from, empty inside
	// Request is the request's id, for the trail and for errors.
	Request string
	// Scopes limit an API key; nil for persons.
	Scopes []string
	// For is the person in whose place an API key acts; empty for others.
	For string
	// Stands are the people in whose place a person acts today (they are away and named this one).
	Stands []Stand
	// Viewer is who looks at the system as this person; empty when the person does. A viewer only reads.
	Viewer string
}

// Stand is a person in whose place another acts.
type Stand struct {
	ID, Name, Unit string
	Roles          []string
}

// Owns tells whether a record of an owner is the actor's own: the person's, or one's in whose place the person acts.
func (a *Actor) Owns(owner string) bool {
	if owner == "" || a.Kind != Person {
		return false
	}
	for _, s := range a.Stands {
		if s.ID == owner {
			return true
		}
	}
	return a.ID == owner
}

// TheSystem is the explicit actor of background work.
func TheSystem(name string) *Actor { return &Actor{Kind: System, Name: name} }

// Has reports whether the actor carries the role.
func (a *Actor) Has(role string) bool {
	for _, r := range a.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// Self is the person id whose own rows are the actor's own: the person, or the one a key acts for. Empty for the others.
func (a *Actor) Self() string {
	switch a.Kind {
	case Person:
		return a.ID
	case Key:
		return a.For
	}
	return ""
}

type ctxKey struct{}

// With puts the actor into ctx; done once, at the edge.
func With(ctx context.Context, a *Actor) context.Context { return context.WithValue(ctx, ctxKey{}, a) }

// From takes the actor out of ctx, nil when none was put in.
func From(ctx context.Context) *Actor {
	a, _ := ctx.Value(ctxKey{}).(*Actor)
	return a
}
