package condition

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
)

// Cond is a checked condition, bound to the definitions of its scope. Immutable and safe for concurrent use.
type Cond struct {
	root  *node
	scope *Scope
	src   *Node
}

// node is a compiled Node.
type node struct {
	kind Kind
	src  *Node
	kids []*node
	s    *Scope

	// leaf
	path     *path
	plain    bool // a field of the row under test itself, against literals
	op       operator
	operands []operand
	dynamic  bool // some operand is a ref: closed anew each time
	days     bool // some literal is a civil day among instants: its span depends on the zone
	period   *Period
	cache    atomic.Pointer[periodSpan]
	test     test
	unit     *hop // under in a tree of records: the field of unit.target that points to the parent

	related *relation
	measure *measureLeaf
}

// relation is what a "some" reaches.
type relation struct {
	object *object.Object
	field  *object.Field
	limit  Limit // nil: none
}

// Compile checks n against the scope. Without errors the condition is returned, with warnings only (off_list, off_tree, range: the value is
// taken as it is); with errors it is nil. Pointers are relative to the condition. A nil node always holds.
func Compile(n *Node, s Scope) (*Cond, []problem.Item) {
	if n == nil {
		n = All()
	}
	scope := s
	if scope.Env == nil {
		scope.Env = &object.Env{Zone: time.UTC}
	}
	if scope.Env.Zone == nil {
		env := *scope.Env
		env.Zone = time.UTC
		scope.Env = &env
	}
	if len(n.problems) > 0 {
		return nil, n.problems
	}
	c := &compiler{scope: &scope}
	root := c.node(n, "", 1)
	if c.failed {
		return nil, c.items
	}
	return &Cond{root: root, scope: &scope, src: n}, c.items
}

// At puts items that are relative to a condition at the condition's place in a larger document.
func At(prefix string, items []problem.Item) []problem.Item {
	out := slices.Clone(items)
	for i := range out {
		out[i].Pointer = prefix + out[i].Pointer
	}
	return out
}

// Warning tells whether an item of Compile is advice only.
func Warning(it problem.Item) bool {
	return it.Code == "off_list" || it.Code == "off_tree" || it.Code == "range"
}

type compiler struct {
	scope  *Scope
	items  []problem.Item
	failed bool
	nodes  int
}

func (c *compiler) wrong(at, code, message, hint string) {
	c.failed = true
	c.items = append(c.items, problem.Item{Pointer: at, Code: code, Message: message, Hint: hint})
}

func (c *compiler) warn(at, code, message, hint string) {
	it := problem.Item{Pointer: at, Code: code, Message: message, Hint: hint}
	c.failed = c.failed || !Warning(it)
	c.items = append(c.items, it)
}

func (c *compiler) node(src *Node, at string, depth int) *node {
	n := &node{kind: src.Kind, src: src, s: c.scope}
	c.nodes++
	if depth > MaxDepth || c.nodes > MaxNodes {
		// Conditions built in Go do not pass Parse.
		if c.nodes <= MaxNodes+1 {
			c.wrong(at, "too_large", fmt.Sprintf("条件超过 %d 层或 %d 项", MaxDepth, MaxNodes), "拆成几条规则")
		}
		return n
	}
	switch src.Kind {
	case KindAll, KindAny, KindNone:
		for i, k := range src.Children {
			n.kids = append(n.kids, c.node(k, fmt.Sprintf("%s/%s/%d", at, src.Kind, i), depth+1))
		}
	case KindSome:
		c.some(n, at+"/some", depth)
	case KindMeasure:
		c.measure(n, at)
	case KindLeaf:
		c.leaf(n, at)
	default:
		c.wrong(at, "no_kind", "没有“"+string(src.Kind)+"”这种条件", "")
	}
	return n
}

func (c *compiler) leaf(n *node, at string) {
	src := n.src
	p, w := c.scope.rowPath(src.Field)
	if w != nil {
		c.wrong(at+"/field", w.code, w.message, w.hint)
		return
	}
	if p.field == nil {
		c.wrong(at+"/field", "unknown_field", "“now”只能作为比较的值", "")
		return
	}
	op, ok := operators[src.Op]
	if !ok {
		c.wrong(at+"/op", "unknown_op", "没有“"+src.Op+"”这种比较", definition.Suggest(src.Op, operatorNames))
		return
	}
	n.path, n.op = p, op
	allowed := operatorsOf[p.field.Type.Shape()]
	if !contains(allowed, src.Op) {
		c.wrong(at+"/op", "op_not_allowed", "“"+p.field.Title.ZH+"”不能用“"+src.Op+"”比较", "可用："+strings.Join(OperatorsOf(p.field), "、"))
		return
	}
	if op.core == coreUnder && p.field.Type.Shape() == object.RefShape && !c.unitTree(n, at) {
		return
	}
	before := len(c.items)
	c.operands(n, src.Value, at+"/value")
	if c.failed && len(c.items) > before {
		return
	}
	if n.unit == nil && n.period == nil && !n.dynamic {
		n.test = n.close(n.operands, c.scope.Env.Zone)
	}
	n.days = slices.ContainsFunc(n.operands, func(o operand) bool { return o.day })
	n.plain = p.root == "" && len(p.hops) == 0 && !n.dynamic && !n.days && n.unit == nil && n.period == nil
}

