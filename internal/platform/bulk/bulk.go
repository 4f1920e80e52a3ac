// Package bulk changes many records in one go, as a job: those that somebody selected, or all that a filter finds. Each record is an
// ordinary write with its own event, in the name of who asked, and refused by itself with its reason; the whole can be taken back, each
// record to what it had, unless it was changed since. It knows nothing of what fields mean.
package bulk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/job"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Kinds of jobs, and what the writes are called in the trail. The ledger finds an edit's events by Edit.
const (
	Edit = "bulk_edit"
	Back = "bulk_undo"
)

const (
	maxIDs    = 5000 // more are named by a filter
	maxFields = 20
	slice     = 25 // records per transaction: the writer is held for some milliseconds
)

// Engine edits. Safe for concurrent use.
type Engine struct {
	Writer *record.Writer
	Reader *record.Reader
	Jobs   *job.Service
}

// Register makes the jobs known; to be called before the jobs start.
func (e *Engine) Register() {
	e.Jobs.RegisterStopping(Edit, "", editor{e})
	e.Jobs.Register(Back, "", undoer{e})
}

// Ask is one edit: of the records of IDs, or where there are none of all that Filter and Words find, less Except.
type Ask struct {
	Object string          `json:"object"`
	IDs    []string        `json:"ids,omitempty"`
	Filter json.RawMessage `json:"filter,omitempty"`
	Words  string          `json:"words,omitempty"`
	Except []string        `json:"except,omitempty"`
	Values map[string]any  `json:"values"`
}

type args struct {
	Ask
	Actor *actor.Actor `json:"actor"`
}

// Result are the figures of an edit.
type Result struct {
	Object    string `json:"object"`
	Rows      int64  `json:"rows"`
	Changed   int64  `json:"changed"`
	Unchanged int64  `json:"unchanged"`
	Refused   int64  `json:"refused"`
}

// Start checks an edit and queues it. Problems: unknown object, nothing selected, fields that are unknown, read-only or wrongly filled.
func (e *Engine) Start(ctx context.Context, a *actor.Actor, ask Ask) (id string, err error) {
	o, _, err := e.Reader.Object(a, ask.Object)
	if err != nil {
		return "", err
	}
	s := e.Reader.Defs.Current()
	if e.Reader.Access.Scope(s, a, o.Name, access.Update).Nothing() {
		return "", problem.New(problem.Forbidden, "forbidden", "你没有权限修改"+o.Title.ZH)
	}
	if len(ask.Values) == 0 || len(ask.Values) > maxFields {
		return "", invalid("/values", "no_values", fmt.Sprintf("请选择 1 到 %d 个要修改的字段", maxFields))
	}
	if len(ask.IDs) > maxIDs || len(ask.Except) > maxIDs {
		return "", invalid("/ids", "too_many", fmt.Sprintf("一次最多选 %d 条；更多请用筛选条件", maxIDs))
	}
	if ask.IDs != nil && len(ask.IDs) == 0 {
		return "", invalid("/ids", "nothing_selected", "没有选中记录")
	}
	hidden := e.Reader.Access.Hidden(s, a, o.Name)
	var items []problem.Item
	for name, raw := range ask.Values {
		f, ok := o.Field(name)
		switch {
		case !ok || hidden[f.Name] || f.Hidden:
			items = append(items, problem.Item{Pointer: "/values/" + name, Code: "unknown_field", Message: o.Title.ZH + "没有字段“" + name + "”"})
		case f.ReadOnly || f.System && f.Index != object.Owner:
			items = append(items, problem.Item{Pointer: "/values/" + name, Code: "readonly", Message: "“" + f.Title.ZH + "”由系统填写，不能修改"})
		case f.Unique && raw != nil:
			items = append(items, problem.Item{Pointer: "/values/" + name, Code: "unique", Message: "“" + f.Title.ZH + "”不能重复，不能批量填成一样"})
		case f.Required && raw == nil:
			items = append(items, problem.Item{Pointer: "/values/" + name, Code: "required", Message: "“" + f.Title.ZH + "”必填"})
		default:
			if _, _, err := f.Type.Parse(f, e.Reader.Env, raw); err != nil {
				items = append(items, problem.Item{Pointer: "/values/" + name, Code: "wrong_value", Message: "“" + f.Title.ZH + "”" + err.Error()})
			}
		}
	}
	if len(items) > 0 {
		slices.SortFunc(items, func(a, b problem.Item) int { return compare(a.Pointer, b.Pointer) })
		return "", problem.New(problem.Invalid, "invalid_edit", "有填写错误，没有开始修改", items...)
	}
	total := int64(len(ask.IDs))
	if ask.IDs == nil {
		if total, err = e.Reader.CountAll(ctx, a, record.List{Object: o.Name, Filter: ask.Filter, Words: ask.Words}); err != nil {
			return "", err
		}
		total = max(0, total-int64(len(ask.Except)))
	}
	return e.Jobs.Queue(ctx, job.New{Kind: Edit, Title: "批量修改" + o.Title.ZH, Actor: a, Total: total, Args: args{ask, a}})
}

