// Package query answers questions over records in the company's own terms: measures, dimensions, conditions, periods. Every plan carries
// the asker's scope. Figures that are asked all the time (assignment, boards) are kept up to date by the write itself. It knows no sales
// object: what a win rate is, is a definition.
package query

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// Kind is the definition kind of measures.
const Kind = "measure"

// The measure types.
const (
	Count = "count" // rows
	Sum   = "sum"
	Avg   = "avg"
	Min   = "min"
	Max   = "max"
	Ratio = "ratio" // rows that also meet the numerator / rows; not computable without rows
)

// The units.
const (
	UnitCount = "count"
	UnitRatio = "ratio"
	UnitMoney = "money"
	UnitDays  = "days" // of a duration field, in days of 24 hours
)

var (
	types = []string{Count, Sum, Avg, Min, Max, Ratio}
	units = []string{UnitCount, UnitRatio, UnitMoney, UnitDays}
)

// Spec is a measure as written.
type Spec struct {
	Entity    string          `json:"entity"`
	Type      string          `json:"type"`
	Field     string          `json:"field,omitempty"` // sum, avg, min, max
	Where     *condition.Node `json:"where,omitempty"`
	Numerator *condition.Node `json:"numerator,omitempty"` // ratio
	Time      string          `json:"time,omitempty"`      // date or datetime to which periods apply, created_at by default
	Unit      string          `json:"unit,omitempty"`
	Dims      []string        `json:"dims,omitempty"` // fields by which it may be asked in conditions
	Kept      *KeptSpec       `json:"kept,omitempty"`
}

// KeptSpec asks that the figure is kept up to date by every write.
type KeptSpec struct {
	Dims   []string `json:"dims"`   // at most two fields
	Bucket string   `json:"bucket"` // day or none
}

// Measure is a compiled measure. Immutable.
type Measure struct {
	Name   string
	Title  definition.Text
	Spec   Spec
	Object *object.Object
	Field  *object.Field // nil for count and ratio
	Time   *object.Field
	Unit   string
	Dims   []*object.Field

	where     *condition.Cond
	numerator *condition.Cond
	kept      *keptPlan
	zone      *time.Location
}

// NewKind is the definition kind of measures. env reads the literals of conditions and gives the zone of days.
func NewKind(env *object.Env) definition.Kind {
	return definition.Kind{Name: Kind, Title: definition.Text{ZH: "指标", EN: "Measure"}, Schema: Spec{},
		Compile: func(d *definition.Definition, b *definition.Builder) any {
			if m := compileMeasure(d, b, env); m != nil {
				return m
			}
			return nil
		},
		Sentence: func(v any, _ *definition.Snapshot) string {
			if m, ok := v.(*Measure); ok {
				return m.Words()
			}
			return ""
		},
	}
}

func compileMeasure(d *definition.Definition, b *definition.Builder, env *object.Env) *Measure {
	m := &Measure{Name: d.Name, Title: d.Title}
	if !b.Decode(&m.Spec) {
		return nil
	}
	o, ok := object.Named(b, "/spec/entity", m.Spec.Entity)
	if !ok {
		return nil
	}
	m.Object = o
	if !m.compile(b.Snapshot, env, "/spec", b.Problem) {
		return nil
	}
	return m
}

// compile checks Spec against Object. What is wrong is reported with its place under at.
func (m *Measure) compile(snap *definition.Snapshot, env *object.Env, at string, report func(pointer, code, message, hint string)) bool {
	o, ok := m.Object, true
	m.zone = env.Zone
	wrong := func(pointer, code, message, hint string) {
		ok = false
		report(at+pointer, code, message, hint)
	}
	if !slices.Contains(types, m.Spec.Type) {
		wrong("/type", "unknown_type", "没有“"+m.Spec.Type+"”这种指标", orList(definition.Suggest(m.Spec.Type, types), types))
		return false
	}
	find := func(name, pointer string) *object.Field {
		f, found := o.Field(name)
		if !found {
			wrong(pointer, "unknown_field", o.Title.ZH+"没有字段“"+name+"”", definition.Suggest(name, o.Names()))
		}
		return f
	}
	switch m.Spec.Type {
	case Count, Ratio:
		if m.Spec.Field != "" {
			wrong("/field", "not_used", m.Spec.Type+" 数的是行，不用字段", "删去 field")
		}
	default:
		if m.Field = find(m.Spec.Field, "/field"); m.Field != nil && !aggregable(m.Field, m.Spec.Type) {
			wrong("/field", "not_a_number", "“"+m.Field.Title.ZH+"”不能计算 "+m.Spec.Type, "选一个数字、金额或时长字段")
		}
	}
	if m.Time = defaultTime(o); m.Spec.Time != "" {
		m.Time = find(m.Spec.Time, "/time")
	}
	if m.Time != nil && !timed(m.Time) {
		wrong("/time", "not_a_time", "“"+m.Time.Title.ZH+"”不是日期或时间", "")
	}
	if (m.Spec.Type == Ratio) != (m.Spec.Numerator != nil) {
		wrong("/numerator", "numerator", "ratio 要写 numerator，其他类型不写", "")
	}
	cond := func(n *condition.Node, pointer string) *condition.Cond {
		if n == nil {
			return nil
		}
		c, items := condition.Compile(n, condition.Scope{Snapshot: snap, Object: o, Env: env})
		for _, it := range condition.At(pointer, items) {
			if !condition.Warning(it) {
				wrong(it.Pointer, it.Code, it.Message, it.Hint)
			}
		}
		return c
	}
	m.where, m.numerator = cond(m.Spec.Where, "/where"), cond(m.Spec.Numerator, "/numerator")
	for i, n := range m.Spec.Dims {
		if f := find(n, fmt.Sprintf("/dims/%d", i)); f != nil {
			m.Dims = append(m.Dims, f)
		}
	}
	if m.Unit = m.Spec.Unit; m.Unit == "" {
		m.Unit = defaultUnit(m.Spec.Type, m.Field)
	} else if !slices.Contains(units, m.Unit) {
		wrong("/unit", "unknown_unit", "没有“"+m.Unit+"”这种单位", orList(definition.Suggest(m.Unit, units), units))
	}
	if m.Spec.Kept != nil && ok {
		m.compileKept(wrong, find)
	}
	return ok
}

