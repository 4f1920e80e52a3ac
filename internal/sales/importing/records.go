package importing

import (
	"context"

	"baton/internal/platform/job"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/table"
)

// PreviewRecord is a row as it would stand.
type PreviewRecord struct {
	Line   int               `json:"line"`
	Result string            `json:"result" enum:"created,merged,rejected"`
	Values map[string]string `json:"values" doc:"as people read them, by field"`
	Hints  map[string]string `json:"hints,omitempty" doc:"what was taken with a reservation, by field"`
	Owner  string            `json:"owner" doc:"who would get it; empty for the pool, and for a record that stands already"`
	Tags   []string          `json:"tags"`
	Errors []job.Reject      `json:"errors"`
}

// asRecords runs rows through all steps and takes them back.
func (m *Importer) asRecords(ctx context.Context, a *args, rows []table.Row) ([]PreviewRecord, error) {
	read, err := newRowReader(m, m.Writer.Defs.Current(), a)
	if err != nil {
		return nil, err
	}
	entries := make([]entry, 0, len(rows))
	for _, row := range rows {
		e, err := read.read(ctx, row)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	var out []PreviewRecord
	s := &slicer{worker: worker{m}, args: a, rows: read, careful: true}
	err = m.Writer.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		out = out[:0]
		return (&trial{}).run(ctx, tx, func(ctx context.Context, tx *store.Tx) error {
			for i := range entries {
				p, err := s.preview(ctx, tx, &entries[i])
				if err != nil {
					return err
				}
				out = append(out, p)
			}
			return nil
		})
	})
	if out == nil {
		out = []PreviewRecord{}
	}
	return out, err
}

func (s *slicer) preview(ctx context.Context, tx *store.Tx, e *entry) (PreviewRecord, error) {
	p := PreviewRecord{Line: e.line, Result: "rejected", Values: map[string]string{}, Hints: map[string]string{}, Tags: []string{}, Errors: e.rejects}
	env := s.m.Writer.Env
	for name, v := range e.write.Values {
		f, ok := s.rows.object.Field(name)
		parsed, is := v.(record.Parsed)
		if !ok || !is {
			continue
		}
		if p.Values[name] = f.Type.Words(f, env, parsed.Value); parsed.Hint != nil {
			p.Hints[name] = parsed.Hint.Message
			if parsed.Value == nil {
				p.Values[name] = parsed.Hint.Raw
			}
		}
	}
	if len(e.rejects) > 0 {
		return p, nil
	}
	out, refused, err := s.writeRow(ctx, tx, e)
	switch {
	case err != nil:
		return p, err
	case refused != nil:
		p.Errors = s.reasons(e, refused)
		return p, nil
	}
	p.Errors, p.Result = []job.Reject{}, out.Result
	if out.Result != "created" {
		p.Result = "merged" // whose it is, is not the importer's to learn here
		return p, nil
	}
	o := out.Row.Object
	if owner := out.Row.Owner(); owner != "" {
		f := o.Fields[object.Owner]
		p.Owner = f.Type.Words(f, env, owner)
	}
	for i, f := range o.Fields {
		if f.TagDimension != "" && out.Row.V[i] != nil {
			p.Tags = append(p.Tags, f.Title.ZH+"："+f.Type.Words(f, env, out.Row.V[i]))
		}
	}
	return p, nil
}
