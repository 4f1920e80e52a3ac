package followup_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/actor"
	"baton/internal/platform/record"
	"baton/internal/platform/web"
	"baton/internal/sales/followup"
)

func TestActionsOverHTTP(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		mux := chi.NewMux()
		router := web.NewRouter(mux, "test", func(*actor.Actor, string) bool { return false })
		(&record.HTTP{Reader: c.reader, Writer: c.writer, Origin: func(*actor.Actor) record.Origin { return record.Origin{Kind: "person", Countdown: true} }}).Routes(router)
		(&followup.HTTP{Engine: c.engine, Reader: c.reader}).Routes(router)
		type answer struct {
			Code   string         `json:"code"`
			Detail string         `json:"detail"`
			Record map[string]any `json:"record"`
			Timers []followup.Countdown
			Errors []struct{ Pointer string }
		}
		call := func(person, method, path, body string) (int, answer) {
			req := httptest.NewRequestWithContext(t.Context(), method, "/api/v1/objects/lead/records/"+path, strings.NewReader(body))
			if body != "" {
				req.Header.Set("Content-Type", "application/json")
			}
			if person != "" {
				req = req.WithContext(actor.With(req.Context(), c.as(person)))
			}
			rec := httptest.NewRecorder()
			mux.ServeHTTP(rec, req)
			var out answer
			if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
				t.Fatalf("%s %s: %d %s", method, path, rec.Code, rec.Body)
			}
			return rec.Code, out
		}
		id := c.lead(map[string]any{"company": "甲公司"})
		if status, _ := call("", "POST", id+":claim", ""); status != 401 {
			t.Errorf("nobody signed in: %d", status)
		}
		if status, got := call("wang", "POST", id+":claim", ""); status != 200 || got.Record["owner"] != "wang" || got.Timers[0].Kind != "first_open" || got.Timers[0].State != "running" {
			t.Fatalf("claim: %d %+v", status, got)
		}
		if status, got := call("zhao", "POST", id+":claim", "{}"); status != 409 || got.Code != "held" || !strings.Contains(got.Detail, "王芳") {
			t.Errorf("the second claim: %d %+v", status, got)
		}
		if status, _ := call("wang", "GET", id, ""); status != 200 || strings.Join(c.countdowns(id), " ") != "pool_wait:stopped: first_open:running:wang" {
			t.Errorf("a GET: %d, countdowns %v", status, c.countdowns(id))
		}
		if status, got := call("lena", "POST", id+":open", "{}"); status != 200 || len(got.Timers) != 1 {
			t.Errorf("the supervisor's look: %d %+v", status, got)
		}
		if status, got := call("wang", "POST", id+":open", ""); status != 200 || len(got.Timers) != 2 || got.Timers[1].Kind != "follow_up" || got.Timers[1].DueAt == "" {
			t.Errorf("the owner's: %d %+v", status, got)
		}
		if status, got := call("wang", "POST", id+":contacted", "{}"); status != 422 || len(got.Errors) != 2 || got.Errors[0].Pointer != "/way" || got.Errors[1].Pointer != "/note" {
			t.Errorf("without way and note: %d %+v", status, got)
		}
		if status, got := call("wang", "POST", id+":contacted", `{"way":"wecom","note":"加了微信"}`); status != 200 || got.Record["stage"] != "contacted" || got.Timers[1].State != "stopped" || got.Timers[1].StoppedAt == nil {
			t.Errorf("contacted: %d %+v", status, got)
		}
		if status, got := call("wang", "POST", id+":transfer", `{"owner":"zhao"}`); status != 200 || got.Record["owner"] != "zhao" {
			t.Errorf("transfer: %d %+v", status, got)
		}
		if status, got := call("zhao", "POST", id+":return", `{"reason":"不做这行了"}`); status != 200 || got.Record["owner"] != nil {
			t.Errorf("return: %d %+v", status, got)
		}
		if status, got := call("wang", "POST", "nothing:open", ""); status != 404 || got.Code != "no_such_record" {
			t.Errorf("an unknown record: %d %+v", status, got)
		}
		if status, got := call("wang", "POST", id+":contacted", `{"way":1}`); status != 422 || len(got.Errors) == 0 {
			t.Errorf("a wrong type: %d %+v", status, got)
		}
		var paths []string
		for p := range router.API.OpenAPI().Paths {
			paths = append(paths, p)
		}
		if router.API.OpenAPI().Paths["/api/v1/objects/{object}/records/{id}:claim"] == nil {
			t.Errorf("not described: %v", paths)
		}
	})
}
