package record

import (
	"context"

	"baton/internal/platform/object"
)

// takeOwner gives a row of an object with owner_from the owner of the record it belongs to.
func (c *Change) takeOwner(ctx context.Context) error {
	from := c.Object.Spec.OwnerFrom
	if from == "" || c.Op == Delete || c.Op == Restore || c.Old != nil && !c.Changed(from) {
		return nil
	}
	f, ok := c.Object.Field(from)
	if !ok {
		return nil
	}
	id, _ := c.New.V[f.Index].(string)
	var of *object.Row
	if c.parent != nil && c.parent.Object.Name == f.TargetOf() && c.parent.New.ID() == id {
		of = c.parent.New
	} else if o, ok := object.Of(c.Snap, f.TargetOf()); ok && id != "" {
		var err error
		if of, err = ReadRow(ctx, c.Tx, o, id); err != nil {
			return err
		}
	}
	c.New.V[object.Owner], c.New.V[object.OrgUnit] = nil, nil
	if of != nil {
		c.New.V[object.Owner], c.New.V[object.OrgUnit] = of.V[object.Owner], of.V[object.OrgUnit]
	}
	return nil
}

// passOwner hands a new owner on to the rows that take theirs from this record. They leave no event of their own: this record's tells it.
func (c *Change) passOwner(ctx context.Context) error {
	if c.Old == nil || c.Old.V[object.Owner] == c.New.V[object.Owner] {
		return nil
	}
	for _, o := range object.All(c.Snap) {
		if o.Spec.OwnerFrom == "" {
			continue
		}
		f, ok := o.Field(o.Spec.OwnerFrom)
		if !ok || f.TargetOf() != c.Object.Name {
			continue
		}
		if _, err := c.Tx.Exec(ctx, "UPDATE "+object.Quote(o.Table)+" SET "+object.Quote("owner")+" = ?, "+object.Quote("org_unit")+" = ? WHERE "+object.Quote(f.Column)+" = ?",
			c.New.V[object.Owner], c.New.V[object.OrgUnit], c.New.ID()); err != nil {
			return err
		}
	}
	return nil
}
