package assignment

import (
	"encoding/json"
	"strconv"
)

// weighted shares records out by the people's weights, evenly spread (smooth weighted round robin): each choice adds everybody's weight to
// their credit, the highest credit gets it and pays the sum. An empty weight is 1; weight 0 gets only what nobody else can take.
type weighted struct{}

func (weighted) Name() string  { return "weighted" }
func (weighted) Title() string { return "按权重" }
func (weighted) remembers()    {}
func (weighted) Needs(*needs)  {}

func credits(s *Selection) map[string]int64 {
	m := map[string]int64{}
	_ = json.Unmarshal([]byte(s.State), &m) // empty at first; written only by Took
	return m
}

func (weighted) Pick(s *Selection) int {
	c := credits(s)
	return s.first(func(i, j int) bool {
		a, b := s.People[i], s.People[j]
		if (a.weight > 0) != (b.weight > 0) {
			return a.weight > 0
		}
		return c[a.id]+a.weight > c[b.id]+b.weight
	})
}

func (weighted) Took(s *Selection, i int) {
	c := credits(s)
	var sum int64
	for _, p := range s.People {
		c[p.id] += p.weight
		sum += p.weight
	}
	c[s.People[i].id] -= sum
	for id, n := range c {
		if n == 0 {
			delete(c, id)
		}
	}
	b, err := json.Marshal(c)
	if err == nil {
		s.State = string(b)
	}
}

const byWeight = "按权重轮到"

func (weighted) tells() (field, without string) { return "weight", byWeight }

func (weighted) Note(s *Selection, i int) string {
	return byWeight + "（权重 " + strconv.FormatInt(s.People[i].weight, 10) + "）"
}
