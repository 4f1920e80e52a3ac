package duplicate

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

func readKept(body string) (*kept, error) {
	dec := json.NewDecoder(strings.NewReader(body))
	dec.UseNumber()
	k := &kept{}
	if err := dec.Decode(k); err != nil {
		return nil, fmt.Errorf("duplicate: kept merge: %w", err)
	}
	all := []map[string]any{k.Before, k.After, k.Absorbed}
	for _, c := range k.Moved {
		all = append(all, c.Before, c.After)
	}
	for _, m := range all {
		for id, v := range m {
			if n, ok := v.(json.Number); ok {
				m[id], _ = n.Int64()
			}
		}
	}
	return k, nil
}

// Record is a merge as it stands.
type Record struct {
	ID, Object, Survivor, Absorbed string
	At, UndoneAt                   int64
	By, UndoneBy                   string // names
	body                           string
}

const mergeColumns = "id, object, survivor, absorbed, at, COALESCE(by_name, ''), COALESCE(undone_at, 0), COALESCE(undone_name, ''), body"

func scanMerge(scan func(...any) error) (*Record, error) {
	m := &Record{}
	err := scan(&m.ID, &m.Object, &m.Survivor, &m.Absorbed, &m.At, &m.By, &m.UndoneAt, &m.UndoneBy, &m.body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return m, err
}

// Merges lists the merges that a record stands after or went away by, newest first.
func (e *Engine) Merges(ctx context.Context, id string) ([]*Record, error) {
	rows, err := e.DB.Query(ctx, "SELECT "+mergeColumns+" FROM duplicate_merge WHERE survivor = ? UNION ALL SELECT "+mergeColumns+" FROM duplicate_merge WHERE absorbed = ? ORDER BY 5 DESC, 1 DESC LIMIT 50", id, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Record
	for rows.Next() {
		m, err := scanMerge(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}
