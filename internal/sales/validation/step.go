package validation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Tie says how another record is the same: surely (the same company), or perhaps (a branch).
type Tie struct {
	Row   *object.Row
	Maybe bool
}

// Step refuses writes that a validation forbids.
type Step struct {
	Access *access.Control
	// Same finds the other records that stand for the same as row.
	Same func(ctx context.Context, q store.Querier, row *object.Row) ([]Tie, error)
	// Identity gives what two writes about the same have in common, so that one waits for the other.
	Identity func(row *object.Row) []string
}

// Name of the step.
func (*Step) Name() string { return "validation" }

// Apply runs on writes of people, programs and files; what engines write stands.
func (s *Step) Apply(ctx context.Context, c *record.Change) error {
	if c.Origin.Engine || c.Op == record.Delete {
		return nil
	}
	for _, v := range definition.All[*Validation](c.Snap, Kind) {
		if v.Object.Name != c.Object.Name {
			continue
		}
		if err := s.check(ctx, c, v); err != nil {
			return err
		}
	}
	return nil
}

func (s *Step) check(ctx context.Context, c *record.Change, v *Validation) error {
	may := v.Spec.Pass != nil && s.Access.Right(c.Snap, c.Actor, v.Spec.Pass.Right)
	if v.Spec.Pass != nil && !may && c.Changed(v.Spec.Pass.Reason) {
		f, _ := c.Object.Field(v.Spec.Pass.Reason)
		return problem.New(problem.Forbidden, "pass_right_needed", "只有财务可以放行“"+v.Title.ZH+"”", problem.Item{Kind: Kind, Name: v.Name, Pointer: "/" + f.Name, Code: "pass_right_needed",
			Message: "“" + f.Title.ZH + "”只能由财务填写", Hint: "请去掉这一项，或交给财务办理"})
	}
	if !v.concerns(c) {
		return nil
	}
	applies, err := v.when.Match(v.envOf(c, c.New))
	if err != nil || !applies || c.New.Text(v.Spec.Same) == "" {
		return err
	}
	of, err := record.ReadRow(ctx, c.Tx, v.Same, c.New.Text(v.Spec.Same))
	if err != nil || of == nil {
		return err
	}
	if err := s.guard(ctx, c, v, of); err != nil {
		return err
	}
	ties, err := s.Same(ctx, c.Tx, of)
	if err != nil {
		return err
	}
	var branch, standing *object.Row
	for _, tie := range append([]Tie{{Row: of}}, ties...) {
		row, err := v.earlier(ctx, c, tie.Row)
		if err != nil {
			return err
		}
		switch {
		case row == nil:
		case !tie.Maybe:
			standing = row
		case branch == nil:
			branch = row
		}
		if standing != nil {
			break
		}
	}
	switch {
	case standing != nil:
		return v.refuse(c, standing, may)
	case branch != nil && v.Spec.Confirm != "":
		if yes, _ := c.New.Int(v.Spec.Confirm); yes == 0 {
			return v.ask(c, branch)
		}
		c.Datum("confirmed", map[string]any{"validation": v.Name, "record": branch.ID()})
	}
	return nil
}

// concerns tells whether the write may make or break the rule: anything that it reads has changed, or the record comes back.
func (v *Validation) concerns(c *record.Change) bool {
	if c.Op != record.Update {
		return true
	}
	names := []string{v.Spec.Same, v.Spec.Time}
	for _, f := range v.when.Fields() {
		names = append(names, f.Name)
	}
	if v.Spec.Confirm != "" {
		names = append(names, v.Spec.Confirm)
	}
	return slices.ContainsFunc(names, c.Changed)
}

func (v *Validation) envOf(c *record.Change, row *object.Row) *condition.Env {
	return &condition.Env{Row: row, Now: time.UnixMilli(c.Now), Zone: c.Env.Zone}
}

// guard makes two nodes that write of the same at the same time wait for one another.
func (s *Step) guard(ctx context.Context, c *record.Change, v *Validation, of *object.Row) error {
	if c.Tx.Dialect() != store.Postgres {
		return nil
	}
	keys := append([]string{"id|" + of.ID()}, s.Identity(of)...)
	slices.Sort(keys)
	for _, k := range keys {
		if _, err := c.Tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "validation|"+v.Name+"|"+k); err != nil {
			return err
		}
	}
	return nil
}

// earlier finds a record of the same that is too near in time, nil for none.
func (v *Validation) earlier(ctx context.Context, c *record.Change, of *object.Row) (*object.Row, error) {
	rows, err := record.FindRows(ctx, c.Tx, c.Object, record.Eq{Field: v.Spec.Same, Value: of.ID()})
	if err != nil {
		return nil, err
	}
	mine := v.day(c, c.New, c.At)
	for _, row := range rows {
		if row.ID() == c.New.ID() {
			continue
		}
		counts, err := v.when.Match(v.envOf(c, row))
		if err != nil {
			return nil, err
		}
		made, _ := row.Int("created_at")
		if counts && near(mine, v.day(c, row, made), v.Spec.Months) {
			return row, nil
		}
	}
	return nil, nil
}

