package access_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

var scopes = []string{"", "none", "own", "pool", "below", "all", "own+pool", "below+pool", "own+below+pool", "team", "region", "team+pool", "own+region"}

// conditions are what the roles of the test open besides, by the role's place in scopes; their meaning is told anew in meets.
var conditions = []string{"", `{"field":"kind","op":"eq","value":"故障"}`, "", `{"field":"owner.unit","op":"eq","value":{"ref":"me.unit"}}`, "", "", `{"field":"owner","op":"eq","value":{"ref":"me.id"}}`,
	`{"field":"owner.unit","op":"under","value":{"ref":"me.unit"}}`, "", `{"none":[{"field":"owner.unit","op":"not_empty"}]}`, "", `{"some":{"relation":"ticket.twin","where":{"field":"kind","op":"eq","value":"故障"}}}`, ""}

// world is a random company: units with parents (some of them gone, some in a circle), people, and tickets of all sorts of owners.
type world struct {
	parent map[string]string // of units that stand
	unit   map[string]string // of people, those who left included
	owner  map[string]string // of tickets
	kind   map[string]string // of tickets
	twin   map[string]string // of tickets: another one
	region map[string]bool   // units that are marked as one
	gone   map[string]bool   // people whose record is deleted
	shares []share
}

// share opens a ticket to a person, or to a unit and all under it.
type share struct {
	ticket, person, unit string
	edit                 bool
	over                 bool // taken back, or past its last day
}

func draw(t *rapid.T) (w world, writes []record.Write) {
	w = world{map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}, map[string]bool{}, map[string]bool{}, nil}
	units := []string{"u0", "u1", "u2", "u3", "u4", "u5", "u6", "u7"}
	one := func(from []string, label string) string { return rapid.SampledFrom(from).Draw(t, label) }
	chance := func(n int, label string) bool { return rapid.IntRange(0, 9).Draw(t, label) < n }
	for _, u := range units {
		if chance(2, "no unit") {
			continue
		}
		w.parent[u] = one(append([]string{"", ""}, units...), "parent")
		v := map[string]any{"name": u}
		if chance(3, "a region") {
			v["kind"], w.region[u] = "region", true
		}
		if w.parent[u] != "" {
			v["parent"] = w.parent[u]
		}
		writes = append(writes, record.Write{Op: record.Create, Object: "org_unit", ID: u, Values: v})
		if chance(1, "unit gone") {
			delete(w.parent, u)
			writes = append(writes, record.Write{Op: record.Delete, Object: "org_unit", ID: u})
		}
	}
	people := []string{"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"}
	for _, p := range people {
		if chance(1, "no person") {
			continue
		}
		w.unit[p] = one(append([]string{""}, units...), "unit")
		v := map[string]any{"name": p, "active": !chance(2, "left")}
		if w.unit[p] != "" {
			v["unit"] = w.unit[p]
		}
		writes = append(writes, record.Write{Op: record.Create, Object: "person", ID: p, Values: v})
		if chance(1, "person gone") {
			w.gone[p] = true
			writes = append(writes, record.Write{Op: record.Delete, Object: "person", ID: p})
		}
	}
	for i := range 12 {
		id := fmt.Sprintf("t%d", i)
		w.owner[id] = one(append([]string{"", "", "stranger"}, people...), "owner")
		v := map[string]any{"title": id}
		if w.owner[id] != "" {
			v["owner"] = w.owner[id]
		}
		w.kind[id] = one([]string{"", "故障", "咨询"}, "kind")
		v["kind"] = w.kind[id]
		if i > 0 && chance(4, "a twin") {
			w.twin[id] = fmt.Sprintf("t%d", rapid.IntRange(0, i-1).Draw(t, "twin"))
			v["twin"] = w.twin[id]
		}
		writes = append(writes, record.Write{Op: record.Create, Object: "ticket", ID: id, Values: v})
	}
	for range rapid.IntRange(0, 5).Draw(t, "shares") {
		s := share{ticket: one([]string{"t0", "t1", "t2", "t3", "t4", "t5"}, "shared"), edit: chance(5, "to be edited"), over: chance(2, "over")}
		if chance(5, "with a unit") {
			s.unit = one(units, "unit")
		} else {
			s.person = one(people[:4], "person")
		}
		w.shares = append(w.shares, s)
	}
	return w, writes
}

