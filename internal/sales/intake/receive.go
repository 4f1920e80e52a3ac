package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Arrival is one submission to a channel, as it came.
type Arrival struct {
	Channel string
	// Values by incoming key: nil, string, json.Number, bool, []any or map[string]any.
	Values map[string]any
	// Body is what Values were read from; with the same IdempotencyKey the same body gives the same answer.
	Body           []byte
	IdempotencyKey string
	// IP of the sender and id of the request, for the trail.
	IP, Request string
	// HappenedAt is when it was filled in, where that was before it came (a phone without a net); zero is now.
	HappenedAt time.Time
}

// Receipt says what an arrival became.
type Receipt struct {
	ID       string
	Result   string // created, merged, or known where no lead came of it; empty for a replay
	Replayed bool
}

// Intake takes arrivals in. Safe for concurrent use.
type Intake struct {
	Writer *record.Writer
	// Agent finds who answered a call by user name, id, name or phone, and whether they may get leads now; nil: nobody is known.
	Agent func(s *definition.Snapshot, text string) (person string, free bool)
	// Tell puts a notice into the running write; nil: nobody is told.
	Tell func(ctx context.Context, tx *store.Tx, person, title, body, object, id string) error
}

// Receive writes an arrival and returns once it is durable. Errors are problems: no_such_channel, channel_disabled, empty, invalid_record
// (pointers name the incoming keys), idempotency_conflict.
func (s *Intake) Receive(ctx context.Context, a Arrival) (Receipt, error) {
	snap := s.Writer.Defs.Current()
	ch, ok := definition.Get[*Channel](snap, Kind, a.Channel)
	if !ok {
		return Receipt{}, problem.New(problem.NotFound, "no_such_channel", "没有渠道“"+a.Channel+"”", problem.Item{Code: "unknown_channel", Message: "没有渠道“" + a.Channel + "”", Hint: definition.Suggest(a.Channel, snap.Names(Kind))})
	}
	if !ch.Spec.Enabled {
		return Receipt{}, problem.New(problem.Conflict, "channel_disabled", "渠道“"+ch.Title.ZH+"”已停用", problem.Item{Code: "channel_disabled", Message: "渠道已停用", Hint: "请在渠道设置里启用后重试"})
	}
	var call *call
	if ch.Spec.Shape == Call {
		var err error
		if call, a.Values, err = readCall(a.Values); err != nil {
			return Receipt{}, err
		}
	}
	values, rest, err := ch.read(s.Writer.Env, a.Values)
	if err != nil {
		return Receipt{}, err
	}
	req := record.Request{
		Actor:  &actor.Actor{Kind: actor.Channel, ID: ch.Name, Name: ch.Title.ZH, IP: a.IP, Request: a.Request},
		Origin: record.Origin{Kind: "intake", Assign: ch.Spec.Assign, Countdown: ch.Spec.Countdown, Channel: ch.Name, HappenedAt: a.HappenedAt},
		Writes: []record.Write{{Op: record.Create, Object: ch.Spec.Object, Values: values}},
	}
	once, err := record.NewOnce("intake/"+ch.Name, a.IdempotencyKey, a.Body)
	if err != nil {
		return Receipt{}, err
	}
	var out Receipt
	out.ID, out.Replayed, err = s.Writer.DoOnce(ctx, store.Interactive, once, func(ctx context.Context, tx *store.Tx) (string, error) {
		if call != nil {
			var id string
			var err error
			id, out.Result, err = s.answer(WithBeyond(ctx, rest), tx, ch, call, req)
			return id, err
		}
		done, err := s.Writer.In(WithBeyond(ctx, rest), tx, req)
		if err != nil {
			return "", err
		}
		out.Result = done[0].Result
		return done[0].Row.ID(), nil
	})
	if out.Replayed {
		out.Result = ""
	}
	return out, err
}

// read sorts incoming keys into the object's fields, read by their types, and the rest.
func (c *Channel) read(env *object.Env, in map[string]any) (values, rest map[string]any, err error) {
	values = make(map[string]any, len(in)+len(c.Spec.Defaults)+1)
	var items []problem.Item
	told := false
	keys := sorted(in)
	// A field's own name goes before its other names.
	slices.SortStableFunc(keys, func(a, b string) int { return boolInt(c.fields[a] == nil) - boolInt(c.fields[b] == nil) })
	for _, k := range keys {
		f := c.field(k)
		if f == nil || values[nameOf(f)] != nil {
			if rest == nil {
				rest = map[string]any{}
			}
			rest[k] = in[k]
			continue
		}
		p, err := record.Parse(f, env, in[k])
		if err != nil {
			var ve *object.ValueError
			if !errors.As(err, &ve) {
				return nil, nil, err
			}
			items = append(items, problem.Item{Pointer: "/" + pointer(k), Code: ve.Code, Message: "“" + f.Title.ZH + "”" + ve.Message, Hint: ve.Hint})
			continue
		}
		if p.Value != nil || p.Hint != nil {
			values[f.Name] = p
			told = told || f != c.source
		}
	}
	if len(items) > 0 {
		return nil, nil, problem.New(problem.Invalid, "invalid_record", fmt.Sprintf("有 %d 处填写有误，没有保存", len(items)), items...)
	}
	if !told {
		return nil, nil, problem.New(problem.Invalid, "empty", "没有收到任何可用的内容", problem.Item{Code: "empty", Message: "至少要有一个字段", Hint: "可用的字段：name、company、phone、email 等"})
	}
	for name, v := range c.Spec.Defaults {
		if values[name] == nil {
			values[name] = v
		}
	}
	if c.source != nil && values[c.source.Name] == nil && c.Spec.Source != "" {
		values[c.source.Name] = c.Spec.Source
	}
	return values, rest, nil
}

func nameOf(f *object.Field) string {
	if f == nil {
		return ""
	}
	return f.Name
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
