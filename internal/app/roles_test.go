package app

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/record"
)

// role publishes a role and gives it to somebody besides or instead of what they have.
func (c *company) role(t testing.TB, name, spec string, people ...string) {
	t.Helper()
	_, err := c.app.Defs.Publish(t.Context(), actor.TheSystem("test"), "test", []*definition.Definition{{Kind: "role", Name: name, Title: definition.Text{ZH: name}, Spec: json.RawMessage(spec)}}, nil)
	require.NoError(t, err)
	for _, p := range people {
		c.system(t, record.Write{Op: record.Update, Object: "person", ID: p, Values: map[string]any{"roles": []any{name}}})
	}
	require.NoError(t, c.app.Dir.Reload(t.Context()))
}

func (c *company) day(days int) string {
	return c.app.Clock.Now().In(c.app.Env.Zone).AddDate(0, 0, days).Format("2006-01-02")
}

func (c *company) ops(t testing.TB, query string) []string {
	t.Helper()
	var out []string
	for _, e := range c.person(t, "admin").get(t, "/api/v1/events?"+query, 200)["events"].([]any) {
		out = append(out, e.(map[string]any)["op"].(string)+" "+e.(map[string]any)["actor"].(map[string]any)["name"].(string))
	}
	return out
}

const leads = "/api/v1/objects/lead/records"

// TestScopeWordsAndConditionsOfARole: team, region and a condition on the record and the actor, each in list, record, search and count.
func TestScopeWordsAndConditionsOfARole(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		rows := map[string]string{}
		for _, owner := range []string{"rita", "rob", "tom", "sam", ""} {
			rows[owner] = c.made(t, "lead", owner, map[string]any{"company": "寻找" + owner, "phone": c.phone(), "industry": map[string]string{"sam": "医疗"}[owner]})
		}
		require.NoError(t, c.app.engines.search.CaughtUp(t.Context(), 20*time.Second))
		for word, want := range map[string][]string{`"read":"own"`: {"rita"}, `"read":"team"`: {"rita", "rob"}, `"read":"below"`: {"rita", "rob"}, `"read":"region"`: {"rita", "rob", "tom"}, `"read":"team+pool"`: {"rita", "rob", ""},
			`"read":"own","read_where":{"field":"industry","op":"eq","value":"医疗"}`:                                                                       {"rita", "sam"},
			`"read":"none","read_where":{"field":"owner.unit","op":"eq","value":{"ref":"me.unit"}}`:                                                       {"rita", "rob"},
			`"read":"none","read_where":{"field":"owner.unit","op":"under","value":{"ref":"me.unit"}}`:                                                    {"rita", "rob"},
			`"read":"none","read_where":{"none":[{"field":"owner","op":"not_empty"}]},"update_where":{"field":"owner","op":"eq","value":{"ref":"me.id"}}`: {""},
		} {
			c.role(t, "tried", `{"rights":["funnel.read"],"objects":{"lead":{`+word+`}}}`, "rita")
			rita, ids := c.person(t, "rita"), []string{}
			seen := map[string]bool{}
			for _, owner := range want {
				ids, seen[owner] = append(ids, rows[owner]), true
			}
			assert.ElementsMatch(t, ids, idsOf(rita.get(t, leads, 200)), "list: %s", word)
			var hits []string
			for _, g := range rita.get(t, "/api/v1/search?limit=50&q="+url.QueryEscape("寻找"), 200)["groups"].([]any) {
				for _, h := range g.(map[string]any)["hits"].([]any) {
					hits = append(hits, h.(map[string]any)["id"].(string))
				}
			}
			assert.ElementsMatch(t, ids, hits, "search: %s", word)
			n := rita.post(t, "/api/v1/query", map[string]any{"entity": "lead", "measures": []string{"count"}}, 200)["rows"].([]any)[0].([]any)[0]
			assert.EqualValues(t, len(ids), n, "query: %s", word)
			funnel := rita.post(t, "/api/v1/funnels/lead", map[string]any{"mode": "cohort"}, 200)["stages"].([]any)[0].(map[string]any)["count"]
			assert.EqualValues(t, len(ids), funnel, "funnel: %s", word)
			for owner, id := range rows {
				status := 404
				if seen[owner] {
					status = 200
				}
				for _, path := range []string{"", "/history", "/explain", "/shares"} {
					rita.get(t, leads+"/"+id+path, status)
				}
			}
		}
	})
}

