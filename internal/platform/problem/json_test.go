package problem

import (
	"testing"
)

func TestBrokenJSONNamesThePlace(t *testing.T) {
	t.Parallel()
	type body struct {
		Name string `json:"name"`
		Deep struct {
			N int `json:"n"`
		} `json:"deep"`
	}
	for raw, want := range map[string]string{
		"":                            "unreadable_body  内容是空的",
		" \n":                         "unreadable_body  内容是空的",
		`{"name":`:                    "unreadable_body  第 1 行第 9 个字内容断了，引号或括号没有闭合",
		"{\"name\": \"张三\n":           "unreadable_body  第 1 行第 13 个字内容断了，引号或括号没有闭合",
		"{\n \"name\": 张三}":           "unreadable_body  第 2 行第 10 个字不该有“张”",
		"{\"name\": \"张\x00三\"}":      "unreadable_body  第 1 行第 12 个字有空字符（NUL）",
		"{\"name\": \"张三\xff\"}":      "unreadable_body  第 1 行第 13 个字不是 UTF-8 编码",
		"{\"name\": \"a\"}\n {}":      "unreadable_body  第 2 行第 2 个字起是多余的内容",
		`{"name": "a",}`:              "unreadable_body  第 1 行第 14 个字不该有“}”",
		`{"name": 5}`:                 "wrong_type /name 这里需要文字，写的是数字",
		`{"deep": {"n": "x"}}`:        "wrong_type /deep/n 这里需要整数，写的是文字",
		`["name"]`:                    "wrong_type  这里需要对象，写的是列表",
		`{"name": "a", "nme": "b"}`:   "unknown_key /nme 没有“nme”这一项",
		`{"name": "a", "deep": {}}`:   "",
		"\n{\"name\": \"张三\"}\r\n \t": "",
	} {
		got := ""
		if p := As(ReadJSON([]byte(raw), &body{}, true)); p != nil {
			got = p.Code + " " + p.Items[0].Pointer + " " + p.Items[0].Message
			if p.Items[0].Hint == "" {
				t.Errorf("%q: no remedy", raw)
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}
