package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/object"
	"baton/internal/platform/record"
)

// The rows of every object, one letter each, by whose they are: r = rita and o = rob (一组), t = tom (二组), s = sam (华南), p = nobody's.
var letters = map[string]string{"r": "rita", "o": "rob", "t": "tom", "s": "sam", "p": ""}

// recordRights says for every object what each role does with these rows: sees, changes, deletes (letters, - for none) and makes (+ or -).
// It is written by hand from what the roles are for.
var recordRights = []struct {
	object                               string
	rep, lead, regional, director, admin string // rita, lena of 一组, dora of 华东, boss of all, admin
	marketing                            string
}{
	{"lead", "rp r - +", "rop rop - +", "rotp rotp rotp +", "rotsp rotsp rotsp +", "rotsp rotsp rotsp +", "- - - +"},
	{"customer", "r r - +", "ro ro - +", "rotp rotp rotp +", "rotsp rotsp rotsp +", "rotsp rotsp rotsp +", "- - - -"},
	{"contact", "r r - +", "ro ro - +", "rotp rotp rotp +", "rotsp rotsp rotsp +", "rotsp rotsp rotsp +", "- - - -"},
	{"opportunity", "r r - +", "ro ro - +", "rotp rotp rotp +", "rotsp rotsp rotsp +", "rotsp rotsp rotsp +", "- - - -"},
	{"task", "r r - +", "ro ro - +", "rotp rotp rotp +", "rotsp rotsp rotsp +", "rotsp rotsp rotsp +", "- - - -"},
	{"follow_up", "r r - +", "ro - - +", "rotp rotp rotp +", "rotsp rotsp rotsp +", "rotsp rotsp rotsp +", "- - - -"}, // nobody rewrites what another noted, but the director
	{"touch", "rp - - -", "rop - - -", "rotp - - -", "rotsp - - -", "rotsp rotsp rotsp +", "- - - -"},                 // a touch is its lead's
	{"quote", "r r - +", "ro ro - +", "rotp rotp rotp +", "rotsp rotsp rotsp +", "rotsp rotsp rotsp +", "- - - -"},
	{"contract", "r r - +", "ro ro - +", "rotp rotp rotp +", "rotsp rotsp rotsp +", "rotsp rotsp rotsp +", "- - - -"},
	{"receipt", "r - - -", "ro - - -", "rotp rotp rotp +", "rotsp rotsp rotsp +", "rotsp rotsp rotsp +", "- - - -"},
	{"bank_line", "- - - -", "- - - -", "rotp rotp rotp +", "rotsp rotsp rotsp +", "rotsp rotsp rotsp +", "- - - -"},
	{"script", "rotsp - - -", "rotsp - - -", "rotsp - - -", "rotsp - - -", "rotsp rotsp rotsp +", "rotsp rotsp rotsp +"}, // 话术: only 市场部 edits
	{"product", "rotsp - - -", "rotsp - - -", "rotsp rotsp - +", "rotsp rotsp - +", "rotsp rotsp rotsp +", "rotsp rotsp - +"},
}

// sample is what a row of an object is made of, and a change that moves it nowhere.
var sample = map[string]struct{ values, change map[string]any }{
	"lead": {map[string]any{"company": "公司"}, map[string]any{"note": "回电"}}, "customer": {map[string]any{"name": "客户"}, map[string]any{"note": "回访"}},
	"contact": {map[string]any{"name": "联系人"}, map[string]any{"job_title": "经理"}}, "opportunity": {map[string]any{"name": "商机"}, map[string]any{"note": "推进"}},
	"task": {map[string]any{"title": "待办"}, map[string]any{"title": "待办事项"}}, "follow_up": {map[string]any{"note": "谈过"}, map[string]any{"note": "谈妥"}},
	"touch": {nil, map[string]any{"source": "展会"}}, "quote": {map[string]any{"number": "Q1"}, map[string]any{"number": "Q2"}},
	"contract": {map[string]any{"number": "C1"}, map[string]any{"number": "C2"}}, "receipt": {map[string]any{"number": "R1"}, map[string]any{"number": "R2"}},
	"bank_line": {map[string]any{"memo": "货款"}, map[string]any{"memo": "尾款"}}, "script": {map[string]any{"question": "贵吗？", "answer": "不贵"}, map[string]any{"answer": "很值"}},
	"product": {map[string]any{"name": "云课堂"}, map[string]any{"name": "云课堂2"}},
}

