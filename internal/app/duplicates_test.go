package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/sales/intake/duplicate"
)

// pairs waits until the queue of an object, as somebody sees it, has as many pairs as wanted.
func pairs(t *testing.T, v *visitor, objectName string, want int) []map[string]any {
	t.Helper()
	var out []map[string]any
	require.Eventually(t, func() bool {
		out = nil
		for _, p := range v.get(t, "/api/v1/objects/"+objectName+"/duplicates?limit=100", 200)["pairs"].([]any) {
			out = append(out, p.(map[string]any))
		}
		return len(out) == want
	}, 20*time.Second, 50*time.Millisecond, "waiting for %d pairs", want)
	return out
}

func reasons(p map[string]any) []string {
	var out []string
	for _, r := range p["reasons"].([]any) {
		out = append(out, r.(map[string]any)["kind"].(string))
	}
	return out
}

// TestDuplicatesAreFoundInTheBackground: what comes in is compared with what stands; a change or a deletion takes a pair away again.
func TestDuplicatesAreFoundInTheBackground(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		boss := c.person(t, "boss")
		a := c.made(t, "lead", "rita", map[string]any{"company": "杭州云帆科技有限公司", "name": "张三", "phone": c.phone(), "region": "浙江 杭州"})
		b := c.made(t, "lead", "rob", map[string]any{"company": "云帆（杭州）科技有限责任公司", "name": "张 三", "phone": c.phone(), "region": "浙江"})
		c.made(t, "lead", "rob", map[string]any{"company": "杭州云帆科技有限公司", "name": "李四", "phone": c.phone()}) // another person of the company
		c.made(t, "lead", "rob", map[string]any{"company": "远航科技有限公司", "name": "张三", "region": "浙江 杭州"})    // only the name
		got := pairs(t, boss, "lead", 1)[0]
		assert.Equal(t, []any{a, b}, []any{got["a"].(map[string]any)["id"], got["b"].(map[string]any)["id"]})
		assert.Equal(t, []string{"similar", "contact_region"}, reasons(got))
		assert.Equal(t, float64(80), got["score"])
		assert.Equal(t, false, got["sure"])

		// Both must be seen: 罗布 sees his own only, his team's lead both.
		pairs(t, c.person(t, "rob"), "lead", 0)
		assert.Equal(t, true, pairs(t, c.person(t, "lena"), "lead", 1)[0]["may"])

		boss.want(t, "PATCH", "/api/v1/objects/lead/records/"+b, map[string]any{"company": "大华控股有限公司"}, 200)
		pairs(t, boss, "lead", 0)
		boss.want(t, "PATCH", "/api/v1/objects/lead/records/"+b, map[string]any{"company": "云帆科技"}, 200)
		pairs(t, boss, "lead", 1)
		boss.want(t, "DELETE", "/api/v1/objects/lead/records/"+b, nil, 204)
		pairs(t, boss, "lead", 0)
		boss.post(t, "/api/v1/objects/lead/records/"+b+":restore", nil, 200)
		pairs(t, boss, "lead", 1)
	})
}

// variants are ways to write a company's name again.
var variants = []func(trade, place, tail string) string{
	func(n, p, x string) string { return p + n + x + "有限责任公司" },
	func(n, p, x string) string { return n + "（" + p + "）" + x + "有限公司" },
	func(n, p, x string) string { return n + x },
	func(n, p, x string) string { return p + "市" + n + x + "有限公司" },
	func(n, p, x string) string { return " " + p + n + " " + x + "　有限公司" },
	func(n, p, x string) string { return p + n + x + "股份有限公司" },
}

