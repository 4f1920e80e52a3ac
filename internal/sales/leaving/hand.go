package leaving

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"

	"baton/internal/platform/actor"
	"baton/internal/platform/notify"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// hands is one handing over under way. For one goroutine.
type hands struct {
	*Engine
	actor *actor.Actor
	ask   Ask
	id    string
	turn  int
	got   map[string]int
	kept  []Kept
}

func (h *hands) people() iter.Seq[string] { return maps.Keys(h.got) }

// over hands over all of a part, a batch at a time; where one record of a batch is refused, they go one by one.
func (h *hands) over(ctx context.Context, p part) error {
	for after := ""; ; {
		ids, err := record.OwnedIDs(ctx, h.Writer.DB, p.object, h.ask.Person, after, batch, p.eqs...)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		if err = h.some(ctx, p, ids); problem.As(err) == nil {
			if err != nil {
				return err
			}
			continue
		}
		for _, id := range ids {
			err := h.some(ctx, p, []string{id})
			if refused := problem.As(err); refused != nil {
				h.kept = append(h.kept, Kept{p.object.Name, id, refused.Detail})
			} else if err != nil {
				return err
			}
		}
	}
}

// some hands over records in one transaction.
func (h *hands) some(ctx context.Context, p part, ids []string) error {
	var got map[string]int
	var turn int
	err := h.Writer.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		got, turn = map[string]int{}, h.turn // the work may run again
		for _, id := range ids {
			row, err := record.ReadRow(ctx, tx, p.object, id)
			if err != nil {
				return err
			}
			if row == nil || row.Owner() != h.ask.Person || row.V[object.DeletedAt] != nil {
				continue // went with another record, or was taken meanwhile
			}
			to, err := h.one(ctx, tx, row, &turn)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "INSERT INTO leaving_item (leaving, object, record_id, receiver) VALUES (?, ?, ?, ?)", h.id, p.object.Name, id, to); err != nil {
				return err
			}
			got[to]++
		}
		return nil
	})
	if err != nil {
		return err
	}
	h.turn = turn
	for to, n := range got {
		h.got[to] += n
	}
	return nil
}

// origin is that of a handing over: no quota of the pool is asked, as nobody takes what comes by it.
func origin(assign bool) record.Origin {
	return record.Origin{Kind: "leaving", Engine: true, Countdown: true, Assign: assign, Seek: assign}
}

// one hands over one record and says to whom. What was put off (待回访) is taken up again: who put it off is gone.
func (h *hands) one(ctx context.Context, tx *store.Tx, row *object.Row, turn *int) (string, error) {
	w := record.Write{Op: record.Update, Object: row.Object.Name, ID: row.ID(), What: handOver, Note: h.ask.Reason, Data: map[string]any{"leaving": h.id}}
	if err := h.free(ctx, tx, h.actor, row); err != nil {
		return "", err
	}
	if h.ask.Way == Policy && h.Assigns(h.Writer.Defs.Current(), row.Object.Name) {
		w.Values = map[string]any{"owner": nil}
		if _, err := h.Writer.In(ctx, tx, record.Request{Actor: h.actor, Origin: origin(false), Writes: []record.Write{w}}); err != nil {
			return "", err
		}
		w.Values = nil
		outs, err := h.Writer.In(ctx, tx, record.Request{Actor: h.actor, Origin: origin(true), Writes: []record.Write{w}})
		if err != nil {
			return "", err
		}
		if to := outs[0].Row.Owner(); to != "" {
			return to, nil
		}
	}
	to := h.ask.To[0]
	if h.ask.Way != One {
		to = h.ask.To[*turn%len(h.ask.To)]
		*turn++
	}
	w.Values = map[string]any{"owner": to}
	_, err := h.Writer.In(ctx, tx, record.Request{Actor: h.actor, Origin: origin(false), Writes: []record.Write{w}})
	return to, err
}

