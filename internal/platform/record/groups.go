package record

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/region"
)

// Grouping asks for the groups of a list.
type Grouping struct {
	// By is a field, for instants and days with the span behind a colon (created_at:month), for places with a level (region:province).
	By string
	// After is the Key of the last group read.
	After string
	Limit int // 1–200, 100 when zero
	// scan overrides groupScan in tests.
	scan int
}

// Group is the rows of a list that share a value.
type Group struct {
	// Key names the group among the others; "" is that of the empty.
	Key string `json:"key"`
	// Value is the group's value as records show it; for spans the first instant or day.
	Value any `json:"value"`
	// Words is the value for people, in Chinese.
	Words string `json:"words"`
	// Filter is the condition that the rows of the group meet, besides the list's.
	Filter json.RawMessage `json:"filter"`
	Count  int             `json:"count"`
	Capped bool            `json:"count_capped"`
}

const (
	defaultGroups, maxGroups = 100, 200
	// groupScan is how many rows are read to see all groups in one pass. Of longer lists each group is found by itself, in order of its value.
	groupScan = 20_000
)

// Spans of days and instants, and levels of places, that rows may be grouped by.
var groupUnits = map[object.Shape][]string{
	object.DateShape: {"day", "week", "month", "quarter", "year"}, object.InstantShape: {"day", "week", "month", "quarter", "year"},
	object.TreeShape: {"province", "country"},
}

// MayGroup reports whether rows may be grouped by a field; unit is the span or level, empty for the usual one.
func MayGroup(f *object.Field, unit string) bool {
	shape := f.Type.Shape()
	return shape != object.OpaqueShape && shape != object.SetShape && f.Index != object.ID && (unit == "" || slices.Contains(groupUnits[shape], unit))
}

// bucket is one group as it is kept: [from, to) of canonical values; for single values to is nil and from the value, nil for the empty.
type bucket struct {
	from, to any
	count    int
}

// grouper makes buckets of a field's values.
type grouper struct {
	r    *Reader
	a    *actor.Actor
	f    *object.Field
	unit string
}

func (r *Reader) grouper(a *actor.Actor, o *object.Object, by string, hidden map[string]bool) (*grouper, error) {
	name, unit, _ := strings.Cut(by, ":")
	f, ok := o.Field(name)
	var shape object.Shape
	if ok {
		shape = f.Type.Shape()
	}
	if !ok || hidden[f.Name] || f.Hidden || !MayGroup(f, "") {
		return nil, problem.New(problem.Invalid, "invalid_group", "不能按“"+by+"”分组", problem.Item{Pointer: "/by", Code: "unknown_field", Message: "没有字段“" + name + "”，或者不能按它分组"})
	}
	if units := groupUnits[shape]; unit == "" && (shape == object.DateShape || shape == object.InstantShape) {
		unit = "month"
	} else if unit != "" && !slices.Contains(units, unit) {
		return nil, problem.New(problem.Invalid, "invalid_group", "不能按“"+by+"”分组", problem.Item{Pointer: "/by", Code: "unknown_unit", Message: "“" + f.Title.ZH + "”不能按“" + unit + "”分组", Hint: "可用：" + strings.Join(units, "、")})
	}
	return &grouper{r, a, f, unit}, nil
}

const dayMillis = int64(24 * time.Hour / time.Millisecond)

