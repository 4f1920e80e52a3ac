package search_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/search"
)

const client = `{"title_field":"company","pool":true,"fields":[
	{"name":"company","title":{"zh-CN":"公司"},"type":"text"},
	{"name":"name","title":{"zh-CN":"联系人"},"type":"text"},
	{"name":"phone","title":{"zh-CN":"手机"},"type":"phone"},
	{"name":"email","title":{"zh-CN":"邮箱"},"type":"email"},
	{"name":"note","title":{"zh-CN":"备注"},"type":"long_text"}]}`

var system = actor.TheSystem("test")

// desk is a kernel with clients.
type desk struct{ *kerneltest.Kernel }

func open(t testing.TB, url string) *desk {
	t.Helper()
	d := &desk{Kernel: kerneltest.Open(t, url)}
	d.publish(t, "client", client)
	return d
}

func (d *desk) publish(t testing.TB, name, spec string) {
	t.Helper()
	_, err := d.Defs.Publish(t.Context(), system, "", []*definition.Definition{{Kind: object.Kind, Name: name, Title: definition.Text{ZH: "客户"}, Spec: json.RawMessage(spec)}}, nil)
	require.NoError(t, err)
}

// run starts an index that follows until the test ends.
func (d *desk) run(t testing.TB) *search.Index {
	t.Helper()
	x := search.New(d.Reader, d.Ledger, func(units []string) []string {
		var out []string
		for _, p := range d.Dir.People() {
			for _, u := range units {
				if p.Unit == u {
					out = append(out, p.ID)
				}
			}
		}
		return out
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = x.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return x
}

func (d *desk) create(t testing.TB, who *actor.Actor, object string, values map[string]any) string {
	t.Helper()
	return d.Must(t, who, record.Write{Op: record.Create, Object: object, Values: values}).ID()
}

// found are the titles that somebody finds, the best first.
func found(t testing.TB, x *search.Index, who *actor.Actor, text string) []string {
	t.Helper()
	require.NoError(t, x.CaughtUp(t.Context(), 20*time.Second))
	groups, err := x.Search(t.Context(), who, search.Ask{Text: text, Limit: 50})
	require.NoError(t, err)
	out := []string{}
	for _, g := range groups {
		for _, h := range g.Hits {
			out = append(out, h.Fields[0].Text)
		}
	}
	return out
}

func TestFindsByWhatIsTyped(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		d := open(t, url)
		x := d.run(t)
		chief := d.As("chief1")
		d.create(t, chief, "client", map[string]any{"company": "杭州云启科技有限公司", "name": "王总", "phone": "13800138001", "email": "wang.zong@yunqi.example"})
		d.create(t, chief, "client", map[string]any{"company": "重庆长安汽车", "name": "单雄信", "phone": "13911112222"})
		d.create(t, chief, "client", map[string]any{"company": "云启", "name": "Tom Li"})
		d.create(t, chief, "client", map[string]any{"company": "ＡＢＣ贸易（上海）", "note": "只在备注里的词：量子"})
		for text, want := range map[string][]string{
			"云启":   {"云启", "杭州云启科技有限公司"}, // just so comes first
			"科技有限": {"杭州云启科技有限公司"}, "王": {"杭州云启科技有限公司"}, "王总": {"杭州云启科技有限公司"}, "wangzong": {"杭州云启科技有限公司"}, "wz": {"杭州云启科技有限公司"}, "WZ": {"杭州云启科技有限公司"},
			"yunqikeji": {"杭州云启科技有限公司"}, "yqkj": {"杭州云启科技有限公司"}, "chongqing": {"重庆长安汽车"}, "cqca": {"重庆长安汽车"}, "changan": {"重庆长安汽车"},
			"shanxiongxin": {"重庆长安汽车"}, "sxx": {"重庆长安汽车"}, "8001": {"杭州云启科技有限公司"}, "1380013": {"杭州云启科技有限公司"}, "138-0013-8001": {"杭州云启科技有限公司"}, "+86 139 1111 2222": {"重庆长安汽车"},
			"杭州 王": {"杭州云启科技有限公司"}, "杭州 单": {}, "yunqi.example": {"杭州云启科技有限公司"}, "tom": {"云启"}, "abc": {"ＡＢＣ贸易（上海）"}, "贸易(上海)": {"ＡＢＣ贸易（上海）"},
			"启云": {}, "量子": {}, "": {}, "（）": {}, "%": {}, `" OR "`: {}, "zzz": {},
		} {
			assert.Equal(t, want, found(t, x, chief, text), "%q", text)
		}
	})
}

