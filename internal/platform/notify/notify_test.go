package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/notify"
	"baton/internal/platform/store"
	"baton/internal/platform/store/storetest"
	"baton/internal/platform/web"
)

func each(t *testing.T, f func(t *testing.T, db *store.DB, in *notify.Inbox)) {
	t.Parallel()
	for name, url := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "baton.db") },
		"postgres": func(t *testing.T) string { return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := store.Open(url(t))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			if err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			f(t, db, notify.New(db, clock.New()))
		})
	}
}

func send(t *testing.T, db *store.DB, in *notify.Inbox, all ...notify.Message) {
	t.Helper()
	err := db.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		for _, m := range all {
			if err := in.Send(ctx, tx, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNoticesComeWithTheirWriteAndOnce(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, in *notify.Inbox) {
		woken := 0
		in.OnSent(func() { woken++ })
		m := notify.Message{Person: "p1", Kind: "overdue", Level: notify.Red, Title: "跟进超时", Object: "lead", RecordID: "l1", Dedupe: "breach:1"}
		send(t, db, in, m, m)
		send(t, db, in, m)
		refused := errors.New("no")
		err := db.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
			if err := in.Send(ctx, tx, notify.Message{Person: "p1", Kind: "overdue", Title: "undone"}); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		var many []notify.Message
		for i := range 20 {
			many = append(many, notify.Message{Person: "p2", Kind: "assigned", Title: fmt.Sprintf("n%d\x00", i)})
		}
		send(t, db, in, many...)
		mine, err := in.List(t.Context(), "p1", true, 0, 10)
		if err != nil || len(mine) != 1 || mine[0].Level != notify.Red || mine[0].Title != "跟进超时" {
			t.Fatalf("inbox holds %+v, %v", mine, err)
		}
		all, err := in.After(t.Context(), mine[0].Seq, 100)
		if err != nil || len(all) != 20 || all[0].Title != "n0" || all[19].Title != "n19" {
			t.Fatalf("tail holds %d, %v", len(all), err)
		}
		if n, err := in.Unread(t.Context(), "p2"); err != nil || n != 20 {
			t.Fatalf("%d unread, %v", n, err)
		}
		if woken != 3 {
			t.Errorf("woken %d times, want 3 (each commit with notices)", woken)
		}
	})
}

func TestInboxServesOnlyOnesOwn(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, in *notify.Inbox) {
		mux := chi.NewMux()
		(&notify.HTTP{Inbox: in}).Routes(web.NewRouter(mux, "test", func(*actor.Actor, string) bool { return false }))
		call := func(person, method, path string, into any) int {
			req := httptest.NewRequestWithContext(t.Context(), method, path, nil)
			if person != "" {
				req = req.WithContext(actor.With(req.Context(), &actor.Actor{Kind: actor.Person, ID: person}))
			}
			rec := httptest.NewRecorder()
			mux.ServeHTTP(rec, req)
			if into != nil {
				if err := json.Unmarshal(rec.Body.Bytes(), into); err != nil {
					t.Fatalf("%s %s: %v: %s", method, path, err, rec.Body)
				}
			}
			return rec.Code
		}
		for i := range 3 {
			send(t, db, in, notify.Message{Person: "p1", Kind: "k", Title: fmt.Sprint(i)}, notify.Message{Person: "p2", Kind: "k", Title: "other"})
		}
		var page struct {
			Items      []notify.View `json:"items"`
			Unread     int           `json:"unread"`
			NextCursor *string       `json:"next_cursor"`
		}
		if code := call("p1", "GET", "/api/v1/inbox?limit=2", &page); code != http.StatusOK || len(page.Items) != 2 || page.Unread != 3 || page.NextCursor == nil || page.Items[0].Title != "2" {
			t.Fatalf("first page %d %+v", code, page)
		}
		newest := page.Items[0].ID
		if call("p1", "GET", "/api/v1/inbox?limit=2&cursor="+*page.NextCursor, &page); len(page.Items) != 1 || page.Items[0].Title != "0" || page.NextCursor != nil {
			t.Fatalf("second page %+v", page)
		}
		if code := call("p2", "POST", "/api/v1/inbox/"+newest+":read", nil); code != http.StatusNotFound {
			t.Fatalf("another's notice could be ticked off: %d", code)
		}
		var one struct {
			Item   notify.View `json:"item"`
			Unread int         `json:"unread"`
		}
		if code := call("p1", "POST", "/api/v1/inbox/"+newest+":read", &one); code != http.StatusOK || one.Item.ReadAt == nil || one.Unread != 2 {
			t.Fatalf("ticked off: %d %+v", code, one)
		}
		if call("p1", "POST", "/api/v1/inbox:read-all", nil); call("p1", "GET", "/api/v1/inbox?unread=true", &page) != http.StatusOK || len(page.Items) != 0 || page.Unread != 0 {
			t.Fatalf("after reading all %+v", page)
		}
		if n, err := in.Unread(t.Context(), "p2"); err != nil || n != 3 {
			t.Fatalf("p2 has %d unread, %v", n, err)
		}
		if code := call("", "GET", "/api/v1/inbox", nil); code != http.StatusUnauthorized {
			t.Fatalf("nobody signed in: %d", code)
		}
		if code := call("p1", "GET", "/api/v1/inbox?cursor=x", nil); code != http.StatusUnprocessableEntity {
			t.Fatalf("a bad cursor: %d", code)
		}
	})
}
