package record

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

// SelectColumns lists an object's columns under an alias, in the order of Row.V.
func SelectColumns(o *object.Object, alias string) string {
	cols := make([]string, len(o.Fields))
	for i, f := range o.Fields {
		cols[i] = alias + "." + object.Quote(f.Column)
	}
	return strings.Join(cols, ", ")
}

// ScanRow reads one row of SelectColumns; extra receives further columns behind them.
func ScanRow(o *object.Object, scan func(dest ...any) error, extra ...any) (*object.Row, error) {
	r := object.NewRow(o)
	dest := make([]any, 0, len(o.Fields)+len(extra))
	for i := range r.V {
		dest = append(dest, &r.V[i])
	}
	if err := scan(append(dest, extra...)...); err != nil {
		return nil, err
	}
	for i, v := range r.V {
		if b, ok := v.([]byte); ok {
			r.V[i] = string(b)
		}
	}
	return r, nil
}

// ReadRow reads a record without asking for rights; nil when there is none. Engines inside a write use it; everybody else reads by Reader.
func ReadRow(ctx context.Context, q store.Querier, o *object.Object, id string) (*object.Row, error) {
	row := q.QueryRow(ctx, "SELECT "+SelectColumns(o, "t")+" FROM "+object.Quote(o.Table)+` t WHERE t."id" = ?`, id)
	r, err := ScanRow(o, row.Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return r, err
}
