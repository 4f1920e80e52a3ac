package reader

import (
	"strings"
	"unicode"
)

// CompanyName is a company's name made comparable.
type CompanyName struct {
	// Key is equal for two spellings of one name: width, case, spaces, brackets
	// and the variants of a legal form do not count; place, trade name and
	// branch do.
	Key string
	// Core is the Key without place and legal form, for suggesting likely kin;
	// it never proves that two companies are one.
	Core string
	// Place is the province or city that the name starts with or has in
	// brackets, "" for none.
	Place string
	// Branch is set for 分公司, 支行, 办事处 and the like, which are distinct
	// from their head office.
	Branch bool
	// Head is the Key of a branch's head office, where the branch's name tells it.
	Head string
}

// Company normalises the name of a company. The result is empty for a text
// without a letter or digit.
func Company(name string) CompanyName {
	s := strings.ToLower(Fold(name))
	chinese := strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0
	s = strings.ReplaceAll(s, "&", " and ")
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if gap && b.Len() > 0 && !chinese {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteRune(r)
		} else if r != '\'' && r != '.' && r != '’' {
			gap = true
		}
	}
	if !chinese {
		key := latinForm(b.String())
		core, _ := cutAnySuffix(key, " co ltd", " ltd", " inc", " corp", " llc", " gmbh", " plc", " co")
		return CompanyName{Key: key, Core: core, Branch: strings.HasSuffix(key, " branch")}
	}
	return chineseForm(b.String())
}

func chineseForm(s string) CompanyName {
	c := CompanyName{}
	head, tail := s, ""
	for _, w := range [...]string{"分公司", "分行", "支行", "办事处", "分店", "分厂", "分院", "分校"} {
		if strings.HasSuffix(s, w) && len(s) > len(w) {
			c.Branch = true
			if i := strings.LastIndex(s, "公司"); i >= 0 {
				if i+len("公司") == len(s) {
					i = strings.LastIndex(s[:i], "公司")
				}
				if i >= 0 {
					head, tail = s[:i+len("公司")], s[i+len("公司"):]
				}
			}
			break
		}
	}
	stem, form := legalForm(head)
	c.Key = stem + form + tail
	if c.Branch && tail != "" {
		c.Head = stem + form
	}
	c.Core = stem
	rest, place := cutPlace(stem)
	if place != "" && rest != "" {
		c.Core, c.Place = rest, place
	} else if rest, place := cutPlaceEnd(stem); place != "" && rest != "" && form != "" {
		c.Core, c.Place = rest, place // 云帆（杭州）有限公司
	}
	c.Core = strings.TrimSuffix(c.Core, "集团")
	if c.Core == "" {
		c.Core = stem
	}
	if c.Branch && tail == "" {
		c.Core = stem
	}
	return c
}

// legalForm splits off the legal form in its one spelling.
func legalForm(s string) (stem, form string) {
	for _, f := range [...]struct{ written, form string }{
		{"股份有限公司", "股份有限公司"}, {"股份公司", "股份有限公司"},
		{"有限责任公司", "有限公司"}, {"责任有限公司", "有限公司"}, {"有限公司", "有限公司"},
		{"合伙企业有限合伙", "有限合伙"}, {"有限合伙企业", "有限合伙"}, {"有限合伙", "有限合伙"},
		{"集团公司", "集团"},
	} {
		if rest, ok := strings.CutSuffix(s, f.written); ok && rest != "" {
			if f.form == "集团" {
				return rest + "集团", ""
			}
			return rest, f.form
		}
	}
	return s, ""
}

// latinForm brings English legal forms to one spelling.
func latinForm(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		switch w {
		case "limited":
			words[i] = "ltd"
		case "incorporated":
			words[i] = "inc"
		case "corporation":
			words[i] = "corp"
		case "company":
			words[i] = "co"
		}
	}
	return strings.Join(words, " ")
}

func cutPlace(s string) (rest, place string) {
	for p := range strings.FieldsSeq(companyPlaces) {
		if r, ok := strings.CutPrefix(s, p); ok {
			r, _ = cutAnyPrefix(r, "省", "市", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "特别行政区")
			if next, inner := cutPlace(r); inner != "" && next != "" {
				return next, p + inner // 浙江杭州…
			}
			return r, p
		}
	}
	return s, ""
}

func cutPlaceEnd(s string) (rest, place string) {
	for p := range strings.FieldsSeq(companyPlaces) {
		if r, ok := strings.CutSuffix(s, p); ok {
			return r, p
		}
	}
	return s, ""
}

// companyPlaces are the places that company names commonly start with.
const companyPlaces = `中国 北京 天津 上海 重庆 河北 山西 内蒙古 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南
湖北 湖南 广东 广西 海南 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 香港 澳门 台湾
石家庄 唐山 保定 廊坊 太原 呼和浩特 包头 沈阳 大连 鞍山 长春 哈尔滨 大庆 南京 无锡 徐州 常州 苏州 南通 连云港 淮安
盐城 扬州 镇江 泰州 宿迁 昆山 杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 义乌 合肥 芜湖 蚌埠 马鞍山
福州 厦门 泉州 漳州 莆田 南昌 赣州 九江 济南 青岛 淄博 烟台 潍坊 威海 临沂 郑州 洛阳 武汉 宜昌 襄阳 长沙 株洲
湘潭 广州 深圳 珠海 汕头 佛山 江门 湛江 惠州 东莞 中山 南宁 柳州 桂林 海口 三亚 成都 绵阳 德阳 贵阳 遵义 昆明
拉萨 西安 咸阳 兰州 西宁 银川 乌鲁木齐`
