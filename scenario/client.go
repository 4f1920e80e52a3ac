package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Client speaks to a server as one person, one key or nobody. Safe for concurrent use.
type Client struct {
	server *Server
	http   *http.Client
	header http.Header // sent with every request
	Session

	username, password string // of a person who signed in
}

// Session is who signed in and may do what; zero for keys and nobody.
type Session struct {
	User struct {
		ID         string              `json:"id"`
		Name       string              `json:"name"`
		Username   string              `json:"username"`
		Roles      []string            `json:"roles"`
		RoleTitles []map[string]string `json:"role_titles"`
		Unit       string              `json:"unit"`
		UnitName   string              `json:"unit_name"`
	} `json:"user"`
	Rights    []string `json:"rights"`
	Configure []string `json:"configure"` // kinds of definitions
	Workspace struct {
		Name string `json:"name"`
		Zone string `json:"zone"`
		Now  string `json:"now"`
		Demo bool   `json:"demo"`
	} `json:"workspace"`
	Token string `json:"csrf_token"`
	// Stands are those in whose place the person acts, Viewer who looks as the person.
	Stands []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"stands"`
	Viewer *struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"viewer"`
}

// Anonymous returns a client that is not signed in.
func (s *Server) Anonymous(t testing.TB) *Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Client{server: s, http: &http.Client{Jar: jar, Timeout: time.Minute}, header: http.Header{}}
}

// WithHeader returns a client that is not signed in and sends a header with every request, such as X-Channel-Key or Authorization.
func (s *Server) WithHeader(t testing.TB, name, value string) *Client {
	t.Helper()
	c := s.Anonymous(t)
	c.header.Set(name, value)
	return c
}

// SignIn signs a person in, as the page does: session cookie and CSRF token.
func (s *Server) SignIn(t testing.TB, username, password string) *Client {
	t.Helper()
	c := s.Anonymous(t)
	c.username, c.password = username, password
	c.SignInAgain(t)
	return c
}

// SignInAgain opens a new session for the person, as after the clock went past the end of the old one.
func (c *Client) SignInAgain(t testing.TB) {
	t.Helper()
	c.Session = Session{}
	c.Post(t, "/api/v1/session", Fields{"username": c.username, "password": c.password}, &c.Session)
	if c.Token == "" {
		t.Fatal("scenario: sign-in gave no csrf_token")
	}
	c.header.Set("X-CSRF-Token", c.Token)
}

// SetTime sets the server's clock to an instant and returns once the server has it. A session that is over by then is opened anew.
func (c *Client) SetTime(t testing.TB, at time.Time) {
	t.Helper()
	c.server.Clock.Set(t, time.Until(at))
	shown := false
	Eventually(t, 30*time.Second, "the server's clock shows "+at.In(Shanghai).Format(time.DateTime), func() bool {
		r := c.Do(t, http.MethodGet, "/api/v1/session", nil)
		if r.Status == http.StatusUnauthorized {
			c.SignInAgain(t)
			return false
		}
		r.OK(t, &c.Session)
		now := instant(t, c.Workspace.Now)
		before := shown
		shown = !now.Before(at) && now.Before(at.Add(time.Minute))
		return before && shown // the first answer may have found its session by the time of before
	})
}

// Admin signs the first administrator in.
func (s *Server) Admin(t testing.TB) *Client {
	t.Helper()
	return s.SignIn(t, "admin", AdminPassword)
}

var printedPassword = regexp.MustCompile(`(?i)(?:password|密码)["']?\s*[:：=]\s*["']?([^\s"',;，；。]+)`)

// Demo signs a person of the demo company in, with the password that the server printed at its first start.
func (s *Server) Demo(t testing.TB, username string) *Client {
	t.Helper()
	var found []string
	Eventually(t, 10*time.Second, "the log names the demo password, as it does with Options.Demo", func() bool { // what it prints comes through a pipe
		found = printedPassword.FindStringSubmatch(s.Log())
		return found != nil
	})
	return s.SignIn(t, username, found[1])
}

// Response is an answer, read whole.
type Response struct {
	Request string // "POST /api/v1/session"
	Status  int
	Header  http.Header
	Body    []byte
}

