package access

import (
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

var scopeTexts = map[string]string{Own: "自己负责的", Pool: "没有负责人的", Team: "本组的人负责的", Below: "本组及下级的人负责的", Region: "本大区的人负责的", All: "全部"}

// sentence says what a person who has this role alone sees and does, object by object, each on a numbered line. What of the fields is said
// is what Sight gives, so also what follows from classes and what is computed from a hidden field.
func sentence(compiled any, s *definition.Snapshot) string {
	r, ok := compiled.(*Role)
	if !ok || r == nil {
		return ""
	}
	var lines, rest, restFields, nothing []string
	for _, o := range object.All(s) {
		rule, own := r.rules[o.Name]
		if !own {
			if _, ok := r.rules["*"]; !ok {
				nothing = append(nothing, o.Title.ZH)
				continue
			}
			rest = append(rest, o.Title.ZH)
			if text := r.fieldWords(o); text != "" {
				restFields = append(restFields, o.Title.ZH+text)
			}
			continue
		}
		lines = append(lines, "“"+o.Title.ZH+"”："+r.ruleWords(o.Name, rule)+r.fieldWords(o))
	}
	if rule, ok := r.rules["*"]; ok && len(rest) > 0 {
		lines = append(lines, fmt.Sprintf("其余 %d 种数据（%s）：%s%s", len(rest), few(rest), r.ruleWords("*", rule), strings.Join(restFields, "")))
	}
	if len(nothing) > 0 {
		lines = append(lines, fmt.Sprintf("看不到其余 %d 种数据（%s）。", len(nothing), few(nothing)))
	}
	for i := range lines {
		lines[i] = fmt.Sprintf("%d. %s", i+1, lines[i])
	}
	return "只有“" + r.Title.ZH + "”这个角色的人：" + strings.Join(lines, "")
}

// ruleWords says whose rows are open to each verb, and what else may be done.
func (r *Role) ruleWords(objectName string, rule Rule) string {
	read := r.verbWords(objectName, rule, Read)
	if read == "" {
		if rule.Create {
			return "能新建，建好后自己也看不到。"
		}
		return "看不到。"
	}
	out := "看得到" + read
	for _, v := range []struct {
		verb     Verb
		can, not string
	}{{Update, "能修改", "不能修改"}, {Delete, "能删除", "不能删除"}} {
		if words := r.verbWords(objectName, rule, v.verb); words == "" {
			out += "；" + v.not
		} else if words == read {
			out += "；都" + v.can
		} else {
			out += "；" + v.can + words
		}
	}
	var more []string
	for _, x := range []struct {
		may  bool
		word string
	}{{rule.Create, "新建"}, {rule.Export, "导出"}, {rule.Claim, "认领"}, {rule.Assign, "转交"}} {
		if x.may {
			more = append(more, x.word)
		}
	}
	if len(more) > 0 {
		out += "；还能" + strings.Join(more, "、")
	}
	return out + "。"
}

// verbWords says which rows a verb is open on; empty for none.
func (r *Role) verbWords(objectName string, rule Rule, v Verb) string {
	words := strings.Split(rule.words(v), "+")
	if slices.Contains(words, All) {
		return scopeTexts[All]
	}
	var out []string
	for _, w := range scopeWords {
		if text := scopeTexts[w]; text != "" && slices.Contains(words, w) {
			out = append(out, text)
		}
	}
	if cond := r.conds[objectName][v]; cond != nil {
		out = append(out, "满足“"+cond.Words()+"”的")
	}
	return strings.Join(out, "、")
}

// fieldWords says what of an object's fields the role does not see whole, or does not write.
func (r *Role) fieldWords(o *object.Object) string {
	sight := r.sight(o)
	if sight == nil {
		return ""
	}
	var out string
	for _, x := range []struct {
		in   map[string]bool
		text string
	}{{sight.Hidden, "看不到"}, {sight.Masked, "遮住一部分："}, {sight.Fixed, "只能看不能改："}} {
		var titles []string
		for _, f := range o.Fields {
			if x.in[f.Name] && !f.Hidden {
				titles = append(titles, f.Title.ZH)
			}
		}
		if len(titles) > 0 {
			out += x.text + strings.Join(titles, "、") + "。"
		}
	}
	return out
}

const mostNamed = 6

func few(titles []string) string {
	if len(titles) <= mostNamed {
		return strings.Join(titles, "、")
	}
	return strings.Join(titles[:mostNamed], "、") + "等"
}
