package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"baton/internal/platform/kerneltest"
	"baton/internal/platform/store"
)

func count(t *testing.T, db *store.DB, q string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, db.QueryRow(t.Context(), q, args...).Scan(&n))
	return n
}

func put(db *store.DB, name, value string, fail error) error {
	return db.Write(context.Background(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?)", name, value); err != nil {
			return err
		}
		return fail
	})
}

func TestWorksOfOneGroupStandAlone(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		db, err := store.Open(url)
		require.NoError(t, err)
		defer db.Close()
		require.NoError(t, db.Migrate(t.Context()))
		boom := errors.New("boom")
		var wg sync.WaitGroup
		var after sync.Map
		for i := range 200 {
			wg.Go(func() {
				name := string(rune('a'+i%26)) + string(rune('a'+i/26))
				err := db.Write(context.Background(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
					tx.AfterCommit(func() { after.Store(name, true) })
					if _, err := tx.Exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?)", name, "v?'"); err != nil {
						return err
					}
					switch i % 5 {
					case 0:
						return boom
					case 1:
						panic("a step went wrong")
					}
					return nil
				})
				if i%5 == 0 && !errors.Is(err, boom) || i%5 == 1 && err == nil || i%5 > 1 && err != nil {
					t.Errorf("work %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		require.Equal(t, 120, count(t, db, "SELECT COUNT(*) FROM setting WHERE value = ?", "v?'"))
		n := 0
		after.Range(func(any, any) bool { n++; return true })
		require.Equal(t, 120, n, "after-commit calls of failed works are dropped")
	})
}

func TestUniqueIsTold(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		db, err := store.Open(url)
		require.NoError(t, err)
		defer db.Close()
		require.NoError(t, db.Migrate(t.Context()))
		require.NoError(t, put(db, "x", "1", nil))
		require.True(t, store.IsUnique(put(db, "x", "2", nil)))
		require.False(t, store.IsUnique(put(db, "y", "2", errors.New("other"))))
	})
}

func TestMigratingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		db, err := store.Open(url)
		require.NoError(t, err)
		defer db.Close()
		require.NoError(t, db.Migrate(t.Context()))
		require.NoError(t, put(db, "x", "1", nil))
		require.NoError(t, db.Migrate(t.Context()))
		require.Equal(t, 1, count(t, db, "SELECT COUNT(*) FROM setting"))
	})
}

func TestRebindLeavesQuotedMarksAlone(t *testing.T) {
	t.Parallel()
	require.Equal(t, `SELECT '?', "a?" FROM t WHERE a = $1 AND b = $2`, store.Postgres.Rebind(`SELECT '?', "a?" FROM t WHERE a = ? AND b = ?`))
	require.Equal(t, "a = ?", store.SQLite.Rebind("a = ?"))
}

func TestClosedStoreRefuses(t *testing.T) {
	t.Parallel()
	db, err := store.Open(kerneltest.SQLite(t))
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	require.NoError(t, db.Close())
	require.ErrorIs(t, put(db, "x", "1", nil), store.ErrClosed)
}
