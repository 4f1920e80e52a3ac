// Package assignment gives each record that comes in without an owner to a person, inside the record's own write: by published policies of
// ordered branches, over people who pass the branch's filters and live figures, by the branch's strategy. It keeps what it saw and explains
// it. A policy names its object, so tickets are assigned as leads are.
package assignment

import (
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/query"
	"baton/internal/platform/timer"
)

// Kind is the definition kind of assignment policies.
const Kind = "assignment_policy"

// DeadlineKind is the countdown of a record that waits in the pool (分配时限).
const DeadlineKind = "assign_deadline"

// The objects and fields assignment works with, where they exist.
const (
	personObject = "person"
	taskObject   = "task"
	firstContact = "首次联系"
	repRole      = "rep"
)

// Spec is a policy as written.
type Spec struct {
	Object  string `json:"object"`
	Enabled *bool  `json:"enabled,omitempty"` // true when absent
	// When limits the records the policy is for; the first policy by name whose condition holds decides.
	When *condition.Node `json:"when,omitempty"`
	// DeadlineMinutes is how long a record that came in may wait for an owner before the warning; 0 = no clock.
	DeadlineMinutes int64 `json:"deadline_minutes,omitempty"`
	// ContactHours after assignment the first contact is due; 72 when absent.
	ContactHours int64 `json:"contact_hours,omitempty"`
	// Calendar names the working calendar by which Candidates.Hours counts; when absent, the workspace's first by name.
	Calendar string `json:"calendar,omitempty"`
	// KeepOwner names a field of the record that points to another one (its customer). Whoever owns that comes first in each branch whose
	// conditions hold, provided that the person is active, not on leave and within the caps. Empty: everybody is equal.
	KeepOwner string   `json:"keep_owner,omitempty"`
	Branches  []Branch `json:"branches"`
	Otherwise string   `json:"otherwise,omitempty"` // "pool", the only answer so far
}

// Branch is one way out. Branches are asked in order, fallback branches after all others; one that finds nobody leaves it to the next.
type Branch struct {
	Name       string          `json:"name"`
	Title      string          `json:"title"`
	When       *condition.Node `json:"when,omitempty"` // absent: every record
	Fallback   bool            `json:"fallback,omitempty"`
	Candidates Candidates      `json:"candidates"`
	Strategy   string          `json:"strategy"`
	// DailyCap is how many records one person may get by this branch in a day; 0 = no limit.
	DailyCap int64 `json:"daily_cap,omitempty"`
	// KeepOwner takes this branch out of the policy's KeepOwner when false; absent: as the policy says.
	KeepOwner *bool `json:"keep_owner,omitempty"`
}

// Candidates limits who may get the record. All are active people with the role rep.
type Candidates struct {
	// Region: the person's nearest unit with provinces covers the record's region. A record without a known region suits everybody.
	Region bool `json:"region,omitempty"`
	// ProductLine: the person's product lines hold the record's. A record without one suits everybody, as does a person without any.
	ProductLine bool `json:"product_line,omitempty"`
	// Leave leaves out people on leave today; Hours those outside their working hours now, or on a day that the calendar does not work.
	Leave   bool   `json:"leave,omitempty"`
	Hours   bool   `json:"hours,omitempty"`
	MinRank string `json:"min_rank,omitempty"`
	// Where is a condition on the person and on live figures; {"ref": "candidate.id"} is the person, {"ref": "<object>.<field>"} the record.
	Where *condition.Node `json:"where,omitempty"`
}

// Policy is a compiled policy. Immutable.
type Policy struct {
	Name     string
	Title    definition.Text
	Spec     Spec
	Object   *object.Object
	Person   *object.Object
	calendar *timer.Calendar // nil: the workspace has none
	when     *condition.Cond
	branches []*branch      // in the order they are asked
	keep     *object.Field  // Spec.KeepOwner, nil: not asked
	keepOf   *object.Object // what it points to
	// inputs are the record's fields the policy reads, kept with each decision.
	inputs []*object.Field
	// reach are the fields its conditions read, by object; kept of each record met through a relation.
	reach map[string][]string
}

// Enabled reports whether the policy is in force.
func (p *Policy) Enabled() bool { return p.Spec.Enabled == nil || *p.Spec.Enabled }

type branch struct {
	Branch
	index    int // position in the spec
	when     *condition.Cond
	where    *condition.Cond
	quick    *fast // where, prepared; nil where it cannot be
	minRank  int   // position on the person's list of ranks, -1 = any
	strategy Strategy
	figures  []figure
	leaf     map[*condition.MeasureUse]int // measure leaf → figure
	caps     []int                         // figures that where bounds from above
	limit    *condition.Cond               // of where only what bounds figures from above: what the customer's owner has to pass; nil: nothing
	load     int                           // figure of open to-dos, -1 when the strategy needs none
	rate     int                           // figure of the win rate, likewise
}

// figure is a live number asked for each candidate: a kept measure by its first dimension, the person.
type figure struct {
	measure string
	m       *query.Measure
	period  *condition.Period
	second  binding
}

// binding fixes a measure's second dimension.
type binding struct {
	literal   any
	record    *object.Field // of the record
	otherwise *object.Field // of the record, where record is empty
	candidate *object.Field // of the person
}

// The filters, in the order they are asked.
const (
	byRegion = iota
	byProductLine
	byRank
	byLeave
	byHours
	filters
)

var filterNames = [filters]string{"region", "product_line", "rank", "leave", "hours"}
var filterWords = [filters]string{"负责的地区不含这条记录的地区", "产品线不含这条记录的产品线", "职级不够", "正在休假", "不在工作时间"}
