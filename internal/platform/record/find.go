package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"baton/internal/platform/condition"
	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

// Eq asks for rows whose field has a canonical value; nil asks for empty.
type Eq struct {
	Field string
	Value any
}

// findLimit bounds FindRows: it serves the few rows around one record, not lists.
const findLimit = 1000

// FindRows reads the rows that are not deleted and meet all of eqs, in order of id, without asking for rights: for engines inside a write.
// An unknown field is an error; at most 1000 rows come.
func FindRows(ctx context.Context, q store.Querier, o *object.Object, eqs ...Eq) ([]*object.Row, error) {
	where := []string{`t."deleted_at" IS NULL`}
	var args []any
	for _, e := range eqs {
		f, ok := o.Field(e.Field)
		if !ok {
			return nil, fmt.Errorf("record: %s has no field %s", o.Name, e.Field)
		}
		if e.Value == nil {
			where = append(where, "t."+object.Quote(f.Column)+" IS NULL")
			continue
		}
		where, args = append(where, "t."+object.Quote(f.Column)+" = ?"), append(args, e.Value)
	}
	rows, err := q.Query(ctx, "SELECT "+SelectColumns(o, "t")+" FROM "+object.Quote(o.Table)+" t WHERE "+strings.Join(where, " AND ")+` ORDER BY t."id" LIMIT `+fmt.Sprint(findLimit), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*object.Row
	for rows.Next() {
		r, err := ScanRow(o, rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// Standing is what the live feed asks about a row: whose it is and which version stands.
type Standing struct {
	Owner   string
	Version int64
	Deleted bool
}

// Standings reads the standing of rows by id, deleted ones too, without asking for rights; ids that are not there are missing in the map.
func Standings(ctx context.Context, q store.Querier, o *object.Object, ids []string) (map[string]Standing, error) {
	out := make(map[string]Standing, len(ids))
	err := byID(ctx, q, o, ids, `t."id", COALESCE(t."owner", ''), t."version", t."deleted_at" IS NOT NULL`, func(scan func(dest ...any) error) error {
		var id string
		var s Standing
		err := scan(&id, &s.Owner, &s.Version, &s.Deleted)
		out[id] = s
		return err
	})
	return out, err
}

// ReadRows reads rows by id, deleted ones too, without asking for rights; ids that are not there are missing in the map.
func ReadRows(ctx context.Context, q store.Querier, o *object.Object, ids []string) (map[string]*object.Row, error) {
	out := make(map[string]*object.Row, len(ids))
	err := byID(ctx, q, o, ids, SelectColumns(o, "t"), func(scan func(dest ...any) error) error {
		row, err := ScanRow(o, scan)
		if err == nil {
			out[row.ID()] = row
		}
		return err
	})
	return out, err
}

// NextIDs lists up to limit ids behind one, in their order, of rows that are not deleted: for going over a whole table in steps.
func NextIDs(ctx context.Context, q store.Querier, o *object.Object, after string, limit int) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT t."id" FROM `+object.Quote(o.Table)+` t WHERE t."id" > ? AND t."deleted_at" IS NULL ORDER BY t."id" LIMIT ?`, after, limit)
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

// byID reads columns of rows by id, a fixed number at a time, so that the statement is prepared once.
func byID(ctx context.Context, q store.Querier, o *object.Object, ids []string, columns string, each func(scan func(dest ...any) error) error) error {
	const chunk = 100
	text := "SELECT " + columns + " FROM " + object.Quote(o.Table) + ` t WHERE t."id" IN (?` + strings.Repeat(", ?", chunk-1) + ")"
	for ; len(ids) > 0; ids = ids[min(chunk, len(ids)):] {
		args := make([]any, chunk)
		for i := range args {
			args[i] = ids[min(i, len(ids)-1)]
		}
		rows, err := q.Query(ctx, text, args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			if err := each(rows.Scan); err != nil {
				_ = rows.Close()
				return err
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
	}
	return nil
}

// Stay is a span of a record with one owner; Left is 0 while it lasts. Instants are milliseconds.
type Stay struct {
	Owner         string
	Entered, Left int64
}

// Owners reads who had the records from when to when, oldest first, without asking for rights.
func Owners(ctx context.Context, q store.Querier, o *object.Object, ids []string) (map[string][]Stay, error) {
	args := []any{o.Name, o.Fields[object.Owner].ID}
	for _, id := range ids {
		args = append(args, id)
	}
	rows, err := q.Query(ctx, "SELECT record_id, COALESCE(value, ''), entered_at, COALESCE(left_at, 0) FROM track WHERE object = ? AND field = ? AND record_id IN ("+strings.TrimPrefix(strings.Repeat(", ?", len(ids)), ", ")+") ORDER BY record_id, entered_at, written_at", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string][]Stay{}
	for rows.Next() {
		var id string
		var s Stay
		if err := rows.Scan(&id, &s.Owner, &s.Entered, &s.Left); err != nil {
			return nil, err
		}
		out[id] = append(out[id], s)
	}
	return out, rows.Err()
}

// Aggregate says what is asked of rows.
type Aggregate struct {
	Fn    string // count, sum, min, max, latest
	Field string // none for count
	By    string // latest: the field that tells the most recent; rows where it is empty do not count
}

// Roll computes an aggregate over the rows that are not deleted and meet cond (nil for all) and all of eqs: 0 for count and sum without any,
// nil for the others. It asks for no rights: it serves engines inside a write.
func Roll(ctx context.Context, tx *store.Tx, o *object.Object, a Aggregate, cond *condition.Cond, env *condition.Env, eqs ...Eq) (any, error) {
	column := func(name string) (string, error) {
		f, ok := o.Field(name)
		if !ok {
			return "", fmt.Errorf("record: %s has no field %s", o.Name, name)
		}
		return "t." + object.Quote(f.Column), nil
	}
	what, tail := "COUNT(*)", ""
	where := []string{`t."deleted_at" IS NULL`}
	var args []any
	if a.Fn != "count" {
		of, err := column(a.Field)
		if err != nil {
			return nil, err
		}
		switch what = of; a.Fn {
		case "sum":
			what = "CAST(COALESCE(SUM(" + of + "), 0) AS BIGINT)"
		case "min", "max":
			what = strings.ToUpper(a.Fn) + "(" + of + ")"
		case "latest":
			by, err := column(a.By)
			if err != nil {
				return nil, err
			}
			where, tail = append(where, by+" IS NOT NULL"), " ORDER BY "+by+` DESC, t."id" DESC LIMIT 1`
		default:
			return nil, fmt.Errorf("record: no aggregate %s", a.Fn)
		}
	}
	for _, e := range eqs {
		by, err := column(e.Field)
		if err != nil {
			return nil, err
		}
		where, args = append(where, by+" = ?"), append(args, e.Value)
	}
	if cond != nil {
		sql, more, err := cond.SQL(tx.Dialect(), "t", env)
		if err != nil {
			return nil, err
		}
		if sql != "" {
			where, args = append(where, sql), append(args, more...)
		}
	}
	var v any
	err := tx.QueryRow(ctx, "SELECT "+what+" FROM "+object.Quote(o.Table)+" t WHERE "+strings.Join(where, " AND ")+tail, args...).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if b, ok := v.([]byte); ok {
		v = string(b)
	}
	return v, err
}

// Lock makes other nodes wait until this transaction ends before they change a row. On SQLite all writes are one after another anyway.
func Lock(ctx context.Context, tx *store.Tx, o *object.Object, id string) error {
	if tx.Dialect() != store.Postgres {
		return nil
	}
	_, err := tx.Exec(ctx, "SELECT 1 FROM "+object.Quote(o.Table)+` WHERE "id" = ? FOR UPDATE`, id)
	return err
}
