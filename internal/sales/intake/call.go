package intake

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Call is the shape of channels that a telephone system feeds.
const Call = "call"

// call is one call as reported. What else the report holds is read like any arrival's.
type call struct {
	id, agent, recording string
	seconds              int64
}

// The names that telephone systems give to the parts of a report.
var callNames = map[string][]string{
	"caller":    {"caller", "caller_number", "from", "phone", "主叫", "来电号码"},
	"agent":     {"agent", "agent_id", "answered_by", "坐席", "接听人"},
	"seconds":   {"duration", "duration_seconds", "talk_seconds", "通话时长"},
	"recording": {"recording_url", "recording", "record_url", "录音"},
	"id":        {"call_id", "通话编号"},
}

// callPart is a part of a report by the first of its names that says something, as text.
func callPart(values map[string]any, part string) string {
	for _, name := range callNames[part] {
		if v := values[name]; v != nil {
			if s := strings.TrimSpace(fmt.Sprint(v)); s != "" {
				return s
			}
		}
	}
	return ""
}

const maxCallSeconds = 24 * 3600

// readCall takes the call's own parts out of a report and leaves the rest, with the caller as "phone".
func readCall(in map[string]any) (*call, map[string]any, error) {
	values := make(map[string]any, len(in))
	for k, v := range in {
		values[k] = v
	}
	take := func(part string) string {
		found := callPart(values, part)
		for _, name := range callNames[part] {
			delete(values, name)
		}
		return found
	}
	c := &call{agent: take("agent"), recording: take("recording"), id: take("id")}
	var items []problem.Item
	if caller := take("caller"); caller != "" {
		values["phone"] = caller
	} else {
		items = append(items, problem.Item{Pointer: "/caller", Code: "required", Message: "缺少来电号码", Hint: `例如 "caller": "13800138000"`})
	}
	if d := take("seconds"); d != "" {
		n, err := strconv.ParseFloat(d, 64)
		if err != nil || !(n >= 0 && n <= maxCallSeconds) { // neither is NaN
			items = append(items, problem.Item{Pointer: "/duration", Code: "out_of_range", Message: "通话时长应是 0 到 86400 秒", Hint: `例如 "duration": 185`})
		}
		c.seconds = int64(n)
	}
	if u, err := url.Parse(c.recording); c.recording != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		items = append(items, problem.Item{Pointer: "/recording_url", Code: "bad_url", Message: "录音地址应以 http:// 或 https:// 开头"})
	}
	if len(c.recording) > 1000 || len(c.agent) > 200 || len(c.id) > 200 {
		items = append(items, problem.Item{Pointer: "/", Code: "too_long", Message: "录音地址不超过 1000 字节，坐席和通话编号不超过 200 字节"})
	}
	if len(items) > 0 {
		return nil, nil, problem.New(problem.Invalid, "invalid_record", fmt.Sprintf("有 %d 处填写有误，没有保存", len(items)), items...)
	}
	return c, values, nil
}

// note is the call as a follow-up tells it.
func (c *call) note(agent string) string {
	parts := []string{"来电"}
	if c.seconds > 0 {
		parts[0] = "来电，通话 " + spell(c.seconds)
	}
	if agent != "" {
		parts = append(parts, agent+" 接听")
	}
	if c.recording != "" {
		parts = append(parts, "录音 "+c.recording)
	}
	return strings.Join(parts, "；")
}

func spell(seconds int64) string {
	if m := seconds / 60; m > 0 {
		return fmt.Sprintf("%d 分 %d 秒", m, seconds%60)
	}
	return fmt.Sprintf("%d 秒", seconds)
}

// answer writes a call: a number nobody knows becomes a lead, the agent's own when the agent may get leads now; a known lead gets a touch and
// a follow-up; a customer's number a follow-up, and its owner a word.
func (s *Intake) answer(ctx context.Context, tx *store.Tx, ch *Channel, c *call, req record.Request) (id, result string, err error) {
	snap := s.Writer.Defs.Current()
	person, free := "", false
	if s.Agent != nil && c.agent != "" {
		person, free = s.Agent(snap, c.agent)
	}
	values := map[string]any{}
	for k, v := range req.Writes[0].Values {
		values[k] = v
	}
	extra := map[string]any{}
	for k, v := range beyond(ctx) {
		extra[k] = v
	}
	for k, v := range map[string]string{"call_id": c.id, "agent": c.agent, "recording_url": c.recording} {
		if v != "" {
			extra[k] = v
		}
	}
	if c.seconds > 0 {
		extra["duration"] = c.seconds
	}
	ctx = WithBeyond(ctx, extra)
	phone := phoneOf(values["phone"])
	lead, err := Find(ctx, tx, snap, ch.Object.Name, phone, "")
	if err != nil {
		return "", "", err
	}
	if lead == nil {
		holder, err := customerOf(ctx, tx, snap, phone)
		if err != nil {
			return "", "", err
		}
		if holder != nil {
			return holder.ID(), "known", s.keepCall(ctx, tx, req, c, holder, person)
		}
	}
	switch {
	case person == "" || !free:
	case lead == nil:
		values["owner"] = person
	case lead.Owner() == "": // before the merge below looks for somebody else
		if err := s.assign(ctx, tx, req, lead, person); err != nil {
			return "", "", err
		}
	}
	req.Writes = []record.Write{{Op: record.Create, Object: ch.Spec.Object, Values: values}}
	done, err := s.Writer.In(ctx, tx, req)
	if err != nil {
		return "", "", err
	}
	row := done[0].Row
	if done[0].Result == "merged" {
		return row.ID(), "merged", s.keepCall(ctx, tx, req, c, row, person)
	}
	return row.ID(), done[0].Result, nil
}

