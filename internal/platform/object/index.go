package object

import (
	"context"
	"fmt"
	"strings"
	"time"

	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// Index is one index of an object's table.
type Index struct {
	Name   string
	Fields []*Field
	Unique bool
	// Pointer is the place in the definition that asks for it.
	Pointer string
	// Rule is the title of a rule over several fields.
	Rule string
	live bool // leaves deleted records out
}

// Indexes lists the indexes that the object's table is to have.
func (o *Object) Indexes() []Index {
	var out []Index
	for _, f := range o.Fields {
		at := fmt.Sprintf("/spec/fields/%d", f.Index-systemFields)
		if f.FieldSpec.Index && !o.leads(f) {
			out = append(out, o.newIndex(at+"/index", false, f))
		}
		if f.Unique {
			out = append(out, o.newIndex(at+"/unique", true, f))
		}
	}
	for i, names := range o.Spec.Indexes {
		fs := make([]*Field, 0, len(names))
		for _, n := range names {
			if f := o.byName[n]; f != nil {
				fs = append(fs, f)
			}
		}
		if len(fs) > 0 {
			out = append(out, o.newIndex(fmt.Sprintf("/spec/indexes/%d", i), false, fs...))
		}
	}
	for i, u := range o.Unique {
		ix := o.newIndex(fmt.Sprintf("/spec/unique/%d", i), true, u.Fields...)
		ix.Rule, ix.live = u.Title.ZH, true
		out = append(out, ix)
	}
	return out
}

func (o *Object) newIndex(at string, unique bool, fs ...*Field) Index {
	name := "ix_" + o.Name
	for _, f := range fs {
		name += "_" + f.Column
	}
	if unique {
		name += "_u"
	}
	return Index{Name: indexName(name), Fields: fs, Unique: unique, Pointer: at}
}

// With is the index over another make of one of its fields.
func (ix Index) With(o *Object, f, other *Field) Index {
	fs := make([]*Field, len(ix.Fields))
	for i, g := range ix.Fields {
		if fs[i] = g; g == f {
			fs[i] = other
		}
	}
	out := o.newIndex(ix.Pointer, ix.Unique, fs...)
	out.Rule, out.live = ix.Rule, ix.live
	return out
}

// Title names the fields, for people.
func (ix Index) Title() string {
	u := Unique{Fields: ix.Fields}
	return u.Words()
}

// leads reports whether a wider index begins with the field, so that it needs none of its own.
func (o *Object) leads(f *Field) bool {
	for _, names := range o.Spec.Indexes {
		if len(names) > 0 && o.byName[names[0]] == f {
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

// SQL is the statement that makes the index. One on a single field leaves empty values out: a lead has many fields that are empty when it
// arrives, and each would cost a page of its own.
func (ix Index) SQL(d store.Dialect, o *Object, concurrently bool) string {
	var cols, where []string
	for _, f := range ix.Fields {
		c := Quote(f.Column)
		if d == store.Postgres {
			c += " NULLS FIRST"
		}
		cols = append(cols, c)
	}
	switch {
	case ix.live:
		where = append(ix.filled(""), Quote("deleted_at")+" IS NULL")
	case len(ix.Fields) == 1 && !ix.Fields[0].System || ix.Unique:
		where = []string{Quote(ix.Fields[0].Column) + " IS NOT NULL"}
	}
	q := "CREATE "
	if ix.Unique {
		q += "UNIQUE "
	}
	q += "INDEX "
	if concurrently {
		q += "CONCURRENTLY "
	}
	q += "IF NOT EXISTS " + Quote(ix.Name) + " ON " + Quote(o.Table) + " (" + strings.Join(cols, ", ") + ")"
	if len(where) > 0 {
		q += " WHERE " + strings.Join(where, " AND ")
	}
	return q
}

func (ix Index) filled(alias string) []string {
	var out []string
	for _, f := range ix.Fields {
		out = append(out, alias+Quote(f.Column)+" IS NOT NULL")
	}
	return out
}

// Repeat is a set of values that several records share.
type Repeat struct {
	Words []string // of the values, field by field
	Count int
}

// Repeats finds the first values that the index could not keep apart.
func (ix Index) Repeats(ctx context.Context, q store.Querier, o *Object, limit int) ([]Repeat, error) {
	var cols []string
	for _, f := range ix.Fields {
		cols = append(cols, Quote(f.Column))
	}
	where := ix.filled("")
	if ix.live {
		where = append(where, Quote("deleted_at")+" IS NULL")
	}
	list := strings.Join(cols, ", ")
	rows, err := q.Query(ctx, "SELECT "+list+", COUNT(*) FROM "+Quote(o.Table)+" WHERE "+strings.Join(where, " AND ")+" GROUP BY "+list+" HAVING COUNT(*) > 1 ORDER BY "+list+fmt.Sprintf(" LIMIT %d", limit))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Repeat
	for rows.Next() {
		v := make([]any, len(ix.Fields))
		r := Repeat{}
		dest := make([]any, 0, len(v)+1)
		for i := range v {
			dest = append(dest, &v[i])
		}
		if err := rows.Scan(append(dest, &r.Count)...); err != nil {
			return nil, err
		}
		for i, f := range ix.Fields {
			if b, ok := v[i].([]byte); ok {
				v[i] = string(b)
			}
			r.Words = append(r.Words, plainWords(f, v[i]))
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// plainWords shows a value without what only a workspace knows: names of people stay ids.
func plainWords(f *Field, v any) string {
	switch f.Type.Shape() {
	case RefShape, TreeShape:
		return fmt.Sprint(v)
	}
	return f.Type.Words(f, &Env{Zone: time.UTC}, v)
}

// NotUnique is the problem of a rule that standing records break.
func (ix Index) NotUnique(o *Object, repeats []Repeat) problem.Item {
	var examples []string
	for _, r := range repeats {
		examples = append(examples, fmt.Sprintf("“%s”有 %d 条", strings.Join(r.Words, "，"), r.Count))
	}
	message := "现有记录的“" + ix.Title() + "”有重复，不能设为唯一"
	if len(examples) > 0 {
		message += "：" + strings.Join(examples, "；")
	}
	return problem.Item{Kind: Kind, Name: o.Name, Pointer: ix.Pointer, Code: "not_unique", Message: message, Hint: "先合并或修改重复的记录"}
}

const examples = 3

// indexes makes what is missing: at once on a new or small table, otherwise by whoever takes it.
func (x DDL) indexes(ctx context.Context, tx *store.Tx, o *Object, fresh bool) error {
	have := map[string]bool{}
	if !fresh {
		var err error
		if have, err = IndexNames(ctx, tx, o.Table); err != nil {
			return err
		}
	}
	var missing []Index
	for _, ix := range o.Indexes() {
		if !have[ix.Name] {
			missing = append(missing, ix)
			have[ix.Name] = true
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if !fresh && x.Defer != nil {
		n, err := CountRows(ctx, tx, o, x.Small)
		if err != nil {
			return err
		}
		if n >= int64(x.Small) {
			return x.Defer(ctx, tx, o, missing)
		}
	}
	var items []problem.Item
	for _, ix := range missing {
		if !fresh && ix.Unique {
			repeats, err := ix.Repeats(ctx, tx, o, examples)
			if err != nil {
				return err
			}
			if len(repeats) > 0 {
				items = append(items, ix.NotUnique(o, repeats))
				continue
			}
		}
		if _, err := tx.Exec(ctx, ix.SQL(tx.Dialect(), o, false)); store.IsUnique(err) {
			items = append(items, ix.NotUnique(o, nil))
			break // on PostgreSQL nothing more can be asked
		} else if err != nil {
			return err
		}
	}
	if len(items) > 0 {
		return problem.New(problem.Invalid, "definitions_invalid", fmt.Sprintf("有 %d 处需要修改，没有发布", len(items)), items...)
	}
	return nil
}

// CountRows counts an object's rows, deleted ones too, but no further than most.
func CountRows(ctx context.Context, q store.Querier, o *Object, most int) (n int64, err error) {
	err = q.QueryRow(ctx, fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 FROM %s LIMIT %d) t", Quote(o.Table), most)).Scan(&n)
	return n, err
}

// IndexNames lists the indexes that a table has; on PostgreSQL only those that are whole.
func IndexNames(ctx context.Context, q store.Querier, table string) (map[string]bool, error) {
	text := "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?"
	if q.Dialect() == store.Postgres {
		text = "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = current_schema() AND t.relname = ? AND i.indisvalid"
	}
	rows, err := q.Query(ctx, text, table)
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
