package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"baton/internal/app"
	"baton/internal/platform/store"
)

type doctorCmd struct {
	app.Config `embed:""`
}

// Run checks what the server needs and says, for each, how to mend it.
func (d *doctorCmd) Run(ctx context.Context, _ *slog.Logger) error {
	bad := 0
	say := func(what string, err error, remedy string) {
		if err == nil {
			fmt.Println("ok    ", what)
			return
		}
		bad++
		fmt.Printf("WRONG  %s: %v\n       %s\n", what, err, remedy)
	}
	err := os.MkdirAll(d.Data, 0o750)
	if err == nil {
		probe := filepath.Join(d.Data, ".probe")
		if err = os.WriteFile(probe, []byte("x"), 0o600); err == nil {
			err = os.Remove(probe)
		}
	}
	say("data folder "+d.Data+" can be written", err, "Give BATON_DATA a folder this user may write.")
	_, err = time.LoadLocation(d.Zone)
	say("time zone "+d.Zone, err, "Set BATON_ZONE to a name such as Asia/Shanghai.")
	if d.DatabaseURL != "" {
		db, err := store.Open(d.DatabaseURL)
		if err == nil {
			err = db.Ping(ctx)
			_ = db.Close()
		}
		say("PostgreSQL answers", err, "Check BATON_DATABASE_URL and that the server runs.")
	}
	ln, err := net.Listen("tcp", d.Addr)
	if err == nil {
		_ = ln.Close()
	}
	say("address "+d.Addr+" is free", err, "Stop what listens there (perhaps a running baton), or set BATON_ADDR.")
	if bad > 0 {
		return errSaid
	}
	return nil
}
