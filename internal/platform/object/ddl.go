package object

import (
	"context"
	"fmt"
	"strings"

	"baton/internal/platform/definition"
	"baton/internal/platform/store"
)

// Quote makes an identifier safe. Identifiers come only from definitions.
func Quote(id string) string { return `"` + strings.ReplaceAll(id, `"`, `""`) + `"` }

// Apply makes the tables of next's objects: new tables, new columns, new indexes. A column that exists already (a field removed and brought
// back) is kept with its data. Columns are never dropped here.
func Apply(ctx context.Context, tx *store.Tx, old, next *definition.Snapshot) error {
	for _, o := range All(next) {
		was, existed := Of(old, o.Name)
		if existed && was.Table == o.Table && sameColumns(was, o) {
			continue
		}
		if err := applyObject(ctx, tx, o); err != nil {
			return fmt.Errorf("object %s: %w", o.Name, err)
		}
	}
	return nil
}

func sameColumns(a, b *Object) bool {
	if len(a.Fields) != len(b.Fields) || len(a.Spec.Indexes) != len(b.Spec.Indexes) {
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
		for _, f := range o.Fields {
			if !have[f.Column] {
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
	if len(name) > 63 {
		name = name[:50] + fmt.Sprintf("_%08x", fnv32(name))
	}
	where := ""
	if len(fs) == 1 && !fs[0].System || unique != "" {
		where = " WHERE " + Quote(fs[0].Column) + " IS NOT NULL"
	}
	_, err := tx.Exec(ctx, "CREATE "+unique+"INDEX IF NOT EXISTS "+Quote(name)+" ON "+Quote(o.Table)+" ("+strings.Join(cols, ", ")+")"+where)
	return err
}

func fnv32(s string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

// columns lists the columns a table has; none when there is no such table.
func columns(ctx context.Context, tx *store.Tx, table string) (map[string]bool, error) {
	q := "SELECT name FROM pragma_table_info(?)"
	if tx.Dialect() == store.Postgres {
		q = "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ?"
	}
	rows, err := tx.Query(ctx, q, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]bool{}
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out[n] = true
	}
	return out, rows.Err()
}
