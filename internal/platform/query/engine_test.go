package query

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
)

// fill writes leads that reach the edges: empty values, the first and last instant of a day in Shanghai, a deleted row, the pool.
func (h *house) fill() {
	h.create("customer", "c1", map[string]any{"name": "甲公司", "industry": "制造"})
	rows := []struct {
		id, at string
		v      map[string]any
	}{
		{"l1", "2026-11-22T16:00:00Z", map[string]any{"owner": "ann", "industry": "教育", "budget": "100.10", "region": "浙江 杭州", "stage": "signed", "converted": true, "customer": "c1", "born": "2026-11-01"}}, // Monday 23rd, 00:00
		{"l2", "2026-11-22T15:59:59Z", map[string]any{"owner": "ann", "industry": "教育", "budget": "0.20", "region": "浙江 宁波", "stage": "lost", "born": "2026-10-31"}},                                          // Sunday 22nd
		{"l3", "2026-11-23T15:59:59Z", map[string]any{"owner": "bob", "industry": "医疗", "region": "浙江", "stage": "new", "converted": false}},
		{"l4", "2026-11-23T16:00:00Z", map[string]any{"owner": "cai", "budget": "3", "region": "广东 深圳", "stage": "signed"}},
		{"l5", "2026-10-31T15:59:59Z", map[string]any{"industry": "教育", "budget": "7", "region": "沙特"}}, // the pool
		{"l6", "2026-11-23T01:00:00Z", map[string]any{"owner": "ann", "industry": "教育", "budget": "1000"}},
		{"l7", "2026-10-31T16:00:00Z", map[string]any{"owner": "cai", "industry": "矿业", "region": "火星基地"}},
	}
	for _, r := range rows {
		if s, ok := r.v["stage"]; ok && s != "new" {
			r.v["decided_at"] = instant(r.at)
		}
		check(h.t, h.write(record.Write{Op: record.Create, Object: "lead", ID: r.id, Values: r.v, At: instant(r.at)}))
	}
	check(h.t, h.write(record.Write{Op: record.Delete, Object: "lead", ID: "l6"}))
}

func person(id, unit string, roles ...string) *actor.Actor {
	return &actor.Actor{Kind: actor.Person, ID: id, Unit: unit, Roles: roles}
}

// table asks and gives the rows as JSON lines.
func (h *house) table(a *actor.Actor, query string) string {
	h.t.Helper()
	var q Query
	check(h.t, Decode([]byte(query), &q))
	res, err := h.engine.Query(context.Background(), a, q)
	check(h.t, err)
	return lines(res.Rows)
}

func lines(rows [][]any) string {
	var out []string
	for _, r := range rows {
		b, _ := json.Marshal(r)
		out = append(out, string(b))
	}
	return strings.Join(out, "\n")
}