// TestAScanFindsThePlanted: going over all that stands finds at least 95 % of planted variants with the same contact, and puts few before
// people that were not planted. What people have decided stands, however often it is gone over.
func TestAScanFindsThePlanted(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		c := idleCompany(t, url)
		rnd := rand.New(rand.NewPCG(3, 14))
		signs := []rune("云帆远航启明星辰大华宏图鼎盛博瑞恒通嘉禾天元盛世金桥华信中兴东方卓越信达万里长青百川汇海润泽安康吉祥")
		places, tails := []string{"杭州", "上海", "深圳", "成都"}, []string{"科技", "教育", "医疗器械", "信息技术", "商贸"}
		planted := map[[2]string]int{}
		var ws []record.Write
		for i := range 300 {
			trade := ""
			for range 3 {
				trade += string(signs[rnd.IntN(len(signs))])
			}
			place, tail, contact := places[rnd.IntN(4)], tails[rnd.IntN(5)], fmt.Sprintf("联系人%d", i)
			first, second := fmt.Sprintf("lead-%03d-a", i), fmt.Sprintf("lead-%03d-b", i)
			ws = append(ws, record.Write{Op: record.Create, Object: "lead", ID: first, Values: map[string]any{"company": place + trade + tail + "有限公司", "name": contact, "phone": c.phone()}})
			if i%2 == 0 {
				planted[[2]string{first, second}] = i
				ws = append(ws, record.Write{Op: record.Create, Object: "lead", ID: second, Values: map[string]any{"company": variants[i/2%len(variants)](trade, place, tail), "name": contact, "phone": c.phone()}})
			}
		}
		c.system(t, ws...)
		require.NoError(t, c.app.Run()) // only now: all of it stands
		boss := c.person(t, "boss")
		scanned := func() {
			t.Helper()
			require.Eventually(t, func() bool {
				scan, ok := boss.get(t, "/api/v1/objects/lead/duplicates", 200)["scan"].(map[string]any)
				return ok && scan["state"] == "done"
			}, 60*time.Second, 100*time.Millisecond)
		}
		scanned()
		open := func() map[[2]string]bool {
			out := map[[2]string]bool{}
			for cursor := ""; ; {
				page := boss.get(t, "/api/v1/objects/lead/duplicates?limit=100&cursor="+cursor, 200)
				for _, p := range page["pairs"].([]any) {
					m := p.(map[string]any)
					out[[2]string{m["a"].(map[string]any)["id"].(string), m["b"].(map[string]any)["id"].(string)}] = true
				}
				next, ok := page["next_cursor"].(string)
				if !ok {
					return out
				}
				cursor = next
			}
		}
		found := open()
		hit := 0
		for two, i := range planted {
			if found[two] {
				hit++
			} else {
				t.Logf("missed: %s | %s", c.row(t, "lead", two[0]).Text("company"), c.row(t, "lead", two[1]).Text("company"))
			}
			_ = i
		}
		assert.GreaterOrEqual(t, float64(hit), 0.95*float64(len(planted)), "%d of %d planted found", hit, len(planted))
		assert.LessOrEqual(t, len(found)-hit, len(planted)/20, "put before people for nothing")

		first := boss.get(t, "/api/v1/objects/lead/duplicates?limit=1", 200)["pairs"].([]any)[0].(map[string]any)
		boss.want(t, "POST", "/api/v1/objects/lead/duplicates/"+first["id"].(string)+":dismiss", nil, 204)
		boss.post(t, "/api/v1/objects/lead/duplicates:scan", nil, 202)
		scanned()
		assert.Len(t, open(), len(found)-1)
		gone := boss.get(t, "/api/v1/objects/lead/duplicates?state=dismissed", 200)["pairs"].([]any)
		require.Len(t, gone, 1)
		assert.Equal(t, "总监", gone[0].(map[string]any)["decided_by"])
		boss.want(t, "POST", "/api/v1/objects/lead/duplicates/"+first["id"].(string)+":reopen", nil, 204)
		assert.Len(t, open(), len(found))
	})
}

// image is all that is known of two records and what belongs to them.
type image struct {
	rows    [2]map[string]any
	belongs map[string]string // record that points → to which of the two
	timers  []string
	keys    []string
	_       struct{}
}

func (c *company) image(t *testing.T, ids [2]string) image {
	t.Helper()
	out := image{belongs: map[string]string{}}
	for i, id := range ids {
		row := c.row(t, "lead", id)
		out.rows[i] = map[string]any{}
		for _, f := range row.Object.Fields {
			switch f.Index {
			case object.Version, object.UpdatedAt, object.UpdatedBy:
			default:
				out.rows[i][f.Name] = row.V[f.Index]
			}
		}
	}
	for _, o := range object.All(c.app.Defs.Current()) {
		for _, f := range o.Fields {
			if f.TargetOf() != "lead" {
				continue
			}
			for _, id := range ids {
				rows, err := record.FindRows(t.Context(), c.app.DB, o, record.Eq{Field: f.Name, Value: id})
				require.NoError(t, err)
				for _, row := range rows {
					out.belongs[o.Name+"/"+f.Name+"/"+row.ID()] = id + " " + row.Owner() + " " + row.Text("status")
				}
			}
		}
	}
	out.timers = c.lines(t, "SELECT id || ' ' || record_id || ' ' || kind || ' ' || CAST(state AS VARCHAR(9)) || ' ' || CAST(due_at AS VARCHAR(20)) FROM timer WHERE record_id IN (?, ?) AND state = 0 ORDER BY 1", ids[0], ids[1])
	out.keys = c.lines(t, "SELECT kind || ' ' || value || ' ' || record_id FROM dedupe_key WHERE record_id IN (?, ?) ORDER BY 1", ids[0], ids[1])
	return out
}

