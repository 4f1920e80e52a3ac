package duplicate

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// States of a pair.
const (
	Open      = "open"
	Dismissed = "dismissed"
	Merged    = "merged"
)

// Pair is two records that may be one; A is the older.
type Pair struct {
	ID, Object, A, B string
	Score            int
	Reasons          []Reason
	State            string
	At, DecidedAt    int64
	DecidedBy        string // name
}

const pairColumns = "id, object, a, b, score, reasons, state, at, COALESCE(decided_at, 0), COALESCE(decided_name, '')"

func scanPair(scan func(...any) error) (*Pair, error) {
	p := &Pair{}
	var why string
	if err := scan(&p.ID, &p.Object, &p.A, &p.B, &p.Score, &why, &p.State, &p.At, &p.DecidedAt, &p.DecidedBy); err != nil {
		return nil, err
	}
	return p, json.Unmarshal([]byte(why), &p.Reasons)
}

func pairOf(ctx context.Context, q store.Querier, id string) (*Pair, error) {
	p, err := scanPair(q.QueryRow(ctx, "SELECT "+pairColumns+" FROM duplicate_pair WHERE id = ?", id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return p, err
}

// found is what a look at one record gave.
type found struct {
	id      string
	keys    []string // of the name; none where the record does not stand
	matches []Match
}

// examine looks at records against all that stand, by what is committed. With back only older ones are compared, which suffices where every
// record is looked at.
func (e *Engine) examine(ctx context.Context, r *Rule, ids []string, back bool) ([]found, error) {
	rows, err := record.ReadRows(ctx, e.DB, r.Object, ids)
	if err != nil {
		return nil, err
	}
	all := make([]found, len(ids))
	fs := make([]*features, len(ids))
	asked := map[wanted]bool{}
	var keys []wanted
	for i, id := range ids {
		all[i].id = id
		row := rows[id]
		if row == nil || row.V[object.DeletedAt] != nil {
			continue
		}
		fs[i] = r.features(row)
		all[i].keys = fs[i].company.keys()
		for _, k := range fs[i].wanted() {
			if !asked[k] {
				asked[k] = true
				keys = append(keys, k)
			}
		}
	}
	ids1, err := lookup(ctx, e.DB, r.Object.Name, keys)
	if err != nil {
		return nil, err
	}
	picked := make([][]*candidate, len(ids))
	var missing []string
	known := map[string]*features{}
	for _, f := range fs {
		if f != nil {
			known[f.row.ID()] = f
		}
	}
	for i, f := range fs {
		if f == nil {
			continue
		}
		for _, c := range candidates(f, ids1) {
			if back && c.id > f.row.ID() {
				continue
			}
			picked[i] = append(picked[i], c)
			if _, has := known[c.id]; !has {
				known[c.id] = nil
				missing = append(missing, c.id)
			}
		}
	}
	others, err := record.ReadRows(ctx, e.DB, r.Object, missing)
	if err != nil {
		return nil, err
	}
	for id, row := range others {
		if row.V[object.DeletedAt] == nil {
			known[id] = r.features(row)
		}
	}
	for i, f := range fs {
		if f != nil {
			all[i].matches = r.matches(f, picked[i], func(id string) *features { return known[id] })
		}
	}
	return all, nil
}

// keyRows are written together at the end of a write group.
var keyRows = &store.Insert{Table: "duplicate_key", Columns: "object, value, record_id", N: 3, Tail: "ON CONFLICT (object, value, record_id) DO NOTHING"}

// keepKeys writes the keys of names, so that the records are found.
func keepKeys(ctx context.Context, tx *store.Tx, objectName string, all []found) error {
	for part := range slices.Chunk(all, inList) {
		ids := make([]any, inList)
		for i := range ids {
			ids[i] = part[min(i, len(part)-1)].id
		}
		if _, err := tx.Exec(ctx, "DELETE FROM duplicate_key WHERE object = ? AND record_id IN (?"+strings.Repeat(", ?", inList-1)+")", append([]any{objectName}, ids...)...); err != nil {
			return err
		}
	}
	for _, f := range all {
		for _, k := range f.keys {
			if err := tx.Insert(ctx, keyRows, objectName, k, f.id); err != nil {
				return fmt.Errorf("duplicate: keys: %w", err)
			}
		}
	}
	return nil
}

// inList is how many ids one statement names; a fixed number keeps its text prepared.
const inList = 50

// keepPairs writes the pairs of records that were looked at; an open pair that is none any more goes. Those that people decided stand.
func (e *Engine) keepPairs(ctx context.Context, tx *store.Tx, r *Rule, all []found, back bool) (open int64, err error) {
	now := map[[2]string]bool{}
	for _, f := range all {
		for _, m := range f.matches {
			now[two(f.id, m.Row.ID())] = true
		}
	}
	for part := range slices.Chunk(all, inList) {
		gone, err := stale(ctx, tx, part, now, back)
		if err != nil {
			return 0, err
		}
		for _, id := range gone {
			if _, err := tx.Exec(ctx, "DELETE FROM duplicate_pair WHERE id = ? AND state = ?", id, Open); err != nil {
				return 0, err
			}
		}
	}
	for _, f := range all {
		for _, m := range f.matches {
			ab := two(f.id, m.Row.ID())
			why, err := json.Marshal(m.Reasons)
			if err != nil {
				return 0, err
			}
			id, err := uuid.NewV7()
			if err != nil {
				return 0, err
			}
			if _, err := tx.Exec(ctx, "INSERT INTO duplicate_pair (id, object, a, b, score, reasons, state, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (a, b) DO UPDATE SET score = excluded.score, reasons = excluded.reasons WHERE duplicate_pair.state = 'open'",
				id.String(), r.Object.Name, ab[0], ab[1], m.Score, string(why), Open, e.Writer.Clock.Milli()); err != nil {
				return 0, fmt.Errorf("duplicate: pair: %w", err)
			}
			open++
		}
	}
	return open, nil
}

// two puts the older of two records first.
func two(a, b string) [2]string { return [2]string{min(a, b), max(a, b)} }

// stale lists the open pairs of records that were not found again; with back only those with older ones were looked for.
func stale(ctx context.Context, q store.Querier, all []found, now map[[2]string]bool, back bool) ([]string, error) {
	var ids []any
	for i := range inList {
		ids = append(ids, all[min(i, len(all)-1)].id)
	}
	list := " IN (?" + strings.Repeat(", ?", inList-1) + ") AND state = 'open'"
	text, args := "SELECT id, a, b FROM duplicate_pair WHERE b"+list, ids
	if !back {
		text, args = text+" UNION ALL SELECT id, a, b FROM duplicate_pair WHERE a"+list, append(slices.Clone(ids), ids...)
	}
	rows, err := q.Query(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var pair string
		var ab [2]string
		if err := rows.Scan(&pair, &ab[0], &ab[1]); err != nil {
			return nil, err
		}
		if !now[ab] {
			out = append(out, pair)
		}
	}
	return out, rows.Err()
}
