package condition

import (
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"pgregory.net/rapid"
)

var zones = []string{"Asia/Shanghai", "UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Europe/Berlin", "America/Sao_Paulo"}

var nows = []string{"2026-11-24T04:00:00Z", "2026-11-23T16:00:00Z", "2026-11-23T15:59:59.999Z", "2026-11-01T05:30:00Z", "2026-10-25T00:30:00Z", "2026-03-29T01:00:00Z", "2026-12-31T23:59:59.999Z", "2028-02-29T12:00:00Z"}

var texts = []string{"a", "A", "ab", "aB", "%", "_", "a%b", "a_b", `a\b`, "a'b", `a"b`, "?", "$1", "教育", "教肓", "育", "é", "É", "e\u0301", "ß", "😀", "a😀", "陈", "陈 一", "/", ".", "|", "~火星", "中\u200b文", "u1", "k1"}

var members = []string{"课程", "软件", "硬件", "件", "课", "A", "a", "%", "_", "教育", "金融", "浙江", "上海", "火星", "é"}

var numbers = []int64{0, 1, -1, 2, 10, 50, 5_000_000, 20_000_000, 20_000_001, 9007199254740992, 9007199254740993, -9007199254740993, 1<<62 + 1}

var ids = map[string][]string{
	"lead": {"l1", "l2", "l3", "l4", "l5", "l6", "l7", "l8", "l9"}, "customer": {"k1", "k2", "k3"}, "opportunity": {"o1", "o2", "o3", "o4", "o5", "o6"},
	"person": {"p1", "p2", "p3"}, "org_unit": {"u1", "u2", "u3", "u4", "u5"},
}

// chance makes true n times in 10.
func chance(t *rapid.T, n int) bool { return rapid.IntRange(0, 9).Draw(t, "chance") < n }

func pick[T any](t *rapid.T, from []T) T { return rapid.SampledFrom(from).Draw(t, "pick") }

type generator struct {
	w     *world
	now   time.Time
	codes []string
}

// value draws a canonical value of a field, often empty.
func (g *generator) value(t *rapid.T, f *object.Field) any {
	switch f.Type.Name() {
	case "phone":
		return pick(t, []string{"+8613800138000", "+8613900139000"})
	case "email":
		return pick(t, []string{"a@x.cn", "b@x.cn"})
	case "url":
		return pick(t, []string{"https://a.cn", "https://b.cn/a%25b?c=1"})
	}
	switch f.Type.Shape() {
	case object.TextShape:
		return pick(t, texts)
	case object.NumberShape:
		return pick(t, numbers)
	case object.BoolShape:
		return int64(rapid.IntRange(0, 1).Draw(t, "bool"))
	case object.DateShape:
		return object.DayOf(g.now, g.w.env.Zone) + int64(pick(t, []int{0, 0, 1, -1, 6, 7, -7, -29, -30, 30, -365, 90}))
	case object.InstantShape:
		at := object.DayStart(object.DayOf(g.now, g.w.env.Zone)+int64(pick(t, []int{0, 1, -1, -29, -30, 7, -90})), g.w.env.Zone)
		return pick(t, []time.Time{at, at.Add(-time.Millisecond), g.now, g.now.Add(-24 * time.Hour), g.now.Add(time.Millisecond), at.Add(5 * time.Hour)}).UnixMilli()
	case object.ChoiceShape:
		if len(f.Options) > 0 && chance(t, 7) {
			return pick(t, f.OptionValues())
		}
		return pick(t, texts)
	case object.SetShape:
		return object.JoinSet(rapid.SliceOfN(rapid.SampledFrom(members), 0, 4).Draw(t, "set"))
	case object.RefShape:
		if chance(t, 1) {
			return "gone"
		}
		return pick(t, ids[f.TargetOf()])
	case object.TreeShape:
		return pick(t, g.codes)
	}
	return nil
}

func (g *generator) fill(t *rapid.T) {
	for _, o := range object.All(g.w.snap) {
		for _, id := range ids[o.Name] {
			if chance(t, 1) {
				continue
			}
			r := object.NewRow(o)
			for _, f := range o.Fields {
				if chance(t, 7) {
					r.V[f.Index] = g.value(t, f)
				}
			}
			r.V[object.ID] = id
			if chance(t, 7) {
				r.V[object.DeletedAt] = nil
			}
			g.w.add(r)
		}
	}
}

