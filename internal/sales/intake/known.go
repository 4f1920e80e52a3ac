package intake

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

// Key is a contact by which a record is known again; Strong ones let arrivals merge, the company only links.
type Key struct {
	Kind, Value string
	Strong      bool
}

// Kinds of keys besides those of Kin.
const (
	ByPhone = byPhone
	ByEmail = byEmail
)

// KeysOf gives the keys of a row, strong ones first; none where the object is not deduped.
func KeysOf(row *object.Row) []Key {
	r, ok := ruleOf(row.Object.Name)
	if !ok {
		return nil
	}
	keys := r.keys(row)
	out := make([]Key, len(keys))
	for i, k := range keys {
		out[i] = Key{k.kind, k.value, k.strong()}
	}
	return out
}

// Deduped tells whether an object's records are known by keys, and in which field their company stands.
func Deduped(objectName string) (company string, ok bool) {
	r, ok := ruleOf(objectName)
	return r.company, ok
}

// Learn makes a record known by further keys and gives those that it was not known by yet.
func Learn(ctx context.Context, tx *store.Tx, objectName, id string, keys []Key) (learned []Key, err error) {
	for _, k := range keys {
		var one int
		err := tx.QueryRow(ctx, "SELECT 1 FROM dedupe_key WHERE object = ? AND kind = ? AND value = ? AND record_id = ?", objectName, k.Kind, k.Value, id).Scan(&one)
		if err == nil {
			continue
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO dedupe_key (object, kind, value, record_id) VALUES (?, ?, ?, ?)", objectName, k.Kind, k.Value, id); err != nil {
			return nil, err
		}
		learned = append(learned, k)
	}
	return learned, nil
}

// Forget takes learned keys back, but for those that the record itself has now.
func Forget(ctx context.Context, tx *store.Tx, row *object.Row, keys []Key) error {
	own := KeysOf(row)
	for _, k := range keys {
		if slices.Contains(own, k) {
			continue
		}
		if _, err := tx.Exec(ctx, "DELETE FROM dedupe_key WHERE object = ? AND kind = ? AND value = ? AND record_id = ?", row.Object.Name, k.Kind, k.Value, row.ID()); err != nil {
			return err
		}
	}
	return nil
}

// mergedInto names the record that now stands for one that was merged away, "" for none.
func mergedInto(ctx context.Context, q store.Querier, id string) (string, error) {
	for range 8 { // merged, and merged again
		var into string
		err := q.QueryRow(ctx, "SELECT survivor FROM duplicate_merge WHERE absorbed = ? AND undone_at IS NULL ORDER BY at DESC LIMIT 1", id).Scan(&into)
		if errors.Is(err, sql.ErrNoRows) {
			return id, nil
		}
		if err != nil {
			return "", err
		}
		id = into
	}
	return id, nil
}

// Touches is the field that counts a record's arrivals, where it has one.
const Touches = "touches"
