// Package followup keeps the promise that nobody waits unanswered: a record that gets an owner must be opened in time and its contact be
// reached in time, by that owner; a breach is told, escalated and, where so decided, ends with the record back in the pool. What lies there
// is kept by region, by quotas and by call-back protection, and what ran late is listed with where it stuck. It binds to objects by its
// rules, and knows countdowns, notices and the record writer, nothing of how an owner was chosen.
package followup

import (
	"sync/atomic"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/clock"
	"baton/internal/platform/definition"
	"baton/internal/platform/identity"
	"baton/internal/platform/notify"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
)

// The kinds of countdowns. FirstOpen runs from getting an owner to the owner's first opening, FollowUp from there to the first contact;
// AssignDeadline is started by whoever assigns, for records that wait for an owner. Escalate and Return follow a breach.
const (
	FirstOpen      = "first_open"
	FollowUp       = "follow_up"
	AssignDeadline = "assign_deadline"
	Escalate       = "escalate"
	Return         = "return_to_pool"
	// Nudge runs from an act of the contact to the next talk with them.
	Nudge = "nudge"
	// PoolWait runs while a record lies in the pool, Recycle while its owner may let it lie.
	PoolWait = "pool_wait"
	Recycle  = "pool_recycle"
)

// FirstContact is the kind of task that stands for the first contact.
const FirstContact = "首次联系"

// Directory answers who is who. *identity.Directory is one.
type Directory interface {
	// Person finds a person, nil when unknown.
	Person(id string) *identity.Person
	// Supervisor is the next manager above a person, empty at the top.
	Supervisor(person string) string
	// UnitFor is the unit whose provinces hold a region code, nil when none does.
	UnitFor(region string) *identity.Unit
	// Unit finds a unit, nil when unknown.
	Unit(id string) *identity.Unit
	// Units lists all units.
	Units() []*identity.Unit
}

// Engine is the follow-up engine. Safe for concurrent use; join its Step to the Writer and call Register before the timers run.
type Engine struct {
	DB     *store.DB
	Defs   *definition.Manager
	Writer *record.Writer
	Access *access.Control
	Dir    Directory
	Timers *timer.Service
	Inbox  *notify.Inbox
	Clock  *clock.Clock
	Env    *object.Env

	rules atomic.Pointer[ruleIndex]
	pools atomic.Pointer[poolIndex]
	seed  chan struct{}
}

// Register sets the handlers of the engine's countdowns.
func (e *Engine) Register() {
	e.seed = make(chan struct{}, 1)
	e.Timers.Handle(FirstOpen, e.breach)
	e.Timers.Handle(FollowUp, e.breach)
	e.Timers.Handle(Nudge, e.breach)
	e.Timers.Handle(Escalate, e.escalate)
	e.Timers.Handle(Return, e.returnToPool)
	e.Timers.Handle(AssignDeadline, e.unassigned)
	e.Timers.Handle(PoolWait, e.waited)
	e.Timers.Handle(Recycle, e.recycle)
}

// local shows an instant to the second, in the workspace's zone.
func (e *Engine) local(ms int64) string {
	zone := e.Env.Zone
	if zone == nil {
		zone = time.UTC
	}
	return time.UnixMilli(ms).In(zone).Format("2006-01-02 15:04:05")
}

// name of a person as shown in notices.
func (e *Engine) name(person string) string {
	if p := e.Dir.Person(person); p != nil {
		return p.Name
	}
	return person
}

// has reports whether the object has a field of that name.
func has(o *object.Object, name string) bool {
	_, ok := o.Field(name)
	return ok
}

// relationTo finds the field of another object that points to o: a task's lead, a follow-up's customer.
func relationTo(other, o *object.Object) *object.Field {
	for _, f := range other.Fields {
		if !f.System && f.Target == o.Name {
			return f
		}
	}
	return nil
}
