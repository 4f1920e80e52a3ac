package assignment

import (
	"context"
	"encoding/json"
	"fmt"
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
	"baton/internal/platform/query"
	"baton/internal/platform/record"
	"baton/internal/platform/region"
	"baton/internal/platform/store"
	"baton/internal/platform/store/storetest"
	"baton/internal/platform/template"
	"baton/internal/platform/timer"
)

// world is a workspace with the shipped objects, measures and policy. Tags are written as they are given: tagging is another package's.
type world struct {
	db     *store.DB
	clock  *clock.Clock
	defs   *definition.Manager
	dir    *identity.Directory
	writer *record.Writer
	reader *record.Reader
	engine *Engine
	kept   *query.Kept
	timers *timer.Service
	env    *object.Env
	past   past
}

// past keeps the snapshots that served, as a Revisions.
type past map[int64]*definition.Snapshot

func (p past) At(_ context.Context, n int64) (*definition.Snapshot, error) { return p[n], nil }

func kinds(env *object.Env) []definition.Kind {
	return []definition.Kind{object.NewKind(), query.NewKind(env), timer.NewCalendarKind(), NewKind(condition.Scope{Env: env})}
}

func shipped(t testing.TB) []*definition.Definition {
	t.Helper()
	root := os.DirFS("../../../templates")
	var out []*definition.Definition
	for _, folder := range []string{"platform", "sales/objects", "sales/measures", "sales/calendar.yaml", "sales/assignment.yaml"} {
		defs, err := template.Read(root, folder)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, defs...)
	}
	return out
}

func newEnv() *object.Env {
	return &object.Env{Zone: time.FixedZone("CST", 8*3600), Regions: region.Load()}
}

// both runs a test on SQLite and on PostgreSQL.
func both(t *testing.T, f func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, sqlite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, storetest.Postgres(t))
	})
}

func sqlite(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "baton.db") }

// open opens a workspace; one that was opened before is taken as another node finds it.
func open(t testing.TB, url string) *world {
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
	w := &world{db: db, clock: clock.New(), env: newEnv(), past: past{}}
	w.defs = definition.NewManager(db, w.clock, kinds(w.env), object.Apply, func(context.Context, *store.Tx, *actor.Actor, int64, string, []definition.Change) {})
	w.defs.OnSwap(func(s *definition.Snapshot) { w.past[s.Revision] = s })
	w.kept = query.NewKept(db, w.defs, w.clock, w.env)
	l := ledger.New(db, w.clock.Now)
	w.dir = identity.NewDirectory(db, w.defs)
	control := &access.Control{Dir: w.dir}
	w.timers = timer.New(db, w.clock)
	w.engine = NewEngine(w.dir, w.kept, w.timers)
	w.reader = &record.Reader{DB: db, Defs: w.defs, Access: control, Clock: w.clock, Env: w.env}
	w.writer = &record.Writer{DB: db, Defs: w.defs, Ledger: l, Access: control, Clock: w.clock, Env: w.env, Steps: []record.Step{w.engine, w.kept}}
	db.OnBegin(w.defs.Follow)
	if err := w.defs.Load(ctx); err != nil {
		t.Fatal(err)
	}
	if w.defs.Current().Revision == 0 {
		w.publish(t, shipped(t)...)
	}
	if err := w.kept.Rebuild(ctx); err != nil {
		t.Fatal(err)
	}
	w.reload(t)
	return w
}

func (w *world) publish(t testing.TB, defs ...*definition.Definition) {
	t.Helper()
	if _, err := w.defs.Publish(context.Background(), actor.TheSystem("test"), "test", defs, nil); err != nil {
		t.Fatal(err)
	}
}

func (w *world) reload(t testing.TB) {
	t.Helper()
	if err := w.dir.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// must writes as an engine, without assignment.
func (w *world) must(t testing.TB, writes ...record.Write) {
	t.Helper()
	_, err := w.writer.Do(context.Background(), store.Interactive, record.Request{Actor: actor.TheSystem("test"), Origin: record.Origin{Kind: "test", Engine: true}, Writes: writes})
	if err != nil {
		t.Fatal(err)
	}
}

// people makes reps in the order of ids; values add to or replace what every rep has.
func (w *world) people(t testing.TB, values map[string]map[string]any) {
	t.Helper()
	var writes []record.Write
	for id, v := range values {
		all := map[string]any{"name": "销售" + id, "roles": "rep"}
		for k, x := range v {
			all[k] = x
		}
		writes = append(writes, record.Write{Op: record.Create, Object: "person", ID: id, Values: all})
	}
	w.must(t, writes...)
	w.reload(t)
}

// todos gives a person open tasks.
func (w *world) todos(t testing.TB, owner string, n int) {
	t.Helper()
	var writes []record.Write
	for range n {
		writes = append(writes, record.Write{Op: record.Create, Object: "task", Values: map[string]any{"title": "跟进", "status": "open", "owner": owner}})
	}
	if n > 0 {
		w.must(t, writes...)
	}
}

// decided gives a person decided leads of an industry, days ago.
func (w *world) decided(t testing.TB, owner, industry string, signed, lost, daysAgo int) {
	t.Helper()
	var writes []record.Write
	for i := range signed + lost {
		stage := "signed"
		if i >= signed {
			stage = "lost"
		}
		writes = append(writes, record.Write{Op: record.Create, Object: "lead", Values: map[string]any{"company": "旧客户", "industry": industry, "stage": stage, "owner": owner, "decided_at": w.clock.Milli() - int64(daysAgo)*24*3600*1000}})
	}
	w.must(t, writes...)
}

var incoming = record.Origin{Kind: "intake", Assign: true, Countdown: true, Engine: true}

// lead lets a lead come in.
func (w *world) lead(t testing.TB, values map[string]any) *object.Row {
	t.Helper()
	row, err := w.tryLead(values)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

func (w *world) tryLead(values map[string]any) (*object.Row, error) {
	out, err := w.writer.Do(context.Background(), store.Interactive, record.Request{Actor: actor.TheSystem("test"), Origin: incoming, Writes: []record.Write{{Op: record.Create, Object: "lead", Values: values}}})
	if err != nil {
		return nil, err
	}
	return out[0].Row, nil
}

// education is a lead of the branch 教育 5–20万.
func education() map[string]any {
	return map[string]any{"company": "温州小学", "industry": "教育", "tag_industry": "教育", "budget": "12万", "tag_budget": "5–20万"}
}

func (w *world) explain(t testing.TB, row *object.Row) *Explanation {
	t.Helper()
	e := &Explainer{DB: w.db, Defs: w.defs, Env: w.env, Directory: w.dir, Records: w.reader, Past: w.past}
	x, err := e.Explain(context.Background(), actor.TheSystem("test"), "lead", row.ID())
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// policy replaces the shipped policy by one with the given branches.
func policy(t testing.TB, branches string) *definition.Definition {
	t.Helper()
	return &definition.Definition{Kind: Kind, Name: "lead_assignment", Title: definition.Text{ZH: "线索分配"}, Spec: json.RawMessage(fmt.Sprintf(`{"object":"lead","deadline_minutes":30,"branches":[%s]}`, branches))}
}

func (w *world) tasks(t testing.TB, owner string) (n int) {
	t.Helper()
	if err := w.db.QueryRow(context.Background(), `SELECT COUNT(*) FROM o_task WHERE owner = ? AND f_status = 'open'`, owner).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
