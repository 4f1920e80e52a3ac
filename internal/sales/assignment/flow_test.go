package assignment

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/web"
)

// merging joins a lead to the standing one named in its external_id, as deduplication does.
type merging struct{}

func (merging) Name() string { return "merging" }

func (merging) Apply(ctx context.Context, c *record.Change) error {
	if c.Op != record.Create || c.New.Text("external_id") == "" {
		return nil
	}
	row, err := record.ReadRow(ctx, c.Tx, c.Object, c.New.Text("external_id"))
	if row != nil && err == nil {
		c.MergeInto(row)
	}
	return err
}

func TestMergedIntoAnUnownedLead(t *testing.T) {
	t.Parallel()
	w := open(t, sqlite(t))
	w.writer.Steps = append([]record.Step{merging{}}, w.writer.Steps...)
	w.people(t, map[string]map[string]any{"a": nil})
	w.publish(t, policy(t, `{"name":"only","when":{"field":"budget","op":"not_empty"},"candidates":{},"strategy":"round_robin"}`))
	row := w.lead(t, map[string]any{"company": "某某公司"})
	if row.Owner() != "" {
		t.Fatalf("assigned to %s without a budget", row.Owner())
	}
	merged := w.lead(t, map[string]any{"external_id": row.ID(), "budget": "3万"})
	if merged.ID() != row.ID() || merged.Owner() != "a" || merged.Get("pool_reason") != nil {
		t.Errorf("merged: owner %q, reason %v", merged.Owner(), merged.Get("pool_reason"))
	}
	if again := w.lead(t, map[string]any{"external_id": row.ID(), "budget": "4万"}); again.Owner() != "a" || w.tasks(t, "a") != 1 {
		t.Errorf("merged into an owned lead: owner %q, %d tasks", again.Owner(), w.tasks(t, "a"))
	}
}

// TestFailedWorkTakesNoTurn: what a refused write took (turn, memory, place under the cap) is free again, within the same group too.
func TestFailedWorkTakesNoTurn(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, url string) {
		w := open(t, url)
		w.people(t, map[string]map[string]any{"a": {"daily_cap": 1}, "b": {"daily_cap": 1}})
		w.publish(t, policy(t, `{"name":"only","candidates":{},"strategy":"round_robin"}`))
		_, err := w.writer.Do(context.Background(), store.Interactive, record.Request{Actor: actor.TheSystem("test"), Origin: incoming, Writes: []record.Write{
			{Op: record.Create, Object: "lead", Values: map[string]any{"company": "好"}},
			{Op: record.Create, Object: "lead", Values: map[string]any{"no_such_field": 1}},
		}})
		if err == nil {
			t.Fatal("a write with an unknown field went through")
		}
		if got := w.lead(t, nil).Owner() + w.lead(t, nil).Owner() + w.lead(t, nil).Owner(); got != "ab" {
			t.Errorf("afterwards %q, want ab and then nobody", got)
		}
	})
}

func TestExplainRoute(t *testing.T) {
	t.Parallel()
	w := open(t, sqlite(t))
	w.people(t, map[string]map[string]any{"a": nil})
	w.decided(t, "a", "教育", 2, 0, 0)
	row := w.lead(t, education())
	mux := chi.NewMux()
	who := actor.TheSystem("test")
	mux.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Nobody") == "" {
				r = r.WithContext(actor.With(r.Context(), who))
			}
			next.ServeHTTP(rw, r)
		})
	})
	h := &HTTP{Explainer: &Explainer{DB: w.db, Defs: w.defs, Env: w.env, Directory: w.dir, Records: w.reader},
		Tags: func(_ context.Context, _ *actor.Actor, r *object.Row) (any, error) {
			return map[string]any{"industry": map[string]any{"value": r.Get("tag_industry")}}, nil
		}}
	h.Routes(web.NewRouter(mux, "test", func(*actor.Actor, string) bool { return true }))
	get := func(id, nobody string) (int, map[string]any) {
		t.Helper()
		req := httptest.NewRequest("GET", "/api/v1/objects/lead/records/"+id+"/explain", nil)
		if nobody != "" {
			req.Header.Set("X-Nobody", nobody)
		}
		rw := httptest.NewRecorder()
		mux.ServeHTTP(rw, req)
		var body map[string]any
		if err := json.Unmarshal(rw.Body.Bytes(), &body); err != nil {
			t.Fatalf("%s: %v", rw.Body, err)
		}
		return rw.Code, body
	}
	status, body := get(row.ID(), "")
	owner, _ := body["owner"].(map[string]any)
	if status != 200 || owner["decision"] != "assigned" || body["tags"].(map[string]any)["industry"].(map[string]any)["value"] != "教育" || len(body["countdowns"].([]any)) != 0 {
		t.Errorf("%d %v", status, body)
	}
	if status, _ = get("no-such-id", ""); status != 404 {
		t.Errorf("unknown record: %d", status)
	}
	if status, _ = get(row.ID(), "yes"); status != 401 {
		t.Errorf("nobody signed in: %d", status)
	}
	// A rep sees nothing of a lead outside the scope.
	who = &actor.Actor{Kind: actor.Person, ID: "z"}
	if status, _ = get(row.ID(), ""); status != 403 && status != 404 {
		t.Errorf("outside the scope: %d", status)
	}
}
