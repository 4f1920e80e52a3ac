package scenario

import (
	"net/url"
	"testing"
)

// Happening is one event of a record's history.
type Happening struct {
	Seq       int64          `json:"seq"`
	At        string         `json:"at"`
	WrittenAt string         `json:"written_at"`
	Actor     map[string]any `json:"actor"`
	IP        string         `json:"ip"`
	RequestID string         `json:"request_id"`
	Origin    string         `json:"origin"`
	Batch     string         `json:"batch"`
	Object    string         `json:"object"`
	RecordID  string         `json:"record_id"`
	Op        string         `json:"op"`
	Revision  int64          `json:"revision"`
	Note      string         `json:"note"`
	Changes   []struct {
		Field    string            `json:"field"`
		Title    map[string]string `json:"title"`
		From     any               `json:"from"`
		To       any               `json:"to"`
		FromText string            `json:"from_text"`
		ToText   string            `json:"to_text"`
	} `json:"changes"`
	Data map[string]any `json:"data"`
}

// History reads a record's events, newest first; of a record with more than a page of them, the newest page.
func (c *Client) History(t testing.TB, object, id string) []Happening {
	t.Helper()
	var out struct {
		Events []Happening                  `json:"events"`
		Refs   map[string]map[string]string `json:"refs"`
		Next   *string                      `json:"next_cursor"`
	}
	c.Get(t, path("/objects/%s/records/%s/history", object, id), &out)
	if len(out.Events) == 0 {
		t.Fatalf("scenario: %s %s has no history", object, id)
	}
	return out.Events
}

// events reads all events that a filter of GET /events names, newest first.
func (c *Client) events(t testing.TB, filter url.Values) []Happening {
	t.Helper()
	filter.Set("limit", "200")
	var all []Happening
	for {
		var page struct {
			Events []Happening                  `json:"events"`
			Refs   map[string]map[string]string `json:"refs"`
			Next   *string                      `json:"next_cursor"`
		}
		c.Get(t, path("/events?%s", filter.Encode()), &page)
		all = append(all, page.Events...)
		if page.Next == nil {
			return all
		}
		filter.Set("cursor", *page.Next)
	}
}
