package reader

import "strings"

// PhoneNumber is one telephone number.
type PhoneNumber struct {
	E164      string // "+8613800138000"
	Extension string // digits after 转, "" for none
	Mobile    bool   // a Chinese mobile number
}

const phoneHint = "请写 11 位手机号、带区号的座机（如 021-68881234），或以 + 开头的国际号码"

// Phone reads one telephone number however it is written: Chinese mobiles and
// landlines with or without +86, spaces, brackets and hyphens, 400 and 800
// numbers, extensions ("转12", "ext 12"), and foreign numbers that start with
// "+" or "00". A landline needs its area code.
func Phone(text string) (PhoneNumber, error) {
	p, err := readPhone(text)
	if err != nil {
		return PhoneNumber{}, err
	}
	return p, nil
}

func readPhone(text string) (PhoneNumber, *Error) {
	s := text
	if len(s) != 11 || !allDigits(s) {
		s = strings.ToLower(Fold(text))
		s, _ = cutAnyPrefix(s, "手机号码", "手机号", "手机", "联系电话", "电话号码", "电话", "座机", "tel.", "tel", "mobile", "phone", "'")
		s = strings.TrimLeft(s, ":. '")
	}
	if s == "" {
		return PhoneNumber{}, refuse("phone_empty", "电话是空的", phoneHint)
	}
	if len(s) > 100 {
		return PhoneNumber{}, refuse("phone_unreadable", quote(text)+"不是电话号码", phoneHint)
	}
	if strings.Contains(s, "e+") {
		return PhoneNumber{}, refuse("phone_rounded", quote(text)+"被表格软件改成了科学计数法，末几位已丢失", "请在表格里把这一列设为文本后重新导出")
	}
	if strings.ContainsAny(s, "/、;,|\n") {
		return PhoneNumber{}, refuse("phone_several", quote(text)+"里有多个号码", "请只留一个号码，其余写入备注")
	}
	s, ext := cutExtension(s)
	digits, plus, err := phoneDigits(s, text)
	if err != nil {
		return PhoneNumber{}, err
	}
	p := PhoneNumber{Extension: ext}
	if !plus {
		if rest, ok := strings.CutPrefix(digits, "00"); ok {
			digits, plus = rest, true
		}
	}
	if plus {
		rest, chinese := strings.CutPrefix(digits, "86")
		if !chinese {
			if len(digits) < 7 || len(digits) > 15 || digits[0] == '0' {
				return p, refuse("phone_length", quote(text)+"的位数不对", "国际号码连同国家码应为 7 到 15 位")
			}
			p.E164 = "+" + digits
			return p, nil
		}
		digits = rest
		if digits != "" && digits[0] != '0' && !isMobile(digits) && !isService(digits) {
			digits = "0" + digits
		}
	} else if rest, ok := strings.CutPrefix(digits, "86"); ok && (isMobile(rest) || len(rest) >= 10 && rest[0] == '0') {
		digits = rest
	}
	if isMobile(digits) {
		p.Mobile = true
		p.E164 = "+86" + digits
		return p, nil
	}
	if isService(digits) {
		p.E164 = "+86" + digits
		return p, nil
	}
	if strings.HasPrefix(digits, "00") {
		return p, refuse("phone_unreadable", quote(text)+"不是电话号码", phoneHint)
	}
	national, err := landline(digits, text, &p)
	if err != nil {
		return p, err
	}
	p.E164 = "+86" + national
	return p, nil
}

func isMobile(digits string) bool {
	return len(digits) == 11 && digits[0] == '1' && digits[1] >= '3'
}

func isService(digits string) bool {
	return len(digits) == 10 && (digits[:3] == "400" || digits[:3] == "800")
}

// cutExtension takes "转12", "ext.12", "x12", "#12" or "分机12" off the end.
func cutExtension(s string) (rest, ext string) {
	for _, word := range [...]string{"分机号", "分机", "转", "extension", "ext.", "ext", "x", "#"} {
		i := strings.LastIndex(s, word)
		if i <= 0 {
			continue
		}
		tail := strings.Trim(s[i+len(word):], " :.()-")
		if allDigits(tail) && len(tail) <= 6 {
			return strings.TrimRight(s[:i], " ,-(转"), tail
		}
	}
	return s, ""
}

// phoneDigits drops the signs people put between digits.
func phoneDigits(s, text string) (digits string, plus bool, err *Error) {
	s = strings.TrimSuffix(s, ".0") // a number cell of a spreadsheet
	if len(s) == 11 && allDigits(s) {
		return s, false, nil
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteByte(byte(r))
		case r == '+' && b.Len() == 0 && !plus:
			plus = true
		case r == ' ' || r == '-' || r == '(' || r == ')' || r == '.' || r == '·' || r == '_':
			// (0)21 after +86 is the trunk zero; landline drops it again.
		default:
			return "", false, refuse("phone_unreadable", quote(text)+"的第 "+itoa(int64(len([]rune(s[:i]))+1))+" 个字不属于电话号码", phoneHint)
		}
	}
	if b.Len() == 0 {
		return "", false, refuse("phone_unreadable", quote(text)+"不是电话号码", phoneHint)
	}
	return b.String(), plus, nil
}

// landline gives the national number without the trunk zero. Digits beyond a
// full number of a city with 8-digit numbers count as an extension.
func landline(digits, text string, p *PhoneNumber) (string, *Error) {
	switch {
	case digits == "":
		return "", refuse("phone_length", quote(text)+"没有号码", phoneHint)
	case digits[0] == '1':
		return "", refuse("phone_length", quote(text)+"有 "+itoa(int64(len(digits)))+" 位，手机号应为 11 位且第二位是 3 到 9", "请核对是否少写、多写或写错了数字")
	case digits[0] != '0' && (len(digits) == 7 || len(digits) == 8):
		return "", refuse("phone_no_area", quote(text)+"缺少区号", "请加上区号，例如 021-"+digits)
	case digits[0] != '0':
		return "", refuse("phone_unreadable", quote(text)+"不是有效的号码", phoneHint)
	}
	area := 4
	if len(digits) > 2 && (digits[1] == '1' || digits[1] == '2') {
		area = 3
		if digits[1] == '1' && digits[2] != '0' || digits[:3] == "026" {
			return "", refuse("phone_area", "区号"+digits[:3]+"不存在", phoneHint)
		}
	}
	n := len(digits) - area
	if area == 3 && n != 8 || area == 4 && n != 7 && n != 8 || n > 0 && (digits[area] == '0' || digits[area] == '1') {
		if area == 3 && n > 8 && n <= 14 && p.Extension == "" && strings.Count(Fold(text), "-") >= 2 && digits[area] > '1' {
			p.Extension = digits[11:]
			return digits[1:11], nil
		}
		return "", refuse("phone_length", quote(text)+"的位数不对", "座机应为区号加 7 或 8 位号码，例如 0571-87654321")
	}
	return digits[1:], nil
}
