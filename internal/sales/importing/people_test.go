package importing_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"baton/internal/platform/actor"
	"baton/internal/platform/job"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/sales/importing"
	"baton/internal/sales/intake"
	"baton/internal/sales/salestest"
)

// workbook makes an .xlsx of rows; the first stands at line from.
func workbook(t testing.TB, sheet string, from int, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	_, err := f.NewSheet(sheet)
	require.NoError(t, err)
	for i, r := range rows {
		require.NoError(t, f.SetSheetRow(sheet, fmt.Sprintf("A%d", from+i), &r))
	}
	b, err := f.WriteToBuffer()
	require.NoError(t, err)
	return b.Bytes()
}

func (b *bench) keep(t testing.TB, name string, content []byte) string {
	t.Helper()
	return b.keepAs(t, salestest.Director(), name, content)
}

func (b *bench) keepAs(t testing.TB, a *actor.Actor, name string, content []byte) string {
	t.Helper()
	up, err := b.Keep("lead", a, name, bytes.NewReader(content))
	require.NoError(t, err)
	return up.ID
}

func (b *bench) finish(t testing.TB, id string, err error, into any) *job.Run {
	t.Helper()
	require.NoError(t, err)
	run, err := b.Jobs.Wait(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, job.Done, run.State, run.Error)
	require.NoError(t, json.Unmarshal(run.Result, into))
	return run
}

func (b *bench) live(t testing.TB) int64 {
	return b.Count(t, "SELECT COUNT(*) FROM o_lead WHERE deleted_at IS NULL")
}

func TestAWorkbookIsImportedByItsContent(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		b := started(t, url)
		// Named .csv, the second sheet, a title and remarks above the header, empty lines between.
		content := workbook(t, "线索", 4, []any{"公司名称", "手机", "客户等级"}, []any{"甲公司", 13800138001, "A"}, []any{}, []any{"乙公司", "见名片!", "B"}, []any{"丙公司", 13800138003, "A"})
		id := b.keep(t, "名单.csv", content)
		p, err := b.LookAt(t.Context(), "lead", id, salestest.Director(), importing.Look{Sheet: "线索"})
		require.NoError(t, err)
		assert.Equal(t, "xlsx", p.Format)
		assert.Equal(t, 4, p.HeaderRow)
		assert.Equal(t, "线索", p.Sheet)
		assert.Len(t, p.Sheets, 2)
		assert.Equal(t, int64(3), p.RowEstimate)
		require.Len(t, p.Records, 3)
		assert.Equal(t, 5, p.Records[0].Line)
		assert.Equal(t, "created", p.Records[0].Result)
		assert.Equal(t, "甲公司", p.Records[0].Values["company"])
		assert.Zero(t, b.live(t), "looking writes nothing")
		var out importing.Result
		job, err := b.StartKept(t.Context(), importing.Request{Object: "lead", Sheet: "线索", Actor: salestest.Director(), Options: importing.Options{Assign: true}}, id)
		b.finish(t, job, err, &out)
		assert.Equal(t, importing.Result{Rows: 3, Created: 3}, out)
		assert.Equal(t, []string{"丙公司", "乙公司", "甲公司"}, b.Texts(t, "SELECT f_company FROM o_lead ORDER BY f_company"))
		_, err = b.LookAt(t.Context(), "lead", id, salestest.Director(), importing.Look{})
		assert.Equal(t, "no_such_upload", problem.As(err).Code, "an imported file is gone")
		require.Eventually(t, func() bool { // the worker clears up after it has told the end
			left, err := filepath.Glob(filepath.Join(b.Folder, "*.csv"))
			return err == nil && len(left) == 0
		}, 10*time.Second, 5*time.Millisecond)
	})
}

func TestATrialCountsWhatTheImportThenMakes(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		b := started(t, url)
		_, err := (&intake.Intake{Writer: b.Workspace.Writer}).Receive(t.Context(), intake.Arrival{Channel: "website_form", Values: map[string]any{"phone": "13900000001"}})
		require.NoError(t, err)
		var text strings.Builder
		text.WriteString("公司,手机,外部ID\n")
		for i := range 700 { // more than one slice; each phone twice, 350 apart
			fmt.Fprintf(&text, "公司%d,1390000%04d,\n", i, i%350+1)
		}
		text.WriteString(strings.Repeat("x", 1100) + ",,\n")
		id := b.keep(t, "a.csv", []byte(text.String()))
		before := b.Count(t, "SELECT COUNT(*) FROM event")
		r := importing.Request{Object: "lead", Trial: true, Actor: salestest.Director(), Options: importing.Options{Assign: true, Countdown: true}}
		r.Mapping = map[string]string{"company": "公司", "phone": "手机"}
		b.Keys = intake.StrongKeys
		var tried, done importing.Result
		job, err := b.StartKept(t.Context(), r, id)
		b.finish(t, job, err, &tried)
		assert.Equal(t, importing.Result{Rows: 701, Created: 349, Merged: 351, Rejected: 1}, tried)
		assert.Equal(t, int64(1), b.live(t), "a trial makes nothing")
		assert.Equal(t, before, b.Count(t, "SELECT COUNT(*) FROM event"), "nor leaves a trace")
		r.Trial = false
		job, err = b.StartKept(t.Context(), r, id)
		b.finish(t, job, err, &done)
		assert.Equal(t, tried, done)
	})
}

