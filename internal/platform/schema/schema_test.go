package schema_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/job"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/schema"
	"baton/internal/platform/store"
)

var system = actor.TheSystem("test")

type spec = map[string]any

// house is a kernel whose tables can be changed.
type house struct {
	*kerneltest.Kernel
	*schema.Schema
	t testing.TB
}

func open(t testing.TB, url string, small int) *house {
	t.Helper()
	k := kerneltest.Open(t, url)
	jobs, err := job.Open(t.Context(), k.DB, k.Clock, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	h := &house{k, schema.New(k.Writer, k.Reader, jobs), t}
	h.Schema.Small = small
	k.Apply = h.Schema.Apply
	return h
}

func (h *house) start() *house {
	require.NoError(h.t, h.Jobs.Start(h.t.Context()))
	h.t.Cleanup(func() { _ = h.Jobs.Stop(context.Background()) })
	return h
}

func each(t *testing.T, small int, f func(t *testing.T, h *house)) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) { f(t, open(t, url, small)) })
}

func visit(more spec, fields ...spec) *definition.Definition {
	body := spec{"title_field": "name", "fields": append([]spec{{"name": "name", "type": "text", "title": spec{"zh-CN": "名称"}}}, fields...)}
	for k, v := range more {
		body[k] = v
	}
	for _, f := range fields {
		if f["title"] == nil {
			f["title"] = spec{"zh-CN": fmt.Sprint("字段", f["name"])}
		}
	}
	b, err := json.Marshal(body)
	if err != nil {
		panic(err) // plain maps
	}
	return &definition.Definition{Kind: "object", Name: "visit", Title: definition.Text{ZH: "拜访计划"}, Spec: b}
}

func (h *house) publish(defs ...*definition.Definition) error {
	h.t.Helper()
	_, err := h.Kernel.Defs.Publish(h.t.Context(), system, "", defs, nil)
	return err
}

func (h *house) must(defs ...*definition.Definition) {
	h.t.Helper()
	require.NoError(h.t, h.publish(defs...))
}

func (h *house) add(values map[string]any) string {
	h.t.Helper()
	return h.Must(h.t, system, record.Write{Op: record.Create, Object: "visit", Values: values}).ID()
}

func (h *house) many(n int, values func(i int) map[string]any) []string {
	h.t.Helper()
	var ids []string
	for from := 0; from < n; from += 500 {
		var ws []record.Write
		for i := from; i < min(n, from+500); i++ {
			ws = append(ws, record.Write{Op: record.Create, Object: "visit", Values: values(i)})
		}
		out, err := h.Kernel.Writer.Do(h.t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "test", Engine: true}, Writes: ws})
		require.NoError(h.t, err)
		for _, o := range out {
			ids = append(ids, o.Row.ID())
		}
	}
	return ids
}

func (h *house) row(id string) *object.Row {
	h.t.Helper()
	o, ok := object.Of(h.Kernel.Defs.Current(), "visit")
	require.True(h.t, ok)
	r, err := record.ReadRow(h.t.Context(), h.Kernel.DB, o, id)
	require.NoError(h.t, err)
	require.NotNil(h.t, r)
	return r
}

func (h *house) ended(id string) *job.Run {
	h.t.Helper()
	r, err := h.Jobs.Wait(h.t.Context(), id)
	require.NoError(h.t, err)
	return r
}

// lines gives the rows of a query as texts.
func (h *house) lines(q string, args ...any) []string {
	h.t.Helper()
	rows, err := h.Kernel.DB.Query(h.t.Context(), q, args...)
	require.NoError(h.t, err)
	defer rows.Close()
	out := []string{}
	for rows.Next() {
		var s string
		require.NoError(h.t, rows.Scan(&s))
		out = append(out, s)
	}
	require.NoError(h.t, rows.Err())
	return out
}

func (h *house) columns() []string {
	if h.Kernel.DB.Dialect() == store.Postgres {
		return h.lines("SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = 'o_visit' ORDER BY ordinal_position")
	}
	return h.lines("SELECT name FROM pragma_table_info('o_visit') ORDER BY cid")
}

