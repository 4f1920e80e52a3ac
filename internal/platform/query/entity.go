package query

import (
	"strconv"
	"strings"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
)

// Entity is what a query asks about, as one actor may see it: the records of an object, or the history of one of its tracked fields, each
// row a stay of a record in a value. It cannot be made without an actor, and every plan over it stays inside the actor's scope.
type Entity struct {
	Name   string
	Object *object.Object // its fields, those hidden from the actor left out
	Base   *object.Object // whose records stand behind it

	snap    *definition.Snapshot
	actor   *actor.Actor
	scope   *access.Scope
	history *History
	field   *object.Field
	records *condition.Cond
}

// History asks for the stays of records in the values of a tracked field: record, value, previous, entered_at, left_at, first (first entry
// into this value), stay (left_at − entered_at), and owner and org_unit as they were at the entry.
type History struct {
	Object, Field string
	// Ladder orders values. It adds rank (the value's place on it, from 0; empty for values that are not on it) and before (the highest rank
	// of the record's earlier stays, -1 for none), so that "rank ≥ i and before < i" is the entry by which a record first came to i or beyond.
	Ladder []string
	// Records limits whose history it is; a condition on the object.
	Records *condition.Node
}

// Entity finds an object, or a history by the name "lead.stage".
func (e *Engine) Entity(a *actor.Actor, name string) (*Entity, error) {
	snap := e.r.Defs.Current()
	objectName, field, history := strings.Cut(name, ".")
	base, hidden, scope := e.object(snap, a, objectName)
	if base == nil {
		return nil, invalid("/entity", "unknown_entity", "没有对象“"+name+"”", definition.Suggest(name, e.readable(snap, a)))
	}
	if history {
		return e.history(snap, a, base, hidden, scope, &History{Object: objectName, Field: field})
	}
	return &Entity{Name: name, Object: base.Without(hidden), Base: base, snap: snap, actor: a, scope: scope}, nil
}

// History makes the entity of a history.
func (e *Engine) History(a *actor.Actor, h History) (*Entity, error) {
	snap := e.r.Defs.Current()
	base, hidden, scope := e.object(snap, a, h.Object)
	if base == nil {
		return nil, invalid("/entity", "unknown_entity", "没有对象“"+h.Object+"”", definition.Suggest(h.Object, e.readable(snap, a)))
	}
	return e.history(snap, a, base, hidden, scope, &h)
}

// object gives an object the actor may read something of, nil otherwise.
func (e *Engine) object(snap *definition.Snapshot, a *actor.Actor, name string) (*object.Object, map[string]bool, *access.Scope) {
	o, ok := object.Of(snap, name)
	if !ok {
		return nil, nil, nil
	}
	scope := e.r.Access.Scope(snap, a, o.Name, access.Read)
	if scope.Nothing() {
		return nil, nil, nil
	}
	return o, e.r.Access.Hidden(snap, a, o.Name), scope
}

func (e *Engine) readable(snap *definition.Snapshot, a *actor.Actor) []string {
	var out []string
	for _, n := range snap.Names(object.Kind) {
		if o, _, _ := e.object(snap, a, n); o != nil {
			out = append(out, n)
		}
	}
	return out
}

func (e *Engine) history(snap *definition.Snapshot, a *actor.Actor, base *object.Object, hidden map[string]bool, scope *access.Scope, h *History) (*Entity, error) {
	name := base.Name + "." + h.Field
	seen := base.Without(hidden)
	f, ok := seen.Field(h.Field)
	if !ok || !f.Track {
		var tracked []string
		for _, f := range seen.Fields {
			if f.Track {
				tracked = append(tracked, base.Name+"."+f.Name)
			}
		}
		return nil, invalid("/entity", "unknown_entity", "“"+name+"”没有变更历史", definition.Suggest(name, tracked))
	}
	text := func(zh, en string) definition.Text { return definition.Text{ZH: zh, EN: en} }
	typ, target := f.Type.Name(), f.Target
	if f.Type.Class() != object.TextClass {
		typ = "text" // history keeps values as text
	}
	fields := []object.FieldSpec{
		{Name: "record", Title: base.Title, Type: "relation", Target: base.Name},
		{Name: "value", Title: f.Title, Type: typ, Target: target, Options: f.Options, Open: true},
		{Name: "previous", Title: text("之前的"+f.Title.ZH, "Previous"), Type: typ, Target: target, Options: f.Options, Open: true},
		{Name: "entered_at", Title: text("进入时间", "Entered"), Type: "datetime"},
		{Name: "left_at", Title: text("离开时间", "Left"), Type: "datetime"},
		{Name: "first", Title: text("首次进入", "First entry"), Type: "boolean"},
		{Name: "owner", Title: text("当时负责人", "Owner then"), Type: "person"},
		{Name: "org_unit", Title: text("当时所属组织", "Org unit then"), Type: "org_unit"},
		{Name: "stay", Title: text("停留时长", "Stay"), Type: "duration"},
		{Name: "rank", Title: text("所在步骤", "Step"), Type: "integer"},
		{Name: "before", Title: text("此前最远步骤", "Furthest step before"), Type: "integer"},
	}
	if h.Ladder == nil {
		fields = fields[:len(fields)-2]
	}
	out := &Entity{Name: name, Base: base, snap: snap, actor: a, scope: scope, history: h, field: f,
		Object: object.Virtual(name, text(base.Title.ZH+f.Title.ZH+"的停留", base.Title.EN+" "+f.Title.EN+" stays"), fields).Without(hidden)}
	if h.Records != nil {
		cond, err := e.where(out, seen, h.Records, "/where")
		if err != nil {
			return nil, err
		}
		out.records = cond
	}
	return out, nil
}

