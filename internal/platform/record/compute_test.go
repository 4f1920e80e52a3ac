package record_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/kerneltest"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// trip is an object with everything a field can be.
const trip = `{"title_field":"name","pool":true,"fields":[
	{"name":"name","title":{"zh-CN":"名称"},"type":"text"},
	{"name":"budget","title":{"zh-CN":"预算"},"type":"money"},
	{"name":"rate","title":{"zh-CN":"成交率"},"type":"percent"},
	{"name":"expected","title":{"zh-CN":"预期"},"type":"formula","result":"money","formula":"预算 * 成交率"},
	{"name":"share","title":{"zh-CN":"占比"},"type":"formula","result":"percent","formula":"1 / (数量 - 3)"},
	{"name":"count","title":{"zh-CN":"数量"},"type":"integer"},
	{"name":"label","title":{"zh-CN":"说明"},"type":"formula","result":"text","formula":"if(预期 > 1000, concat(名称, \"（大）\"), 名称)"},
	{"name":"stage","title":{"zh-CN":"阶段"},"type":"choice","default":"新","options":[{"value":"新"},{"value":"丢单"},{"value":"赢单"}]},
	{"name":"reason","title":{"zh-CN":"丢单原因"},"type":"text","required":true,"visible_when":{"field":"stage","op":"eq","value":"丢单"}},
	{"name":"signed_on","title":{"zh-CN":"签约日"},"type":"date","required_when":{"field":"stage","op":"eq","value":"赢单"}},
	{"name":"from","title":{"zh-CN":"开始"},"type":"date","default":{"ref":"today"}},
	{"name":"until","title":{"zh-CN":"结束"},"type":"date","default":{"ref":"today","add":1,"unit":"month"}},
	{"name":"maker","title":{"zh-CN":"填写人"},"type":"person","default":{"ref":"me"}},
	{"name":"team","title":{"zh-CN":"团队"},"type":"org_unit","default":{"ref":"owner.org_unit"}},
	{"name":"remind_at","title":{"zh-CN":"提醒"},"type":"datetime","default":{"ref":"now","add":2,"unit":"hour"}},
	{"name":"code","title":{"zh-CN":"编号"},"type":"auto_number","pattern":"HT-{YYYY}{MM}-{0000}"},
	{"name":"days","title":{"zh-CN":"天数"},"type":"formula","result":"integer","formula":"days(开始, 结束)"}],
	"checks":[
	{"name":"order","when":{"field":"until","op":"lt","value":{"ref":"record.from"}},"message":"结束不能早于开始","at":"until"},
	{"name":"dear","when":{"all":[{"field":"expected","op":"gt","value":100000},{"field":"name","op":"empty"}]},"message":"大单要写名称"}]}`

func openTrip(t testing.TB, url string) *kerneltest.Kernel {
	t.Helper()
	k := kerneltest.Open(t, url)
	require.NoError(t, k.Publish(t, [3]string{"object", "trip", trip}, [3]string{"role", "agent", `{"rights":[],"objects":{"trip":{"read":"own+pool","create":true,"update":"own+pool","hide":["rate"]}}}`}))
	return k
}

// TestFormulasAreKept: a formula stands as the write left its operands; the record's own conditions see it.
func TestFormulasAreKept(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := openTrip(t, url)
		chief := k.As("chief1")
		made := k.Must(t, chief, record.Write{Op: record.Create, Object: "trip", Values: values{"name": "启明", "budget": "12345.67", "rate": "33.33%", "count": 3}})
		stands := row(t, k, "trip", made.ID())
		assert.Equal(t, []any{int64(4114_81), "启明（大）", nil}, []any{stands.Get("expected"), stands.Get("label"), stands.Get("share")})
		assert.Contains(t, stands.Get("hints"), "除数为零")
		out, err := k.Write(t, chief, record.Write{Op: record.Update, Object: "trip", ID: made.ID(), Values: values{"count": 5, "rate": nil}})
		require.NoError(t, err)
		assert.Equal(t, []any{nil, "启明", int64(5000), nil}, []any{out.Row.Get("expected"), out.Row.Get("label"), out.Row.Get("share"), out.Row.Get("hints")})
		_, err = k.Write(t, chief, record.Write{Op: record.Update, Object: "trip", ID: made.ID(), Values: values{"expected": 1}})
		assert.Equal(t, []string{"/expected:readonly"}, places(err))
		_, err = k.Write(t, chief, record.Write{Op: record.Create, Object: "trip", Values: values{"budget": "9999999", "rate": 100}})
		assert.Equal(t, []string{":check:dear"}, places(err), "a check sees the formula")
		page, err := k.Reader.List(t.Context(), chief, record.List{Object: "trip", Filter: []byte(`{"field":"label","op":"contains","value":"启明"}`), Sort: []record.Sort{{Field: "share", Desc: true}}})
		require.NoError(t, err)
		assert.Len(t, page.Rows, 1)
	})
}

