package store

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

func openSQLite(path string) (write, read *sql.DB, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, nil, err
	}
	pragmas := []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "cache_size(-65536)", "temp_store(MEMORY)", "wal_autocheckpoint(4000)", "foreign_keys(OFF)"}
	dsn := func(extra ...string) string {
		v := url.Values{}
		for _, p := range append(append([]string{}, pragmas...), extra...) {
			v.Add("_pragma", p)
		}
		v.Set("_txlock", "immediate")
		return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
	}
	if write, err = sql.Open("sqlite", dsn()); err != nil {
		return nil, nil, err
	}
	write.SetMaxOpenConns(1)
	if err := write.Ping(); err != nil {
		return nil, nil, fmt.Errorf("store: cannot open %s: %w", path, err)
	}
	if read, err = sql.Open("sqlite", strings.Replace(dsn("query_only(1)", "cache_size(-16384)"), "_txlock=immediate", "_txlock=deferred", 1)); err != nil {
		return nil, nil, err
	}
	read.SetMaxOpenConns(readers())
	read.SetMaxIdleConns(readers())
	return write, read, nil
}

func openPostgres(dsn string) (write, read *sql.DB, err error) {
	open := func(n int, readOnly bool) (*sql.DB, error) {
		cfg, err := pgx.ParseConfig(dsn)
		if err != nil {
			return nil, fmt.Errorf("store: database URL: %w", err)
		}
		// A plan cached while a table was still empty cut intake to a quarter; custom plans cost little beside it.
		cfg.RuntimeParams["plan_cache_mode"] = "force_custom_plan"
		cfg.RuntimeParams["timezone"] = "UTC"
		if readOnly {
			cfg.RuntimeParams["default_transaction_read_only"] = "on"
		}
		// Statement descriptions go stale when an object's columns change; exec mode re-reads them instead of failing the request.
		cfg.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
		db := stdlib.OpenDB(*cfg)
		db.SetMaxOpenConns(n)
		db.SetMaxIdleConns(n)
		return db, db.Ping()
	}
	if write, err = open(6, false); err != nil {
		return nil, nil, fmt.Errorf("store: cannot reach PostgreSQL: %w", err)
	}
	if read, err = open(2*readers(), true); err != nil {
		return nil, nil, err
	}
	return write, read, nil
}

// IsUnique reports whether err is a broken unique rule, on either database.
func IsUnique(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// ErrAgain is returned by a begin or finish work when its group has to run again: what it was built on has been overtaken by another node.
var ErrAgain = errors.New("store: overtaken by another node")

// isRetryable reports a lost race between nodes (deadlock, serialization) after which the whole group may be run again.
func isRetryable(err error) bool {
	var pg *pgconn.PgError
	return errors.Is(err, ErrAgain) || errors.As(err, &pg) && (pg.Code == "40P01" || pg.Code == "40001")
}
