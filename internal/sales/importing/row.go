package importing

import (
	"context"
	"errors"
	"time"

	"baton/internal/platform/definition"
	"baton/internal/platform/job"
	"baton/internal/platform/object"
	"baton/internal/platform/reader"
	"baton/internal/platform/record"
	"baton/internal/platform/table"
)

// rowReader turns rows into writes, outside any transaction. For one goroutine.
type rowReader struct {
	m      *Importer
	object *object.Object
	plan   plan
	fields []*object.Field // parallel to plan.Columns
	refs   map[refKey]refFound
}

type refKey struct{ object, text string }

type refFound struct {
	id  string
	err *object.ValueError
}

// maxRefs bounds what is remembered of names already looked up.
const maxRefs = 10000

func newRowReader(m *Importer, snap *definition.Snapshot, a *args) (*rowReader, error) {
	o, ok := object.Of(snap, a.Object)
	if !ok {
		return nil, gone("对象“" + a.Object + "”")
	}
	r := &rowReader{m: m, object: o, plan: a.Plan, refs: map[refKey]refFound{}}
	for _, c := range a.Plan.Columns {
		f, ok := o.Field(c.Field)
		if !ok || !fillable(f) {
			return nil, gone("字段“" + c.Field + "”")
		}
		r.fields = append(r.fields, f)
	}
	return r, nil
}

// entry is one row on its way: a write, or the reasons why not.
type entry struct {
	line    int
	cells   []string
	write   record.Write
	rejects []job.Reject
}

func (r *rowReader) read(ctx context.Context, row table.Row) (entry, error) {
	e := entry{line: row.Line, cells: row.Cells}
	values := make(map[string]any, len(r.fields))
	refuse := func(c column, cell string, ve *object.ValueError) {
		e.rejects = append(e.rejects, job.Reject{Line: row.Line, Column: c.Name, Value: cell, Code: ve.Code, Message: ve.Message, Hint: ve.Hint})
	}
	for i, c := range r.plan.Columns {
		f, cell := r.fields[i], job.Undefused(row.Cells[c.Index])
		if blank(cell) {
			continue
		}
		var raw any = cell
		if f.TargetOf() != "" {
			id, ve, err := r.reference(ctx, f, cell)
			if err != nil {
				return e, err
			}
			if ve != nil {
				refuse(c, cell, ve)
				continue
			}
			raw = id
		} else if c.Order != reader.OrderUnknown {
			raw = r.dated(f, cell, c.Order)
		}
		p, err := record.Parse(f, r.m.Writer.Env, raw)
		if err != nil {
			var ve *object.ValueError
			if !errors.As(err, &ve) {
				return e, err
			}
			refuse(c, cell, ve)
			continue
		}
		if p.Value != nil || p.Hint != nil {
			values[f.Name] = p
		}
	}
	if len(e.rejects) == 0 {
		r.missing(&e, values)
	}
	e.write = record.Write{Op: record.Create, Object: r.object.Name, Values: values}
	if i := r.plan.When; i >= 0 && !blank(row.Cells[i]) {
		at, ve := r.instant(row.Cells[i])
		if ve != nil {
			e.rejects = append(e.rejects, job.Reject{Line: row.Line, Column: r.plan.WhenName, Value: row.Cells[i], Code: ve.Code, Message: ve.Message, Hint: ve.Hint})
		}
		e.write.At = at
	}
	if len(e.rejects) > 0 {
		e.rejects[0].Row = row.Cells
	}
	return e, nil
}

// missing finds what the Writer would refuse for lack of a value; a row without any value is refused too.
func (r *rowReader) missing(e *entry, values map[string]any) {
	if len(values) == 0 {
		e.rejects = append(e.rejects, job.Reject{Line: e.line, Code: "empty_row", Message: "对应的各列都是空的", Hint: "请补上内容或删去这一行"})
		return
	}
	for _, f := range r.object.Fields {
		if f.Required && len(f.VisibleWhen) == 0 && f.Default == nil && values[f.Name] == nil && fillable(f) {
			name := f.Title.ZH
			for i, c := range r.plan.Columns {
				if r.fields[i] == f {
					name = c.Name
				}
			}
			e.rejects = append(e.rejects, job.Reject{Line: e.line, Column: name, Code: "required", Message: "“" + f.Title.ZH + "”必填", Hint: "请补上这一格"})
		}
	}
}

// dated brings a date to an unmistakable form by the order that its column uses; what is none stays.
func (r *rowReader) dated(f *object.Field, cell string, order reader.DateOrder) any {
	switch f.Type.(type) {
	case object.Date:
		if d, err := reader.DateIn(cell, order); err == nil {
			return d.String()
		}
	case object.DateTime:
		if t, err := reader.DateTimeIn(cell, r.m.Writer.Env.Zone, order); err == nil {
			return t.Format(time.RFC3339Nano)
		}
	}
	return cell
}

func (r *rowReader) instant(cell string) (int64, *object.ValueError) {
	t, err := time.Parse(time.RFC3339Nano, cell)
	if err != nil {
		if t, err = reader.DateTimeIn(cell, r.m.Writer.Env.Zone, r.plan.WhenOrder); err != nil {
			var re *reader.Error
			if errors.As(err, &re) {
				return 0, &object.ValueError{Code: re.Code, Message: re.Message, Hint: re.Hint}
			}
			return 0, &object.ValueError{Code: "unreadable_time", Message: "读不出时间", Hint: "请写成 2026-11-24 09:00"}
		}
	}
	if t.After(r.m.Writer.Clock.Now().Add(time.Minute)) {
		return 0, &object.ValueError{Code: "in_the_future", Message: "发生时间晚于现在", Hint: "请改为过去的时间"}
	}
	return t.UnixMilli(), nil
}

// reference finds the record that a cell names.
func (r *rowReader) reference(ctx context.Context, f *object.Field, cell string) (string, *object.ValueError, error) {
	k := refKey{f.TargetOf(), cell}
	if v, ok := r.refs[k]; ok {
		return v.id, v.err, nil
	}
	target, ok := object.Of(r.m.Writer.Defs.Current(), k.object)
	if !ok {
		return "", &object.ValueError{Code: "unknown_object", Message: "没有对象“" + k.object + "”"}, nil
	}
	ids, err := record.Find(ctx, r.m.Writer.DB, target, cell)
	if err != nil {
		return "", nil, err
	}
	var v refFound
	switch len(ids) {
	case 1:
		v.id = ids[0]
	case 0:
		v.err = &object.ValueError{Code: "not_found", Message: "没有名为“" + cell + "”的" + target.Title.ZH, Hint: "请核对名称，或先建好" + target.Title.ZH}
	default:
		v.err = &object.ValueError{Code: "ambiguous", Message: "名为“" + cell + "”的" + target.Title.ZH + "不止一个", Hint: "请改填编号"}
	}
	if len(r.refs) >= maxRefs {
		clear(r.refs)
	}
	r.refs[k] = v
	return v.id, v.err, nil
}
