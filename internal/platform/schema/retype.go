package schema

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/job"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// What becomes of values that the new type cannot read.
const (
	Keep   = "keep"   // the field is empty there, the text stays as a hint
	Refuse = "refuse" // the change ends, and nothing is changed
)

// RetypeAsk says what a field is to be.
type RetypeAsk struct {
	Preview bool            `json:"preview,omitempty" doc:"only say what would convert"`
	Type    string          `json:"type"`
	Scale   int             `json:"scale,omitempty"`
	Options []object.Option `json:"options,omitempty"`
	Open    bool            `json:"open,omitempty"`
	Max     int             `json:"max,omitempty"`
	Unread  string          `json:"unread,omitempty" enum:"keep,refuse" doc:"values that cannot be read: keep them as hints, or refuse the change (the default)"`
}

// Example is a value with what becomes of it.
type Example struct {
	ID     string `json:"id"`
	Value  string `json:"value"`
	Reason string `json:"reason"`
	Hint   string `json:"hint,omitempty"`
}

// Preview says what a change of type would do.
type Preview struct {
	Values   int64     `json:"values" doc:"that were looked at"`
	Converts int64     `json:"converts"`
	Unread   int64     `json:"unread"`
	Whole    bool      `json:"whole" doc:"false where only the first values were looked at"`
	Examples []Example `json:"examples" doc:"at most 20 that cannot be read"`
	// Problems are places of other definitions that would not hold with the new type.
	Problems []problem.Item `json:"problems"`
	HoldsMS  int64          `json:"holds_ms" doc:"how long writes are held on SQLite for the field's indexes"`
}

const (
	mostExamples = 20
	mostLooked   = 500_000
	lookLength   = 4 * time.Second
)

// fixed types hold what is not written as one value, or what others keep: they neither change nor are changed to.
func fixed(t object.Type) bool {
	return t.Shape() == object.OpaqueShape && t.Name() != "rich_text" || t.Name() == "relation" || t.Name() == "auto_number" || t.Name() == "formula" || t.Name() == "rollup"
}

// target checks what is asked and gives the field as it would be.
func (s *Schema) target(o *object.Object, d *definition.Definition, name string, ask RetypeAsk) (f, next *object.Field, err error) {
	f, ok := o.Field(name)
	if !ok || f.System {
		return nil, nil, notFound("“"+o.Title.ZH+"”没有可以更改的字段“"+name+"”", definition.Suggest(name, o.Names()))
	}
	wrong := func(pointer, code, message, hint string) error {
		return problem.New(problem.Invalid, "invalid_retype", message, problem.Item{Pointer: pointer, Code: code, Message: message, Hint: hint})
	}
	t, ok := object.TypeOf(ask.Type)
	switch {
	case !ok:
		return nil, nil, wrong("/type", "unknown_type", "没有“"+ask.Type+"”这种字段类型", definition.Suggest(ask.Type, object.TypeNames()))
	case fixed(f.Type), fixed(t), t.Shape() == object.RefShape:
		return nil, nil, wrong("/type", "not_possible", "“"+f.Title.ZH+"”不能从 "+f.Type.Name()+" 改成 "+t.Name(), "请新建一个字段")
	case f.TagDimension != "":
		return nil, nil, wrong("/type", "not_possible", "标签维度的字段不能更改类型", "请改标签维度")
	case f.Retype != nil:
		return nil, nil, refused("retype_running", "", "“"+f.Title.ZH+"”的类型正在更改", "等它完成，或先取消")
	case ask.Unread != "" && ask.Unread != Keep && ask.Unread != Refuse:
		return nil, nil, wrong("/unread", "unknown_choice", "unread 只能是 keep 或 refuse", "")
	case t.Name() == f.Type.Name() && t.Scale(f) == ask.Scale && len(ask.Options) == 0:
		return nil, nil, wrong("/type", "same_type", "“"+f.Title.ZH+"”已经是这种类型", "")
	}
	r := object.Retype{Type: ask.Type, Scale: ask.Scale, Options: ask.Options, Open: ask.Open, Max: ask.Max, Gen: f.Gen + 1, Unread: ask.Unread}
	if r.Unread == "" {
		r.Unread = Refuse
	}
	next = f.As(t, r)
	next.Retype = &r
	return f, next, nil
}

// afterwards is the object's definition as it will stand.
func afterwards(d *definition.Definition, f *object.Field, r *object.Retype) (*definition.Definition, error) {
	set := map[string]any{"type": r.Type, "id": f.ID, "gen": r.Gen, "retype": nil, "scale": nil, "options": nil, "open": nil, "max": nil}
	if r.Scale > 0 {
		set["scale"] = r.Scale
	}
	if len(r.Options) > 0 {
		set["options"] = r.Options
	}
	if r.Open {
		set["open"] = true
	}
	if r.Max > 0 {
		set["max"] = r.Max
	}
	next, err := object.WithField(d, f.ID, set)
	if err == nil {
		next.Revision = 0
	}
	return next, err
}

