package app

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
)

// standing gives a definition as it would be sent back, with another English title.
func (c *company) standing(t *testing.T, kind, name, title string) map[string]any {
	t.Helper()
	d, ok := c.app.Defs.Current().Definition(kind, name)
	assert.True(t, ok, "%s/%s", kind, name)
	return map[string]any{"title": map[string]any{"zh-CN": d.Title.ZH, "en": title}, "spec": json.RawMessage(d.Spec)}
}

// TestWhoDecidesWhat: each drafts, sees the drafts of and publishes the kinds of their role, and takes no other's along.
func TestWhoDecidesWhat(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		boss, mia, admin, rita := c.person(t, "boss"), c.person(t, "mia"), c.person(t, "admin"), c.person(t, "rita")
		put := func(v *visitor, kind, name string, status int) {
			t.Helper()
			v.want(t, "PUT", "/api/v1/definitions/"+kind+"/"+name, c.standing(t, kind, name, "changed"), status)
		}
		put(boss, "tag_dimension", "source", 200)
		put(mia, "channel", "website_form", 200)
		put(admin, "role", "rep", 200)
		put(mia, "assignment_policy", "lead_assignment", 403)
		put(mia, "object", "script", 403)
		put(boss, "role", "director", 403)
		put(rita, "channel", "website_form", 403)
		mia.want(t, "PUT", "/api/v1/definitions/role/own", map[string]any{"title": map[string]any{"zh-CN": "我的"}, "spec": map[string]any{"rights": []string{"system.write"}, "objects": map[string]any{}}}, 403)

		drafts := func(v *visitor) (out []string) {
			for _, d := range v.get(t, "/api/v1/definitions", 200)["drafts"].([]any) {
				out = append(out, d.(map[string]any)["kind"].(string))
			}
			return out
		}
		assert.Equal(t, []string{"channel", "role", "tag_dimension"}, drafts(admin))
		assert.Equal(t, []string{"channel", "tag_dimension"}, drafts(boss))
		assert.Equal(t, []string{"channel"}, drafts(mia))
		assert.Empty(t, drafts(rita), "what is not decided yet is of those who decide")
		assert.Nil(t, rita.get(t, "/api/v1/definitions/channel/website_form", 200)["draft"])
		assert.NotNil(t, mia.get(t, "/api/v1/definitions/channel/website_form", 200)["draft"])

		before := c.app.Defs.Current().Revision
		assert.Equal(t, "forbidden", mia.post(t, "/api/v1/revisions", map[string]any{}, 403)["code"], "all drafts are not hers to publish")
		boss.post(t, "/api/v1/revisions", map[string]any{}, 403)
		mia.post(t, "/api/v1/revisions", map[string]any{"only": []any{map[string]any{"kind": "role", "name": "rep"}}}, 403)
		assert.Equal(t, before, c.app.Defs.Current().Revision)
		rev := mia.post(t, "/api/v1/revisions", map[string]any{"only": []any{map[string]any{"kind": "channel", "name": "website_form"}}}, 200)["revision"].(map[string]any)
		assert.Equal(t, "米娅", rev["by"])
		assert.Len(t, rev["changes"], 1)
		assert.Equal(t, []string{"role", "tag_dimension"}, drafts(admin))

		// Going back is a change as well.
		admin.post(t, "/api/v1/revisions", map[string]any{}, 200)
		n := c.app.Defs.Current().Revision
		boss.post(t, "/api/v1/revisions/"+itoa(int(n-1))+"/restore", nil, 403) // would change a role
		mia.post(t, "/api/v1/revisions/"+itoa(int(n-1))+"/restore", nil, 403)
		assert.Equal(t, n, c.app.Defs.Current().Revision)
		admin.post(t, "/api/v1/revisions/"+itoa(int(n-1))+"/restore", nil, 200)
		d, _ := c.app.Defs.Current().Definition("role", "rep")
		assert.NotEqual(t, "changed", d.Title.EN)

		// A key decides no more than its maker.
		key := c.key(t, "mia", "definitions.write", "definitions.read")
		put(key, "channel", "h5_form", 200)
		put(key, "tag_dimension", "source", 403)
		put(c.key(t, "admin", "definitions.read"), "channel", "h5_form", 403)
		// And every publish is in the trail with who did it.
		events := admin.get(t, "/api/v1/events?object=revision&limit=3", 200)["events"].([]any)
		assert.Equal(t, []any{"admin", "admin", "mia"}, []any{events[0].(map[string]any)["actor"].(map[string]any)["id"], events[1].(map[string]any)["actor"].(map[string]any)["id"], events[2].(map[string]any)["actor"].(map[string]any)["id"]})
	})
}

// TestAChangedRoleHoldsFromTheNextRequest, and so do a changed unit and a left company.
func TestAChangedRoleHoldsFromTheNextRequest(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		rows := c.leads(t)
		admin, rita := c.person(t, "admin"), c.person(t, "rita")
		see := func(want string) {
			t.Helper()
			assert.Equal(t, pick(rows, want), idsOf(rita.get(t, "/api/v1/objects/lead/records?limit=500", 200)))
		}
		change := func(v map[string]any) {
			t.Helper()
			admin.want(t, "PATCH", "/api/v1/objects/person/records/rita", v, 200)
		}
		see("rp")
		change(map[string]any{"roles": []string{"lead"}})
		see("rop")
		change(map[string]any{"unit": "south"})
		see("rsp") // 萨姆 is of 华南; what she holds she still sees
		change(map[string]any{"unit": "root"})
		see("rotsp")
		change(map[string]any{"roles": []string{"rep"}, "unit": "team1"})
		see("rp")
		// A role is changed while everybody works.
		rep := c.standing(t, "role", "rep", "Rep")
		var spec map[string]any
		assert.NoError(t, json.Unmarshal(rep["spec"].(json.RawMessage), &spec))
		spec["objects"].(map[string]any)["lead"] = map[string]any{"read": "own"}
		rep["spec"] = spec
		admin.want(t, "PUT", "/api/v1/definitions/role/rep", rep, 200)
		see("rp")
		admin.post(t, "/api/v1/revisions", map[string]any{}, 200)
		see("r")
		rita.want(t, "PATCH", "/api/v1/objects/lead/records/"+rows["r"], map[string]any{"note": "x"}, 403)
		change(map[string]any{"active": false})
		rita.get(t, "/api/v1/objects/lead/records", 401)
		rita.get(t, "/api/v1/session", 401)
	})
}
