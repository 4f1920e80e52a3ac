// Package leaving hands over in one step what a person who leaves has open: every record and open task goes to others, sessions and keys are
// closed, the receivers are told, and it can be taken back. What was done stays with who did it.
package leaving

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/identity"
	"baton/internal/platform/notify"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// The ways of handing over.
const (
	One    = "one"    // all to the first receiver
	Even   = "even"   // in turn among the receivers
	Policy = "policy" // by the object's assignment policy; what it gives nobody, and objects without one, in turn among the receivers
)

// The events of a record that goes over and comes back.
const (
	handOver = "hand_over"
	handBack = "hand_back"
)

// Engine hands over. Safe for concurrent use.
type Engine struct {
	Writer  *record.Writer
	Dir     *identity.Directory
	Signing *identity.Service
	Inbox   *notify.Inbox
	// Assigns tells whether a policy assigns the records of an object.
	Assigns func(s *definition.Snapshot, objectName string) bool
}

// part is an object whose records go over, and which of them.
type part struct {
	object *object.Object
	eqs    []record.Eq
}

// parts lists what of a person's goes over: the records of every object that has owners of its own; of tasks those that are open; not the
// follow-ups, which say who did what.
func (e *Engine) parts() []part {
	var out []part
	for _, o := range object.All(e.Writer.Defs.Current()) {
		if o.Spec.System || o.Spec.OwnerFrom != "" || o.Name == "follow_up" {
			continue
		}
		p := part{object: o}
		if f, ok := o.Field("status"); ok && o.Name == "task" {
			p.eqs = []record.Eq{{Field: f.Name, Value: "open"}}
		}
		out = append(out, p)
	}
	// Tasks last: those of a record go with it.
	slices.SortStableFunc(out, func(a, b part) int { return len(a.eqs) - len(b.eqs) })
	return out
}

// Count is how many records of an object.
type Count struct {
	Object string          `json:"object"`
	Title  definition.Text `json:"title"`
	Count  int             `json:"count"`
}

// Preview tells what a person has open.
type Preview struct {
	Person string          `json:"person"`
	Name   string          `json:"name"`
	Active bool            `json:"active"`
	Counts []Count         `json:"counts"`
	Total  int             `json:"total"`
	Access identity.Access `json:"access"`
	Last   *Left           `json:"last" doc:"the last time the person left, null for never"`
}

// Left is one leaving.
type Left struct {
	ID     string `json:"id"`
	At     string `json:"at"`
	By     string `json:"by"`
	Way    string `json:"way"`
	Undone bool   `json:"undone"`
	Handed int    `json:"handed" doc:"how many records went over"`
}

// Preview counts what would go over; nothing is written.
func (e *Engine) Preview(ctx context.Context, person string) (*Preview, error) {
	p := e.Dir.Person(person)
	if p == nil {
		return nil, noPerson()
	}
	out := &Preview{Person: p.ID, Name: p.Name, Active: p.Active, Counts: []Count{}}
	for _, part := range e.parts() {
		n, err := record.CountOwned(ctx, e.Writer.DB, part.object, person, part.eqs...)
		if err != nil {
			return nil, err
		}
		if out.Total += n; n > 0 {
			out.Counts = append(out.Counts, Count{part.object.Name, part.object.Title, n})
		}
	}
	var err error
	if out.Access, err = e.Signing.AccessOf(ctx, person); err != nil {
		return nil, err
	}
	l, undone, at := Left{}, sql.NullInt64{}, int64(0)
	err = e.Writer.DB.QueryRow(ctx, "SELECT l.id, l.left_at, l.made_by, l.way, l.undone_at, (SELECT COUNT(*) FROM leaving_item i WHERE i.leaving = l.id) FROM leaving l WHERE l.person = ? ORDER BY l.left_at DESC, l.id DESC LIMIT 1", person).Scan(&l.ID, &at, &l.By, &l.Way, &undone, &l.Handed)
	if errors.Is(err, sql.ErrNoRows) {
		return out, nil
	}
	l.At, l.Undone = object.Instant(at), undone.Valid
	out.Last = &l
	return out, err
}