func TestQueries(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, query, want string }{
		{"no rows of a ratio is null, no rows of a count is 0", `{"entity":"lead","measures":["win_rate","count","sum:budget","avg:budget"],"where":{"field":"industry","op":"eq","value":"没有"}}`, `[null,0,0,null]`},
		{"empty groups first, choices as listed, money exact", `{"entity":"lead","measures":["count","sum:budget","win_rate"],"dimensions":["industry"]}`,
			"[null,1,3,1]\n[\"教育\",3,107.3,0.5]\n[\"医疗\",1,0,null]\n[\"矿业\",1,0,null]"},
		{"average money is rounded to fen", `{"entity":"lead","measures":["avg:budget","min:budget","max:budget"],"where":{"field":"industry","op":"eq","value":"教育"}}`, `[35.77,0.2,100.1]`},
		{"days of the workspace", `{"entity":"lead","measures":["count"],"dimensions":["created_at:day"],"period":{"last":3,"unit":"day"}}`,
			"[\"2026-11-22\",1]\n[\"2026-11-23\",2]\n[\"2026-11-24\",1]"},
		{"weeks from Monday", `{"entity":"lead","measures":["count"],"dimensions":["created_at:week"],"period":{"this":"month"}}`,
			"[\"2026-10-26\",1]\n[\"2026-11-16\",1]\n[\"2026-11-23\",3]"},
		{"months, newest first", `{"entity":"lead","measures":["count"],"dimensions":["created_at:month"],"order":[{"by":"created_at:month","desc":true}]}`, "[\"2026-11\",5]\n[\"2026-10\",1]"},
		{"previous month by a date field", `{"entity":"lead","measures":["count"],"dimensions":["born:month"],"period":{"field":"born","previous":"month"}}`, `["2026-10",1]`},
		{"quarters and years", `{"entity":"lead","measures":["count"],"dimensions":["created_at:quarter","created_at:year"]}`, `["2026Q4","2026",6]`},
		{"each measure by its own time", `{"entity":"lead","measures":["count","win_rate"],"period":{"from":"2026-11-23","to":"2026-11-24"}}`, `[3,1]`},
		{"provinces of a tree", `{"entity":"lead","measures":["count"],"dimensions":["region:province"]}`, "[\"浙江\",3]\n[\"广东\",1]\n[\"沙特阿拉伯\",1]\n[\"火星基地\",1]"},
		{"through a relation", `{"entity":"lead","measures":["count"],"dimensions":["customer.industry"]}`, "[null,5]\n[\"制造\",1]"},
		{"by a ratio, what cannot be computed last", `{"entity":"lead","measures":["win_rate"],"dimensions":["owner"],"order":[{"by":"win_rate","desc":true}],"limit":1}`, `["cai",1]`},
		{"bool groups", `{"entity":"lead","measures":["count"],"dimensions":["converted"]}`, "[null,4]\n[false,1]\n[true,1]"},
		{"stays of a history", `{"entity":"lead.stage","measures":["count"],"dimensions":["value"],"where":{"field":"record.industry","op":"eq","value":"教育"}}`, "[\"new\",1]\n[\"signed\",1]\n[\"lost\",1]"},
	}
	eachDatabase(t, func(t *testing.T, h *house) {
		h.fill()
		for _, c := range cases {
			if got := h.table(system, c.query); got != c.want {
				t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
			}
		}
	})
}

func TestQueryStaysInScope(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, h *house) {
		h.fill()
		h.create("person", "ann", map[string]any{"name": "安然", "unit": "u1"})
		h.create("person", "bob", map[string]any{"name": "鲍勃", "unit": "u1"})
		ann, boss := person("ann", "u1", "rep"), person("max", "u1", "boss")
		for _, c := range []struct {
			a           *actor.Actor
			query, want string
		}{
			{ann, `{"entity":"lead","measures":["count"],"dimensions":["owner"]}`, "[null,1]\n[\"ann\",2]"},
			{boss, `{"entity":"lead","measures":["count"],"dimensions":["owner"]}`, "[\"ann\",2]\n[\"bob\",1]"},
			{ann, `{"entity":"lead.stage","measures":["count"]}`, "[3]"},
		} {
			if got := h.table(c.a, c.query); got != c.want {
				t.Errorf("%s asks %s:\n%s\nwant\n%s", c.a.ID, c.query, got, c.want)
			}
		}
		for _, c := range []struct {
			a                    *actor.Actor
			query, pointer, code string
			hint                 string
		}{
			{ann, `{"entity":"lead","measures":["count"],"dimensions":["phone"]}`, "/dimensions/0", "unknown_dimension", ""},
			{ann, `{"entity":"lead","measures":["count"],"where":{"field":"phone","op":"eq","value":"1"}}`, "/where/field", "unknown_field", ""},
			{ann, `{"entity":"lead.stage","measures":["count"],"where":{"field":"record.phone","op":"eq","value":"13800000000"}}`, "/where/field", "unknown_field", ""},
			{ann, `{"entity":"customer","measures":["count"]}`, "/entity", "unknown_entity", ""},
			{ann, `{"entity":"lead","measures":["count"],"dimensions":["customer.name"]}`, "/dimensions/0", "unknown_dimension", ""},
			{system, `{"entity":"leed","measures":["count"]}`, "/entity", "unknown_entity", "lead"},
			{system, `{"entity":"lead","measures":["count","win_rat"]}`, "/measures/1", "unknown_measure", "win_rate"},
			{system, `{"entity":"lead","measures":["open_todos"]}`, "/measures/0", "unknown_measure", "task"},
			{system, `{"entity":"lead","measures":["sum:industry"]}`, "/measures/0", "not_a_number", ""},
			{system, `{"entity":"lead","measures":["count"],"dimensions":["industri"]}`, "/dimensions/0", "unknown_dimension", "industry"},
			{system, `{"entity":"lead","measures":["count"],"dimensions":["tags"]}`, "/dimensions/0", "not_a_dimension", ""},
			{system, `{"entity":"lead","measures":["count"],"dimensions":["created_at"]}`, "/dimensions/0", "no_grain", ":day"},
			{system, `{"entity":"lead","measures":["count"],"order":[{"by":"cont"}]}`, "/order/0/by", "unknown_column", "count"},
			{system, `{"entity":"lead","measures":["count"],"period":{"last":3,"unit":"dya"}}`, "/period", "bad_period", ""},
			{system, `{"entity":"lead","measures":["count"],"limit":-1}`, "/limit", "out_of_range", ""},
			{system, `{"entity":"lead","measures":[]}`, "/measures", "missing", ""},
		} {
			var q Query
			check(t, Decode([]byte(c.query), &q))
			_, err := h.engine.Query(context.Background(), c.a, q)
			p := problem.As(err)
			if p == nil || len(p.Items) == 0 || p.Items[0].Pointer != c.pointer || c.code != "bad_period" && p.Items[0].Code != c.code || !strings.Contains(p.Items[0].Hint, c.hint) {
				t.Errorf("%s: %v; want %s at %s with hint %q", c.query, err, c.code, c.pointer, c.hint)
			}
		}
		for body, pointer := range map[string]string{`{"entity":"lead","measure":[]}`: "/measure", `{"entity":1}`: "/entity"} {
			if p := problem.As(Decode([]byte(body), &Query{}, "measures")); p == nil || p.Items[0].Pointer != pointer {
				t.Errorf("%s: %v, want a problem at %s", body, p, pointer)
			}
		}
	})
}

