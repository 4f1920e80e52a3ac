package reader

import "strings"

const emailHint = "请写成 name@example.com"

// Email reads one e-mail address and gives it in lower case, the form in which
// addresses are compared.
func Email(text string) (string, error) {
	s := strings.ToLower(Fold(text))
	s = strings.TrimPrefix(s, "mailto:")
	if strings.HasPrefix(s, "<") && strings.HasSuffix(s, ">") {
		s = s[1 : len(s)-1]
	}
	if s == "" {
		return "", refuse("email_empty", "邮箱是空的", emailHint)
	}
	if strings.Count(s, "@") > 1 || strings.ContainsAny(s, ",;、") {
		return "", refuse("email_several", quote(text)+"里有多个邮箱", "请只留一个，其余写入备注")
	}
	local, domain, ok := strings.Cut(s, "@")
	if !ok || !localPart(local) || !domainName(domain) || len(s) > 254 {
		return "", refuse("email_unreadable", quote(text)+"不是邮箱地址", emailHint)
	}
	return s, nil
}

func localPart(s string) bool {
	if s == "" || len(s) > 64 || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !isDigit(c) && (c < 'a' || c > 'z') && !strings.ContainsRune(".!#$%&'*+/=?^_`{|}~-", rune(c)) {
			return false
		}
	}
	return true
}

func domainName(s string) bool {
	labels := 0
	for label := range strings.SplitSeq(s, ".") {
		labels++
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if r < 0x80 && r != '-' && !isDigit(byte(r)) && (r < 'a' || r > 'z') || r >= 0x80 && (r < 0x3400 || r > 0x9fff) {
				return false
			}
		}
	}
	last := s[strings.LastIndexByte(s, '.')+1:]
	return labels > 1 && len(last) > 1 && !isDigit(last[0])
}