// climbs tells whether the way up from a unit passes another one; both stand.
func (w world) climbs(u, to string) bool {
	for seen := map[string]bool{}; u != "" && !seen[u]; u = w.parent[u] {
		if _, stands := w.parent[u]; !stands {
			return false
		}
		if seen[u] = true; u == to {
			return true
		}
	}
	return false
}

// under tells what a condition calls that: the way up from a unit, over units that stand, meets another, which need not stand any more.
func (w world) under(u, to string) bool {
	for seen := map[string]bool{}; u != "" && !seen[u]; u = w.parent[u] {
		if u == to {
			return true
		}
		if _, stands := w.parent[u]; !stands {
			return false
		}
		seen[u] = true
	}
	return false
}

// meets is the meaning of a role's condition.
func (w world) meets(i int, self, unit, ticket string) bool {
	owner := w.owner[ticket]
	at, known := w.unit[owner]
	switch i {
	case 1:
		return w.kind[ticket] == "故障"
	case 3:
		return known && !w.gone[owner] && at != "" && at == unit
	case 6:
		return owner != "" && owner == self
	case 7:
		return known && !w.gone[owner] && at != "" && unit != "" && w.under(at, unit)
	case 9:
		return !known || w.gone[owner] || at == ""
	case 11:
		for id, of := range w.twin {
			if of == ticket && w.kind[id] == "故障" {
				return true
			}
		}
	}
	return false
}

// shared is the meaning of a share.
func (w world) shared(self, unit, ticket string, edit bool) bool {
	for _, s := range w.shares {
		if s.ticket == ticket && !s.over && (s.edit || !edit) && (s.person != "" && s.person == self || s.unit != "" && w.climbs(unit, s.unit)) {
			return true
		}
	}
	return false
}

// allows is the meaning of the scope words, told anew: whose rows are open to somebody of a unit.
func (w world) allows(words []string, self, unit, owner string) bool {
	below := func(u string) bool { // does the way up from u pass the actor's unit?
		seen := map[string]bool{}
		for ; u != "" && !seen[u]; u = w.parent[u] {
			seen[u] = true
			if u == unit {
				return true
			}
		}
		return false
	}
	for _, word := range words {
		switch word {
		case "all":
			return true
		case "own":
			if owner != "" && owner == self {
				return true
			}
		case "pool":
			if owner == "" {
				return true
			}
		case "below":
			if owner == "" {
				break
			}
			at := w.unit[owner]
			_, stands := w.parent[at]
			if owner == self || unit != "" && stands && below(at) {
				return true
			}
		case "team":
			at := w.unit[owner]
			_, stands := w.parent[at]
			if owner != "" && (owner == self || stands && at == unit) {
				return true
			}
		case "region":
			if owner == "" {
				break
			}
			if owner == self {
				return true
			}
			for up, seen := unit, map[string]bool{}; up != "" && !seen[up]; up = w.parent[up] {
				if _, stands := w.parent[up]; !stands {
					break
				}
				if seen[up] = true; w.region[up] {
					if _, stands := w.parent[w.unit[owner]]; stands && w.climbs(w.unit[owner], up) {
						return true
					}
					break
				}
			}
		}
	}
	return false
}

