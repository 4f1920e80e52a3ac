package app

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"baton/internal/platform/record"
)

// TestWhoLeavesHandsOverInOneStep: a preview of what, everything to others, the access closed, the receivers told, and back again.
func TestWhoLeavesHandsOverInOneStep(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		rita, admin := c.person(t, "rita"), c.person(t, "admin")
		var all []string
		for range 4 {
			all = append(all, c.lead(t, "rita"))
		}
		customer := c.made(t, "customer", "rita", map[string]any{"name": "客户"})
		task := c.made(t, "task", "rita", map[string]any{"title": "待办", "lead": all[0]})
		done := c.made(t, "task", "rita", map[string]any{"title": "做完了", "status": "done"})
		said := c.made(t, "follow_up", "rita", map[string]any{"note": "谈过", "lead": all[0]})
		rita.post(t, leads+"/"+all[1]+":protect", map[string]any{"until": c.day(3) + "T00:00:00Z"}, 200)
		key := c.key(t, "rita", "*")
		p := admin.get(t, "/api/v1/people/rita/leaving", 200)
		assert.Equal(t, []any{6.0, true, nil}, []any{p["total"], p["active"], p["last"]}, "%v", p)
		assert.Equal(t, map[string]any{"sessions": 1.0, "keys": 1.0}, p["access"])
		assert.Equal(t, []any{"customer", "lead", "task"}, pluck(p["counts"], "object"))

		out := admin.post(t, "/api/v1/people/rita:leave", map[string]any{"way": "even", "to": []string{"rob", "tom"}, "reason": "离职"}, 200)
		assert.Equal(t, []any{6.0, []any{}}, []any{out["total"], out["kept"]})
		assert.Equal(t, []any{"rob", "tom"}, pluck(out["received"], "person"))
		assert.Equal(t, []any{3.0, 3.0}, pluck(out["received"], "count"))
		for _, id := range all {
			assert.Contains(t, []string{"rob", "tom"}, c.row(t, "lead", id).Owner())
		}
		assert.NotEqual(t, "rita", c.row(t, "customer", customer).Owner())
		assert.NotEqual(t, "rita", c.row(t, "task", task).Owner())
		assert.Equal(t, []string{"rita", "rita"}, []string{c.row(t, "task", done).Owner(), c.row(t, "follow_up", said).Owner()}, "what was done stays with who did it")
		rita.get(t, leads, 401)
		key.get(t, leads, 401)
		assert.Contains(t, mustJSON(t, c.person(t, "rob").get(t, "/api/v1/inbox", 200)), "瑞塔 离职，3 条记录交接给你")
		assert.Contains(t, c.ops(t, "object=lead&record_id="+all[0])[0], "hand_over")
		assert.Contains(t, c.ops(t, "object=person&record_id=rita&op=leave"), "leave "+c.app.Dir.Name("person", admin.get(t, "/api/v1/session", 200)["user"].(map[string]any)["id"].(string)))

		// One of them has gone on to somebody else meanwhile: it stays there.
		c.system(t, record.Write{Op: record.Update, Object: "lead", ID: all[2], Values: map[string]any{"owner": "sam"}})
		id := out["id"].(string)
		assert.Equal(t, map[string]any{"back": 5.0, "kept": 1.0}, admin.post(t, "/api/v1/leavings/"+id+":undo", nil, 200))
		assert.Equal(t, []string{"rita", "sam", "rita"}, []string{c.row(t, "lead", all[1]).Owner(), c.row(t, "lead", all[2]).Owner(), c.row(t, "customer", customer).Owner()})
		admin.post(t, "/api/v1/leavings/"+id+":undo", nil, 404)
		p = admin.get(t, "/api/v1/people/rita/leaving", 200)
		assert.Equal(t, []any{5.0, true, true}, []any{p["total"], p["active"], p["last"].(map[string]any)["undone"]})
		assert.Equal(t, map[string]any{"sessions": 0.0, "keys": 0.0}, p["access"], "what was closed stays closed")

		// By the policy: leads as it assigns, the rest in turn; never to who left.
		out = admin.post(t, "/api/v1/people/rita:leave", map[string]any{"way": "policy", "to": []string{"lena"}}, 200)
		assert.EqualValues(t, 5, out["total"])
		assert.Equal(t, "lena", c.row(t, "customer", customer).Owner())
		for _, id := range []string{all[0], all[1], all[3]} {
			assert.NotContains(t, []string{"rita", ""}, c.row(t, "lead", id).Owner())
		}
		for _, bad := range []struct{ body, at string }{{`{"way":"one","to":[]}`, "/to"}, {`{"way":"one","to":["sam"]}`, "/to"}, {`{"way":"somehow","to":["rob"]}`, "/way"}, {`{"way":"one","to":["rita"]}`, "/to"}} {
			_, body := admin.send(t, "POST", "/api/v1/people/sam:leave", bad.body)
			assert.Equal(t, bad.at, itemOf(decoded(t, body))["pointer"], "%s: %s", bad.body, body)
		}
		admin.post(t, "/api/v1/people/nobody:leave", map[string]any{"way": "one", "to": []string{"rob"}}, 404)
	})
}

func pluck(list any, key string) []any {
	var out []any
	for _, x := range list.([]any) {
		out = append(out, x.(map[string]any)[key])
	}
	return out
}
