package importing_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"baton/internal/platform/job"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/sales/importing"
	"baton/internal/sales/intake"
	"baton/internal/sales/salestest"
)

// bench is a workspace that imports.
type bench struct {
	*salestest.Workspace
	*importing.Importer
}

func open(t testing.TB, url, folder string, steps ...record.Step) *bench {
	t.Helper()
	w := salestest.Open(t, url, append([]record.Step{intake.Dedupe{}}, steps...)...)
	jobs, err := job.Open(t.Context(), w.DB, w.Clock, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	m := &importing.Importer{Writer: w.Writer, Jobs: jobs, Folder: folder}
	m.Register()
	return &bench{w, m}
}

func started(t testing.TB, url string, steps ...record.Step) *bench {
	t.Helper()
	b := open(t, url, t.TempDir(), steps...)
	if err := b.Jobs.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.stop(t) })
	return b
}

func (b *bench) stop(t testing.TB) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := b.Jobs.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func file(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "leads.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func request(mapping map[string]string) importing.Request {
	return importing.Request{Object: "lead", Mapping: mapping, Options: importing.Options{Assign: true, Countdown: true}, Actor: salestest.Director()}
}

// run imports and gives the job as it ended.
func (b *bench) run(t testing.TB, r importing.Request, path string) (*job.Run, importing.Result) {
	t.Helper()
	id, err := b.Start(t.Context(), r, path, true)
	if err != nil {
		t.Fatal(err)
	}
	run, err := b.Jobs.Wait(t.Context(), id)
	if err != nil || run.State != job.Done {
		t.Fatalf("%+v %v", run, err)
	}
	var out importing.Result
	if err := json.Unmarshal(run.Result, &out); err != nil {
		t.Fatal(err)
	}
	return run, out
}