// free ends what keeps a record with its owner.
func (e *Engine) free(ctx context.Context, tx *store.Tx, a *actor.Actor, row *object.Row) error {
	const protected = "protected_until"
	if row.Get(protected) == nil {
		return nil
	}
	_, err := e.Writer.In(ctx, tx, record.Request{Actor: a, Origin: origin(false), Writes: []record.Write{{Op: record.Update, Object: row.Object.Name, ID: row.ID(), What: "unprotect", Values: map[string]any{protected: nil}}}})
	return err
}

// tell says to each receiver how many came.
func (h *hands) tell(ctx context.Context) error {
	return h.Writer.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		for to, n := range h.got {
			if err := h.Inbox.Send(ctx, tx, notify.Message{Person: to, Kind: "handed_over", Level: notify.Amber, Title: fmt.Sprintf("%s 离职，%d 条记录交接给你", h.Dir.Name("person", h.ask.Person), n), Body: h.ask.Reason, Object: "person", RecordID: h.ask.Person}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Undone is what came back.
type Undone struct {
	Back int `json:"back"`
	// Kept have another owner by now than who received them, or are gone.
	Kept int `json:"kept"`
}

// Undo makes the person active again and gives back what is still with who received it. Sessions and keys stay closed.
func (e *Engine) Undo(ctx context.Context, a *actor.Actor, id string) (*Undone, error) {
	var person string
	var over any
	if err := e.Writer.DB.QueryRow(ctx, "SELECT COALESCE(MAX(person), ''), MAX(undone_at) FROM leaving WHERE id = ?", id).Scan(&person, &over); err != nil {
		return nil, err
	}
	if person == "" || over != nil {
		return nil, problem.New(problem.NotFound, "no_such_leaving", "没有这次交接，或已撤销")
	}
	err := e.Writer.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		_, err := e.Writer.In(ctx, tx, record.Request{Actor: a, Origin: record.ByHand(a), Writes: []record.Write{{Op: record.Update, Object: "person", ID: person, What: "leave_undo", Values: map[string]any{"active": true}, Data: map[string]any{"leaving": id}}}})
		return err
	})
	if err == nil {
		err = e.Dir.Reload(ctx)
	}
	if err != nil {
		return nil, err
	}
	out := &Undone{}
	for _, p := range e.parts() {
		if err := e.back(ctx, a, id, person, p, out); err != nil {
			return nil, err
		}
	}
	return out, e.Writer.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE leaving SET undone_at = ?, undone_by = ? WHERE id = ?", e.Writer.Clock.Milli(), a.ID, id)
		return err
	})
}

// back gives back what of an object went over.
func (e *Engine) back(ctx context.Context, a *actor.Actor, id, person string, p part, out *Undone) error {
	rows, err := e.Writer.DB.Query(ctx, "SELECT record_id, receiver FROM leaving_item WHERE leaving = ? AND object = ? ORDER BY record_id", id, p.object.Name)
	if err != nil {
		return err
	}
	type item struct{ id, to string }
	var all []item
	for rows.Next() {
		var it item
		if err := rows.Scan(&it.id, &it.to); err != nil {
			_ = rows.Close()
			return err
		}
		all = append(all, it)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, it := range all {
		gave := false
		err := e.Writer.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
			row, err := record.ReadRow(ctx, tx, p.object, it.id)
			if gave = err == nil && row != nil && row.V[object.DeletedAt] == nil && (row.Owner() == it.to || row.Owner() == person); !gave || row.Owner() == person {
				return err
			}
			if err := e.free(ctx, tx, a, row); err != nil {
				return err
			}
			_, err = e.Writer.In(ctx, tx, record.Request{Actor: a, Origin: origin(false), Writes: []record.Write{{Op: record.Update, Object: p.object.Name, ID: it.id, What: handBack, Values: map[string]any{"owner": person}, Data: map[string]any{"leaving": id}}}})
			return err
		})
		if problem.As(err) != nil {
			gave = false
		} else if err != nil {
			return err
		}
		if gave {
			out.Back++
		} else {
			out.Kept++
		}
	}
	return nil
}
