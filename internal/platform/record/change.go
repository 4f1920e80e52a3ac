package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// Change is one record being written, as steps see it. Valid only inside its transaction.
type Change struct {
	Tx     *store.Tx
	Snap   *definition.Snapshot
	Env    *object.Env
	Actor  *actor.Actor
	Origin Origin
	Object *object.Object
	Op     Op
	Old    *object.Row // nil on create
	New    *object.Row
	At     int64 // when it happened, ms
	Now    int64 // when it is written, ms
	Result string
	// What, Note and Data make the event.
	What string
	Note string
	Data map[string]any
	// Given says which fields the caller set, by field index.
	Given map[int]bool

	writer   *Writer
	sight    *access.Sight // of the actor, found when first asked
	write    *Write
	children []Write
	parent   *Change // the write that appended this one
	depth    int
	computed []any // the row's values when its formulas were computed last
}

const maxDepth = 6

// Changed reports whether a field differs from before (on create: whether it is set).
func (c *Change) Changed(name string) bool {
	f, ok := c.Object.Field(name)
	if !ok {
		return false
	}
	if c.Old == nil {
		return c.New.V[f.Index] != nil
	}
	return c.Old.V[f.Index] != c.New.V[f.Index]
}

// Append adds a write that runs after this row is stored, in the same transaction and with the same origin, as the system's engine.
func (c *Change) Append(w Write) { c.children = append(c.children, w) }

// Put sets a field to a raw value read by its type; a reservation becomes a hint. An unreadable value is an error.
func (c *Change) Put(name string, raw any) error {
	f, ok := c.Object.Field(name)
	if !ok {
		return fmt.Errorf("record: %s has no field %s", c.Object.Name, name)
	}
	return c.set(f, raw, "/"+name)
}

// Datum adds a value to the event's data.
func (c *Change) Datum(key string, v any) {
	if c.Data == nil {
		c.Data = map[string]any{}
	}
	c.Data[key] = v
}

// MergeInto turns a create into an update of the record that stands: blanks are filled, nothing is overwritten.
func (c *Change) MergeInto(standing *object.Row) {
	c.Op, c.Old, c.Result = Update, standing, "merged"
	merged := standing.Clone()
	old, came := c.hints(standing), c.hints(c.New)
	for i, f := range c.Object.Fields {
		if !f.System && merged.V[i] == nil && c.New.V[i] != nil {
			merged.V[i] = c.New.V[i]
			delete(old, f.Name) // it told of text that could not be read; now there is a value
		}
	}
	for name, h := range came {
		if f, ok := c.Object.Field(name); ok && standing.V[f.Index] == nil {
			old[name] = h
		}
	}
	c.New = merged
	c.setHints(old)
	if c.What == "" {
		c.What = "merge"
	}
}

// Decide keeps why the record is as it is ("owner", "tags"); body is small and opaque to the platform.
func (c *Change) Decide(ctx context.Context, what string, body []byte) error {
	return Decide(ctx, c.Tx, c.Snap.Revision, c.Object.Name, c.New.ID(), what, c.Now, body)
}

// Decide keeps why a record is as it is, for an action that makes several writes.
func Decide(ctx context.Context, tx *store.Tx, revision int64, objectName, id, what string, at int64, body []byte) error {
	return tx.Insert(ctx, decisions, objectName, id, what, at, revision, body)
}

// Decision reads the newest kept decision of a record, nil for none.
func Decision(ctx context.Context, q store.Querier, id, what string) ([]byte, error) {
	var body []byte
	err := q.QueryRow(ctx, "SELECT body FROM decision WHERE record_id = ? AND what = ? ORDER BY at DESC LIMIT 1", id, what).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return body, err
}

var decisions = &store.Insert{Table: "decision", Columns: "object, record_id, what, at, revision, body", N: 6,
	Tail: "ON CONFLICT (record_id, what, at) DO UPDATE SET body = excluded.body, revision = excluded.revision"}

func (c *Change) run(ctx context.Context) error {
	w := c.write
	o, ok := object.Of(c.Snap, w.Object)
	if !ok || !c.Origin.Engine && !c.knows(o) {
		return NoSuchObject(c.Snap, c.writer.Access, c.Actor, w.Object)
	}
	c.Object, c.Op, c.What, c.Note, c.Data = o, w.Op, w.What, w.Note, w.Data
	c.At = c.Now
	if !c.Origin.HappenedAt.IsZero() {
		c.At = c.Origin.HappenedAt.UnixMilli()
	}
	if w.At != 0 {
		c.At = w.At
	}
	if err := c.prepare(ctx); err != nil {
		return err
	}
	c.compute()
	for _, s := range c.writer.Steps {
		if err := s.Apply(ctx, c); err != nil {
			return err
		}
		c.compute()
	}
	if err := c.complete(ctx); err != nil {
		return err
	}
	if err := c.rules(ctx); err != nil {
		return err
	}
	if err := c.persist(ctx); err != nil {
		return err
	}
	return c.runChildren(ctx)
}

