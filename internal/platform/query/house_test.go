package query

import (
	"context"
	"encoding/json"
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
)

// house is a kernel with a small company in it.
type house struct {
	t      testing.TB
	db     *store.DB
	clock  *clock.Clock
	defs   *definition.Manager
	env    *object.Env
	kept   *Kept
	writer *record.Writer
	engine *Engine
	units  map[string]string // person → unit
}

func (h *house) UnitOf(p string) string          { return h.units[p] }
func (h *house) UnitsBelow(unit string) []string { return []string{unit} }
func (h *house) UnitsAbove(unit string) []string { return []string{unit} }
func (h *house) RegionOf(string) string          { return "" }
func (h *house) PersonRow(string) *object.Row    { return nil }

// eachDatabase runs f on SQLite and on PostgreSQL.
func eachDatabase(t *testing.T, f func(t *testing.T, h *house)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, newHouse(t, "sqlite:"+filepath.Join(t.TempDir(), "b.db")))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, newHouse(t, storetest.Postgres(t)))
	})
}

func newHouse(t testing.TB, url string) *house {
	t.Helper()
	h := joinHouse(t, url)
	h.publish(company...)
	return h
}

// joinHouse is a node on a database that another may have filled.
func joinHouse(t testing.TB, url string) *house {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	check(t, err)
	db, err := store.Open(url)
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	ctx := context.Background()
	check(t, db.Migrate(ctx))
	h := &house{t: t, db: db, clock: clock.New(), units: map[string]string{"ann": "u1", "bob": "u1", "cai": "u2"}}
	h.at("2026-11-24T04:00:00Z")
	h.env = &object.Env{Zone: zone, Regions: region.Load(), Name: func(_, id string) string { return names[id] }}
	led := ledger.New(db, h.clock.Now)
	kinds := []definition.Kind{object.NewKind(), access.NewKind([]string{"funnel.read"}), NewKind(h.env)}
	h.defs = definition.NewManager(db, h.clock, kinds, object.Apply, func(context.Context, *store.Tx, *actor.Actor, int64, string, []definition.Change) {})
	db.OnBegin(h.defs.Follow)
	h.kept = NewKept(db, h.defs, h.clock, h.env)
	control := &access.Control{Dir: h}
	h.writer = &record.Writer{DB: db, Defs: h.defs, Ledger: led, Access: control, Clock: h.clock, Env: h.env, Steps: []record.Step{h.kept}}
	h.engine = New(&record.Reader{DB: db, Defs: h.defs, Access: control, Clock: h.clock, Env: h.env})
	check(t, h.defs.Load(ctx))
	return h
}

var names = map[string]string{"ann": "安然", "bob": "鲍勃", "cai": "蔡晓", "u1": "华东一组", "u2": "华南一组"}

// at sets the clock to an instant, from where it runs on.
func (h *house) at(instant string) {
	h.t.Helper()
	when, err := time.Parse(time.RFC3339, instant)
	check(h.t, err)
	h.clock.Shift(time.Until(when))
}

func (h *house) publish(defs ...string) {
	h.t.Helper()
	var list []*definition.Definition
	for _, text := range defs {
		d := &definition.Definition{}
		check(h.t, json.Unmarshal([]byte(text), d))
		list = append(list, d)
	}
	_, err := h.defs.Publish(context.Background(), system, "", list, nil)
	check(h.t, err)
}

var system = actor.TheSystem("test")

// write runs writes of one request.
func (h *house) write(ws ...record.Write) error {
	_, err := h.writer.Do(context.Background(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "demo", Engine: true}, Writes: ws})
	return err
}