// LookAhead says what a change of type would do, and changes nothing. All values count; the examples are those that the actor may see.
func (s *Schema) LookAhead(ctx context.Context, a *actor.Actor, name, field string, ask RetypeAsk) (*Preview, error) {
	o, d, err := serving(s.Defs.Current(), name)
	if err != nil {
		return nil, err
	}
	f, next, err := s.target(o, d, field, ask)
	if err != nil {
		return nil, err
	}
	p := &Preview{Examples: []Example{}, Problems: []problem.Item{}, Whole: true}
	after, err := afterwards(d, f, next.Retype)
	if err != nil {
		return nil, err
	}
	if _, problems := s.Defs.Try([]*definition.Definition{after}); problems != nil {
		p.Problems = problems
	}
	until := time.Now().Add(lookLength)
	for at := ""; ; {
		rows, err := record.Values(ctx, s.DB, o, f, at, 1000, false)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			p.Values++
			v := record.Convert(f, next, s.Writer.Env, r.Value)
			if v.Err == nil {
				p.Converts++
				continue
			}
			p.Unread++
			if len(p.Examples) < 50*mostExamples {
				p.Examples = append(p.Examples, Example{r.ID, short(v.Text), v.Err.Message, v.Err.Hint})
			}
		}
		if len(rows) < 1000 {
			break
		}
		at = rows[len(rows)-1].ID
		if p.Values >= mostLooked || time.Now().After(until) {
			p.Whole = false
			break
		}
	}
	if p.Examples, err = s.seen(ctx, a, o, f, p.Examples); err != nil {
		return nil, err
	}
	n, err := object.CountRows(ctx, s.DB, o, mostRows)
	if err != nil {
		return nil, err
	}
	for _, ix := range o.Indexes() {
		if slices.Contains(ix.Fields, f) {
			p.HoldsMS += s.holds(n)
		}
	}
	return p, nil
}

// seen picks the first examples that the actor may see.
func (s *Schema) seen(ctx context.Context, a *actor.Actor, o *object.Object, f *object.Field, all []Example) ([]Example, error) {
	out := []Example{}
	snap := s.Defs.Current()
	if s.Writer.Access.Hidden(snap, a, o.Name)[f.Name] {
		return out, nil
	}
	ids := make([]string, len(all))
	for i, x := range all {
		ids[i] = x.ID
	}
	rows, err := record.ReadRows(ctx, s.DB, o, ids)
	if err != nil {
		return nil, err
	}
	scope := s.Writer.Access.Scope(snap, a, o.Name, access.Read)
	for _, x := range all {
		if row := rows[x.ID]; row != nil && scope.Allows(row) && len(out) < mostExamples {
			out = append(out, x)
		}
	}
	return out, nil
}

func short(s string) string {
	if r := []rune(s); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return s
}

type retypeArgs struct {
	Object string          `json:"object"`
	Field  string          `json:"field"` // its id
	Title  string          `json:"title"`
	Spec   json.RawMessage `json:"spec"` // of the field as it was
	Retype object.Retype   `json:"retype"`
}

// Retype begins to change a field's type. From here on every write fills both columns.
func (s *Schema) Retype(ctx context.Context, a *actor.Actor, name, field string, ask RetypeAsk) (string, error) {
	o, d, err := serving(s.Defs.Current(), name)
	if err != nil {
		return "", err
	}
	f, next, err := s.target(o, d, field, ask)
	if err != nil {
		return "", err
	}
	if err := s.undrafted(ctx, o.Name); err != nil {
		return "", err
	}
	after, err := afterwards(d, f, next.Retype)
	if err != nil {
		return "", err
	}
	if _, problems := s.Defs.Try([]*definition.Definition{after}); len(problems) > 0 {
		return "", problem.New(problem.Invalid, "definitions_invalid", fmt.Sprintf("更改类型后有 %d 处配置不再成立", len(problems)), problems...)
	}
	var id string
	_, err = s.Defs.Amend(ctx, a, "开始更改“"+f.Title.ZH+"”的类型", func(ctx context.Context, tx *store.Tx, now *definition.Snapshot) ([]*definition.Definition, error) {
		o, d, err := serving(now, o.Name)
		if err != nil {
			return nil, err
		}
		f, next, err := s.target(o, d, field, ask)
		if err != nil {
			return nil, err
		}
		r := *next.Retype
		for {
			there, _, err := object.HasColumn(ctx, tx, o, next)
			if err != nil {
				return nil, err
			}
			if !there {
				break
			}
			r.Gen++
			next = f.As(next.Type, r)
		}
		spec, err := json.Marshal(f.FieldSpec)
		if err != nil {
			return nil, err
		}
		if err := object.AddColumn(ctx, tx, o, next); err != nil {
			return nil, err
		}
		if err := s.fault("start"); err != nil {
			return nil, err
		}
		total, err := object.CountRows(ctx, tx, o, mostRows)
		if err != nil {
			return nil, err
		}
		args := retypeArgs{Object: o.Name, Field: f.ID, Title: f.Title.ZH, Spec: spec, Retype: r}
		if id, err = s.Jobs.Add(ctx, tx, job.New{Kind: kindRetype, Title: "更改“" + o.Title.ZH + "”的字段“" + f.Title.ZH + "”的类型", Args: args, Actor: a, Total: total}); err != nil {
			return nil, err
		}
		r.Job = id
		marked, err := object.WithField(d, f.ID, map[string]any{"id": f.ID, "retype": r})
		if err != nil {
			return nil, err
		}
		return []*definition.Definition{marked}, nil
	})
	return id, err
}

// Cancel ends a change of type that has not been carried out yet; what it had done is taken back.
func (s *Schema) Cancel(ctx context.Context, a *actor.Actor, name, field string) error {
	_, err := s.Defs.Amend(ctx, a, "取消更改类型", func(_ context.Context, _ *store.Tx, now *definition.Snapshot) ([]*definition.Definition, error) {
		o, d, err := serving(now, name)
		if err != nil {
			return nil, err
		}
		f, ok := o.Field(field)
		if !ok || f.Retype == nil {
			return nil, refused("not_running", "", "这个字段没有正在更改类型", "")
		}
		without, err := object.WithField(d, f.ID, map[string]any{"retype": nil})
		if err != nil {
			return nil, err
		}
		return []*definition.Definition{without}, nil
	})
	return err
}

func (s *Schema) fault(stage string) error {
	if s.Fault == nil {
		return nil
	}
	return s.Fault(stage)
}
