package scenario

import (
	"fmt"
	"testing"
)

// Reps makes one sales team for all of China with n reps and returns their ids: enough for leads to find an owner, and much quicker than the
// demo company. Each sells everything.
func (c *Client) Reps(t testing.TB, n int) []string {
	t.Helper()
	var provinces []string
	for _, code := range []int{11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65} {
		provinces = append(provinces, fmt.Sprintf("cn.%d", code))
	}
	region := c.Create(t, "org_unit", Fields{"name": "全国", "kind": "region", "parent": "root", "provinces": provinces})
	team := c.Create(t, "org_unit", Fields{"name": "一组", "kind": "team", "parent": region.ID()})
	ids := make([]string, n)
	for i := range ids {
		ids[i] = c.Create(t, "person", Fields{"name": fmt.Sprintf("销售%d", i+1), "unit": team.ID(), "roles": []string{"rep"}, "rank": "高级", "product_lines": []string{"云课堂", "设备维保", "智造平台", "数据中台"}}).ID()
	}
	return ids
}