// of gives the bucket that holds a canonical value.
func (g *grouper) of(v any) bucket {
	switch {
	case v == nil || g.unit == "":
		return bucket{from: v}
	case g.f.Type.Shape() == object.TreeShape:
		return bucket{from: g.place(v.(string))}
	}
	n, _ := v.(int64)
	zone, day := g.r.Env.Zone, g.f.Type.Shape() == object.DateShape
	var at time.Time
	if day {
		zone = time.UTC
		at = time.UnixMilli(n * dayMillis).In(zone)
	} else {
		at = time.UnixMilli(n).In(zone)
	}
	y, m, d := at.Date()
	from := time.Date(y, m, d, 0, 0, 0, 0, zone)
	to := from.AddDate(0, 0, 1)
	switch g.unit {
	case "week":
		from = from.AddDate(0, 0, -(int(from.Weekday())+6)%7)
		to = from.AddDate(0, 0, 7)
	case "month":
		from = time.Date(y, m, 1, 0, 0, 0, 0, zone)
		to = from.AddDate(0, 1, 0)
	case "quarter":
		from = time.Date(y, (m-1)/3*3+1, 1, 0, 0, 0, 0, zone)
		to = from.AddDate(0, 3, 0)
	case "year":
		from = time.Date(y, 1, 1, 0, 0, 0, 0, zone)
		to = from.AddDate(1, 0, 0)
	}
	if day {
		return bucket{from: from.UnixMilli() / dayMillis, to: to.UnixMilli() / dayMillis}
	}
	return bucket{from: from.UnixMilli(), to: to.UnixMilli()}
}

// place gives the province or country of a place; what is off the tree, or above, stands for itself.
func (g *grouper) place(code string) string {
	up := g.r.Env.Regions.Country(region.Code(code))
	if g.unit == "province" {
		if p := g.r.Env.Regions.Province(region.Code(code)); p != "" {
			up = p
		}
	}
	if up == "" {
		return code
	}
	return string(up)
}

// holds tells a bucket of a place with all that lies under it. Between provinces the country stands for the rows that name nothing nearer.
func (g *grouper) holds(b bucket) bool {
	code, ok := b.from.(string)
	return ok && g.f.Type.Shape() == object.TreeShape && g.unit != "" && g.r.Env.Regions.Has(region.Code(code)) && !(g.unit == "province" && region.Code(code) == region.China)
}

func (b bucket) key() string {
	if b.from == nil {
		return ""
	}
	return fmt.Sprint(b.from)
}

// sql is the bucket as a condition on the column.
func (g *grouper) sql(b bucket) (string, []any) {
	col := "t." + object.Quote(g.f.Column)
	switch {
	case b.from == nil:
		return col + " IS NULL", nil
	case b.to != nil:
		return col + " >= ? AND " + col + " < ?", []any{b.from, b.to}
	case g.holds(b):
		// Everything under a place begins with its path.
		return "(" + col + " = ? OR " + col + " >= ? AND " + col + " < ?)", []any{b.from, b.from.(string) + ".", b.from.(string) + "/"}
	}
	return col + " = ?", []any{b.from}
}

// show gives the bucket as the API shows it.
func (g *grouper) show(ctx context.Context, b bucket) (Group, error) {
	out := Group{Key: b.key(), Value: g.f.Type.JSON(g.f, g.r.Env, b.from), Count: min(b.count, CountCap), Capped: b.count > CountCap}
	leaf := func(op string, v any) map[string]any { return map[string]any{"field": g.f.Name, "op": op, "value": v} }
	var filter any
	switch {
	case b.from == nil:
		out.Value, out.Words, filter = nil, "", map[string]any{"field": g.f.Name, "op": "empty"}
	case b.to != nil:
		out.Words = g.spanWords(b)
		filter = map[string]any{"all": []any{leaf("gte", out.Value), leaf("lt", g.f.Type.JSON(g.f, g.r.Env, b.to))}}
	case g.holds(b):
		out.Words, filter = g.f.Type.Words(g.f, g.r.Env, b.from), leaf("under", out.Value)
	default:
		out.Words, filter = g.f.Type.Words(g.f, g.r.Env, b.from), leaf("eq", out.Value)
		if target := g.f.TargetOf(); target != "" {
			names, err := g.r.Names(ctx, g.a, target, []string{out.Key})
			if err != nil {
				return out, err
			}
			if out.Words = out.Key; names[out.Key] != "" {
				out.Words = names[out.Key]
			}
		}
	}
	var err error
	out.Filter, err = json.Marshal(filter)
	return out, err
}