// rowsOf makes the five rows of each object; touches come of themselves, one with each lead.
func (c *company) rowsOf(t *testing.T) map[string]map[string]string {
	t.Helper()
	shipped, err := samples() // the rows here are ours alone
	require.NoError(t, err)
	for _, w := range shipped {
		c.system(t, record.Write{Op: record.Delete, Object: w.Object, ID: w.ID})
	}
	out := map[string]map[string]string{}
	for _, line := range recordRights {
		out[line.object] = map[string]string{}
		for letter, owner := range letters {
			if line.object != "touch" {
				out[line.object][letter] = c.made(t, line.object, owner, sample[line.object].values)
			}
		}
	}
	o, _ := object.Of(c.app.Defs.Current(), "touch")
	for letter, lead := range out["lead"] {
		touches, err := record.FindRows(context.Background(), c.app.DB, o, record.Eq{Field: "lead", Value: lead})
		require.NoError(t, err)
		require.Len(t, touches, 1)
		out["touch"][letter] = touches[0].ID()
	}
	return out
}

// TestRecordRights does everything one can do with a record, for each role, object and row. What one may not see is not there: 404.
func TestRecordRights(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		rows := c.rowsOf(t)
		for _, making := range []bool{false, true} {
			for _, line := range recordRights {
				for person, rights := range map[string]string{"rita": line.rep, "lena": line.lead, "dora": line.regional, "boss": line.director, "admin": line.admin, "mia": line.marketing} {
					p := strings.Fields(rights)
					if making {
						c.checkMaking(t, person, line.object, p[0], p[3] == "+")
					} else {
						c.checkObject(t, person, line.object, rows[line.object], p[0], p[1], p[2], p[3] == "+")
					}
				}
			}
		}
		known := map[string]bool{"person": true, "org_unit": true} // see TestPeopleAreEverybodysToSee
		for _, line := range recordRights {
			known[line.object] = true
		}
		for _, o := range object.All(c.app.Defs.Current()) {
			assert.True(t, known[o.Name], "object %s has no line in recordRights: say who may do what", o.Name)
		}
	})
}

