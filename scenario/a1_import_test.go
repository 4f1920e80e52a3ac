package scenario

import (
	"bytes"
	"encoding/csv"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// chineseLeads is our own file: each row reaches another branch of the way in.
func chineseLeads(t testing.TB) (utf8, gb18030 []byte) {
	t.Helper()
	utf8, err := os.ReadFile("testdata/leads_zh.csv")
	if err != nil {
		t.Fatal(err)
	}
	gb18030, err = simplifiedchinese.GB18030.NewEncoder().Bytes(utf8)
	if err != nil {
		t.Fatal(err)
	}
	return utf8, gb18030
}

// byPhone finds the one lead with a phone.
func byPhone(t testing.TB, c *Client, phone string) Record {
	t.Helper()
	return byField(t, c, "phone", phone)
}

// byField finds the one lead with a value.
func byField(t testing.TB, c *Client, field, value string) Record {
	t.Helper()
	found := c.List(t, "lead", Fields{"field": field, "op": "eq", "value": value}, "")
	if len(found) != 1 {
		t.Fatalf("%d leads with %s %s, want 1", len(found), field, value)
	}
	return found[0]
}

// importForm posts a form with the parts given, file first.
func importForm(t testing.TB, c *Client, where string, content []byte, parts map[string]string) *Response {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if content != nil {
		part, err := form.CreateFormFile("file", "线索.csv")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(content) // a buffer takes all
	}
	for name, v := range parts {
		_ = form.WriteField(name, v)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return c.Do(t, http.MethodPost, "/api/v1"+where, io.Reader(&body), "Content-Type", form.FormDataContentType())
}

func TestChineseFileReachesEveryBranch(t *testing.T) {
	t.Parallel()
	utf8, gb := chineseLeads(t)
	for name, content := range map[string][]byte{"UTF-8": utf8, "GB18030": gb} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			EachDB(t, func(t *testing.T, db DB) {
				s := Start(t, Options{DB: db})
				admin := s.Admin(t)
				customer := admin.Create(t, "customer", Fields{"name": "宏图机械厂"})
				previewOfChineseFile(t, admin, content, name)
				if n := admin.Figure(t, "lead", "count", nil); n != 0 {
					t.Errorf("the preview made %v leads", n)
				}

				job := admin.WaitJob(t, startImport(t, admin, content, map[string]string{"options": `{"happened_at": "录入时间"}`}), time.Minute)
				if r := job.Result; job.State != "done" || r.Rows != 26 || r.Created != 17 || r.Merged != 3 || r.Rejected != 6 || job.Progress != 1 {
					t.Errorf("import ended as %+v", job)
				}
				leadsOfChineseFile(t, admin)
				mergesOfChineseFile(t, admin, customer.ID())
				rejectsOfChineseFile(t, admin, job)
				if _, out, code := s.Run(t, "verify"); code != 0 {
					t.Errorf("verify: %d: %s", code, out)
				}
			})
		})
	}
}

func startImport(t testing.TB, c *Client, content []byte, parts map[string]string) string {
	t.Helper()
	r := importForm(t, c, "/objects/lead/import", content, parts)
	var out struct{ Job struct{ ID, State string } }
	r.OK(t, &out)
	if r.Status != http.StatusAccepted || out.Job.ID == "" {
		t.Fatalf("import: %d %s", r.Status, r.Body)
	}
	return out.Job.ID
}

