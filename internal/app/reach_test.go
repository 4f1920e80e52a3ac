package app

import (
	"bufio"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/record"
	"baton/internal/platform/web"
)

// seers says whose leads each person sees (letters as in recordRights).
var seers = map[string]string{"rita": "rp", "rob": "op", "lena": "rop", "max": "tp", "dora": "rotp", "sid": "sp", "boss": "rotsp", "admin": "rotsp"}

func (c *company) leads(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for letter, owner := range letters {
		out[letter] = c.lead(t, owner)
	}
	return out
}

func pick(rows map[string]string, set string) []string {
	out := []string{}
	for letter, id := range rows {
		if strings.Contains(set, letter) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// TestTheFunnelCountsWhatOneSees: the numbers and the records behind them are the same leads the list shows.
func TestTheFunnelCountsWhatOneSees(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		rows := c.leads(t)
		for person, set := range seers {
			v, want := c.person(t, person), pick(rows, set)
			report := v.post(t, "/api/v1/funnels/lead", map[string]any{"mode": "cohort", "by": "owner"}, 200)
			assert.EqualValues(t, len(want), report["stages"].([]any)[0].(map[string]any)["count"], person)
			for _, g := range report["groups"].([]any) {
				owner := g.(map[string]any)["key"].(string)
				assert.True(t, slices.ContainsFunc([]rune(set), func(r rune) bool { return letters[string(r)] == owner }), "%s is shown the figures of %q", person, owner)
			}
			assert.Equal(t, want, idsOf(v.post(t, "/api/v1/funnels/lead:records", map[string]any{"mode": "cohort", "stage": "new", "metric": "count", "limit": 500}, 200)), person)
			// asking for another's group by its key opens nothing
			if !strings.Contains(set, "s") {
				assert.Empty(t, idsOf(v.post(t, "/api/v1/funnels/lead:records", map[string]any{"mode": "cohort", "by": "owner", "key": "sam", "stage": "new", "metric": "count"}, 200)), person)
				assert.Empty(t, v.post(t, "/api/v1/query", map[string]any{"entity": "lead", "measures": []string{"count"}, "dimensions": []string{"owner"}, "where": map[string]any{"field": "owner", "op": "eq", "value": "sam"}}, 200)["rows"], person)
			}
		}
	})
}

// TestOpeningTellingAndTaking: what people do with a lead, on each one's leads.
func TestOpeningTellingAndTaking(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		updates := map[string]string{"rita": "r", "rob": "o", "lena": "rop", "max": "tp", "dora": "rotp", "sid": "sp", "boss": "rotsp", "admin": "rotsp", "mia": ""}
		for person, changes := range updates {
			v := c.person(t, person)
			for letter, owner := range letters {
				where := person + " on a lead of " + letter
				see, may := strings.Contains(seers[person], letter), strings.Contains(changes, letter)
				status := func(ok bool) int {
					switch {
					case !see:
						return 404
					case !ok:
						return 403
					}
					return 200
				}
				one := func(id string) string { return "/api/v1/objects/lead/records/" + id }
				res, body := v.send(t, "POST", one(c.lead(t, owner))+":open", nil)
				assert.Equal(t, status(true), res.StatusCode, "%s: open: %s", where, body)
				res, body = v.send(t, "POST", one(c.lead(t, owner))+":contacted", map[string]any{"way": "phone", "note": "谈过"})
				assert.Equal(t, status(may), res.StatusCode, "%s: contacted: %s", where, body)
				res, body = v.send(t, "POST", one(c.lead(t, owner))+":transfer", map[string]any{"owner": "vera"})
				assert.Equal(t, status(may), res.StatusCode, "%s: transfer: %s", where, body)
				id := c.lead(t, owner)
				res, body = v.send(t, "POST", one(id)+":claim", nil)
				switch {
				case person == "mia":
					assert.Equal(t, 404, res.StatusCode, "%s: claim: %s", where, body)
				case owner == "" || owner == person:
					assert.Equal(t, 200, res.StatusCode, "%s: claim: %s", where, body)
					assert.Equal(t, person, c.row(t, "lead", id).Owner())
				default: // the holder is named, whoever it is; the lead stays theirs
					p := decoded(t, body)
					assert.Equal(t, 409, res.StatusCode, "%s: claim: %s", where, body)
					assert.Equal(t, "held", p["code"])
					assert.Contains(t, p["detail"], c.app.Dir.Person(owner).Name)
					assert.Equal(t, owner, c.row(t, "lead", id).Owner())
				}
			}
		}
	})
}