func (h *house) indexes() []string {
	names, err := object.IndexNames(h.t.Context(), h.Kernel.DB, "o_visit")
	require.NoError(h.t, err)
	var out []string
	for n := range names {
		if strings.HasPrefix(n, "ix_") && n != "ix_visit_owner" {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

func items(err error) []string {
	var out []string
	if p := problem.As(err); p != nil {
		for _, it := range p.Items {
			out = append(out, it.Code+" "+it.Pointer)
		}
	} else if err != nil {
		out = append(out, err.Error())
	}
	return out
}

// TestARenamedFieldKeepsItsColumnAndItsOldName: no alias has to be written, and nothing of the table is touched.
func TestARenamedFieldKeepsItsColumnAndItsOldName(t *testing.T) {
	each(t, 1, func(t *testing.T, h *house) {
		h.must(visit(nil, spec{"name": "purpose", "type": "text", "index": true}, spec{"name": "kind", "type": "choice", "keep_unread": true, "options": []spec{{"value": "甲"}}}))
		id := h.add(map[string]any{"name": "一", "purpose": "回访", "kind": "乙"})
		role := &definition.Definition{Kind: "role", Name: "hider", Title: definition.Text{ZH: "看不到"}, Spec: json.RawMessage(`{"rights":[],"objects":{"visit":{"read":"all","hide":["purpose"]}}}`)}
		h.must(role)
		columns, indexes := h.columns(), h.indexes()

		h.must(visit(nil, spec{"name": "goal", "id": "purpose", "type": "text", "index": true}, spec{"name": "sort", "id": "kind", "type": "choice", "keep_unread": true, "options": []spec{{"value": "甲"}}}))
		assert.Equal(t, columns, h.columns())
		assert.Equal(t, indexes, h.indexes())
		assert.Equal(t, []any{"回访", "回访"}, []any{h.row(id).Get("goal"), h.row(id).Get("purpose")})
		assert.True(t, h.Access.Hidden(h.Kernel.Defs.Current(), &actor.Actor{Kind: actor.Person, ID: "x", Roles: []string{"hider"}}, "visit")["goal"], "a rule by the old name holds")
		shown := h.Kernel.Reader.Show(h.row(id), nil, nil)["hints"]
		assert.Contains(t, fmt.Sprint(shown), "sort:", "the hint goes with the field: %v", shown)

		// Again, without the id: the field is known by the name that it has.
		h.must(visit(nil, spec{"name": "goal", "aliases": []string{"purpose"}, "type": "text", "index": true}, spec{"name": "sort", "type": "choice", "keep_unread": true, "options": []spec{{"value": "甲"}}}))
		assert.Equal(t, "回访", h.row(id).Get("goal"))
		h.must(visit(nil, spec{"name": "aim", "id": "purpose", "aliases": []string{"purpose"}, "type": "text", "index": true}))
		assert.Equal(t, []any{"回访", "回访", "回访"}, []any{h.row(id).Get("aim"), h.row(id).Get("goal"), h.row(id).Get("purpose")})
		assert.Equal(t, columns, h.columns())

		// A name under which others still reach the field is no other field's.
		err := h.publish(visit(nil, spec{"name": "aim", "id": "purpose", "aliases": []string{"purpose", "goal"}, "type": "text", "index": true}, spec{"name": "goal", "type": "text"}))
		assert.Equal(t, []string{"alias_taken /spec/fields/2/name"}, items(err))
		// Without the alias the name is free: the new field has a column of its own.
		freed := visit(nil, spec{"name": "aim", "id": "purpose", "aliases": []string{"purpose"}, "type": "text", "index": true}, spec{"name": "goal", "type": "text"})
		h.must(freed)
		bare := &definition.Definition{Kind: "role", Name: "hider", Title: definition.Text{ZH: "看不到"}, Spec: json.RawMessage(`{"rights":[],"objects":{"visit":{"read":"all"}}}`)}
		h.must(bare, visit(nil, spec{"name": "aim", "id": "purpose", "type": "text", "index": true}, spec{"name": "goal", "type": "text"}, spec{"name": "purpose", "type": "text"}))
		assert.Equal(t, []any{"回访", nil, nil}, []any{h.row(id).Get("aim"), h.row(id).Get("goal"), h.row(id).Get("purpose")})
		h.must(role, visit(nil, spec{"name": "aim", "id": "purpose", "type": "text", "aliases": []string{"purpose"}, "index": true}))
		// Two fields that change their names for one another would turn every reference round.
		aim := func() spec {
			return spec{"name": "aim", "id": "purpose", "aliases": []string{"purpose"}, "type": "text"}
		}
		assert.Equal(t, []string{"unknown_field /spec/objects/visit/hide/0"}, items(h.publish(visit(nil, spec{"name": "a", "type": "text"}))), "what a role names does not go")
		h.must(visit(nil, aim(), spec{"name": "a", "type": "text"}, spec{"name": "b", "type": "text"}))
		err = h.publish(visit(nil, aim(), spec{"name": "b", "id": "a", "type": "text"}, spec{"name": "a", "id": "b", "type": "text"}))
		assert.ElementsMatch(t, []string{"alias_taken /spec/fields/2/name", "alias_taken /spec/fields/3/name"}, items(err))
	})
}

// TestARemovedFieldIsListedBroughtBackAndPurged with its values, hints and history.
func TestARemovedFieldIsListedBroughtBackAndPurged(t *testing.T) {
	each(t, 20_000, func(t *testing.T, h *house) {
		h.start()
		with := func(more ...spec) *definition.Definition {
			return visit(nil, append([]spec{{"name": "stage", "type": "choice", "track": true, "open": true, "options": []spec{{"value": "新"}}}}, more...)...)
		}
		h.must(with(spec{"name": "budget", "type": "money", "keep_unread": true, "index": true}))
		a := h.add(map[string]any{"name": "一", "stage": "新", "budget": "12万"})
		b := h.add(map[string]any{"name": "二", "stage": "谈判", "budget": "不知道"})
		_, err := h.PurgeField(t.Context(), system, "visit", "budget")
		assert.Equal(t, []string{"field_serves "}, items(err), "what serves is not purged")
		h.must(visit(nil))

		list, err := h.RemovedFields(t.Context(), "visit")
		require.NoError(t, err)
		require.Len(t, list, 2)
		byName := map[string]schema.RemovedField{list[0].Name: list[0], list[1].Name: list[1]}
		assert.Equal(t, []any{"test", int64(1), "money", object.Removed}, []any{byName["budget"].By, byName["budget"].Values, byName["budget"].Type, byName["budget"].State})
		assert.Equal(t, int64(2), byName["stage"].Values)

		_, err = h.RestoreField(t.Context(), system, "visit", "budget")
		require.NoError(t, err)
		assert.Equal(t, int64(12000000), h.row(a).Get("budget"))
		assert.Contains(t, fmt.Sprint(h.Kernel.Reader.Show(h.row(b), nil, nil)["hints"]), "不知道")
		_, err = h.RestoreField(t.Context(), system, "visit", "budget")
		assert.Error(t, err, "it is there already")

		h.must(visit(nil))
		for _, f := range []string{"budget", "stage"} {
			id, err := h.PurgeField(t.Context(), system, "visit", f)
			require.NoError(t, err)
			run := h.ended(id)
			assert.Equal(t, job.Done, run.State, run.Error)
			_, err = h.PurgeField(t.Context(), system, "visit", f)
			assert.Equal(t, []string{"purged "}, items(err))
			_, err = h.RestoreField(t.Context(), system, "visit", f)
			assert.Equal(t, []string{"purged "}, items(err))
		}
		assert.NotContains(t, strings.Join(h.columns(), " "), "f_budget")
		assert.Empty(t, h.lines("SELECT value FROM track WHERE object = 'visit' AND field = 'stage'"))
		assert.Empty(t, h.lines("SELECT value FROM open_value WHERE object = 'visit'"))
		assert.Empty(t, h.lines("SELECT hints FROM o_visit WHERE hints IS NOT NULL"))
		assert.Equal(t, []string{"purge", "purge"}, h.lines("SELECT op FROM event WHERE object = 'object' AND record_id = 'visit'"))

		// What comes under its name is empty, and of any type.
		h.must(with(spec{"name": "budget", "type": "text"}))
		assert.Nil(t, h.row(a).Get("budget"))
		assert.Nil(t, h.row(a).Get("stage"))
		h.Must(t, system, record.Write{Op: record.Update, Object: "visit", ID: a, Values: map[string]any{"budget": "文字"}})
		assert.Equal(t, "文字", h.row(a).Get("budget"))
		list, err = h.RemovedFields(t.Context(), "visit")
		require.NoError(t, err)
		assert.Empty(t, list)
	})
}

// TestARemovedObjectComesBackOrIsPurged with its rows.
func TestARemovedObjectComesBackOrIsPurged(t *testing.T) {
	each(t, 20_000, func(t *testing.T, h *house) {
		h.start()
		h.must(visit(nil, spec{"name": "stage", "type": "choice", "track": true, "options": []spec{{"value": "新"}}}))
		id := h.add(map[string]any{"name": "一", "stage": "新"})
		h.many(700, func(i int) map[string]any { return map[string]any{"name": fmt.Sprint(i), "stage": "新"} })
		_, err := h.PurgeObject(t.Context(), system, "visit")
		assert.Equal(t, []string{"object_serves "}, items(err))
		gone := visit(nil)
		gone.Removed = true
		h.must(gone)
		list, err := h.RemovedObjects(t.Context())
		require.NoError(t, err)
		require.Len(t, list, 1)
		assert.Equal(t, []any{"visit", "拜访计划", int64(701)}, []any{list[0].Name, list[0].Title.ZH, list[0].Records})
		_, err = h.RestoreObject(t.Context(), system, "visit")
		require.NoError(t, err)
		assert.Equal(t, "新", h.row(id).Get("stage"))
		// Back by a definition of its own, with less: the rest is on the list of its fields.
		h.must(gone)
		h.must(visit(nil, spec{"name": "more", "type": "text"}))
		fields, err := h.RemovedFields(t.Context(), "visit")
		require.NoError(t, err)
		require.Len(t, fields, 1)
		assert.Equal(t, []any{"stage", int64(701)}, []any{fields[0].ID, fields[0].Values})
		_, err = h.RestoreField(t.Context(), system, "visit", "stage")
		require.NoError(t, err)
		assert.Equal(t, "新", h.row(id).Get("stage"))

		h.must(gone)
		run, err := h.PurgeObject(t.Context(), system, "visit")
		require.NoError(t, err)
		r := h.ended(run)
		assert.Equal(t, job.Done, r.State, r.Error)
		assert.Empty(t, h.columns(), "the table is gone")
		assert.Empty(t, h.lines("SELECT value FROM track WHERE object = 'visit'"))
		_, err = h.RestoreObject(t.Context(), system, "visit")
		assert.Error(t, err)
		h.must(visit(nil, spec{"name": "stage", "type": "integer"}))
		h.add(map[string]any{"name": "新的", "stage": 3})
	})
}

// TestATypeChangesWhileWritesGoOn: each value arrives as the new type reads it, written before or meanwhile; what it cannot read stays as a hint.
func TestATypeChangesWhileWritesGoOn(t *testing.T) {
	each(t, 20_000, func(t *testing.T, h *house) {
		h.must(visit(spec{"unique": []spec{{"fields": []string{"name", "size"}}}}, spec{"name": "size", "type": "text", "index": true, "track": true}))
		ids := h.many(1200, func(i int) map[string]any {
			v := map[string]any{"name": fmt.Sprint(i), "size": fmt.Sprint(i)}
			if i%100 == 7 {
				v["size"] = "很大"
			}
			return v
		})
		p, err := h.LookAhead(t.Context(), system, "visit", "size", schema.RetypeAsk{Type: "integer"})
		require.NoError(t, err)
		assert.Equal(t, []any{int64(1200), int64(1188), int64(12), true, 12}, []any{p.Values, p.Converts, p.Unread, p.Whole, len(p.Examples)})
		assert.Equal(t, "很大", p.Examples[0].Value)
		assert.NotEmpty(t, p.Examples[0].Reason)

		run, err := h.Schema.Retype(t.Context(), system, "visit", "size", schema.RetypeAsk{Type: "integer", Unread: schema.Keep})
		require.NoError(t, err)
		// Nothing copies yet: what is written now has to be in both columns.
		during := h.add(map[string]any{"name": "其间", "size": "4200"})
		unread := h.add(map[string]any{"name": "其间二", "size": "说不清"})
		h.Must(t, system, record.Write{Op: record.Update, Object: "visit", ID: ids[3], Values: map[string]any{"size": "33"}})
		assert.Equal(t, []string{"33", "4200"}, h.lines("SELECT CAST(f_size__1 AS TEXT) FROM o_visit WHERE f_size__1 IS NOT NULL ORDER BY f_size__1"))
		assert.Equal(t, "33", h.row(ids[3]).Get("size"), "it serves as text until the switch")
		assert.NotContains(t, fmt.Sprint(h.Kernel.Reader.Show(h.row(unread), nil, nil)["hints"]), "说不清", "no hint before its time")
		_, err = h.Schema.Retype(t.Context(), system, "visit", "size", schema.RetypeAsk{Type: "money"})
		assert.Equal(t, []string{"retype_running "}, items(err))
		// A publish meanwhile changes nothing of it.
		h.must(visit(spec{"unique": []spec{{"fields": []string{"name", "size"}}}}, spec{"name": "size", "type": "text", "index": true, "track": true, "help": spec{"zh-CN": "多大"}}))

		h.start()
		r := h.ended(run)
		require.Equal(t, job.Done, r.State, r.Error)
		for i, id := range []string{ids[0], ids[3], ids[11], during} {
			assert.Equal(t, []any{int64(0), int64(33), int64(11), int64(4200)}[i], h.row(id).Get("size"))
		}
		for _, id := range []string{ids[7], unread} {
			row := h.row(id)
			assert.Nil(t, row.Get("size"))
			assert.Contains(t, fmt.Sprint(h.Kernel.Reader.Show(row, nil, nil)["hints"]), map[bool]string{true: "很大", false: "说不清"}[id == ids[7]])
		}
		assert.Empty(t, h.lines("SELECT value FROM track WHERE object = 'visit' AND field = 'size' AND value = '很大'"))
		assert.Len(t, h.lines("SELECT value FROM track WHERE object = 'visit' AND field = 'size' AND value = '33'"), 2, "of the two that came to be 33")
		page, err := h.Kernel.Reader.List(t.Context(), system, record.List{Object: "visit", Filter: json.RawMessage(`{"field":"size","op":"gte","value":1198}`), Sort: []record.Sort{{Field: "size"}}})
		require.NoError(t, err)
		assert.Len(t, page.Rows, 3)
		// What is written now clears the hint; the rules hold on.
		h.Must(t, system, record.Write{Op: record.Update, Object: "visit", ID: unread, Values: map[string]any{"size": 8}})
		assert.NotContains(t, fmt.Sprint(h.Kernel.Reader.Show(h.row(unread), nil, nil)["hints"]), "说不清")
		_, err = h.Write(t, system, record.Write{Op: record.Create, Object: "visit", Values: map[string]any{"name": "其间", "size": "4200"}})
		assert.Equal(t, []string{"taken /name"}, items(err))
		assert.Equal(t, []string{"ix_visit_f_name_f_size__1_u", "ix_visit_f_size__1"}, h.indexes(), "none of the former column")
		// And back to text: numbers as people write them.
		run, err = h.Schema.Retype(t.Context(), system, "visit", "size", schema.RetypeAsk{Type: "text"})
		require.NoError(t, err)
		r = h.ended(run)
		require.Equal(t, job.Done, r.State, r.Error)
		assert.Equal(t, "4200", h.row(during).Get("size"))
	})
}

// TestEveryWriteIsInBothColumns: whoever writes while the values are carried over, on another node too, no row's new column is behind its old one
// at the switch.
func TestEveryWriteIsInBothColumns(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		h := open(t, url, 20_000)
		other := h.Kernel
		if h.Kernel.DB.Dialect() == store.Postgres {
			other = kerneltest.Open(t, url)
		}
		h.must(visit(nil, spec{"name": "size", "type": "text"}))
		ids := h.many(1500, func(i int) map[string]any { return map[string]any{"name": fmt.Sprint(i), "size": fmt.Sprint(i)} })
		stop, stopped := make(chan bool), make(chan error, 1)
		var once sync.Once
		h.Fault = func(at string) error {
			if at == "switch" {
				once.Do(func() { close(stop) })
				err := <-stopped // the last write has ended
				stopped <- err
				return err
			}
			return nil
		}
		go func() {
			rnd := rand.New(rand.NewPCG(1, 2))
			for n := 0; ; n++ {
				select {
				case <-stop:
					stopped <- nil
					return
				default:
				}
				w := record.Write{Op: record.Update, Object: "visit", ID: ids[rnd.IntN(len(ids))], Values: map[string]any{"size": []any{fmt.Sprint(n), "说不清", nil, "007"}[rnd.IntN(4)]}}
				if rnd.IntN(4) == 0 {
					w = record.Write{Op: record.Create, Object: "visit", Values: map[string]any{"name": "新", "size": fmt.Sprint(n)}}
				}
				if _, err := other.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "test", Engine: true}, Writes: []record.Write{w}}); err != nil {
					stopped <- err
					<-stop
					return
				}
			}
		}()
		h.start()
		run, err := h.Schema.Retype(t.Context(), system, "visit", "size", schema.RetypeAsk{Type: "integer", Unread: schema.Keep})
		require.NoError(t, err)
		r := h.ended(run)
		require.Equal(t, job.Done, r.State, r.Error)
		assert.Empty(t, h.lines(`SELECT f_size || ' ' || COALESCE(CAST(f_size__1 AS TEXT), '-') FROM o_visit WHERE f_size <> '说不清' AND (f_size__1 IS NULL OR CAST(f_size AS BIGINT) <> f_size__1) OR f_size = '说不清' AND f_size__1 IS NOT NULL OR f_size IS NULL AND f_size__1 IS NOT NULL`))
		assert.Empty(t, h.lines("SELECT id FROM o_visit WHERE f_size = '说不清' AND (hints IS NULL OR hints NOT LIKE '%说不清%') OR (f_size IS NULL OR f_size <> '说不清') AND hints IS NOT NULL"), "hints stand where they belong")
		assert.NotEmpty(t, h.lines("SELECT id FROM o_visit WHERE f_size = '说不清'"))
	})
}