// TestAMaskedFieldIsSeenInPart and can be learnt by no question.
func TestAMaskedFieldIsSeenInPart(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		id := c.made(t, "lead", "rita", map[string]any{"company": "高校", "name": "张小明", "phone": secretPhone, "email": "zhang.xm@example.com", "budget": secretBudget, "note": "底价"})
		c.role(t, "part", `{"rights":["funnel.read"],"classes":{"personal":"mask"},"objects":{"lead":{"read":"own","create":true,"update":"own","export":true,"mask":["budget"],"hide":["note"],"read_only":["company"],"show":["name"]},"task":{"read":"own"}}}`, "rita")
		rita, boss := c.person(t, "rita"), c.person(t, "boss")
		boss.want(t, "PATCH", leads+"/"+id, map[string]any{"email": "li.ming@example.com"}, 200)
		for _, got := range []map[string]any{rita.get(t, leads+"/"+id, 200)["record"].(map[string]any), rita.get(t, leads, 200)["records"].([]any)[0].(map[string]any)} {
			assert.Equal(t, []any{"137****5678", "l***@example.com", "¥10万–¥20万", "张小明"}, []any{got["phone"], got["email"], got["budget"], got["name"]})
			assert.NotContains(t, got, "note")
		}
		_, raw := rita.send(t, "GET", leads+"/"+id+"/history", nil)
		assert.Contains(t, string(raw), "z***@example.com")
		assert.NotContains(t, string(raw), "zhang.xm")
		assert.False(t, leaks(string(raw)), "%s", raw)
		for _, f := range rita.get(t, "/api/v1/meta", 200)["objects"].([]any)[0].(map[string]any)["fields"].([]any) {
			f := f.(map[string]any)
			assert.Equal(t, strings.Contains("phone email budget", f["name"].(string)) && f["name"] != "", f["masked"], "%v", f["name"])
			if f["name"] == "company" {
				assert.Equal(t, true, f["readonly"])
			}
		}
		// No question about it is answered: not whether it is this one, nor what stands before it.
		for _, filter := range []string{`{"field":"phone","op":"eq","value":"` + secretPhone + `"}`, `{"field":"phone","op":"starts_with","value":"1371"}`, `{"field":"budget","op":"gt","value":173499}`, `{"none":[{"field":"email","op":"empty"}]}`, `{"field":"note","op":"contains","value":"底"}`} {
			for _, send := range []func() ([]byte, int){
				func() ([]byte, int) {
					r, b := rita.send(t, "GET", leads+"?filter="+url.QueryEscape(filter), nil)
					return b, r.StatusCode
				},
				func() ([]byte, int) {
					r, b := rita.send(t, "POST", "/api/v1/query", map[string]any{"entity": "lead", "measures": []string{"count"}, "where": json.RawMessage(filter)})
					return b, r.StatusCode
				},
				func() ([]byte, int) {
					r, b := rita.send(t, "POST", "/api/v1/funnels/lead", map[string]any{"mode": "cohort", "where": json.RawMessage(filter)})
					return b, r.StatusCode
				},
			} {
				body, status := send()
				assert.Equal(t, 422, status, "%s: %s", filter, body)
			}
		}
		for _, q := range []map[string]any{{"entity": "lead", "measures": []string{"max:budget"}}, {"entity": "lead", "measures": []string{"count"}, "dimensions": []string{"phone"}}, {"entity": "task", "measures": []string{"count"}, "dimensions": []string{"lead.phone"}}} {
			rita.post(t, "/api/v1/query", q, 422)
		}
		for _, sort := range []string{"phone", "-budget", "email:last", "note"} {
			rita.get(t, leads+"?sort="+sort, 422)
		}
		for _, word := range []string{secretPhone, secretPhone[3:], "5678", "li.ming", "底价"} {
			assert.Empty(t, idsOf(rita.get(t, leads+"?q="+word, 200)), "found by %s", word)
			assert.Empty(t, rita.get(t, "/api/v1/search?q="+word, 200)["groups"], "found by %s", word)
		}
		// What is seen in part or only read is not written.
		for field, code := range map[string]string{"phone": "readonly", "budget": "readonly", "company": "readonly", "note": "unknown_field"} {
			_, body := rita.send(t, "PATCH", leads+"/"+id, map[string]any{field: "1"})
			assert.Equal(t, code, itemOf(decoded(t, body))["code"], "%s: %s", field, body)
		}
		rita.want(t, "PATCH", leads+"/"+id, map[string]any{"industry": "教育"}, 200)
		made := rita.post(t, leads, map[string]any{"phone": c.phone(), "name": "新来的"}, 201)["record"].(map[string]any)
		assert.Contains(t, made["phone"], "****", "who is told a number enters it, and sees it in part from then on")
		// The most open of several roles counts.
		c.system(t, record.Write{Op: record.Update, Object: "person", ID: "rita", Values: map[string]any{"roles": []any{"part", "rep"}}})
		require.NoError(t, c.app.Dir.Reload(t.Context()))
		got := rita.get(t, leads+"/"+id, 200)["record"].(map[string]any)
		assert.Equal(t, []any{"+86" + secretPhone, "底价"}, []any{got["phone"], got["note"]})
	})
}

