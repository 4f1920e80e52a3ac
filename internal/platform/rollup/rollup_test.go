package rollup_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/rollup"
	"baton/internal/platform/store"
)

var system = actor.TheSystem("test")

const visit = `{"title_field":"note","fields":[
	{"name":"note","title":{"zh-CN":"记录"},"type":"text"},
	{"name":"plan","title":{"zh-CN":"计划"},"type":"relation","target":"plan"},
	{"name":"cost","title":{"zh-CN":"花费"},"type":"money"},
	{"name":"double","title":{"zh-CN":"双倍"},"type":"formula","result":"money","formula":"花费 * 2"},
	{"name":"day","title":{"zh-CN":"日期"},"type":"date"},
	{"name":"result","title":{"zh-CN":"结果"},"type":"choice","options":[{"value":"好"},{"value":"差"}]},
	{"name":"counts","title":{"zh-CN":"计入"},"type":"boolean"}]}`

func rolled(name, fn, of, more string) string {
	if of != "" {
		of = `,"of":"` + of + `"`
	}
	return `{"name":"` + name + `","title":{"zh-CN":"` + name + `"},"type":"rollup","rollup":{"from":"visit","relation":"plan","fn":"` + fn + `"` + of + more + `}}`
}

const counted = `,"where":{"field":"counts","op":"eq","value":true}`

func plan(more ...string) string {
	fields := append([]string{
		`{"name":"name","title":{"zh-CN":"名称"},"type":"text"}`, `{"name":"budget","title":{"zh-CN":"预算"},"type":"money"}`,
		rolled("number", "count", "", ""), rolled("number_counted", "count", "", counted), rolled("spent", "sum", "double", counted), rolled("least", "min", "cost", ""), rolled("most", "max", "cost", counted),
		rolled("first", "min", "day", ""), rolled("last", "max", "day", ""), rolled("outcome", "latest", "result", `,"by":"day"`),
		`{"name":"remaining","title":{"zh-CN":"剩余"},"type":"formula","result":"money","formula":"预算 - spent"}`}, more...)
	return `{"title_field":"name","fields":[` + strings.Join(fields, ",") + `]}`
}

func write(t testing.TB, k *kerneltest.Kernel, w record.Write) *object.Row {
	t.Helper()
	out, err := k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "test"}, Writes: []record.Write{w}})
	require.NoError(t, err)
	return out[0].Row
}

func row(t testing.TB, k *kerneltest.Kernel, name, id string) *object.Row {
	t.Helper()
	o, _ := object.Of(k.Defs.Current(), name)
	r, err := record.ReadRow(t.Context(), k.DB, o, id)
	require.NoError(t, err)
	return r
}

type kept struct {
	plan, result string
	cost         int64
	day          int64
	filled       bool // cost and day
	counts, gone bool
	id           string
}

// want computes what a plan should carry, the slow way.
func want(visits []*kept, id string) string {
	var number, counted, spent int64
	var least, most, first, last, outcome any
	var latest *kept
	for _, v := range visits {
		if v.gone || v.plan != id {
			continue
		}
		number++
		if v.counts {
			counted++
		}
		if !v.filled {
			continue
		}
		if v.counts {
			spent += 2 * v.cost
			if most == nil || v.cost > most.(int64) {
				most = v.cost
			}
		}
		if least == nil || v.cost < least.(int64) {
			least = v.cost
		}
		if first == nil || v.day < first.(int64) {
			first = v.day
		}
		if last == nil || v.day > last.(int64) {
			last = v.day
		}
		if latest == nil || v.day > latest.day || v.day == latest.day && v.id > latest.id {
			latest = v
		}
	}
	if latest != nil && latest.result != "" {
		outcome = latest.result
	}
	return fmt.Sprintln(number, counted, spent, least, most, first, last, outcome, 100_000-spent)
}

func have(r *object.Row) string {
	out := []any{}
	for _, n := range []string{"number", "number_counted", "spent", "least", "most", "first", "last", "outcome", "remaining"} {
		out = append(out, r.Get(n))
	}
	return fmt.Sprintln(out...)
}

