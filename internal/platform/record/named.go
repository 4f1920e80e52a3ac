package record

import (
	"context"

	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

// Find gives the ids of the live records that a text names: by id, by title, for people also by user name. At most two come back, so that
// the caller can tell one from several. It asks for no rights: it serves engines that turn names into references.
func Find(ctx context.Context, q store.Querier, o *object.Object, text string) ([]string, error) {
	where, args := `t."id" = ?`, []any{text}
	for _, n := range []string{o.Spec.TitleField, "username"} {
		if f, ok := o.Field(n); ok && f.Type.Class() == object.TextClass {
			where, args = where+" OR t."+object.Quote(f.Column)+" = ?", append(args, text)
		}
	}
	rows, err := q.Query(ctx, "SELECT t.\"id\" FROM "+object.Quote(o.Table)+" t WHERE t.\"deleted_at\" IS NULL AND ("+where+") ORDER BY t.\"id\" LIMIT 2", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
