// Package clock is the one source of time. Production reads the machine's clock; tests and the demo may shift it by a file (BATON_CLOCK)
// that holds a Go duration such as "72h0m0s". Nothing else in the program calls time.Now for business time.
package clock

import (
	"context"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Clock gives the present instant, shifted by an offset. The zero offset is the machine's clock. Safe for concurrent use.
type Clock struct {
	offset  atomic.Int64
	mu      sync.Mutex
	waiters []chan struct{}
}

// New returns a clock that runs with the machine's.
func New() *Clock { return &Clock{} }

// Now is the present instant in UTC, to the millisecond.
func (c *Clock) Now() time.Time {
	return time.Now().Add(time.Duration(c.offset.Load())).UTC().Truncate(time.Millisecond)
}

// Milli is Now in milliseconds since 1970, the unit in which instants are stored.
func (c *Clock) Milli() int64 { return c.Now().UnixMilli() }

// Shift sets the offset from the machine's clock and wakes those who wait for a change.
func (c *Clock) Shift(d time.Duration) {
	if c.offset.Swap(int64(d)) == int64(d) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.waiters {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// Changed returns a channel that receives after each change of the offset.
func (c *Clock) Changed() <-chan struct{} {
	w := make(chan struct{}, 1)
	c.mu.Lock()
	c.waiters = append(c.waiters, w)
	c.mu.Unlock()
	return w
}

// Follow re-reads the offset file until ctx ends. A missing or unreadable file leaves the last offset.
func (c *Clock) Follow(ctx context.Context, path string) {
	c.Read(path)
	t := time.NewTicker(50 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			c.Read(path)
		}
	}
}

// Read takes the offset from the file once.
func (c *Clock) Read(path string) {
	b, err := os.ReadFile(path)
	if err != nil {
		return
	}
	if d, err := time.ParseDuration(strings.TrimSpace(string(b))); err == nil {
		c.Shift(d)
	}
}
