package query

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
)

// Cell names one number of a result.
type Cell struct {
	// Keys are the values of dimensions as the result shows them; a dimension that is missing is not limited.
	Keys map[string]any `json:"keys,omitempty"`
	// Measure is one of the query's. The records are those the number is made of; of a ratio, all it is a share of.
	Measure string `json:"measure"`
	// Numerator asks for a ratio's numerator instead.
	Numerator bool `json:"numerator,omitempty"`
}

// Rows gives the records behind a number, newest first, by cursor. Over a history each record comes once. limit is 1–500, 50 when zero.
func (e *Engine) Rows(ctx context.Context, ask Ask, cell Cell, limit int, cursor string) (*record.Page, error) {
	if limit == 0 {
		limit = 50
	}
	if limit < 1 || limit > 500 {
		return nil, invalid("/limit", "out_of_range", "每页条数为 1 到 500", "")
	}
	p, err := e.plan(ctx, &ask)
	if err != nil {
		return nil, err
	}
	from, where, err := p.cell(cell)
	if err != nil {
		return nil, err
	}
	o := p.en.Base
	alias := "t"
	text := "SELECT " + record.SelectColumns(o, alias) + " FROM " + from.b.String() + " WHERE " + where.b.String()
	if p.en.history != nil {
		alias = "r"
		text = "SELECT " + record.SelectColumns(o, alias) + " FROM " + object.Quote(o.Table) + ` r WHERE r."id" IN (SELECT t."record" FROM ` + from.b.String() + " WHERE " + where.b.String() + ")"
	}
	args := append(from.args, where.args...)
	if cursor != "" {
		id, err := base64.RawURLEncoding.DecodeString(cursor)
		if err != nil || len(id) == 0 {
			return nil, problem.New(problem.Invalid, "invalid_cursor", "翻页标记无效", problem.Item{Pointer: "/cursor", Code: "invalid", Message: "翻页标记无效", Hint: "从第一页重新开始"})
		}
		text, args = text+" AND "+alias+`."id" < ?`, append(args, string(id))
	}
	text += " ORDER BY " + alias + `."id" DESC LIMIT ?`
	rows, err := e.r.DB.Query(ctx, text, append(args, limit+1)...)
	if err != nil {
		return nil, fmt.Errorf("query: %w: %s", err, text)
	}
	defer rows.Close()
	page := &record.Page{Object: o}
	for rows.Next() {
		row, err := record.ScanRow(o, rows.Scan)
		if err != nil {
			return nil, err
		}
		page.Rows = append(page.Rows, row)
	}
	if len(page.Rows) > limit {
		page.Rows = page.Rows[:limit]
		page.Next = base64.RawURLEncoding.EncodeToString([]byte(page.Rows[limit-1].ID()))
	}
	return page, rows.Err()
}

// cell writes FROM and WHERE of one number.
func (p *plan) cell(cell Cell) (from, where *sqlPart, err error) {
	i := slices.IndexFunc(p.measures, func(m *Measure) bool { return m.Name == cell.Measure })
	if i < 0 {
		var known []string
		for _, m := range p.measures {
			known = append(known, m.Name)
		}
		return from, where, invalid("/cell/measure", "unknown_measure", "这个查询里没有指标“"+cell.Measure+"”", orList(definition.Suggest(cell.Measure, known), known))
	}
	m := p.measures[i]
	if from, where, err = p.rows(i); err != nil {
		return from, where, err
	}
	if m.Field != nil {
		where.put(" AND t." + object.Quote(m.Field.Column) + " IS NOT NULL")
	}
	if cell.Numerator && m.numerator != nil {
		text, args, err := m.numerator.SQL(p.e.r.DB.Dialect(), "t", p.env)
		if err != nil {
			return from, where, err
		}
		where.put(" AND "+text, args...)
	}
	for _, name := range slices.Sorted(maps.Keys(cell.Keys)) {
		j := slices.IndexFunc(p.dims, func(d *dimension) bool { return d.name == name })
		pointer := "/cell/keys/" + strings.ReplaceAll(name, "/", "~1")
		if j < 0 {
			return from, where, invalid(pointer, "unknown_dimension", "这个查询没有按“"+name+"”分组", "")
		}
		where.put(" AND ")
		if err := p.dims[j].cell(p.e.r.Env, cell.Keys[name], where); err != nil {
			return from, where, invalid(pointer, "bad_value", err.Error(), "")
		}
	}
	return from, where, nil
}
