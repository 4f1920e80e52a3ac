package intake_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/sales/intake"
	"baton/internal/sales/salestest"
)

func receive(t *testing.T, w *salestest.Workspace, channel string, values map[string]any) intake.Receipt {
	t.Helper()
	r, err := (&intake.Intake{Writer: w.Writer}).Receive(t.Context(), intake.Arrival{Channel: channel, Values: values})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func lead(t *testing.T, w *salestest.Workspace, id string) *object.Row {
	t.Helper()
	o, _ := object.Of(w.Defs.Current(), "lead")
	row, err := record.ReadRow(t.Context(), w.DB, o, id)
	if err != nil || row == nil {
		t.Fatalf("lead %s: %v", id, err)
	}
	return row
}

func write(t *testing.T, w *salestest.Workspace, op record.Op, id string, values map[string]any) {
	t.Helper()
	_, err := w.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: salestest.Director(), Origin: record.Origin{Kind: "person"}, Writes: []record.Write{{Op: op, Object: "lead", ID: id, Values: values}}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestArrivalsMergeByContactAndOnlyByContact(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		w := salestest.Open(t, url, intake.Dedupe{})
		for i, c := range []struct {
			name                string
			first, second       map[string]any
			channel1, channel2  string
			merged, sameCompany bool
		}{
			{"phone however written", map[string]any{"phone": "138-0013-8%03d"}, map[string]any{"手机": "+86 138 0013 8%03d"}, "website_form", "h5_form", true, false},
			{"e-mail in other case", map[string]any{"email": "A%d@Example.com"}, map[string]any{"email": "a%d@example.COM"}, "website_form", "api", true, false},
			{"credit code", map[string]any{"credit_code": "91330100799655058B"}, map[string]any{"credit_code": "9133 0100 7996 5505 8b"}, "website_form", "api", true, false},
			{"external id of one channel", map[string]any{"external_id": "E-%d"}, map[string]any{"external_id": "E-%d"}, "api", "api", true, false},
			{"external id of two channels", map[string]any{"external_id": "F-%d"}, map[string]any{"external_id": "F-%d"}, "api", "exhibition", false, false},
			{"company only links", map[string]any{"company": "云帆（杭州）科技有限公司"}, map[string]any{"company": "云帆(杭州)科技有限责任公司"}, "api", "api", false, true},
			{"no contact at all", map[string]any{"name": "李四", "note": "x"}, map[string]any{"name": "李四", "note": "x"}, "api", "api", false, false},
			{"a phone that does not read", map[string]any{"phone": "见名片"}, map[string]any{"phone": "见名片"}, "api", "api", false, false},
		} {
			fill := func(m map[string]any) map[string]any {
				out := map[string]any{}
				for k, v := range m {
					if s, ok := v.(string); ok && strings.Contains(s, "%") {
						v = fmt.Sprintf(s, i)
					}
					out[k] = v
				}
				return out
			}
			a, b := receive(t, w, c.channel1, fill(c.first)), receive(t, w, c.channel2, fill(c.second))
			if merged := a.ID == b.ID; merged != c.merged || (b.Result == "merged") != c.merged {
				t.Errorf("%s: ids %s %s, result %q, want merged %v", c.name, a.ID, b.ID, b.Result, c.merged)
			}
			if want := map[bool]int64{true: 2, false: 1}[c.merged]; w.Count(t, "SELECT COUNT(*) FROM o_touch WHERE f_lead = ?", a.ID) != want {
				t.Errorf("%s: the first lead has not %d touches", c.name, want)
			} else if n, _ := lead(t, w, a.ID).Int("touches"); n != want {
				t.Errorf("%s: touches reads %d, want %d", c.name, n, want)
			}
			payload := w.Texts(t, "SELECT payload FROM event WHERE record_id = ? ORDER BY seq", b.ID)
			if got := strings.Contains(strings.Join(payload, ""), `"same_company":["`+a.ID); got != c.sameCompany {
				t.Errorf("%s: event names the same company %v, want %v", c.name, got, c.sameCompany)
			}
		}
	})
}

