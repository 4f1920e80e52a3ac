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

// Inbox reads one's own notices, newest first; more than 200 fail the test.
func (c *Client) Inbox(t testing.TB) []Notice {
	t.Helper()
	var out struct {
		Items      []Notice `json:"items"`
		Unread     int      `json:"unread"`
		NextCursor *string  `json:"next_cursor"`
	}
	c.Get(t, path("/inbox?limit=200"), &out)
	if out.NextCursor != nil {
		t.Fatal("scenario: more than 200 notices")
	}
	return out.Items
}

// Notices reads one's own notices about a record.
func (c *Client) Notices(t testing.TB, record string) []Notice {
	t.Helper()
	var out []Notice
	for _, n := range c.Inbox(t) {
		if n.RecordID == record {
			out = append(out, n)
		}
	}
	return out
}
