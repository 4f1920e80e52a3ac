package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"baton/internal/platform/actor"
)

// Serve runs the server until ctx ends, then lets requests finish and stops the background in order.
func Serve(ctx context.Context, cfg Config, log *slog.Logger) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200) // the heap is small beside the database's cache; half the collections cost some tens of megabytes
	}
	a, err := Open(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer func() {
		if err := a.Close(); err != nil {
			log.Error("closing", "error", err)
		}
	}()
	if cfg.Demo {
		if err := a.loadDemo(ctx); err != nil {
			return fmt.Errorf("demo company: %w", err)
		}
	}
	if err := a.Run(); err != nil {
		return err
	}
	handler, _ := a.Handler()
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, BaseContext: func(net.Listener) context.Context { return ctx }}
	ln, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", cfg.Addr, err)
	}
	local, err := a.serveSocket(handler)
	if err != nil {
		return err
	}
	defer local()
	log.Info("baton is ready", "address", "http://"+ln.Addr().String(), "version", Version, "revision", a.Defs.Current().Revision)
	a.greet("http://" + ln.Addr().String())
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	log.Info("stopping")
	stop, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := srv.Shutdown(stop); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// serveSocket serves the same API on a socket in the data folder, to which only the folder's owner has access: the command line hands its
// work to the running server there, as the system.
func (a *App) serveSocket(handler http.Handler) (func(), error) {
	path := a.Config.Socket()
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	ln, err := net.Listen("unix", path)
	if err != nil {
		a.Log.Warn("no command socket; the command line needs the server stopped", "error", err)
		return func() {}, nil
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, err
	}
	srv := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Authorization")
		r.Header.Del("Cookie")
		handler.ServeHTTP(w, r.WithContext(actor.With(r.Context(), actor.TheSystem("命令行"))))
	})}
	go func() {
		if err := srv.Serve(ln); err != nil && !errors.Is(err, http.ErrServerClosed) {
			a.Log.Error("command socket", "error", err)
		}
	}()
	return func() { _ = srv.Close() }, nil
}