func TestMergeFillsBlanksAndKeepsWhatItDidNotTake(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		w := salestest.Open(t, url, intake.Dedupe{})
		a := receive(t, w, "website_form", map[string]any{"name": "张三", "phone": "13900000001", "budget": "面议"})
		receive(t, w, "exhibition", map[string]any{"name": "张先生", "phone": "13900000001", "email": "z@x.cn", "budget": "20万", "展台颜色": "蓝"})
		row := lead(t, w, a.ID)
		if row.Text("name") != "张三" || row.Text("email") != "z@x.cn" || row.Text("source") != "官网表单" {
			t.Errorf("name %q email %q source %q", row.Text("name"), row.Text("email"), row.Text("source"))
		}
		if n, _ := row.Int("budget"); n != 20000000 || strings.Contains(row.Text("hints"), "budget") {
			t.Errorf("budget %d, hints %s", n, row.Text("hints"))
		}
		data := w.Texts(t, "SELECT f_data FROM o_touch WHERE f_lead = ? ORDER BY id", a.ID)
		if want := `{"name":"张先生","source":"展会扫码","展台颜色":"蓝"}`; len(data) != 2 || data[1] != want {
			t.Errorf("touch data %q, want the second %q", data, want)
		}
		// The e-mail came with the second arrival and is known from now on.
		if b := receive(t, w, "api", map[string]any{"email": "Z@x.cn"}); b.ID != a.ID {
			t.Error("the learned e-mail does not find the lead")
		}
	})
}

func TestKeysFollowTheRow(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		w := salestest.Open(t, url, intake.Dedupe{})
		arrive := func(phone string) string { return receive(t, w, "api", map[string]any{"phone": phone}).ID }
		a := arrive("13900000001")
		write(t, w, record.Update, a, map[string]any{"phone": "13900000002"})
		if arrive("13900000002") != a {
			t.Error("the new phone does not find the lead")
		}
		b := arrive("13900000001")
		if b == a {
			t.Error("the old phone still finds the lead")
		}
		write(t, w, record.Delete, a, nil)
		c := arrive("13900000002")
		if c == a {
			t.Error("a deleted lead was found")
		}
		write(t, w, record.Delete, c, nil)
		write(t, w, record.Restore, a, nil)
		if arrive("13900000002") != a {
			t.Error("the restored lead is not found")
		}
	})
}

func TestLeadLinksToTheCustomerOfItsCompany(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		w := salestest.Open(t, url, intake.Dedupe{})
		out, err := w.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: salestest.Director(), Writes: []record.Write{{Op: record.Create, Object: "customer", Values: map[string]any{"name": "云帆（杭州）科技有限公司"}}}})
		if err != nil {
			t.Fatal(err)
		}
		r := receive(t, w, "api", map[string]any{"company": "云帆(杭州)科技有限责任公司", "phone": "13900000001"})
		if got := lead(t, w, r.ID).Text("customer"); got != out[0].Row.ID() {
			t.Errorf("customer %q, want %q", got, out[0].Row.ID())
		}
	})
}

func TestSimultaneousArrivalsMakeOneLead(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		nodes := []*salestest.Workspace{salestest.Open(t, url, intake.Dedupe{})}
		if strings.HasPrefix(url, "postgres") {
			nodes = append(nodes, salestest.Open(t, url, intake.Dedupe{})) // a second node on the same database
		}
		const people, times = 10, 24
		var wg sync.WaitGroup
		errs := make(chan error, people*times)
		for i := range people * times {
			wg.Add(1)
			go func() {
				defer wg.Done()
				in := &intake.Intake{Writer: nodes[i%len(nodes)].Writer}
				values := map[string]any{"phone": fmt.Sprintf("1390000%04d", i%people), "email": fmt.Sprintf("p%d@x.cn", i%people)}
				if i%3 == 0 {
					delete(values, "phone")
				}
				_, err := in.Receive(t.Context(), intake.Arrival{Channel: "api", Values: values})
				errs <- err
			}()
		}
		wg.Wait()
		close(errs)
		for err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
		w := nodes[0]
		if n := w.Count(t, "SELECT COUNT(*) FROM o_lead"); n != people {
			t.Errorf("%d leads, want %d", n, people)
		}
		if n := w.Count(t, "SELECT COUNT(*) FROM o_touch"); n != people*times {
			t.Errorf("%d touches, want %d", n, people*times)
		}
		if n := w.Count(t, "SELECT SUM(f_touches) FROM o_lead"); n != people*times {
			t.Errorf("touches add up to %d, want %d", n, people*times)
		}
	})
}
