package followup

import (
	"context"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
)

// Countdown is a countdown as the API shows it.
type Countdown struct {
	ID        string  `json:"id"`
	Kind      string  `json:"kind" enum:"first_open,follow_up,assign_deadline,nudge"`
	State     string  `json:"state" enum:"running,stopped,fired"`
	Person    string  `json:"person"`
	StartedAt string  `json:"started_at"`
	DueAt     string  `json:"due_at"`
	StoppedAt *string `json:"stopped_at"`
	FiredAt   *string `json:"fired_at"`
	Rule      RuleRef `json:"rule"`
	// WorkingTime says that only working days or hours were counted.
	WorkingTime bool `json:"working_time"`
	// Warning names what the due instant rests on, such as a year whose holidays are not announced.
	Warning string `json:"warning,omitempty"`
}

// RuleRef names the rule a countdown runs by.
type RuleRef struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// shown are the kinds people see; what follows a breach works behind them.
var shown = map[string]bool{FirstOpen: true, FollowUp: true, AssignDeadline: true, Nudge: true}

// View gives countdowns as the API shows them.
func View(s *definition.Snapshot, timers []timer.Timer) []Countdown {
	out := []Countdown{}
	for _, t := range timers {
		if !shown[t.Kind] {
			continue
		}
		c := Countdown{ID: t.ID, Kind: t.Kind, State: t.State.String(), Person: t.Person, StartedAt: object.Instant(t.StartedAt), DueAt: object.Instant(t.Due), Rule: RuleRef{Name: t.Rule, Title: t.Rule}}
		ended := object.Instant(t.EndedAt)
		switch t.State {
		case timer.Stopped:
			c.StoppedAt = &ended
		case timer.Fired:
			c.FiredAt = &ended
		}
		for _, kind := range []string{Kind, "assignment_policy"} {
			if d, ok := s.Definition(kind, t.Rule); ok {
				c.Rule.Title = d.Title.ZH
				break
			}
		}
		if terms, err := termsOf(t); err == nil && terms.Working {
			c.WorkingTime = true
			if cal, ok := timer.CalendarOf(s, terms.Calendar); ok {
				c.Warning = cal.Warning(t.StartedAt, t.Due)
			}
		}
		out = append(out, c)
	}
	return out
}

// TimersFor gives the countdowns of records for lists and pages: the newest of each kind, by record.
func (e *Engine) TimersFor(ctx context.Context, q store.Querier, objectName string, ids []string) (map[string][]Countdown, error) {
	by, err := e.Timers.ListFor(ctx, q, objectName, ids)
	if err != nil {
		return nil, err
	}
	s := e.Defs.Current()
	out := make(map[string][]Countdown, len(by))
	for id, ts := range by {
		out[id] = View(s, ts)
	}
	return out, nil
}

// Actions tells what the actor may do with a row: claim, open (the owner's first opening is still to come), contacted, note, transfer, return, protect and unprotect
// (待回访).
func (e *Engine) Actions(a *actor.Actor, row *object.Row) map[string]bool {
	s := e.Defs.Current()
	mine := owns(a, row)
	mayMove := e.mayMove(s, a, row)
	return map[string]bool{
		"claim":     a.Kind == actor.Person && row.Owner() == "" && row.Object.Spec.Pool && e.Access.May(s, a, row.Object.Name, func(r access.Rule) bool { return r.Claim }),
		"open":      mine && has(row.Object, "first_opened_at") && row.Get("first_opened_at") == nil,
		"contacted": contactable(s, row.Object) && (mine || e.Access.Scope(s, a, row.Object.Name, access.Update).Allows(row)),
		"note":      mine || e.Access.Scope(s, a, row.Object.Name, access.Update).Allows(row),
		"transfer":  mayMove,
		"return":    mayMove && row.Owner() != "" && row.Object.Spec.Pool,
		"protect":   mine && has(row.Object, protectedField) && !settled(row),
		"unprotect": (mine || mayMove) && e.protected(row),
	}
}

// contactable tells that talks with the record's contact are kept: on the record itself, or as follow-ups that point to it.
func contactable(s *definition.Snapshot, o *object.Object) bool {
	if has(o, "contacted_at") {
		return true
	}
	f, ok := object.Of(s, followUpObject)
	return ok && relationTo(f, o) != nil
}
