package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite"

	"baton/bench/lead"
)

// bulkInsert is the least that storing rows can cost: the bare driver, one prepared statement, one transaction, the same columns and
// three indexes, synced, in a new file in dir. It returns rows per second.
func bulkInsert(dir string, rows int) (float64, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "bulk.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-65536)")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	ddl := "CREATE TABLE lead (id INTEGER PRIMARY KEY, created INTEGER, " + lead.List(lead.Columns) + ")"
	for _, columns := range lead.Indexes {
		ddl += "; CREATE INDEX lead_" + columns[0] + " ON lead (" + lead.List(columns) + ")"
	}
	if _, err := db.Exec(ddl); err != nil {
		return 0, err
	}
	begin := time.Now()
	tx, err := db.Begin()
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	insert, err := tx.Prepare("INSERT INTO lead (created, " + lead.List(lead.Columns) + ") VALUES (?" + strings.Repeat(", ?", len(lead.Columns)) + ")")
	if err != nil {
		return 0, err
	}
	for n := range rows {
		if _, err := insert.Exec(append([]any{begin.UnixMilli() + int64(n)}, lead.Make(n).Values()...)...); err != nil {
			return 0, err
		}
	}
	if err := tx.Commit(); err != nil {
		return 0, err
	}
	return float64(rows) / time.Since(begin).Seconds(), nil
}
