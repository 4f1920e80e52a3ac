package assignment

import "strconv"

// leastLoaded gives to the person with the fewest open to-dos; among equals to the one whose last record is longest ago.
type leastLoaded struct{}

func (leastLoaded) Name() string   { return "least_loaded" }
func (leastLoaded) Title() string  { return "负载最少" }
func (leastLoaded) Needs(n *needs) { n.load() }

func (leastLoaded) Pick(s *Selection) int {
	return s.first(func(i, j int) bool {
		if a, b := s.Load(i), s.Load(j); a != b {
			return a < b
		}
		return s.Turn(i) < s.Turn(j)
	})
}

func (leastLoaded) Took(*Selection, int) {}

func (leastLoaded) Note(s *Selection, i int) string {
	return "未完成待办最少（" + strconv.FormatFloat(s.Load(i), 'f', -1, 64) + "）"
}
