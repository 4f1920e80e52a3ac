package scenario

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var pageToken = regexp.MustCompile(`name="_t" value="([^"]+)"`)

// hosted opens a hosted page without signing in and gives it with its token.
func (s *Server) hosted(t *testing.T, address string, headers ...string) (page *Response, token string) {
	t.Helper()
	page = s.Anonymous(t).Do(t, http.MethodGet, address, nil, headers...)
	if m := pageToken.FindSubmatch(page.Body); m != nil {
		token = string(m[1])
	}
	return page, token
}

// submit sends a hosted form as a browser does; redirects are followed.
func (s *Server) submit(t *testing.T, address string, values url.Values) *Response {
	t.Helper()
	return s.Anonymous(t).Do(t, http.MethodPost, address, values.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

func says(t *testing.T, r *Response, status int, texts ...string) {
	t.Helper()
	if r.Status != status {
		t.Fatalf("%s: status %d, want %d: %s", r.Request, r.Status, status, r.Body)
	}
	for _, text := range texts {
		if !strings.Contains(string(r.Body), text) {
			t.Errorf("%s: no %q in %s", r.Request, text, r.Body)
		}
	}
}

func touchesOf(t *testing.T, c *Client, lead string) []Record {
	t.Helper()
	return c.List(t, "touch", Fields{"field": "lead", "op": "eq", "value": lead}, "created_at")
}

func leadsOf(t *testing.T, c *Client, company string) []Record {
	t.Helper()
	return c.List(t, "lead", Fields{"field": "company", "op": "eq", "value": company}, "created_at")
}

// A form that Baton serves: anybody may fill it in, errors stand at their field, a machine gets nothing in, a double tap is one lead, and the
// touch keeps where the visitor came from.
func TestHostedForm(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		page, token := s.hosted(t, "/f/contact?utm_source=baidu&utm_campaign=spring&x=1", "Referer", "https://www.example.com/pricing")
		says(t, page, http.StatusOK, "预约咨询", "怎么称呼您", `name="phone"`, "必填")
		if csp := page.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || !strings.Contains(csp, "default-src 'none'") || page.Header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("a form without origins may be framed: %q", csp)
		}
		if len(page.Body) > 8<<10 {
			t.Errorf("the page has %d bytes", len(page.Body))
		}
		filled := url.Values{"_t": {token}, "_utm_source": {"baidu"}, "_utm_campaign": {"spring"}, "_ref": {"https://www.example.com/pricing"}, "name": {"王总"}, "phone": {"138 0013 8000"}, "company": {"表单医院"}, "industry": {"医疗"}, "owner": {"admin"}, "stage": {"signed"}}
		for _, hidden := range []string{`name="_utm_source" value="baidu"`, `name="_utm_campaign" value="spring"`, `name="_ref" value="https://www.example.com/pricing"`} {
			says(t, page, http.StatusOK, hidden)
		}
		says(t, s.submit(t, "/f/contact", filled), http.StatusUnprocessableEntity, "填得太快了", "表单医院")
		admin.SetTime(t, time.Now().Add(time.Minute))

		bad := url.Values{"_t": {token}, "phone": {"不知道"}, "company": {"表单医院"}, "note": {`"><script>`}}
		says(t, s.submit(t, "/f/contact", bad), http.StatusUnprocessableEntity, "有 2 处需要修改", "请填写怎么称呼您", `value="表单医院"`, `aria-describedby="e-phone"`, "&gt;&lt;script&gt;")
		trapped := url.Values{"_website": {"http://spam"}}
		for k, v := range filled {
			trapped[k] = v
		}
		says(t, s.submit(t, "/f/contact", trapped), http.StatusOK, "提交成功") // a machine learns nothing
		if got := leadsOf(t, admin, "表单医院"); len(got) != 0 {
			t.Fatalf("refused submissions made %v", got)
		}
		forged := url.Values{"_t": {strings.Repeat("A", 40) + "." + strings.Repeat("A", 22)}, "name": {"王总"}, "phone": {"13800138000"}}
		says(t, s.submit(t, "/f/contact", forged), http.StatusUnprocessableEntity, "页面打开得太久了")

		var taps sync.WaitGroup
		for range 4 {
			taps.Go(func() {
				says(t, s.submit(t, "/f/contact", filled), http.StatusOK, "提交成功", "一个工作日内")
			})
		}
		taps.Wait()
		leads := leadsOf(t, admin, "表单医院")
		if len(leads) != 1 || leads[0].Number("touches") != 1 || leads[0].Text("phone") != "+8613800138000" || leads[0].Text("source") != "官网表单" || leads[0].Text("stage") != "new" || leads[0].Text("owner") != "" {
			t.Fatalf("four taps made %v", leads)
		}
		data, _ := touchesOf(t, admin, leads[0].ID())[0]["data"].(map[string]any)
		want := map[string]any{"form": "contact", "utm_source": "baidu", "utm_campaign": "spring", "referrer": "https://www.example.com/pricing"}
		if fmt.Sprint(data) != fmt.Sprint(want) {
			t.Errorf("the touch keeps %v, want %v", data, want)
		}
		// The tenth within a minute is the last.
		var last *Response
		for range 10 {
			last = s.submit(t, "/f/contact", bad)
		}
		says(t, last, http.StatusTooManyRequests, "太频繁")
		if last.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}

		d := admin.Definition(t, "form", "contact")
		d.Spec["origins"], d.Spec["tone"] = []string{"https://www.example.com"}, "green"
		admin.Publish(t, d)
		page, _ = s.hosted(t, "/f/contact")
		says(t, page, http.StatusOK, `class="tone-green"`)
		if csp := page.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'self' https://www.example.com") || page.Header.Get("X-Frame-Options") != "" {
			t.Errorf("an allowed site may not frame the form: %q", csp)
		}
		d.Spec["origins"], d.Spec["fields"] = []string{"https://a.com/path; script-src *"}, []Fields{{"field": "owner"}, {"field": "phone"}, {"field": "phone"}}
		codes := []string{}
		for _, p := range admin.Draft(t, d).Problems {
			codes = append(codes, p.Pointer+" "+p.Code)
		}
		if slices.Sort(codes); !slices.Equal(codes, []string{"/spec/fields/0/field unknown_field", "/spec/fields/2/field twice", "/spec/origins/0 bad_origin"}) {
			t.Errorf("a wrong form is told of as %v", codes)
		}
		d = admin.Definition(t, "form", "contact")
		d.Spec["enabled"] = false
		admin.Publish(t, d)
		page, _ = s.hosted(t, "/f/contact")
		says(t, page, http.StatusNotFound, "这个表单不在了")
	})
}

