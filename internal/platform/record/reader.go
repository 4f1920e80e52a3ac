package record

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// Reader reads records as an actor may see them. Safe for concurrent use.
type Reader struct {
	DB     *store.DB
	Defs   *definition.Manager
	Access *access.Control
	Clock  *clock.Clock
	Env    *object.Env
	// Finder gives a condition on ids, as SQL under alias t, for the rows that have the words somewhere; ok is false where it cannot tell.
	// It may be nil.
	Finder func(ctx context.Context, o *object.Object, words string, hidden map[string]bool) (sql string, args []any, ok bool)

	breadth breadth
}

// Sort is one key of an order. Empty is the smallest value; EmptyLast puts it behind all others in an ascending order too.
type Sort struct {
	Field     string
	Desc      bool
	EmptyLast bool
}

// List asks for a page of records.
type List struct {
	Object string
	Filter json.RawMessage // condition, may be empty
	Words  string          // in title, phone, e-mail and other text fields
	Sort   []Sort          // id is always the last key
	Limit  int             // 1–500, 50 when zero
	Cursor string
	// Back reads the page that ends before Cursor; without a cursor, the last page. The rows come in the order asked for all the same.
	Back bool
	// Count asks for a capped count.
	Count bool
}

// CountCap is where counting beside lists stops.
const CountCap = 1000

// Page is a page of records.
type Page struct {
	Object *object.Object
	Rows   []*object.Row
	Next   string // empty on the last page
	Prev   string // empty on the first page
	Count  int
	Capped bool
}

// Object finds an object the actor may read anything of.
func (r *Reader) Object(a *actor.Actor, name string) (*object.Object, *access.Scope, error) {
	snap := r.Defs.Current()
	o, ok := object.Of(snap, name)
	scope := r.Access.Scope(snap, a, name, access.Read)
	if !ok || scope.Nothing() {
		return nil, nil, NoSuchObject(snap, r.Access, a, name)
	}
	return o, scope, nil
}

// Get reads one record inside the actor's scope; a record outside it does not exist for the actor.
func (r *Reader) Get(ctx context.Context, a *actor.Actor, name, id string) (*object.Row, error) {
	o, scope, err := r.Object(a, name)
	if err != nil {
		return nil, err
	}
	row, err := ReadRow(ctx, r.DB, o, id)
	if err != nil {
		return nil, err
	}
	if row == nil || row.V[object.DeletedAt] != nil || !scope.Allows(row) {
		return nil, NotFound(o)
	}
	return row, nil
}

// GetMany reads records inside the actor's scope, in the order of ids; what is not there, deleted or outside the scope is left out.
func (r *Reader) GetMany(ctx context.Context, a *actor.Actor, name string, ids []string) ([]*object.Row, error) {
	o, scope, err := r.Object(a, name)
	if err != nil {
		return nil, err
	}
	found, err := ReadRows(ctx, r.DB, o, ids)
	if err != nil {
		return nil, err
	}
	out := make([]*object.Row, 0, len(ids))
	for _, id := range ids {
		if row := found[id]; row != nil && row.V[object.DeletedAt] == nil && scope.Allows(row) {
			out = append(out, row)
		}
	}
	return out, nil
}

// where compiles a filter for the records of an object as the actor may see things, as SQL under alias t.
func (r *Reader) where(ctx context.Context, a *actor.Actor, o *object.Object, filter json.RawMessage, pointer string) (string, []any, error) {
	if len(filter) == 0 || string(filter) == "null" {
		return "", nil, nil
	}
	node, err := condition.Parse(filter)
	if err != nil {
		return "", nil, under(err, pointer)
	}
	snap := r.Defs.Current()
	me, err := r.Me(ctx, a)
	if err != nil {
		return "", nil, err
	}
	cond, items := condition.Compile(node, condition.Scope{Snapshot: snap, Object: o, Env: r.Env, Refs: MeRefs(snap), RefTitles: MeTitles,
		Hidden: func(name string) map[string]bool { return r.Access.Hidden(snap, a, name) },
		Limit:  func(name string) condition.Limit { return r.Access.Scope(snap, a, name, access.Read) }})
	var bad []problem.Item
	for _, it := range items {
		if !condition.Warning(it) {
			it.Pointer = pointer + it.Pointer
			bad = append(bad, it)
		}
	}
	if len(bad) > 0 {
		return "", nil, problem.New(problem.Invalid, "invalid_condition", "筛选条件有误", bad...)
	}
	return cond.SQL(r.DB.Dialect(), "t", &condition.Env{Now: r.Clock.Now(), Zone: r.Env.Zone, Refs: me})
}

