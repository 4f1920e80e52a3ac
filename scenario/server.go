package scenario

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"baton/internal/platform/store/storetest"
)

// DB is the database a scenario runs on.
type DB string

// The databases Baton runs on.
const (
	SQLite   DB = "sqlite"
	Postgres DB = "postgres"
)

// EachDB runs the scenario once on each database, in parallel.
func EachDB(t *testing.T, scenario func(t *testing.T, db DB)) {
	t.Helper()
	for _, db := range []DB{SQLite, Postgres} {
		t.Run(string(db), func(t *testing.T) {
			t.Parallel()
			scenario(t, db)
		})
	}
}

// AdminPassword is the password of the first administrator of every server started here.
const AdminPassword = "Scenario-admin-1"

const envBinary = "BATON_BIN"

// Options say how a server starts. The zero value is an empty company on SQLite.
type Options struct {
	DB       DB
	Demo     bool              // load the demo company
	DemoDate string            // its anchor day, "2026-11-24"; empty = today
	Data     string            // an existing data folder; empty = a new one
	Now      time.Time         // what the server's clock shows at its start; zero = the machine's time
	Ready    time.Duration     // how long the start may take; zero = 90 s, with the demo company twice that
	Env      map[string]string // more variables, over those set here

	database string // an existing PostgreSQL database
	clock    *Clock // another server's
}

// Server is a running Baton of its own: data folder, database, clock and port. Its methods fail the test on the unexpected.
type Server struct {
	Base  string // http://127.0.0.1:port
	Data  string // its data folder
	Clock *Clock
	// Database is the address of its PostgreSQL database, empty on SQLite.
	Database string

	options Options
	env     []string
	process *process
	log     *log
}

// Start starts the binary and returns when /readyz answers 200. It is stopped when t ends, and its log printed if t failed.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s := prepare(t, o)
	s.start(t)
	return s
}

// prepare is Start without the start.
func prepare(t testing.TB, o Options) *Server {
	t.Helper()
	if o.DB == "" {
		o.DB = SQLite
	}
	if o.Ready == 0 {
		o.Ready = 90 * time.Second
		if o.Demo {
			o.Ready *= 2
		}
	}
	s := &Server{options: o, Data: o.Data, log: new(log)}
	if s.Data == "" {
		s.Data = filepath.Join(folder(t), "data")
	}
	if s.Clock = o.clock; s.Clock == nil {
		s.Clock = &Clock{path: filepath.Join(folder(t), "clock")}
		s.Clock.Set(t, 0)
		if !o.Now.IsZero() {
			s.Clock.Set(t, time.Until(o.Now))
		}
	}
	vars := map[string]string{
		"BATON_DATA": s.Data, "BATON_CLOCK": s.Clock.path, "BATON_ADMIN_PASSWORD": AdminPassword,
	}
	if o.Demo {
		vars["BATON_DEMO"] = "1"
	}
	if o.DemoDate != "" {
		vars["BATON_DEMO_DATE"] = o.DemoDate
	}
	if o.DB == Postgres {
		s.Database = o.database
		if s.Database == "" {
			s.Database = storetest.Postgres(t)
		}
		vars["BATON_DATABASE_URL"] = s.Database
	}
	for k, v := range o.Env {
		vars[k] = v
	}
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "BATON_") {
			s.env = append(s.env, kv)
		}
	}
	for k, v := range vars {
		s.env = append(s.env, k+"="+v)
	}
	t.Cleanup(func() {
		s.Stop(t)
		if t.Failed() {
			t.Logf("log of the server (%s):\n%s", o.DB, s.Log())
		}
	})
	return s
}

// Node starts another server on the same PostgreSQL database and clock, with a data folder of its own.
func (s *Server) Node(t testing.TB) *Server {
	t.Helper()
	if s.Database == "" {
		t.Fatal("scenario: Node: only servers on PostgreSQL share a database")
	}
	return Start(t, Options{DB: Postgres, Ready: s.options.Ready, Env: s.options.Env, database: s.Database, clock: s.Clock})
}

// Restart starts the server again, on the same data and clock, after Kill or Stop; a running one is stopped first. The port may change.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.Stop(t)
	s.start(t)
}

// Kill ends the server with SIGKILL, as a power cut would, and returns when it is gone.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	if s.process == nil {
		t.Fatal("scenario: Kill: the server does not run")
	}
	s.process.kill()
	s.process = nil
}

// Stop ends the server with SIGTERM, as an operator would. Not ending within 30 s, or ending with an error, fails the test.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if s.process == nil {
		return
	}
	p := s.process
	s.process = nil
	if err := p.terminate(30 * time.Second); err != nil {
		t.Errorf("scenario: the server did not stop in order: %v", err)
	}
}

// Log is what all runs of the server have written so far.
func (s *Server) Log() string { return s.log.String() }

// Command returns the environment in which another command of the binary meets this server's data and database.
func (s *Server) Command() (bin string, env []string) { return os.Getenv(envBinary), s.env }

func (s *Server) start(t testing.TB) {
	t.Helper()
	bin := os.Getenv(envBinary)
	if bin == "" {
		t.Fatalf("scenario: %s names no binary; TestMain of package scenario sets it", envBinary)
	}
	for attempt := 1; ; attempt++ {
		address := freeAddress(t)
		s.Base = "http://" + address
		p, err := launch(bin, append(s.env[:len(s.env):len(s.env)], "BATON_ADDR="+address), s.log, "serve")
		if err != nil {
			t.Fatalf("scenario: start %s: %v", bin, err)
		}
		s.process = p
		err = s.wait(p)
		if err == nil {
			return
		}
		p.kill()
		s.process = nil
		// Another process may take the free port between finding it and listening.
		if attempt == 3 || !strings.Contains(s.Log(), "address already in use") {
			t.Fatalf("scenario: the server did not get ready: %v", err)
		}
	}
}

// wait returns when /readyz answers 200, or with the reason why it never will.
func (s *Server) wait(p *process) error {
	client := &http.Client{Timeout: 5 * time.Second}
	deadline := time.NewTimer(s.options.Ready)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	last := "no answer yet"
	for {
		select {
		case <-p.done:
			return fmt.Errorf("it ended by itself: %v", p.err)
		case <-deadline.C:
			return fmt.Errorf("/readyz after %s: %s", s.options.Ready, last)
		case <-tick.C:
			res, err := client.Get(s.Base + "/readyz")
			if err != nil {
				last = err.Error()
				continue
			}
			_ = res.Body.Close()
			if last = res.Status; res.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
}

// folder is a temporary one with a short name: the data folder holds a socket, whose path may have no more than 107 bytes, and
// t.TempDir grows with the test's name.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "baton-s-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("scenario: %v", err)
		}
	})
	return dir
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
