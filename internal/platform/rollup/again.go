package rollup

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Again adds up anew at the records that stand when a roll-up is new or changed. Safe for concurrent use.
type Again struct {
	DB     *store.DB
	Defs   *definition.Manager
	Writer *record.Writer
	Reader *record.Reader
	wake   chan struct{}
}

// NewAgain makes it; Run works, at once and after each Swapped.
func NewAgain(w *record.Writer, r *record.Reader) *Again {
	e := &Again{DB: w.DB, Defs: w.Defs, Writer: w, Reader: r, wake: make(chan struct{}, 1)}
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

// Run keeps what stands in step with the roll-ups until ctx ends. What failed is taken up by whoever runs next.
func (e *Again) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-e.wake:
		}
		for _, r := range definition.All[*Rollup](e.Defs.Current(), Kind) {
			if err := e.catchUp(ctx, r); err != nil {
				e.Swapped(nil)
				return fmt.Errorf("rollup: %s again: %w", r.Name, err)
			}
		}
	}
}

// catchUp wakes all records that carry a sum, slice by slice, unless they were by the terms of now.
func (e *Again) catchUp(ctx context.Context, r *Rollup) error {
	raw, err := json.Marshal(r.Spec)
	if err != nil {
		return err
	}
	name, terms, was := "rollup_terms:"+r.Name, string(raw), ""
	if err := e.DB.QueryRow(ctx, "SELECT value FROM setting WHERE name = ?", name).Scan(&was); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if was == terms {
		return nil
	}
	who := actor.TheSystem("汇总")
	ask := record.List{Object: r.Spec.Object, Limit: 100}
	for {
		page, err := e.Reader.List(ctx, who, ask)
		if err != nil {
			return err
		}
		if err := e.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error { return e.slice(ctx, tx, who, page.Rows) }); err != nil {
			return err
		}
		if ask.Cursor = page.Next; ask.Cursor == "" {
			break
		}
	}
	return e.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, terms)
		return err
	})
}

func (e *Again) slice(ctx context.Context, tx *store.Tx, who *actor.Actor, rows []*object.Row) error {
	var ws []record.Write
	for _, row := range rows {
		if err := record.Lock(ctx, tx, row.Object, row.ID()); err != nil {
			return err
		}
		now, err := record.ReadRow(ctx, tx, row.Object, row.ID())
		if err != nil {
			return err
		}
		if now != nil && now.V[object.DeletedAt] == nil {
			ws = append(ws, record.Write{Op: record.Update, Object: row.Object.Name, ID: row.ID(), Values: map[string]any{}})
		}
	}
	if len(ws) == 0 {
		return nil
	}
	_, err := e.Writer.In(ctx, tx, record.Request{Actor: who, Origin: record.Origin{Kind: "worker", Engine: true}, Writes: ws})
	return err
}
