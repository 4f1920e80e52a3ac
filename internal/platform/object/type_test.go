package object_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"baton/internal/platform/object"
	"baton/internal/platform/region"
)

var env = &object.Env{Zone: time.FixedZone("CST", 8*3600), Regions: region.Load(), Name: func(o, id string) string {
	return map[string]string{"person/ann": "安", "org_unit/east": "华东", "ticket/t1": "工单一"}[o+"/"+id]
}}

// field makes a field of a type; more is merged into its spec.
func field(t testing.TB, typ, more string) *object.Field {
	t.Helper()
	var fs object.FieldSpec
	require.NoError(t, json.Unmarshal([]byte(`{"name":"f","title":{"zh-CN":"字段"},"type":"`+typ+`"`+more+`}`), &fs))
	o := object.Virtual("thing", fs.Title, []object.FieldSpec{fs})
	require.Len(t, o.Fields, 1, typ)
	return o.Fields[0]
}

var digest = strings.Repeat("0f", 32)

const options = `,"options":[{"value":"教育","title":"教育行业","en":"Education","aliases":["学校"]},{"value":"金融"},{"value":"other","title":"其他"}]`

// types says for every field type what is taken, how it is kept and shown, and what is refused. A type without a line fails the test.
var types = []struct {
	name, more string
	taken      []taken
	refused    map[string]string // JSON → code
}{
	{"text", "", []taken{{`"  甲 "`, "甲", `"甲"`, "甲"}, {`12.50`, "12.50", `"12.50"`, "12.50"}, {`""`, nil, `null`, "—"}, {`"' OR 1=1 --"`, "' OR 1=1 --", `"' OR 1=1 --"`, "' OR 1=1 --"}},
		map[string]string{`true`: "wrong_type", `[]`: "wrong_type", `{}`: "wrong_type", `"a\u0000b"`: "nul_byte"}},
	{"text", `,"max":3`, []taken{{`"教育局"`, "教育局", `"教育局"`, "教育局"}}, map[string]string{`"教育局长"`: "too_long"}},
	{"long_text", "", []taken{{`"一\n二"`, "一\n二", `"一\n二"`, "一\n二"}}, map[string]string{`{}`: "wrong_type"}},
	{"rich_text", "", []taken{{`"<b>一</b><script>alert(1)</script>"`, "<b>一</b>", `"\u003cb\u003e一\u003c/b\u003e"`, "一"}, {`"一\n\n2 < 3"`, "<p>一</p><p>2 &lt; 3</p>", `"\u003cp\u003e一\u003c/p\u003e\u003cp\u003e2 \u0026lt; 3\u003c/p\u003e"`, "一\n2 < 3"},
		{`"<p> </p><p></p>"`, nil, `null`, "—"}}, map[string]string{`[]`: "wrong_type"}},
	{"file", `,"files":{"most":1}`, []taken{{`[{"id":"` + digest + `","name":"C:\\a\\报价.pdf","size":9,"mime":"text/html"}]`, `[{"id":"` + digest + `","name":"报价.pdf","size":0,"mime":""}]`, `[{"id":"` + digest + `","name":"报价.pdf","size":0,"mime":""}]`, "报价.pdf"}, {`[]`, nil, `[]`, "—"}},
		map[string]string{`"报价.pdf"`: "not_importable", `[{"id":"../x"}]`: "unknown_file", `[1]`: "wrong_type", `[{},{}]`: "too_many", `true`: "wrong_type"}},
	{"image", "", []taken{{`{"id":"` + digest + `","name":"a.png"}`, `[{"id":"` + digest + `","name":"a.png","size":0,"mime":""}]`, `[{"id":"` + digest + `","name":"a.png","size":0,"mime":""}]`, "a.png"}}, map[string]string{`"a"`: "not_importable"}},
	{"url", "", []taken{{`"www.example.com/a?b=1"`, "https://www.example.com/a?b=1", `"https://www.example.com/a?b=1"`, "https://www.example.com/a?b=1"}, {`"http://例子.中国/路"`, "http://例子.中国/路", `"http://例子.中国/路"`, "http://例子.中国/路"}, {`""`, nil, `null`, "—"}},
		map[string]string{`"javascript:alert(1)"`: "bad_url", `"JavaScript://x.y/%0aalert(1)"`: "bad_url", `"data:text/html,x"`: "bad_url", `"ftp://example.com"`: "bad_url", `"随便写"`: "bad_url", `"http://"`: "bad_url"}},
	{"integer", "", []taken{{`12`, int64(12), `12`, "12"}, {`"1,234"`, int64(1234), `1234`, "1234"}, {`"-7"`, int64(-7), `-7`, "-7"}, {`0`, int64(0), `0`, "0"}, {`""`, nil, `null`, "—"}},
		map[string]string{`"many"`: "-", `1.5`: "-", `9223372036854775808`: "-", `true`: "wrong_type"}},
	{"decimal", "", []taken{{`1.2345`, int64(12345), `1.2345`, "1.2345"}, {`-0.5`, int64(-5000), `-0.5`, "-0.5"}, {`"3"`, int64(30000), `3`, "3"}}, map[string]string{`1.23456`: "-", `"x"`: "-"}},
	{"decimal", `,"scale":2`, []taken{{`1.23`, int64(123), `1.23`, "1.23"}}, map[string]string{`1.234`: "-"}},
	{"money", "", []taken{{`50000`, int64(5000000), `50000`, "¥5万"}, {`"20万"`, int64(20000000), `200000`, "¥20万"}, {`49999.99`, int64(4999999), `49999.99`, "¥49999.99"}, {`"￥350,000"`, int64(35000000), `350000`, "¥35万"}, {`"1.2亿"`, int64(12000000000), `120000000`, "¥1.2亿"}, {`-1`, int64(-100), `-1`, "-¥1"}},
		map[string]string{`"很多"`: "-", `"$100"`: "other_currency", `[]`: "wrong_type"}},
	{"percent", "", []taken{{`"65.5%"`, int64(6550), `65.5`, "65.5%"}, {`65.5`, int64(6550), `65.5`, "65.5%"}, {`"７％"`, int64(700), `7`, "7%"}, {`0`, int64(0), `0`, "0%"}}, map[string]string{`"x"`: "-", `1.234`: "-"}},
	{"boolean", "", []taken{{`true`, int64(1), `true`, "是"}, {`false`, int64(0), `false`, "否"}, {`"是"`, int64(1), `true`, "是"}, {`"no"`, int64(0), `false`, "否"}, {`1`, int64(1), `true`, "是"}, {`""`, nil, `null`, "—"}}, map[string]string{`"maybe"`: "-", `2`: "-"}},
	{"date", "", []taken{{`"2026-11-24"`, int64(20781), `"2026-11-24"`, "2026-11-24"}, {`"2026年11月24日"`, int64(20781), `"2026-11-24"`, "2026-11-24"}, {`"1970-01-01"`, int64(0), `"1970-01-01"`, "1970-01-01"}, {`"1969-12-31"`, int64(-1), `"1969-12-31"`, "1969-12-31"}}, map[string]string{`"2026-02-30"`: "-", `"soon"`: "-", `true`: "wrong_type"}},
	{"datetime", "", []taken{{`"2026-11-24T08:00:00+08:00"`, int64(1795478400000), `"2026-11-24T00:00:00.000Z"`, "2026-11-24 08:00:00"}, {`"2026-11-24T00:00:00.123Z"`, int64(1795478400123), `"2026-11-24T00:00:00.123Z"`, "2026-11-24 08:00:00"}, {`"2026-11-24 08:00"`, int64(1795478400000), `"2026-11-24T00:00:00.000Z"`, "2026-11-24 08:00:00"}}, map[string]string{`"25:00"`: "-", `"x"`: "-"}},
	{"duration", "", []taken{{`"3天2小时"`, int64(266400000), `266400000`, "3天2小时"}, {`"72h"`, int64(259200000), `259200000`, "3天"}, {`90000`, int64(90000), `90000`, "1分30秒"}}, map[string]string{`"72"`: "-", `"1个月"`: "-", `1.5`: "-"}},
	{"choice", options, []taken{{`"教育"`, "教育", `"教育"`, "教育行业"}, {`"education"`, "教育", `"教育"`, "教育行业"}, {`" ＥＤＵcation "`, "教育", `"教育"`, "教育行业"}, {`"学校"`, "教育", `"教育"`, "教育行业"}, {`"其他"`, "other", `"other"`, "其他"}, {`""`, nil, `null`, "—"}}, map[string]string{`"教肓"`: "off_list", `1`: "off_list", `["教育"]`: "wrong_type"}},
	{"choice", `,"open":true` + options, []taken{{`"航天"`, "航天", `"航天"`, "航天"}}, map[string]string{`{}`: "wrong_type"}},
	{"multi_choice", options, []taken{{`["金融","学校","金融"]`, "|金融|教育|", `["金融","教育"]`, "金融、教育行业"}, {`"教育、金融"`, "|教育|金融|", `["教育","金融"]`, "教育行业、金融"}, {`[]`, nil, `[]`, "—"}, {`""`, nil, `[]`, "—"}}, map[string]string{`["教育","航天"]`: "off_list", `[["教育"]]`: "wrong_type", `true`: "wrong_type"}},
	{"phone", "", []taken{{`"138 0013 8000"`, "+8613800138000", `"+8613800138000"`, "+8613800138000"}, {`13800138000`, "+8613800138000", `"+8613800138000"`, "+8613800138000"}, {`"+1 415 555 2671"`, "+14155552671", `"+14155552671"`, "+14155552671"}}, map[string]string{`"12"`: "-", `"x"`: "-", `true`: "wrong_type"}},
	{"email", "", []taken{{`" Ann@Example.COM "`, "ann@example.com", `"ann@example.com"`, "ann@example.com"}}, map[string]string{`"ann"`: "-", `"a b@c.d"`: "-"}},
	{"region", "", []taken{{`"浙江省杭州市"`, "cn.33.3301", `"浙江 杭州"`, "浙江 杭州"}, {`"上海"`, "cn.31", `"上海"`, "上海"}}, map[string]string{`"火星"`: "unknown_region", `{}`: "wrong_type"}},
	{"region", `,"keep_unread":true`, []taken{{`"火星基地"`, "~火星基地", `"火星基地"`, "火星基地"}}, map[string]string{`{}`: "wrong_type"}},
	{"person", "", []taken{{`"ann"`, "ann", `"ann"`, "安"}, {`"gone"`, "gone", `"gone"`, "gone"}, {`null`, nil, `null`, "—"}}, map[string]string{`1`: "wrong_type", `"` + strings.Repeat("x", 65) + `"`: "too_long"}},
	{"org_unit", "", []taken{{`"east"`, "east", `"east"`, "华东"}}, map[string]string{`true`: "wrong_type"}},
	{"relation", `,"target":"ticket"`, []taken{{`"t1"`, "t1", `"t1"`, "工单一"}}, map[string]string{`{}`: "wrong_type"}},
	{"auto_number", "", []taken{{`"A-001"`, "A-001", `"A-001"`, "A-001"}}, map[string]string{`{}`: "wrong_type"}},
	{"formula", "", []taken{{`null`, nil, `null`, "—"}}, map[string]string{`1`: "computed"}},
	{"rollup", "", []taken{{`null`, nil, `null`, "—"}}, map[string]string{`1`: "computed"}},
	{"json", "", []taken{{`{"a":[1,null,"x"]}`, `{"a":[1,null,"x"]}`, `{"a":[1,null,"x"]}`, `{"a":[1,null,"x"]}`}, {`null`, nil, `null`, "—"}}, nil},
}

