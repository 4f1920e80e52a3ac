package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"baton/internal/platform/store"
)

// Step is what one event changed of a record; numbers in Changes are json.Number.
type Step struct {
	At      int64
	Record  string
	Op      string
	Changes map[string][2]any
}

// Changes visits what the events written since an instant changed of an object's records, oldest first. It reads a few columns only: a month
// of events passes in some hundred milliseconds. A payload that no longer reads counts as one without changes.
func Changes(ctx context.Context, q store.Querier, objectName string, since int64, visit func(Step)) error {
	rows, err := q.Query(ctx, "SELECT at, COALESCE(record_id, ''), op, COALESCE(payload, '') FROM event WHERE month >= ? AND written_at >= ? AND object = ? ORDER BY seq", month(since), since, objectName)
	if err != nil {
		return fmt.Errorf("ledger: changes: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var s Step
		var raw []byte
		if err := rows.Scan(&s.At, &s.Record, &s.Op, &raw); err != nil {
			return fmt.Errorf("ledger: changes: %w", err)
		}
		var p struct {
			Changes map[string][2]any `json:"c"`
		}
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.UseNumber()
		if dec.Decode(&p) == nil {
			s.Changes = p.Changes
		}
		visit(s)
	}
	return rows.Err()
}
