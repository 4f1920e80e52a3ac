package storetest_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"baton/internal/platform/store/storetest"
)

func exec(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	a, b := storetest.Postgres(t), storetest.Postgres(t)
	exec(t, a, "CREATE TABLE lead (id int)")
	exec(t, b, "CREATE TABLE lead (id int)") // fails if both are one database
}

func TestTemplateIsMadeOnceAndCopied(t *testing.T) {
	t.Parallel()
	var made atomic.Int32
	prepare := func(ctx context.Context, url string) error {
		made.Add(1)
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, "CREATE TABLE seed (n int); INSERT INTO seed VALUES (7)")
		return err
	}
	name := t.Name()
	t.Run("copies", func(t *testing.T) {
		for range 4 {
			t.Run("copy", func(t *testing.T) {
				t.Parallel()
				exec(t, storetest.PostgresFrom(t, name, prepare), "UPDATE seed SET n = 1 / (n - 6)") // fails unless the row reads 7
			})
		}
	})
	if n := made.Load(); n > 1 {
		t.Errorf("prepare ran %d times, want at most once per server", n)
	}
}
