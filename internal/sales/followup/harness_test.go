package followup_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/definition"
	"baton/internal/platform/identity"
	"baton/internal/platform/ledger"
	"baton/internal/platform/notify"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/region"
	"baton/internal/platform/store"
	"baton/internal/platform/store/storetest"
	"baton/internal/platform/template"
	"baton/internal/platform/timer"
	"baton/internal/sales/followup"
)

// company is a small firm on the shipped definitions: two regions, teams, and the engines this package meets.
type company struct {
	t      *testing.T
	url    string
	db     *store.DB
	clock  *clock.Clock
	defs   *definition.Manager
	dir    *identity.Directory
	ledger *ledger.Ledger
	writer *record.Writer
	reader *record.Reader
	timers *timer.Service
	inbox  *notify.Inbox
	engine *followup.Engine
}

// reader only reads; nobody shipped does.
var reader = &definition.Definition{Kind: access.Kind, Name: "reader", Title: definition.Text{ZH: "旁观"}, Spec: json.RawMessage(`{"rights":[],"objects":{"lead":{"read":"all"}}}`)}

// The people of the company: chief > dora (华东's director) > lena (team lead) > wang, zhao; hugo leads 华南 with its rep qian.
var people = [][4]string{{"chief", "总经理", "root", "director"}, {"dora", "郑总监", "east", "director"}, {"lena", "林主管", "team1", "lead"}, {"wang", "王芳", "team1", "rep"}, {"zhao", "赵磊", "team1", "rep"},
	{"hugo", "胡总监", "south", "director"}, {"qian", "钱敏", "south", "rep"}, {"mark", "马克", "root", "reader"}}

var units = [][5]string{{"root", "总公司", "", "company", "chief"}, {"east", "华东", "root", "region", "dora"}, {"team1", "华东一组", "east", "team", "lena"}, {"south", "华南", "root", "region", "hugo"}}

// each runs a test for a fresh company on both databases.
func each(t *testing.T, f func(t *testing.T, c *company)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, found(t, "sqlite:"+filepath.Join(t.TempDir(), "baton.db")))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, found(t, storetest.Postgres(t)))
	})
}

// open builds the engines over a database; every node and every restart is one call.
func open(t *testing.T, url string, c *clock.Clock) *company {
	t.Helper()
	db, err := store.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("CST", 8*3600)
	co := &company{t: t, url: url, db: db, clock: c}
	env := &object.Env{Zone: zone, Regions: region.Load(), Name: func(o, id string) string { return co.dir.Name(o, id) }}
	co.ledger = ledger.New(db, c.Now)
	co.inbox = notify.New(db, c)
	kinds := []definition.Kind{object.NewKind(), access.NewKind([]string{"leads.import", "definitions.read", "definitions.write", "people.write", "keys.write", "events.read", "scripts.write", "channels.write", "funnel.read", "contracts.pass", "system.write", "purge", "activity.write", record.ViewAs}),
		timer.NewCalendarKind(), followup.NewKind(env), followup.NewPoolKind(env)}
	co.defs = definition.NewManager(db, c, kinds, object.Apply, func(context.Context, *store.Tx, *actor.Actor, int64, string, []definition.Change) {})
	db.OnBegin(co.defs.Follow)
	co.dir = identity.NewDirectory(db, co.defs)
	control := &access.Control{Dir: co.dir}
	co.writer = &record.Writer{DB: db, Defs: co.defs, Ledger: co.ledger, Access: control, Clock: c, Env: env}
	co.reader = &record.Reader{DB: db, Defs: co.defs, Access: control, Clock: c, Env: env}
	co.timers = timer.New(db, c)
	co.engine = &followup.Engine{DB: db, Defs: co.defs, Writer: co.writer, Access: control, Dir: co.dir, Timers: co.timers, Inbox: co.inbox, Clock: c, Env: env}
	co.engine.Register()
	co.writer.Steps = []record.Step{co.engine.Step()}
	if err := co.defs.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := co.dir.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	return co
}

// found opens a new database and puts the company into it.
func found(t *testing.T, url string) *company {
	t.Helper()
	co := open(t, url, clock.New())
	files := os.DirFS("../../../templates")
	var defs []*definition.Definition
	for _, folder := range []string{"platform", "sales/objects", "sales/roles", "sales/calendar.yaml", "sales/follow_up.yaml", "sales/pool.yaml"} {
		d, err := template.Read(files, folder)
		if err != nil {
			t.Fatal(err)
		}
		defs = append(defs, d...)
	}
	if _, err := co.defs.Publish(t.Context(), system, "test", append(defs, reader), nil); err != nil {
		t.Fatal(err)
	}
	var ws []record.Write
	for _, u := range units {
		v := map[string]any{"name": u[1], "kind": u[3], "manager": u[4]}
		if u[2] != "" {
			v["parent"] = u[2]
		}
		switch u[0] {
		case "east":
			v["provinces"] = []any{"cn.31", "cn.33"}
		case "south":
			v["provinces"] = []any{"cn.44"}
		}
		ws = append(ws, record.Write{Op: record.Create, Object: "org_unit", ID: u[0], Values: v})
	}
	for _, p := range people {
		ws = append(ws, record.Write{Op: record.Create, Object: "person", ID: p[0], Values: map[string]any{"name": p[1], "username": p[0], "unit": p[2], "roles": []any{p[3]}}})
	}
	if _, err := co.writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "bootstrap", Engine: true}, Writes: ws}); err != nil {
		t.Fatal(err)
	}
	if err := co.dir.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	return co
}

