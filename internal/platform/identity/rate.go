package identity

import (
	"net/netip"
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
	swept  time.Time
}

// mostKeys are counted at a time: a flood of addresses must not take all memory.
const mostKeys = 100_000

// NewRate counts within a window.
func NewRate(c *clock.Clock, window time.Duration) *Rate {
	return &Rate{clock: c, window: window, seen: map[string][]time.Time{}, swept: c.Now()}
}

// Take counts one and gives 0, or gives how long the key has to wait when limit of them have been within the window.
func (r *Rate) Take(key string, limit int) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if w := r.wait(key, limit); w > 0 {
		return w
	}
	r.count(key)
	return 0
}

func (r *Rate) wait(key string, limit int) time.Duration {
	ts := r.recent(key)
	if len(ts) < limit {
		return 0
	}
	return ts[len(ts)-limit].Add(r.window).Sub(r.clock.Now())
}

func (r *Rate) count(keys ...string) {
	now := r.clock.Now()
	if now.Sub(r.swept) >= r.window || len(r.seen) > mostKeys {
		for k := range r.seen {
			r.recent(k)
		}
		r.swept = now
	}
	if len(r.seen) > mostKeys {
		clear(r.seen)
	}
	for _, k := range keys {
		r.seen[k] = append(r.recent(k), now)
	}
}

// recent gives what of a key is within the window and forgets the rest.
func (r *Rate) recent(key string) []time.Time {
	ts, from := r.seen[key], r.clock.Now().Add(-r.window)
	for len(ts) > 0 && !ts[0].After(from) {
		ts = ts[1:]
	}
	if len(ts) == 0 {
		delete(r.seen, key)
	} else {
		r.seen[key] = ts
	}
	return ts
}

// Network is what an address counts as: of IPv6 its /64, which one subscriber has whole.
func Network(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	if a = a.Unmap().WithZone(""); a.Is4() {
		return a.String()
	}
	return netip.PrefixFrom(a, 64).Masked().String()
}
