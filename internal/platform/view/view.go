// Package view keeps how people look at an object's records: as which list or board, with which columns, conditions, order and groups. What
// the company decides is a definition of kind view, published like any other; what a person keeps for themselves is a row.
//
// A view opens no rights: it is a question, and whoever asks it gets what they may see. It knows nothing of any particular object.
package view

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/access"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
)

// Kind is the definition kind of shared views.
const Kind = "view"

// The kinds of views.
const (
	ListKind   = "list"
	KanbanKind = "kanban"
)

// Column is one column of a list. Field is a field, a path through one relation (customer.industry), or one of the page's own columns.
type Column struct {
	Field string `json:"field"`
	Width int    `json:"width,omitempty"` // pixels, 60–800; the page's choice when zero
}

// Spec is a view as written.
type Spec struct {
	Object string `json:"object"`
	// Kind is list, the default, or kanban.
	Kind    string   `json:"kind,omitempty"`
	Columns []Column `json:"columns,omitempty"`
	// Filter is a condition; it may name the asker ({"ref": "me.id"}).
	Filter json.RawMessage `json:"filter,omitempty"`
	// Sort are fields, the first counts first; - before one for descending, :last behind an ascending one to put the empty at the end.
	Sort []string `json:"sort,omitempty"`
	// Group is a field, for days and instants with a span (created_at:month), for places with a level (region:province).
	Group string `json:"group,omitempty"`
	// Words are searched for.
	Words string `json:"words,omitempty"`
	// By is the choice field whose values are the columns of a kanban.
	By string `json:"by,omitempty"`
	// Order is the place among the object's tabs.
	Order int `json:"order,omitempty"`
	// Aside views stand among the tabs only while one looks at them.
	Aside bool `json:"aside,omitempty"`
}

// The page's own columns: the tags, the running countdown, the age.
var special = []string{"title", "tags", "countdown", "age"}

const (
	maxColumns = 60
	maxSort    = 8
)

// NewKind is the definition kind of shared views.
func NewKind(env *object.Env) definition.Kind {
	return definition.Kind{Name: Kind, Title: definition.Text{ZH: "视图", EN: "View"}, Schema: Spec{}, Compile: func(d *definition.Definition, b *definition.Builder) any {
		v := &Spec{}
		if !b.Decode(v) {
			return nil
		}
		items := check(v, condition.Scope{Snapshot: b.Snapshot, Env: env})
		for _, it := range items {
			b.Problem("/spec"+it.Pointer, it.Code, it.Message, it.Hint)
		}
		if len(items) > 0 {
			return nil
		}
		return v
	}}
}