func (c *company) lines(t *testing.T, q string, args ...any) []string {
	t.Helper()
	rows, err := c.app.DB.Query(t.Context(), q, args...)
	require.NoError(t, err)
	defer rows.Close()
	out := []string{}
	for rows.Next() {
		var s string
		require.NoError(t, rows.Scan(&s))
		out = append(out, s)
	}
	require.NoError(t, rows.Err())
	return out
}

// TestAMergeTakenBackGivesBackBoth: whatever two leads are, and whichever values are chosen, taking the merge back gives both as they were,
// with everything that belonged to them, their countdowns and what they were known by.
func TestAMergeTakenBackGivesBackBoth(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		rnd := rand.New(rand.NewPCG(1, 2))
		boss := c.app.Signing.ActorOf("boss")
		dupes := c.app.engines.dupes
		maybe := func(m map[string]any, k string, v any) {
			if rnd.IntN(3) > 0 {
				m[k] = v
			}
		}
		owners := []string{"", "rita", "rob"}
		for round := range 25 {
			var ids [2]string
			for i := range ids {
				v := map[string]any{"phone": c.phone()}
				maybe(v, "company", fmt.Sprintf("杭州云帆%d号科技有限公司", rnd.IntN(50)))
				maybe(v, "name", "联系人"+itoa(rnd.IntN(5)))
				maybe(v, "email", fmt.Sprintf("a%d-%d@example.com", round, i))
				maybe(v, "industry", []string{"教育", "医疗", "航天"}[rnd.IntN(3)])
				maybe(v, "budget", []any{"12.5万", "面议", 3000}[rnd.IntN(3)])
				maybe(v, "region", []string{"浙江 杭州", "上海", "火星"}[rnd.IntN(3)])
				maybe(v, "note", "备注"+itoa(i))
				maybe(v, "stage", []string{"new", "contacted", "quoted", "lost"}[rnd.IntN(4)])
				maybe(v, "credit_code", []string{"91330100799655058B", "不详"}[rnd.IntN(2)])
				owner := owners[rnd.IntN(3)]
				if i == 0 && rnd.IntN(2) == 0 { // through the whole door: assignment and countdowns
					got := c.person(t, "boss").post(t, "/api/v1/objects/lead/records", v, 201)
					ids[i] = got["record"].(map[string]any)["id"].(string)
				} else {
					ids[i] = c.made(t, "lead", owner, v)
				}
				if ids[0] == ids[1] { // the same credit code: it merged at the door
					ids[1] = c.lead(t, owner)
				}
				for range rnd.IntN(3) {
					c.made(t, "follow_up", "rita", map[string]any{"lead": ids[i], "note": "谈过", "way": "phone"})
				}
				if rnd.IntN(2) == 0 {
					c.made(t, "task", "rita", map[string]any{"lead": ids[i], "title": "回访"})
				}
				if o := c.row(t, "lead", ids[i]).Owner(); o != "" && rnd.IntN(2) == 0 {
					c.person(t, "lena").send(t, "POST", "/api/v1/objects/lead/records/"+ids[i]+":transfer", map[string]any{"owner": []string{"rita", "rob"}[rnd.IntN(2)]})
				}
			}
			var take []string
			o := c.row(t, "lead", ids[0]).Object
			for _, f := range o.Fields {
				if duplicate.Choosable(f) && rnd.IntN(3) == 0 {
					take = append(take, f.Name)
				}
			}
			before := c.image(t, ids)
			id, row, err := dupes.Merge(t.Context(), boss, duplicate.Ask{Object: "lead", Survivor: ids[0], Absorbed: ids[1], Take: take})
			require.NoError(t, err)
			for _, name := range take {
				f, _ := o.Field(name)
				if f.Type.Name() != "money" && f.Type.Name() != "region" { // text that did not read stays with its hint
					assert.Equal(t, before.rows[1][name], row.V[f.Index], "round %d: %s was taken", round, name)
				}
			}
			merged := c.image(t, ids)
			for what, to := range merged.belongs {
				assert.True(t, strings.HasPrefix(to, ids[0]), "round %d: %s still belongs to %s", round, what, to)
			}
			for _, line := range merged.timers {
				assert.Contains(t, line, ids[0], "round %d: nothing counts down at what is gone", round)
			}
			_, left, err := dupes.Undo(t.Context(), boss, id)
			require.NoError(t, err)
			assert.Empty(t, left, "round %d", round)
			after := c.image(t, ids)
			for i := range ids {
				for name, v := range before.rows[i] {
					assert.Equal(t, v, after.rows[i][name], "round %d, record %d, %s; taken %v", round, i, name, take)
				}
			}
			assert.Equal(t, before.belongs, after.belongs, "round %d", round)
			assert.Equal(t, before.timers, after.timers, "round %d", round)
			assert.Equal(t, before.keys, after.keys, "round %d", round)
			if t.Failed() {
				return
			}
		}
	})
}

