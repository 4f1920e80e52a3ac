package hosted

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"baton/internal/platform/clock"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
)

func TestSiteOrigin(t *testing.T) {
	for s, want := range map[string]bool{
		"https://www.example.com": true, "http://localhost:8080": true,
		"": false, "www.example.com": false, "https://": false, "https://a.com/": false, "https://a.com/x": false, "https://a.com?x": false, "https://*": false,
		"https://a.com; script-src *": false, "https://a.com https://b.com": false, "javascript://a.com": false, "https://u:p@a.com": false, "https://a.com\r\nX: y": false, "'self'": false,
	} {
		if siteOrigin(s) != want {
			t.Errorf("%q is an origin: %v", s, !want)
		}
	}
}

// A form that nobody may frame says so twice; one that some may names them.
func TestPolicy(t *testing.T) {
	h := http.Header{"X-Frame-Options": {"DENY"}}
	policy(h, nil)
	if h.Get("X-Frame-Options") != "DENY" || !strings.HasSuffix(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Error(h)
	}
	policy(h, []string{"https://a.com", "https://b.com"})
	if h.Get("X-Frame-Options") != "" || !strings.HasSuffix(h.Get("Content-Security-Policy"), "frame-ancestors 'self' https://a.com https://b.com") {
		t.Error(h)
	}
	for _, never := range []string{"unsafe-inline", "unsafe-eval", "*"} {
		if strings.Contains(h.Get("Content-Security-Policy"), never) {
			t.Errorf("the policy lets %s", never)
		}
	}
}

// Every page renders, escapes what people typed, and needs nothing inline.
func TestPagesRender(t *testing.T) {
	const nasty = `"><script>alert(1)</script>`
	in := []input{{Name: "a", Label: nasty, Hint: nasty, Kind: "text", Value: nasty, Error: nasty}, {Name: "b", Kind: "select", Options: []option{{nasty, nasty, true}}}, {Name: "c", Kind: "checks", Options: []option{{nasty, nasty, true}}}, {Name: "d", Kind: "check", Label: "d"}, {Name: "e", Kind: "area", Value: nasty}, {Name: "f", Kind: "date"}}
	for _, name := range []string{"form", "done", "gone", "material", "booth"} {
		var b bytes.Buffer
		p := page{Title: nasty, Heading: nasty, Intro: nasty, Button: nasty, Notice: nasty, Tone: "brand", Action: "/f/x", Fields: in, Hidden: []pair{{"_c", nasty}}, Token: nasty, Banner: nasty, Thanks: nasty, File: nasty, Name: nasty, Booth: nasty, Code: nasty}
		if err := pages.ExecuteTemplate(&b, name, p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text := b.String()
		if strings.Contains(text, "<script>") || strings.Contains(text, "style=") || strings.Contains(text, "onclick") || !strings.Contains(text, `lang="zh-CN"`) {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// What a phone says of the time counts within reason.
func TestEntered(t *testing.T) {
	s := New(Service{Clock: clock.New()})
	now := s.Clock.Now()
	for text, kept := range map[string]bool{now.Add(-time.Hour).Format(time.RFC3339Nano): true, now.Add(-29 * 24 * time.Hour).Format(time.RFC3339): true, now.Add(time.Hour).Format(time.RFC3339): false, now.Add(-31 * 24 * time.Hour).Format(time.RFC3339): false, "": false, "gestern": false} {
		if got := s.entered(text); got.IsZero() == kept {
			t.Errorf("%q is kept as %v", text, got)
		}
	}
}

// What a channel refuses reaches the public only where a field of the page is wrong; who owns what, and what exists, does not.
func TestRefusalsTellThePublicNothing(t *testing.T) {
	phone := []asked{{f: &object.Field{FieldSpec: object.FieldSpec{Name: "phone"}}}}
	item := func(pointer, message string) problem.Item {
		return problem.Item{Pointer: pointer, Code: "x", Message: message}
	}
	for _, c := range []struct {
		name   string
		given  *problem.Problem
		wrong  map[string]string
		banner string
	}{
		{"a field that is asked for", problem.New(problem.Invalid, "invalid_record", "有 1 处", item("/phone", "手机看不懂")), map[string]string{"phone": "手机看不懂"}, ""},
		{"that and another", problem.New(problem.Invalid, "invalid_record", "有 2 处", item("/phone", "手机看不懂"), item("/owner", "李四已离职")), map[string]string{"phone": "手机看不懂"}, ""},
		{"a field that is not asked for", problem.New(problem.Invalid, "invalid_record", "李四已离职", item("/owner", "李四已离职")), map[string]string{}, notTaken},
		{"a record that stands", problem.New(problem.Conflict, "duplicate", "这条线索已属于李四", item("/phone", "这条线索已属于李四")), map[string]string{}, notTaken},
		{"one that is gone", problem.New(problem.NotFound, "no_such_record", "没有李四的线索", item("/phone", "没有李四的线索")), map[string]string{}, notTaken},
		{"no items", problem.New(problem.Invalid, "invalid_record", "李四不收"), map[string]string{}, notTaken},
	} {
		s := New(Service{Clock: clock.New(), Receive: func(context.Context, Arrival) (string, error) { return "", c.given }})
		_, wrong, banner, err := s.send(t.Context(), "website_form", phone, map[string]any{"phone": "1"}, nil, "k", time.Time{})
		if err != nil || !maps.Equal(wrong, c.wrong) || banner != c.banner {
			t.Errorf("%s: the public reads %v, %q %v", c.name, wrong, banner, err)
		}
	}
}

// Programs that look ahead, and the same reader over and over, do not count as reading.
func TestWhatCountsAsReading(t *testing.T) {
	s, m := New(Service{Clock: clock.New()}), &Material{Name: "paper", Spec: MaterialSpec{PerMinute: 2}}
	ask := func(method, header, value string) bool {
		r := httptest.NewRequest(method, "/m/paper", nil)
		r.Header.Set(header, value)
		return s.counts(r, m)
	}
	if ask("HEAD", "X", "") || ask("GET", "Sec-Purpose", "prefetch;prerender") || ask("GET", "Purpose", "prefetch") || ask("GET", "User-Agent", "Baiduspider/2.0") {
		t.Error("a look ahead counts")
	}
	if !ask("GET", "User-Agent", "Mozilla/5.0 MicroMessenger") || !ask("GET", "X", "") || ask("GET", "X", "") {
		t.Error("two a minute do not count as two")
	}
}
