// Package pgserver runs a throw-away PostgreSQL from the machine's own package (Debian: postgresql) for as long as one process lives.
// It knows nothing of Baton's tables. Nothing it starts outlives the caller, not even when that is killed: the server is kept by a
// shell that waits on a pipe of the caller and stops and removes everything when the pipe closes.
package pgserver

import (
	"bufio"
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
)

// ErrMissing is returned by Start when this machine has no PostgreSQL of version 15 or later.
var ErrMissing = errors.New("PostgreSQL 15 or later is not installed (Debian: apt-get install --no-install-recommends postgresql)")

//go:embed keep.sh
var keeper string

// Server is a running PostgreSQL. It listens on 127.0.0.1 and on a socket in its temporary folder; durability is off.
type Server struct {
	// URL is the superuser's address of the database "postgres", password included.
	URL string

	keeper *exec.Cmd
	stdin  io.Closer
	output *bufio.Reader
}

// Start creates a cluster in a temporary folder and starts it on a free port. As root it runs as the user postgres or, without one,
// nobody: PostgreSQL refuses to run as root. It returns ErrMissing without PostgreSQL, else an error with the server's own log.
func Start(ctx context.Context) (*Server, error) {
	bin, err := find()
	if err != nil {
		return nil, err
	}
	var last error
	for range 3 { // another process may take the free port between finding it and listening
		s, err := start(ctx, bin)
		if err == nil {
			return s, nil
		}
		if last = err; !strings.Contains(err.Error(), "could not bind") {
			break
		}
	}
	return nil, last
}

// Stop ends the server and removes its folder; it returns when both are gone.
func (s *Server) Stop() error {
	_ = s.stdin.Close()
	_, _ = io.Copy(io.Discard, s.output)
	return s.keeper.Wait()
}

func start(ctx context.Context, bin string) (*Server, error) {
	cred, base, err := account()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(base, "baton-pg-")
	if err != nil {
		return nil, fmt.Errorf("pgserver: temporary folder: %w", err)
	}
	password := rand.Text()
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte(password+"\n"), 0o600); err != nil {
		return nil, err
	}
	if cred != nil {
		for _, p := range []string{dir, filepath.Join(dir, "password")} {
			if err := os.Chown(p, int(cred.Uid), int(cred.Gid)); err != nil {
				return nil, err
			}
		}
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}

	cmd := exec.Command("/bin/sh", "-c", keeper, "keep.sh", bin, dir, strconv.Itoa(port))
	cmd.Dir = dir
	// PGDATA, PGHOST and the like of the caller must not reach the tools. The stock locale keeps messages readable.
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	// Its own session: Ctrl-C in the terminal reaches the caller, whose end then stops the server in order.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: cred}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("pgserver: %w", err)
	}
	s := &Server{
		URL:    fmt.Sprintf("postgres://postgres:%s@127.0.0.1:%d/postgres?sslmode=disable", password, port),
		keeper: cmd, stdin: stdin, output: bufio.NewReader(stdout),
	}
	var said strings.Builder
	for {
		line, err := s.output.ReadString('\n')
		if line == "ready\n" {
			return s, nil
		}
		said.WriteString(line)
		if err != nil {
			_ = s.Stop()
			return nil, fmt.Errorf("pgserver: PostgreSQL did not start:\n%s", said.String())
		}
	}
}

// find returns the folder of the newest installed server of version 15 or later.
func find() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	version := func(p string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(p))))
		return n
	}
	sort.Slice(found, func(i, j int) bool { return version(found[i]) > version(found[j]) })
	if len(found) > 0 && version(found[0]) >= 15 {
		return filepath.Dir(found[0]), nil
	}
	if p, err := exec.LookPath("initdb"); err == nil && len(found) == 0 {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			return filepath.Dir(p), nil
		}
	}
	return "", ErrMissing
}

// account says who runs the server (nil = the caller) and under which folder that account can keep files.
func account() (*syscall.Credential, string, error) {
	if os.Geteuid() != 0 {
		return nil, os.TempDir(), nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, "", err
		}
		// Root's TMPDIR is often closed to others.
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, "/tmp", nil
	}
	return nil, "", errors.New("pgserver: run as root, but there is neither a user postgres nor nobody to run PostgreSQL as")
}

func freePort(ctx context.Context) (int, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
