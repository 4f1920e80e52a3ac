package region

import "strings"

// Has tells whether a code is on the tree.
func (t *Tree) Has(code Code) bool { _, ok := t.byCode[code]; return ok }

// Level is the level of a code, -1 when it is unknown.
func (t *Tree) Level(code Code) int {
	if i, ok := t.byCode[code]; ok {
		return int(t.nodes[i].level)
	}
	return -1
}

// Name is the short name, from the province down: "浙江 杭州", "上海 浦东新区",
// "阿联酋"; "" for an unknown code. Find reads it back.
func (t *Tree) Name(code Code) string {
	return t.join(code, " ", func(n *node) string { return n.shown })
}

// FullName is the official name, from the province down: "浙江省杭州市西湖区".
func (t *Tree) FullName(code Code) string {
	return t.join(code, "", func(n *node) string { return n.name })
}

// English is the English name of the place itself, "" where the table has none
// (most of China's cities and all districts).
func (t *Tree) English(code Code) string {
	i, ok := t.byCode[code]
	if !ok {
		return ""
	}
	return t.nodes[i].english
}

func (t *Tree) join(code Code, sep string, show func(*node) string) string {
	i, ok := t.byCode[code]
	if !ok {
		return ""
	}
	if t.nodes[i].level <= LevelProvince {
		return show(&t.nodes[i])
	}
	var parts [3]string
	at := len(parts)
	for ; i >= 0 && t.nodes[i].level > LevelCountry; i = t.nodes[i].parent {
		if !t.nodes[i].hidden {
			at--
			parts[at] = show(&t.nodes[i])
		}
	}
	return strings.Join(parts[at:], sep)
}

// Under tells whether a place lies in another, is it, or belongs to a group.
// Unknown codes lie nowhere.
func (t *Tree) Under(code, in Code) bool {
	i, ok := t.byCode[in]
	if !ok || !t.Has(code) {
		return false
	}
	if code == in {
		return true
	}
	if t.nodes[i].level != LevelGroup {
		return within(code, in)
	}
	for _, m := range t.nodes[i].members {
		if within(code, m) {
			return true
		}
	}
	return false
}

func within(code, in Code) bool {
	return strings.HasPrefix(string(code), string(in)) && (len(code) == len(in) || code[len(in)] == '.')
}

// Expand gives the codes whose places make up a group; any other known code
// stands for itself. A place is in the group when its code is one of them or
// begins with one and a point.
func (t *Tree) Expand(code Code) []Code {
	i, ok := t.byCode[code]
	if !ok {
		return nil
	}
	if t.nodes[i].level != LevelGroup {
		return []Code{code}
	}
	return append([]Code(nil), t.nodes[i].members...)
}

// Country is the country of a place, "" for groups and unknown codes.
func (t *Tree) Country(code Code) Code {
	if !t.Has(code) || strings.HasPrefix(string(code), groupPrefix) {
		return ""
	}
	country, _, _ := strings.Cut(string(code), ".")
	return Code(country)
}

// Province is the province of a place in China, "" for any other.
func (t *Tree) Province(code Code) Code {
	const length = len("cn.33")
	if len(code) < length || !within(code, China) || !t.Has(code) {
		return ""
	}
	return code[:length]
}

// Children gives the places right below a code in the order of the table,
// leaving out levels that no one says (市辖区); for "" the countries.
func (t *Tree) Children(code Code) []Code {
	if code == "" {
		return t.codes(t.roots)
	}
	i, ok := t.byCode[code]
	if !ok {
		return nil
	}
	var out []Code
	t.eachChild(i, func(c int32) bool { out = append(out, t.nodes[c].code); return true })
	return out
}

// Groups gives the country groups.
func (t *Tree) Groups() []Code { return t.codes(t.groups) }

func (t *Tree) codes(list []int32) []Code {
	out := make([]Code, len(list))
	for k, i := range list {
		out[k] = t.nodes[i].code
	}
	return out
}

// eachChild visits the children of a node, those of hidden ones in their stead,
// until visit returns false.
func (t *Tree) eachChild(i int32, visit func(int32) bool) bool {
	for _, c := range t.nodes[i].children {
		if t.nodes[c].hidden {
			if !t.eachChild(c, visit) {
				return false
			}
		} else if !visit(c) {
			return false
		}
	}
	return true
}
