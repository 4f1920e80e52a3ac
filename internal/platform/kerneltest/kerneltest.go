// Package kerneltest opens a kernel for tests: a database of its own, a few objects and roles published, a Writer and a Reader. It runs the
// same test on SQLite and PostgreSQL and starts nothing in the background. Not part of the program.
package kerneltest

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/definition"
	"baton/internal/platform/identity"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/region"
	"baton/internal/platform/rollup"
	"baton/internal/platform/rule"
	"baton/internal/platform/store"
	"baton/internal/platform/store/storetest"
	"baton/internal/platform/template"
	"baton/internal/platform/view"
	"baton/templates"
)

// Kernel is one open workspace.
type Kernel struct {
	DB     *store.DB
	Clock  *clock.Clock
	Defs   *definition.Manager
	Ledger *ledger.Ledger
	Dir    *identity.Directory
	Access *access.Control
	Env    *object.Env
	Writer *record.Writer
	Reader *record.Reader
	// Apply carries a publish into the tables; object.Apply unless a test sets another.
	Apply definition.Applier
}

// Each runs f on a new SQLite file and on a new PostgreSQL database.
func Each(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	for name, url := range map[string]func(testing.TB) string{"sqlite": SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, url(t))
		})
	}
}

// SQLite gives the address of a new file.
func SQLite(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "baton.db") }

// ticket is an object no engine knows; two roles see it in part.
const ticket = `{"title_field":"title","pool":true,"fields":[
	{"name":"title","title":{"zh-CN":"标题"},"type":"text","required":true,"max":50},
	{"name":"kind","title":{"zh-CN":"种类"},"type":"choice","options":[{"value":"故障","aliases":["bug"]},{"value":"咨询"}]},
	{"name":"origin","title":{"zh-CN":"来源"},"type":"choice","open":true},
	{"name":"amount","title":{"zh-CN":"金额"},"type":"money","keep_unread":true},
	{"name":"secret","title":{"zh-CN":"机密"},"type":"text"},
	{"name":"status","title":{"zh-CN":"状态"},"type":"choice","track":true,"default":"新建","options":[{"value":"新建"},{"value":"处理中"},{"value":"完成"}]},
	{"name":"code","title":{"zh-CN":"编码"},"type":"text","unique":true},
	{"name":"sealed_at","title":{"zh-CN":"封存"},"type":"datetime","readonly":true}]}`

var roles = map[string]access.Spec{
	"agent": {Rights: []string{}, Objects: map[string]access.Rule{"ticket": {Read: "own+pool", Create: true, Update: "own", Hide: []string{"secret"}}}},
	"chief": {Rights: []string{"all.see"}, Objects: map[string]access.Rule{"*": {Read: "below+pool", Create: true, Update: "below+pool", Delete: "below+pool", Assign: true}}, Configure: []string{"object"}},
}

// Open opens the kernel at url; a new database gets the platform's objects, the ticket object, two units and four people.
func Open(t testing.TB, url string, steps ...record.Step) *Kernel {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() }) // closed before by tests that start anew
	require.NoError(t, db.Migrate(ctx))
	k := &Kernel{DB: db, Clock: clock.New(), Env: &object.Env{Zone: time.FixedZone("CST", 8*3600), Regions: region.Load()}, Apply: object.Apply}
	k.Ledger = ledger.New(db, k.Clock.Now)
	k.Defs = definition.NewManager(db, k.Clock, []definition.Kind{rule.NewObjectKind(k.Env), access.NewKind([]string{"all.see", "definitions.write"}, k.Env), rollup.NewKind(k.Env), view.NewKind(k.Env)}, func(ctx context.Context, tx *store.Tx, old, next *definition.Snapshot) error {
		return k.Apply(ctx, tx, old, next)
	}, func(context.Context, *store.Tx, *actor.Actor, int64, string, []definition.Change) {})
	k.Defs.OnSettle(object.Settle)
	k.Dir = identity.NewDirectory(db, k.Defs)
	k.Env.Name = k.Dir.Name
	k.Access = &access.Control{Dir: k.Dir, DB: db, Env: k.Env, Now: k.Clock.Now}
	record.Reach(k.Access, db, k.Defs)
	db.OnBegin(k.Defs.Follow)
	db.OnFinish(k.Defs.Still)
	k.Writer = &record.Writer{DB: db, Defs: k.Defs, Ledger: k.Ledger, Access: k.Access, Clock: k.Clock, Env: k.Env, Steps: steps}
	k.Reader = &record.Reader{DB: db, Defs: k.Defs, Access: k.Access, Clock: k.Clock, Env: k.Env}
	require.NoError(t, k.Defs.Load(ctx))
	if k.Defs.Current().Revision == 0 {
		k.fill(t)
	}
	require.NoError(t, k.Dir.Reload(ctx))
	return k
}

