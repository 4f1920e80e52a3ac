package record

import (
	"context"
	"fmt"
	"slices"
	"time"

	"baton/internal/platform/condition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/rule"
)

// rules refuses a record that lacks what is required or meets a check. What is required always is so for every origin; conditions count for
// who enters, by hand, by program or by file, not for what engines write. A standing record is asked only about what the write touches.
func (c *Change) rules(ctx context.Context) error {
	if c.Op == Delete {
		return nil
	}
	rules := rule.Of(c.Object)
	var env *condition.Env
	if rules != nil {
		env = c.ruleEnv(ctx)
		if err := c.takeOwner(ctx); err != nil {
			return err
		}
		if err := c.StampUnit(); err != nil {
			return err
		}
	}
	var items []problem.Item
	if c.Op != Restore {
		for i, f := range c.Object.Fields {
			if c.New.V[i] != nil {
				continue
			}
			need, err := c.needs(rules, f, env)
			if err != nil {
				return err
			}
			if need {
				items = append(items, problem.Item{Pointer: "/" + f.Name, Code: "required", Message: "请填写“" + f.Title.ZH + "”"})
			}
		}
	}
	required := len(items)
	if rules != nil && !c.Origin.Engine {
		for _, k := range rules.Checks {
			if c.Op == Update && !c.touches(k.When) {
				continue
			}
			holds, err := k.When.Match(env)
			if err != nil {
				return err
			}
			if holds {
				items = append(items, c.refusal(k))
			}
		}
	}
	switch {
	case len(items) == 0:
		return nil
	case required == 0 && len(items) == 1:
		return problem.New(problem.Invalid, "invalid_record", items[0].Message+"，没有保存", items...)
	case required == len(items):
		return problem.New(problem.Invalid, "invalid_record", fmt.Sprintf("有 %d 处必填，没有保存", required), items...)
	}
	return problem.New(problem.Invalid, "invalid_record", fmt.Sprintf("有 %d 处不符合要求，没有保存", len(items)), items...)
}

// needs tells whether an empty field has to be filled in by this write.
func (c *Change) needs(rules *rule.Rules, f *object.Field, env *condition.Env) (bool, error) {
	given := c.Old == nil || c.Given[f.Index]
	r := rules.Field(f)
	if r == nil || c.Origin.Engine && r.Visible == nil {
		return f.Required && given, nil
	}
	if r.Visible != nil {
		shown, err := r.Visible.Match(env)
		if err != nil || !shown {
			return false, err
		}
		given = given || !c.Origin.Engine && c.touches(r.Visible)
	}
	if f.Required || r.Required == nil || c.Origin.Engine {
		return f.Required && given, nil
	}
	if !given && !c.touches(r.Required) {
		return false, nil
	}
	return r.Required.Match(env)
}

// touches tells whether a write changes a field that a condition reads.
func (c *Change) touches(cond *condition.Cond) bool {
	return slices.ContainsFunc(cond.Fields(), func(f *object.Field) bool { return f.Object == c.Object.Name && c.Changed(f.Name) })
}

// refusal says what a check refuses; what it looked at is told only to who may see all of it.
func (c *Change) refusal(k *rule.Check) problem.Item {
	it := problem.Item{Kind: object.Kind, Name: c.Object.Name, Code: "check:" + k.Spec.Name, Message: k.Spec.Message, Hint: "不能保存的情形：" + k.When.Words()}
	if k.At != nil && !c.hides(k.At) {
		it.Pointer = "/" + k.At.Name
	}
	for _, f := range k.When.Fields() {
		if !c.Origin.Engine && c.writer.Access.Hidden(c.Snap, c.Actor, f.Object)[f.Name] {
			it.Hint = ""
		}
	}
	return it
}

func (c *Change) ruleEnv(ctx context.Context) *condition.Env {
	return &condition.Env{Row: c.New, Refs: map[string]*object.Row{"record": c.New}, Now: time.UnixMilli(c.Now), Zone: c.Env.Zone,
		Related: func(name, id string) (*object.Row, error) {
			o, ok := object.Of(c.Snap, name)
			if !ok {
				return nil, nil
			}
			return ReadRow(ctx, c.Tx, o, id)
		}}
}
