package duplicate

import (
	"hash/fnv"
	"regexp"
	"slices"
	"strings"

	"baton/internal/platform/reader"
)

// trades are words that many companies share: they tell little of which one it is.
var trades = strings.Fields("科技 技术 信息 网络 软件 教育 培训 咨询 服务 管理 文化 传媒 发展 实业 贸易 商贸 进出口 工程 智能 电子 电气 医疗 器械 医药 生物 环保 能源 材料 机械 设备 制造 装备 数据 数码 系统 集团 控股 投资 金融 国际 健康 食品 建设 建筑 物流 供应链 电商")

// trade is a name's core without such words behind it, which is what people call the company.
func trade(core string) string {
	for cut := true; cut; {
		cut = false
		for _, w := range trades {
			if rest, ok := strings.CutSuffix(core, w); ok && len([]rune(rest)) > 1 {
				core, cut = rest, true
			}
		}
	}
	return core
}

// grams are the pairs of neighbouring signs, sorted.
func grams(s string) []string {
	runes := []rune(strings.ReplaceAll(s, " ", ""))
	if len(runes) < 2 {
		return nil
	}
	out := make([]string, 0, len(runes)-1)
	for i := range len(runes) - 1 {
		out = append(out, string(runes[i:i+2]))
	}
	slices.Sort(out)
	return out
}

// dice is how much two sorted lists of grams have in common, 0 to 1.
func dice(a, b []string) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	n := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch strings.Compare(a[i], b[j]) {
		case 0:
			n, i, j = n+1, i+1, j+1
		case -1:
			i++
		default:
			j++
		}
	}
	return 2 * float64(n) / float64(len(a)+len(b))
}

const (
	shortName  = 0.85 // 华为 beside 华为技术
	otherPlace = 0.7
)

// company is a name prepared for comparing.
type company struct {
	reader.CompanyName
	trade string
	grams []string
}

// bracketed is a place in brackets: 云帆（杭州）科技有限公司.
var bracketed = regexp.MustCompile(`\(([^()]{1,12})\)`)

func read(text string) company {
	name := reader.Company(text)
	c := company{CompanyName: name}
	folded := reader.Fold(text)
	if in := bracketed.FindStringSubmatchIndex(folded); in != nil {
		place := folded[in[2]:in[3]]
		if at := reader.Company(place + "某某有限公司"); at.Core == "某某" {
			bare := reader.Company(folded[:in[0]] + folded[in[1]:])
			c.Core, c.Place = bare.Core, at.Place
		}
	}
	name = c.CompanyName
	if name.Core != "" {
		c.trade, c.grams = trade(name.Core), grams(name.Core)
	}
	return c
}

// like tells how much alike two names are written, 0 to 1; those of different places are less.
func (c *company) like(d *company) float64 {
	if c.Core == "" || d.Core == "" {
		return 0
	}
	l := dice(c.grams, d.grams)
	if c.Core == d.Core {
		l = 1
	}
	if c.trade == d.trade && (c.trade == c.Core || d.trade == d.Core) {
		l = max(l, shortName)
	}
	if c.Place != "" && d.Place != "" && !strings.Contains(c.Place, d.Place) && !strings.Contains(d.Place, c.Place) {
		l *= otherPlace
	}
	return l
}

// kin tells a branch and its head office, or two branches of one.
func (c *company) kin(d *company) bool {
	if !c.Branch && !d.Branch {
		return false
	}
	head := func(n *company) string {
		if n.Head != "" {
			return n.Head
		}
		return n.Key
	}
	return head(c) == head(d)
}

// mostGrams is how many of a name's grams it is found by.
const mostGrams = 4

// keys are by what a name that is written alike is found: its core, what people call it, a few of its grams, its head office.
func (c *company) keys() []string {
	if len([]rune(c.Core)) < 2 {
		return nil
	}
	out := []string{"c:" + c.Core}
	if c.trade != c.Core {
		out = append(out, "c:"+c.trade)
	}
	if c.Head != "" {
		out = append(out, "h:"+c.Head)
	} else if strings.Contains(c.Key, "公司") {
		out = append(out, "h:"+c.Key)
	}
	few := slices.Compact(grams(c.trade))
	slices.SortFunc(few, func(a, b string) int { // which ones must not depend on what else is in the name
		x, y := hash(a), hash(b)
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	for _, g := range few[:min(len(few), mostGrams)] {
		out = append(out, "g:"+g)
	}
	return out
}

func hash(s string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s))
	return h.Sum32()
}
