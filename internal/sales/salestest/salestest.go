// Package salestest opens a small workspace for tests of the sales engines: a database of its own, the shipped objects, roles and channels,
// and a Writer with the steps under test. It starts nothing in the background.
package salestest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/definition"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/region"
	"baton/internal/platform/store"
	"baton/internal/platform/store/storetest"
	"baton/internal/platform/template"
	"baton/internal/sales/intake"
	"baton/templates"
)

// Workspace is one open database with its engines.
type Workspace struct {
	DB     *store.DB
	Defs   *definition.Manager
	Ledger *ledger.Ledger
	Access *access.Control
	Writer *record.Writer
	Clock  *clock.Clock
	Env    *object.Env
}

// Director may do everything with all objects.
func Director() *actor.Actor {
	return &actor.Actor{Kind: actor.Person, ID: "p1", Name: "王总监", Roles: []string{"director"}}
}

// Each runs f as a subtest on a new SQLite file and on a new PostgreSQL database, both with the definitions published.
func Each(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	for name, url := range map[string]func(testing.TB) string{"sqlite": SQLite, "postgres": Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, url(t))
		})
	}
}

// SQLite gives the address of a new prepared file.
func SQLite(t testing.TB) string {
	url := "sqlite:" + filepath.Join(t.TempDir(), "baton.db")
	if err := prepare(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	return url
}

// Postgres gives the address of a new prepared database.
func Postgres(t testing.TB) string { return storetest.PostgresFrom(t, "sales_"+digest(t), prepare) }

// digest changes with the migrations and templates.
func digest(t testing.TB) string {
	h := sha256.New()
	for _, tree := range []fs.FS{templates.FS, store.Migrations()} {
		err := fs.WalkDir(tree, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := fs.ReadFile(tree, p)
			h.Write(b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func prepare(ctx context.Context, url string) error {
	w, err := open(ctx, url, nil)
	if err != nil {
		return err
	}
	defer w.DB.Close()
	var defs []*definition.Definition
	for _, folder := range []string{"platform", "sales/objects", "sales/channels"} {
		more, err := template.Read(templates.FS, folder)
		if err != nil {
			return err
		}
		defs = append(defs, more...)
	}
	spec, err := json.Marshal(access.Spec{Rights: []string{}, Objects: map[string]access.Rule{"*": {Read: "all", Create: true, Update: "all", Delete: "all", Assign: true, Claim: true, Export: true}}})
	if err != nil {
		return err
	}
	defs = append(defs, &definition.Definition{Kind: access.Kind, Name: "director", Title: definition.Text{ZH: "总监"}, Spec: spec})
	_, err = w.Defs.Publish(ctx, actor.TheSystem("test"), "first", defs, nil)
	return err
}

// Open opens a prepared database; it is closed when t ends, or before by w.DB.Close.
func Open(t testing.TB, url string, steps ...record.Step) *Workspace {
	t.Helper()
	w, err := open(t.Context(), url, steps)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.DB.Close() }) // closed before by tests that start anew
	return w
}

func open(ctx context.Context, url string, steps []record.Step) (*Workspace, error) {
	db, err := store.Open(url)
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	w := &Workspace{DB: db, Clock: clock.New(), Env: &object.Env{Zone: time.FixedZone("CST", 8*3600), Regions: region.Load()}, Access: &access.Control{Dir: nobody{}}}
	w.Ledger = ledger.New(db, w.Clock.Now)
	kinds := []definition.Kind{object.NewKind(), access.NewKind(nil), intake.NewKind()}
	w.Defs = definition.NewManager(db, w.Clock, kinds, object.Apply, func(context.Context, *store.Tx, *actor.Actor, int64, string, []definition.Change) {})
	db.OnBegin(w.Defs.Follow)
	w.Writer = &record.Writer{DB: db, Defs: w.Defs, Ledger: w.Ledger, Access: w.Access, Clock: w.Clock, Env: w.Env, Steps: steps}
	return w, w.Defs.Load(ctx)
}

// nobody is a directory without people.
type nobody struct{}

func (nobody) UnitsBelow(string) []string   { return nil }
func (nobody) UnitsAbove(string) []string   { return nil }
func (nobody) RegionOf(string) string       { return "" }
func (nobody) UnitOf(string) string         { return "" }
func (nobody) PersonRow(string) *object.Row { return nil }

// Blocked waits until some transaction of a PostgreSQL database waits for another; on SQLite, where they come one after another, it does not.
func Blocked(t testing.TB, db *store.DB) {
	t.Helper()
	if db.Dialect() != store.Postgres {
		return
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		n := 0
		if err := db.QueryRow(context.Background(), "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&n); err != nil {
			t.Error(err)
			return
		}
		if n > 0 {
			return
		}
		if time.Now().After(end) {
			t.Error("nothing waits")
			return
		}
	}
}

// Count gives the single number that a query selects.
func (w *Workspace) Count(t testing.TB, q string, args ...any) int64 {
	t.Helper()
	var n int64
	if err := w.DB.QueryRow(t.Context(), q, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	return n
}

// Texts gives the first column of a query's rows.
func (w *Workspace) Texts(t testing.TB, q string, args ...any) []string {
	t.Helper()
	rows, err := w.DB.Query(t.Context(), q, args...)
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s *string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		if s == nil {
			out = append(out, "NULL")
			continue
		}
		out = append(out, *s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