// TestWhatChangedSinceAMergeStays: it is kept and listed; the rest goes back.
func TestWhatChangedSinceAMergeStays(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		boss := c.person(t, "boss")
		phones := [2]string{c.phone(), c.phone()}
		a := c.made(t, "lead", "rita", map[string]any{"company": "甲公司", "phone": phones[0], "note": "老"})
		b := c.made(t, "lead", "rita", map[string]any{"company": "乙公司", "phone": phones[1], "note": "新", "email": "b@example.com"})
		task := c.made(t, "task", "rita", map[string]any{"lead": b, "title": "回访"})
		call := c.made(t, "follow_up", "rita", map[string]any{"lead": b, "note": "谈过"})
		base := "/api/v1/objects/lead/records/"
		got := boss.post(t, base+a+":merge", map[string]any{"other": b, "take": []string{"note", "company"}}, 200)
		merge := got["merge"].(map[string]any)["id"].(string)
		rec := got["record"].(map[string]any)
		assert.Equal(t, []any{"乙公司", "新", "b@example.com", float64(2)}, []any{rec["company"], rec["note"], rec["email"], rec["touches"]})
		boss.get(t, base+b, 404)
		assert.Equal(t, "乙公司", boss.get(t, base+b+"/merges", 200)["merges"].([]any)[0].(map[string]any)["title"], "where it went is told")

		// What either was known by finds the one that stays.
		for _, phone := range phones {
			again := boss.post(t, "/api/v1/objects/lead/records", map[string]any{"phone": phone}, 201)
			assert.Equal(t, a, again["record"].(map[string]any)["id"], phone)
		}
		boss.want(t, "PATCH", base+a, map[string]any{"note": "又改了"}, 200)
		boss.want(t, "DELETE", "/api/v1/objects/task/records/"+task, nil, 204)
		c.made(t, "follow_up", "rita", map[string]any{"lead": a, "note": "后来的"})
		undone := boss.post(t, "/api/v1/merges/"+merge+":undo", nil, 200)
		var left []string
		for _, l := range undone["left"].([]any) {
			m := l.(map[string]any)
			left = append(left, m["kind"].(string)+" "+m["name"].(string))
		}
		assert.ElementsMatch(t, []string{"field 备注", "record 待办", "added 触达", "added 跟进记录"}, left)
		x, y := c.row(t, "lead", a), c.row(t, "lead", b)
		assert.Equal(t, []any{"甲公司", "又改了", nil, int64(3)}, []any{x.Get("company"), x.Get("note"), x.Get("email"), x.Get("touches")})
		assert.Equal(t, []any{"乙公司", "新", "b@example.com", int64(1), nil}, []any{y.Get("company"), y.Get("note"), y.Get("email"), y.Get("touches"), y.V[object.DeletedAt]})
		assert.Equal(t, b, c.row(t, "follow_up", call).Text("lead"))
		assert.Equal(t, b, boss.post(t, "/api/v1/objects/lead/records", map[string]any{"phone": phones[1]}, 201)["record"].(map[string]any)["id"])
		assert.Equal(t, a, boss.post(t, "/api/v1/objects/lead/records", map[string]any{"phone": phones[0]}, 201)["record"].(map[string]any)["id"])

		// The trail tells all of it, once.
		var ops []string
		for _, e := range boss.get(t, base+a+"/history", 200)["events"].([]any) {
			ops = append(ops, e.(map[string]any)["op"].(string))
		}
		assert.Contains(t, ops, "merge_records")
		assert.Contains(t, ops, "unmerge")
		res, body := boss.send(t, "POST", "/api/v1/merges/"+merge+":undo", nil)
		assert.Equal(t, 409, res.StatusCode, "%s", body)
		assert.Equal(t, "undone", decoded(t, body)["code"])
	})
}

