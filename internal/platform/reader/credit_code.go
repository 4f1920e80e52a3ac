package reader

import "strings"

// creditAlphabet holds the signs of GB 32100-2015 in the order of their values:
// digits and capital letters without I, O, S, V and Z.
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// CreditCode reads a unified social credit code (统一社会信用代码) of GB
// 32100-2015, checks its last sign, and gives it in capitals without spaces.
func CreditCode(text string) (string, error) {
	s := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(Fold(text)))
	const hint = "请核对营业执照上的 18 位代码"
	switch {
	case s == "":
		return "", refuse("credit_code_empty", "统一社会信用代码是空的", hint)
	case len(s) == 15 && allDigits(s):
		return "", refuse("credit_code_old", quote(text)+"是旧的 15 位工商注册号", "请改用 18 位统一社会信用代码")
	case len([]rune(s)) != 18:
		return "", refuse("credit_code_length", quote(text)+"有 "+itoa(int64(len([]rune(s))))+" 位，应为 18 位", hint)
	}
	sum, weight := 0, 1
	for i := range 18 {
		v := strings.IndexByte(creditAlphabet, s[i])
		if v < 0 || len(s) != 18 || i >= 2 && i < 8 && v > 9 {
			sign := string([]rune(s)[i])
			tip := hint
			switch sign {
			case "O":
				tip = "字母 O 应为数字 0"
			case "I":
				tip = "字母 I 应为数字 1"
			case "Z":
				tip = "字母 Z 应为数字 2"
			case "S":
				tip = "字母 S 应为数字 5"
			}
			return "", refuse("credit_code_sign", "第 "+itoa(int64(i+1))+" 位"+quote(sign)+"不能出现在统一社会信用代码里", tip)
		}
		if i == 17 {
			if (31-sum%31)%31 != v {
				return "", refuse("credit_code_check", quote(s)+"的校验位不对", hint)
			}
			break
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return s, nil
}