// At a booth: a printed code brings its channel and campaign; the staff's link takes entries that waited on a phone, once each, at the time they
// were made.
func TestBoothEntriesComeOnce(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		_, token := s.hosted(t, "/f/expo?c=booth")
		says(t, s.submit(t, "/f/expo", url.Values{"_t": {token}, "_c": {"booth"}, "name": {"李工"}, "phone": {"13800138001"}, "company": {"扫码工厂"}}), http.StatusOK, "提交成功", "再填一份")
		scanned := leadsOf(t, admin, "扫码工厂")
		if len(scanned) != 1 || scanned[0].Text("channel") != "exhibition" || scanned[0].Text("source") != "展会扫码" {
			t.Fatalf("a scanned code made %v", scanned)
		}
		if data, _ := touchesOf(t, admin, scanned[0].ID())[0]["data"].(map[string]any); data["campaign"] != "展会" || data["code"] != "booth" {
			t.Errorf("the touch keeps %v", data)
		}
		var link struct{ Path, Until string }
		admin.Post(t, path("/forms/expo/booth"), Fields{"code": "booth"}, &link)
		page, _ := s.hosted(t, link.Path)
		says(t, page, http.StatusOK, "展位易拉宝", "待送达", "录入人")
		at, err := url.Parse(link.Path)
		if err != nil {
			t.Fatal(err)
		}
		made := time.Now().Add(-3 * time.Hour).UTC().Truncate(time.Millisecond)
		entry := Fields{"link": at.Query().Get("k"), "key": "0123456789abcdef0123", "by": "小张", "at": made.Format(time.RFC3339Nano), "values": map[string][]string{"name": {"赵工"}, "phone": {"13800138002"}, "company": {"离线工厂"}}}
		var ids [3]string
		for i := range ids {
			var out struct{ ID string }
			s.Anonymous(t).Do(t, http.MethodPost, "/f/expo/booth", entry).OK(t, &out)
			ids[i] = out.ID
		}
		leads := leadsOf(t, admin, "离线工厂")
		if len(leads) != 1 || ids[0] != leads[0].ID() || ids[1] != ids[0] || ids[2] != ids[0] || leads[0].Number("touches") != 1 {
			t.Fatalf("an entry sent three times: %v, %v", ids, leads)
		}
		if got := instant(t, leads[0].Text("created_at")); !got.Equal(made) {
			t.Errorf("entered at %s, kept as %s", made, got)
		}
		if data, _ := touchesOf(t, admin, leads[0].ID())[0]["data"].(map[string]any); data["booth_staff"] != "小张" || data["campaign"] != "展会" {
			t.Errorf("the touch keeps %v", data)
		}
		refused := func(change Fields, status int, code string) Problem {
			t.Helper()
			e := Fields{}
			for k, v := range entry {
				e[k] = v
			}
			for k, v := range change {
				e[k] = v
			}
			return s.Anonymous(t).Do(t, http.MethodPost, "/f/expo/booth", e).Problem(t, status, code)
		}
		if p := refused(Fields{"key": "another0123456789abc", "values": map[string][]string{"phone": {"1"}}}, http.StatusUnprocessableEntity, "invalid_record"); len(p.Errors) != 2 {
			t.Errorf("a wrong entry is refused by %v", p.Errors)
		}
		refused(Fields{"link": "x.y"}, http.StatusForbidden, "bad_link")
		says(t, s.Anonymous(t).Do(t, http.MethodGet, "/f/expo/booth?k=x.y", nil), http.StatusForbidden, "展位链接不对")
		admin.SetTime(t, time.Now().Add(61*24*time.Hour))
		refused(nil, http.StatusForbidden, "link_over")
	})
}