func TestChineseFileReachesEveryBranch(t *testing.T) {
	t.Parallel()
	utf8, err := os.ReadFile("testdata/leads_zh.csv")
	if err != nil {
		t.Fatal(err)
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes(utf8)
	if err != nil {
		t.Fatal(err)
	}
	salestest.Each(t, func(t *testing.T, url string) {
		content := string(utf8)
		if strings.HasPrefix(url, "postgres") {
			content = string(gb)
		}
		b := started(t, url)
		r := request(nil)
		r.Options.HappenedAt = "录入时间"
		run, got := b.run(t, r, file(t, content))
		if want := (importing.Result{Rows: 88, Created: 78, Merged: 3, Rejected: 7}); got != want {
			t.Errorf("result %+v, want %+v", got, want)
		}
		rejects, err := b.Jobs.Rejects(t.Context(), run.ID, 100)
		if err != nil {
			t.Fatal(err)
		}
		places := map[string]string{}
		for _, x := range rejects {
			if x.Message == "" {
				t.Errorf("no reason: %+v", x)
			}
			places[fmt.Sprint(x.Line, " ", x.Column)] = x.Code
		}
		want := map[string]string{"82 阶段": "off_list", "83 联系人": "too_long", "84 录入时间": "date_unreadable", "85 ": "empty_row", "86 阶段": "off_list", "87 联系人": "quote_open", "88 ": "row_long"}
		if !maps.Equal(places, want) {
			t.Errorf("rejected %v, want %v", places, want)
		}
		for budget, fen := range map[string]int64{"20万": 20000000, "￥350,000": 35000000, "5w": 5000000, "12.5万": 12500000, "5-8万": 6500000, "十二万五": 12500000, "1.2亿": 12000000000} {
			if n := b.Count(t, "SELECT COUNT(*) FROM o_lead WHERE f_budget = ?", fen); n == 0 {
				t.Errorf("no lead has the budget %s", budget)
			}
		}
		if n := b.Count(t, "SELECT COUNT(*) FROM o_lead WHERE f_budget IS NULL AND hints LIKE '%面议%'"); n == 0 {
			t.Error("面议 is kept nowhere")
		}
		for _, industry := range []string{"教育", "医疗", "制造", "金融", "零售", "政务", "信息技术", "其他"} {
			if b.Count(t, "SELECT COUNT(*) FROM o_lead WHERE f_industry = ?", industry) == 0 {
				t.Errorf("no lead of %s", industry)
			}
		}
		if n := len(b.Texts(t, "SELECT DISTINCT f_region FROM o_lead WHERE f_region NOT LIKE '~%'")); n < 36 {
			t.Errorf("%d regions on the tree", n)
		}
		if off := b.Texts(t, "SELECT f_region FROM o_lead WHERE f_region LIKE '~%'"); !slices.Equal(off, []string{"~火星"}) {
			t.Errorf("off the tree: %q", off)
		}
		if n := b.Count(t, "SELECT COUNT(*) FROM o_touch"); n != 81 {
			t.Errorf("%d touches", n)
		}
		if n := b.Count(t, "SELECT f_touches FROM o_lead WHERE f_email = 'u2@example.com'"); n != 2 {
			t.Errorf("the lead met twice has %d touches", n)
		}
		first := time.Date(2026, 1, 1, 1, 30, 0, 0, time.UTC).UnixMilli()
		if n := b.Count(t, "SELECT COUNT(*) FROM o_lead WHERE created_at = ?", first); n == 0 {
			t.Error("no lead happened when its row says")
		}
		var out bytes.Buffer
		if err := b.Jobs.WriteRejected(t.Context(), run, &out); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\uFEFF"))).ReadAll()
		if err != nil || len(rows) != 8 || rows[0][0] != "公司名称" || rows[1][0] != "阶段不对公司" || !strings.HasPrefix(rows[5][0], "'=HYPERLINK") {
			t.Errorf("rejected rows %q %v", rows, err)
		}
	})
}

// English exports of an education company: no phone, placeholders, a Tags column that is no tag, cities off the tree.
func xeducation(n int) string {
	var b strings.Builder
	b.WriteString("Prospect ID,Lead Number,Lead Origin,Lead Source,Do Not Email,Converted,TotalVisits,Country,Specialization,Tags,Lead Quality,City,Last Notable Activity,\n")
	for i := range n {
		source := []string{"Google", "google", "Reference", "Olark Chat", ""}[i%5]
		fmt.Fprintf(&b, "%08d-aaaa,%d,API,%s,No,%d,0,India,Select,Interested in other courses,Low in Relevance,%s,Modified,\n", i, 600000+i, source, i%2, []string{"Select", "Mumbai", ""}[i%3])
	}
	return b.String()
}

func TestForeignExportNeedsNoMapping(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		b := started(t, url)
		const n = 300
		_, got := b.run(t, request(nil), file(t, xeducation(n)))
		if want := (importing.Result{Rows: n, Created: n}); got != want {
			t.Errorf("result %+v, want %+v", got, want)
		}
		if s := b.Texts(t, "SELECT DISTINCT f_source FROM o_lead WHERE f_source IS NOT NULL ORDER BY f_source"); !slices.Equal(s, []string{"Google", "Olark Chat", "Reference"}) {
			t.Errorf("sources %q", s)
		}
		if c := b.Count(t, "SELECT COUNT(*) FROM o_lead WHERE f_converted = 1"); c != n/2 {
			t.Errorf("%d converted", c)
		}
		if r := b.Texts(t, "SELECT DISTINCT f_region FROM o_lead WHERE f_region IS NOT NULL"); !slices.Equal(r, []string{"~Mumbai"}) {
			t.Errorf("regions %q", r)
		}
		if c := b.Count(t, "SELECT COUNT(*) FROM o_lead WHERE f_external_id LIKE '%-aaaa'"); c != n {
			t.Errorf("%d external ids", c)
		}
		// The same file again: every row is known by its id.
		if _, again := b.run(t, request(nil), file(t, xeducation(n))); again != (importing.Result{Rows: n, Merged: n}) {
			t.Errorf("again: %+v", again)
		}
	})
}

// gate stops the import between two slices, as a kill would.
type gate struct {
	after   int
	reached chan struct{}
	seen    int
}

func (g *gate) Name() string { return "gate" }

func (g *gate) Apply(_ context.Context, c *record.Change) error {
	if c.Object.Name == "lead" {
		if g.seen++; g.seen == g.after {
			close(g.reached)
		}
	}
	return nil
}

func TestImportGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		const n = 3000
		path, folder := file(t, xeducation(n)), t.TempDir()
		g := &gate{after: 300, reached: make(chan struct{})}
		b := open(t, url, folder, g)
		if err := b.Jobs.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		id, err := b.Start(t.Context(), request(nil), path, true)
		if err != nil {
			t.Fatal(err)
		}
		<-g.reached
		b.stop(t)
		if r, err := b.Jobs.Get(t.Context(), id); err != nil || r.Done == 0 || r.State != job.Running {
			t.Fatalf("stopped at %+v %v, want it in the middle", r, err)
		}
		if err := b.DB.Close(); err != nil {
			t.Fatal(err)
		}
		b = open(t, url, folder)
		if err := b.Jobs.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer b.stop(t)
		run, err := b.Jobs.Wait(t.Context(), id)
		if err != nil || run.State != job.Done || string(run.Result) != fmt.Sprintf(`{"rows":%d,"created":%d,"merged":0,"rejected":0}`, n, n) {
			t.Fatalf("%+v %v", run, err)
		}
		if c := b.Count(t, "SELECT COUNT(*) FROM o_lead"); c != n {
			t.Errorf("%d leads", c)
		}
		if c := b.Count(t, "SELECT COUNT(DISTINCT f_external_id) FROM o_lead"); c != n {
			t.Errorf("%d different leads", c)
		}
	})
}

func TestRowsRefusedByTheWriterLeaveTheOthers(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		b := started(t, url, refuseEvery{7})
		var text strings.Builder
		text.WriteString("姓名,手机\n")
		for i := range 70 {
			fmt.Fprintf(&text, "n%d,139%08d\n", i, i)
		}
		run, got := b.run(t, request(nil), file(t, text.String()))
		if want := (importing.Result{Rows: 70, Created: 60, Rejected: 10}); got != want {
			t.Errorf("result %+v, want %+v", got, want)
		}
		rejects, err := b.Jobs.Rejects(t.Context(), run.ID, 100)
		if err != nil || len(rejects) != 10 || rejects[0].Line != 2 || rejects[0].Column != "姓名" || rejects[0].Value != "n0" || rejects[1].Line != 9 {
			t.Errorf("%+v %v", rejects, err)
		}
		// Nothing of the refused rows stays: neither keys, nor touches, nor events.
		for table, want := range map[string]int64{"o_lead": 60, "o_touch": 60, "dedupe_key": 60, "event": 120} {
			if n := b.Count(t, "SELECT COUNT(*) FROM "+table); n != want {
				t.Errorf("%s has %d rows, want %d", table, n, want)
			}
		}
	})
}

// refuseEvery refuses leads named n0, n7, n14 … late in the write.
type refuseEvery struct{ n int }

func (refuseEvery) Name() string { return "refuse" }

func (r refuseEvery) Apply(_ context.Context, c *record.Change) error {
	var i int
	if _, err := fmt.Sscanf(c.New.Text("name"), "n%d", &i); err == nil && i%r.n == 0 {
		return problem.New(problem.Invalid, "refused", "不收", problem.Item{Pointer: "/name", Code: "refused", Message: "不收"})
	}
	return nil
}

