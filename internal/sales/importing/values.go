package importing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/table"
)

// Values reads an upload of the actor's own as an import would, and writes nothing: the first rows as values by field, and how many of them
// an import would have rejected. The columns are matched by name, alias and content.
func (m *Importer) Values(ctx context.Context, a *actor.Actor, objectName string, f *definition.AskFile, most int) (rows []map[string]any, unread int, err error) {
	o, err := m.object(objectName, a)
	if err != nil {
		return nil, 0, err
	}
	k, err := m.kept(objectName, f.Upload, a)
	if err != nil {
		return nil, 0, err
	}
	src, err := m.keptSource(ctx, k, f.Sheet)
	if err != nil {
		return nil, 0, err
	}
	if err := src.headed(o, f.Header); err != nil {
		return nil, 0, err
	}
	head, samples, _, err := peek(src)
	if err != nil {
		return nil, 0, err
	}
	plan, err := m.plan(o, Request{Object: o.Name, Actor: a}, head, samples)
	if err != nil {
		return nil, 0, err
	}
	read, err := newRowReader(m, m.Writer.Defs.Current(), &args{Object: o.Name, Plan: plan, Actor: a})
	if err != nil {
		return nil, 0, err
	}
	file, err := os.Open(src.path)
	if err != nil {
		return nil, 0, fmt.Errorf("importing: %w", err)
	}
	defer file.Close()
	t, err := table.OpenAs(file, src.shape)
	if err != nil {
		return nil, 0, unreadable(err)
	}
	for len(rows) < most {
		row, err := t.Next()
		var bad *table.RowError
		switch {
		case errors.Is(err, io.EOF):
			return rows, unread, nil
		case errors.As(err, &bad):
			unread++
			continue
		case err != nil:
			return nil, 0, unreadable(err)
		}
		e, err := read.read(ctx, row)
		if err != nil {
			return nil, 0, err
		}
		if len(e.rejects) > 0 {
			unread++
			continue
		}
		rows = append(rows, e.write.Values)
	}
	return rows, unread, nil
}