func invalid(pointer, code, message string) error {
	return problem.New(problem.Invalid, "invalid_edit", message, problem.Item{Pointer: pointer, Code: code, Message: message})
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

type place struct {
	At     int    `json:"at"`     // of the ids
	Cursor string `json:"cursor"` // of the list
	Result
}

type editor struct{ e *Engine }

// argsOf reads what was asked, with exact numbers.
func argsOf(run *job.Run) (*args, error) {
	a := &args{}
	dec := json.NewDecoder(bytes.NewReader(run.Args))
	dec.UseNumber()
	if err := dec.Decode(a); err != nil {
		return nil, fmt.Errorf("bulk: arguments: %w", err)
	}
	return a, nil
}

// Work goes on with an edit.
func (w editor) Work(ctx context.Context, t *job.Turn) error {
	a, err := argsOf(t.Run)
	if err != nil {
		return err
	}
	for t.Run.State != job.Done && !t.Over() {
		var at place
		if t.Run.Cursor != nil {
			if err := json.Unmarshal(t.Run.Cursor, &at); err != nil {
				return fmt.Errorf("bulk: cursor: %w", err)
			}
		}
		ids, end, err := w.next(ctx, a, &at)
		if err != nil {
			return err
		}
		if err := t.Commit(ctx, func(ctx context.Context, tx *store.Tx) (job.State, error) {
			return w.slice(ctx, tx, t, a, at, ids, end)
		}); err != nil {
			return err
		}
	}
	return nil
}

// next gives the ids of the next slice and moves the place behind them. A list goes by id, so that no record comes twice, whatever the edit
// does to what the filter finds.
func (w editor) next(ctx context.Context, a *args, at *place) (ids []string, end bool, err error) {
	if a.IDs != nil {
		ids = a.IDs[at.At:min(at.At+slice, len(a.IDs))]
		at.At += len(ids)
		return ids, at.At >= len(a.IDs), nil
	}
	page, err := w.e.Reader.List(ctx, a.Actor, record.List{Object: a.Object, Filter: a.Filter, Words: a.Words, Sort: []record.Sort{{Field: "id"}}, Limit: slice, Cursor: at.Cursor})
	if err != nil {
		return nil, false, err
	}
	for _, row := range page.Rows {
		if !slices.Contains(a.Except, row.ID()) {
			ids = append(ids, row.ID())
		}
	}
	at.Cursor = page.Next
	return ids, page.Next == "", nil
}

// slice writes a few records. It may run more than once.
func (w editor) slice(ctx context.Context, tx *store.Tx, t *job.Turn, a *args, at place, ids []string, end bool) (job.State, error) {
	if t.Run.Cursor == nil {
		if err := t.SetHead(ctx, tx, []string{"名称", "编号"}); err != nil {
			return job.State{}, err
		}
	}
	var refused []job.Reject
	for _, id := range ids {
		at.Rows++
		var outs []record.Outcome
		err := tx.Nested(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			outs, err = w.e.Writer.In(ctx, tx, record.Request{Actor: a.Actor, Origin: record.Origin{Kind: "person", Batch: t.Run.ID, Assign: true, Countdown: true}, Writes: []record.Write{{Op: record.Update, Object: a.Object, ID: id, Values: a.Values, What: Edit, IfChanged: true}}})
			return err
		})
		p := problem.As(err)
		switch {
		case err == nil && outs[0].Result == "unchanged":
			at.Unchanged++
		case err == nil:
			at.Changed++
		case store.IsFatal(err) || p == nil || p.Class == problem.Internal:
			return job.State{}, err
		default:
			at.Refused++
			refused = append(refused, w.e.refusal(ctx, tx, a.Actor, a.Object, id, int(at.Rows), p)...)
		}
	}
	if err := t.KeepRejects(ctx, tx, refused); err != nil {
		return job.State{}, err
	}
	return job.State{Done: at.Rows, Total: max(t.Run.Total, at.Rows), Cursor: at, Result: figures(at.Result, a.Object), Finished: end}, nil
}

func figures(r Result, objectName string) Result {
	r.Object = objectName
	return r
}

// refusal names a record and why it was not changed.
func (e *Engine) refusal(ctx context.Context, tx *store.Tx, a *actor.Actor, objectName, id string, line int, p *problem.Problem) []job.Reject {
	name := e.name(ctx, tx, a, objectName, id)
	items := p.Items
	if len(items) == 0 {
		items = []problem.Item{{Code: p.Code, Message: p.Detail}}
	}
	var out []job.Reject
	for _, it := range items {
		out = append(out, job.Reject{Line: line, Value: name, Code: it.Code, Message: it.Message, Hint: it.Hint, Row: []string{name, id}})
	}
	return out
}

// name is the title of a record as far as the actor may see it, else its id.
func (e *Engine) name(ctx context.Context, tx *store.Tx, a *actor.Actor, objectName, id string) string {
	s := e.Reader.Defs.Current()
	o, ok := object.Of(s, objectName)
	if !ok {
		return id
	}
	row, err := record.ReadRow(ctx, tx, o, id)
	if err != nil || row == nil || !e.Reader.Access.Scope(s, a, o.Name, access.Read).Allows(row) {
		return id
	}
	for name := range e.Reader.Access.Hidden(s, a, o.Name) {
		if f, ok := o.Field(name); ok {
			row.V[f.Index] = nil
		}
	}
	return o.TitleOf(row)
}
