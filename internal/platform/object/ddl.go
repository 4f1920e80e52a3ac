package object

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"baton/internal/platform/definition"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// Quote makes an identifier safe. Identifiers come only from definitions.
func Quote(id string) string { return `"` + strings.ReplaceAll(id, `"`, `""`) + `"` }

// Apply makes the tables of next's objects: new tables, new columns, new indexes. A column that exists already (a field removed and brought
// back) is kept with its data. Columns are never dropped here.
//
// Refused, as a problem: taking a system object away, and giving a standing column values of another kind (that needs a new field).
func Apply(ctx context.Context, tx *store.Tx, old, next *definition.Snapshot) error {
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
		if err := applyObject(ctx, tx, o); err != nil {
			return fmt.Errorf("object %s: %w", o.Name, err)
		}
	}
	return nil
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
	return problem.Item{Kind: Kind, Name: o.Name, Pointer: fmt.Sprintf("/spec/fields/%d/type", i-systemFields), Code: "type_change", Message: "字段“" + f.Title.ZH + "”已有数据按 " + from + " 保存，不能改成 " + f.Type.Name(), Hint: "请新建一个字段"}
}

// dropUnique takes away the index of a field that need not be unique any more.
func dropUnique(ctx context.Context, tx *store.Tx, was, o *Object) error {
	unique := map[string]bool{}
	for _, f := range o.Fields {
		unique[f.Column] = f.Unique
	}
	for _, f := range was.Fields {
		if f.Unique && !unique[f.Column] {
			if _, err := tx.Exec(ctx, "DROP INDEX IF EXISTS "+Quote(f.UniqueIndex())); err != nil {
				return err
			}
		}
	}
	return nil
}

func sameColumns(a, b *Object) bool {
	if len(a.Fields) != len(b.Fields) || !reflect.DeepEqual(a.Spec.Indexes, b.Spec.Indexes) {
		return false
	}
	for i := range a.Fields {
		if a.Fields[i].Column != b.Fields[i].Column || a.Fields[i].Type.Class() != b.Fields[i].Type.Class() || a.Fields[i].FieldSpec.Index != b.Fields[i].FieldSpec.Index || a.Fields[i].Unique != b.Fields[i].Unique {
			return false
		}
	}
	return true
}

func columnType(d store.Dialect, f *Field) string {
	if f.Type.Class() == IntClass {
		return d.IntType()
	}
	return d.TextType()
}

func applyObject(ctx context.Context, tx *store.Tx, o *Object) error {
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
	} else {
		for i, f := range o.Fields {
			if kept := have[f.Column]; kept != "" && (kept == "bigint" || kept == "INTEGER") != (f.Type.Class() == IntClass) {
				// A field removed earlier and brought back with another type.
				return problem.New(problem.Invalid, "definitions_invalid", "有 1 处需要修改，没有发布", typeChange(o, i, kept))
			}
			if have[f.Column] == "" {
				if _, err := tx.Exec(ctx, "ALTER TABLE "+Quote(o.Table)+" ADD COLUMN "+Quote(f.Column)+" "+columnType(d, f)); err != nil {
					return err
				}
			}
		}
	}
	for _, f := range o.Fields {
		if f.FieldSpec.Index && !o.leads(f) {
			if err := index(ctx, tx, o, "", f); err != nil {
				return err
			}
		}
		if f.Unique {
			if err := index(ctx, tx, o, "UNIQUE ", f); err != nil {
				return err
			}
		}
	}
	for _, names := range o.Spec.Indexes {
		var fs []*Field
		for _, n := range names {
			fs = append(fs, o.byName[n])
		}
		if err := index(ctx, tx, o, "", fs...); err != nil {
			return err
		}
	}
	return nil
}

// leads reports whether a wider index begins with the field, so that it needs none of its own.
func (o *Object) leads(f *Field) bool {
	for _, names := range o.Spec.Indexes {
		if o.byName[names[0]] == f {
			return true
		}
	}
	return false
}

// UniqueIndex names the index that keeps the field's values apart.
func (f *Field) UniqueIndex() string { return indexName("ix_" + f.Object + "_" + f.Column + "_u") }

func indexName(name string) string {
	if len(name) > 63 {
		return name[:50] + fmt.Sprintf("_%08x", fnv32(name))
	}
	return name
}

// index makes one index. One on a single field leaves empty values out: a lead has many fields that are empty when it arrives, and each
// would cost a page of its own.
func index(ctx context.Context, tx *store.Tx, o *Object, unique string, fs ...*Field) error {
	name := "ix_" + o.Name
	var cols []string
	for _, f := range fs {
		name += "_" + f.Column
		c := Quote(f.Column)
		if tx.Dialect() == store.Postgres {
			c += " NULLS FIRST"
		}
		cols = append(cols, c)
	}
	if unique != "" {
		name += "_u"
	}
	where := ""
	if len(fs) == 1 && !fs[0].System || unique != "" {
		where = " WHERE " + Quote(fs[0].Column) + " IS NOT NULL"
	}
	_, err := tx.Exec(ctx, "CREATE "+unique+"INDEX IF NOT EXISTS "+Quote(indexName(name))+" ON "+Quote(o.Table)+" ("+strings.Join(cols, ", ")+")"+where)
	if store.IsUnique(err) {
		f := fs[0]
		return problem.New(problem.Invalid, "definitions_invalid", "有 1 处需要修改，没有发布", problem.Item{Kind: Kind, Name: o.Name, Pointer: fmt.Sprintf("/spec/fields/%d/unique", f.Index-systemFields), Code: "not_unique",
			Message: "现有记录的“" + f.Title.ZH + "”有重复，不能设为唯一", Hint: "先合并或修改重复的记录"})
	}
	return err
}

func fnv32(s string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

// columns lists the columns a table has with their types; none when there is no such table.
func columns(ctx context.Context, tx *store.Tx, table string) (map[string]string, error) {
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