// TestPeopleAreEverybodysToSee: who works where is no secret; phones and weights are, and only 管理员 changes people.
func TestPeopleAreEverybodysToSee(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		key := c.key(t, "admin", "records.write")
		for person, hidden := range map[string]bool{"rita": true, "mia": true, "lena": false, "boss": false, "admin": false} {
			v := c.person(t, person)
			rob := v.get(t, "/api/v1/objects/person/records/rob", 200)["record"].(map[string]any)
			assert.Equal(t, "罗布", rob["name"])
			for _, field := range []string{"phone", "email", "weight"} {
				_, shown := rob[field]
				assert.Equal(t, !hidden, shown, "%s sees %s", person, field)
			}
			v.get(t, "/api/v1/objects/org_unit/records/team2", 200)
			status, made := 403, 403
			if person == "admin" {
				status, made = 200, 201
			}
			v.want(t, "PATCH", "/api/v1/objects/person/records/rob", map[string]any{"roles": []string{"rep"}}, status)
			v.want(t, "PATCH", "/api/v1/objects/org_unit/records/team2", map[string]any{"manager": "max"}, status)
			v.post(t, "/api/v1/objects/person/records", map[string]any{"name": "新人", "roles": []string{"admin"}}, made)
		}
		// A key that writes records writes no people: it would give out roles.
		key.want(t, "PATCH", "/api/v1/objects/person/records/rob", map[string]any{"roles": []string{"admin"}}, 403)
		key.post(t, "/api/v1/objects/person/records", map[string]any{"name": "新人", "roles": []string{"admin"}}, 403)
		assert.Equal(t, "|rep|", c.row(t, "person", "rob").Get("roles"))
		// Nor does a channel.
		res, body := (&visitor{c: c, headers: map[string]string{"X-Channel-Key": c.channelKey(t, "people")}}).send(t, "POST", "/api/v1/intake/people", map[string]any{"name": "新人"})
		assert.Equal(t, 404, res.StatusCode, "%s", body)
		admin := c.person(t, "admin")
		admin.want(t, "PUT", "/api/v1/definitions/channel/people", map[string]any{"title": map[string]any{"zh-CN": "人"}, "spec": map[string]any{"object": "person", "source": "", "enabled": true, "assign": false, "countdown": false}}, 200)
		admin.post(t, "/api/v1/revisions", map[string]any{}, 200)
		res, body = (&visitor{c: c, headers: map[string]string{"X-Channel-Key": c.channelKey(t, "people")}}).send(t, "POST", "/api/v1/intake/people", map[string]any{"name": "新人", "roles": "admin"})
		assert.Equal(t, 403, res.StatusCode, "%s", body)
	})
}

// TestKeysReachNoFurtherThanTheirScopes: a key is its maker, cut to its scopes.
func TestKeysReachNoFurtherThanTheirScopes(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		rows := c.leads(t)
		for _, k := range []struct {
			maker, scope             string
			sees, changes, customers string
		}{
			{"rita", "records.read", "rp", "", "r"}, {"rita", "lead.read", "rp", "", "-"}, {"rita", "lead.write", "rp", "r", "-"}, {"lena", "*", "rop", "rop", "ro"},
			{"admin", "lead.read", "rotsp", "", "-"}, {"admin", "events.read", "-", "", "-"}, {"mia", "*", "-", "", "-"}, {"admin", "records.write", "rotsp", "rotsp", "rotsp"},
		} {
			v, say := c.key(t, k.maker, k.scope), k.maker+"'s key for "+k.scope
			if k.sees == "-" {
				v.get(t, "/api/v1/objects/lead/records", 404)
			} else {
				assert.Equal(t, pick(rows, k.sees), idsOf(v.get(t, "/api/v1/objects/lead/records?limit=500", 200)), say)
			}
			if k.customers == "-" {
				v.get(t, "/api/v1/objects/customer/records", 404)
			} else {
				v.get(t, "/api/v1/objects/customer/records", 200)
			}
			for letter, id := range rows {
				want := 404
				switch {
				case strings.Contains(k.changes, letter):
					want = 200
				case strings.Contains(k.sees, letter):
					want = 403
				}
				v.want(t, "PATCH", "/api/v1/objects/lead/records/"+id, map[string]any{"note": say}, want)
			}
			events := 403
			if k.maker == "admin" && k.scope == "events.read" {
				events = 200
			}
			v.get(t, "/api/v1/events", events)
			v.get(t, "/api/v1/keys", map[bool]int{true: 200, false: 403}[k.maker == "mia"]) // "*" of 市场部: the channels' keys
		}
	})
}

