package condition

import "testing"

// BenchmarkNode reports the time of one node: the aim is below 50 ns without allocation.
func BenchmarkNode(b *testing.B) {
	w, e := readVectors(b).world(b)
	e.Row = w.byID["lead/l1"]
	for _, x := range []struct {
		name string
		n    *Node
	}{
		{"eq", Leaf("industry", "eq", "教育")},
		{"in", Leaf("industry", "in", []any{"教育", "金融", "制造"})},
		{"between", Leaf("budget", "between", []any{50000, 200000})},
		{"contains", Leaf("note", "contains", "_a")},
		{"set", Leaf("interests", "contains", "软件")},
		{"day", Leaf("visited_at", "eq", "2026-11-24")},
		{"within", Leaf("visited_at", "within", Period{Last: 30, Unit: "day"})},
		{"under", Leaf("region", "under", "浙江")},
		{"ref", Leaf("industry", "eq", Ref("seed.industry"))},
		{"path", Leaf("customer.industry", "eq", "教育")},
	} {
		c := mustCompile(b, x.n, w.scope(b))
		b.Run(x.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if ok, err := c.Match(e); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
	b.Run("tree", func(b *testing.B) {
		leaf := func() *Node { return Leaf("budget", "gte", 1) }
		c := mustCompile(b, All(leaf(), Any(Leaf("score", "lt", 0), leaf()), None(Leaf("industry", "eq", "金融"), Leaf("name", "empty", nil)), leaf(), leaf()), w.scope(b))
		nodes := 0
		c.root.each(func(*node) { nodes++ })
		b.ReportAllocs()
		for b.Loop() {
			if ok, err := c.Match(e); !ok || err != nil {
				b.Fatal(ok, err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(nodes), "ns/node")
	})
}

// BenchmarkRules measures the rules that bench/condition.go puts to expr and cel-go as well, on the same record.
func BenchmarkRules(b *testing.B) {
	w, e := readVectors(b).world(b)
	row := w.byID["lead/l1"].Clone()
	row.Set("score", int64(50))
	e.Row = row
	rich := func() *Node { return Leaf("budget", "gte", 1) }
	for _, x := range []struct {
		name string
		n    *Node
	}{
		{"one", Leaf("industry", "eq", "教育")},
		{"three", All(Leaf("industry", "in", []any{"金融", "制造", "教育"}), Leaf("budget", "between", []any{50000, 200000}))},
		{"tree", All(rich(), Any(Leaf("score", "lt", 0), rich()), None(Leaf("industry", "eq", "金融"), Leaf("name", "empty", nil)), rich(), Leaf("score", "ne", 7))},
	} {
		c := mustCompile(b, x.n, w.scope(b))
		nodes := 0
		c.root.each(func(*node) { nodes++ })
		b.Run(x.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if ok, err := c.Match(e); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(nodes), "ns/node")
			b.ReportMetric(float64(nodes), "nodes")
		})
	}
}
