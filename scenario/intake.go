package scenario

import (
	"net/http"
	"testing"
)

// ChannelKey makes a key for a channel and returns its secret.
func (c *Client) ChannelKey(t testing.TB, channel string) string {
	t.Helper()
	var out struct {
		Key    map[string]any `json:"key"`
		Secret string         `json:"secret"`
	}
	c.Post(t, path("/keys"), Fields{"kind": "channel", "name": channel}, &out)
	if out.Secret == "" {
		t.Fatal("scenario: the key has no secret")
	}
	return out.Secret
}

// Intake sends a lead and returns its id; anything but 202 fails the test.
func (c *Client) Intake(t testing.TB, channel string, body any, headers ...string) string {
	t.Helper()
	return accepted(t, c.Do(t, http.MethodPost, path("/intake/%s", channel), body, headers...))
}

func accepted(t testing.TB, r *Response) string {
	t.Helper()
	if r.Status != http.StatusAccepted {
		t.Fatalf("%s: status %d, want 202: %s", r.Request, r.Status, r.Body)
	}
	var out struct {
		ID string `json:"id"`
	}
	r.OK(t, &out)
	if out.ID == "" {
		t.Fatalf("%s: no id in %s", r.Request, r.Body)
	}
	return out.ID
}
