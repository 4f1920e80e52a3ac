package definition

import (
	"context"

	"baton/internal/platform/actor"
)

// PublishOver publishes drafts whoever published since they were made.
func (m *Manager) PublishOver(ctx context.Context, a *actor.Actor, note string, only []Key) (*Revision, error) {
	return m.publish(ctx, a, note, nil, only, true)
}
