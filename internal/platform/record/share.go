package record

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/google/uuid"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// The events of sharing a record, and of taking that back.
const (
	Shared   = "share"
	Unshared = "unshare"
)

// Share opens one record to a person, or to a unit and all under it.
type Share struct {
	ID             string
	Person, Unit   string // one of them
	Edit           bool
	Until          *int64 // the last day, nil for no end
	Reason, By     string
	SharedAt       int64
	EndedAt        int64
	EndedBy        string
	Object, Record string
}

// Sharing keeps the shares of records. Safe for concurrent use.
type Sharing struct {
	Writer *Writer
	Reader *Reader
	// Actor makes the actor of a person, nil when the person has left.
	Actor func(person string) *actor.Actor
	// Unit tells whether a unit stands.
	Unit func(id string) bool
	// Told is called inside the write with a person something was shared with; may be nil.
	Told func(ctx context.Context, tx *store.Tx, s Share, title string) error
}

// mayShare tells whether the actor may open a row to others: who may change it by a role. What was only shared with one is not passed on.
func (s *Sharing) mayShare(a *actor.Actor, row *object.Row) bool {
	scope := s.Writer.Access.Scope(s.Writer.Defs.Current(), a, row.Object.Name, access.Update)
	return scope.AllowsOwner(row.Owner()) || scope.Meets(row)
}

// Add shares a record. Who it is shared with must be able to read such records by a role (to edit them, where it is shared to be edited):
// a share widens what a role opens, it gives nobody a new kind of record.
func (s *Sharing) Add(ctx context.Context, a *actor.Actor, objectName, id string, sh Share) (*Share, error) {
	row, err := s.Reader.Get(ctx, a, objectName, id)
	if err != nil {
		return nil, err
	}
	if !s.mayShare(a, row) {
		return nil, forbidden("共享这条" + row.Object.Title.ZH)
	}
	if items := s.check(row.Object, sh); len(items) > 0 {
		return nil, problem.New(problem.Invalid, "invalid_share", "没有共享", items...)
	}
	sh.ID, sh.By, sh.SharedAt, sh.Object, sh.Record = uuid.NewString(), a.ID, s.Writer.Clock.Milli(), row.Object.Name, row.ID()
	err = s.Writer.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		// What stands with the same receiver is replaced.
		if _, err := tx.Exec(ctx, "UPDATE record_share SET ended_at = ?, ended_by = ? WHERE object = ? AND record_id = ? AND ended_at IS NULL AND COALESCE(person, '') = ? AND COALESCE(unit, '') = ?", sh.SharedAt, a.ID, sh.Object, sh.Record, sh.Person, sh.Unit); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO record_share (id, object, record_id, person, unit, edit, until_day, reason, shared_at, shared_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			sh.ID, sh.Object, sh.Record, none(sh.Person), none(sh.Unit), bit(sh.Edit), day(sh.Until), none(sh.Reason), sh.SharedAt, sh.By); err != nil {
			return err
		}
		if s.Told != nil && sh.Person != "" {
			to := s.Actor(sh.Person)
			if err := s.Told(ctx, tx, sh, s.Writer.Access.Title(s.Writer.Defs.Current(), to, row)); err != nil {
				return err
			}
		}
		return s.event(tx, a, row, Shared, sh)
	})
	return &sh, err
}

func (s *Sharing) check(o *object.Object, sh Share) []problem.Item {
	var items []problem.Item
	if (sh.Person == "") == (sh.Unit == "") {
		return []problem.Item{{Pointer: "/person", Code: "required", Message: "请选择一个人，或者一个组织（只选一种）"}}
	}
	if len([]rune(sh.Reason)) > 500 || strings.ContainsRune(sh.Reason, 0) {
		items = append(items, problem.Item{Pointer: "/reason", Code: "too_long", Message: "原因不超过 500 字，且不能含有空字符"})
	}
	if sh.Until != nil && *sh.Until < s.Writer.Access.Today() {
		items = append(items, problem.Item{Pointer: "/until", Code: "past", Message: "截止日期已经过去", Hint: "请选今天或以后的一天，或不填"})
	}
	if sh.Unit != "" && !s.Unit(sh.Unit) {
		items = append(items, problem.Item{Pointer: "/unit", Code: "unknown_reference", Message: "没有这个组织"})
	}
	if sh.Person == "" {
		return items
	}
	to, snap := s.Actor(sh.Person), s.Writer.Defs.Current()
	switch {
	case to == nil:
		items = append(items, problem.Item{Pointer: "/person", Code: "unknown_reference", Message: "没有这个人，或已离职"})
	case s.Writer.Access.Scope(snap, to, o.Name, access.Read).Nothing():
		items = append(items, problem.Item{Pointer: "/person", Code: "no_role", Message: "“" + to.Name + "”的角色看不到" + o.Title.ZH, Hint: "请管理员先给对方相应的角色"})
	case sh.Edit && s.Writer.Access.Scope(snap, to, o.Name, access.Update).Nothing():
		items = append(items, problem.Item{Pointer: "/edit", Code: "no_role", Message: "“" + to.Name + "”的角色不能修改" + o.Title.ZH, Hint: "请改为只读共享"})
	}
	return items
}

