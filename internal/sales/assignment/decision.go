package assignment

import (
	"encoding/binary"
	"errors"
	"fmt"

	"baton/internal/platform/object"
	"baton/internal/platform/query"
)

// What the decision on a record's owner is kept under.
const decisionOf = "owner"

// verdict is what a decision came to.
type verdict byte

const (
	assigned verdict = iota + 1
	pooled
	given // an owner was named at the creation
	claimed
	transferred
	returned // to the pool
)

// decision is why a record is whose it is. What was seen is kept as numbers (some bytes for a candidate); words are made when asked.
type decision struct {
	kind     verdict
	policy   string
	roster   string // hash; candidates are positions in it
	person   string
	from, by string // previous owner, and who decided, where a person did
	reason   string
	note     string // why the chosen one came first
	seen     []seenField
	branches []*tried

	// read back: positions in the policy's branches and in the roster stand for the pointers
	kept []keptBranch
}

// seenField is a value of the record that the policy reads.
type seenField struct {
	name  string
	value any
}

func (h *choice) seen() []seenField {
	out := make([]seenField, 0, len(h.p.inputs))
	for _, f := range h.p.inputs {
		if v := h.c.New.V[f.Index]; v != nil {
			out = append(out, seenField{f.Name, v})
		}
	}
	return h.seenBeyond(out)
}

type keptBranch struct {
	index      int // in the spec
	matched    bool
	considered int
	excluded   [filters]int
	candidates []keptCandidate
	keep       keep
}

type keptCandidate struct {
	pos                  int
	passed, lost, chosen bool
	seen                 []seenFigure
}

// Version 2 adds to each matched branch what became of the owner of the record's customer.
const decisionVersion = 2

const (
	flagPassed = 1 << iota
	flagLost
	flagChosen
)

func (d *decision) encode() []byte {
	size := 96
	for _, t := range d.branches {
		size += 12 + len(t.candidates)*(2+3*len(t.b.figures))
	}
	b := make([]byte, 0, size)
	b = append(b, decisionVersion, byte(d.kind))
	for _, s := range []string{d.policy, d.roster, d.person, d.from, d.by, d.reason, d.note} {
		b = putText(b, s)
	}
	b = binary.AppendUvarint(b, uint64(len(d.seen)))
	for _, s := range d.seen {
		b = putText(b, s.name)
		switch v := s.value.(type) {
		case int64:
			b = append(b, 'i')
			b = binary.AppendVarint(b, v)
		case string:
			b = append(b, 's')
			b = putText(b, v)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(d.branches)))
	for _, t := range d.branches {
		b = binary.AppendUvarint(b, uint64(t.b.index))
		if !t.matched {
			b = append(b, 0)
			continue
		}
		b = append(b, 1, byte(t.keep.came))
		if t.keep.came != keepNobody {
			b = putText(b, t.keep.person)
		}
		b = binary.AppendUvarint(b, uint64(t.considered))
		for _, n := range t.excluded {
			b = binary.AppendUvarint(b, uint64(n))
		}
		b = binary.AppendUvarint(b, uint64(len(t.candidates)))
		b = binary.AppendUvarint(b, uint64(len(t.b.figures)))
		at := 0
		for _, c := range t.candidates {
			b = binary.AppendUvarint(b, uint64(c.pos-at))
			at = c.pos
			flags := byte(0)
			if c.passed {
				flags |= flagPassed
			}
			if c.lost {
				flags |= flagLost
			}
			if c.chosen {
				flags |= flagChosen
			}
			b = append(b, flags)
			for _, f := range c.seen {
				if !f.has {
					b = binary.AppendUvarint(b, 0)
					continue
				}
				b = binary.AppendUvarint(b, uint64(f.D)+1)
				b = binary.AppendVarint(b, f.N)
			}
		}
	}
	return b
}

// keepTook tells that the owner of the record's customer came first; of a decision read back.
func (d *decision) keepTook() bool {
	n := len(d.kept)
	return d.kind == assigned && n > 0 && d.kept[n-1].keep.came == keepTook
}

func putText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

var errDecision = errors.New("assignment: a kept decision cannot be read")

// scanner reads what encode wrote; after the first failure it gives zeros and keeps the error.
type scanner struct {
	b   []byte
	err error
}

func (s *scanner) byte() byte {
	if len(s.b) == 0 {
		s.err = errDecision
		return 0
	}
	c := s.b[0]
	s.b = s.b[1:]
	return c
}

func (s *scanner) uint() uint64 {
	v, n := binary.Uvarint(s.b)
	if n <= 0 {
		s.err, s.b = errDecision, nil
		return 0
	}
	s.b = s.b[n:]
	return v
}

func (s *scanner) int() int64 {
	v, n := binary.Varint(s.b)
	if n <= 0 {
		s.err, s.b = errDecision, nil
		return 0
	}
	s.b = s.b[n:]
	return v
}

// count reads a number of things that take at least a byte each.
func (s *scanner) count() int {
	n := s.uint()
	if n > uint64(len(s.b)) {
		s.err, s.b = errDecision, nil
		return 0
	}
	return int(n)
}

func (s *scanner) text() string {
	n := s.count()
	t := string(s.b[:n])
	s.b = s.b[n:]
	return t
}

func decode(body []byte) (*decision, error) {
	s := &scanner{b: body}
	v := s.byte()
	if (v < 1 || v > decisionVersion) && s.err == nil {
		return nil, fmt.Errorf("%w: version %d", errDecision, v)
	}
	d := &decision{kind: verdict(s.byte())}
	for _, into := range []*string{&d.policy, &d.roster, &d.person, &d.from, &d.by, &d.reason, &d.note} {
		*into = s.text()
	}
	for range s.count() {
		f := seenField{name: s.text()}
		if s.byte() == 'i' {
			f.value = s.int()
		} else {
			f.value = s.text()
		}
		d.seen = append(d.seen, f)
	}
	for range s.count() {
		k := keptBranch{index: int(s.uint())}
		if s.byte() == 1 {
			if v > 1 {
				if k.keep.came = came(s.byte()); k.keep.came != keepNobody {
					k.keep.person = s.text()
				}
			}
			k.matched, k.considered = true, int(s.uint())
			for i := range k.excluded {
				k.excluded[i] = int(s.uint())
			}
			n, figures := s.count(), int(s.uint())
			at := 0
			for range n {
				at += int(s.uint())
				flags := s.byte()
				c := keptCandidate{pos: at, passed: flags&flagPassed != 0, lost: flags&flagLost != 0, chosen: flags&flagChosen != 0}
				for i := 0; i < figures && s.err == nil; i++ {
					f := seenFigure{}
					if has := s.uint(); has > 0 {
						f = seenFigure{query.Figure{D: int64(has - 1), N: s.int()}, true}
					}
					c.seen = append(c.seen, f)
				}
				k.candidates = append(k.candidates, c)
				if s.err != nil {
					return nil, s.err
				}
			}
		}
		d.kept = append(d.kept, k)
	}
	return d, s.err
}

// rowOf lays the values seen into a row of o.
func (d *decision) rowOf(o *object.Object, id string) *object.Row {
	r := object.NewRow(o)
	r.V[object.ID] = id
	for _, s := range d.seen {
		if f, ok := o.Field(s.name); ok { // what stood in records beyond it has a name of another shape
			r.V[f.Index] = s.value
		}
	}
	return r
}
