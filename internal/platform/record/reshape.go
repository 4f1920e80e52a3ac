package record

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

// Kept is a value of one row as it is stored.
type Kept struct {
	ID    string
	Value any
	hints any
}

// Values reads up to limit values of a field behind an id, in order of id; empty ones too when all is set. It asks for no rights: it serves
// changes of the table as a whole.
func Values(ctx context.Context, q store.Querier, o *object.Object, f *object.Field, after string, limit int, all bool) ([]Kept, error) {
	where := ` WHERE t."id" > ?`
	if !all {
		where += " AND t." + object.Quote(f.Column) + " IS NOT NULL"
	}
	lock := ""
	if _, in := q.(*store.Tx); in && q.Dialect() == store.Postgres {
		lock = " FOR UPDATE"
	}
	rows, err := q.Query(ctx, `SELECT t."id", t.`+object.Quote(f.Column)+`, t."hints" FROM `+object.Quote(o.Table)+" t"+where+` ORDER BY t."id" LIMIT ?`+lock, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Kept
	for rows.Next() {
		var k Kept
		if err := rows.Scan(&k.ID, &k.Value, &k.hints); err != nil {
			return nil, err
		}
		for _, v := range []*any{&k.Value, &k.hints} {
			if b, ok := (*v).([]byte); ok {
				*v = string(b)
			}
		}
		out = append(out, k)
	}
	return out, rows.Err()
}

// Carry reads the values of up to limit rows behind an id by the type to come and stores them in its column, with hints for those that it
// cannot read. each is told of those.
func Carry(ctx context.Context, tx *store.Tx, o *object.Object, f *object.Field, e *object.Env, after string, limit int, each func(id string, v Converted)) (rows []Kept, err error) {
	if rows, err = Values(ctx, tx, o, f, after, limit, true); err != nil {
		return nil, err
	}
	text := "UPDATE " + object.Quote(o.Table) + " SET " + object.Quote(f.Next.Column) + ` = ? WHERE "id" = ?`
	noted := "UPDATE " + object.Quote(o.Table) + " SET " + object.Quote(f.Next.Column) + ` = ?, "hints" = ? WHERE "id" = ?`
	for _, r := range rows {
		if r.Value == nil {
			continue
		}
		v := Convert(f, f.Next, e, r.Value)
		if each != nil {
			each(r.ID, v)
		}
		if v.Hint == nil {
			_, err = tx.Exec(ctx, text, v.Value, r.ID)
		} else {
			hs := readHints(o, r.hints)
			hs[f.Next.Column] = *v.Hint
			_, err = tx.Exec(ctx, noted, v.Value, writeHints(hs), r.ID)
		}
		if err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// Empty takes the values of columns, and the hints kept by the names given, out of up to limit rows behind an id. It gives the last id looked
// at, "" at the end, and how many rows held something.
func Empty(ctx context.Context, tx *store.Tx, o *object.Object, columns, names []string, after string, limit int) (last string, emptied int, err error) {
	var filled, set []string
	for _, c := range columns {
		filled, set = append(filled, "t."+object.Quote(c)+" IS NOT NULL"), append(set, object.Quote(c)+" = NULL")
	}
	if len(filled) == 0 {
		filled = []string{"1 = 0"}
	}
	rows, err := tx.Query(ctx, `SELECT t."id", CASE WHEN `+strings.Join(filled, " OR ")+` THEN 1 ELSE 0 END, COALESCE(t."hints", '') FROM `+object.Quote(o.Table)+` t WHERE t."id" > ? ORDER BY t."id" LIMIT ?`, after, limit)
	if err != nil {
		return "", 0, err
	}
	type found struct {
		id, hints string
		full      int
	}
	var all []found
	for rows.Next() {
		var r found
		if err := rows.Scan(&r.id, &r.full, &r.hints); err != nil {
			_ = rows.Close()
			return "", 0, err
		}
		all = append(all, r)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return "", 0, err
	}
	for _, r := range all {
		hs, touched := readHints(o, r.hints), false
		for _, n := range names {
			if _, ok := hs[n]; ok {
				delete(hs, n)
				touched = true
			}
		}
		if r.full > 0 {
			emptied++
			if _, err := tx.Exec(ctx, "UPDATE "+object.Quote(o.Table)+" SET "+strings.Join(set, ", ")+` WHERE "id" = ?`, r.id); err != nil {
				return "", 0, err
			}
		}
		if touched {
			if _, err := tx.Exec(ctx, "UPDATE "+object.Quote(o.Table)+` SET "hints" = ? WHERE "id" = ?`, writeHints(hs), r.id); err != nil {
				return "", 0, err
			}
		}
	}
	if len(all) < limit {
		return "", emptied, nil
	}
	return all[len(all)-1].id, emptied, nil
}

// CountValues counts the rows, deleted ones too, that hold a value in any of the columns, but no further than most.
func CountValues(ctx context.Context, q store.Querier, table string, columns []string, most int) (n int64, err error) {
	var filled []string
	for _, c := range columns {
		filled = append(filled, object.Quote(c)+" IS NOT NULL")
	}
	if len(filled) == 0 {
		return 0, nil
	}
	err = q.QueryRow(ctx, fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 FROM %s WHERE %s LIMIT %d) t", object.Quote(table), strings.Join(filled, " OR "), most)).Scan(&n)
	return n, err
}

// Retrack carries the tracked history of up to limit entries of a field, written no later than an instant, over into the type that the field
// has now. was is the field as it stood then. It gives the place to go on at, nil at the end.
func Retrack(ctx context.Context, tx *store.Tx, o *object.Object, was, now *object.Field, e *object.Env, until int64, after []any, limit int) ([]any, error) {
	where, args := "", []any{o.Name, now.ID, until}
	if len(after) == 3 {
		where = " AND (record_id > ? OR record_id = ? AND (entered_at > ? OR entered_at = ? AND written_at > ?))"
		args = append(args, after[0], after[0], after[1], after[1], after[2])
	}
	rows, err := tx.Query(ctx, "SELECT record_id, entered_at, written_at, value, prev FROM track WHERE object = ? AND field = ? AND written_at <= ?"+where+" ORDER BY record_id, entered_at, written_at LIMIT ?", append(args, limit)...)
	if err != nil {
		return nil, err
	}
	type entry struct {
		id               string
		entered, written int64
		value, prev      *string
	}
	var all []entry
	for rows.Next() {
		var x entry
		if err := rows.Scan(&x.id, &x.entered, &x.written, &x.value, &x.prev); err != nil {
			_ = rows.Close()
			return nil, err
		}
		all = append(all, x)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	carried := func(s *string) any {
		if s == nil {
			return nil
		}
		var v any = *s
		if was.Type.Class() == object.IntClass {
			var n int64
			if _, err := fmt.Sscan(*s, &n); err != nil {
				return nil
			}
			v = n
		}
		return text(Convert(was, now, e, v).Value)
	}
	for _, x := range all {
		if _, err := tx.Exec(ctx, "UPDATE track SET value = ?, prev = ? WHERE object = ? AND field = ? AND record_id = ? AND entered_at = ? AND written_at = ?", carried(x.value), carried(x.prev), o.Name, now.ID, x.id, x.entered, x.written); err != nil {
			return nil, err
		}
	}
	if len(all) < limit {
		return nil, nil
	}
	last := all[len(all)-1]
	return []any{last.id, last.entered, last.written}, nil
}

// Erase deletes up to limit rows of a table for good and gives their ids.
func Erase(ctx context.Context, tx *store.Tx, table string, limit int) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT t."id" FROM `+object.Quote(table)+` t ORDER BY t."id" LIMIT ?`, limit)
	if err != nil {
		return nil, err
	}
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			_ = rows.Close()
			return nil, err
		}
		ids = append(ids, id)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(ids) == 0 {
		return nil, err
	}
	_, err = tx.Exec(ctx, "DELETE FROM "+object.Quote(table)+` WHERE "id" <= ?`, ids[len(ids)-1])
	return ids, err
}

// Untrack deletes up to limit entries of the tracked history of a field, of all fields of the object when it is "", and tells how many.
func Untrack(ctx context.Context, tx *store.Tx, objectName, field string, limit int) (int, error) {
	where, args := "object = ?", []any{objectName}
	if field != "" {
		where, args = where+" AND field = ?", append(args, field)
	}
	res, err := tx.Exec(ctx, "DELETE FROM track WHERE (object, field, record_id, entered_at, written_at) IN (SELECT object, field, record_id, entered_at, written_at FROM track WHERE "+where+" LIMIT ?)", append(args, limit)...)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}