// TestAMergeMovesTheWork: open tasks go to the owner of the one that stays, a first contact is made once, and who had the other is told.
func TestAMergeMovesTheWork(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		boss := c.person(t, "boss")
		stays, goes := c.lead(t, "rita"), c.lead(t, "rob")
		first := c.made(t, "task", "rita", map[string]any{"lead": stays, "title": "首次联系", "kind": "首次联系"})
		second := c.made(t, "task", "rob", map[string]any{"lead": goes, "title": "首次联系", "kind": "首次联系"})
		open := c.made(t, "task", "rob", map[string]any{"lead": goes, "title": "寄样品"})
		done := c.made(t, "task", "rob", map[string]any{"lead": goes, "title": "已寄", "status": "done"})
		boss.post(t, "/api/v1/objects/lead/records/"+stays+":merge", map[string]any{"other": goes}, 200)
		for task, want := range map[string]string{first: "rita open", second: "rita cancelled", open: "rita open", done: "rob done"} {
			row := c.row(t, "task", task)
			assert.Equal(t, want, row.Owner()+" "+row.Text("status"), row.Text("title"))
			assert.Equal(t, stays, row.Text("lead"))
		}
		items, err := c.app.engines.inbox.List(t.Context(), "rob", true, 0, 10)
		require.NoError(t, err)
		require.Len(t, items, 1)
		assert.Contains(t, items[0].Body, "总监 把它合并到了 瑞塔 的")
		rita, err := c.app.engines.inbox.List(t.Context(), "rita", true, 0, 10)
		require.NoError(t, err)
		assert.Empty(t, rita)
	})
}

// TestMergingAsksForBoth: one must see and change both; a merge upon a merge is taken back first.
func TestMergingAsksForBoth(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		base := "/api/v1/objects/lead/records/"
		code := func(v *visitor, path string, body any) (int, string) {
			res, raw := v.send(t, "POST", path, body)
			if res.StatusCode < 300 {
				return res.StatusCode, ""
			}
			return res.StatusCode, decoded(t, raw)["code"].(string)
		}
		mine, pool, theirs, far := c.lead(t, "rita"), c.lead(t, ""), c.lead(t, "rob"), c.lead(t, "sam")
		rita, lena, boss := c.person(t, "rita"), c.person(t, "lena"), c.person(t, "boss")
		for _, x := range []struct {
			who       *visitor
			into      string
			body      map[string]any
			status    int
			code, why string
		}{
			{rita, mine, map[string]any{"other": theirs}, 404, "no_such_record", "another's is not there"},
			{rita, mine, map[string]any{"other": pool}, 403, "forbidden", "what waits in the pool is to be claimed first"},
			{lena, mine, map[string]any{"other": far}, 404, "no_such_record", "another region's"},
			{boss, mine, map[string]any{"other": mine}, 422, "same_record", "into itself"},
			{boss, mine, map[string]any{"other": "nobody"}, 404, "no_such_record", "nothing"},
			{boss, mine, map[string]any{"other": theirs, "take": []string{"touches"}}, 422, "invalid_merge", "a figure of the system's"},
			{boss, mine, map[string]any{"other": theirs, "version": 7}, 409, "stale", "looked at before a change"},
			{lena, mine, map[string]any{"other": theirs}, 200, "", "her team's"},
		} {
			status, got := code(x.who, base+x.into+":merge", x.body)
			assert.Equal(t, x.status, status, x.why)
			assert.Equal(t, x.code, got, x.why)
		}
		first := boss.get(t, base+mine+"/merges", 200)["merges"].([]any)[0].(map[string]any)["id"].(string)
		boss.post(t, base+far+":merge", map[string]any{"other": mine}, 200)
		status, got := code(boss, "/api/v1/merges/"+first+":undo", nil)
		assert.Equal(t, 409, status)
		assert.Equal(t, "merged_on", got)
		second := boss.get(t, base+far+"/merges", 200)["merges"].([]any)[0].(map[string]any)["id"].(string)
		status, _ = code(lena, "/api/v1/merges/"+second+":undo", nil)
		assert.Equal(t, 404, status, "what went to another region is not hers")
		boss.post(t, "/api/v1/merges/"+second+":undo", nil, 200)
		boss.post(t, "/api/v1/merges/"+first+":undo", nil, 200)
		assert.Equal(t, "rob", c.row(t, "lead", theirs).Owner())
	})
}

