package problem

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"
)

// ReadJSON reads raw as exactly one JSON value into what into points to, with exact numbers. Its errors are problems that name the place:
// unreadable_body where raw is no JSON, wrong_type, and, when strict, unknown_key for a key that into does not know.
func ReadJSON(raw []byte, into any, strict bool) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if strict {
		dec.DisallowUnknownFields()
	}
	err := dec.Decode(into)
	if err == nil && utf8.Valid(raw) {
		end := dec.InputOffset()
		if _, err = dec.Token(); err == io.EOF {
			return nil
		}
		return Unreadable(raw, &trailing{end})
	}
	var mistyped *json.UnmarshalTypeError
	switch {
	case err == nil || !utf8.Valid(raw):
		return Unreadable(raw, nil)
	case errors.As(err, &mistyped):
		place := ""
		if mistyped.Field != "" {
			place = "/" + strings.ReplaceAll(mistyped.Field, ".", "/")
		}
		return New(Invalid, "wrong_type", "请求里有一项类型不对", Item{Pointer: place, Code: "wrong_type", Message: "这里需要" + TypeWord(mistyped.Type) + "，写的是" + ValueWord(mistyped.Value), Hint: "请改成" + TypeWord(mistyped.Type)})
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name = strings.Trim(name, `"`)
		return New(Invalid, "unknown_key", "请求里有不认识的项“"+name+"”", Item{Pointer: "/" + name, Code: "unknown_key", Message: "没有“" + name + "”这一项", Hint: "请核对写法，或删去这一项"})
	}
	return Unreadable(raw, err)
}

// trailing is what follows the value.
type trailing struct{ at int64 }

func (*trailing) Error() string { return "more than one JSON value" }

// Unreadable is the problem of a body that is no JSON; err is what reading it gave.
func Unreadable(raw []byte, err error) *Problem {
	return New(Malformed, "unreadable_body", "请求内容不是有效的 JSON", Item{Code: "unreadable", Message: Misread(raw, err), Hint: `应为一个 JSON 对象，例如 {"字段": "值"}；请检查引号、逗号和括号`})
}

// Misread says where raw stops being JSON, and why; err is what reading it gave.
func Misread(raw []byte, err error) string {
	if !utf8.Valid(raw) {
		at := 0
		for at < len(raw) {
			r, n := utf8.DecodeRune(raw[at:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			at += n
		}
		return place(raw, at) + "不是 UTF-8 编码"
	}
	var syntax *json.SyntaxError
	var more *trailing
	rest := strings.TrimRight(string(raw), " \t\r\n")
	switch {
	case rest == "":
		return "内容是空的"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &syntax) && int(syntax.Offset) > len(rest), errors.As(err, &syntax) && strings.Contains(syntax.Error(), "unexpected end"):
		return place(raw, len(rest)) + "内容断了，引号或括号没有闭合"
	case errors.As(err, &more):
		at := int(more.at) + len(raw[more.at:]) - len(bytes.TrimLeft(raw[more.at:], " \t\r\n"))
		return place(raw, at) + "起是多余的内容"
	case errors.As(err, &syntax) && syntax.Offset > 0:
		at := int(syntax.Offset) - 1
		r, _ := utf8.DecodeRune(raw[at:])
		switch {
		case r == 0:
			return place(raw, at) + "有空字符（NUL）"
		case r < ' ':
			return place(raw, at) + "有不可见的控制字符"
		}
		return place(raw, at) + "不该有“" + string(r) + "”"
	}
	return "读不出"
}

// place gives line and column, from 1, of the byte at.
func place(raw []byte, at int) string {
	before := raw[:min(at, len(raw))]
	line := bytes.Count(before, []byte{'\n'}) + 1
	return fmt.Sprintf("第 %d 行第 %d 个字", line, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])+1)
}

// TypeWord says in Chinese what JSON a Go type is written as.
func TypeWord(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool:
		return "是或否（true/false）"
	case reflect.String:
		return "文字"
	case reflect.Slice, reflect.Array:
		return "列表"
	case reflect.Struct, reflect.Map:
		return "对象"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "整数"
	case reflect.Float32, reflect.Float64:
		return "数字"
	}
	return "别的值"
}

// ValueWord says in Chinese what sort of JSON value encoding/json met.
func ValueWord(sort string) string {
	kind, _, _ := strings.Cut(sort, " ")
	if w, ok := map[string]string{"string": "文字", "number": "数字", "bool": "是或否", "array": "列表", "object": "对象", "null": "空值"}[kind]; ok {
		return w
	}
	return sort
}
