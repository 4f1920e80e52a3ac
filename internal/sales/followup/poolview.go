package followup

import (
	"context"
	"encoding/json"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
)

// Pool is an object's pool as its page shows it: the regions with their counts, and what the asker may still take.
type Pool struct {
	// Hours are those of the policy without a condition, null where other policies give some records hours of their own; Rule is that policy.
	Hours   *int         `json:"hours"`
	Rule    *RuleRef     `json:"rule"`
	Regions []PoolRegion `json:"regions"`
	Quota   PoolQuota    `json:"quota"`
	// NextAt is when the next record passes its hours, if nothing happens before.
	NextAt *string `json:"next_at"`
	// MayClaim and MayAssign are the asker's rights.
	MayClaim  bool `json:"may_claim"`
	MayAssign bool `json:"may_assign"`
}

// PoolRegion is one tab: a unit that answers for provinces, all (id "all"), or what no unit answers for (id "none"). Filter and Waiting are
// conditions for the list of records: all in the pool, and those past their hours.
type PoolRegion struct {
	ID           string          `json:"id"`
	Name         string          `json:"name"`
	Count        int             `json:"count"`
	Capped       bool            `json:"capped"`
	Waiting      int             `json:"waiting"`
	WaitCapped   bool            `json:"waiting_capped"`
	Filter       json.RawMessage `json:"filter"`
	WaitingWhere json.RawMessage `json:"waiting_filter"`
}

// PoolQuota is what the policy without a condition leaves to the asker; null where nothing limits.
type PoolQuota struct {
	MaxOpen      *int `json:"max_open"`
	MaxPerDay    *int `json:"max_claims_per_day"`
	ClaimedToday int  `json:"claimed_today"`
}

type cond = map[string]any

func all(cs ...any) cond { return cond{"all": cs} }

// inPool are the records without owner that still want one.
func inPool(o *object.Object) []any {
	cs := []any{cond{"field": "owner", "op": "empty"}}
	if has(o, "decided_at") {
		cs = append(cs, cond{"field": "decided_at", "op": "empty"})
	}
	if has(o, "converted") {
		cs = append(cs, cond{"field": "converted", "op": "ne", "value": true})
	}
	return cs
}

// pastHours are the records that have waited longer than the policy that speaks of them says.
func (e *Engine) pastHours(s *definition.Snapshot, o *object.Object) cond {
	since := sinceField
	if !has(o, since) {
		since = "created_at"
	}
	older := func(hours int) cond {
		return all(cond{"field": since, "op": "not_empty"}, cond{"field": since, "op": "lte", "value": object.Instant(e.Clock.Milli() - int64(hours)*3_600_000)})
	}
	var cases, before []any
	for _, p := range e.poolPoliciesOf(s, o.Name) {
		if p.when == nil {
			return cond{"any": append(cases, all(append(before, older(p.Spec.UnassignedHours))...))}
		}
		cases = append(cases, all(append(append([]any{}, before...), p.Spec.When, older(p.Spec.UnassignedHours))...))
		before = append(before, cond{"none": []json.RawMessage{p.Spec.When}})
	}
	return cond{"any": append(cases, all(append(before, older(defaultUnassignedHours))...))}
}

// PoolOf gives the pool of an object as the actor may see it.
func (e *Engine) PoolOf(ctx context.Context, r *record.Reader, a *actor.Actor, objectName string) (*Pool, error) {
	o, scope, err := r.Object(a, objectName)
	if err != nil {
		return nil, err
	}
	if !o.Spec.Pool {
		return nil, noPool(o)
	}
	if !scope.AllowsOwner("") {
		return nil, forbidden(o, "查看公海，领取")
	}
	s := e.Defs.Current()
	hours := defaultUnassignedHours
	out := &Pool{Hours: &hours, MayClaim: a.Kind == actor.Person && e.Access.May(s, a, o.Name, func(r access.Rule) bool { return r.Claim }), MayAssign: e.Access.May(s, a, o.Name, func(r access.Rule) bool { return r.Assign })}
	for _, p := range e.poolPoliciesOf(s, o.Name) {
		if p.when != nil {
			out.Hours = nil // by segment
			continue
		}
		hours, out.Rule = p.Spec.UnassignedHours, &RuleRef{p.Name, p.Title.ZH}
		out.Quota = PoolQuota{MaxOpen: p.Spec.MaxOpen, MaxPerDay: p.Spec.MaxClaimsPerDay}
		if err := e.DB.QueryRow(ctx, "SELECT COALESCE(SUM(n), 0) FROM pool_claim WHERE rule = ? AND person = ? AND day = ?", p.Name, a.ID, e.day(e.Clock.Milli())).Scan(&out.Quota.ClaimedToday); err != nil {
			return nil, err
		}
		break
	}
	late := e.pastHours(s, o)
	add := func(id, name string, where ...any) error {
		g := PoolRegion{ID: id, Name: name}
		base := append(inPool(o), where...)
		var err error
		if g.Filter, err = json.Marshal(all(base...)); err != nil {
			return err
		}
		if g.WaitingWhere, err = json.Marshal(all(append(base, late)...)); err != nil {
			return err
		}
		for _, x := range []struct {
			filter json.RawMessage
			n      *int
			capped *bool
		}{{g.Filter, &g.Count, &g.Capped}, {g.WaitingWhere, &g.Waiting, &g.WaitCapped}} {
			page, err := r.List(ctx, a, record.List{Object: o.Name, Filter: x.filter, Limit: 1, Count: true})
			if err != nil {
				return err
			}
			*x.n, *x.capped = page.Count, page.Capped
		}
		out.Regions = append(out.Regions, g)
		return nil
	}
	if err := add("all", ""); err != nil {
		return nil, err
	}
	if has(o, "region") {
		var known []string
		for _, u := range e.Dir.Units() {
			if len(u.Provinces) == 0 {
				continue
			}
			known = append(known, u.Provinces...)
			if err := add(u.ID, u.Name, cond{"field": "region", "op": "under", "value": u.Provinces}); err != nil {
				return nil, err
			}
		}
		if len(known) > 0 {
			if err := add("none", "", cond{"none": []cond{{"field": "region", "op": "under", "value": known}}}); err != nil {
				return nil, err
			}
		}
	}
	out.NextAt, err = e.nextWait(ctx, o)
	return out, err
}

// nextWait is when the clock of the next record in the pool runs out, nil when none runs.
func (e *Engine) nextWait(ctx context.Context, o *object.Object) (*string, error) {
	var due int64
	if err := e.DB.QueryRow(ctx, "SELECT COALESCE(MIN(due_at), 0) FROM timer WHERE state = 0 AND kind = ? AND object = ?", PoolWait, o.Name).Scan(&due); err != nil || due == 0 {
		return nil, err
	}
	at := object.Instant(due)
	return &at, nil
}
