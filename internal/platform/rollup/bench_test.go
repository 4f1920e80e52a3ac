package rollup_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"baton/internal/platform/kerneltest"
	"baton/internal/platform/record"
	"baton/internal/platform/rollup"
	"baton/internal/platform/store"
)

// BenchmarkComputed measures a new record: plain, with three formulas, and below three roll-ups of another.
func BenchmarkComputed(b *testing.B) {
	fields := `{"name":"note","title":{"zh-CN":"记录"},"type":"text"},{"name":"plan","title":{"zh-CN":"计划"},"type":"relation","target":"plan"},{"name":"cost","title":{"zh-CN":"花费"},"type":"money"},{"name":"share","title":{"zh-CN":"占比"},"type":"percent"}`
	formulas := `,{"name":"a","title":{"zh-CN":"甲"},"type":"formula","result":"money","formula":"花费 * 占比"},{"name":"b","title":{"zh-CN":"乙"},"type":"formula","result":"text","formula":"if(甲 > 100, \"大\", \"小\")"},{"name":"c","title":{"zh-CN":"丙"},"type":"formula","result":"decimal","formula":"round(花费 / 3, 2)"}`
	rollups := "," + rolled("n", "count", "", "") + "," + rolled("total", "sum", "cost", "") + "," + rolled("most", "max", "cost", "")
	for _, x := range []struct{ name, child, parent string }{{"plain", fields, ""}, {"formula", fields + formulas, ""}, {"rollup", fields, rollups}} {
		b.Run(x.name, func(b *testing.B) {
			k := kerneltest.Open(b, kerneltest.SQLite(b), rollup.Step{})
			require.NoError(b, k.Publish(b, [3]string{"object", "visit", `{"title_field":"note","indexes":[["plan"]],"fields":[` + x.child + `]}`},
				[3]string{"object", "plan", `{"title_field":"name","fields":[{"name":"name","title":{"zh-CN":"名称"},"type":"text"}` + x.parent + `]}`}))
			var plans []string
			for range 100 {
				plans = append(plans, write(b, k, record.Write{Op: record.Create, Object: "plan"}).ID())
			}
			i := 0
			for b.Loop() {
				i++
				w := record.Write{Op: record.Create, Object: "visit", Values: map[string]any{"plan": plans[i%len(plans)], "cost": int64(i), "share": int64(5000), "note": "拜访"}}
				_, err := k.Writer.Do(context.Background(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "test"}, Writes: []record.Write{w}})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
