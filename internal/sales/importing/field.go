package importing

import (
	"strings"

	"baton/internal/platform/object"
	"baton/internal/platform/table"
)

// fillable reports whether a file may fill a field. The owner is a system field, but one may import who has what.
func fillable(f *object.Field) bool {
	if f.Index == object.Owner {
		return true
	}
	switch f.Type.(type) {
	case object.AutoNumber, object.JSON, object.File, object.Image:
		return false
	}
	return !f.System && !f.ReadOnly && f.TagDimension == ""
}

// fieldsOf are the fields of an object as targets of the match, in their order. References are matched by their own name only.
func fieldsOf(o *object.Object) []table.Field {
	var out []table.Field
	for _, f := range o.Fields {
		if !fillable(f) {
			continue
		}
		t := table.Field{Name: f.Name, Titles: []string{f.Title.ZH, f.Title.EN}, Aliases: append(append([]string{}, f.Aliases...), knownAs[f.Name]...), Type: f.Type.Name()}
		for _, c := range f.Options {
			for _, n := range append([]string{c.Value, c.Title, c.EN}, c.Aliases...) {
				if n != "" {
					t.Choices = append(t.Choices, n)
				}
			}
		}
		out = append(out, t)
	}
	return out
}

// knownAs are headers under which exports of other programs carry a field, beyond the aliases of its definition.
var knownAs = map[string][]string{
	"external_id":  {"Prospect ID", "Lead ID", "Record ID", "Customer ID", "客户编号", "线索ID", "外部ID"},
	"source":       {"Lead Source", "Source", "utm_source", "客户来源", "获客渠道", "线索来源"},
	"converted":    {"Converted", "Is Converted", "是否成交", "是否转化"},
	"name":         {"姓名", "联系人", "客户姓名", "Contact", "Full Name"},
	"company":      {"公司", "公司名称", "企业名称", "单位名称", "客户名称", "Company", "Organization", "Account"},
	"phone":        {"联系电话", "联系方式", "Phone", "Mobile"},
	"email":        {"邮箱", "Email", "E-mail"},
	"credit_code":  {"统一社会信用代码", "信用代码", "社会信用代码", "税号", "纳税人识别号"},
	"industry":     {"行业", "所属行业", "Industry", "Sector"},
	"budget":       {"预算", "预算金额", "Budget"},
	"region":       {"City", "城市", "省份", "地区", "所在地区", "Region"},
	"product_line": {"意向产品", "产品", "Product"},
	"note":         {"备注", "需求", "留言", "Remark", "Notes", "Comment"},
}

// blank reports the signs that programs write where nothing was chosen.
func blank(cell string) bool {
	s := strings.TrimSpace(cell)
	if s == "" {
		return true
	}
	if len(s) > 20 {
		return false
	}
	switch strings.ToLower(object.Fold(s)) {
	case "select", "请选择", "-请选择-", "--请选择--", "-", "--", "---", "—", "——", "/", "\\", "n/a", "#n/a", "null", "(null)", "nil", "nan", "#null!", "#value!", "(空)", "(blank)":
		return true
	}
	return false
}

// unblanked copies rows with such signs taken out, so that they do not speak in the match.
func unblanked(rows [][]string) [][]string {
	out := make([][]string, len(rows))
	for i, row := range rows {
		out[i] = make([]string, len(row))
		for j, c := range row {
			if !blank(c) {
				out[i][j] = c
			}
		}
	}
	return out
}
