package intake

import "baton/internal/platform/definition"

// Asks tells whether a channel lets its arrivals be assigned; known is false when there is no such channel.
func Asks(s *definition.Snapshot, channel string) (assign, known bool) {
	c, ok := definition.Get[*Channel](s, Kind, channel)
	return ok && c.Spec.Assign, ok
}
