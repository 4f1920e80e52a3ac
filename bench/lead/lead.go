// Package lead makes the leads that every side of the bench is given: the same for the same number, plausible, each with a phone and
// an external id of its own.
package lead

import (
	"fmt"
	"strconv"
	"strings"
)

// Columns are the fields of a lead, in the order of Values.
var Columns = []string{"name", "phone", "company", "email", "source", "industry", "budget", "region", "note", "owner", "stage", "external_id"}

// Indexes are the three of a list that finds people again and shows the newest first.
var Indexes = [][]string{{"phone"}, {"external_id"}, {"created"}}

// Lead is one lead as a form or a file brings it. Budget is in yuan.
type Lead struct {
	Name       string `json:"name"`
	Phone      string `json:"phone"`
	Company    string `json:"company"`
	Email      string `json:"email"`
	Source     string `json:"source"`
	Industry   string `json:"industry"`
	Budget     int    `json:"budget"`
	Region     string `json:"region"`
	Note       string `json:"note"`
	ExternalID string `json:"external_id"`
}

var (
	surnames   = []string{"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林"}
	given      = []string{"伟", "芳", "娜", "敏", "静", "磊", "洋", "艳", "勇", "杰", "娟", "涛", "明", "超", "兰", "霞"}
	sources    = []string{"官网表单", "展会", "老客户转介绍", "广告投放", "电话咨询", "公众号"}
	industries = []string{"教育", "制造", "零售", "医疗", "金融", "互联网", "物流"}
	regions    = []string{"浙江 杭州", "上海", "江苏 南京", "广东 深圳", "北京", "天津", "山东 青岛", "福建 厦门", "河北 石家庄", "广西 南宁"}
	budgets    = []int{20000, 45000, 50000, 80000, 120000, 200000, 350000, 600000}
)

// Make returns lead number n.
func Make(n int) Lead {
	k := uint32(n)*2654435761 + 12345 // spreads neighbours over all lists
	pick := func(list []string) string { k = k*1664525 + 1013904223; return list[int(k>>8)%len(list)] }
	l := Lead{
		Name: pick(surnames) + pick(given), Source: pick(sources), Industry: pick(industries), Region: pick(regions),
		Phone: fmt.Sprintf("1%010d", 3_000_000_000+n), ExternalID: fmt.Sprintf("bench-%09d", n), Email: fmt.Sprintf("lead%d@example.com", n),
		Note: "想了解年度方案和报价，方便时请来电。",
	}
	l.Company = fmt.Sprintf("%s%s科技有限公司%d", pick(surnames), pick(given), n%50_000)
	l.Budget = budgets[int(k>>8)%len(budgets)]
	return l
}

// Values are the lead's values in the order of Columns; owner and stage are what a fresh lead of the peer has.
func (l Lead) Values() []any {
	owner := fmt.Sprintf("rep%02d", len(l.Name)+int(l.Phone[10]-'0')*4)
	return []any{l.Name, l.Phone, l.Company, l.Email, l.Source, l.Industry, l.Budget, l.Region, l.Note, owner, "new", l.ExternalID}
}

// CSVHeader names the columns of CSV.
const CSVHeader = "name,phone,company,email,source,industry,budget,region,note,external_id\n"

// AppendCSV appends the lead as a line of a file with CSVHeader.
func (l Lead) AppendCSV(b []byte) []byte {
	for _, v := range []string{l.Name, l.Phone, l.Company, l.Email, l.Source, l.Industry} {
		b = append(append(b, v...), ',')
	}
	b = append(strconv.AppendInt(b, int64(l.Budget), 10), ',')
	b = append(append(b, l.Region...), ',')
	b = append(append(b, l.Note...), ',')
	return append(append(b, l.ExternalID...), '\n')
}

// List joins columns for SQL.
func List(columns []string) string { return strings.Join(columns, ", ") }
