package hosted

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/reader"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/web"
)

// ActivityRight is what telling of acts asks for.
const ActivityRight = "activity.write"

type activityIn struct {
	Key  string `header:"Idempotency-Key" doc:"a repeated request with the same key is told once; without it, one with the same at is"`
	Body struct {
		Lead    string `json:"lead,omitempty" doc:"id of a lead"`
		Contact string `json:"contact,omitempty" doc:"id of a contact"`
		Phone   string `json:"phone,omitempty" doc:"whoever this phone is known by; an unknown one comes in as a lead"`
		Email   string `json:"email,omitempty"`
		Name    string `json:"name,omitempty" maxLength:"200" doc:"how the contact is called, for one who is not known yet"`
		Act     string `json:"act" maxLength:"50" doc:"download, open, quote, visit, submit, or a word of your own"`
		Title   string `json:"title,omitempty" maxLength:"200" doc:"what was downloaded or opened"`
		URL     string `json:"url,omitempty" maxLength:"1000"`
		At      string `json:"at,omitempty" doc:"when, RFC 3339; now when empty"`
		Channel string `json:"channel,omitempty" doc:"takes in an unknown phone or e-mail; api when empty"`
	}
}

// activityAnswer is what an act led to.
type activityAnswer struct {
	Told  bool   `json:"told" doc:"somebody was told"`
	Again bool   `json:"again" doc:"the same act was told a moment ago"`
	DueAt string `json:"due_at,omitempty" doc:"when the talk is due"`
	// Object and ID are given to who may see the record.
	Object string `json:"object,omitempty"`
	ID     string `json:"id,omitempty"`
}

type activityOut struct{ Body activityAnswer }

