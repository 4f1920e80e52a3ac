package duplicate

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/sales/intake"
)

const (
	// A key that finds more than this many records tells nothing, if it is a piece of a name; of an exact key the oldest are compared.
	mostOfKey = 64
	// mostAlike is how many of those that a record shares pieces of its name with are compared, those with the most pieces first.
	mostAlike = 12
	// lookups is how many keys are looked up by one statement.
	lookups = 24
)

// Match is a standing record that may be the same as another.
type Match struct {
	Row     *object.Row
	Score   int
	Reasons []Reason
	// Exact says that it was found by phone, e-mail or credit code.
	Exact bool
}

// wanted is a key to be looked up, in the table of exact keys or in that of names.
type wanted struct{ kind, value string }

const byName = "~" // kind of the keys in duplicate_key

func (f *features) wanted() []wanted {
	var out []wanted
	for _, k := range f.keys {
		if k.Kind != "external_id" { // one channel's numbering: the dedupe step merges by it
			out = append(out, wanted{k.Kind, k.Value})
		}
	}
	for _, v := range f.company.keys() {
		out = append(out, wanted{byName, v})
	}
	return out
}

// lookup finds for each key the oldest records that have it, up to mostOfKey and one.
func lookup(ctx context.Context, q store.Querier, objectName string, keys []wanted) (map[wanted][]string, error) {
	out := make(map[wanted][]string, len(keys))
	for len(keys) > 0 {
		part := keys[:min(lookups, len(keys))]
		keys = keys[len(part):]
		var text strings.Builder
		args := make([]any, 0, 5*len(part))
		for i, k := range part {
			if i > 0 {
				text.WriteString(" UNION ALL ")
			}
			if k.kind == byName {
				text.WriteString("SELECT * FROM (SELECT ? AS kind, value, record_id FROM duplicate_key WHERE object = ? AND value = ? ORDER BY record_id LIMIT ?) AS t")
				args = append(args, k.kind, objectName, k.value, mostOfKey+1)
			} else {
				text.WriteString("SELECT * FROM (SELECT kind, value, record_id FROM dedupe_key WHERE object = ? AND kind = ? AND value = ? ORDER BY record_id LIMIT ?) AS t")
				args = append(args, objectName, k.kind, k.value, mostOfKey+1)
			}
		}
		rows, err := q.Query(ctx, text.String(), args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var k wanted
			var id string
			if err := rows.Scan(&k.kind, &k.value, &id); err != nil {
				_ = rows.Close()
				return nil, err
			}
			out[k] = append(out[k], id)
		}
		if err := cmp.Or(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// candidate is a record that shares keys with another.
type candidate struct {
	id     string
	known  map[string]bool // kinds of exact keys
	pieces int
}

// candidates picks from what lookup found those that a record is compared with.
func candidates(f *features, found map[wanted][]string) []*candidate {
	by := map[string]*candidate{}
	for _, k := range f.wanted() {
		ids := found[k]
		if len(ids) > mostOfKey && strings.HasPrefix(k.value, "g:") && k.kind == byName {
			continue
		}
		for _, id := range ids[:min(len(ids), mostOfKey)] {
			if id == f.row.ID() {
				continue
			}
			c := by[id]
			if c == nil {
				c = &candidate{id: id, known: map[string]bool{}}
				by[id] = c
			}
			switch {
			case k.kind != byName:
				c.known[k.kind] = true
			case strings.HasPrefix(k.value, "c:"), strings.HasPrefix(k.value, "h:"):
				c.pieces += 4
			default:
				c.pieces++
			}
		}
	}
	out := slices.Collect(maps.Values(by))
	slices.SortFunc(out, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(len(b.known), len(a.known)), cmp.Compare(b.pieces, a.pieces), cmp.Compare(a.id, b.id))
	})
	exact := 0
	for _, c := range out {
		if len(c.known) > 0 {
			exact++
		}
	}
	return out[:min(len(out), exact+mostAlike)]
}

// Find gives the standing records that may be the same as row, which need not be stored, the likeliest first. No rights are asked.
func (r *Rule) Find(ctx context.Context, q store.Querier, row *object.Row) ([]Match, error) {
	f := r.features(row)
	found, err := lookup(ctx, q, r.Object.Name, f.wanted())
	if err != nil {
		return nil, err
	}
	cs := candidates(f, found)
	ids := make([]string, len(cs))
	for i, c := range cs {
		ids[i] = c.id
	}
	rows, err := record.ReadRows(ctx, q, r.Object, ids)
	if err != nil {
		return nil, err
	}
	return r.matches(f, cs, func(id string) *features {
		if row := rows[id]; row != nil && row.V[object.DeletedAt] == nil {
			return r.features(row)
		}
		return nil
	}), nil
}

// matches scores candidates; of gives what is compared of a record, nil where it does not stand.
func (r *Rule) matches(f *features, cs []*candidate, of func(id string) *features) []Match {
	var out []Match
	for _, c := range cs {
		other := of(c.id)
		if other == nil {
			continue
		}
		if score, why := r.score(f, other, c.known); score >= r.Spec.SuggestFrom {
			out = append(out, Match{other.row, score, why, c.known[intake.ByPhone] || c.known[intake.ByEmail] || c.known[intake.ByCreditCode]})
		}
	}
	slices.SortStableFunc(out, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Row.ID(), b.Row.ID()))
	})
	return out
}
