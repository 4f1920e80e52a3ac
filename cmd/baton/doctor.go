package main

import (
	"context"
	"os"

	"baton/internal/app"
)

type doctorCmd struct {
	app.Config `embed:""`
}

// Run checks what the server needs and says, for each, how to mend it.
func (d *doctorCmd) Run(ctx context.Context) error {
	if !app.Doctor(ctx, d.Config, os.Stdout) {
		return errSaid
	}
	return nil
}