type taken struct {
	in    string // JSON
	kept  any
	json  string
	words string
}

func raw(t testing.TB, text string) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	require.NoError(t, dec.Decode(&v), text)
	return v
}

func TestEveryFieldType(t *testing.T) {
	t.Parallel()
	covered := map[string]bool{}
	for _, c := range types {
		covered[c.name] = true
		f := field(t, c.name, c.more)
		for _, x := range c.taken {
			v, _, err := f.Type.Parse(f, env, raw(t, x.in))
			require.NoError(t, err, "%s %s", c.name, x.in)
			assert.Equal(t, x.kept, v, "%s keeps %s", c.name, x.in)
			switch v.(type) {
			case nil:
			case string:
				assert.Equal(t, object.TextClass, f.Type.Class(), c.name)
			case int64:
				assert.Equal(t, object.IntClass, f.Type.Class(), c.name)
			default:
				t.Errorf("%s keeps a %T: only text and integers go into the database", c.name, v)
			}
			shown, err := json.Marshal(f.Type.JSON(f, env, v))
			require.NoError(t, err)
			assert.Equal(t, x.json, string(shown), "%s shows %s to programs", c.name, x.in)
			assert.Equal(t, x.words, f.Type.Words(f, env, v), "%s shows %s to people", c.name, x.in)
			again, _, err := f.Type.Parse(f, env, raw(t, string(shown)))
			assert.NoError(t, err)
			assert.Equal(t, v, again, "%s: what a program reads it may write back (%s)", c.name, shown)
		}
		for in, code := range c.refused {
			_, _, err := f.Type.Parse(f, env, raw(t, in))
			var ve *object.ValueError
			if assert.True(t, errors.As(err, &ve), "%s takes %s: %v", c.name, in, err) {
				assert.NotEmpty(t, ve.Message)
				if code != "-" {
					assert.Equal(t, code, ve.Code, "%s refuses %s", c.name, in)
				}
			}
		}
		v, hint, err := f.Type.Parse(f, env, nil)
		assert.True(t, v == nil && hint == nil && err == nil, "%s takes nothing", c.name)
		assert.Equal(t, "—", f.Type.Words(f, env, nil), c.name)
	}
	for _, name := range object.TypeNames() {
		assert.True(t, covered[name], "field type %s has no line", name)
	}
}

func TestReservationsBesideValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, more, in, code string }{
		{"choice", `,"open":true` + options, `"教肓"`, "off_list"}, {"multi_choice", `,"open":true` + options, `["教育","航天"]`, "off_list"},
		{"money", "", `"5-8万"`, "range"}, {"region", `,"keep_unread":true`, `"火星"`, "off_tree"},
	} {
		f := field(t, c.name, c.more)
		v, hint, err := f.Type.Parse(f, env, raw(t, c.in))
		require.NoError(t, err)
		require.NotNil(t, hint, "%s %s", c.name, c.in)
		assert.NotNil(t, v)
		assert.Equal(t, c.code, hint.Code)
		assert.NotEmpty(t, hint.Message)
	}
	f := field(t, "money", "")
	v, _, err := f.Type.Parse(f, env, "5-8万")
	assert.True(t, v == int64(6500000) && err == nil, "the middle of a range: %v", v)
	_, _, err = field(t, "choice", options).Type.Parse(field(t, "choice", options), env, "教肓")
	var ve *object.ValueError
	require.True(t, errors.As(err, &ve))
	assert.Equal(t, "是否指“教育”？", ve.Hint)
}

// TestAnyStoredValueIsReadBack: for every value a type can keep, what JSON shows of it is read as the same value.
func TestAnyStoredValueIsReadBack(t *testing.T) {
	t.Parallel()
	ints := map[string]*rapid.Generator[int64]{
		"integer": rapid.Int64Range(-1<<63+1, 1<<63-1), "decimal": rapid.Int64Range(-1<<63+1, 1<<63-1), "percent": rapid.Int64Range(-1e15, 1e15), "money": rapid.Int64Range(-1e14, 1e14), "boolean": rapid.Int64Range(0, 1),
		"date": rapid.Int64Range(-25567, 84005), "datetime": rapid.Int64Range(-2208988800000, 4102444800000), "duration": rapid.Int64Range(-1e15, 1e15),
	}
	for name, values := range ints {
		f := field(t, name, "")
		rapid.Check(t, func(rt *rapid.T) {
			v := values.Draw(rt, name)
			shown, err := json.Marshal(f.Type.JSON(f, env, v))
			require.NoError(rt, err)
			got, hint, err := f.Type.Parse(f, env, raw(t, string(shown)))
			require.NoError(rt, err, "%s %s", name, shown)
			require.Nil(rt, hint)
			require.Equal(rt, v, got, "%s as %s", name, shown)
		})
	}
	f := field(t, "multi_choice", `,"open":true`)
	rapid.Check(t, func(rt *rapid.T) {
		in := rapid.SliceOf(rapid.StringMatching(`[a-z教育 、,;|/]{0,6}`)).Draw(rt, "set")
		parts := make([]any, len(in))
		for i, s := range in {
			parts[i] = s
		}
		v, _, err := f.Type.Parse(f, env, parts)
		require.NoError(rt, err)
		shown, err := json.Marshal(f.Type.JSON(f, env, v))
		require.NoError(rt, err)
		again, _, err := f.Type.Parse(f, env, raw(t, string(shown)))
		require.NoError(rt, err)
		require.Equal(rt, v, again)
		if s, ok := v.(string); ok {
			members := object.SplitSet(s)
			sorted := slices.Sorted(slices.Values(members))
			require.Equal(rt, len(slices.Compact(sorted)), len(members), "a member stands once: %q", s)
		}
	})
}

func TestSpansInWords(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{0: "0秒", 12 * time.Second: "12秒", 38 * time.Minute: "38分", 20*time.Hour + 41*time.Minute + 59*time.Second: "20小时41分", 74 * time.Hour: "3天2小时", 72 * time.Hour: "3天", -time.Hour: "-1小时"} {
		assert.Equal(t, want, object.SpanWords(d))
	}
}

func TestDaysOfAZone(t *testing.T) {
	t.Parallel()
	ny, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	for _, zone := range []*time.Location{time.UTC, env.Zone, ny} {
		rapid.Check(t, func(rt *rapid.T) {
			at := time.UnixMilli(rapid.Int64Range(-2e12, 4e12).Draw(rt, "at"))
			day := object.DayOf(at, zone)
			require.False(rt, at.Before(object.DayStart(day, zone)))
			require.True(rt, at.Before(object.DayStart(day+1, zone)))
			require.Equal(rt, day, object.DayOf(object.DayStart(day, zone), zone))
		})
	}
}
