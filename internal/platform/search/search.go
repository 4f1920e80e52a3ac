package search

import (
	"cmp"
	"context"
	"slices"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/object"
)

// Ask is a search. Object is one object's name, "" all that the asker may see.
type Ask struct {
	Text   string
	Object string
	Limit  int // hits of each object, 5 when zero
}

// Hit is a record that was found.
type Hit struct {
	Row    *object.Row
	Fields []Shown // where it was found, the title first
	Score  int
	Mine   bool // the asker's own, where the owner is not hidden from them
}

// Group are the hits of an object, the best first. More says that there are others.
type Group struct {
	Object *object.Object
	Hits   []Hit
	More   bool
}

const (
	freshness  = 300 * time.Millisecond // how long a search waits for the index to follow
	shown      = 5
	mostShown  = 50
	looked     = 300  // candidates that are read
	lookedFar  = 3000 // where the index cannot tell whose they are
	mostOwners = 60   // that the index is asked for
)

// Search finds records of what the actor may see. The groups come in the order of their best hits.
func (x *Index) Search(ctx context.Context, a *actor.Actor, q Ask) ([]Group, error) {
	asked := ask(q.Text)
	out := []Group{}
	if asked == nil {
		return out, nil
	}
	limit := cmp.Or(q.Limit, shown)
	limit = min(limit, mostShown)
	if err := x.CaughtUp(ctx, freshness); err != nil {
		return nil, err
	}
	snap := x.Defs.Current()
	for _, o := range object.All(snap) {
		if !Covers(o) || q.Object != "" && q.Object != o.Name {
			continue
		}
		scope := x.Access.Scope(snap, a, o.Name, access.Read)
		if scope.Nothing() {
			continue
		}
		g, err := x.group(ctx, a, o, scope, q.Text, asked, limit)
		if err != nil {
			return nil, err
		}
		if len(g.Hits) > 0 {
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(g, h Group) int { return cmp.Compare(h.Hits[0].Score, g.Hits[0].Score) })
	return out, nil
}

// group finds within one object: those titled just so first, then the newest that match.
func (x *Index) group(ctx context.Context, a *actor.Actor, o *object.Object, scope *access.Scope, text string, question asked, limit int) (Group, error) {
	owners, most := x.owners(scope)
	var within *access.Scope
	if scope.ByRow() {
		owners, most, within = nil, looked, scope // the index knows owners only: the database decides row by row
	}
	var ids []string
	for _, q := range []struct {
		asked asked
		most  int
	}{{titled(text), limit}, {question, most}} {
		more, err := x.ids(ctx, o, q.asked.among(owners), q.most, within)
		if err != nil {
			return Group{}, err
		}
		for _, id := range more {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	rows, err := x.Reader.GetMany(ctx, a, o.Name, ids)
	if err != nil {
		return Group{}, err
	}
	hidden := x.Access.Hidden(x.Defs.Current(), a, o.Name)
	open := o.Without(hidden)
	fields := searched(open)
	g := Group{Object: o}
	for _, row := range rows {
		if question.meets(x.spell.document(open, fields, row)) {
			g.Hits = append(g.Hits, x.hit(a, open, fields, row, text))
		}
	}
	slices.SortStableFunc(g.Hits, func(h, i Hit) int { return cmp.Compare(i.Score, h.Score) })
	if len(g.Hits) > limit {
		g.Hits, g.More = g.Hits[:limit], true
	}
	return g, nil
}

// owners are those whose rows a scope opens, nil where all or too many are, and how many candidates are to be looked at then.
func (x *Index) owners(scope *access.Scope) ([]string, int) {
	if scope.All {
		return nil, looked
	}
	owners := scope.Owners(x.Members)
	if len(owners) > mostOwners {
		return nil, lookedFar
	}
	return owners, looked
}

func (x *Index) ids(ctx context.Context, o *object.Object, a asked, most int, within *access.Scope) ([]string, error) {
	if len(a) == 0 {
		return nil, nil
	}
	query, args := candidates(x.DB.Dialect(), o, a, most, within)
	rows, err := x.DB.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// Finder is the condition for a list's words; for record.Reader. It cannot tell for objects that are not covered or not filled yet, and where
// a field is hidden that the index finds by.
func (x *Index) Finder(ctx context.Context, o *object.Object, text string, hidden map[string]bool) (sql string, args []any, ok bool) {
	question := ask(text)
	if !Covers(o) || !x.Filled(o) || question == nil || slices.ContainsFunc(searched(o), func(f *object.Field) bool { return hidden[f.Name] }) {
		return "", nil, false
	}
	if err := x.CaughtUp(ctx, freshness); err != nil {
		return "", nil, false
	}
	query, args := candidates(x.DB.Dialect(), o, question, 0, nil)
	return `t."id" IN (` + query + ")", args, true
}