// check tells what in a view does not hold; scope limits what may be named.
func check(v *Spec, scope condition.Scope) (out []problem.Item) {
	bad := func(pointer, code, message, hint string) {
		out = append(out, problem.Item{Pointer: pointer, Code: code, Message: message, Hint: hint})
	}
	o, ok := object.Of(scope.Snapshot, v.Object)
	if !ok {
		bad("/object", "unknown_object", "没有对象“"+v.Object+"”", definition.Suggest(v.Object, scope.Snapshot.Names(object.Kind)))
		return out
	}
	if v.Kind != "" && v.Kind != ListKind && v.Kind != KanbanKind {
		bad("/kind", "unknown_kind", "没有“"+v.Kind+"”这种视图", "可用：list、kanban")
	}
	find := func(pointer, name string, reach bool) *object.Field {
		head, rest, far := strings.Cut(name, ".")
		from := o
		if far && reach {
			if f, ok := field(scope, o, name); ok {
				return f // tags.x
			}
			via, ok := field(scope, o, head)
			if ok && via.TargetOf() != "" {
				if target, ok := object.Of(scope.Snapshot, via.TargetOf()); ok && (scope.Limit == nil || !scope.Limit(target.Name).Nothing()) {
					from, name = target, rest
				}
			}
		}
		f, ok := field(scope, from, name)
		if !ok {
			bad(pointer, "unknown_field", from.Title.ZH+"没有字段“"+name+"”", definition.Suggest(name, from.Names()))
			return nil
		}
		return f
	}
	if len(v.Columns) > maxColumns {
		bad("/columns", "too_many", fmt.Sprintf("最多 %d 列", maxColumns), "")
	}
	seen := map[string]bool{}
	for i, c := range v.Columns {
		at := fmt.Sprintf("/columns/%d", i)
		if seen[c.Field] {
			bad(at+"/field", "duplicate", "列“"+c.Field+"”写了两次", "")
		}
		seen[c.Field] = true
		if !slices.Contains(special, c.Field) {
			find(at+"/field", c.Field, true)
		}
		if c.Width != 0 && (c.Width < 60 || c.Width > 800) {
			bad(at+"/width", "out_of_range", "列宽为 60 到 800", "")
		}
	}
	if len(v.Sort) > maxSort {
		bad("/sort", "out_of_range", fmt.Sprintf("最多按 %d 个字段排序", maxSort), "")
	}
	for i, s := range v.Sort {
		for _, k := range record.ReadSort(s) {
			if f := find(fmt.Sprintf("/sort/%d", i), k.Field, false); f != nil && f.Type.Shape() == object.OpaqueShape {
				bad(fmt.Sprintf("/sort/%d", i), "unknown_field", "不能按“"+f.Title.ZH+"”排序", "")
			}
		}
	}
	if v.Group != "" {
		name, unit, _ := strings.Cut(v.Group, ":")
		if f := find("/group", name, false); f != nil && !record.MayGroup(f, unit) {
			bad("/group", "invalid_group", "不能按“"+v.Group+"”分组", "")
		}
	}
	if v.By != "" {
		if f := find("/by", v.By, false); f != nil && f.Type.Name() != "choice" {
			bad("/by", "wrong_type", "看板按单选字段分列，“"+f.Title.ZH+"”不是", "")
		}
	}
	if len(v.Filter) > 0 && string(v.Filter) != "null" {
		n, err := condition.Parse(v.Filter)
		if p := problem.As(err); p != nil {
			out = append(out, condition.At("/filter", p.Items)...)
		} else if err == nil {
			scope.Object, scope.Refs, scope.RefTitles = o, record.MeRefs(scope.Snapshot), record.MeTitles
			c, items := condition.Compile(n, scope)
			for _, it := range condition.At("/filter", items) {
				if !condition.Warning(it) {
					out = append(out, it)
				}
			}
			if c != nil && len(c.Measures()) > 0 {
				bad("/filter", "measure_in_filter", "视图的条件里不能比较指标", "")
			}
		}
	}
	return out
}

func field(scope condition.Scope, o *object.Object, name string) (*object.Field, bool) {
	f, ok := o.Field(name)
	return f, ok && !f.Hidden && (scope.Hidden == nil || !scope.Hidden(o.Name)[f.Name])
}

// View is one view of an object as somebody has it.
type View struct {
	ID     string          `json:"id"`
	Title  definition.Text `json:"title"`
	Shared bool            `json:"shared"`
	Spec   json.RawMessage `json:"spec"`
}

// Tabs are how a person has an object's views.
type Tabs struct {
	Order []string `json:"order" doc:"ids of views, first to last; others follow"`
	// Default opens first; empty is the page's choice.
	Default string `json:"default"`
}

// Shared lists the company's views of an object whose every part the actor may see, in their order.
func (b *Book) Shared(ctx context.Context, who *asker) []View {
	out := []View{}
	type placed struct {
		View
		order int
	}
	var all []placed
	for _, name := range who.snap.Names(Kind) {
		v, ok := definition.Get[*Spec](who.snap, Kind, name)
		d, known := who.snap.Definition(Kind, name)
		if !ok || !known || present(who.snap, v.Object) != who.object.Name || len(check(v, who.scope(b))) > 0 {
			continue
		}
		all = append(all, placed{View{d.Name, d.Title, true, d.Spec}, v.Order})
	}
	slices.SortStableFunc(all, func(a, b placed) int { return a.order - b.order })
	for _, p := range all {
		out = append(out, p.View)
	}
	return out
}

func present(s *definition.Snapshot, name string) string {
	if o, ok := object.Of(s, name); ok {
		return o.Name
	}
	return name
}

// scope is what the asker may name in a view.
func (w *asker) scope(b *Book) condition.Scope {
	return condition.Scope{Snapshot: w.snap, Env: b.Reader.Env,
		Hidden: func(name string) map[string]bool { return b.Reader.Access.Hidden(w.snap, w.actor, name) },
		Limit:  func(name string) condition.Limit { return b.Reader.Access.Scope(w.snap, w.actor, name, access.Read) }}
}
