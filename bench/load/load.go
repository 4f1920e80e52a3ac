// Package load sends HTTP requests over a fixed number of kept-alive connections, each waiting for its answer before the next, and
// reports rate and latencies. It speaks to this machine only.
package load

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Request is one request; Body is sent as JSON unless empty.
type Request struct {
	Method, Path string
	Header       string // lines that end with \r\n
	Body         []byte
}

// Plan says what to send. Make is called with 0, 1, 2 … from all connections.
type Plan struct {
	Addr        string // loopback host:port
	Connections int
	Warm        time.Duration // sent but not counted
	For         time.Duration
	Want        int // the status every answer must have
	Make        func(n int) Request
}

// Result is what was measured after the warm-up.
type Result struct {
	Count    int
	Rate     float64 // answers per second
	P50, P99 time.Duration
}

// Run carries the plan out. The first answer with another status than wanted ends it with an error that quotes the answer.
func Run(p Plan) (Result, error) {
	if host, _, err := net.SplitHostPort(p.Addr); err != nil || !net.ParseIP(host).IsLoopback() {
		return Result{}, fmt.Errorf("load: %s is not an address of this machine", p.Addr)
	}
	var next atomic.Int64
	var failed atomic.Pointer[error]
	begin := time.Now().Add(p.Warm)
	end := begin.Add(p.For)
	taken := make([][]time.Duration, p.Connections)
	var all sync.WaitGroup
	for i := range p.Connections {
		all.Go(func() {
			var err error
			if taken[i], err = connection(p, &next, begin, end, &failed); err != nil {
				failed.CompareAndSwap(nil, &err)
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return Result{}, *err
	}
	times := slices.Concat(taken...)
	if len(times) == 0 {
		return Result{}, fmt.Errorf("load: no answer within %s", p.For)
	}
	slices.Sort(times)
	at := func(q float64) time.Duration { return times[int(q*float64(len(times)-1))] }
	return Result{Count: len(times), Rate: float64(len(times)) / p.For.Seconds(), P50: at(0.50), P99: at(0.99)}, nil
}

// connection sends one request after the other until end, or another connection has failed, and returns the times of those counted.
func connection(p Plan, next *atomic.Int64, begin, end time.Time, failed *atomic.Pointer[error]) ([]time.Duration, error) {
	conn, err := net.Dial("tcp", p.Addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 32<<10)
	var out []byte
	var times []time.Duration
	for failed.Load() == nil {
		r := p.Make(int(next.Add(1) - 1))
		out = append(out[:0], r.Method...)
		out = append(append(append(out, ' '), r.Path...), " HTTP/1.1\r\nHost: "...)
		out = append(append(append(out, p.Addr...), "\r\n"...), r.Header...)
		if len(r.Body) > 0 {
			out = append(out, "Content-Type: application/json\r\nContent-Length: "...)
			out = append(strconv.AppendInt(out, int64(len(r.Body)), 10), "\r\n"...)
		}
		out = append(append(out, "\r\n"...), r.Body...)
		start := time.Now()
		if start.After(end) {
			break
		}
		if err := conn.SetDeadline(start.Add(30 * time.Second)); err != nil {
			return nil, err
		}
		if _, err := conn.Write(out); err != nil {
			return nil, err
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", r.Method, r.Path, err)
		}
		if res.StatusCode != p.Want {
			body, _ := io.ReadAll(io.LimitReader(res.Body, 2<<10))
			return nil, fmt.Errorf("%s %s: status %d, want %d: %s", r.Method, r.Path, res.StatusCode, p.Want, body)
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			return nil, err
		}
		if done := time.Now(); start.After(begin) && !done.After(end) {
			times = append(times, done.Sub(start))
		}
	}
	return times, nil
}
