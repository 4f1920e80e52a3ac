package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
)

// Step keeps the stages of all pipelines inside each write.
type Step struct{}

// Name of the step.
func (Step) Name() string { return "pipeline" }

// Apply refuses a stage whose fields are not filled in, keeps the dates and the chance of the stage, and hands the stage on.
func (Step) Apply(ctx context.Context, c *record.Change) error {
	if c.Op == record.Delete {
		return nil
	}
	for _, p := range definition.All[*Pipeline](c.Snap, Kind) {
		if p.Object.Name == c.Object.Name {
			if err := p.keep(ctx, c); err != nil {
				return err
			}
		}
		if p.Followed != nil && p.Followed.Name == c.Object.Name {
			if err := p.take(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// asks tells whose writes must fill in what a stage asks for: people, programs and files; what the demo or another engine tells stands.
func asks(o record.Origin) bool { return o.Kind == "person" || o.Kind == "api" || o.Kind == "import" }

func (p *Pipeline) keep(ctx context.Context, c *record.Change) error {
	s := p.stage(c.New.V[p.Field.Index])
	if s == nil {
		return nil
	}
	changed := c.Changed(p.Spec.Field)
	if asks(c.Origin) {
		if err := p.missing(c, s, changed); err != nil {
			return err
		}
	}
	if !changed {
		return nil
	}
	given := func(name string) bool {
		f, ok := c.Object.Field(name)
		return !ok || c.Given[f.Index] && c.New.V[f.Index] != nil
	}
	if p.Spec.Entered != "" && !given(p.Spec.Entered) {
		c.New.Set(p.Spec.Entered, c.At)
	}
	if p.Spec.Closed != "" && !given(p.Spec.Closed) {
		if c.New.Set(p.Spec.Closed, nil); s.Outcome != "" {
			c.New.Set(p.Spec.Closed, c.At)
		}
	}
	if p.Spec.Probability != "" && !given(p.Spec.Probability) {
		if err := c.Put(p.Spec.Probability, fmt.Sprint(s.Probability)); err != nil {
			return err
		}
	}
	return p.handOn(ctx, c, s)
}

// missing refuses the stage at the fields it asks for: all when it is newly come to, else those that this write empties.
func (p *Pipeline) missing(c *record.Change, s *Stage, changed bool) error {
	var items []problem.Item
	var names []string
	for _, name := range s.Required {
		f, ok := c.Object.Field(name)
		if !ok || c.New.V[f.Index] != nil || !changed && (c.Old == nil || c.Old.V[f.Index] == nil) {
			continue
		}
		names = append(names, f.Title.ZH)
		items = append(items, problem.Item{Pointer: "/" + f.Name, Code: "required", Message: "“" + p.Field.OptionLabel(s.Value) + "”阶段要填写“" + f.Title.ZH + "”"})
	}
	if len(items) == 0 {
		return nil
	}
	return problem.New(problem.Invalid, "stage_requires", "进入“"+p.Field.OptionLabel(s.Value)+"”要先填写："+strings.Join(names, "、"), items...)
}

// handOn moves the record that this one grew from, when it points back here.
func (p *Pipeline) handOn(ctx context.Context, c *record.Change, s *Stage) error {
	f := p.Spec.Follow
	if f == nil || s.Follow == "" || c.Old == nil {
		return nil
	}
	id := c.New.Text(f.Relation)
	if id == "" {
		return nil
	}
	row, err := record.ReadRow(ctx, c.Tx, p.Followed, id)
	if err != nil || row == nil || row.V[object.DeletedAt] != nil || row.Text(f.Back) != c.New.ID() || row.Text(f.Field) == s.Follow {
		return err
	}
	c.Append(record.Write{Op: record.Update, Object: p.Followed.Name, ID: id, Values: map[string]any{f.Field: s.Follow},
		Note: c.Object.Title.ZH + "“" + c.Object.TitleOf(c.New) + "”到了“" + p.Field.OptionLabel(s.Value) + "”"})
	return nil
}

// take is the other side: a record that comes to point to one here takes its stage from it, and from then on nobody sets it by hand.
func (p *Pipeline) take(ctx context.Context, c *record.Change) error {
	f := p.Spec.Follow
	id := c.New.Text(f.Back)
	if id == "" || c.Old == nil {
		return nil
	}
	if c.Changed(f.Back) {
		row, err := record.ReadRow(ctx, c.Tx, p.Object, id)
		if err != nil || row == nil {
			return err
		}
		if s := p.stage(row.V[p.Field.Index]); s != nil && s.Follow != "" {
			return c.Put(f.Field, s.Follow)
		}
		return nil
	}
	if c.Changed(f.Field) && c.Origin.ByHand() {
		title := p.Followed.Title.ZH
		return problem.New(problem.Invalid, "follows", "这条"+title+"已转化，阶段跟随"+p.Object.Title.ZH, problem.Item{Pointer: "/" + f.Field, Code: "follows",
			Message: "已转化，阶段跟随" + p.Object.Title.ZH + "，不能直接修改", Hint: "请在" + p.Object.Title.ZH + "里推进阶段"})
	}
	return nil
}

// Start proposes the stage at which a record made from another begins: the first whose followed value the other has, else the first that is
// still open. ok is false where no pipeline joins the two.
func Start(s *definition.Snapshot, from *object.Row, made string) (field, value string, ok bool) {
	for _, p := range definition.All[*Pipeline](s, Kind) {
		if p.Object.Name != made || p.Followed == nil || p.Followed.Name != from.Object.Name {
			continue
		}
		at := slices.IndexFunc(p.Spec.Stages, func(st Stage) bool {
			return st.Follow != "" && st.Follow == from.Text(p.Spec.Follow.Field) && st.Outcome != Lost
		})
		if at < 0 {
			at = slices.IndexFunc(p.Spec.Stages, func(st Stage) bool { return st.Outcome == "" })
		}
		return p.Spec.Field, p.Spec.Stages[max(at, 0)].Value, true // where none is open the first has to do
	}
	return "", "", false
}