// TestATitleIsSeenAsItsField: beside another record, in the search and in lists of what is like it, a masked title is shown in part.
func TestATitleIsSeenAsItsField(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		contact := c.made(t, "contact", "rita", map[string]any{"name": "欧阳小明"})
		id := c.made(t, "lead", "rita", map[string]any{"company": "线索", "converted_contact": contact})
		c.role(t, "part", `{"rights":[],"classes":{"personal":"mask"},"objects":{"contact":{"read":"own"},"lead":{"read":"own"}}}`, "rita")
		_, body := c.person(t, "rita").send(t, "GET", leads+"/"+id, nil)
		assert.NotContains(t, string(body), "欧阳小明")
		_, whole := c.person(t, "boss").send(t, "GET", leads+"/"+id, nil)
		assert.Contains(t, string(whole), "欧阳小明")
		assert.Contains(t, string(body), "欧**")
		_, body = c.person(t, "rita").send(t, "GET", "/api/v1/objects/contact/records", nil)
		assert.Contains(t, string(body), "欧**")
	})
}

// TestARecordIsShared with a person or a unit, to be read or edited, until a day, and taken back.
func TestARecordIsShared(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		id := c.made(t, "lead", "rita", map[string]any{"company": "共享的公司", "phone": c.phone()})
		require.NoError(t, c.app.engines.search.CaughtUp(t.Context(), 20*time.Second))
		one, rita, sam, tom := leads+"/"+id, c.person(t, "rita"), c.person(t, "sam"), c.person(t, "tom")
		sees := func(v *visitor, want bool) {
			t.Helper()
			status, ids, groups := 404, []string{}, 0
			if want {
				status, ids, groups = 200, []string{id}, 1
			}
			for _, path := range []string{"", "/history", "/explain", "/shares"} {
				v.get(t, one+path, status)
			}
			assert.Equal(t, ids, idsOf(v.get(t, leads, 200)))
			assert.Len(t, v.get(t, "/api/v1/search?q="+url.QueryEscape("共享的"), 200)["groups"], groups)
			n := v.post(t, "/api/v1/query", map[string]any{"entity": "lead", "measures": []string{"count"}}, 200)["rows"].([]any)[0].([]any)[0]
			assert.EqualValues(t, len(ids), n)
		}
		sees(sam, false)
		first := rita.post(t, one+":share", map[string]any{"person": "sam", "until": c.day(2), "reason": "请帮忙看看"}, 201)["share"].(map[string]any)
		sees(sam, true)
		sees(tom, false)
		assert.Equal(t, []any{"萨姆", "瑞塔", true, false, c.day(2)}, []any{first["name"], first["by_name"], first["live"], first["edit"], first["until"]})
		assert.Contains(t, mustJSON(t, sam.get(t, "/api/v1/inbox", 200)), "瑞塔 共享给你：共享的公司")
		sam.want(t, "PATCH", one, map[string]any{"note": "改"}, 403)
		sam.post(t, one+":share", map[string]any{"person": "tom"}, 403)
		// Shared anew to be edited, it replaces the first; what is shared is not passed on.
		second := rita.post(t, one+":share", map[string]any{"person": "sam", "edit": true}, 201)["share"].(map[string]any)
		sam.want(t, "PATCH", one, map[string]any{"note": "改"}, 200)
		sam.want(t, "DELETE", one, nil, 403)
		sam.post(t, one+":share", map[string]any{"person": "tom"}, 403)
		list := rita.get(t, one+"/shares", 200)
		require.Len(t, list["shares"], 2)
		assert.Equal(t, true, list["may_share"])
		assert.Equal(t, false, sam.get(t, one+"/shares", 200)["may_share"])
		c.person(t, "tom").want(t, "DELETE", one+"/shares/"+second["id"].(string), nil, 404)
		rita.want(t, "DELETE", one+"/shares/"+second["id"].(string), nil, 204)
		rita.want(t, "DELETE", one+"/shares/"+second["id"].(string), nil, 404)
		sees(sam, false)
		// With a unit: everybody of it and under it, whose role reads leads at all.
		rita.post(t, one+":share", map[string]any{"unit": "east", "until": c.day(0)}, 201)
		sees(tom, true)
		sees(sam, false)
		c.person(t, "mia").get(t, one, 404)
		c.app.Clock.Shift(25 * time.Hour)
		sees(tom, false)
		assert.Equal(t, []string{"share 瑞塔", "unshare 瑞塔", "update 萨姆", "share 瑞塔", "share 瑞塔"}, c.ops(t, "object=lead&record_id="+id)[:5])
		for _, bad := range []struct{ body, at, code string }{
			{`{}`, "/person", "required"}, {`{"person":"sam","unit":"east"}`, "/person", "required"}, {`{"person":"nobody"}`, "/person", "unknown_reference"}, {`{"unit":"nowhere"}`, "/unit", "unknown_reference"},
			{`{"person":"mia"}`, "/person", "no_role"}, {`{"person":"sam","until":"2020-01-01"}`, "/until", "past"}, {`{"person":"sam","until":"soon"}`, "/until", "invalid"},
		} {
			_, body := rita.send(t, "POST", one+":share", bad.body)
			it := itemOf(decoded(t, body))
			assert.Equal(t, []any{bad.at, bad.code}, []any{it["pointer"], it["code"]}, "%s: %s", bad.body, body)
		}
	})
}

