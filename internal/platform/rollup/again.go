package rollup

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// The measures of the background work: records read at a time, and written in one transaction.
const (
	pageSize  = 200
	sliceSize = 25
)

// Again computes anew, at the records that stand, what is new or changed of roll-ups, formulas and auto numbers: object by object, in order
// of their making. Where it is stands in the database beside the terms it works by, so that a restart goes on there. Safe for concurrent use.
type Again struct {
	DB     *store.DB
	Defs   *definition.Manager
	Writer *record.Writer
	wake   chan struct{}
}

// NewAgain makes it; Run works, at once and after each Swapped.
func NewAgain(w *record.Writer) *Again {
	e := &Again{DB: w.DB, Defs: w.Defs, Writer: w, wake: make(chan struct{}, 1)}
	e.Swapped(nil)
	return e
}

// Swapped tells that a new snapshot serves; for definition.Manager.OnSwap.
func (e *Again) Swapped(*definition.Snapshot) {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// Run keeps what stands in step with the definitions until ctx ends. What failed is taken up by whoever runs next.
func (e *Again) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-e.wake:
		}
		if err := e.CatchUp(ctx); err != nil {
			e.Swapped(nil)
			return err
		}
	}
}

// CatchUp returns once all records carry what the present definitions compute.
func (e *Again) CatchUp(ctx context.Context) error {
	for _, o := range object.All(e.Defs.Current()) {
		for {
			more, err := e.step(ctx, o.Name)
			if err != nil {
				return fmt.Errorf("rollup: %s again: %w", o.Name, err)
			}
			if !more {
				break
			}
		}
	}
	return nil
}

// terms tells by what an object's records are computed; empty when nothing of them is.
func terms(s *definition.Snapshot, o *object.Object) (string, error) {
	var out []any
	for _, r := range definition.All[*Rollup](s, Kind) {
		if r.Spec.Object == o.Name {
			out = append(out, r.Spec)
		}
	}
	for _, f := range o.Fields {
		if f.Formula != "" || f.Pattern != "" {
			out = append(out, []any{f.ID, f.Formula, f.Result, f.Scale, f.Pattern})
		}
	}
	if len(out) == 0 {
		return "", nil
	}
	b, err := json.Marshal(out)
	return string(b), err
}

// place is how far an object has come by which terms.
type place struct {
	Terms string `json:"terms"`
	After string `json:"after,omitempty"` // the last record that was computed
	Done  bool   `json:"done,omitempty"`
}

const settingPrefix = "computed:"

// step works one page of an object; more is false when all its records are as its terms say.
func (e *Again) step(ctx context.Context, objectName string) (more bool, err error) {
	o, ok := object.Of(e.Defs.Current(), objectName)
	if !ok {
		return false, nil
	}
	now, err := terms(e.Defs.Current(), o)
	if err != nil {
		return false, err
	}
	var raw string
	var at place
	switch err := e.DB.QueryRow(ctx, "SELECT value FROM setting WHERE name = ?", settingPrefix+o.Name).Scan(&raw); {
	case errors.Is(err, sql.ErrNoRows) && now == "":
		return false, nil
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return false, err
	case raw != "":
		if err := json.Unmarshal([]byte(raw), &at); err != nil {
			return false, err
		}
	}
	if at.Terms == now && at.Done {
		return false, nil
	}
	if at.Terms != now {
		at = place{Terms: now, Done: now == ""} // nothing left to compute is noted too: what comes back starts anew
		return true, e.note(ctx, o.Name, raw, at)
	}
	ids, err := record.NextIDs(ctx, e.DB, o, at.After, pageSize)
	if err != nil {
		return false, err
	}
	for i := 0; i < len(ids); i += sliceSize {
		if err := e.write(ctx, o, ids[i:min(i+sliceSize, len(ids))]); err != nil {
			return false, err
		}
	}
	if at.Done = len(ids) < pageSize; len(ids) > 0 {
		at.After = ids[len(ids)-1]
	}
	return true, e.note(ctx, o.Name, raw, at)
}

// note keeps the place, unless another node has moved it meanwhile: then this page counts for nothing.
func (e *Again) note(ctx context.Context, objectName, was string, at place) error {
	b, err := json.Marshal(at)
	if err != nil {
		return err
	}
	return e.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE setting.value = ?", settingPrefix+objectName, string(b), was)
		return err
	})
}

// write wakes some records in one transaction. When one of them is refused each goes alone, and the one is left as it is.
func (e *Again) write(ctx context.Context, o *object.Object, ids []string) error {
	err := e.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error { return e.slice(ctx, tx, o, ids) })
	p := problem.As(err)
	switch {
	case p == nil:
		return err
	case len(ids) == 1:
		slog.WarnContext(ctx, "a record was not computed again", "object", o.Name, "record", ids[0], "reason", p.Error())
		return nil
	}
	for _, id := range ids {
		if err := e.write(ctx, o, []string{id}); err != nil {
			return err
		}
	}
	return nil
}

func (e *Again) slice(ctx context.Context, tx *store.Tx, o *object.Object, ids []string) error {
	var ws []record.Write
	for _, id := range ids {
		if err := record.Lock(ctx, tx, o, id); err != nil {
			return err
		}
		now, err := record.ReadRow(ctx, tx, o, id)
		if err != nil {
			return err
		}
		if now != nil && now.V[object.DeletedAt] == nil {
			ws = append(ws, record.Write{Op: record.Update, Object: o.Name, ID: id, Values: map[string]any{}})
		}
	}
	if len(ws) == 0 {
		return nil
	}
	_, err := e.Writer.In(ctx, tx, record.Request{Actor: actor.TheSystem("计算"), Origin: record.Origin{Kind: "worker", Engine: true}, Writes: ws})
	return err
}
