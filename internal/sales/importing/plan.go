package importing

import (
	"fmt"
	"slices"
	"time"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/reader"
	"baton/internal/platform/table"
)

// plan says how rows become records.
type plan struct {
	Columns []column `json:"columns"`
	// When is the index of the column that holds the instant, -1 for none; At is the one instant for all rows in ms, 0 for now.
	When      int              `json:"when"`
	WhenOrder reader.DateOrder `json:"when_order,omitempty"`
	WhenName  string           `json:"when_name,omitempty"`
	At        int64            `json:"at,omitempty"`
}

// column is a field and where its value stands.
type column struct {
	Field string           `json:"field"`
	Index int              `json:"index"`
	Name  string           `json:"name"`
	Order reader.DateOrder `json:"order,omitempty"` // of dates such as 3/4/2026, as the column's other cells prove
}

// plan checks the mapping, or proposes one. Columns that are to become fields are left out.
func (m *Importer) plan(o *object.Object, r Request, head []string, samples [][]string) (plan, error) {
	p := plan{When: -1}
	var items []problem.Item
	taken := map[int]bool{}
	names := make([]string, 0, len(r.Mapping))
	for n := range r.Mapping {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, name := range names {
		f, known := o.Field(name)
		if !known || !fillable(f) {
			items = append(items, problem.Item{Pointer: "/mapping/" + name, Code: "unknown_field", Message: o.Title.ZH + "没有可导入的字段“" + name + "”", Hint: definition.Suggest(name, fillableNames(o))})
			continue
		}
		i := slices.Index(head, r.Mapping[name])
		if i < 0 {
			items = append(items, problem.Item{Pointer: "/mapping/" + name, Code: "unknown_column", Message: "文件里没有“" + r.Mapping[name] + "”这一列", Hint: definition.Suggest(r.Mapping[name], head)})
			continue
		}
		taken[i] = true
		p.Columns = append(p.Columns, column{Field: f.Name, Index: i, Name: head[i]})
	}
	for _, n := range r.NewFields {
		if i := slices.Index(head, n.Column); i >= 0 {
			taken[i] = true
		}
	}
	if len(r.Mapping) == 0 || r.Fill {
		for _, match := range propose(o, head, samples) {
			filled := slices.ContainsFunc(p.Columns, func(c column) bool { return c.Field == match.Field })
			if match.Field != "" && !filled && !taken[match.Index] {
				p.Columns = append(p.Columns, column{Field: match.Field, Index: match.Index, Name: head[match.Index]})
			}
		}
	}
	if err := m.when(&p, r.Options.HappenedAt, head, samples); err != nil {
		items = append(items, *err)
	}
	if len(items) > 0 {
		return p, problem.New(problem.Invalid, "bad_mapping", fmt.Sprintf("导入的设置有 %d 处需要修改", len(items)), items...)
	}
	if len(p.Columns) == 0 && (len(r.NewFields) == 0 || r.Trial) {
		return p, problem.New(problem.Invalid, "no_columns", "没有一列对应"+o.Title.ZH+"的字段", problem.Item{Pointer: "/mapping", Code: "no_columns", Message: "表头里认不出任何字段", Hint: "请为至少一列指定字段"})
	}
	for i := range p.Columns {
		p.Columns[i].Order = orderOf(samples, p.Columns[i].Index)
	}
	return p, nil
}

func (m *Importer) when(p *plan, text string, head []string, samples [][]string) *problem.Item {
	if text == "" {
		return nil
	}
	if p.When = slices.Index(head, text); p.When >= 0 {
		p.WhenOrder, p.WhenName = orderOf(samples, p.When), text
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		if t, err = reader.DateTime(text, m.Writer.Env.Zone); err != nil {
			return &problem.Item{Pointer: "/options/happened_at", Code: "unreadable_time", Message: "“" + text + "”既不是时间，也不是文件里的一列", Hint: "请写 2026-11-24T09:00:00+08:00，或表头里的列名"}
		}
	}
	if t.After(m.Writer.Clock.Now().Add(time.Minute)) {
		return &problem.Item{Pointer: "/options/happened_at", Code: "in_the_future", Message: "发生时间不能晚于现在", Hint: "请改为过去的时间，或留空"}
	}
	p.At = t.UnixMilli()
	return nil
}

func orderOf(samples [][]string, i int) reader.DateOrder {
	cells := make([]string, 0, len(samples))
	for _, row := range samples {
		if i < len(row) {
			cells = append(cells, row[i])
		}
	}
	return reader.OrderOf(cells)
}

// propose matches columns to fields by name, alias and content.
func propose(o *object.Object, head []string, samples [][]string) []table.Matched {
	return table.Match(head, unblanked(samples), fieldsOf(o))
}

func fillableNames(o *object.Object) []string {
	var out []string
	for _, f := range o.Fields {
		if fillable(f) {
			out = append(out, f.Name)
		}
	}
	return out
}
