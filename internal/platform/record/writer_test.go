package record_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

var system = actor.TheSystem("test")

type values = map[string]any

func ops(t testing.TB, k *kerneltest.Kernel, id string) []string {
	t.Helper()
	var out []string
	for _, e := range events(t, k, id) {
		out = append(out, e.Op)
	}
	return out
}

// events of a record, oldest first.
func events(t testing.TB, k *kerneltest.Kernel, id string) []*ledger.Event {
	t.Helper()
	all, err := k.Ledger.Search(context.Background(), ledger.Filter{RecordID: id, Limit: 200})
	require.NoError(t, err)
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all
}

func row(t testing.TB, k *kerneltest.Kernel, name, id string) *object.Row {
	t.Helper()
	o, _ := object.Of(k.Defs.Current(), name)
	r, err := record.ReadRow(context.Background(), k.DB, o, id)
	require.NoError(t, err)
	return r
}

func code(err error) string {
	if p := problem.As(err); p != nil {
		return p.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// places lists a problem's places as pointer:code.
func places(err error) []string {
	var out []string
	if p := problem.As(err); p != nil {
		for _, it := range p.Items {
			out = append(out, it.Pointer+":"+it.Code)
		}
	}
	return out
}

func count(t testing.TB, k *kerneltest.Kernel, q string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, k.DB.QueryRow(context.Background(), q, args...).Scan(&n))
	return n
}

func TestARecordsLife(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		ann, chief := k.As("ann"), k.As("chief1")
		made := k.Must(t, ann, record.Write{Op: record.Create, Object: "ticket", Values: values{"title": " 打不开 ", "kind": "bug", "amount": "1.5万", "owner": "ann"}})
		id := made.ID()
		assert.Equal(t, []any{"打不开", "故障", int64(1500000), "新建", "ann", "east", int64(1), "ann", "ann", nil},
			[]any{made.Get("title"), made.Get("kind"), made.Get("amount"), made.Get("status"), made.Owner(), made.Get("org_unit"), made.Get("version"), made.Get("created_by"), made.Get("updated_by"), made.Get("deleted_at")})
		assert.Equal(t, made.V, row(t, k, "ticket", id).V, "what was answered is what stands")

		k.Clock.Shift(time.Hour)
		out, err := k.Write(t, ann, record.Write{Op: record.Update, Object: "ticket", ID: id, Values: values{"amount": nil, "kind": "咨询"}})
		require.NoError(t, err)
		assert.Equal(t, "updated", out.Result)
		assert.Equal(t, int64(2), out.Row.Get("version"))
		assert.Nil(t, out.Row.Get("amount"))
		assert.Greater(t, out.Row.Get("updated_at"), made.Get("updated_at"))
		assert.Equal(t, made.Get("created_at"), out.Row.Get("created_at"))

		out, err = k.Write(t, ann, record.Write{Op: record.Update, Object: "ticket", ID: id, Values: values{"kind": " 咨询 "}})
		require.NoError(t, err)
		assert.Equal(t, "unchanged", out.Result, "the same is no change")
		assert.Equal(t, []string{"create", "update"}, ops(t, k, id), "and no event")
		e := events(t, k, id)[1]
		assert.Equal(t, map[string][2]any{"amount": {float64(1500000), nil}, "kind": {"故障", "咨询"}}, e.Payload.Changes, "differences only")
		assert.Equal(t, []string{"person", "ann", "ann", "192.0.2.7"}, []string{e.ActorKind, e.ActorID, e.ActorName, e.IP})

		_, err = k.Write(t, ann, record.Write{Op: record.Delete, Object: "ticket", ID: id})
		assert.Equal(t, "forbidden", code(err), "not hers to delete")
		out, err = k.Write(t, chief, record.Write{Op: record.Delete, Object: "ticket", ID: id})
		require.NoError(t, err)
		assert.Equal(t, "deleted", out.Result)
		_, err = k.Reader.Get(t.Context(), chief, "ticket", id)
		assert.Equal(t, "no_such_record", code(err))
		for _, op := range []record.Op{record.Update, record.Delete} {
			_, err = k.Write(t, chief, record.Write{Op: op, Object: "ticket", ID: id, Values: values{"title": "x"}})
			assert.Equal(t, "no_such_record", code(err), "%s of a deleted record", op)
		}
		out, err = k.Write(t, chief, record.Write{Op: record.Restore, Object: "ticket", ID: id})
		require.NoError(t, err)
		assert.Equal(t, []any{"restored", int64(4), nil}, []any{out.Result, out.Row.Get("version"), out.Row.Get("deleted_at")})
		_, err = k.Write(t, chief, record.Write{Op: record.Restore, Object: "ticket", ID: id})
		assert.Equal(t, "no_such_record", code(err), "there is nothing to bring back")
		assert.Equal(t, []string{"create", "update", "delete", "restore"}, ops(t, k, id))
		assert.Equal(t, "咨询", row(t, k, "ticket", id).Get("kind"), "with all it held")

		_, err = k.Write(t, chief, record.Write{Op: record.Create, Object: "ticket", ID: id, Values: values{"title": "同号"}})
		assert.Equal(t, "taken", code(err))
		for _, op := range []record.Op{record.Update, record.Delete, record.Restore} {
			_, err = k.Write(t, chief, record.Write{Op: op, Object: "ticket", ID: "nothing"})
			assert.Equal(t, "no_such_record", code(err))
		}
		_, err = k.Write(t, chief, record.Write{Op: record.Create, Object: "tikcet"})
		p := problem.As(err)
		assert.Equal(t, []string{"no_such_object", "是否指“ticket”？"}, []string{p.Code, p.Items[0].Hint})
	})
}

