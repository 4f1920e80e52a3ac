package demo

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Days of history and leads in them.
const (
	historyDays = 180
	leadCount   = 2400
	// meanQuoted is what every team's mean of completed stays in 方案报价 comes to.
	meanQuoted = 4.2 * 24 * 3600
)

// journey is the whole life of one lead, in seconds from the start of history.
type journey struct {
	company, name, phone, email, source, industry, region, line, note string
	budget                                                            any
	owner                                                             *person // nil: still in the pool
	created, assigned, contacted, quoted, decided                     int64   // 0 = not reached
	won                                                               bool
	amount                                                            int64 // yuan
	stay                                                              float64
}

// plan makes all journeys; end is the length of history in seconds. The same seed gives the same journeys for every anchor.
func plan(ps []person) []*journey {
	r := rand.New(rand.NewPCG(20261124, 42))
	reps := map[string][]*person{}
	for i := range ps {
		if ps[i].role == "rep" {
			region := map[byte]string{'e': "east", 's': "south", 'n': "north"}[ps[i].unit[0]]
			reps[region] = append(reps[region], &ps[i])
		}
	}
	end := int64(historyDays * 24 * 3600)
	var out []*journey
	for i := range leadCount {
		j := newLead(r, i, end)
		region := []string{"east", "east", "east", "south", "south", "north"}[r.IntN(6)]
		if region == "north" || r.IntN(5) == 0 {
			region = []string{"north", "north", "east"}[r.IntN(3)]
		}
		cities := citiesOf[region]
		j.region = cities[r.IntN(len(cities))]
		j.company = lastWord(j.region) + j.company
		live(r, j, pick(r, reps[region], j.industry), end)
		out = append(out, j)
	}
	balance(out, end)
	return out
}

func lastWord(region string) string {
	rs := []rune(region)
	return string(rs[len(rs)-2:])
}

func newLead(r *rand.Rand, i int, end int64) *journey {
	ind := industries[[]int{0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5}[r.IntN(12)]]
	j := &journey{industry: ind, line: lineOf[ind]}
	sfx := suffixes[ind]
	j.company = brands[r.IntN(len(brands))] + brands[r.IntN(len(brands))][:3] + sfx[r.IntN(len(sfx))]
	j.name = surnames[r.IntN(len(surnames))] + given[r.IntN(len(given))]
	if r.IntN(3) == 0 {
		j.name = surnames[r.IntN(len(surnames))] + titles[r.IntN(len(titles))]
	}
	j.phone = fmt.Sprintf("1%d%09d", 3+2*r.IntN(4), 100_000_000+i*360_001%900_000_000)
	if r.IntN(4) == 0 {
		j.email = fmt.Sprintf("contact%04d@example.com", i)
	}
	w := r.IntN(100)
	for _, s := range sources {
		if w -= s.weight; w < 0 {
			j.source = s.name
			break
		}
	}
	switch r.IntN(10) {
	case 0, 1, 2:
		// no budget given
	case 3, 4:
		j.budget = fmt.Sprintf("%d.%d万", 1+r.IntN(4), r.IntN(10))
	case 5, 6, 7, 8:
		j.budget = fmt.Sprintf("%d万", 5+r.IntN(16))
	default:
		j.budget = fmt.Sprintf("%d万", 21+r.IntN(60))
	}
	if r.IntN(3) == 0 {
		j.note = notes[r.IntN(len(notes))]
	}
	// Leads come in office hours, a little more each month.
	day := int64(float64(historyDays) * (1 - (1-r.Float64())*(1-0.15*r.Float64())))
	day = min(day, historyDays-1)
	j.created = min(day*86400+int64(9*3600+r.IntN(9*3600)), end-60)
	return j
}

// pick gives a lead to a rep of the region, mostly to one who knows the industry.
func pick(r *rand.Rand, reps []*person, industry string) *person {
	var fit []*person
	for _, p := range reps {
		if p.industries[0] == industry || p.industries[1] == industry {
			fit = append(fit, p)
		}
	}
	if len(fit) > 0 && r.IntN(10) < 9 {
		return fit[r.IntN(len(fit))]
	}
	return reps[r.IntN(len(reps))]
}

// live draws how far the lead came and when. Hand assignment took 8.2 hours in the mean before Baton.
func live(r *rand.Rand, j *journey, owner *person, end int64) {
	j.assigned = j.created + int64((0.2+16*r.Float64())*3600)
	if j.assigned >= end || end-j.created < 3*86400 && r.IntN(4) == 0 {
		j.assigned = 0
		return
	}
	j.owner = owner
	j.contacted = j.assigned + int64((0.5+60*r.Float64()*r.Float64())*3600)
	if j.contacted >= end || r.Float64() > 0.62 && end-j.created < 20*86400 {
		j.contacted = 0
		return
	}
	if r.Float64() > 0.52 { // no need after the first talk
		if r.IntN(2) == 0 {
			if j.decided = j.contacted + int64((1+9*r.Float64())*86400); j.decided >= end-2*86400 {
				j.decided = 0
			}
		}
		return
	}
	j.quoted = j.contacted + int64((1.5+8*r.Float64())*86400)
	if j.quoted >= end {
		j.quoted = 0
		return
	}
	win := 0.35
	for k, ind := range owner.industries {
		if ind == j.industry {
			win = owner.skill - 0.12*float64(k)
		}
	}
	j.won = r.Float64() < win
	j.amount = int64(5+r.IntN(30)) * 10_000
	j.stay = owner.tempo * (0.4 + 9*r.Float64()*(0.4+0.6*r.Float64())) * 86400
	if float64(j.quoted)+j.stay*1.5 < float64(end-86400) && r.IntN(12) > 0 {
		j.decided = j.quoted + int64(j.stay)
	}
}

// balance stretches the completed stays in 方案报价 of each team so that their mean is meanQuoted to the second; each team's rest (seconds) is put
// on its oldest lead.
func balance(js []*journey, end int64) {
	byTeam := map[string][]*journey{}
	for _, j := range js {
		if j.quoted > 0 && j.decided > 0 {
			byTeam[j.owner.unit] = append(byTeam[j.owner.unit], j)
		}
	}
	for _, team := range byTeam {
		sum := 0.0
		for _, j := range team {
			sum += j.stay
		}
		factor := meanQuoted * float64(len(team)) / sum
		want, total := int64(meanQuoted)*int64(len(team)), int64(0)
		oldest := team[0]
		for _, j := range team {
			j.decided = min(j.quoted+int64(j.stay*factor), end-3600)
			total += j.decided - j.quoted
			if j.decided < oldest.decided {
				oldest = j
			}
		}
		oldest.decided += want - total
	}
}

// at gives the instant of a second of history.
func at(start time.Time, s int64) int64 { return start.Add(time.Duration(s) * time.Second).UnixMilli() }
