package scenario

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// state is what a refused request must leave as it was.
type state struct{ Leads, Touches, Tasks, Events float64 }

func stateOf(t testing.TB, admin *Client) state {
	t.Helper()
	var trail struct {
		Last float64 `json:"last_seq"`
	}
	if err := json.Unmarshal(admin.Do(t, http.MethodGet, path("/trail"), nil).Body, &trail); err != nil {
		t.Fatal(err)
	}
	return state{admin.Figure(t, "lead", "count", nil), admin.Figure(t, "touch", "count", nil), admin.Figure(t, "task", "count", nil), trail.Last}
}

// Whatever comes in wrong is refused by a problem that names place and remedy in Chinese, and leaves nothing behind.
func TestBadInputIsRefusedWhole(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		admin.Reps(t, 1)
		web := admin.Channel(t, "website_form")
		web.Intake(t, "website_form", Fields{"name": "在先的", "phone": "13800000001"})
		before := stateOf(t, admin)

		const intake, records, many, query = "/intake/website_form", "/objects/lead/records", "/objects/lead/records", "/query"
		tenMB := strings.Repeat("a", 10<<20)
		for _, c := range []struct {
			name, where, body string
			header            []string
			status            int
			code, pointer     string // of the problem; of its first place
			says              string // somewhere in message or remedy
		}{
			{"wrong type", intake, `{"name": "甲", "phone": {"a": 1}}`, nil, 422, "invalid_record", "/phone", "电话号码"},
			{"wrong type by its Chinese name", intake, `{"姓名": "甲", "预算": [1]}`, nil, 422, "invalid_record", "/预算", "金额"},
			{"two wrong", intake, `{"name": [], "budget": true}`, nil, 422, "invalid_record", "/budget", "金额"},
			{"nothing that is known", intake, `{"nme": "甲"}`, nil, 422, "empty", "", "name"},
			{"nothing at all", intake, `{}`, nil, 422, "empty", "", "name"},
			{"only blanks", intake, `{"name": "  ", "phone": ""}`, nil, 422, "empty", "", "name"},
			{"too long", intake, `{"name": "` + strings.Repeat("甲", 201) + `"}`, nil, 422, "invalid_record", "/name", "200"},
			{"NUL", intake, `{"name": "甲\u0000乙"}`, nil, 422, "invalid_record", "/name", "NUL"},
			{"NUL as it is", intake, "{\"name\": \"甲\x00乙\"}", nil, 400, "unreadable_body", "", "第 1 行第 12 个字有空字符（NUL）"},
			{"not UTF-8", intake, "{\"name\": \"\xd5\xc5\xc8\xfd\"}", nil, 400, "bad_encoding", "", "UTF-8"},
			{"broken JSON", intake, "{\"name\": \"甲\",\n\"phone\": 138 0000}", nil, 400, "unreadable_body", "", "第 2 行第 14 个字"},
			{"cut off", intake, `{"name": "甲`, nil, 400, "unreadable_body", "", "第 1 行第 12 个字"},
			{"no body", intake, ``, nil, 400, "unreadable_body", "", "空的"},
			{"a list", intake, `[{"name": "甲"}]`, nil, 422, "wrong_type", "", "对象"},
			{"two values", intake, `{"name": "甲"} {"name": "乙"}`, nil, 400, "unreadable_body", "", "第 1 行第 15 个字"},
			{"too deep", intake, `{"name": ` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`, nil, 400, "unreadable_body", "", ""},
			{"10 MB", intake, `{"name": "` + tenMB + `"}`, nil, 413, "too_large", "", "导入"},
			{"another media type", intake, `<lead/>`, []string{"Content-Type", "text/xml"}, 400, "unsupported_media_type", "", "application/json"},
			{"a broken form", intake, `name=%zz`, []string{"Content-Type", "application/x-www-form-urlencoded"}, 400, "bad_form", "", "编码"},
			{"a form without its end", intake, "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n甲", []string{"Content-Type", "multipart/form-data; boundary=x"}, 400, "bad_form", "", ""},
			{"an unreadable key", intake, `{"name": "甲"}`, []string{"Idempotency-Key", "\xff\xfe"}, 400, "bad_idempotency_key", "/Idempotency-Key", "UUID"},
			{"a long key", intake, `{"name": "甲"}`, []string{"Idempotency-Key", strings.Repeat("k", 201)}, 400, "bad_idempotency_key", "/Idempotency-Key", "UUID"},
			{"an unknown channel", "/intake/web_form", `{"name": "甲"}`, nil, 401, "bad_channel_key", "", "密钥"},

			{"unknown field", records, `{"nme": "甲"}`, nil, 422, "invalid_record", "/nme", "name"},
			{"engine's field", records, `{"name": "甲", "tag_budget": "5–20万"}`, nil, 422, "invalid_record", "/tag_budget", ""},
			{"wrong type", records, `{"name": {"a": 1}}`, nil, 422, "invalid_record", "/name", "文字"},
			{"off the list", records, `{"name": "甲", "stage": "差不多"}`, nil, 422, "invalid_record", "/stage", "待联系"},
			{"NUL", records, `{"name": "甲\u0000乙"}`, nil, 422, "invalid_record", "/name", "NUL"},
			{"not UTF-8", records, "{\"name\": \"\xd5\xc5\"}", nil, 400, "unreadable_body", "", "UTF-8"},
			{"broken JSON", records, `{"name": "甲",}`, nil, 400, "unreadable_body", "", "第 1 行第 14 个字"},
			{"a list", records, `[1]`, nil, 422, "wrong_type", "", "对象"},
			{"null", records, `null`, nil, 422, "wrong_type", "", "对象"},
			{"10 MB", records, `{"note": "` + tenMB + `"}`, nil, 413, "too_large", "", "导入"},
			{"one of many is wrong", many, `{"records": [{"name": "甲", "phone": "13800000002"}, {"name": "乙", "budget": {}}]}`, nil, 422, "invalid_record", "/records/1/budget", "金额"},
			{"one of many is none", many, `{"records": [{"name": "甲"}, 5]}`, nil, 422, "invalid_record", "/records/1", "对象"},
			{"another media type", records, `name=a`, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "unsupported_media_type", "/Content-Type", "application/json"},
			{"unknown object", "/objects/laed/records", `{"name": "甲"}`, nil, 404, "", "", "lead"},

			{"broken JSON", query, `{"entity": `, nil, 400, "unreadable_body", "", "第 1 行"},
			{"unknown key", query, `{"entty": "lead"}`, nil, 422, "invalid_query", "/entty", "entity"},
			{"wrong type", query, `{"entity": "lead", "measures": "count"}`, nil, 422, "invalid_query", "/measures", "列表"},
			{"unknown measure", query, `{"entity": "lead", "measures": ["lead_cuont"]}`, nil, 422, "invalid_query", "/measures/0", "lead_count"},
			{"broken JSON", "/keys", `{"kind": "channel`, nil, 400, "unreadable_body", "", "第 1 行"},
			{"wrong type", "/keys", `{"kind": 1, "name": "website_form"}`, nil, 422, "invalid", "/kind", "文字"},
			{"unknown key", "/keys", `{"kind": "channel", "name": "website_form", "scope": []}`, nil, 422, "invalid", "/scope", ""},
			{"missing", "/keys", `{"kind": "channel"}`, nil, 422, "invalid", "/name", "name"},
			{"10 MB", "/keys", `{"kind": "channel", "name": "` + tenMB + `"}`, nil, 413, "too_large", "", ""},
		} {
			sender := admin
			if strings.HasPrefix(c.where, "/intake") {
				sender = web
			}
			name := c.where + ": " + c.name
			r := sender.Do(t, http.MethodPost, path("%s", c.where), c.body, c.header...)
			if r.Status != c.status {
				t.Errorf("%s: status %d, want %d: %s", name, r.Status, c.status, r.Body)
				continue
			}
			toldWell(t, name, r.Problem(t, c.status, c.code), c.pointer, c.says)
		}
		badImports(t, admin)
		if after := stateOf(t, admin); !reflect.DeepEqual(after, before) {
			t.Errorf("refused requests left something: %+v, was %+v", after, before)
		}
		if log := s.Log(); strings.Contains(log, "panic") || strings.Contains(log, "request failed") {
			t.Error("the server met what it did not expect")
		}
		web.Intake(t, "website_form", Fields{"name": "在后的", "phone": "13800000009"})
	})
}

// toldWell holds a problem to place and remedy: each wrong place has a code, words in Chinese and a hint.
func toldWell(t *testing.T, name string, p Problem, pointer, says string) {
	t.Helper()
	if len(p.Errors) == 0 {
		t.Errorf("%s: names no place: %+v", name, p)
		return
	}
	all := ""
	for _, e := range p.Errors {
		if e.Code == "" || e.Hint == "" || !strings.ContainsFunc(e.Message, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s: a place without code, remedy or Chinese words: %+v", name, e)
		}
		all += e.Message + " " + e.Hint + " "
	}
	if p.Errors[0].Pointer != pointer && !slices.ContainsFunc(p.Errors, func(e ProblemItem) bool { return e.Pointer == pointer }) || !strings.Contains(all, says) {
		t.Errorf("%s: %+v; want the place %q and the words %q", name, p.Errors, pointer, says)
	}
}

// badImports sends files and forms that cannot be taken in.
func badImports(t *testing.T, admin *Client) {
	t.Helper()
	good := []byte("姓名,手机\n甲,13800000003\n")
	for _, c := range []struct {
		name                string
		file                []byte
		parts               map[string]string
		code, pointer, says string
	}{
		{"no file", nil, map[string]string{"options": "{}"}, "no_file", "/file", "file"},
		{"an empty file", []byte{}, nil, "unreadable_file", "/file", "CSV"},
		{"a workbook", []byte("PK\x03\x04\x14\x00\x06\x00\x08\x00"), nil, "unreadable_file", "/file", "另存为"},
		{"an old workbook", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00"), nil, "unreadable_file", "/file", "另存为"},
		{"a program", []byte("\x7fELF\x02\x01\x01\x00\x00"), nil, "unreadable_file", "/file", "NUL"},
		{"a broken head", []byte("姓名,\"手机\n甲,1\n"), nil, "unreadable_file", "/file", "引号"},
		{"no column that is known", []byte("aa,bb\n1,2\n"), nil, "no_columns", "/mapping", "字段"},
		{"broken mapping", good, map[string]string{"mapping": `{"name": `}, "bad_mapping", "/mapping", "第 1 行"},
		{"mapping of another sort", good, map[string]string{"mapping": `["name"]`}, "bad_mapping", "/mapping", "对象"},
		{"mapping to a number", good, map[string]string{"mapping": `{"name": 1}`}, "bad_mapping", "/mapping/name", "文字"},
		{"mapping to an unknown field", good, map[string]string{"mapping": `{"nmae": "姓名"}`}, "bad_mapping", "/mapping/nmae", "name"},
		{"mapping from an unknown column", good, map[string]string{"mapping": `{"name": "性名"}`}, "bad_mapping", "/mapping/name", "姓名"},
		{"unknown option", good, map[string]string{"options": `{"asign": false}`}, "bad_options", "/options/asign", "assign"},
		{"option of another sort", good, map[string]string{"options": `{"assign": "yes"}`}, "bad_options", "/options/assign", "true/false"},
		{"unreadable instant", good, map[string]string{"options": `{"happened_at": "昨天吧"}`}, "bad_mapping", "/options/happened_at", "2026"},
		{"an instant to come", good, map[string]string{"options": `{"happened_at": "2999-01-01T00:00:00Z"}`}, "bad_mapping", "/options/happened_at", "过去"},
	} {
		r := importForm(t, admin, "/objects/lead/import", c.file, c.parts)
		if r.Status != 422 {
			t.Errorf("import: %s: status %d: %s", c.name, r.Status, r.Body)
			continue
		}
		toldWell(t, "import: "+c.name, r.Problem(t, 422, c.code), c.pointer, c.says)
	}
	for name, r := range map[string]*Response{
		"no form":   admin.Do(t, http.MethodPost, path("/objects/lead/import"), `{}`),
		"cut off":   admin.Do(t, http.MethodPost, path("/objects/lead/import"), "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n姓名\n甲", "Content-Type", "multipart/form-data; boundary=x"),
		"two files": admin.Do(t, http.MethodPost, path("/objects/lead/import"), strings.Repeat("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n姓名\n甲\r\n", 2)+"--x--\r\n", "Content-Type", "multipart/form-data; boundary=x"),
	} {
		toldWell(t, "import: "+name, r.Problem(t, 400, ""), "", "")
	}
	if r := importForm(t, admin, "/objects/laed/import", good, nil); r.Status != 404 {
		t.Errorf("import into an unknown object: %d %s", r.Status, r.Body)
	}
}

// Creating records honours Idempotency-Key as the intake does.
func TestIdempotencyKeyOnRecords(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		create := func(body string, headers ...string) *Response {
			return admin.Do(t, http.MethodPost, path("/objects/lead/records"), body, headers...)
		}
		ids := func(r *Response) (out []string) {
			t.Helper()
			var got struct {
				Record   Record
				Records  []Record
				Outcomes []struct{ Record Record }
			}
			if r.Status > 299 {
				t.Fatalf("status %d: %s", r.Status, r.Body)
			}
			if err := json.Unmarshal(r.Body, &got); err != nil {
				t.Fatal(err)
			}
			for _, o := range got.Outcomes {
				got.Records = append(got.Records, o.Record)
			}
			if got.Record != nil {
				got.Records = append(got.Records, got.Record)
			}
			for _, x := range got.Records {
				out = append(out, x.ID())
			}
			return out
		}
		for i, c := range []struct{ query, body string }{{"", `{"name": "甲"}`}, {"", `{"records": [{"name": "甲"}, {"name": "乙"}]}`}, {"?partial=true", `{"records": [{"name": "甲"}, {"name": "乙"}]}`}} {
			key := []string{"Idempotency-Key", string(rune('a' + i))}
			where := path("/objects/lead/records") + c.query
			first, again := admin.Do(t, http.MethodPost, where, c.body, key...), admin.Do(t, http.MethodPost, where, c.body, key...)
			if one, two := ids(first), ids(again); len(one) == 0 || !slices.Equal(one, two) {
				t.Errorf("%s %s: %v, then %v", c.query, c.body, one, two)
			}
			if first.Header.Get("Idempotency-Replayed") != "" || c.query == "" && again.Header.Get("Idempotency-Replayed") != "true" {
				t.Errorf("%s %s: replayed %q, then %q", c.query, c.body, first.Header.Get("Idempotency-Replayed"), again.Header.Get("Idempotency-Replayed"))
			}
		}
		if n := admin.Figure(t, "lead", "count", nil); n != 5 {
			t.Errorf("%v leads, want 5", n)
		}
		create(`{"name": "丙"}`, "Idempotency-Key", "a").Problem(t, http.StatusConflict, "idempotency_conflict")
		if one, two := ids(create(`{"name": "丁"}`)), ids(create(`{"name": "丁"}`)); slices.Equal(one, two) {
			t.Error("without a key the same request made nothing new")
		}
	})
}
