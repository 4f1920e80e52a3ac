package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"baton/internal/platform/definition"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// less orders canonical values: nothing first, then by bytes or by number.
func less(a, b any) int {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return strings.Compare(x, y)
		}
	case int64:
		if y, ok := b.(int64); ok {
			switch {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		}
	}
	if a == nil && b == nil {
		return 0
	}
	if a == nil {
		return -1
	}
	return 1
}

// TestPagesAreWholeWhileOthersWrite: whoever turns the pages by cursor meets each row that stood the whole time exactly once and in order,
// whatever is written in between.
func TestPagesAreWholeWhileOthersWrite(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		do := func(rt *rapid.T, ws ...record.Write) []record.Outcome {
			out, err := k.Writer.Do(context.Background(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "test", Engine: true}, Writes: ws})
			require.NoError(rt, err)
			return out
		}
		fields := []string{"title", "kind", "amount", "status", "secret", "created_at", "owner", "id", "sealed_at"}
		drawn := func(rt *rapid.T) values {
			v := values{"title": rapid.SampledFrom([]string{"甲", "乙", "a", "B", "b"}).Draw(rt, "title")}
			if rapid.Bool().Draw(rt, "kind") {
				v["kind"] = rapid.SampledFrom([]string{"故障", "咨询"}).Draw(rt, "which")
			}
			if rapid.Bool().Draw(rt, "amount") {
				v["amount"] = json.Number(fmt.Sprint(rapid.IntRange(-2, 2).Draw(rt, "n")))
			}
			if rapid.Bool().Draw(rt, "secret") {
				v["secret"] = rapid.SampledFrom([]string{"x", "y"}).Draw(rt, "s")
			}
			return v
		}
		rapid.Check(t, func(rt *rapid.T) {
			require.NoError(rt, k.DB.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, "DELETE FROM o_ticket")
				return err
			}))
			var ws []record.Write
			for range rapid.IntRange(0, 14).Draw(rt, "rows") {
				ws = append(ws, record.Write{Op: record.Create, Object: "ticket", Values: drawn(rt)})
			}
			standing := map[string]*object.Row{}
			for _, o := range do(rt, ws...) {
				standing[o.Row.ID()] = o.Row
			}
			l := record.List{Object: "ticket", Limit: rapid.IntRange(1, 5).Draw(rt, "limit")}
			for range rapid.IntRange(0, 3).Draw(rt, "keys") {
				l.Sort = append(l.Sort, record.Sort{Field: rapid.SampledFrom(fields).Draw(rt, "sort"), Desc: rapid.Bool().Draw(rt, "desc")})
			}
			var met []*object.Row
			for {
				page, err := k.Reader.List(context.Background(), system, l)
				require.NoError(rt, err)
				require.LessOrEqual(rt, len(page.Rows), l.Limit)
				met = append(met, page.Rows...)
				if page.Next == "" {
					break
				}
				require.Len(rt, page.Rows, l.Limit, "only the last page is short")
				l.Cursor = page.Next
				for range rapid.IntRange(0, 2).Draw(rt, "in between") { // others write
					do(rt, record.Write{Op: record.Create, Object: "ticket", Values: drawn(rt)})
				}
				if ids := sortedKeys(standing); len(ids) > 0 && rapid.IntRange(0, 3).Draw(rt, "gone") == 0 {
					id := rapid.SampledFrom(ids).Draw(rt, "which")
					do(rt, record.Write{Op: record.Delete, Object: "ticket", ID: id})
					delete(standing, id)
				}
			}
			times := map[string]int{}
			for _, r := range met {
				times[r.ID()]++
				require.Equal(rt, 1, times[r.ID()], "nothing comes twice")
			}
			for id := range standing {
				require.Equal(rt, 1, times[id], "what stood the whole time is met; sorted by %+v", l.Sort)
			}
			desc := len(l.Sort) == 0 || l.Sort[len(l.Sort)-1].Desc
			require.True(rt, slices.IsSortedFunc(met, func(a, b *object.Row) int {
				for _, s := range append(slices.Clone(l.Sort), record.Sort{Field: "id", Desc: desc}) {
					if c := less(a.Get(s.Field), b.Get(s.Field)); c != 0 {
						if s.Desc {
							return -c
						}
						return c
					}
				}
				return 0
			}), "in order over all pages; sorted by %+v", l.Sort)
		})
	})
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// everyType is an object with a field of each type, and values to tell apart for it, in rising order.
var everyType = []struct {
	name, more string
	values     []any // raw, in canonical order
}{
	{"text", "", []any{"A", "a", "b", "中"}}, {"long_text", "", []any{"一", "丁", "七"}}, {"url", "", []any{"https://a.cn", "https://b.cn"}},
	{"integer", "", []any{"-5", "0", "7", "10"}}, {"decimal", "", []any{"-0.5", "0.25", "3"}}, {"money", "", []any{"1", "2.5", "10万"}}, {"percent", "", []any{"9", "10.5", "65.5"}},
	{"boolean", "", []any{false, true}}, {"date", "", []any{"1969-12-31", "2026-02-01", "2026-11-24"}}, {"datetime", "", []any{"2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z"}}, {"duration", "", []any{"1秒", "2小时", "1天"}},
	{"choice", `,"options":[{"value":"b"},{"value":"a"}]`, []any{"a", "b"}}, {"multi_choice", `,"options":[{"value":"x"},{"value":"y"}]`, []any{[]any{"x"}, []any{"y"}}},
	{"phone", "", []any{"13800138000", "13900139000"}}, {"email", "", []any{"a@x.cn", "b@x.cn"}}, {"region", "", []any{"上海", "浙江"}},
	{"person", "", []any{"ann", "bob"}}, {"org_unit", "", []any{"east", "west"}}, {"relation", `,"target":"ticket"`, []any{"t1", "t2"}}, {"auto_number", "", []any{"N1", "N2"}},
	{"json", "", []any{"1", "2"}}, {"rich_text", "", []any{"<b>一</b>", "<i>二</i>"}}, {"file", "", []any{aFile}}, {"image", "", []any{aFile}},
}

