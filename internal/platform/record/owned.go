package record

import (
	"context"
	"strings"

	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

func owned(o *object.Object, person string, eqs []Eq) (string, []any) {
	where, args := []string{`t."deleted_at" IS NULL`, `t."owner" = ?`}, []any{person}
	for _, e := range eqs {
		if f, ok := o.Field(e.Field); ok {
			where, args = append(where, "t."+object.Quote(f.Column)+" = ?"), append(args, e.Value)
		}
	}
	return " FROM " + object.Quote(o.Table) + " t WHERE " + strings.Join(where, " AND "), args
}

// CountOwned counts the rows of an object that a person owns and that meet all of eqs, without asking for rights.
func CountOwned(ctx context.Context, q store.Querier, o *object.Object, person string, eqs ...Eq) (n int, err error) {
	from, args := owned(o, person, eqs)
	return n, q.QueryRow(ctx, "SELECT COUNT(*)"+from, args...).Scan(&n)
}

// OwnedIDs lists up to limit ids behind one, in their order, of rows that a person owns and that meet all of eqs, without asking for rights.
func OwnedIDs(ctx context.Context, q store.Querier, o *object.Object, person, after string, limit int, eqs ...Eq) ([]string, error) {
	from, args := owned(o, person, eqs)
	rows, err := q.Query(ctx, `SELECT t."id"`+from+` AND t."id" > ? ORDER BY t."id" LIMIT ?`, append(args, after, limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}