// TestTheTrailEndsWhereSightEnds: a region's director reads the trail of what the region sees.
func TestTheTrailEndsWhereSightEnds(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		rows := c.leads(t)
		gone := c.lead(t, "sam")
		c.system(t, record.Write{Op: record.Delete, Object: "lead", ID: gone})
		for person, set := range map[string]string{"dora": "rotp", "sid": "sp", "boss": "rotsp", "admin": "rotsp"} {
			v, told := c.person(t, person), map[string]bool{}
			pages, others := 0, 0
			for cursor := ""; ; pages++ {
				path := "/api/v1/events?limit=3"
				if cursor != "" {
					path += "&cursor=" + cursor
				}
				answer := v.get(t, path, 200)
				for _, e := range answer["events"].([]any) {
					if m := e.(map[string]any); m["object"] == "lead" {
						told[m["record_id"].(string)] = true
					} else if m["object"] == "revision" {
						others++
					}
				}
				next, more := answer["next_cursor"].(string)
				if !more {
					break
				}
				cursor = next
			}
			for letter, id := range rows {
				assert.Equal(t, strings.Contains(set, letter), told[id], "%s is told of %s's lead", person, letter)
				events := v.get(t, "/api/v1/events?object=lead&record_id="+id, 200)["events"].([]any)
				assert.Equal(t, strings.Contains(set, letter), len(events) > 0, "%s asks for %s's lead", person, letter)
			}
			assert.Equal(t, strings.Contains(set, "s"), told[gone], "%s is told of a deleted lead", person)
			assert.Positive(t, others, "%s is told of revisions", person)
			assert.Greater(t, pages, 3, person)
		}
	})
}

// TestAnImportIsSeenByWhoStartedIt: its rejected rows hold what the file held.
func TestAnImportIsSeenByWhoStartedIt(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		id := c.person(t, "lena").post(t, "/api/v1/objects/lead/import", upload("公司,电话,阶段\n甲,13900001111,没有这个阶段\n"), 202)["job"].(map[string]any)["id"].(string)
		for person, want := range map[string]int{"lena": 200, "max": 404, "rita": 404, "mia": 404, "boss": 200, "admin": 200} {
			v := c.person(t, person)
			v.get(t, "/api/v1/jobs/"+id, want)
			res, _ := v.send(t, "GET", "/api/v1/jobs/"+id+"/rejected.csv", nil)
			assert.Equal(t, want, res.StatusCode, person)
			assert.Equal(t, want == 200, len(v.get(t, "/api/v1/jobs?kind=import", 200)["jobs"].([]any)) > 0, person)
		}
		res, body := c.person(t, "rita").send(t, "POST", "/api/v1/objects/lead/import", upload("公司\n甲\n"))
		assert.Equal(t, 403, res.StatusCode, "%s", body)
		res, body = c.person(t, "lena").send(t, "POST", "/api/v1/objects/bank_line/import", upload("摘要\n甲\n"))
		assert.Equal(t, 404, res.StatusCode, "%s", body) // not hers to know of
		res, body = c.person(t, "lena").send(t, "POST", "/api/v1/objects/product/import", upload("名称\n甲\n"))
		assert.Equal(t, 403, res.StatusCode, "%s", body)
	})
}

// TestTheStreamTellsWhatOneSees: each page hears of the leads its reader sees, and of a lead that goes only that it is gone.
func TestTheStreamTellsWhatOneSees(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		rows := c.leads(t)
		streams := map[string]*bufio.Scanner{}
		all := map[string]string{"mia": ""}
		for person, set := range seers {
			all[person] = set
		}
		for person := range all {
			streams[person] = c.listen(t, c.person(t, person))
		}
		for _, id := range rows {
			c.system(t, record.Write{Op: record.Update, Object: "lead", ID: id, Values: map[string]any{"note": "变了"}})
		}
		c.system(t, record.Write{Op: record.Update, Object: "lead", ID: rows["r"], Values: map[string]any{"owner": "sam"}})
		c.system(t, record.Write{Op: record.Update, Object: "org_unit", ID: "market", Values: map[string]any{"name": "市场"}}) // everybody sees units: the last word
		for person, set := range all {
			told := map[string]bool{}
			for s := streams[person]; s.Scan(); {
				data, ok := strings.CutPrefix(s.Text(), "data: ")
				if !ok {
					continue
				}
				m := decoded(t, []byte(data))
				if m["id"] == "market" {
					break
				}
				if m["object"] == "lead" {
					told[m["id"].(string)] = true
					assert.NotContains(t, data, "变了", "a message carries no content")
				}
			}
			if person == "sid" {
				set += "r" // 萨姆 has it now
			}
			for letter, id := range rows {
				assert.Equal(t, strings.Contains(set, letter), told[id], "%s hears of %s's lead", person, letter)
			}
		}
	})
}

// listen opens a stream and reads up to its greeting.
func (c *company) listen(t *testing.T, v *visitor) *bufio.Scanner {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, "GET", c.server.URL+"/api/v1/stream", nil)
	require.NoError(t, err)
	req.AddCookie(&http.Cookie{Name: web.CookieName, Value: v.cookie})
	res, err := c.server.Client().Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { _ = res.Body.Close() })
	require.Equal(t, 200, res.StatusCode)
	s := bufio.NewScanner(res.Body)
	for s.Scan() && s.Text() != "" {
	}
	return s
}
