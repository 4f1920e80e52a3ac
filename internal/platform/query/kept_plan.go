package query

import (
	"fmt"
	"math"
	"strings"
	"time"

	"baton/internal/platform/condition"
	"baton/internal/platform/object"
)

// keptPlan is how a measure's figures are kept. A row's part in them depends on nothing but the row.
type keptPlan struct {
	dims      [2]*object.Field
	day       bool
	signature string
}

// noDay is the bucket of rows whose time is empty: they count only where no period is asked.
const noDay = math.MinInt64

// Figure is a kept figure: rows, sum, or the numerator in N; rows, or rows with a value, in D.
type Figure struct{ N, D int64 }

// Ratio is N/D, not ok without rows.
func (f Figure) Ratio() (float64, bool) {
	if f.D == 0 {
		return 0, false
	}
	return float64(f.N) / float64(f.D), true
}

func (f Figure) plus(g Figure) Figure { return Figure{f.N + g.N, f.D + g.D} }
func (f Figure) minus() Figure        { return Figure{-f.N, -f.D} }

// bucket is where a row counts.
type bucket struct {
	k1, k2 string
	day    int64
}

func (m *Measure) compileKept(wrong func(pointer, code, message, hint string), find func(name, at string) *object.Field) {
	k, p := m.Spec.Kept, &keptPlan{}
	at := "/kept"
	if m.Spec.Type == Min || m.Spec.Type == Max {
		wrong(at, "not_keepable", "最小值和最大值不能随写入增减，不能保持", "去掉 kept，用时再算")
		return
	}
	if len(k.Dims) > 2 {
		wrong(at+"/dims", "too_many", "最多按两个字段保持", "")
		return
	}
	if k.Bucket != "day" && k.Bucket != "none" {
		wrong(at+"/bucket", "unknown_bucket", "没有“"+k.Bucket+"”这种归期", "可用：day、none")
		return
	}
	p.day = k.Bucket == "day"
	fields := []*object.Field{m.Field, m.Time}
	for i, n := range k.Dims {
		f := find(n, fmt.Sprintf("%s/dims/%d", at, i))
		if f == nil {
			return
		}
		if s := f.Type.Shape(); s == object.SetShape || s == object.OpaqueShape || volatile(f) {
			wrong(fmt.Sprintf("%s/dims/%d", at, i), "not_keepable", "不能按“"+f.Title.ZH+"”保持", "")
			return
		}
		p.dims[i] = f
		fields = append(fields, f)
	}
	if volatile(m.Time) {
		wrong("/time", "not_keepable", "“"+m.Time.Title.ZH+"”每次写入都变，不能按它保持", "")
	}
	for _, part := range []struct {
		at   string
		node *condition.Node
		cond *condition.Cond
	}{{"/where", m.Spec.Where, m.where}, {"/numerator", m.Spec.Numerator, m.numerator}} {
		if part.cond == nil {
			continue
		}
		if why := m.impure(part.node, part.cond); why != "" {
			wrong(part.at, "not_keepable", "保持的指标里，条件只能看记录自己的字段和固定的值："+why, "去掉 kept，或改写条件")
		}
		fields = append(fields, part.cond.Fields()...)
	}
	p.signature = m.signature(fields, m.zone.String())
	m.kept = p
}

// volatile fields are set after the steps of a write have run.
func volatile(f *object.Field) bool {
	if !f.System {
		return false
	}
	switch f.Index {
	case object.Version, object.UpdatedAt, object.UpdatedBy, object.Hints, object.DeletedAt:
		return true
	}
	return false
}

// impure says why a condition depends on more than the row.
func (m *Measure) impure(n *condition.Node, c *condition.Cond) string {
	for _, f := range c.Fields() {
		if f.Object != m.Object.Name {
			return "“" + f.Title.ZH + "”属于别的对象"
		}
		if volatile(f) {
			return "“" + f.Title.ZH + "”每次写入都变"
		}
	}
	var walk func(n *condition.Node) string
	walk = func(n *condition.Node) string {
		switch n.Kind {
		case condition.KindSome, condition.KindMeasure:
			return "用到了别的记录"
		case condition.KindLeaf:
			f, ok := m.Object.Field(n.Field)
			_, ref := n.Value.(map[string]any)
			switch {
			case !ok:
				return "“" + n.Field + "”经过别的记录"
			case n.Op == "within" || ref || strings.Contains(fmt.Sprint(n.Value), "map["):
				return "“" + f.Title.ZH + "”与时刻比较"
			case (n.Op == "under" || n.Op == "not_under") && f.Type.Shape() == object.RefShape:
				return "“" + f.Title.ZH + "”看的是上下级"
			}
		}
		for _, k := range n.Children {
			if why := walk(k); why != "" {
				return why
			}
		}
		return ""
	}
	return walk(n)
}

// contribution is a row's part in the kept figures; ok is false when it has none.
func (m *Measure) contribution(r *object.Row) (b bucket, f Figure, ok bool, err error) {
	if r == nil || r.V[object.DeletedAt] != nil {
		return b, f, false, nil
	}
	env := condition.Env{Row: r, Zone: m.zone}
	if m.where != nil {
		if in, err := m.where.Match(&env); err != nil || !in {
			return b, f, false, err
		}
	}
	switch m.Spec.Type {
	case Count:
		f.N = 1
	case Ratio:
		f.D = 1
		in, err := m.numerator.Match(&env)
		if err != nil {
			return b, f, false, err
		}
		if in {
			f.N = 1
		}
	default:
		v, has := r.V[m.Field.Index].(int64)
		if !has {
			return b, f, false, nil
		}
		f = Figure{v, 1}
	}
	if d := m.kept.dims[0]; d != nil {
		b.k1 = keyText(r.V[d.Index])
	}
	if d := m.kept.dims[1]; d != nil {
		b.k2 = keyText(r.V[d.Index])
	}
	if m.kept.day {
		b.day = noDay
		if t, has := r.V[m.Time.Index].(int64); has {
			b.day = t
			if m.Time.Type.Shape() == object.InstantShape {
				b.day = object.DayOf(time.UnixMilli(t), m.zone)
			}
		}
	}
	return b, f, true, nil
}

// days gives a period as first and last day; ok is false when it does not fall on days.
func days(p *condition.Period, now time.Time, zone *time.Location) (from, to int64, ok bool) {
	if p == nil {
		return noDay, math.MaxInt64, true
	}
	if p.Unit == "hour" || p.Unit == "minute" || p.This == "hour" || p.This == "minute" || p.Previous == "hour" || p.Previous == "minute" {
		return 0, 0, false
	}
	a, b := p.Range(now, zone)
	from, to = noDay+1, math.MaxInt64
	if !a.IsZero() {
		from = object.DayOf(a, zone)
	}
	if !b.IsZero() {
		to = object.DayOf(b, zone) - 1
	}
	return from, to, true
}
