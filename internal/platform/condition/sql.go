package condition

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

// maxArgs is below what either database takes in one statement, with room for the caller's own.
const maxArgs = 30_000

// SQL turns the condition into an expression over the object's table, known as alias ("" is the table's own name; one in quotes is taken as it
// is, and begins the names of all others, so that a condition may limit a hop of another). It is true or false,
// never NULL, and holds for exactly the rows Match holds for under the same e: e gives the time, the zone, and the refs, whose values are
// bound. Placeholders are ?; identifiers come from definitions only. A measure leaf cannot be SQL and gives an error.
func (c *Cond) SQL(d store.Dialect, alias string, e *Env) (sql string, args []any, err error) {
	if alias == "" && c.scope.Object != nil {
		alias = c.scope.Object.Table
	}
	w := &sqlWriter{dialect: d, env: e, prefix: "c"}
	if inner, ok := strings.CutPrefix(alias, `"`); ok {
		w.prefix = strings.TrimSuffix(inner, `"`) + "_"
	} else {
		alias = quote(alias)
	}
	if err := w.node(c.root, alias); err != nil {
		return "", nil, err
	}
	if len(w.args) > maxArgs {
		return "", nil, fmt.Errorf("condition: %d values are more than a statement takes (%d)", len(w.args), maxArgs)
	}
	return w.b.String(), w.args, nil
}

