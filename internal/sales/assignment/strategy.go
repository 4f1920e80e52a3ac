package assignment

import (
	"baton/internal/platform/condition"
	"baton/internal/platform/query"
)

// Strategy orders the candidates of a branch. Stateless; what it must remember between records it keeps in Selection.State.
type Strategy interface {
	// Name as written in definitions; Title in Chinese.
	Name() string
	Title() string
	// Needs asks for the figures it reads.
	Needs(n *needs)
	// Pick gives the position of the best of the people left; there is at least one.
	Pick(s *Selection) int
	// Took is told who got the record, among the same people as the first Pick saw less those whose cap was found full.
	Took(s *Selection, i int)
	// Note says in Chinese why the chosen one came first; may be empty.
	Note(s *Selection, i int) string
}

// Selection is a choice under way.
type Selection struct {
	People []*candidate // still eligible, by id
	// State is the branch's memory, written back when changed.
	State string

	b     *branch
	turns *turns
}

// rememberer marks strategies that use Selection.State.
type rememberer interface{ remembers() }

// teller marks strategies whose Note tells a field of the person; without says the same without it.
type teller interface {
	tells() (field, without string)
}

// candidate is a person who passed the filters, with the branch's figures as seen.
type candidate struct {
	*rep
	seen   []seenFigure
	passed bool // the branch's where
	lost   bool // a cap was found full when it came to take the place
	chosen bool
}

// seenFigure is a figure as seen; has is false where the question itself had no answer (the record's industry is empty).
type seenFigure struct {
	query.Figure
	has bool
}

// value is a figure in its measure's unit; ok is false for "—".
func (c *candidate) value(b *branch, figure int) (float64, bool) {
	if figure < 0 || !c.seen[figure].has {
		return 0, false
	}
	return b.figures[figure].m.Value(c.seen[figure].Figure)
}

// Load is a person's open to-dos, 0 when there is no figure.
func (s *Selection) Load(i int) float64 {
	v, _ := s.People[i].value(s.b, s.b.load)
	return v
}

// Rate is a person's win rate; ok is false when nothing was decided.
func (s *Selection) Rate(i int) (v float64, ok bool) { return s.People[i].value(s.b, s.b.rate) }

// Turn grows with each record a person gets; 0 for none yet.
func (s *Selection) Turn(i int) int64 { return s.turns.of(s.People[i].id).turn }

// first gives the position that no other goes before; equals keep the order of id.
func (s *Selection) first(before func(i, j int) bool) int {
	best := 0
	for i := 1; i < len(s.People); i++ {
		if before(i, best) {
			best = i
		}
	}
	return best
}

// needs is how a strategy asks for figures while its branch is compiled.
type needs struct {
	c  *compiler
	at string
	br *branch
}

// The measures strategies read.
const (
	openTodos = "open_todos"
	winRate   = "win_rate"
)

func (n *needs) load() {
	if m, ok := query.Of(n.c.b.Snapshot, openTodos); ok && m.Spec.Kept != nil && len(m.Spec.Kept.Dims) > 0 {
		n.br.load = n.c.figure(n.at, n.br, openTodos, map[string]any{m.Spec.Kept.Dims[0]: condition.Ref("candidate.id")}, nil)
		return
	}
	n.missing(openTodos)
}

// rate is the win rate of the last 30 days in the record's industry, where the record has such a field; where it is empty, in the industry
// that the record is tagged with.
func (n *needs) rate() {
	m, ok := query.Of(n.c.b.Snapshot, winRate)
	if !ok || m.Spec.Kept == nil || len(m.Spec.Kept.Dims) == 0 {
		n.missing(winRate)
		return
	}
	keys := map[string]any{m.Spec.Kept.Dims[0]: condition.Ref("candidate.id")}
	if d := m.Spec.Kept.Dims; len(d) > 1 {
		if _, ok := n.c.p.Object.Field(d[1]); ok {
			keys[d[1]] = condition.Ref(n.c.p.Object.Name + "." + d[1])
		}
	}
	asked := len(n.br.figures)
	n.br.rate = n.c.figure(n.at, n.br, winRate, keys, &condition.Period{Last: 30, Unit: "day"})
	if n.br.rate < 0 || len(m.Spec.Kept.Dims) < 2 {
		return
	}
	f := n.br.figures[n.br.rate]
	for _, tag := range n.c.p.Object.Fields {
		if tag.TagDimension != m.Spec.Kept.Dims[1] || f.second.record == nil {
			continue
		}
		f.second.otherwise = tag
		n.c.read(tag.Name)
		if n.br.rate < asked { // a condition asks it as written
			n.br.rate = asked
			n.br.figures = append(n.br.figures, f)
		}
		n.br.figures[n.br.rate] = f
		break
	}
}

func (n *needs) missing(name string) {
	n.c.b.Problem(n.at, "needs_measure", "这个策略要用指标“"+name+"”，它不存在或没有随写入保持", "先定义该指标，或换一种策略")
}

// strategies lists them in the order a builder offers them.
func strategies() []Strategy {
	return []Strategy{roundRobin{}, leastLoaded{}, highestWinRate{}, weighted{}}
}

func strategyOf(name string) (Strategy, bool) {
	for _, s := range strategies() {
		if s.Name() == name {
			return s, true
		}
	}
	return nil, false
}

func strategyNames() []string {
	var out []string
	for _, s := range strategies() {
		out = append(out, s.Name())
	}
	return out
}