func (h *house) create(name, id string, values map[string]any) {
	h.t.Helper()
	check(h.t, h.write(record.Write{Op: record.Create, Object: name, ID: id, Values: values}))
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// instant is milliseconds of an RFC 3339 instant.
func instant(s string) int64 {
	w, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return w.UnixMilli()
}

const winRate = `{"kind":"measure","name":"win_rate","title":{"zh-CN":"成交率"},"spec":{"entity":"lead","type":"ratio","where":{"field":"stage","op":"in","value":["signed","lost"]},
	"numerator":{"field":"stage","op":"eq","value":"signed"},"time":"decided_at","dims":["owner","industry"],"kept":{"dims":["owner","industry"],"bucket":"day"}}}`

var company = []string{
	`{"kind":"object","name":"person","title":{"zh-CN":"人员"},"spec":{"title_field":"name","fields":[{"name":"name","title":{"zh-CN":"姓名"},"type":"text"},{"name":"unit","title":{"zh-CN":"组织"},"type":"org_unit"}]}}`,
	`{"kind":"object","name":"org_unit","title":{"zh-CN":"组织"},"spec":{"title_field":"name","fields":[{"name":"name","title":{"zh-CN":"名称"},"type":"text"},{"name":"parent","title":{"zh-CN":"上级"},"type":"org_unit"}]}}`,
	`{"kind":"object","name":"customer","title":{"zh-CN":"客户"},"spec":{"title_field":"name","fields":[{"name":"name","title":{"zh-CN":"名称"},"type":"text"},{"name":"industry","title":{"zh-CN":"行业"},"type":"text"}]}}`,
	`{"kind":"object","name":"lead","title":{"zh-CN":"线索"},"spec":{"title_field":"name","pool":true,"fields":[
		{"name":"name","title":{"zh-CN":"联系人"},"type":"text"},
		{"name":"phone","title":{"zh-CN":"手机"},"type":"phone"},
		{"name":"industry","title":{"zh-CN":"行业"},"type":"choice","open":true,"options":[{"value":"教育"},{"value":"医疗"}]},
		{"name":"budget","title":{"zh-CN":"预算"},"type":"money"},
		{"name":"region","title":{"zh-CN":"地区"},"type":"region","keep_unread":true},
		{"name":"tags","title":{"zh-CN":"标签"},"type":"multi_choice","options":[{"value":"a"},{"value":"b"}]},
		{"name":"customer","title":{"zh-CN":"客户"},"type":"relation","target":"customer"},
		{"name":"converted","title":{"zh-CN":"已转化"},"type":"boolean"},
		{"name":"born","title":{"zh-CN":"日期"},"type":"date"},
		{"name":"stage","title":{"zh-CN":"阶段"},"type":"choice","track":true,"default":"new","options":[{"value":"new","title":"待联系"},{"value":"quoted","title":"方案报价"},{"value":"signed","title":"合同签署"},{"value":"lost","title":"已流失"}]},
		{"name":"decided_at","title":{"zh-CN":"定局时间"},"type":"datetime","readonly":true},
		{"name":"tag_grade","title":{"zh-CN":"分级"},"type":"choice","open":true,"readonly":true,"tag_dimension":"grade"}]}}`,
	`{"kind":"object","name":"task","title":{"zh-CN":"待办"},"spec":{"fields":[{"name":"status","title":{"zh-CN":"状态"},"type":"choice","default":"open","options":[{"value":"open"},{"value":"done"}]},{"name":"lead","title":{"zh-CN":"线索"},"type":"relation","target":"lead"}]}}`,
	`{"kind":"role","name":"rep","title":{"zh-CN":"销售"},"spec":{"rights":[],"objects":{"lead":{"read":"own+pool","hide":["phone"]}}}}`,
	`{"kind":"role","name":"boss","title":{"zh-CN":"主管"},"spec":{"rights":["funnel.read"],"objects":{"lead":{"read":"below"}}}}`,
	winRate,
	`{"kind":"measure","name":"open_todos","title":{"zh-CN":"未完成待办"},"spec":{"entity":"task","type":"count","where":{"field":"status","op":"eq","value":"open"},"dims":["owner"],"kept":{"dims":["owner"],"bucket":"none"}}}`,
	`{"kind":"measure","name":"mean_budget","title":{"zh-CN":"平均预算"},"spec":{"entity":"lead","type":"avg","field":"budget","time":"born","dims":["owner"],"kept":{"dims":["org_unit"],"bucket":"day"}}}`,
}
