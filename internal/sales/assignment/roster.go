package assignment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"baton/internal/platform/definition"
	"baton/internal/platform/identity"
	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

// Directory tells who there is. identity.Directory is one.
type Directory interface {
	// Version changes whenever any answer may.
	Version() int64
	// People lists the active persons by id.
	People() []*identity.Person
	// Person finds anybody, inactive ones too; nil when unknown.
	Person(id string) *identity.Person
	// SalesUnit is the nearest unit upwards that has provinces, nil when none has.
	SalesUnit(unit string) *identity.Unit
}

// rep is a person with what the filters ask, read once per change of the directory.
type rep struct {
	id         string
	pos        int // in the roster
	row        *object.Row
	provinces  []string
	lines      []string
	rank       int   // on the list of ranks, -1 = none
	leaveFrom  int64 // first and last day of leave; an empty range when none
	leaveUntil int64
	workFrom   int64 // minutes of the day, -1 = the workspace's
	workUntil  int64
	weight     int64
	dailyCap   int64 // 0 = none
}

// roster is everybody who may get records, by id, with the fields that conditions read. Decisions name people by their position in it; it
// is stored once per content.
type roster struct {
	reps []*rep
	hash string
	body []byte
}

// rosterBody is a roster as stored.
type rosterBody struct {
	Fields []string `json:"f"`
	People [][]any  `json:"p"` // id, then the fields' canonical values
}

// rosters keeps the roster of the newest snapshot and directory seen.
type rosters struct {
	mu      sync.Mutex
	snap    *definition.Snapshot
	version int64
	roster  *roster
	stored  map[string]bool // hashes known to be in the database
}

func (r *rosters) of(s *definition.Snapshot, dir Directory) (*roster, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v := dir.Version(); r.roster == nil || r.snap != s || r.version != v {
		made, err := makeRoster(s, dir)
		if err != nil {
			return nil, err
		}
		r.snap, r.version, r.roster = s, v, made
	}
	return r.roster, nil
}

// keep stores a roster once. That it is known is remembered only after the commit.
func (r *rosters) keep(ctx context.Context, tx *store.Tx, ro *roster) error {
	r.mu.Lock()
	known := r.stored[ro.hash]
	r.mu.Unlock()
	if known {
		return nil
	}
	type key struct{ hash string }
	_, err := tx.Value(key{ro.hash}, func() (any, error) {
		_, err := tx.Exec(ctx, "INSERT INTO assign_roster (hash, body) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING", ro.hash, ro.body)
		tx.AfterCommit(func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.stored == nil {
				r.stored = map[string]bool{}
			}
			r.stored[ro.hash] = true
		})
		return nil, err
	})
	return err
}

func makeRoster(s *definition.Snapshot, dir Directory) (*roster, error) {
	person, ok := object.Of(s, personObject)
	if !ok {
		return &roster{}, nil
	}
	var ranks []string
	fields := []string{"name"}
	if f, ok := person.Field("rank"); ok {
		ranks = f.OptionValues()
		fields = append(fields, "rank")
	}
	for _, p := range definition.All[*Policy](s, Kind) {
		for _, b := range p.branches {
			if b.where == nil {
				continue
			}
			for _, f := range b.where.Fields() {
				if f.Object == personObject && f.Index != object.ID && !slices.Contains(fields, f.Name) {
					fields = append(fields, f.Name)
				}
			}
		}
	}
	slices.Sort(fields)
	ro := &roster{}
	body := rosterBody{Fields: fields, People: [][]any{}}
	for _, p := range dir.People() {
		if !slices.Contains(p.Roles, repRole) || p.Row == nil {
			continue
		}
		r := &rep{id: p.ID, pos: len(ro.reps), row: p.Row, lines: object.SplitSet(p.Row.Get("product_lines")), rank: slices.Index(ranks, p.Row.Text("rank")), leaveFrom: math.MaxInt64, leaveUntil: math.MinInt64, workFrom: -1, workUntil: -1, weight: 1}
		if u := dir.SalesUnit(p.Unit); u != nil {
			r.provinces = u.Provinces
		}
		from, hasFrom := p.Row.Int("leave_from")
		until, hasUntil := p.Row.Int("leave_until")
		if hasFrom || hasUntil {
			r.leaveFrom, r.leaveUntil = math.MinInt64, math.MaxInt64
			if hasFrom {
				r.leaveFrom = from
			}
			if hasUntil {
				r.leaveUntil = until
			}
		}
		if n, ok := p.Row.Int("work_from"); ok {
			r.workFrom = n
		}
		if n, ok := p.Row.Int("work_until"); ok {
			r.workUntil = n
		}
		if n, ok := p.Row.Int("weight"); ok {
			r.weight = max(n, 0)
		}
		if n, ok := p.Row.Int("daily_cap"); ok {
			r.dailyCap = max(n, 0)
		}
		ro.reps = append(ro.reps, r)
		line := []any{p.ID}
		for _, f := range fields {
			line = append(line, p.Row.Get(f))
		}
		body.People = append(body.People, line)
	}
	var err error
	if ro.body, err = json.Marshal(body); err != nil {
		return nil, fmt.Errorf("assignment: roster: %w", err)
	}
	sum := sha256.Sum256(ro.body)
	ro.hash = hex.EncodeToString(sum[:8])
	return ro, nil
}

// question is one record's side of the filters.
type question struct {
	region, line string
	moment
}

// excluded gives the first filter of the branch that the person does not pass, -1 when all are passed.
func (b *branch) excluded(r *rep, q *question) int {
	c := &b.Candidates
	switch {
	case c.Region && q.region != "" && !covers(r.provinces, q.region):
		return byRegion
	case c.ProductLine && q.line != "" && len(r.lines) > 0 && !slices.Contains(r.lines, q.line):
		return byProductLine
	case b.minRank >= 0 && r.rank < b.minRank:
		return byRank
	case c.Leave && r.leaveFrom <= q.day && q.day <= r.leaveUntil:
		return byLeave
	case c.Hours && !q.working(r):
		return byHours
	}
	return -1
}

// covers tells whether provinces and region overlap: a city lies in its province, and a country not closer named may lie in any of its. A
// unit without provinces covers everything.
func covers(provinces []string, region string) bool {
	if len(provinces) == 0 {
		return true
	}
	for _, p := range provinces {
		if p == region || len(region) > len(p) && region[len(p)] == '.' && strings.HasPrefix(region, p) || len(p) > len(region) && p[len(region)] == '.' && strings.HasPrefix(p, region) {
			return true
		}
	}
	return false
}
