package reader

import (
	"errors"
	"testing"
	"time"
)

func codeOf(t *testing.T, err error) string {
	t.Helper()
	var e *Error
	if err == nil {
		return ""
	}
	if !errors.As(err, &e) || e.Message == "" || e.Hint == "" {
		t.Fatalf("%v: not an *Error with message and hint", err)
	}
	return e.Code
}

func TestPhone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, e164, ext, code string }{
		{"138 0013 8000", "+8613800138000", "", ""}, {"+86-13800138000", "+8613800138000", "", ""}, {"008613800138000", "+8613800138000", "", ""},
		{"8613800138000", "+8613800138000", "", ""}, {"（+86）138-0013-8000", "+8613800138000", "", ""}, {"１３８００１３８０００", "+8613800138000", "", ""},
		{"13800138000.0", "+8613800138000", "", ""}, {"手机：13800138000", "+8613800138000", "", ""},
		{"(021)6888-1234", "+862168881234", "", ""}, {"021-68881234转12", "+862168881234", "12", ""}, {"021-68881234 ext. 12", "+862168881234", "12", ""},
		{"+86 (0)21 6888 1234", "+862168881234", "", ""}, {"+86 21 6888 1234", "+862168881234", "", ""}, {"0571-87654321", "+8657187654321", "", ""},
		{"021-68881234-801", "+862168881234", "801", ""}, {"0755 2345678", "+867552345678", "", ""}, {"400-820-8820", "+864008208820", "", ""},
		{"+971 50 123 4567", "+971501234567", "", ""}, {"00971501234567", "+971501234567", "", ""}, {"+852 2345 6789", "+85223456789", "", ""},
		{"", "", "", "phone_empty"}, {"1380013800", "", "", "phone_length"}, {"138001380000", "", "", "phone_length"}, {"12800138000", "", "", "phone_length"},
		{"68881234", "", "", "phone_no_area"}, {"13800138000/13900139000", "", "", "phone_several"}, {"1.38E+10", "", "", "phone_rounded"},
		{"call me", "", "", "phone_unreadable"}, {"026-68881234", "", "", "phone_area"}, {"021-688812345", "", "", "phone_length"}, {"+123", "", "", "phone_length"},
		{"95588", "", "", "phone_unreadable"}, {"0", "", "", "phone_length"}, {"00", "", "", "phone_length"}, {"+86", "", "", "phone_length"}, {"0086", "", "", "phone_length"},
	} {
		p, err := Phone(c.text)
		if code := codeOf(t, err); code != c.code || p.E164 != c.e164 || p.Extension != c.ext {
			t.Errorf("Phone(%q) = %+v, %v; want %s ext %q code %q", c.text, p, err, c.e164, c.ext, c.code)
		}
	}
}

func FuzzPhone(f *testing.F) {
	for _, s := range []string{"138 0013 8000", "+86 (0)21 6888 1234", "021-68881234-801", "+971 50", "00", "转1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Phone(text)
		if err != nil {
			return
		}
		again, err := Phone(p.E164)
		if err != nil || again.E164 != p.E164 {
			t.Fatalf("Phone(%q) = %s, read again %s, %v", text, p.E164, again.E164, err)
		}
	})
}

func TestEmail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want, code string }{
		{" Zhang.San@Example.COM ", "zhang.san@example.com", ""}, {"ａ＠ｂ．ｃｎ", "a@b.cn", ""}, {"mailto:a+b@c.io", "a+b@c.io", ""}, {"<a@b.cn>", "a@b.cn", ""},
		{"a@b", "", "email_unreadable"}, {"a@@b.cn", "", "email_several"}, {"a@b.cn;c@d.cn", "", "email_several"}, {"a b@c.cn", "", "email_unreadable"},
		{".a@b.cn", "", "email_unreadable"}, {"a@-b.cn", "", "email_unreadable"}, {"", "", "email_empty"}, {"a@b..cn", "", "email_unreadable"},
	} {
		got, err := Email(c.text)
		if code := codeOf(t, err); got != c.want || code != c.code {
			t.Errorf("Email(%q) = %q, %v; want %q %q", c.text, got, err, c.want, c.code)
		}
	}
}

func TestCreditCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want, code string }{
		{"91330100799655058B", "91330100799655058B", ""}, {" 9133 0100 7996 5505 8b ", "91330100799655058B", ""}, {"9144030071526726XG", "9144030071526726XG", ""},
		{"91330100799655058C", "", "credit_code_check"}, {"91330100799655085B", "", "credit_code_check"}, {"9133010079965505B", "", "credit_code_length"},
		{"9133O100799655058B", "", "credit_code_sign"}, {"330100000012345", "", "credit_code_old"}, {"", "", "credit_code_empty"}, {"91330100799655058中", "", "credit_code_sign"},
	} {
		got, err := CreditCode(c.text)
		if code := codeOf(t, err); got != c.want || code != c.code {
			t.Errorf("CreditCode(%q) = %q, %v; want %q %q", c.text, got, err, c.want, c.code)
		}
	}
}

func TestCompanySpellingsShareOneKey(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"杭州云帆科技有限公司", "杭州云帆科技有限责任公司", " 杭州 云帆科技　有限公司", "杭州云帆科技有限公司。"},
		{"阿里巴巴（中国）有限公司", "阿里巴巴(中国)有限公司", "阿里巴巴中国有限公司", "阿里巴巴【中国】有限公司"},
		{"华夏（集团）股份有限公司", "华夏集团股份公司"},
		{"ABC科技有限公司", "ａｂｃ科技有限公司"},
		{"Acme Co., Ltd.", "ACME CO LTD", "acme company limited"},
	} {
		for _, name := range same[1:] {
			if a, b := Company(same[0]), Company(name); a.Key != b.Key || a.Key == "" {
				t.Errorf("%q → %q, %q → %q; want one key", same[0], a.Key, name, b.Key)
			}
		}
	}
	for _, apart := range [][2]string{
		{"杭州云帆科技有限公司", "云帆科技有限公司"}, {"杭州云帆科技有限公司", "杭州云帆科技有限公司上海分公司"},
		{"杭州云帆科技有限公司", "宁波云帆科技有限公司"}, {"云帆有限公司", "云帆股份有限公司"}, {"云帆有限公司北京分公司", "云帆有限公司上海分公司"},
	} {
		if a, b := Company(apart[0]), Company(apart[1]); a.Key == b.Key {
			t.Errorf("%q and %q share the key %q", apart[0], apart[1], a.Key)
		}
	}
	for name, want := range map[string]CompanyName{
		"浙江省杭州市云帆科技有限公司":   {Key: "浙江省杭州市云帆科技有限公司", Core: "云帆科技", Place: "浙江杭州"},
		"云帆（上海）有限责任公司":     {Key: "云帆上海有限公司", Core: "云帆", Place: "上海"},
		"杭州云帆科技有限公司上海分公司":  {Key: "杭州云帆科技有限公司上海分公司", Core: "云帆科技", Place: "杭州", Branch: true, Head: "杭州云帆科技有限公司"},
		"中国工商银行股份有限公司西湖支行": {Key: "中国工商银行股份有限公司西湖支行", Core: "工商银行", Place: "中国", Branch: true, Head: "中国工商银行股份有限公司"},
		"招商银行上海分行":         {Key: "招商银行上海分行", Core: "招商银行上海分行", Branch: true},
		"华为集团":             {Key: "华为集团", Core: "华为"},
		"--":               {},
	} {
		if got := Company(name); got != want {
			t.Errorf("Company(%q) = %+v, want %+v", name, got, want)
		}
	}
}