// node draws a condition over o that compiles in s.
func (g *generator) node(t *rapid.T, s Scope, depth int) *Node {
	if depth > 0 && chance(t, 5) {
		kids := make([]*Node, rapid.IntRange(0, 3).Draw(t, "kids"))
		for i := range kids {
			kids[i] = g.node(t, s, depth-1)
		}
		return pick(t, []func(...*Node) *Node{All, Any, None})(kids...)
	}
	if depth > 0 && chance(t, 2) {
		var reach []Relation
		for _, o := range object.All(g.w.snap) {
			for _, f := range o.Fields {
				if f.TargetOf() == s.Object.Name {
					reach = append(reach, Relation{Object: o.Name, Field: f.Name})
				}
			}
		}
		if len(reach) > 0 {
			n := &Node{Kind: KindSome, Relation: pick(t, reach)}
			if chance(t, 8) {
				inner := s
				inner.Object, _ = object.Of(g.w.snap, n.Relation.Object)
				n.Children = []*Node{g.node(t, inner, depth-1)}
			}
			return n
		}
	}
	return g.leaf(t, s)
}

func (g *generator) leaf(t *rapid.T, s Scope) *Node {
	name, f := g.path(t, s.Object, MaxHops)
	op := pick(t, OperatorsOf(f))
	n := Leaf(name, op, nil)
	literal := func() any {
		if op == "contains" || op == "starts_with" {
			if f.Type.Shape() == object.SetShape {
				return pick(t, members)
			}
			return pick(t, texts)
		}
		if f.Type.Shape() == object.TreeShape { // a literal is a name; groups are places only under which something lies
			names := []string{"浙江", "浙江 杭州", "上海", "中国"}
			if op == "under" {
				names = append(names, "中东")
			}
			return pick(t, names)
		}
		if f.Type.Shape() == object.InstantShape && chance(t, 5) {
			return time.UnixMilli(g.value(t, f).(int64)).In(g.w.env.Zone).Format("2006-01-02")
		}
		for {
			// Email and phone normalise what they read; any text serves there.
			if v := g.value(t, f); v != nil {
				if s, ok := v.(string); ok {
					if f.Type.Shape() == object.SetShape {
						return anyList(object.SplitSet(s))
					}
					return s
				}
				return v
			}
		}
	}
	one := func() any {
		if chance(t, 2) {
			root := pick(t, []string{"seed", "candidate"})
			if chance(t, 1) {
				return Ref("now")
			}
			p, _ := g.path(t, s.Refs[root], 2)
			return Ref(root + "." + p)
		}
		return literal()
	}
	draw := func(one func() any) any {
		switch operators[op].want {
		case wantPeriod:
			return pick(t, []Period{{Last: 30, Unit: "day"}, {Last: 1, Unit: "day"}, {Next: 7, Unit: "day"}, {This: "week"}, {Previous: "week"}, {This: "month"}, {Previous: "month"}, {Last: 2, Unit: "month"},
				{This: "quarter"}, {Previous: "year"}, {Next: 2, Unit: "week"}, {From: "2026-11-01", To: "2026-11-24"}, {From: "2026-10-25"}, {To: "2026-11-23"}})
		case wantOne:
			return one()
		case wantPair:
			if chance(t, 2) {
				return []any{nil, one()}
			}
			return []any{one(), one()}
		case wantList:
			list := make([]any, rapid.IntRange(0, 3).Draw(t, "list"))
			for i := range list {
				list[i] = one()
			}
			return list
		case wantOneOrList:
			if f.Type.Shape() == object.TextShape || f.Type.Shape() == object.ChoiceShape || chance(t, 5) {
				return one()
			}
			return []any{one(), one()}
		}
		return nil
	}
	n.Value = draw(one)
	if c, _ := Compile(n, s); c == nil { // a ref that does not fit
		n.Value = draw(literal)
	}
	if f.Type.Shape() == object.InstantShape && op == "within" && chance(t, 2) {
		n.Value = pick(t, []Period{{Last: 24, Unit: "hour"}, {Next: 90, Unit: "minute"}, {This: "hour"}})
	}
	return n
}

func anyList(in []string) []any {
	out := make([]any, len(in))
	for i, s := range in {
		out[i] = s
	}
	return out
}

// path draws a field of o, often through relations.
func (g *generator) path(t *rapid.T, o *object.Object, hops int) (string, *object.Field) {
	f := pick(t, o.Fields)
	if f.TargetOf() != "" && hops > 0 && chance(t, 6) {
		next, _ := object.Of(g.w.snap, f.TargetOf())
		rest, last := g.path(t, next, hops-1)
		return f.Name + "." + rest, last
	}
	return f.Name, f
}

