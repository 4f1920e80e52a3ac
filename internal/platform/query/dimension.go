package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/region"
)

// dimension is one thing to group by. The database groups by expr, which is as fine as a field's value or a day; fold makes the groups
// asked for of it, so that weeks and provinces come out alike on both databases.
type dimension struct {
	name  string
	title string
	typ   string // of the column
	field *object.Field
	expr  string
	grain string // of a time or a region, empty for plain values
	level int
}

var (
	timeGrains   = []string{"day", "week", "month", "quarter", "year"}
	grainTitles  = map[string]string{"day": "日", "week": "周", "month": "月", "quarter": "季度", "year": "年"}
	regionGrains = []string{"country", "province", "city"}
	regionTitles = map[string]string{"country": "国家", "province": "省份", "city": "城市"}
)

// joins are the relations a plan reaches through, each once.
type joins struct {
	alias map[string]string
	part  sqlPart
}

// dimension resolves "industry", "tags.grade", "customer.industry", "region:province", "created_at:week".
func (e *Engine) dimension(en *Entity, js *joins, name, pointer string) (*dimension, error) {
	path, grain, grained := strings.Cut(name, ":")
	f, alias, title, err := e.reach(en, js, path, pointer)
	if err != nil {
		return nil, err
	}
	d := &dimension{name: name, title: title, typ: f.Type.Name(), field: f, grain: grain, expr: alias + "." + object.Quote(f.Column)}
	shape := f.Type.Shape()
	switch {
	case shape == object.OpaqueShape || shape == object.SetShape:
		return nil, invalid(pointer, "not_a_dimension", "不能按“"+title+"”分组", "选一个单值的字段")
	case !grained:
		if shape == object.InstantShape {
			return nil, invalid(pointer, "no_grain", "按时间分组要写到日、周或月", "例如 "+path+":day")
		}
	case shape == object.InstantShape || shape == object.DateShape:
		if !slices.Contains(timeGrains, grain) {
			return nil, invalid(pointer, "unknown_grain", "时间不能按“"+grain+"”分组", orList(definition.Suggest(grain, timeGrains), timeGrains))
		}
		d.typ, d.title = grain, title+"（"+grainTitles[grain]+"）"
		if shape == object.InstantShape {
			d.expr = dayExpr(d.expr, e.r.Env.Zone, e.r.Clock.Now())
		}
	case shape == object.TreeShape:
		if d.level = slices.Index(regionGrains, grain) + 1; d.level == 0 {
			return nil, invalid(pointer, "unknown_grain", "地区不能按“"+grain+"”分组", orList(definition.Suggest(grain, regionGrains), regionGrains))
		}
		d.title = title + "（" + regionTitles[grain] + "）"
	default:
		return nil, invalid(pointer, "no_grains", "“"+title+"”不分级", "写 "+path)
	}
	return d, nil
}

// reach walks a path to a field, joining what the actor may read on the way.
func (e *Engine) reach(en *Entity, js *joins, path, pointer string) (f *object.Field, alias, title string, err error) {
	o, alias, walked := en.Object, "t", ""
	for rest := path; ; {
		if f, ok := o.Field(rest); ok {
			return f, alias, title + f.Title.ZH, nil
		}
		head, tail, more := strings.Cut(rest, ".")
		hop, ok := o.Field(head)
		var next, raw *object.Object
		var hidden map[string]bool
		var scope *access.Scope
		if ok && more && hop.TargetOf() != "" {
			if raw, hidden, scope = e.object(en.snap, en.actor, hop.TargetOf()); raw != nil {
				next = raw.Without(hidden)
			}
		}
		if next == nil {
			return nil, "", "", invalid(pointer, "unknown_dimension", o.Title.ZH+"没有可分组的“"+rest+"”", definition.Suggest(rest, o.Names()))
		}
		walked += head + "."
		if js.alias[walked] == "" {
			a := "j" + strconv.Itoa(len(js.alias)+1)
			js.part.put(" LEFT JOIN " + object.Quote(next.Table) + " " + a + " ON " + a + `."id" = ` + alias + "." + object.Quote(hop.Column) + " AND " + a + `."deleted_at" IS NULL`)
			if sql, args := scope.SQL(a); sql != "" {
				js.part.put(" AND "+sql, args...)
			}
			js.alias[walked] = a
		}
		alias, title, o, rest = js.alias[walked], title+hop.Title.ZH+"的", next, tail
	}
}

// dayExpr is the civil day number of an instant column in a zone. The zone's offsets are written into the expression, so both databases
// agree with object.DayOf.
func dayExpr(col string, zone *time.Location, now time.Time) string {
	type offset struct{ from, by int64 }
	var offs []offset
	for t, end := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), now.AddDate(10, 0, 0); ; {
		_, by := t.In(zone).Zone()
		offs = append(offs, offset{t.UnixMilli(), int64(by) * 1000})
		_, next := t.In(zone).ZoneBounds()
		if next.IsZero() || next.After(end) {
			break
		}
		t = next
	}
	local := "(" + col + " + " + strconv.FormatInt(offs[0].by, 10) + ")"
	if len(offs) > 1 {
		local = "(" + col + " + CASE"
		for i := len(offs) - 1; i > 0; i-- {
			local += fmt.Sprintf(" WHEN %s >= %d THEN %d", col, offs[i].from, offs[i].by)
		}
		local += fmt.Sprintf(" ELSE %d END)", offs[0].by)
	}
	// Division cuts towards zero on both; days before 1970 want the floor.
	return fmt.Sprintf("(%s - ((%s %% %d) + %d) %% %d) / %d", local, local, object.DayMillis, object.DayMillis, object.DayMillis, object.DayMillis)
}