// TestAScopeOpensTheSameRowsInMemoryAndInSQL and both open what the words mean, in any company.
func TestAScopeOpensTheSameRowsInMemoryAndInSQL(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		old, ok := k.Defs.Current().Definition("object", "ticket")
		require.True(t, ok)
		publish(t, k, define("object", "ticket", strings.Replace(string(old.Spec), `"fields":[`, `"fields":[{"name":"twin","title":{"zh-CN":"另一张"},"type":"relation","target":"ticket"},`, 1)))
		var roles []*definition.Definition
		for i, s := range scopes {
			at := func(n int) string { return scopes[(i+n)%len(scopes)] }
			roles = append(roles, define("role", fmt.Sprintf("r%d", i), fmt.Sprintf(`{"rights":[],"objects":{"ticket":{"read":%q,"update":%q,"delete":%q%s}}}`, s, at(3), at(5), where(i))))
		}
		publish(t, k, roles...)
		rapid.Check(t, func(rt *rapid.T) {
			w, writes := draw(rt)
			require.NoError(rt, k.DB.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
				for _, table := range []string{"o_ticket", "o_person", "o_org_unit", "track", "record_share"} {
					if _, err := tx.Exec(ctx, "DELETE FROM "+table); err != nil {
						return err
					}
				}
				for i, s := range w.shares {
					var person, unit, until, ended any
					if person = s.person; s.person == "" {
						person, unit = nil, s.unit
					}
					if s.over && i%2 == 0 {
						ended = int64(1)
					} else if s.over {
						until = k.Access.Today() - 1
					} else if i%2 == 0 {
						until = k.Access.Today() // the last day counts
					}
					edit := int64(0)
					if s.edit {
						edit = 1
					}
					if _, err := tx.Exec(ctx, "INSERT INTO record_share (id, object, record_id, person, unit, edit, until_day, shared_at, shared_by, ended_at) VALUES (?, 'ticket', ?, ?, ?, ?, ?, 1, 'x', ?)", fmt.Sprint(i), s.ticket, person, unit, edit, until, ended); err != nil {
						return err
					}
				}
				_, err := k.Writer.In(ctx, tx, record.Request{Actor: system, Origin: record.Origin{Kind: "test", Engine: true}, Writes: writes})
				return err
			}))
			require.NoError(rt, k.Dir.Reload(t.Context()))
			for range 6 {
				a := &actor.Actor{Kind: actor.Person, ID: rapid.SampledFrom([]string{"p0", "p1", "p2", "p3", "stranger"}).Draw(rt, "actor")}
				a.Unit = w.unit[a.ID]
				if rapid.Bool().Draw(rt, "a key") {
					a.Kind, a.For, a.ID, a.Scopes = actor.Key, a.ID, "key", []string{"*"}
				}
				var indexes []int
				for range rapid.IntRange(0, 3).Draw(rt, "roles") {
					i := rapid.IntRange(0, len(scopes)-1).Draw(rt, "role")
					indexes, a.Roles = append(indexes, i), append(a.Roles, fmt.Sprintf("r%d", i))
				}
				for verb, shift := range map[access.Verb]int{access.Read: 0, access.Update: 3, access.Delete: 5} {
					var words []string
					for _, i := range indexes {
						words = append(words, strings.Split(scopes[(i+shift)%len(scopes)], "+")...)
					}
					scope := k.Access.Scope(k.Defs.Current(), a, "ticket", verb)
					var meant, memory []string
					opens := slices.ContainsFunc(words, func(s string) bool { return s != "" && s != "none" })
					for _, i := range indexes {
						opens = opens || verb != access.Delete && conditions[i] != ""
					}
					for id, owner := range w.owner {
						open := w.allows(words, a.Self(), a.Unit, owner)
						for _, i := range indexes {
							open = open || verb != access.Delete && conditions[i] != "" && w.meets(i, a.Self(), a.Unit, id)
						}
						open = open || opens && verb != access.Delete && w.shared(a.Self(), a.Unit, id, verb == access.Update)
						if open {
							meant = append(meant, id)
						}
						o, _ := object.Of(k.Defs.Current(), "ticket")
						row, err := record.ReadRow(t.Context(), k.DB, o, id)
						require.NoError(rt, err)
						if scope.AllowsOwner(owner) || !scope.ByRow() || scope.AllowsAlone(row) || scope.AllowsID(id) {
							require.Equal(rt, scope.AllowsOwner(owner) || scope.AllowsAlone(row) || scope.AllowsID(id), scope.Allows(row), "what decides with less never opens more")
						}
						if scope.Allows(row) {
							memory = append(memory, id)
						}
					}
					slices.Sort(meant)
					slices.Sort(memory)
					found := inSQL(rt, t, k, scope)
					require.Equal(rt, meant, memory, "in memory: %s with %v at %s", a.Self(), words, a.Unit)
					require.Equal(rt, meant, found, "in SQL: %s with %v at %s", a.Self(), words, a.Unit)
					if scope.Nothing() {
						require.Empty(rt, found)
					}
				}
			}
		})
	})
}

// where gives a role its condition, for reading and for changing.
func where(i int) string {
	if conditions[i] == "" {
		return ""
	}
	return `,"read_where":` + conditions[i] + `,"update_where":` + conditions[i]
}

func inSQL(rt *rapid.T, t *testing.T, k *kerneltest.Kernel, s *access.Scope) []string {
	where, args := s.SQL("x")
	if where == "" {
		where = "TRUE"
	}
	rows, err := k.DB.Query(t.Context(), `SELECT x."id" FROM o_ticket x WHERE `+where+` ORDER BY x."id"`, args...)
	require.NoError(rt, err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var id string
		require.NoError(rt, rows.Scan(&id))
		out = append(out, id)
	}
	require.NoError(rt, rows.Err())
	return out
}
