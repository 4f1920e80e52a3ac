package scenario

import (
	"bytes"
	"fmt"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// process is one run of the binary.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	err  error         // how it ended; read after done
}

// launch starts a command of the binary, such as the server. It dies with the test process, however that ends.
func launch(bin string, env []string, out *log, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(bin, args...), done: make(chan struct{})}
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = env, out, out
	dieWithParent(p.cmd)
	started := make(chan error, 1)
	go func() {
		// The kernel ties the child to the thread that started it; this one stays until the child is gone.
		runtime.LockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

func (p *process) terminate(limit time.Duration) error {
	select {
	case <-p.done:
		return fmt.Errorf("it had ended by itself: %v", p.err)
	default:
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case <-p.done:
		return p.err
	case <-late.C:
		_ = p.cmd.Process.Signal(syscall.SIGQUIT) // the Go runtime writes all stacks into the log
		<-p.done
		return fmt.Errorf("still running %s after SIGTERM", limit)
	}
}

// log collects what a server writes; it may be read while the server runs.
type log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
