package app

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// secretPhone and secretBudget are what the role “veiled” hides; neither, in any writing, may come back to her.
const secretPhone, secretBudget = "13712345678", "173500"

func leaks(text string) bool {
	for _, s := range []string{secretPhone, "+86" + secretPhone, secretBudget, "17350000", "17.35"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

// TestAHiddenFieldStaysHidden looks for a hidden field through every way there is to look at a record.
func TestAHiddenFieldStaysHidden(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		vera, boss := c.person(t, "vera"), c.person(t, "boss")
		made := boss.post(t, "/api/v1/objects/lead/records", map[string]any{"company": "高校", "phone": secretPhone, "budget": secretBudget, "industry": "教育", "region": "上海"}, 201)
		id := made["record"].(map[string]any)["id"].(string)
		base, one := "/api/v1/objects/lead/records", "/api/v1/objects/lead/records/"+id
		boss.want(t, "PATCH", one, map[string]any{"budget": "173501"}, 200)
		boss.want(t, "PATCH", one, map[string]any{"budget": secretBudget, "note": "已核实"}, 200)

		t.Run("shown by no reading", func(t *testing.T) {
			for _, path := range []string{one, base, base + "?fields=phone,budget,company", one + "/history", one + "/explain", "/api/v1/meta", "/api/v1/objects/touch/records", "/api/v1/inbox", "/api/v1/jobs"} {
				res, body := vera.send(t, "GET", path, nil)
				require.Equal(t, 200, res.StatusCode, "%s: %s", path, body)
				assert.False(t, leaks(string(body)), "%s: %s", path, body)
			}
			shown := vera.get(t, one, 200)["record"].(map[string]any)
			for _, name := range []string{"phone", "budget", "tag_budget"} {
				assert.NotContains(t, shown, name)
			}
			assert.NotContains(t, shown["tags"], "budget")
			assert.Contains(t, shown["tags"], "industry")
			res, body := boss.send(t, "GET", one+"/history", nil)
			require.Equal(t, 200, res.StatusCode)
			assert.True(t, leaks(string(body)), "the director sees the change")
		})

		t.Run("a change of nothing but it tells of nothing", func(t *testing.T) {
			for _, e := range vera.get(t, one+"/history", 200)["events"].([]any) {
				for _, ch := range e.(map[string]any)["changes"].([]any) {
					assert.NotContains(t, []string{"phone", "budget", "tag_budget"}, ch.(map[string]any)["field"])
				}
			}
		})

		t.Run("explained without it", func(t *testing.T) {
			_, raw := vera.send(t, "GET", one+"/explain", nil)
			_, seen := boss.send(t, "GET", one+"/explain", nil)
			assert.Contains(t, string(raw), "你无权查看内容的条件")
			assert.NotContains(t, string(seen), "你无权查看内容的条件")
			assert.True(t, leaks(string(seen)), "the director sees the value that decided: %s", seen)
			tags := decoded(t, raw)["tags"].(map[string]any)
			assert.NotContains(t, tags, "budget", "the tag of the hidden field")
			grade := tags["grade"].(map[string]any) // decided by the budget's tag
			assert.NotContains(t, mustJSON(t, grade), "万")
			full := decoded(t, seen)["tags"].(map[string]any)
			assert.Contains(t, full, "budget")
			// the branches still say which held
			assert.Equal(t, len(decoded(t, seen)["owner"].(map[string]any)["branches"].([]any)), len(decoded(t, raw)["owner"].(map[string]any)["branches"].([]any)))
		})

		t.Run("not to be asked for", func(t *testing.T) {
			for _, filter := range []string{`{"field":"phone","op":"eq","value":"` + secretPhone + `"}`, `{"field":"budget","op":"gt","value":1}`, `{"field":"tags.budget","op":"not_empty"}`, `{"none":[{"field":"phone","op":"empty"}]}`, `{"field":"phon","op":"empty"}`, `{"field":"手机","op":"empty"}`} {
				res, body := vera.send(t, "GET", base+"?filter="+url.QueryEscape(filter), nil)
				assert.Equal(t, 422, res.StatusCode, "%s: %s", filter, body)
				assert.NotContains(t, hintsOf(t, body), "phone", "the hint must not name it: %s", body)
				q := map[string]any{"entity": "lead", "measures": []string{"count"}, "where": json.RawMessage(filter)}
				res, body = vera.send(t, "POST", "/api/v1/query", q)
				assert.Equal(t, 422, res.StatusCode, "%s: %s", filter, body)
				assert.NotContains(t, hintsOf(t, body), "phone", "%s", body)
				res, body = vera.send(t, "POST", "/api/v1/funnels/lead", map[string]any{"mode": "cohort", "where": json.RawMessage(filter)})
				assert.Equal(t, 422, res.StatusCode, "%s: %s", filter, body)
				assert.NotContains(t, hintsOf(t, body), "phone", "%s", body)
				res, body = vera.send(t, "POST", "/api/v1/query", map[string]any{"entity": "touch", "measures": []string{"count"}, "where": json.RawMessage(strings.ReplaceAll(strings.ReplaceAll(filter, `"phon`, `"lead.phon`), `"budget`, `"lead.budget`))})
				assert.Equal(t, 422, res.StatusCode, "through a relation: %s: %s", filter, body)
			}
			for _, sort := range []string{"phone", "-budget", "budgt"} {
				res, body := vera.send(t, "GET", base+"?sort="+sort, nil)
				assert.Equal(t, 422, res.StatusCode, "sort by %s: %s", sort, body)
				assert.NotContains(t, hintsOf(t, body), "budget")
			}
			assert.Empty(t, idsOf(vera.get(t, base+"?q="+secretPhone, 200)), "found by its hidden phone")
			assert.Equal(t, []string{id}, idsOf(boss.get(t, base+"?q="+secretPhone, 200)))
			for _, q := range []map[string]any{
				{"entity": "lead", "measures": []string{"sum:budget"}}, {"entity": "lead", "measures": []string{"avg:budgt"}}, {"entity": "lead", "measures": []string{"count"}, "dimensions": []string{"tags.budget"}},
				{"entity": "lead", "measures": []string{"count"}, "dimensions": []string{"phone"}}, {"entity": "touch", "measures": []string{"count"}, "dimensions": []string{"lead.phone"}},
				{"entity": "lead.budget", "measures": []string{"count"}},
			} {
				res, body := vera.send(t, "POST", "/api/v1/query", q)
				assert.Equal(t, 422, res.StatusCode, "%v: %s", q, body)
				assert.NotContains(t, hintsOf(t, body), "budget", "%s", body)
			}
			q := vera.post(t, "/api/v1/query:records", map[string]any{"query": map[string]any{"entity": "lead", "measures": []string{"count"}}, "cell": map[string]any{"measure": "count"}}, 200)
			assert.False(t, leaks(mustJSON(t, q)))
			assert.False(t, leaks(mustJSON(t, vera.post(t, "/api/v1/funnels/lead:records", map[string]any{"mode": "cohort", "stage": "new", "metric": "count"}, 200))))
		})

		t.Run("not to be written", func(t *testing.T) {
			for _, values := range []map[string]any{{"phone": "13800000000"}, {"budget": 1}, {"phon": "1"}} {
				res, body := vera.send(t, "PATCH", one, values)
				assert.Equal(t, 422, res.StatusCode, "%s", body)
				assert.Equal(t, "unknown_field", itemOf(decoded(t, body))["code"])
				assert.NotContains(t, hintsOf(t, body), "phone")
				res, body = vera.send(t, "POST", base, values)
				assert.Equal(t, 422, res.StatusCode, "%s", body)
			}
			stale := &visitor{c: c, cookie: vera.cookie, csrf: vera.csrf, headers: map[string]string{"If-Match": "1"}}
			_, body := stale.send(t, "PATCH", one, map[string]any{"note": "我的"})
			assert.False(t, leaks(string(body)), "a conflict shows the two values of what was written only: %s", body)
			changed := vera.want(t, "PATCH", one, map[string]any{"note": "又核实"}, 200)
			assert.False(t, leaks(mustJSON(t, changed)))
			assert.EqualValues(t, 17350000, c.row(t, "lead", id).Get("budget"), "what she does not see stays as it is")
			assert.False(t, leaks(mustJSON(t, vera.post(t, one+":open", nil, 200))))
		})

		t.Run("not to be imported", func(t *testing.T) {
			p := vera.post(t, "/api/v1/objects/lead/import:preview", upload("公司,预算,手机\n甲,5万,"+"13911112222\n"), 200)
			for _, f := range p["fields"].([]any) {
				assert.NotContains(t, []string{"phone", "budget", "tag_budget"}, f.(map[string]any)["name"])
			}
			for _, col := range p["columns"].([]any) {
				assert.NotContains(t, []any{"phone", "budget"}, col.(map[string]any)["field"])
			}
		})
	})
}

func mustJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// hintsOf joins what a problem advises and says, the pointers apart.
func hintsOf(t testing.TB, body []byte) string {
	t.Helper()
	var out []string
	items, _ := decoded(t, body)["errors"].([]any)
	for _, it := range items {
		hint, _ := it.(map[string]any)["hint"].(string)
		out = append(out, hint)
	}
	return strings.Join(out, " ")
}

// TestAConditionReachesOnlyWhatOneSees: a filter through a relation must not tell of records one may not see.
func TestAConditionReachesOnlyWhatOneSees(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		theirs := c.made(t, "customer", "sam", map[string]any{"name": "他人客户", "note": "底价八折"})
		mine := c.made(t, "customer", "rita", map[string]any{"name": "自己客户", "note": "底价九折"})
		a, b := c.made(t, "lead", "rita", map[string]any{"company": "甲", "customer": theirs}), c.made(t, "lead", "rita", map[string]any{"company": "乙", "customer": mine})
		c.made(t, "task", "sam", map[string]any{"title": "别人的待办", "lead": a})
		c.made(t, "task", "rita", map[string]any{"title": "自己的待办", "lead": b})
		c.made(t, "receipt", "sam", map[string]any{"number": "R9", "customer": theirs})
		both := []string{a, b}
		if a > b {
			both = []string{b, a}
		}
		for _, f := range []struct {
			filter      string
			rita, admin []string // whose leads are found
		}{
			{`{"field":"customer.note","op":"contains","value":"底价"}`, []string{b}, both},
			{`{"field":"customer.note","op":"empty"}`, []string{a}, []string{}}, // what one may not see is not there
			{`{"field":"customer.name","op":"eq","value":"他人客户"}`, []string{}, []string{a}},
			{`{"field":"customer","op":"eq","value":"` + theirs + `"}`, []string{a}, []string{a}}, // the link itself is the lead's own
			{`{"some":{"relation":"tasks","where":{"field":"title","op":"contains","value":"待办"}}}`, []string{b}, both},
			{`{"none":[{"some":{"relation":"tasks"}}]}`, []string{a}, []string{}},
			{`{"field":"owner.unit","op":"eq","value":"team1"}`, both, both},
		} {
			for person, want := range map[string][]string{"rita": f.rita, "admin": f.admin} {
				v := c.person(t, person)
				assert.Equal(t, want, idsOf(v.get(t, "/api/v1/objects/lead/records?filter="+url.QueryEscape(f.filter), 200)), "%s lists %s", person, f.filter)
				n := v.post(t, "/api/v1/query", map[string]any{"entity": "lead", "measures": []string{"count"}, "where": json.RawMessage(f.filter)}, 200)["rows"].([]any)[0].([]any)[0]
				assert.EqualValues(t, len(want), n, "%s counts %s", person, f.filter)
				funnel := v.post(t, "/api/v1/funnels/lead", map[string]any{"mode": "cohort", "where": json.RawMessage(f.filter)}, 200)["stages"].([]any)[0].(map[string]any)["count"]
				assert.EqualValues(t, len(want), funnel, "%s counts %s in the funnel", person, f.filter)
			}
		}
		// Grouping through the relation names no more.
		rows := c.person(t, "rita").post(t, "/api/v1/query", map[string]any{"entity": "lead", "measures": []string{"count"}, "dimensions": []string{"customer.name"}}, 200)["rows"]
		assert.Equal(t, []any{[]any{nil, 1.0}, []any{"自己客户", 1.0}}, rows)
		// What one may see nothing of cannot be named, nor is it suggested.
		for _, f := range []string{`{"some":{"relation":"bank_lines"}}`, `{"some":{"relation":"receiptz"}}`} {
			res, body := c.person(t, "rita").send(t, "GET", "/api/v1/objects/customer/records?filter="+url.QueryEscape(f), nil)
			assert.Equal(t, 422, res.StatusCode, "%s: %s", f, body)
			assert.NotContains(t, hintsOf(t, body), "bank_line", "%s", body)
		}
		// A key for leads alone reaches no customer through them.
		key := c.key(t, "admin", "lead.read")
		res, body := key.send(t, "GET", "/api/v1/objects/lead/records?filter="+url.QueryEscape(`{"field":"customer.note","op":"not_empty"}`), nil)
		assert.Equal(t, 422, res.StatusCode, "%s", body)
		assert.Equal(t, "unknown_object", itemOf(decoded(t, body))["code"])
	})
}

