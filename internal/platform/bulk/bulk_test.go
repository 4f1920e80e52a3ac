package bulk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/bulk"
	"baton/internal/platform/job"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
)

type world struct {
	*kerneltest.Kernel
	t      *testing.T
	jobs   *job.Service
	engine *bulk.Engine
}

func open(t *testing.T, url string) *world {
	k := kerneltest.Open(t, url)
	jobs, err := job.Open(t.Context(), k.DB, k.Clock, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	w := &world{k, t, jobs, &bulk.Engine{Writer: k.Writer, Reader: k.Reader, Jobs: jobs}}
	w.engine.Register()
	require.NoError(t, jobs.Start(t.Context()))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		assert.NoError(t, jobs.Stop(ctx))
	})
	return w
}

func (w *world) ticket(title, owner string, amount int) string {
	return w.Must(w.t, actor.TheSystem("test"), record.Write{Op: record.Create, Object: "ticket", Values: map[string]any{"title": title, "owner": owner, "amount": json.Number(fmt.Sprint(amount)), "kind": "咨询"}}).ID()
}

func (w *world) edit(who *actor.Actor, ask bulk.Ask) (string, bulk.Result, []job.Reject) {
	w.t.Helper()
	id, err := w.engine.Start(w.t.Context(), who, ask)
	require.NoError(w.t, err)
	var res bulk.Result
	rejects := w.wait(id, &res)
	return id, res, rejects
}

func (w *world) wait(id string, into any) []job.Reject {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 30*time.Second)
	defer cancel()
	run, err := w.jobs.Wait(ctx, id)
	require.NoError(w.t, err)
	require.Equal(w.t, job.Done, run.State, run.Error)
	require.NoError(w.t, json.Unmarshal(run.Result, into))
	rejects, err := w.jobs.Rejects(w.t.Context(), id, 100)
	require.NoError(w.t, err)
	return rejects
}

func (w *world) row(id string) *object.Row {
	row, err := w.Reader.Get(w.t.Context(), actor.TheSystem("test"), "ticket", id)
	require.NoError(w.t, err)
	return row
}

// TestAnEditIsTakenBack: the selected are changed one by one, refusals are named, and the taking back gives each record its old value, except
// where somebody has changed it since.
func TestAnEditIsTakenBack(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		w := open(t, url)
		ann := w.As("ann")
		var mine []string
		for i := range 60 { // more than two slices
			mine = append(mine, w.ticket(fmt.Sprint("单", i), "ann", i))
		}
		bobs, gone := w.ticket("别人的", "bob", 7), w.ticket("已删", "ann", 8)
		w.Must(t, actor.TheSystem("test"), record.Write{Op: record.Delete, Object: "ticket", ID: gone})
		same := mine[3]
		w.Must(t, ann, record.Write{Op: record.Update, Object: "ticket", ID: same, Values: map[string]any{"status": "处理中", "amount": json.Number("1.25")}})

		id, res, refused := w.edit(ann, bulk.Ask{Object: "ticket", IDs: append(slices.Clone(mine), bobs, gone), Values: map[string]any{"status": "处理中", "amount": json.Number("1.25")}})
		assert.Equal(t, bulk.Result{Object: "ticket", Rows: 62, Changed: 59, Unchanged: 1, Refused: 2}, res)
		require.Len(t, refused, 2)
		assert.Equal(t, []string{bobs, "已删"}, []string{refused[0].Value, refused[1].Value}, "what one may not see has no name")
		assert.Equal(t, "处理中", w.row(mine[0]).Text("status"))
		assert.Equal(t, "新建", w.row(bobs).Text("status"))
		ev, err := w.Ledger.Bulk(t.Context(), id, 0, 100)
		require.NoError(t, err)
		assert.Len(t, ev, 59, "each record has its own event, of the person who asked")
		assert.Equal(t, "ann", ev[0].ActorID)

		w.Must(t, ann, record.Write{Op: record.Update, Object: "ticket", ID: mine[1], Values: map[string]any{"status": "完成"}})
		w.Must(t, actor.TheSystem("test"), record.Write{Op: record.Delete, Object: "ticket", ID: mine[2]})
		run, err := w.jobs.Get(t.Context(), id)
		require.NoError(t, err)
		back, err := w.engine.Undo(t.Context(), ann, run)
		require.NoError(t, err)
		var undo bulk.UndoResult
		kept := w.wait(back, &undo)
		assert.Equal(t, bulk.UndoResult{Rows: 59, Restored: 58, Kept: 2}, undo)
		require.Len(t, kept, 2)
		assert.Equal(t, "单1", kept[0].Value)
		assert.Contains(t, kept[0].Message, "“状态”之后又被修改过")
		assert.Contains(t, kept[1].Message, "已被删除")
		assert.Equal(t, "完成", w.row(mine[1]).Text("status"), "changed since: stays")
		n, _ := w.row(mine[1]).Int("amount")
		assert.EqualValues(t, 100, n, "its other field is back")
		assert.Equal(t, "新建", w.row(mine[0]).Text("status"))
		assert.Equal(t, "处理中", w.row(same).Text("status"), "what the edit did not change is not changed back")

		run, err = w.jobs.Get(t.Context(), id)
		require.NoError(t, err)
		_, err = w.engine.Undo(t.Context(), ann, run)
		assert.ErrorContains(t, err, "已经撤销过")
	})
}