// TestEveryRollUpIsKept makes, changes, moves, deletes and restores records at random: after each write every parent carries what all its
// records come to, also when the least, the greatest or the latest has left.
func TestEveryRollUpIsKept(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url, rollup.Step{})
		require.NoError(t, k.Publish(t, [3]string{"object", "visit", visit}, [3]string{"object", "plan", plan()}))
		var plans []string
		for range 3 {
			plans = append(plans, write(t, k, record.Write{Op: record.Create, Object: "plan", Values: map[string]any{"budget": "1000"}}).ID())
		}
		r := rand.New(rand.NewPCG(4, 1))
		var visits []*kept
		values := func(v *kept) map[string]any {
			v.plan, v.result, v.filled, v.counts = append(plans, "")[r.IntN(4)], []string{"好", "差", ""}[r.IntN(3)], r.IntN(4) > 0, r.IntN(2) > 0
			v.cost, v.day = r.Int64N(6)*1000+7, 20_000+r.Int64N(5)
			out := map[string]any{"plan": v.plan, "result": v.result, "counts": v.counts, "cost": nil, "day": nil}
			if v.filled {
				out["cost"], out["day"] = v.cost, v.day
			}
			return out
		}
		for i := range 90 {
			v := &kept{}
			if len(visits) > 0 {
				v = visits[r.IntN(len(visits))]
			}
			switch what := r.IntN(5); {
			case i < 8 || what == 0:
				v = &kept{}
				v.id = write(t, k, record.Write{Op: record.Create, Object: "visit", Values: values(v)}).ID()
				visits = append(visits, v)
			case v.gone:
				write(t, k, record.Write{Op: record.Restore, Object: "visit", ID: v.id})
				v.gone = false
			case what == 1:
				write(t, k, record.Write{Op: record.Delete, Object: "visit", ID: v.id})
				v.gone = true
			default:
				write(t, k, record.Write{Op: record.Update, Object: "visit", ID: v.id, Values: values(v)})
			}
			for _, id := range plans {
				require.Equal(t, want(visits, id), have(row(t, k, "plan", id)), "after %d writes", i+1)
			}
		}
		write(t, k, record.Write{Op: record.Delete, Object: "plan", ID: plans[0]})
		for _, v := range visits {
			if v.plan == plans[0] && !v.gone {
				write(t, k, record.Write{Op: record.Delete, Object: "visit", ID: v.id})
				v.gone = true
			}
		}
		write(t, k, record.Write{Op: record.Restore, Object: "plan", ID: plans[0]})
		assert.Equal(t, want(visits, plans[0]), have(row(t, k, "plan", plans[0])), "a restored record catches up")
		before := row(t, k, "plan", plans[1]).Get("version")
		for _, v := range visits {
			if v.plan == plans[1] && !v.gone {
				write(t, k, record.Write{Op: record.Update, Object: "visit", ID: v.id, Values: map[string]any{"note": "别的"}})
			}
		}
		assert.Equal(t, before, row(t, k, "plan", plans[1]).Get("version"), "what no roll-up reads wakes nobody")
	})
}

// TestStandingRecordsAreComputedAgain: new and changed roll-ups, formulas and numbers reach records that stand, from where the work stopped;
// a record that comes out the same is not written.
func TestStandingRecordsAreComputedAgain(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url, rollup.Step{})
		bare := `{"title_field":"name","fields":[{"name":"name","title":{"zh-CN":"名称"},"type":"text"},{"name":"budget","title":{"zh-CN":"预算"},"type":"money"}]}`
		require.NoError(t, k.Publish(t, [3]string{"object", "visit", visit}, [3]string{"object", "plan", bare}))
		var plans []string
		for i := range 450 {
			plans = append(plans, write(t, k, record.Write{Op: record.Create, Object: "plan", Values: map[string]any{"name": fmt.Sprint("计划", i), "budget": i}}).ID())
		}
		write(t, k, record.Write{Op: record.Create, Object: "visit", Values: map[string]any{"plan": plans[440], "cost": 3, "counts": true, "day": "2026-11-24", "result": "好"}})
		e := rollup.NewAgain(k.Writer)
		require.NoError(t, e.CatchUp(t.Context()))
		numbered := `{"name":"code","title":{"zh-CN":"编号"},"type":"auto_number","pattern":"P-{YYYY}-{0000}"}`
		require.NoError(t, k.Publish(t, [3]string{"object", "plan", plan(numbered)}))
		require.NoError(t, e.CatchUp(t.Context()))
		assert.Equal(t, "1 1 600 300 300 20781 20781 好 43400\n", have(row(t, k, "plan", plans[440])))
		assert.Equal(t, "0 0 0 <nil> <nil> <nil> <nil> <nil> 700\n", have(row(t, k, "plan", plans[7])))
		year := k.Clock.Now().In(k.Env.Zone).Year()
		for _, i := range []int{0, 7, 449} {
			assert.Equal(t, fmt.Sprintf("P-%d-%04d", year, i+1), row(t, k, "plan", plans[i]).Get("code"), "in order of their making")
		}
		version := row(t, k, "plan", plans[7]).Get("version")
		require.NoError(t, k.Publish(t, [3]string{"object", "plan", strings.Replace(plan(numbered), "预算 - spent", "预算 - spent * 2", 1)}))
		require.NoError(t, rollup.NewAgain(k.Writer).CatchUp(t.Context()), "by another process")
		assert.Equal(t, int64(42800), row(t, k, "plan", plans[440]).Get("remaining"))
		assert.Equal(t, version, row(t, k, "plan", plans[7]).Get("version"), "nothing changed, nothing written")
		// Half-way: the place is taken up, what lies before it is not looked at again.
		o, _ := object.Of(k.Defs.Current(), "plan")
		_, err := k.DB.WritePool().ExecContext(t.Context(), "UPDATE "+object.Quote(o.Table)+" SET f_remaining = 1")
		require.NoError(t, err)
		var place string
		require.NoError(t, k.DB.QueryRow(t.Context(), "SELECT value FROM setting WHERE name = 'computed:plan'").Scan(&place))
		half := strings.Replace(strings.Replace(place, `,"done":true`, "", 1), plans[449], plans[299], 1)
		require.NotEqual(t, place, half)
		require.NoError(t, k.DB.Write(t.Context(), store.Background, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE setting SET value = ? WHERE name = 'computed:plan'", half)
			return err
		}))
		require.NoError(t, e.CatchUp(t.Context()))
		assert.Equal(t, int64(1), row(t, k, "plan", plans[299]).Get("remaining"))
		assert.Equal(t, int64(30000), row(t, k, "plan", plans[300]).Get("remaining"))
	})
}

