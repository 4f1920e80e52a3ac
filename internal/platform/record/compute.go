package record

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"baton/internal/platform/object"
)

// compute brings the formulas up to date: before the first step, so that conditions and tags see them, and after each step that changed
// something.
func (c *Change) compute() {
	if c.Op == Delete || !c.Object.Computes() || c.computed != nil && slices.Equal(c.computed, c.New.V) {
		return
	}
	c.Object.Compute(c.New, c.Env, func(f *object.Field, hint *object.Hint) {
		if hint == nil && c.New.V[object.Hints] == nil {
			return
		}
		hs := c.hints(c.New)
		if delete(hs, f.Name); hint != nil {
			hs[f.Name] = *hint
		}
		c.setHints(hs)
	})
	c.computed = append(c.computed[:0], c.New.V...)
}

// complete fills in what is known only when all steps have run: numbers, and the unit of the owner where that is a default.
func (c *Change) complete(ctx context.Context) error {
	if c.Op == Delete {
		return nil
	}
	for _, f := range c.Object.Fields {
		if c.New.V[f.Index] != nil {
			continue
		}
		if f.Number != nil {
			n, err := c.draw(ctx, f)
			if err != nil {
				return err
			}
			c.New.V[f.Index] = n
		}
		if ref, _, _, _ := f.DefaultRef(); ref == object.RefOwnerUnit && c.Old == nil && !c.Given[f.Index] {
			if o := c.New.Owner(); o != "" {
				if u := c.writer.Access.Dir.UnitOf(o); u != "" {
					c.New.V[f.Index] = u
				}
			}
		}
	}
	c.compute()
	return nil
}

// draw takes the next number of a pattern. The counter's row is held until this transaction ends, and goes back with it: numbers are unique
// and follow one another, also among nodes.
func (c *Change) draw(ctx context.Context, f *object.Field) (string, error) {
	made, _ := c.New.Int("created_at")
	before, after := f.Number.Around(time.UnixMilli(made).In(c.Env.Zone))
	around := before + "|" + after
	next := func(least int64) (n int64, err error) {
		err = c.Tx.QueryRow(ctx, `INSERT INTO number_counter (object, field, around, value) VALUES (?, ?, ?, ?)
			ON CONFLICT (object, field, around) DO UPDATE SET value = CASE WHEN number_counter.value + 1 < ? THEN ? ELSE number_counter.value + 1 END RETURNING value`,
			c.Object.Name, f.ID, around, least, least, least).Scan(&n)
		return n, err
	}
	n, err := next(1)
	if err != nil {
		return "", fmt.Errorf("record: number of %s.%s: %w", c.Object.Name, f.Name, err)
	}
	if n == 1 { // the first by this pattern: what was numbered by hand before stays apart
		highest, err := c.highest(ctx, f, before, after)
		if err != nil {
			return "", err
		}
		if highest > 0 {
			if n, err = next(highest + 1); err != nil {
				return "", err
			}
		}
	}
	return f.Number.Write(before, n, after), nil
}

// highest finds the greatest counter among standing numbers with the same surroundings, deleted records included.
func (c *Change) highest(ctx context.Context, f *object.Field, before, after string) (int64, error) {
	escape := strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`)
	rows, err := c.Tx.Query(ctx, "SELECT "+object.Quote(f.Column)+" FROM "+object.Quote(c.Object.Table)+" WHERE "+object.Quote(f.Column)+" LIKE ? ESCAPE '!'", escape.Replace(before)+"%"+escape.Replace(after))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	highest := int64(0)
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return 0, err
		}
		middle, ok := strings.CutPrefix(s, before)
		if ok {
			middle, ok = strings.CutSuffix(middle, after)
		}
		if n, err := strconv.ParseInt(middle, 10, 64); ok && err == nil && n > highest && n < 1e12 {
			highest = n
		}
	}
	return highest, rows.Err()
}
