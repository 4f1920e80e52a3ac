package region

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode/utf8"
)

//go:embed countries.txt
var countryTable string

//go:embed china.txt
var chinaTable string

//go:embed groups.txt
var groupTable string

//go:embed abroad.txt
var abroadTable string

// Code is the path of a place, or "g." and the name of a country group.
type Code string

// China is the code of China.
const China Code = "cn"

const groupPrefix = "g."

// Levels of the tree.
const (
	LevelGroup    = 0
	LevelCountry  = 1
	LevelProvince = 2
	LevelCity     = 3
	LevelDistrict = 4
)

type node struct {
	code     Code
	name     string // full: 浙江省
	short    string // 浙江
	shown    string // what a joined name shows
	english  string
	latin    string // english, compact
	parent   int32  // -1 for none
	children []int32
	level    int8
	hidden   bool // 市辖区 and the like, which no one says
	members  []Code
}

// Tree answers questions about places. It is never changed after Load, so it may
// be used by any number of goroutines.
type Tree struct {
	nodes  []node
	byCode map[Code]int32
	byName map[string][]int32 // compact full, short and other names
	roots  []int32
	groups []int32
}

// Load builds the tree from the embedded tables. It takes some milliseconds; call
// it once. It panics if a table is broken, which the tests exclude.
func Load() *Tree {
	t := &Tree{byCode: make(map[Code]int32, 4096), byName: make(map[string][]int32, 8192)}
	for line := range strings.Lines(countryTable) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		i := t.add(node{code: Code(f[0]), name: f[1], short: f[1], english: f[2], parent: -1, level: LevelCountry})
		t.roots = append(t.roots, i)
		if len(f) > 3 {
			t.alias(i, f[3])
		}
	}
	for line := range strings.Lines(chinaTable) {
		rest, english, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		number, name, _ := strings.Cut(rest, " ")
		t.addChinese(number, name, english)
	}
	for line := range strings.Lines(abroadTable) {
		code, cities, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		t.alias(t.must(Code(code)), cities)
	}
	for line := range strings.Lines(groupTable) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		names, english := strings.Fields(f[1]), strings.Split(f[2], "|")
		g := node{code: Code(groupPrefix + f[0]), name: names[0], short: names[0], english: english[0], parent: -1, level: LevelGroup}
		for member := range strings.FieldsSeq(f[3]) {
			t.must(Code(member))
			g.members = append(g.members, Code(member))
		}
		i := t.add(g)
		t.groups = append(t.groups, i)
		for _, n := range append(names[1:], english[1:]...) {
			t.name(n, i)
		}
	}
	t.settleNames()
	return t
}

func (t *Tree) must(code Code) int32 {
	i, ok := t.byCode[code]
	if !ok {
		panic(fmt.Sprintf("region table names the unknown place %q", code))
	}
	return i
}

func (t *Tree) addChinese(number, name, english string) {
	n := node{name: name, english: english}
	switch {
	case len(number) == 2:
		n.level, n.parent = LevelProvince, t.must(China)
	case len(number) == 4:
		n.level, n.parent = LevelCity, t.must(China+"."+Code(number[:2]))
		n.hidden = name == "市辖区" || name == "县" || strings.HasSuffix(name, "直辖县级行政区划")
	default:
		n.level, n.parent = LevelDistrict, t.must(China+"."+Code(number[:2]+"."+number[:4]))
	}
	n.short = shortName(name, n.level)
	n.code = t.nodes[n.parent].code + "." + Code(number)
	t.add(n)
}

func (t *Tree) add(n node) int32 {
	i := int32(len(t.nodes))
	n.latin = compact(n.english)
	if _, twice := t.byCode[n.code]; twice {
		panic(fmt.Sprintf("region table has %q twice", n.code))
	}
	t.nodes = append(t.nodes, n)
	t.byCode[n.code] = i
	if n.parent >= 0 {
		p := &t.nodes[n.parent]
		p.children = append(p.children, i)
	}
	if !n.hidden {
		t.name(n.name, i)
		t.name(n.short, i)
		t.name(n.english, i)
	}
	return i
}

func (t *Tree) alias(i int32, words string) {
	for w := range strings.FieldsSeq(words) {
		t.name(strings.ReplaceAll(w, "_", " "), i)
	}
}

func (t *Tree) name(name string, i int32) {
	key := compact(name)
	if key == "" {
		return
	}
	for _, j := range t.byName[key] {
		if j == i {
			return
		}
	}
	t.byName[key] = append(t.byName[key], i)
}

// settleNames decides how each place is shown: provinces and cities short, where
// that is unique among their siblings, districts in full.
func (t *Tree) settleNames() {
	type key struct {
		parent int32
		short  string
	}
	same := make(map[key]int, len(t.nodes))
	for i := range t.nodes {
		same[key{t.nodes[i].parent, t.nodes[i].short}]++
	}
	for i := range t.nodes {
		n := &t.nodes[i]
		n.shown = n.short
		if n.level == LevelDistrict || same[key{n.parent, n.short}] > 1 {
			n.shown = n.name
		}
	}
}

// shortName drops the kind of an administrative unit and the peoples it is named
// after: 恩施土家族苗族自治州 is 恩施.
func shortName(name string, level int8) string {
	var kinds []string
	switch level {
	case LevelProvince:
		kinds = []string{"特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市"}
	case LevelCity:
		kinds = []string{"自治州", "地区", "盟", "市", "县"}
	default:
		kinds = []string{"自治县", "自治旗", "新区", "特区", "林区", "街道", "区", "县", "市", "旗", "镇"}
	}
	for _, kind := range kinds {
		rest, ok := strings.CutSuffix(name, kind)
		if !ok || utf8.RuneCountInString(rest) < 2 {
			continue
		}
		if strings.HasPrefix(kind, "自治") {
			rest = dropPeoples(rest)
		}
		return rest
	}
	return name
}

func dropPeoples(name string) string {
	for again := true; again; {
		again = false
		for p := range strings.FieldsSeq(peoples) {
			if rest, ok := strings.CutSuffix(name, p); ok && utf8.RuneCountInString(rest) >= 2 {
				name, again = rest, true
			}
		}
	}
	return name
}

const peoples = `蒙古族 蒙古 回族 藏族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 哈萨克族 哈萨克 傣族
黎族 傈僳族 佤族 畲族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 柯尔克孜 土族 达斡尔族 仫佬族 羌族 布朗族 撒拉族
毛南族 仡佬族 锡伯族 锡伯 普米族 塔吉克族 塔吉克 怒族 独龙族 裕固族 保安族 各族`
