package condition

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"baton/internal/platform/object"
	"baton/internal/platform/problem"
)

// places of problems, as pointer code.
func placesOf(items []problem.Item) string {
	var out []string
	for _, it := range items {
		out = append(out, it.Pointer+" "+it.Code)
	}
	return strings.Join(out, "; ")
}

func TestParseNamesEachWrongPlace(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ raw, want, hint string }{
		{`{"all":[{"feild":"a","op":"eq"}]}`, "/all/0/feild unknown_key; /all/0 no_kind", "是否指“field”？"},
		{`{"field":"a","op":"eqq","value":1}`, "/op unknown_op", "是否指“eq”？"},
		{`{"field":"a"}`, "/op missing", ""},
		{`{"field":"a","op":"eq","vlaue":1}`, "/vlaue unknown_key", "是否指“value”？"},
		{`{"all":[],"any":[]}`, " mixed", ""},
		{`{}`, " no_kind", ""},
		{`[]`, " wrong_type", ""},
		{`null`, " wrong_type", ""},
		{`{"all":{}}`, "/all wrong_type", ""},
		{`{"some":{"where":{"all":[]}}}`, "/some/relation missing", ""},
		{`{"some":{"relation":"x","where":{"any":[{"field":1,"op":"eq"}]}}}`, "/some/where/any/0/field missing", ""},
		{`{"measure":"w","op":"gt","value":1,"period":{"last":3}}`, "/period bad_period", ""},
		{`{"measure":"w","op":"gt","value":1,"for":[]}`, "/for wrong_type", ""},
		{`{"a/b~c":1,"field":"a","op":"empty"}`, "/a~1b~0c unknown_key", ""},
	} {
		_, err := Parse([]byte(x.raw))
		p := problem.As(err)
		if p == nil || p.Class != problem.Invalid || placesOf(p.Items) != x.want {
			t.Errorf("%s: %v, want %s", x.raw, err, x.want)
			continue
		}
		if x.hint != "" && p.Items[0].Hint != x.hint {
			t.Errorf("%s: hint %q, want %q", x.raw, p.Items[0].Hint, x.hint)
		}
	}
	for _, raw := range []string{``, `{`, `{"all":[]} {}`, "{\"all\":[\x00]}", strings.Repeat("[", 20000)} {
		if p := problem.As(second(Parse([]byte(raw)))); p == nil || p.Class != problem.Malformed {
			t.Errorf("%.20q is not refused as malformed: %v", raw, p)
		}
	}
}

func second(_ *Node, err error) error { return err }

func TestParseHoldsItsLimits(t *testing.T) {
	t.Parallel()
	nest := func(n int) string { return strings.Repeat(`{"all":[`, n-1) + `{"all":[]}` + strings.Repeat(`]}`, n-1) }
	leaves := func(n int) string {
		return `{"any":[` + strings.TrimSuffix(strings.Repeat(`{"field":"name","op":"empty"},`, n), ",") + `]}`
	}
	values := func(n int) string {
		return `{"field":"name","op":"in","value":[` + strings.TrimSuffix(strings.Repeat(`"x",`, n), ",") + `]}`
	}
	for _, x := range []struct{ name, fits, over, code string }{
		{"depth", nest(MaxDepth), nest(MaxDepth + 1), "too_deep"},
		{"nodes", leaves(MaxNodes - 1), leaves(MaxNodes), "too_many_nodes"},
		{"values", values(MaxValues), values(MaxValues + 1), "too_many_values"},
		{"values together", `{"all":[` + strings.TrimSuffix(strings.Repeat(values(1000)+",", 10), ",") + `]}`, `{"all":[` + strings.TrimSuffix(strings.Repeat(values(1000)+",", 11), ",") + `]}`, "too_many_values"},
	} {
		if _, err := Parse([]byte(x.fits)); err != nil {
			t.Errorf("%s: the limit itself is refused: %v", x.name, err)
		}
		if p := problem.As(second(Parse([]byte(x.over)))); p == nil || len(p.Items) != 1 || p.Items[0].Code != x.code {
			t.Errorf("%s: %v, want %s", x.name, p, x.code)
		}
	}
}

