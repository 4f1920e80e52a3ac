package search

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"baton/internal/platform/access"
	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

func missing(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// write brings documents up to date.
func write(ctx context.Context, tx *store.Tx, d store.Dialect, docs []doc) error {
	for _, doc := range docs {
		var err error
		switch {
		case d == store.Postgres && len(doc.terms) == 0:
			_, err = tx.Exec(ctx, "DELETE FROM search_doc WHERE object = ? AND record_id = ?", doc.object, doc.id)
		case d == store.Postgres:
			_, err = tx.Exec(ctx, "INSERT INTO search_doc (object, record_id, terms) VALUES (?, ?, CAST(? AS tsvector)) ON CONFLICT (object, record_id) DO UPDATE SET terms = excluded.terms",
				doc.object, doc.id, "'"+strings.Join(doc.terms, "' '")+"'")
		default:
			err = writeSQLite(ctx, tx, doc)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func writeSQLite(ctx context.Context, tx *store.Tx, doc doc) error {
	var n int64
	err := tx.QueryRow(ctx, "SELECT id FROM search_doc WHERE object = ? AND record_id = ?", doc.object, doc.id).Scan(&n)
	if err != nil && !missing(err) {
		return err
	}
	if len(doc.terms) == 0 {
		if n == 0 {
			return nil
		}
		if _, err := tx.Exec(ctx, "DELETE FROM search_term WHERE rowid = ?", n); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM search_doc WHERE id = ?", n)
		return err
	}
	if n == 0 {
		if err := tx.QueryRow(ctx, "INSERT INTO search_doc (object, record_id) VALUES (?, ?) RETURNING id", doc.object, doc.id).Scan(&n); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "INSERT OR REPLACE INTO search_term (rowid, terms) VALUES (?, ?)", n, strings.Join(doc.terms, " "))
	return err
}

// candidates are the ids of an object's records whose documents have what is asked for, as a query: the newest of them where most is given,
// only those of a scope where one is given.
func candidates(d store.Dialect, o *object.Object, a asked, most int, within *access.Scope) (query string, args []any) {
	a = append(slices.Clone(a), []wanted{{kind(o), false}})
	query, newest := "SELECT d.record_id FROM search_term s JOIN search_doc d ON d.id = s.rowid WHERE s.search_term MATCH ?", " ORDER BY s.rowid DESC LIMIT ?"
	if d == store.Postgres {
		query, newest = "SELECT record_id FROM search_doc WHERE terms @@ CAST(? AS tsquery)", " ORDER BY id DESC LIMIT ?"
	}
	args = []any{a.match(d)}
	if within != nil {
		if sql, more := within.SQL("t"); sql != "" {
			query, args = query+" AND record_id IN (SELECT t.\"id\" FROM "+object.Quote(o.Table)+" t WHERE "+sql+")", append(args, more...)
		}
	}
	if most > 0 {
		query, args = query+newest, append(args, most)
	}
	return query, args
}