// assign gives a lead to who answered, unless somebody has got it since it was read.
func (s *Intake) assign(ctx context.Context, tx *store.Tx, req record.Request, lead *object.Row, person string) error {
	if err := record.Lock(ctx, tx, lead.Object, lead.ID()); err != nil {
		return err
	}
	now, err := record.ReadRow(ctx, tx, lead.Object, lead.ID())
	if err != nil || now == nil || now.V[object.DeletedAt] != nil || now.Owner() != "" {
		return err
	}
	_, err = s.Writer.In(ctx, tx, record.Request{Actor: req.Actor, Origin: req.Origin, Writes: []record.Write{{Op: record.Update, Object: lead.Object.Name, ID: lead.ID(), What: "assign", Values: map[string]any{"owner": person}}}})
	return err
}

// phoneOf is a read phone number, empty where it could not be read.
func phoneOf(v any) string {
	if p, ok := v.(record.Parsed); ok {
		v = p.Value
	}
	if s, ok := v.(string); ok && strings.HasPrefix(s, "+") {
		return s
	}
	return ""
}

// keepCall keeps the call as a follow-up of a lead or customer and tells its owner.
func (s *Intake) keepCall(ctx context.Context, tx *store.Tx, req record.Request, c *call, row *object.Row, person string) error {
	o, ok := object.Of(s.Writer.Defs.Current(), "follow_up")
	if !ok {
		return nil
	}
	var rel *object.Field
	for _, f := range o.Fields {
		if !f.System && f.Target == row.Object.Name {
			rel = f
			break
		}
	}
	if rel == nil {
		return nil
	}
	name := c.agent
	if f := row.Object.Fields[object.Owner]; person != "" && f != nil {
		name = f.Type.Words(f, s.Writer.Env, person)
	}
	owner := row.Owner()
	if person != "" {
		owner = person
	}
	note := c.note(name)
	values := map[string]any{rel.Name: row.ID(), "way": "phone", "note": note, "owner": owner}
	if cu := row.Text(customer); cu != "" && rel.Name != customer {
		if _, has := o.Field(customer); has {
			values[customer] = cu
		}
	}
	if _, err := s.Writer.In(ctx, tx, record.Request{Actor: req.Actor, Origin: req.Origin, Writes: []record.Write{{Op: record.Create, Object: o.Name, Values: values}}}); err != nil {
		return err
	}
	if s.Tell == nil || row.Owner() == "" || row.Owner() == person {
		return nil
	}
	return s.Tell(ctx, tx, row.Owner(), "老客户来电："+row.Object.TitleOf(row), note, row.Object.Name, row.ID())
}

// Find gives the record of a deduped object that a phone or an e-mail is known by, nil for none; the phone counts first, the oldest record
// of several. It asks for no rights: for engines inside a write.
func Find(ctx context.Context, q store.Querier, s *definition.Snapshot, objectName, phone, email string) (*object.Row, error) {
	o, ok := object.Of(s, objectName)
	if !ok {
		return nil, nil
	}
	for _, k := range []key{{byPhone, phone}, {byEmail, strings.ToLower(email)}} {
		if k.value == "" {
			continue
		}
		ids, err := keyed(ctx, q, o.Name, "kind = ? AND value = ?", k.kind, k.value)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			row, err := record.ReadRow(ctx, q, o, id)
			if err != nil {
				return nil, err
			}
			if row != nil && row.V[object.DeletedAt] == nil {
				return row, nil
			}
		}
	}
	return nil, nil
}

// customerOf finds the customer that a phone belongs to: a contact's, or its own.
func customerOf(ctx context.Context, q store.Querier, s *definition.Snapshot, phone string) (*object.Row, error) {
	if phone == "" {
		return nil, nil
	}
	o, ok := object.Of(s, customer)
	if !ok {
		return nil, nil
	}
	if co, ok := object.Of(s, "contact"); ok {
		contacts, err := record.FindRows(ctx, q, co, record.Eq{Field: "phone", Value: phone})
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(contacts, func(r *object.Row) bool { return r.Text(customer) != "" })
		if i >= 0 {
			row, err := record.ReadRow(ctx, q, o, contacts[i].Text(customer))
			if err != nil || row != nil && row.V[object.DeletedAt] == nil {
				return row, err
			}
		}
	}
	return Find(ctx, q, s, customer, phone, "")
}
