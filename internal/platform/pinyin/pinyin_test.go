package pinyin

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFullAndInitials(t *testing.T) {
	t.Parallel()
	s := New()
	for text, want := range map[string][2]string{
		"重庆": {"chongqing", "cq"}, "厦门": {"xiamen", "xm"}, "张三": {"zhangsan", "zs"}, "长沙银行": {"changshayinhang", "csyh"}, "乐清": {"yueqing", "yq"},
		"三一重工": {"sanyizhonggong", "syzg"}, "ABC 科技2号": {"abckeji2hao", "akj2h"}, "２０２６年": {"2026nian", "2026n"}, "": {"", ""}, "（--）": {"", ""},
		"吕布": {"lvbu", "lb"}, "单位": {"danwei", "dw"}, "西藏": {"xizang", "xz"}, "董事长": {"dongshizhang", "dsz"},
	} {
		if got := [2]string{s.Full(text), s.Initials(text)}; got != want {
			t.Errorf("%q is spelled %q, want %q", text, got, want)
		}
	}
	for name, want := range map[string][2]string{
		"单雄信": {"shanxiongxin", "sxx"}, "仇英": {"qiuying", "qy"}, "解珍": {"xiezhen", "xz"}, "曾国藩": {"zengguofan", "zgf"}, "区家麟": {"oujialin", "ojl"},
		"尉迟恭": {"yuchigong", "ycg"}, "欧阳修": {"ouyangxiu", "oyx"}, "任重": {"renzhong", "rz"}, "查良镛": {"zhaliangyong", "zly"}, "Tom Li": {"tomli", "tl"}, "朴": {"piao", "p"},
	} {
		if got := [2]string{s.PersonFull(name), s.PersonInitials(name)}; got != want {
			t.Errorf("%q is spelled %q, want %q", name, got, want)
		}
	}
}

func TestKeySortsAsPeopleExpect(t *testing.T) {
	t.Parallel()
	s := New()
	want := []string{"1号", "Abc", "安徽", "北京", "重庆", "大连", "李", "李安", "李四", "林", "上海", "厦门", "张三", "章三"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b string) int { return strings.Compare(s.Key(a), s.Key(b)) })
	if !reflect.DeepEqual(got, want) {
		t.Errorf("sorted %v, want %v", got, want)
	}
	if s.Key("张三") == s.Key("章三") {
		t.Error("two names share a key")
	}
	if a, b := s.PersonKey("曾国藩"), s.PersonKey("张三"); a > b {
		t.Errorf("%q sorts behind %q", a, b)
	}
}

func TestEveryTableEntryHasOneReadingPerCharacter(t *testing.T) {
	t.Parallel()
	s := New()
	for _, table := range []map[string][]string{s.words, s.surnames} {
		for word, reading := range table {
			if utf8.RuneCountInString(word) != len(reading) || slices.Contains(reading, "") {
				t.Errorf("%q has the readings %q", word, reading)
			}
		}
	}
}

func FuzzKey(f *testing.F) {
	s := New()
	for _, text := range []string{"重庆", "单雄信", "ABC 科技", "\xff", "\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if k := s.PersonKey(text); !strings.Contains(k, "\x1f") || strings.Contains(k, "\x00") {
			t.Fatalf("key of %q is %q", text, k)
		}
		s.Initials(text)
	})
}
