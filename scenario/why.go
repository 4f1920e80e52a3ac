package scenario

import (
	"fmt"
	"testing"
)

// Why is the answer to 为什么.
type Why struct {
	Owner      WhyOwner          `json:"owner"`
	Tags       map[string]WhyTag `json:"tags"`
	Countdowns []Countdown       `json:"countdowns"`
}

// WhyOwner tells why a record is whose it is.
type WhyOwner struct {
	Decision string      `json:"decision"` // assigned, pool, manual, none
	Person   *Named      `json:"person"`
	From     *Named      `json:"from"`
	By       string      `json:"by"`
	Text     string      `json:"text"`
	At       string      `json:"at"`
	Revision int         `json:"revision"`
	Policy   *Titled     `json:"policy"`
	Reason   string      `json:"reason"`
	Branches []WhyBranch `json:"branches"`
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

// WhyBranch is what became of one branch.
type WhyBranch struct {
	Name         string         `json:"name"`
	Title        string         `json:"title"`
	Matched      bool           `json:"matched"`
	Chosen       bool           `json:"chosen"`
	Fallback     bool           `json:"fallback"`
	Strategy     string         `json:"strategy"`
	StrategyText string         `json:"strategy_text"`
	Conditions   *Trace         `json:"conditions"`
	Warning      string         `json:"warning"`
	Keep         *WhyKeep       `json:"keep"`
	Considered   int            `json:"considered"`
	Excluded     []Excluded     `json:"excluded"`
	Candidates   []WhyCandidate `json:"candidates"`
}

// WhyKeep is what became of the owner of the record's customer.
type WhyKeep struct {
	Outcome string `json:"outcome"`
	Text    string `json:"text"`
}

// Excluded counts those a filter left out.
type Excluded struct {
	Filter string `json:"filter"`
	Text   string `json:"text"`
	Count  int    `json:"count"`
}

// WhyCandidate is one person who passed the filters.
type WhyCandidate struct {
	Person Named  `json:"person"`
	Passed bool   `json:"passed"`
	Chosen bool   `json:"chosen"`
	Note   string `json:"note"`
	Checks []struct {
		Label  string `json:"label"`
		Text   string `json:"text"`
		Seen   string `json:"seen"`
		Passed bool   `json:"passed"`
	} `json:"checks"`
}

// Trace is one node of an explained condition.
type Trace struct {
	Kind     string  `json:"kind"`
	Passed   bool    `json:"passed"`
	Text     string  `json:"text"`
	Seen     string  `json:"seen"`
	Children []Trace `json:"children"`
}

// WhyTag tells why a record carries a tag.
type WhyTag struct {
	Value      any    `json:"value"`
	Title      string `json:"title"`
	Text       string `json:"text"`
	Rule       string `json:"rule"`
	At         string `json:"at"`
	Revision   int    `json:"revision"`
	Seen       string `json:"seen"`
	Conditions *Trace `json:"conditions"`
}

// Countdown is a countdown of a record.
type Countdown struct {
	ID          string  `json:"id"`
	Kind        string  `json:"kind"`  // first_open, follow_up, assign_deadline
	State       string  `json:"state"` // running, stopped, fired
	Person      string  `json:"person"`
	StartedAt   string  `json:"started_at"`
	DueAt       string  `json:"due_at"`
	StoppedAt   *string `json:"stopped_at"`
	FiredAt     *string `json:"fired_at"`
	Rule        Titled  `json:"rule"`
	WorkingTime bool    `json:"working_time"`
	Warning     string  `json:"warning"`
}

// Explain asks 为什么 of a record.
func (c *Client) Explain(t testing.TB, object, id string) Why {
	t.Helper()
	var w Why
	c.Get(t, path("/objects/%s/records/%s/explain", object, id), &w)
	return w
}

// Branch finds a branch by name; none fails the test.
func (w WhyOwner) Branch(t testing.TB, name string) WhyBranch {
	t.Helper()
	for _, b := range w.Branches {
		if b.Name == name {
			return b
		}
	}
	t.Fatalf("scenario: the explanation has no branch %s: %+v", name, w)
	return WhyBranch{}
}

// Candidate finds a person among a branch's candidates, nil when it was none.
func (b WhyBranch) Candidate(person string) *WhyCandidate {
	for i := range b.Candidates {
		if b.Candidates[i].Person.ID == person {
			return &b.Candidates[i]
		}
	}
	return nil
}

// Seen lists what the checks of a candidate saw, with ✓ or ✗.
func (c *WhyCandidate) Seen() string {
	if c == nil {
		return "no candidate"
	}
	s := ""
	for _, k := range c.Checks {
		s += fmt.Sprintf("%s %s%s ", k.Label, k.Seen, map[bool]string{true: "✓", false: "✗"}[k.Passed])
	}
	return s
}

// Change is a field's change in words, from and to; empty when it did not change.
func (h Happening) Change(field string) [2]string {
	for _, c := range h.Changes {
		if c.Field == field {
			return [2]string{c.FromText, c.ToText}
		}
	}
	return [2]string{}
}

// Events picks a record's events of one kind, newest first.
func (c *Client) Events(t testing.TB, object, id, op string) []Happening {
	t.Helper()
	var out []Happening
	for _, h := range c.History(t, object, id) {
		if h.Op == op {
			out = append(out, h)
		}
	}
	return out
}
