package live_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/definition"
	"baton/internal/platform/ledger"
	"baton/internal/platform/live"
	"baton/internal/platform/notify"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/store/storetest"
	"baton/internal/platform/web"
)

// node is one server on a database.
type node struct {
	db     *store.DB
	defs   *definition.Manager
	writer *record.Writer
	inbox  *notify.Inbox
	ledger *ledger.Ledger
	hub    *live.Hub
	server *httptest.Server
	ended  atomic.Bool // the session
}

// org is a directory of one unit: lena leads team1, wang is in it.
type org struct{}

func (org) UnitsBelow(unit string) []string { return []string{unit} }
func (org) UnitsAbove(unit string) []string { return []string{unit} }
func (org) RegionOf(string) string          { return "" }
func (org) PersonRow(string) *object.Row    { return nil }
func (org) UnitOf(person string) string {
	return map[string]string{"wang": "team1", "zhao": "team2", "lena": "team1"}[person]
}

var system = actor.TheSystem("test")

func start(t *testing.T, url string) *node {
	t.Helper()
	db, err := store.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := clock.New()
	n := &node{db: db}
	n.ledger = ledger.New(db, c.Now)
	n.inbox = notify.New(db, c)
	n.defs = definition.NewManager(db, c, []definition.Kind{object.NewKind(), access.NewKind(nil)}, object.Apply, func(_ context.Context, tx *store.Tx, _ *actor.Actor, rev int64, _ string, _ []definition.Change) {
		if err := n.ledger.Append(tx, &ledger.Event{At: 1, WrittenAt: 1, ActorKind: "system", Origin: "person", Object: "revision", RecordID: fmt.Sprint(rev), Op: "publish", Revision: rev}); err != nil {
			t.Error(err)
		}
	})
	if err := n.defs.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	db.OnBegin(n.defs.Follow)
	control := &access.Control{Dir: org{}}
	n.writer = &record.Writer{DB: db, Defs: n.defs, Ledger: n.ledger, Access: control, Clock: c, Env: &object.Env{Zone: time.UTC}}
	n.hub = &live.Hub{DB: db, Ledger: n.ledger, Inbox: n.inbox, Defs: n.defs, Access: control, Heartbeat: 50 * time.Millisecond}
	n.hub.Alive = func(_ context.Context, c *web.Caller) (*actor.Actor, error) {
		if n.ended.Load() {
			return nil, nil
		}
		return c.Actor, nil
	}
	n.inbox.OnSent(n.hub.Sent)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = n.hub.Run(ctx) }()
	mux := chi.NewMux()
	n.hub.Routes(web.NewRouter(mux, "test", func(*actor.Actor, string) bool { return false }))
	// The edge finds the caller by the cookie, whose token is the person here.
	edge := &web.Edge{Resolve: func(_ context.Context, cookie, _ string) (*web.Caller, error) {
		role := map[string]string{"wang": "rep", "zhao": "rep", "lena": "lead"}[cookie]
		return &web.Caller{Token: cookie, Actor: &actor.Actor{Kind: actor.Person, ID: cookie, Roles: []string{role}, Unit: org{}.UnitOf(cookie)}}, nil
	}}
	n.server = httptest.NewServer(edge.Wrap(mux))
	t.Cleanup(func() { cancel(); <-done; n.server.Close() })
	return n
}

func (n *node) publish(t *testing.T) {
	t.Helper()
	def := func(kind, name, spec string) *definition.Definition {
		return &definition.Definition{Kind: kind, Name: name, Title: definition.Text{ZH: name}, Spec: json.RawMessage(spec)}
	}
	_, err := n.defs.Publish(t.Context(), system, "", []*definition.Definition{
		def("object", "lead", `{"title_field":"name","pool":true,"fields":[{"name":"name","title":{"zh-CN":"名称"},"type":"text"}]}`),
		def("role", "rep", `{"rights":[],"objects":{"lead":{"read":"own+pool"}}}`),
		def("role", "lead", `{"rights":[],"objects":{"lead":{"read":"below"}}}`),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
}

func (n *node) write(t *testing.T, ws ...record.Write) []record.Outcome {
	t.Helper()
	out, err := n.writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "worker", Engine: true}, Writes: ws})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func lead(id, owner string) record.Write {
	return record.Write{Op: record.Create, Object: "lead", ID: id, Values: map[string]any{"name": id, "owner": owner}}
}

