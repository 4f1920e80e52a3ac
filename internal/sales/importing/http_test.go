package importing_test

import (
	"github.com/stretchr/testify/require"

	"bytes"
	"encoding/json"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/actor"
	"baton/internal/platform/job"
	"baton/internal/platform/web"
	"baton/internal/sales/importing"
	"baton/internal/sales/salestest"
)

// serve answers as the given actor, who holds the given rights.
func serve(b *bench, a *actor.Actor, rights ...string) http.Handler {
	mux := chi.NewRouter()
	mux.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(actor.With(r.Context(), a)))
		})
	})
	allow := func(_ *actor.Actor, right string) bool { return strings.Contains(strings.Join(rights, " "), right) }
	r := web.NewRouter(mux, "test", allow)
	jobs := &job.HTTP{Jobs: b.Jobs, Allow: allow}
	(&importing.HTTP{Importer: b.Importer, Jobs: jobs}).Routes(r)
	jobs.Routes(r)
	return mux
}

// part is one of a form: name, then file name for files, then content.
type part struct{ name, file, content string }

func upload(h http.Handler, path string, parts ...part) *httptest.ResponseRecorder {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, p := range parts {
		if p.file != "" {
			w, _ := form.CreateFormFile(p.name, p.file)
			_, _ = w.Write([]byte(p.content))
			continue
		}
		_ = form.WriteField(p.name, p.content)
	}
	_ = form.Close()
	r := httptest.NewRequest(http.MethodPost, "/api/v1/objects/"+path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	out := httptest.NewRecorder()
	h.ServeHTTP(out, r)
	return out
}

func get(t *testing.T, h http.Handler, path string, into any) *httptest.ResponseRecorder {
	t.Helper()
	out := httptest.NewRecorder()
	h.ServeHTTP(out, httptest.NewRequest(http.MethodGet, "/api/v1/"+path, nil))
	if into != nil {
		if err := json.Unmarshal(out.Body.Bytes(), into); err != nil {
			t.Fatalf("%s: %d %s", path, out.Code, out.Body)
		}
	}
	return out
}

func TestImportOverHTTP(t *testing.T) {
	t.Parallel()
	b := started(t, salestest.SQLite(t))
	h := serve(b, salestest.Director(), importing.Right)
	const text = "姓名,手机,阶段\n张三,13900000001,待联系\n李四,13900000002,差不多\n王五,+86 139-0000-0001,\n"

	var p importing.Preview
	if res := upload(h, "lead/import:preview", part{"file", "a.csv", text}); json.Unmarshal(res.Body.Bytes(), &p) != nil || res.Code != http.StatusOK || len(p.Columns) != 3 || p.Columns[1].Field == nil || *p.Columns[1].Field != "phone" || len(p.Rows) != 3 {
		t.Fatalf("preview: %d %s", res.Code, res.Body)
	}

	res := upload(h, "lead/import", part{"file", "a.csv", text}, part{"mapping", "", `{"name": "姓名"}`}, part{"options", "", `{"assign": false, "happened_at": null, "fill": true}`})
	var started struct{ Job struct{ ID string } }
	if err := json.Unmarshal(res.Body.Bytes(), &started); err != nil || res.Code != http.StatusAccepted {
		t.Fatalf("import: %d %s", res.Code, res.Body)
	}
	if _, err := b.Jobs.Wait(t.Context(), started.Job.ID); err != nil {
		t.Fatal(err)
	}
	var got struct{ Job job.View }
	get(t, h, "jobs/"+started.Job.ID, &got)
	if j := got.Job; j.State != job.Done || j.Progress != 1 || string(j.Result) != `{"rows":3,"created":1,"merged":1,"rejected":1}` || j.By != "王总监" || j.Title != "导入线索：a.csv" {
		t.Errorf("job %+v", j)
	}
	if e := got.Job.Errors; len(e) != 1 || e[0].Line != 3 || e[0].Column != "阶段" || e[0].Value != "差不多" || e[0].Code != "off_list" || e[0].Message == "" {
		t.Errorf("errors %+v", got.Job.Errors)
	}
	if csv := get(t, h, "jobs/"+started.Job.ID+"/rejected.csv", nil); csv.Code != http.StatusOK || !strings.HasPrefix(csv.Body.String(), "\uFEFF姓名,手机,阶段,行号,列,值,原因,建议\r\n李四,13900000002,差不多,3,阶段,差不多,") {
		t.Errorf("rejected.csv: %d %q", csv.Code, csv.Body)
	}
	// The file goes once the run is told to be done, not before.
	require.Eventually(t, func() bool {
		left := 0
		err := filepath.WalkDir(b.Folder, func(_ string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				left++
			}
			return err
		})
		return err == nil && left == 0
	}, 10*time.Second, 20*time.Millisecond, "the upload stays behind")
	var list struct{ Jobs []job.View }
	if get(t, h, "jobs?active=true", &list); len(list.Jobs) != 0 {
		t.Errorf("active: %+v", list.Jobs)
	}
	if get(t, h, "jobs", &list); len(list.Jobs) != 1 {
		t.Errorf("all: %+v", list.Jobs)
	}
	// Somebody else without the right sees nothing of it.
	other := serve(b, &actor.Actor{Kind: actor.Person, ID: "p2"})
	for _, path := range []string{"jobs/" + started.Job.ID, "jobs/" + started.Job.ID + "/rejected.csv"} {
		if res := get(t, other, path, nil); res.Code != http.StatusNotFound {
			t.Errorf("%s for another: %d", path, res.Code)
		}
	}
	if get(t, other, "jobs", &list); len(list.Jobs) != 0 {
		t.Errorf("another's list: %+v", list.Jobs)
	}
	if res := upload(other, "lead/import", part{"file", "a.csv", text}); res.Code != http.StatusForbidden {
		t.Errorf("import without the right: %d", res.Code)
	}
}