func TestWrongPlansAreRefusedWithTheNearestName(t *testing.T) {
	t.Parallel()
	b := started(t, salestest.SQLite(t))
	path := file(t, "姓名,手机\n张三,13900000001\n")
	for _, c := range []struct {
		name, object, code, pointer, hint string
		mapping                           map[string]string
		happened, content                 string
	}{
		{"unknown field", "lead", "bad_mapping", "/mapping/phon", "phone", map[string]string{"phon": "手机"}, "", ""},
		{"engine's field", "lead", "bad_mapping", "/mapping/tag_industry", "", map[string]string{"tag_industry": "手机"}, "", ""},
		{"unknown column", "lead", "bad_mapping", "/mapping/phone", "手机", map[string]string{"phone": "手饥"}, "", ""},
		{"unknown object", "laed", "no_such_object", "", "lead", nil, "", ""},
		{"bad instant", "lead", "bad_mapping", "/options/happened_at", "", nil, "昨天吧", ""},
		{"nothing matched", "lead", "no_columns", "/mapping", "", nil, "", "aa,bb\n1,2\n"},
		{"empty file", "lead", "unreadable_file", "/file", "", nil, "", " "},
	} {
		p := path
		if c.content != "" {
			p = file(t, c.content)
		}
		r := request(c.mapping)
		r.Object, r.Options.HappenedAt = c.object, c.happened
		_, err := b.Start(t.Context(), r, p, true)
		got := problem.As(err)
		if got == nil || got.Code != c.code || len(got.Items) != 1 || got.Items[0].Pointer != c.pointer || !strings.Contains(got.Items[0].Hint, c.hint) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestGivenMappingIsFilledOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	b := started(t, salestest.SQLite(t))
	path := file(t, "姓名,手机,第一列\n张三,13900000001,云帆\n")
	if _, got := b.run(t, request(map[string]string{}), path); got.Created != 1 || b.Count(t, "SELECT COUNT(*) FROM o_lead WHERE f_phone = '+8613900000001'") != 1 {
		t.Error("an empty mapping was not filled")
	}
	r := request(map[string]string{"company": "第一列"})
	b.run(t, r, path)
	if n := b.Count(t, "SELECT COUNT(*) FROM o_lead WHERE f_company = '云帆' AND f_phone IS NULL"); n != 1 {
		t.Error("a column that was not mapped was taken")
	}
	r.Fill = true
	if out, err := b.Run(t.Context(), r, path); err != nil || out.Merged != 1 {
		t.Fatal(out, err)
	}
	if n := b.Count(t, "SELECT COUNT(*) FROM o_lead WHERE f_company = '云帆' AND f_phone = '+8613900000001'"); n != 1 {
		t.Error("the rest was not matched")
	}
	if _, err := os.Stat(path); err != nil {
		t.Error("the caller's own file is gone")
	}
}

func TestPreview(t *testing.T) {
	t.Parallel()
	b := started(t, salestest.SQLite(t))
	text := xeducation(5000)
	p, err := b.Preview(t.Context(), "lead", salestest.Director(), strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range p.Columns {
		if c.Field != nil {
			got[*c.Field] = c.Name
		}
	}
	if want := map[string]string{"external_id": "Prospect ID", "source": "Lead Source", "converted": "Converted", "region": "City"}; !maps.Equal(got, want) {
		t.Errorf("proposed %v, want %v", got, want)
	}
	if len(p.Rows) != 20 || p.Encoding != "UTF-8" || p.Delimiter != "," || p.RowEstimate < 4500 || p.RowEstimate > 5500 || len(p.Fields) < 10 {
		t.Errorf("%d rows, %s %q, estimate %d, %d fields", len(p.Rows), p.Encoding, p.Delimiter, p.RowEstimate, len(p.Fields))
	}
}

// publishedLeads stands beside the clone's root, not in it.
const publishedLeads = "../../../../shared/data/leads/xeducation_leads.csv"

// The published data set itself, where it is present.
func TestPublishedLeads(t *testing.T) {
	t.Parallel()
	path, err := filepath.Abs(publishedLeads)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		t.Skipf("skipped, the published leads are not here: no %s", path)
	}
	b := started(t, salestest.SQLite(t))
	_, got := b.run(t, request(nil), path)
	if want := (importing.Result{Rows: 9240, Created: 9240}); got != want {
		t.Errorf("result %+v, want %+v", got, want)
	}
	for source, want := range map[string][2]int64{"Reference": {534, 490}, "Google": {2873, 1147}, "Olark Chat": {1755, 448}} {
		n, c := b.Count(t, "SELECT COUNT(*) FROM o_lead WHERE f_source = ?", source), b.Count(t, "SELECT COUNT(*) FROM o_lead WHERE f_source = ? AND f_converted = 1", source)
		if n != want[0] || c != want[1] {
			t.Errorf("%s: %d leads, %d converted, want %v", source, n, c, want)
		}
	}
}