// call reports a call as a telephone system does.
func call(t *testing.T, s *Server, secret string, at time.Time, body string, headers ...string) *Response {
	t.Helper()
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "." + body))
	return s.Anonymous(t).Do(t, http.MethodPost, path("/intake/inbound_call"), body, append([]string{"Content-Type", "application/json", "X-Timestamp", stamp, "X-Signature", hex.EncodeToString(mac.Sum(nil))}, headers...)...)
}

// A call that a telephone system reports: signed and fresh, or refused; an unknown number is a lead, the agent's own when the agent is at
// work; a known one a touch and a follow-up; a customer's a follow-up and a word to its owner.
func TestCallWebhook(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		agent := admin.Rep(t, "linxiao", nil)
		away := admin.Rep(t, "hefang", Fields{"leave_from": "2020-01-01", "leave_until": "2099-12-31"})
		var made struct{ Secret string }
		none := call(t, s, "x", time.Now(), `{"caller":"13800138000"}`).Problem(t, http.StatusUnauthorized, "no_secret")
		if len(none.Errors) != 1 || none.Errors[0].Hint == "" {
			t.Errorf("no way is shown: %+v", none)
		}
		admin.Post(t, path("/channels/inbound_call:secret"), nil, &made)
		old := made.Secret
		admin.Post(t, path("/channels/inbound_call:secret"), nil, &made)
		body := `{"caller":"0571-8888 6666","duration":185,"recording_url":"https://pbx.example.com/r/1.mp3","agent":"linxiao","call_id":"c-1","region":"浙江"}`
		call(t, s, old, s.Clock.Now(), body).Problem(t, http.StatusUnauthorized, "bad_signature")
		call(t, s, made.Secret, s.Clock.Now().Add(-6*time.Minute), body).Problem(t, http.StatusUnauthorized, "stale_timestamp")
		call(t, s, made.Secret, s.Clock.Now().Add(6*time.Minute), body).Problem(t, http.StatusUnauthorized, "stale_timestamp")
		s.Anonymous(t).Do(t, http.MethodPost, path("/intake/inbound_call"), body, "X-Channel-Key", admin.ChannelKey(t, "inbound_call")).Problem(t, http.StatusUnauthorized, "no_signature")
		call(t, s, made.Secret, s.Clock.Now(), `{"duration":"x","recording_url":"javascript:1"}`).Problem(t, http.StatusUnprocessableEntity, "invalid_record")

		id := accepted(t, call(t, s, made.Secret, s.Clock.Now(), body))
		if again := accepted(t, call(t, s, made.Secret, s.Clock.Now().Add(time.Second), body)); again != id {
			t.Errorf("the same call again made %s, not %s", again, id)
		}
		lead := admin.Record(t, "lead", id)
		if lead.Text("owner") != agent.User.ID || lead.Text("source") != "电话呼入" || lead.Number("touches") != 1 {
			t.Fatalf("an unknown number made %v", lead)
		}
		if data, _ := touchesOf(t, admin, id)[0]["data"].(map[string]any); data["recording_url"] != "https://pbx.example.com/r/1.mp3" || data["duration"] != 185.0 {
			t.Errorf("the touch keeps %v", data)
		}
		if got := accepted(t, call(t, s, made.Secret, s.Clock.Now(), `{"caller":"057188886666","duration":20,"agent":"hefang","call_id":"c-2"}`)); got != id {
			t.Fatalf("a known number is %s, not %s", got, id)
		}
		lead = admin.Record(t, "lead", id)
		notes := admin.List(t, "follow_up", Fields{"field": "lead", "op": "eq", "value": id}, "")
		if lead.Text("owner") != agent.User.ID || lead.Number("touches") != 2 || len(notes) != 1 || notes[0].Text("note") != "来电，通话 20 秒；hefang 接听" || notes[0].Text("way") != "phone" {
			t.Errorf("a known number: %v, follow-ups %v", lead, notes)
		}
		if told := agent.Told(t, id); !slices.Contains(told, "call") {
			t.Errorf("the owner was told %v", told)
		}
		unowned := accepted(t, call(t, s, made.Secret, s.Clock.Now(), `{"caller":"13800138055","agent":"hefang"}`))
		if got := admin.Record(t, "lead", unowned).Text("owner"); got == away.User.ID {
			t.Error("an agent on leave got the lead")
		}
		customer := admin.Create(t, "customer", Fields{"name": "老客户公司", "owner": agent.User.ID})
		admin.Create(t, "contact", Fields{"name": "陈姐", "customer": customer.ID(), "phone": "13800138077"})
		if got := accepted(t, call(t, s, made.Secret, s.Clock.Now(), `{"caller":"13800138077","duration":65}`)); got != customer.ID() {
			t.Fatalf("a customer's number is %s", got)
		}
		notes = admin.List(t, "follow_up", Fields{"field": "customer", "op": "eq", "value": customer.ID()}, "")
		if len(notes) != 1 || notes[0].Text("note") != "来电，通话 1 分 5 秒" || notes[0].Text("owner") != agent.User.ID || len(leadsOf(t, admin, "老客户公司")) != 0 {
			t.Errorf("a customer's call is kept as %v", notes)
		}
	})
}

