package assignment

import "strconv"

// highestWinRate gives to the person who wins most in the record's industry over the last 30 days; without decided records last; among
// equals to the one whose last record is longest ago.
type highestWinRate struct{}

func (highestWinRate) Name() string   { return "highest_win_rate" }
func (highestWinRate) Title() string  { return "胜率最高" }
func (highestWinRate) Needs(n *needs) { n.rate() }

func (highestWinRate) Pick(s *Selection) int {
	return s.first(func(i, j int) bool {
		a, okA := s.Rate(i)
		b, okB := s.Rate(j)
		switch {
		case okA != okB:
			return okA
		case okA && a != b:
			return a > b
		}
		return s.Turn(i) < s.Turn(j)
	})
}

func (highestWinRate) Took(*Selection, int) {}

func (highestWinRate) Note(s *Selection, i int) string {
	v, ok := s.Rate(i)
	if !ok {
		return "近30天都没有定局的线索，最久没有分到"
	}
	return "近30天成交率最高（" + strconv.FormatFloat(float64(int64(v*1000+0.5))/10, 'f', -1, 64) + "%）"
}
