package scenario

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Clock drives a server's time: the machine's clock plus an offset, read from the file BATON_CLOCK.
type Clock struct {
	path   string
	offset time.Duration
}

// Set makes the server's time the machine's plus offset. The server follows within a moment: wait for what it then does.
func (c *Clock) Set(t testing.TB, offset time.Duration) {
	t.Helper()
	c.offset = offset
	// Renamed into place, so that the server never reads half a number.
	next := filepath.Join(filepath.Dir(c.path), "clock.next")
	if err := os.WriteFile(next, []byte(offset.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, c.path); err != nil {
		t.Fatal(err)
	}
}

// Advance moves the server's time forward by d.
func (c *Clock) Advance(t testing.TB, d time.Duration) {
	t.Helper()
	c.Set(t, c.offset+d)
}

// Now is the server's present time.
func (c *Clock) Now() time.Time { return time.Now().Add(c.offset) }
