package condition

import (
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/region"
	"baton/internal/platform/store"
)

// failer is what a test and a property have in common.
type failer interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// world is a small company: its definitions and rows, reachable in memory and in databases.
type world struct {
	snap *definition.Snapshot
	env  *object.Env
	rows map[string][]*object.Row
	byID map[string]*object.Row
}

func newWorld(t failer, defs []*definition.Definition, zone string) *world {
	t.Helper()
	snap, problems := definition.Build([]definition.Kind{object.NewKind()}, defs, 1)
	if len(problems) > 0 {
		t.Fatalf("definitions: %+v", problems)
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return &world{snap: snap, env: &object.Env{Zone: loc, Regions: testRegions()}, rows: map[string][]*object.Row{}, byID: map[string]*object.Row{}}
}

// testRegions builds the tree once; it is never changed.
var testRegions = sync.OnceValue(region.Load)

func (w *world) object(t failer, name string) *object.Object {
	t.Helper()
	o, ok := object.Of(w.snap, name)
	if !ok {
		t.Fatalf("no object %s", name)
	}
	return o
}

func (w *world) add(r *object.Row) {
	w.rows[r.Object.Name] = append(w.rows[r.Object.Name], r)
	w.byID[r.Object.Name+"/"+r.ID()] = r
}

func (w *world) scope(t failer) Scope {
	return Scope{
		Snapshot: w.snap, Object: w.object(t, "lead"), Env: w.env,
		Refs:      map[string]*object.Object{"seed": w.object(t, "lead"), "candidate": w.object(t, "person")},
		RefTitles: map[string]string{"seed": "来源线索", "candidate": "候选人"},
	}
}

func (w *world) eval(now time.Time) *Env {
	return &Env{
		Now: now, Zone: w.env.Zone, Refs: map[string]*object.Row{},
		Related: func(o, id string) (*object.Row, error) { return w.byID[o+"/"+id], nil },
		Children: func(o, field, id string) ([]*object.Row, error) {
			var out []*object.Row
			for _, r := range w.rows[o] {
				if r.Text(field) == id {
					out = append(out, r)
				}
			}
			return out, nil
		},
	}
}

// inMemory lists the ids of the leads that match.
func (w *world) inMemory(t failer, c *Cond, e *Env) string {
	t.Helper()
	var ids []string
	for _, r := range w.rows["lead"] {
		one := *e
		one.Row = r
		ok, err := c.Match(&one)
		if err != nil {
			t.Fatalf("match: %v", err)
		}
		tr, err := c.Explain(&one)
		if err != nil {
			t.Fatalf("explain: %v", err)
		}
		if tr.Passed != ok {
			t.Fatalf("row %s: Match %v, Explain %v for %s", r.ID(), ok, tr.Passed, c.Words())
		}
		if ok {
			ids = append(ids, r.ID())
		}
	}
	return strings.Join(ids, " ")
}

// databases opens SQLite in a temporary file and, where BATON_TEST_DATABASE_URL is set, PostgreSQL. In CI both must be there.
func databases(t testing.TB) map[string]*store.DB {
	t.Helper()
	out := map[string]*store.DB{}
	open := func(name, url string) {
		db, err := store.Open(url)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		t.Cleanup(func() { _ = db.Close() })
		out[name] = db
	}
	open("sqlite", "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
	if url := os.Getenv("BATON_TEST_DATABASE_URL"); url != "" {
		open("postgres", url)
	} else if os.Getenv("CI") == "true" {
		t.Fatal("BATON_TEST_DATABASE_URL is not set: in CI the suite runs on both databases")
	}
	return out
}

// session is one connection with temporary tables of its own, so that tests do not meet on PostgreSQL.
type session struct {
	conn *sql.Conn
	d    store.Dialect
}

func (s *session) Dialect() store.Dialect { return s.d }

func (s *session) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	return s.conn.QueryContext(ctx, s.d.Rebind(q), args...)
}

func (s *session) QueryRow(ctx context.Context, q string, args ...any) *sql.Row {
	return s.conn.QueryRowContext(ctx, s.d.Rebind(q), args...)
}

func (s *session) exec(t failer, q string, args ...any) {
	t.Helper()
	if _, err := s.conn.ExecContext(context.Background(), s.d.Rebind(q), args...); err != nil {
		t.Fatalf("%v: %s", err, q)
	}
}

// sessions opens one on each database, with empty tables for the world's objects.
func (w *world) sessions(t testing.TB) map[string]*session {
	t.Helper()
	out := map[string]*session{}
	for name, db := range databases(t) {
		conn, err := db.WritePool().Conn(context.Background())
		if err != nil {
			t.Fatalf("%v", err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		out[name] = &session{conn, db.Dialect()}
		out[name].create(t, w)
	}
	return out
}

// create makes the world's tables, in place of those of an earlier world.
func (s *session) create(t failer, w *world) {
	t.Helper()
	for _, o := range object.All(w.snap) {
		cols := make([]string, len(o.Fields))
		for i, f := range o.Fields {
			typ := s.d.IntType()
			if f.Type.Class() == object.TextClass {
				typ = s.d.TextType()
			}
			cols[i] = quote(f.Column) + " " + typ
		}
		s.exec(t, "DROP TABLE IF EXISTS "+quote(o.Table))
		s.exec(t, "CREATE TEMP TABLE "+quote(o.Table)+" ("+strings.Join(cols, ", ")+")")
	}
}

// load replaces the tables' rows by the world's.
func (s *session) load(t failer, w *world) {
	t.Helper()
	for _, o := range object.All(w.snap) {
		s.exec(t, "DELETE FROM "+quote(o.Table))
		names := make([]string, len(o.Fields))
		for i, f := range o.Fields {
			names[i] = quote(f.Column)
		}
		insert := "INSERT INTO " + quote(o.Table) + " (" + strings.Join(names, ", ") + ") VALUES (" + marks(len(names)) + ")"
		for _, r := range w.rows[o.Name] {
			s.exec(t, insert, r.V...)
		}
	}
}

// inSQL lists the ids of the leads the condition's SQL selects, in the order of insertion (ids sort so).
func inSQL(t failer, q store.Querier, c *Cond, e *Env) (string, string) {
	t.Helper()
	where, args, err := c.SQL(q.Dialect(), "l", e)
	if err != nil {
		t.Fatalf("sql: %v", err)
	}
	// Selected as a value, so that a NULL would be seen.
	rows, err := q.Query(context.Background(), `SELECT l."id", CASE WHEN `+where+` THEN 1 WHEN NOT (`+where+`) THEN 0 ELSE 2 END FROM "o_lead" AS l ORDER BY l."id"`, append(append([]any{}, args...), args...)...)
	if err != nil {
		t.Fatalf("%v\n%s\n%v", err, where, args)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		var v int
		if err := rows.Scan(&id, &v); err != nil {
			t.Fatalf("%v", err)
		}
		if v == 2 {
			t.Errorf("NULL for row %s: %s", id, where)
		}
		if v == 1 {
			ids = append(ids, id)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%v", err)
	}
	return strings.Join(ids, " "), where
}

func mustParse(t failer, raw []byte) *Node {
	t.Helper()
	n, err := Parse(raw)
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return n
}

func mustCompile(t failer, n *Node, s Scope) *Cond {
	t.Helper()
	c, items := Compile(n, s)
	if c == nil {
		raw, _ := json.Marshal(n)
		t.Fatalf("%s: %+v", raw, items)
	}
	return c
}
