package scenario

import (
	"bytes"
	"errors"
	"os/exec"
	"testing"
)

// Run runs another command of the binary on this server's data and database, beside the server or without it, and gives what it wrote and
// its exit code.
func (s *Server) Run(t testing.TB, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	bin, env := s.Command()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), bin, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("scenario: %s %v: %v", bin, args, err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}