// fold makes the asked group of a fine one. Values are canonical: day numbers become the first day of their week, month …
func (d *dimension) fold(v any) any {
	switch x := v.(type) {
	case int64:
		if d.grain == "" {
			return v
		}
		t := time.Unix(x*86400, 0).UTC()
		switch d.grain {
		case "week":
			return x - int64((t.Weekday()+6)%7)
		case "month":
			return dayNumber(t.Year(), t.Month())
		case "quarter":
			return dayNumber(t.Year(), (t.Month()-1)/3*3+1)
		case "year":
			return dayNumber(t.Year(), time.January)
		}
	case string:
		if d.level > 0 && !strings.HasPrefix(x, "~") {
			for i, n := 0, 0; i < len(x); i++ {
				if x[i] == '.' {
					if n++; n == d.level {
						return x[:i]
					}
				}
			}
		}
	}
	return v
}

func dayNumber(y int, m time.Month) int64 {
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// show gives a group's value as JSON: weeks by their Monday, months as 2026-11, quarters as 2026Q4.
func (d *dimension) show(env *object.Env, v any) any {
	if day, ok := v.(int64); ok && d.grain != "" {
		t := time.Unix(day*86400, 0).UTC()
		switch d.grain {
		case "month":
			return t.Format("2006-01")
		case "quarter":
			return fmt.Sprintf("%dQ%d", t.Year(), (int(t.Month())+2)/3)
		case "year":
			return strconv.Itoa(t.Year())
		}
		return t.Format("2006-01-02")
	}
	return d.field.Type.JSON(d.field, env, v)
}

// cell is the condition "in this group"; v is a value as show gives it.
func (d *dimension) cell(env *object.Env, v any, p *sqlPart) error {
	if v == nil {
		p.put(d.expr + " IS NULL")
		return nil
	}
	if d.grain != "" && d.level == 0 {
		from, to, err := grainDays(d.grain, fmt.Sprint(v))
		if err != nil {
			return err
		}
		p.put("("+d.expr+" BETWEEN ? AND ?)", from, to)
		return nil
	}
	c, _, err := d.field.Type.Parse(d.field, env, v)
	if err != nil {
		text, ok := v.(string)
		if !ok || d.field.Type.Class() != object.TextClass {
			return err
		}
		c = text
	}
	if code, ok := c.(string); ok && d.level > 0 && env.Regions.Level(region.Code(code)) == d.level {
		p.put("("+d.expr+" = ? OR ("+d.expr+" >= ? AND "+d.expr+" < ?))", code, code+".", code+"/")
		return nil
	}
	p.put(d.expr+" = ?", c)
	return nil
}

func grainDays(grain, text string) (from, to int64, err error) {
	var t time.Time
	var next time.Time
	switch grain {
	case "month":
		t, err = time.Parse("2006-01", text)
		next = t.AddDate(0, 1, 0)
	case "quarter":
		var y, q int
		if _, err = fmt.Sscanf(text, "%dQ%d", &y, &q); err == nil {
			t = time.Date(y, time.Month(q*3-2), 1, 0, 0, 0, 0, time.UTC)
			next = t.AddDate(0, 3, 0)
		}
	case "year":
		t, err = time.Parse("2006", text)
		next = t.AddDate(1, 0, 0)
	default:
		t, err = time.Parse("2006-01-02", text)
		next = t.AddDate(0, 0, map[string]int{"day": 1, "week": 7}[grain])
	}
	if err != nil {
		return 0, 0, fmt.Errorf("“%s”不是一个%s", text, grainTitles[grain])
	}
	return t.Unix() / 86400, next.Unix()/86400 - 1, nil
}

// less orders groups: empty first, choices as listed, the rest by value.
func (d *dimension) less(env *object.Env, a, b any) int {
	if a == nil || b == nil {
		return boolOrder(a != nil) - boolOrder(b != nil)
	}
	switch x := a.(type) {
	case int64:
		y, _ := b.(int64)
		return cmpInt(x, y)
	case string:
		y, _ := b.(string)
		if len(d.field.Options) > 0 {
			i, j := d.place(x), d.place(y)
			if i != j {
				return i - j
			}
		}
		if d.field.TargetOf() != "" {
			return strings.Compare(d.field.Type.Words(d.field, env, x)+x, d.field.Type.Words(d.field, env, y)+y)
		}
		return strings.Compare(x, y)
	}
	return 0
}

func (d *dimension) place(v string) int {
	for i := range d.field.Options {
		if d.field.Options[i].Value == v {
			return i
		}
	}
	return len(d.field.Options)
}

func boolOrder(b bool) int {
	if b {
		return 1
	}
	return 0
}

func cmpInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
