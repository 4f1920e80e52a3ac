package load

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestRunCountsWhatTheServerAnswered(t *testing.T) {
	t.Parallel()
	var got atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Channel-Key") != "k" || r.ContentLength != 2 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		got.Add(1)
		w.WriteHeader(http.StatusAccepted)
	}))
	defer s.Close()
	plan := Plan{
		Addr: s.Listener.Addr().String(), Connections: 4, For: 200 * time.Millisecond, Want: http.StatusAccepted,
		Make: func(int) Request { return Request{"POST", "/x", "X-Channel-Key: k\r\n", []byte("{}")} },
	}
	r, err := Run(plan)
	if err != nil {
		t.Fatal(err)
	}
	if r.Count == 0 || int64(r.Count) > got.Load() || got.Load()-int64(r.Count) > 4 || r.P50 > r.P99 {
		t.Errorf("reported %+v, the server answered %d", r, got.Load())
	}
	plan.Make = func(int) Request { return Request{Method: "GET", Path: "/x"} }
	if _, err := Run(plan); err == nil || !strings.Contains(err.Error(), "status 400, want 202") {
		t.Errorf("a wrong status gives %v", err)
	}
	plan.Addr = "192.0.2.1:80"
	if _, err := Run(plan); err == nil || !strings.Contains(err.Error(), "not an address of this machine") {
		t.Errorf("a foreign address gives %v", err)
	}
}