func (c *company) checkObject(t *testing.T, person, objectName string, rows map[string]string, sees, changes, deletes string, makes bool) {
	t.Helper()
	v, base := c.person(t, person), "/api/v1/objects/"+objectName+"/records"
	say := person + " and " + objectName
	var visible []string
	for letter, id := range rows {
		if strings.Contains(sees, letter) {
			visible = append(visible, id)
		}
	}
	slices.Sort(visible)

	// lists, figures and the drill-down give the visible rows and no other
	query := map[string]any{"entity": objectName, "measures": []string{"count"}}
	if sees == "-" {
		for _, path := range []string{base, base + "?q=x", base + "?count=true"} {
			assert.Equal(t, "no_such_object", v.get(t, path, 404)["code"], "%s: %s", say, path)
		}
		assert.Equal(t, "unknown_entity", itemOf(v.post(t, "/api/v1/query", query, 422))["code"], say)
		assert.Equal(t, "unknown_entity", itemOf(v.post(t, "/api/v1/query:records", map[string]any{"query": query, "cell": map[string]any{"measure": "count"}}, 422))["code"], say)
	} else {
		list := v.get(t, base+"?limit=500&count=true", 200)
		assert.Equal(t, visible, idsOf(list), say)
		assert.EqualValues(t, len(visible), list["count"], say)
		assert.EqualValues(t, len(visible), v.post(t, "/api/v1/query", query, 200)["rows"].([]any)[0].([]any)[0], say)
		assert.Equal(t, visible, idsOf(v.post(t, "/api/v1/query:records", map[string]any{"query": query, "cell": map[string]any{"measure": "count"}, "limit": 500}, 200)), say)
	}
	rightsOf := metaRights(v.get(t, "/api/v1/meta", 200), objectName)
	assert.Equal(t, sees != "-", rightsOf != nil, "%s: the page is told of the object", say)
	if rightsOf != nil {
		assert.Equal(t, map[string]any{"create": makes, "update": changes != "-" || objectName == "follow_up" && person == "lena", "delete": deletes != "-"},
			map[string]any{"create": rightsOf["create"], "update": rightsOf["update"], "delete": rightsOf["delete"]}, "%s: what the page offers", say)
	}

	for letter, id := range rows {
		one := base + "/" + id
		may := func(set string) bool { return strings.Contains(set, letter) }
		status := func(ok bool, good int) int {
			switch {
			case !may(sees):
				return 404
			case !ok:
				return 403
			}
			return good
		}
		where := fmt.Sprintf("%s of %s", say, letter)
		for _, path := range []string{one, one + "/history", one + "/explain"} {
			res, body := v.send(t, "GET", path, nil)
			assert.Equal(t, status(true, 200), res.StatusCode, "%s: GET %s: %s", where, path, body)
		}
		before := c.row(t, objectName, id)
		res, body := v.send(t, "PATCH", one, sample[objectName].change)
		assert.Equal(t, status(may(changes), 200), res.StatusCode, "%s: PATCH: %s", where, body)
		if res.StatusCode != 200 {
			assert.Equal(t, before.V, c.row(t, objectName, id).V, "%s: a refused change left a mark", where)
		}
		res, body = v.send(t, "DELETE", one, nil)
		assert.Equal(t, status(may(deletes), 204), res.StatusCode, "%s: DELETE: %s", where, body)
		if res.StatusCode == 204 {
			v.get(t, one, 404)
			v.post(t, one+":restore", nil, 200)
		} else {
			assert.Nil(t, c.row(t, objectName, id).V[object.DeletedAt], where)
		}
	}
}

// checkMaking comes last: what is made brings more along (touches, tasks).
func (c *company) checkMaking(t *testing.T, person, objectName, sees string, makes bool) {
	t.Helper()
	v, base := c.person(t, person), "/api/v1/objects/"+objectName+"/records"
	values := sample[objectName].values
	if objectName == "touch" {
		values = map[string]any{"source": "展会"}
	}
	res, body := v.send(t, "POST", base, values)
	want := 201
	if !makes {
		want = 403
		if sees == "-" {
			want = 404
		}
	}
	assert.Equal(t, want, res.StatusCode, "%s makes a %s: %s", person, objectName, body)
	if res.StatusCode == 201 && sees != "-" && objectName != "lead" { // a lead an engine gives to whom the rules say
		v.get(t, base+"/"+decoded(t, body)["record"].(map[string]any)["id"].(string), 200) // one sees what one has made
	}
}

func (c *company) row(t testing.TB, objectName, id string) *object.Row {
	t.Helper()
	o, _ := object.Of(c.app.Defs.Current(), objectName)
	r, err := record.ReadRow(context.Background(), c.app.DB, o, id)
	require.NoError(t, err)
	return r
}

func itemOf(p map[string]any) map[string]any {
	items, _ := p["errors"].([]any)
	if len(items) == 0 {
		return map[string]any{}
	}
	return items[0].(map[string]any)
}

func metaRights(meta map[string]any, objectName string) map[string]any {
	for _, o := range meta["objects"].([]any) {
		if m := o.(map[string]any); m["name"] == objectName {
			return m["rights"].(map[string]any)
		}
	}
	return nil
}
