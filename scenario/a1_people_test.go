package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// book makes a workbook whose rows begin at a line.
func book(t testing.TB, from int, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, r := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", from+i), &r); err != nil {
			t.Fatal(err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// keep uploads a file and gives its id.
func (c *Client) keep(t testing.TB, name string, content []byte) (id string, r *Response) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	r = c.Do(t, http.MethodPost, "/api/v1/objects/lead/uploads", &body, "Content-Type", form.FormDataContentType())
	if r.Status == http.StatusCreated {
		var out struct{ Upload map[string]any }
		r.OK(t, &out)
		id, _ = out.Upload["id"].(string)
	}
	return id, r
}

// A workbook goes in by hand: looked at, tried, imported with a new field, its rejected rows down as a workbook and up again, and all of it
// is taken back; the trail stays whole.
func TestAWorkbookGoesInAndBackOut(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		reps := admin.Reps(t, 2)
		stood := admin.Create(t, "lead", Fields{"phone": "13700000001"})
		rows := [][]any{{"公司名称", "手机", "阶段", "客户等级"}}
		for i := range 8 {
			rows = append(rows, []any{fmt.Sprintf("公司%d", i), 13700000001 + i, "", []string{"甲级", "乙级"}[i%2]})
		}
		rows[3][2] = "差不多了" // off the closed list
		id, _ := admin.keep(t, "名单.csv", book(t, 4, rows...))
		ask := path("/objects/lead/uploads/%s", id)
		var p struct {
			Format    string
			HeaderRow int `json:"header_row"`
			Records   []struct {
				Line   int
				Result string
			}
		}
		if err := json.Unmarshal(admin.Do(t, http.MethodPost, ask+":preview", Fields{}).Body, &p); err != nil {
			t.Fatal(err)
		}
		if p.Format != "xlsx" || p.HeaderRow != 4 || len(p.Records) != 8 || p.Records[0].Result != "merged" || p.Records[1].Result != "created" || p.Records[2].Result != "rejected" || p.Records[2].Line != 7 {
			t.Errorf("preview %+v", p)
		}
		start := func(ask string, body Fields) Job {
			var out struct{ Job struct{ ID, State string } }
			admin.Post(t, ask, body, &out)
			return admin.WaitJob(t, out.Job.ID, time.Minute)
		}
		tried := start(ask+":start", Fields{"trial": true})
		if r := tried.Result; r.Created != 6 || r.Merged != 1 || r.Rejected != 1 {
			t.Errorf("trial %+v", tried)
		}
		if n := admin.Figure(t, "lead", "count", nil); n != 1 {
			t.Errorf("%v leads after a trial", n)
		}
		done := start(ask+":start", Fields{"new_fields": []Fields{{"column": "客户等级", "type": "choice"}}})
		if done.Result != tried.Result || done.State != "done" {
			t.Fatalf("import %+v, trial %+v", done, tried)
		}
		second := byField(t, admin, "phone", "+8613700000002")
		found := false
		for _, v := range second {
			found = found || v == "乙级"
		}
		if !found {
			t.Errorf("the new field is not filled: %v", second)
		}

		down := admin.Do(t, http.MethodGet, path("/jobs/%s/rejected.xlsx", done.ID), nil)
		f, err := excelize.OpenReader(bytes.NewReader(down.Body))
		if err != nil {
			t.Fatal(err)
		}
		if v, _ := f.GetCellValue("未导入", "E2"); v != "7" {
			t.Errorf("the rejected row's line is %q", v)
		}
		if err := f.SetCellValue("未导入", "C2", ""); err != nil {
			t.Fatal(err)
		}
		mended, err := f.WriteToBuffer()
		if err != nil {
			t.Fatal(err)
		}
		again, _ := admin.keep(t, "rejected.xlsx", mended.Bytes())
		if r := start(path("/objects/lead/uploads/%s:start", again), Fields{}).Result; r.Created != 1 || r.Rejected != 0 {
			t.Errorf("mended rows: %+v", r)
		}

		worked := byField(t, admin, "phone", "+8613700000005")
		admin.Change(t, "lead", worked, Fields{"note": "已电话"})
		var out struct{ Job struct{ ID, State string } }
		admin.Post(t, path("/jobs/%s:undo", done.ID), nil, &out)
		if back := admin.WaitJob(t, out.Job.ID, time.Minute); back.State != "done" || len(back.Errors) != 1 || back.Errors[0].Code != "touched" {
			t.Errorf("undo %+v", back)
		}
		if n := admin.Figure(t, "lead", "count", nil); n != 3 { // what stood, what was worked on, the mended row
			t.Errorf("%v leads after the undo", n)
		}
		owned, todos := 0, 0
		for _, l := range admin.List(t, "lead", nil, "") {
			if l["owner"] != nil {
				owned++
			}
		}
		for _, r := range reps {
			todos += len(admin.OpenTodos(t, r))
		}
		if owned == 0 || todos != owned {
			t.Errorf("%d leads have an owner and %d first calls are open after the undo", owned, todos)
		}
		if company := admin.Record(t, "lead", stood.ID())["company"]; company != nil {
			t.Errorf("the lead that stood keeps %v", company)
		}
		if r := admin.Do(t, http.MethodPost, path("/jobs/%s:undo", done.ID), nil); r.Status != http.StatusConflict {
			t.Errorf("a second undo: %d", r.Status)
		}
		file := filepath.Join(folder(t), "leads.xlsx")
		if err := os.WriteFile(file, book(t, 1, []any{"公司", "手机"}, []any{"命令行公司", 13700000099}), 0o600); err != nil {
			t.Fatal(err)
		}
		stdout, stderr, code := s.Run(t, "import", "--object", "lead", "--file", file)
		if c := lastLine(t, stdout, stderr, code); c != (counts{Rows: 1, Created: 1}) {
			t.Errorf("command line %+v", c)
		}
		if _, out, code := s.Run(t, "verify"); code != 0 {
			t.Errorf("verify: %d: %s", code, out)
		}
	})
}

// What is no table is refused with what to do.
func TestFilesThatAreNoTable(t *testing.T) {
	t.Parallel()
	admin := Start(t, Options{}).Admin(t)
	good := book(t, 1, []any{"公司"}, []any{"甲"})
	for name, c := range map[string]struct {
		content []byte
		status  int
	}{
		"old.xls":   {append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 4096)...), http.StatusUnprocessableEntity},
		"torn.xlsx": {good[:len(good)/2], http.StatusUnprocessableEntity},
		"good.txt":  {good, http.StatusCreated},
	} {
		if _, r := admin.keep(t, name, c.content); r.Status != c.status {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
	if id, _ := admin.keep(t, "a.csv", []byte("公司\n甲\n")); id != "" {
		for body, want := range map[string]int{`{"header_row": 99}`: 422, `{"sheet": 5}`: 422, `{"mapping": {"nothing": "公司"}}`: 422, `{`: 400} {
			if r := admin.Do(t, http.MethodPost, path("/objects/lead/uploads/%s:preview", id), []byte(body), "Content-Type", "application/json"); r.Status != want {
				t.Errorf("%s: %d %s", body, r.Status, r.Body)
			}
		}
	}
}
