package formula

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"baton/internal/platform/definition"
)

// node is a part of a formula.
type node struct {
	op   string // literal, operand, neg, not, call, or the sign of two parts
	typ  Type
	kids []*node
	at   *token

	value   val // literal
	operand int
	of      *Operand
	fn      *function
}

type checker struct {
	operands []Operand
	text     []rune
	tokens   []token
	starts   []int // of each token in the grammar's text
	issues   []Issue
	used     map[int]bool
}

func (c *checker) issue(t *token, code, message, hint string) {
	from, to := len(c.text), len(c.text)
	if t != nil {
		from, to = t.from, t.to
	}
	c.issueAt(from, to, code, message, hint)
}

func (c *checker) issueAt(from, to int, code, message, hint string) {
	if len(c.issues) < 20 {
		c.issues = append(c.issues, Issue{Code: code, Message: message, Hint: hint, Position: position(c.text, from, to)})
	}
}

func (c *checker) parse() *node {
	if len(c.text) > MaxLength {
		c.issueAt(MaxLength, MaxLength+1, "too_long", fmt.Sprintf("公式超过 %d 个字", MaxLength), "拆成几个公式字段")
		return nil
	}
	if strings.TrimSpace(string(c.text)) == "" {
		c.issueAt(0, 1, "empty_formula", "公式是空的", "例如 预算 * 成交率")
		return nil
	}
	if c.tokens = c.scan(); c.tokens == nil {
		return nil
	}
	var b strings.Builder
	for i := range c.tokens {
		t := &c.tokens[i]
		c.starts = append(c.starts, b.Len())
		if t.out == "" {
			t.out = "v" + strconv.Itoa(i)
		}
		b.WriteString(t.out + " ")
	}
	limits := conf.CreateNew()
	limits.MaxNodes = MaxNodes
	tree, err := parser.ParseWithConfig(b.String(), limits)
	if err != nil {
		c.unreadable(err)
		return nil
	}
	c.used = map[int]bool{}
	return c.build(tree.Node)
}

// tokenAt finds the token at a place of the grammar's text; nil behind the last.
func (c *checker) tokenAt(place int) *token {
	i := sort.SearchInts(c.starts, place+1) - 1
	if i < 0 || i >= len(c.tokens) || place >= c.starts[i]+len(c.tokens[i].out) {
		return nil
	}
	return &c.tokens[i]
}

// unreadable says what the grammar stumbled over, in words of this language.
func (c *checker) unreadable(err error) {
	fe, ok := err.(*file.Error)
	if !ok || strings.Contains(err.Error(), "maximum allowed nodes") {
		c.issueAt(0, len(c.text), "too_costly", fmt.Sprintf("公式超过 %d 项", MaxNodes), "拆成几个公式字段")
		return
	}
	t := c.tokenAt(fe.From)
	if t == nil {
		c.issue(nil, "incomplete", "公式没有写完", "检查括号是否成对，运算符后面是否还有内容")
		return
	}
	c.issue(t, "unreadable", "“"+string(c.text[t.from:t.to])+"”不应出现在这里", "检查括号是否成对、逗号和运算符是否齐全；含空格的字段名写作 {…}")
}

// build turns the grammar's tree into nodes; whatever the language has no use for is refused at its place.
func (c *checker) build(n ast.Node) *node {
	at := c.tokenAt(n.Location().From)
	refuse := func() *node {
		c.issue(at, "unreadable", "这里的写法不能用在公式里", "可用字段、数字、文字、+ - * / 比较和函数")
		return &node{op: "literal", at: at}
	}
	if at == nil {
		return refuse()
	}
	switch x := n.(type) {
	case *ast.IdentifierNode:
		return c.leaf(at)
	case *ast.UnaryNode:
		kid := c.build(x.Node)
		switch x.Operator {
		case "+":
			return kid
		case "-":
			return &node{op: "neg", kids: []*node{kid}, at: at}
		case "not", "!":
			return &node{op: "not", kids: []*node{kid}, at: at}
		}
	case *ast.BinaryNode:
		op := map[string]string{"&&": "and", "||": "or"}[x.Operator]
		if op == "" {
			op = x.Operator
		}
		switch op {
		case "+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=", "and", "or":
			return &node{op: op, kids: []*node{c.build(x.Left), c.build(x.Right)}, at: at}
		}
	case *ast.CallNode:
		name, ok := x.Callee.(*ast.IdentifierNode)
		if !ok {
			return refuse()
		}
		t := c.tokenAt(name.Location().From)
		if t == nil || t.kind != callToken {
			return refuse()
		}
		fn := functionNamed(t.name)
		if fn == nil {
			hint := definition.Suggest(t.name, functionNames())
			if hint == "" {
				hint = "可用的函数见右侧列表"
			}
			c.issue(t, "unknown_function", "没有函数“"+t.name+"”", hint)
			return &node{op: "literal", at: t}
		}
		out := &node{op: "call", fn: fn, at: t}
		for _, a := range x.Arguments {
			out.kids = append(out.kids, c.build(a))
		}
		return out
	}
	return refuse()
}

func (c *checker) leaf(t *token) *node {
	n := &node{op: "literal", at: t}
	switch t.kind {
	case numberToken:
		n.typ, n.value = Number, val{typ: Number, n: t.number}
	case textToken:
		n.typ, n.value = Text, textVal(t.name)
	case boolToken:
		n.typ, n.value = Bool, boolVal(t.name == "true" || t.name == "是")
	case emptyToken:
		n.value = empty
	case nameToken:
		return c.operandNamed(t)
	default:
		c.issue(t, "unreadable", "“"+t.name+"”不应出现在这里", "")
	}
	return n
}

// operandNamed finds the operand a name stands for: its name before its titles and other names.
func (c *checker) operandNamed(t *token) *node {
	n := &node{op: "operand", at: t, operand: -1}
	var found []int
	want := fold(t.name)
	for i := range c.operands {
		if fold(c.operands[i].Name) == want {
			found = []int{i}
			break
		}
		o := &c.operands[i]
		hit := fold(o.Title) == want
		for _, a := range o.Aliases {
			hit = hit || fold(a) == want
		}
		if hit {
			found = append(found, i)
		}
	}
	switch {
	case len(found) == 0:
		var known []string
		for _, o := range c.operands {
			if o.Unfit == "" {
				known = append(known, o.Title, o.Name)
			}
		}
		c.issue(t, "unknown_name", "没有字段“"+t.name+"”", definition.Suggest(t.name, known))
		return &node{op: "literal", at: t}
	case len(found) > 1:
		var names []string
		for _, i := range found {
			names = append(names, c.operands[i].Name)
		}
		c.issue(t, "ambiguous_name", "有不止一个字段叫“"+t.name+"”", "请写字段名："+strings.Join(names, "、"))
		return &node{op: "literal", at: t}
	}
	o := &c.operands[found[0]]
	if o.Unfit != "" {
		c.issue(t, "unfit_operand", "“"+o.Title+"”不能用在公式里："+o.Unfit, "")
		return &node{op: "literal", at: t}
	}
	c.used[found[0]] = true
	n.operand, n.of, n.typ = found[0], o, o.Type
	return n
}
