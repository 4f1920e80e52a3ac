package region

import (
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	t.Parallel()
	tree := Load()
	for _, c := range []struct {
		text string
		code Code
		hint string // part of the hint when there is no code
	}{
		{"浙江杭州", "cn.33.3301", ""}, {"浙江省杭州市", "cn.33.3301", ""}, {"杭州", "cn.33.3301", ""}, {"杭州市", "cn.33.3301", ""},
		{"浙江 杭州 西湖区", "cn.33.3301.330106", ""}, {"浙江-杭州-西湖", "cn.33.3301.330106", ""}, {"杭州西湖区", "cn.33.3301.330106", ""}, {"中国浙江省杭州市", "cn.33.3301", ""},
		{"浙江省杭州市西湖区文三路 90 号", "cn.33.3301.330106", ""}, {"浙江义乌", "cn.33.3307.330782", ""}, {"义乌", "cn.33.3307.330782", ""}, {"昆山市", "cn.32.3205.320583", ""},
		{"上海", "cn.31", ""}, {"上海市", "cn.31", ""}, {"Shanghai", "cn.31", ""}, {"上海浦东", "cn.31.3101.310115", ""}, {"上海市市辖区浦东新区", "cn.31.3101.310115", ""}, {"浦东新区", "cn.31.3101.310115", ""},
		{"北京朝阳", "cn.11.1101.110105", ""}, {"北京市朝阳区", "cn.11.1101.110105", ""}, {"长春朝阳区", "cn.22.2201.220104", ""}, {"辽宁朝阳", "cn.21.2113", ""}, {"朝阳市", "cn.21.2113", ""},
		{"朝阳区", "", "北京 朝阳区、吉林 长春 朝阳区"}, {"朝阳", "", "北京 朝阳区"}, {"鼓楼区", "", "有多处"}, {"河北新华区", "", "有多处"},
		{"吉林", "cn.22", ""}, {"吉林市", "cn.22.2202", ""}, {"吉林 吉林", "cn.22.2202", ""}, {"海南", "cn.46", ""}, {"河北区", "cn.12.1201.120105", ""}, {"大同", "cn.14.1402", ""},
		{"恩施", "cn.42.4228", ""}, {"内蒙古", "cn.15", ""}, {"内蒙古自治区呼和浩特市", "cn.15.1501", ""}, {"广西南宁", "cn.45.4501", ""}, {"新疆", "cn.65", ""}, {"河南济源", "cn.41.4190.419001", ""}, {"重庆", "cn.50", ""}, {"重庆奉节县", "cn.50.5002.500236", ""},
		{"香港", "cn.81", ""}, {"中国香港", "cn.81", ""}, {"Hong Kong", "cn.81", ""}, {"台湾台北", "cn.71.7101", ""}, {"台北", "cn.71.7101", ""}, {"澳门", "cn.82", ""},
		{"阿联酋", "ae", ""}, {"United Arab Emirates", "ae", ""}, {"UAE", "ae", ""}, {"迪拜", "ae", ""}, {"中国", "cn", ""}, {"China", "cn", ""}, {"美国", "us", ""}, {"India", "in", ""},
		{"中东", "g.middle_east", ""}, {"东南亚", "g.southeast_asia", ""}, {"欧盟", "g.eu", ""}, {"拉美", "g.latin_america", ""}, {"非洲", "g.africa", ""},
		{"cn.33.3301", "cn.33.3301", ""}, {"330106", "cn.33.3301.330106", ""}, {"330100", "cn.33.3301", ""}, {"330000", "cn.33", ""}, {"33", "cn.33", ""}, {"ae", "ae", ""}, {"３３", "cn.33", ""},
		{"Hangzhou, Zhejiang", "", "请写"}, {"Zhejiang Hangzhou", "cn.33.3301", ""}, {"", "", "请写"}, {"火星", "", "请写"}, {"Mumbai", "", "请写"}, {"Other Cities of Maharashtra", "", "请写"}, {"Select", "", "请写"}, {"浙江火星", "", "请写"}, {"杭州南京", "", "请写"}, {"12345678901", "", "请写"}, {"No", "", "请写"}, {"99", "", "请写"}, {"...", "", "请写"},
	} {
		code, ok, hint := tree.Find(c.text)
		if code != c.code || ok != (c.code != "") || !strings.Contains(hint, c.hint) || ok && hint != "" {
			t.Errorf("Find(%q) = %q, %v, %q; want %q with hint %q", c.text, code, ok, hint, c.code, c.hint)
		}
	}
}

