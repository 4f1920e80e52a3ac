// Command pgtest runs a command with one throw-away PostgreSQL for all the tests it starts:
//
//	go run ./internal/tool/pgtest -- go test ./...
//
// It names the server in BATON_TEST_DATABASE_URL (see storetest), leaves the server to an outer pgtest if there is one, and exits
// with the command's status. Without PostgreSQL it runs the command all the same, unless CI=true: the tests then skip what needs it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"baton/internal/platform/store/storetest"
	"baton/internal/platform/store/storetest/pgserver"
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: pgtest -- command [argument …]")
		os.Exit(2)
	}
	os.Exit(run(args))
}

func run(args []string) int {
	// The command gets the terminal's signals itself and decides; pgtest only has to outlive it.
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	env := os.Environ()
	if os.Getenv(storetest.EnvURL) == "" {
		s, err := pgserver.Start(context.Background())
		switch {
		case errors.Is(err, pgserver.ErrMissing) && os.Getenv("CI") != "true":
			fmt.Fprintf(os.Stderr, "pgtest: %v; tests on PostgreSQL will be skipped\n", err)
		case err != nil:
			fmt.Fprintf(os.Stderr, "pgtest: %v\n", err)
			return 1
		default:
			defer s.Stop()
			env = append(env, storetest.EnvURL+"="+s.URL)
		}
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = os.Stdin, os.Stdout, os.Stderr, env
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		return exit.ExitCode()
	default:
		fmt.Fprintf(os.Stderr, "pgtest: %s: %v\n", args[0], err)
		return 1
	}
}
