package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"baton/internal/platform/kerneltest"
	"baton/internal/platform/store"
)

var settings = &store.Insert{Table: "setting", Columns: "name, value", N: 2}

func opened(t *testing.T, url string) *store.DB {
	t.Helper()
	db, err := store.Open(url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	require.NoError(t, db.Migrate(t.Context()))
	return db
}

// together makes works wait in the queue until all are there, so that they share a group.
func together(t *testing.T, db *store.DB, works ...store.Work) []error {
	t.Helper()
	block, running := make(chan struct{}), make(chan struct{})
	errs := make([]error, len(works))
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = db.Write(context.Background(), store.Interactive, func(context.Context, *store.Tx) error {
			select {
			case <-running:
			default:
				close(running)
			}
			<-block
			return nil
		})
	})
	<-running
	for i, w := range works {
		wg.Go(func() { errs[i] = db.Write(context.Background(), store.Interactive, w) })
	}
	close(block)
	wg.Wait()
	return errs
}

// Gathered rows of works that fail go alone: before anything was written, after it, and when the database refuses the row itself.
func TestGatheredRowsStandAlone(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		db := opened(t, url)
		require.NoError(t, put(db, "taken", "v", nil))
		boom := errors.New("boom")
		var works []store.Work
		for i := range 60 {
			works = append(works, func(ctx context.Context, tx *store.Tx) error {
				name := fmt.Sprintf("n%d", i)
				if i%6 == 3 {
					name = "taken"
				}
				if err := tx.Insert(ctx, settings, name, "v"); err != nil {
					return err
				}
				switch i % 6 {
				case 1:
					return boom
				case 2:
					if _, err := tx.Exec(ctx, "UPDATE setting SET value = 'v' WHERE name = ?", name); err != nil {
						return err
					}
					return boom
				case 4:
					panic("a step went wrong")
				}
				return nil
			})
		}
		for i, err := range together(t, db, works...) {
			switch i % 6 {
			case 1, 2:
				require.ErrorIs(t, err, boom, i)
			case 3:
				require.True(t, store.IsUnique(err), "%d: %v", i, err)
			case 4:
				require.ErrorContains(t, err, "a step went wrong", i)
			default:
				require.NoError(t, err, i)
			}
		}
		require.Equal(t, 21, count(t, db, "SELECT COUNT(*) FROM setting"))
	})
}

// A statement that names the table sees what was gathered before it, by the work itself and by others of its group.
func TestGatheredRowsAreSeen(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		db := opened(t, url)
		var mu sync.Mutex
		var seen []int
		var works []store.Work
		for i := range 10 {
			works = append(works, func(ctx context.Context, tx *store.Tx) error {
				if err := tx.Insert(ctx, settings, fmt.Sprint(i), "v"); err != nil {
					return err
				}
				var n int
				if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM setting").Scan(&n); err != nil {
					return err
				}
				mu.Lock()
				defer mu.Unlock()
				seen = append(seen, n)
				return nil
			})
		}
		for _, err := range together(t, db, works...) {
			require.NoError(t, err)
		}
		require.Equal(t, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, seen)
	})
}

// A work that passes over a refused row has not written it; what it and the others wrote besides stands.
func TestRefusedRowCannotBePassedOver(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		db := opened(t, url)
		require.NoError(t, put(db, "taken", "v", nil))
		errs := together(t, db,
			func(ctx context.Context, tx *store.Tx) error { return tx.Insert(ctx, settings, "a", "v") },
			func(ctx context.Context, tx *store.Tx) error {
				return tx.Nested(ctx, func(ctx context.Context, tx *store.Tx) error {
					return tx.Insert(ctx, settings, "taken", "w")
				})
			},
			func(ctx context.Context, tx *store.Tx) error {
				if err := tx.Insert(ctx, settings, "b", "v"); err != nil {
					return err
				}
				inner := tx.Nested(ctx, func(ctx context.Context, tx *store.Tx) error {
					if err := tx.Insert(ctx, settings, "c", "v"); err != nil {
						return err
					}
					return errors.New("only this part")
				})
				if store.IsFatal(inner) {
					return inner
				}
				return tx.Insert(ctx, settings, "d", "v")
			})
		require.NoError(t, errs[0])
		require.True(t, store.IsUnique(errs[1]), "%v", errs[1])
		require.NoError(t, errs[2])
		require.Equal(t, 4, count(t, db, "SELECT COUNT(*) FROM setting WHERE name IN ('taken', 'a', 'b', 'd')"))
		require.Equal(t, 4, count(t, db, "SELECT COUNT(*) FROM setting"))
	})
}
