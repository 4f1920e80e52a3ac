// Package store is one handle over SQLite and PostgreSQL: a pool of readers, and one writer that commits concurrent writes together.
//
// SQL is written once with ? placeholders; text and 64-bit integers are the only column types of business data, so that both databases
// compare and sort alike. The package knows nothing of objects or sales.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Dialect names the database behind a DB.
type Dialect int

// The two databases.
const (
	SQLite Dialect = iota
	Postgres
)

// TextType and IntType are the column types of the two value classes.
func (d Dialect) TextType() string {
	if d == Postgres {
		return `text COLLATE "C"`
	}
	return "TEXT"
}

// IntType is the 64-bit integer column type.
func (d Dialect) IntType() string {
	if d == Postgres {
		return "bigint"
	}
	return "INTEGER"
}

// Rebind turns ? placeholders into the dialect's. Question marks inside quoted text are left alone.
func (d Dialect) Rebind(q string) string {
	if d == SQLite {
		return q
	}
	var b strings.Builder
	b.Grow(len(q) + 16)
	n, quote := 0, byte(0)
	for i := 0; i < len(q); i++ {
		c := q[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '?':
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// Querier reads. *DB (the reader pool) and *Tx both are one. Rows must be closed by the caller.
type Querier interface {
	Query(ctx context.Context, q string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, q string, args ...any) *sql.Row
	Dialect() Dialect
}

// DB is an open database. Safe for concurrent use.
type DB struct {
	dialect Dialect
	read    *sql.DB
	write   *sql.DB
	stmts   stmtCache
	rebound sync.Map
	rebinds atomic.Int64
	writer  *writer
	url     string
}

// Open connects to a SQLite file ("sqlite:path") or PostgreSQL ("postgres://…"). On SQLite the write pool holds exactly one connection.
func Open(url string) (*DB, error) {
	db := &DB{url: url}
	var err error
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		db.dialect = SQLite
		db.write, db.read, err = openSQLite(path)
	} else if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		db.dialect = Postgres
		db.write, db.read, err = openPostgres(url)
	} else {
		return nil, fmt.Errorf("store: %q is neither sqlite:<path> nor postgres://…", url)
	}
	if err != nil {
		return nil, err
	}
	db.stmts = stmtCache{db: db.read, limit: 400}
	db.writer = newWriter(db)
	return db, nil
}

// Dialect tells which database this is.
func (db *DB) Dialect() Dialect { return db.dialect }

// Query reads from the pool of readers. Statements are prepared once and kept.
func (db *DB) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	if db.dialect == Postgres {
		return db.read.QueryContext(ctx, db.rebind(q), args...)
	}
	s, err := db.stmts.get(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, q)
	}
	rows, err := s.QueryContext(ctx, args...)
	if dropped(err) {
		return db.read.QueryContext(ctx, q, args...)
	}
	return rows, err
}

// dropped tells that another reader pushed the statement out of the cache between finding and using it; database/sql has no value for it.
func dropped(err error) bool { return err != nil && err.Error() == "sql: statement is closed" }

// QueryRow is Query for one row; its error surfaces at Scan.
func (db *DB) QueryRow(ctx context.Context, q string, args ...any) *sql.Row {
	if db.dialect == SQLite {
		if s, err := db.stmts.get(ctx, q); err == nil {
			if row := s.QueryRowContext(ctx, args...); !dropped(row.Err()) {
				return row
			}
		}
	}
	return db.read.QueryRowContext(ctx, db.rebind(q), args...)
}

func (db *DB) rebind(q string) string {
	if db.dialect == SQLite {
		return q
	}
	if r, ok := db.rebound.Load(q); ok {
		return r.(string)
	}
	r := db.dialect.Rebind(q)
	if db.rebinds.Add(1)%4096 == 0 {
		db.rebound.Clear() // texts of filters are without number
	}
	db.rebound.Store(q, r)
	return r
}

// WritePool is the pool the job library shares with the writer; on SQLite it has one connection.
func (db *DB) WritePool() *sql.DB { return db.write }

// Close waits for the running group and closes both pools.
func (db *DB) Close() error {
	db.writer.stop()
	return errors.Join(db.read.Close(), db.write.Close())
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.read.PingContext(ctx) }

func readers() int { return max(4, runtime.NumCPU()) }

// stmtCache keeps prepared statements of one pool; past its limit a statement is dropped at random (map order).
type stmtCache struct {
	db    *sql.DB
	mu    sync.RWMutex
	m     map[string]*sql.Stmt
	limit int
}

func (c *stmtCache) get(ctx context.Context, q string) (*sql.Stmt, error) {
	c.mu.RLock()
	s := c.m[q]
	c.mu.RUnlock()
	if s != nil {
		return s, nil
	}
	s, err := c.db.PrepareContext(ctx, q)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.m[q]; old != nil {
		_ = s.Close()
		return old, nil
	}
	if c.m == nil {
		c.m = map[string]*sql.Stmt{}
	}
	if len(c.m) >= c.limit {
		// A dropped statement may still be in use by a reader: it is closed by database/sql once its last use ends.
		for k, old := range c.m {
			delete(c.m, k)
			_ = old.Close()
			break
		}
	}
	c.m[q] = s
	return s, nil
}
