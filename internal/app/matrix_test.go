package app

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
)

// marks are what a record of the matrix carries and the role “matrix” may not see, by why: no answer to her may hold one, in any writing.
var marks = map[string][]string{
	"phone: personal, masked":       {"861371234", `"1371234`, ">1371234"},
	"e-mail: personal, masked":      {"zhangxm.secret"},
	"name: personal, masked":        {"欧阳小明"},
	"budget: masked by name":        {"17350294", "17.350294"},
	"note: hidden by name":          {"底价八折"},
	"company: the title, masked":    {"天机科技"},
	"code: secret, hidden":          {"绝密编号"},
	"amount: hidden by name":        {"98765432", "9876.5432"},
	"memo: hidden under a relation": {"私下说好"},
}

// matrixRole has every named right and every verb, so that no route turns her away before it answers; of the fields she sees little.
func matrixRole() string {
	b, _ := json.Marshal(rights)
	verbs := `"read":"all","create":true,"update":"all","delete":"all","claim":true,"assign":true,"export":true`
	return `{"rights":` + string(b) + `,"classes":{"personal":"mask","secret":"hide"},"objects":{"lead":{` + verbs + `,"mask":["budget","company"],"hide":["note"]},"dossier":{` + verbs + `,"hide":["amount","memo"]},"customer":{` + verbs + `,"mask":["name","phone"]},"opportunity":{` + verbs + `,"mask":["name"]},"*":{` + verbs + `}}}`
}

const dossier = `{"title_field":"name","fields":[{"name":"name","title":{"zh-CN":"姓名"},"type":"text","class":"personal","track":true},{"name":"code","title":{"zh-CN":"编号"},"type":"text","class":"secret","track":true},
	{"name":"amount","title":{"zh-CN":"金额"},"type":"decimal"},{"name":"memo","title":{"zh-CN":"备忘"},"type":"long_text"},{"name":"open","title":{"zh-CN":"公开"},"type":"text"},{"name":"lead","title":{"zh-CN":"线索"},"type":"relation","target":"lead"}]}`

// matrixMore asks what the route table's own requests do not: with words, orders and conditions that name what she may not, and by relations.
var matrixMore = []struct {
	method, path string
	body         any
}{
	{"GET", leads + "?fields=phone,email,budget,note,name,company", nil}, {"GET", leads + "?q=1371234", nil}, {"GET", leads + "?sort=-budget", nil}, {"GET", leads + "?sort=bugdet", nil},
	{"GET", leads + "?filter=" + url.QueryEscape(`{"field":"phone","op":"starts_with","value":"1371"}`), nil}, {"GET", leads + "?filter=" + url.QueryEscape(`{"field":"notte","op":"contains","value":"底"}`), nil},
	{"GET", "/api/v1/objects/dossier/records", nil}, {"GET", "/api/v1/objects/dossier/records?q=" + url.QueryEscape("欧阳"), nil}, {"GET", "/api/v1/search?q=" + url.QueryEscape("天机"), nil}, {"GET", "/api/v1/search?q=1371234", nil},
	{"GET", "/api/v1/objects/dossier/records?filter=" + url.QueryEscape(`{"field":"lead.budget","op":"gt","value":1}`), nil}, {"GET", "/api/v1/objects/dossier/records?sort=code", nil},
	{"POST", "/api/v1/query", map[string]any{"entity": "lead", "measures": []string{"count"}, "dimensions": []string{"company"}}}, {"POST", "/api/v1/query", map[string]any{"entity": "lead", "measures": []string{"max:budget"}}},
	{"POST", "/api/v1/query", map[string]any{"entity": "dossier", "measures": []string{"count"}, "dimensions": []string{"lead"}}}, {"POST", "/api/v1/query", map[string]any{"entity": "dossier", "measures": []string{"count"}, "dimensions": []string{"lead.company"}}},
	{"POST", "/api/v1/query", map[string]any{"entity": "dossier.name", "measures": []string{"count"}, "dimensions": []string{"value"}}}, {"POST", "/api/v1/query", map[string]any{"entity": "dossier.code", "measures": []string{"count"}, "dimensions": []string{"value"}}},
	{"POST", "/api/v1/query:records", map[string]any{"query": map[string]any{"entity": "dossier", "measures": []string{"count"}}, "cell": map[string]any{"measure": "count"}}},
	{"POST", "/api/v1/objects/lead/duplicates:look", map[string]any{"values": map[string]any{"company": "天机科技"}}}, {"GET", "/api/v1/objects/lead/duplicates?record={mine}", nil},
	{"GET", "/api/v1/events?object=lead&limit=200", nil}, {"GET", "/api/v1/events?object=dossier&limit=200", nil}, {"GET", "/api/v1/objects/lead/overdue?days=90", nil}, {"GET", "/api/v1/objects/lead/overdue.xlsx?days=90", nil},
	{"POST", leads, map[string]any{"budget": "x"}}, {"PATCH", leads + "/{mine}", map[string]any{"phone": "1"}}, {"GET", leads + "/{mine}/visibility?person=vera", nil},
}

