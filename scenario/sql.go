package scenario

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // driver pgx
	_ "modernc.org/sqlite"             // driver sqlite
)

// SQL opens the server's database beside it, for reading only: for figures that are computed a second time, by hand.
func (s *Server) SQL(t testing.TB) *sql.DB {
	t.Helper()
	if s.Database == "" {
		return s.open(t, "sqlite", "file:"+filepath.Join(s.Data, "baton.db")+"?mode=ro&_pragma=busy_timeout(10000)")
	}
	u, err := url.Parse(s.Database)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("default_transaction_read_only", "on")
	u.RawQuery = q.Encode()
	return s.open(t, "pgx", u.String())
}

// Intruder opens the server's database as somebody with all rights on it would.
func (s *Server) Intruder(t testing.TB) *sql.DB {
	t.Helper()
	if s.Database == "" {
		return s.open(t, "sqlite", "file:"+filepath.Join(s.Data, "baton.db")+"?_pragma=busy_timeout(10000)")
	}
	return s.open(t, "pgx", s.Database)
}

func (s *Server) open(t testing.TB, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
