package scenario

import (
	"bufio"
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Event is one message of the live feed.
type Event struct {
	Name string // record, inbox, revision, job
	ID   string // for Last-Event-ID
	Data map[string]any
}

// Stream is an open live feed. Events are kept from its opening on, so that none is missed between an act and the wait for it.
type Stream struct {
	events chan Event
	failed chan error
	seen   []Event
}

// Stream opens the live feed; it is closed when t ends.
func (c *Client) Stream(t testing.TB) *Stream {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.server.Base+"/api/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = c.header.Clone()
	req.Header.Set("Accept", "text/event-stream")
	res, err := (&http.Client{Jar: c.http.Jar}).Do(req)
	if err != nil {
		t.Fatalf("scenario: stream: %v", err)
	}
	if kind := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "text/event-stream") {
		_ = res.Body.Close()
		t.Fatalf("scenario: stream: status %d, content type %q", res.StatusCode, kind)
	}
	s := &Stream{events: make(chan Event, 4096), failed: make(chan error, 1)}
	go func() {
		defer res.Body.Close()
		s.failed <- s.read(ctx, bufio.NewScanner(res.Body))
	}()
	return s
}

// read parses server-sent events until the connection ends.
func (s *Stream) read(ctx context.Context, lines *bufio.Scanner) error {
	lines.Buffer(nil, 4<<20)
	event, data := Event{}, []string(nil)
	for lines.Scan() {
		line := lines.Text()
		if line == "" {
			if data != nil {
				if err := json.Unmarshal([]byte(strings.Join(data, "\n")), &event.Data); err != nil {
					return err
				}
				select {
				case s.events <- event:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			event, data = Event{ID: event.ID}, nil
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field { // a line that starts with ":" is a comment
		case "event":
			event.Name = value
		case "id":
			event.ID = value
		case "data":
			data = append(data, value)
		}
	}
	return lines.Err()
}

// Left gives the events that came and were not returned, once the feed has ended: for a server that was stopped or killed.
func (s *Stream) Left() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for _, e := range s.seen {
			if !yield(e) {
				return
			}
		}
		<-s.failed
		for len(s.events) > 0 {
			if !yield(<-s.events) {
				return
			}
		}
	}
}

// Wait returns the first event, not returned before, with the name and for which match says yes (nil = any). None within 30 s fails
// the test.
func (s *Stream) Wait(t testing.TB, name string, match func(Event) bool) Event {
	t.Helper()
	fits := func(e Event) bool { return e.Name == name && (match == nil || match(e)) }
	for i, e := range s.seen {
		if fits(e) {
			s.seen = append(s.seen[:i:i], s.seen[i+1:]...)
			return e
		}
	}
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	for {
		select {
		case e := <-s.events:
			if fits(e) {
				return e
			}
			s.seen = append(s.seen, e)
		case err := <-s.failed:
			t.Fatalf("scenario: the live feed ended while waiting for %s: %v; seen: %v", name, err, s.seen)
		case <-late.C:
			t.Fatalf("scenario: no %s event within 30 s; seen: %v", name, s.seen)
		}
	}
}
