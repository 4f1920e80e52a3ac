package tagging

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/identity"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/region"
	"baton/internal/platform/store"
	"baton/internal/platform/store/storetest"
	"baton/internal/platform/template"
)

// world is a workspace with the shipped objects and tag dimensions, and tagging as its only engine.
type world struct {
	db     *store.DB
	defs   *definition.Manager
	writer *record.Writer
	reader *record.Reader
	env    *object.Env
	past   past
}

// past keeps the snapshots that served, as a Revisions.
type past map[int64]*definition.Snapshot

func (p past) At(_ context.Context, n int64) (*definition.Snapshot, error) { return p[n], nil }

func shipped(t testing.TB) []*definition.Definition {
	t.Helper()
	root := os.DirFS("../../../templates")
	var out []*definition.Definition
	for _, folder := range []string{"platform", "sales/objects", "sales/tags"} {
		defs, err := template.Read(root, folder)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, defs...)
	}
	return out
}

func newEnv(t testing.TB) *object.Env {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return &object.Env{Zone: zone, Regions: region.Load()}
}

func kinds(env *object.Env) []definition.Kind {
	return []definition.Kind{object.NewKind(), NewKind(condition.Scope{Env: env})}
}

// both runs a test on SQLite and on PostgreSQL.
func both(t *testing.T, f func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "baton.db")))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, newWorld(t, storetest.Postgres(t)))
	})
}

func newWorld(t testing.TB, url string) *world {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	w := &world{db: db, env: newEnv(t), past: past{}}
	c := clock.New()
	l := ledger.New(db, c.Now)
	w.defs = definition.NewManager(db, c, kinds(w.env), object.Apply, func(context.Context, *store.Tx, *actor.Actor, int64, string, []definition.Change) {})
	w.defs.OnSwap(func(s *definition.Snapshot) { w.past[s.Revision] = s })
	control := &access.Control{Dir: identity.NewDirectory(db, w.defs)}
	w.reader = &record.Reader{DB: db, Defs: w.defs, Access: control, Clock: c, Env: w.env}
	w.writer = &record.Writer{DB: db, Defs: w.defs, Ledger: l, Access: control, Clock: c, Env: w.env, Steps: []record.Step{NewStep()}}
	w.publish(t, shipped(t)...)
	return w
}

func (w *world) publish(t testing.TB, defs ...*definition.Definition) {
	t.Helper()
	if _, err := w.defs.Publish(context.Background(), actor.TheSystem("test"), "test", defs, nil); err != nil {
		t.Fatal(err)
	}
}

func (w *world) write(t testing.TB, write record.Write) *object.Row {
	t.Helper()
	write.Object = "lead"
	out, err := w.writer.Do(context.Background(), store.Interactive, record.Request{Actor: actor.TheSystem("test"), Origin: record.Origin{Kind: "api"}, Writes: []record.Write{write}})
	if err != nil {
		t.Fatal(err)
	}
	return out[0].Row
}

func (w *world) create(t testing.TB, values map[string]any) *object.Row {
	t.Helper()
	return w.write(t, record.Write{Op: record.Create, Values: values})
}

func (w *world) explain(t testing.TB, row *object.Row) map[string]*Explanation {
	t.Helper()
	e := &Explainer{DB: w.db, Defs: w.defs, Env: w.env, Records: w.reader, Past: w.past}
	x, err := e.Explain(context.Background(), actorOf(), row)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// redefine gives the named shipped dimension with its spec replaced.
func redefine(t testing.TB, name, spec string) *definition.Definition {
	t.Helper()
	for _, d := range shipped(t) {
		if d.Kind == Kind && d.Name == name {
			c := *d
			c.Spec = []byte(spec)
			return &c
		}
	}
	t.Fatalf("no dimension %s", name)
	return nil
}

func actorOf() *actor.Actor { return actor.TheSystem("test") }