// TestADelegateActsInAnothersPlace between two days, by name in the trail, and no longer.
func TestADelegateActsInAnothersPlace(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		hers, his := c.lead(t, "rita"), c.lead(t, "sam")
		rita, sam := c.person(t, "rita"), c.person(t, "sam")
		sam.get(t, leads+"/"+hers, 404)
		made := rita.post(t, "/api/v1/delegations", map[string]any{"delegate": "sam", "from": c.day(1), "until": c.day(2), "reason": "休假"}, 201)["delegation"].(map[string]any)
		assert.Equal(t, []any{"coming", "瑞塔", "萨姆"}, []any{made["state"], made["person_name"], made["delegate_name"]})
		sam.get(t, leads+"/"+hers, 404)
		c.app.Clock.Shift(24 * time.Hour)
		assert.ElementsMatch(t, []string{hers, his}, idsOf(sam.get(t, leads, 200)))
		assert.Equal(t, "瑞塔", sam.get(t, "/api/v1/session", 200)["stands"].([]any)[0].(map[string]any)["name"])
		sam.want(t, "PATCH", leads+"/"+hers, map[string]any{"note": "代改"}, 200)
		sam.want(t, "PATCH", leads+"/"+his, map[string]any{"note": "自己改"}, 200)
		sam.post(t, leads+"/"+hers+":contacted", map[string]any{"way": "phone", "note": "代为联系"}, 200)
		assert.Contains(t, c.ops(t, "object=lead&record_id="+hers+"&op=update"), "update 萨姆（代 瑞塔）")
		assert.Contains(t, c.ops(t, "object=lead&record_id="+hers+"&op=contacted"), "contacted 萨姆（代 瑞塔）")
		assert.Contains(t, c.ops(t, "object=lead&record_id="+his+"&op=update"), "update 萨姆")
		assert.Equal(t, "rita", c.row(t, "lead", hers).Owner(), "whose it is does not change")
		// A right is nobody else's: the director's place gives his rows, not what he may configure.
		c.person(t, "boss").post(t, "/api/v1/delegations", map[string]any{"delegate": "tom", "until": c.day(1)}, 201)
		assert.Len(t, idsOf(c.person(t, "tom").get(t, leads, 200)), 2)
		c.person(t, "tom").get(t, "/api/v1/events", 403)
		// It ends by itself.
		c.app.Clock.Shift(72 * time.Hour)
		sam.get(t, leads+"/"+hers, 404)
		assert.Equal(t, "over", rita.get(t, "/api/v1/delegations", 200)["delegations"].([]any)[0].(map[string]any)["state"])
		// The leave says the days; others are named for only by who keeps the people; ended early it is over at once.
		c.system(t, record.Write{Op: record.Update, Object: "person", ID: "rita", Values: map[string]any{"leave_from": c.day(-1), "leave_until": c.day(3)}})
		c.person(t, "rob").post(t, "/api/v1/delegations", map[string]any{"person": "rita", "delegate": "rob"}, 403)
		again := c.person(t, "admin").post(t, "/api/v1/delegations", map[string]any{"person": "rita", "delegate": "sam"}, 201)["delegation"].(map[string]any)
		assert.Equal(t, []any{c.day(-1), c.day(3)}, []any{again["from"], again["until"]})
		sam.get(t, leads+"/"+hers, 200)
		c.person(t, "rob").post(t, "/api/v1/delegations/"+again["id"].(string)+":end", nil, 404)
		rita.want(t, "POST", "/api/v1/delegations/"+again["id"].(string)+":end", nil, 204)
		sam.get(t, leads+"/"+hers, 404)
		for _, bad := range []struct{ body, at string }{{`{"delegate":"rob"}`, "/until"}, {`{"delegate":"rob","until":"2020-01-01"}`, "/until"}, {`{"delegate":"nobody","until":"2999-01-01"}`, "/delegate"}} {
			_, body := c.person(t, "tom").send(t, "POST", "/api/v1/delegations", bad.body)
			assert.Equal(t, bad.at, itemOf(decoded(t, body))["pointer"], "%s: %s", bad.body, body)
		}
	})
}