func TestAStaleWriteShowsBothValues(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		ann := k.As("ann")
		id := k.Must(t, ann, record.Write{Op: record.Create, Object: "ticket", Values: values{"title": "一", "amount": 100, "owner": "ann"}}).ID()
		k.Must(t, k.As("chief1"), record.Write{Op: record.Update, Object: "ticket", ID: id, Version: 1, Values: values{"amount": 300, "kind": "bug"}})
		_, err := k.Write(t, ann, record.Write{Op: record.Update, Object: "ticket", ID: id, Version: 1, Values: values{"amount": "2百", "title": "一", "kind": "咨询"}})
		p := problem.As(err)
		require.NotNil(t, p)
		assert.Equal(t, problem.Conflict, p.Class)
		assert.Equal(t, "stale", p.Code)
		require.Len(t, p.Items, 2, "only what would be overwritten with something else")
		assert.Equal(t, []any{"/amount", "200", "300"}, []any{p.Items[0].Pointer, fmt.Sprint(p.Items[0].Yours), fmt.Sprint(p.Items[0].Theirs)})
		assert.Equal(t, []any{"/kind", "咨询", "故障"}, []any{p.Items[1].Pointer, p.Items[1].Yours, p.Items[1].Theirs})
		assert.Equal(t, int64(30000), row(t, k, "ticket", id).Get("amount"))
		for _, op := range []record.Op{record.Delete, record.Update} {
			_, err = k.Write(t, k.As("chief1"), record.Write{Op: op, Object: "ticket", ID: id, Version: 1})
			assert.Equal(t, "stale", code(err), "%s", op)
		}
		k.Must(t, ann, record.Write{Op: record.Update, Object: "ticket", ID: id, Version: 2, Values: values{"amount": 200}})
		k.Must(t, ann, record.Write{Op: record.Update, Object: "ticket", ID: id, Values: values{"amount": 250}}) // who names no version writes over
		_, err = k.Write(t, ann, record.Write{Op: record.Update, Object: "ticket", ID: id, Version: 99, Values: values{"amount": 1}})
		assert.Equal(t, "stale", code(err), "a version that is not there yet")
	})
}