// TestAnEntryIsToldWhatStands, as far as who enters may see; of what another holds only that, and only where it is sure.
func TestAnEntryIsToldWhatStands(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		phone := c.phone()
		held := c.made(t, "lead", "sam", map[string]any{"company": "机密科技有限公司", "phone": phone, "name": "王五"})
		mine := c.made(t, "lead", "rita", map[string]any{"company": "杭州云帆科技有限公司", "phone": c.phone(), "name": "张三"})
		look := func(who string, values map[string]any) []any {
			t.Helper()
			return c.person(t, who).post(t, "/api/v1/objects/lead/duplicates:look", map[string]any{"values": values}, 200)["matches"].([]any)
		}
		require.Eventually(t, func() bool {
			return len(look("rita", map[string]any{"company": "云帆科技", "name": "张三"})) == 1
		}, 20*time.Second, 50*time.Millisecond)
		own := look("rita", map[string]any{"company": "云帆科技", "name": "张三"})[0].(map[string]any)
		assert.Equal(t, []any{mine, "瑞塔", true, false}, []any{own["id"], own["owner"], own["seen"], own["exact"]})
		assert.Equal(t, []string{"similar", "contact_region"}, reasons(own))
		exact := look("rita", map[string]any{"phone": "+86 " + phone, "company": "别的"})
		require.Len(t, exact, 1)
		assert.Equal(t, map[string]any{"seen": false, "owner": "萨姆", "sure": true, "exact": false, "reasons": []any{}}, exact[0])
		assert.Empty(t, look("rita", map[string]any{"company": "机密科技", "name": "王五"}), "that a name is like another's is nobody's business")
		assert.Empty(t, look("rita", map[string]any{"company": 7, "phone": []any{"x"}, "nonsense": 1}))
		seen := look("sam", map[string]any{"phone": phone})[0].(map[string]any)
		assert.Equal(t, []any{held, true}, []any{seen["id"], seen["exact"]})
		assert.Equal(t, []string{"phone"}, reasons(seen))
		veiled := look("vera", map[string]any{"phone": phone, "company": "机密科技有限公司"})
		for _, m := range veiled {
			assert.NotContains(t, reasons(m.(map[string]any)), "phone", "a hidden field is no reason to be shown")
		}
		res, _ := c.person(t, "mia").send(t, "POST", "/api/v1/objects/customer/duplicates:look", map[string]any{"values": map[string]any{}})
		assert.Equal(t, 404, res.StatusCode)
	})
}

// TestAPoolLeadTakesOnWhatRunsAtTheOther: where the one that stays gets its owner by the merge, that owner's countdowns go on there as they
// ran, once each; taken back, all of it is as it was.
func TestAPoolLeadTakesOnWhatRunsAtTheOther(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		c.republish(t, "pool_policy", "lead_pool", `"recycle_after_days":null`, `"recycle_after_days":9`)
		for _, assigned := range []bool{true, false} { // with the countdown of a first opening, and without
			stays := c.lead(t, "")
			out, err := c.app.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: actor.TheSystem("test"), Origin: record.Origin{Kind: "intake", Engine: true, Countdown: assigned},
				Writes: []record.Write{{Op: record.Create, Object: "lead", Values: map[string]any{"company": "乙公司", "phone": c.phone(), "owner": "rob"}}}})
			require.NoError(t, err)
			goes := out[0].Row
			ids := [2]string{stays, goes.ID()}
			before := c.image(t, ids)
			running := func(id string) []string {
				return c.lines(t, "SELECT id FROM timer WHERE record_id = ? AND state = 0 ORDER BY id", id)
			}
			had := running(goes.ID())
			require.NotEmpty(t, had)
			boss := c.app.Signing.ActorOf("boss")
			id, row, err := c.app.engines.dupes.Merge(t.Context(), boss, duplicate.Ask{Object: "lead", Survivor: stays, Absorbed: goes.ID()})
			require.NoError(t, err)
			assert.Equal(t, "rob", row.Owner())
			assert.Equal(t, had, running(stays))
			assert.Empty(t, running(goes.ID()))
			assert.Equal(t, assigned, goes.Get("due_at") != nil)
			assert.Equal(t, goes.Get("due_at"), row.Get("due_at"))
			_, left, err := c.app.engines.dupes.Undo(t.Context(), boss, id)
			require.NoError(t, err)
			assert.Empty(t, left)
			assert.Equal(t, before, c.image(t, ids))
		}
	})
}

