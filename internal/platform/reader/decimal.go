package reader

import (
	"strings"
)

// Integer reads a whole number, with thousands separators and units (1.5万).
func Integer(text string) (int64, error) { return Decimal(text, 0) }

// Decimal reads an exact number and gives it × 10^scale (scale 0 to 18). More
// decimals than scale are refused unless they are zeros.
func Decimal(text string, scale int) (int64, error) {
	if v, ok := plainInteger(text); ok && scale == 0 {
		return v, nil
	}
	s := strings.ToLower(Fold(text))
	v, err := signed(s, scale)
	if err != nil {
		return 0, err.number(text, scale)
	}
	return v, nil
}

// Percent reads a percentage and gives it × 10^scale: "65.5%" at scale 2 is
// 6550. Without a sign the number is taken as percent; between 0 and 1 that
// would be a guess (0.65), so it is refused.
func Percent(text string, scale int) (int64, error) {
	s := strings.ToLower(Fold(text))
	body, sign := cutAnySuffix(s, "%", "个百分点", "percent")
	if !sign {
		if negative, ok := strings.CutPrefix(body, "-百分之"); ok {
			body, sign = "-"+negative, true
		} else {
			body, sign = strings.CutPrefix(body, "百分之")
		}
	}
	body = strings.TrimSpace(body)
	if body == "百" && sign { // 百分之百
		body = "100"
	}
	v, err := signed(body, scale)
	if err != nil {
		return 0, err.number(text, scale)
	}
	if one := pow10(scale); !sign && v > -one && v < one && v != 0 {
		return 0, refuse("percent_ambiguous", quote(text)+"可能是比例，也可能是百分数", "请加上百分号，例如 65%")
	}
	return v, nil
}

func signed(s string, scale int) (int64, *Error) {
	s, negative := cutAnyPrefix(s, "-", "负")
	if !negative {
		s = strings.TrimPrefix(s, "+")
	}
	n, err := parseNumber(strings.TrimSpace(s))
	if err != nil {
		return 0, err
	}
	v, err := n.scaled(scale)
	if err != nil {
		return 0, err
	}
	if negative {
		v = -v
	}
	return v, nil
}

// number puts the text into a number error and says how many decimals fit.
func (e *Error) number(text string, scale int) error {
	hint := e.Hint
	if e.Code == errNotExact.Code {
		hint = "最多 " + itoa(int64(scale)) + " 位小数"
		if scale == 0 {
			hint = "请写整数"
		}
	}
	if strings.TrimSpace(text) == "" {
		return refuse("number_empty", "数字是空的", hint)
	}
	return refuse(e.Code, quote(text)+"："+e.Message, hint)
}