func TestAnImportIsTakenBackButForWhatWasTouched(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		b := started(t, url)
		take := func(v map[string]any) string {
			r, err := (&intake.Intake{Writer: b.Workspace.Writer}).Receive(t.Context(), intake.Arrival{Channel: "website_form", Values: v})
			require.NoError(t, err)
			return r.ID
		}
		stood := take(map[string]any{"phone": "13900000001", "name": "张三"})
		edited := take(map[string]any{"phone": "13900000002"})
		head := "公司,联系人,手机,备注\n"
		run, out := b.run(t, request(nil), file(t, head+"甲,张先生,13900000001,想试用\n乙,李四,13900000002,急\n丙,王五,13900000003,\n丁,赵六,13900000004,\n"))
		require.Equal(t, importing.Result{Rows: 4, Created: 2, Merged: 2}, out)
		id := func(phone string) string {
			return b.Texts(t, "SELECT id FROM o_lead WHERE f_phone = ?", phone)[0]
		}
		edit := func(id string, v map[string]any) {
			_, err := b.Workspace.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: salestest.Director(), Origin: record.Origin{Kind: "person"}, Writes: []record.Write{{Op: record.Update, Object: "lead", ID: id, Values: v}}})
			require.NoError(t, err)
		}
		edit(id("+8613900000004"), map[string]any{"note": "已电话"})
		edit(edited, map[string]any{"company": "乙集团"})
		var got importing.UndoResult
		job, err := b.Undo(t.Context(), salestest.Director(), run)
		undo := b.finish(t, job, err, &got)
		assert.Equal(t, importing.UndoResult{Rows: 4, Deleted: 1, Restored: 2, Kept: 2}, got)
		row := func(id string) *object.Row { return b.lead(t, id) }
		assert.Equal(t, "张三", row(stood).Text("name"))
		assert.Empty(t, row(stood).Text("company"))
		assert.Empty(t, row(stood).Text("note"))
		n, _ := row(stood).Int("touches")
		assert.Equal(t, int64(1), n)
		assert.Equal(t, "乙集团", row(edited).Text("company"), "what was changed since stays")
		assert.Empty(t, row(edited).Text("note"))
		assert.NotNil(t, row(id("+8613900000003")).V[object.DeletedAt])
		assert.Nil(t, row(id("+8613900000004")).V[object.DeletedAt], "a lead somebody works on stays")
		assert.Equal(t, int64(3), b.Count(t, "SELECT COUNT(*) FROM o_touch WHERE deleted_at IS NULL"))
		assert.Equal(t, int64(3), b.Count(t, "SELECT COUNT(*) FROM event WHERE op = 'import_undo' AND object = 'lead'"))
		kept, err := b.Jobs.Rejects(t.Context(), undo.ID, 10)
		require.NoError(t, err)
		require.Len(t, kept, 2)
		assert.Contains(t, kept[0].Message, "公司")
		again, err := b.Jobs.Get(t.Context(), run.ID)
		require.NoError(t, err)
		assert.Equal(t, undo.ID, again.UndoneBy)
		_, err = b.Undo(t.Context(), salestest.Director(), run)
		assert.Equal(t, "undone", problem.As(err).Code)
		_, err = b.Undo(t.Context(), salestest.Director(), undo)
		assert.Equal(t, "not_an_import", problem.As(err).Code)
		// Taken back, the same file makes the lead again.
		_, out = b.run(t, request(nil), file(t, head+"丙,王五,13900000003,\n"))
		assert.Equal(t, int64(1), out.Created)
	})
}

func (b *bench) lead(t testing.TB, id string) *object.Row {
	t.Helper()
	o, _ := object.Of(b.Defs.Current(), "lead")
	row, err := record.ReadRow(t.Context(), b.DB, o, id)
	require.NoError(t, err)
	require.NotNil(t, row)
	return row
}

