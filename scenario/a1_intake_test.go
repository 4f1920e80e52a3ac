package scenario

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// A lead from outside is whole the moment it is accepted: source, tags, owner with a task and a running countdown, its event and its touch.
func TestAcceptedLeadIsWhole(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		reps := admin.Reps(t, 1)
		web := admin.Channel(t, "website_form")
		id := web.Intake(t, "website_form", Fields{"姓名": "吴工", "手机": "138 0000 0001", "公司名称": "宏图机械厂", "行业": "机械", "预算": "12.5万", "城市": "江苏苏州", "utm_source": "weixin", "点击": []any{1, 2}, "怪": "a\x00b"})
		r := admin.Record(t, "lead", id)
		want := []any{"吴工", "+8613800000001", "宏图机械厂", "制造", 125000.0, "江苏 苏州", "官网表单", "website_form", reps[0], "new", "5–20万", "制造", "官网表单", "B"}
		got := []any{r["name"], r["phone"], r["company"], r["industry"], r["budget"], r["region"], r["source"], r["channel"], r["owner"], r["stage"], r.Tag("budget"), r.Tag("industry"), r.Tag("source"), r.Tag("grade")}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("the lead reads\n%v, want\n%v", got, want)
		}
		timers, _ := r["timers"].([]any)
		if len(timers) != 1 {
			t.Errorf("countdowns %v, want the first opening's", timers)
		}
		if tasks := admin.List(t, "task", Fields{"field": "lead", "op": "eq", "value": id}, ""); len(tasks) != 1 || tasks[0]["owner"] != reps[0] {
			t.Errorf("tasks %v", tasks)
		}
		// What the form told beyond the fields is kept with the arrival.
		touches := admin.List(t, "touch", Fields{"field": "lead", "op": "eq", "value": id}, "")
		if len(touches) != 1 || !reflect.DeepEqual(touches[0]["data"], map[string]any{"utm_source": "weixin", "点击": []any{1.0, 2.0}, "怪": "a\x00b"}) {
			t.Errorf("touches %v", touches)
		}
		if events := admin.History(t, "lead", id); len(events) != 1 || events[0].Origin != "intake" || events[0].Actor["id"] != "website_form" || events[0].IP != "127.0.0.1" {
			t.Errorf("events %+v", events)
		}
	})
}

// A sender that repeats itself, even all at once, gets one answer and makes one lead.
func TestIdempotencyKeyGivesOneLead(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		web, api := admin.Channel(t, "website_form"), admin.Channel(t, "api")
		body := Fields{"name": "刘洋"} // no contact: without the key each would be a lead
		var wg sync.WaitGroup
		ids := make([]string, 32)
		for i := range ids {
			wg.Add(1)
			go func() {
				defer wg.Done()
				if r, err := web.Try(t, http.MethodPost, path("/intake/website_form"), body, "Idempotency-Key", "一次"); err == nil && r.Status == http.StatusAccepted {
					ids[i] = string(r.Body)
				}
			}()
		}
		wg.Wait()
		for _, id := range ids {
			if id == "" || id != ids[0] {
				t.Fatalf("answers differ: %q", ids)
			}
		}
		again := web.Do(t, http.MethodPost, path("/intake/website_form"), body, "Idempotency-Key", "一次")
		if string(again.Body) != ids[0] || again.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("replay: %s %v", again.Body, again.Header)
		}
		one := accepted(t, again)
		if n, touches := admin.Figure(t, "lead", "count", nil), admin.Figure(t, "touch", "count", nil); n != 1 || touches != 1 || len(admin.History(t, "lead", one)) != 1 {
			t.Errorf("%v leads with %v touches, want one each", n, touches)
		}

		other := web.Do(t, http.MethodPost, path("/intake/website_form"), Fields{"name": "李四"}, "Idempotency-Key", "一次").Problem(t, http.StatusConflict, "idempotency_conflict")
		if len(other.Errors) == 0 || other.Errors[0].Hint == "" {
			t.Errorf("no remedy: %+v", other)
		}
		if two := api.Intake(t, "api", body, "Idempotency-Key", "一次"); two == one {
			t.Error("two channels share their keys")
		}
		// It holds across a restart, and ends after a week: then the submission is a new one.
		s.Kill(t)
		s.Restart(t)
		if id := web.Intake(t, "website_form", body, "Idempotency-Key", "一次"); id != one {
			t.Errorf("after a restart: %s, want %s", id, one)
		}
		s.Clock.Advance(t, 7*24*time.Hour+time.Minute)
		Eventually(t, time.Minute, "the key is forgotten", func() bool {
			return web.Intake(t, "website_form", body, "Idempotency-Key", "一次") != one
		})
	})
}

