package scenario

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// stages are data folders of earlier programs, each with what that program answered on them. They are never made anew: what a company has
// written must open in every later version.
var stages = []string{"stage1"}

// stage is what is kept beside a folder.
type stage struct {
	Made    time.Time      `json:"made"`    // the clock of the answers
	Answers map[string]any `json:"answers"` // by path, as the administrator got them
	Figures map[string]any `json:"figures"` // rows by query
	Lead    string         `json:"lead"`    // one that its owner has not opened yet
	Owner   string         `json:"owner"`   // user name
	Key     string         `json:"key"`     // of the channel website_form
	Replay  string         `json:"replay"`  // what the Idempotency-Key "stage" was answered with
}

// A data folder of an earlier stage opens in this program: leads, tags, owners, countdowns, revisions and trail are as they were left, and
// work goes on.
func TestEarlierStagesOpen(t *testing.T) {
	t.Parallel()
	for _, name := range stages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stageOpens(t, filepath.Join("testdata", name))
		})
	}
}

func stageOpens(t *testing.T, dir string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "facts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var was stage
	if err := json.Unmarshal(raw, &was); err != nil {
		t.Fatal(err)
	}
	s := prepare(t, Options{})
	unpack(t, filepath.Join(dir, "data.tar.gz"), s.Data)
	s.Clock.Set(t, time.Until(was.Made))
	s.start(t)
	admin := s.Admin(t)
	if out, errs, code := s.Run(t, "verify"); code != 0 {
		t.Errorf("verify: %d %s%s", code, out, errs)
	}
	for where, old := range was.Answers {
		if diff := covers(old, answer(t, admin, where), where); diff != "" {
			t.Error(diff)
		}
	}
	for body, old := range was.Figures {
		if diff := covers(old, rows(t, admin, body), body); diff != "" {
			t.Error(diff)
		}
	}
	goesOn(t, s, admin, was)
	wholeTrail(t, s)
}

// goesOn works on the opened folder as on any other.
func goesOn(t *testing.T, s *Server, admin *Client, was stage) {
	t.Helper()
	web := s.WithHeader(t, "X-Channel-Key", was.Key)
	again := web.Do(t, http.MethodPost, path("/intake/website_form"), stageLead, "Idempotency-Key", "stage")
	if accepted(t, again) != was.Replay || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the key answers %s, then it was %s", again.Body, was.Replay)
	}
	leads := admin.Figure(t, "lead", "count", nil)
	id := web.Intake(t, "website_form", Fields{"name": "新来的", "phone": "13700009999", "行业": "制造", "预算": "30万", "城市": "江苏苏州"})
	r := admin.Record(t, "lead", id)
	if timers, _ := r["timers"].([]any); r.Text("owner") == "" || r.Tag("budget") != ">20万" || r.Tag("industry") != "制造" || len(timers) != 1 {
		t.Errorf("a new lead reads %v", r)
	}
	if known := web.Intake(t, "website_form", stageLead); known != was.Replay {
		t.Errorf("a lead that is known came in as %s, want %s", known, was.Replay)
	}
	if n := admin.Figure(t, "lead", "count", nil); n != leads+1 {
		t.Errorf("%v leads, want %v", n, leads+1)
	}
	// The countdown that ran when the folder was left is stopped by its owner.
	owner := s.SignIn(t, was.Owner, stagePassword)
	owner.Act(t, "lead", was.Lead, "open", nil).OK(t, nil)
	owner.Act(t, "lead", was.Lead, "contacted", Fields{"way": "phone", "note": "接着打"}).OK(t, nil)
	if r := admin.Record(t, "lead", was.Lead); r.Text("stage") != "contacted" || r.Text("first_opened_at") == "" {
		t.Errorf("after the contact: %v", r)
	}
	publishChannel(t, admin, "h5_form", func(spec Fields) { spec["enabled"] = false })
}

// covers says where now lacks or changes what was there; more keys in an object are no change.
func covers(old, now any, at string) string {
	switch o := old.(type) {
	case map[string]any:
		n, ok := now.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s: %v, was %v", at, now, old)
		}
		for k, v := range o {
			if diff := covers(v, n[k], at+"/"+k); diff != "" {
				return diff
			}
		}
	case []any:
		n, ok := now.([]any)
		if !ok || len(n) != len(o) {
			return fmt.Sprintf("%s: %v, was %v", at, now, old)
		}
		for i := range o {
			if diff := covers(o[i], n[i], fmt.Sprintf("%s/%d", at, i)); diff != "" {
				return diff
			}
		}
	default:
		if old != now {
			return fmt.Sprintf("%s: %v, was %v", at, now, old)
		}
	}
	return ""
}

// answer reads a path without what later programs may word otherwise.
func answer(t *testing.T, c *Client, where string) any {
	t.Helper()
	r := c.Do(t, http.MethodGet, path("%s", where), nil)
	var out any
	if err := json.Unmarshal(r.Body, &out); err != nil || r.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", where, r.Status, r.Body)
	}
	return plain(out)
}

func plain(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for _, k := range []string{"text", "rights", "icon", "next_cursor"} {
			delete(x, k)
		}
		for k := range x {
			x[k] = plain(x[k])
		}
	case []any:
		for i := range x {
			x[i] = plain(x[i])
		}
	}
	return v
}

func rows(t *testing.T, c *Client, body string) any {
	t.Helper()
	var out struct{ Rows []any }
	r := c.Do(t, http.MethodPost, path("/query"), body)
	if err := json.Unmarshal(r.Body, &out); err != nil || r.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", body, r.Status, r.Body)
	}
	return out.Rows
}

// unpack copies a kept folder.
func unpack(t *testing.T, archive, into string) {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(into, 0o750); err != nil {
		t.Fatal(err)
	}
	for files := tar.NewReader(z); ; {
		head, err := files.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		var content []byte
		if err == nil {
			content, err = io.ReadAll(files)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(into, filepath.Base(head.Name)), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
