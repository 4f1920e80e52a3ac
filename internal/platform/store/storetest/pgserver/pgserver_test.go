package pgserver_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/internal/platform/store/storetest/pgserver"
)

const holder = "BATON_PGSERVER_HOLDER"

// TestMain lets the test binary play the process that is killed while it holds a server.
func TestMain(m *testing.M) {
	if os.Getenv(holder) == "" {
		os.Exit(m.Run())
	}
	s, err := pgserver.Start(context.Background())
	if err != nil {
		os.Stdout.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	os.Stdout.WriteString(s.URL + "\n")
	// Until it is killed. An empty select would end it at once: with nobody else running the runtime calls that a deadlock.
	time.Sleep(time.Hour)
}

func require(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, pgserver.ErrMissing) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestServerAnswersAndStops(t *testing.T) {
	t.Parallel()
	s, err := pgserver.Start(t.Context())
	require(t, err)
	conn, err := pgx.Connect(t.Context(), s.URL)
	require(t, err)
	var version int
	require(t, conn.QueryRow(t.Context(), "SELECT current_setting('server_version_num')::int").Scan(&version))
	if version < 150000 {
		t.Errorf("server version %d, want 15 or later", version)
	}
	var sorted string
	require(t, conn.QueryRow(t.Context(), "SELECT string_agg(x, '' ORDER BY x) FROM unnest(ARRAY['a','B']) x").Scan(&sorted))
	if sorted != "aB" {
		t.Errorf("default order %q: a forgotten COLLATE \"C\" would not be noticed", sorted)
	}
	require(t, s.Stop())
	if _, err := pgx.Connect(t.Context(), s.URL); err == nil {
		t.Error("the server still answers after Stop")
	}
}

func TestServerEndsWithKilledOwner(t *testing.T) {
	t.Parallel()
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), holder+"=1")
	out, err := owner.StdoutPipe()
	require(t, err)
	require(t, owner.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require(t, err)
	address, err := url.Parse(strings.TrimSpace(line))
	if err != nil || address.Host == "" {
		_ = owner.Wait()
		if strings.Contains(line, pgserver.ErrMissing.Error()) {
			require(t, pgserver.ErrMissing)
		}
		t.Fatalf("the owner said %q", line)
	}
	// An open connection is the signal: the server closes it when it goes.
	session, err := pgx.Connect(t.Context(), strings.TrimSpace(line))
	require(t, err)
	conn := session.PgConn().Conn()
	defer conn.Close()
	require(t, owner.Process.Kill())
	_ = owner.Wait()
	require(t, conn.SetReadDeadline(time.Now().Add(30*time.Second)))
	if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("the server was still there 30 s after its owner was killed")
	}
}