func TestWhatIsWrongIsNamedTogether(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		ann := k.As("ann")
		_, err := k.Write(t, ann, record.Write{Op: record.Create, Object: "ticket", Values: values{"titel": "x", "kind": "烧了", "sealed_at": "2026-01-01", "version": 7, "code": true, "id": "own"}})
		p := problem.As(err)
		require.NotNil(t, p)
		assert.Equal(t, problem.Invalid, p.Class)
		assert.Equal(t, []string{"/code:wrong_type", "/id:readonly", "/kind:off_list", "/sealed_at:readonly", "/titel:unknown_field", "/version:readonly"}, places(err))
		assert.Equal(t, "是否指“title”？", p.Items[4].Hint)
		_, err = k.Write(t, ann, record.Write{Op: record.Create, Object: "ticket", Values: values{"kind": "bug"}})
		assert.Equal(t, []string{"/title:required"}, places(err))
		_, err = k.Write(t, ann, record.Write{Op: record.Create, Object: "ticket", Values: values{"title": "  "}})
		assert.Equal(t, []string{"/title:required"}, places(err))
		assert.Equal(t, 0, count(t, k, "SELECT COUNT(*) FROM o_ticket"), "nothing of it was written")
		assert.Equal(t, 0, count(t, k, "SELECT COUNT(*) FROM event WHERE object = 'ticket'"))

		id := k.Must(t, ann, record.Write{Op: record.Create, Object: "ticket", Values: values{"title": "一", "owner": "ann"}}).ID()
		_, err = k.Write(t, ann, record.Write{Op: record.Update, Object: "ticket", ID: id, Values: values{"title": nil}})
		assert.Equal(t, []string{"/title:required"}, places(err))
		_, err = k.Write(t, ann, record.Write{Op: record.Update, Object: "ticket", ID: id, Values: values{"title": strings.Repeat("长", 51)}})
		assert.Equal(t, []string{"/title:too_long"}, places(err))
		k.Must(t, ann, record.Write{Op: record.Update, Object: "ticket", ID: id, Values: values{"title": strings.Repeat("长", 50)}})
		// What cannot be read stays beside the field where the field says so.
		r := k.Must(t, ann, record.Write{Op: record.Update, Object: "ticket", ID: id, Values: values{"amount": "面议", "origin": "朋友"}})
		assert.Nil(t, r.Get("amount"))
		hints := k.Reader.Show(r, nil, nil)["hints"]
		assert.Contains(t, fmt.Sprintf("%s", hints), "面议")
		assert.Contains(t, fmt.Sprintf("%s", hints), "朋友")
		r = k.Must(t, ann, record.Write{Op: record.Update, Object: "ticket", ID: id, Values: values{"amount": "100"}})
		assert.NotContains(t, fmt.Sprintf("%s", k.Reader.Show(r, nil, nil)["hints"]), "面议")
	})
}

func TestManyWritesAreAllOrNone(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		standing := k.Must(t, system, record.Write{Op: record.Create, Object: "ticket", Values: values{"title": "在", "code": "A1"}}).ID()
		before := count(t, k, "SELECT COUNT(*) FROM event")
		_, err := k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: k.As("chief1"), Origin: record.Origin{Kind: "person"}, Writes: []record.Write{
			{Op: record.Create, Object: "ticket", Values: values{"title": "好的"}},
			{Op: record.Update, Object: "ticket", ID: standing, Values: values{"title": "改了"}},
			{Op: record.Create, Object: "ticket", Values: values{"kind": "烧了", "nope": 1}},
			{Op: record.Create, Object: "ticket", Values: values{"title": "后面的"}},
		}})
		assert.Equal(t, []string{"/records/2/kind:off_list", "/records/2/nope:unknown_field"}, places(err))
		assert.Equal(t, 1, count(t, k, "SELECT COUNT(*) FROM o_ticket"))
		assert.Equal(t, "在", row(t, k, "ticket", standing).Get("title"))
		assert.Equal(t, before, count(t, k, "SELECT COUNT(*) FROM event"))
		assert.Equal(t, 0, count(t, k, "SELECT COUNT(*) FROM track WHERE record_id <> ? AND object = 'ticket'", standing))
		_, err = k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: k.As("chief1"), Origin: record.Origin{Kind: "person"}, Writes: []record.Write{
			{Op: record.Create, Object: "ticket", Values: values{"title": "好的"}}, {Op: record.Create, Object: "ticket", Values: values{"title": "同码", "code": "A1"}},
		}})
		assert.Equal(t, []string{"/records/1/code:taken"}, places(err))
		assert.Equal(t, 1, count(t, k, "SELECT COUNT(*) FROM o_ticket"))
	})
}

