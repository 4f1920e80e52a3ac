package export_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/export"
	"baton/internal/platform/job"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/ledger"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

type world struct {
	*kerneltest.Kernel
	t      *testing.T
	jobs   *job.Service
	engine *export.Engine
}

const memo = `{"title_field":"title","fields":[
	{"name":"title","title":{"zh-CN":"标题"},"type":"text"},
	{"name":"phone","title":{"zh-CN":"手机"},"type":"phone"},
	{"name":"amount","title":{"zh-CN":"金额"},"type":"money"},
	{"name":"count","title":{"zh-CN":"件数"},"type":"integer"},
	{"name":"kind","title":{"zh-CN":"种类"},"type":"choice","options":[{"value":"a","title":"甲类"}]},
	{"name":"day","title":{"zh-CN":"日期"},"type":"date"},
	{"name":"secret","title":{"zh-CN":"机密"},"type":"text"},
	{"name":"ticket","title":{"zh-CN":"工单"},"type":"relation","target":"ticket"}]}`

func open(t *testing.T, url string) *world {
	k := kerneltest.Open(t, url)
	_, err := k.Defs.Publish(t.Context(), actor.TheSystem("test"), "memo", []*definition.Definition{
		{Kind: "object", Name: "memo", Title: definition.Text{ZH: "备忘"}, Spec: json.RawMessage(memo)},
		{Kind: "role", Name: "agent", Title: definition.Text{ZH: "坐席"}, Spec: json.RawMessage(`{"rights":[],"objects":{"memo":{"read":"own","create":true,"export":true,"hide":["secret"]},"ticket":{"read":"own"},"person":{"read":"all"}}}`)},
		{Kind: "role", Name: "chief", Title: definition.Text{ZH: "主管"}, Spec: json.RawMessage(`{"rights":[],"objects":{"*":{"read":"all"}}}`)}}, nil)
	require.NoError(t, err)
	jobs, err := job.Open(t.Context(), k.DB, k.Clock, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	w := &world{k, t, jobs, &export.Engine{Reader: k.Reader, Ledger: k.Ledger, Jobs: jobs, Folder: filepath.Join(t.TempDir(), "exports"), Company: func() string { return "试验公司" }}}
	w.engine.Register()
	require.NoError(t, jobs.Start(t.Context()))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		assert.NoError(t, jobs.Stop(ctx))
	})
	return w
}

func (w *world) memo(owner string, v map[string]any) string {
	v["owner"] = owner
	return w.Must(w.t, actor.TheSystem("test"), record.Write{Op: record.Create, Object: "memo", Values: v}).ID()
}

func (w *world) run(who *actor.Actor, ask export.Ask) (*job.Run, string, string) {
	w.t.Helper()
	id, err := w.engine.Start(w.t.Context(), who, ask)
	require.NoError(w.t, err)
	ctx, cancel := context.WithTimeout(w.t.Context(), 60*time.Second)
	defer cancel()
	run, err := w.jobs.Wait(ctx, id)
	require.NoError(w.t, err)
	require.Equal(w.t, job.Done, run.State, run.Error)
	path, name, err := w.engine.File(who, run)
	require.NoError(w.t, err)
	return run, path, name
}

var formats = []string{export.XLSX, export.CSV}

// read gives the table of a file as text, as another program reads it.
func read(t *testing.T, path string) [][]string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	if strings.HasSuffix(path, ".csv") {
		require.True(t, bytes.HasPrefix(b, []byte("\uFEFF")))
		rows, err := csv.NewReader(bytes.NewReader(b[3:])).ReadAll()
		require.NoError(t, err)
		return rows
	}
	f, err := excelize.OpenReader(bytes.NewReader(b))
	require.NoError(t, err)
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(0))
	require.NoError(t, err)
	return rows
}