func TestBool(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"是": true, "YES": true, "１": true, "已": true, " true ": true, "否": false, "no": false, "0": false, "未": false, "False": false} {
		if got, err := Bool(text); err != nil || got != want {
			t.Errorf("Bool(%q) = %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "2", "maybe", "是否"} {
		if _, err := Bool(text); codeOf(t, err) != "bool_unreadable" {
			t.Errorf("Bool(%q) was read", text)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		scale int
		want  int64
		code  string
	}{
		{"1,234", 0, 1234, ""}, {"1.5万", 0, 15000, ""}, {"-7", 0, -7, ""}, {"负七", 0, -7, ""}, {"3.0", 0, 3, ""}, {"１２", 0, 12, ""}, {"+5", 0, 5, ""},
		{"3.1415", 4, 31415, ""}, {"3.14150", 4, 31415, ""}, {"3.14159", 4, 0, "number_not_exact"}, {"3.5", 0, 0, "number_not_exact"},
		{"9223372036854775807", 0, 9223372036854775807, ""}, {"9223372036854775808", 0, 0, "number_too_large"}, {"", 0, 0, "number_empty"}, {"abc", 0, 0, "number_unreadable"},
		{"1e5", 0, 0, "number_exponential"}, {"--5", 0, 0, "number_unreadable"},
	} {
		got, err := Decimal(c.text, c.scale)
		if code := codeOf(t, err); got != c.want || code != c.code {
			t.Errorf("Decimal(%q, %d) = %d, %v; want %d %q", c.text, c.scale, got, err, c.want, c.code)
		}
	}
	for _, c := range []struct {
		text string
		want int64
		code string
	}{
		{"65.5%", 6550, ""}, {"65％", 6500, ""}, {"65", 6500, ""}, {"百分之十五", 1500, ""}, {"百分之百", 10000, ""}, {"0.5%", 50, ""}, {"-3%", -300, ""}, {"0", 0, ""},
		{"1", 100, ""}, {"0.65", 0, "percent_ambiguous"}, {"65.555%", 0, "number_not_exact"}, {"%", 0, "number_unreadable"},
	} {
		got, err := Percent(c.text, 2)
		if code := codeOf(t, err); got != c.want || code != c.code {
			t.Errorf("Percent(%q) = %d, %v; want %d %q", c.text, got, err, c.want, c.code)
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want time.Duration
		code string
	}{
		{"3天2小时", 74 * time.Hour, ""}, {"72h", 72 * time.Hour, ""}, {"30分钟", 30 * time.Minute, ""}, {"1.5小时", 90 * time.Minute, ""}, {"1d12h", 36 * time.Hour, ""},
		{"半小时", 30 * time.Minute, ""}, {"两周", 14 * 24 * time.Hour, ""}, {"1 hour 30 min", 90 * time.Minute, ""}, {"2个小时", 2 * time.Hour, ""}, {"0秒", 0, ""}, {"1小时5分10秒", time.Hour + 5*time.Minute + 10*time.Second, ""},
		{"90", 0, "duration_no_unit"}, {"", 0, "duration_empty"}, {"3个月", 0, "duration_varies"}, {"2小时3天", 0, "duration_unreadable"}, {"小时", 0, "duration_unreadable"},
		{"9999999999周", 0, "duration_too_long"}, {"-3天", 0, "duration_unreadable"}, {"3天5", 0, "duration_unreadable"},
	} {
		got, err := Duration(c.text)
		if code := codeOf(t, err); got != c.want || code != c.code {
			t.Errorf("Duration(%q) = %v, %v; want %v %q", c.text, got, err, c.want, c.code)
		}
	}
}

func TestDate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want, code string }{
		{"2026-11-24", "2026-11-24", ""}, {"2026/11/24", "2026-11-24", ""}, {"2026.1.4", "2026-01-04", ""}, {"2026年11月24日", "2026-11-24", ""}, {"2026年1月4号 星期日", "2026-01-04", ""},
		{"20261124", "2026-11-24", ""}, {"11/24/2026", "2026-11-24", ""}, {"24/11/2026", "2026-11-24", ""}, {"24 Nov 2026", "2026-11-24", ""}, {"November 24, 2026", "2026-11-24", ""},
		{"２０２６－１１－２４", "2026-11-24", ""}, {"2024-02-29", "2024-02-29", ""}, {"5/5/2026", "2026-05-05", ""},
		{"2023-02-29", "", "date_impossible"}, {"2026-13-01", "", "date_impossible"}, {"3/4/2026", "", "date_ambiguous"}, {"46350", "", "date_serial"}, {"46350.5", "", "date_serial"},
		{"24-11-26", "", "date_short_year"}, {"", "", "date_empty"}, {"明天", "", "date_unreadable"}, {"1899-01-01", "", "date_year"}, {"2026-11", "", "date_unreadable"}, {"2026--1-1", "", "date_unreadable"},
	} {
		d, err := Date(c.text)
		got := ""
		if err == nil {
			got = d.String()
		}
		if code := codeOf(t, err); got != c.want || code != c.code {
			t.Errorf("Date(%q) = %q, %v; want %q %q", c.text, got, err, c.want, c.code)
		}
	}
	if o := OrderOf([]string{"3/1/2017", "10/20/2016", ""}); o != MonthFirst {
		t.Errorf("OrderOf = %v, want MonthFirst", o)
	}
	if o := OrderOf([]string{"20/10/2016", "10/20/2016"}); o != OrderUnknown {
		t.Errorf("OrderOf a mixed column = %v, want unknown", o)
	}
	if d, err := DateIn("3/1/2017", MonthFirst); err != nil || d.String() != "2017-03-01" {
		t.Errorf("DateIn month first = %v, %v", d, err)
	}
	if d, err := DateIn("3/1/2017", DayFirst); err != nil || d.String() != "2017-01-03" {
		t.Errorf("DateIn day first = %v, %v", d, err)
	}
}

func TestDateTime(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CST", 8*3600)
	for _, c := range []struct{ text, want, code string }{
		{"2026-11-24 10:30", "2026-11-24T02:30:00Z", ""}, {"2026-11-24T10:30:15Z", "2026-11-24T10:30:15Z", ""}, {"2026-11-24T10:30:15.250+08:00", "2026-11-24T02:30:15.25Z", ""},
		{"2026年11月24日 下午3点05分", "2026-11-24T07:05:00Z", ""}, {"2026/11/24 3:05 PM", "2026-11-24T07:05:00Z", ""}, {"2026-11-24", "2026-11-23T16:00:00Z", ""},
		{"20261124103000", "2026-11-24T02:30:00Z", ""}, {"11/24/2026 23:59:59", "2026-11-24T15:59:59Z", ""}, {"2026-11-24 12:00 AM", "2026-11-23T16:00:00Z", ""},
		{"2026-11-24 10点半", "2026-11-24T02:30:00Z", ""}, {"2026-11-24 中午12:30", "2026-11-24T04:30:00Z", ""},
		{"2026-11-24 25:00", "", "time_unreadable"}, {"2026-11-24 10:60", "", "time_unreadable"}, {"2026-11-24 上午13:00", "", "time_unreadable"}, {"10:30", "", "date_empty"}, {"2026-02-30 10:00", "", "date_impossible"},
		{"2026-11-24 10:30 +99:00", "", "time_unreadable"},
	} {
		at, err := DateTime(c.text, zone)
		got := ""
		if err == nil {
			got = at.UTC().Format(time.RFC3339Nano)
		}
		if code := codeOf(t, err); got != c.want || code != c.code {
			t.Errorf("DateTime(%q) = %q, %v; want %q %q", c.text, got, err, c.want, c.code)
		}
	}
}

func FuzzDateTime(f *testing.F) {
	for _, s := range []string{"2026-11-24 10:30", "11/24/2026", "2026年11月24日 下午3点05分", "T:", "24 Nov 2026 3:05 PM", "::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, err := DateTime(text, time.UTC)
		if err == nil && (at.Year() < 1899 || at.Year() > 2200) {
			t.Fatalf("DateTime(%q) = %v", text, at)
		}
		if d, err := Duration(text); err == nil && d < 0 {
			t.Fatalf("Duration(%q) = %v", text, d)
		}
	})
}