// step is an engine's part made of a function.
type step struct {
	f func(ctx context.Context, c *record.Change) error
}

func (step) Name() string                                        { return "test" }
func (s step) Apply(ctx context.Context, c *record.Change) error { return s.f(ctx, c) }

func TestMergingFillsBlanksAndOverwritesNothing(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		merge := step{func(ctx context.Context, c *record.Change) error {
			if c.Object.Name != "ticket" || c.Op != record.Create || c.New.Get("code") == nil {
				return nil
			}
			rows, err := record.FindRows(ctx, c.Tx, c.Object, record.Eq{Field: "code", Value: c.New.Get("code")})
			if err == nil && len(rows) > 0 {
				c.MergeInto(rows[0])
			}
			return err
		}}
		k := kerneltest.Open(t, url, merge)
		first := k.Must(t, system, record.Write{Op: record.Create, Object: "ticket", Values: values{"code": "A1", "title": "原来", "amount": "面议", "owner": "ann", "status": "处理中"}})
		out, err := k.Write(t, system, record.Write{Op: record.Create, Object: "ticket", Values: values{"code": "A1", "title": "后来", "kind": "bug", "amount": "2万", "origin": "展会", "owner": "bob"}})
		require.NoError(t, err)
		assert.Equal(t, "merged", out.Result)
		assert.Equal(t, first.ID(), out.Row.ID())
		assert.Equal(t, []any{"原来", "故障", int64(2000000), "展会", "ann", "处理中", int64(2)},
			[]any{out.Row.Get("title"), out.Row.Get("kind"), out.Row.Get("amount"), out.Row.Get("origin"), out.Row.Owner(), out.Row.Get("status"), out.Row.Get("version")})
		hints := fmt.Sprintf("%s", k.Reader.Show(out.Row, nil, nil)["hints"])
		assert.NotContains(t, hints, "面议", "what could not be read has a value now")
		assert.Contains(t, hints, "展会", "and a reservation comes with what it is of")
		assert.Equal(t, 1, count(t, k, "SELECT COUNT(*) FROM o_ticket"))
		assert.Equal(t, []string{"create", "merge"}, ops(t, k, first.ID()))
		out, err = k.Write(t, system, record.Write{Op: record.Create, Object: "ticket", Values: values{"code": "A1", "amount": "看情况"}})
		require.NoError(t, err)
		assert.Equal(t, int64(2000000), out.Row.Get("amount"))
		assert.NotContains(t, fmt.Sprintf("%s", k.Reader.Show(out.Row, nil, nil)["hints"]), "看情况", "a value that stands is not made doubtful")
	})
}

