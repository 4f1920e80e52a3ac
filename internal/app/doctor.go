package app

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// Doctor checks what the server needs and writes, for each, whether it is fit and how to mend it. It reports whether all is well.
func Doctor(ctx context.Context, cfg Config, out io.Writer) bool {
	well := true
	say := func(what string, err error, remedy string) {
		if err == nil {
			fmt.Fprintln(out, "ok    ", what)
			return
		}
		well = false
		fmt.Fprintf(out, "WRONG  %s: %v\n       %s\n", what, err, remedy)
	}
	say("data folder "+cfg.Data+" can be written", probe(cfg.Data), "Give BATON_DATA a folder this user may write.")
	_, err := time.LoadLocation(cfg.Zone)
	say("time zone "+cfg.Zone, err, "Set BATON_ZONE to a name such as Asia/Shanghai.")
	if cfg.DatabaseURL != "" {
		db, err := store.Open(cfg.DatabaseURL)
		if err == nil {
			err = db.Ping(ctx)
			_ = db.Close()
		}
		say("PostgreSQL answers", err, "Check BATON_DATABASE_URL and that the server runs.")
	}
	ln, err := net.Listen("tcp", cfg.Addr)
	if err == nil {
		_ = ln.Close()
	}
	say("address "+cfg.Addr+" is free", err, "Stop what listens there (perhaps a running baton), or set BATON_ADDR.")
	return well
}

func probe(folder string) error {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	p := filepath.Join(folder, ".probe")
	if err := os.WriteFile(p, []byte("x"), 0o600); err != nil {
		return err
	}
	return os.Remove(p)
}

// Tell writes an error as a person at a terminal wants to read it: the sentence, then each place with its remedy.
func Tell(err error) string {
	p := problem.As(err)
	if p == nil {
		return err.Error()
	}
	var b strings.Builder
	b.WriteString(p.Detail)
	for _, it := range p.Items {
		fmt.Fprintf(&b, "\n  %s %s %s", it.Pointer, it.Message, it.Hint)
	}
	return b.String()
}
