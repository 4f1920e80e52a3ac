package scenario

import "testing"

// Notice is a notice in somebody's inbox.
type Notice struct {
	ID       string  `json:"id"`
	Kind     string  `json:"kind"`
	Level    string  `json:"level"`
	Title    string  `json:"title"`
	Body     string  `json:"body"`
	Object   string  `json:"object"`
	RecordID string  `json:"record_id"`
	At       string  `json:"at"`
	ReadAt   *string `json:"read_at"`
}

// Inbox reads all of one's own notices, newest first.
func (c *Client) Inbox(t testing.TB) []Notice {
	t.Helper()
	var all []Notice
	for cursor := ""; ; {
		var out struct {
			Items      []Notice `json:"items"`
			Unread     int      `json:"unread"`
			NextCursor *string  `json:"next_cursor"`
		}
		c.Get(t, path("/inbox?limit=200&cursor=%s", cursor), &out)
		all = append(all, out.Items...)
		if out.NextCursor == nil {
			return all
		}
		cursor = *out.NextCursor
	}
}

// Told lists the kinds of one's own notices about a record, newest first.
func (c *Client) Told(t testing.TB, record string) []string {
	t.Helper()
	out := []string{}
	for _, n := range c.Inbox(t) {
		if n.RecordID == record {
			out = append(out, n.Kind)
		}
	}
	return out
}

// Countdown finds a record's newest countdown of a kind; none fails the test.
func (c *Client) Countdown(t testing.TB, object, id, kind string) Countdown {
	t.Helper()
	for _, x := range c.Explain(t, object, id).Countdowns {
		if x.Kind == kind {
			return x
		}
	}
	t.Fatalf("scenario: %s %s has no countdown %s", object, id, kind)
	return Countdown{}
}
