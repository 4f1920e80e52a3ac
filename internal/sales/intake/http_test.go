package intake_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/actor"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/web"
	"baton/internal/sales/intake"
	"baton/internal/sales/salestest"
)

// oneKey opens every channel with the secret "k".
type oneKey struct{}

func (oneKey) ChannelKey(_ context.Context, channel, secret string) (*actor.Actor, error) {
	if secret != "k" {
		return nil, problem.New(problem.Unsigned, "bad_channel_key", "渠道密钥不对")
	}
	return &actor.Actor{Kind: actor.Channel, ID: channel}, nil
}

func serve(w *salestest.Workspace) http.Handler {
	mux := chi.NewRouter()
	(&intake.HTTP{Intake: &intake.Intake{Writer: w.Writer}, Keys: oneKey{}}).Routes(web.NewRouter(mux, "test", func(*actor.Actor, string) bool { return false }))
	return mux
}

func post(h http.Handler, channel, contentType, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/api/v1/intake/"+channel, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-Channel-Key", "k")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	out := httptest.NewRecorder()
	h.ServeHTTP(out, r)
	return out
}

const asJSON, asForm = "application/json", "application/x-www-form-urlencoded"

func TestAcceptedLeadIsThere(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		w := salestest.Open(t, url, intake.Dedupe{})
		h := serve(w)
		for _, c := range []struct{ kind, body, name string }{
			{asJSON, `{"name": "张三", "phone": 13900000001, "预算": "12.5万", "utm": {"a": [1]}}`, "张三"},
			{asForm, "name=%E6%9D%8E%E5%9B%9B&phone=13900000002&utm=x&utm=y", "李四"},
			{"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"姓名\"\r\n\r\n王五\r\n--x--\r\n", "王五"},
		} {
			res := post(h, "website_form", c.kind, c.body)
			var out struct{ ID string }
			if err := json.Unmarshal(res.Body.Bytes(), &out); err != nil || res.Code != http.StatusAccepted {
				t.Fatalf("%s: %d %s", c.kind, res.Code, res.Body)
			}
			row := lead(t, w, out.ID)
			if row.Text("name") != c.name || row.Text("source") != "官网表单" || row.Text("channel") != "website_form" {
				t.Errorf("%s: name %q source %q channel %q", c.kind, row.Text("name"), row.Text("source"), row.Text("channel"))
			}
		}
		if got := w.Texts(t, "SELECT f_data FROM o_touch ORDER BY id"); got[0] != `{"utm":{"a":[1]}}` || got[1] != `{"utm":["x","y"]}` || got[2] != "NULL" {
			t.Errorf("touch data %q", got)
		}
	})
}

func TestRefusedSubmissionsLeaveNothing(t *testing.T) {
	t.Parallel()
	w := salestest.Open(t, salestest.SQLite(t), intake.Dedupe{})
	h := serve(w)
	for _, c := range []struct {
		name, channel, kind, body string
		header                    []string
		status                    int
		code, pointer             string
	}{
		{"no key", "api", asJSON, `{"name":"a"}`, []string{"X-Channel-Key", ""}, 401, "no_channel_key", ""},
		{"wrong key", "api", asJSON, `{"name":"a"}`, []string{"X-Channel-Key", "z"}, 401, "bad_channel_key", ""},
		{"unknown channel", "web_form", asJSON, `{"name":"a"}`, nil, 404, "no_such_channel", ""},
		{"not JSON", "api", asJSON, `{"name":`, nil, 400, "unreadable_body", ""},
		{"two values", "api", asJSON, `{"name":"a"} {}`, nil, 400, "unreadable_body", ""},
		{"not an object", "api", asJSON, `["a"]`, nil, 422, "wrong_type", ""},
		{"nothing in it", "api", asJSON, `{"x": 1}`, nil, 422, "empty", ""},
		{"wrong type", "api", asJSON, `{"name": {"a": 1}}`, nil, 422, "invalid_record", "/name"},
		{"wrong type by title", "api", asJSON, `{"预算": [1], "name": "a"}`, nil, 422, "invalid_record", "/预算"},
		{"NUL", "api", asJSON, `{"name": "a\u0000b"}`, nil, 422, "invalid_record", "/name"},
		{"not UTF-8", "api", asJSON, "{\"name\": \"\xff\"}", nil, 400, "bad_encoding", ""},
		{"too large", "api", asJSON, `{"name":"` + strings.Repeat("a", 64<<10) + `"}`, nil, 413, "too_large", ""},
		{"unknown media type", "api", "text/xml", `<a/>`, nil, 400, "unsupported_media_type", ""},
		{"broken form", "api", asForm, `a=%zz`, nil, 400, "bad_form", ""},
	} {
		res := post(h, c.channel, c.kind, c.body, c.header...)
		var d web.Document
		if err := json.Unmarshal(res.Body.Bytes(), &d); err != nil {
			t.Fatalf("%s: %d %s", c.name, res.Code, res.Body)
		}
		if res.Code != c.status || d.Code != c.code || c.pointer != "" && (len(d.Errors) != 1 || d.Errors[0].Pointer != c.pointer) {
			t.Errorf("%s: %d %s %+v; want %d %s %s", c.name, res.Code, d.Code, d.Errors, c.status, c.code, c.pointer)
		}
	}
	if n := w.Count(t, "SELECT (SELECT COUNT(*) FROM o_lead) + (SELECT COUNT(*) FROM o_touch) + (SELECT COUNT(*) FROM event) + (SELECT COUNT(*) FROM dedupe_key)"); n != 0 {
		t.Errorf("%d rows were left", n)
	}
}

