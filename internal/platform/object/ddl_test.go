package object_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

var system = actor.TheSystem("test")

type spec = map[string]any

// thing makes a definition of fields given as name:type, with more parts of a field behind a second colon.
func thing(name string, fields ...spec) *definition.Definition {
	for _, f := range fields {
		if f["title"] == nil {
			f["title"] = spec{"zh-CN": fmt.Sprint("字段", f["name"])}
		}
	}
	b, err := json.Marshal(spec{"title_field": fields[0]["name"], "fields": fields})
	if err != nil {
		panic(err) // plain maps
	}
	return &definition.Definition{Kind: "object", Name: name, Title: definition.Text{ZH: name}, Spec: b}
}

func publish(t testing.TB, k *kerneltest.Kernel, defs ...*definition.Definition) error {
	t.Helper()
	_, err := k.Defs.Publish(t.Context(), system, "test", defs, nil)
	return err
}

func create(t testing.TB, k *kerneltest.Kernel, name string, values map[string]any) string {
	t.Helper()
	return k.Must(t, system, record.Write{Op: record.Create, Object: name, Values: values}).ID()
}

func read(t testing.TB, k *kerneltest.Kernel, name, id string) *object.Row {
	t.Helper()
	o, ok := object.Of(k.Defs.Current(), name)
	require.True(t, ok, name)
	r, err := record.ReadRow(t.Context(), k.DB, o, id)
	require.NoError(t, err)
	require.NotNil(t, r)
	return r
}

func code(err error) string {
	if p := problem.As(err); p != nil && len(p.Items) > 0 {
		return p.Items[0].Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// TestATableFollowsItsDefinition through a life: fields come, are renamed, go and come back; what was written stays.
func TestATableFollowsItsDefinition(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		require.NoError(t, publish(t, k, thing("asset", spec{"name": "name", "type": "text"}, spec{"name": "price", "type": "money"})))
		id := create(t, k, "asset", map[string]any{"name": "设备", "price": "12万"})

		// A field is added: the rows there are have it empty.
		require.NoError(t, publish(t, k, thing("asset", spec{"name": "name", "type": "text"}, spec{"name": "price", "type": "money"}, spec{"name": "place", "type": "region", "keep_unread": true, "index": true})))
		assert.Nil(t, read(t, k, "asset", id).Get("place"))
		k.Must(t, system, record.Write{Op: record.Update, Object: "asset", ID: id, Values: map[string]any{"place": "上海"}})

		// One is renamed: its id holds the column, its old name is another name for it.
		require.NoError(t, publish(t, k, thing("asset", spec{"name": "name", "type": "text"}, spec{"name": "cost", "id": "price", "aliases": []string{"price"}, "type": "money"}, spec{"name": "place", "type": "region", "keep_unread": true, "index": true})))
		row := read(t, k, "asset", id)
		for _, name := range []string{"cost", "price"} {
			assert.Equal(t, int64(12000000), row.Get(name), name)
		}
		k.Must(t, system, record.Write{Op: record.Update, Object: "asset", ID: id, Values: map[string]any{"price": "13万"}})
		row = read(t, k, "asset", id)
		assert.Equal(t, int64(13000000), row.Get("cost"))
		page, err := k.Reader.List(t.Context(), system, record.List{Object: "asset", Filter: json.RawMessage(`{"field":"price","op":"gt","value":1}`), Sort: []record.Sort{{Field: "price"}}})
		require.NoError(t, err)
		assert.Len(t, page.Rows, 1, "saved filters by the old name go on")

		// One is taken away: no longer there, but kept; and back with what it held.
		require.NoError(t, publish(t, k, thing("asset", spec{"name": "name", "type": "text"})))
		_, known := row.Object.Field("cost")
		assert.True(t, known)
		gone := read(t, k, "asset", id)
		_, known = gone.Object.Field("cost")
		assert.False(t, known)
		_, err = k.Write(t, system, record.Write{Op: record.Update, Object: "asset", ID: id, Values: map[string]any{"price": 1}})
		assert.Equal(t, "unknown_field", code(err))
		create(t, k, "asset", map[string]any{"name": "只有名字"})
		require.NoError(t, publish(t, k, thing("asset", spec{"name": "name", "type": "text"}, spec{"name": "price", "type": "money"}, spec{"name": "place", "type": "region", "keep_unread": true})))
		assert.Equal(t, int64(13000000), read(t, k, "asset", id).Get("price"))
		assert.Equal(t, "cn.31", read(t, k, "asset", id).Get("place"))

		// The object is taken away and comes back.
		removed := thing("asset", spec{"name": "name", "type": "text"})
		removed.Removed = true
		require.NoError(t, publish(t, k, removed))
		require.NoError(t, publish(t, k, thing("asset", spec{"name": "name", "type": "text"}, spec{"name": "price", "type": "money"})))
		assert.Equal(t, int64(13000000), read(t, k, "asset", id).Get("price"))

		// What the column holds cannot be told otherwise.
		for _, c := range []struct{ typ, more, want string }{{"text", "", "type_change"}, {"integer", "", "type_change"}, {"percent", "", "type_change"}, {"decimal", "", "type_change"}} {
			assert.Equal(t, c.want, code(publish(t, k, thing("asset", spec{"name": "name", "type": "text"}, spec{"name": "price", "type": c.typ}))), c.typ)
		}
		assert.Equal(t, "type_change", code(publish(t, k, thing("asset", spec{"name": "name", "type": "integer"}, spec{"name": "price", "type": "money"}))))
		require.NoError(t, publish(t, k, thing("asset", spec{"name": "name", "type": "long_text"}, spec{"name": "price", "type": "money"})), "one text for another is no matter")
		// Also where the field was away in between.
		require.NoError(t, publish(t, k, thing("asset", spec{"name": "name", "type": "text"})))
		assert.Equal(t, "type_change", code(publish(t, k, thing("asset", spec{"name": "name", "type": "text"}, spec{"name": "price", "type": "text"}))))

		// What comes with the platform stays, and records stay where they are called.
		person, _ := k.Defs.Current().Definition("object", "person")
		removedPerson := *person
		removedPerson.Removed = true
		_, err = k.Defs.Publish(t.Context(), system, "", []*definition.Definition{&removedPerson}, nil)
		assert.Error(t, err)
		renamed := thing("equipment", spec{"name": "name", "type": "text"})
		renamed.Aliases = []string{"asset"}
		away := thing("asset", spec{"name": "name", "type": "text"})
		away.Removed = true
		assert.Equal(t, "renamed_object", code(publish(t, k, renamed, away)), "records would be left behind under the old name")
	})
}

