package app

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
)

// TestTheHomeCountsAllThatWaitForATalk: also what it does not show, and however many records of other objects wait before them.
func TestTheHomeCountsAllThatWaitForATalk(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		far := c.app.Clock.Milli() + 3_600_000
		nudged := func(object, id string, at int64) {
			t.Helper()
			require.NoError(t, c.app.DB.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
				return c.app.engines.timers.Start(ctx, tx, timer.Timer{Kind: "nudge", Object: object, RecordID: id, Person: "rita", Due: at})
			}))
		}
		for i := range 100 {
			nudged("lead", fmt.Sprint("lead-", i), far)
		}
		customers := func(from, to int) {
			t.Helper()
			var ws []record.Write
			for i := from; i < to; i++ {
				ws = append(ws, record.Write{Op: record.Create, Object: "customer", ID: fmt.Sprint("customer-", i), Values: map[string]any{"name": fmt.Sprint("客户", i), "owner": "rita"}})
			}
			c.system(t, ws...)
			for i := from; i < to; i++ {
				nudged("customer", fmt.Sprint("customer-", i), far+int64(1000-i)) // the last one first
			}
		}
		section := func() map[string]any {
			t.Helper()
			for _, s := range c.person(t, "rita").get(t, "/api/v1/today", 200)["sections"].([]any) {
				if m := s.(map[string]any); m["key"] == "first" && m["object"] == "customer" {
					return m
				}
			}
			return map[string]any{}
		}
		customers(0, 25)
		got := section()
		assert.Equal(t, []any{float64(25), false}, []any{got["count"], got["capped"]})
		require.Len(t, got["lines"], 20)
		for i, l := range got["lines"].([]any) {
			assert.Equal(t, fmt.Sprint("customer-", 24-i), l.(map[string]any)["record"].(map[string]any)["id"])
		}
		customers(25, 105)
		got = section()
		assert.Equal(t, []any{float64(100), true}, []any{got["count"], got["capped"]})
		assert.Equal(t, "customer-104", got["lines"].([]any)[0].(map[string]any)["record"].(map[string]any)["id"])
	})
}