func give(id, owner string) record.Write {
	return record.Write{Op: record.Update, Object: "lead", ID: id, Values: map[string]any{"owner": owner}}
}

// page is an open stream.
type page struct {
	t    *testing.T
	body *bufio.Reader
	last string
	stop context.CancelFunc
}

type message struct {
	Event   string
	Object  string `json:"object"`
	ID      string `json:"id"`
	Version int64  `json:"version"`
	Gone    bool   `json:"gone"`
	Many    int    `json:"many"`
	Title   string `json:"title"`
	Unread  int    `json:"unread"`
	N       int64  `json:"revision"`
}

func (m message) String() string {
	return fmt.Sprintf("%s %s/%s v%d gone=%v many=%d %s", m.Event, m.Object, m.ID, m.Version, m.Gone, m.Many, m.Title)
}

// open connects and returns once the server has registered the stream.
func (n *node) open(t *testing.T, person, last string) *page {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, "GET", n.server.URL+"/api/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: web.CookieName, Value: person})
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	res, err := n.server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("%d %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
	p := &page{t: t, body: bufio.NewReader(res.Body), stop: cancel}
	if _, ok := p.block(); !ok || p.last == "" {
		t.Fatal("the stream does not begin with its place")
	}
	return p
}

// block reads up to an empty line; ok is false at the end of the stream.
func (p *page) block() (m message, ok bool) {
	for {
		line, err := p.body.ReadString('\n')
		if err != nil {
			return m, false
		}
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch key {
		case "":
			return m, true
		case "id":
			p.last = value
		case "event":
			m.Event = value
		case "data":
			if err := json.Unmarshal([]byte(value), &m); err != nil {
				p.t.Errorf("data %s: %v", value, err)
			}
		}
	}
}

// next is the next message that says something.
func (p *page) next() message {
	p.t.Helper()
	for {
		m, ok := p.block()
		if !ok {
			p.t.Fatal("the stream ended")
		}
		if m.Event != "" {
			return m
		}
	}
}

func (p *page) want(texts ...string) {
	p.t.Helper()
	for _, want := range texts {
		if got := p.next().String(); got != want {
			p.t.Fatalf("got %q, want %q", got, want)
		}
	}
}

func each(t *testing.T, f func(t *testing.T, url string)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, "sqlite:"+filepath.Join(t.TempDir(), "baton.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, storetest.Postgres(t))
	})
}

func TestEverybodyLearnsWhatTheyMaySee(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		n := start(t, url)
		n.publish(t)
		wang, zhao, lena := n.open(t, "wang", ""), n.open(t, "zhao", ""), n.open(t, "lena", "")
		n.write(t, lead("a", "wang"))
		wang.want("record lead/a v1 gone=false many=0 ")
		lena.want("record lead/a v1 gone=false many=0 ")
		n.write(t, give("a", "zhao"))
		wang.want("record lead/a v0 gone=true many=0 ")
		lena.want("record lead/a v0 gone=true many=0 ")
		zhao.want("record lead/a v2 gone=false many=0 ") // and nothing of the time before
		n.write(t, give("a", ""))
		for _, p := range []*page{wang, zhao} {
			p.want("record lead/a v3 gone=false many=0 ")
		}
		n.write(t, lead("b", "wang"))
		lena.want("record lead/b v1 gone=false many=0 ") // the pool is not hers
	})
}