func TestWritesOfWritesAreOneTransaction(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		s := step{func(_ context.Context, c *record.Change) error {
			switch title, _ := c.New.Get("title").(string); {
			case c.Op != record.Create || c.Object.Name != "ticket":
			case title == "带一条":
				c.Append(record.Write{Op: record.Create, Object: "ticket", Values: values{"title": "跟着的", "sealed_at": "2026-01-01T00:00:00Z"}})
			case title == "带坏的":
				c.Append(record.Write{Op: record.Create, Object: "ticket", Values: values{"title": "跟着的"}})
				c.Append(record.Write{Op: record.Create, Object: "ticket", Values: values{"kind": "烧了"}})
			case title == "转圈":
				c.Append(record.Write{Op: record.Create, Object: "ticket", Values: values{"title": "转圈"}})
			case title == "不行":
				return problem.New(problem.Conflict, "no_way", "不行")
			case title == "改字段":
				return c.Put("kind", "bug")
			case title == "改错":
				return c.Put("kind", "烧了")
			case title == "没有这个字段":
				return c.Put("nope", 1)
			}
			return nil
		}}
		k := kerneltest.Open(t, url, s)
		ann := k.As("ann")
		try := func(title string) error {
			_, err := k.Write(t, ann, record.Write{Op: record.Create, Object: "ticket", Values: values{"title": title}})
			return err
		}
		require.NoError(t, try("带一条"), "an engine sets what people may not")
		assert.Equal(t, 2, count(t, k, "SELECT COUNT(*) FROM o_ticket"))
		assert.Equal(t, "off_list", places(try("带坏的"))[0][len("/kind:"):])
		assert.Equal(t, "no_way", code(try("不行")))
		assert.ErrorContains(t, try("转圈"), "two rules wake each other")
		assert.Equal(t, []string{"/kind:off_list"}, places(try("改错")))
		assert.ErrorContains(t, try("没有这个字段"), "no field nope")
		assert.Equal(t, 2, count(t, k, "SELECT COUNT(*) FROM o_ticket"), "of what failed nothing stands")
		assert.Equal(t, 2, count(t, k, "SELECT COUNT(*) FROM event WHERE object = 'ticket'"))
		require.NoError(t, try("改字段"))
		assert.Equal(t, 1, count(t, k, "SELECT COUNT(*) FROM o_ticket WHERE f_kind = '故障'"))
	})
}

func TestACommittedWriteIsToldOnce(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		var told []string
		k.Writer.Committed = func(c *record.Change) { told = append(told, c.Result+" "+c.New.Text("title")) }
		k.Must(t, system, record.Write{Op: record.Create, Object: "ticket", Values: values{"title": "一"}})
		_, err := k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "test", Engine: true}, Writes: []record.Write{
			{Op: record.Create, Object: "ticket", Values: values{"title": "二"}}, {Op: record.Create, Object: "ticket", Values: values{}}}})
		assert.Error(t, err)
		boom := errors.New("boom")
		err = k.DB.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
			_, err := k.Writer.In(ctx, tx, record.Request{Actor: system, Origin: record.Origin{Kind: "test", Engine: true}, Writes: []record.Write{{Op: record.Create, Object: "ticket", Values: values{"title": "三"}}}})
			require.NoError(t, err)
			return boom
		})
		assert.ErrorIs(t, err, boom)
		assert.Equal(t, []string{"created 一"}, told)
		assert.Equal(t, 1, count(t, k, "SELECT COUNT(*) FROM o_ticket"))
	})
}

func TestWhoMayGiveARecordToWhom(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		make := func(who *actor.Actor, owner any) (*object.Row, error) {
			v := values{"title": "x"}
			if owner != nil {
				v["owner"] = owner
			}
			out, err := k.Write(t, who, record.Write{Op: record.Create, Object: "ticket", Values: v})
			return out.Row, err
		}
		for _, c := range []struct {
			who   string
			owner any
			want  string // owner, or a code
		}{
			{"ann", nil, ""}, {"ann", "ann", "ann"}, {"ann", "bob", "forbidden"}, {"ann", "", ""}, {"chief1", "ann", "ann"}, {"chief1", "chief2", "forbidden"}, {"chief1", nil, ""}, {"chief1", "nobody", "invalid_record"},
		} {
			r, err := make(k.As(c.who), c.owner)
			if err != nil {
				assert.Equal(t, c.want, code(err), "%s makes one for %v", c.who, c.owner)
			} else {
				assert.Equal(t, c.want, r.Owner(), "%s makes one for %v", c.who, c.owner)
			}
		}
		r, err := make(k.As("ann"), "ann")
		require.NoError(t, err)
		for _, c := range []struct {
			who, owner string
			want       string
		}{
			{"ann", "bob", "forbidden"}, {"bob", "bob", "no_such_record"}, {"chief2", "chief2", "no_such_record"}, {"chief1", "chief2", "forbidden"}, {"chief1", "bob", ""},
		} {
			_, err := k.Write(t, k.As(c.who), record.Write{Op: record.Update, Object: "ticket", ID: r.ID(), Values: values{"owner": c.owner}})
			assert.Equal(t, c.want, code(err), "%s gives it to %s", c.who, c.owner)
		}
		assert.Equal(t, "bob", row(t, k, "ticket", r.ID()).Owner())
	})
}

