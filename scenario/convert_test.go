package scenario

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// Conversion previews what it will make, makes it in one write, and links it both ways; the lead then follows its opportunity, and a
// conversion on which nothing stands is taken back whole.
func TestALeadGrowsIntoCustomerContactAndOpportunity(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		rep := admin.Rep(t, "rita", Fields{"product_lines": []string{"云课堂"}})
		lead := admin.Create(t, "lead", Fields{"owner": rep.User.ID, "company": "苏州启明教育科技有限公司", "name": "王敏", "phone": "13900001111", "industry": "教育", "budget": "20万", "product_line": "云课堂", "source": "官网", "credit_code": "91320594MA1P7K2X4Q"})
		one := path("/objects/lead/records/%s", lead.ID())

		var p preview
		rep.Get(t, one+"/conversion", &p)
		if len(p.Makes) != 3 || p.part(t, "customer").Values["name"] != "苏州启明教育科技有限公司" || p.part(t, "contact").Values["phone"] == nil || p.part(t, "opportunity").Values["stage"] != "需求确认" || p.part(t, "opportunity").Values["amount"] != 200000.0 {
			t.Fatalf("the preview: %+v", p)
		}
		// A stage that asks for a date is refused at that field, and nothing at all is made.
		bad := rep.Act(t, "lead", lead.ID(), "convert", Fields{"makes": Fields{"opportunity": Fields{"values": Fields{"stage": "商务谈判"}}}})
		if bad.Status != http.StatusUnprocessableEntity || !strings.Contains(string(bad.Body), "/opportunity/expected_at") {
			t.Errorf("without a date: %d %s", bad.Status, bad.Body)
		}
		if n := len(rep.List(t, "customer", nil, "")); n != 0 {
			t.Errorf("%d customers of a refused conversion", n)
		}
		if r := rep.Act(t, "lead", lead.ID(), "convert", Fields{"version": p.Version, "makes": Fields{"contact": Fields{"values": Fields{"job_title": "校长"}}}}); r.Status != http.StatusOK {
			t.Fatalf("convert: %d %s", r.Status, r.Body)
		}
		lead = rep.Record(t, "lead", lead.ID())
		customer, contact, opp := rep.Record(t, "customer", lead.Text("customer")), rep.Record(t, "contact", lead.Text("converted_contact")), rep.Record(t, "opportunity", lead.Text("opportunity"))
		if lead["converted"] != true || lead.Text("converted_at") == "" || lead.Text("converted_by") != rep.User.ID || lead.Text("stage") != "contacted" {
			t.Errorf("the converted lead: %+v", lead)
		}
		if contact.Text("customer") != customer.ID() || opp.Text("customer") != customer.ID() || opp.Text("lead") != lead.ID() || contact.Text("job_title") != "校长" {
			t.Errorf("contact %+v, opportunity %+v", contact, opp)
		}
		for _, made := range []Record{customer, contact, opp} {
			if made.Text("owner") != lead.Text("owner") {
				t.Errorf("the owner is not carried: %+v", made)
			}
		}
		if lead.Tag("industry") == "" || customer.Tag("industry") != lead.Tag("industry") || opp.Tag("industry") != lead.Tag("industry") {
			t.Errorf("the tags are not carried: %v, %v", customer["tags"], opp["tags"])
		}
		if r := rep.Act(t, "lead", lead.ID(), "convert", nil); r.Status != http.StatusConflict || refusal(r) != "already_converted" || !strings.Contains(string(r.Body), "rita") {
			t.Errorf("converted twice: %d %s", r.Status, r.Body)
		}

		// Taken back: nothing is left, the lead is as it was. Converted again.
		if r := rep.Act(t, "lead", lead.ID(), "unconvert", nil); r.Status != http.StatusOK {
			t.Fatalf("undo: %d %s", r.Status, r.Body)
		}
		lead = rep.Record(t, "lead", lead.ID())
		if lead["converted"] == true || lead.Text("customer") != "" || lead.Text("opportunity") != "" || lead.Text("stage") != "new" || len(rep.List(t, "opportunity", nil, "")) != 0 || len(rep.List(t, "customer", nil, "")) != 0 {
			t.Errorf("after the undo: %+v", lead)
		}
		if r := rep.Act(t, "lead", lead.ID(), "convert", nil); r.Status != http.StatusOK {
			t.Fatalf("convert again: %d %s", r.Status, r.Body)
		}
		lead = rep.Record(t, "lead", lead.ID())

		// The lead follows its opportunity and is not set by hand any more.
		opp = rep.Record(t, "opportunity", lead.Text("opportunity"))
		opp = rep.Change(t, "opportunity", opp, Fields{"stage": "方案报价"})
		if l := rep.Record(t, "lead", lead.ID()); l.Text("stage") != "quoted" || opp.Number("probability") != 30 || opp.Text("stage_at") == "" {
			t.Errorf("a quoted opportunity %+v and its lead %s", opp, l.Text("stage"))
		}
		if r := rep.Do(t, http.MethodPatch, one, Fields{"stage": "lost"}); r.Status != http.StatusUnprocessableEntity || refusal(r) != "follows" {
			t.Errorf("the lead's stage by hand: %d %s", r.Status, r.Body)
		}
		lost := rep.Do(t, http.MethodPatch, path("/objects/opportunity/records/%s", opp.ID()), Fields{"stage": "输单"})
		if lost.Status != http.StatusUnprocessableEntity || refusal(lost) != "stage_requires" || !strings.Contains(string(lost.Body), "/lost_reason") {
			t.Errorf("lost without a reason: %d %s", lost.Status, lost.Body)
		}
		opp = rep.Change(t, "opportunity", opp, Fields{"stage": "赢单"})
		if l := rep.Record(t, "lead", lead.ID()); l.Text("stage") != "signed" || l.Text("decided_at") == "" || opp.Text("closed_at") == "" {
			t.Errorf("won %+v, its lead %+v", opp, l)
		}
		opp = rep.Change(t, "opportunity", opp, Fields{"stage": "方案报价"})
		if l := rep.Record(t, "lead", lead.ID()); l.Text("stage") != "quoted" || l.Text("decided_at") != "" || opp.Text("closed_at") != "" {
			t.Errorf("opened again %+v, its lead %+v", opp, l)
		}

		// A quote stands on it: the conversion stays. Receipts add up to the cent.
		rep.Create(t, "quote", Fields{"number": "Q1", "opportunity": opp.ID(), "customer": opp.Text("customer"), "amount": 200000, "valid_until": "2030-01-01"})
		if r := rep.Act(t, "lead", lead.ID(), "unconvert", nil); r.Status != http.StatusConflict || refusal(r) != "built_upon" || !strings.Contains(string(r.Body), "报价 1 条") {
			t.Errorf("undo under a quote: %d %s", r.Status, r.Body)
		}
		contract := rep.Create(t, "contract", Fields{"number": "HT1", "customer": opp.Text("customer"), "opportunity": opp.ID(), "amount": "0.30"})
		var receipts []Record
		for _, amount := range []string{"0.10", "0.20", "0.01"} {
			receipts = append(receipts, admin.Create(t, "receipt", Fields{"contract": contract.ID(), "amount": amount, "status": "已审核"}))
		}
		admin.Create(t, "receipt", Fields{"contract": contract.ID(), "amount": 5, "status": "待审核"})
		if c := rep.Record(t, "contract", contract.ID()); c.Number("received") != 0.31 || c.Number("outstanding") != -0.01 {
			t.Errorf("received %v, outstanding %v", c["received"], c["outstanding"])
		}
		admin.Change(t, "receipt", receipts[2], Fields{"status": "已作废"})
		admin.Do(t, http.MethodDelete, path("/objects/receipt/records/%s", receipts[1].ID()), nil)
		if c := rep.Record(t, "contract", contract.ID()); c.Number("received") != 0.1 || c.Number("outstanding") != 0.2 {
			t.Errorf("afterwards received %v, outstanding %v", c["received"], c["outstanding"])
		}
	})
}