// Every number opens to exactly its records.
func TestCellsOpenToTheirRecords(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, h *house) {
		h.fill()
		ctx := context.Background()
		for _, dims := range [][]string{{"industry"}, {"created_at:week", "owner"}, {"region:province"}, {"region:country"}, {"created_at:day"}, {"born:quarter"}, {"customer.industry", "converted"}, {"created_at:month"}, {"budget"}} {
			ask, err := h.engine.Resolve(system, Query{Entity: "lead", Measures: []string{"count", "win_rate"}, Dimensions: dims})
			check(t, err)
			res, err := h.engine.Ask(ctx, ask)
			check(t, err)
			for i, row := range res.Rows {
				cell := Cell{Measure: "count", Keys: map[string]any{}}
				for j, d := range dims {
					cell.Keys[d] = row[j]
				}
				for measure, want := range map[string]int64{"count": res.Groups[i].Figures[0].N, "win_rate": res.Groups[i].Figures[1].D} {
					cell.Measure = measure
					if got := h.open(ask, cell); int64(len(got)) != want {
						t.Errorf("%s of %v: %v, want %d records", measure, row, got, want)
					}
				}
			}
		}
		ask, err := h.engine.Resolve(system, Query{Entity: "lead", Measures: []string{"win_rate"}})
		check(t, err)
		if got := fmt.Sprint(h.open(ask, Cell{Measure: "win_rate", Numerator: true})); got != "[l4 l1]" {
			t.Errorf("signed leads: %s", got)
		}
	})
}

// open reads all pages of a cell, two records at a time.
func (h *house) open(ask Ask, cell Cell) []string {
	h.t.Helper()
	var out []string
	for cursor := ""; ; {
		page, err := h.engine.Rows(context.Background(), ask, cell, 2, cursor)
		check(h.t, err)
		for _, r := range page.Rows {
			out = append(out, r.ID())
		}
		if cursor = page.Next; cursor == "" {
			return out
		}
	}
}