// TestLookingAsAnother shows what the person sees, changes nothing whatever is sent, and is in the trail.
func TestLookingAsAnother(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		mine, theirs := c.lead(t, "rita"), c.lead(t, "sam")
		admin := c.person(t, "admin")
		as := func(person string) *visitor {
			return &visitor{c: c, cookie: admin.cookie, csrf: admin.csrf, headers: map[string]string{"X-View-As": person}}
		}
		look := as("rita")
		assert.Equal(t, []string{mine}, idsOf(look.get(t, leads, 200)))
		look.get(t, leads+"/"+theirs, 404)
		look.get(t, "/api/v1/events", 403)
		session := look.get(t, "/api/v1/session", 200)
		assert.Equal(t, []any{"rita", "admin"}, []any{session["user"].(map[string]any)["id"], session["viewer"].(map[string]any)["id"]})
		assert.Equal(t, []string{mine}, idsOf(admin.get(t, leads+"?view_as=rita", 200)), "where no header can be set")
		assert.EqualValues(t, 1, look.post(t, "/api/v1/query", map[string]any{"entity": "lead", "measures": []string{"count"}}, 200)["rows"].([]any)[0].([]any)[0])
		// Every route that is no reading is refused before it begins, and nothing is written.
		w := &walk{company: c, channel: c.channelKey(t, "website_form")}
		last, err := c.app.Ledger.Last(t.Context())
		require.NoError(t, err)
		for _, r := range c.router.Routes {
			if r.Method == "GET" || r.Reads || !strings.HasPrefix(r.Path, "/api/") {
				continue
			}
			path := strings.NewReplacer("{object}", "lead", "{id}", mine, "{", "", "}", "").Replace(r.Path)
			res, body := look.send(t, r.Method, path, map[string]any{})
			assert.Equal(t, 403, res.StatusCode, "%s %s: %s", r.Method, r.Path, body)
			assert.Equal(t, "view_as_read_only", decoded(t, body)["code"], "%s %s", r.Method, r.Path)
		}
		// And whoever reads writes nothing by it: every reading answers as it answers the person.
		for _, line := range routeRights {
			method, path, _ := strings.Cut(line.route, " ")
			want := strings.Fields(line.want)[1]
			if method != "GET" || !strings.HasPrefix(path, "/api/") || strings.HasSuffix(path, "/stream") || strings.Contains(line.path, "{upload}") || strings.Contains(line.path, "{theirs}") {
				continue
			}
			at := w.fill(t, line.path, "rita")
			if want == "200" {
				look.get(t, at, 200)
			}
		}
		events, err := c.app.Ledger.After(t.Context(), last, 1000)
		require.NoError(t, err)
		for _, e := range events {
			if e.ActorID == "rita" {
				t.Errorf("%s of %s by rita, who did nothing", e.Op, e.RecordID)
			}
		}
		assert.Contains(t, c.ops(t, "object=person&record_id=rita&op=view_as"), "view_as "+c.app.Dir.Name("person", admin.get(t, "/api/v1/session", 200)["user"].(map[string]any)["id"].(string)))
		// Only who may; not of nobody; not by a program.
		for _, who := range []string{"rita", "boss", "lena"} {
			v := c.person(t, who)
			(&visitor{c: c, cookie: v.cookie, csrf: v.csrf, headers: map[string]string{"X-View-As": "sam"}}).get(t, leads, 403)
		}
		as("nobody").get(t, leads, 404)
		key := c.key(t, "admin", "*")
		key.headers["X-View-As"] = "rita"
		key.get(t, leads, 403)
		c.nobody().get(t, leads+"?view_as=rita", 401)
	})
}