func opaque(o *object.Object, name string) bool {
	f, _ := o.Field(name)
	return f.Type.Shape() == object.OpaqueShape
}

var aFile = []any{map[string]any{"id": strings.Repeat("ab", 32), "name": "a.pdf"}}

// TestSortingAndFilteringByEveryType through the database, with empty ones among the rows.
func TestSortingAndFilteringByEveryType(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		covered := map[string]bool{}
		spec := `{"title_field":"f_text","fields":[`
		for i, c := range everyType {
			covered[c.name] = true
			spec += map[bool]string{true: ",", false: ""}[i > 0] + `{"name":"f_` + c.name + `","title":{"zh-CN":"` + c.name + `"},"type":"` + c.name + `"` + c.more + `}`
		}
		for _, n := range object.TypeNames() {
			computed := n == "formula" || n == "rollup" // a compiled field has its result's type
			assert.True(t, covered[n] || computed, "field type %s has no line", n)
		}
		_, err := k.Defs.Publish(t.Context(), system, "", []*definition.Definition{{Kind: "object", Name: "wide", Title: definition.Text{ZH: "宽"}, Spec: json.RawMessage(spec + `]}`)}}, nil)
		require.NoError(t, err)
		for _, id := range []string{"t1", "t2"} {
			k.Must(t, system, record.Write{Op: record.Create, Object: "ticket", ID: id, Values: values{"title": id}})
		}
		for _, c := range everyType {
			name := "f_" + c.name
			_, err := k.DB.WritePool().ExecContext(t.Context(), "DELETE FROM o_wide")
			require.NoError(t, err)
			var want []string
			for _, v := range append([]any{nil}, c.values...) {
				want = append(want, k.Must(t, system, record.Write{Op: record.Create, Object: "wide", Values: values{name: v}}).ID())
			}
			list := func(l record.List) (out []string) {
				l.Object = "wide"
				page, err := k.Reader.List(t.Context(), system, l)
				require.NoError(t, err, "%s %s", c.name, l.Filter)
				for _, r := range page.Rows {
					out = append(out, r.ID())
				}
				return out
			}
			filter := func(op string, value any) []string {
				b, err := json.Marshal(values{"field": name, "op": op, "value": value})
				require.NoError(t, err)
				return list(record.List{Filter: b, Sort: []record.Sort{{Field: "id"}}})
			}
			if f, _ := object.Of(k.Defs.Current(), "wide"); opaque(f, name) {
				_, err := k.Reader.List(t.Context(), system, record.List{Object: "wide", Sort: []record.Sort{{Field: name}}})
				assert.Equal(t, "invalid_sort", code(err))
				_, err = k.Reader.List(t.Context(), system, record.List{Object: "wide", Filter: json.RawMessage(`{"field":"` + name + `","op":"eq","value":1}`)})
				assert.Equal(t, "invalid_condition", code(err))
				assert.Equal(t, want[:1], filter("empty", nil), c.name)
				assert.Equal(t, want[1:], filter("not_empty", nil), c.name)
				continue
			}
			assert.Equal(t, want, list(record.List{Sort: []record.Sort{{Field: name}}}), c.name)
			back := slices.Clone(want)
			slices.Reverse(back)
			assert.Equal(t, back, list(record.List{Sort: []record.Sort{{Field: name, Desc: true}}}), c.name)
			assert.Equal(t, want[:1], filter("empty", nil), c.name)
			assert.Equal(t, want[1:], filter("not_empty", nil), c.name)
			for i, v := range c.values {
				if c.name == "multi_choice" {
					assert.Equal(t, want[i+1:i+2], filter("contains", v), "%s contains %v", c.name, v)
					continue
				}
				assert.Equal(t, want[i+1:i+2], filter("eq", v), "%s = %v", c.name, v)
				rest := slices.Delete(slices.Clone(want), i+1, i+2)
				assert.Equal(t, rest, filter("ne", v), "%s ≠ %v", c.name, v)
			}
		}
	})
}