func (k *Kernel) fill(t testing.TB) {
	t.Helper()
	defs, err := template.Read(templates.FS, "platform")
	require.NoError(t, err)
	defs = append(defs, &definition.Definition{Kind: "object", Name: "ticket", Title: definition.Text{ZH: "工单"}, Spec: json.RawMessage(ticket)})
	for name, spec := range roles {
		b, err := json.Marshal(spec)
		require.NoError(t, err)
		defs = append(defs, &definition.Definition{Kind: "role", Name: name, Title: definition.Text{ZH: name}, Spec: b})
	}
	_, err = k.Defs.Publish(t.Context(), actor.TheSystem("test"), "first", defs, nil)
	require.NoError(t, err)
	var ws []record.Write
	for _, u := range [][3]string{{"root", "", "boss"}, {"east", "root", "chief1"}, {"west", "root", "chief2"}} {
		ws = append(ws, record.Write{Op: record.Create, Object: "org_unit", ID: u[0], Values: map[string]any{"name": u[0], "parent": u[1], "manager": u[2]}})
	}
	for _, p := range [][3]string{{"ann", "east", "agent"}, {"bob", "east", "agent"}, {"chief1", "east", "chief"}, {"chief2", "west", "chief"}} {
		ws = append(ws, record.Write{Op: record.Create, Object: "person", ID: p[0], Values: map[string]any{"name": p[0], "unit": p[1], "roles": p[2]}})
	}
	_, err = k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: actor.TheSystem("test"), Origin: record.Origin{Kind: "test", Engine: true}, Writes: ws})
	require.NoError(t, err)
}

// Publish publishes definitions: kind, name and spec as JSON.
func (k *Kernel) Publish(t testing.TB, defs ...[3]string) error {
	t.Helper()
	var list []*definition.Definition
	for _, d := range defs {
		list = append(list, &definition.Definition{Kind: d[0], Name: d[1], Title: definition.Text{ZH: d[1]}, Spec: json.RawMessage(d[2])})
	}
	_, err := k.Defs.Publish(t.Context(), actor.TheSystem("test"), "test", list, nil)
	return err
}

// As is the actor of one of the people.
func (k *Kernel) As(person string) *actor.Actor {
	p := k.Dir.Person(person)
	return &actor.Actor{Kind: actor.Person, ID: p.ID, Name: p.Name, Roles: p.Roles, Unit: p.Unit, IP: "192.0.2.7"}
}

// Write writes one record as a person.
func (k *Kernel) Write(t testing.TB, who *actor.Actor, w record.Write) (record.Outcome, error) {
	t.Helper()
	out, err := k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: who, Origin: record.Origin{Kind: "person"}, Writes: []record.Write{w}})
	if err != nil {
		return record.Outcome{}, err
	}
	return out[0], nil
}

// Must is Write that has to succeed.
func (k *Kernel) Must(t testing.TB, who *actor.Actor, w record.Write) *object.Row {
	t.Helper()
	out, err := k.Write(t, who, w)
	require.NoError(t, err)
	return out.Row
}