func previewOfChineseFile(t *testing.T, admin *Client, content []byte, encoding string) {
	t.Helper()
	var p struct {
		Encoding  string
		Delimiter string
		Columns   []struct {
			Index      int
			Name       string
			Field      *string
			Confidence float64
			How        string
			Samples    []string
			Guess      string
			Choices    []string
		}
		Format   string
		Sheets   []any
		Sheet    string
		Header   int   `json:"header_row"`
		HeadRows []any `json:"head_rows"`
		Formulas int
		Unsolved int
		MayAdd   bool `json:"may_add_fields"`
		Records  []struct {
			Line          int
			Result, Owner string
			Values, Hints map[string]string
			Tags          []string
			Errors        []any
		}
		Rows     [][]string
		Estimate int64 `json:"row_estimate"`
		Fields   []struct {
			Name, Type string
			Title      map[string]string
		}
	}
	importForm(t, admin, "/objects/lead/import:preview", content, nil).OK(t, &p)
	if p.Encoding != encoding || p.Delimiter != "," || len(p.Rows) != 20 || p.Rows[0][0] != "青禾教育科技有限公司" || p.Estimate != 24 {
		t.Errorf("preview: %s %q, %d rows, estimate %d", p.Encoding, p.Delimiter, len(p.Rows), p.Estimate)
	}
	if p.Format != "csv" || p.Header != 1 || len(p.Records) != 20 || p.Records[0].Result != "created" || p.Records[11].Result != "merged" || p.Records[18].Result != "rejected" {
		t.Errorf("preview: %s, header in line %d, records %+v", p.Format, p.Header, p.Records)
	}
	want := map[string]string{"企业名称": "company alias", "联系人姓名": "name alias", "手机": "phone name", "列A": "email content", "税号": "credit_code alias", "线索来源": "source alias", "行业类别": "industry alias",
		"预算范围": "budget alias", "所在城市": "region alias", "意向产品": "product_line alias", "阶段": "stage name", "说明": "note alias", "录入时间": "none", "#14": "none"}
	got := map[string]string{}
	for _, c := range p.Columns {
		how := c.How
		if c.Field != nil {
			how = *c.Field + " " + c.How
		}
		got[c.Name] = how
		if c.Name == "预算范围" && !slices.Equal(c.Samples, []string{"20万", "￥350,000", "5w", "12.5万", "五万"}) {
			t.Errorf("samples %q", c.Samples)
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("columns matched as %v, want %v", got, want)
	}
}

func leadsOfChineseFile(t *testing.T, admin *Client) {
	t.Helper()
	for _, w := range []struct {
		phone, company                            string
		budget                                    any
		band, source, industry, region, grade, at string
		hints                                     map[string]string // code by field
	}{
		{"+8613800138001", "青禾教育科技有限公司", 200000.0, "5–20万", "官网表单", "教育", "上海", "B", "2026-03-02T01:30:00.000Z", nil},
		{"+8613800138002", "远大医疗器械有限公司", 350000.0, ">20万", "展会扫码", "医疗", "广东 深圳", "A", "2026-03-03T02:00:00.000Z", nil},
		{"+8613800138003", "宏图机械厂", 50000.0, "5–20万", "电话呼入", "制造", "江苏 苏州", "A", "2026-03-04T03:20:00.000Z", nil},
		{"+8613800138004", "启智培训学校", 125000.0, "5–20万", "转介绍", "教育", "浙江 杭州", "A", "2026-03-05T06:05:00.000Z", nil},
		{"+8613800138005", "南山小学", 50000.0, "5–20万", "官网表单", "教育", "北京", "B", "2026-03-06T00:00:00.000Z", nil},
		{"+8613800138006", "新风零售有限公司", 65000.0, "5–20万", "企业微信", "零售", "四川 成都", "B", "2026-03-07T00:00:00.000Z", map[string]string{"budget": "range"}},
		{"+8613800138007", "白石软件有限公司", nil, "未知", "其他", "信息技术", "湖北 武汉", "C", "2026-03-08T00:00:00.000Z", map[string]string{"budget": "amount_unreadable", "source": "off_list"}},
		{"+8613800138008", "恒信保险经纪有限公司", 49999.99, "<5万", "名片", "金融", "河北 石家庄", "C", "2026-03-09T00:00:00.000Z", nil},
		{"+8613800138009", "长风制造有限公司", 200000.01, ">20万", "邮件", "制造", "山东 青岛", "A", "2026-03-10T00:00:00.000Z", nil},
		{"+8613800138010", "明湖医院", 125000.0, "5–20万", "展会扫码", "医疗", "浙江 杭州", "A", "2026-03-11T00:00:00.000Z", nil},
		{"+8613800138011", "火星基地", nil, "未知", "其他", "其他", "火星", "C", "2026-03-12T00:00:00.000Z", map[string]string{"region": "off_tree", "industry": "off_list"}},
		{"", "口头报的号码", nil, "未知", "名片", "其他", "", "C", "2026-03-18T00:00:00.000Z", map[string]string{"phone": "phone_unreadable"}},
		{"+8613800138025", `=HYPERLINK("http://x")`, nil, "未知", "其他", "其他", "", "C", "2026-03-22T00:00:00.000Z", nil},
		{"+8613800138026", "末行教育公司", 200000.0, "5–20万", "官网表单", "教育", "上海", "B", "2026-03-23T00:00:00.000Z", nil},
	} {
		var r Record
		if w.phone != "" {
			r = byPhone(t, admin, w.phone)
		} else if r = byField(t, admin, "company", w.company); r.Text("phone") != "微信联系" {
			t.Errorf("a phone that cannot be read is kept as %q", r.Text("phone"))
		}
		got := []any{r.Text("company"), r["budget"], r.Tag("budget"), r.Tag("source"), r.Tag("industry"), r.Text("region"), r.Tag("grade"), r.Text("created_at")}
		want := []any{w.company, w.budget, w.band, w.source, w.industry, w.region, w.grade, w.at}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", w.company, got, want)
		}
		hints, _ := r["hints"].(map[string]any)
		codes := map[string]string{}
		for f, h := range hints {
			hint, _ := h.(map[string]any)
			codes[f], _ = hint["code"].(string)
			if hint["raw"] == "" || hint["message"] == "" {
				t.Errorf("%s: a hint without the text as written or the reason: %v", w.company, hint)
			}
		}
		if len(codes)+len(w.hints) > 0 && !maps.Equal(codes, w.hints) {
			t.Errorf("%s: hints %v, want %v", w.company, hints, w.hints)
		}
		if r.Text("owner") == "" && r.Text("pool_reason") == "" {
			t.Errorf("%s: neither owner nor reason", w.company)
		}
	}
	first := byPhone(t, admin, "+8613800138001")
	if first.Text("note") != "要求：含逗号, 和\"引号\"\n以及换行" || first.Text("email") != "lin@qinghe.example" || first.Text("stage") != "new" || first.Text("product_line") != "云课堂" {
		t.Errorf("first row reads %v", first)
	}
	if r := byPhone(t, admin, "+8613800138004"); r.Text("stage") != "contacted" || r.Text("industry") != "" {
		t.Errorf("stage %q, industry %q; want the alias 已联系 read and an empty industry left so", r.Text("stage"), r.Text("industry"))
	}
	if n := len(admin.List(t, "lead", Fields{"field": "name", "op": "eq", "value": "只有称呼的人"}, "")); n != 2 {
		t.Errorf("%d leads of two rows without contact, want 2", n)
	}
}

