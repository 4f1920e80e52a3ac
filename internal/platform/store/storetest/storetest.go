// Package storetest gives each test a PostgreSQL database of its own. One server serves a whole run: `make test` starts it and names
// it in BATON_TEST_DATABASE_URL; without that, the test process starts one for itself. It knows nothing of Baton's tables.
package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/internal/platform/store/storetest/pgserver"
)

// EnvURL names the variable with the address of the server of this run: a superuser's, who may create databases.
const EnvURL = "BATON_TEST_DATABASE_URL"

// server is the process's own server, started by the first test that asks. It ends with the process (see pgserver).
var server = sync.OnceValues(func() (*pgserver.Server, error) { return pgserver.Start(context.Background()) })

// Postgres returns the address of a new empty database that is dropped when t ends. Without PostgreSQL it skips t, or fails it
// when CI=true. Safe in parallel tests.
func Postgres(t testing.TB) string {
	t.Helper()
	return clone(t, "template0")
}

// PostgresFrom is Postgres with a copy of a prepared database. The template is made once per server by prepare, which gets its
// address and must close its connections; name says what is in it and must change with its content (for example a digest of the
// migrations).
func PostgresFrom(t testing.TB, name string, prepare func(ctx context.Context, url string) error) string {
	t.Helper()
	template := "template_" + name
	admin := connect(t)
	// Tests of several packages may want the same template at once; the lock ends with the connection, also when prepare panics.
	if _, err := admin.Exec(t.Context(), "SELECT pg_advisory_lock(hashtextextended($1, 0))", template); err != nil {
		t.Fatalf("storetest: lock template %s: %v", template, err)
	}
	if err := ensure(t.Context(), admin, template, prepare); err != nil {
		t.Fatalf("storetest: template %s: %v", template, err)
	}
	if err := admin.Close(t.Context()); err != nil {
		t.Fatalf("storetest: %v", err)
	}
	return clone(t, template)
}

func ensure(ctx context.Context, admin *pgx.Conn, template string, prepare func(context.Context, string) error) error {
	var ready bool
	if err := admin.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", template).Scan(&ready); err != nil || ready {
		return err
	}
	// Built under another name, so that a broken attempt is never taken for a template.
	draft := "draft_" + strings.ToLower(rand.Text())
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+quote(draft)+" TEMPLATE template0"); err != nil {
		return err
	}
	address, err := withDatabase(admin.Config().ConnString(), draft)
	if err != nil {
		return err
	}
	if err := prepare(ctx, address); err != nil {
		return err
	}
	// Closing a connection is not waited for by the server; a rename with one still open is refused.
	if _, err := admin.Exec(ctx, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", draft); err != nil {
		return err
	}
	_, err = admin.Exec(ctx, "ALTER DATABASE "+quote(draft)+" RENAME TO "+quote(template))
	return err
}

func clone(t testing.TB, template string) string {
	t.Helper()
	admin := connect(t)
	name := "test_" + strings.ToLower(rand.Text())
	if _, err := admin.Exec(t.Context(), "CREATE DATABASE "+quote(name)+" TEMPLATE "+quote(template)); err != nil {
		t.Fatalf("storetest: create database: %v", err)
	}
	server := admin.Config().ConnString()
	if err := admin.Close(t.Context()); err != nil {
		t.Fatalf("storetest: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		conn, err := pgx.Connect(ctx, server)
		if err == nil {
			defer conn.Close(ctx)
			_, err = conn.Exec(ctx, "DROP DATABASE "+quote(name)+" WITH (FORCE)")
		}
		if err != nil {
			t.Errorf("storetest: drop database %s: %v", name, err)
		}
	})
	address, err := withDatabase(server, name)
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	return address
}

// connect opens a superuser's connection, or skips or fails t when there is no server.
func connect(t testing.TB) *pgx.Conn {
	t.Helper()
	address := os.Getenv(EnvURL)
	if address == "" {
		s, err := server()
		switch {
		case errors.Is(err, pgserver.ErrMissing) && os.Getenv("CI") != "true":
			t.Skipf("skipped, not tested on PostgreSQL: %v", err)
		case err != nil:
			t.Fatalf("storetest: %v", err)
		}
		address = s.URL
	}
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatalf("storetest: the server named by %s does not answer: %v", EnvURL, err)
	}
	return conn
}

func withDatabase(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("%s must be a postgres:// address: %w", EnvURL, err)
	}
	u.Path = "/" + name
	return u.String(), nil
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
