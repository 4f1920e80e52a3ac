package scenario

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"testing"
)

// Fields are values by field name, as JSON has them.
type Fields map[string]any

// Record is a record as the API gives it.
type Record map[string]any

// ID is the record's id.
func (r Record) ID() string { return r.Text("id") }

// Text is a field's text, "" when it is empty or no text.
func (r Record) Text(field string) string {
	s, _ := r[field].(string)
	return s
}

// Number is a field's number, 0 when it is empty or no number.
func (r Record) Number(field string) float64 {
	n, _ := r[field].(float64)
	return n
}

// Tag is the value of a tag dimension, "" without one.
func (r Record) Tag(dimension string) string {
	tags, _ := r["tags"].(map[string]any)
	s, _ := tags[dimension].(string)
	return s
}

// Version is what a change must carry in If-Match.
func (r Record) Version() string { return strconv.FormatFloat(r.Number("version"), 'f', -1, 64) }

// Page is one page of a list.
type Page struct {
	Records     []Record                     `json:"records"`
	Refs        map[string]map[string]string `json:"refs"`
	NextCursor  *string                      `json:"next_cursor"`
	PrevCursor  *string                      `json:"prev_cursor"`
	Count       int                          `json:"count"`
	CountCapped bool                         `json:"count_capped"`
}

// Create makes one record.
func (c *Client) Create(t testing.TB, object string, fields Fields) Record {
	t.Helper()
	var out map[string]any
	c.Post(t, path("/objects/%s/records", object), fields, &out)
	return record(t, out)
}

// Record reads one record.
func (c *Client) Record(t testing.TB, object, id string) Record {
	t.Helper()
	var out map[string]any
	c.Get(t, path("/objects/%s/records/%s", object, id), &out)
	return record(t, out)
}

// Change patches a record as it was read: a change by another meanwhile is a conflict.
func (c *Client) Change(t testing.TB, object string, r Record, fields Fields) Record {
	t.Helper()
	var out map[string]any
	c.Patch(t, path("/objects/%s/records/%s", object, r.ID()), fields, &out, "If-Match", `"`+r.Version()+`"`)
	return record(t, out)
}

// Act does one of the things a record offers, such as open, claim or contacted, and returns the answer whatever it is.
func (c *Client) Act(t testing.TB, object, id, verb string, body any) *Response {
	t.Helper()
	if body == nil {
		body = Fields{}
	}
	return c.Do(t, http.MethodPost, path("/objects/%s/records/%s:%s", object, id, verb), body)
}

// List reads all pages of a list; where is a condition (nil = all), sort as in the API ("" = the default order).
func (c *Client) List(t testing.TB, object string, where any, sort string) []Record {
	t.Helper()
	query := url.Values{"limit": {"200"}}
	if where != nil {
		raw, err := json.Marshal(where)
		if err != nil {
			t.Fatal(err)
		}
		query.Set("filter", string(raw))
	}
	if sort != "" {
		query.Set("sort", sort)
	}
	var all []Record
	for {
		var page Page
		c.Get(t, path("/objects/%s/records?%s", object, query.Encode()), &page)
		all = append(all, page.Records...)
		if page.NextCursor == nil || *page.NextCursor == "" {
			return all
		}
		if query.Get("cursor") == *page.NextCursor {
			t.Fatalf("scenario: list of %s: the cursor does not move", object)
		}
		query.Set("cursor", *page.NextCursor)
	}
}

func record(t testing.TB, answer map[string]any) Record {
	t.Helper()
	r, ok := answer["record"].(map[string]any)
	if !ok || r["id"] == "" || r["id"] == nil {
		t.Fatalf("scenario: the answer has no record with an id: %v", answer)
	}
	return r
}
