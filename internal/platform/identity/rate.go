package identity

import (
	"sync"
	"time"

	"baton/internal/platform/clock"
)

// Rate counts what may happen only so often within a sliding window, by key, on this node. Safe for concurrent use.
type Rate struct {
	clock  *clock.Clock
	window time.Duration
	mu     sync.Mutex
	seen   map[string][]time.Time
}

// NewRate counts within a window.
func NewRate(c *clock.Clock, window time.Duration) *Rate {
	return &Rate{clock: c, window: window, seen: map[string][]time.Time{}}
}

// Take counts one and gives 0, or gives how long the key has to wait when limit of them have been within the window.
func (r *Rate) Take(key string, limit int) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	ts := r.seen[key]
	for len(ts) > 0 && !ts[0].After(now.Add(-r.window)) {
		ts = ts[1:]
	}
	if len(ts) >= limit {
		r.seen[key] = ts
		return ts[len(ts)-limit].Add(r.window).Sub(now)
	}
	if len(r.seen) > 100_000 {
		clear(r.seen) // a flood of addresses must not take all memory
	}
	r.seen[key] = append(ts, now)
	return 0
}
