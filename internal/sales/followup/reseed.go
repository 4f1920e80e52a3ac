package followup

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

// Swapped tells that other definitions serve; the clocks of the pool are then set to the policies as they are now. To be given to the
// definitions (OnSwap).
func (e *Engine) Swapped(*definition.Snapshot) {
	select {
	case e.seed <- struct{}{}:
	default:
	}
}

// RunPool keeps the clocks of the pool in step with the policies until ctx ends: records that came before a policy are under it too.
func (e *Engine) RunPool(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-e.seed:
		}
		s := e.Defs.Current()
		for _, o := range object.All(s) {
			if err := e.reseed(ctx, s, o); err != nil {
				e.Swapped(s) // not done: whoever runs next takes it up
				return err
			}
		}
	}
}

// poolTerms is what the clocks of an object's records hang on, as text.
func (e *Engine) poolTerms(s *definition.Snapshot, o *object.Object) string {
	type one struct {
		Name    string
		When    json.RawMessage
		Recycle *int
		Hours   int
	}
	var all []one
	for _, p := range e.poolPoliciesOf(s, o.Name) {
		all = append(all, one{p.Name, p.Spec.When, p.Spec.RecycleAfterDays, p.Spec.UnassignedHours})
	}
	b, _ := json.Marshal(all) // plain fields only
	return string(b)
}

// reseed sets the clocks of an object's open records anew when the policies' terms are not those of the last time.
func (e *Engine) reseed(ctx context.Context, s *definition.Snapshot, o *object.Object) error {
	if !o.Spec.Pool {
		return nil
	}
	name, terms, was := "pool_terms:"+o.Name, e.poolTerms(s, o), "null"
	if err := e.DB.QueryRow(ctx, "SELECT value FROM setting WHERE name = ?", name).Scan(&was); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if was == terms {
		return nil
	}
	reader := &record.Reader{DB: e.DB, Defs: e.Defs, Access: e.Access, Clock: e.Clock, Env: e.Env}
	ask := record.List{Object: o.Name, Limit: 100}
	if has(o, "decided_at") {
		ask.Filter = json.RawMessage(`{"field":"decided_at","op":"empty"}`)
	}
	for {
		page, err := reader.List(ctx, actor.TheSystem("公海规则"), ask)
		if err != nil {
			return fmt.Errorf("followup: pool clocks of %s: %w", o.Name, err)
		}
		if err := e.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
			for _, r := range page.Rows {
				if err := e.setClocks(ctx, tx, o, r.ID()); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
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

// setClocks gives one record the clock of the pool that it should have by the policies of now.
func (e *Engine) setClocks(ctx context.Context, tx *store.Tx, o *object.Object, id string) error {
	s := e.Defs.Current()
	if err := record.Lock(ctx, tx, o, id); err != nil { // whoever claims it meanwhile goes first
		return err
	}
	row, err := record.ReadRow(ctx, tx, o, id)
	if err != nil || row == nil || row.V[object.DeletedAt] != nil || settled(row) {
		return err
	}
	if err := e.Timers.Stop(ctx, tx, o.Name, id, PoolWait, Recycle); err != nil {
		return err
	}
	p, err := e.poolPolicy(ctx, tx, s, row)
	if err != nil {
		return err
	}
	from, _ := row.V[object.CreatedAt].(int64)
	if row.Owner() == "" {
		if at, ok := row.Int(sinceField); ok {
			from = at
		}
		if from+int64(p.unassignedHours())*3_600_000 <= e.Clock.Milli() {
			return nil // in the list already
		}
		return e.startWait(ctx, tx, row, p, from)
	}
	if p == nil || p.Spec.RecycleAfterDays == nil {
		return nil
	}
	if at, ok := row.Int("assigned_at"); ok {
		from = at
	}
	if from, err = e.lastTouched(ctx, tx, s, row, from); err != nil {
		return err
	}
	return e.startIdle(ctx, tx, row, p, from)
}
