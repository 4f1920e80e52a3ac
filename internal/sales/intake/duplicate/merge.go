package duplicate

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

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
			return both, noSuchRecord(o)
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

// lock makes other nodes wait for two rows, in one order everywhere. On SQLite all writes are one after another anyway.
func lock(ctx context.Context, tx *store.Tx, o *object.Object, a, b string) error {
	if tx.Dialect() != store.Postgres {
		return nil
	}
	for _, id := range two(a, b) {
		if _, err := tx.Exec(ctx, "SELECT 1 FROM "+object.Quote(o.Table)+` WHERE "id" = ? FOR UPDATE`, id); err != nil {
			return err
		}
	}
	return nil
}

func noSuchRecord(o *object.Object) error {
	return problem.New(problem.NotFound, "no_such_record", "没有这条"+o.Title.ZH+"，或者你无权查看")
}

func forbidden(what string) error {
	return problem.New(problem.Forbidden, "forbidden", "你没有权限"+what, problem.Item{Code: "forbidden", Message: "两条都要有修改的权限", Hint: "请联系主管或销售总监"})
}

// mine is the origin of the writes of an action whose rights were checked.
func mine(a *actor.Actor) record.Origin {
	kind := "person"
	if a.Kind == actor.Key {
		kind = "api"
	}
	return record.Origin{Kind: kind, Engine: true}
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
	if len(k.Handed) > 0 && stays.Get("due_at") == nil && goes.Get("due_at") != nil {
		f, _ := o.Field("due_at")
		values["due_at"] = f.Type.JSON(f, e.Writer.Env, goes.V[f.Index])
	}
	if err := e.Timers.Hand(ctx, tx, o.Name, stays.ID(), k.Handed); err != nil {
		return nil, err
	}
	data := map[string]any{"merge": id, "other": goes.ID(), "title": o.TitleOf(goes), "moved": len(ws)}
	ws = append(ws, record.Write{Op: record.Update, Object: o.Name, ID: stays.ID(), What: "merge_records", Values: values, Data: data},
		record.Write{Op: record.Delete, Object: o.Name, ID: goes.ID(), What: "merged_into", Data: map[string]any{"merge": id, "other": stays.ID(), "title": o.TitleOf(stays)}})
	if _, err := e.Writer.In(ctx, tx, record.Request{Actor: a, Origin: mine(a), Writes: ws}); err != nil {
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

// tell lets the owner of the one that went know whose it is now.
func (e *Engine) tell(ctx context.Context, tx *store.Tx, a *actor.Actor, stays, goes, after *object.Row) error {
	if goes.Owner() == "" || goes.Owner() == after.Owner() || goes.Owner() == a.ID {
		return nil
	}
	o := goes.Object
	f := o.Fields[object.Owner]
	return e.Inbox.Send(ctx, tx, notify.Message{Person: goes.Owner(), Kind: "merged", Level: notify.Blue, Title: "已合并：" + o.TitleOf(goes),
		Body: a.Name + " 把它合并到了 " + f.Type.Words(f, e.Writer.Env, after.Owner()) + " 的“" + o.TitleOf(stays) + "”", Object: o.Name, RecordID: goes.ID()})
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

// values are what the one that stays gets: the chosen fields, and what it lacks.
func (e *Engine) values(s *definition.Snapshot, a *actor.Actor, ask Ask, stays, goes *object.Row) (map[string]any, error) {
	o := stays.Object
	hidden := e.Writer.Access.Hidden(s, a, o.Name)
	out := map[string]any{}
	put := func(f *object.Field) { out[f.Name] = f.Type.JSON(f, e.Writer.Env, goes.V[f.Index]) }
	var items []problem.Item
	for i, name := range ask.Take {
		f, ok := o.Field(name)
		if !ok || hidden[f.Name] || !Choosable(f) {
			items = append(items, problem.Item{Pointer: fmt.Sprintf("/take/%d", i), Code: "unknown_field", Message: "不能选择“" + name + "”的值", Hint: definition.Suggest(name, o.Names())})
			continue
		}
		put(f)
		if f.Name == "stage" {
			if d, has := o.Field("decided_at"); has && goes.V[d.Index] != nil {
				put(d)
			}
		}
	}
	if len(items) > 0 {
		return nil, problem.New(problem.Invalid, "invalid_merge", "有字段不能这样合并", items...)
	}
	for _, f := range o.Fields {
		if _, taken := out[f.Name]; taken || stays.V[f.Index] != nil || goes.V[f.Index] == nil {
			continue
		}
		if Choosable(f) || f.Index == object.Owner || f.ReadOnly && f.Type.Name() == "datetime" && f.Name != "due_at" && f.Name != "decided_at" {
			put(f)
		}
	}
	if f, has := o.Field(intake.Touches); has {
		x, _ := stays.V[f.Index].(int64)
		y, _ := goes.V[f.Index].(int64)
		if x+y > 0 {
			out[f.Name] = x + y
		}
	}
	return out, nil
}

// Choosable tells whether a person may say which of two records' values of a field stays.
func Choosable(f *object.Field) bool {
	return !f.System && !f.ReadOnly && !f.Hidden && f.TagDimension == "" && f.Type.Name() != "auto_number"
}

// moves are the writes that let everything that points to the one that goes point to the one that stays; with all records that point to
// either, as they are.
func (e *Engine) moves(ctx context.Context, q store.Querier, s *definition.Snapshot, both [2]*object.Row, owner string) (ws []record.Write, children []moved, err error) {
	for _, o := range object.All(s) {
		for _, f := range o.Fields {
			if f.TargetOf() != both[0].Object.Name || f.System {
				continue
			}
			for i, at := range both {
				rows, err := record.FindRows(ctx, q, o, record.Eq{Field: f.Name, Value: at.ID()})
				if err != nil {
					return nil, nil, err
				}
				for _, row := range rows {
					if row.ID() == both[0].ID() || row.ID() == both[1].ID() {
						continue // one of the two points to the other
					}
					c := moved{Object: o.Name, ID: row.ID(), row: row}
					if i == 1 {
						c.Field = f.ID
						values := todo(row, both[1].Owner(), owner, children)
						values[f.Name] = both[0].ID()
						ws = append(ws, record.Write{Op: record.Update, Object: o.Name, ID: row.ID(), What: "merge_move", Values: values})
					}
					children = append(children, c)
				}
				if i == 1 && len(rows) >= 1000 || len(ws) > mostMoved {
					return nil, nil, problem.New(problem.Conflict, "too_many_relations", fmt.Sprintf("这条%s有太多关联记录，一次合并最多移动 %d 条", both[1].Object.Title.ZH, mostMoved), problem.Item{Code: "too_many_relations", Message: "关联记录太多", Hint: "换个方向合并：保留关联多的那一条"})
				}
			}
		}
	}
	return ws, children, nil
}

// todo is what becomes of an open task of the one that goes: it is its new owner's from now on, and a first contact is made once.
func todo(row *object.Row, from, owner string, standing []moved) map[string]any {
	values := map[string]any{}
	if row.Object.Name != "task" || row.Text("status") != "open" || owner == "" {
		return values
	}
	if row.Owner() == from && from != owner {
		values["owner"] = owner
	}
	kind := row.Text("kind")
	if kind == firstContact && slices.ContainsFunc(standing, func(m moved) bool {
		return m.Field == "" && m.row.Object.Name == "task" && m.row.Text("kind") == kind && m.row.Text("status") == "open"
	}) {
		values["status"] = "cancelled"
	}
	return values
}

// firstContact is the kind of the task that an assignment makes.
const firstContact = "首次联系"

// ownerAfter is who has the one that stays once the other went into it.
func ownerAfter(values map[string]any, stays *object.Row) string {
	if s, ok := values["owner"].(string); ok && stays.Owner() == "" {
		return s
	}
	return stays.Owner()
}

// running lists a record's running countdowns.
func (e *Engine) running(ctx context.Context, q store.Querier, row *object.Row) ([]timer.Timer, error) {
	all, err := e.Timers.List(ctx, q, row.Object.Name, row.ID())
	return slices.DeleteFunc(all, func(t timer.Timer) bool { return t.State != timer.Running }), err
}

// handed picks the countdowns that go on at the one that stays: those of its owner of which it has none of that kind itself.
func handed(values map[string]any, stays *object.Row, running [2][]timer.Timer) []string {
	owner := ownerAfter(values, stays)
	out := []string{}
	if owner == "" || stays.Get("decided_at") != nil {
		return out
	}
	for _, t := range running[1] {
		if (t.Person == owner || t.Person == "" && stays.Owner() == owner) && !slices.ContainsFunc(running[0], func(x timer.Timer) bool { return x.Kind == t.Kind }) {
			out = append(out, t.ID)
		}
	}
	return out
}

// bookkeeping are the fields that every write changes.
var bookkeeping = []int{object.ID, object.Version, object.CreatedAt, object.CreatedBy, object.UpdatedAt, object.UpdatedBy, object.DeletedAt}

// image keeps a row's values by stable id.
func image(row *object.Row) map[string]any {
	out := map[string]any{}
	for i, f := range row.Object.Fields {
		if !slices.Contains(bookkeeping, i) {
			out[f.ID] = row.V[i]
		}
	}
	return out
}

func differences(a, b *object.Row) (before, after map[string]any) {
	before, after = image(a), image(b)
	for id, v := range before {
		if v == after[id] {
			delete(before, id)
			delete(after, id)
		}
	}
	return before, after
}

func readKept(body string) (*kept, error) {
	dec := json.NewDecoder(strings.NewReader(body))
	dec.UseNumber()
	k := &kept{}
	if err := dec.Decode(k); err != nil {
		return nil, fmt.Errorf("duplicate: kept merge: %w", err)
	}
	all := []map[string]any{k.Before, k.After, k.Absorbed}
	for _, c := range k.Moved {
		all = append(all, c.Before, c.After)
	}
	for _, m := range all {
		for id, v := range m {
			if n, ok := v.(json.Number); ok {
				m[id], _ = n.Int64()
			}
		}
	}
	return k, nil
}

// Record is a merge as it stands.
type Record struct {
	ID, Object, Survivor, Absorbed string
	At, UndoneAt                   int64
	By, UndoneBy                   string // names
	body                           string
}

const mergeColumns = "id, object, survivor, absorbed, at, COALESCE(by_name, ''), COALESCE(undone_at, 0), COALESCE(undone_name, ''), body"

func scanMerge(scan func(...any) error) (*Record, error) {
	m := &Record{}
	err := scan(&m.ID, &m.Object, &m.Survivor, &m.Absorbed, &m.At, &m.By, &m.UndoneAt, &m.UndoneBy, &m.body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return m, err
}

// Merges lists the merges that a record stands after or went away by, newest first.
func (e *Engine) Merges(ctx context.Context, id string) ([]*Record, error) {
	rows, err := e.DB.Query(ctx, "SELECT "+mergeColumns+" FROM duplicate_merge WHERE survivor = ? UNION ALL SELECT "+mergeColumns+" FROM duplicate_merge WHERE absorbed = ? ORDER BY 5 DESC, 1 DESC LIMIT 50", id, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Record
	for rows.Next() {
		m, err := scanMerge(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}
