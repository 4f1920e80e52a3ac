// Package live tells open pages what happens, as server-sent events: records they may see, notices of their own, new revisions, progress
// of work. It reads the ledger's and the inbox's tail, so that it tells on every node what any node wrote. It writes nothing and knows no
// meaning of events.
package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/ledger"
	"baton/internal/platform/notify"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/web"
)

// The measures of the feed: how often other nodes' writes are looked for, the pause in which busy times are gathered, how many events are
// read at once, from how many records of an object on they are told as one, how many messages a stream may fall behind before it is
// dropped, and how far a returning one may lie back before it is told to read everything anew.
const (
	poll       = 500 * time.Millisecond
	gather     = 50 * time.Millisecond
	batch      = 500
	bulk       = 50
	queue      = 64
	resumeMost = 2000
	perPerson  = 16
)

// Hub feeds the streams of one node. Make it with New, start Run, then serve Stream. Safe for concurrent use.
type Hub struct {
	DB     *store.DB
	Ledger *ledger.Ledger
	Inbox  *notify.Inbox
	Defs   *definition.Manager
	Access *access.Control
	// Alive says who a stream's caller is now; nil when the session has ended. Asked at each heartbeat and after a sign-out.
	Alive func(ctx context.Context, c *web.Caller) (*actor.Actor, error)
	// Heartbeat is the pause between signs of life, 15 s when zero.
	Heartbeat time.Duration

	mu       sync.Mutex
	clients  map[*client]struct{}
	seq      int64 // the last event that was fed
	inboxSeq int64
	closed   bool
	sent     chan struct{}
	once     sync.Once
}

// encode makes one message; seq is 0 where it has no place in the ledger.
func encode(seq int64, event string, data any) []byte {
	b, err := json.Marshal(data)
	if err != nil {
		b = []byte("{}") // our own structs; a publisher's bad value must not stop the feed
	}
	text := "event: " + event + "\ndata: " + string(b) + "\n\n"
	if seq > 0 {
		text = fmt.Sprintf("id: %d\n", seq) + text
	}
	return []byte(text)
}

func (h *Hub) init() {
	h.once.Do(func() {
		h.clients, h.sent = map[*client]struct{}{}, make(chan struct{}, 1)
	})
}

// Sent tells that notices were committed here; to be given to the inbox (OnSent).
func (h *Hub) Sent() {
	h.init()
	select {
	case h.sent <- struct{}{}:
	default:
	}
}

// Run feeds the streams until ctx ends, then ends them all. It returns ctx's error; failed reads are logged and tried again.
func (h *Hub) Run(ctx context.Context) error {
	h.init()
	h.mu.Lock()
	h.closed = false
	h.mu.Unlock()
	defer h.closeAll()
	wake, cancel := h.Ledger.Wake()
	defer cancel()
	t := time.NewTicker(poll)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wake:
		case <-h.sent:
		case <-t.C:
		}
		if err := h.feed(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrClosed) {
			slog.ErrorContext(ctx, "live feed", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(gather):
		}
	}
}

func (h *Hub) closeAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for c := range h.clients {
		h.drop(c)
	}
}

// drop ends a stream; mu is held.
func (h *Hub) drop(c *client) {
	if _, ok := h.clients[c]; ok {
		delete(h.clients, c)
		close(c.over)
	}
}

// join registers a stream and gives the event number up to which it has to read for itself. The first stream after a quiet time starts at
// the end of the trail.
func (h *Hub) join(ctx context.Context, c *client) (int64, error) {
	h.init()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return 0, store.ErrClosed
	}
	n := 0
	for other := range h.clients {
		if other.who.Load().ID == c.who.Load().ID {
			n++
		}
	}
	if n >= perPerson {
		return 0, errTooMany
	}
	if len(h.clients) == 0 {
		var err error
		if h.seq, err = h.Ledger.Last(ctx); err != nil {
			return 0, err
		}
		if h.inboxSeq, err = h.Inbox.Last(ctx); err != nil {
			return 0, err
		}
	}
	h.clients[c] = struct{}{}
	return h.seq, nil
}

func (h *Hub) leave(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(c)
}

// Publish sends a message that is in no table (progress of a job) to the streams of this node whose actor passes.
func (h *Hub) Publish(event string, data any, to func(*actor.Actor) bool) {
	h.init()
	f := encode(0, event, data)
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		if to(c.who.Load()) {
			h.put(c, f)
		}
	}
}