// TestWhySomebodySeesARecord or does not, for who keeps the roles.
func TestWhySomebodySeesARecord(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		id := c.made(t, "lead", "sam", map[string]any{"company": "高校", "phone": secretPhone, "industry": "医疗"})
		ask := func(person string) map[string]any {
			return c.person(t, "admin").get(t, leads+"/"+id+"/visibility?person="+person, 200)
		}
		no := ask("rita")
		assert.Equal(t, "瑞塔 看不到这条线索：角色“销售”开放的是自己负责的线索；角色“销售”开放的是没有负责人的线索（公海）。这条的负责人是 萨姆（south）。", no["sentence"])
		assert.Equal(t, false, no["read"].(map[string]any)["may"])
		change := mustJSON(t, no["change"])
		for _, want := range []string{"把负责人改为 瑞塔", "共享给 瑞塔", "退回公海", "加上角色“管理员”"} {
			assert.Contains(t, change, want)
		}
		assert.NotContains(t, change, "加上角色“主管”", "whose unit is another")
		yes := ask("sid")
		assert.Equal(t, []any{true, true, "华南总监 看得到这条线索：角色“销售总监”可以看“south”及下级的人负责的线索，也可以修改。"}, []any{yes["read"].(map[string]any)["may"], yes["update"].(map[string]any)["may"], yes["sentence"]})
		assert.Contains(t, ask("mia")["sentence"], "没有任何线索")
		assert.Equal(t, []any{"phone", "hidden"}, func() []any {
			f := ask("vera")["fields"].([]any)[0].(map[string]any)
			return []any{f["field"], f["how"]}
		}())
		// A condition is told with what it saw.
		c.role(t, "tried", `{"rights":[],"objects":{"lead":{"read":"none","read_where":{"field":"industry","op":"eq","value":"教育"}}}}`, "rita")
		g := ask("rita")["read"].(map[string]any)["grounds"].([]any)[0].(map[string]any)
		assert.Equal(t, []any{"where", false, "医疗"}, []any{g["word"], g["holds"], g["trace"].(map[string]any)["seen"]})
		c.person(t, "sam").post(t, leads+"/"+id+":share", map[string]any{"person": "rita"}, 201)
		assert.Equal(t, "瑞塔 看得到这条线索：它共享给了 TA，但不能修改。", ask("rita")["sentence"])
		c.person(t, "admin").get(t, leads+"/"+id+"/visibility?person=nobody", 404)
	})
}