// unitTree finds the parent relation by which records form a tree.
func (c *compiler) unitTree(n *node, at string) bool {
	f := n.path.field
	var target *object.Object
	if c.scope.Snapshot != nil {
		target, _ = object.Of(c.scope.Snapshot, f.TargetOf())
	}
	if target != nil {
		if parent, ok := target.Field("parent"); ok && parent.TargetOf() == target.Name {
			n.unit = &hop{field: parent, from: target, target: target}
			return true
		}
	}
	c.wrong(at+"/op", "op_not_allowed", "“"+f.Title.ZH+"”指向的记录没有上下级，不能用 under", "可用："+strings.Join(OperatorsOf(f), "、"))
	return false
}

func (c *compiler) some(n *node, at string, depth int) {
	r := n.src.Relation
	if c.scope.Object == nil || c.scope.Snapshot == nil {
		c.wrong(at, "no_relations", "这里没有可关联的记录", "")
		return
	}
	var found []relation
	var known []string
	for _, o := range object.All(c.scope.Snapshot) {
		l, ok := c.scope.limit(o)
		if !ok {
			continue
		}
		for _, f := range o.Fields {
			if _, shown := c.scope.field(o, f.Name); !shown || f.TargetOf() != c.scope.Object.Name {
				continue
			}
			known = append(known, o.Name+"."+f.Name)
			named := r.Name == plural(o.Name) || r.Name == o.Name
			byName := named && (!f.System || f.Index == object.Owner)
			self, _ := o.Field(r.Field)
			if byName || r.Name == o.Name+"."+f.Name || r.Name == "" && r.Object == o.Name && self == f {
				found = append(found, relation{o, f, l})
			}
		}
	}
	if len(found) > 1 { // a relation of its own goes before the owner
		own := slices.DeleteFunc(slices.Clone(found), func(r relation) bool { return r.field.System })
		if len(own) == 1 {
			found = own
		}
	}
	name := r.Name + r.Object
	switch {
	case len(found) == 0:
		hint := definition.Suggest(name, known)
		if hint == "" {
			hint = "可用：" + strings.Join(known[:min(len(known), 20)], "、")
		}
		c.wrong(at+"/relation", "unknown_relation", "没有“"+name+"”指向"+c.scope.Object.Title.ZH, hint)
		return
	case len(found) > 1:
		c.wrong(at+"/relation", "ambiguous_relation", "“"+name+"”有不止一个字段指向"+c.scope.Object.Title.ZH, `写明 {"object": …, "field": …}`)
		return
	}
	n.related = &found[0]
	if len(n.src.Children) == 0 {
		return
	}
	inner := *c.scope
	inner.Object = n.related.object
	outer := c.scope
	c.scope = &inner
	n.kids = []*node{c.node(n.src.Children[0], at+"/where", depth+1)}
	c.scope = outer
}

// plural is how relations are named after the objects they reach.
func plural(name string) string {
	if stem, ok := strings.CutSuffix(name, "y"); ok {
		return stem + "ies"
	}
	return name + "s"
}

// Node gives back the condition as written.
func (c *Cond) Node() *Node { return c.src }

// Fields lists what the condition reads, each once, relations on the way included; a field's Object says whose it is.
func (c *Cond) Fields() []*object.Field {
	var out []*object.Field
	add := func(f *object.Field) {
		if f != nil && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	addPath := func(p *path) {
		if p == nil {
			return
		}
		for _, h := range p.hops {
			add(h.field)
		}
		add(p.field)
	}
	c.root.each(func(n *node) {
		addPath(n.path)
		for _, o := range n.operands {
			addPath(o.ref)
		}
		if n.related != nil {
			add(n.related.field)
		}
		if n.unit != nil {
			add(n.unit.field)
		}
		if n.measure != nil {
			for _, k := range n.measure.keys {
				addPath(k.ref)
			}
			for _, o := range n.measure.bounds {
				addPath(o.ref)
			}
		}
	})
	return out
}

// Measures lists the figures the condition asks for.
func (c *Cond) Measures() []*MeasureUse {
	var out []*MeasureUse
	c.root.each(func(n *node) {
		if n.measure != nil {
			out = append(out, &n.measure.use)
		}
	})
	return out
}

func (n *node) each(visit func(*node)) {
	visit(n)
	for _, k := range n.kids {
		k.each(visit)
	}
}
