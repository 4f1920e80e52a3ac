// Package condition is the one condition language: a tree of all, any, none, some and leaves over the fields of an object, checked against
// definitions, evaluated in memory, explained, put into words and turned into SQL. The same condition on the same values gives the same
// answer in memory and on both databases.
//
// Logic is two-valued: on an empty field only empty, ne, not_in and none hold. Text compares bytewise. The package reads no database: rows
// beyond the one under test are reached through Env.
package condition

import (
	"bytes"
	"encoding/json"
	"strings"

	"baton/internal/platform/problem"
)

// Kind tells the sorts of nodes apart.
type Kind string

// The kinds of nodes.
const (
	KindAll     Kind = "all"  // every child holds; holds when there is none
	KindAny     Kind = "any"  // at least one child holds
	KindNone    Kind = "none" // no child holds
	KindSome    Kind = "some" // at least one related record satisfies the only child
	KindLeaf    Kind = "leaf"
	KindMeasure Kind = "measure"
)

// Node is a condition as written. Names are not checked until Compile.
type Node struct {
	Kind     Kind
	Children []*Node // all, any, none; for some the one "where", or nothing
	Field    string  // leaf: a field, or a path through relations
	Op       string  // leaf, measure
	// Value as decoded from JSON (nil, bool, string, json.Number, []any, map[string]any), or an int64, which is taken as canonical.
	Value    any
	Relation Relation       // some
	Measure  string         // measure
	For      map[string]any // measure: dimension → literal or {"ref": …}
	Period   *Period        // measure

	problems []problem.Item
}

// Relation names the records a "some" reaches: a name found among the objects that point here, or the object and its field.
type Relation struct {
	Name   string
	Object string
	Field  string
}

// All, Any and None build groups.
func All(children ...*Node) *Node { return group(KindAll, children) }

// Any holds when at least one child does.
func Any(children ...*Node) *Node { return group(KindAny, children) }

// None holds when no child does.
func None(children ...*Node) *Node { return group(KindNone, children) }

func group(k Kind, children []*Node) *Node {
	if children == nil {
		children = []*Node{}
	}
	return &Node{Kind: k, Children: children}
}

// Leaf builds a leaf; for operators without a value, value is nil.
func Leaf(field, op string, value any) *Node {
	return &Node{Kind: KindLeaf, Field: field, Op: op, Value: value}
}

// Ref is the value {"ref": path}.
func Ref(path string) any { return map[string]any{"ref": path} }

// MarshalJSON writes the node as conditions are written.
func (n *Node) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	put := func(key string, v any) error {
		if b.Len() == 0 {
			b.WriteByte('{')
		} else {
			b.WriteByte(',')
		}
		b.WriteString(`"` + key + `":`)
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		err := enc.Encode(v)
		b.Truncate(len(bytes.TrimRight(b.Bytes(), "\n")))
		return err
	}
	var err error
	add := func(key string, v any) {
		if err == nil {
			err = put(key, v)
		}
	}
	switch n.Kind {
	case KindAll, KindAny, KindNone:
		children := n.Children
		if children == nil {
			children = []*Node{}
		}
		add(string(n.Kind), children)
	case KindSome:
		some := map[string]any{}
		if n.Relation.Name != "" {
			some["relation"] = n.Relation.Name
		} else {
			some["relation"] = map[string]string{"object": n.Relation.Object, "field": n.Relation.Field}
		}
		if len(n.Children) > 0 {
			some["where"] = n.Children[0]
		}
		add("some", some)
	case KindMeasure:
		add("measure", n.Measure)
		if n.For != nil {
			add("for", n.For)
		}
		if n.Period != nil {
			add("period", n.Period)
		}
		add("op", n.Op)
		add("value", n.Value)
	default:
		add("field", n.Field)
		add("op", n.Op)
		if n.Value != nil {
			add("value", n.Value)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), err
}

// UnmarshalJSON reads a condition inside a definition. It does not fail on a wrong structure: what is wrong is kept and reported by Compile
// with its place, so that a definition is checked in one go.
func (n *Node) UnmarshalJSON(raw []byte) error {
	v, err := decode(raw)
	if err != nil {
		return err
	}
	p := parser{}
	*n = *p.node(v, "", 1)
	n.problems = p.items
	return nil
}

// pointer appends a step to a JSON pointer.
func pointer(at, step string) string {
	return at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(step)
}
