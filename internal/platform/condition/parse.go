package condition

import (
	"fmt"
	"sort"
	"strings"

	"baton/internal/platform/definition"
	"baton/internal/platform/problem"
)

// The limits of one condition.
const (
	MaxDepth  = 12
	MaxNodes  = 500
	MaxValues = 1000   // in one list
	maxTotal  = 10_000 // values in all lists together: both databases bound the parameters of a statement
	maxBytes  = 1 << 20
)

// Parse reads a condition. The error is a *problem.Problem with a JSON pointer to each wrong place. Fields and values are checked by Compile.
func Parse(raw []byte) (*Node, error) {
	if len(raw) > maxBytes {
		return nil, problem.New(problem.TooLarge, "condition_too_large", fmt.Sprintf("条件超过 %d 字节", maxBytes))
	}
	v, err := decode(raw)
	if err != nil {
		return nil, problem.New(problem.Malformed, "bad_json", "条件不是有效的 JSON", problem.As(err).Items...)
	}
	p := parser{}
	n := p.node(v, "", 1)
	if len(p.items) > 0 {
		return nil, problem.New(problem.Invalid, "bad_condition", "条件有误", p.items...)
	}
	return n, nil
}

func decode(raw []byte) (v any, err error) {
	err = problem.ReadJSON(raw, &v, false)
	return v, err
}

// parser gathers everything that is wrong with the structure.
type parser struct {
	nodes, values int
	items         []problem.Item
}

func (p *parser) wrong(at, code, message, hint string) {
	if len(p.items) < 100 {
		p.items = append(p.items, problem.Item{Pointer: at, Code: code, Message: message, Hint: hint})
	}
}

var keysOf = map[Kind][]string{
	KindAll: {"all"}, KindAny: {"any"}, KindNone: {"none"}, KindSome: {"some"},
	KindLeaf: {"field", "op", "value"}, KindMeasure: {"measure", "for", "period", "op", "value"},
}

var allKeys = []string{"all", "any", "none", "some", "field", "op", "value", "measure", "for", "period"}

func (p *parser) node(v any, at string, depth int) *Node {
	bad := &Node{Kind: KindAny, Children: []*Node{}}
	p.nodes++
	switch {
	case depth > MaxDepth:
		p.wrong(at, "too_deep", fmt.Sprintf("条件嵌套超过 %d 层", MaxDepth), "拆成几条规则")
		return bad
	case p.nodes == MaxNodes+1:
		p.wrong(at, "too_many_nodes", fmt.Sprintf("条件超过 %d 项", MaxNodes), "用 in 把同一字段的多个值并成一项")
		return bad
	case p.nodes > MaxNodes:
		return bad
	}
	m, ok := v.(map[string]any)
	if !ok {
		p.wrong(at, "wrong_type", "条件应是一个 JSON 对象", `例如 {"field": "industry", "op": "eq", "value": "教育"}`)
		return bad
	}
	var kinds []Kind
	for key, kind := range map[string]Kind{"all": KindAll, "any": KindAny, "none": KindNone, "some": KindSome, "field": KindLeaf, "measure": KindMeasure} {
		if _, ok := m[key]; ok {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) != 1 {
		p.unknown(m, at, allKeys)
		if len(kinds) == 0 {
			p.wrong(at, "no_kind", "条件里没有 all、any、none、some、field 或 measure", "空条件写作 {\"all\": []}")
		} else {
			p.wrong(at, "mixed", "一个条件只能有 all、any、none、some、field、measure 之一", "用 all 或 any 把它们组合起来")
		}
		return bad
	}
	p.unknown(m, at, keysOf[kinds[0]])
	n := &Node{Kind: kinds[0]}
	switch n.Kind {
	case KindAll, KindAny, KindNone:
		p.children(n, m[string(n.Kind)], pointer(at, string(n.Kind)), depth)
	case KindSome:
		p.some(n, m["some"], at+"/some", depth)
	case KindLeaf:
		n.Field = p.text(m, "field", at)
		p.operation(n, m, at)
	case KindMeasure:
		n.Measure = p.text(m, "measure", at)
		p.operation(n, m, at)
		p.binding(n, m, at)
	}
	return n
}

func (p *parser) unknown(m map[string]any, at string, known []string) {
	var names []string
	for k := range m {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, k := range names {
		if !contains(known, k) {
			p.wrong(pointer(at, k), "unknown_key", "没有“"+k+"”这一项", definition.Suggest(k, known))
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func (p *parser) text(m map[string]any, key, at string) string {
	s, ok := m[key].(string)
	if !ok || strings.TrimSpace(s) == "" {
		p.wrong(pointer(at, key), "missing", "缺少 "+key, key+" 是一段文字")
	}
	return s
}

func (p *parser) children(n *Node, v any, at string, depth int) {
	list, ok := v.([]any)
	if !ok {
		p.wrong(at, "wrong_type", string(n.Kind)+" 后面应是一个数组", "")
		return
	}
	n.Children = make([]*Node, 0, min(len(list), MaxNodes))
	for i, c := range list {
		if p.nodes > MaxNodes {
			break
		}
		n.Children = append(n.Children, p.node(c, fmt.Sprintf("%s/%d", at, i), depth+1))
	}
}

func (p *parser) some(n *Node, v any, at string, depth int) {
	m, ok := v.(map[string]any)
	if !ok {
		p.wrong(at, "wrong_type", "some 后面应是一个 JSON 对象", `例如 {"relation": "opportunities", "where": {…}}`)
		return
	}
	p.unknown(m, at, []string{"relation", "where"})
	switch r := m["relation"].(type) {
	case string:
		n.Relation.Name = r
	case map[string]any:
		p.unknown(r, at+"/relation", []string{"object", "field"})
		n.Relation.Object, n.Relation.Field = p.text(r, "object", at+"/relation"), p.text(r, "field", at+"/relation")
	}
	if n.Relation == (Relation{}) {
		p.wrong(at+"/relation", "missing", "缺少 relation", `写关系名，或 {"object": …, "field": …}`)
	}
	if w, ok := m["where"]; ok && w != nil {
		n.Children = []*Node{p.node(w, at+"/where", depth+1)}
	}
}

func (p *parser) operation(n *Node, m map[string]any, at string) {
	n.Op = p.text(m, "op", at)
	if _, ok := operators[n.Op]; !ok && n.Op != "" {
		p.wrong(at+"/op", "unknown_op", "没有“"+n.Op+"”这种比较", definition.Suggest(n.Op, operatorNames))
	}
	n.Value = m["value"]
	if list, ok := n.Value.([]any); ok {
		p.values += len(list)
		switch {
		case len(list) > MaxValues:
			p.wrong(at+"/value", "too_many_values", fmt.Sprintf("一次最多比较 %d 个值，这里有 %d 个", MaxValues, len(list)), "改用标签或另存为字段")
		case p.values > maxTotal:
			p.wrong(at+"/value", "too_many_values", fmt.Sprintf("整个条件最多 %d 个值", maxTotal), "拆成几条规则")
		}
	}
}

func (p *parser) binding(n *Node, m map[string]any, at string) {
	if v, ok := m["for"]; ok {
		if n.For, ok = v.(map[string]any); !ok {
			p.wrong(at+"/for", "wrong_type", "for 后面应是一个 JSON 对象", `例如 {"owner": {"ref": "candidate.id"}}`)
		}
	}
	if v, ok := m["period"]; ok {
		var err error
		if n.Period, err = periodOf(v); err != nil {
			p.wrong(at+"/period", "bad_period", err.Error(), periodHint)
		}
	}
}