// The same person through two channels is one lead with two touches; what stands is not overwritten, what is blank is filled.
func TestTwoChannelsOneLead(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		admin.Reps(t, 2)
		web, fair := admin.Channel(t, "website_form"), admin.Channel(t, "exhibition")
		first := web.Intake(t, "website_form", Fields{"name": "吴工", "phone": "13800000001", "industry": "制造"})
		owner := admin.Record(t, "lead", first).Text("owner")
		second := fair.Intake(t, "exhibition", Fields{"姓名": "吴先生", "电话": "+86 138-0000-0001", "邮箱": "WU@Hongtu.example", "预算": "30万"})
		// Known by the e-mail that the second arrival brought.
		third := web.Intake(t, "website_form", Fields{"name": "宏图采购", "email": "wu@hongtu.example", "phone": "13800000099"})
		if first != second || first != third {
			t.Fatalf("ids %s %s %s, want one", first, second, third)
		}
		r := admin.Record(t, "lead", first)
		if r.Text("name") != "吴工" || strings.ToLower(r.Text("email")) != "wu@hongtu.example" || r.Number("budget") != 300000 || r.Tag("budget") != ">20万" || r.Text("source") != "官网表单" || r.Number("touches") != 3 {
			t.Errorf("the lead reads %v", r)
		}
		if owner == "" || r.Text("owner") != owner {
			t.Errorf("owner %q, was %q: a second touch changes no owner", r.Text("owner"), owner)
		}
		touches := admin.List(t, "touch", Fields{"field": "lead", "op": "eq", "value": first}, "at")
		var ways []string
		for _, touch := range touches {
			ways = append(ways, touch.Text("source")+" "+touch.Text("channel"))
		}
		if !reflect.DeepEqual(ways, []string{"官网表单 website_form", "展会扫码 exhibition", "官网表单 website_form"}) {
			t.Errorf("touches %q", ways)
		}
		if data, _ := touches[1]["data"].(map[string]any); data["name"] != "吴先生" {
			t.Errorf("the second arrival's name is kept nowhere: %v", touches[1])
		}
		if n := admin.Figure(t, "task", "count", nil); n != 1 {
			t.Errorf("%v first contacts, want 1", n)
		}

		// At once, over both channels: still one.
		var wg sync.WaitGroup
		for i := range 24 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				c, channel, phone := web, "website_form", "13800000002"
				if i%2 == 1 {
					c, channel, phone = fair, "exhibition", "0086 138 0000 0002"
				}
				if r, err := c.Try(t, http.MethodPost, path("/intake/%s", channel), Fields{"phone": phone, "name": "赵工"}); err != nil || r.Status != http.StatusAccepted {
					t.Errorf("%v %v", r, err)
				}
			}()
		}
		wg.Wait()
		if r := byPhone(t, admin, "+8613800000002"); r.Number("touches") != 24 {
			t.Errorf("%v touches, want 24", r.Number("touches"))
		}
		if n := admin.Figure(t, "touch", "count", nil); n != 27 {
			t.Errorf("%v touches in all, want 27", n)
		}
	})
}

