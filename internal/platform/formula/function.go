package formula

import (
	"fmt"
	"slices"
)

// function is one function of the language. Usage and Help are what the editor shows.
type function struct {
	Names []string // the first is English, the second Chinese
	Usage string
	Help  string
	Group string
	least int
	most  int // -1: any number
	check func(c *checker, n *node) Type
	eval  func(e *env, args []*node) val
}

// Function is a function as the editor offers it.
type Function struct {
	Name  string   `json:"name"`
	Names []string `json:"names"`
	Usage string   `json:"usage"`
	Help  string   `json:"help"`
	Group string   `json:"group"`
}

// Functions lists the functions in the order in which they are offered.
func Functions() []Function {
	out := make([]Function, 0, len(functions))
	for _, f := range functions {
		out = append(out, Function{f.Names[0], f.Names, f.Usage, f.Help, f.Group})
	}
	return out
}

func functionNames() []string {
	var out []string
	for _, f := range functions {
		out = append(out, f.Names...)
	}
	return out
}

func functionNamed(name string) *function {
	want := fold(name)
	for _, f := range functions {
		if slices.Contains(f.Names, want) {
			return f
		}
	}
	return nil
}

func (f *function) arity() string {
	switch {
	case f.most < 0:
		return fmt.Sprintf("至少 %d 个值", f.least)
	case f.least == f.most:
		return fmt.Sprintf("%d 个值", f.least)
	}
	return fmt.Sprintf("%d 到 %d 个值", f.least, f.most)
}

// functions is filled when the program starts, as its entries name one another's helpers.
var functions = slices.Concat(logic, numbers, texts, times)

// gives types a function by its arguments' types, in order; the last one counts for all further.
func gives(t Type, args ...Type) func(*checker, *node) Type {
	return func(c *checker, n *node) Type {
		for i, k := range n.kids {
			c.want(k, args[min(i, len(args)-1)])
		}
		return t
	}
}

// all evaluates the arguments; ok is false when one is empty.
func all(e *env, args []*node) (out []val, ok bool) {
	for _, a := range args {
		v := a.eval(e)
		if v.empty() {
			return nil, false
		}
		out = append(out, v)
	}
	return out, e.hint == nil
}

// strict makes a function that is empty when an argument is.
func strict(f func(e *env, v []val) val) func(*env, []*node) val {
	return func(e *env, args []*node) val {
		v, ok := all(e, args)
		if !ok {
			return empty
		}
		return f(e, v)
	}
}

// whole reads a number that should be small and whole, such as a count of digits.
func (v val) whole() int64 {
	n := scaled(v.n, 0)
	if !n.IsInt64() {
		return 1 << 40
	}
	return max(-1<<40, min(1<<40, n.Int64()))
}