// TestATypeChangeThatFailsLeavesNothingBehind: at each stage, cancelled, and for values that are refused.
func TestATypeChangeThatFailsLeavesNothingBehind(t *testing.T) {
	each(t, 20_000, func(t *testing.T, h *house) {
		h.must(visit(nil, spec{"name": "size", "type": "text", "index": true, "keep_unread": true}))
		id := h.add(map[string]any{"name": "一", "size": "12"})
		odd := h.add(map[string]any{"name": "二", "size": "很大"})
		h.start()
		standing := func() []any {
			d, _ := h.Kernel.Defs.Current().Definition("object", "visit")
			return []any{string(d.Spec), h.columns(), h.indexes(), h.lines("SELECT COALESCE(hints, '') FROM o_visit ORDER BY id"), h.lines("SELECT object FROM gone")}
		}
		// Settled once, so that the definitions compare.
		run, err := h.Schema.Retype(t.Context(), system, "visit", "size", schema.RetypeAsk{Type: "integer"})
		require.NoError(t, err)
		assert.Equal(t, job.Failed, h.ended(run).State, "a value is refused")
		before := standing()
		assert.NotContains(t, before[0], "retype")
		for _, stage := range []string{"copy", "index", "switch"} {
			h.Fault = func(at string) error {
				if at == stage {
					return problem.New(problem.Invalid, "injected", "注入的故障")
				}
				return nil
			}
			run, err := h.Schema.Retype(t.Context(), system, "visit", "size", schema.RetypeAsk{Type: "integer", Unread: schema.Keep})
			require.NoError(t, err)
			r := h.ended(run)
			assert.Equal(t, job.Failed, r.State)
			assert.Contains(t, r.Error, "注入的故障", stage)
			assert.Equal(t, before, standing(), stage)
			assert.Equal(t, []any{"12", "很大"}, []any{h.row(id).Get("size"), h.row(odd).Get("size")}, stage)
		}
		// Where it begins: nothing is begun.
		h.Fault = func(string) error { return errors.New("injected") }
		_, err = h.Schema.Retype(t.Context(), system, "visit", "size", schema.RetypeAsk{Type: "integer", Unread: schema.Keep})
		require.Error(t, err)
		assert.Equal(t, before, standing())
		// Cancelled while it waits before the switch.
		reached, goOn := make(chan bool), make(chan bool)
		h.Fault = func(at string) error {
			if at == "switch" {
				reached <- true
				<-goOn
			}
			return nil
		}
		run, err = h.Schema.Retype(t.Context(), system, "visit", "size", schema.RetypeAsk{Type: "integer", Unread: schema.Keep})
		require.NoError(t, err)
		<-reached
		require.NoError(t, h.Cancel(t.Context(), system, "visit", "size"))
		close(goOn)
		r := h.ended(run)
		assert.Equal(t, job.Failed, r.State)
		assert.Contains(t, r.Error, "取消")
		assert.Equal(t, before, standing())
		assert.Equal(t, []string{"not_running "}, items(h.Cancel(t.Context(), system, "visit", "size")))
		h.Fault = nil
		run, err = h.Schema.Retype(t.Context(), system, "visit", "size", schema.RetypeAsk{Type: "integer", Unread: schema.Keep})
		require.NoError(t, err)
		assert.Equal(t, job.Done, h.ended(run).State, "nothing stands in the way of the next one")
	})
}

