package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

// Nested runs work inside a running work so that its failure undoes it alone: its writes, collected values and after-commit calls go, the
// rest of the work may go on. An error for which IsFatal holds must be returned by the caller, as the whole transaction cannot go on.
func (t *Tx) Nested(ctx context.Context, work Work) (err error) {
	// What was queued before stays whatever becomes of the work; what it inserts is written at once, so that the savepoint undoes it.
	if err := t.flushAll(ctx); err != nil {
		return err
	}
	defer func(careful bool) { t.careful = careful }(t.careful)
	t.careful = true
	if _, err := t.Exec(ctx, "SAVEPOINT n"); err != nil {
		return fmt.Errorf("%w: %w", errBroken, err)
	}
	after, pending := len(t.after), len(t.pending)
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("store: panic in a write: %v\n%s", p, debug.Stack())
		}
		if err != nil {
			t.after, t.pending, t.values = t.after[:after], t.pending[:pending], nil
			if _, e := t.Exec(ctx, "ROLLBACK TO n"); e != nil {
				err = fmt.Errorf("%w: %w (after %w)", errBroken, e, err)
				return
			}
		}
		if _, e := t.Exec(ctx, "RELEASE n"); e != nil && err == nil {
			err = fmt.Errorf("%w: %w", errBroken, e)
		}
	}()
	return work(ctx, t)
}

// IsFatal reports an error after which the transaction cannot go on, or after which its group is to be run again.
func IsFatal(err error) bool {
	return errors.Is(err, errBroken) || errors.Is(err, errDirty) || isRetryable(err)
}