// TestMemoryAndSQLAgree holds decision 5: the same rows in memory and on each database, for any rows and any condition; over the objects of
// the vectors, and over objects made at random: any number of fields of any type, named like SQL's own words, with relations among one
// another and to themselves.
func TestMemoryAndSQLAgree(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	sessions := newWorld(t, v.Definitions, "UTC").sessions(t)
	rapid.Check(t, func(rt *rapid.T) {
		defs := v.Definitions
		if chance(rt, 4) {
			defs = randomDefinitions(rt, defs)
		}
		agree(rt, sessions, defs)
	})
}

// made tells columns apart: a connection keeps prepared what it knows of their types.
var made atomic.Int64

var fieldNames = []string{"select", "where", "order", "null", "user", "group", "table", "desc", "limit", "value", "f", "f_f", "a1", "z", "x_id", "all"}

var fieldTypes = []string{`"text"`, `"long_text"`, `"rich_text"`, `"phone"`, `"email"`, `"url"`, `"integer"`, `"decimal","scale":1`, `"decimal","scale":8`, `"money"`, `"percent"`, `"boolean"`, `"date"`, `"datetime"`, `"duration"`,
	`"choice","options":[{"value":"a"},{"value":"%"},{"value":"教育","aliases":["教肓"]}]`, `"choice","open":true`, `"multi_choice","open":true`, `"multi_choice","options":[{"value":"课程"},{"value":"_"},{"value":"A"},{"value":"a"}]`,
	`"region","keep_unread":true`, `"region"`, `"person"`, `"org_unit"`, `"relation","target":"lead"`, `"relation","target":"customer"`, `"relation","target":"opportunity"`, `"json"`, `"auto_number"`,
	`"formula","result":"money","formula":"1"`, `"formula","result":"text","formula":"\"a\""`, `"formula","result":"date","formula":"date(2026,1,1)"`, `"formula","result":"percent","formula":"1"`, `"formula","result":"boolean","formula":"true"`}

// randomDefinitions makes lead, customer and opportunity anew and keeps the people and units.
func randomDefinitions(t *rapid.T, fixed []*definition.Definition) []*definition.Definition {
	var out []*definition.Definition
	for _, d := range fixed {
		if d.Name == "person" || d.Name == "org_unit" {
			out = append(out, d)
			continue
		}
		names := rapid.SliceOfNDistinct(rapid.SampledFrom(fieldNames), 1, 8, rapid.ID).Draw(t, "names")
		spec := `{"fields":[`
		for i, n := range names {
			if i > 0 {
				spec += ","
			}
			spec += `{"name":"` + n + `","id":"` + fmt.Sprintf("%s_%d", n, made.Add(1)) + `","title":{"zh-CN":"字段😀` + n + `"},"type":` + pick(t, fieldTypes) + `}`
		}
		out = append(out, &definition.Definition{Kind: object.Kind, Name: d.Name, Title: d.Title, Spec: json.RawMessage(spec + "]}")})
	}
	return out
}

// agree draws rows and conditions and compares what each holds for.
func agree(rt *rapid.T, sessions map[string]*session, defs []*definition.Definition) {
	now, err := time.Parse(time.RFC3339Nano, pick(rt, nows))
	if err != nil {
		rt.Fatalf("%v", err)
	}
	g := &generator{w: newWorld(rt, defs, pick(rt, zones)), now: now, codes: []string{"~火星", "CN"}}
	for _, name := range []string{"浙江", "浙江 杭州", "上海", "中国", "沙特", "中东"} {
		code, ok, _ := g.w.env.Regions.Find(name)
		if !ok {
			rt.Fatalf("no region %s", name)
		}
		g.codes = append(g.codes, string(code), string(code)+"0", string(code)+".x", string(code)+"-", string(code)+"/x", string(code)[:len(code)-1])
	}
	g.fill(rt)
	for _, s := range sessions {
		s.create(rt, g.w)
		s.load(rt, g.w)
	}
	e := g.w.eval(now)
	for _, ref := range [][2]string{{"seed", "lead"}, {"candidate", "person"}} {
		if rows := g.w.rows[ref[1]]; len(rows) > 0 && chance(rt, 9) {
			e.Refs[ref[0]] = pick(rt, rows)
		}
	}
	for range 6 {
		n := g.node(rt, g.w.scope(rt), 3)
		c := mustCompile(rt, n, g.w.scope(rt))
		want := g.w.inMemory(rt, c, e)
		for name, s := range sessions {
			if got, sql := inSQL(rt, s, c, e); got != want {
				raw, _ := json.Marshal(n)
				rt.Errorf("in memory [%s], in %s [%s]\n%s\n%s\n%s", want, name, got, raw, sql, show(g.w))
			}
		}
	}
}

func show(w *world) string {
	s := ""
	for o, rows := range w.rows {
		for _, r := range rows {
			s += fmt.Sprintf("%s %v\n", o, r.V)
		}
	}
	return s
}
