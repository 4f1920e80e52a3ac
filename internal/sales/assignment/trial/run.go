package trial

import (
	"context"
	"strconv"
	"time"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/sales/assignment"
)

const taskObject = "task"

// The reasons of records that a trial leaves as they are: Unasked and UnaskedImport are not waiting for anybody.
const (
	byHand        = "由人指定负责人，不经分配"
	NotOpen       = "渠道没有开启自动分配"
	Unasked       = "写入时没有要求分配"
	UnaskedImport = "导入时没有要求分配"
)

// Result is what a trial makes of one arrival.
type Result struct {
	*Arrival
	Row *object.Row // with the tags and the owner it would have had
	assignment.Outcome
}

// Run lets the arrivals pass as snap would have it.
func (p *Past) Run(ctx context.Context, snap *definition.Snapshot) ([]*Result, error) {
	o, ok := object.Of(snap, p.Object.Name)
	if !ok {
		return nil, nil
	}
	figures, err := p.figures(ctx, snap)
	if err != nil {
		return nil, err
	}
	related := p.e.related(ctx, snap)
	replay := assignment.NewReplay(snap, p.e.Env, p.e.Dir, figures, related)
	derive := p.e.Tags(snap, o.Name)
	out := make([]*Result, 0, len(p.Arrivals))
	for i, x := range p.Arrivals {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r := &Result{Arrival: x, Row: x.First.In(o).Clone()}
		out = append(out, r)
		kept := x.First.Owner()
		clear := func(names ...string) {
			for _, n := range names {
				r.Row.Set(n, nil)
			}
		}
		r.Row.V[object.Owner] = nil
		clear("assigned_at", "pool_reason", "due_at")
		if err := derive(&condition.Env{Row: r.Row, Now: time.UnixMilli(x.At), Zone: p.e.Env.Zone, Related: related}); err != nil {
			return nil, err
		}
		figures.Advance(x.At)
		switch reason, stays := p.stays(snap, x); {
		case kept != "" && (x.What == nil || x.What.ByHand):
			r.Person, r.Reason, r.ContactHours = kept, byHand, 72
		case stays:
			r.Reason = reason
		default:
			got, err := replay.Assign(ctx, r.Row, x.At)
			if err != nil {
				return nil, err
			}
			r.Outcome = *got
		}
		if r.Person == "" {
			continue
		}
		r.Row.V[object.Owner] = r.Person
		r.Row.Set("assigned_at", x.At)
		if err := figures.Write(r.Row, 0); err != nil {
			return nil, err
		}
		if task := p.task(snap, r); task != nil {
			until, was := p.closed[x.Now.ID()]
			if !was {
				until = dueAfter(x.At, r.ContactHours)
			}
			if err := figures.Write(task, until); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// stays tells of arrivals that nobody asked to assign.
func (p *Past) stays(snap *definition.Snapshot, x *Arrival) (string, bool) {
	if channel := x.First.Text("channel"); channel != "" {
		if assign, known := p.e.Asks(snap, channel); known {
			return NotOpen, !assign
		}
	}
	if x.What != nil || x.First.Owner() != "" {
		return "", false
	}
	switch reason := x.First.Text("pool_reason"); reason {
	case Unasked, UnaskedImport:
		return reason, true
	}
	return "", false
}

// task is the first contact that goes with an owner.
func (p *Past) task(snap *definition.Snapshot, r *Result) *object.Row {
	o, ok := object.Of(snap, taskObject)
	if !ok {
		return nil
	}
	row := object.NewRow(o)
	row.V[object.Owner], row.V[object.CreatedAt] = r.Person, r.At
	row.Set("status", "open")
	row.Set("kind", "首次联系")
	return row
}

func itoa(n int) string { return strconv.Itoa(n) }
