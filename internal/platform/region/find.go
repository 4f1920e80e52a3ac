package region

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Find reads a place as people write it: "浙江杭州", "浙江省杭州市", "杭州",
// "浙江 杭州 西湖区", "上海", "Shanghai", "阿联酋", "迪拜" (gives its country), "中东"
// (gives the group), or a code. An address may follow a district's full name.
//
// When the text names no place or several (朝阳区), ok is false and the hint says
// in Chinese what to write instead.
func (t *Tree) Find(text string) (code Code, ok bool, hint string) {
	text = strings.TrimSpace(text)
	if i, found := t.byCode[Code(text)]; found {
		return t.nodes[i].code, true, ""
	}
	s := compact(text)
	if s == "" {
		return "", false, hintPlace
	}
	if i, found := t.number(s); found {
		return t.nodes[i].code, true, ""
	}
	if i, several := t.whole(s); i >= 0 {
		return t.nodes[i].code, true, ""
	} else if several != nil {
		return "", false, t.choices(text, several)
	}
	for _, country := range [...]string{"中华人民共和国", "中国", "china"} {
		if rest, cut := strings.CutPrefix(s, country); cut && rest != "" {
			s = rest
			if i, several := t.whole(s); i >= 0 {
				return t.nodes[i].code, true, ""
			} else if several != nil {
				return "", false, t.choices(text, several)
			}
			break
		}
	}
	var several []int32
	for _, p := range t.nodes[t.byCode[China]].children {
		rests, n := t.cut(s, p)
		for _, rest := range rests[:n] {
			if i, more := t.descend(p, rest); i >= 0 {
				return t.nodes[i].code, true, ""
			} else if more != nil {
				several = more
			}
		}
	}
	if several != nil {
		return "", false, t.choices(text, several)
	}
	if i, more := t.fromCity(s); i >= 0 {
		return t.nodes[i].code, true, ""
	} else if more != nil {
		return "", false, t.choices(text, more)
	}
	return "", false, hintPlace
}

const hintPlace = "请写国家、省或市，例如 浙江 杭州"

// number reads the bureau's numbers: 33, 3301, 330100, 330106.
func (t *Tree) number(s string) (int32, bool) {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	if len(s) == 6 {
		s = strings.TrimSuffix(strings.TrimSuffix(s, "00"), "00")
	}
	var code Code
	switch {
	case len(s) == 2:
		code = China + "." + Code(s)
	case len(s) == 4:
		code = China + "." + Code(s[:2]+"."+s)
	case len(s) >= 6:
		code = China + "." + Code(s[:2]+"."+s[:4]+"."+s)
	}
	i, ok := t.byCode[code]
	return i, ok
}

// whole looks the text up as one name. The widest place wins (吉林 is the
// province); equals are ambiguous. A bare city name is ambiguous too when a
// district of a municipality is called so, as then both are commonly meant
// (朝阳).
func (t *Tree) whole(s string) (found int32, several []int32) {
	list := t.byName[s]
	if len(list) == 0 {
		return -1, nil
	}
	widest := t.nodes[list[0]].level
	for _, i := range list[1:] {
		widest = min(widest, t.nodes[i].level)
	}
	for _, i := range list {
		n := &t.nodes[i]
		rival := widest == LevelCity && n.level == LevelDistrict && t.nodes[n.parent].hidden && t.municipal(n.parent)
		if n.level == widest || rival {
			several = append(several, i)
		}
	}
	if len(several) == 1 {
		return several[0], nil
	}
	return -1, several
}

func (t *Tree) municipal(city int32) bool {
	return strings.HasSuffix(t.nodes[t.nodes[city].parent].name, "市")
}

// cut gives what follows a place's name at the front of s, the longer name
// first; n tells how many of the rests count.
func (t *Tree) cut(s string, i int32) (rests [3]string, n int) {
	place := &t.nodes[i]
	if rest, ok := strings.CutPrefix(s, place.name); ok {
		rests[n] = rest
		n++
	}
	if rest, ok := strings.CutPrefix(s, place.short); ok && len(place.short) != len(place.name) {
		rests[n] = rest
		n++
	}
	if s[0] < utf8.RuneSelf && place.latin != "" {
		if rest, ok := strings.CutPrefix(s, place.latin); ok {
			rests[n] = rest
			n++
		}
	}
	return rests, n
}

// descend reads the rest of a text below a place.
func (t *Tree) descend(i int32, rest string) (found int32, several []int32) {
	if rest == "" {
		return i, nil
	}
	for _, c := range t.nodes[i].children {
		if t.nodes[c].hidden {
			rest = strings.TrimPrefix(rest, t.nodes[c].name)
		}
	}
	if rest == "" { // 上海市市辖区
		return i, nil
	}
	if found, several = t.among(i, rest); found >= 0 || several != nil {
		return found, several
	}
	if t.nodes[i].level != LevelProvince {
		return -1, nil
	}
	// 浙江义乌: the city between was left out.
	for _, c := range t.nodes[i].children {
		if j, _ := t.among(c, rest); j >= 0 && !t.nodes[c].hidden {
			several = append(several, j)
		}
	}
	if len(several) == 1 {
		return several[0], nil
	}
	return -1, several
}

// among reads rest as a child of a place and what lies below it.
func (t *Tree) among(i int32, rest string) (found int32, several []int32) {
	exact, address := int32(-1), int32(-1)
	t.eachChild(i, func(c int32) bool {
		place := &t.nodes[c]
		if place.level == LevelDistrict {
			switch {
			case rest == place.name:
				exact, several = c, nil
				return false
			case rest == place.short:
				several = append(several, c)
			case strings.HasPrefix(rest, place.name):
				address = c
			}
			return true
		}
		tails, n := t.cut(rest, c)
		for _, tail := range tails[:n] {
			if j, _ := t.descend(c, tail); j >= 0 && (exact < 0 || tail == "") {
				exact = j
			}
		}
		return true
	})
	switch {
	case exact >= 0:
		return exact, nil
	case len(several) == 1:
		return several[0], nil
	case several != nil:
		return -1, several
	}
	return address, nil
}

// fromCity reads a text that starts with a city: 杭州西湖区.
func (t *Tree) fromCity(s string) (found int32, several []int32) {
	for end := len(s); end > 0; {
		_, size := utf8.DecodeLastRuneInString(s[:end])
		end -= size
		for _, i := range t.byName[s[:end]] {
			n := &t.nodes[i]
			if n.level != LevelCity {
				continue
			}
			if j, more := t.descend(i, s[end:]); j >= 0 {
				return j, nil
			} else if more != nil {
				several = more
			}
		}
	}
	return -1, several
}

// choices names the places that a text may mean.
func (t *Tree) choices(text string, several []int32) string {
	const most = 4
	var names []string
	for _, i := range several {
		if len(names) == most {
			names = append(names, "…")
			break
		}
		names = append(names, t.Name(t.nodes[i].code))
	}
	return "“" + text + "”有多处：" + strings.Join(names, "、") + "；请写上省和市"
}

// compact drops everything but letters and digits, and case and width.
func compact(text string) string {
	plain := true
	for _, r := range text {
		if r >= 'A' && r <= 'Z' || r >= '！' && r <= '～' || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			plain = false
			break
		}
	}
	if plain {
		return text
	}
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}
