package record

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// free looks for a record that holds already what must be this one's alone, and names it as far as the actor may see it. The index behind the
// rule decides in the end (see unique); without one that is whole, as while it is being built, the rule does not hold yet.
func (c *Change) free(ctx context.Context) error {
	if c.Op == Delete || len(c.Object.Unique) == 0 && !c.writer.insertOf(c.Object).unique {
		return nil
	}
	var items []problem.Item
	for _, ix := range c.Object.Indexes() {
		if !ix.Unique || !c.claims(ix) {
			continue
		}
		if ok, err := c.stands(ctx, ix); err != nil {
			return err
		} else if !ok {
			continue
		}
		where, args := []string{`t."id" <> ?`}, []any{c.New.ID()}
		for _, f := range ix.Fields {
			where, args = append(where, "t."+object.Quote(f.Column)+" = ?"), append(args, c.New.V[f.Index])
		}
		if ix.Rule != "" {
			where = append(where, `t."deleted_at" IS NULL`)
		}
		row, err := ScanRow(c.Object, c.Tx.QueryRow(ctx, "SELECT "+SelectColumns(c.Object, "t")+" FROM "+object.Quote(c.Object.Table)+" t WHERE "+strings.Join(where, " AND ")+" LIMIT 1", args...).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		items = append(items, c.held(ix, row))
	}
	if len(items) == 0 {
		return nil
	}
	return problem.New(problem.Conflict, "taken", c.Object.Title.ZH+"里已有相同的记录", items...)
}

// claims tells whether the write brings values that the index keeps apart.
func (c *Change) claims(ix object.Index) bool {
	moved := c.Old == nil || ix.Rule != "" && c.Op == Restore
	for _, f := range ix.Fields {
		if c.New.V[f.Index] == nil {
			return false
		}
		moved = moved || c.Old.V[f.Index] != c.New.V[f.Index]
	}
	return moved
}

// stands tells whether the index is there; once seen it is not asked for again.
func (c *Change) stands(ctx context.Context, ix object.Index) (bool, error) {
	if _, ok := c.writer.indexes.Load(ix.Name); ok {
		return true, nil
	}
	have, err := object.IndexNames(ctx, c.Tx, c.Object.Table)
	if err != nil || !have[ix.Name] {
		return false, err
	}
	c.writer.indexes.Store(ix.Name, true)
	return true, nil
}

func (c *Change) held(ix object.Index, row *object.Row) problem.Item {
	hidden := row.V[object.DeletedAt] != nil
	for _, f := range ix.Fields {
		hidden = hidden || c.hides(f)
	}
	it := problem.Item{Pointer: "/" + ix.Fields[0].Name, Code: "taken", Message: "“" + ix.Title() + "”已被别的记录占用", Hint: "换一个值，或打开那条记录"}
	if ix.Rule != "" {
		it.Message = "“" + ix.Rule + "”不能重复，已有一条相同的记录"
	}
	switch {
	case row.V[object.DeletedAt] != nil:
		it.Message, it.Hint = it.Message+"（已删除）", "换一个值，或恢复那条记录"
	case hidden, !c.Sees(row):
		it.Hint = "换一个值；那条记录你无权查看"
	default:
		name := c.Object.TitleOf(row)
		if f, ok := c.Object.Field(c.Object.Spec.TitleField); ok && c.hides(f) {
			name = row.ID()
		}
		it.Message += "：" + name
		it.Theirs = map[string]any{"object": c.Object.Name, "id": row.ID(), "title": name}
	}
	return it
}

// unique turns a broken unique rule into a problem that names the fields.
func (c *Change) unique(err error) error {
	if !store.IsUnique(err) {
		return err
	}
	// PostgreSQL names the index, SQLite the columns.
	text := err.Error() + " "
	var items []problem.Item
	for _, ix := range c.Object.Indexes() {
		columns := make([]string, len(ix.Fields))
		for i, f := range ix.Fields {
			columns[i] = c.Object.Table + "." + f.Column
		}
		list := strings.Join(columns, ", ")
		if ix.Unique && (strings.Contains(text, `"`+ix.Name+`"`) || strings.Contains(text, ": "+list+" ")) {
			it := problem.Item{Pointer: "/" + ix.Fields[0].Name, Code: "taken", Message: "“" + ix.Title() + "”已被别的记录占用", Hint: "换一个值，或打开那条记录"}
			if ix.Rule != "" {
				it.Message = "“" + ix.Rule + "”不能重复，已有一条相同的记录"
			}
			items = append(items, it)
		}
	}
	if strings.Contains(text, `_pkey"`) || strings.Contains(text, c.Object.Table+".id ") {
		f := c.Object.Fields[object.ID]
		items = append(items, problem.Item{Pointer: "/" + f.Name, Code: "taken", Message: "“" + f.Title.ZH + "”已被别的记录占用", Hint: "换一个值，或打开那条记录"})
	}
	return problem.New(problem.Conflict, "taken", c.Object.Title.ZH+"里已有相同的记录", items...)
}
