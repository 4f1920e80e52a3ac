package reader

import (
	"strconv"
	"strings"
)

// Bool reads yes or no in Chinese and English.
func Bool(text string) (bool, error) {
	switch strings.ToLower(Fold(text)) {
	case "是", "是的", "对", "有", "已", "真", "启用", "开", "yes", "y", "true", "t", "1", "on", "√", "✓", "✔", "☑":
		return true, nil
	case "否", "不是", "不", "无", "没有", "未", "假", "停用", "关", "no", "n", "false", "f", "0", "off", "×", "✗", "✘", "☐":
		return false, nil
	}
	return false, refuse("bool_unreadable", quote(text)+"不是“是”或“否”", "请写 是 或 否")
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
