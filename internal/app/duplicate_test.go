package app

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestALeadAnotherHoldsCannotBeTakenByEnteringItAgain: who enters by hand what another holds is told that it is there and whose it is,
// nothing more, and nothing of it is touched. What one sees merges; so do channels and files, whose answer nobody reads.
func TestALeadAnotherHoldsCannotBeTakenByEnteringItAgain(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		base := "/api/v1/objects/lead/records"
		phone := c.phone()
		held := c.made(t, "lead", "sam", map[string]any{"company": "机密公司", "phone": phone, "email": "held@example.com", "note": "底价八折"})
		again := func() map[string]any {
			return map[string]any{"company": "我录的", "phone": "+86 " + phone, "name": "王五", "budget": "20万"}
		}
		untouched := func() {
			t.Helper()
			row := c.row(t, "lead", held)
			assert.Equal(t, "sam", row.Owner())
			assert.Nil(t, row.Get("name"))
			assert.Nil(t, row.Get("budget"))
			assert.Equal(t, int64(1), row.Get("touches"))
			assert.Len(t, c.person(t, "admin").get(t, base+"/"+held+"/history", 200)["events"], 1)
			assert.Len(t, idsOf(c.person(t, "admin").get(t, "/api/v1/objects/touch/records", 200)), 1)
		}

		for _, person := range []string{"rita", "lena", "dora"} { // a rep, a lead and a director of elsewhere
			v := c.person(t, person)
			res, body := v.send(t, "POST", base, again())
			require.Equal(t, 409, res.StatusCode, "%s: %s", person, body)
			p := decoded(t, body)
			assert.Equal(t, "held", p["code"])
			assert.Equal(t, "这条线索已由 萨姆 负责", p["detail"])
			assert.Empty(t, itemOf(p)["pointer"], "not even which of the contacts it was known by")
			for _, secret := range []string{held, "机密公司", "held@example.com", "底价", "sam"} {
				assert.NotContains(t, string(body), secret, person)
			}
			untouched()
		}

		rita := c.person(t, "rita")
		key := c.key(t, "rita", "lead.write")
		res, body := key.send(t, "POST", base, again())
		assert.Equal(t, 409, res.StatusCode, "a key in her place: %s", body)

		// Of many, all or none; or each by itself.
		many := map[string]any{"records": []any{map[string]any{"company": "新的"}, again()}}
		res, body = rita.send(t, "POST", base, many)
		assert.Equal(t, 409, res.StatusCode, "%s", body)
		assert.Equal(t, "/records/1", itemOf(decoded(t, body))["pointer"])
		assert.Empty(t, idsOf(rita.get(t, base, 200)))
		outcomes := rita.post(t, base+"?partial=true", many, 200)["outcomes"].([]any)
		assert.Equal(t, "created", outcomes[0].(map[string]any)["outcome"])
		assert.Equal(t, "held", outcomes[1].(map[string]any)["problem"].(map[string]any)["code"])
		mine := outcomes[0].(map[string]any)["record"].(map[string]any)["id"].(string)
		after := c.row(t, "lead", held)
		assert.Equal(t, int64(1), after.Get("touches"))

		// 市场部 sees no leads: one in the pool is there for her all the same.
		pooled := c.phone()
		c.made(t, "lead", "", map[string]any{"company": "公海里的", "phone": pooled})
		res, body = c.person(t, "mia").send(t, "POST", base, map[string]any{"phone": pooled})
		assert.Equal(t, 409, res.StatusCode, "%s", body)
		assert.Contains(t, string(body), "还没有负责人")
		assert.NotContains(t, string(body), "公海里的")

		// What one sees merges: the holder's own, the supervisor's, the pool's.
		for person, want := range map[string]string{"sam": held, "sid": held} {
			got := c.person(t, person).post(t, base, again(), 201)
			assert.Equal(t, "merged", got["outcome"], person)
			assert.Equal(t, want, got["record"].(map[string]any)["id"], person)
		}
		row := c.row(t, "lead", held)
		assert.Equal(t, "王五", row.Get("name"), "a blank is filled")
		assert.Equal(t, "机密公司", row.Get("company"), "nothing is overwritten")
		assert.Equal(t, int64(3), row.Get("touches"))
		got := rita.post(t, base, map[string]any{"phone": pooled, "name": "赵六"}, 201)
		assert.Equal(t, "merged", got["outcome"])

		// A channel and a file merge into whatever stands.
		intake := &visitor{c: c, headers: map[string]string{"X-Channel-Key": c.channelKey(t, "website_form")}}
		assert.Equal(t, held, intake.post(t, "/api/v1/intake/website_form", map[string]any{"phone": phone, "name": "孙七"}, 202)["id"])
		assert.Equal(t, int64(4), c.row(t, "lead", held).Get("touches"))
		job := c.person(t, "lena").post(t, "/api/v1/objects/lead/import", upload("公司,电话\n甲,"+phone+"\n"), 202)["job"].(map[string]any)["id"].(string)
		run, err := c.app.engines.jobs.Wait(t.Context(), job)
		require.NoError(t, err)
		assert.JSONEq(t, `{"rows":1,"created":0,"merged":1,"rejected":0}`, string(run.Result))
		c.person(t, "lena").get(t, base+"/"+held, 404)

		// An edit into another's contact merges nothing and tells nothing.
		changed := c.person(t, "admin").want(t, "PATCH", base+"/"+mine, map[string]any{"owner": "rita"}, 200)
		assert.Equal(t, "rita", changed["record"].(map[string]any)["owner"])
		res, body = rita.send(t, "PATCH", base+"/"+mine, map[string]any{"phone": phone})
		assert.Equal(t, 200, res.StatusCode, "%s", body)
		assert.False(t, strings.Contains(string(body), held) || strings.Contains(string(body), "机密"))
	})
}

// TestALeadGivenAwayAtOnceIsAnsweredMasked: the rules may give a rep's new lead to another; the answer then tells its number and no more.
func TestALeadGivenAwayAtOnceIsAnsweredMasked(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		for _, p := range companyPeople { // nobody but 汤姆 is at work
			if p[3] == "rep" && p[0] != "tom" {
				c.person(t, "admin").want(t, "PATCH", "/api/v1/objects/person/records/"+p[0], map[string]any{"leave_from": "2020-01-01", "leave_until": "2099-12-31"}, 200)
			}
		}
		rita := c.person(t, "rita")
		got := rita.post(t, "/api/v1/objects/lead/records", map[string]any{"company": "甲", "phone": c.phone(), "note": "要快"}, 201)
		record := got["record"].(map[string]any)
		id := record["id"].(string)
		require.Equal(t, "tom", c.row(t, "lead", id).Owner())
		for name, v := range record {
			switch name {
			case "id", "version":
				assert.NotNil(t, v)
			case "timers":
				assert.Empty(t, v, "a countdown would name the owner")
			case "hints":
				assert.Empty(t, v)
			case "tags":
				for dimension, tag := range v.(map[string]any) {
					assert.Nil(t, tag, dimension)
				}
			default:
				assert.Nil(t, v, name)
			}
		}
		assert.Empty(t, got["refs"])
		rita.get(t, "/api/v1/objects/lead/records/"+id, 404)
	})
}
