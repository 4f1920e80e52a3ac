package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"baton/internal/app"
)

type verifyCmd struct {
	app.Config `embed:""`
}

// Run proves the trail. It only reads, so it may run beside a server.
func (v *verifyCmd) Run(ctx context.Context, log *slog.Logger) error {
	events, seals, err := app.Verify(ctx, v.Config, log)
	var b *app.Break
	if errors.As(err, &b) {
		fmt.Printf("BROKEN at %s\n%d events in %d seals before it are whole\n", b, events, seals)
		return errSaid
	}
	if err != nil {
		return err
	}
	fmt.Printf("whole: %d events, %d seals\n", events, seals)
	return nil
}
