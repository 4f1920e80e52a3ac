package object

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/definition"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// Quote makes an identifier safe. Identifiers come only from definitions.
func Quote(id string) string { return `"` + strings.ReplaceAll(id, `"`, `""`) + `"` }

// DDL carries published objects into the database.
type DDL struct {
	// Small is the number of rows from which on an index is not built inside the publish but handed to Defer; with a nil Defer all are built.
	Small int
	// Defer takes indexes that a big table is to get, inside the publishing transaction.
	Defer func(ctx context.Context, tx *store.Tx, o *Object, missing []Index) error
}

// Apply makes the tables of next's objects: new tables, new columns, new indexes. A column that exists already (a field removed and brought
// back) is kept with its data. Columns are never dropped here.
//
// Refused, as a problem: taking a system object away, and giving a standing column values of another kind (that needs a new field).
func Apply(ctx context.Context, tx *store.Tx, old, next *definition.Snapshot) error {
	return DDL{}.Apply(ctx, tx, old, next)
}

// Apply is the package's Apply with what the DDL says.
func (x DDL) Apply(ctx context.Context, tx *store.Tx, old, next *definition.Snapshot) error {
	var items []problem.Item
	for _, was := range All(old) {
		o, stays := Of(next, was.Name)
		if was.Spec.System && (!stays || o.Name != was.Name) {
			items = append(items, problem.Item{Kind: Kind, Name: was.Name, Pointer: "/removed", Code: "system_object", Message: "“" + was.Title.ZH + "”随平台提供，不能删除"})
		}
		if stays && o.Name != was.Name {
			items = append(items, problem.Item{Kind: Kind, Name: o.Name, Pointer: "/name", Code: "renamed_object", Message: "“" + was.Title.ZH + "”的名称 " + was.Name + " 不能改成 " + o.Name, Hint: "记录按名称保存；请只改标题"})
		} else if stays {
			items = append(items, retyped(was, o)...)
		}
	}
	if len(items) > 0 {
		return problem.New(problem.Invalid, "definitions_invalid", fmt.Sprintf("有 %d 处需要修改，没有发布", len(items)), items...)
	}
	for _, o := range All(next) {
		was, existed := Of(old, o.Name)
		if existed && was.Table == o.Table && sameColumns(was, o) {
			continue
		}
		if existed {
			if err := dropUnique(ctx, tx, was, o); err != nil {
				return fmt.Errorf("object %s: %w", o.Name, err)
			}
		}
		if err := x.object(ctx, tx, o); err != nil {
			return fmt.Errorf("object %s: %w", o.Name, err)
		}
	}
	return remember(ctx, tx, old, next)
}

// retyped lists the fields whose column would hold values of another kind: texts among numbers, or numbers of another unit.
func retyped(was, o *Object) []problem.Item {
	standing := map[string]*Field{}
	for _, f := range was.Fields {
		standing[f.Column] = f
	}
	var items []problem.Item
	for i, f := range o.Fields {
		w, ok := standing[f.Column]
		if !ok || w.Type.Class() == f.Type.Class() && (f.Type.Class() == TextClass || w.Type.Name() == f.Type.Name() && w.Type.Scale(w) == f.Type.Scale(f)) {
			continue
		}
		items = append(items, typeChange(o, i, w.Type.Name()))
	}
	return items
}

func typeChange(o *Object, i int, from string) problem.Item {
	f := o.Fields[i]
	return problem.Item{Kind: Kind, Name: o.Name, Pointer: fmt.Sprintf("/spec/fields/%d/type", i-systemFields), Code: "type_change", Message: "字段“" + f.Title.ZH + "”已有数据按 " + from + " 保存，不能改成 " + f.Type.Name(), Hint: "请用“更改类型”：先看哪些值能转换，再转换；也可以新建一个字段"}
}

