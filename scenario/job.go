package scenario

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"testing"
	"time"
)

// Job is long work as the API gives it.
type Job struct {
	ID       string  `json:"id"`
	Kind     string  `json:"kind"`
	Title    string  `json:"title"`
	State    string  `json:"state"` // queued, running, done, failed
	Progress float64 `json:"progress"`
	Done     int64   `json:"done"`
	Total    int64   `json:"total"`
	Rate     float64 `json:"rate"`
	ETA      float64 `json:"eta_seconds"`
	Result   struct {
		Rows     int `json:"rows"`
		Created  int `json:"created"`
		Merged   int `json:"merged"`
		Rejected int `json:"rejected"`
		// Of an undoing.
		Deleted  int `json:"deleted"`
		Restored int `json:"restored"`
		Kept     int `json:"kept"`
	} `json:"result"`
	Errors []struct {
		Line    int    `json:"line"`
		Column  string `json:"column"`
		Value   string `json:"value"`
		Code    string `json:"code"`
		Message string `json:"message"`
		Hint    string `json:"hint"`
	} `json:"errors"`
	Error     string `json:"error"`
	CreatedAt string `json:"created_at"`
	StartedAt string `json:"started_at"`
	EndedAt   string `json:"ended_at"`
	By        string `json:"by"`
	About     string `json:"about"`
	Undo      struct {
		ID    string `json:"id"`
		State string `json:"state"`
	} `json:"undo"`
}

// ImportOptions are what an import is asked for. Mapping is column name by field; nil leaves it to the server.
type ImportOptions struct {
	Mapping    map[string]string
	Assign     bool
	Countdown  bool
	HappenedAt *time.Time
}

// Import sends a file and waits until it is in; the job is returned as it ended, which must be done.
func (c *Client) Import(t testing.TB, object, filename string, content []byte, o ImportOptions) Job {
	t.Helper()
	job := c.WaitJob(t, c.StartImport(t, object, filename, content, o), 2*time.Minute)
	if job.State != "done" {
		t.Fatalf("import of %s: %s: %+v", filename, job.State, job.Errors)
	}
	return job
}

// StartImport sends a file and returns the id of the job that takes it in.
func (c *Client) StartImport(t testing.TB, object, filename string, content []byte, o ImportOptions) string {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	field := func(name string, value any) {
		raw, err := json.Marshal(value)
		if err == nil {
			err = form.WriteField(name, string(raw))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if o.Mapping != nil {
		field("mapping", o.Mapping)
	}
	field("options", map[string]any{"assign": o.Assign, "countdown": o.Countdown, "happened_at": o.HappenedAt})
	part, err := form.CreateFormFile("file", filename)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	r := c.Do(t, http.MethodPost, path("/objects/%s/import", object), io.Reader(&body), "Content-Type", form.FormDataContentType())
	if r.Status != http.StatusAccepted {
		t.Fatalf("import of %s: status %d, want 202: %s", filename, r.Status, r.Body)
	}
	var out struct{ Job map[string]any }
	r.OK(t, &out)
	id, _ := out.Job["id"].(string)
	if id == "" {
		t.Fatalf("import of %s: no job id in %s", filename, r.Body)
	}
	return id
}

// Job reads a job.
func (c *Client) Job(t testing.TB, id string) Job {
	t.Helper()
	var out struct{ Job Job }
	c.Get(t, path("/jobs/%s", id), &out)
	return out.Job
}

// WaitJob returns the job once it is done or failed; taking longer than limit fails the test.
func (c *Client) WaitJob(t testing.TB, id string, limit time.Duration) Job {
	t.Helper()
	var job Job
	Eventually(t, limit, "job "+id+" ends", func() bool {
		job = c.Job(t, id)
		return job.State == "done" || job.State == "failed"
	})
	return job
}

// Eventually asks until the answer is yes; no yes within limit fails the test. For what has no signal; prefer Stream.Wait.
func Eventually(t testing.TB, limit time.Duration, what string, yes func() bool) {
	t.Helper()
	late := time.NewTimer(limit)
	defer late.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !yes() {
		select {
		case <-late.C:
			t.Fatalf("scenario: not within %s: %s", limit, what)
		case <-tick.C:
		}
	}
}
