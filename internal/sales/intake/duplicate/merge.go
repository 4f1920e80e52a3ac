package duplicate

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/notify"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
	"baton/internal/sales/intake"
)

// Ask is a merge as asked for: the record that stays, the one that goes into it, and the fields whose value comes from the latter. Blanks
// of the one that stays are filled. Versions are those that were looked at, 0 for any.
type Ask struct {
	Object, Survivor, Absorbed string
	Take                       []string
	Versions                   [2]int64
}

// mostMoved is how many records a merge moves at most: it is one write.
const mostMoved = 2000

// kept is what a merge keeps for being taken back. Values are canonical, by stable field id.
type kept struct {
	Before   map[string]any `json:"before"` // of the one that stays, what the merge changed
	After    map[string]any `json:"after"`
	Absorbed map[string]any `json:"absorbed"` // the other as it was
	Version  int64          `json:"version"`  // of the other once it was gone
	Moved    []moved        `json:"moved"`
	Handed   []string       `json:"handed"`  // countdowns that went to the one that stays
	Began    []string       `json:"began"`   // countdowns that the merge started at the one that stays
	Stopped  [2][]string    `json:"stopped"` // countdowns that the merge stopped, of the one that stays and of the other
	Learned  []intake.Key   `json:"learned"`
}

// moved is a record that points to one of the two, and what the merge changed of it. Field is the relation by which it was moved, empty for
// one that pointed to the one that stays already.
type moved struct {
	Object string         `json:"object"`
	Field  string         `json:"field,omitempty"`
	ID     string         `json:"id"`
	Before map[string]any `json:"before"`
	After  map[string]any `json:"after"`
	row    *object.Row
}

// Merge takes one record into another in one write: values, everything that points to it, countdowns, and what it was known by. The actor
// must be allowed to change both. Problems: no_such_record, forbidden, stale, unknown_field, too_many_relations.
func (e *Engine) Merge(ctx context.Context, a *actor.Actor, ask Ask) (id string, row *object.Row, err error) {
	u, err := uuid.NewV7()
	if err != nil {
		return "", nil, err
	}
	id = u.String()
	err = e.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		s := e.Defs.Current()
		both, err := e.both(ctx, tx, s, a, ask)
		if err != nil {
			return err
		}
		row, err = e.merge(ctx, tx, s, a, ask, id, both)
		return err
	})
	return id, row, err
}

// both reads the two records, in one order on every node, and asks for the right to change them.
func (e *Engine) both(ctx context.Context, tx *store.Tx, s *definition.Snapshot, a *actor.Actor, ask Ask) (both [2]*object.Row, err error) {
	o, ok := object.Of(s, ask.Object)
	if !ok || e.Writer.Access.Scope(s, a, ask.Object, access.Read).Nothing() {
		return both, record.NoSuchObject(s, e.Writer.Access, a, ask.Object)
	}
	if _, ok := intake.Deduped(o.Name); !ok {
		return both, noRule(o)
	}
	if ask.Survivor == ask.Absorbed {
		return both, problem.New(problem.Invalid, "same_record", "不能把一条"+o.Title.ZH+"合并到它自己", problem.Item{Pointer: "/other", Code: "same_record", Message: "两条是同一条"})
	}
	if err := lock(ctx, tx, o, ask.Survivor, ask.Absorbed); err != nil {
		return both, err
	}
	for i, id := range []string{ask.Survivor, ask.Absorbed} {
		row, err := record.ReadRow(ctx, tx, o, id)
		if err != nil {
			return both, err
		}
		if row == nil || row.V[object.DeletedAt] != nil || !e.Writer.Access.Scope(s, a, o.Name, access.Read).Allows(row) {
			return both, record.NotFound(o)
		}
		if !e.Writer.Access.Scope(s, a, o.Name, access.Update).Allows(row) {
			return both, forbidden("合并这条" + o.Title.ZH)
		}
		if v := ask.Versions[i]; v != 0 && v != row.V[object.Version] {
			return both, problem.New(problem.Conflict, "stale", "“"+o.TitleOf(row)+"”在你打开之后被改过，请对照后再合并", problem.Item{Code: "stale", Message: "记录刚被改过", Hint: "刷新后重新选择"})
		}
		both[i] = row
	}
	return both, nil
}

// lock makes other nodes wait for two rows, in one order everywhere.
func lock(ctx context.Context, tx *store.Tx, o *object.Object, a, b string) error {
	for _, id := range two(a, b) {
		if err := record.Lock(ctx, tx, o, id); err != nil {
			return err
		}
	}
	return nil
}

func forbidden(what string) error {
	return problem.New(problem.Forbidden, "forbidden", "你没有权限"+what, problem.Item{Code: "forbidden", Message: "两条都要有修改的权限", Hint: "请联系主管或销售总监"})
}

