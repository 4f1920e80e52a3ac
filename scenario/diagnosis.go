package scenario

import (
	"encoding/json"
	"net/url"
	"testing"
)

// Fault is one thing a diagnosis found.
type Fault struct {
	Code     string   `json:"code"`
	Severity string   `json:"severity"`
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	Pointer  string   `json:"pointer"`
	Message  string   `json:"message"`
	Hint     string   `json:"hint"`
	Share    *float64 `json:"share"`
	Held     int      `json:"held"`
	Examples []struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	} `json:"examples"`
	Remedy *Remedy `json:"remedy"`
}

// Remedy is a fault's remedy as tried drafts.
type Remedy struct {
	Label     string       `json:"label"`
	Drafts    []Definition `json:"drafts"`
	Before    int          `json:"unassigned_before"`
	After     int          `json:"unassigned_after"`
	HeldAfter int          `json:"held_after"`
}

// Diagnosis is a period's.
type Diagnosis struct {
	Object     string  `json:"object"`
	Examined   int     `json:"examined"`
	Unassigned int     `json:"unassigned"`
	Still      int     `json:"still"`
	Truncated  bool    `json:"truncated"`
	Faults     []Fault `json:"faults"`
	All        *Remedy `json:"all"`
}

// Diagnose asks for the diagnosis of the last 30 days.
func (c *Client) Diagnose(t testing.TB) (out Diagnosis) {
	t.Helper()
	c.Get(t, path("/diagnosis?%s", url.Values{"period": {`{"last": 30, "unit": "day"}`}}.Encode()), &out)
	return out
}

// Fault finds the first fault with a code.
func (d Diagnosis) Fault(t testing.TB, code string) Fault {
	t.Helper()
	for _, f := range d.Faults {
		if f.Code == code {
			return f
		}
	}
	t.Fatalf("scenario: no fault %s among %+v", code, d.Faults)
	return Fault{}
}

// Trial is what drafts would have done.
type Trial struct {
	Examined int `json:"examined"`
	Changed  int `json:"changed"`
	Summary  struct {
		ByPerson []struct {
			ID     string `json:"id"`
			Name   string `json:"name"`
			Before int    `json:"before"`
			After  int    `json:"after"`
		} `json:"by_person"`
		ByBranch []struct {
			Name  string `json:"name"`
			Title string `json:"title"`
			Count int    `json:"count"`
		} `json:"by_branch"`
		ByValue []struct {
			Dimension string `json:"dimension"`
			Value     string `json:"value"`
			Title     string `json:"title"`
			Before    int    `json:"before"`
			After     int    `json:"after"`
		} `json:"by_value"`
		PooledBefore int `json:"pooled_before"`
		PooledAfter  int `json:"pooled_after"`
		Reasons      []struct {
			Reason string `json:"reason"`
			Count  int    `json:"count"`
		} `json:"reasons"`
	} `json:"summary"`
	Rows []struct {
		ID     string         `json:"id"`
		Title  string         `json:"title"`
		At     string         `json:"at"`
		Before map[string]any `json:"before"`
		After  map[string]any `json:"after"`
		Branch string         `json:"branch"`
		Reason string         `json:"reason"`
	} `json:"rows"`
	RowsTotal int      `json:"rows_total"`
	Truncated bool     `json:"truncated"`
	Unread    int      `json:"unread"`
	OfFile    bool     `json:"of_file"`
	TookMS    int      `json:"took_ms"`
	AsOf      []string `json:"as_of"`
	Today     []string `json:"of_today"`
}

// TryDrafts tries drafts on the leads of the last 30 days.
func (c *Client) TryDrafts(t testing.TB, drafts ...Definition) (out Trial) {
	t.Helper()
	list := []Fields{}
	for _, d := range drafts {
		list = append(list, Fields{"kind": d.Kind, "name": d.Name, "title": d.Title, "spec": d.Spec})
	}
	c.Post(t, path("/definitions:try"), Fields{"drafts": list, "object": "lead", "period": Fields{"last": 30, "unit": "day"}, "limit": 200}, &out)
	return out
}

// Finding is what lint says of a definition.
type Finding struct {
	Severity string   `json:"severity"`
	Pointer  string   `json:"pointer"`
	Code     string   `json:"code"`
	Message  string   `json:"message"`
	Hint     string   `json:"hint"`
	Share    *float64 `json:"share"`
	Remedy   *struct {
		Label string         `json:"label"`
		Spec  map[string]any `json:"spec"`
	} `json:"remedy"`
}

// OneDiagnosis is why one lead was not assigned.
type OneDiagnosis struct {
	ID       string         `json:"id"`
	Title    string         `json:"title"`
	Owner    map[string]any `json:"owner"`
	Happened string         `json:"happened"`
	Today    string         `json:"today"`
	Faults   []Fault        `json:"faults"`
}

// DiagnoseOne asks why a lead was not assigned.
func (c *Client) DiagnoseOne(t testing.TB, id string) (out OneDiagnosis) {
	t.Helper()
	c.Get(t, path("/diagnosis/lead/%s", id), &out)
	return out
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
