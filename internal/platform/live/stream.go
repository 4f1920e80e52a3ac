package live

import (
	"context"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// client is one open stream.
type client struct {
	control *access.Control
	who     atomic.Pointer[actor.Actor]
	queue   chan []byte
	over    chan struct{} // closed by the hub
	again   chan struct{} // who is it now?

	// Scopes are the hub's to use, one goroutine at a time; stale is set from anywhere.
	stale    atomic.Bool
	revision int64
	scopes   map[string]*access.Scope
}

func newClient(control *access.Control, a *actor.Actor) *client {
	c := &client{control: control, queue: make(chan []byte, queue), over: make(chan struct{}), again: make(chan struct{}, 1)}
	c.who.Store(a)
	return c
}

// scope is what the actor may read of an object, kept until the revision, the directory or the actor changes.
func (c *client) scope(s *definition.Snapshot, name string) *access.Scope {
	if c.stale.Swap(false) || c.scopes == nil || c.revision != s.Revision {
		c.scopes, c.revision = map[string]*access.Scope{}, s.Revision
	}
	sc := c.scopes[name]
	if sc == nil {
		sc = c.control.Scope(s, c.who.Load(), name, access.Read)
		c.scopes[name] = sc
	}
	return sc
}

// forget drops the kept scopes.
func (c *client) forget() { c.stale.Store(true) }

func (c *client) askAgain() {
	select {
	case c.again <- struct{}{}:
	default:
	}
}

var errTooMany = problem.New(problem.TooMany, "too_many_streams", "打开的页面太多，请关掉一些", problem.Item{Code: "too_many_streams", Message: "同一个人最多同时打开 16 个实时连接"})

// Routes lists the module's route.
func (h *Hub) Routes(r *web.Router) {
	r.Raw(web.Route{Method: "GET", Path: "/api/v1/stream", Right: web.SignedIn, Summary: "Live feed (server-sent events: record, inbox, revision, job); resumes by Last-Event-ID"}, h.Stream)
}

// Stream serves one page until it goes, its session ends, it falls too far behind, or the server stops. Behind Last-Event-ID it is told
// what it missed, or by the event resync that it should read everything anew.
func (h *Hub) Stream(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		return // there is no end to wait for
	}
	c := newClient(h.Access, actor.From(ctx))
	at, err := h.join(ctx, c)
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	defer h.leave(c)
	head := w.Header()
	head.Set("Content-Type", "text/event-stream; charset=utf-8")
	head.Set("Cache-Control", "no-store")
	head.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	out := &writer{w: w, rc: http.NewResponseController(w)}
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		last = r.URL.Query().Get("last_event_id") // a page that opens the stream anew cannot set the header
	}
	// The number is given at once, so that a stream that breaks before its first event resumes from here.
	if out.send([]byte("retry: 2000\nid: "+strconv.FormatInt(at, 10)+"\n\n")) != nil || h.catchUp(ctx, c, out, last, at) != nil {
		return
	}
	h.pump(ctx, c, out)
}

func (h *Hub) pump(ctx context.Context, c *client, out *writer) {
	beat := h.Heartbeat
	if beat == 0 {
		beat = 15 * time.Second
	}
	t := time.NewTicker(beat)
	defer t.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-c.over:
			return
		case text := <-c.queue:
			err = out.send(text)
		case <-t.C:
			if err = out.send([]byte(": alive\n\n")); err == nil && !h.still(ctx, c) {
				return
			}
		case <-c.again:
			if !h.still(ctx, c) {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// still asks who the stream's caller is now; false ends the stream.
func (h *Hub) still(ctx context.Context, c *client) bool {
	caller := web.CallerFrom(ctx)
	if h.Alive == nil || caller == nil {
		return true
	}
	a, err := h.Alive(ctx, caller)
	if err != nil || a == nil {
		return false
	}
	c.who.Store(a)
	c.forget()
	return true
}

// catchUp tells what happened after the last event a returning page saw, up to where the hub takes over.
func (h *Hub) catchUp(ctx context.Context, c *client, out *writer, last string, upTo int64) error {
	if last == "" {
		return nil
	}
	// How far it lies back is measured by the trail's end: the hub itself may be behind in busy times.
	end, err := h.Ledger.Last(ctx)
	if err != nil {
		return err
	}
	from, err := strconv.ParseInt(last, 10, 64)
	if err != nil || from > end || end-from > resumeMost {
		return out.send(encode(0, "resync", map[string]any{"seq": upTo}))
	}
	// Scopes belong to the hub's goroutine: a second view of the same actor reads here.
	mine := newClient(h.Access, c.who.Load())
	for from < upTo {
		events, err := h.Ledger.After(ctx, from, int(min(batch, upTo-from)))
		if err != nil || len(events) == 0 {
			return err
		}
		from = events[len(events)-1].Seq
		all, err := h.read(ctx, events)
		if err != nil {
			return err
		}
		if text := tell(mine, all); len(text) > 0 {
			if err := out.send(text); err != nil {
				return err
			}
		}
	}
	a := c.who.Load()
	if a.Kind != actor.Person || a.Viewer != "" {
		return nil
	}
	unread, err := h.Inbox.Unread(ctx, a.ID)
	if err != nil {
		return err
	}
	return out.send(encode(0, "inbox", map[string]any{"unread": unread}))
}

// writer sends whole frames; a page that takes none for a while is given up.
type writer struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

const writeWait = 10 * time.Second

func (o *writer) send(b []byte) error {
	_ = o.rc.SetWriteDeadline(time.Now().Add(writeWait)) // where the connection knows no deadlines, the server's own hold
	if _, err := o.w.Write(b); err != nil {
		return err
	}
	return o.rc.Flush()
}
