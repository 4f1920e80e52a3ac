package web

import (
	"context"
	"net/http"

	"baton/internal/platform/actor"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// ViewAsHeader names the person as whom a request looks at the system; where no header can be set (streams, downloads) the query parameter
// view_as does.
const ViewAsHeader = "X-View-As"

// Viewing makes the actor of a person as whom somebody looks, and notes that in the trail; an error says why it may not be.
type Viewing func(ctx context.Context, who *actor.Actor, person, path string) (*actor.Actor, error)

func viewed(r *http.Request) string {
	if p := r.Header.Get(ViewAsHeader); p != "" {
		return p
	}
	return r.URL.Query().Get("view_as")
}

func errLooking(name string) error {
	return problem.New(problem.Forbidden, "view_as_read_only", "你正在以“"+name+"”的身份查看，只能看，不能改", problem.Item{Code: "view_as_read_only", Message: "以他人身份查看时，一切修改都不执行", Hint: "先退出“看看 TA 能看到什么”，再以本人操作"})
}

// look puts the person looked at in the caller's place, for reading only: what would write is refused before it begins, by its route, and
// else by the database.
func (e *Edge) look(ctx context.Context, c *Caller, person string, r *http.Request) (context.Context, error) {
	if e.ViewAs == nil {
		return nil, problem.New(problem.Forbidden, "forbidden", "这里不能以他人身份查看")
	}
	a, err := e.ViewAs(ctx, c.Actor, person, r.URL.Path)
	if err != nil {
		return nil, err
	}
	as := *a
	as.IP, as.Request, as.Viewer = c.Actor.IP, c.Actor.Request, c.Actor.ID
	seen := *c
	seen.Actor = &as
	ctx = context.WithValue(actor.With(ctx, &as), callerKey{}, &seen)
	return store.Refuse(ctx, errLooking(as.Name)), nil
}

// mayLook refuses a route that writes to whoever looks as another.
func mayLook(ctx context.Context, rt Route) error {
	if a := actor.From(ctx); a != nil && a.Viewer != "" && !safe(rt.Method) && !rt.Reads {
		return errLooking(a.Name)
	}
	return nil
}