// defaultTime is created_at, else the first datetime; nil when there is none.
func defaultTime(o *object.Object) *object.Field {
	if f, ok := o.Field("created_at"); ok {
		return f
	}
	for _, f := range o.Fields {
		if f.Type.Shape() == object.InstantShape {
			return f
		}
	}
	return nil
}

func orList(hint string, known []string) string {
	if hint != "" {
		return hint
	}
	return "可用：" + strings.Join(known, "、")
}

func timed(f *object.Field) bool {
	s := f.Type.Shape()
	return s == object.InstantShape || s == object.DateShape
}

func aggregable(f *object.Field, typ string) bool {
	if f.Type.Class() != object.IntClass {
		return false
	}
	if typ == Min || typ == Max {
		return true
	}
	return f.Type.Shape() == object.NumberShape
}

func defaultUnit(typ string, f *object.Field) string {
	switch {
	case typ == Ratio:
		return UnitRatio
	case f != nil && f.Type.Name() == "money":
		return UnitMoney
	case f != nil && f.Type.Name() == "duration":
		return UnitDays
	}
	return UnitCount
}

// Value turns a kept figure into the measure's number in its unit (money in the main unit). ok is false when it cannot be computed: a
// ratio or an average without rows.
func (m *Measure) Value(f Figure) (v float64, ok bool) {
	switch m.Spec.Type {
	case Ratio, Avg:
		if f.D == 0 {
			return 0, false
		}
		return m.scaled(float64(f.N) / float64(f.D)), true
	}
	return m.scaled(float64(f.N)), true
}

// scaled divides by the field's scale.
func (m *Measure) scaled(v float64) float64 {
	if m.Field == nil {
		return v
	}
	if m.Unit == UnitDays && m.Field.Type.Name() == "duration" {
		return v / object.DayMillis
	}
	for range m.Field.Type.Scale(m.Field) {
		v /= 10
	}
	return v
}

// Words reads the measure in Chinese.
func (m *Measure) Words() string {
	rows := m.Object.Title.ZH
	if m.where != nil {
		rows += "（" + m.where.Words() + "）"
	}
	by := ""
	if m.Time != nil {
		by = "，按“" + m.Time.Title.ZH + "”归入时间段"
	}
	switch m.Spec.Type {
	case Count:
		return rows + "的条数" + by
	case Ratio:
		return rows + "中" + m.numerator.Words() + "的占比" + by + "；没有数据时为 —"
	}
	return rows + "的“" + m.Field.Title.ZH + "”" + map[string]string{Sum: "合计", Avg: "平均", Min: "最小值", Max: "最大值"}[m.Spec.Type] + by
}

// ForCondition is the measure as measure leaves of conditions see it.
func (m *Measure) ForCondition() condition.Measure {
	c := condition.Measure{Name: m.Name, Title: m.Title.ZH, Unit: m.Unit, DimTitles: map[string]string{}}
	if m.Unit == UnitDays {
		c.Unit = "天"
	}
	for _, f := range m.Dims {
		c.Dims = append(c.Dims, f.Name)
		c.DimTitles[f.Name] = f.Title.ZH
	}
	return c
}

// Of finds a measure in a snapshot (or a set under construction).
func Of(s *definition.Snapshot, name string) (*Measure, bool) {
	return definition.Get[*Measure](s, Kind, name)
}

// ConditionMeasures fills what a condition's Scope needs to name measures.
func ConditionMeasures(s *definition.Snapshot) (find func(name string) (condition.Measure, bool), names []string) {
	return func(name string) (condition.Measure, bool) {
		m, ok := Of(s, name)
		if !ok {
			return condition.Measure{}, false
		}
		return m.ForCondition(), true
	}, s.Names(Kind)
}

// signature changes when kept figures of the measure would come out otherwise.
func (m *Measure) signature(fields []*object.Field, zone string) string {
	parts := []any{m.Object.Table, zone, m.Spec.Type, m.Spec.Where, m.Spec.Numerator, m.Spec.Kept}
	for _, f := range fields {
		if f != nil {
			parts = append(parts, f.Column, f.Type.Name())
		}
	}
	b, err := json.Marshal(parts)
	if err != nil {
		b = []byte(fmt.Sprint(parts...))
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:8])
}

// keyText is a dimension's value as kept figures name it; "" is empty.
func keyText(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case int64:
		return strconv.FormatInt(x, 10)
	}
	return ""
}
