package ledger_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"baton/internal/platform/kerneltest"
	"baton/internal/platform/ledger"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// sealed is a kernel with a dozen tickets in three seals.
func sealed(t *testing.T, url string) (*kerneltest.Kernel, *ledger.Sealer, string) {
	t.Helper()
	k := kerneltest.Open(t, url)
	folder := t.TempDir()
	s, err := ledger.NewSealer(k.Ledger, folder, slog.Default())
	require.NoError(t, err)
	for round := range 3 {
		for i := range 4 {
			k.Must(t, k.As("ann"), record.Write{Op: record.Create, Object: "ticket", Values: map[string]any{"title": fmt.Sprintf("工单 %d-%d", round, i), "owner": "ann"}})
		}
		require.NoError(t, s.Seal(t.Context()))
	}
	return k, s, folder
}

func TestAWholeTrailProves(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k, s, _ := sealed(t, url)
		events, seals, err := s.Verify(t.Context())
		require.NoError(t, err)
		last, err := k.Ledger.Last(t.Context())
		require.NoError(t, err)
		require.Equal(t, last, events)
		require.EqualValues(t, 3, seals)
	})
}

func TestBatonsConnectionIsRefusedAnyChange(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k, _, _ := sealed(t, url)
		for _, q := range []string{"UPDATE event SET op = 'x' WHERE seq = 9", "DELETE FROM event WHERE seq = 9", "DELETE FROM seal", "UPDATE seal SET root = 'x'"} {
			err := k.DB.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, q)
				return err
			})
			require.Error(t, err, q)
		}
	})
}

// tamper changes the trail behind Baton's back: triggers dropped first.
func tamper(t *testing.T, k *kerneltest.Kernel, q string) {
	t.Helper()
	drop := []string{"DROP TRIGGER event_no_update", "DROP TRIGGER event_no_delete", "DROP TRIGGER seal_no_update", "DROP TRIGGER seal_no_delete"}
	if k.DB.Dialect() == store.Postgres {
		drop = []string{"ALTER TABLE event DISABLE TRIGGER ALL", "ALTER TABLE seal DISABLE TRIGGER ALL"}
	}
	require.NoError(t, k.DB.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		for _, s := range append(drop, q) {
			if _, err := tx.Exec(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	}))
}

func TestTamperingIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, q string
		seq     int64 // 0: only the seal is named
		seal    int64
	}{
		{"an event removed", "DELETE FROM event WHERE seq = 13", 13, 2},
		{"a payload changed", "UPDATE event SET payload = '{}' WHERE seq = 14", 14, 2},
		{"an author changed", "UPDATE event SET actor_name = 'nobody' WHERE seq = 9", 9, 1},
		{"a time changed", "UPDATE event SET at = at - 1000 WHERE seq = 19", 19, 3},
		{"the last event removed", "DELETE FROM event WHERE seq = (SELECT MAX(seq) FROM event)", 19, 3},
		{"the last seal removed", "DELETE FROM seal WHERE n = 3", 0, 3},
		{"a root changed", "UPDATE seal SET root = 'AAAA' WHERE n = 2", 0, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			kerneltest.Each(t, func(t *testing.T, url string) {
				k, s, _ := sealed(t, url)
				tamper(t, k, c.q)
				_, _, err := s.Verify(t.Context())
				var b *ledger.Break
				require.ErrorAs(t, err, &b)
				require.Equal(t, c.seal, b.Seal, b.Error())
				require.Equal(t, c.seq, b.Seq, b.Error())
			})
		})
	}
}