// A customer that stands already is offered instead of a second; one that another holds is told of by its owner only.
func TestConversionAttachesToTheCustomerThatStands(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	admin := s.Admin(t)
	rep, other := admin.Rep(t, "rita", nil), admin.Rep(t, "tom", nil)
	standing := rep.Create(t, "customer", Fields{"name": "杭州云帆科技有限公司"})
	lead := admin.Create(t, "lead", Fields{"owner": rep.User.ID, "company": "杭州云帆科技有限责任公司", "name": "李雷", "phone": "13900002222"})
	var p preview
	rep.Get(t, path("/objects/lead/records/%s/conversion", lead.ID()), &p)
	same := p.part(t, "customer").Same
	if len(same) != 1 || same[0].ID != standing.ID() || same[0].By != "company" || !same[0].Seen {
		t.Fatalf("the offer: %+v", same)
	}
	if r := rep.Act(t, "lead", lead.ID(), "convert", Fields{"makes": Fields{"customer": Fields{"attach": standing.ID()}, "contact": Fields{"skip": true}}}); r.Status != http.StatusOK {
		t.Fatalf("attach: %d %s", r.Status, r.Body)
	}
	lead = rep.Record(t, "lead", lead.ID())
	if lead.Text("customer") != standing.ID() || lead.Text("converted_contact") != "" || len(rep.List(t, "customer", nil, "")) != 1 {
		t.Errorf("attached: %+v", lead)
	}
	// Undo leaves what stood before.
	if r := rep.Act(t, "lead", lead.ID(), "unconvert", nil); r.Status != http.StatusOK {
		t.Fatalf("undo: %d %s", r.Status, r.Body)
	}
	if rep.Record(t, "customer", standing.ID()).ID() != standing.ID() {
		t.Error("the customer that stood before is gone")
	}

	// The same credit code in another's hands: told whose, not made twice, not taken.
	held := other.Create(t, "customer", Fields{"name": "宁波远海科技有限公司", "credit_code": "91330200MA2AF1RQ0R"})
	theirs := admin.Create(t, "lead", Fields{"owner": rep.User.ID, "company": "远海科技（宁波）", "phone": "13900003333", "credit_code": "91330200MA2AF1RQ0R"})
	var q preview
	rep.Get(t, path("/objects/lead/records/%s/conversion", theirs.ID()), &q)
	if same := q.part(t, "customer").Same; len(same) == 0 || same[0].Seen || same[0].ID != "" || same[0].Owner != "tom" {
		t.Errorf("another's customer: %+v", same)
	}
	if r := rep.Act(t, "lead", theirs.ID(), "convert", nil); r.Status != http.StatusConflict || refusal(r) != "duplicate" || !strings.Contains(string(r.Body), "tom") {
		t.Errorf("a second of one credit code: %d %s", r.Status, r.Body)
	}
	if r := rep.Act(t, "lead", theirs.ID(), "convert", Fields{"makes": Fields{"customer": Fields{"attach": held.ID()}}}); r.Status != http.StatusUnprocessableEntity {
		t.Errorf("taking another's customer: %d %s", r.Status, r.Body)
	}
	// A rep converts no lead of another, and none of the pool.
	if r := other.Act(t, "lead", theirs.ID(), "convert", nil); r.Status != http.StatusNotFound {
		t.Errorf("another's lead: %d %s", r.Status, r.Body)
	}
}

type preview struct {
	Version int64  `json:"version"`
	Makes   []part `json:"makes"`
	Tags    any    `json:"tags"`
	Refs    any    `json:"refs"`
}

type part struct {
	Link     string         `json:"link"`
	Fields   []string       `json:"fields"`
	Optional bool           `json:"optional"`
	May      bool           `json:"may"`
	Object   string         `json:"object"`
	Values   map[string]any `json:"values"`
	Same     []struct {
		ID    string `json:"id"`
		Title string `json:"title"`
		By    string `json:"by"`
		Owner string `json:"owner"`
		Seen  bool   `json:"seen"`
	} `json:"same"`
}

func (p preview) part(t testing.TB, object string) part {
	t.Helper()
	for _, m := range p.Makes {
		if m.Object == object {
			return m
		}
	}
	t.Fatalf("no %s in %+v", object, p)
	return part{}
}

// refusal is the code of a refused request.
func refusal(r *Response) string {
	var p struct{ Code string }
	if json.Unmarshal(r.Body, &p) != nil {
		return ""
	}
	return p.Code
}