// Do sends one request; body nil, a string or []byte as it is, an io.Reader streamed, anything else as JSON. Extra headers come in
// pairs. Any answer is returned; only a broken connection fails the test.
func (c *Client) Do(t testing.TB, method, path string, body any, headers ...string) *Response {
	t.Helper()
	r, err := c.Try(t, method, path, body, headers...)
	if err != nil {
		t.Fatalf("scenario: %s %s: %v", method, path, err)
	}
	return r
}

// Try is Do that returns a broken connection as an error: for servers that are killed meanwhile. It may be called from any goroutine.
func (c *Client) Try(t testing.TB, method, path string, body any, headers ...string) (*Response, error) {
	var content io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
		kind = ""
	case string:
		content = strings.NewReader(b)
	case []byte:
		content = bytes.NewReader(b)
	case io.Reader:
		content = b
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, c.server.Base+path, content)
	if err != nil {
		return nil, err
	}
	req.Header = c.header.Clone()
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	return &Response{Request: method + " " + path, Status: res.StatusCode, Header: res.Header, Body: raw}, nil
}

// Get, Post, Patch and Delete expect a 2xx answer and read it into out, strictly: a field that out does not know fails the test. out
// nil leaves the body unread; a map takes any field.
func (c *Client) Get(t testing.TB, path string, out any) {
	t.Helper()
	c.Do(t, http.MethodGet, path, nil).OK(t, out)
}

// Post sends body; see Get.
func (c *Client) Post(t testing.TB, path string, body, out any, headers ...string) {
	t.Helper()
	c.Do(t, http.MethodPost, path, body, headers...).OK(t, out)
}

// Put sends body; see Get.
func (c *Client) Put(t testing.TB, path string, body, out any, headers ...string) {
	t.Helper()
	c.Do(t, http.MethodPut, path, body, headers...).OK(t, out)
}

// Patch sends body; see Get.
func (c *Client) Patch(t testing.TB, path string, body, out any, headers ...string) {
	t.Helper()
	c.Do(t, http.MethodPatch, path, body, headers...).OK(t, out)
}

// Delete removes; see Get.
func (c *Client) Delete(t testing.TB, path string) {
	t.Helper()
	c.Do(t, http.MethodDelete, path, nil).OK(t, nil)
}

// OK expects a 2xx answer and reads it into out; see Client.Get.
func (r *Response) OK(t testing.TB, out any) {
	t.Helper()
	if r.Status < 200 || r.Status > 299 {
		t.Fatalf("%s: status %d, want 2xx: %s", r.Request, r.Status, r.Body)
	}
	if out != nil {
		r.decode(t, "application/json", out)
	}
}

// Problem is an RFC 9457 problem document.
type Problem struct {
	Type      string        `json:"type"`
	Title     string        `json:"title"`
	Status    int           `json:"status"`
	Detail    string        `json:"detail"`
	Code      string        `json:"code"`
	Instance  string        `json:"instance"`
	RequestID string        `json:"request_id"`
	Errors    []ProblemItem `json:"errors"`
}

// ProblemItem is one wrong place.
type ProblemItem struct {
	Pointer string `json:"pointer"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Yours   any    `json:"yours"`
	Theirs  any    `json:"theirs"`
}

// Problem expects a problem document with the status, and the code unless that is empty.
func (r *Response) Problem(t testing.TB, status int, code string) Problem {
	t.Helper()
	if r.Status != status {
		t.Fatalf("%s: status %d, want %d: %s", r.Request, r.Status, status, r.Body)
	}
	var p Problem
	r.decode(t, "application/problem+json", &p)
	if p.Status != status || p.Title == "" || p.Code == "" || code != "" && p.Code != code {
		t.Errorf("%s: problem %s, want status %d, code %q and a title", r.Request, r.Body, status, code)
	}
	return p
}

func (r *Response) decode(t testing.TB, kind string, out any) {
	t.Helper()
	if got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || got != kind {
		t.Fatalf("%s: content type %q, want %s: %s", r.Request, r.Header.Get("Content-Type"), kind, r.Body)
	}
	d := json.NewDecoder(bytes.NewReader(r.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		t.Fatalf("%s: %v in %s", r.Request, err, r.Body)
	}
	if _, err := d.Token(); err != io.EOF {
		t.Fatalf("%s: more than one JSON value: %s", r.Request, r.Body)
	}
}

// path escapes and joins the parts of an API address.
func path(format string, parts ...any) string { return "/api/v1" + fmt.Sprintf(format, parts...) }