func (g *grouper) spanWords(b bucket) string {
	n := b.from.(int64)
	at := time.UnixMilli(n).In(g.r.Env.Zone)
	if g.f.Type.Shape() == object.DateShape {
		at = time.UnixMilli(n * dayMillis).UTC()
	}
	switch g.unit {
	case "year":
		return at.Format("2006 年")
	case "quarter":
		return fmt.Sprintf("%d 年 %d 季度", at.Year(), (int(at.Month())-1)/3+1)
	case "month":
		return at.Format("2006 年 1 月")
	case "week":
		return at.Format("2006-01-02") + " 起的一周"
	}
	return at.Format("2006-01-02")
}

// before orders buckets: choices as they are listed, spans from the newest, the rest by value; the empty last.
func (g *grouper) before(a, b bucket) int {
	switch {
	case a.from == nil || b.from == nil:
		return btoi(a.from == nil) - btoi(b.from == nil)
	case a.to != nil:
		return cmpAny(b.from, a.from)
	case g.f.Type.Shape() == object.ChoiceShape:
		if c := g.rank(a.from) - g.rank(b.from); c != 0 {
			return c
		}
	}
	return cmpAny(a.from, b.from)
}

func (g *grouper) rank(v any) int {
	i := slices.IndexFunc(g.f.Options, func(o object.Option) bool { return o.Value == v })
	if i < 0 {
		return len(g.f.Options)
	}
	return i
}