func TestACountBesideAListStops(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		var ws []record.Write
		for i := range record.CountCap + 1 {
			ws = append(ws, record.Write{Op: record.Create, Object: "ticket", Values: values{"title": fmt.Sprint(i)}})
		}
		_, err := k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "test", Engine: true}, Writes: ws[:record.CountCap]})
		require.NoError(t, err)
		page, err := k.Reader.List(t.Context(), system, record.List{Object: "ticket", Count: true})
		require.NoError(t, err)
		assert.Equal(t, []any{1000, false, 50}, []any{page.Count, page.Capped, len(page.Rows)})
		_, err = k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "test", Engine: true}, Writes: ws[record.CountCap:]})
		require.NoError(t, err)
		page, err = k.Reader.List(t.Context(), system, record.List{Object: "ticket", Count: true})
		require.NoError(t, err)
		assert.Equal(t, []any{1000, true}, []any{page.Count, page.Capped})
	})
}

func TestWordsFindTextAnywhere(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		a := k.Must(t, system, record.Write{Op: record.Create, Object: "ticket", Values: values{"title": "Hangzhou 杭州中学 100%_'", "secret": "暗号"}}).ID()
		b := k.Must(t, system, record.Write{Op: record.Create, Object: "ticket", Values: values{"title": "上海中学", "code": "HZ-1"}}).ID()
		find := func(who, words string) []string {
			page, err := k.Reader.List(t.Context(), k.As(who), record.List{Object: "ticket", Words: words, Sort: []record.Sort{{Field: "id"}}})
			require.NoError(t, err)
			out := []string{}
			for _, r := range page.Rows {
				out = append(out, r.ID())
			}
			return out
		}
		for words, want := range map[string][]string{"中学": {a, b}, "HANGZHOU": {a}, "杭州 中学": {a}, "中学 杭州": {a}, "hz": {b}, "上海 杭州": {}, "100%_'": {a}, "%": {a}, "_": {a}, "": {a, b}, "  ": {a, b}} {
			assert.Equal(t, want, find("chief1", words), words)
		}
		assert.Equal(t, []string{a}, find("chief1", "暗号"))
		assert.Empty(t, find("ann", "暗号"), "a hidden field finds nothing")
		_, err := k.Reader.List(t.Context(), k.As("ann"), record.List{Object: "ticket", Words: "a\x00b"})
		assert.Equal(t, "nul_byte", code(err))
	})
}
