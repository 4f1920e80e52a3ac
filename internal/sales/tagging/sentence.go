package tagging

import (
	"strings"
)

// Sentence reads the dimension back in Chinese.
func (d *Dimension) Sentence() string {
	var parts []string
	for i := range d.rules {
		if d.rules[i].when != nil {
			parts = append(parts, "如果"+d.rules[i].when.Words()+"，记为“"+d.ValueTitle(d.rules[i].value)+"”")
		}
	}
	if d.bandField != nil {
		var bands []string
		for i := range d.bands {
			bands = append(bands, d.bandWords(i)+"记为“"+d.ValueTitle(d.bands[i].value)+"”")
		}
		s := "按" + d.bandField.Title.ZH + "分档：" + strings.Join(bands, "，")
		if u := d.Spec.Bands.Unknown; u != "" {
			s += "，为空或读不出的记为“" + d.ValueTitle(u) + "”"
		}
		parts = append(parts, s)
	}
	if d.copyField != nil {
		parts = append(parts, "取“"+d.copyField.Title.ZH+"”的值（须在列出的值里）")
	}
	if d.Spec.Otherwise != nil {
		parts = append(parts, "其余记为“"+d.ValueTitle(*d.Spec.Otherwise)+"”")
	} else if d.bandField == nil || d.Spec.Bands.Unknown == "" {
		parts = append(parts, "其余不打标签")
	}
	return "“" + d.Title.ZH + "”标签：" + strings.Join(parts, "；") + "。"
}

// bandWords reads a band's bounds as they were written: "5万 到 20万（含两端）".
func (d *Dimension) bandWords(i int) string {
	e := d.Spec.Bands.Edges[d.bands[i].edge]
	show := func(n int64) string { return strings.Replace(d.bandField.Type.Words(d.bandField, nil, n), "¥", "", 1) }
	lo, hi := "", ""
	switch {
	case e.GTE != nil:
		lo = "不低于 " + show(d.bands[i].lo)
	case e.GT != nil:
		lo = "高于 " + show(d.bands[i].lo-1)
	}
	switch {
	case e.LTE != nil:
		hi = "不超过 " + show(d.bands[i].hi-1)
	case e.LT != nil:
		hi = "低于 " + show(d.bands[i].hi)
	}
	switch {
	case e.GTE != nil && e.LTE != nil:
		return show(d.bands[i].lo) + " 到 " + show(d.bands[i].hi-1) + "（含两端）"
	case lo == "" && hi == "":
		return "任何数"
	case lo == "" || hi == "":
		return lo + hi
	}
	return lo + "且" + hi
}