// TestAllThatAFilterFinds: every record in the scope that meets the filter, whatever the edit does to what the filter finds.
func TestAllThatAFilterFinds(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		w := open(t, url)
		var mine []string
		for i := range 70 {
			mine = append(mine, w.ticket(fmt.Sprint("单", i), "ann", i))
		}
		bobs := w.ticket("单别人", "bob", 1)
		other := w.ticket("另外", "ann", 1)
		_, res, _ := w.edit(w.As("ann"), bulk.Ask{Object: "ticket", Filter: json.RawMessage(`{"field":"status","op":"eq","value":"新建"}`), Words: "单", Except: mine[:2], Values: map[string]any{"status": "完成"}})
		assert.EqualValues(t, 68, res.Changed)
		assert.EqualValues(t, 68, res.Rows, "what is out of the scope is neither changed nor named")
		assert.Equal(t, "新建", w.row(bobs).Text("status"))
		assert.Equal(t, "新建", w.row(other).Text("status"))
		assert.Equal(t, "新建", w.row(mine[1]).Text("status"), "taken out by hand")
		assert.Equal(t, "完成", w.row(mine[69]).Text("status"))
	})
}

func TestAnEditIsCheckedBeforeItStarts(t *testing.T) {
	t.Parallel()
	w := open(t, kerneltest.SQLite(t))
	one := w.ticket("一", "ann", 1)
	for text, c := range map[string]struct {
		who string
		ask bulk.Ask
	}{
		"没有对象":   {"ann", bulk.Ask{Object: "nothing", IDs: []string{one}, Values: map[string]any{"x": 1}}},
		"1 到 20": {"ann", bulk.Ask{Object: "ticket", IDs: []string{one}}},
		"没有选中":   {"ann", bulk.Ask{Object: "ticket", IDs: []string{}, Values: map[string]any{"status": "完成"}}},
		"有填写错误":  {"ann", bulk.Ask{Object: "ticket", IDs: []string{one}, Values: map[string]any{"status": "没有这个", "secret": "x", "sealed_at": nil, "code": "1", "title": nil}}},
		"筛选条件":   {"ann", bulk.Ask{Object: "ticket", Filter: json.RawMessage(`{"field":"secret","op":"eq","value":"x"}`), Values: map[string]any{"status": "完成"}}},
	} {
		_, err := w.engine.Start(t.Context(), w.As(c.who), c.ask)
		assert.ErrorContains(t, err, text)
	}
}
