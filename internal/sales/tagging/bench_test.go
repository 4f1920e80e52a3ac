package tagging

import (
	"testing"
	"time"

	"baton/internal/platform/condition"
	"baton/internal/platform/object"
)

// BenchmarkTags measures deriving the four shipped dimensions and writing down why, for a lead that matches no rule early.
func BenchmarkTags(b *testing.B) {
	w := newWorld(b, "sqlite:"+b.TempDir()+"/baton.db")
	snap := w.defs.Current()
	p := makePlans(snap)["lead"]
	o, _ := object.Of(snap, "lead")
	row := object.NewRow(o)
	for k, v := range map[string]any{"company": "杭州某某科技有限公司", "source": "展会扫码", "budget": int64(12000000)} {
		row.Set(k, v)
	}
	b.ReportAllocs()
	for b.Loop() {
		env := &condition.Env{Row: row, Now: time.UnixMilli(0), Zone: w.env.Zone}
		outcomes := make([]outcome, len(p.dims))
		for i, d := range p.dims {
			out, err := d.decide(env)
			if err != nil {
				b.Fatal(err)
			}
			outcomes[i] = out
			row.V[d.Field.Index] = out.column()
		}
		encode(p, outcomes, row)
	}
}
