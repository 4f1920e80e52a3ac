package identity

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
)

// moveKind is the countdown of a move in the org tree.
const moveKind = "org_move"

// Mover moves people and units in the org tree from a day on. A move of today is made at once; a later one waits as a countdown and takes
// effect by itself at the beginning of its day. A person or unit has at most one move to come: a new one takes its place.
type Mover struct {
	Writer *record.Writer
	Timers *timer.Service
	Dir    *Directory
	// Failed is told, inside the write, of a move that could not be made on its day; may be nil.
	Failed func(ctx context.Context, tx *store.Tx, m Move, why string) error
}

// Move is a person, or a unit with all under it, that goes to another unit.
type Move struct {
	Object string // person or org_unit
	ID     string
	To     string // the new unit; of a unit empty for the top
	From   int64  // day number
	Reason string
	By     string // who decided it
}

type moveData struct {
	To     string `json:"to"`
	Reason string `json:"reason,omitempty"`
}

// Register puts the handler of moves that fall due; before the timers run.
func (m *Mover) Register() { m.Timers.Handle(moveKind, m.due) }

var moveFields = map[string]string{"person": "unit", "org_unit": "parent"}

// Plan makes or plans a move; done tells whether it has been made.
func (m *Mover) Plan(ctx context.Context, a *actor.Actor, mv Move) (done bool, err error) {
	mv.By = a.Self()
	if items := m.check(mv); len(items) > 0 {
		return false, problem.New(problem.Invalid, "invalid_move", "没有调动", items...)
	}
	done = mv.From <= m.Writer.Access.Today()
	data, err := json.Marshal(moveData{mv.To, mv.Reason})
	if err != nil {
		return false, err
	}
	return done, m.Writer.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		if err := m.Timers.Stop(ctx, tx, mv.Object, mv.ID, moveKind); err != nil {
			return err
		}
		if done {
			return m.make(ctx, tx, a, mv)
		}
		now := m.Writer.Clock.Milli()
		if err := m.Timers.Start(ctx, tx, timer.Timer{Kind: moveKind, Object: mv.Object, RecordID: mv.ID, Person: mv.By, StartedAt: now, Due: object.DayStart(mv.From, m.Writer.Env.Zone).UnixMilli(), Data: string(data)}); err != nil {
			return err
		}
		return m.note(ctx, tx, a, mv, "org_move_planned")
	})
}

// note puts what was decided about a move into the trail of the person or unit.
func (m *Mover) note(ctx context.Context, tx *store.Tx, a *actor.Actor, mv Move, what string) error {
	data := map[string]any{"to": mv.To, "to_name": m.Dir.Name("org_unit", mv.To), "from": object.Date{}.JSON(nil, nil, mv.From)}
	_, err := m.Writer.In(ctx, tx, record.Request{Actor: a, Origin: record.ByHand(a), Writes: []record.Write{{Op: record.Update, Object: mv.Object, ID: mv.ID, What: what, Note: mv.Reason, Data: data}}})
	return err
}

// make writes a move.
func (m *Mover) make(ctx context.Context, tx *store.Tx, a *actor.Actor, mv Move) error {
	var to any
	if mv.To != "" {
		to = mv.To
	}
	_, err := m.Writer.In(ctx, tx, record.Request{Actor: a, Origin: record.ByHand(a), Writes: []record.Write{{Op: record.Update, Object: mv.Object, ID: mv.ID, What: moveKind, Note: mv.Reason, Values: map[string]any{moveFields[mv.Object]: to}}}})
	return err
}

func (m *Mover) check(mv Move) []problem.Item {
	var items []problem.Item
	wrong := func(pointer, code, message string) {
		items = append(items, problem.Item{Pointer: pointer, Code: code, Message: message})
	}
	switch mv.Object {
	case "person":
		if p := m.Dir.Person(mv.ID); p == nil || !p.Active {
			wrong("/id", "unknown_reference", "没有这个人，或已离职")
		}
	case "org_unit":
		if m.Dir.Unit(mv.ID) == nil {
			wrong("/id", "unknown_reference", "没有这个组织")
		} else if slices.Contains(m.Dir.UnitsBelow(mv.ID), mv.To) {
			wrong("/to", "circle", "不能移到自己或自己的下级之下")
		}
	default:
		wrong("/object", "off_list", "只能调动 person（人）或 org_unit（组织）")
	}
	if mv.To == "" && mv.Object == "person" || mv.To != "" && m.Dir.Unit(mv.To) == nil {
		wrong("/to", "unknown_reference", "没有这个组织")
	}
	if len([]rune(mv.Reason)) > 500 {
		wrong("/reason", "too_long", "说明不超过 500 字")
	}
	return items
}

// due makes a planned move on its day, as who decided it. What cannot be made any more is left, and told.
func (m *Mover) due(ctx context.Context, tx *store.Tx, t timer.Timer) error {
	mv := moveOf(t, m.Writer)
	who := &actor.Actor{Kind: actor.System, Name: "按计划调动"}
	if items := m.check(mv); len(items) > 0 {
		if m.Failed != nil {
			return m.Failed(ctx, tx, mv, items[0].Message)
		}
		return nil
	}
	return m.make(ctx, tx, who, mv)
}

func moveOf(t timer.Timer, w *record.Writer) Move {
	var d moveData
	_ = json.Unmarshal([]byte(t.Data), &d) // written by Plan only
	return Move{Object: t.Object, ID: t.RecordID, To: d.To, Reason: d.Reason, By: t.Person, From: object.DayOf(time.UnixMilli(t.Due), w.Env.Zone)}
}

// Coming lists the moves to come, the soonest first.
func (m *Mover) Coming(ctx context.Context) ([]Move, error) {
	rows, err := m.Writer.DB.Query(ctx, "SELECT object, record_id, COALESCE(person, ''), due_at, COALESCE(data, '') FROM timer WHERE kind = ? AND state = 0 ORDER BY due_at, record_id", moveKind)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []Move{}
	for rows.Next() {
		var t timer.Timer
		if err := rows.Scan(&t.Object, &t.RecordID, &t.Person, &t.Due, &t.Data); err != nil {
			return nil, err
		}
		out = append(out, moveOf(t, m.Writer))
	}
	return out, rows.Err()
}

// Drop gives up the move to come of a person or unit.
func (m *Mover) Drop(ctx context.Context, a *actor.Actor, objectName, id string) error {
	coming, err := m.Coming(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(coming, func(mv Move) bool { return mv.Object == objectName && mv.ID == id })
	if i < 0 {
		return problem.New(problem.NotFound, "no_such_move", "没有将要进行的调动")
	}
	return m.Writer.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		if err := m.Timers.Stop(ctx, tx, objectName, id, moveKind); err != nil {
			return err
		}
		return m.note(ctx, tx, a, coming[i], "org_move_dropped")
	})
}