var system = actor.TheSystem("test")

func (c *company) as(person string) *actor.Actor {
	p := c.dir.Person(person)
	if p == nil {
		c.t.Fatalf("nobody called %s", person)
	}
	return &actor.Actor{Kind: actor.Person, ID: p.ID, Name: p.Name, Roles: p.Roles, Unit: p.Unit, IP: "127.0.0.1"}
}

// lead writes a lead as the system, with countdowns, and gives its id.
func (c *company) lead(values map[string]any) string {
	c.t.Helper()
	return c.leadFrom(record.Origin{Kind: "intake", Engine: true, Countdown: true}, values)
}

func (c *company) leadFrom(o record.Origin, values map[string]any) string {
	c.t.Helper()
	out, err := c.writer.Do(c.t.Context(), store.Interactive, record.Request{Actor: system, Origin: o, Writes: []record.Write{{Op: record.Create, Object: "lead", Values: values}}})
	if err != nil {
		c.t.Fatal(err)
	}
	return out[0].Row.ID()
}

func (c *company) row(objectName, id string) *object.Row {
	c.t.Helper()
	o, _ := object.Of(c.defs.Current(), objectName)
	r, err := record.ReadRow(c.t.Context(), c.db, o, id)
	if err != nil || r == nil {
		c.t.Fatalf("%s %s: %v, %v", objectName, id, r, err)
	}
	return r
}

func (c *company) rows(objectName string, eqs ...record.Eq) []*object.Row {
	c.t.Helper()
	o, _ := object.Of(c.defs.Current(), objectName)
	rows, err := record.FindRows(c.t.Context(), c.db, o, eqs...)
	if err != nil {
		c.t.Fatal(err)
	}
	return rows
}

// countdowns lists a lead's countdowns as kind:state:person.
func (c *company) countdowns(id string) []string {
	c.t.Helper()
	out := []string{}
	for _, t := range c.timersOf(id) {
		out = append(out, t.Kind+":"+t.State.String()+":"+t.Person)
	}
	return out
}

func (c *company) timersOf(id string) []timer.Timer {
	c.t.Helper()
	all, err := c.timers.List(c.t.Context(), c.db, "lead", id)
	if err != nil {
		c.t.Fatal(err)
	}
	return all
}

// the newest countdown of a kind.
func (c *company) timer(id, kind string) timer.Timer {
	c.t.Helper()
	var out timer.Timer
	for _, t := range c.timersOf(id) {
		if t.Kind == kind {
			out = t
		}
	}
	if out.ID == "" {
		c.t.Fatalf("lead %s has no countdown %s: %v", id, kind, c.countdowns(id))
	}
	return out
}

// until moves the clock to an instant and fires what is due.
func (c *company) until(ms int64) {
	c.t.Helper()
	c.clock.Shift(time.Until(time.UnixMilli(ms)) + 5*time.Millisecond)
	if _, err := c.timers.Drain(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
}

// ops lists a lead's events, oldest first.
func (c *company) ops(id string) []string {
	c.t.Helper()
	out := []string{}
	for _, e := range c.events(id) {
		out = append(out, e.Op)
	}
	return out
}

func (c *company) events(id string) []*ledger.Event {
	c.t.Helper()
	all, err := c.ledger.Search(c.t.Context(), ledger.Filter{RecordID: id, Limit: 100})
	if err != nil {
		c.t.Fatal(err)
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all
}

// told lists a person's notices as level:kind, oldest first.
func (c *company) told(person string) []string {
	c.t.Helper()
	items, err := c.inbox.List(c.t.Context(), person, false, 0, 100)
	if err != nil {
		c.t.Fatal(err)
	}
	out := []string{}
	for i := len(items) - 1; i >= 0; i-- {
		out = append(out, string(items[i].Level)+":"+items[i].Kind)
	}
	return out
}

// rule publishes the shipped rule with changes to its spec.
func (c *company) rule(change func(*followup.Spec)) {
	c.t.Helper()
	changed(c, followup.Kind, "lead_follow_up", change)
}

// changed publishes a shipped definition with changes to its spec.
func changed[S any](c *company, kind, name string, change func(*S)) {
	c.t.Helper()
	d, ok := c.defs.Current().Definition(kind, name)
	if !ok {
		c.t.Fatal("not shipped: " + kind + " " + name)
	}
	var spec S
	if err := json.Unmarshal(d.Spec, &spec); err != nil {
		c.t.Fatal(err)
	}
	change(&spec)
	next := *d
	var err error
	if next.Spec, err = json.Marshal(spec); err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.defs.Publish(c.t.Context(), system, "changed", []*definition.Definition{&next}, nil); err != nil {
		c.t.Fatal(err)
	}
}

func hours(h float64) *float64 { return &h }

// wait asks until it is so, at most ten seconds.
func wait(t *testing.T, so func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !so(); {
		if time.Now().After(end) {
			t.Fatal("it never came to be so")
		}
		time.Sleep(5 * time.Millisecond)
	}
}