// Ask is how a person's records are handed over.
type Ask struct {
	Person string
	Way    string
	To     []string
	Reason string
}

// Received is how many records a person received; in the pool where the person is empty.
type Received struct {
	Person string `json:"person"`
	Name   string `json:"name"`
	Count  int    `json:"count"`
}

// Kept is a record that could not go over, and why. It stays whose it is.
type Kept struct {
	Object string `json:"object"`
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// Done is what became of it.
type Done struct {
	ID       string          `json:"id"`
	Total    int             `json:"total"`
	Received []Received      `json:"received"`
	Kept     []Kept          `json:"kept"`
	Closed   identity.Access `json:"closed"`
}

func noPerson() error { return problem.New(problem.NotFound, "no_such_person", "没有这个人") }

func (e *Engine) check(a *actor.Actor, ask Ask) error {
	p := e.Dir.Person(ask.Person)
	if p == nil {
		return noPerson()
	}
	var items []problem.Item
	wrong := func(pointer, code, message string) {
		items = append(items, problem.Item{Pointer: pointer, Code: code, Message: message})
	}
	if !slices.Contains([]string{One, Even, Policy}, ask.Way) {
		wrong("/way", "off_list", "交接方式只能是 one（一人接手）、even（平均分）或 policy（按分配规则）")
	}
	if ask.Person == a.Self() {
		wrong("/person", "self", "不能给自己办离职交接")
	}
	if len(ask.To) == 0 {
		wrong("/to", "required", "请选择接手的人")
	}
	for _, id := range ask.To {
		if to := e.Dir.Person(id); to == nil || !to.Active || id == ask.Person {
			wrong("/to", "unknown_reference", "接手的人不存在、已离职，或就是本人")
			break
		}
	}
	if len([]rune(ask.Reason)) > 500 || strings.ContainsRune(ask.Reason, 0) {
		wrong("/reason", "too_long", "说明不超过 500 字，也不含空字符（NUL）")
	}
	if len(items) > 0 {
		return problem.New(problem.Invalid, "invalid_leaving", "没有交接", items...)
	}
	return nil
}

// batch is how many records go over in one transaction.
const batch = 100

// Leave closes a person's access and hands over what the person has open. Interrupted, it is gone on with by asking again: what went over is
// over, the rest is still the person's.
func (e *Engine) Leave(ctx context.Context, a *actor.Actor, ask Ask) (*Done, error) {
	if err := e.check(a, ask); err != nil {
		return nil, err
	}
	out := &Done{ID: uuid.NewString(), Received: []Received{}, Kept: []Kept{}}
	var err error
	if out.Closed, err = e.Signing.AccessOf(ctx, ask.Person); err != nil {
		return nil, err
	}
	if err := e.Writer.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO leaving (id, person, way, reason, left_at, made_by) VALUES (?, ?, ?, ?, ?, ?)", out.ID, ask.Person, ask.Way, ask.Reason, e.Writer.Clock.Milli(), a.ID); err != nil {
			return err
		}
		if err := e.Signing.Shut(ctx, tx, a.ID, ask.Person); err != nil {
			return err
		}
		_, err := e.Writer.In(ctx, tx, record.Request{Actor: a, Origin: record.ByHand(a), Writes: []record.Write{{Op: record.Update, Object: "person", ID: ask.Person, What: "leave", Note: ask.Reason,
			Values: map[string]any{"active": false}, Data: map[string]any{"leaving": out.ID, "way": ask.Way}}}})
		return err
	}); err != nil {
		return nil, err
	}
	if err := e.Dir.Reload(ctx); err != nil {
		return nil, err
	}
	h := &hands{Engine: e, actor: a, ask: ask, id: out.ID, got: map[string]int{}}
	for _, p := range e.parts() {
		if err := h.over(ctx, p); err != nil {
			return nil, err
		}
	}
	for _, id := range slices.Sorted(h.people()) {
		out.Total += h.got[id]
		out.Received = append(out.Received, Received{id, e.Dir.Name("person", id), h.got[id]})
	}
	out.Kept = append(out.Kept, h.kept...)
	return out, h.tell(ctx)
}
