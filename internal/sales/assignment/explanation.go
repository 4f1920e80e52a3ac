package assignment

import (
	"baton/internal/platform/condition"
)

// Explanation of an owner.
type Explanation struct {
	Decision string         `json:"decision" enum:"assigned,pool,manual,none"`
	Person   *Named         `json:"person,omitempty"`
	From     *Named         `json:"from,omitempty"` // the owner before, where a person decided
	By       string         `json:"by,omitempty"`   // who decided, where a person did
	Text     string         `json:"text"`
	At       string         `json:"at,omitempty"` // RFC 3339, UTC, milliseconds
	Revision int64          `json:"revision,omitempty"`
	Policy   *Titled        `json:"policy,omitempty"`
	Reason   string         `json:"reason,omitempty"`
	Branches []*BranchTrace `json:"branches"`
}

// Named is a person.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Titled is a definition.
type Titled struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// BranchTrace is what became of one branch. Branches behind the one that decided were not asked and are left out.
type BranchTrace struct {
	Name         string           `json:"name"`
	Title        string           `json:"title"`
	Matched      bool             `json:"matched"`
	Chosen       bool             `json:"chosen"`
	Fallback     bool             `json:"fallback"`
	Strategy     string           `json:"strategy"`
	StrategyText string           `json:"strategy_text"`
	Conditions   *condition.Trace `json:"conditions,omitempty"` // of the record; absent: no condition
	// Warning names what the working hours rest on, such as a year whose holidays are not announced.
	Warning string `json:"warning,omitempty"`
	// Keep tells of the owner of the record's customer, where the policy lets that person come first.
	Keep       *KeepTrace        `json:"keep,omitempty"`
	Considered int               `json:"considered"`
	Excluded   []Excluded        `json:"excluded"`
	Candidates []*CandidateTrace `json:"candidates"`
}

// KeepTrace is what became of the owner of the record's customer in one branch.
type KeepTrace struct {
	Outcome string `json:"outcome" enum:"took,inactive,leave,hours,full"`
	Text    string `json:"text"`
}

// Excluded counts those a filter left out.
type Excluded struct {
	Filter string `json:"filter"`
	Text   string `json:"text"`
	Count  int    `json:"count"`
}

// CandidateTrace is one person who passed the filters.
type CandidateTrace struct {
	Person Named   `json:"person"`
	Passed bool    `json:"passed"`
	Chosen bool    `json:"chosen"`
	Note   string  `json:"note,omitempty"`
	Checks []Check `json:"checks"`
}

// Check is one condition on a candidate with the value seen.
type Check struct {
	Label  string `json:"label"`
	Text   string `json:"text"`
	Seen   string `json:"seen"`
	Passed bool   `json:"passed"`
}