func mergesOfChineseFile(t *testing.T, admin *Client, customer string) {
	t.Helper()
	for phone, w := range map[string]struct {
		note string
		data map[string]any // of the second touch
	}{
		"+8613800138001": {"要求：含逗号, 和\"引号\"\n以及换行", map[string]any{"name": "林老师（二次来访）", "source": "展会扫码", "budget": 80000.0, "note": "同一手机，写法不同：合并"}},
		"+8613800138008": {"同一邮箱，大小写不同：合并", map[string]any{"name": "卫先生", "source": "电话呼入"}},
		"+8613800138010": {"同一信用代码，写法不同：合并", map[string]any{"company": "明湖医院集团", "name": "院办", "phone": "+8613800138012", "credit_code": "9133 0100 7996 5505 8b", "source": "转介绍"}},
	} {
		r := byPhone(t, admin, phone)
		if r.Text("note") != w.note || r.Number("touches") != 2 {
			t.Errorf("%s: note %q, %v touches; a merge fills blanks and overwrites nothing", phone, r.Text("note"), r.Number("touches"))
		}
		touches := admin.List(t, "touch", Fields{"field": "lead", "op": "eq", "value": r.ID()}, "at")
		if len(touches) != 2 || touches[0]["data"] != nil || !reflect.DeepEqual(touches[1]["data"], w.data) {
			t.Errorf("%s: touches %v, want the second to keep %v", phone, touches, w.data)
		}
	}
	// The same company only links: to the lead that stands, and both to the customer of that name.
	one, other := byPhone(t, admin, "+8613800138003"), byPhone(t, admin, "+8613800138013")
	if one.Text("customer") != customer || other.Text("customer") != customer || one.Number("touches") != 1 {
		t.Errorf("customers %q and %q, want %q", one.Text("customer"), other.Text("customer"), customer)
	}
	events := admin.History(t, "lead", other.ID())
	if len(events) != 1 || !reflect.DeepEqual(events[0].Data["same_company"], []any{one.ID()}) || events[0].Origin != "import" || events[0].Batch == "" {
		t.Errorf("history %+v, want a link to %s", events, one.ID())
	}
}

