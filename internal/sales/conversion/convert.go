package conversion

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/google/uuid"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Tie is a standing record that is, or may be, the same as the one to be made. Code says that both have the same credit code.
type Tie struct {
	Row  *object.Row
	By   string
	Code bool
}

// Engine converts. Safe for concurrent use.
type Engine struct {
	Writer *record.Writer
	// Same finds standing records that are the same company as a row not yet stored.
	Same func(ctx context.Context, q store.Querier, row *object.Row) ([]Tie, error)
	// Start proposes the stage at which a made record begins.
	Start func(s *definition.Snapshot, from *object.Row, made string) (field, value string, ok bool)
}

// Choice is what becomes of one part: made with these values, a standing record taken, or left out.
type Choice struct {
	Attach string         `json:"attach,omitempty" doc:"id of the standing record to take"`
	Skip   bool           `json:"skip,omitempty"`
	Values map[string]any `json:"values,omitempty" doc:"what is to differ from the preview"`
}

// madeOf is what a conversion keeps for being taken back.
type madeOf struct {
	Made   []madeRecord   `json:"made"`
	Before map[string]any `json:"before"`
}

type madeRecord struct {
	Object string `json:"object"`
	ID     string `json:"id"`
}

const decisionOf = "convert"

func forbidden(what string) error {
	return problem.New(problem.Forbidden, "forbidden", "你没有权限"+what, problem.Item{Code: "forbidden", Message: "需要相应的角色", Hint: "请联系主管或销售总监"})
}

// open finds the conversion and the record, which the actor must be able to change.
func (e *Engine) open(ctx context.Context, q store.Querier, a *actor.Actor, objectName, id string) (*Conversion, *object.Row, error) {
	s := e.Writer.Defs.Current()
	o, ok := object.Of(s, objectName)
	acc := e.Writer.Access
	if !ok || acc.Scope(s, a, objectName, access.Read).Nothing() {
		return nil, nil, record.NoSuchObject(s, acc, a, objectName)
	}
	c := Of(s, o.Name)
	if c == nil {
		return nil, nil, problem.New(problem.Conflict, "no_conversion", o.Title.ZH+"没有配置转化")
	}
	row, err := record.ReadRow(ctx, q, o, id)
	if err != nil {
		return nil, nil, err
	}
	if row == nil || row.V[object.DeletedAt] != nil || !acc.Scope(s, a, o.Name, access.Read).Allows(row) {
		return nil, nil, record.NotFound(o)
	}
	if !acc.Scope(s, a, o.Name, access.Update).Allows(row) {
		return nil, nil, forbidden("转化这条" + o.Title.ZH)
	}
	return c, row, nil
}

// ready refuses what cannot be converted now.
func (e *Engine) ready(c *Conversion, row *object.Row) error {
	if row.Text(c.done()) != "" {
		who := ""
		if f, ok := c.Object.Field(c.Spec.By); ok && row.V[f.Index] != nil {
			who = "由 " + f.Type.Words(f, e.Writer.Env, row.V[f.Index]) + " "
		}
		return problem.New(problem.Conflict, "already_converted", "这条"+c.Object.Title.ZH+"已"+who+"转化", problem.Item{Code: "already_converted", Message: "已" + who + "转化", Hint: "刷新页面查看转化出的记录"})
	}
	if row.Owner() == "" {
		return problem.New(problem.Conflict, "no_owner", "这条"+c.Object.Title.ZH+"还没有负责人", problem.Item{Code: "no_owner", Message: "公海里的" + c.Object.Title.ZH + "不能转化", Hint: "请先领取或分配"})
	}
	return nil
}

