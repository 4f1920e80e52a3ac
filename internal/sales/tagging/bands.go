package tagging

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"baton/internal/platform/object"
)

// band is the half-open range [lo, hi) of canonical integers.
type band struct {
	value  string
	lo, hi int64
	edge   int // position in the spec
}

func (d *Dimension) band(n int64) (int, bool) {
	for i := range d.bands {
		if b := &d.bands[i]; n >= b.lo && (n < b.hi || b.hi == math.MaxInt64) {
			return i, true
		}
	}
	return 0, false
}

func (c *compiler) bands() {
	spec := c.d.Spec.Bands
	f := c.field("/spec/bands/field", spec.Field)
	if f == nil {
		return
	}
	if f.Type.Shape() != object.NumberShape {
		c.b.Problem("/spec/bands/field", "wrong_type", "分档要用数字或金额字段，“"+f.Title.ZH+"”不是", "")
		return
	}
	c.d.bandField = f
	if spec.Unknown != "" {
		c.value("/spec/bands/unknown", spec.Unknown)
	}
	if len(spec.Edges) == 0 {
		c.b.Problem("/spec/bands/edges", "no_bands", "至少要有一档", "")
	}
	for i, e := range spec.Edges {
		at := fmt.Sprintf("/spec/bands/edges/%d", i)
		c.value(at+"/value", e.Value)
		b, ok := c.band(at, f, e)
		if !ok {
			continue
		}
		b.edge = i
		c.d.bands = append(c.d.bands, b)
	}
	slices.SortStableFunc(c.d.bands, func(a, b band) int { return cmp.Compare(a.lo, b.lo) })
	c.joins(f)
}

// band reads one edge's bounds exactly; gt and lte move by one of the smallest unit.
func (c *compiler) band(at string, f *object.Field, e Edge) (band, bool) {
	b := band{value: e.Value, lo: math.MinInt64, hi: math.MaxInt64}
	ok := true
	read := func(key string, n *json.Number, plus int64, into *int64) {
		if n == nil {
			return
		}
		v, _, err := f.Type.Parse(f, c.base.Env, *n)
		x, isInt := v.(int64)
		if err != nil || !isInt {
			message := "这里需要一个数字"
			if err != nil {
				message = err.Error()
			}
			c.b.Problem(at+"/"+key, "bad_number", message, "")
			ok = false
			return
		}
		*into = x + plus
	}
	if e.GT != nil && e.GTE != nil {
		c.b.Problem(at+"/gt", "two_bounds", "gt 和 gte 只能写一个", "")
		ok = false
	}
	if e.LT != nil && e.LTE != nil {
		c.b.Problem(at+"/lt", "two_bounds", "lt 和 lte 只能写一个", "")
		ok = false
	}
	read("gt", e.GT, 1, &b.lo)
	read("gte", e.GTE, 0, &b.lo)
	read("lt", e.LT, 0, &b.hi)
	read("lte", e.LTE, 1, &b.hi)
	if ok && b.lo >= b.hi {
		c.b.Problem(at, "empty_band", "“"+e.Value+"”这一档里没有任何数", "检查上下限")
		ok = false
	}
	return b, ok
}

// joins reports where two bands overlap, where a number between bands has none, and open ends that are missing.
func (c *compiler) joins(f *object.Field) {
	if len(c.d.bands) != len(c.d.Spec.Bands.Edges) || len(c.d.bands) == 0 {
		return // a broken edge has been reported; its neighbours would only repeat it
	}
	at := func(b band) string { return fmt.Sprintf("/spec/bands/edges/%d", b.edge) }
	words := func(n int64) string { return f.Type.Words(f, c.base.Env, n) }
	first, last := c.d.bands[0], c.d.bands[len(c.d.bands)-1]
	if first.lo > 0 {
		c.b.Problem(at(first), "gap", "低于 "+words(first.lo)+" 的没有归入任何一档", "去掉“"+first.value+"”的下限，或在前面加一档")
	}
	for i := 1; i < len(c.d.bands); i++ {
		a, b := c.d.bands[i-1], c.d.bands[i]
		switch {
		case a.hi > b.lo:
			c.b.Problem(at(b), "overlap", "“"+a.value+"”和“"+b.value+"”重叠：都包含 "+words(b.lo), "相邻两档，一档写“小于”，另一档写“不少于”；或一档“不超过”，另一档“大于”")
		case a.hi < b.lo:
			place := words(a.hi)
			if a.hi < b.lo-1 {
				place += " 到 " + words(b.lo-1)
			}
			c.b.Problem(at(b), "gap", "“"+a.value+"”和“"+b.value+"”之间有空档："+place+" 没有归入任何一档", "相邻两档，一档写“小于”，另一档写“不少于”；或一档“不超过”，另一档“大于”")
		}
	}
	if last.hi != math.MaxInt64 {
		c.b.Problem(at(last), "gap", words(last.hi)+" 及以上的没有归入任何一档", "去掉“"+last.value+"”的上限，或在后面加一档")
	}
}