// List reads a page.
func (r *Reader) List(ctx context.Context, a *actor.Actor, l List) (*Page, error) {
	o, scope, err := r.Object(a, l.Object)
	if err != nil {
		return nil, err
	}
	if l.Limit == 0 {
		l.Limit = 50
	}
	if l.Limit < 1 || l.Limit > 500 {
		return nil, problem.New(problem.Invalid, "invalid_limit", "每页条数为 1 到 500", problem.Item{Pointer: "/limit", Code: "out_of_range", Message: "每页条数为 1 到 500"})
	}
	find, err := r.find(ctx, a, o, scope, l)
	if err != nil {
		return nil, err
	}
	where, args := find.where, find.args
	keys, err := sortKeys(o, l.Sort, find.hidden)
	if err != nil {
		return nil, err
	}
	from := " FROM " + object.Quote(o.Table) + " t WHERE "
	page := &Page{Object: o}
	if l.Count {
		if page.Count, page.Capped, err = r.count(ctx, o, where, args); err != nil {
			return nil, err
		}
	}
	if l.Cursor != "" {
		after, err := readCursor(l.Cursor, keys)
		if err == nil {
			err = readable(after)
		}
		if err != nil {
			return nil, err
		}
		by := keys
		if l.Back {
			by = reversed(keys)
		}
		sql, more := keyset(by, after)
		where, args = append(where, sql), append(args, more...)
	}
	if find.scoped != "" {
		if where[1], err = r.byOrder(ctx, o, find.scoped, find.scopeArgs, keys); err != nil {
			return nil, err
		}
	}
	var order []string
	for _, k := range keys {
		if l.Back {
			k = k.reversed()
		}
		order = append(order, k.order())
	}
	q := "SELECT " + SelectColumns(o, "t") + from + strings.Join(where, " AND ") + " ORDER BY " + strings.Join(order, ", ") + " LIMIT ?"
	rows, err := r.DB.Query(ctx, q, append(args, l.Limit+1)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		row, err := ScanRow(o, rows.Scan)
		if err != nil {
			return nil, err
		}
		page.Rows = append(page.Rows, row)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	more := len(page.Rows) > l.Limit
	if more {
		page.Rows = page.Rows[:l.Limit]
	}
	if l.Back {
		slices.Reverse(page.Rows)
	}
	if n := len(page.Rows); n > 0 {
		if more && !l.Back || l.Back && l.Cursor != "" {
			page.Next = writeCursor(keys, page.Rows[n-1])
		}
		if more && l.Back || !l.Back && l.Cursor != "" {
			page.Prev = writeCursor(keys, page.Rows[0])
		}
	}
	return page, nil
}

// count counts the rows that meet where, up to CountCap.
func (r *Reader) count(ctx context.Context, o *object.Object, where []string, args []any) (n int, capped bool, err error) {
	q := "SELECT COUNT(*) FROM (SELECT 1 FROM " + object.Quote(o.Table) + " t WHERE " + strings.Join(where, " AND ") + fmt.Sprintf(" LIMIT %d) c", CountCap+1)
	if err := r.DB.QueryRow(ctx, q, args...).Scan(&n); err != nil {
		return 0, false, err
	}
	return min(n, CountCap), n > CountCap, nil
}

// CountAll counts the records of a list without a cap. It reads them all: for long work that will do so anyway, never for lists.
func (r *Reader) CountAll(ctx context.Context, a *actor.Actor, l List) (n int64, err error) {
	o, scope, err := r.Object(a, l.Object)
	if err != nil {
		return 0, err
	}
	f, err := r.find(ctx, a, o, scope, l)
	if err != nil {
		return 0, err
	}
	err = r.DB.QueryRow(ctx, "SELECT COUNT(*) FROM "+object.Quote(o.Table)+" t WHERE "+strings.Join(f.where, " AND "), f.args...).Scan(&n)
	return n, err
}

// found is what a list asks for as SQL under alias t: living rows in the actor's scope that meet filter and words.
type found struct {
	where  []string
	args   []any
	hidden map[string]bool
	// scoped is the actor's scope, the second of where unless all is open.
	scoped    string
	scopeArgs []any
}

func (f *found) add(sql string, more []any) {
	if sql != "" {
		f.where, f.args = append(f.where, sql), append(f.args, more...)
	}
}

func (r *Reader) find(ctx context.Context, a *actor.Actor, o *object.Object, scope *access.Scope, l List) (*found, error) {
	f := &found{where: []string{`t."deleted_at" IS NULL`}, hidden: r.Access.Hidden(r.Defs.Current(), a, o.Name)}
	f.scoped, f.scopeArgs = scope.SQL("t")
	f.add(f.scoped, f.scopeArgs)
	sql, more, err := r.where(ctx, a, o, l.Filter, "/filter")
	if err != nil {
		return nil, err
	}
	f.add(sql, more)
	f.add(r.words(ctx, o, l.Words, f.hidden))
	return f, readable(f.args)
}

// words finds rows by what somebody typed: by the index of words where there is one that may be asked, else in whose text fields each of
// the words stands.
func (r *Reader) words(ctx context.Context, o *object.Object, text string, hidden map[string]bool) (string, []any) {
	if r.Finder != nil && text != "" {
		if sql, args, ok := r.Finder(ctx, o, text, hidden); ok {
			return sql, args
		}
	}
	return words(o, r.DB.Dialect(), text, hidden)
}

func words(o *object.Object, d store.Dialect, text string, hidden map[string]bool) (string, []any) {
	// lower and columns that compare bytewise: both databases fold the letters a–z only.
	find := "instr(lower(%s), ?) > 0"
	if d == store.Postgres {
		find = "strpos(lower(%s), ?) > 0"
	}
	var and []string
	var args []any
	for _, w := range strings.Fields(lowerASCII(text)) {
		var or []string
		for _, f := range o.Fields {
			if f.System || f.Hidden || hidden[f.Name] {
				continue
			}
			switch f.Type.(type) {
			case object.Text, object.Phone, object.Email:
				or, args = append(or, fmt.Sprintf(find, "t."+object.Quote(f.Column))), append(args, w)
			}
		}
		if len(or) == 0 {
			return "1 = 0", nil // no text to find anything in
		}
		and = append(and, "("+strings.Join(or, " OR ")+")")
	}
	return strings.Join(and, " AND "), args
}

type sortKey struct {
	f    *object.Field
	desc bool
	// last says that nothing stands behind the empty.
	last bool
}

func (k sortKey) column() string { return "t." + object.Quote(k.f.Column) }

// order says where NULLs stand, which the two databases disagree on.
func (k sortKey) order() string {
	way, nulls := " ASC", " NULLS FIRST"
	if k.desc {
		way = " DESC"
	}
	if k.last {
		nulls = " NULLS LAST"
	}
	return k.column() + way + nulls
}

// reversed is the same key read from the end.
func (k sortKey) reversed() sortKey { return sortKey{k.f, !k.desc, !k.last} }

func reversed(keys []sortKey) []sortKey {
	out := make([]sortKey, len(keys))
	for i, k := range keys {
		out[i] = k.reversed()
	}
	return out
}

func sortKeys(o *object.Object, by []Sort, hidden map[string]bool) ([]sortKey, error) {
	var out []sortKey
	if len(by) > maxSort {
		return nil, problem.New(problem.Invalid, "invalid_sort", "排序字段太多", problem.Item{Pointer: "/sort", Code: "out_of_range", Message: fmt.Sprintf("最多按 %d 个字段排序", maxSort)})
	}
	for _, s := range by {
		f, ok := o.Field(s.Field)
		if !ok || hidden[f.Name] || f.Type.Shape() == object.OpaqueShape {
			return nil, problem.New(problem.Invalid, "invalid_sort", "不能按“"+s.Field+"”排序", problem.Item{Pointer: "/sort", Code: "unknown_field", Message: "没有字段“" + s.Field + "”，或者不能按它排序", Hint: definition.Suggest(s.Field, seen(o, hidden))})
		}
		out = append(out, sortKey{f, s.Desc, s.Desc || s.EmptyLast})
	}
	desc := len(out) == 0 || out[len(out)-1].desc
	return append(out, sortKey{o.Fields[object.ID], desc, desc}), nil
}

// keyset is the condition "behind this row" for mixed directions with empties.
func keyset(keys []sortKey, after []any) (string, []any) {
	var or []string
	var args []any
	for i, k := range keys {
		var and []string
		var a []any
		for j := range i {
			if after[j] == nil {
				and = append(and, keys[j].column()+" IS NULL")
			} else {
				and, a = append(and, keys[j].column()+" = ?"), append(a, after[j])
			}
		}
		switch {
		case after[i] == nil && k.last:
			continue
		case after[i] == nil:
			and = append(and, k.column()+" IS NOT NULL")
		default:
			beyond := k.column() + " > ?"
			if k.desc {
				beyond = k.column() + " < ?"
			}
			if k.last {
				beyond = "(" + beyond + " OR " + k.column() + " IS NULL)"
			}
			and, a = append(and, beyond), append(a, after[i])
		}
		or, args = append(or, "("+strings.Join(and, " AND ")+")"), append(args, a...)
	}
	return "(" + strings.Join(or, " OR ") + ")", args
}

func writeCursor(keys []sortKey, row *object.Row) string {
	vals := make([]any, len(keys))
	for i, k := range keys {
		vals[i] = row.V[k.f.Index]
	}
	b, _ := json.Marshal(vals) // nil, string and int64 only
	return base64.RawURLEncoding.EncodeToString(b)
}

func readCursor(s string, keys []sortKey) ([]any, error) {
	bad := problem.New(problem.Invalid, "invalid_cursor", "翻页标记无效", problem.Item{Pointer: "/cursor", Code: "invalid", Message: "翻页标记与排序不符", Hint: "从第一页重新开始"})
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, bad
	}
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.UseNumber()
	var vals []any
	if dec.Decode(&vals) != nil || len(vals) != len(keys) || vals[len(vals)-1] == nil {
		return nil, bad
	}
	for i, v := range vals {
		switch x := v.(type) {
		case nil:
		case string:
			if keys[i].f.Type.Class() != object.TextClass {
				return nil, bad
			}
		case json.Number:
			n, err := x.Int64()
			if err != nil || keys[i].f.Type.Class() != object.IntClass {
				return nil, bad
			}
			vals[i] = n
		default:
			return nil, bad
		}
	}
	return vals, nil
}

// Titles gives the titles of records by id, for showing relations. Which rows one may see is not asked: a title beside a visible row is part
// of that row. What of a title one may see is: masked fields are shown in part, hidden ones not.
func (r *Reader) Titles(ctx context.Context, a *actor.Actor, name string, ids []string) (map[string]string, error) {
	o, ok := object.Of(r.Defs.Current(), name)
	if !ok || len(ids) == 0 {
		return nil, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := r.DB.Query(ctx, "SELECT "+SelectColumns(o, "t")+" FROM "+object.Quote(o.Table)+` t WHERE t."id" IN (`+strings.TrimSuffix(strings.Repeat("?,", len(ids)), ",")+")", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		row, err := ScanRow(o, rows.Scan)
		if err != nil {
			return nil, err
		}
		out[row.ID()] = r.Access.Title(r.Defs.Current(), a, row)
	}
	return out, rows.Err()
}
