package identity

import (
	"strconv"
	"testing"
	"time"

	"baton/internal/platform/clock"
)

// Nothing is kept of a key whose window is over, whether it asks again or not.
func TestRateForgetsWhatIsOver(t *testing.T) {
	c := clock.New()
	r := NewRate(c, time.Minute)
	for i := range 50 {
		r.Take(strconv.Itoa(i), 3)
	}
	c.Shift(61 * time.Second)
	r.Take("another", 3)
	if len(r.seen) != 1 {
		t.Errorf("a minute later %d keys are kept", len(r.seen))
	}
	l := newLimiter(c)
	l.take("ann", "192.0.2.1")
	if l.passed("ann", "192.0.2.1"); len(l.rate.seen) != 0 {
		t.Errorf("of a sign-in that went well %v is kept", l.rate.seen)
	}
}

// One subscriber's IPv6 addresses count as one.
func TestAddressesCountByNetwork(t *testing.T) {
	for ip, want := range map[string]string{"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "": "", "unknown": "unknown"} {
		if got := Network(ip); got != want {
			t.Errorf("%q counts as %q, want %q", ip, got, want)
		}
	}
	l := newLimiter(clock.New())
	for i := range limitAddress {
		if w := l.take("name"+strconv.Itoa(i), "2001:db8::"+strconv.Itoa(i+1)); w != 0 {
			t.Fatalf("try %d waits %v", i, w)
		}
	}
	if l.take("another", "2001:db8::ffff") == 0 {
		t.Error("the next address of the same network gets another try")
	}
	if l.take("another", "2001:db8:0:1::1") != 0 {
		t.Error("another network waits")
	}
}