func TestWhatStandsNowIsFound(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		d := open(t, url)
		x := d.run(t)
		chief := d.As("chief1")
		id := d.create(t, chief, "client", map[string]any{"company": "甲乙公司"})
		assert.Equal(t, []string{"甲乙公司"}, found(t, x, chief, "甲乙"))
		d.Must(t, chief, record.Write{Op: record.Update, Object: "client", ID: id, Values: map[string]any{"company": "丙丁公司"}})
		assert.Empty(t, found(t, x, chief, "甲乙"))
		assert.Equal(t, []string{"丙丁公司"}, found(t, x, chief, "丙丁"))
		d.Must(t, chief, record.Write{Op: record.Delete, Object: "client", ID: id})
		assert.Empty(t, found(t, x, chief, "丙丁"))
		d.Must(t, chief, record.Write{Op: record.Restore, Object: "client", ID: id})
		assert.Equal(t, []string{"丙丁公司"}, found(t, x, chief, "丙丁"))
	})
}

func TestNobodyFindsWhatTheyMayNotSee(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		d := open(t, url)
		x := d.run(t)
		d.Reader.Finder = x.Finder
		chief, ann := d.As("chief1"), d.As("ann")
		d.create(t, system, "ticket", map[string]any{"title": "安的老工单", "owner": "ann", "secret": "红色按钮"})
		d.create(t, system, "ticket", map[string]any{"title": "公海工单", "owner": nil})
		for i := range 400 { // newer ones of others do not push her own out
			d.create(t, system, "ticket", map[string]any{"title": fmt.Sprintf("鲍的工单%d", i), "owner": "bob"})
		}
		assert.Equal(t, []string{"安的老工单", "公海工单"}, found(t, x, ann, "工单"), "her own and the pool's, her own first")
		assert.Empty(t, found(t, x, ann, "鲍"), "another's, by a piece")
		assert.Empty(t, found(t, x, ann, "鲍的工单7"), "another's, by its whole title")
		assert.Len(t, found(t, x, chief, "鲍"), 50)
		for _, word := range []string{"红色按钮", "红色", "红", "hongse", "hsan"} {
			assert.Empty(t, found(t, x, ann, word), "a hidden field, by %q", word)
			assert.Equal(t, []string{"安的老工单"}, found(t, x, chief, word))
			page, err := d.Reader.List(t.Context(), ann, record.List{Object: "ticket", Words: word})
			require.NoError(t, err)
			assert.Empty(t, page.Rows, "the list, by %q", word)
		}
		page, err := d.Reader.List(t.Context(), chief, record.List{Object: "ticket", Words: "hsan"})
		require.NoError(t, err)
		assert.Len(t, page.Rows, 1, "the list finds by initials where nothing is hidden")
		d.Must(t, system, record.Write{Op: record.Update, Object: "ticket", ID: page.Rows[0].ID(), Values: map[string]any{"owner": "bob"}})
		assert.Equal(t, []string{"公海工单"}, found(t, x, ann, "工单"), "what was handed over is hers no more")
	})
}

func TestWhatStoodBeforeIsFilledIn(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		d := open(t, url)
		chief := d.As("chief1")
		for i := range 250 {
			d.create(t, system, "client", map[string]any{"company": fmt.Sprintf("早先公司%d", i), "note": "量子"})
		}
		x := d.run(t)
		require.Eventually(t, func() bool {
			return len(found(t, x, chief, "早先公司249")) == 1 && len(found(t, x, chief, "早先公司0")) == 1
		}, 20*time.Second, 5*time.Millisecond)
		assert.Empty(t, found(t, x, chief, "量子"), "long texts are not searched")
		// The note becomes a short text under another name: the documents are made anew.
		var spec map[string]any
		require.NoError(t, json.Unmarshal([]byte(client), &spec))
		spec["fields"] = append(spec["fields"].([]any), map[string]any{"name": "brand", "title": map[string]any{"zh-CN": "品牌"}, "type": "text"})
		b, err := json.Marshal(spec)
		require.NoError(t, err)
		d.publish(t, "client", string(b))
		x.Swapped(nil)
		id := d.create(t, system, "client", map[string]any{"company": "新公司", "brand": "朱雀"})
		require.Eventually(t, func() bool { return len(found(t, x, chief, "朱雀")) == 1 }, 20*time.Second, 5*time.Millisecond)
		d.Must(t, system, record.Write{Op: record.Update, Object: "client", ID: id, Values: map[string]any{"brand": "玄武"}})
		assert.Equal(t, []string{"新公司"}, found(t, x, chief, "xuanwu"))
	})
}

// An object that leaves the menu and comes back is found as it stands, not as it stood.
func TestAnObjectThatComesBackIsFilledAnew(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		d := open(t, url)
		x := d.run(t)
		chief := d.As("chief1")
		id := d.create(t, system, "client", map[string]any{"company": "先前的名字"})
		assert.Equal(t, []string{"先前的名字"}, found(t, x, chief, "先前"))
		d.publish(t, "client", strings.Replace(client, `"pool":true`, `"pool":true,"hide_from_menu":true`, 1))
		x.Swapped(nil)
		var left int
		require.Eventually(t, func() bool {
			require.NoError(t, d.DB.QueryRow(t.Context(), "SELECT COUNT(*) FROM search_state WHERE object = 'o_client'").Scan(&left))
			return left == 0
		}, 20*time.Second, 5*time.Millisecond)
		d.Must(t, system, record.Write{Op: record.Update, Object: "client", ID: id, Values: map[string]any{"company": "后来的名字"}})
		require.NoError(t, x.CaughtUp(t.Context(), 20*time.Second))
		d.publish(t, "client", client)
		x.Swapped(nil)
		require.Eventually(t, func() bool { return len(found(t, x, chief, "后来")) == 1 }, 20*time.Second, 5*time.Millisecond)
		assert.Empty(t, found(t, x, chief, "先前"))
	})
}

