package scenario

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// Shanghai is the zone of every company here.
var Shanghai = time.FixedZone("CST", 8*60*60)

// At reads an instant as people write it, "2026-11-24 10:00:00", in the company's zone.
func At(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(time.DateTime, text, Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// instant reads an instant as the API gives it.
func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatalf("scenario: %q is no instant: %v", text, err)
	}
	return at
}

const hiredPassword = "Scenario-person-1"

// Hire makes a person with a role in a unit ("root" is the company), gives them a password, and signs them in.
func (c *Client) Hire(t testing.TB, username, role, unit string, more Fields) *Client {
	t.Helper()
	fields := Fields{"name": username, "username": username, "unit": unit, "roles": []string{role}}
	for k, v := range more {
		fields[k] = v
	}
	id := c.Create(t, "person", fields).ID()
	c.Post(t, path("/people/%s/password", id), Fields{"username": username, "password": hiredPassword}, nil)
	return c.server.SignIn(t, username, hiredPassword)
}

// Rep hires somebody who gets leads.
func (c *Client) Rep(t testing.TB, username string, more Fields) *Client {
	t.Helper()
	return c.Hire(t, username, "rep", "root", more)
}

// Todos gives a person open tasks that belong to no lead.
func (c *Client) Todos(t testing.TB, owner string, n int) {
	t.Helper()
	list := make([]Fields, n)
	for i := range list {
		list[i] = Fields{"title": "跟进 " + strconv.Itoa(i+1), "kind": "跟进", "owner": owner}
	}
	if n > 0 {
		c.Post(t, path("/objects/task/records"), Fields{"records": list}, nil)
	}
}

// OpenTodos lists a person's open tasks.
func (c *Client) OpenTodos(t testing.TB, owner string) []Record {
	t.Helper()
	return c.List(t, "task", Fields{"all": []Fields{{"field": "owner", "op": "eq", "value": owner}, {"field": "status", "op": "eq", "value": "open"}}}, "")
}

// Decided imports leads of an industry that a person won and lost at a past instant, the way a company brings its history.
func (c *Client) Decided(t testing.TB, owner, industry string, signed, lost int, at time.Time) {
	t.Helper()
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	rows := [][]string{{"公司", "行业", "阶段", "负责人"}}
	for i := range signed + lost {
		stage := "signed"
		if i >= signed {
			stage = "lost"
		}
		rows = append(rows, []string{"旧客户" + strconv.Itoa(i), industry, stage, owner})
	}
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	mapping := map[string]string{"company": "公司", "industry": "行业", "stage": "阶段", "owner": "负责人"}
	job := c.Import(t, "lead", "decided.csv", file.Bytes(), ImportOptions{Mapping: mapping, HappenedAt: &at})
	if job.Result.Created != signed+lost {
		t.Fatalf("scenario: %d of %d decided leads were created: %+v", job.Result.Created, signed+lost, job)
	}
}

// Definition is a definition as the API gives and takes it.
type Definition struct {
	Kind     string            `json:"kind,omitempty"`
	Name     string            `json:"name,omitempty"`
	Title    map[string]string `json:"title"`
	Spec     map[string]any    `json:"spec"`
	Revision int               `json:"revision,omitempty"`
}

// Definition reads a published definition.
func (c *Client) Definition(t testing.TB, kind, name string) Definition {
	t.Helper()
	var out struct {
		Definition Definition `json:"definition"`
		Draft      any        `json:"draft"`
		Sentence   string     `json:"sentence"`
	}
	c.Get(t, path("/definitions/%s/%s", kind, name), &out)
	return out.Definition
}

// Draft is what saving a draft answers.
type Draft struct {
	Draft    Definition `json:"draft"`
	Problems []struct {
		Kind    string `json:"kind"`
		Name    string `json:"name"`
		Pointer string `json:"pointer"`
		Code    string `json:"code"`
		Message string `json:"message"`
		Hint    string `json:"hint"`
	} `json:"problems"`
	Sentence string `json:"sentence"`
}

// Draft saves a definition as a draft.
func (c *Client) Draft(t testing.TB, d Definition) Draft {
	t.Helper()
	var out Draft
	c.Put(t, path("/definitions/%s/%s", d.Kind, d.Name), Fields{"title": d.Title, "spec": d.Spec}, &out)
	return out
}

// Publish saves the definitions as drafts, which must be without problems, publishes them together and gives the revision's number.
func (c *Client) Publish(t testing.TB, defs ...Definition) int {
	t.Helper()
	var only []Fields
	for i, d := range defs {
		saved := c.Draft(t, d)
		// One that names another of the set is only whole together with it, so the last draft alone is not the measure.
		if len(defs) == 1 && len(saved.Problems) > 0 {
			t.Fatalf("scenario: draft %d, %s/%s: %+v", i, d.Kind, d.Name, saved.Problems)
		}
		only = append(only, Fields{"kind": d.Kind, "name": d.Name})
	}
	return c.revision(t, c.Do(t, http.MethodPost, path("/revisions"), Fields{"note": t.Name(), "only": only}))
}

// Undo publishes the definitions as they were at a revision and gives the new revision's number.
func (c *Client) Undo(t testing.TB, revision int) int {
	t.Helper()
	return c.revision(t, c.Do(t, http.MethodPost, path("/revisions/%d/restore", revision), Fields{}))
}

func (c *Client) revision(t testing.TB, r *Response) int {
	t.Helper()
	var out struct {
		Revision struct {
			N       int    `json:"n"`
			At      string `json:"at"`
			By      string `json:"by"`
			Note    string `json:"note"`
			Changes any    `json:"changes"`
		} `json:"revision"`
	}
	r.OK(t, &out)
	if out.Revision.N == 0 {
		t.Fatalf("%s: no revision in %s", r.Request, r.Body)
	}
	return out.Revision.N
}

// Channel makes a key for a channel and returns a client that sends leads through it.
func (c *Client) Channel(t testing.TB, name string) *Client {
	t.Helper()
	return c.server.WithHeader(t, "X-Channel-Key", c.ChannelKey(t, name))
}