func (c *Change) runChildren(ctx context.Context) error {
	if len(c.children) > 0 && c.depth >= maxDepth {
		return fmt.Errorf("record: writes of writes deeper than %d; two rules wake each other", maxDepth)
	}
	for i := range c.children {
		child := &Change{Tx: c.Tx, Snap: c.Snap, Env: c.Env, Actor: c.Actor, Origin: c.Origin, Now: c.Now, writer: c.writer, write: &c.children[i], parent: c, depth: c.depth + 1}
		child.Origin.Engine = true
		if child.write.At == 0 {
			child.write.At = c.At
		}
		if err := child.run(ctx); err != nil {
			return err
		}
	}
	return nil
}

// prepare reads the standing row, checks rights and version, and lays the given values over it.
func (c *Change) prepare(ctx context.Context) error {
	w := c.write
	if c.Op == Create {
		c.New, c.Result = object.NewRow(c.Object), "created"
		id := w.ID
		if id == "" {
			u, err := uuid.NewV7()
			if err != nil {
				return err
			}
			id = u.String()
		}
		c.New.V[object.ID] = id
		c.New.V[object.Version] = int64(1)
		c.New.V[object.CreatedAt], c.New.V[object.UpdatedAt] = c.At, c.At
		if c.Actor.Kind == actor.Person {
			c.New.V[object.CreatedBy], c.New.V[object.UpdatedBy] = c.Actor.ID, c.Actor.ID
		}
		if !c.Origin.Engine && !c.writer.Access.May(c.Snap, c.Actor, c.Object.Name, func(r access.Rule) bool { return r.Create }) {
			return forbidden("新建" + c.Object.Title.ZH)
		}
		if err := c.defaults(); err != nil {
			return err
		}
		c.ownMade()
	} else {
		old, err := ReadRow(ctx, c.Tx, c.Object, w.ID)
		if err != nil {
			return err
		}
		if old == nil || (old.V[object.DeletedAt] != nil) != (c.Op == Restore) {
			return NotFound(c.Object)
		}
		verb := access.Update
		if c.Op == Delete || c.Op == Restore {
			verb = access.Delete
		}
		if !c.Origin.Engine {
			if !c.writer.Access.Scope(c.Snap, c.Actor, c.Object.Name, access.Read).Allows(old) {
				return NotFound(c.Object) // what one may not see does not exist
			}
			if !c.writer.Access.Scope(c.Snap, c.Actor, c.Object.Name, verb).Allows(old) {
				return forbidden("修改这条" + c.Object.Title.ZH)
			}
		}
		c.Old, c.New, c.Result = old, old.Clone(), "updated"
		if c.Op == Delete {
			c.New.V[object.DeletedAt], c.Result = c.At, "deleted"
		} else if c.Op == Restore {
			c.New.V[object.DeletedAt], c.Result = nil, "restored"
		}
	}
	if err := c.lay(ctx); err != nil {
		return err
	}
	if c.Old != nil && w.Version != 0 && w.Version != c.Old.V[object.Version].(int64) {
		return c.stale()
	}
	return nil
}

