package table

import (
	"reflect"
	"strings"
	"testing"
)

func leadFields() []Field {
	return []Field{
		{Name: "name", Titles: []string{"姓名", "Name"}, Aliases: []string{"联系人", "客户姓名"}, Type: "text"},
		{Name: "phone", Titles: []string{"电话", "Phone"}, Type: "phone"},
		{Name: "email", Titles: []string{"邮箱", "Email"}, Type: "email"},
		{Name: "company", Titles: []string{"公司", "Company"}, Aliases: []string{"公司名称", "单位"}, Type: "text"},
		{Name: "source", Titles: []string{"来源", "Source"}, Aliases: []string{"Lead Source", "渠道"}, Type: "choice", Choices: []string{"百度", "Google", "转介绍"}},
		{Name: "industry", Titles: []string{"行业", "Industry"}, Type: "choice", Choices: []string{"教育", "医疗", "制造"}},
		{Name: "budget", Titles: []string{"预算", "Budget"}, Type: "money"},
		{Name: "region", Titles: []string{"地区", "Region"}, Type: "region", Accept: func(s string) bool { return strings.HasPrefix(s, "浙江") || s == "上海" }},
		{Name: "note", Titles: []string{"备注", "Note"}, Type: "long_text"},
		{Name: "tags", Titles: []string{"标签", "Tags"}, Type: "multi_choice", Choices: []string{"高意向", "预算未知", "教育"}},
		{Name: "external_id", Titles: []string{"外部编号", "External ID"}, Aliases: []string{"Prospect ID"}, Type: "text"},
	}
}

// fieldsOf names the matched field of each column.
func fieldsOf(m []Matched) string {
	var b []string
	for _, x := range m {
		b = append(b, x.Field+"/"+string(x.How))
	}
	return strings.Join(b, " ")
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, header string
		samples      [][]string
		want         string
	}{
		{"names and aliases", "姓名,客户手机号码,E-mail,公司名称,预算（元）,LEAD SOURCE", nil,
			"name/name phone/alias email/name company/alias budget/name source/alias"},
		{"content", "A,B,C,D,E", [][]string{
			{"13800138000", "a@b.cn", "20万", "浙江杭州", "教育"}, {"021-68881234", "c@d.cn", "5w", "上海", "医疗"}},
			"phone/content email/content budget/content region/content industry/content"},
		{"one column per field", "电话,备用电话,手机", [][]string{{"13800138000", "13800138001", "13800138002"}},
			"phone/name /none /none"},
		{"content speaks against the name", "电话,手机号", [][]string{{"面谈", "13800138000"}, {"见备注", "13800138001"}},
			"/none phone/alias"},
		{"plain numbers are no money", "A,B", [][]string{{"5", "x"}, {"8", "y"}}, "/none /none"},
		{"remarks called Tags", "Tags,Prospect ID", [][]string{{"Interested in other courses", "7927"}, {"Ringing", "2a27"}}, "/none external_id/alias"},
		{"Tags without any cell", "Tags", nil, "/none"},
		{"real tags", "标签", [][]string{{"高意向、教育"}, {"预算未知"}}, "tags/name"},
		{"no name", "#1,姓名", [][]string{{"", "张三"}}, "/none name/name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := Match(strings.Split(c.header, ","), c.samples, leadFields())
			if fieldsOf(got) != c.want {
				t.Errorf("got  %s\nwant %s", fieldsOf(got), c.want)
			}
			for i, m := range got {
				if m.Index != i || m.Confidence < 0 || m.Confidence > 1 || (m.Field == "") != (m.Confidence == 0) {
					t.Errorf("column %d: %+v", i, m)
				}
			}
		})
	}
	if got := Match(nil, nil, nil); !reflect.DeepEqual(got, []Matched{}) {
		t.Errorf("no columns: %v", got)
	}
}