// day is the calendar day, in the workspace's zone, on which a record counts.
func (v *Validation) day(c *record.Change, row *object.Row, otherwise int64) time.Time {
	n, ok := row.Int(v.Spec.Time)
	if f, known := c.Object.Field(v.Spec.Time); ok && known && f.Type.Name() == "date" {
		return time.Unix(n*24*3600, 0).UTC()
	}
	if !ok {
		n = otherwise
	}
	y, m, d := time.UnixMilli(n).In(c.Env.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// near tells whether two days are less than so many months apart, whichever comes first. A month later is the same day of the next month, or
// that month's last.
func near(a, b time.Time, months int) bool {
	if b.Before(a) {
		a, b = b, a
	}
	return b.Before(plusMonths(a, months))
}

func plusMonths(day time.Time, n int) time.Time {
	first := time.Date(day.Year(), day.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(day.Day(), last)-1)
}

// refuse stops the write, unless who may pass it says why.
func (v *Validation) refuse(c *record.Change, standing *object.Row, may bool) error {
	if may && strings.TrimSpace(c.New.Text(v.Spec.Pass.Reason)) != "" {
		c.Datum("passed", map[string]any{"validation": v.Name, "title": v.Title.ZH, "reason": c.New.Text(v.Spec.Pass.Reason), "record": standing.ID()})
		if c.Note == "" {
			c.Note = "放行“" + v.Title.ZH + "”：" + c.New.Text(v.Spec.Pass.Reason)
		}
		return nil
	}
	text := "该" + v.Same.Title.ZH + " " + fmt.Sprint(v.Spec.Months) + " 个月内已有" + v.told(c, standing)
	var instead []string
	for name, raw := range v.Spec.Offer {
		if f, ok := c.Object.Field(name); ok {
			if s, is := raw.(string); is {
				instead = append(instead, "“"+f.Title.ZH+"”改为“"+f.OptionLabel(s)+"”")
			}
		}
	}
	slices.Sort(instead)
	hint := ""
	if len(instead) > 0 {
		hint = "请将" + strings.Join(instead, "、") + "后保存"
	}
	if v.Spec.Pass != nil {
		hint = strings.TrimPrefix(hint+"；确有必要时由财务填写原因放行", "；")
	}
	return problem.New(problem.Conflict, v.Name, text+"，不能再次保存", problem.Item{Kind: Kind, Name: v.Name, Pointer: "/" + v.pointer(), Code: v.Name, Message: text, Hint: hint})
}

// ask stops the write until it says that the branch signs for itself.
func (v *Validation) ask(c *record.Change, standing *object.Row) error {
	f, _ := c.Object.Field(v.Spec.Confirm)
	text := "该" + v.Same.Title.ZH + "的总公司或分公司 " + fmt.Sprint(v.Spec.Months) + " 个月内已有" + v.told(c, standing)
	return problem.New(problem.Conflict, v.Name+"_branch", text+"，请确认", problem.Item{Kind: Kind, Name: v.Name, Pointer: "/" + f.Name, Code: v.Name + "_branch", Message: text,
		Hint: "若由它独立签约，请勾选“" + f.Title.ZH + "”后保存"})
}

// told names the record that stands as far as the actor sees it.
func (v *Validation) told(c *record.Change, standing *object.Row) string {
	day := v.day(c, standing, intOf(standing, "created_at")).Format("2006-01-02")
	if c.Sees(standing) {
		return v.Object.Title.ZH + "“" + c.Object.TitleOf(standing) + "”（" + v.label(c, standing) + day + "）"
	}
	owner := "未分配"
	if id := standing.Owner(); id != "" {
		owner = c.Object.Fields[object.Owner].Type.Words(c.Object.Fields[object.Owner], c.Env, id)
	}
	return "一份" + v.Object.Title.ZH + "（" + v.label(c, standing) + day + "，负责人：" + owner + "）"
}

// label is the value of the field that the offer would change, as the record that stands has it.
func (v *Validation) label(c *record.Change, standing *object.Row) string {
	if f, ok := c.Object.Field(v.pointer()); ok && f.Type.Shape() == object.ChoiceShape {
		return f.Type.Words(f, c.Env, standing.V[f.Index]) + "，"
	}
	return ""
}

// pointer is the field at which the refusal stands: what the offer changes, else the relation.
func (v *Validation) pointer() string {
	names := make([]string, 0, len(v.Spec.Offer))
	for name := range v.Spec.Offer {
		names = append(names, name)
	}
	if len(names) == 0 {
		return v.Spec.Same
	}
	slices.Sort(names)
	return names[0]
}

func intOf(row *object.Row, name string) int64 {
	n, _ := row.Int(name)
	return n
}