// TestATouchIsSeenByWhoSeesItsLead follows a lead from hand to hand.
func TestATouchIsSeenByWhoSeesItsLead(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		phone := c.phone()
		lead := c.made(t, "lead", "rita", map[string]any{"company": "甲", "phone": phone})
		intake := &visitor{c: c, headers: map[string]string{"X-Channel-Key": c.channelKey(t, "website_form")}}
		intake.post(t, "/api/v1/intake/website_form", map[string]any{"phone": phone, "company": "甲", "note": "又来问价"}, 202) // merges: a second touch
		touches := func(person string) int {
			return len(idsOf(c.person(t, person).get(t, "/api/v1/objects/touch/records", 200)))
		}
		count := func(want map[string]int) {
			t.Helper()
			for person, n := range want {
				assert.Equal(t, n, touches(person), person)
			}
		}
		count(map[string]int{"rita": 2, "rob": 0, "lena": 2, "sam": 0, "sid": 0, "boss": 2})
		c.person(t, "rita").post(t, "/api/v1/objects/lead/records/"+lead+":transfer", map[string]any{"owner": "sam"}, 200)
		count(map[string]int{"rita": 0, "rob": 0, "lena": 0, "sam": 2, "sid": 2, "boss": 2})
		c.person(t, "sam").post(t, "/api/v1/objects/lead/records/"+lead+":return", map[string]any{"reason": "不合适"}, 200)
		count(map[string]int{"rita": 2, "rob": 2, "sam": 2}) // the pool is everybody's
	})
}
