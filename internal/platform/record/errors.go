package record

import (
	"fmt"
	"strings"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
)

func compare(a, b string) int { return strings.Compare(a, b) }

// NotFound is the answer for a record that is not there or that the actor may not see: which of the two is not told.
func NotFound(o *object.Object) error {
	return problem.New(problem.NotFound, "no_such_record", "没有这条"+o.Title.ZH+"，或者你无权查看")
}

// NoSuchObject is the answer for an object that is not there, or of which the actor may see nothing; only what the actor may see is suggested.
func NoSuchObject(s *definition.Snapshot, c *access.Control, a *actor.Actor, name string) error {
	return problem.New(problem.NotFound, "no_such_object", "没有对象“"+name+"”，或者你无权查看", problem.Item{Code: "unknown_object", Message: "没有对象“" + name + "”，或者你无权查看", Hint: definition.Suggest(name, c.Readable(s, a))})
}

// ByHand is the origin of the writes of an action of a person or a key whose rights the action has checked: engines may finish them.
func ByHand(a *actor.Actor) Origin {
	kind := "person"
	if a.Kind == actor.Key {
		kind = "api"
	}
	return Origin{Kind: kind, Engine: true}
}

func forbidden(what string) error {
	return problem.New(problem.Forbidden, "forbidden", "你没有权限"+what, problem.Item{Code: "forbidden", Message: "需要相应的角色", Hint: "请联系管理员或销售总监开通"})
}

// at puts the row's place before the pointers when several records are written.
func at(err error, i, n int) error {
	p := problem.As(err)
	if p == nil || n < 2 {
		return err
	}
	c := *p
	c.Items = append([]problem.Item(nil), p.Items...)
	if len(c.Items) == 0 {
		c.Items = []problem.Item{{Code: c.Code, Message: c.Detail}}
	}
	for j := range c.Items {
		c.Items[j].Pointer = fmt.Sprintf("/records/%d%s", i, c.Items[j].Pointer)
	}
	return &c
}