// dropUnique takes away the indexes of what need not be unique any more.
func dropUnique(ctx context.Context, tx *store.Tx, was, o *Object) error {
	keep := map[string]bool{}
	for _, ix := range o.Indexes() {
		keep[ix.Name] = true
	}
	for _, ix := range was.Indexes() {
		if ix.Unique && !keep[ix.Name] {
			if _, err := tx.Exec(ctx, "DROP INDEX IF EXISTS "+Quote(ix.Name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func sameColumns(a, b *Object) bool {
	if len(a.Fields) != len(b.Fields) {
		return false
	}
	for i := range a.Fields {
		x, y := a.Fields[i], b.Fields[i]
		if x.Column != y.Column || x.Type.Class() != y.Type.Class() || (x.Next == nil) != (y.Next == nil) || x.Next != nil && x.Next.Column != y.Next.Column {
			return false
		}
	}
	was, now := a.Indexes(), b.Indexes()
	return slices.EqualFunc(was, now, func(x, y Index) bool { return x.Name == y.Name })
}

func columnType(d store.Dialect, f *Field) string {
	if f.Type.Class() == IntClass {
		return d.IntType()
	}
	return d.TextType()
}

func (x DDL) object(ctx context.Context, tx *store.Tx, o *Object) error {
	d := tx.Dialect()
	have, err := columns(ctx, tx, o.Table)
	if err != nil {
		return err
	}
	if len(have) == 0 {
		var cols []string
		for _, f := range o.Fields {
			c := Quote(f.Column) + " " + columnType(d, f)
			if f.Index == ID {
				c += " PRIMARY KEY"
			}
			cols = append(cols, c)
		}
		suffix := ""
		if d == store.SQLite {
			suffix = " WITHOUT ROWID"
		}
		if _, err := tx.Exec(ctx, "CREATE TABLE "+Quote(o.Table)+" ("+strings.Join(cols, ", ")+")"+suffix); err != nil {
			return err
		}
		return x.indexes(ctx, tx, o, true)
	}
	for i, f := range o.Fields {
		if kept := have[f.Column]; kept != "" && (kept == "bigint" || kept == "INTEGER") != (f.Type.Class() == IntClass) {
			// A field removed earlier and brought back with another type.
			return problem.New(problem.Invalid, "definitions_invalid", "有 1 处需要修改，没有发布", typeChange(o, i, kept))
		}
		if have[f.Column] == "" {
			if err := AddColumn(ctx, tx, o, f); err != nil {
				return err
			}
		}
	}
	return x.indexes(ctx, tx, o, false)
}

// AddColumn gives the table a field's column. At once, however many rows there are.
func AddColumn(ctx context.Context, tx *store.Tx, o *Object, f *Field) error {
	_, err := tx.Exec(ctx, "ALTER TABLE "+Quote(o.Table)+" ADD COLUMN "+Quote(f.Column)+" "+columnType(tx.Dialect(), f))
	return err
}

// HasColumn tells whether the table has a column, and whether it takes the field's values.
func HasColumn(ctx context.Context, tx *store.Tx, o *Object, f *Field) (there, fits bool, err error) {
	have, err := columns(ctx, tx, o.Table)
	kept := have[f.Column]
	return kept != "", (kept == "bigint" || kept == "INTEGER") == (f.Type.Class() == IntClass), err
}

func fnv32(s string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

// columns lists the columns a table has with their types; none when there is no such table.
func columns(ctx context.Context, tx store.Querier, table string) (map[string]string, error) {
	q := "SELECT name, type FROM pragma_table_info(?)"
	if tx.Dialect() == store.Postgres {
		q = "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ?"
	}
	rows, err := tx.Query(ctx, q, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var n, t string
		if err := rows.Scan(&n, &t); err != nil {
			return nil, err
		}
		out[n] = t
	}
	return out, rows.Err()
}

// DropColumn takes a column away with the indexes that hold it; nothing happens when there is none.
func DropColumn(ctx context.Context, tx *store.Tx, table, column string) error {
	have, err := columns(ctx, tx, table)
	if err != nil || have[column] == "" {
		return err
	}
	if err := DropIndexesOn(ctx, tx, table, column); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "ALTER TABLE "+Quote(table)+" DROP COLUMN "+Quote(column))
	return err
}

// DropIndexesOn takes the indexes away that hold a column.
func DropIndexesOn(ctx context.Context, tx *store.Tx, table, column string) error {
	q, args := "SELECT m.name FROM sqlite_master m JOIN pragma_index_info(m.name) i WHERE m.type = 'index' AND m.tbl_name = ? AND i.name = ?", []any{table, column}
	if tx.Dialect() == store.Postgres {
		q = "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY(i.indkey) WHERE n.nspname = current_schema() AND t.relname = ? AND a.attname = ?"
	}
	rows, err := tx.Query(ctx, q, args...)
	if err != nil {
		return err
	}
	var names []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			_ = rows.Close()
			return err
		}
		names = append(names, n)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, n := range names {
		if _, err := tx.Exec(ctx, "DROP INDEX IF EXISTS "+Quote(n)); err != nil {
			return err
		}
	}
	return nil
}

// DropTable takes the table of an object away that is not served any more.
func DropTable(ctx context.Context, tx *store.Tx, object string) error {
	_, err := tx.Exec(ctx, "DROP TABLE IF EXISTS "+Quote(TableOf(object)))
	return err
}

// TableOf names an object's table.
func TableOf(object string) string { return "o_" + object }

// TableStands tells whether an object's table is there.
func TableStands(ctx context.Context, q store.Querier, object string) (bool, error) {
	have, err := columns(ctx, q, TableOf(object))
	return len(have) > 0, err
}

// Standing picks those columns that the table has.
func Standing(ctx context.Context, q store.Querier, table string, wanted []string) ([]string, error) {
	have, err := columns(ctx, q, table)
	var out []string
	for _, c := range wanted {
		if have[c] != "" {
			out = append(out, c)
		}
	}
	return out, err
}