func TestUniqueFieldsComeAndGo(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		plain, unique := thing("asset", spec{"name": "name", "type": "text"}), thing("asset", spec{"name": "name", "type": "text", "unique": true})
		require.NoError(t, publish(t, k, plain))
		a := create(t, k, "asset", map[string]any{"name": "同名"})
		create(t, k, "asset", map[string]any{"name": "同名"})
		create(t, k, "asset", map[string]any{})
		create(t, k, "asset", map[string]any{}) // two empty ones are no repeat
		assert.Equal(t, "not_unique", code(publish(t, k, unique)))
		k.Must(t, system, record.Write{Op: record.Update, Object: "asset", ID: a, Values: map[string]any{"name": "改名"}})
		require.NoError(t, publish(t, k, unique))
		_, err := k.Write(t, system, record.Write{Op: record.Create, Object: "asset", Values: map[string]any{"name": "改名"}})
		p := problem.As(err)
		require.NotNil(t, p)
		assert.Equal(t, []any{problem.Conflict, "taken", "/name"}, []any{p.Class, p.Code, p.Items[0].Pointer})
		require.NoError(t, publish(t, k, plain))
		create(t, k, "asset", map[string]any{"name": "改名"})
	})
}

// TestNamesThatLanguagesKeepForThemselves: nobody who sets up an object has to know SQL's words, and long names are told apart.
func TestNamesThatLanguagesKeepForThemselves(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		words := []string{"select", "from", "where", "order", "group", "table", "index", "default", "primary", "null", "user", "limit", "offset", "values", "check", "t", "rowid", "ctid", "xmin", "c1", "oid"}
		var fields []spec
		for _, w := range words {
			fields = append(fields, spec{"name": w, "type": "text", "index": true, "title": spec{"zh-CN": strings.Repeat("长", 200)}})
		}
		long := strings.Repeat("x", 50)
		fields = append(fields, spec{"name": long + "a", "type": "text", "unique": true}, spec{"name": long + "b", "type": "text", "unique": true, "title": spec{"zh-CN": `引'号"；--`}})
		var defs []*definition.Definition
		for _, name := range []string{"order", "select", "table", "user", strings.Repeat("y", 50), strings.Repeat("y", 49) + "z"} {
			var own []spec
			for _, f := range fields {
				c := spec{}
				for key, v := range f {
					c[key] = v
				}
				own = append(own, c)
			}
			defs = append(defs, thing(name, own...))
		}
		require.NoError(t, publish(t, k, defs...))
		for _, d := range defs {
			values := map[string]any{}
			for i, w := range words {
				values[w] = fmt.Sprint("值", i)
			}
			values[long+"a"], values[long+"b"] = "甲", "乙"
			id := create(t, k, d.Name, values)
			row := read(t, k, d.Name, id)
			for name, v := range values {
				assert.Equal(t, v, row.Get(name), "%s.%s", d.Name, name)
			}
			_, err := k.Write(t, system, record.Write{Op: record.Create, Object: d.Name, Values: map[string]any{long + "b": "乙"}})
			p := problem.As(err)
			if assert.NotNil(t, p, "%v", err) {
				assert.Equal(t, "/"+long+"b", p.Items[0].Pointer, "the long names have indexes of their own")
			}
			for _, w := range append(slices.Clone(words), long+"a", long+"b") {
				page, err := k.Reader.List(t.Context(), system, record.List{Object: d.Name, Filter: json.RawMessage(fmt.Sprintf(`{"field":%q,"op":"not_empty"}`, w)), Sort: []record.Sort{{Field: w, Desc: true}}})
				require.NoError(t, err)
				assert.Len(t, page.Rows, 1)
			}
		}
		// Names of other writings are refused with the rule; titles take anything.
		for _, name := range []string{"名称", "a b", "a-b", "A", "_a", "1a", "a\"b", strings.Repeat("x", 52), strings.Repeat("x", 200), ""} {
			_, items := k.Defs.Try([]*definition.Definition{thing("asset", spec{"name": "fine", "type": "text"}, spec{"name": name, "type": "text"})})
			if assert.Len(t, items, 1, name) {
				assert.Equal(t, []string{"bad_name", "/spec/fields/1/name"}, []string{items[0].Code, items[0].Pointer}, name)
			}
		}
	})
}

