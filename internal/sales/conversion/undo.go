package conversion

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Undo takes a conversion back: what it made is deleted, the record is as it was. It is refused while anything stands on what was made.
func (e *Engine) Undo(ctx context.Context, a *actor.Actor, objectName, id string) (*object.Row, error) {
	var out *object.Row
	err := e.Writer.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		c, row, err := e.open(ctx, tx, a, objectName, id)
		if err != nil {
			return err
		}
		kept, err := e.kept(ctx, tx, c, row)
		if err != nil {
			return err
		}
		standing, err := e.standing(ctx, tx, row, kept)
		if err != nil {
			return err
		}
		if len(standing) > 0 {
			text := "转化后已经有了" + strings.Join(standing, "、") + "，不能撤销"
			return problem.New(problem.Conflict, "built_upon", text, problem.Item{Code: "built_upon", Message: text, Hint: "先处理这些记录，或在商机里继续推进"})
		}
		ws := []record.Write{{Op: record.Update, Object: c.Object.Name, ID: id, What: "unconvert", Values: kept.Before}}
		for _, m := range slices.Backward(kept.Made) {
			ws = append(ws, record.Write{Op: record.Delete, Object: m.Object, ID: m.ID, Note: "撤销转化"})
		}
		done, err := e.Writer.In(ctx, tx, record.Request{Actor: a, Origin: record.ByHand(a), Writes: ws})
		if err != nil {
			return err
		}
		out = done[0].Row
		return nil
	})
	return out, err
}

// kept reads what the last conversion made.
func (e *Engine) kept(ctx context.Context, q store.Querier, c *Conversion, row *object.Row) (*madeOf, error) {
	none := problem.New(problem.Conflict, "not_converted", "这条"+c.Object.Title.ZH+"没有可以撤销的转化")
	if row.Text(c.done()) == "" {
		return nil, none
	}
	body, err := record.Decision(ctx, q, row.ID(), decisionOf)
	if err != nil || body == nil {
		if err == nil {
			err = none
		}
		return nil, err
	}
	kept := &madeOf{}
	if err := problem.ReadJSON(body, kept, false); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(kept.Made, func(m madeRecord) bool { return m.ID == row.Text(c.done()) }) {
		return nil, none
	}
	return kept, nil
}

// standing names what points to the made records besides themselves and the converted record.
func (e *Engine) standing(ctx context.Context, q store.Querier, row *object.Row, kept *madeOf) ([]string, error) {
	own := map[string]bool{row.ID(): true}
	for _, m := range kept.Made {
		own[m.ID] = true
	}
	var out []string
	for _, o := range object.All(e.Writer.Defs.Current()) {
		found := map[string]bool{}
		for _, f := range o.Fields {
			for _, m := range kept.Made {
				if f.TargetOf() != m.Object {
					continue
				}
				rows, err := record.FindRows(ctx, q, o, record.Eq{Field: f.Name, Value: m.ID})
				if err != nil {
					return nil, err
				}
				for _, r := range rows {
					if !own[r.ID()] {
						found[r.ID()] = true
					}
				}
			}
		}
		if len(found) > 0 {
			out = append(out, fmt.Sprintf("%s %d 条", o.Title.ZH, len(found)))
		}
	}
	return out, nil
}