func TestAColumnWithoutAFieldBecomesOne(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		b := started(t, url)
		var text strings.Builder
		text.WriteString("公司,手机,客户等级,成立日期,年采购金额,员工人数\n")
		for i := range 30 {
			fmt.Fprintf(&text, "公司%d,1390000%04d,%s,2020-01-%02d,%d0000,%d\n", i, i, []string{"A类", "B类", "C类"}[i%3], i%28+1, 100+i, 20+i)
		}
		id := b.keepAs(t, actor.TheSystem("命令行"), "a.csv", []byte(text.String()))
		p, err := b.LookAt(t.Context(), "lead", id, actor.TheSystem("命令行"), importing.Look{})
		require.NoError(t, err)
		guesses := map[string]string{}
		var ask []importing.NewField
		for _, c := range p.Columns {
			if c.Field == nil {
				guesses[c.Name] = c.Guess
				ask = append(ask, importing.NewField{Column: c.Name})
			}
		}
		assert.Equal(t, map[string]string{"客户等级": "choice", "成立日期": "date", "年采购金额": "money", "员工人数": "integer"}, guesses)
		assert.True(t, p.MayAdd)
		was := b.Defs.Current().Revision
		var out importing.Result
		job, err := b.StartKept(t.Context(), importing.Request{Object: "lead", NewFields: ask, Actor: actor.TheSystem("命令行")}, id)
		b.finish(t, job, err, &out)
		assert.Equal(t, importing.Result{Rows: 30, Created: 30}, out)
		assert.Equal(t, was+1, b.Defs.Current().Revision)
		o, _ := object.Of(b.Defs.Current(), "lead")
		f, ok := o.Field("ke_hu_deng_ji")
		if !ok {
			f, ok = o.Field("kehudengji")
		}
		require.True(t, ok, o.Names())
		assert.Equal(t, []string{"A类", "B类", "C类"}, f.OptionValues())
		assert.Equal(t, int64(10), b.Count(t, "SELECT COUNT(*) FROM o_lead WHERE "+object.Quote(f.Column)+" = ?", "B类"))
	})
}

// A refused plan publishes nothing, so that it can be mended and started again; a title the object has is no new field.
func TestARefusedPlanLeavesNoFields(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		b := started(t, url)
		system := actor.TheSystem("命令行")
		id := b.keepAs(t, system, "a.csv", []byte("公司,手机,客户等级\n甲,13900000001,A类\n乙,13900000002,B类\n"))
		was := b.Defs.Current().Revision
		r := importing.Request{Object: "lead", NewFields: []importing.NewField{{Column: "客户等级"}}, Options: importing.Options{HappenedAt: "昨天吧"}, Actor: system}
		_, err := b.StartKept(t.Context(), r, id)
		require.NotNil(t, problem.As(err))
		assert.Equal(t, "bad_mapping", problem.As(err).Code)
		assert.Equal(t, was, b.Defs.Current().Revision, "a refused plan leaves its fields")

		r.Options.HappenedAt = ""
		var out importing.Result
		job, err := b.StartKept(t.Context(), r, id)
		b.finish(t, job, err, &out)
		assert.Equal(t, importing.Result{Rows: 2, Created: 2}, out)
		assert.Equal(t, was+1, b.Defs.Current().Revision)

		id = b.keepAs(t, system, "b.csv", []byte("公司,手机,客户等级,等级\n丙,13900000003,A类,高\n"))
		r.NewFields = []importing.NewField{{Column: "客户等级"}, {Column: "等级", Title: "公司"}}
		_, err = b.StartKept(t.Context(), r, id)
		p := problem.As(err)
		require.NotNil(t, p)
		assert.Equal(t, "bad_new_fields", p.Code)
		require.Len(t, p.Items, 2)
		for i, it := range p.Items {
			assert.Equal(t, fmt.Sprintf("/new_fields/%d/title title_taken", i), it.Pointer+" "+it.Code)
		}
		assert.Equal(t, was+1, b.Defs.Current().Revision)

		// All columns may be new ones.
		id = b.keepAs(t, system, "c.csv", []byte("门店数\n3\n4\n"))
		r.NewFields = []importing.NewField{{Column: "门店数"}}
		job, err = b.StartKept(t.Context(), r, id)
		b.finish(t, job, err, &out)
		assert.Equal(t, int64(2), out.Rows)
	})
}

// A sheet whose written-out form is gone, taken by an import that was stopped, is written out again.
func TestAMissingSheetIsWrittenOutAgain(t *testing.T) {
	t.Parallel()
	b := started(t, salestest.SQLite(t))
	id := b.keep(t, "名单.xlsx", workbook(t, "线索", 1, []any{"公司名称", "手机"}, []any{"甲公司", 13800138001}, []any{"乙公司", 13800138002}))
	_, err := b.LookAt(t.Context(), "lead", id, salestest.Director(), importing.Look{Sheet: "线索"})
	require.NoError(t, err)
	made, err := filepath.Glob(filepath.Join(b.Folder, "kept", id, "sheet-*.csv"))
	require.NoError(t, err)
	require.Len(t, made, 1)
	require.NoError(t, os.Remove(made[0]))
	_, err = b.LookAt(t.Context(), "lead", id, salestest.Director(), importing.Look{Sheet: "线索"})
	require.NoError(t, err)
	require.NoError(t, os.Remove(made[0]))
	var out importing.Result
	r := request(nil)
	r.Sheet = "线索"
	job, err := b.StartKept(t.Context(), r, id)
	b.finish(t, job, err, &out)
	assert.Equal(t, importing.Result{Rows: 2, Created: 2}, out)
	_, err = b.StartKept(t.Context(), r, id)
	require.NotNil(t, problem.As(err))
	assert.Equal(t, "no_such_upload", problem.As(err).Code, "an imported upload is imported again")
}
