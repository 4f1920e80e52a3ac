package scenario

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// A second new signing of one customer within twelve months is stopped, by credit code, normalised name and branch; the add-on is not, nor is
// the day on which the twelve months are over. Only finance passes it, with a reason that stays in the trail.
func TestASecondNewSigningIsStopped(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		rep, finance := admin.Rep(t, "rita", nil), admin.Hire(t, "fay", "finance", "root", nil)
		customer := func(name, code string) string {
			f := Fields{"name": name}
			if code != "" {
				f["credit_code"] = code
			}
			return rep.Create(t, "customer", f).ID()
		}
		sign := func(c *Client, customer, at string, more Fields) *Response {
			f := Fields{"number": "HT", "customer": customer, "amount": 10000, "signed_at": at}
			for k, v := range more {
				f[k] = v
			}
			return c.Do(t, http.MethodPost, path("/objects/contract/records"), f)
		}
		stopped := func(what string, r *Response, code string) {
			t.Helper()
			if r.Status != http.StatusConflict || refusal(r) != code {
				t.Errorf("%s: %d %s", what, r.Status, r.Body)
			}
		}
		saved := func(what string, r *Response) Record {
			t.Helper()
			if r.Status != http.StatusCreated {
				t.Fatalf("%s: %d %s", what, r.Status, r.Body)
			}
			var out map[string]any
			r.OK(t, &out)
			return record(t, out)
		}
		one := customer("上海晨光教育科技有限公司", "91310115MA1K3BWN4U")
		saved("the first", sign(rep, one, "2024-02-29T10:00:00+08:00", Fields{"number": "HT-001"}))

		again := sign(rep, one, "2025-02-27T23:59:00+08:00", nil)
		stopped("twelve months less a day", again, "second_new_signing")
		if !strings.Contains(string(again.Body), "HT-001") || !strings.Contains(string(again.Body), "增购") || !strings.Contains(string(again.Body), `"/kind"`) {
			t.Errorf("neither the contract nor the way out is named: %s", again.Body)
		}
		stopped("twelve months less a day before it", sign(rep, one, "2023-03-01T10:00:00+08:00", nil), "second_new_signing")
		stopped("a draft", sign(rep, one, "2024-06-01T10:00:00+08:00", Fields{"status": "草稿"}), "second_new_signing")
		saved("an add-on", sign(rep, one, "2024-06-01T10:00:00+08:00", Fields{"kind": "增购"}))
		addOn := saved("another add-on", sign(rep, one, "2024-07-01T10:00:00+08:00", Fields{"kind": "增购"}))
		stopped("an add-on that becomes a new signing", rep.Do(t, http.MethodPatch, path("/objects/contract/records/%s", addOn.ID()), Fields{"kind": "新签"}), "second_new_signing")
		stopped("two in one request", rep.Do(t, http.MethodPost, path("/objects/contract/records"), Fields{"records": []Fields{
			{"customer": customer("成都和远信息技术有限公司", ""), "signed_at": "2020-01-01T10:00:00+08:00"}, {"customer": one, "signed_at": "2024-09-01T10:00:00+08:00"}}}), "second_new_signing")
		saved("twelve months later", sign(rep, one, "2025-02-28T00:00:00+08:00", Fields{"number": "HT-002"}))

		// The same company under another row, by name and by credit code; another company is none.
		name := customer("上海晨光教育科技 有限责任公司", "")
		stopped("by normalised name", sign(rep, name, "2024-05-01T10:00:00+08:00", nil), "second_new_signing")
		code := customer("晨光教育", "91310115MA1K3BWN4U")
		stopped("by credit code", sign(rep, code, "2024-05-01T10:00:00+08:00", nil), "second_new_signing")
		saved("another company", sign(rep, customer("上海晨光教育咨询有限公司", ""), "2024-05-01T10:00:00+08:00", nil))

		// A branch asks, and its answer is kept.
		branch := customer("上海晨光教育科技有限公司苏州分公司", "")
		stopped("a branch", sign(rep, branch, "2024-05-01T10:00:00+08:00", nil), "second_new_signing_branch")
		saved("a branch that signs for itself", sign(rep, branch, "2024-05-01T10:00:00+08:00", Fields{"independent": true}))
		stopped("the branch's second", sign(rep, branch, "2024-08-01T10:00:00+08:00", Fields{"independent": true}), "second_new_signing")

		// Ended contracts do not count.
		ended := customer("无锡太湖制造有限公司", "")
		first := saved("one that ends", sign(rep, ended, "2024-05-01T10:00:00+08:00", nil))
		rep.Change(t, "contract", first, Fields{"status": "已终止"})
		second := saved("after it ended", sign(rep, ended, "2024-06-01T10:00:00+08:00", nil))
		stopped("the ended one comes back", rep.Do(t, http.MethodPatch, path("/objects/contract/records/%s", first.ID()), Fields{"status": "已签署"}), "second_new_signing")

		// Another rep learns whose it is, not its number. Nobody passes but finance, and not without a reason.
		tom := admin.Rep(t, "tom", nil)
		his := tom.Create(t, "customer", Fields{"name": "无锡太湖制造有限公司"}).ID()
		blind := sign(tom, his, "2024-07-01T10:00:00+08:00", nil)
		stopped("another rep's", blind, "second_new_signing")
		if strings.Contains(string(blind.Body), second.Text("number")+"”") || !strings.Contains(string(blind.Body), "rita") {
			t.Errorf("what another rep is told: %s", blind.Body)
		}
		for _, who := range []*Client{rep, admin} {
			if r := sign(who, one, "2024-08-01T10:00:00+08:00", Fields{"pass_reason": "补签"}); r.Status != http.StatusForbidden || refusal(r) != "pass_right_needed" {
				t.Errorf("%s passes: %d %s", who.User.Name, r.Status, r.Body)
			}
		}
		stopped("finance without a reason", sign(finance, one, "2024-08-01T10:00:00+08:00", Fields{"pass_reason": "  "}), "second_new_signing")
		passed := saved("finance", sign(finance, one, "2024-08-01T10:00:00+08:00", Fields{"pass_reason": "主体变更后补签", "owner": rep.User.ID}))
		trail := admin.History(t, "contract", passed.ID())
		if raw, err := json.Marshal(trail); err != nil || !strings.Contains(string(raw), "主体变更后补签") || !strings.Contains(string(raw), "second_new_signing") || !strings.Contains(string(raw), "fay") {
			t.Errorf("the trail: %s", raw)
		}

		// A file is no way around it.
		job := admin.Import(t, "contract", "contracts.csv", []byte("合同编号,客户,类型,签署时间\nHT-9,"+ended+",新签,2024-07-01\nHT-10,"+ended+",增购,2024-07-01\n"), ImportOptions{})
		if job.Result.Created != 1 || job.Result.Rejected != 1 || !strings.Contains(fmt.Sprint(job.Errors), "12 个月内已有") {
			t.Errorf("the import: %+v", job)
		}
		// Finance has what it needs and no more.
		if r := finance.Do(t, http.MethodGet, path("/objects/lead/records"), nil); r.Status != http.StatusNotFound {
			t.Errorf("finance and leads: %d", r.Status)
		}
		if r := finance.Do(t, http.MethodPost, path("/objects/customer/records"), Fields{"name": "新客户"}); r.Status != http.StatusForbidden {
			t.Errorf("finance makes a customer: %d", r.Status)
		}
	})
}