// TestBadRollUps: what cannot be kept is refused at its place.
func TestBadRollUps(t *testing.T) {
	t.Parallel()
	k := kerneltest.Open(t, kerneltest.SQLite(t), rollup.Step{})
	require.NoError(t, k.Publish(t, [3]string{"object", "visit", visit}, [3]string{"object", "plan", plan()}))
	for _, x := range []struct{ field, pointer, code string }{
		{rolled("x", "average", "cost", ""), "/spec/fields/11/rollup/fn", "unknown_function"},
		{rolled("x", "sum", "const", ""), "/spec/fields/11/rollup/of", "unknown_field"},
		{rolled("x", "sum", "note", ""), "/spec/fields/11/rollup/of", "not_a_number"},
		{rolled("x", "max", "result", ""), "/spec/fields/11/rollup/of", "wrong_type"},
		{rolled("x", "latest", "result", `,"by":"cost"`), "/spec/fields/11/rollup/by", "wrong_type"},
		{rolled("x", "sum", "cost", `,"by":"day"`), "/spec/fields/11/rollup/by", "misplaced"},
		{strings.Replace(rolled("x", "count", "", ""), `"plan"`, `"note"`, 1), "/spec/fields/11/rollup/relation", "not_a_relation"},
		{rolled("x", "count", "", `,"where":{"field":"kosten","op":"empty"}`), "/spec/fields/11/rollup/where/field", "unknown_field"},
		{rolled("x", "count", "", `,"where":{"field":"day","op":"within","value":{"last":3,"unit":"day"}}`), "/spec/fields/11/rollup/where", "reads_time"},
		{rolled("x", "count", "", `,"where":{"field":"plan.name","op":"not_empty"}`), "/spec/fields/11/rollup/where", "other_record"},
		{`{"name":"x","title":{"zh-CN":"x"},"type":"rollup"}`, "/spec/fields/11/rollup", "missing"},
	} {
		err := k.Publish(t, [3]string{"object", "plan", plan(x.field)})
		require.Error(t, err, x.field)
		found := false
		for _, it := range problem.As(err).Items {
			found = found || it.Pointer == x.pointer && it.Code == x.code
		}
		assert.True(t, found, "%s: %v", x.field, err)
	}
	circle := strings.Replace(visit, `"counts"`, `"back","title":{"zh-CN":"回"},"type":"formula","result":"money","formula":"up + 1"},{"name":"up","title":{"zh-CN":"上"},"type":"rollup","rollup":{"from":"plan","relation":"of","fn":"sum","of":"spent"}},{"name":"counts"`, 1)
	err := k.Publish(t, [3]string{"object", "visit", strings.Replace(circle, "花费 * 2", "back * 2", 1)}, [3]string{"object", "plan", plan(`{"name":"of","title":{"zh-CN":"属"},"type":"relation","target":"visit"}`)})
	require.Error(t, err)
	assert.Contains(t, err.Error(), "互相引用")
}