// TestAFormulaHidesWithWhatItReads: a role that may not see 成交率 sees neither what is computed of it, nor what is computed of that.
func TestAFormulaHidesWithWhatItReads(t *testing.T) {
	t.Parallel()
	k := openTrip(t, kerneltest.SQLite(t))
	hidden := k.Access.Hidden(k.Defs.Current(), k.As("ann"), "trip")
	assert.Equal(t, map[string]bool{"rate": true, "expected": true, "label": true}, hidden)
	for _, filter := range []string{`{"field":"expected","op":"gt","value":0}`, `{"field":"label","op":"not_empty"}`} {
		_, err := k.Reader.List(t.Context(), k.As("ann"), record.List{Object: "trip", Filter: []byte(filter)})
		assert.Error(t, err, filter)
	}
	_, err := k.Write(t, k.As("ann"), record.Write{Op: record.Create, Object: "trip", Values: values{"budget": "9999999", "from": "2026-11-02", "until": "2026-11-01"}})
	assert.Equal(t, []string{"/until:check:order"}, places(err))
	assert.Contains(t, problem.As(err).Items[0].Hint, "早于 本条的开始")
}

// TestNumbersFollowOneAnother: many at once get each a number of its own without gaps; a refused write takes none; each month counts by itself.
func TestNumbersFollowOneAnother(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := openTrip(t, url)
		chief := k.As("chief1")
		month := k.Clock.Now().In(k.Env.Zone).Format("200601")
		var all sync.WaitGroup
		numbers := make([]string, 40)
		for i := range numbers {
			all.Go(func() {
				if i%4 == 3 {
					_, err := k.Writer.Do(context.Background(), store.Interactive, record.Request{Actor: chief, Origin: record.Origin{Kind: "person"}, Writes: []record.Write{
						{Op: record.Create, Object: "trip", Values: values{"name": "x"}}, {Op: record.Create, Object: "trip", Values: values{"stage": "丢单"}}}})
					assert.Error(t, err, "the second is refused, and the first with it")
					return
				}
				out, err := k.Writer.Do(context.Background(), store.Interactive, record.Request{Actor: chief, Origin: record.Origin{Kind: "person"}, Writes: []record.Write{{Op: record.Create, Object: "trip", Values: values{"name": "x"}}}})
				if assert.NoError(t, err) {
					numbers[i] = out[0].Row.Text("code")
				}
			})
		}
		all.Wait()
		numbers = slices.DeleteFunc(numbers, func(s string) bool { return s == "" })
		slices.Sort(numbers)
		require.Len(t, numbers, 30)
		for i, n := range numbers {
			assert.Equal(t, fmt.Sprintf("HT-%s-%04d", month, i+1), n)
		}
		_, err := k.Write(t, chief, record.Write{Op: record.Create, Object: "trip", Values: values{"code": "HT-1"}})
		assert.Equal(t, []string{"/code:readonly"}, places(err))
		out, err := k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "import", HappenedAt: time.Date(2025, 3, 31, 20, 0, 0, 0, time.UTC)}, Writes: []record.Write{{Op: record.Create, Object: "trip", Values: values{"name": "去年"}}}})
		require.NoError(t, err)
		assert.Equal(t, "HT-202504-0001", out[0].Row.Text("code"), "by the month of its making, in the workspace's zone")
		// A pattern over numbers that were given by hand goes on behind them.
		plain := `{"title_field":"no","fields":[{"name":"no","title":{"zh-CN":"编号"},"type":"text"}]}`
		require.NoError(t, k.Publish(t, [3]string{"object", "bill", plain}))
		for _, n := range []string{"B-_%07", "B-_%0012", "B-x", "B-_%9x"} {
			k.Must(t, chief, record.Write{Op: record.Create, Object: "bill", Values: values{"no": n}})
		}
		require.NoError(t, k.Publish(t, [3]string{"object", "bill", strings.Replace(plain, `"type":"text"`, `"type":"auto_number","pattern":"B-_%{00}"`, 1)}))
		assert.Equal(t, "B-_%13", k.Must(t, chief, record.Write{Op: record.Create, Object: "bill"}).Text("no"))
		assert.Equal(t, "B-_%14", k.Must(t, chief, record.Write{Op: record.Create, Object: "bill"}).Text("no"))
	})
}

