package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/store/storetest"
)

// BenchmarkScopedList reads a page of 50 in an order among many rows (BATON_BENCH_ROWS, 20,000 without), of 1,000 owners and the pool, as
// who sees all, a rep (own, and own and pool), a team's lead, a region's, and by a condition.
func BenchmarkScopedList(b *testing.B) {
	rows := 20_000
	if n, err := strconv.Atoi(os.Getenv("BATON_BENCH_ROWS")); err == nil {
		rows = n
	}
	b.Run("sqlite", func(b *testing.B) { scopedList(b, kerneltest.SQLite(b), rows) })
	b.Run("postgres", func(b *testing.B) { scopedList(b, storetest.Postgres(b), rows) })
}

func scopedList(b *testing.B, url string, rows int) {
	k := kerneltest.Open(b, url)
	spec := `{"title_field":"title","pool":true,"indexes":[["created_at"],["owner","created_at"]],"fields":[{"name":"title","title":{"zh-CN":"标题"},"type":"text"},{"name":"kind","title":{"zh-CN":"种类"},"type":"text","index":true}]}`
	defs := []*definition.Definition{{Kind: "object", Name: "item", Title: definition.Text{ZH: "条目"}, Spec: json.RawMessage(spec)}}
	scopes := []string{`"read":"all"`, `"read":"own"`, `"read":"own+pool"`, `"read":"team"`, `"read":"region"`, `"read":"own","read_where":{"field":"kind","op":"eq","value":"k7"}`}
	for i, s := range scopes {
		defs = append(defs, &definition.Definition{Kind: "role", Name: fmt.Sprintf("s%d", i), Title: definition.Text{ZH: "角色"}, Spec: json.RawMessage(`{"rights":[],"objects":{"item":{` + s + `}}}`)})
	}
	_, err := k.Defs.Publish(b.Context(), actor.TheSystem("bench"), "bench", defs, nil)
	require.NoError(b, err)
	var ws []record.Write
	for i := range 40 {
		v := map[string]any{"name": fmt.Sprint(i), "kind": "team"}
		if i%8 == 0 {
			v["kind"] = "region"
		} else {
			v["parent"] = fmt.Sprintf("u%d", i/8*8)
		}
		ws = append(ws, record.Write{Op: record.Create, Object: "org_unit", ID: fmt.Sprintf("u%d", i), Values: v})
	}
	for i := range 1000 {
		ws = append(ws, record.Write{Op: record.Create, Object: "person", ID: fmt.Sprintf("p%d", i), Values: map[string]any{"name": fmt.Sprint(i), "unit": fmt.Sprintf("u%d", i%40)}})
	}
	_, err = k.Writer.Do(b.Context(), store.Interactive, record.Request{Actor: actor.TheSystem("bench"), Origin: record.Origin{Kind: "bench", Engine: true}, Writes: ws})
	require.NoError(b, err)
	require.NoError(b, k.Dir.Reload(b.Context()))
	const batch = 500
	for from := 0; from < rows; from += batch {
		require.NoError(b, k.DB.Write(b.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
			var args []any
			n := 0
			for i := from; i < min(from+batch, rows); i++ {
				var owner any = fmt.Sprintf("p%d", i*7919%1000)
				if i%10 == 3 {
					owner = nil
				}
				args, n = append(args, fmt.Sprintf("%012d", i), 1, 1_700_000_000_000+i*7919%rows*1000, 1_700_000_000_000, owner, fmt.Sprintf("条目%d", i), fmt.Sprintf("k%d", i*31%997)), n+1
			}
			_, err := tx.Exec(ctx, `INSERT INTO o_item ("id", "version", "created_at", "updated_at", "owner", "f_title", "f_kind") VALUES `+strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, ?, ?),", n), ","), args...)
			return err
		}))
	}
	_, err = k.DB.WritePool().ExecContext(b.Context(), "ANALYZE")
	require.NoError(b, err)
	for i, s := range scopes {
		a := &actor.Actor{Kind: actor.Person, ID: "p78", Name: "p78", Unit: "u38", Roles: []string{fmt.Sprintf("s%d", i)}}
		require.False(b, k.Access.Scope(k.Defs.Current(), a, "item", access.Read).Nothing())
		b.Run(s, func(b *testing.B) {
			for b.Loop() {
				page, err := k.Reader.List(b.Context(), a, record.List{Object: "item", Sort: []record.Sort{{Field: "created_at", Desc: true}}})
				if err != nil || len(page.Rows) == 0 {
					b.Fatal(len(page.Rows), err)
				}
			}
		})
	}
}
