package object

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

func validText(s string) bool { return utf8.ValidString(s) }
func itoa(n int64) string     { return strconv.FormatInt(n, 10) }

// scalarText turns a JSON scalar into text.
func scalarText(raw any) (string, bool) {
	switch v := raw.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case int64:
		return itoa(v), true
	case int:
		return strconv.Itoa(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}

// textual is what all text-class types share.
type textual struct{}

func (textual) Class() Class     { return TextClass }
func (textual) Scale(*Field) int { return 0 }
func (textual) JSON(_ *Field, _ *Env, v any) any {
	return v
}
func (textual) Words(_ *Field, _ *Env, v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return Dash
}

// Text is a single line of text.
type Text struct{ textual }

// Name of the type.
func (Text) Name() string { return "text" }

// Shape of the type.
func (Text) Shape() Shape { return TextShape }

// Parse takes text and numbers.
func (Text) Parse(f *Field, _ *Env, raw any) (any, *Hint, error) {
	if raw == nil {
		return nil, nil, nil
	}
	s, ok := scalarText(raw)
	if !ok {
		return nil, nil, wrongType("文字", raw)
	}
	v, err := cleanText(s, f.Max)
	return v, nil, err
}

// LongText is text of several lines.
type LongText struct{ Text }

// Name of the type.
func (LongText) Name() string { return "long_text" }

// Parse allows 20,000 characters unless the field says otherwise.
func (LongText) Parse(f *Field, e *Env, raw any) (any, *Hint, error) {
	if f.Max == 0 {
		g := *f
		g.Max = 20000
		f = &g
	}
	return Text{}.Parse(f, e, raw)
}

// JSON is a structured value kept as its text; not for conditions.
type JSON struct{ textual }

// Name of the type.
func (JSON) Name() string { return "json" }

// Shape of the type.
func (JSON) Shape() Shape { return OpaqueShape }

// Parse keeps the value's JSON text.
func (JSON) Parse(_ *Field, _ *Env, raw any) (any, *Hint, error) {
	if raw == nil {
		return nil, nil, nil
	}
	b, err := json.Marshal(raw)
	if err != nil {
		return nil, nil, &ValueError{Code: "wrong_type", Message: "无法读取这个值"}
	}
	return string(b), nil, nil
}

// JSON gives the value back as it was.
func (JSON) JSON(_ *Field, _ *Env, v any) any {
	if s, ok := v.(string); ok {
		return json.RawMessage(s)
	}
	return nil
}