func TestNoticesRevisionsAndJobs(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		n := start(t, url)
		n.publish(t)
		wang, zhao := n.open(t, "wang", ""), n.open(t, "zhao", "")
		err := n.db.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
			return n.inbox.Send(ctx, tx, notify.Message{Person: "zhao", Kind: "overdue", Level: notify.Red, Title: "超时", Object: "lead", RecordID: "x"})
		})
		if err != nil {
			t.Fatal(err)
		}
		if m := zhao.next(); m.Event != "inbox" || m.Title != "超时" {
			t.Fatalf("zhao got %v", m)
		}
		n.publish(t)
		for _, p := range []*page{wang, zhao} {
			if m := p.next(); m.Event != "revision" || m.N != 2 { // wang heard nothing of zhao's notice
				t.Fatalf("got %v", m)
			}
		}
		n.hub.Publish("job", map[string]any{"id": "j1"}, func(a *actor.Actor) bool { return a.ID == "wang" })
		if m := wang.next(); m.Event != "job" || m.ID != "j1" {
			t.Fatalf("wang got %v", m)
		}
	})
}

func TestResumeAndBulk(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		n := start(t, url)
		n.publish(t)
		wang := n.open(t, "wang", "")
		n.write(t, lead("a", "wang"))
		wang.want("record lead/a v1 gone=false many=0 ")
		wang.stop()
		n.write(t, lead("b", "wang"), lead("c", "zhao"), lead("d", "wang"))
		again := n.open(t, "wang", wang.last)
		// The unread count comes once the page has caught up; what the hub had not passed on by then follows it.
		var records, others []string
		for range 3 {
			if m := again.next(); m.Event == "record" {
				records = append(records, m.String())
			} else {
				others = append(others, m.String())
			}
		}
		if !slices.Equal(records, []string{"record lead/b v1 gone=false many=0 ", "record lead/d v1 gone=false many=0 "}) || !slices.Equal(others, []string{"inbox / v0 gone=false many=0 "}) {
			t.Fatalf("missed: %q %q", records, others)
		}
		var many []record.Write
		for i := range 200 {
			many = append(many, lead(fmt.Sprintf("m%d", i), "wang"))
		}
		n.write(t, many...)
		again.want("record lead/ v0 gone=false many=200 ")
		for range 12 {
			for i := range many {
				many[i].ID += "x"
			}
			n.write(t, many...)
		}
		if m := n.open(t, "wang", wang.last).next(); m.Event != "resync" {
			t.Fatalf("far behind: %v", m)
		}
		if m := n.open(t, "wang", "999999999").next(); m.Event != "resync" {
			t.Fatalf("ahead of the trail: %v", m)
		}
	})
}

func TestOtherNodesWritesAreTold(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		one := start(t, url)
		one.publish(t)
		two := start(t, url)
		wang := one.open(t, "wang", "")
		two.write(t, lead("a", "wang"))
		wang.want("record lead/a v1 gone=false many=0 ")
		two.publish(t)
		if m := wang.next(); m.Event != "revision" || one.defs.Current().Revision != 2 {
			t.Fatalf("got %v; this node serves revision %d", m, one.defs.Current().Revision)
		}
		err := two.db.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
			return two.inbox.Send(ctx, tx, notify.Message{Person: "wang", Kind: "k", Title: "来自另一台"})
		})
		if err != nil {
			t.Fatal(err)
		}
		if m := wang.next(); m.Event != "inbox" || m.Title != "来自另一台" {
			t.Fatalf("got %v", m)
		}
	})
}

func TestStreamsEndWithTheSessionAndAreLimited(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		n := start(t, url)
		n.publish(t)
		wang := n.open(t, "wang", "")
		n.ended.Store(true)
		for {
			if _, ok := wang.block(); !ok {
				break // within a heartbeat
			}
		}
		n.ended.Store(false)
		for range 16 {
			n.open(t, "zhao", "")
		}
		req, err := http.NewRequestWithContext(t.Context(), "GET", n.server.URL+"/api/v1/stream", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.AddCookie(&http.Cookie{Name: web.CookieName, Value: "zhao"})
		res, err := n.server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusTooManyRequests {
			t.Fatalf("a 17th stream: %d", res.StatusCode)
		}
	})
}
