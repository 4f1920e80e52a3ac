package followup

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

// PoolKind is the definition kind of pool policies.
const PoolKind = "pool_policy"

// PoolSpec is a pool policy as written. A limit that is null does not hold.
type PoolSpec struct {
	Object  string `json:"object"`
	Enabled bool   `json:"enabled"`
	// When limits the policy to some records; empty is all. The first matching policy by name counts.
	When json.RawMessage `json:"when,omitempty"`
	// MaxOpen is how many open records one person may hold, MaxClaimsPerDay how many one may claim on a day of the workspace.
	MaxOpen         *int `json:"max_open"`
	MaxClaimsPerDay *int `json:"max_claims_per_day"`
	// RecycleAfterDays is after how long without a follow-up a record goes back to the pool.
	RecycleAfterDays *int `json:"recycle_after_days"`
	// UnassignedHours is from when on a record that waits in the pool stands in its region's list, ProtectMaxDays how far a 待回访 may reach.
	UnassignedHours int `json:"unassigned_hours"`
	ProtectMaxDays  int `json:"protect_max_days"`
}

// The figures where no policy speaks.
const (
	defaultUnassignedHours = 72
	defaultProtectDays     = 30
)

// PoolPolicy is a compiled pool policy. Immutable.
type PoolPolicy struct {
	Name  string
	Title definition.Text
	Spec  PoolSpec
	when  *condition.Cond
}

// NewPoolKind is the definition kind of pool policies; it is registered after object. env reads the condition's literals.
func NewPoolKind(env *object.Env) definition.Kind {
	return definition.Kind{Name: PoolKind, Title: definition.Text{ZH: "公海规则", EN: "Pool policy"}, Schema: PoolSpec{}, Sentence: poolSentence,
		Compile: func(d *definition.Definition, b *definition.Builder) any { return compilePool(d, b, env) }}
}

func compilePool(d *definition.Definition, b *definition.Builder, env *object.Env) any {
	p := &PoolPolicy{Name: d.Name, Title: d.Title}
	if !b.Decode(&p.Spec) {
		return nil
	}
	before := len(b.Problems)
	o, ok := object.Named(b, "/spec/object", p.Spec.Object)
	if !ok {
		return nil
	}
	limit := func(at string, n *int, most int, what string) {
		if n != nil && (*n < 1 || *n > most) {
			b.Problem("/spec/"+at, "out_of_range", fmt.Sprintf("%s为 1 到 %d；不限制时留空", what, most), "")
		}
	}
	limit("max_open", p.Spec.MaxOpen, 1000, "持有上限")
	limit("max_claims_per_day", p.Spec.MaxClaimsPerDay, 1000, "每天领取上限")
	limit("recycle_after_days", p.Spec.RecycleAfterDays, 366, "收回的天数")
	limit("unassigned_hours", &p.Spec.UnassignedHours, maxHours, "未分配时限（小时）")
	limit("protect_max_days", &p.Spec.ProtectMaxDays, 366, "待回访最长天数")
	p.when = compileWhen(b, o, env, p.Spec.When)
	if len(b.Problems) > before {
		return nil
	}
	return p
}

func poolSentence(compiled any, s *definition.Snapshot) string {
	p, ok := compiled.(*PoolPolicy)
	if !ok {
		return ""
	}
	title := p.Spec.Object
	if o, ok := object.Of(s, p.Spec.Object); ok {
		title = o.Title.ZH
	}
	whose := "每条" + title
	if p.when != nil {
		whose = p.when.Words() + "的" + title
	}
	parts := []string{fmt.Sprintf("对%s，公海中超过 %d 小时未分配即列入所属大区的待分配清单", whose, p.Spec.UnassignedHours)}
	if n := p.Spec.MaxOpen; n != nil {
		parts = append(parts, fmt.Sprintf("每人最多持有 %d 条未结的", *n))
	}
	if n := p.Spec.MaxClaimsPerDay; n != nil {
		parts = append(parts, fmt.Sprintf("每人每天最多领取 %d 条", *n))
	}
	if n := p.Spec.RecycleAfterDays; n != nil {
		parts = append(parts, fmt.Sprintf("%d 天没有跟进的收回公海", *n))
	}
	parts = append(parts, fmt.Sprintf("待回访最长保护 %d 天", p.Spec.ProtectMaxDays))
	text := strings.Join(parts, "；")
	if !p.Spec.Enabled {
		text += "（未启用）"
	}
	return text
}

// poolIndex holds a snapshot's enabled pool policies by object.
type poolIndex struct {
	snap     *definition.Snapshot
	byObject map[string][]*PoolPolicy
}

func (e *Engine) poolPoliciesOf(s *definition.Snapshot, objectName string) []*PoolPolicy {
	ix := e.pools.Load()
	if ix == nil || ix.snap != s {
		ix = &poolIndex{snap: s, byObject: map[string][]*PoolPolicy{}}
		for _, p := range definition.All[*PoolPolicy](s, PoolKind) {
			if p.Spec.Enabled {
				ix.byObject[p.Spec.Object] = append(ix.byObject[p.Spec.Object], p)
			}
		}
		e.pools.Store(ix)
	}
	return ix.byObject[objectName]
}

// poolPolicy finds the policy for a row, nil when none applies.
func (e *Engine) poolPolicy(ctx context.Context, q store.Querier, s *definition.Snapshot, row *object.Row) (*PoolPolicy, error) {
	for _, p := range e.poolPoliciesOf(s, row.Object.Name) {
		if p.when == nil {
			return p, nil
		}
		ok, err := p.when.Match(e.sight(ctx, q, s, row))
		if err != nil {
			return nil, fmt.Errorf("followup: pool policy %s: %w", p.Name, err)
		}
		if ok {
			return p, nil
		}
	}
	return nil, nil
}

func (p *PoolPolicy) unassignedHours() int {
	if p == nil {
		return defaultUnassignedHours
	}
	return p.Spec.UnassignedHours
}

func (p *PoolPolicy) protectDays() int {
	if p == nil {
		return defaultProtectDays
	}
	return p.Spec.ProtectMaxDays
}
