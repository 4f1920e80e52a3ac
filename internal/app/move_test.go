package app

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/record"
)

// TestAMoveTakesEffectOnItsDay: at once where the day is today, by itself where it is to come; a plan can be replaced and given up.
func TestAMoveTakesEffectOnItsDay(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		c := idleCompany(t, url) // the countdowns are worked off by hand
		admin, due := c.person(t, "admin"), func() {
			t.Helper()
			_, err := c.app.engines.timers.Drain(t.Context())
			require.NoError(t, err)
			require.NoError(t, c.app.Dir.Reload(t.Context()))
		}
		id := c.lead(t, "rob")
		c.person(t, "max").get(t, leads+"/"+id, 404)
		plan := func(body map[string]any) map[string]any { return admin.post(t, "/api/v1/org-moves", body, 200) }
		assert.Equal(t, false, plan(map[string]any{"object": "person", "id": "rob", "to": "south", "from": c.day(5)})["done"])
		assert.Equal(t, false, plan(map[string]any{"object": "person", "id": "rob", "to": "team2", "from": c.day(2), "reason": "扩编"})["done"])
		assert.Equal(t, false, plan(map[string]any{"object": "org_unit", "id": "team1", "to": "south", "from": c.day(2)})["done"])
		assert.Equal(t, false, plan(map[string]any{"object": "person", "id": "tom", "to": "south", "from": c.day(2)})["done"])
		moves := admin.get(t, "/api/v1/org-moves", 200)["moves"]
		assert.ElementsMatch(t, []any{"罗布", "team1", "汤姆"}, pluck(moves, "name"), "a new plan takes the former's place")
		assert.Equal(t, []any{c.day(2), c.day(2), c.day(2)}, pluck(moves, "from"))
		admin.want(t, "DELETE", "/api/v1/org-moves/person/tom", nil, 204)
		admin.want(t, "DELETE", "/api/v1/org-moves/person/tom", nil, 404)
		due()
		assert.Equal(t, "team1", c.app.Dir.UnitOf("rob"), "not before its day")
		c.app.Clock.Shift(48 * time.Hour)
		due()
		assert.Equal(t, []string{"team2", "team2"}, []string{c.app.Dir.UnitOf("rob"), c.app.Dir.UnitOf("tom")})
		assert.Equal(t, "south", c.app.Dir.Unit("team1").Parent)
		c.person(t, "max").get(t, leads+"/"+id, 200)
		assert.Equal(t, "team1", c.row(t, "lead", id).Text("org_unit"), "figures keep the unit of then")
		assert.Empty(t, admin.get(t, "/api/v1/org-moves", 200)["moves"])
		assert.Equal(t, []string{"org_move 按计划调动", "org_move_planned " + c.app.Dir.Name("person", admin.get(t, "/api/v1/session", 200)["user"].(map[string]any)["id"].(string))}, c.ops(t, "object=person&record_id=rob")[:2])
		// Today is at once; what cannot be any more on its day is told.
		assert.Equal(t, true, plan(map[string]any{"object": "person", "id": "rob", "to": "south"})["done"])
		assert.Equal(t, "south", c.app.Dir.UnitOf("rob"))
		plan(map[string]any{"object": "person", "id": "tom", "to": "market", "from": c.day(1)})
		c.system(t, record.Write{Op: record.Delete, Object: "org_unit", ID: "market"})
		c.app.Clock.Shift(72 * time.Hour)
		due()
		assert.Equal(t, "team2", c.app.Dir.UnitOf("tom"))
		assert.Contains(t, mustJSON(t, admin.get(t, "/api/v1/inbox", 200)), "计划的调动没有进行：汤姆")
		for _, bad := range []struct{ body, at string }{{`{"object":"org_unit","id":"east","to":"team2"}`, "/to"}, {`{"object":"person","id":"rob","to":"nowhere"}`, "/to"}, {`{"object":"person","id":"nobody","to":"east"}`, "/id"}, {`{"object":"lead","id":"x","to":"east"}`, "/object"}, {`{"object":"person","id":"rob","to":"east","from":"soon"}`, "/from"}} {
			_, body := admin.send(t, "POST", "/api/v1/org-moves", bad.body)
			assert.Equal(t, bad.at, itemOf(decoded(t, body))["pointer"], "%s: %s", bad.body, body)
		}
	})
}
