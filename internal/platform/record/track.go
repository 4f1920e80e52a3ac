package record

import (
	"context"
	"database/sql"

	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

// track writes the typed history of one field: when a value was entered, when it was left, whose it was then. A stay never ends before it
// began: a change told of with an earlier instant than the standing value's counts from that one's. Two entries at one instant are two rows
// (written_at tells their order).
func (c *Change) track(ctx context.Context, f *object.Field) error {
	v := c.New.V[f.Index]
	if c.Old == nil && v == nil || c.Old != nil && c.Old.V[f.Index] == v {
		return nil
	}
	entered, written, first := c.At, c.Now, 1
	var prev any
	if c.Old != nil {
		prev = c.Old.V[f.Index]
		var seen int
		var err error
		if seen, entered, written, err = c.stays(ctx, f, text(v)); err != nil {
			return err
		}
		if seen > 0 {
			first = 0
		}
		if _, err := c.Tx.Exec(ctx, "UPDATE track SET left_at = ? WHERE object = ? AND field = ? AND record_id = ? AND left_at IS NULL", entered, c.Object.Name, f.ID, c.New.ID()); err != nil {
			return err
		}
	}
	return c.Tx.Insert(ctx, tracks, c.Object.Name, f.ID, c.New.ID(), entered, text(v), text(prev), first, written, c.New.V[object.Owner], c.New.V[object.OrgUnit])
}

var tracks = &store.Insert{Table: "track", Columns: "object, field, record_id, entered_at, value, prev, first, written_at, owner, org_unit", N: 10}

// stays reads the field's history so far: how often the value was entered, and at which instants the new entry can stand.
func (c *Change) stays(ctx context.Context, f *object.Field, value any) (seen int, entered, written int64, err error) {
	entered, written = c.At, c.Now
	rows, err := c.Tx.Query(ctx, "SELECT value, entered_at, written_at, left_at FROM track WHERE object = ? AND field = ? AND record_id = ? ORDER BY entered_at, written_at", c.Object.Name, f.ID, c.New.ID())
	if err != nil {
		return 0, 0, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var was sql.NullString
		var e, w int64
		var left sql.NullInt64
		if err := rows.Scan(&was, &e, &w, &left); err != nil {
			return 0, 0, 0, err
		}
		if s, ok := value.(string); was.Valid == ok && was.String == s {
			seen++
		}
		if !left.Valid {
			entered = max(entered, e)
		}
		if e == entered && w >= written {
			written = w + 1
		}
	}
	return seen, entered, written, rows.Err()
}

// stampOpen gives what was entered while nobody owned the record, and still lasts, to the first who takes it: a lead claimed from the pool is
// the claimer's from where it stands.
func (c *Change) stampOpen(ctx context.Context) error {
	if c.Old == nil || c.Old.Owner() != "" || c.New.Owner() == "" {
		return nil
	}
	for _, f := range c.Object.Fields {
		if !f.Track || f.Index == object.Owner {
			continue
		}
		if _, err := c.Tx.Exec(ctx, "UPDATE track SET owner = ?, org_unit = ? WHERE object = ? AND field = ? AND record_id = ? AND left_at IS NULL AND owner IS NULL",
			c.New.V[object.Owner], c.New.V[object.OrgUnit], c.Object.Name, f.ID, c.New.ID()); err != nil {
			return err
		}
	}
	return nil
}
