package assignment

import (
	"fmt"
	"strings"
)

// Sentence reads the policy back in Chinese.
func (p *Policy) Sentence() string {
	var b strings.Builder
	b.WriteString("“" + p.Title.ZH + "”")
	if !p.Enabled() {
		b.WriteString("（已停用）")
	}
	b.WriteString("：新来的" + p.Object.Title.ZH)
	if p.when != nil {
		b.WriteString("，如果" + p.when.Words())
	}
	if p.keep != nil {
		b.WriteString("，“" + p.keep.Title.ZH + "”已有负责人且在岗、未满额时先给那个人")
	}
	b.WriteString("，依次判断——")
	for i, br := range p.branches {
		fmt.Fprintf(&b, "%d. %s", i+1, br.sentence(p))
	}
	b.WriteString("都没有合适的人时进入公海并说明原因")
	if m := p.Spec.DeadlineMinutes; m > 0 {
		fmt.Fprintf(&b, "，%d 分钟内没有分出去就提醒", m)
	}
	b.WriteString("。")
	return b.String()
}

func (b *branch) sentence(p *Policy) string {
	s := "“" + b.Title + "”"
	if b.Fallback {
		s += "（兜底）"
	}
	if b.when != nil {
		s += "：如果" + b.when.Words()
	} else {
		s += "：不限条件"
	}
	hours := "在工作时间"
	if p.calendar != nil {
		hours += "（" + p.calendar.Title.ZH + "）"
	}
	var who []string
	c := b.Candidates
	for _, f := range []struct {
		on   bool
		text string
	}{{c.Region, "负责该地区"}, {c.ProductLine, "产品线相符"}, {c.MinRank != "", "职级不低于" + c.MinRank}, {c.Leave, "不在休假"}, {c.Hours, hours}} {
		if f.on {
			who = append(who, f.text)
		}
	}
	if b.where != nil {
		who = append(who, b.where.Words())
	}
	s += "，分给"
	if len(who) > 0 {
		s += strings.Join(who, "、") + "的"
	}
	s += "销售，按“" + b.strategy.Title() + "”选一位"
	if b.DailyCap > 0 {
		s += fmt.Sprintf("，每人每天最多 %d 条", b.DailyCap)
	}
	if p.keep != nil && !b.keeps(p) {
		s += "，不优先原负责人"
	}
	return s + "；"
}
