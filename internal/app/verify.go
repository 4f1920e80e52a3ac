package app

import (
	"context"
	"log/slog"

	"baton/internal/platform/clock"
	"baton/internal/platform/ledger"
	"baton/internal/platform/store"
)

// Break is the first thing in the trail that is changed or missing.
type Break = ledger.Break

// Verify proves the audit trail of a data folder, beside a running server or without one. The error is a *Break when something is
// changed or missing.
func Verify(ctx context.Context, cfg Config, log *slog.Logger) (events, seals int64, err error) {
	db, err := store.Open(cfg.databaseURL())
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = db.Close() }()
	s, err := ledger.NewSealer(ledger.New(db, clock.New().Now), cfg.Data, log)
	if err != nil {
		return 0, 0, err
	}
	return s.Verify(ctx)
}