// TestATypeChangeGoesOnAfterARestart where the last committed slice ended.
func TestATypeChangeGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		h := open(t, url, 20_000)
		h.must(visit(nil, spec{"name": "size", "type": "text"}))
		ids := h.many(600, func(i int) map[string]any { return map[string]any{"name": fmt.Sprint(i), "size": fmt.Sprint(i)} })
		reached := make(chan bool, 1)
		h.Fault = func(at string) error {
			if at == "index" {
				select {
				case reached <- true:
				default:
				}
				return errors.New("the process dies here")
			}
			return nil
		}
		require.NoError(t, h.Jobs.Start(t.Context()))
		run, err := h.Schema.Retype(t.Context(), system, "visit", "size", schema.RetypeAsk{Type: "integer"})
		require.NoError(t, err)
		<-reached
		require.NoError(t, h.Jobs.Stop(context.Background()))
		require.NoError(t, h.Kernel.DB.Close())

		again := open(t, url, 20_000).start()
		r := again.ended(run)
		require.Equal(t, job.Done, r.State, r.Error)
		assert.Equal(t, int64(599), again.row(ids[599]).Get("size"))
	})
}

// TestIndexesOfBigTablesAreBuiltByAJob that says what it costs, and a rule that standing records break is taken back with examples.
func TestIndexesOfBigTablesAreBuiltByAJob(t *testing.T) {
	each(t, 50, func(t *testing.T, h *house) {
		h.start()
		plain := visit(nil, spec{"name": "code", "type": "text"}, spec{"name": "area", "type": "text"})
		h.must(plain)
		h.many(60, func(i int) map[string]any {
			return map[string]any{"name": fmt.Sprint(i), "code": fmt.Sprint(i), "area": fmt.Sprint(i % 3)}
		})
		asked := visit(spec{"unique": []spec{{"fields": []string{"code", "area"}, "title": spec{"zh-CN": "片区编号"}}}}, spec{"name": "code", "type": "text", "index": true}, spec{"name": "area", "type": "text"})
		p, err := h.PlanOf(t.Context(), asked)
		require.NoError(t, err)
		require.Len(t, p.Indexes, 2)
		assert.Equal(t, []any{int64(60), true, true}, []any{p.Rows, p.Indexes[0].Job, p.Indexes[1].Unique})
		h.must(asked)
		runs, err := h.Jobs.List(t.Context(), false, "index_build")
		require.NoError(t, err)
		require.Len(t, runs, 1)
		r := h.ended(runs[0].ID)
		require.Equal(t, job.Done, r.State, r.Error)
		assert.Len(t, h.indexes(), 2)
		_, err = h.Write(t, system, record.Write{Op: record.Create, Object: "visit", Values: map[string]any{"code": "5", "area": "2"}})
		assert.Equal(t, []string{"taken /code"}, items(err))
		assert.Contains(t, problem.As(err).Items[0].Message, "片区编号")

		h.must(visit(spec{"unique": []spec{{"fields": []string{"code", "area"}, "title": spec{"zh-CN": "片区编号"}}}}, spec{"name": "code", "type": "text", "index": true}, spec{"name": "area", "type": "text", "unique": true}))
		runs, err = h.Jobs.List(t.Context(), false, "index_build")
		require.NoError(t, err)
		r = h.ended(runs[0].ID)
		assert.Equal(t, job.Failed, r.State)
		assert.Contains(t, r.Error, "“0”有 20 条")
		o, _ := object.Of(h.Kernel.Defs.Current(), "visit")
		f, _ := o.Field("area")
		assert.False(t, f.Unique, "the rule is withdrawn")
		assert.Len(t, o.Unique, 1)
	})
}
