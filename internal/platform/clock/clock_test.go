package clock_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/clock"
)

func TestTheClockRunsShifted(t *testing.T) {
	t.Parallel()
	c := clock.New()
	assert.WithinDuration(t, time.Now(), c.Now(), time.Second)
	assert.Equal(t, time.UTC, c.Now().Location())
	assert.Zero(t, c.Now().Nanosecond()%int(time.Millisecond), "to the millisecond, as instants are stored")
	changed := c.Changed()
	c.Shift(72 * time.Hour)
	assert.WithinDuration(t, time.Now().Add(72*time.Hour), c.Now(), time.Second)
	assert.InDelta(t, time.Now().Add(72*time.Hour).UnixMilli(), c.Milli(), 1000)
	select {
	case <-changed:
	default:
		t.Error("nobody was told")
	}
	c.Shift(72 * time.Hour)
	select {
	case <-changed:
		t.Error("the same offset is no change")
	default:
	}
	c.Shift(-time.Hour)
	c.Shift(0) // a listener that is behind is told once and blocks nobody
	<-changed
}

func TestTheClocksFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "clock")
	c := clock.New()
	ahead := func() time.Duration { return time.Until(c.Now()).Round(time.Hour) }
	c.Read(file)
	assert.Zero(t, ahead(), "no file, no offset")
	for text, want := range map[string]time.Duration{"72h": 72 * time.Hour, " 48h0m0s\n": 48 * time.Hour, "-24h": -24 * time.Hour} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		c.Read(file)
		assert.Equal(t, want, ahead(), text)
		require.NoError(t, os.WriteFile(file, []byte("soon"), 0o600))
		c.Read(file)
		assert.Equal(t, want, ahead(), "what cannot be read leaves the last offset")
	}
	require.NoError(t, os.Remove(file))
	c.Shift(0)

	ctx, cancel := context.WithCancel(t.Context())
	changed, ended := c.Changed(), make(chan struct{})
	go func() {
		defer close(ended)
		c.Follow(ctx, file)
	}()
	require.NoError(t, os.WriteFile(file, []byte("1h"), 0o600))
	select {
	case <-changed:
	case <-time.After(10 * time.Second):
		t.Fatal("the file was not followed")
	}
	assert.Equal(t, time.Hour, ahead())
	cancel()
	<-ended
}
