package identity

import (
	"sync"
	"time"

	"baton/internal/platform/clock"
)

// limiter counts missed sign-ins by name and by address within a sliding window.
type limiter struct {
	clock  *clock.Clock
	mu     sync.Mutex
	misses map[string][]time.Time
}

const (
	limitWindow  = 15 * time.Minute
	limitName    = 5
	limitAddress = 30
)

func newLimiter(c *clock.Clock) *limiter { return &limiter{clock: c, misses: map[string][]time.Time{}} }

// take asks for a try and tells how long to wait; 0 when it is allowed. An allowed try counts as missed until passed says otherwise, so
// that tries at the same time cannot all slip through before the first has failed.
func (l *limiter) take(name, ip string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w := max(l.wait("n:"+name, limitName), l.wait("a:"+ip, limitAddress)); w > 0 {
		return w
	}
	if len(l.misses) > 100_000 {
		clear(l.misses) // a flood of made-up names must not take all memory
	}
	for _, k := range []string{"n:" + name, "a:" + ip} {
		l.misses[k] = append(l.recent(k), l.clock.Now())
	}
	return 0
}

func (l *limiter) wait(key string, limit int) time.Duration {
	ts := l.recent(key)
	if len(ts) < limit {
		return 0
	}
	return ts[len(ts)-limit].Add(limitWindow).Sub(l.clock.Now())
}

func (l *limiter) recent(key string) []time.Time {
	ts, from := l.misses[key], l.clock.Now().Add(-limitWindow)
	for len(ts) > 0 && ts[0].Before(from) {
		ts = ts[1:]
	}
	if len(ts) == 0 {
		delete(l.misses, key)
	} else {
		l.misses[key] = ts
	}
	return ts
}

// passed forgets the name's misses and takes this try off the address.
func (l *limiter) passed(name, ip string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.misses, "n:"+name)
	if ts := l.recent("a:" + ip); len(ts) > 0 {
		l.misses["a:"+ip] = ts[:len(ts)-1]
	}
}