// A key opens its channel alone, is shown once, kept as a digest, and ends when revoked; a channel switched off takes nothing from then on.
func TestChannelKeys(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		lead := Fields{"name": "刘洋", "phone": "13800000001"}
		var made struct {
			Key struct {
				ID        string   `json:"id"`
				Kind      string   `json:"kind"`
				Name      string   `json:"name"`
				Scopes    []string `json:"scopes"`
				CreatedAt string   `json:"created_at"`
				CreatedBy string   `json:"created_by"`
			} `json:"key"`
			Secret string `json:"secret"`
		}
		admin.Post(t, path("/keys"), Fields{"kind": "channel", "name": "website_form"}, &made)
		web := s.WithHeader(t, "X-Channel-Key", made.Secret)
		web.Intake(t, "website_form", lead)

		for name, c := range map[string]struct {
			client  *Client
			channel string
			code    string
		}{
			"no key":              {s.Anonymous(t), "website_form", "no_channel_key"},
			"wrong key":           {s.WithHeader(t, "X-Channel-Key", made.Secret+"x"), "website_form", "bad_channel_key"},
			"another channel's":   {web, "exhibition", "bad_channel_key"},
			"the admin's session": {admin, "website_form", "no_channel_key"},
			"as a bearer token":   {s.WithHeader(t, "Authorization", "Bearer "+made.Secret), "website_form", ""},
		} {
			p := c.client.Do(t, http.MethodPost, path("/intake/%s", c.channel), lead).Problem(t, http.StatusUnauthorized, c.code)
			if len(p.Errors) == 0 || p.Errors[0].Hint == "" {
				t.Errorf("%s: no remedy: %+v", name, p)
			}
		}
		// The key opens nothing but its channel.
		s.WithHeader(t, "X-Channel-Key", made.Secret).Do(t, http.MethodGet, path("/objects/lead/records"), nil).Problem(t, http.StatusUnauthorized, "not_signed_in")

		if list := admin.Do(t, http.MethodGet, path("/keys"), nil); !bytes.Contains(list.Body, []byte(made.Key.ID)) || bytes.Contains(list.Body, []byte(made.Secret)) {
			t.Errorf("the list of keys: %s", list.Body)
		}
		if strings.Contains(s.Log(), made.Secret) {
			t.Error("the log holds the secret")
		}
		if events := admin.Do(t, http.MethodGet, path("/events?object=key"), nil); !bytes.Contains(events.Body, []byte(made.Key.ID)) || bytes.Contains(events.Body, []byte(made.Secret)) {
			t.Errorf("the key's events: %s", events.Body)
		}
		err := filepath.WalkDir(s.Data, func(path string, d os.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			b, err := os.ReadFile(path)
			if bytes.Contains(b, []byte(made.Secret)) {
				t.Errorf("%s holds the secret", filepath.Base(path))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}

		admin.Channel(t, "exhibition").Intake(t, "exhibition", lead)
		publishChannel(t, admin, "exhibition", func(spec Fields) { spec["enabled"] = false })
		p := admin.Channel(t, "exhibition").Do(t, http.MethodPost, path("/intake/exhibition"), lead).Problem(t, http.StatusConflict, "channel_disabled")
		if len(p.Errors) == 0 || p.Errors[0].Hint == "" {
			t.Errorf("a channel switched off: %+v", p)
		}
		admin.Delete(t, path("/keys/%s", made.Key.ID))
		web.Do(t, http.MethodPost, path("/intake/website_form"), lead).Problem(t, http.StatusUnauthorized, "bad_channel_key")
		if n := admin.Figure(t, "touch", "count", nil); n != 2 {
			t.Errorf("%v touches, want the two accepted", n)
		}
	})
}

// publishChannel changes a channel's definition and publishes it.
func publishChannel(t *testing.T, admin *Client, name string, change func(spec Fields)) {
	t.Helper()
	publishDefinition(t, admin, "channel", name, change)
}

// publishDefinition changes a definition and publishes it.
func publishDefinition(t *testing.T, admin *Client, kind, name string, change func(spec Fields)) {
	t.Helper()
	d := admin.Definition(t, kind, name)
	change(d.Spec)
	admin.Publish(t, d)
}