func (c *Change) defaults() error {
	for _, f := range c.Object.Fields {
		if f.Default != nil {
			raw := f.Default
			if ref, _, _, is := f.DefaultRef(); is {
				switch raw = nil; ref {
				case object.RefMe:
					if self := c.Actor.Self(); self != "" {
						raw = self
					}
				case object.RefToday, object.RefNow:
					raw = f.DefaultTime(c.Env, time.UnixMilli(c.At))
				}
			}
			if err := c.set(f, raw, "/"+f.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// lay reads the given values by their types; all problems are reported together.
func (c *Change) lay(ctx context.Context) error {
	c.Given = make(map[int]bool, len(c.write.Values))
	var items []problem.Item
	for name, raw := range c.write.Values {
		f, ok := c.Object.Field(name)
		if !ok || c.hides(f) {
			items = append(items, problem.Item{Pointer: "/" + name, Code: "unknown_field", Message: c.Object.Title.ZH + "没有字段“" + name + "”", Hint: definition.Suggest(name, c.visible())})
			continue
		}
		if (f.ReadOnly || f.System && f.Index != object.Owner) && !c.Origin.Engine {
			items = append(items, problem.Item{Pointer: "/" + name, Code: "readonly", Message: "“" + f.Title.ZH + "”由系统填写，不能直接修改", Hint: "请去掉这一项"})
			continue
		}
		if c.fixes(f) {
			items = append(items, problem.Item{Pointer: "/" + name, Code: "readonly", Message: "你的角色不能填写“" + f.Title.ZH + "”", Hint: "请去掉这一项，或联系管理员开通"})
			continue
		}
		c.Given[f.Index] = true
		if err := c.set(f, raw, "/"+name); err != nil {
			if p := problem.As(err); p != nil {
				items = append(items, p.Items...)
				continue
			}
			return err
		}
		if f.Open && f.Type.Shape() == object.ChoiceShape {
			if err := c.joinOpen(ctx, f); err != nil {
				return err
			}
			c.keepHint(f)
		}
		if it, err := c.refers(ctx, f); err != nil {
			return err
		} else if it != nil {
			items = append(items, *it)
		}
	}
	if len(items) > 0 {
		slices.SortFunc(items, func(a, b problem.Item) int { return compare(a.Pointer, b.Pointer) })
		return problem.New(problem.Invalid, "invalid_record", fmt.Sprintf("有 %d 处填写有误，没有保存", len(items)), items...)
	}
	return c.mayOwn()
}

// set reads raw into the new row and keeps or clears the field's hint.
func (c *Change) set(f *object.Field, raw any, pointer string) error {
	p, ok := raw.(Parsed)
	if !ok || p.field != f {
		var err error
		if ok {
			raw = p.raw // read by a definition that no longer stands
		}
		if p, err = Parse(f, c.Env, raw); err != nil {
			var ve *object.ValueError
			if !errors.As(err, &ve) {
				return err
			}
			return problem.New(problem.Invalid, "invalid_record", "填写有误，没有保存", problem.Item{Pointer: pointer, Code: ve.Code, Message: "“" + f.Title.ZH + "”" + ve.Message, Hint: ve.Hint})
		}
	}
	v, hint := p.Value, p.Hint
	c.New.V[f.Index] = v
	hs := c.hints(c.New)
	if _, had := hs[f.Name]; hint != nil {
		hs[f.Name] = *hint
		c.setHints(hs)
	} else if had {
		delete(hs, f.Name)
		c.setHints(hs)
	}
	return nil
}

func (c *Change) stale() error {
	var items []problem.Item
	for i := range c.Given {
		f := c.Object.Fields[i]
		if c.New.V[i] != c.Old.V[i] {
			items = append(items, problem.Item{Pointer: "/" + f.Name, Code: "stale", Message: "“" + f.Title.ZH + "”已被他人改动", Yours: f.Type.JSON(f, c.Env, c.New.V[i]), Theirs: f.Type.JSON(f, c.Env, c.Old.V[i])})
		}
	}
	slices.SortFunc(items, func(a, b problem.Item) int { return compare(a.Pointer, b.Pointer) })
	return problem.New(problem.Conflict, "stale", "这条记录在你打开之后被改过，请对照后再保存", items...)
}

// joinOpen gives a value off an open list the spelling under which it was first seen, so that "google" joins "Google".
func (c *Change) joinOpen(ctx context.Context, f *object.Field) error {
	s, ok := c.New.V[f.Index].(string)
	if !ok {
		return nil
	}
	fold := object.Fold(s)
	if _, listed := f.Option(s); listed {
		return nil
	}
	type key struct{ object, field, fold string }
	v, err := c.Tx.Value(key{c.Object.Name, f.ID, fold}, func() (any, error) {
		var first string
		err := c.Tx.QueryRow(ctx, "SELECT value FROM open_value WHERE object = ? AND field = ? AND fold = ?", c.Object.Name, f.ID, fold).Scan(&first)
		if errors.Is(err, sql.ErrNoRows) {
			// On conflict another node was first: its spelling, returned by the idle update, counts.
			err = c.Tx.QueryRow(ctx, "INSERT INTO open_value (object, field, fold, value) VALUES (?, ?, ?, ?) ON CONFLICT (object, field, fold) DO UPDATE SET value = open_value.value RETURNING value", c.Object.Name, f.ID, fold, s).Scan(&first)
		}
		return first, err
	})
	if err != nil {
		return err
	}
	c.New.V[f.Index] = v
	return nil
}

func (c *Change) event() *ledger.Event {
	op := c.What
	if op == "" {
		op = string(c.Op)
	}
	row := c.Old
	if row == nil {
		row = c.New
	}
	name, stood := c.writer.Access.Named(c.Snap, c.Actor, row)
	if stood != "" {
		c.Datum("for", stood)
	}
	return &ledger.Event{At: c.At, WrittenAt: c.Now, ActorKind: string(c.Actor.Kind), ActorID: c.Actor.ID, ActorName: name, IP: c.Actor.IP, Origin: c.Origin.Kind, Batch: c.Origin.Batch,
		Object: c.Object.Name, RecordID: c.New.ID(), Op: op, Revision: c.Snap.Revision, Request: c.Actor.Request, Payload: ledger.Payload{Note: c.Note, Data: c.Data}}
}
