package assignment

import "baton/internal/platform/definition"

// Assigns tells whether a policy assigns the records of an object.
func Assigns(s *definition.Snapshot, objectName string) bool {
	for _, p := range definition.All[*Policy](s, Kind) {
		if p.Object.Name == objectName {
			return true
		}
	}
	return false
}