// TestAFilterReachesAsFarAsAConditionOpens: a path to other records, and from them on, passes those that a condition of the role opens.
func TestAFilterReachesAsFarAsAConditionOpens(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		tasks := map[string]string{}
		for _, industry := range []string{"医疗", "教育"} {
			lead := c.made(t, "lead", "sam", map[string]any{"company": industry + "客户", "phone": c.phone(), "industry": industry})
			tasks[industry] = c.made(t, "task", "rita", map[string]any{"lead": lead, "title": industry})
		}
		for _, where := range []string{`{"field":"industry","op":"eq","value":"医疗"}`, `{"all":[{"field":"industry","op":"eq","value":"医疗"},{"field":"owner.name","op":"not_empty"}]}`,
			`{"all":[{"field":"industry","op":"eq","value":"医疗"},{"some":{"relation":"task.lead","where":{"field":"title","op":"eq","value":"医疗"}}}]}`} {
			c.role(t, "tried", `{"rights":["funnel.read"],"objects":{"lead":{"read":"none","read_where":`+where+`},"task":{"read":"own"},"person":{"read":"all"}}}`, "rita")
			for _, filter := range []string{`{"field":"lead.company","op":"contains","value":"客户"}`, `{"field":"lead.owner.name","op":"not_empty"}`} {
				got := c.person(t, "rita").get(t, "/api/v1/objects/task/records?filter="+url.QueryEscape(filter), 200)
				assert.Equal(t, []string{tasks["医疗"]}, idsOf(got), "%s through %s", filter, where)
			}
		}
	})
}

// TestAReadingRoleFreesNothing: what the role that writes may only read stays so, whatever another one reads.
func TestAReadingRoleFreesNothing(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		id := c.made(t, "lead", "rita", map[string]any{"company": "固定公司", "phone": c.phone(), "budget": 10})
		c.role(t, "seller", `{"rights":[],"objects":{"lead":{"read":"own","create":true,"update":"own","read_only":["budget"]}}}`, "rita")
		c.role(t, "viewer", `{"rights":[],"objects":{"lead":{"read":"all"}}}`, "rita")
		c.system(t, record.Write{Op: record.Update, Object: "person", ID: "rita", Values: map[string]any{"roles": []any{"seller", "viewer"}}})
		require.NoError(t, c.app.Dir.Reload(t.Context()))
		rita := c.person(t, "rita")
		rita.want(t, "PATCH", leads+"/"+id, map[string]any{"note": "可以改"}, 200)
		rita.want(t, "PATCH", leads+"/"+id, map[string]any{"budget": 20}, 422)
		assert.Equal(t, int64(1000), c.row(t, "lead", id).Get("budget"))
	})
}
