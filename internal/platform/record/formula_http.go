package record

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/formula"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// FormulaHTTP helps to write formulas: what may be named, and what a text comes to.
type FormulaHTTP struct{ Reader *Reader }

// Routes lists the module's routes with their rights.
func (h *FormulaHTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/formulas/{object}", Right: "definitions.read", Summary: "What a formula of an object may name: fields and functions"}, h.words)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/formulas/{object}", Right: "definitions.read", Summary: "Check a formula and compute it for sample records; writes nothing"}, h.check)
}

type formulaIn struct {
	Object string `path:"object"`
}

func (h *FormulaHTTP) object(ctx context.Context, name string) (*object.Object, map[string]bool, error) {
	a, snap := actor.From(ctx), h.Reader.Defs.Current()
	o, ok := object.Of(snap, name)
	if !ok || h.Reader.Access.Scope(snap, a, name, access.Read).Nothing() {
		return nil, nil, NoSuchObject(snap, h.Reader.Access, a, name)
	}
	return o, h.Reader.Access.Hidden(snap, a, o.Name), nil
}

func (h *FormulaHTTP) words(ctx context.Context, in *formulaIn) (*Body, error) {
	o, hidden, err := h.object(ctx, in.Object)
	if err != nil {
		return nil, err
	}
	fields := []map[string]any{}
	for i, x := range o.Operands() {
		f := o.Fields[i]
		if hidden[f.Name] || f.Hidden || x.Unfit != "" {
			continue
		}
		fields = append(fields, map[string]any{"name": f.Name, "title": f.Title, "type": f.Type.Name(), "is": x.Type.String(), "options": x.Options, "computed": f.Computed()})
	}
	return &Body{Status: 200, Body: map[string]any{"fields": fields, "functions": formula.Functions(), "results": object.FormulaResults(),
		"limits": map[string]int{"characters": formula.MaxLength, "items": formula.MaxNodes, "depth": formula.MaxDepth},
		"rules":  "空的字段参与计算或比较，结果为空；空的条件算不成立；除以零结果为空并有提示；min、max、sum、concat 跳过空值；四舍五入到结果字段的小数位"}}, nil
}

type formulaCheckIn struct {
	Object  string `path:"object"`
	RawBody []byte
}

// samples is how many records a formula is computed for.
const samples = 5

func (h *FormulaHTTP) check(ctx context.Context, in *formulaCheckIn) (*Body, error) {
	var b struct {
		Formula string          `json:"formula"`
		Result  string          `json:"result"`
		Scale   int             `json:"scale"`
		Field   string          `json:"field"`
		Spec    json.RawMessage `json:"spec"`
	}
	if err := problem.ReadJSON(in.RawBody, &b, true); err != nil {
		return nil, err
	}
	if b.Scale < 0 || b.Scale > 8 {
		return nil, problem.New(problem.Invalid, "out_of_range", "小数位数为 0 到 8", problem.Item{Pointer: "/scale", Code: "out_of_range", Message: "小数位数为 0 到 8"})
	}
	a := actor.From(ctx)
	if _, stands := object.Of(h.Reader.Defs.Current(), in.Object); !stands && len(b.Spec) > 0 {
		return h.checkNew(in.Object, b.Spec, b.Formula, b.Result, b.Scale, b.Field)
	}
	o, hidden, err := h.object(ctx, in.Object)
	if err != nil {
		return nil, err
	}
	standing := o
	if len(b.Spec) > 0 { // the object as it is being edited
		next, _ := h.Reader.Defs.Try([]*definition.Definition{{Kind: object.Kind, Name: o.Name, Title: o.Title, Spec: b.Spec}})
		if edited, ok := object.Of(next, o.Name); ok {
			o, hidden = edited, maps.Clone(hidden)
			for _, f := range edited.Fields { // called otherwise it would be the same values
				if was, ok := standing.Field(f.Name); ok && hidden[was.Name] {
					hidden[f.Name] = true
				}
			}
		}
	}
	t := o.TryFormula(b.Formula, b.Result, b.Scale, b.Field, hidden)
	out := []map[string]any{}
	page, err := h.Reader.List(ctx, a, List{Object: standing.Name, Limit: samples})
	if err != nil {
		return nil, err
	}
	for _, row := range page.Rows {
		if v, words, hint, ok := t.Value(row.In(o), h.Reader.Env); ok {
			s := map[string]any{"id": row.ID(), "title": titleSeen(row, hidden), "value": v, "words": words}
			if hint != nil {
				s["hint"] = hint.Message
			}
			out = append(out, s)
		}
	}
	return tried(t, out), nil
}

// checkNew checks a formula of an object that is being made: there are no records yet to compute it for.
func (h *FormulaHTTP) checkNew(name string, spec json.RawMessage, text, result string, scale int, field string) (*Body, error) {
	next, _ := h.Reader.Defs.Try([]*definition.Definition{{Kind: object.Kind, Name: name, Title: definition.Text{ZH: name}, Spec: spec}})
	o, ok := object.Of(next, name)
	if !ok {
		return nil, problem.New(problem.Invalid, "bad_spec", "对象还读不懂", problem.Item{Pointer: "/spec", Code: "bad_spec", Message: "对象还读不懂，公式没有检查", Hint: "先改好对象的其他问题"})
	}
	return tried(o.TryFormula(text, result, scale, field, nil), []map[string]any{}), nil
}

func tried(t *object.FormulaTrial, samples []map[string]any) *Body {
	problems := []problem.Item{}
	for _, is := range t.Issues {
		pos := is.Position
		problems = append(problems, problem.Item{Pointer: "/formula", Code: is.Code, Message: is.Message, Hint: is.Hint, Position: &pos})
	}
	body := map[string]any{"problems": problems, "words": t.Words, "reads": t.Reads, "samples": samples, "is": t.Type.String()}
	if t.Reads == nil {
		body["reads"] = []string{}
	}
	return &Body{Status: 200, Body: body}
}

// titleSeen is a row's title unless it is hidden.
func titleSeen(row *object.Row, hidden map[string]bool) string {
	if slices.ContainsFunc([]string{row.Object.Spec.TitleField, "name", "company", "title"}, func(n string) bool { return hidden[n] }) {
		return row.ID()
	}
	return row.Object.TitleOf(row)
}
