package record

import (
	"context"
	"encoding/json"
	"fmt"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
	"baton/internal/platform/web"
)

type createIn struct {
	Object  string `path:"object"`
	Partial bool   `query:"partial"`
	Key     string `header:"Idempotency-Key"`
	RawBody []byte
}

type createOut struct {
	Status   int
	Replayed string `header:"Idempotency-Replayed"`
	Body     map[string]any
}

// made is what became of one record of a request: kept for its key, shown as the asker may see it by then.
type made struct {
	ID      string        `json:"id,omitempty"`
	Outcome string        `json:"outcome,omitempty"`
	Problem *web.Document `json:"problem,omitempty"`
	row     *object.Row
}

// maxRecords of one request.
const maxRecords = 1000

// create makes one record, or many together: all or none, or with partial each by itself. All of a request is one transaction; under the
// same Idempotency-Key the same body gives the same answer and makes nothing again.
func (h *HTTP) create(ctx context.Context, in *createIn) (*createOut, error) {
	a := actor.From(ctx)
	writes, many, err := createWrites(in)
	if err != nil {
		return nil, err
	}
	once := NewOnce("records/"+string(a.Kind)+"/"+a.ID+"/"+in.Object, in.Key, fmt.Appendf(nil, "%t %s", in.Partial && many, in.RawBody))
	if err := once.Check(); err != nil {
		return nil, err
	}
	var out []made
	replayed := ""
	err = once.Do(ctx, h.Writer.DB, func(ctx context.Context, tx *store.Tx) error {
		kept, err := once.Answered(ctx, tx)
		if out, replayed = nil, ""; err != nil {
			return err
		}
		if kept != "" {
			replayed = "true"
			return json.Unmarshal([]byte(kept), &out)
		}
		req := Request{Actor: a, Origin: h.Origin(a), Writes: writes}
		if out, err = h.make(ctx, tx, req, in.Partial && many); err != nil || once.Key == "" {
			return err
		}
		body, err := json.Marshal(out)
		if err != nil {
			return err
		}
		return once.Keep(ctx, tx, 201, string(body), h.Writer.Clock.Milli())
	})
	if err != nil {
		return nil, err
	}
	res, err := h.answerMade(ctx, a, in.Object, out, many, in.Partial)
	if err != nil {
		return nil, err
	}
	res.Replayed = replayed
	return res, nil
}

func createWrites(in *createIn) (writes []Write, many bool, err error) {
	body, err := decode(in.RawBody)
	if err != nil {
		return nil, false, err
	}
	list, many := body["records"].([]any)
	if !many || len(body) != 1 {
		return []Write{{Op: Create, Object: in.Object, Values: body}}, false, nil
	}
	if len(list) > maxRecords {
		return nil, true, problem.New(problem.Invalid, "too_many_records", fmt.Sprintf("一次最多写 %d 条", maxRecords), problem.Item{Pointer: "/records", Code: "out_of_range", Message: fmt.Sprintf("有 %d 条", len(list)), Hint: "请分批，或使用导入"})
	}
	for i, m := range list {
		v, ok := m.(map[string]any)
		if !ok {
			return nil, true, problem.New(problem.Invalid, "invalid_record", "每条记录应是一个对象", problem.Item{Pointer: fmt.Sprintf("/records/%d", i), Code: "wrong_type", Message: "这里需要对象"})
		}
		writes = append(writes, Write{Op: Create, Object: in.Object, Values: v})
	}
	return writes, true, nil
}

// make writes the records; with each, one that is refused is left out and told of.
func (h *HTTP) make(ctx context.Context, tx *store.Tx, req Request, each bool) ([]made, error) {
	out := make([]made, 0, len(req.Writes))
	if !each {
		outs, err := h.Writer.In(ctx, tx, req)
		for _, o := range outs {
			out = append(out, made{ID: o.Row.ID(), Outcome: o.Result, row: o.Row})
		}
		return out, err
	}
	for i := range req.Writes {
		one := req
		one.Writes = req.Writes[i : i+1]
		var outs []Outcome
		err := tx.Nested(ctx, func(ctx context.Context, tx *store.Tx) error {
			var err error
			outs, err = h.Writer.In(ctx, tx, one)
			return err
		})
		switch p := problem.As(err); {
		case err == nil:
			out = append(out, made{ID: outs[0].Row.ID(), Outcome: outs[0].Result, row: outs[0].Row})
		case p != nil && p.Class != problem.Internal && !store.IsFatal(err):
			out = append(out, made{Problem: web.Problem(ctx, err)})
		default:
			return nil, err
		}
	}
	return out, nil
}

func (h *HTTP) answerMade(ctx context.Context, a *actor.Actor, objectName string, all []made, many, partial bool) (*createOut, error) {
	var rows []*object.Row
	for i := range all {
		m := &all[i]
		if m.row == nil && m.ID != "" { // told again: as it is by now
			o, ok := object.Of(h.Reader.Defs.Current(), objectName)
			if !ok {
				return nil, NoSuchObject(h.Reader.Defs.Current(), h.Reader.Access, a, objectName)
			}
			var err error
			if m.row, err = ReadRow(ctx, h.Reader.DB, o, m.ID); err != nil {
				return nil, err
			}
		}
		if m.row != nil {
			rows = append(rows, m.row)
		}
	}
	records, refs := []map[string]any{}, map[string]map[string]string{}
	if len(rows) > 0 {
		sh, err := h.show(ctx, a, rows[0].Object, rows, nil)
		if err != nil {
			return nil, err
		}
		records, refs = sh.records, sh.refs
	}
	switch {
	case !many:
		if len(records) == 0 {
			return nil, problem.New(problem.NotFound, "no_such_record", "这条记录已经不在了")
		}
		return &createOut{Status: 201, Body: map[string]any{"record": records[0], "refs": refs, "outcome": all[0].Outcome}}, nil
	case !partial:
		return &createOut{Status: 201, Body: map[string]any{"records": records, "refs": refs}}, nil
	}
	outcomes := make([]map[string]any, len(all))
	next := 0
	for i, m := range all {
		if m.Problem != nil {
			outcomes[i] = map[string]any{"index": i, "problem": m.Problem}
			continue
		}
		outcomes[i] = map[string]any{"index": i, "outcome": m.Outcome, "record": map[string]any{"id": m.ID}}
		if m.row != nil {
			outcomes[i]["record"] = records[next]
			next++
		}
	}
	return &createOut{Status: 200, Body: map[string]any{"outcomes": outcomes, "refs": refs}}, nil
}
