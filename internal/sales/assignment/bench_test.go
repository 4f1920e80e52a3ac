package assignment

import (
	"context"
	"fmt"
	"testing"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// BenchmarkDecision measures the decision alone, inside one write group, with figures warm: branches, filters, figures, strategy, turn and
// encoding, but not the record's own row.
func BenchmarkDecision(b *testing.B) {
	for _, size := range []struct{ people, branches int }{{40, 4}, {500, 30}} {
		b.Run(fmt.Sprintf("people=%d/branches=%d", size.people, size.branches), func(b *testing.B) {
			w := open(b, sqlite(b))
			people := map[string]map[string]any{}
			for i := range size.people {
				people[fmt.Sprintf("0198e1c2-0000-7000-8000-%012d", i)] = map[string]any{"rank": "高级", "product_lines": []any{"云课堂"}}
			}
			w.people(b, people)
			spec := ""
			for i := range size.branches - 1 {
				spec += fmt.Sprintf(`{"name":"b%d","when":{"all":[{"field":"tag_industry","op":"eq","value":"医疗"},{"any":[{"field":"budget","op":"gte","value":%d},{"field":"tag_source","op":"eq","value":"展会扫码"}]}]},"candidates":{},"strategy":"weighted"},`, i, 1000*i)
			}
			spec += `{"name":"last","when":{"field":"tag_industry","op":"eq","value":"教育"},"candidates":{"region":true,"product_line":true,"leave":true,"where":{"all":[{"measure":"win_rate","for":{"owner":{"ref":"candidate.id"},"industry":{"ref":"lead.industry"}},"period":{"last":30,"unit":"day"},"op":"gt","value":0.65},{"measure":"open_todos","for":{"owner":{"ref":"candidate.id"}},"op":"lt","value":800000}]}},"strategy":"least_loaded"}`
			w.publish(b, policy(b, spec))
			for id := range people {
				w.decided(b, id, "教育", 2, 1, 1)
			}
			snap := w.defs.Current()
			o, _ := object.Of(snap, "lead")
			p, _ := definition.Get[*Policy](snap, Kind, "lead_assignment")
			row := object.NewRow(o)
			for k, v := range map[string]any{"id": "x", "industry": "教育", "tag_industry": "教育", "product_line": "云课堂", "region": "cn.33", "budget": int64(10000000)} {
				row.Set(k, v)
			}
			ctx := context.Background()
			err := w.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
				ro, err := w.engine.rosters.of(snap, w.dir)
				if err != nil {
					return err
				}
				c := &record.Change{Tx: tx, Snap: snap, Env: w.env, Object: o, New: row, Now: w.clock.Milli(), Origin: incoming}
				b.ReportAllocs()
				b.ResetTimer()
				for range b.N {
					h := &choice{e: w.engine, c: c, p: p, ro: ro, env: condition.Env{Row: row, Now: w.clock.Now(), Zone: w.env.Zone}, q: ask(c, p)}
					got, err := h.run(ctx)
					if err != nil || got == nil {
						return fmt.Errorf("nobody: %w", err)
					}
					d := &decision{kind: assigned, policy: p.Name, roster: ro.hash, person: got.id, seen: h.seen(), branches: h.done}
					d.encode()
				}
				b.StopTimer()
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}