// activity takes an act of a known contact from another program.
func (s *Service) activity(ctx context.Context, in *activityIn) (*activityOut, error) {
	b, who := &in.Body, actor.From(ctx)
	at, err := s.checkActivity(in)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	key := in.Key
	if key == "" && b.At != "" {
		key = "at:" + short(body)
	}
	once, err := record.NewOnce("activity/"+who.ID, key, body)
	if err != nil {
		return nil, err
	}
	arrived := ""
	for {
		out := activityAnswer{}
		answer, replayed, err := s.Writer.DoOnce(ctx, store.Interactive, once, func(ctx context.Context, tx *store.Tx) (string, error) {
			row, err := s.whose(ctx, tx, who, in, arrived)
			if err != nil {
				return "", err
			}
			target, name, err := s.holder(ctx, tx, row)
			if err != nil {
				return "", err
			}
			told, err := s.Tell(ctx, tx, who, target, Act{Act: b.Act, Title: b.Title, URL: b.URL, Who: name, At: at, Via: "api"})
			if err != nil {
				return "", err
			}
			out = activityAnswer{Told: told.Person != "", Again: told.Again}
			if told.Due != 0 {
				out.DueAt = object.Instant(told.Due)
			}
			if fresh, err := record.ReadRow(ctx, tx, target.Object, target.ID()); err != nil {
				return "", err
			} else if fresh != nil && s.sees(who, fresh) {
				out.Object, out.ID = target.Object.Name, target.ID()
			}
			text, err := json.Marshal(out)
			return string(text), err
		})
		if p := problem.As(err); p != nil && p.Code == "unknown_contact" && arrived == "" && (b.Phone != "" || b.Email != "") {
			if arrived, err = s.arrive(ctx, in, key); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		if replayed {
			err = json.Unmarshal([]byte(answer), &out)
		}
		return &activityOut{out}, err
	}
}

func (s *Service) checkActivity(in *activityIn) (at int64, err error) {
	b := &in.Body
	var items []problem.Item
	named := 0
	for _, v := range []*string{&b.Lead, &b.Contact, &b.Phone, &b.Email} {
		if *v = strings.TrimSpace(*v); *v != "" {
			named++
		}
	}
	if named == 0 {
		items = append(items, problem.Item{Pointer: "/phone", Code: "required", Message: "要说明是谁：lead、contact、phone、email 之一"})
	}
	if b.Act = strings.TrimSpace(b.Act); b.Act == "" {
		items = append(items, problem.Item{Pointer: "/act", Code: "required", Message: "缺少动作", Hint: "例如 download"})
	}
	if b.Phone != "" {
		if p, err := reader.Phone(b.Phone); err != nil {
			items = append(items, problem.Item{Pointer: "/phone", Code: "bad_phone", Message: "电话号码看不懂"})
		} else {
			b.Phone = p.E164
		}
	}
	if b.Email != "" {
		if e, err := reader.Email(b.Email); err != nil {
			items = append(items, problem.Item{Pointer: "/email", Code: "bad_email", Message: "邮箱看不懂"})
		} else {
			b.Email = e
		}
	}
	if b.At != "" {
		t, err := time.Parse(time.RFC3339Nano, b.At)
		if err != nil || t.After(s.Clock.Now().Add(10*time.Minute)) {
			items = append(items, problem.Item{Pointer: "/at", Code: "bad_time", Message: "时间看不懂，或在将来", Hint: "例如 2026-11-28T10:00:00+08:00"})
		}
		at = t.UnixMilli()
	}
	for pointer, text := range map[string]string{"/act": b.Act, "/title": b.Title, "/url": b.URL, "/name": b.Name} {
		if strings.ContainsRune(text, 0) {
			items = append(items, problem.Item{Pointer: pointer, Code: "nul_byte", Message: "含有空字符（NUL）"})
		}
	}
	if len(items) > 0 {
		return 0, problem.New(problem.Invalid, "invalid_activity", "没有记下这个动作", items...)
	}
	return at, nil
}

func (s *Service) sees(who *actor.Actor, row *object.Row) bool {
	return s.Reader.Access.Scope(s.Defs.Current(), who, row.Object.Name, access.Read).Allows(row)
}

var unknownContact = problem.New(problem.NotFound, "unknown_contact", "不认识这个人", problem.Item{Code: "unknown_contact", Message: "没有这条线索或联系人，或者你无权查看"})

// whose finds the record of the one who acted: by id as far as the asker sees it, by phone or e-mail a lead before a contact before a customer.
func (s *Service) whose(ctx context.Context, tx *store.Tx, who *actor.Actor, in *activityIn, arrived string) (*object.Row, error) {
	snap, b := s.Defs.Current(), &in.Body
	for name, id := range map[string]string{"lead": b.Lead, "contact": b.Contact} {
		if id == "" {
			continue
		}
		o, ok := object.Of(snap, name)
		if !ok {
			return nil, unknownContact
		}
		row, err := record.ReadRow(ctx, tx, o, id)
		if err != nil {
			return nil, err
		}
		if row == nil || row.V[object.DeletedAt] != nil || !s.sees(who, row) {
			return nil, unknownContact
		}
		return row, nil
	}
	if arrived != "" {
		_, o, _, ok := channelOf(snap, or(b.Channel, "api"))
		if !ok {
			return nil, unknownContact
		}
		if row, err := record.ReadRow(ctx, tx, o, arrived); err != nil || row != nil {
			return row, err
		}
	}
	if row, err := s.Find(ctx, tx, snap, "lead", b.Phone, b.Email); err != nil || row != nil {
		return row, err
	}
	if o, ok := object.Of(snap, "contact"); ok {
		for field, v := range map[string]string{"phone": b.Phone, "email": b.Email} {
			if v == "" {
				continue
			}
			rows, err := record.FindRows(ctx, tx, o, record.Eq{Field: field, Value: v})
			if err != nil {
				return nil, err
			}
			if len(rows) > 0 {
				return rows[0], nil
			}
		}
	}
	if row, err := s.Find(ctx, tx, snap, "customer", b.Phone, ""); err != nil || row != nil {
		return row, err
	}
	return nil, unknownContact
}

// arrive takes in somebody nobody knows.
func (s *Service) arrive(ctx context.Context, in *activityIn, key string) (string, error) {
	b := &in.Body
	channel := or(b.Channel, "api")
	_, o, _, ok := channelOf(s.Defs.Current(), channel)
	if !ok {
		return "", problem.New(problem.Invalid, "invalid_activity", "没有渠道“"+channel+"”", problem.Item{Pointer: "/channel", Code: "unknown_channel", Message: "没有渠道“" + channel + "”", Hint: definition.Suggest(channel, s.Defs.Current().Names("channel"))})
	}
	values := map[string]any{}
	for name, v := range map[string]string{"phone": b.Phone, "email": b.Email, "name": b.Name} {
		if _, has := o.Field(name); has && v != "" {
			values[name] = v
		}
	}
	body, err := json.Marshal(values)
	if err != nil {
		return "", err
	}
	if key != "" {
		key = "activity:" + short([]byte(actor.From(ctx).ID+"\x00"+key)) // each sender has keys of its own
	}
	return s.Receive(ctx, Arrival{Channel: channel, Values: values, Key: key, Body: body, IP: web.IP(ctx), Request: web.RequestID(ctx)})
}
