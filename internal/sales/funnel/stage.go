package funnel

import (
	"context"

	"baton/internal/platform/definition"
	"baton/internal/platform/record"
)

// Stage is the step that keeps the dates of a funnel's records: decided_at is when the record came to be won or lost, empty while it is
// open; contacted_at is when it first came to the second stage. Objects without these fields are left alone.
type Stage struct{}

// Name of the step.
func (Stage) Name() string { return "stage" }

// Apply sets the dates when the stage changes; a date the writer gives itself stands.
func (Stage) Apply(_ context.Context, c *record.Change) error {
	for _, f := range definition.All[*Funnel](c.Snap, Kind) {
		if f.Object.Name != c.Object.Name || !c.Changed(f.Spec.Field) {
			continue
		}
		v := c.New.Get(f.Spec.Field)
		if d, ok := c.Object.Field("decided_at"); ok && !(c.Given[d.Index] && c.New.V[d.Index] != nil) {
			c.New.V[d.Index] = nil
			if f.decided(v) {
				c.New.V[d.Index] = c.At
			}
		}
		if d, ok := c.Object.Field("contacted_at"); ok && v == any(f.Spec.Stages[1]) && c.New.V[d.Index] == nil {
			c.New.V[d.Index] = c.At
		}
	}
	return nil
}