// memo has no pool: its rows are their owner's.
func memo(name, more string, fields string) *definition.Definition {
	return &definition.Definition{Kind: "object", Name: name, Title: definition.Text{ZH: name}, Spec: []byte(`{"title_field":"text"` + more + `,"fields":[{"name":"text","title":{"zh-CN":"内容"},"type":"text"}` + fields + `]}`)}
}

func TestOneSeesWhatOneMakes(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		_, err := k.Defs.Publish(t.Context(), system, "", []*definition.Definition{memo("memo", "", ""),
			{Kind: "role", Name: "agent", Title: definition.Text{ZH: "agent"}, Spec: []byte(`{"rights":[],"objects":{"memo":{"read":"own","create":true},"ticket":{"read":"own+pool","create":true}}}`)},
			{Kind: "role", Name: "chief", Title: definition.Text{ZH: "chief"}, Spec: []byte(`{"rights":[],"objects":{"memo":{"read":"all","create":true}}}`)}}, nil)
		require.NoError(t, err)
		assert.Equal(t, "ann", k.Must(t, k.As("ann"), record.Write{Op: record.Create, Object: "memo", Values: values{"text": "我的"}}).Owner())
		assert.Equal(t, "", k.Must(t, k.As("ann"), record.Write{Op: record.Create, Object: "ticket", Values: values{"title": "公海"}}).Owner(), "the pool shows it anyway")
		assert.Equal(t, "", k.Must(t, k.As("chief1"), record.Write{Op: record.Create, Object: "memo", Values: values{"text": "都看得到"}}).Owner())
		key := &actor.Actor{Kind: actor.Key, ID: "k1", Roles: []string{"agent"}, Scopes: []string{"*"}, For: "bob"}
		assert.Equal(t, "bob", k.Must(t, key, record.Write{Op: record.Create, Object: "memo", Values: values{"text": "替他"}}).Owner())
		out, err := k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: k.As("ann"), Origin: record.Origin{Kind: "person", Engine: true}, Writes: []record.Write{{Op: record.Create, Object: "memo", Values: values{"text": "引擎"}}}})
		require.NoError(t, err)
		assert.Equal(t, "", out[0].Row.Owner(), "an engine says itself whose it is")
	})
}

