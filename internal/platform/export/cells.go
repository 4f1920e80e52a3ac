package export

import (
	"context"
	"encoding/json"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/table"
)

// exactDigits is up to how many digits spreadsheets keep a number exactly; longer ones are written as text.
const exactDigits = 15

// cells gives rows as a table shows them to the actor: numbers as numbers, choices by their names, what is referred to by its title.
func (e *Engine) cells(ctx context.Context, a *actor.Actor, rows []*object.Row, paths []record.Path) ([][]table.Cell, error) {
	reached, err := e.Reader.Reached(ctx, a, rows, paths)
	if err != nil {
		return nil, err
	}
	at := func(row *object.Row, p record.Path) *object.Row {
		if p.Via == nil {
			return row
		}
		id, _ := row.V[p.Via.Index].(string)
		return reached[p.Via.Name][id]
	}
	ids := map[string][]string{}
	seen := map[[2]string]bool{}
	for _, row := range rows {
		for _, p := range paths {
			holder, target := at(row, p), p.Field.TargetOf()
			if holder == nil || target == "" || p.Masked {
				continue
			}
			if id, ok := holder.V[p.Field.Index].(string); ok && !seen[[2]string{target, id}] {
				seen[[2]string{target, id}] = true
				ids[target] = append(ids[target], id)
			}
		}
	}
	names := map[string]map[string]string{}
	for target, list := range ids {
		if names[target], err = e.Reader.Names(ctx, a, target, list); err != nil {
			return nil, err
		}
	}
	out := make([][]table.Cell, len(rows))
	for i, row := range rows {
		out[i] = make([]table.Cell, len(paths))
		for j, p := range paths {
			if holder := at(row, p); holder != nil {
				out[i][j] = e.cell(holder, p, names)
			}
		}
	}
	return out, nil
}

func (e *Engine) cell(row *object.Row, p record.Path, names map[string]map[string]string) table.Cell {
	f := p.Field
	v := row.V[f.Index]
	if p.Masked {
		return table.Cell{Text: object.MaskedText(f, e.Reader.Env, v)}
	}
	if v == nil {
		return table.Cell{Text: unread(row, f)}
	}
	if target := f.TargetOf(); target != "" {
		id, _ := v.(string)
		if n := names[target][id]; n != "" {
			return table.Cell{Text: n}
		}
		return table.Cell{Text: id}
	}
	switch f.Type.Shape() {
	case object.NumberShape:
		if n, ok := f.Type.JSON(f, e.Reader.Env, v).(json.Number); ok {
			return table.Cell{Text: n.String(), Number: len(n.String()) <= exactDigits}
		}
	case object.TextShape:
		if s, ok := v.(string); ok {
			return table.Cell{Text: s}
		}
	}
	return table.Cell{Text: f.Type.Words(f, e.Reader.Env, v)}
}

// unread is the text that a field could not read, kept as a hint.
func unread(row *object.Row, f *object.Field) string {
	s, ok := row.V[object.Hints].(string)
	if !ok {
		return ""
	}
	var hints map[string]object.Hint
	if json.Unmarshal([]byte(s), &hints) != nil { // written by the Writer only
		return ""
	}
	return hints[f.Name].Raw
}
