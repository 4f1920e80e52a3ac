package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"baton/internal/platform/definition"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

const visits = `{"title_field":"title","pool":true,"fields":[
	{"name":"title","title":{"zh-CN":"标题"},"type":"text"},
	{"name":"kind","title":{"zh-CN":"种类"},"type":"choice","open":true,"options":[{"value":"乙"},{"value":"甲"}]},
	{"name":"place","title":{"zh-CN":"地区"},"type":"region","keep_unread":true},
	{"name":"day","title":{"zh-CN":"日期"},"type":"date"},
	{"name":"at","title":{"zh-CN":"时间"},"type":"datetime"},
	{"name":"n","title":{"zh-CN":"数"},"type":"integer"},
	{"name":"ticket","title":{"zh-CN":"工单"},"type":"relation","target":"ticket"},
	{"name":"marks","title":{"zh-CN":"标记"},"type":"multi_choice","options":[{"value":"x"}]}]}`

func openVisits(t *testing.T, url string) *kerneltest.Kernel {
	k := kerneltest.Open(t, url)
	_, err := k.Defs.Publish(t.Context(), system, "visits", []*definition.Definition{{Kind: "object", Name: "visit", Title: definition.Text{ZH: "拜访"}, Spec: json.RawMessage(visits)}}, nil)
	require.NoError(t, err)
	return k
}

// TestGroupsHoldEveryRowOnce: for random rows and any grouping, the groups have every row in exactly one of them, a group's condition finds
// just as many rows as it says, and a list that is too long to be read whole gives the same groups, page by page.
func TestGroupsHoldEveryRowOnce(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := openVisits(t, url)
		ways := []string{"kind", "title", "place", "place:province", "place:country", "day", "day:week", "day:quarter", "day:year", "at:day", "at:month", "n", "owner"}
		rapid.Check(t, func(rt *rapid.T) {
			var ws []record.Write
			for i := range rapid.IntRange(1, 15).Draw(rt, "rows") {
				v := map[string]any{"owner": rapid.SampledFrom([]any{"ann", "bob", nil}).Draw(rt, "owner")}
				maybe := func(name string, of ...any) {
					if x := rapid.SampledFrom(append(of, nil)).Draw(rt, name); x != nil {
						v[name] = x
					}
				}
				maybe("kind", "甲", "乙", "丙")
				maybe("title", "一", "b", "B")
				maybe("place", "浙江", "杭州", "宁波", "上海", "中国", "美国", "迪拜")
				maybe("day", "2026-01-31", "2026-02-01", "2025-12-31", "1969-12-31", "2026-02-02")
				maybe("at", "2026-01-31T16:00:00Z", "2026-01-31T15:59:59.999Z", "2026-02-28T16:00:00Z", "1969-12-31T15:00:00Z")
				maybe("n", json.Number("-3"), json.Number("0"), json.Number("12"))
				ws = append(ws, record.Write{Op: record.Create, Object: "visit", ID: fmt.Sprintf("v%d", i), Values: v})
			}
			require.NoError(rt, wipe(t, k, "o_visit"))
			_, err := k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "test", Engine: true}, Writes: ws})
			require.NoError(rt, err)
			who := k.As(rapid.SampledFrom([]string{"ann", "chief1"}).Draw(rt, "who"))
			if who.ID == "ann" {
				who.Roles = []string{"chief"}
				who.Unit = ""
			}
			for range 2 {
				by := rapid.SampledFrom(ways).Draw(rt, "by")
				l := record.List{Object: "visit"}
				whole, more, err := k.Reader.Groups(t.Context(), who, l, record.Grouping{By: by})
				require.NoError(rt, err, by)
				assert.False(rt, more)
				all, err := k.Reader.CountAll(t.Context(), who, l)
				require.NoError(rt, err)
				sum := 0
				for _, g := range whole {
					sum += g.Count
					n, err := k.Reader.CountAll(t.Context(), who, record.List{Object: "visit", Filter: g.Filter})
					require.NoError(rt, err, "%s %s", by, g.Filter)
					assert.EqualValues(rt, g.Count, n, "%s %s", by, g.Filter)
				}
				assert.EqualValues(rt, all, sum, by)
				var paged []record.Group
				for after := ""; ; {
					page, more, err := k.Reader.Groups(t.Context(), who, l, record.Grouping{By: by, After: after, Limit: 2}.Scanning(1))
					require.NoError(rt, err, by)
					paged = append(paged, page...)
					if !more {
						break
					}
					after = page[len(page)-1].Key
				}
				if len(whole) == 0 {
					assert.Empty(rt, paged)
				} else {
					assert.Equal(rt, whole, paged, by)
				}
			}
		})
	})
}