// TestBothDatabasesOrderAsGoDoes: canonical values sort alike in memory, in SQLite and in PostgreSQL; the empty one is the smallest.
func TestBothDatabasesOrderAsGoDoes(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		require.NoError(t, publish(t, k, thing("asset", spec{"name": "name", "type": "text"}, spec{"name": "n", "type": "integer"})))
		rnd := rand.New(rand.NewPCG(1, 2))
		letters := []string{"a", "A", "b", "B", "é", "e\u0301", "Z", "z", "_", "%", "-", "1", "10", "9", "中", "国", "教育", "教肓", "😀", "ﬀ", "ａ", "~", " z"}
		numbers := []int64{0, 1, -1, 10, 9, -1 << 62, 1 << 62, -1<<63 + 1, 1<<63 - 1, 1 << 53, 1<<53 + 1}
		var writes []record.Write
		for i := range 300 {
			v := map[string]any{}
			if i%5 > 0 {
				v["name"] = "x"[:i%2] + letters[rnd.IntN(len(letters))] + letters[rnd.IntN(len(letters))]
			}
			if i%3 > 0 {
				v["n"] = json.Number(fmt.Sprint(numbers[rnd.IntN(len(numbers))]))
			}
			writes = append(writes, record.Write{Op: record.Create, Object: "asset", Values: v})
		}
		out, err := k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "test", Engine: true}, Writes: writes})
		require.NoError(t, err)
		for _, s := range []record.Sort{{Field: "name"}, {Field: "name", Desc: true}, {Field: "n"}, {Field: "n", Desc: true}} {
			rows := make([]*object.Row, len(out))
			for i := range out {
				rows[i] = out[i].Row
			}
			slices.SortFunc(rows, func(a, b *object.Row) int {
				c := compare(a.Get(s.Field), b.Get(s.Field))
				if c == 0 {
					c = strings.Compare(a.ID(), b.ID())
				}
				if s.Desc {
					c = -c
				}
				return c
			})
			page, err := k.Reader.List(t.Context(), system, record.List{Object: "asset", Sort: []record.Sort{s}, Limit: 500})
			require.NoError(t, err)
			var want, got []string
			for i := range rows {
				want, got = append(want, rows[i].ID()), append(got, page.Rows[i].ID())
			}
			assert.Equal(t, want, got, "%+v", s)
		}
	})
}

// compare orders canonical values: nothing, then by bytes or by number.
func compare(a, b any) int {
	switch x := a.(type) {
	case nil:
		if b == nil {
			return 0
		}
		return -1
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
	return 1
}
