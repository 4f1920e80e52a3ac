package record

import (
	"context"

	"baton/internal/platform/access"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

// Reach lets the conditions of roles look at other records, where a row is judged in memory: what a role opens is the company's decision and
// asks for nobody's rights.
func Reach(c *access.Control, db *store.DB, defs *definition.Manager) {
	c.Related = func(name, id string) (*object.Row, error) {
		o, ok := object.Of(defs.Current(), name)
		if !ok {
			return nil, nil
		}
		return ReadRow(context.Background(), db, o, id)
	}
	c.Children = func(name, field, id string) ([]*object.Row, error) {
		o, ok := object.Of(defs.Current(), name)
		if !ok {
			return nil, nil
		}
		return FindRows(context.Background(), db, o, Eq{Field: field, Value: id})
	}
}
