// Package app puts the program together: configuration, wiring, the order of steps, and the life cycle. It is the only package that knows
// everybody.
package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Config is what the environment and flags decide.
type Config struct {
	Addr          string `help:"Address to listen on." env:"BATON_ADDR" default:"127.0.0.1:8080"`
	Data          string `help:"Data folder." env:"BATON_DATA" default:"./data" type:"path"`
	DatabaseURL   string `help:"postgres://… ; empty is SQLite in the data folder." env:"BATON_DATABASE_URL"`
	AdminPassword string `help:"Password of admin, at the first start only." env:"BATON_ADMIN_PASSWORD"`
	Demo          bool   `help:"Load the demo company at the first start." env:"BATON_DEMO"`
	DemoDate      string `help:"The demo company's today, 2026-11-24." env:"BATON_DEMO_DATE"`
	Clock         string `help:"File with a clock offset such as 72h (tests and demo only)." env:"BATON_CLOCK"`
	Zone          string `help:"The company's time zone." env:"BATON_ZONE" default:"Asia/Shanghai"`
	FilesURL      string `help:"s3://key:secret@host/bucket ; empty keeps files in the data folder." env:"BATON_FILES_URL"`
	FilesQuotaMB  int64  `help:"Megabytes that all files may take; 0 is no bound." env:"BATON_FILES_QUOTA_MB"`
	TrustProxy    bool   `help:"Take addresses from X-Forwarded-For." env:"BATON_TRUST_PROXY"`
	SecureCookie  bool   `help:"Send the session cookie over HTTPS only." env:"BATON_SECURE_COOKIE"`
}

func (c *Config) databaseURL() string {
	if c.DatabaseURL != "" {
		return c.DatabaseURL
	}
	return "sqlite:" + filepath.Join(c.Data, "baton.db")
}

// Socket is where a running server takes work from the command line.
func (c *Config) Socket() string { return filepath.Join(c.Data, "baton.sock") }

// ErrLocked says that another process holds the data folder.
var ErrLocked = errors.New("the data folder is in use by a running baton")

// lock takes the data folder for this process; two writers on one SQLite file would give SQLITE_BUSY and double work. On PostgreSQL a
// folder belongs to one node all the same: it holds the node's files.
func (c *Config) lock() (*os.File, error) {
	if err := os.MkdirAll(c.Data, 0o750); err != nil {
		return nil, fmt.Errorf("cannot make the data folder %s: %w", c.Data, err)
	}
	f, err := os.OpenFile(filepath.Join(c.Data, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%w (%s)", ErrLocked, c.Data)
	}
	return f, nil
}