func TestEveryPlaceIsFoundByItsOwnNames(t *testing.T) {
	t.Parallel()
	tree := Load()
	places := 0
	for i := range tree.nodes {
		n := &tree.nodes[i]
		if n.hidden {
			continue
		}
		places++
		for _, name := range []string{tree.Name(n.code), tree.FullName(n.code), string(n.code)} {
			if got, _, hint := tree.Find(name); got != n.code {
				t.Errorf("Find(%q) = %q (%s), want %q", name, got, hint, n.code)
			}
		}
	}
	if places < 3500 {
		t.Errorf("only %d places", places)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	tree := Load()
	for code, want := range map[Code][2]string{
		"cn.33": {"浙江", "浙江省"}, "cn.33.3301": {"浙江 杭州", "浙江省杭州市"}, "cn.33.3301.330106": {"浙江 杭州 西湖区", "浙江省杭州市西湖区"},
		"cn.31": {"上海", "上海市"}, "cn.31.3101.310115": {"上海 浦东新区", "上海市浦东新区"}, "cn.31.3101": {"上海", "上海市"}, "cn.42.4228": {"湖北 恩施", "湖北省恩施土家族苗族自治州"},
		"ae": {"阿联酋", "阿联酋"}, "cn": {"中国", "中国"}, "g.middle_east": {"中东", "中东"}, "cn.99": {"", ""}, "": {"", ""},
	} {
		if got := [2]string{tree.Name(code), tree.FullName(code)}; got != want {
			t.Errorf("%q is %q, want %q", code, got, want)
		}
	}
}

func TestUnder(t *testing.T) {
	t.Parallel()
	tree := Load()
	for _, c := range []struct {
		code, in Code
		want     bool
	}{
		{"cn.33.3301", "cn.33", true}, {"cn.33", "cn.33", true}, {"cn.33", "cn.33.3301", false}, {"cn.33.3301", "cn", true}, {"cn.33.3301", "cn.3", false},
		{"ae", "g.middle_east", true}, {"cn", "g.middle_east", false}, {"cn.81.8101", "g.hmt", true}, {"cn.33.3301", "g.east_asia", true}, {"g.eu", "g.eu", true},
		{"de", "g.eu", true}, {"gb", "g.eu", false}, {"gb", "g.europe", true}, {"cn.99", "cn", false}, {"cn", "xx", false}, {"", "", false},
	} {
		if got := tree.Under(c.code, c.in); got != c.want {
			t.Errorf("Under(%q, %q) = %v", c.code, c.in, got)
		}
	}
}

func TestTreeFacts(t *testing.T) {
	t.Parallel()
	tree := Load()
	if n := len(tree.Children("")); n != 246 {
		t.Errorf("%d countries, want 246: the 249 of ISO 3166 with Hong Kong, Macau and Taiwan below cn", n)
	}
	if n := len(tree.Children("cn")); n != 34 {
		t.Errorf("%d provinces, want 34", n)
	}
	if n := len(tree.Children("cn.31")); n != 16 {
		t.Errorf("Shanghai has %d districts, want 16", n)
	}
	if n := len(tree.Expand("g.eu")); n != 27 {
		t.Errorf("the EU has %d members, want 27", n)
	}
	if e := tree.Expand("cn.33"); len(e) != 1 || e[0] != "cn.33" {
		t.Errorf("Expand of a province = %v", e)
	}
	if p := tree.Province("cn.33.3301.330106"); p != "cn.33" {
		t.Errorf("Province = %q", p)
	}
	if p := tree.Province("ae"); p != "" {
		t.Errorf("Province(ae) = %q", p)
	}
	if c := tree.Country("cn.33.3301"); c != "cn" {
		t.Errorf("Country = %q", c)
	}
}

func FuzzFind(f *testing.F) {
	tree := Load()
	for _, s := range []string{"浙江杭州", "朝阳区", "中国", "Shanghai", "330106", "\xff", "浙江省杭州市西湖区文三路"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, ok, hint := tree.Find(text)
		if ok != tree.Has(code) || ok == (hint != "") {
			t.Fatalf("Find(%q) = %q, %v, %q", text, code, ok, hint)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	tree := Load()
	b.ReportAllocs()
	for b.Loop() {
		tree.Find("浙江 杭州")
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		Load()
	}
}
