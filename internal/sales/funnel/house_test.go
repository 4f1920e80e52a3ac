package funnel

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
	"baton/internal/platform/query"
	"baton/internal/platform/record"
	"baton/internal/platform/region"
	"baton/internal/platform/store"
	"baton/internal/platform/store/storetest"
)

// house is a kernel with a sales region of two teams, one region apart, and a funnel of three stages over deals.
type house struct {
	t      *testing.T
	db     *store.DB
	clock  *clock.Clock
	defs   *definition.Manager
	dir    *identity.Directory
	writer *record.Writer
	engine *Engine
}

var system = actor.TheSystem("test")

// zone has summer time: days of 23 and 25 hours.
const zone = "America/New_York"

var definitions = map[string]string{
	"object/person": `{"title_field":"name","fields":[{"name":"name","title":{"zh-CN":"姓名"},"type":"text"},{"name":"unit","title":{"zh-CN":"组织"},"type":"org_unit"},{"name":"roles","title":{"zh-CN":"角色"},"type":"text"},
		{"name":"username","title":{"zh-CN":"登录名"},"type":"text"},{"name":"active","title":{"zh-CN":"在职"},"type":"boolean"}]}`,
	"object/org_unit": `{"title_field":"name","fields":[{"name":"name","title":{"zh-CN":"名称"},"type":"text"},{"name":"parent","title":{"zh-CN":"上级"},"type":"org_unit"},{"name":"kind","title":{"zh-CN":"类型"},"type":"text"},
		{"name":"manager","title":{"zh-CN":"主管"},"type":"person"},{"name":"provinces","title":{"zh-CN":"省份"},"type":"text"}]}`,
	"object/deal": `{"title_field":"name","pool":true,"fields":[{"name":"name","title":{"zh-CN":"名称"},"type":"text"},{"name":"from","title":{"zh-CN":"来源"},"type":"choice","open":true},
		{"name":"stage","title":{"zh-CN":"阶段"},"type":"choice","track":true,"default":"new","options":[{"value":"new","title":"待联系"},{"value":"talk","title":"沟通"},{"value":"won","title":"签约"},{"value":"lost","title":"流失"}]},
		{"name":"decided_at","title":{"zh-CN":"定局"},"type":"datetime","readonly":true},{"name":"contacted_at","title":{"zh-CN":"首次联系"},"type":"datetime","readonly":true}]}`,
	"role/rep":    `{"rights":["funnel.read"],"objects":{"deal":{"read":"own"}}}`,
	"funnel/deal": `{"object":"deal","field":"stage","stages":["new","talk","won"],"lost":"lost","source":"from"}`,
}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "b.db") }, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, newHouse(t, url(t)))
		})
	}
}

func newHouse(t *testing.T, url string) *house {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	require.NoError(t, err)
	db, err := store.Open(url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	ctx := context.Background()
	require.NoError(t, db.Migrate(ctx))
	h := &house{t: t, db: db, clock: clock.New()}
	env := &object.Env{Zone: loc, Regions: region.Load()}
	h.clock.Shift(time.Until(at("2026-11-24T12:00:00Z")))
	led := ledger.New(db, h.clock.Now)
	h.defs = definition.NewManager(db, h.clock, []definition.Kind{object.NewKind(), access.NewKind([]string{"funnel.read"}), query.NewKind(env), NewKind()}, object.Apply, func(context.Context, *store.Tx, *actor.Actor, int64, string, []definition.Change) {})
	db.OnBegin(h.defs.Follow)
	h.dir = identity.NewDirectory(db, h.defs)
	env.Name = h.dir.Name
	control := &access.Control{Dir: h.dir}
	h.writer = &record.Writer{DB: db, Defs: h.defs, Ledger: led, Access: control, Clock: h.clock, Env: env, Steps: []record.Step{Stage{}}}
	reader := &record.Reader{DB: db, Defs: h.defs, Access: control, Clock: h.clock, Env: env}
	h.engine = &Engine{Queries: query.New(reader), Reader: reader, Dir: h.dir}
	require.NoError(t, h.defs.Load(ctx))
	var defs []*definition.Definition
	for key, spec := range definitions {
		kind, name, _ := cut(key)
		defs = append(defs, &definition.Definition{Kind: kind, Name: name, Title: definition.Text{ZH: name}, Spec: json.RawMessage(spec)})
	}
	_, err = h.defs.Publish(ctx, system, "", defs, nil)
	require.NoError(t, err)
	for _, u := range [][3]string{{"east", "", "cn.31"}, {"e1", "east", ""}, {"e2", "east", ""}, {"south", "", "cn.44"}, {"s1", "south", ""}, {"staff", "", ""}} {
		h.put("org_unit", u[0], "2020-01-01T00:00:00Z", map[string]any{"name": "组" + u[0], "parent": u[1], "provinces": u[2]})
	}
	for _, p := range [][2]string{{"ann", "e1"}, {"bob", "e2"}, {"cai", "s1"}, {"dan", "staff"}} {
		h.put("person", p[0], "2020-01-01T00:00:00Z", map[string]any{"name": "人" + p[0], "unit": p[1]})
	}
	require.NoError(t, h.dir.Reload(ctx))
	return h
}

func cut(key string) (kind, name string, ok bool) {
	for i := range key {
		if key[i] == '/' {
			return key[:i], key[i+1:], true
		}
	}
	return "", "", false
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// put creates a record, or changes the one that stands, at a past instant.
func (h *house) put(name, id, when string, values map[string]any) {
	h.t.Helper()
	o, ok := object.Of(h.defs.Current(), name)
	require.True(h.t, ok)
	row, err := record.ReadRow(context.Background(), h.db, o, id)
	require.NoError(h.t, err)
	w := record.Write{Op: record.Create, Object: name, ID: id, Values: values, At: at(when).UnixMilli()}
	if row != nil {
		w.Op = record.Update
	}
	_, err = h.writer.Do(context.Background(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "demo", Engine: true}, Writes: []record.Write{w}})
	require.NoError(h.t, err)
}

func draft(spec string) []*definition.Definition {
	return []*definition.Definition{{Kind: Kind, Name: "other", Title: definition.Text{ZH: "另一个"}, Spec: json.RawMessage(spec)}}
}