// TestNoAnswerHoldsWhatARoleMayNotSee walks the whole route table as somebody who may do everything and see little. A new route needs a line
// in routeRights, and is walked here by it.
func TestNoAnswerHoldsWhatARoleMayNotSee(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		_, err := c.app.Defs.Publish(t.Context(), actor.TheSystem("test"), "test", []*definition.Definition{{Kind: "object", Name: "dossier", Title: definition.Text{ZH: "卷宗"}, Spec: json.RawMessage(dossier)}}, nil)
		require.NoError(t, err)
		c.role(t, "matrix", matrixRole(), "vera")
		c.dress = func(n int) map[string]any {
			return map[string]any{"company": "天机科技", "name": "欧阳小明", "phone": fmt.Sprintf("1371234%04d", n), "email": fmt.Sprintf("zhangxm.secret%d@example.com", n), "budget": 1735029468, "note": "底价八折", "industry": "医疗", "region": "上海"}
		}
		w := &walk{company: c, channel: c.channelKey(t, "website_form")}
		vera, boss := c.person(t, "vera"), c.person(t, "admin")
		first := c.lead(t, "rita")
		file := func() string {
			return c.made(t, "dossier", "rita", map[string]any{"name": "欧阳小明", "code": "绝密编号", "amount": "9876.5432", "memo": "私下说好", "open": "人人可见", "lead": first})
		}
		boss.want(t, "PATCH", leads+"/"+first, map[string]any{"note": "底价八折。"}, 200)
		boss.want(t, "PATCH", "/api/v1/objects/dossier/records/"+file(), map[string]any{"code": "绝密编号2", "open": "人人可见2"}, 200)
		whole := ""
		for _, path := range []string{leads, "/api/v1/objects/dossier/records"} {
			_, b := boss.send(t, "GET", path, nil)
			whole += string(b)
		}
		for why, list := range marks {
			assert.True(t, holds(whole, list), "the administrator sees it, so that its absence means something: %s", why)
		}
		answered := 0
		look := func(v *visitor, method, path string, body any) {
			t.Helper()
			res, raw := v.send(t, method, path, body)
			text := unpacked(t, raw)
			if res.StatusCode < 300 {
				answered++
			}
			for why, list := range marks {
				if holds(text, list) && !told(body, list) && !strings.Contains(path, "1371234") {
					t.Errorf("%s: %s %s answers %d: %s", why, method, path, res.StatusCode, text)
				}
			}
		}
		for _, line := range routeRights {
			method, route, _ := strings.Cut(line.route, " ")
			if line.route == "GET /api/v1/stream" || line.route == "DELETE /api/v1/session" || !strings.HasPrefix(route, "/api/") {
				continue
			}
			path := w.fill(t, line.path, "vera")
			look(vera, method, path, w.body(t, line.body, path))
			if strings.Contains(line.path, "objects/lead/") && !strings.Contains(line.path, "import") && !strings.Contains(line.path, "upload") {
				path := w.fill(t, strings.ReplaceAll(strings.ReplaceAll(line.path, "objects/lead/", "objects/dossier/"), "{mine}", file()), "vera")
				look(vera, method, path, w.body(t, line.body, path))
			}
		}
		for _, ask := range matrixMore {
			look(vera, ask.method, w.fill(t, ask.path, "vera"), ask.body)
		}
		assert.Greater(t, answered, 100, "most of the routes answer her")
		_, raw := vera.send(t, "GET", "/api/v1/objects/dossier/records", nil)
		assert.Contains(t, string(raw), "人人可见")
		assert.Contains(t, string(raw), "欧**")
		c.streamed(t, vera, func() {
			boss.want(t, "PATCH", leads+"/"+first, map[string]any{"note": "底价八折！", "budget": 1735029469}, 200)
		}, first)
	})
}

// streamed reads a page's stream until it tells of a record, and holds that none of the marks came by it.
func (c *company) streamed(t *testing.T, v *visitor, write func(), id string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", c.server.URL+"/api/v1/stream", nil)
	require.NoError(t, err)
	req.Header.Set("Cookie", "baton_session="+v.cookie)
	res, err := c.server.Client().Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for wrote := false; lines.Scan(); {
		if !wrote {
			wrote = true
			write()
		}
		for why, list := range marks {
			assert.False(t, holds(lines.Text(), list), "%s: the stream says %s", why, lines.Text())
		}
		if strings.Contains(lines.Text(), id) {
			return
		}
	}
	t.Errorf("the stream tells of nothing: %v", lines.Err())
}

func holds(text string, list []string) bool {
	for _, m := range list {
		if strings.Contains(text, m) {
			return true
		}
	}
	return false
}

// told reports that the request itself said it: what one has said oneself is no news.
func told(body any, list []string) bool {
	b, err := json.Marshal(body)
	return err == nil && holds(string(b), list)
}

// unpacked is an answer as text; of a workbook, all that is packed in it.
func unpacked(t *testing.T, raw []byte) string {
	t.Helper()
	if !bytes.HasPrefix(raw, []byte("PK")) {
		return string(raw)
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	var out strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		_, err = io.Copy(&out, r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
	}
	return out.String()
}