func TestCompileNamesEachWrongPlace(t *testing.T) {
	t.Parallel()
	w, _ := readVectors(t).world(t)
	s := w.scope(t)
	s.Measures = func(n string) (Measure, bool) {
		return Measure{Name: n, Title: "胜率", Dims: []string{"owner"}, Unit: "ratio"}, n == "win_rate"
	}
	s.MeasureNames = []string{"win_rate"}
	for _, x := range []struct{ raw, want, hint string }{
		{`{"all":[{"field":"name","op":"eq","value":"x"},{"field":"indutsry","op":"eq","value":"教育"}]}`, "/all/1/field unknown_field", "是否指“industry”？"},
		{`{"field":"行业","op":"eq","value":"教育"}`, "/field unknown_field", "是否指“industry”？"},
		{`{"field":"customer.industri","op":"empty"}`, "/field unknown_field", "是否指“industry”？"},
		{`{"field":"name.x","op":"empty"}`, "/field not_a_relation", ""},
		{`{"field":"owner.unit.parent.parent.parent.name","op":"empty"}`, "/field too_many_hops", ""},
		{`{"field":"industry","op":"lt","value":"x"}`, "/op op_not_allowed", "可用：eq、ne、in、not_in、contains、starts_with、empty、not_empty"},
		{`{"field":"customer","op":"under","value":"k1"}`, "/op op_not_allowed", ""},
		{`{"field":"budget","op":"eq","value":"很多"}`, "/value amount_unreadable", ""},
		{`{"field":"budget","op":"eq","value":null}`, "/value empty_value", "要找空的，请改用“为空”（empty）"},
		{`{"field":"budget","op":"in","value":[1,"x"]}`, "/value/1 amount_unreadable", ""},
		{`{"field":"budget","op":"in","value":1}`, "/value wrong_type", ""},
		{`{"field":"budget","op":"between","value":[1]}`, "/value wrong_type", ""},
		{`{"field":"budget","op":"between","value":[null,null]}`, "/value wrong_type", ""},
		{`{"field":"budget","op":"between","value":[1,{}]}`, "/value/1 wrong_type", ""},
		{`{"field":"name","op":"empty","value":"x"}`, "/value unexpected_value", ""},
		{`{"field":"name","op":"contains","value":["a","b"]}`, "/value wrong_type", ""},
		{`{"field":"name","op":"contains","value":"\u0000"}`, "/value wrong_type", ""},
		{`{"field":"due","op":"within","value":{"last":24,"unit":"hour"}}`, "/value bad_period", ""},
		{`{"field":"due","op":"within","value":{"last":1,"unit":"dya"}}`, "/value bad_period", ""},
		{`{"field":"due","op":"within","value":{"last":-1,"unit":"day"}}`, "/value bad_period", ""},
		{`{"field":"due","op":"within","value":{"from":"2026-02-30"}}`, "/value bad_period", ""},
		{`{"field":"region","op":"under","value":"火星"}`, "/value unknown_region", ""},
		{`{"field":"extra","op":"eq","value":"x"}`, "/op op_not_allowed", ""},
		{`{"field":"industry","op":"eq","value":{"ref":"sed.industry"}}`, "/value unknown_ref", "是否指“seed”？"},
		{`{"field":"industry","op":"eq","value":{"ref":"seed"}}`, "/value bad_ref", ""},
		{`{"field":"industry","op":"eq","value":{"ref":"seed.budget"}}`, "/value incompatible_ref", ""},
		{`{"field":"owner","op":"eq","value":{"ref":"seed.customer"}}`, "/value incompatible_ref", ""},
		{`{"field":"score","op":"eq","value":{"ref":"seed.budget"}}`, "/value precision", ""},
		{`{"field":"now","op":"empty"}`, "/field unknown_field", ""},
		{`{"some":{"relation":"opportunitys"}}`, "/some/relation unknown_relation", ""},
		{`{"any":[{"some":{"relation":"opportunities","where":{"all":[{"field":"stgae","op":"empty"}]}}}]}`, "/any/0/some/where/all/0/field unknown_field", "是否指“stage”？"},
		{`{"measure":"win_rat","op":"gt","value":1}`, "/measure unknown_measure", "是否指“win_rate”？"},
		{`{"measure":"win_rate","for":{"onwer":{"ref":"candidate.id"}},"op":"gt","value":1}`, "/for/onwer unknown_dimension", "是否指“owner”？"},
		{`{"measure":"win_rate","op":"contains","value":1}`, "/op op_not_allowed", ""},
		{`{"measure":"win_rate","op":"gt","value":"高"}`, "/value bad_value", ""},
	} {
		c, items := Compile(mustParse(t, []byte(x.raw)), s)
		if c != nil || placesOf(items) != x.want {
			t.Errorf("%s: %s, want %s", x.raw, placesOf(items), x.want)
			continue
		}
		if x.hint != "" && items[0].Hint != x.hint {
			t.Errorf("%s: hint %q, want %q", x.raw, items[0].Hint, x.hint)
		}
		if items[0].Message == "" {
			t.Errorf("%s: no message", x.raw)
		}
	}
}

func TestOffListIsAdviceOnly(t *testing.T) {
	t.Parallel()
	w, _ := readVectors(t).world(t)
	for _, field := range []string{"industry", "tag_industry", "customer.industry", "interests"} { // open and closed, one and many
		raw := `{"all":[{"field":"` + field + `","op":"in","value":["教肓"]}]}`
		if field == "interests" {
			raw = `{"all":[{"field":"interests","op":"in","value":["课呈"]}]}`
		}
		c, items := Compile(mustParse(t, []byte(raw)), w.scope(t))
		if c == nil || placesOf(items) != "/all/0/value/0 off_list" || !Warning(items[0]) {
			t.Errorf("%s: %s", field, placesOf(items))
			continue
		}
		if h := items[0].Hint; h != "是否指“教育”？" && h != "是否指“课程”？" {
			t.Errorf("%s: hint %q", field, h)
		}
	}
}