// List gives the shares of a record that the actor may see, those that have ended too, newest first.
func (s *Sharing) List(ctx context.Context, a *actor.Actor, objectName, id string) (row *object.Row, shares []Share, err error) {
	if row, err = s.Reader.Get(ctx, a, objectName, id); err != nil {
		return nil, nil, err
	}
	rows, err := s.Writer.DB.Query(ctx, shareColumns+" WHERE object = ? AND record_id = ? ORDER BY shared_at DESC, id LIMIT 200", row.Object.Name, row.ID())
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		sh, err := scanShare(rows.Scan)
		if err != nil {
			return nil, nil, err
		}
		shares = append(shares, sh)
	}
	return row, shares, rows.Err()
}

const shareColumns = "SELECT id, object, record_id, COALESCE(person, ''), COALESCE(unit, ''), edit, until_day, COALESCE(reason, ''), shared_at, shared_by, COALESCE(ended_at, 0), COALESCE(ended_by, '') FROM record_share"

func scanShare(scan func(dest ...any) error) (sh Share, err error) {
	var edit int64
	err = scan(&sh.ID, &sh.Object, &sh.Record, &sh.Person, &sh.Unit, &edit, &sh.Until, &sh.Reason, &sh.SharedAt, &sh.By, &sh.EndedAt, &sh.EndedBy)
	sh.Edit = edit != 0
	return sh, err
}

// End takes a share back: who shared, or who may share the record.
func (s *Sharing) End(ctx context.Context, a *actor.Actor, objectName, id, share string) error {
	row, err := s.Reader.Get(ctx, a, objectName, id)
	if err != nil {
		return err
	}
	return s.Writer.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		sh, err := scanShare(tx.QueryRow(ctx, shareColumns+" WHERE id = ? AND object = ? AND record_id = ?", share, row.Object.Name, row.ID()).Scan)
		if errors.Is(err, sql.ErrNoRows) || err == nil && sh.EndedAt != 0 {
			return problem.New(problem.NotFound, "no_such_share", "没有这次共享，或已收回")
		}
		if err != nil {
			return err
		}
		if sh.By != a.ID && !s.mayShare(a, row) {
			return forbidden("收回这次共享")
		}
		if _, err := tx.Exec(ctx, "UPDATE record_share SET ended_at = ?, ended_by = ? WHERE id = ?", s.Writer.Clock.Milli(), a.ID, sh.ID); err != nil {
			return err
		}
		return s.event(tx, a, row, Unshared, sh)
	})
}

func (s *Sharing) event(tx *store.Tx, a *actor.Actor, row *object.Row, op string, sh Share) error {
	now := s.Writer.Clock.Milli()
	data := map[string]any{"share": sh.ID, "edit": sh.Edit}
	if sh.Person != "" {
		data["person"], data["to"] = sh.Person, s.Reader.Env.Name("person", sh.Person)
	} else {
		data["unit"], data["to"] = sh.Unit, s.Reader.Env.Name("org_unit", sh.Unit)
	}
	if sh.Until != nil {
		data["until"] = dateText(*sh.Until)
	}
	name, stood := s.Writer.Access.Named(s.Writer.Defs.Current(), a, row)
	if stood != "" {
		data["for"] = stood
	}
	return s.Writer.Ledger.Append(tx, &ledger.Event{At: now, WrittenAt: now, ActorKind: string(a.Kind), ActorID: a.ID, ActorName: name, IP: a.IP, Request: a.Request, Origin: ByHand(a).Kind,
		Object: row.Object.Name, RecordID: row.ID(), Op: op, Revision: s.Writer.Defs.Current().Revision, Payload: ledger.Payload{Note: sh.Reason, Data: data}})
}

func dateText(day int64) string { s, _ := object.Date{}.JSON(nil, nil, day).(string); return s }

func none(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func day(d *int64) any {
	if d == nil {
		return nil
	}
	return *d
}
