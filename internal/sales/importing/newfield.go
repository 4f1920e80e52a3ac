package importing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/pinyin"
	"baton/internal/platform/problem"
	"baton/internal/platform/table"
)

// NewField asks for a field for a column that has none.
type NewField struct {
	Column string `json:"column"`
	Title  string `json:"title,omitempty" doc:"the column's name when empty"`
	Type   string `json:"type,omitempty" doc:"guessed from the cells when empty"`
}

// newTypes are the types a column may become.
var newTypes = []string{"text", "long_text", "integer", "decimal", "money", "date", "datetime", "choice", "phone", "email", "url", "boolean"}

// mayAddFields reports whether an actor may change what an object consists of.
func (m *Importer) mayAddFields(a *actor.Actor) bool {
	snap := m.Writer.Defs.Current()
	return m.Writer.Access.Right(snap, a, "definitions.write") && m.Writer.Access.MayConfigure(snap, a, object.Kind)
}

// addFields publishes an object with the fields asked for and maps their columns to them, on what stands when it comes to it. Problems:
// forbidden, unknown_column, bad_type, drafted (somebody's unpublished change of the object would be lost).
func (m *Importer) addFields(ctx context.Context, o *object.Object, r *Request, head []string, samples [][]string) (*object.Object, error) {
	for attempt := 0; ; attempt++ {
		made, err := m.addFieldsTo(ctx, o, r, head, samples)
		if p := problem.As(err); p == nil || p.Code != "definition_changed" || attempt == 5 {
			return made, err
		}
	}
}

func (m *Importer) addFieldsTo(ctx context.Context, o *object.Object, r *Request, head []string, samples [][]string) (*object.Object, error) {
	if !m.mayAddFields(r.Actor) {
		return nil, problem.New(problem.Forbidden, "forbidden", "你没有权限新建字段", problem.Item{Pointer: "/new_fields", Code: "forbidden", Message: "新建字段要有配置对象的权限", Hint: "请把这些列设为“不导入”，或请管理员、销售总监来导入"})
	}
	m.adding.Lock()
	defer m.adding.Unlock()
	drafts, err := m.Writer.Defs.Drafts(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range drafts {
		if d.Kind == object.Kind && d.Name == o.Name {
			return nil, problem.New(problem.Conflict, "drafted", o.Title.ZH+"有尚未发布的修改，暂时不能新建字段", problem.Item{Pointer: "/new_fields", Code: "drafted", Message: "由 " + d.By + " 保存的草稿还没有发布", Hint: "请先在配置里发布或丢弃草稿，再导入"})
		}
	}
	old, ok := m.Writer.Defs.Current().Definition(object.Kind, o.Name)
	if !ok {
		return nil, gone("对象“" + o.Name + "”")
	}
	var spec map[string]json.RawMessage
	var fields []json.RawMessage
	if err = json.Unmarshal(old.Spec, &spec); err == nil {
		err = json.Unmarshal(spec["fields"], &fields)
	}
	if err != nil {
		return nil, fmt.Errorf("importing: fields of %s: %w", o.Name, err)
	}
	var items []problem.Item
	whole, ok := object.Of(m.Writer.Defs.Current(), o.Name) // with what the actor does not see, and what was added meanwhile
	if !ok {
		return nil, gone("对象“" + o.Name + "”")
	}
	taken, titles := whole.Names(), map[string]bool{}
	for _, f := range whole.Fields {
		titles[object.Fold(f.Title.ZH)] = true
	}
	mapping := map[string]string{}
	var added []string
	for i, n := range r.NewFields {
		at := "/new_fields/" + strconv.Itoa(i)
		f, it := newField(n, head, samples, taken, titles)
		if it != nil {
			it.Pointer = at + it.Pointer
			items = append(items, *it)
			continue
		}
		taken = append(taken, f.Name)
		titles[object.Fold(f.Title.ZH)] = true
		b, err := json.Marshal(f)
		if err != nil {
			return nil, err
		}
		fields = append(fields, b)
		mapping[f.Name] = n.Column
		added = append(added, f.Title.ZH)
	}
	if len(items) > 0 {
		return nil, problem.New(problem.Invalid, "bad_new_fields", fmt.Sprintf("新字段有 %d 处需要修改", len(items)), items...)
	}
	if spec["fields"], err = json.Marshal(fields); err != nil {
		return nil, err
	}
	body, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	next := *old
	next.Spec = body
	if _, err := m.Writer.Defs.Publish(ctx, r.Actor, "导入时新建字段："+strings.Join(added, "、"), []*definition.Definition{&next}, nil); err != nil {
		return nil, err
	}
	r.NewFields = nil
	if len(r.Mapping) == 0 {
		r.Fill = true
		r.Mapping = map[string]string{}
	}
	for f, c := range mapping {
		r.Mapping[f] = c
	}
	return m.object(o.Name, r.Actor)
}

// newField makes a field of a column. It keeps what it cannot read, with a hint: the type is a guess.
func newField(n NewField, head []string, samples [][]string, taken []string, titles map[string]bool) (*object.FieldSpec, *problem.Item) {
	at := slices.Index(head, n.Column)
	if at < 0 {
		return nil, &problem.Item{Pointer: "/column", Code: "unknown_column", Message: "文件里没有“" + n.Column + "”这一列", Hint: definition.Suggest(n.Column, head)}
	}
	title := strings.TrimSpace(n.Title)
	if title == "" {
		title = n.Column
	}
	if r := []rune(title); len(r) > 40 {
		title = string(r[:40])
	}
	if titles[object.Fold(title)] {
		return nil, &problem.Item{Pointer: "/title", Code: "title_taken", Message: "已经有名为“" + title + "”的字段", Hint: "请把这一列对应到它，或换一个名称"}
	}
	cells := make([]string, 0, len(samples))
	for _, row := range unblanked(samples) {
		cells = append(cells, row[at])
	}
	kind, choices := table.Guess(n.Column, cells)
	if n.Type != "" {
		if !slices.Contains(newTypes, n.Type) {
			return nil, &problem.Item{Pointer: "/type", Code: "bad_type", Message: "“" + n.Type + "”不能由一列新建", Hint: definition.Suggest(n.Type, newTypes)}
		}
		if n.Type == "choice" && kind != "choice" {
			choices = distinct(cells)
		}
		kind = n.Type
	}
	f := &object.FieldSpec{Name: speller.Name(object.Fold(title), "field", taken), Title: definition.Text{ZH: title, EN: title}, Type: kind, KeepUnread: true}
	switch kind {
	case "decimal":
		f.Scale = 4
	case "choice":
		f.Open = true
		for _, c := range choices {
			f.Options = append(f.Options, object.Option{Value: c})
		}
	}
	return f, nil
}

func distinct(cells []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, c := range cells {
		c = strings.TrimSpace(c)
		if k := object.Fold(c); c != "" && !seen[k] && len(out) < table.MostChoices {
			seen[k] = true
			out = append(out, c)
		}
	}
	return out
}

var speller = pinyin.New()