// Convert makes what the record grows into and links all of it, in one write. Parts without a choice are made as previewed.
func (e *Engine) Convert(ctx context.Context, a *actor.Actor, objectName, id string, version int64, choices map[string]Choice) (*object.Row, error) {
	var out *object.Row
	err := e.Writer.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		s := e.Writer.Defs.Current()
		if o, ok := object.Of(s, objectName); ok {
			if err := record.Lock(ctx, tx, o, id); err != nil {
				return err
			}
		}
		c, row, err := e.open(ctx, tx, a, objectName, id)
		if err != nil {
			return err
		}
		if err := e.ready(c, row); err != nil {
			return err
		}
		if err := e.known(ctx, tx, s, a, c, choices); err != nil {
			return err
		}
		links, kept := map[string]any{}, madeOf{Before: map[string]any{}}
		for _, m := range c.Makes {
			choice := choices[m.Object.Name]
			switch {
			case choice.Skip && m.Optional:
				continue
			case choice.Skip:
				return problem.New(problem.Invalid, "not_optional", "“"+m.Object.Title.ZH+"”不能省略", problem.Item{Pointer: "/" + m.Object.Name + "/skip", Code: "not_optional", Message: "不能省略"})
			case choice.Attach != "":
				if err := e.attach(ctx, tx, s, a, m, choice.Attach); err != nil {
					return err
				}
				links[m.Link] = choice.Attach
				continue
			}
			made, err := e.make(ctx, tx, s, a, row, m, choice.Values, links)
			if err != nil {
				return under(err, m.Object.Name)
			}
			links[m.Link] = made.ID()
			kept.Made = append(kept.Made, madeRecord{m.Object.Name, made.ID()})
		}
		values := maps.Clone(links)
		now := object.Instant(e.Writer.Clock.Milli())
		for name, v := range map[string]any{c.Spec.Converted: true, c.Spec.At: now, c.Spec.By: a.Self()} {
			if name != "" {
				values[name] = v
			}
		}
		if values[c.Spec.By] == "" {
			delete(values, c.Spec.By)
		}
		w := record.Write{Op: record.Update, Object: c.Object.Name, ID: id, Version: version, What: "convert", Values: values, Data: map[string]any{"made": kept.Made, "links": links}}
		done, err := e.Writer.In(ctx, tx, record.Request{Actor: a, Origin: record.ByHand(a), Writes: []record.Write{w}})
		if err != nil {
			return err
		}
		out = done[0].Row
		for _, f := range c.Object.Fields {
			if !f.System && f.Name != "due_at" && row.V[f.Index] != out.V[f.Index] { // a countdown that was over does not run again
				kept.Before[f.Name] = f.Type.JSON(f, e.Writer.Env, row.V[f.Index])
			}
		}
		body, err := json.Marshal(kept)
		if err != nil {
			return err
		}
		return record.Decide(ctx, tx, s.Revision, c.Object.Name, id, decisionOf, e.Writer.Clock.Milli(), body)
	})
	return out, err
}

// under puts a part's name before the pointers of a problem.
func under(err error, part string) error {
	p := problem.As(err)
	if p == nil {
		return err
	}
	c := *p
	c.Items = slices.Clone(p.Items)
	for i := range c.Items {
		c.Items[i].Pointer = "/" + part + c.Items[i].Pointer
	}
	return &c
}

// known refuses choices that the conversion does not offer this actor: the given values are written with the rights of the engine.
func (e *Engine) known(ctx context.Context, q store.Querier, s *definition.Snapshot, a *actor.Actor, c *Conversion, choices map[string]Choice) error {
	var names []string
	for _, m := range c.Makes {
		names = append(names, m.Object.Name)
	}
	for name, choice := range choices {
		i := slices.Index(names, name)
		if i < 0 {
			return problem.New(problem.Invalid, "invalid_conversion", "没有“"+name+"”这一项", problem.Item{Pointer: "/" + name, Code: "unknown_part", Message: "没有“" + name + "”这一项", Hint: definition.Suggest(name, names)})
		}
		m := c.Makes[i]
		may := e.mayGive(s, a, m)
		for field, raw := range choice.Values {
			f, ok := m.Object.Field(field)
			if !ok || !slices.Contains(may, f.Name) {
				return problem.New(problem.Invalid, "invalid_conversion", "转化时不能填写“"+field+"”", problem.Item{Pointer: "/" + name + "/" + field, Code: "unknown_field", Message: "转化时不能填写“" + field + "”", Hint: definition.Suggest(field, may)})
			}
			if err := e.refers(ctx, q, s, a, name, f, raw); err != nil {
				return err
			}
		}
	}
	return nil
}

// mayGive lists the fields of a part that the actor may fill in: those offered that are neither the system's nor hidden from the actor.
func (e *Engine) mayGive(s *definition.Snapshot, a *actor.Actor, m *Made) []string {
	hidden, out := e.Writer.Access.Hidden(s, a, m.Object.Name), []string{}
	for _, f := range m.Object.Fields {
		if m.offers(f.Name) && !f.ReadOnly && !hidden[f.Name] {
			out = append(out, f.Name)
		}
	}
	return out
}

// refers checks a given reference as a write by hand would; what cannot be read is left to the write to refuse.
func (e *Engine) refers(ctx context.Context, q store.Querier, s *definition.Snapshot, a *actor.Actor, part string, f *object.Field, raw any) error {
	if f.TargetOf() == "" {
		return nil
	}
	p, _ := record.Parse(f, e.Writer.Env, raw)
	id, given := p.Value.(string)
	if !given {
		return nil
	}
	if ok, err := e.Writer.Reaches(ctx, q, s, a, f.TargetOf(), id); err != nil || ok {
		return err
	}
	text := "“" + f.Title.ZH + "”指向的记录不存在，或者你无权查看"
	return problem.New(problem.Invalid, "invalid_conversion", text, problem.Item{Pointer: "/" + part + "/" + f.Name, Code: "unknown_reference", Message: text, Hint: "请重新选择"})
}