func TestRefusedUploadsLeaveNothing(t *testing.T) {
	t.Parallel()
	b := started(t, salestest.SQLite(t))
	b.MaxFile = 2 << 20
	h := serve(b, salestest.Director(), importing.Right)
	for _, c := range []struct {
		name   string
		object string
		parts  []part
		status int
		code   string
	}{
		{"no file", "lead", []part{{"mapping", "", "{}"}}, 422, "no_file"},
		{"empty file", "lead", []part{{"file", "a.csv", ""}}, 422, "unreadable_file"},
		{"broken header", "lead", []part{{"file", "a.csv", "a,\"b\n"}}, 422, "unreadable_file"},
		{"mapping not an object", "lead", []part{{"file", "a.csv", "姓名\nx\n"}, {"mapping", "", "[1]"}}, 422, "bad_mapping"},
		{"options not an object", "lead", []part{{"file", "a.csv", "姓名\nx\n"}, {"options", "", "{\"assign\": 3}"}}, 422, "bad_options"},
		{"unknown column", "lead", []part{{"mapping", "", `{"name": "名字"}`}, {"file", "a.csv", "姓名\nx\n"}}, 422, "bad_mapping"},
		{"unknown object", "leads", []part{{"file", "a.csv", "姓名\nx\n"}}, 404, "no_such_object"},
		{"too large", "lead", []part{{"file", "a.csv", "姓名\n" + strings.Repeat("x\n", 1<<20)}}, 413, "too_large"},
		{"far too large", "lead", []part{{"file", "a.csv", "姓名\n" + strings.Repeat("x\n", 2<<20)}}, 413, "too_large"},
		{"two files", "lead", []part{{"file", "a.csv", "姓名\nx\n"}, {"file", "b.csv", "姓名\nx\n"}}, 400, "two_files"},
	} {
		res := upload(h, c.object+"/import", c.parts...)
		var d web.Document
		if err := json.Unmarshal(res.Body.Bytes(), &d); err != nil || res.Code != c.status || d.Code != c.code || len(d.Errors) == 0 {
			t.Errorf("%s: %d %s", c.name, res.Code, res.Body)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/api/v1/objects/lead/import", strings.NewReader("x"))
	out := httptest.NewRecorder()
	if h.ServeHTTP(out, r); out.Code != http.StatusBadRequest {
		t.Errorf("no form: %d %s", out.Code, out.Body)
	}
	if left, err := os.ReadDir(b.Folder); err != nil || len(left) != 0 {
		t.Errorf("left in the folder: %v %v", left, err)
	}
	if n := b.Count(t, "SELECT COUNT(*) FROM job_run"); n != 0 {
		t.Errorf("%d jobs", n)
	}
}