func TestRowsThatFollowTheirRecordsOwner(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		s := step{func(_ context.Context, c *record.Change) error {
			if c.Object.Name == "ticket" && c.Op == record.Create {
				c.New.V[object.Owner] = "ann" // an engine decides whose it is, after what came along was appended
				c.Append(record.Write{Op: record.Create, Object: "visit", Values: values{"text": "到访", "ticket": c.New.ID()}})
			}
			return nil
		}}
		k := kerneltest.Open(t, url, s)
		_, err := k.Defs.Publish(t.Context(), system, "", []*definition.Definition{memo("visit", `,"owner_from":"ticket"`, `,{"name":"ticket","title":{"zh-CN":"工单"},"type":"relation","target":"ticket","index":true}`)}, nil)
		require.NoError(t, err)
		ticket := k.Must(t, system, record.Write{Op: record.Create, Object: "ticket", Values: values{"title": "一"}})
		visits := func() (out []string) {
			o, _ := object.Of(k.Defs.Current(), "visit")
			rows, err := record.FindRows(t.Context(), k.DB, o, record.Eq{Field: "ticket", Value: ticket.ID()})
			require.NoError(t, err)
			for _, r := range rows {
				out = append(out, r.Owner()+"@"+r.Text("org_unit"))
			}
			return out
		}
		assert.Equal(t, []string{"ann@east"}, visits())
		k.Must(t, system, record.Write{Op: record.Create, Object: "visit", Values: values{"text": "又来", "ticket": ticket.ID()}})
		assert.Equal(t, []string{"ann@east", "ann@east"}, visits(), "also one that comes later")
		k.Must(t, system, record.Write{Op: record.Update, Object: "ticket", ID: ticket.ID(), Values: values{"owner": "chief2"}})
		assert.Equal(t, []string{"chief2@west", "chief2@west"}, visits())
		k.Must(t, system, record.Write{Op: record.Update, Object: "ticket", ID: ticket.ID(), Values: values{"owner": nil}})
		assert.Equal(t, []string{"@", "@"}, visits())
		loose := k.Must(t, system, record.Write{Op: record.Create, Object: "visit", Values: values{"text": "无主"}})
		assert.Equal(t, "", loose.Owner())
		moved := k.Must(t, system, record.Write{Op: record.Create, Object: "ticket", Values: values{"title": "二"}})
		r := k.Must(t, system, record.Write{Op: record.Update, Object: "visit", ID: loose.ID(), Values: values{"ticket": moved.ID()}})
		assert.Equal(t, "ann", r.Owner(), "and one that moves to another record")
		assert.Equal(t, 0, count(t, k, "SELECT COUNT(*) FROM track WHERE object = 'visit'"), "whose it was is told by the record it belongs to")
	})
}

func TestAReferenceLeadsToWhatOneSees(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		_, err := k.Defs.Publish(t.Context(), system, "", []*definition.Definition{memo("memo", "", `,{"name":"ticket","title":{"zh-CN":"工单"},"type":"relation","target":"ticket"},{"name":"who","title":{"zh-CN":"谁"},"type":"person"}`),
			{Kind: "role", Name: "agent", Title: definition.Text{ZH: "agent"}, Spec: []byte(`{"rights":[],"objects":{"memo":{"read":"own","create":true,"update":"own"},"ticket":{"read":"own"}}}`)}}, nil)
		require.NoError(t, err)
		mine := k.Must(t, system, record.Write{Op: record.Create, Object: "ticket", Values: values{"title": "一", "owner": "ann"}}).ID()
		theirs := k.Must(t, system, record.Write{Op: record.Create, Object: "ticket", Values: values{"title": "二", "owner": "bob"}}).ID()
		gone := k.Must(t, system, record.Write{Op: record.Create, Object: "ticket", Values: values{"title": "三", "owner": "ann"}}).ID()
		k.Must(t, system, record.Write{Op: record.Delete, Object: "ticket", ID: gone})
		ann := k.As("ann")
		for id, want := range map[string]string{mine: "", theirs: "/ticket:unknown_reference", gone: "/ticket:unknown_reference", "nothing": "/ticket:unknown_reference"} {
			_, err := k.Write(t, ann, record.Write{Op: record.Create, Object: "memo", Values: values{"text": "x", "ticket": id, "who": "bob"}})
			assert.Equal(t, want, strings.Join(places(err), " "), id)
		}
		// One that stands is not asked for again when something else changes.
		m := k.Must(t, ann, record.Write{Op: record.Create, Object: "memo", Values: values{"text": "x", "ticket": mine}})
		k.Must(t, system, record.Write{Op: record.Update, Object: "ticket", ID: mine, Values: values{"owner": "bob"}})
		k.Must(t, ann, record.Write{Op: record.Update, Object: "memo", ID: m.ID(), Values: values{"text": "y", "ticket": mine}})
	})
}
