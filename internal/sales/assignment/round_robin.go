package assignment

import "sort"

// roundRobin gives to the next person by id after the one who got the branch's last record.
type roundRobin struct{}

func (roundRobin) Name() string  { return "round_robin" }
func (roundRobin) Title() string { return "轮询" }
func (roundRobin) remembers()    {}
func (roundRobin) Needs(*needs)  {}

func (roundRobin) Pick(s *Selection) int {
	i := sort.Search(len(s.People), func(i int) bool { return s.People[i].id > s.State })
	if i == len(s.People) {
		return 0
	}
	return i
}

func (roundRobin) Took(s *Selection, i int) { s.State = s.People[i].id }

func (roundRobin) Note(*Selection, int) string { return "按顺序轮到" }
