package record_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/kerneltest"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// stays lists a field's history as value by owner of unit, from and to in hours since the first, oldest first.
func stays(t *testing.T, k *kerneltest.Kernel, field, id string) (out []string) {
	t.Helper()
	rows, err := k.DB.Query(t.Context(), "SELECT COALESCE(value, '—'), COALESCE(prev, '—'), first, COALESCE(owner, '—'), COALESCE(org_unit, '—'), entered_at, COALESCE(left_at, 0) FROM track WHERE object = 'ticket' AND field = ? AND record_id = ? ORDER BY entered_at, written_at", field, id)
	require.NoError(t, err)
	defer rows.Close()
	var zero int64
	for rows.Next() {
		var value, prev, owner, unit string
		var first int
		var entered, left int64
		require.NoError(t, rows.Scan(&value, &prev, &first, &owner, &unit, &entered, &left))
		if zero == 0 {
			zero = entered
		}
		hours := func(at int64) string {
			if at == 0 {
				return "now"
			}
			return fmt.Sprint(time.Duration(at-zero) * time.Millisecond / time.Hour)[:1]
		}
		out = append(out, fmt.Sprintf("%s<%s first=%d %s@%s %s-%s", value, prev, first, owner, unit, hours(entered), hours(left)))
	}
	return out
}

// TestTrackedHistoryIsStampedWithOwnerAndUnit of the moment; who moves takes nothing of the past along.
func TestTrackedHistoryIsStampedWithOwnerAndUnit(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		hour := 0
		at := func(v values, op record.Op, id string) string {
			k.Clock.Shift(time.Duration(hour) * time.Hour)
			hour++
			return k.Must(t, system, record.Write{Op: op, Object: "ticket", ID: id, Values: v}).ID()
		}
		id := at(values{"title": "一", "owner": "ann"}, record.Create, "")
		at(values{"status": "处理中"}, record.Update, id)
		_, err := k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "test", Engine: true}, Writes: []record.Write{{Op: record.Update, Object: "person", ID: "ann", Values: values{"unit": "west"}}}})
		require.NoError(t, err)
		require.NoError(t, k.Dir.Reload(t.Context()))
		at(values{"status": "完成"}, record.Update, id)
		at(values{"owner": "bob"}, record.Update, id)
		at(values{"status": "处理中"}, record.Update, id)
		at(values{"title": "别的"}, record.Update, id)
		assert.Equal(t, []string{"新建<— first=1 ann@east 0-1", "处理中<新建 first=1 ann@east 1-2", "完成<处理中 first=1 ann@east 2-4", "处理中<完成 first=0 bob@east 4-now"}, stays(t, k, "status", id),
			"the row's unit is the one its owner had when it was given; it follows no move")
		assert.Equal(t, []string{"ann<— first=1 ann@east 0-3", "bob<ann first=1 bob@east 3-now"}, stays(t, k, "owner", id))
		assert.Equal(t, "east", row(t, k, "ticket", id).Get("org_unit"))

		// What is claimed from the pool is the claimer's from where it stands.
		pool := at(values{"title": "公海"}, record.Create, "")
		at(values{"owner": "chief2"}, record.Update, pool)
		assert.Equal(t, []string{"新建<— first=1 chief2@west 0-now"}, stays(t, k, "status", pool))
		at(values{"owner": nil}, record.Update, pool)
		at(values{"owner": "bob"}, record.Update, pool)
		assert.Equal(t, []string{"新建<— first=1 chief2@west 0-now"}, stays(t, k, "status", pool), "once")
	})
}

// TestAChangeToldOfThePastCountsFromWhenItWas; what was written before it is not cut short.
func TestAChangeToldOfThePastCountsFromWhenItWas(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		now := k.Clock.Now()
		write := func(op record.Op, id string, hoursAgo int, v values) string {
			t.Helper()
			out, err := k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "import", Engine: true, HappenedAt: now.Add(-time.Duration(hoursAgo) * time.Hour)}, Writes: []record.Write{{Op: op, Object: "ticket", ID: id, Values: v}}})
			require.NoError(t, err)
			return out[0].Row.ID()
		}
		id := write(record.Create, "", 8, values{"title": "一", "owner": "ann"})
		write(record.Update, id, 5, values{"status": "处理中"})
		write(record.Update, id, 6, values{"status": "完成"}) // told of with an earlier instant than the standing one's
		got := stays(t, k, "status", id)
		assert.Equal(t, []string{"新建<— first=1 ann@east 0-3", "处理中<新建 first=1 ann@east 3-3", "完成<处理中 first=1 ann@east 3-now"}, got)
		es := events(t, k, id)
		assert.Equal(t, now.Add(-8*time.Hour).UnixMilli(), es[0].At)
		assert.GreaterOrEqual(t, es[0].WrittenAt, now.UnixMilli(), "when it was and when it was written down are two times")
		assert.Equal(t, now.Add(-8*time.Hour).UnixMilli(), row(t, k, "ticket", id).Get("created_at"))
	})
}