// A role that may not know whose a record is is not told by the search, nor by what is its own.
func TestAHiddenOwnerIsNotToldByTheSearch(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		d := open(t, url)
		spec, err := json.Marshal(access.Spec{Rights: []string{}, Objects: map[string]access.Rule{"ticket": {Read: "own+pool", Create: true, Update: "own", Hide: []string{"owner", "created_at"}}}})
		require.NoError(t, err)
		_, err = d.Defs.Publish(t.Context(), system, "", []*definition.Definition{{Kind: "role", Name: "agent", Title: definition.Text{ZH: "agent"}, Spec: spec}}, nil)
		require.NoError(t, err)
		x := d.run(t)
		d.create(t, system, "ticket", map[string]any{"title": "谁的工单", "owner": "ann"})
		require.NoError(t, x.CaughtUp(t.Context(), 20*time.Second))
		groups, err := x.Search(t.Context(), d.As("ann"), search.Ask{Text: "谁的"})
		require.NoError(t, err)
		require.Len(t, groups, 1)
		assert.False(t, groups[0].Hits[0].Mine)
		shown := search.ShowForTest(x, d.As("ann"), groups[0])
		assert.Empty(t, shown.Owner)
		assert.Empty(t, shown.CreatedAt)
		assert.False(t, shown.Mine)
	})
}

func TestTwoNodesFollowOneTrail(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		d := open(t, url)
		one, two := d.run(t), d.run(t)
		chief := d.As("chief1")
		for i := range 60 {
			d.create(t, system, "client", map[string]any{"company": fmt.Sprintf("同一公司%d", i)})
		}
		for _, x := range []*search.Index{one, two} {
			assert.Len(t, found(t, x, chief, "同一"), 50)
			assert.Equal(t, []string{"同一公司59"}, found(t, x, chief, "同一公司59"))
		}
		var docs, records int
		require.NoError(t, d.DB.QueryRow(t.Context(), "SELECT COUNT(*) FROM search_doc WHERE object = 'o_client'").Scan(&docs))
		require.NoError(t, d.DB.QueryRow(t.Context(), "SELECT COUNT(*) FROM o_client").Scan(&records))
		assert.Equal(t, records, docs)
	})
}

// Any piece of a title finds it: as it stands, spelled from any syllable on, or by its first letters.
func TestAnyPieceFindsTheWhole(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		d := open(t, url)
		x := d.run(t)
		chief := d.As("chief1")
		r := rand.New(rand.NewPCG(7, 11))
		alphabet := []rune("杭州云启科技有限公司重庆长安银行乐清ABCabc1298（） -·")
		for range 40 {
			runes := make([]rune, 2+r.IntN(12))
			for i := range runes {
				runes[i] = alphabet[r.IntN(len(alphabet))]
			}
			title := string(runes)
			d.create(t, chief, "client", map[string]any{"company": title})
			from := r.IntN(len(runes))
			piece := []rune(title)[from : from+1+r.IntN(len(runes)-from)]
			if !startsAPart(runes, from) || blank(piece) {
				continue
			}
			assert.Contains(t, found(t, x, chief, string(piece)), trimmed(title), "%q of %q", string(piece), title)
		}
	})
}

// FuzzAsk: whatever is typed, the databases read the question.
func FuzzAsk(f *testing.F) {
	for _, s := range []string{"王总", "wz", "+86 138-0013-8001", `"a" OR b`, "'x' & !y", "*", "\ue002x", "𠮷野家", "NEAR(a b)", "ß İ ǅ"} {
		f.Add(s)
	}
	d := open(f, kerneltest.SQLite(f))
	x := d.run(f)
	f.Fuzz(func(t *testing.T, text string) {
		_, err := x.Search(context.Background(), system, search.Ask{Text: text})
		require.NoError(t, err)
	})
}

func blank(runes []rune) bool {
	for _, r := range runes {
		if r > ' ' && r != '（' && r != '）' && r != '-' && r != '·' {
			return false
		}
	}
	return true
}

// startsAPart tells that a piece begins where a word does: the middle of a Latin word or number is not looked for.
func startsAPart(runes []rune, i int) bool {
	latin := func(r rune) bool { return r < 0x80 && r > ' ' && r != '-' }
	return !latin(runes[i]) || i == 0 || !latin(runes[i-1])
}

func trimmed(s string) string { return strings.TrimSpace(s) }