func TestARewrittenTrailIsShownByTheHeadsOutside(t *testing.T) {
	t.Parallel()
	k, s, folder := sealed(t, kerneltest.SQLite(t))
	// Someone with the key drops the last events with their seal and seals anew: only the heads file remembers.
	tamper(t, k, "DELETE FROM seal WHERE n = 3")
	require.NoError(t, k.DB.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM event WHERE seq = (SELECT MAX(seq) FROM event)")
		if err == nil {
			_, err = tx.Exec(ctx, "UPDATE sequence SET n = n - 1 WHERE name = 'event'")
		}
		return err
	}))
	heads, err := os.ReadFile(filepath.Join(folder, "heads.jsonl"))
	require.NoError(t, err)
	require.NoError(t, s.Seal(t.Context()))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "heads.jsonl"), heads, 0o600))
	_, _, err = s.Verify(t.Context())
	var b *ledger.Break
	require.ErrorAs(t, err, &b)
	require.EqualValues(t, 3, b.Seal)
}

func TestNumbersHaveNoGapsUnderFailures(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		for i := range 30 {
			w := record.Write{Op: record.Create, Object: "ticket", Values: map[string]any{"title": "x"}}
			if i%3 == 0 {
				w.Values = map[string]any{} // the title is required: refused
			}
			_, err := k.Write(t, k.As("ann"), w)
			require.Equal(t, i%3 == 0, err != nil)
		}
		last, err := k.Ledger.Last(t.Context())
		require.NoError(t, err)
		events, err := k.Ledger.After(t.Context(), 0, 1000)
		require.NoError(t, err)
		require.Len(t, events, int(last))
		for i, e := range events {
			require.EqualValues(t, i+1, e.Seq)
		}
	})
}

// One key seals the whole trail: a node with a key of its own leaves it alone and says that it can prove nothing; with the key it can.
func TestOneKeySealsTheTrail(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k, s, folder := sealed(t, url)
		other := t.TempDir()
		node, err := ledger.NewSealer(k.Ledger, other, slog.Default())
		require.NoError(t, err)
		k.Must(t, k.As("ann"), record.Write{Op: record.Create, Object: "ticket", Values: map[string]any{"title": "再一件", "owner": "ann"}})
		require.ErrorIs(t, node.Seal(t.Context()), ledger.ErrOtherKey)
		_, _, err = node.Verify(t.Context())
		require.ErrorIs(t, err, ledger.ErrOtherKey)
		key, err := os.ReadFile(filepath.Join(folder, "seal.key"))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(other, "seal.key"), key, 0o600))
		node, err = ledger.NewSealer(k.Ledger, other, slog.Default())
		require.NoError(t, err)
		require.NoError(t, node.Seal(t.Context()))
		for _, x := range []*ledger.Sealer{node, s} {
			_, seals, err := x.Verify(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 4, seals)
		}
		// Somebody who seals the whole trail anew with a key of their own is found out by whoever sealed it.
		tamper(t, k, "UPDATE seal SET key_id = 'mine'")
		var b *ledger.Break
		_, _, err = s.Verify(t.Context())
		require.ErrorAs(t, err, &b)
		require.EqualValues(t, 1, b.Seal)
	})
}

func TestATornHeadLosesNoOtherHead(t *testing.T) {
	t.Parallel()
	k, s, folder := sealed(t, kerneltest.SQLite(t))
	path := filepath.Join(folder, "heads.jsonl")
	heads, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, heads[:len(heads)-20], 0o600)) // the crash
	k.Must(t, k.As("ann"), record.Write{Op: record.Create, Object: "ticket", Values: map[string]any{"title": "之后", "owner": "ann"}})
	require.NoError(t, s.Seal(t.Context()))
	_, seals, err := s.Verify(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 4, seals)
	tamper(t, k, "DELETE FROM seal WHERE n = 4")
	_, _, err = s.Verify(t.Context())
	var b *ledger.Break
	require.ErrorAs(t, err, &b)
	require.EqualValues(t, 4, b.Seal)
}

func TestTheSigningKeyIsWrittenWhole(t *testing.T) {
	t.Parallel()
	_, _, folder := sealed(t, kerneltest.SQLite(t))
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		require.EqualValues(t, 0o600, info.Mode().Perm(), e.Name())
		require.Contains(t, []string{"seal.key", "heads.jsonl"}, e.Name())
	}
}
