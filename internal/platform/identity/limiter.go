package identity

import (
	"time"

	"baton/internal/platform/clock"
)

// limiter counts missed sign-ins by name and by network.
type limiter struct{ rate *Rate }

const (
	limitWindow  = 15 * time.Minute
	limitName    = 5
	limitAddress = 30
)

func newLimiter(c *clock.Clock) *limiter { return &limiter{NewRate(c, limitWindow)} }

func limitKeys(name, ip string) (byName, byAddress string) {
	return "n:" + name, "a:" + Network(ip)
}

// take asks for a try and tells how long to wait; 0 when it is allowed. An allowed try counts as missed until passed says otherwise, so
// that tries at the same time cannot all slip through before the first has failed.
func (l *limiter) take(name, ip string) time.Duration {
	l.rate.mu.Lock()
	defer l.rate.mu.Unlock()
	n, a := limitKeys(name, ip)
	if w := max(l.rate.wait(n, limitName), l.rate.wait(a, limitAddress)); w > 0 {
		return w
	}
	l.rate.count(n, a)
	return 0
}

// passed forgets the name's misses and takes this try off the address.
func (l *limiter) passed(name, ip string) {
	l.rate.mu.Lock()
	defer l.rate.mu.Unlock()
	n, a := limitKeys(name, ip)
	delete(l.rate.seen, n)
	if ts := l.rate.recent(a); len(ts) > 0 {
		l.rate.seen[a] = ts[:len(ts)-1]
		l.rate.recent(a)
	}
}