func TestGroupsAreCappedAndWorded(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := openVisits(t, url)
		at := time.Date(2026, 3, 5, 1, 0, 0, 0, time.UTC)
		var ws []record.Write
		for i := range record.CountCap + 5 {
			ws = append(ws, record.Write{Op: record.Create, Object: "visit", Values: map[string]any{"kind": "甲", "at": at.AddDate(0, i%2, 0).Format(time.RFC3339), "owner": "ann"}})
		}
		for len(ws) > 0 {
			n := min(200, len(ws))
			_, err := k.Writer.Do(t.Context(), store.Background, record.Request{Actor: system, Origin: record.Origin{Kind: "test", Engine: true}, Writes: ws[:n]})
			require.NoError(t, err)
			ws = ws[n:]
		}
		who := k.As("chief1")
		for _, scan := range []int{0, 3} {
			g, _, err := k.Reader.Groups(t.Context(), who, record.List{Object: "visit"}, record.Grouping{By: "kind"}.Scanning(scan))
			require.NoError(t, err)
			require.Len(t, g, 1)
			assert.Equal(t, record.CountCap, g[0].Count)
			assert.True(t, g[0].Capped, "1000+")
			months, _, err := k.Reader.Groups(t.Context(), who, record.List{Object: "visit"}, record.Grouping{By: "at:month"}.Scanning(scan))
			require.NoError(t, err)
			require.Len(t, months, 2)
			assert.Equal(t, []string{"2026 年 4 月", "2026 年 3 月"}, []string{months[0].Words, months[1].Words}, "the newest first")
			people, _, err := k.Reader.Groups(t.Context(), who, record.List{Object: "visit"}, record.Grouping{By: "owner"}.Scanning(scan))
			require.NoError(t, err)
			assert.Equal(t, "ann", people[0].Words)
			west, _, err := k.Reader.Groups(t.Context(), k.As("chief2"), record.List{Object: "visit"}, record.Grouping{By: "kind"}.Scanning(scan))
			require.NoError(t, err)
			assert.Empty(t, west, "another team's rows are in no group")
		}
		for _, bad := range []string{"nothing", "marks", "id", "at:hour", "kind:month"} {
			_, _, err := k.Reader.Groups(t.Context(), who, record.List{Object: "visit"}, record.Grouping{By: bad})
			assert.ErrorContains(t, err, "分组", bad)
		}
		_, _, err := k.Reader.Groups(t.Context(), k.As("ann"), record.List{Object: "ticket"}, record.Grouping{By: "secret"})
		assert.ErrorContains(t, err, "不能按", "a hidden field groups nothing")
	})
}

// TestPagesFromTheEnd: going backwards from the last page gives the same rows as going forwards, in the same order.
func TestPagesFromTheEnd(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := openVisits(t, url)
		var ws []record.Write
		for i := range 23 {
			v := map[string]any{"owner": "ann"}
			if i%3 > 0 {
				v["n"] = json.Number(fmt.Sprint(i % 5))
			}
			if i%4 > 0 {
				v["title"] = fmt.Sprint("t", i%3)
			}
			ws = append(ws, record.Write{Op: record.Create, Object: "visit", Values: v})
		}
		_, err := k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "test", Engine: true}, Writes: ws})
		require.NoError(t, err)
		ids := func(rows []*object.Row) (out []string) {
			for _, r := range rows {
				out = append(out, r.ID())
			}
			return out
		}
		who := k.As("chief1")
		for _, sort := range []string{"", "n", "-n", "n:last", "-n,title", "title:last,-n", "id"} {
			l := record.List{Object: "visit", Sort: record.ReadSort(sort), Limit: 4}
			var forth []string
			for {
				page, err := k.Reader.List(t.Context(), who, l)
				require.NoError(t, err)
				assert.Equal(t, l.Cursor != "", page.Prev != "", "only the first page has none before it")
				forth = append(forth, ids(page.Rows)...)
				if l.Cursor = page.Next; page.Next == "" {
					break
				}
			}
			require.Len(t, forth, 23)
			l.Cursor, l.Back = "", true
			var back []string
			for {
				page, err := k.Reader.List(t.Context(), who, l)
				require.NoError(t, err)
				assert.Equal(t, l.Cursor != "", page.Next != "", "only the last page has none behind it")
				back = append(ids(page.Rows), back...)
				if page.Next != "" { // and forwards again from there
					on, err := k.Reader.List(t.Context(), who, record.List{Object: "visit", Sort: l.Sort, Limit: 4, Cursor: page.Next})
					require.NoError(t, err)
					assert.Equal(t, back[len(page.Rows)], on.Rows[0].ID(), sort)
				}
				if l.Cursor = page.Prev; page.Prev == "" {
					break
				}
			}
			assert.Equal(t, forth, back, sort)
		}
	})
}