func TestDefinitionsReportStructureAtCompile(t *testing.T) {
	t.Parallel()
	w, _ := readVectors(t).world(t)
	var spec struct{ When *Node }
	if err := json.Unmarshal([]byte(`{"when":{"all":[{"field":"name","op":"eqq","value":1}]}}`), &spec); err != nil {
		t.Fatal(err)
	}
	c, items := Compile(spec.When, w.scope(t))
	if got := placesOf(At("/spec/when", items)); c != nil || got != "/spec/when/all/0/op unknown_op" {
		t.Errorf("got %s", got)
	}
	if c, items := Compile(nil, w.scope(t)); c == nil || len(items) > 0 || c.Words() != "不限" {
		t.Errorf("an absent condition does not hold for all: %v", items)
	}
}

func TestFieldsListsWhatIsRead(t *testing.T) {
	t.Parallel()
	w, _ := readVectors(t).world(t)
	c := mustCompile(t, mustParse(t, []byte(`{"all":[{"field":"customer.industry","op":"eq","value":{"ref":"candidate.unit.name"}},{"some":{"relation":"opportunities","where":{"field":"stage","op":"eq","value":"签约"}}},{"field":"org_unit","op":"under","value":"u1"},{"field":"customer.industry","op":"not_empty"}]}`)), w.scope(t))
	var got []string
	for _, f := range c.Fields() {
		got = append(got, f.Object+"."+f.Name)
	}
	if s := strings.Join(got, " "); s != "lead.customer customer.industry person.unit org_unit.name opportunity.lead opportunity.stage lead.org_unit org_unit.parent" {
		t.Error(s)
	}
}

func TestMissingReachIsAnError(t *testing.T) {
	t.Parallel()
	w, e := readVectors(t).world(t)
	bare := &Env{Row: w.byID["lead/l1"], Now: e.Now}
	for _, raw := range []string{`{"field":"customer.name","op":"empty"}`, `{"some":{"relation":"opportunities"}}`, `{"field":"org_unit","op":"under","value":"u1"}`} {
		c := mustCompile(t, mustParse(t, []byte(raw)), w.scope(t))
		if ok, err := c.Match(bare); ok || err == nil {
			t.Errorf("%s: %v %v", raw, ok, err)
		}
	}
	failing := *e
	failing.Row = w.byID["lead/l1"]
	failing.Related = func(string, string) (*object.Row, error) { return nil, errors.New("broken") }
	for _, n := range []*Node{None(Leaf("customer.name", "eq", "x")), Any(Leaf("customer.name", "eq", "x"), All()), Leaf("customer.name", "ne", "x")} {
		if ok, err := mustCompile(t, n, w.scope(t)).Match(&failing); ok || err == nil {
			t.Errorf("holds over a failed read: %v %v", ok, err)
		}
	}
}

func TestLargestConditionsRun(t *testing.T) {
	t.Parallel()
	w, e := readVectors(t).world(t)
	s := w.scope(t)
	leaves := make([]*Node, MaxNodes-1)
	for i := range leaves {
		leaves[i] = Leaf("score", "eq", int64(i))
	}
	many := make([]any, MaxValues)
	for i := range many {
		many[i] = fmt.Sprint("v", i)
	}
	ids := append([]any{"l1"}, many[1:]...)
	places := make([]any, MaxValues)
	for i := range places {
		places[i] = []any{"浙江", "上海"}[i%2]
	}
	sessions := w.sessions(t)
	for _, db := range sessions {
		db.load(t, w)
	}
	for name, x := range map[string]struct {
		n    *Node
		want string
	}{
		"500 leaves":    {Any(leaves...), "l1 l3"},
		"1000 values":   {Leaf("id", "in", ids), "l1"},
		"1000 members":  {Leaf("interests", "in", append([]any{"硬件"}, many[1:]...)), "l3"},
		"1000 places":   {Leaf("region", "under", places), "l1 l2 l5 l6"},
		"deepest group": {nestNone(MaxDepth - 1), "l1"},
	} {
		c := mustCompile(t, x.n, s)
		if got := w.inMemory(t, c, e); got != x.want {
			t.Errorf("%s: [%s] in memory", name, got)
		}
		for db, session := range sessions {
			if got, _ := inSQL(t, session, c, e); got != x.want {
				t.Errorf("%s: [%s] in %s", name, got, db)
			}
		}
	}
}

func nestNone(n int) *Node {
	if n == 0 {
		return Leaf("id", "ne", "l1")
	}
	return None(nestNone(n - 1))
}