func (e *Engine) merge(ctx context.Context, tx *store.Tx, s *definition.Snapshot, a *actor.Actor, ask Ask, id string, both [2]*object.Row) (*object.Row, error) {
	stays, goes := both[0], both[1]
	o := stays.Object
	values, err := e.values(s, a, ask, stays, goes)
	if err != nil {
		return nil, err
	}
	k := kept{Absorbed: image(goes), Moved: []moved{}, Handed: []string{}}
	var running [2][]timer.Timer
	for i, row := range both {
		if running[i], err = e.running(ctx, tx, row); err != nil {
			return nil, err
		}
	}
	ws, children, err := e.moves(ctx, tx, s, both, ownerAfter(values, stays))
	if err != nil {
		return nil, err
	}
	k.Handed = handed(values, stays, running)
	data := map[string]any{"merge": id, "other": goes.ID(), "title": o.TitleOf(goes), "moved": len(ws)}
	ws = append(ws, record.Write{Op: record.Update, Object: o.Name, ID: stays.ID(), What: "merge_records", Values: values, Data: data})
	if _, err := e.Writer.In(ctx, tx, record.Request{Actor: a, Origin: record.ByHand(a), Writes: ws}); err != nil {
		return nil, err
	}
	// Only now: the write in which an owner comes stops what runs. The one that goes is deleted last, which stops what is left with it.
	if k.Began, err = e.hand(ctx, tx, stays, running, k.Handed); err != nil {
		return nil, err
	}
	last := []record.Write{{Op: record.Delete, Object: o.Name, ID: goes.ID(), What: "merged_into", Data: map[string]any{"merge": id, "other": stays.ID(), "title": o.TitleOf(stays)}}}
	if f, has := o.Field("due_at"); has && len(k.Handed) > 0 && stays.V[f.Index] == nil && goes.V[f.Index] != nil {
		last = append(last, record.Write{Op: record.Update, Object: o.Name, ID: stays.ID(), Values: map[string]any{f.Name: f.Type.JSON(f, e.Writer.Env, goes.V[f.Index])}})
	}
	if _, err := e.Writer.In(ctx, tx, record.Request{Actor: a, Origin: record.ByHand(a), Writes: last}); err != nil {
		return nil, err
	}
	after, err := record.ReadRow(ctx, tx, o, stays.ID())
	if err != nil {
		return nil, err
	}
	gone, err := record.ReadRow(ctx, tx, o, goes.ID())
	if err != nil {
		return nil, err
	}
	k.Version, _ = gone.V[object.Version].(int64)
	k.Before, k.After = differences(stays, after)
	for _, c := range children {
		now, err := record.ReadRow(ctx, tx, c.row.Object, c.ID)
		if err != nil {
			return nil, err
		}
		if c.Before, c.After = differences(c.row, now); len(c.After) > 0 {
			k.Moved = append(k.Moved, c)
		}
	}
	for i, row := range both {
		now, err := e.running(ctx, tx, row)
		if err != nil {
			return nil, err
		}
		for _, t := range running[i] {
			if !slices.ContainsFunc(now, func(n timer.Timer) bool { return n.ID == t.ID }) && !slices.Contains(k.Handed, t.ID) {
				k.Stopped[i] = append(k.Stopped[i], t.ID)
			}
		}
	}
	if k.Learned, err = intake.Learn(ctx, tx, o.Name, stays.ID(), append(intake.KeysOf(stays), intake.KeysOf(goes)...)); err != nil {
		return nil, err
	}
	if err := e.tell(ctx, tx, a, stays, goes, after); err != nil {
		return nil, err
	}
	return after, e.keepMerge(ctx, tx, a, ask, id, &k)
}

// hand lets countdowns go on at the one that stays, in the place of those of their kind that the merge started there; the others that it
// started are given.
func (e *Engine) hand(ctx context.Context, tx *store.Tx, stays *object.Row, running [2][]timer.Timer, ids []string) (began []string, err error) {
	now, err := e.running(ctx, tx, stays)
	if err != nil {
		return nil, err
	}
	kinds := map[string]bool{}
	for _, t := range running[1] {
		if slices.Contains(ids, t.ID) {
			kinds[t.Kind] = true
		}
	}
	for _, t := range now {
		switch {
		case slices.ContainsFunc(running[0], func(x timer.Timer) bool { return x.ID == t.ID }):
		case kinds[t.Kind]:
			if err := e.Timers.Stop(ctx, tx, t.Object, t.RecordID, t.Kind); err != nil {
				return nil, err
			}
		default:
			began = append(began, t.ID)
		}
	}
	return began, e.Timers.Hand(ctx, tx, stays.Object.Name, stays.ID(), ids)
}

// tell lets the owner of the one that went know whose it is now, and what it is called only where that owner may read it.
func (e *Engine) tell(ctx context.Context, tx *store.Tx, a *actor.Actor, stays, goes, after *object.Row) error {
	if goes.Owner() == "" || goes.Owner() == after.Owner() || goes.Owner() == a.ID {
		return nil
	}
	o := goes.Object
	f := o.Fields[object.Owner]
	what := o.Title.ZH
	if e.Actor != nil {
		if who := e.Actor(goes.Owner()); who != nil && e.Writer.Access.Scope(e.Defs.Current(), who, o.Name, access.Read).Allows(after) {
			what = "“" + o.TitleOf(stays) + "”"
		}
	}
	return e.Inbox.Send(ctx, tx, notify.Message{Person: goes.Owner(), Kind: "merged", Level: notify.Blue, Title: "已合并：" + o.TitleOf(goes),
		Body: a.Name + " 把它合并到了 " + f.Type.Words(f, e.Writer.Env, after.Owner()) + " 的" + what, Object: o.Name, RecordID: goes.ID()})
}

func (e *Engine) keepMerge(ctx context.Context, tx *store.Tx, a *actor.Actor, ask Ask, id string, k *kept) error {
	body, err := json.Marshal(k)
	if err != nil {
		return err
	}
	now := e.Writer.Clock.Milli()
	if _, err := tx.Exec(ctx, "INSERT INTO duplicate_merge (id, object, survivor, absorbed, at, by_id, by_name, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", id, ask.Object, ask.Survivor, ask.Absorbed, now, null(a.ID), null(a.Name), string(body)); err != nil {
		return fmt.Errorf("duplicate: merge: %w", err)
	}
	ab := two(ask.Survivor, ask.Absorbed)
	_, err = tx.Exec(ctx, "UPDATE duplicate_pair SET state = ?, decided_at = ?, decided_by = ?, decided_name = ? WHERE a = ? AND b = ?", Merged, now, null(a.ID), null(a.Name), ab[0], ab[1])
	return err
}

func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}