// The ladder counts each record once for every step it reached or passed, at the entry by which it got there.
func TestLadder(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, h *house) {
		move := func(id, stage, at string, more map[string]any) {
			v := map[string]any{"stage": stage}
			for k, x := range more {
				v[k] = x
			}
			check(t, h.write(record.Write{Op: record.Update, Object: "lead", ID: id, Values: v, At: instant(at)}))
		}
		check(t, h.write(record.Write{Op: record.Create, Object: "lead", ID: "a", At: instant("2026-11-01T00:00:00Z"), Values: map[string]any{"owner": "ann"}}))
		move("a", "signed", "2026-11-03T00:00:00Z", map[string]any{"owner": "cai"}) // skips quoted
		move("a", "quoted", "2026-11-05T12:00:00Z", nil)
		move("a", "signed", "2026-11-06T00:00:00Z", nil)
		en, err := h.engine.History(system, History{Object: "lead", Field: "stage", Ladder: []string{"new", "quoted", "signed"}})
		check(t, err)
		res, err := h.engine.Query(context.Background(), system, Query{Entity: "lead.stage", Measures: []string{"count", "sum:stay", "avg:stay", "max:stay"}, Dimensions: []string{"value", "first"}})
		check(t, err)
		want := "[\"new\",true,1,2,2,2]\n[\"quoted\",true,1,0.5,0.5,0.5]\n[\"signed\",false,1,0,null,null]\n[\"signed\",true,1,2.5,2.5,2.5]"
		if got := lines(res.Rows); got != want {
			t.Errorf("stays:\n%s\nwant\n%s", got, want)
		}
		reached, err := h.engine.Ask(context.Background(), Ask{Entity: en, Measures: []*Measure{must(h.engine.Measure(en, "count", ""))}, Dimensions: []string{"owner", "rank", "before"}})
		check(t, err)
		if got, want := lines(reached.Rows), "[\"ann\",0,-1,1]\n[\"cai\",1,2,1]\n[\"cai\",2,0,1]\n[\"cai\",2,2,1]"; got != want {
			t.Errorf("steps:\n%s\nwant\n%s", got, want)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestUnderstood(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "sqlite:"+t.TempDir()+"/b.db")
	res, err := h.engine.Query(context.Background(), system, Query{Entity: "lead", Measures: []string{"count", "win_rate"}, Dimensions: []string{"owner"},
		Where: json.RawMessage(`{"field":"industry","op":"eq","value":"教育"}`), Period: &Period{Field: "created_at", Period: *month30}})
	check(t, err)
	if want := "近30天的线索（按“创建时间”，行业是教育），按负责人分别看：线索数、成交率。"; res.Understood != want {
		t.Errorf("understood: %s\nwant        %s", res.Understood, want)
	}
	if want := (ExplainedTerm{"count", "线索的条数，按“创建时间”归入时间段"}); res.Explain.Measures[0] != want {
		t.Errorf("explained: %v, want %v", res.Explain.Measures[0], want)
	}
	if !strings.Contains(res.Explain.Measures[1].Text, "占比，按“定局时间”") {
		t.Error(res.Explain.Measures[1].Text)
	}
}

// The database's day numbers are Go's, in zones with summer time and before 1970.
func TestDayExpr(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, h *house) {
		for _, name := range []string{"Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "UTC"} {
			zone, err := time.LoadLocation(name)
			check(t, err)
			expr := dayExpr("x.ms", zone, h.clock.Now())
			rapid.Check(t, func(rt *rapid.T) {
				ms := rapid.Int64Range(-86400_000*10, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()).Draw(rt, "ms")
				if rapid.Bool().Draw(rt, "edge") {
					ms = object.DayStart(object.DayOf(time.UnixMilli(ms), zone), zone).UnixMilli() - rapid.Int64Range(0, 1).Draw(rt, "before")
				}
				if ms < 0 && name != "UTC" {
					return // offsets before 1970 are taken as in 1970
				}
				var got int64
				if err := h.db.QueryRow(context.Background(), "SELECT "+expr+" FROM (SELECT CAST(? AS bigint) AS ms) x", ms).Scan(&got); err != nil {
					rt.Fatal(err)
				}
				if want := object.DayOf(time.UnixMilli(ms), zone); got != want {
					rt.Fatalf("%s in %s: day %d, want %d", object.Instant(ms), name, got, want)
				}
			})
		}
	})
}
