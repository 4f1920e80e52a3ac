package diagnosis

import (
	"context"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/sales/assignment"
)

// One is why one record was not assigned.
type One struct {
	ID    string            `json:"id"`
	Title string            `json:"title"`
	Owner *assignment.Named `json:"owner"`
	// Happened says in words what was decided when it came in, Today what the definitions of today would do with it.
	Happened string   `json:"happened"`
	Today    string   `json:"today"`
	Faults   []*Fault `json:"faults"`
}

// One diagnoses a record that the actor may see.
func (d *Doctor) One(ctx context.Context, a *actor.Actor, objectName, id string) (*One, error) {
	row, err := d.Reader.Get(ctx, a, objectName, id)
	if err != nil {
		return nil, err
	}
	out := &One{ID: row.ID(), Title: d.Reader.Access.Title(d.Defs.Current(), a, row), Faults: []*Fault{}}
	if d.Reader.Hides(a, row)(row, row.Object.Fields[object.Owner]) {
		return out, nil
	}
	past, err := d.Trial.Single(ctx, row)
	if err != nil {
		return nil, err
	}
	snap := d.Defs.Current()
	results, err := past.Run(ctx, snap)
	if err != nil {
		return nil, err
	}
	r := results[0]
	named := func(id string) *assignment.Named {
		n := &assignment.Named{ID: id, Name: id}
		if p := d.Dir.Person(id); p != nil && p.Name != "" {
			n.Name = p.Name
		}
		return n
	}
	if o := row.Owner(); o != "" {
		out.Owner = named(o)
	}
	switch first := r.First.Owner(); {
	case first != "" && r.What != nil && r.What.BranchTitle != "":
		out.Happened = "进入时由分支“" + r.What.BranchTitle + "”分给" + named(first).Name
	case first != "":
		out.Happened = "进入时已指定由" + named(first).Name + "负责"
	case r.What != nil && r.What.Reason != "":
		out.Happened = "进入时无人分配：" + r.What.Reason
	case r.First.Text("pool_reason") != "":
		out.Happened = "进入时无人分配：" + r.First.Text("pool_reason")
	default:
		out.Happened = "进入时没有分配策略"
	}
	if r.Person != "" {
		out.Today = "按现在的配置会分给" + named(r.Person).Name
		if r.BranchTitle != "" {
			out.Today += "（分支“" + r.BranchTitle + "”）"
		}
		return out, nil
	}
	out.Today = "按现在的配置仍然无人分配：" + r.Reason
	h := d.house(a, snap, past.Object, results)
	h.look()
	for _, f := range h.found {
		if f.Held == 0 || f.Severity == definition.SeverityInfo {
			continue
		}
		out.Faults = append(out.Faults, f)
		if f.spec != nil {
			if f.Remedy, err = h.offer(ctx, past, f.label, []*Fault{f}, f.holds); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