// put queues messages; a stream that does not keep up is ended, and resumes by its last event. mu is held.
func (h *Hub) put(c *client, text []byte) {
	select {
	case c.queue <- text:
	default:
		h.drop(c)
	}
}

// feed passes on what was written since the last time.
func (h *Hub) feed(ctx context.Context) error {
	for {
		h.mu.Lock()
		idle, seq, inboxSeq := len(h.clients) == 0, h.seq, h.inboxSeq
		h.mu.Unlock()
		if idle {
			return nil
		}
		events, err := h.Ledger.After(ctx, seq, batch)
		if err != nil {
			return err
		}
		news, err := h.read(ctx, events)
		if err != nil {
			return err
		}
		items, err := h.Inbox.After(ctx, inboxSeq, batch)
		if err != nil {
			return err
		}
		if len(events) == 0 && len(items) == 0 {
			return nil
		}
		h.mu.Lock()
		if h.seq != seq { // everybody left and somebody came anew in between
			h.mu.Unlock()
			continue
		}
		if len(events) > 0 {
			h.seq = events[len(events)-1].Seq
		}
		if len(items) > 0 {
			h.inboxSeq = items[len(items)-1].Seq
		}
		var reached []*notify.Item
		for c := range h.clients {
			text := tell(c, news)
			who := c.who.Load()
			for _, it := range items {
				if who.Kind == actor.Person && it.Person == who.ID && who.Viewer == "" {
					text = append(text, encode(0, "inbox", notify.Show(it))...)
					reached = append(reached, it)
				}
			}
			if len(text) > 0 {
				h.put(c, text)
			}
		}
		h.mu.Unlock()
		if err := h.Inbox.Delivered(ctx, reached); err != nil {
			return err
		}
	}
}

// read turns events into news: one for each record of the batch, with its standing now.
func (h *Hub) read(ctx context.Context, events []*ledger.Event) ([]*news, error) {
	s := h.Defs.Current()
	var out []*news
	byRecord := map[[2]string]*news{}
	ids := map[string][]string{}
	for _, e := range events {
		if e.Object == "revision" {
			if e.Revision > s.Revision {
				if err := h.Defs.Load(ctx); err != nil { // another node's; the page asks this one
					return nil, err
				}
				s = h.Defs.Current()
			}
			out = append(out, &news{seq: e.Seq, snap: s, all: true, frame: encode(e.Seq, "revision", map[string]any{"object": "revision", "id": e.RecordID, "revision": e.Revision, "seq": e.Seq})})
			continue
		}
		if e.Object == "person" && e.RecordID != "" {
			out = append(out, &news{seq: e.Seq, snap: s, recheck: e.RecordID, session: session(e.Op)})
			if session(e.Op) {
				continue
			}
		}
		if _, ok := object.Of(s, e.Object); !ok || e.RecordID == "" {
			continue
		}
		if e.Op == record.Shared || e.Op == record.Unshared {
			out = append(out, &news{seq: e.Seq, snap: s, shares: true})
		}
		key := [2]string{e.Object, e.RecordID}
		n := byRecord[key]
		if n == nil {
			n = &news{snap: s, object: e.Object, id: e.RecordID}
			byRecord[key] = n
			ids[e.Object] = append(ids[e.Object], e.RecordID)
		} else {
			out = remove(out, n)
		}
		n.seq, n.op = e.Seq, e.Op
		if c, moved := e.Payload.Changes["owner"]; moved && e.Op != string(record.Create) {
			was, _ := c[0].(string)
			n.owners = append(n.owners, was)
		}
		out = append(out, n) // in the order of each record's last event, so that a resume by number misses none
	}
	for name, list := range ids {
		o, _ := object.Of(s, name)
		standing, err := record.Standings(ctx, h.DB, o, list)
		if err != nil {
			return nil, err
		}
		var rows map[string]*object.Row
		if access.Conditional(s, name) {
			if rows, err = record.ReadRows(ctx, h.DB, o, list); err != nil {
				return nil, err
			}
		}
		for _, id := range list {
			n := byRecord[[2]string{name, id}]
			n.standing, n.row = standing[id], rows[id]
			n.finish()
		}
	}
	return out, nil
}

// session tells events of signing in and out and of looking as another, which are no news of a record.
func session(op string) bool {
	switch op {
	case "sign_in", "sign_out", "sign_in_refused", "password_change", "view_as":
		return true
	}
	return false
}

func remove(list []*news, n *news) []*news {
	for i, x := range list {
		if x == n {
			return append(list[:i], list[i+1:]...)
		}
	}
	return list
}
