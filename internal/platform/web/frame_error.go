package web

import (
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"baton/internal/platform/problem"
)

// found is what the frame finds wrong with a request by its schema: the frame's own message, ours, and the remedy. What stands before the
// first % tells the messages apart.
type found struct {
	frame            *string
	text, code, hint string
}

var findings = []found{
	{&validation.MsgUnexpectedProperty, "没有这一项", "unknown_key", "请核对写法，或删去这一项"},
	{&validation.MsgExpectedRequiredProperty, "缺少“%s”", "required", "请补上这一项"},
	{&validation.MsgExpectedString, "这里需要文字", "wrong_type", "请改成文字"},
	{&validation.MsgExpectedInteger, "这里需要整数", "wrong_type", "请改成整数"},
	{&validation.MsgExpectedNumber, "这里需要数字", "wrong_type", "请改成数字"},
	{&validation.MsgExpectedBoolean, "这里需要是或否（true/false）", "wrong_type", "请改成 true 或 false"},
	{&validation.MsgExpectedArray, "这里需要列表", "wrong_type", "请改成列表，例如 []"},
	{&validation.MsgExpectedObject, "这里需要对象", "wrong_type", "请改成对象，例如 {}"},
	{&validation.MsgExpectedMinLength, "至少要 %d 个字符", "too_short", "请写长一些"},
	{&validation.MsgExpectedMaxLength, "最多 %d 个字符", "too_long", "请缩短"},
	{&validation.MsgExpectedMinimumNumber, "不能小于 %v", "out_of_range", "请改大"},
	{&validation.MsgExpectedMaximumNumber, "不能大于 %v", "out_of_range", "请改小"},
	{&validation.MsgExpectedOneOf, "只能是“%s”之一", "off_list", "请从中选一个"},
}

// parameters are what the frame says of parameters in the address, in no variable.
var parameters = map[string]string{
	"invalid integer": "这里需要整数", "invalid float": "这里需要数字", "invalid boolean": "这里需要是或否（true/false）",
	"required query parameter": "缺少这个参数", "required header parameter": "缺少这个请求头",
}

// shapeErrors gives the frame's own errors the one shape and our words. The frame keeps both in package variables: they are set once, before
// the first route of the process.
var shapeErrors = sync.OnceFunc(func() {
	for _, f := range findings {
		*f.frame = f.text
	}
	huma.NewError = fromHuma
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		e := fromHuma(status, msg, errs...)
		if d, ok := e.(*Document); ok && ctx != nil {
			d.RequestID = RequestID(ctx.Context())
		}
		return e
	}
})

// fromHuma shapes the errors that the frame itself finds (unreadable body, wrong parameter) like all others.
func fromHuma(status int, msg string, errs ...error) huma.StatusError {
	d := &Document{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: msg, Code: "bad_request", Errors: []problem.Item{}}
	hint := ""
	switch status {
	case http.StatusUnprocessableEntity:
		d.Code, d.Detail = "invalid", "请求内容有误"
	case http.StatusBadRequest:
		d.Code, d.Detail, hint = "unreadable_body", "请求内容无法读取", `应为一个 JSON 对象，例如 {"字段": "值"}；请检查引号、逗号和括号`
	case http.StatusNotFound:
		d.Code, d.Detail, hint = "not_found", "没有这个地址", "请核对地址；可用的地址见 /api/openapi.json"
	case http.StatusRequestEntityTooLarge:
		d.Code, d.Detail, hint = "too_large", "请求内容太大", "请分几次发送；批量数据请用导入"
	case http.StatusUnsupportedMediaType:
		d.Code, d.Detail, hint = "unsupported_media_type", "请使用 application/json", "请把 Content-Type 改成 application/json"
	}
	for _, e := range errs {
		d.Errors = append(d.Errors, fault(e, hint))
	}
	if len(d.Errors) == 0 {
		d.Errors = append(d.Errors, problem.Item{Code: d.Code, Message: d.Detail, Hint: hint})
	}
	return d
}

// fault is one wrong place as the frame found it.
func fault(e error, hint string) problem.Item {
	it := problem.Item{Code: "invalid", Message: e.Error(), Hint: hint}
	var ed *huma.ErrorDetail
	if !errors.As(e, &ed) {
		return it
	}
	it.Message = ed.Message
	for prefix, ours := range parameters {
		if strings.HasPrefix(it.Message, prefix) {
			it.Message = ours
		}
	}
	if loc := strings.TrimPrefix(strings.TrimPrefix(ed.Location, "body"), "."); loc != "" {
		it.Pointer = "/" + strings.NewReplacer(".", "/", "[", "/", "]", "").Replace(loc)
	}
	for _, f := range findings {
		before, _, _ := strings.Cut(f.text, "%")
		if !strings.HasPrefix(it.Message, before) {
			continue
		}
		it.Code, it.Hint = f.code, f.hint
		if f.code == "required" { // the frame names the object that lacks it
			it.Pointer += "/" + strings.Trim(strings.TrimPrefix(it.Message, "缺少"), "“”")
		}
		break
	}
	return it
}
