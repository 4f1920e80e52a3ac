package demo

import (
	"fmt"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/record"
)

// step is what one author did at one time.
type step struct {
	who    *actor.Actor
	writes []record.Write
}

// steps turns a journey into writes in order of time.
func (j *journey) steps(n int, start time.Time) []step {
	id := func(kind string) string { return fmt.Sprintf("demo-%s-%05d", kind, n) }
	lead := id("lead")
	v := map[string]any{"company": j.company, "name": j.name, "phone": j.phone, "email": j.email, "source": j.source, "industry": j.industry, "region": j.region, "product_line": j.line, "note": j.note, "budget": j.budget}
	system := actor.TheSystem("演示数据")
	out := []step{{system, []record.Write{{Op: record.Create, Object: "lead", ID: lead, At: at(start, j.created), Values: v}}}}
	if j.assigned == 0 {
		return out
	}
	who := &actor.Actor{Kind: actor.Person, ID: j.owner.id, Name: j.owner.name, Roles: []string{j.owner.role}, Unit: j.owner.unit}
	task := record.Write{Op: record.Create, Object: "task", ID: id("task"), At: at(start, j.assigned), Values: map[string]any{"title": "首次联系 " + j.company, "kind": "首次联系", "status": "open", "owner": j.owner.id, "lead": lead, "due_at": at(start, j.assigned+72*3600)}}
	out = append(out, step{system, []record.Write{{Op: record.Update, Object: "lead", ID: lead, What: "assign", At: at(start, j.assigned), Values: map[string]any{"owner": j.owner.id, "assigned_at": at(start, j.assigned)}}, task}})
	if j.contacted == 0 {
		return out
	}
	opened := (j.assigned + j.contacted) / 2
	out = append(out, step{who, []record.Write{
		{Op: record.Update, Object: "lead", ID: lead, What: "open", At: at(start, opened), Values: map[string]any{"first_opened_at": at(start, opened)}},
		{Op: record.Create, Object: "follow_up", ID: id("follow"), At: at(start, j.contacted), Values: map[string]any{"lead": lead, "owner": j.owner.id, "way": []string{"phone", "wecom", "visit"}[n%3], "note": calls[n%len(calls)], "at": at(start, j.contacted)}},
		{Op: record.Update, Object: "lead", ID: lead, What: "contacted", At: at(start, j.contacted), Values: map[string]any{"stage": "contacted", "contacted_at": at(start, j.contacted)}},
		{Op: record.Update, Object: "task", ID: id("task"), At: at(start, j.contacted), Values: map[string]any{"status": "done", "done_at": at(start, j.contacted)}},
	}})
	if j.quoted > 0 {
		out = append(out, step{who, j.quote(id, start)})
	}
	if j.decided > 0 {
		out = append(out, step{who, j.decide(id, start, n)})
	}
	return out
}

func (j *journey) quote(id func(string) string, start time.Time) []record.Write {
	when := at(start, j.quoted)
	return []record.Write{
		{Op: record.Create, Object: "customer", ID: id("customer"), At: when, Values: map[string]any{"name": j.company, "industry": j.industry, "region": j.region, "phone": j.phone, "owner": j.owner.id, "size": []string{"小型", "中型", "大型"}[j.amount/10_000%3]}},
		{Op: record.Create, Object: "contact", ID: id("contact"), At: when, Values: map[string]any{"name": j.name, "customer": id("customer"), "phone": j.phone, "owner": j.owner.id}},
		{Op: record.Create, Object: "opportunity", ID: id("opportunity"), At: when, Values: map[string]any{"name": j.company + " " + j.line, "customer": id("customer"), "lead": id("lead"), "stage": "方案报价", "amount": fmt.Sprint(j.amount), "product_line": j.line, "owner": j.owner.id}},
		{Op: record.Create, Object: "quote", ID: id("quote"), At: when, Values: map[string]any{"number": "Q" + id("q")[7:], "lead": id("lead"), "customer": id("customer"), "opportunity": id("opportunity"), "amount": fmt.Sprint(j.amount), "status": "已报价", "at": when, "owner": j.owner.id}},
		{Op: record.Update, Object: "lead", ID: id("lead"), At: when, Values: map[string]any{"stage": "quoted", "customer": id("customer")}},
	}
}

func (j *journey) decide(id func(string) string, start time.Time, n int) []record.Write {
	when := at(start, j.decided)
	stage := "lost"
	if j.won {
		stage = "signed"
	}
	ws := []record.Write{{Op: record.Update, Object: "lead", ID: id("lead"), At: when, Values: map[string]any{"stage": stage, "converted": j.won, "decided_at": when}}}
	if j.quoted == 0 {
		return ws
	}
	opp := map[string]any{"stage": "输单", "closed_at": when, "lost_reason": []string{"价格", "竞品", "预算取消", "需求变更"}[n%4]}
	if j.won {
		opp = map[string]any{"stage": "赢单", "closed_at": when}
		ws = append(ws, record.Write{Op: record.Create, Object: "contract", ID: id("contract"), At: when, Values: map[string]any{"number": "HT" + id("c")[7:], "customer": id("customer"), "lead": id("lead"), "opportunity": id("opportunity"), "kind": "新签", "amount": fmt.Sprint(j.amount), "status": "已签署", "signed_at": when, "owner": j.owner.id}})
		if n%3 > 0 {
			ws = append(ws, record.Write{Op: record.Create, Object: "receipt", ID: id("receipt"), At: when, Values: map[string]any{"number": "SK" + id("r")[7:], "contract": id("contract"), "customer": id("customer"), "amount": fmt.Sprint(j.amount / 2), "status": "已审核", "owner": j.owner.id}})
		}
	}
	return append(ws, record.Write{Op: record.Update, Object: "opportunity", ID: id("opportunity"), At: when, Values: opp})
}