// gateHref is where the gate's answer leads to the file.
var gateHref = regexp.MustCompile(`class="go" href="([^"]+)"`)

// Leaving a phone at a gate hands the file out and no more: nobody learns whether the phone is known, nor becomes who it belongs to.
func TestTheGateTellsNothingOfAKnownPhone(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		admin.Material(t, "paper", "智慧校园白皮书", "phone")
		known := admin.Create(t, "lead", Fields{"company": "老朋友学校", "name": "王总", "phone": "13800138021"})
		token := map[string]string{}
		for _, phone := range []string{"13800138021", "13800138022"} {
			_, token[phone] = s.hosted(t, "/m/paper")
		}
		admin.SetTime(t, time.Now().Add(time.Minute))
		var hrefs []string
		for phone, page := range token {
			opened := s.submit(t, "/m/paper", url.Values{"_t": {page}, "phone": {phone}, "name": {"路人"}, "company": {"陌生学校"}})
			says(t, opened, http.StatusOK, "下载资料")
			m := gateHref.FindSubmatch(opened.Body)
			if m == nil {
				t.Fatalf("no way to the file: %s", opened.Body)
			}
			at, err := url.Parse(strings.ReplaceAll(string(m[1]), "&amp;", "&"))
			if err != nil {
				t.Fatal(err)
			}
			hrefs = append(hrefs, at.String())
			says(t, s.Anonymous(t).Do(t, http.MethodGet, at.String(), nil), http.StatusOK, "%PDF-1.4 paper")
			for name, values := range at.Query() {
				for part := range strings.SplitSeq(values[0], ".") {
					plain, err := base64.RawURLEncoding.DecodeString(part)
					if err != nil || strings.Contains(string(plain), "lead") || strings.Contains(string(plain), known.ID()) {
						t.Errorf("the address of %s reads %s=%q %v", phone, name, plain, err)
					}
				}
				// What the gate gave is no contact's link.
				says(t, s.Anonymous(t).Do(t, http.MethodGet, "/m/paper?t="+url.QueryEscape(values[0]), nil), http.StatusOK, "留下电话即可下载")
			}
		}
		if len(hrefs[0]) != len(hrefs[1]) {
			t.Errorf("a known phone shows: %q and %q", hrefs[0], hrefs[1])
		}
		for _, e := range admin.Events(t, "lead", known.ID(), "activity") {
			if !strings.Contains(e.Note, "下载") {
				t.Errorf("a stranger acted as the contact: %q", e.Note)
			}
		}
		admin.SetTime(t, time.Now().Add(26*time.Hour))
		if r := s.Anonymous(t).Do(t, http.MethodGet, hrefs[0], nil); strings.Contains(string(r.Body), "%PDF") {
			t.Error("a pass serves for ever")
		}
	})
}