// where compiles a condition over o as the actor may see things: hidden fields and objects out of reach do not exist.
func (e *Engine) where(en *Entity, o *object.Object, n *condition.Node, pointer string) (*condition.Cond, error) {
	cond, items := condition.Compile(n, condition.Scope{Snapshot: en.snap, Object: o, Env: e.r.Env, Refs: record.MeRefs(en.snap), RefTitles: record.MeTitles,
		Hidden: func(name string) map[string]bool { return e.r.Access.Hidden(en.snap, en.actor, name) },
		Limit:  func(name string) condition.Limit { return e.r.Access.Scope(en.snap, en.actor, name, access.Read) }})
	var bad []problem.Item
	for _, it := range condition.At(pointer, items) {
		if !condition.Warning(it) {
			bad = append(bad, it)
		}
	}
	if cond != nil && len(cond.Measures()) > 0 {
		bad = append(bad, problem.Item{Pointer: pointer, Code: "measure_in_filter", Message: "筛选里不能比较指标", Hint: "把指标放进 measures，再按它排序"})
	}
	if len(bad) > 0 {
		return nil, problem.New(problem.Invalid, "invalid_query", "查询条件有误", bad...)
	}
	return cond, nil
}

// sqlPart is SQL with the values bound in it, in order.
type sqlPart struct {
	b    strings.Builder
	args []any
}

func (p *sqlPart) put(sql string, args ...any) {
	p.b.WriteString(sql)
	p.args = append(p.args, args...)
}

// from writes the FROM item of the entity as t, and what must hold of it. Deleted records and records out of scope are not in it.
func (en *Entity) from(e *Engine, env *condition.Env, from, where *sqlPart) error {
	if en.history == nil {
		from.put(object.Quote(en.Base.Table) + " t")
		where.put(`t."deleted_at" IS NULL`)
		if sql, args := en.scope.SQL("t"); sql != "" {
			where.put(" AND "+sql, args...)
		}
		return nil
	}
	h := en.history
	from.put("(")
	if h.Ladder != nil {
		from.put(`SELECT x.*, COALESCE(MAX(x."rank") OVER (PARTITION BY x."record" ORDER BY x."entered_at", x."written_at" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), -1) AS "before" FROM (`)
	}
	from.put(`SELECT k."record_id" AS "record", k."value" AS "value", k."prev" AS "previous", k."entered_at" AS "entered_at", k."left_at" AS "left_at", k."first" AS "first", k."owner" AS "owner", k."org_unit" AS "org_unit", ` +
		`k."left_at" - k."entered_at" AS "stay", k."written_at" AS "written_at"`)
	if h.Ladder != nil {
		from.put(`, CASE k."value"`)
		for i, v := range h.Ladder {
			from.put(" WHEN ? THEN "+strconv.Itoa(i), v)
		}
		from.put(` END AS "rank"`)
	}
	from.put(` FROM "track" k JOIN `+object.Quote(en.Base.Table)+` r ON r."id" = k."record_id" WHERE k."object" = ? AND k."field" = ? AND r."deleted_at" IS NULL`, en.Base.Name, en.field.ID)
	if sql, args := en.scope.SQL("r"); sql != "" {
		from.put(" AND "+sql, args...)
	}
	if en.records != nil {
		sql, args, err := en.records.SQL(e.r.DB.Dialect(), "r", env)
		if err != nil {
			return err
		}
		from.put(" AND "+sql, args...)
	}
	if h.Ladder != nil {
		from.put(") x")
	}
	from.put(") t")
	where.put("TRUE")
	return nil
}

func invalid(pointer, code, message, hint string) *problem.Problem {
	return problem.New(problem.Invalid, "invalid_query", "查询有误："+message, problem.Item{Pointer: pointer, Code: code, Message: message, Hint: hint})
}
