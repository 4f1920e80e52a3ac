package record

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
	"baton/internal/platform/web"
)

type createIn struct {
	Object  string `path:"object"`
	Partial bool   `query:"partial"`
	Key     string `header:"Idempotency-Key" doc:"a repeated request with the same key gets the answer of the first, for a week"`
	RawBody []byte
}

// mostRecords is how many records one request may bring.
const mostRecords = 1000

func (h *HTTP) create(ctx context.Context, in *createIn) (*Body, error) {
	body, err := decode(in.RawBody)
	if err != nil {
		return nil, err
	}
	many, isMany := body["records"].([]any)
	if !isMany || len(body) != 1 {
		outs, replayed, err := h.createOnce(ctx, in, "", []Write{{Op: Create, Object: in.Object, Values: body}})
		if err != nil {
			return nil, err
		}
		out, err := h.answer(ctx, actor.From(ctx), 201, outs[0])
		if err == nil && replayed {
			out.Replayed = "true"
		}
		return out, err
	}
	if len(many) > mostRecords {
		return nil, problem.New(problem.Invalid, "too_many_records", fmt.Sprintf("一次最多写 %d 条", mostRecords), problem.Item{Pointer: "/records", Code: "out_of_range", Message: fmt.Sprintf("有 %d 条", len(many)), Hint: "请分批，或使用导入"})
	}
	writes := make([]Write, len(many))
	for i, m := range many {
		v, ok := m.(map[string]any)
		if !ok {
			return nil, problem.New(problem.Invalid, "invalid_record", "每条记录应是一个对象", problem.Item{Pointer: fmt.Sprintf("/records/%d", i), Code: "wrong_type", Message: "这里需要对象", Hint: `应为 {"字段": 值, …}`})
		}
		writes[i] = Write{Op: Create, Object: in.Object, Values: v}
	}
	if in.Partial {
		return h.createEach(ctx, in, writes)
	}
	return h.createAll(ctx, in, writes)
}

// createOnce writes the records unless the sender's key was answered before; then it reads those that the key made. part tells the parts of
// one request from each other.
func (h *HTTP) createOnce(ctx context.Context, in *createIn, part string, writes []Write) (outs []Outcome, replayed bool, err error) {
	a := actor.From(ctx)
	once, err := NewOnce("records/"+in.Object+"/"+a.ID+part, in.Key, in.RawBody)
	if err != nil {
		return nil, false, err
	}
	answer, replayed, err := h.Writer.DoOnce(ctx, store.Interactive, once, func(ctx context.Context, tx *store.Tx) (string, error) {
		var err error
		if outs, err = h.Writer.In(ctx, tx, Request{Actor: a, Origin: h.Origin(a), Writes: writes}); err != nil {
			return "", err
		}
		made := make([]madeRecord, len(outs))
		for i, o := range outs {
			made[i] = madeRecord{o.Row.ID(), o.Result}
		}
		b, err := json.Marshal(made)
		return string(b), err
	})
	if err != nil || !replayed {
		return outs, false, err
	}
	o, ok := object.Of(h.Writer.Defs.Current(), in.Object)
	if !ok {
		return nil, false, fmt.Errorf("record: object %s is gone", in.Object)
	}
	var made []madeRecord
	if err := json.Unmarshal([]byte(answer), &made); err != nil {
		return nil, false, err
	}
	outs = make([]Outcome, len(made))
	for i, m := range made {
		row, err := ReadRow(ctx, h.Writer.DB, o, m.ID)
		if err == nil && row == nil {
			err = problem.New(problem.NotFound, "no_such_record", "这条记录已不存在")
		}
		if err != nil {
			return nil, false, err
		}
		outs[i] = Outcome{Row: row, Result: m.Result}
	}
	return outs, true, nil
}

// madeRecord is what is remembered of a record that a key made: no content.
type madeRecord struct {
	ID     string `json:"id"`
	Result string `json:"result"`
}

func (h *HTTP) createAll(ctx context.Context, in *createIn, writes []Write) (*Body, error) {
	outs, replayed, err := h.createOnce(ctx, in, "", writes)
	if err != nil {
		return nil, err
	}
	rows := make([]*object.Row, len(outs))
	for i, o := range outs {
		rows[i] = o.Row
	}
	body := &Body{Status: 201, Body: map[string]any{"records": []any{}}}
	if replayed {
		body.Replayed = "true"
	}
	if len(rows) == 0 {
		return body, nil
	}
	sh, err := h.show(ctx, actor.From(ctx), rows[0].Object, rows, nil)
	if err != nil {
		return nil, err
	}
	body.Body = map[string]any{"records": sh.records, "refs": sh.refs}
	return body, nil
}

// createEach writes the records one by one; each has its own outcome.
func (h *HTTP) createEach(ctx context.Context, in *createIn, writes []Write) (*Body, error) {
	outcomes := make([]map[string]any, len(writes))
	for i, w := range writes {
		outs, _, err := h.createOnce(ctx, in, "#"+strconv.Itoa(i), []Write{w})
		if err != nil {
			outcomes[i] = map[string]any{"index": i, "problem": web.Problem(ctx, err)}
			continue
		}
		sh, err := h.show(ctx, actor.From(ctx), outs[0].Row.Object, []*object.Row{outs[0].Row}, nil)
		if err != nil {
			return nil, err
		}
		outcomes[i] = map[string]any{"index": i, "record": sh.records[0], "outcome": outs[0].Result}
	}
	return &Body{Status: 200, Body: map[string]any{"outcomes": outcomes}}, nil
}
