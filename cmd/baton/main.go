// Command baton is the whole program: server and command-line tools.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"baton/internal/app"
)

type cli struct {
	Serve  serveCmd  `cmd:"" help:"Run the server."`
	Import importCmd `cmd:"" help:"Import a CSV file into an object; ends with one JSON line."`
	Verify verifyCmd `cmd:"" help:"Prove the audit trail; exits 0 only when it is whole."`
	Doctor doctorCmd `cmd:"" help:"Check that this machine and the data folder are fit to run."`
	Ver    verCmd    `cmd:"" name:"version" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
	slog.SetDefault(log)
	c := &cli{}
	k := kong.Parse(c, kong.Name("baton"), kong.Description("Baton (指挥棒): the sales-management platform a company runs for itself."), kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(log))
	if err := k.Run(); err != nil {
		if !errors.Is(err, errSaid) {
			fmt.Fprintln(os.Stderr, "baton:", app.Tell(err))
		}
		os.Exit(1)
	}
}

// errSaid is a failure that was already told.
var errSaid = errors.New("failed")

type serveCmd struct {
	app.Config `embed:""`
}

// Run serves until a signal.
func (s *serveCmd) Run(ctx context.Context, log *slog.Logger) error {
	return app.Serve(ctx, s.Config, log)
}

type verCmd struct{}

// Run prints the version.
func (verCmd) Run() error {
	fmt.Println("baton", app.Version)
	return nil
}