func TestOldAnswersAreForgotten(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		w := salestest.Open(t, url, intake.Dedupe{})
		h, answers := serve(w), &record.Answers{DB: w.DB, Clock: w.Clock}
		const many = 1100 // more than two slices
		err := w.DB.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
			for i := range many {
				if _, err := tx.Exec(ctx, "INSERT INTO idempotency (scope, key, fingerprint, status, body, at) VALUES (?, ?, ?, ?, ?, ?)", "intake/api", fmt.Sprint("old", i), "x", 202, "y", w.Clock.Milli()-record.Remembered.Milliseconds()-1); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		first := post(h, "api", asJSON, `{"name": "张三"}`, "Idempotency-Key", "fresh").Body.String()
		if n, err := answers.Forget(t.Context(), record.Remembered); n != many || err != nil {
			t.Errorf("forgot %d, %v; want %d", n, err, many)
		}
		if again := post(h, "api", asJSON, `{"name": "张三"}`, "Idempotency-Key", "fresh").Body.String(); again != first {
			t.Errorf("a fresh answer was forgotten: %s, was %s", again, first)
		}
		w.Clock.Shift(record.Remembered + time.Second)
		if n, err := answers.Forget(t.Context(), record.Remembered); n != 1 || err != nil {
			t.Errorf("a week later: forgot %d, %v; want 1", n, err)
		}
	})
}

func TestIdempotencyKeyGivesOneAnswer(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		handlers := []http.Handler{serve(salestest.Open(t, url, intake.Dedupe{}))}
		w := salestest.Open(t, url, intake.Dedupe{})
		if strings.HasPrefix(url, "postgres") {
			handlers = append(handlers, serve(w))
		}
		const body = `{"name": "张三"}` // no contact: without the key each would be a lead
		var wg sync.WaitGroup
		answers := make([]string, 16)
		for i := range answers {
			wg.Add(1)
			go func() {
				defer wg.Done()
				res := post(handlers[i%len(handlers)], "api", asJSON, body, "Idempotency-Key", "once")
				answers[i] = http.StatusText(res.Code) + res.Body.String()
			}()
		}
		wg.Wait()
		for _, a := range answers {
			if a != answers[0] || !strings.HasPrefix(a, "Accepted") {
				t.Errorf("answers differ: %q", answers)
				break
			}
		}
		if n := w.Count(t, "SELECT COUNT(*) FROM o_lead"); n != 1 {
			t.Errorf("%d leads, want 1", n)
		}
		if res := post(handlers[0], "api", asJSON, `{"name": "李四"}`, "Idempotency-Key", "once"); res.Code != http.StatusConflict {
			t.Errorf("the same key with another body: %d, want 409", res.Code)
		}
		if res := post(handlers[0], "h5_form", asJSON, `{"name": "李四"}`, "Idempotency-Key", "once"); res.Code != http.StatusAccepted {
			t.Errorf("the same key on another channel: %d, want 202", res.Code)
		}
	})
}