// TestAnExportIsWhatOneSees: the columns, filter, words and order asked for; rows out of the scope and fields that the role hides are not in
// it; cells that a spreadsheet would run are text; numbers are numbers; who, when and which company stand in the name and in the workbook.
func TestAnExportIsWhatOneSees(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		w := open(t, url)
		ann := w.As("ann")
		tk := w.Must(t, actor.TheSystem("test"), record.Write{Op: record.Create, Object: "ticket", Values: map[string]any{"title": "我的工单", "kind": "故障", "owner": "ann"}}).ID()
		theirs := w.Must(t, actor.TheSystem("test"), record.Write{Op: record.Create, Object: "ticket", Values: map[string]any{"title": "别人的工单", "kind": "咨询", "owner": "bob"}}).ID()
		w.memo("ann", map[string]any{"title": "=1+1", "phone": "13800138000", "amount": json.Number("-12.50"), "count": json.Number("3"), "kind": "a", "day": "2026-02-03", "secret": "密", "ticket": tk})
		w.memo("ann", map[string]any{"title": "@SUM(A1)", "amount": json.Number("1"), "ticket": theirs})
		w.memo("ann", map[string]any{"title": "+cmd|calc", "amount": json.Number("1000000")})
		w.memo("ann", map[string]any{"title": "-2+3", "amount": json.Number("0")})
		w.memo("ann", map[string]any{"title": "平常的，带\"引号\"\n和换行"})
		w.memo("bob", map[string]any{"title": "别人的"})
		ask := export.Ask{Object: "memo", Columns: []string{"title", "amount", "phone", "count", "kind", "day", "owner", "ticket", "ticket.kind"}, Sort: "-amount", View: "我的/全部"}
		for _, format := range formats {
			ask.Format = format
			run, path, name := w.run(ann, ask)
			rows := read(t, path)
			require.Len(t, rows, 6, "the head and one's own five")
			assert.Equal(t, []string{"标题", "金额", "手机", "件数", "种类", "日期", "负责人", "工单", "工单·种类"}, rows[0])
			quote := map[string]string{export.CSV: "'", export.XLSX: ""}[format]
			assert.Equal(t, []string{quote + "+cmd|calc", "1000000"}, rows[1][:2])
			assert.Equal(t, []string{quote + "@SUM(A1)", "1"}, rows[2][:2])
			assert.Equal(t, []string{quote + "-2+3", "0"}, rows[3][:2])
			assert.Equal(t, []string{quote + "=1+1", "-12.5", "+8613800138000", "3", "甲类", "2026-02-03", "ann", "我的工单", "故障"}, rows[4])
			assert.Equal(t, "平常的，带\"引号\"\n和换行", rows[5][0])
			if len(rows[2]) > 8 {
				assert.Empty(t, rows[2][8], "what a record out of the scope holds is not told")
			}
			assert.Contains(t, name, "备忘-我的_全部-试验公司-ann-")
			var res export.Result
			require.NoError(t, json.Unmarshal(run.Result, &res))
			assert.EqualValues(t, 5, res.Rows)
			events, err := w.Ledger.Search(t.Context(), ledger.Filter{Object: "memo", Op: export.Kind, Limit: 10})
			require.NoError(t, err)
			assert.Equal(t, run.ID, events[0].Batch)
			assert.Equal(t, "ann", events[0].ActorID)
			if format == export.XLSX {
				f, err := excelize.OpenFile(path)
				require.NoError(t, err)
				kind, err := f.GetCellType("备忘", "B2")
				require.NoError(t, err)
				assert.NotEqual(t, excelize.CellTypeInlineString, kind, "a number is a number")
				formula, err := f.GetCellFormula("备忘", "A5")
				require.NoError(t, err)
				assert.Empty(t, formula)
				note, err := f.GetRows("导出说明")
				require.NoError(t, err)
				assert.Contains(t, note, []string{"公司", "试验公司"})
				assert.Contains(t, note, []string{"导出人", "ann"})
				foot, err := f.GetHeaderFooter("备忘")
				require.NoError(t, err)
				assert.Contains(t, foot.OddFooter, "试验公司 · ann 导出")
				require.NoError(t, f.Close())
			}
		}
		ask.Filter, ask.Words = json.RawMessage(`{"field":"amount","op":"gt","value":0}`), "cmd"
		_, path, _ := w.run(ann, ask)
		assert.Len(t, read(t, path), 2)
	})
}

// TestALongExportIsWholeOverManySlices: the pieces make one file, also when the work was stopped and its last piece is torn.
func TestALongExportIsWholeOverManySlices(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		w := open(t, url)
		const rows = 4500
		for i := 0; i < rows; i += 500 {
			var ws []record.Write
			for j := i; j < i+500; j++ {
				ws = append(ws, record.Write{Op: record.Create, Object: "memo", Values: map[string]any{"title": fmt.Sprintf("备忘 %d", j), "count": json.Number(fmt.Sprint(j)), "owner": "ann"}})
			}
			_, err := w.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: actor.TheSystem("test"), Origin: record.Origin{Kind: "test", Engine: true}, Writes: ws})
			require.NoError(t, err)
		}
		for _, format := range formats {
			_, path, _ := w.run(w.As("ann"), export.Ask{Object: "memo", Format: format, Columns: []string{"title", "count"}, Sort: "count"})
			got := read(t, path)
			require.Len(t, got, rows+1, format)
			for i, r := range got[1:] {
				require.Equal(t, []string{fmt.Sprintf("备忘 %d", i), fmt.Sprint(i)}, r, format)
			}
			left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*.part"))
			require.NoError(t, err)
			assert.Empty(t, left)
		}
	})
}

func TestWhoMayExportAndFetch(t *testing.T) {
	t.Parallel()
	w := open(t, kerneltest.SQLite(t))
	ask := export.Ask{Object: "memo", Format: export.CSV, Columns: []string{"title"}}
	_, err := w.engine.Start(t.Context(), w.As("chief1"), ask)
	assert.ErrorContains(t, err, "没有权限导出", "who reads all need not export")
	for text, change := range map[string]func(a *export.Ask){
		"有些列不存在":   func(a *export.Ask) { a.Columns = []string{"secret"} },
		"格式":       func(a *export.Ask) { a.Format = "pdf" },
		"请选择要导出的列": func(a *export.Ask) { a.Columns = nil },
		"不能按":      func(a *export.Ask) { a.Sort = "secret" },
		"筛选条件":     func(a *export.Ask) { a.Filter = json.RawMessage(`{"field":"secret","op":"empty"}`) },
	} {
		bad := ask
		change(&bad)
		_, err := w.engine.Start(t.Context(), w.As("ann"), bad)
		assert.ErrorContains(t, err, text)
	}
	run, path, _ := w.run(w.As("ann"), ask)
	_, _, err = w.engine.File(w.As("bob"), run)
	assert.ErrorContains(t, err, "没有这个导出")
	old := *run
	old.EndedAt -= export.Life.Milliseconds()
	_, _, err = w.engine.File(w.As("ann"), &old)
	assert.ErrorContains(t, err, "只保留一天")
	assert.NoFileExists(t, path)
}