// TestWhatAMergeStartedEndsWithIt: a countdown that began because the one that stays got its owner by the merge is no more when it is taken
// back, and one that the owner had by then goes on.
func TestWhatAMergeStartedEndsWithIt(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		stays, goes := c.lead(t, ""), c.lead(t, "rob")
		c.republish(t, "pool_policy", "lead_pool", `"recycle_after_days":null`, `"recycle_after_days":9`)
		require.Eventually(t, func() bool { // the clocks of what stands are set in the background
			return len(c.lines(t, "SELECT id FROM timer WHERE record_id = ? AND state = 0 AND kind = 'pool_recycle'", goes)) == 1
		}, 20*time.Second, 20*time.Millisecond)
		require.NoError(t, c.app.DB.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
			return c.app.engines.timers.Stop(ctx, tx, "lead", goes)
		}))
		before := c.image(t, [2]string{stays, goes})
		boss := c.app.Signing.ActorOf("boss")
		id, _, err := c.app.engines.dupes.Merge(t.Context(), boss, duplicate.Ask{Object: "lead", Survivor: stays, Absorbed: goes})
		require.NoError(t, err)
		assert.Len(t, c.lines(t, "SELECT id FROM timer WHERE record_id = ? AND state = 0 AND kind = 'pool_recycle'", stays), 1)
		_, _, err = c.app.engines.dupes.Undo(t.Context(), boss, id)
		require.NoError(t, err)
		assert.Equal(t, before.timers, c.image(t, [2]string{stays, goes}).timers)
	})
}

// TestAMergeTellsNoMoreThanOneMayRead: neither the notice to who had the one that went, nor what taking it back left.
func TestAMergeTellsNoMoreThanOneMayRead(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		boss, lena := c.person(t, "boss"), c.person(t, "lena")
		base := "/api/v1/objects/lead/records/"
		stays := c.made(t, "lead", "rita", map[string]any{"company": "机密科技", "phone": c.phone()})
		goes := c.made(t, "lead", "rob", map[string]any{"company": "乙公司", "phone": c.phone()})
		theirs := c.made(t, "task", "sam", map[string]any{"lead": goes, "title": "华南的事"})
		own := c.made(t, "task", "rita", map[string]any{"lead": goes, "title": "一组的事"})
		merge := lena.post(t, base+stays+":merge", map[string]any{"other": goes}, 200)["merge"].(map[string]any)["id"].(string)
		told := func(person string) string {
			items, err := c.app.engines.inbox.List(t.Context(), person, true, 0, 10)
			require.NoError(t, err)
			for _, it := range items {
				if it.Kind == "merged" {
					return it.Body
				}
			}
			return ""
		}
		assert.Equal(t, "一组主管 把它合并到了 瑞塔 的线索", told("rob"))
		for _, task := range []string{theirs, own} {
			boss.want(t, "DELETE", "/api/v1/objects/task/records/"+task, nil, 204)
		}
		var titles []any
		for _, l := range lena.post(t, "/api/v1/merges/"+merge+":undo", nil, 200)["left"].([]any) {
			if m := l.(map[string]any); m["kind"] == "record" {
				titles = append(titles, m["title"])
			}
		}
		assert.ElementsMatch(t, []any{nil, "一组的事"}, titles)

		seen := c.made(t, "lead", "max", map[string]any{"company": "丙公司", "phone": c.phone()})
		led := c.made(t, "lead", "dora", map[string]any{"company": "丁公司", "phone": c.phone()})
		boss.post(t, base+seen+":merge", map[string]any{"other": led}, 200)
		assert.Equal(t, "总监 把它合并到了 二组主管 的“丙公司”", told("dora"), "华东's director reads it")
	})
}