// One page is sent a few times at most, whatever is in it; it comes back as a new one.
func TestOnePageIsSentAFewTimes(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		admin.Material(t, "paper", "智慧校园白皮书", "phone")
		pages := map[string]string{}
		for _, address := range []string{"/f/contact", "/m/paper"} {
			_, pages[address] = s.hosted(t, address)
		}
		admin.SetTime(t, time.Now().Add(time.Minute))
		for address, token := range pages {
			filled := func(i int) url.Values {
				return url.Values{"_t": {token}, "name": {"王总"}, "phone": {fmt.Sprintf("138001%d%03d", 30+len(address), i)}, "company": {"多次" + address}}
			}
			for i := range 5 {
				if r := s.submit(t, address, filled(i)); r.Status != http.StatusOK {
					t.Fatalf("sending %d: %d %s", i, r.Status, r.Body)
				}
			}
			again := s.submit(t, address, filled(5))
			says(t, again, http.StatusUnprocessableEntity, "已提交过多次")
			if got := leadsOf(t, admin, "多次"+address); len(got) != 5 {
				t.Errorf("%s: one page made %d leads", address, len(got))
			}
			if m := pageToken.FindSubmatch(again.Body); m == nil || string(m[1]) == token {
				t.Error("who goes on gets no new page")
			}
		}
	})
}

// Two programs may choose the same key: each one's stranger comes in.
func TestKeysOfTwoProgramsDoNotMeet(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		for i, phone := range []string{"13800138031", "13800138032"} {
			var key struct {
				Key    map[string]any
				Secret string
			}
			admin.Post(t, path("/keys"), Fields{"kind": "api", "name": "官网" + strconv.Itoa(i), "scopes": []string{"activity.write"}}, &key)
			site := s.WithHeader(t, "Authorization", "Bearer "+key.Secret)
			site.Do(t, http.MethodPost, path("/activity"), Fields{"phone": phone, "act": "visit"}, "Idempotency-Key", "k1").OK(t, nil)
			if all := admin.List(t, "lead", Fields{"field": "phone", "op": "eq", "value": phone}, ""); len(all) != 1 {
				t.Errorf("the stranger of program %d is %v", i, all)
			}
		}
	})
}