// TestColumnsThroughARelation: a list shows fields of the record that a relation leads to, as far as the actor may see that record.
func TestColumnsThroughARelation(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := openVisits(t, url)
		_, err := k.Defs.Publish(t.Context(), system, "r", []*definition.Definition{{Kind: "role", Name: "agent", Title: definition.Text{ZH: "坐席"}, Spec: json.RawMessage(`{"rights":[],"objects":{"visit":{"read":"own+pool"},"ticket":{"read":"own","hide":["secret"]},"person":{"read":"all"}}}`)}}, nil)
		require.NoError(t, err)
		mine := k.Must(t, system, record.Write{Op: record.Create, Object: "ticket", Values: map[string]any{"title": "我的", "kind": "故障", "secret": "密", "owner": "ann"}})
		theirs := k.Must(t, system, record.Write{Op: record.Create, Object: "ticket", Values: map[string]any{"title": "别人的", "kind": "咨询", "owner": "bob"}})
		for _, id := range []string{mine.ID(), theirs.ID()} {
			k.Must(t, system, record.Write{Op: record.Create, Object: "visit", Values: map[string]any{"title": "去" + id, "ticket": id, "owner": "ann"}})
		}
		a := newAPI(t, k, "ann")
		got := a.want(200, "GET", "/visit/records?sort=created_at&fields=title,ticket.kind,ticket.owner,ticket.secret,ticket.nothing", "")
		rows := got["records"].([]any)
		assert.Equal(t, "故障", rows[0].(map[string]any)["ticket.kind"])
		assert.Equal(t, "ann", rows[0].(map[string]any)["ticket.owner"])
		assert.Equal(t, "ann", got["refs"].(map[string]any)["person"].(map[string]any)["ann"])
		assert.NotContains(t, rows[0].(map[string]any), "ticket.secret", "hidden there, hidden here")
		assert.Nil(t, rows[1].(map[string]any)["ticket.kind"], "a record out of the scope tells nothing")
		all := newAPI(t, k, "chief1").want(200, "GET", "/visit/records?fields=ticket.secret&sort=created_at", "")["records"].([]any)
		assert.Equal(t, "密", all[0].(map[string]any)["ticket.secret"])
	})
}

func TestFiltersMayNameTheAsker(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := openVisits(t, url)
		for _, owner := range []string{"ann", "bob"} {
			k.Must(t, system, record.Write{Op: record.Create, Object: "visit", Values: map[string]any{"title": owner + "的", "owner": owner}})
		}
		for who, want := range map[string]int{"chief1": 0, "ann": 1, "bob": 1} {
			a := k.As(who)
			a.Roles, a.Unit = []string{"chief"}, "east"
			page, err := k.Reader.List(t.Context(), a, record.List{Object: "visit", Filter: json.RawMessage(`{"field":"owner","op":"eq","value":{"ref":"me.id"}}`)})
			require.NoError(t, err)
			assert.Len(t, page.Rows, want, who)
			if want > 0 {
				assert.Equal(t, who+"的", page.Rows[0].Text("title"))
			}
		}
	})
}

func wipe(t *testing.T, k *kerneltest.Kernel, table string) error {
	return k.DB.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM "+table)
		return err
	})
}

// TestPagesOfGroupsGoOnBehindOneThatIsGone: the last group of a page may have lost its rows when the next page is asked for.
func TestPagesOfGroupsGoOnBehindOneThatIsGone(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := openVisits(t, url)
		var ws []record.Write
		for i, kind := range []string{"甲", "丙", "丁"} { // 乙 stands before 甲 in the options, and has no rows; the others are off the list
			ws = append(ws, record.Write{Op: record.Create, Object: "visit", Values: map[string]any{"kind": kind, "n": json.Number(fmt.Sprint(10 * i)), "owner": "ann"}})
		}
		_, err := k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "test", Engine: true}, Writes: ws})
		require.NoError(t, err)
		for _, scan := range []int{0, 2} {
			for _, x := range []struct {
				by, after string
				want      []string
			}{{"kind", "乙", []string{"甲", "丁", "丙"}}, {"n", "5", []string{"10", "20"}}, {"n", "25", nil}} {
				got, _, err := k.Reader.Groups(t.Context(), k.As("chief1"), record.List{Object: "visit"}, record.Grouping{By: x.by, After: x.after}.Scanning(scan))
				require.NoError(t, err)
				var keys []string
				for _, g := range got {
					keys = append(keys, g.Key)
				}
				assert.Equal(t, x.want, keys, "%s behind %s", x.by, x.after)
			}
		}
	})
}
