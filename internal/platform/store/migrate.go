package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the files behind Migrate, for telling whether a prepared database is of this program.
func Migrations() fs.FS { return migrations }

// Migrate brings the fixed tables to this program's version. Files are append-only and written once for both databases; a file that ends
// in _sqlite or _postgres is that database's own and has a sibling of the same number.
func (db *DB) Migrate(ctx context.Context) error {
	files, err := db.migrationFiles()
	if err != nil {
		return err
	}
	d := goose.DialectSQLite3
	if db.dialect == Postgres {
		d = goose.DialectPostgres
	}
	p, err := goose.NewProvider(d, db.write, files)
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	return nil
}

func (db *DB) migrationFiles() (fstest.MapFS, error) {
	entries, err := migrations.ReadDir("migrations")
	if err != nil {
		return nil, err
	}
	norowid, blob, other := " WITHOUT ROWID", "BLOB", "_postgres.sql"
	if db.dialect == Postgres {
		norowid, blob, other = "", "bytea", "_sqlite.sql"
	}
	r := strings.NewReplacer("{text}", db.dialect.TextType(), "{int}", db.dialect.IntType(), "{norowid}", norowid, "{bytes}", blob)
	out := fstest.MapFS{}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), other) {
			continue
		}
		b, err := migrations.ReadFile("migrations/" + e.Name())
		if err != nil {
			return nil, err
		}
		out[e.Name()] = &fstest.MapFile{Data: []byte(r.Replace(string(b)))}
	}
	return out, nil
}
