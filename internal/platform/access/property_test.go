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

var scopes = []string{"", "none", "own", "pool", "below", "all", "own+pool", "below+pool", "own+below+pool"}

// world is a random company: units with parents (some of them gone, some in a circle), people, and tickets of all sorts of owners.
type world struct {
	parent map[string]string // of units that stand
	unit   map[string]string // of people, those who left included
	owner  map[string]string // of tickets
}

func draw(t *rapid.T) (w world, writes []record.Write) {
	w = world{map[string]string{}, map[string]string{}, map[string]string{}}
	units := []string{"u0", "u1", "u2", "u3", "u4", "u5", "u6", "u7"}
	one := func(from []string, label string) string { return rapid.SampledFrom(from).Draw(t, label) }
	chance := func(n int, label string) bool { return rapid.IntRange(0, 9).Draw(t, label) < n }
	for _, u := range units {
		if chance(2, "no unit") {
			continue
		}
		w.parent[u] = one(append([]string{"", ""}, units...), "parent")
		v := map[string]any{"name": u}
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
		writes = append(writes, record.Write{Op: record.Create, Object: "ticket", ID: id, Values: v})
	}
	return w, writes
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
		}
	}
	return false
}

// TestAScopeOpensTheSameRowsInMemoryAndInSQL and both open what the words mean, in any company.
func TestAScopeOpensTheSameRowsInMemoryAndInSQL(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		var roles []*definition.Definition
		for i, s := range scopes {
			at := func(n int) string { return scopes[(i+n)%len(scopes)] }
			roles = append(roles, define("role", fmt.Sprintf("r%d", i), fmt.Sprintf(`{"rights":[],"objects":{"ticket":{"read":%q,"update":%q,"delete":%q}}}`, s, at(3), at(5))))
		}
		publish(t, k, roles...)
		rapid.Check(t, func(rt *rapid.T) {
			w, writes := draw(rt)
			require.NoError(rt, k.DB.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
				for _, table := range []string{"o_ticket", "o_person", "o_org_unit", "track"} {
					if _, err := tx.Exec(ctx, "DELETE FROM "+table); err != nil {
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
					for id, owner := range w.owner {
						if w.allows(words, a.Self(), a.Unit, owner) {
							meant = append(meant, id)
						}
						o, _ := object.Of(k.Defs.Current(), "ticket")
						row, err := record.ReadRow(t.Context(), k.DB, o, id)
						require.NoError(rt, err)
						require.Equal(rt, scope.AllowsOwner(owner), scope.Allows(row))
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