type sqlWriter struct {
	dialect store.Dialect
	env     *Env
	b       strings.Builder
	args    []any
	prefix  string // of aliases
	aliases int
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func column(alias string, f *object.Field) string { return alias + "." + quote(f.Column) }

// put writes SQL whose ? are bound to args.
func (w *sqlWriter) put(sql string, args ...any) {
	w.b.WriteString(sql)
	w.args = append(w.args, args...)
}

func (w *sqlWriter) alias() string {
	w.aliases++
	return quote(w.prefix + strconv.Itoa(w.aliases))
}

func (w *sqlWriter) constant(v bool) error {
	if v {
		w.put("TRUE")
	} else {
		w.put("FALSE")
	}
	return nil
}

// join writes n parts as a balanced tree, so that long lists stay below the databases' limit on depth.
func (w *sqlWriter) join(op string, lo, hi int, part func(i int) error) error {
	if hi-lo == 1 {
		return part(lo)
	}
	mid := (lo + hi) / 2
	w.put("(")
	if err := w.join(op, lo, mid, part); err != nil {
		return err
	}
	w.put(op)
	if err := w.join(op, mid, hi, part); err != nil {
		return err
	}
	w.put(")")
	return nil
}

func (w *sqlWriter) node(n *node, alias string) error {
	switch n.kind {
	case KindAll, KindAny, KindNone:
		if len(n.kids) == 0 {
			return w.constant(n.kind != KindAny)
		}
		op := " OR "
		if n.kind == KindAll {
			op = " AND "
		}
		if n.kind == KindNone {
			w.put("NOT (")
			defer w.put(")")
		}
		return w.join(op, 0, len(n.kids), func(i int) error { return w.node(n.kids[i], alias) })
	case KindSome:
		return w.some(n, alias)
	case KindLeaf:
		return w.leaf(n, alias)
	}
	return fmt.Errorf("condition: measure %s is computed in memory and cannot be part of a database query", n.src.Measure)
}

func (w *sqlWriter) some(n *node, alias string) error {
	child := w.alias()
	w.put("EXISTS (SELECT 1 FROM " + quote(n.related.object.Table) + " AS " + child + " WHERE " + column(child, n.related.field) + " = " + alias + `."id"` +
		" AND " + child + `."deleted_at" IS NULL`)
	if n.related.limit != nil {
		if sql, args := n.related.limit.SQL(child); sql != "" {
			w.put(" AND "+sql, args...)
		}
	}
	if len(n.kids) > 0 {
		w.put(" AND ")
		if err := w.node(n.kids[0], child); err != nil {
			return err
		}
	}
	w.put(")")
	return nil
}

func (w *sqlWriter) leaf(n *node, alias string) error {
	if n.path.root != "" { // a ref's own field: the same for every row
		passed, _, err := n.leaf(w.env, nil)
		if err != nil {
			return err
		}
		return w.constant(passed)
	}
	if len(n.path.hops) == 0 {
		col := column(alias, n.path.field)
		switch {
		case n.op.core == coreFilled && n.op.neg:
			w.put(col + " IS NULL")
			return nil
		case n.op.core == coreFilled:
			w.put(col + " IS NOT NULL")
			return nil
		case n.op.neg:
			w.put("(" + col + " IS NULL OR NOT ")
		default:
			w.put("(" + col + " IS NOT NULL AND ")
		}
		if err := w.test(n, col); err != nil {
			return err
		}
		w.put(")")
		return nil
	}
	if n.op.neg {
		w.put("NOT ")
	}
	last := ""
	var where string
	var whereArgs []any
	for i, h := range n.path.hops {
		next := w.alias()
		limit, args := "", []any(nil)
		if h.limit != nil {
			if limit, args = h.limit.SQL(next); limit != "" {
				limit = " AND " + limit
			}
		}
		if i == 0 {
			w.put("EXISTS (SELECT 1 FROM " + quote(h.target.Table) + " AS " + next)
			where = next + `."id" = ` + column(alias, h.field) + " AND " + next + `."deleted_at" IS NULL` + limit
			whereArgs = args
		} else {
			w.put(" JOIN "+quote(h.target.Table)+" AS "+next+" ON "+next+`."id" = `+column(last, h.field)+" AND "+next+`."deleted_at" IS NULL`+limit, args...)
		}
		last = next
	}
	col := column(last, n.path.field)
	w.put(" WHERE "+where+" AND "+col+" IS NOT NULL", whereArgs...)
	if n.op.core != coreFilled {
		w.put(" AND ")
		if err := w.test(n, col); err != nil {
			return err
		}
	}
	w.put(")")
	return nil
}

// test writes the core of a leaf over col, which is not NULL.
func (w *sqlWriter) test(n *node, col string) error {
	if n.unit != nil {
		return w.underUnit(n, col)
	}
	t, err := n.closed(w.env)
	if err != nil {
		return err
	}
	switch t.form {
	case formNever:
		return w.constant(false)
	case formFilled:
		return w.constant(true)
	case formSpan:
		w.span(col, t.span)
	case formSpans:
		return w.spans(col, t.spans)
	case formText:
		w.put(col+" = ?", t.text)
	case formTexts:
		w.in(col, t.texts)
	case formBetween:
		w.bounds(col, &t)
	case formContains:
		w.contains(col, t.text)
	case formPrefix:
		w.put("substr("+col+", 1, "+strconv.Itoa(utf8.RuneCountInString(t.text))+") = ?", t.text)
	case formSetEq, formSetAll, formSetAny:
		w.put("(")
		if t.form == formSetEq {
			w.put("length(" + col + ") = " + strconv.Itoa(utf8.RuneCountInString(t.text)) + " AND ")
		}
		op := " AND "
		if t.form == formSetAny {
			op = " OR "
		}
		_ = w.join(op, 0, len(t.texts), func(i int) error { w.contains(col, t.texts[i]); return nil })
		w.put(")")
	case formTree:
		if len(t.texts) == 0 {
			return w.constant(false)
		}
		// '/' follows '.': the range holds exactly what starts with the code and a dot, and an index serves it.
		return w.join(" OR ", 0, len(t.texts), func(i int) error {
			c := t.texts[i]
			w.put("("+col+" = ? OR ("+col+" >= ? AND "+col+" < ?))", c, c+".", c+"/")
			return nil
		})
	}
	return nil
}

func (w *sqlWriter) contains(col, part string) {
	fn := "instr"
	if w.dialect == store.Postgres {
		fn = "strpos"
	}
	w.put(fn+"("+col+", ?) > 0", part)
}

func (w *sqlWriter) span(col string, s span) {
	const lowest, highest = -1 << 63, 1<<63 - 1
	switch {
	case s.lo == s.hi:
		w.put(col+" = ?", s.lo)
	case s.lo == lowest && s.hi == highest:
		w.put("TRUE")
	case s.lo == lowest:
		w.put(col+" <= ?", s.hi)
	case s.hi == highest:
		w.put(col+" >= ?", s.lo)
	default:
		w.put(col+" BETWEEN ? AND ?", s.lo, s.hi)
	}
}

// spans writes points as one IN list and ranges one by one.
func (w *sqlWriter) spans(col string, spans []span) error {
	var points []any
	var ranges []span
	for _, s := range spans {
		if s.lo == s.hi {
			points = append(points, s.lo)
		} else {
			ranges = append(ranges, s)
		}
	}
	n := len(ranges)
	if len(points) > 0 {
		n++
	}
	return w.join(" OR ", 0, n, func(i int) error {
		if i < len(ranges) {
			w.put("(")
			w.span(col, ranges[i])
			w.put(")")
			return nil
		}
		w.put(col+" IN ("+marks(len(points))+")", points...)
		return nil
	})
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

func (w *sqlWriter) in(col string, values []string) {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	w.put(col+" IN ("+marks(len(args))+")", args...)
}

func (w *sqlWriter) bounds(col string, t *test) {
	lo, hi := " >= ?", " <= ?"
	if t.openLo {
		lo = " > ?"
	}
	if t.openHi {
		hi = " < ?"
	}
	switch {
	case t.hasLo && t.hasHi:
		w.put("("+col+lo+" AND "+col+hi+")", t.lo, t.hi)
	case t.hasLo:
		w.put(col+lo, t.lo)
	default:
		w.put(col+hi, t.hi)
	}
}

// underUnit writes "one of these records, or below one of them" over a tree of records.
func (w *sqlWriter) underUnit(n *node, col string) error {
	vs, ok, err := n.values(w.env, n.zone(w.env))
	if err != nil {
		return err
	}
	if !ok {
		return w.constant(false)
	}
	ids := make([]string, 0, len(vs))
	for _, v := range vs {
		if s, ok := v.value.(string); ok {
			ids = append(ids, s)
		}
	}
	table, tree, child := quote(n.unit.target.Table), w.alias(), w.alias()
	parent := column(child, n.unit.field)
	w.put("(")
	w.in(col, ids)
	w.put(" OR " + col + " IN (WITH RECURSIVE " + tree + "(id) AS (SELECT " + child + `."id" FROM ` + table + " AS " + child + " WHERE ")
	w.in(parent, ids)
	w.put(" AND " + child + `."deleted_at" IS NULL UNION SELECT ` + child + `."id" FROM ` + table + " AS " + child + " JOIN " + tree + " ON " + parent + " = " + tree + ".id" +
		" WHERE " + child + `."deleted_at" IS NULL) SELECT id FROM ` + tree + "))")
	return nil
}
