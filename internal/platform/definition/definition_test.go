package definition_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/definition"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/store/storetest"
)

var boss = &actor.Actor{Kind: actor.Person, ID: "boss", Name: "总监"}

func define(kind, name, spec string) *definition.Definition {
	return &definition.Definition{Kind: kind, Name: name, Title: definition.Text{ZH: name}, Spec: json.RawMessage(spec)}
}

// thing is an object with one text field of a name.
func thing(name, field string) *definition.Definition {
	return define("object", name, `{"title_field":"`+field+`","fields":[{"name":"`+field+`","title":{"zh-CN":"内容"},"type":"text"}]}`)
}

func publish(t *testing.T, m *definition.Manager, defs ...*definition.Definition) *definition.Revision {
	t.Helper()
	rev, err := m.Publish(t.Context(), boss, "test", defs, nil)
	require.NoError(t, err)
	return rev
}

// tables lists the objects' tables.
func tables(t *testing.T, db *store.DB) []string {
	t.Helper()
	q := "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'o\\_%' ESCAPE '\\' ORDER BY name"
	if db.Dialect() == store.Postgres {
		q = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_name LIKE 'o\_%' ORDER BY table_name COLLATE "C"`
	}
	rows, err := db.Query(t.Context(), q)
	require.NoError(t, err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var n string
		require.NoError(t, rows.Scan(&n))
		out = append(out, n)
	}
	return out
}

func count(t *testing.T, db *store.DB, q string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRow(t.Context(), q, args...).Scan(&n))
	return n
}

func TestFromDraftToSnapshot(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		m := k.Defs
		var swapped []int64
		m.OnSwap(func(s *definition.Snapshot) { swapped = append(swapped, s.Revision) })
		before := m.Current()

		wrong := define("object", "asset", `{"title_field":"nmae","fields":[{"name":"name","title":{"zh-CN":"名称"},"type":"text"}]}`)
		problems, err := m.SaveDraft(t.Context(), boss, wrong, 0)
		require.NoError(t, err)
		require.Len(t, problems, 1, "a draft says what is wrong with it, and is kept")
		assert.Equal(t, problem.Item{Kind: "object", Name: "asset", Pointer: "/spec/title_field", Code: "unknown_field", Message: "没有字段“nmae”", Hint: "是否指“name”？"}, problems[0])
		drafts, err := m.Drafts(t.Context())
		require.NoError(t, err)
		require.Len(t, drafts, 1)
		assert.Equal(t, "总监", drafts[0].By)
		assert.Equal(t, before.Revision, drafts[0].Base)
		_, err = m.Publish(t.Context(), boss, "", nil, nil)
		assert.Equal(t, "definitions_invalid", problem.As(err).Code)
		assert.Same(t, before, m.Current(), "nothing was published")
		assert.NotContains(t, tables(t, k.DB), "o_asset")

		right := define("object", "asset", `{"title_field":"name","fields":[{"name":"name","title":{"zh-CN":"名称"},"type":"text"}]}`)
		problems, err = m.SaveDraft(t.Context(), boss, right, 0)
		assert.True(t, len(problems) == 0 && err == nil)
		_, err = m.SaveDraft(t.Context(), boss, thing("later", "text"), 0)
		require.NoError(t, err)
		assert.Same(t, before, m.Current(), "a draft changes nothing")
		rev, err := m.Publish(t.Context(), boss, "资产", nil, []definition.Key{{Kind: "object", Name: "asset"}})
		require.NoError(t, err)
		assert.Equal(t, before.Revision+1, rev.N)
		assert.Equal(t, []definition.Change{{Kind: "object", Name: "asset", Op: "add"}}, rev.Change)
		assert.Equal(t, rev.N, m.Current().Revision)
		assert.Equal(t, []int64{rev.N}, swapped)
		o, ok := object.Of(m.Current(), "asset")
		require.True(t, ok)
		assert.Equal(t, "名称", o.Fields[len(o.Fields)-1].Title.ZH)
		d, ok := m.Current().Definition("object", "asset")
		assert.True(t, ok && d.Revision == rev.N)
		assert.Contains(t, tables(t, k.DB), "o_asset", "its table came with it")
		drafts, err = m.Drafts(t.Context())
		require.NoError(t, err)
		require.Len(t, drafts, 1, "the draft that was not chosen waits")
		assert.Equal(t, "later", drafts[0].Name)
		require.NoError(t, m.DropDraft(t.Context(), "object", "later"))
		_, err = m.Publish(t.Context(), boss, "", nil, nil)
		assert.Equal(t, "nothing_to_publish", problem.As(err).Code)

		revs, err := m.Revisions(t.Context(), 10)
		require.NoError(t, err)
		assert.Equal(t, rev.N, revs[0].N)
		assert.Equal(t, "资产", revs[0].Note)
		assert.Equal(t, "总监", revs[0].By)
		_, known := object.Of(before, "asset")
		assert.False(t, known, "a snapshot taken before is as it was")

		again := kerneltest.Open(t, url) // after a restart
		assert.Equal(t, rev.N, again.Defs.Current().Revision)
		_, ok = object.Of(again.Defs.Current(), "asset")
		assert.True(t, ok)
	})
}

func TestWhatACheckFinds(t *testing.T) {
	t.Parallel()
	k := kerneltest.Open(t, kerneltest.SQLite(t))
	untitled := thing("untitled", "text")
	untitled.Title.ZH = " "
	for _, c := range []struct {
		def                 *definition.Definition
		pointer, code, hint string
	}{
		{define("objekt", "x", `{}`), "/kind", "unknown_kind", "是否指“object”？"},
		{thing("Bad-Name", "text"), "/name", "bad_name", ""},
		{thing(strings.Repeat("x", 51), "text"), "/name", "bad_name", ""},
		{untitled, "/title/zh-CN", "no_title", ""},
		{define("object", "x", `{"title_field":"a","fields":[{"name":"a","title":{"zh-CN":"甲"},"typ":"text"}]}`), "/spec/fields/0/typ", "unknown_field", "是否指“type”？"},
		{define("object", "x", `{"title_field":"a","fields":[{"name":"a","title":{"zh-CN":"甲"},"type":"text"},{"name":"b","title":{"zh-CN":"乙"},"type":"text","required":"yes"}]}`), "/spec/fields/1/required", "wrong_type", ""},
		{define("object", "x", `{"fields":{}}`), "/spec/fields", "wrong_type", ""},
		{define("object", "x", `{"fields":[]} {}`), "/spec", "unreadable", "请检查引号、逗号和括号"},
		{define("object", "x", `{"fields":[{"name":"a","title":{"zh-CN":"甲"},"type":"tekst"}]}`), "/spec/fields/0/type", "unknown_type", "是否指“text”？"},
		{define("object", "x", `{"fields":[{"name":"1a","title":{"zh-CN":"甲"},"type":"text"}]}`), "/spec/fields/0/name", "bad_name", ""},
		{define("object", "x", `{"fields":[{"name":"owner","title":{"zh-CN":"甲"},"type":"text"}]}`), "/spec/fields/0/name", "duplicate", ""},
		{define("object", "x", `{"fields":[{"name":"a","title":{"zh-CN":"甲"},"type":"text"},{"name":"b","id":"a","title":{"zh-CN":"乙"},"type":"text"}]}`), "/spec/fields/1/id", "duplicate", ""},
		{define("object", "x", `{"fields":[{"name":"a","title":{},"type":"text"}]}`), "/spec/fields/0/title/zh-CN", "no_title", ""},
		{define("object", "x", `{"fields":[{"name":"a","title":{"zh-CN":"甲"},"type":"relation","target":"tickte"}]}`), "/spec/fields/0/target", "unknown_object", "是否指“ticket”？"},
		{define("object", "x", `{"fields":[{"name":"a","title":{"zh-CN":"甲"},"type":"integer","default":"many"}]}`), "/spec/fields/0/default", "bad_default", ""},
		{define("object", "x", `{"fields":[{"name":"a","title":{"zh-CN":"甲"},"type":"decimal","scale":9}]}`), "/spec/fields/0/scale", "out_of_range", ""},
		{define("object", "x", `{"indexes":[["aa"]],"fields":[{"name":"a","title":{"zh-CN":"甲"},"type":"text"}]}`), "/spec/indexes/0", "unknown_field", ""},
		{define("object", "x", `{"owner_from":"a","fields":[{"name":"a","title":{"zh-CN":"甲"},"type":"text"}]}`), "/spec/owner_from", "unknown_field", "是否指“a”？"},
		{define("role", "x", `{"rights":["all.se"],"objects":{}}`), "/spec/rights/0", "unknown_right", "是否指“all.see”？"},
	} {
		_, items := k.Defs.Try([]*definition.Definition{c.def})
		if assert.Len(t, items, 1, "%s", c.def.Spec) {
			assert.Equal(t, []string{c.pointer, c.code, c.hint}, []string{items[0].Pointer, items[0].Code, items[0].Hint}, "%s", c.def.Spec)
			assert.Equal(t, []string{c.def.Kind, c.def.Name}, []string{items[0].Kind, items[0].Name})
			assert.NotEmpty(t, items[0].Message)
		}
	}
	// All of them at once, across definitions; what one needs another may bring.
	both := []*definition.Definition{define("role", "x", `{"rights":["nope"],"objects":{"asset":{"read":"al"}}}`), thing("asset", "text"), define("object", "y", `{"title_field":"b","fields":[{"name":"a","title":{"zh-CN":"甲"},"type":"relation","target":"asset"}]}`)}
	_, items := k.Defs.Try(both)
	var got []string
	for _, it := range items {
		got = append(got, it.Name+" "+it.Code)
	}
	assert.ElementsMatch(t, []string{"y unknown_field", "x unknown_right", "x unknown_scope"}, got)
	// Taking away what others need.
	gone := define("object", "ticket", `{}`)
	gone.Removed = true
	_, items = k.Defs.Try([]*definition.Definition{gone})
	require.NotEmpty(t, items)
	assert.Equal(t, []string{"role", "agent", "unknown_object"}, []string{items[0].Kind, items[0].Name, items[0].Code})
}

// TestAFailingPublishLeavesNothing: the tables of the definitions before the one that fails go back as well, on both databases.
func TestAFailingPublishLeavesNothing(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		for range 2 {
			k.Must(t, k.As("ann"), record.Write{Op: record.Create, Object: "ticket", Values: map[string]any{"title": "同名"}})
		}
		d, _ := k.Defs.Current().Definition("object", "ticket")
		unique := *d
		unique.Spec = json.RawMessage(strings.Replace(string(d.Spec), `"type":"text","required":true`, `"type":"text","unique":true,"required":true`, 1))
		require.NotEqual(t, string(d.Spec), string(unique.Spec))
		before, had := k.Defs.Current(), tables(t, k.DB)
		versions, revisions := count(t, k.DB, "SELECT COUNT(*) FROM definition_version"), count(t, k.DB, "SELECT COUNT(*) FROM revision")
		for _, x := range []*definition.Definition{thing("aaa", "text"), &unique} { // aaa comes first
			_, err := k.Defs.SaveDraft(t.Context(), boss, x, 0)
			require.NoError(t, err)
		}
		_, err := k.Defs.Publish(t.Context(), boss, "", nil, nil)
		p := problem.As(err)
		require.NotNil(t, p, "%v", err)
		assert.Equal(t, []string{"not_unique", "/spec/fields/0/unique"}, []string{p.Items[0].Code, p.Items[0].Pointer})
		assert.Same(t, before, k.Defs.Current())
		assert.Equal(t, had, tables(t, k.DB), "no table was left")
		assert.Equal(t, versions, count(t, k.DB, "SELECT COUNT(*) FROM definition_version"))
		assert.Equal(t, revisions, count(t, k.DB, "SELECT COUNT(*) FROM revision"))
		drafts, err := k.Defs.Drafts(t.Context())
		assert.True(t, len(drafts) == 2 && err == nil, "the drafts wait to be mended")
		k.Must(t, k.As("ann"), record.Write{Op: record.Create, Object: "ticket", Values: map[string]any{"title": "照常"}})
		// Mended, it goes through.
		require.NoError(t, k.Defs.DropDraft(t.Context(), "object", "ticket"))
		_, err = k.Defs.Publish(t.Context(), boss, "", nil, nil)
		require.NoError(t, err)
		assert.Contains(t, tables(t, k.DB), "o_aaa")
	})
}

func TestRestoringARevision(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		m := k.Defs
		changed := thing("stays", "text")
		first := publish(t, m, thing("stays", "text"), thing("goes", "text"))
		require.NoError(t, k.Dir.Reload(t.Context()))
		row := k.Must(t, actor.TheSystem("test"), record.Write{Op: record.Create, Object: "goes", Values: map[string]any{"text": "内容"}})
		gone := thing("goes", "text")
		gone.Removed = true
		changed.Title.ZH = "改过"
		second := publish(t, m, changed, gone, thing("comes", "text"))
		assert.Equal(t, []definition.Change{{Kind: "object", Name: "stays", Op: "change"}, {Kind: "object", Name: "goes", Op: "remove"}, {Kind: "object", Name: "comes", Op: "add"}}, second.Change)
		_, ok := object.Of(m.Current(), "goes")
		assert.False(t, ok)

		refuse := func(k definition.Key) error {
			if k.Name == "goes" {
				return problem.New(problem.Forbidden, "forbidden", "不行")
			}
			return nil
		}
		_, err := m.Restore(t.Context(), boss, first.N, refuse)
		assert.Equal(t, "forbidden", problem.As(err).Code)
		assert.Equal(t, second.N, m.Current().Revision, "who may not change it all changes nothing")

		rev, err := m.Restore(t.Context(), boss, first.N, nil)
		require.NoError(t, err)
		assert.Equal(t, second.N+1, rev.N, "going back is a step of its own")
		assert.ElementsMatch(t, []definition.Change{{Kind: "object", Name: "stays", Op: "change"}, {Kind: "object", Name: "goes", Op: "add"}, {Kind: "object", Name: "comes", Op: "remove"}}, rev.Change)
		d, _ := m.Current().Definition("object", "stays")
		assert.Equal(t, "stays", d.Title.ZH)
		o, ok := object.Of(m.Current(), "goes")
		require.True(t, ok)
		back, err := record.ReadRow(t.Context(), k.DB, o, row.ID())
		require.NoError(t, err)
		require.NotNil(t, back, "its records are where they were")
		assert.Equal(t, "内容", back.Text("text"))
		_, ok = object.Of(m.Current(), "comes")
		assert.False(t, ok)

		_, err = m.Restore(t.Context(), boss, rev.N, nil)
		assert.Equal(t, "nothing_to_publish", problem.As(err).Code)
		for _, n := range []int64{0, -1, 999} {
			_, err = m.Restore(t.Context(), boss, n, nil)
			assert.Equal(t, "no_such_revision", problem.As(err).Code, "%d", n)
		}
		undone, err := m.Restore(t.Context(), boss, second.N, nil)
		require.NoError(t, err)
		_, ok = object.Of(m.Current(), "comes")
		assert.True(t, ok, "and going back can be taken back")
		then, err := m.At(t.Context(), first.N)
		require.NoError(t, err)
		_, ok = object.Of(then, "goes")
		assert.True(t, ok, "a past revision is read as it was")
		assert.Equal(t, undone.N, m.Current().Revision)
	})
}

// TestPublishesAtOnceAreAllThere: each is checked on the result of the one before; none is lost.
func TestPublishesAtOnceAreAllThere(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		nodes := []*kerneltest.Kernel{kerneltest.Open(t, url)}
		if nodes[0].DB.Dialect() == store.Postgres {
			nodes = append(nodes, kerneltest.Open(t, url)) // two programs on one database
		}
		const n = 8
		first := nodes[0].Defs.Current().Revision
		var all sync.WaitGroup
		errs := make([]error, 2*n)
		for i := range n {
			m := nodes[i%len(nodes)].Defs
			all.Go(func() { // each its own
				_, errs[i] = m.Publish(context.Background(), boss, "", []*definition.Definition{thing(fmt.Sprintf("own%d", i), "text")}, nil)
			})
			all.Go(func() { // all the same
				d := thing("shared", "text")
				d.Title.ZH = fmt.Sprint(i)
				_, errs[n+i] = m.Publish(context.Background(), boss, fmt.Sprint(i), []*definition.Definition{d}, nil)
			})
		}
		all.Wait()
		for i, err := range errs {
			require.NoError(t, err, i)
		}
		revs, err := nodes[0].Defs.Revisions(t.Context(), 100)
		require.NoError(t, err)
		require.Len(t, revs, int(first)+2*n)
		seen, lastShared := map[string]int{}, ""
		for i, r := range revs {
			assert.Equal(t, first+2*n-int64(i), r.N, "without gaps")
			require.Len(t, r.Change, max(1, len(r.Change)))
			if r.N > first {
				seen[r.Change[0].Name]++
				if r.Change[0].Name == "shared" && lastShared == "" {
					lastShared = r.Note
				}
			}
		}
		for i := range n {
			assert.Equal(t, 1, seen[fmt.Sprintf("own%d", i)])
		}
		assert.Equal(t, n, seen["shared"])
		adds := 0
		for _, r := range revs {
			if slices.Contains(r.Change, definition.Change{Kind: "object", Name: "shared", Op: "add"}) {
				adds++
			}
		}
		assert.Equal(t, 1, adds, "the later ones saw that it was there")
		for _, k := range nodes {
			require.NoError(t, k.DB.Write(t.Context(), store.Interactive, func(context.Context, *store.Tx) error { return nil }))
			assert.Equal(t, first+2*n, k.Defs.Current().Revision)
			for i := range n {
				_, ok := object.Of(k.Defs.Current(), fmt.Sprintf("own%d", i))
				assert.True(t, ok, i)
			}
			d, _ := k.Defs.Current().Definition("object", "shared")
			assert.Equal(t, lastShared, d.Title.ZH, "the last one counts")
		}
	})
}

// TestOneDraftIsPublishedOnce: of two who publish the same draft, one does and the other is told that there is nothing left.
func TestOneDraftIsPublishedOnce(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		_, err := k.Defs.SaveDraft(t.Context(), boss, thing("once", "text"), 0)
		require.NoError(t, err)
		var all sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			all.Go(func() { _, errs[i] = k.Defs.Publish(context.Background(), boss, "", nil, nil) })
		}
		all.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else {
				assert.Equal(t, "nothing_to_publish", problem.As(err).Code)
			}
		}
		assert.Equal(t, 1, done)
		assert.Equal(t, 1, count(t, k.DB, "SELECT COUNT(*) FROM definition_version WHERE name = 'once'"))
	})
}

// TestAnotherNodeFollows: what one program publishes, the next write of another runs on.
func TestAnotherNodeFollows(t *testing.T) {
	t.Parallel()
	url := storetest.Postgres(t)
	a, b := kerneltest.Open(t, url), kerneltest.Open(t, url)
	publish(t, a.Defs, thing("asset", "text"))
	_, ok := object.Of(b.Defs.Current(), "asset")
	assert.False(t, ok)
	row := b.Must(t, actor.TheSystem("test"), record.Write{Op: record.Create, Object: "asset", Values: map[string]any{"text": "甲"}})
	assert.Equal(t, "甲", row.Text("text"))
	assert.Equal(t, a.Defs.Current().Revision, b.Defs.Current().Revision)
	// And publishes on top of it.
	rev := publish(t, b.Defs, thing("other", "text"))
	assert.Equal(t, a.Defs.Current().Revision+1, rev.N)
	require.NoError(t, a.Defs.Load(t.Context()))
	for _, name := range []string{"asset", "other"} {
		_, ok := object.Of(a.Defs.Current(), name)
		assert.True(t, ok, name)
	}
}

// TestTheRecorderIsPartOfThePublish: its event is in the transaction, with the changes as they were counted.
func TestTheRecorderIsPartOfThePublish(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		var told [][]definition.Change
		m := definition.NewManager(k.DB, clock.New(), []definition.Kind{object.NewKind(), access.NewKind([]string{"all.see"})}, object.Apply, func(ctx context.Context, tx *store.Tx, a *actor.Actor, n int64, note string, changes []definition.Change) {
			_, err := tx.Exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?)", fmt.Sprint("told-", n), note+" "+a.Name)
			require.NoError(t, err)
			told = append(told, changes)
		})
		require.NoError(t, m.Load(t.Context()))
		rev := publish(t, m, thing("asset", "text"))
		require.NoError(t, k.Defs.Load(t.Context()))
		assert.Equal(t, [][]definition.Change{rev.Change}, told)
		assert.Equal(t, 1, count(t, k.DB, "SELECT COUNT(*) FROM setting WHERE value = 'test 总监'"))
		_, err := m.Publish(t.Context(), boss, "", []*definition.Definition{define("object", "asset", `{"fields":[{"name":"text","title":{"zh-CN":"内容"},"type":"integer"}]}`)}, nil)
		assert.Equal(t, "type_change", problem.As(err).Items[0].Code, "refused by the tables")
		assert.Equal(t, 1, count(t, k.DB, "SELECT COUNT(*) FROM setting WHERE name LIKE 'told-%'"))
	})
}

// TestADraftDoesNotSilentlyReplaceWhatSomebodyPublished: what was published since the change began is named, and goes only when one says so.
func TestADraftDoesNotSilentlyReplaceWhatSomebodyPublished(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		m := k.Defs
		first, err := m.Publish(t.Context(), boss, "", []*definition.Definition{thing("shared", "text")}, nil)
		require.NoError(t, err)
		stood, _ := m.Current().Definition("object", "shared")
		_, err = m.Publish(t.Context(), boss, "", []*definition.Definition{thing("shared", "long_text")}, nil) // by whom asks for no care
		require.NoError(t, err)

		_, err = m.SaveDraft(t.Context(), boss, thing("shared", "text"), first.N) // changed on the first version
		require.NoError(t, err)
		_, err = m.SaveDraft(t.Context(), boss, thing("shared", "text"), 0) // saved again: still made on the first
		require.NoError(t, err)
		_, err = m.Publish(t.Context(), boss, "", nil, nil)
		p := problem.As(err)
		require.NotNil(t, p)
		assert.Equal(t, problem.Conflict, p.Class)
		require.Len(t, p.Items, 1)
		assert.Equal(t, "definition_changed", p.Items[0].Code)
		assert.Contains(t, p.Items[0].Message, "总监")
		drafts, err := m.Drafts(t.Context())
		require.NoError(t, err)
		require.Len(t, drafts, 1, "the draft is not lost")
		rev, err := m.PublishOver(t.Context(), boss, "", nil)
		require.NoError(t, err)
		now, _ := m.Current().Definition("object", "shared")
		assert.Equal(t, rev.N, now.Revision)
		assert.Equal(t, string(stood.Spec), string(now.Spec))

		stale := *stood
		_, err = m.Publish(t.Context(), boss, "", []*definition.Definition{&stale}, nil)
		assert.Equal(t, "definition_changed", problem.As(err).Code, "a program that read an older version does not replace the newer one")
	})
}