// TestWhatIsRequiredAndRefused: by conditions, for whoever enters; what engines write stands.
func TestWhatIsRequiredAndRefused(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := openTrip(t, url)
		chief := k.As("chief1")
		try := func(origin record.Origin, w record.Write) []string {
			_, err := k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: chief, Origin: origin, Writes: []record.Write{w}})
			return places(err)
		}
		create := func(v values) record.Write { return record.Write{Op: record.Create, Object: "trip", Values: v} }
		for _, kind := range []string{"person", "api", "import", "intake", "connector"} {
			o := record.Origin{Kind: kind}
			assert.Empty(t, try(o, create(values{"name": "a"})), "hidden, so not required")
			assert.Equal(t, []string{"/reason:required"}, try(o, create(values{"stage": "丢单"})), kind)
			assert.Equal(t, []string{"/signed_on:required"}, try(o, create(values{"stage": "赢单"})), kind)
			assert.Equal(t, []string{"/signed_on:required", "/until:check:order"}, try(o, create(values{"stage": "赢单", "from": "2026-02-01", "until": "2026-01-01"})), "all at once")
			assert.Empty(t, try(o, create(values{"stage": "赢单", "signed_on": "2026-01-01", "reason": "藏着也留着"})))
		}
		assert.Empty(t, try(record.Origin{Kind: "worker", Engine: true}, create(values{"stage": "赢单", "from": "2026-02-01", "until": "2026-01-01"})))
		id := k.Must(t, chief, create(values{"name": "a"})).ID()
		update := func(v values) []string {
			return try(record.Origin{Kind: "person"}, record.Write{Op: record.Update, Object: "trip", ID: id, Values: v})
		}
		assert.Equal(t, []string{"/reason:required"}, update(values{"stage": "丢单"}), "it appears empty")
		assert.Empty(t, update(values{"stage": "丢单", "reason": "价格"}))
		assert.Empty(t, update(values{"stage": "新"}))
		assert.Equal(t, "价格", row(t, k, "trip", id).Get("reason"), "what is hidden is kept")
		assert.Equal(t, []string{"/signed_on:required"}, update(values{"stage": "赢单"}))
		// A rule that is newer than a record stops nobody who leaves alone what it looks at.
		require.NoError(t, k.Publish(t, [3]string{"object", "trip", strings.Replace(trip, `"checks":[`, `"checks":[{"name":"named","when":{"field":"name","op":"eq","value":"a"},"message":"不许叫 a","at":"name"},`, 1)}))
		assert.Empty(t, update(values{"budget": 7}))
		assert.Empty(t, update(values{"name": "b"}))
		assert.Equal(t, []string{"/name:check:named"}, update(values{"name": " a "}))
	})
}

// TestDefaults: who makes it, today and later, and the unit of whoever owns it in the end.
func TestDefaults(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := openTrip(t, url)
		made := k.Must(t, k.As("chief2"), record.Write{Op: record.Create, Object: "trip", Values: values{"owner": "chief2"}})
		at, _ := made.Int("created_at")
		now := time.UnixMilli(at).In(k.Env.Zone)
		today := object.DayOf(now, k.Env.Zone)
		assert.Equal(t, []any{today, "chief2", "west", at + 2*3600*1000}, []any{made.Get("from"), made.Get("maker"), made.Get("team"), made.Get("remind_at")})
		until, _ := made.Int("until")
		assert.True(t, until-today >= 28 && until-today <= 31, "a month later")
		assert.Equal(t, until-today, made.Get("days"))
		made = k.Must(t, k.As("chief2"), record.Write{Op: record.Create, Object: "trip", Values: values{"owner": "chief2", "from": "2020-01-01", "until": nil, "team": nil, "maker": nil}})
		assert.Equal(t, []any{nil, nil, nil, nil}, []any{made.Get("until"), made.Get("team"), made.Get("maker"), made.Get("days")}, "an empty value given is given")
	})
}

