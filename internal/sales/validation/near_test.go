package validation

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	require.NoError(t, err)
	return d
}

// TestTwelveMonths: a day less is too near, twelve months are not, and the end of a short month is as far as a long one's.
func TestTwelveMonths(t *testing.T) {
	for _, x := range []struct {
		a, b string
		near bool
	}{
		{"2024-02-29", "2024-02-29", true}, {"2024-02-29", "2025-02-27", true}, {"2024-02-29", "2025-02-28", false},
		{"2025-02-28", "2026-02-27", true}, {"2025-02-28", "2026-02-28", false},
		{"2025-11-28", "2026-11-27", true}, {"2025-11-28", "2026-11-28", false}, {"2025-12-31", "2026-12-30", true}, {"2025-12-31", "2026-12-31", false},
	} {
		assert.Equal(t, x.near, near(day(t, x.a), day(t, x.b), 12), "%s and %s", x.a, x.b)
		assert.Equal(t, x.near, near(day(t, x.b), day(t, x.a), 12), "%s and %s", x.b, x.a)
	}
	assert.True(t, near(day(t, "2025-01-31"), day(t, "2025-02-27"), 1))
	assert.False(t, near(day(t, "2025-01-31"), day(t, "2025-02-28"), 1))
}

// TestMonthsHaveOneEdge: for any day and number of months there is exactly one first day that is far enough, and all after it are.
func TestMonthsHaveOneEdge(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	start := day(t, "2019-01-01")
	for range 3000 {
		a, n := start.AddDate(0, 0, r.IntN(4000)), 1+r.IntN(36)
		edge := plusMonths(a, n)
		assert.True(t, near(a, edge.AddDate(0, 0, -1), n), "%s, %d months", a, n)
		assert.False(t, near(a, edge, n), "%s, %d months", a, n)
		assert.False(t, near(a, edge.AddDate(0, 0, r.IntN(400)), n))
		months := (edge.Year()-a.Year())*12 + int(edge.Month()) - int(a.Month())
		assert.Equal(t, n, months, "the edge of %s is %s", a, edge)
	}
}
