package identity_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

func TestTheDirectory(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url) // root > east, west; ann, bob and chief1 in east, chief2 in west
		write := func(ws ...record.Write) {
			t.Helper()
			_, err := k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: actor.TheSystem("test"), Origin: record.Origin{Kind: "test", Engine: true}, Writes: ws})
			require.NoError(t, err)
			require.NoError(t, k.Dir.Reload(t.Context()))
		}
		version := k.Dir.Version()
		unit := func(id, parent, manager string, provinces ...any) record.Write {
			v := map[string]any{"name": id, "parent": parent, "manager": manager, "provinces": provinces}
			return record.Write{Op: record.Create, Object: "org_unit", ID: id, Values: v}
		}
		write(unit("team", "east", "bob"), unit("loop1", "loop2", ""), unit("loop2", "loop1", "nobody"),
			record.Write{Op: record.Update, Object: "org_unit", ID: "east", Values: map[string]any{"provinces": []any{"cn.31", "cn.33"}}},
			record.Write{Op: record.Update, Object: "person", ID: "ann", Values: map[string]any{"unit": "team"}}, record.Write{Op: record.Update, Object: "person", ID: "bob", Values: map[string]any{"unit": "team"}},
			record.Write{Op: record.Create, Object: "person", ID: "boss", Values: map[string]any{"name": "boss", "unit": "root"}}, record.Write{Op: record.Create, Object: "person", ID: "lost", Values: map[string]any{"name": "lost", "unit": "loop1"}})
		assert.Greater(t, k.Dir.Version(), version)
		assert.Equal(t, []string{"east", "team"}, k.Dir.UnitsBelow("east"))
		assert.Equal(t, []string{"east", "root", "team", "west"}, k.Dir.UnitsBelow("root"))
		assert.Equal(t, []string{"loop1", "loop2"}, k.Dir.UnitsBelow("loop1"), "a circle ends")
		assert.Empty(t, k.Dir.UnitsBelow("nowhere"))
		for person, want := range map[string]string{"ann": "bob", "bob": "chief1", "chief1": "boss", "boss": "", "lost": "", "nobody": ""} {
			assert.Equal(t, want, k.Dir.Supervisor(person), "%s's supervisor", person)
		}
		assert.Equal(t, "east", k.Dir.SalesUnit("team").ID)
		assert.Nil(t, k.Dir.SalesUnit("west"))
		assert.Nil(t, k.Dir.SalesUnit("loop1"))
		assert.Equal(t, "east", k.Dir.UnitFor("cn.33.3301").ID)
		assert.Equal(t, "east", k.Dir.UnitFor("cn.31").ID)
		assert.Nil(t, k.Dir.UnitFor("cn.3"))
		assert.Nil(t, k.Dir.UnitFor("cn.331"))

		// Who leaves is still known by name, and manages nobody.
		write(record.Write{Op: record.Update, Object: "person", ID: "bob", Values: map[string]any{"active": false}}, record.Write{Op: record.Delete, Object: "person", ID: "lost"}, record.Write{Op: record.Delete, Object: "org_unit", ID: "west"})
		assert.Equal(t, "chief1", k.Dir.Supervisor("ann"))
		assert.Equal(t, "bob", k.Dir.Name("person", "bob"))
		assert.Equal(t, "lost", k.Dir.Name("person", "lost"))
		assert.False(t, k.Dir.Person("lost").Active)
		for _, p := range k.Dir.People() {
			assert.NotContains(t, []string{"bob", "lost"}, p.ID)
		}
		assert.Nil(t, k.Dir.Unit("west"))
		assert.Equal(t, "", k.Dir.Name("org_unit", "west"))
		assert.Equal(t, "", k.Dir.Name("ticket", "x"))
		assert.Equal(t, []string{"east", "root", "team"}, k.Dir.UnitsBelow("root"))
	})
}
