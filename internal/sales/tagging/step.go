package tagging

import (
	"context"
	"slices"
	"strings"
	"time"

	"baton/internal/platform/condition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
)

// Step sets the tag columns inside each write: on create and restore, and whenever a field that a dimension reads has changed. Safe for
// concurrent use.
type Step struct{ plans plans }

// NewStep makes the step.
func NewStep() *Step { return &Step{} }

// Name of the step.
func (s *Step) Name() string { return "tagging" }

// What the decision on a record's tags is kept under.
const decisionOf = "tags"

// batchPrefix marks the writes that tag again after a dimension changed.
const batchPrefix = "retag:"

// Apply derives all dimensions together, so that the kept decision is whole.
func (s *Step) Apply(ctx context.Context, c *record.Change) error {
	if c.Op == record.Delete {
		return nil
	}
	p := s.plans.of(c.Snap, c.Object.Name)
	if p == nil {
		return nil
	}
	again := c.Origin.Engine && strings.HasPrefix(c.Origin.Batch, batchPrefix)
	due := c.Op != record.Update || again || slices.ContainsFunc(p.inputs, func(f *object.Field) bool { return c.Old.V[f.Index] != c.New.V[f.Index] })
	if !due {
		return nil
	}
	env := &condition.Env{Row: c.New, Now: time.UnixMilli(c.Now), Zone: c.Env.Zone, Related: func(name, id string) (*object.Row, error) {
		o, ok := object.Of(c.Snap, name)
		if !ok {
			return nil, nil
		}
		return record.ReadRow(ctx, c.Tx, o, id)
	}}
	outcomes := make([]outcome, len(p.dims))
	changed := false
	for i, d := range p.dims {
		out, err := d.decide(env)
		if err != nil {
			return err
		}
		outcomes[i] = out
		if old := c.New.V[d.Field.Index]; old != out.column() {
			c.New.V[d.Field.Index], changed = out.column(), true
		}
	}
	if again && !changed {
		return nil // the decision that stands gave the same tags
	}
	return c.Decide(ctx, decisionOf, encode(p, outcomes, c.New))
}

// source tells which part of a dimension gave the value.
type source byte

const (
	byRule      source = 'r'
	byBand      source = 'b'
	byUnknown   source = 'u' // the band's field was empty
	byCopy      source = 'c'
	byOtherwise source = 'o'
	byNothing   source = '-'
)

// outcome is one dimension's value and how it came about.
type outcome struct {
	value string
	by    source
	index int // of the rule or edge in the spec
}

func (o outcome) column() any {
	if o.by == byNothing {
		return nil
	}
	return o.value
}

// decide derives the value for env.Row, whose earlier dimensions are set.
func (d *Dimension) decide(env *condition.Env) (outcome, error) {
	for i := range d.rules {
		ok, err := d.rules[i].when.Match(env)
		if err != nil {
			return outcome{}, err
		}
		if ok {
			return outcome{d.rules[i].value, byRule, i}, nil
		}
	}
	if d.bandField != nil {
		if n, ok := env.Row.V[d.bandField.Index].(int64); ok {
			if i, ok := d.band(n); ok {
				return outcome{d.bands[i].value, byBand, d.bands[i].edge}, nil
			}
		}
		if d.Spec.Bands.Unknown != "" {
			return outcome{value: d.Spec.Bands.Unknown, by: byUnknown}, nil
		}
	}
	if d.copyField != nil {
		if s, ok := env.Row.V[d.copyField.Index].(string); ok {
			if v, ok := d.byFold[object.Fold(s)]; ok {
				return outcome{value: v, by: byCopy}, nil
			}
		}
	}
	if d.Spec.Otherwise != nil {
		return outcome{value: *d.Spec.Otherwise, by: byOtherwise}, nil
	}
	return outcome{by: byNothing}, nil
}