// attach checks a standing record that is to be taken: the actor must see it.
func (e *Engine) attach(ctx context.Context, tx *store.Tx, s *definition.Snapshot, a *actor.Actor, m *Made, id string) error {
	row, err := record.ReadRow(ctx, tx, m.Object, id)
	if err != nil {
		return err
	}
	if !m.Attach || row == nil || row.V[object.DeletedAt] != nil || !e.Writer.Access.Scope(s, a, m.Object.Name, access.Read).Allows(row) {
		return problem.New(problem.Invalid, "invalid_conversion", "不能关联到这条"+m.Object.Title.ZH, problem.Item{Pointer: "/" + m.Object.Name + "/attach", Code: "unknown_reference", Message: "这条" + m.Object.Title.ZH + "不存在，或者你无权查看", Hint: "请重新选择"})
	}
	return nil
}

// make creates one part: the proposed values, over them the given ones, the owner and the tags of the record.
func (e *Engine) make(ctx context.Context, tx *store.Tx, s *definition.Snapshot, a *actor.Actor, row *object.Row, m *Made, given map[string]any, links map[string]any) (*object.Row, error) {
	if !e.Writer.Access.May(s, a, m.Object.Name, func(r access.Rule) bool { return r.Create }) {
		return nil, forbidden("新建" + m.Object.Title.ZH)
	}
	values := e.values(s, row, m)
	maps.Copy(values, given)
	draft, err := e.draft(m.Object, values)
	if err != nil {
		return nil, err
	}
	if m.Attach {
		if err := e.unknown(ctx, tx, s, a, m, draft); err != nil {
			return nil, err
		}
	}
	for field, link := range m.Links {
		if id, ok := links[link]; ok {
			values[field] = id
		}
	}
	if m.Back != "" {
		values[m.Back] = row.ID()
	}
	values["owner"] = row.Owner()
	for _, f := range m.Object.Fields {
		if f.TagDimension == "" {
			continue
		}
		for _, from := range row.Object.Fields {
			if from.TagDimension == f.TagDimension && row.V[from.Index] != nil {
				values[f.Name] = row.V[from.Index]
			}
		}
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	out, err := e.Writer.In(ctx, tx, record.Request{Actor: a, Origin: record.ByHand(a), Writes: []record.Write{{Op: record.Create, Object: m.Object.Name, ID: id.String(), Values: values,
		Note: "由" + row.Object.Title.ZH + "“" + row.Object.TitleOf(row) + "”转化"}}})
	if err != nil {
		return nil, err
	}
	return out[0].Row, nil
}

// values are those proposed, with the stage it begins at.
func (e *Engine) values(s *definition.Snapshot, row *object.Row, m *Made) map[string]any {
	values := m.proposed(e.Writer.Env, row)
	if e.Start != nil {
		if field, value, ok := e.Start(s, row, m.Object.Name); ok {
			values[field] = value
		}
	}
	return values
}

// draft reads values into a row that is not stored; unreadable ones are left to the write to refuse.
func (e *Engine) draft(o *object.Object, values map[string]any) (*object.Row, error) {
	row := object.NewRow(o)
	for name, raw := range values {
		if f, ok := o.Field(name); ok {
			if p, err := record.Parse(f, e.Writer.Env, raw); err == nil {
				row.V[f.Index] = p.Value
			}
		}
	}
	return row, nil
}

// unknown refuses to make a second record of one credit code.
func (e *Engine) unknown(ctx context.Context, q store.Querier, s *definition.Snapshot, a *actor.Actor, m *Made, draft *object.Row) error {
	ties, err := e.Same(ctx, q, draft)
	if err != nil {
		return err
	}
	for _, tie := range ties {
		if !tie.Code {
			continue
		}
		text, hint := "已有同一信用代码的"+m.Object.Title.ZH+"“"+m.Object.TitleOf(tie.Row)+"”", "请关联到它"
		if !e.Writer.Access.Scope(s, a, m.Object.Name, access.Read).Allows(tie.Row) {
			text, hint = "同一信用代码的"+m.Object.Title.ZH+"已由 "+e.ownerOf(tie.Row)+" 负责", "请与对方或主管联系"
		}
		return problem.New(problem.Conflict, "duplicate", text, problem.Item{Code: "duplicate", Message: text, Hint: hint})
	}
	return nil
}

func (e *Engine) ownerOf(row *object.Row) string {
	if row.Owner() == "" {
		return "未分配"
	}
	f := row.Object.Fields[object.Owner]
	return f.Type.Words(f, e.Writer.Env, row.Owner())
}
