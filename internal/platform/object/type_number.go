package object

import (
	"encoding/json"
	"strings"

	"baton/internal/platform/reader"
)

// numeric is what all int-class types share.
type numeric struct{}

func (numeric) Class() Class     { return IntClass }
func (numeric) Scale(*Field) int { return 0 }

// FormatScaled writes a scaled integer as a plain decimal without trailing zeros.
func FormatScaled(n int64, scale int) string {
	s := itoa(n)
	if scale == 0 {
		return s
	}
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	if len(s) <= scale {
		s = strings.Repeat("0", scale-len(s)+1) + s
	}
	s = strings.TrimRight(s[:len(s)-scale]+"."+s[len(s)-scale:], "0")
	s = strings.TrimSuffix(s, ".")
	if neg && s != "0" {
		s = "-" + s
	}
	return s
}

func numberJSON(v any, scale int) any {
	if n, ok := v.(int64); ok {
		return json.Number(FormatScaled(n, scale))
	}
	return nil
}

func valueError(err error) error {
	if re, ok := err.(*reader.Error); ok {
		return &ValueError{Code: re.Code, Message: re.Message, Hint: re.Hint}
	}
	return err
}

// parseNumber reads text by read; JSON numbers go the same way.
func parseNumber(raw any, want string, read func(string) (int64, error)) (any, *Hint, error) {
	if raw == nil {
		return nil, nil, nil
	}
	if n, ok := raw.(int64); ok {
		return n, nil, nil // already canonical: from an engine
	}
	s, ok := scalarText(raw)
	if !ok {
		return nil, nil, wrongType(want, raw)
	}
	if strings.TrimSpace(s) == "" {
		return nil, nil, nil
	}
	n, err := read(s)
	if err != nil {
		return nil, nil, valueError(err)
	}
	return n, nil, nil
}

// Integer is a whole number.
type Integer struct{ numeric }

// Name of the type.
func (Integer) Name() string { return "integer" }

// Shape of the type.
func (Integer) Shape() Shape { return NumberShape }

// Parse reads a whole number.
func (Integer) Parse(_ *Field, _ *Env, raw any) (any, *Hint, error) {
	return parseNumber(raw, "整数", reader.Integer)
}

// JSON is a number.
func (Integer) JSON(_ *Field, _ *Env, v any) any { return numberJSON(v, 0) }

// Words is the number.
func (Integer) Words(_ *Field, _ *Env, v any) string { return scaledWords(v, 0, "") }

func scaledWords(v any, scale int, suffix string) string {
	if n, ok := v.(int64); ok {
		return FormatScaled(n, scale) + suffix
	}
	return Dash
}

// Decimal is an exact number of Scale digits (4 by default).
type Decimal struct{ numeric }

// Name of the type.
func (Decimal) Name() string { return "decimal" }

// Shape of the type.
func (Decimal) Shape() Shape { return NumberShape }

// Scale of the stored integer.
func (Decimal) Scale(f *Field) int {
	if f.FieldSpec.Scale == 0 {
		return 4
	}
	return f.FieldSpec.Scale
}

// Parse reads an exact decimal; more digits than the field keeps are refused, not rounded.
func (t Decimal) Parse(f *Field, _ *Env, raw any) (any, *Hint, error) {
	return parseNumber(raw, "数字", func(s string) (int64, error) { return reader.Decimal(s, t.Scale(f)) })
}

// JSON is a number.
func (t Decimal) JSON(f *Field, _ *Env, v any) any { return numberJSON(v, t.Scale(f)) }

// Words is the number.
func (t Decimal) Words(f *Field, _ *Env, v any) string { return scaledWords(v, t.Scale(f), "") }

// Percent is kept as basis points: 65.5 % is 6550; JSON and text use the ratio's percent value (65.5).
type Percent struct{ numeric }

// Name of the type.
func (Percent) Name() string { return "percent" }

// Shape of the type.
func (Percent) Shape() Shape { return NumberShape }

// Scale of the stored integer.
func (Percent) Scale(*Field) int { return 2 }

// Parse reads "65.5%" or 65.5.
func (Percent) Parse(_ *Field, _ *Env, raw any) (any, *Hint, error) {
	return parseNumber(raw, "百分比", func(s string) (int64, error) {
		return reader.Decimal(strings.TrimSuffix(strings.TrimSpace(narrow(s)), "%"), 2)
	})
}

// JSON is a number.
func (Percent) JSON(_ *Field, _ *Env, v any) any { return numberJSON(v, 2) }

// Words has the sign.
func (Percent) Words(_ *Field, _ *Env, v any) string { return scaledWords(v, 2, "%") }

// Money is an exact amount in 1/100 of the currency's main unit.
type Money struct{ numeric }

// Name of the type.
func (Money) Name() string { return "money" }

// Shape of the type.
func (Money) Shape() Shape { return NumberShape }

// Scale of the stored integer.
func (Money) Scale(*Field) int { return 2 }

// Parse reads amounts as people write them ("20万", "￥350,000"); a range gives its middle with a hint.
func (Money) Parse(_ *Field, _ *Env, raw any) (any, *Hint, error) {
	if raw == nil {
		return nil, nil, nil
	}
	if n, ok := raw.(int64); ok {
		return n, nil, nil
	}
	s, ok := scalarText(raw)
	if !ok {
		return nil, nil, wrongType("金额", raw)
	}
	if strings.TrimSpace(s) == "" {
		return nil, nil, nil
	}
	a, err := reader.Amount(s)
	if err != nil {
		return nil, nil, valueError(err)
	}
	if a.Currency != "" && a.Currency != "CNY" {
		return nil, nil, &ValueError{Code: "other_currency", Message: "币种是 " + a.Currency + "，这里记人民币", Hint: "请换算成人民币后填写"}
	}
	v := a.Value()
	if !a.Single() {
		return v, &Hint{Raw: strings.TrimSpace(s), Code: "range", Message: "原文是范围，取 " + moneyWords(v)}, nil
	}
	return v, nil, nil
}

// JSON is a number in the main unit.
func (Money) JSON(_ *Field, _ *Env, v any) any { return numberJSON(v, 2) }

// Words is ¥12.5万, ¥1.2亿 or the exact amount below 10,000.
func (Money) Words(_ *Field, _ *Env, v any) string {
	if n, ok := v.(int64); ok {
		return moneyWords(n)
	}
	return Dash
}

func moneyWords(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	switch {
	case n >= 1e10:
		return sign + "¥" + FormatScaled((n+5e5)/1e6, 4) + "亿"
	case n >= 1e6 && n%1e4 == 0:
		return sign + "¥" + FormatScaled(n/1e2, 4) + "万"
	}
	return sign + "¥" + FormatScaled(n, 2)
}