func rejectsOfChineseFile(t *testing.T, admin *Client, job Job) {
	t.Helper()
	want := map[int]string{21: "阶段 差不多了 off_list", 22: "录入时间 三月初吧 date_unreadable", 23: "  empty_row", 24: "录入时间 2099-01-01 08:00 in_the_future",
		25: "联系人姓名 引号没关公司,\"丙,13800138023,,,,,,,,,,2026-03-20 08:00, quote_after", 26: " 列太多的公司,丁,13800138024,,,,,,,,,,2026-03-21 08:00,,多出来的 row_long"}
	got := map[int]string{}
	for _, e := range job.Errors {
		got[e.Line] = e.Column + " " + e.Value + " " + e.Code
		if e.Message == "" || e.Hint == "" {
			t.Errorf("line %d: no reason or remedy: %+v", e.Line, e)
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("rejected\n%v, want\n%v", got, want)
	}

	file := admin.Do(t, http.MethodGet, path("/jobs/%s/rejected.csv", job.ID), nil)
	if file.Status != 200 || !strings.Contains(file.Header.Get("Content-Disposition"), "attachment") || !bytes.HasPrefix(file.Body, []byte("\ufeff")) {
		t.Fatalf("rejected rows: %d %v", file.Status, file.Header)
	}
	rows, err := csv.NewReader(bytes.NewReader(file.Body[3:])).ReadAll()
	if err != nil || len(rows) != 7 {
		t.Fatalf("rejected rows read as %d rows: %v", len(rows), err)
	}
	if head := rows[0]; head[0] != "企业名称" || !slices.Equal(head[14:], []string{"行号", "列", "值", "原因", "建议"}) {
		t.Errorf("head %q", head)
	}
	stage := slices.IndexFunc(rows, func(r []string) bool { return r[0] == "阶段写错公司" })
	if stage < 0 || rows[stage][14] != "21" || rows[stage][15] != "阶段" || rows[stage][16] != "差不多了" || rows[stage][17] == "" {
		t.Fatalf("rows %q", rows)
	}
	// Mended, the file goes in again as it is.
	mended := bytes.Replace(file.Body, []byte(",差不多了,,2026"), []byte(",方案报价,,2026"), 1)
	again := admin.WaitJob(t, startImport(t, admin, mended, map[string]string{"options": `{"assign": false, "countdown": false, "happened_at": "录入时间"}`}), time.Minute)
	if again.Result.Rows != 6 || again.Result.Created != 1 {
		t.Errorf("the mended row: %+v", again)
	}
	if r := byPhone(t, admin, "+8613800138020"); r.Text("stage") != "quoted" {
		t.Errorf("the mended row reads %v", r)
	}
}
