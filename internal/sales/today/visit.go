package today

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/store"
)

// A look within a visit's pause belongs to the same visit; to who has never been here what came in the last days is new.
const (
	pause = 30 * time.Minute
	fresh = 3 * 24 * time.Hour
)

// Visit tells that the person looks at their home now, and gives from when on something is new to them; only persons look. Looking again within half an hour
// continues the visit, so that what was new stays in sight while it is worked off.
func (e *Engine) Visit(ctx context.Context, a *actor.Actor) (since int64, err error) {
	now := e.Clock.Milli()
	if a.Kind != actor.Person {
		return now - fresh.Milliseconds(), nil
	}
	err = e.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO home_visit (person, at, before_at) VALUES (?, ?, NULL)
			ON CONFLICT (person) DO UPDATE SET before_at = CASE WHEN home_visit.at < ? THEN home_visit.at ELSE home_visit.before_at END, at = excluded.at`,
			a.Self(), now, now-pause.Milliseconds())
		return err
	})
	if err != nil {
		return 0, err
	}
	return e.since(ctx, a.Self(), now)
}

// since is the end of the visit before the present one.
func (e *Engine) since(ctx context.Context, person string, now int64) (int64, error) {
	var before sql.NullInt64
	err := e.DB.QueryRow(ctx, "SELECT before_at FROM home_visit WHERE person = ?", person).Scan(&before)
	switch {
	case err == nil && before.Valid:
		return before.Int64, nil
	case err == nil || errors.Is(err, sql.ErrNoRows):
		return now - fresh.Milliseconds(), nil
	}
	return 0, err
}