// after reads the mark of a page: the value that the last group on it begins with.
func (g *grouper) after(mark string) (any, error) {
	if g.f.Type.Class() != object.IntClass {
		return mark, nil
	}
	n, err := strconv.ParseInt(mark, 10, 64)
	if err != nil {
		return nil, problem.New(problem.Invalid, "invalid_cursor", "翻页标记无效", problem.Item{Pointer: "/after", Code: "invalid", Message: "翻页标记与分组不符", Hint: "从第一页重新开始"})
	}
	return n, nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func cmpAny(a, b any) int {
	if x, ok := a.(int64); ok {
		y, _ := b.(int64)
		return cmp.Compare(x, y)
	}
	x, _ := a.(string)
	y, _ := b.(string)
	return strings.Compare(x, y)
}

// Groups lists the groups of a list inside the actor's scope with capped counts, and whether there are more. Nothing is ever counted
// whole: short lists are read once, of long ones each value is sought behind the one before and its rows counted up to the cap.
func (r *Reader) Groups(ctx context.Context, a *actor.Actor, l List, by Grouping) (groups []Group, more bool, err error) {
	o, scope, err := r.Object(a, l.Object)
	if err != nil {
		return nil, false, err
	}
	if by.Limit == 0 {
		by.Limit = defaultGroups
	}
	if by.Limit < 1 || by.Limit > maxGroups {
		return nil, false, problem.New(problem.Invalid, "invalid_limit", "每页分组数为 1 到 200", problem.Item{Pointer: "/limit", Code: "out_of_range", Message: "每页分组数为 1 到 200"})
	}
	find, err := r.find(ctx, a, o, scope, l)
	if err != nil {
		return nil, false, err
	}
	g, err := r.grouper(a, o, by.By, find.hidden)
	if err != nil {
		return nil, false, err
	}
	limit := groupScan
	if by.scan > 0 {
		limit = by.scan
	}
	all, whole, err := g.scan(ctx, find, o, limit)
	if err != nil {
		return nil, false, err
	}
	if !whole {
		if all, err = g.seek(ctx, find, o, by); err != nil {
			return nil, false, err
		}
	}
	slices.SortFunc(all, g.before)
	if by.After != "" {
		at, err := g.after(by.After)
		if err != nil {
			return nil, false, err
		}
		last := g.of(at) // it may be gone by now
		all = slices.DeleteFunc(all, func(b bucket) bool { return g.before(b, last) <= 0 })
	}
	if more = len(all) > by.Limit; more {
		all = all[:by.Limit]
	}
	groups = make([]Group, len(all))
	for i, b := range all {
		if groups[i], err = g.show(ctx, b); err != nil {
			return nil, false, err
		}
	}
	return groups, more, nil
}

// scan sees the groups of a list that is not long in one pass; whole is false where it is longer.
func (g *grouper) scan(ctx context.Context, find *found, o *object.Object, limit int) (out []bucket, whole bool, err error) {
	rows, err := g.r.DB.Query(ctx, "SELECT t."+object.Quote(g.f.Column)+" FROM "+object.Quote(o.Table)+" t WHERE "+strings.Join(find.where, " AND ")+fmt.Sprintf(" LIMIT %d", limit+1), find.args...)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	at := map[string]int{}
	n := 0
	for rows.Next() {
		var v any
		if err := rows.Scan(&v); err != nil {
			return nil, false, err
		}
		if b, ok := v.([]byte); ok {
			v = string(b)
		}
		n++
		b := g.of(v)
		i, ok := at[b.key()]
		if !ok {
			i = len(out)
			at[b.key()] = i
			out = append(out, b)
		}
		out[i].count++
	}
	return out, n <= limit, rows.Err()
}

// seek finds the groups of a long list one behind the other: up to a page of them behind by.After, in the order of before.
func (g *grouper) seek(ctx context.Context, find *found, o *object.Object, by Grouping) ([]bucket, error) {
	var out []bucket
	enough := by.Limit + 1 // one more tells that there are more
	take := func(b bucket) (bool, error) {
		sql, args := g.sql(b)
		n, capped, err := g.r.count(ctx, o, append(slices.Clip(find.where), sql), append(slices.Clip(find.args), args...))
		if err != nil || n == 0 {
			return false, err
		}
		if b.count = n; capped {
			b.count++
		}
		out = append(out, b)
		return len(out) >= enough, nil
	}
	// Listed choices are few and their order is not that of their values; all are looked at, whatever by.After says.
	listed := g.f.Type.Shape() == object.ChoiceShape
	down := g.unit != "" && g.f.Type.Shape() != object.TreeShape
	col := "t." + object.Quote(g.f.Column)
	var last any
	if by.After != "" && !listed {
		at, err := g.after(by.After)
		if err != nil {
			return nil, err
		}
		last = at
		out = append(out, g.of(last)) // Groups leaves it out again
		enough++
		if last = out[0].from; g.holds(out[0]) {
			last = last.(string) + "/"
		}
	}
	for {
		where, args := append(slices.Clip(find.where), col+" IS NOT NULL"), slices.Clip(find.args)
		order := " ASC"
		if down {
			order = " DESC"
		}
		if last != nil {
			if down {
				where = append(where, col+" < ?")
			} else {
				where = append(where, col+" > ?")
			}
			args = append(args, last)
		}
		var v any
		rows, err := g.r.DB.Query(ctx, "SELECT "+col+" FROM "+object.Quote(o.Table)+" t WHERE "+strings.Join(where, " AND ")+" ORDER BY "+col+order+" LIMIT 1", args...)
		if err != nil {
			return nil, err
		}
		some := rows.Next()
		if some {
			err = rows.Scan(&v)
		}
		if err := firstOf(err, rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
		if !some {
			break
		}
		if b, ok := v.([]byte); ok {
			v = string(b)
		}
		b := g.of(v)
		full, err := take(b)
		if err != nil {
			return nil, err
		}
		if last = b.from; !down {
			last = v
			if g.holds(b) {
				last = b.from.(string) + "/" // behind all that is under the place
			}
		}
		if full && !listed {
			return out, nil
		}
	}
	_, err := take(bucket{})
	return out, err
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