// TestBadRules: what is wrong in a definition is said at its place.
func TestBadRules(t *testing.T) {
	t.Parallel()
	k := openTrip(t, kerneltest.SQLite(t))
	for _, x := range []struct{ from, to, pointer, code string }{
		{`预算 * 成交率`, `预算 * 成交律`, "/spec/fields/3/formula", "unknown_name"},
		{`预算 * 成交率`, `预期 + 1`, "/spec/fields/3/formula", "circle"},
		{`预算 * 成交率`, `length(说明)`, "/spec/fields/6/formula", "circle"},
		{`"formula","result":"money"`, `"formula"`, "/spec/fields/3/result", "unknown_type"},
		{`"formula","result":"text"`, `"formula","result":"date"`, "/spec/fields/6/formula", "wrong_result"},
		{`"type":"integer"`, `"type":"integer","formula":"1"`, "/spec/fields/5/formula", "misplaced"},
		{`HT-{YYYY}{MM}-{0000}`, `HT-{YYYY}{MM}`, "/spec/fields/15/pattern", "bad_pattern"},
		{`HT-{YYYY}{MM}-{0000}`, `HT-{WW}-{0000}`, "/spec/fields/15/pattern", "bad_pattern"},
		{`"visible_when":{"field":"stage"`, `"visible_when":{"field":"stag"`, "/spec/fields/8/visible_when/field", "unknown_field"},
		{`"visible_when":{"field":"stage"`, `"visible_when":{"field":"maker.name"`, "/spec/fields/8/visible_when/field", "other_record"},
		{`"visible_when":{"field":"stage","op":"eq","value":"丢单"}`, `"visible_when":{"field":"reason","op":"empty"}`, "/spec/fields/8/visible_when", "circle"},
		{`"required_when":{"field":"stage","op":"eq"`, `"required_when":{"field":"stage","op":"lt"`, "/spec/fields/9/required_when/op", "op_not_allowed"},
		{`"at":"until"`, `"at":"untill"`, "/spec/checks/0/at", "unknown_field"},
		{`"message":"大单要写名称"`, `"message":" "`, "/spec/checks/1/message", "missing"},
		{`"name":"dear"`, `"name":"order"`, "/spec/checks/1/name", "bad_name"},
		{`{"field":"expected","op":"gt"`, `{"field":"expectd","op":"gt"`, "/spec/checks/1/when/all/0/field", "unknown_field"},
		{`{"ref":"record.from"}`, `{"ref":"record.frm"}`, "/spec/checks/0/when/value", "unknown_field"},
		{`"person","default":{"ref":"me"}`, `"person","default":{"ref":"my"}`, "/spec/fields/12/default", "unknown_ref"},
		{`"text"}`, `"text","default":{"ref":"me"}}`, "/spec/fields/0/default", "bad_default"},
		{`{"ref":"today","add":1,"unit":"month"}`, `{"ref":"today","add":1,"unit":"hour"}`, "/spec/fields/11/default", "bad_unit"},
		{`{"ref":"today","add":1,"unit":"month"}`, `{"ref":"today","add":0.5,"unit":"month"}`, "/spec/fields/11/default", "out_of_range"},
	} {
		text := strings.Replace(trip, x.from, x.to, 1)
		require.NotEqual(t, trip, text, x.from)
		err := k.Publish(t, [3]string{"object", "trip", text})
		if !assert.Error(t, err, x.to) {
			continue
		}
		assert.Contains(t, places(err), x.pointer+":"+x.code, x.to)
		for _, it := range problem.As(err).Items {
			assert.Equal(t, it.Code == "unknown_name" || it.Code == "wrong_result", it.Position != nil, "%+v", it)
		}
	}
}
