package identity

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/google/uuid"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// Delegation says who acts in whose place from one day to another, both included. It ends by itself, and changes nothing of what is
// assigned to whom: the delegate sees and changes what the person may, besides the delegate's own.
type Delegation struct {
	ID, Person, Delegate string
	From, Until          int64 // day numbers
	Reason, By           string
	MadeAt, EndedAt      int64
	EndedBy              string
}

// longest is how long a delegation may last, in days.
const longest = 366

const delegationColumns = "SELECT id, person, delegate, from_day, until_day, COALESCE(reason, ''), made_at, made_by, COALESCE(ended_at, 0), COALESCE(ended_by, '') FROM delegation"

func scanDelegation(scan func(dest ...any) error) (d Delegation, err error) {
	err = scan(&d.ID, &d.Person, &d.Delegate, &d.From, &d.Until, &d.Reason, &d.MadeAt, &d.By, &d.EndedAt, &d.EndedBy)
	return d, err
}

// delegations reads those that have not been ended, by delegate.
func delegations(ctx context.Context, db store.Querier) (map[string][]Delegation, error) {
	rows, err := db.Query(ctx, delegationColumns+" WHERE ended_at IS NULL ORDER BY made_at, id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string][]Delegation{}
	for rows.Next() {
		d, err := scanDelegation(rows.Scan)
		if err != nil {
			return nil, err
		}
		out[d.Delegate] = append(out[d.Delegate], d)
	}
	return out, rows.Err()
}

// Today is the workspace's day.
func (s *Service) Today() int64 { return object.DayOf(s.clock.Now(), s.zone()) }

// stands lists in whose place a person acts today.
func (s *Service) stands(person string) []actor.Stand {
	var out []actor.Stand
	today := s.Today()
	for _, d := range s.dir.view.Load().stands[person] {
		if p := s.dir.Person(d.Person); p != nil && p.Active && d.From <= today && today <= d.Until {
			out = append(out, actor.Stand{ID: p.ID, Name: p.Name, Unit: p.Unit, Roles: p.Roles})
		}
	}
	return out
}

// Delegate names who acts in a person's place. Without days those of the person's leave count.
func (s *Service) Delegate(ctx context.Context, a *actor.Actor, d Delegation) (*Delegation, error) {
	p, to := s.dir.Person(d.Person), s.dir.Person(d.Delegate)
	if p == nil || !p.Active {
		return nil, problem.New(problem.NotFound, "no_such_person", "没有这个人，或已离职")
	}
	if from, ok := p.Row.Int("leave_from"); ok && d.From == 0 {
		d.From = from
	}
	if until, ok := p.Row.Int("leave_until"); ok && d.Until == 0 {
		d.Until = until
	}
	if d.From == 0 {
		d.From = s.Today()
	}
	var items []problem.Item
	wrong := func(pointer, code, message, hint string) {
		items = append(items, problem.Item{Pointer: pointer, Code: code, Message: message, Hint: hint})
	}
	switch {
	case to == nil || !to.Active:
		wrong("/delegate", "unknown_reference", "没有这个人，或已离职", "")
	case to.ID == p.ID:
		wrong("/delegate", "self", "不能代理自己", "请选别人")
	}
	switch {
	case d.Until == 0:
		wrong("/until", "required", "请填写代理到哪一天", "没有登记休假时，要写明最后一天")
	case d.Until < d.From:
		wrong("/until", "out_of_range", "最后一天早于第一天", "")
	case d.Until < s.Today():
		wrong("/until", "past", "最后一天已经过去", "")
	case d.Until-d.From > longest:
		wrong("/until", "out_of_range", "代理最长一年", "到期后可再次指定")
	}
	if len([]rune(d.Reason)) > 500 || strings.ContainsRune(d.Reason, 0) {
		wrong("/reason", "too_long", "原因不超过 500 字，且不能含有空字符", "")
	}
	if len(items) > 0 {
		return nil, problem.New(problem.Invalid, "invalid_delegation", "没有指定代理", items...)
	}
	d.ID, d.By, d.MadeAt = uuid.NewString(), a.ID, s.clock.Milli()
	err := s.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO delegation (id, person, delegate, from_day, until_day, reason, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", d.ID, d.Person, d.Delegate, d.From, d.Until, d.Reason, d.MadeAt, d.By); err != nil {
			return err
		}
		if s.Delegated != nil {
			if err := s.Delegated(ctx, tx, d, p.Name); err != nil {
				return err
			}
		}
		return s.delegationEvent(tx, a, d, "delegate", to.Name)
	})
	if err != nil {
		return nil, err
	}
	return &d, s.dir.Reload(ctx)
}

func (s *Service) delegationEvent(tx *store.Tx, a *actor.Actor, d Delegation, op, name string) error {
	e := s.newEvent(a, op, d.Person)
	day := func(n int64) any { return object.Date{}.JSON(nil, nil, n) }
	e.Payload.Note, e.Payload.Data = d.Reason, map[string]any{"delegation": d.ID, "delegate": d.Delegate, "name": name, "from": day(d.From), "until": day(d.Until)}
	return s.ledger.Append(tx, e)
}

// Delegations lists those that a person gave or was given, of everybody where person is empty; newest first.
func (s *Service) Delegations(ctx context.Context, person string) ([]Delegation, error) {
	rows, err := s.db.Query(ctx, delegationColumns+" WHERE ? = '' OR person = ? OR delegate = ? ORDER BY made_at DESC, id LIMIT 500", person, person, person)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []Delegation{}
	for rows.Next() {
		d, err := scanDelegation(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// EndDelegation ends one before its day; may says whose the actor may end.
func (s *Service) EndDelegation(ctx context.Context, a *actor.Actor, id string, may func(d Delegation) bool) error {
	err := s.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		d, err := scanDelegation(tx.QueryRow(ctx, delegationColumns+" WHERE id = ?", id).Scan)
		if errors.Is(err, sql.ErrNoRows) || err == nil && (d.EndedAt != 0 || !may(d)) {
			return problem.New(problem.NotFound, "no_such_delegation", "没有这项代理，或已结束")
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE delegation SET ended_at = ?, ended_by = ? WHERE id = ?", s.clock.Milli(), a.ID, id); err != nil {
			return err
		}
		return s.delegationEvent(tx, a, d, "delegate_end", s.dir.Name("person", d.Delegate))
	})
	if err != nil {
		return err
	}
	return s.dir.Reload(ctx)
}
