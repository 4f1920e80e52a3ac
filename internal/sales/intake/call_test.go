package intake_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"testing"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/web"
	"baton/internal/sales/intake"
	"baton/internal/sales/salestest"
)

// TestASignedCallIsToldByWhatIsSigned: the header that names a report is not signed; the call's own id is, under each of its names, as text
// or as a number.
func TestASignedCallIsToldByWhatIsSigned(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		w := salestest.Open(t, url, intake.Dedupe{})
		mux := chi.NewRouter()
		(&intake.HTTP{Intake: &intake.Intake{Writer: w.Writer}, Keys: oneKey{}, Secret: func(context.Context, string) (string, error) { return "s", nil }}).Routes(web.NewRouter(mux, "test", func(*actor.Actor, string) bool { return false }))
		call := func(body, key string) string {
			t.Helper()
			at := strconv.FormatInt(w.Clock.Now().Unix(), 10)
			res := post(mux, "inbound_call", asJSON, body, intake.TimestampHeader, at, intake.SignatureHeader, intake.Sign("s", at, []byte(body)), "Idempotency-Key", key)
			var out struct{ ID string }
			if err := json.Unmarshal(res.Body.Bytes(), &out); err != nil || res.Code != http.StatusAccepted {
				t.Fatalf("%s: %d %s", body, res.Code, res.Body)
			}
			return out.ID
		}
		first := call(`{"caller":"13800138001","call_id":7}`, "a")
		if again := call(`{"caller":"13800138002","call_id":" 7 "}`, "b"); again != first {
			t.Error("the same call under another key is another call")
		}
		if again := call(`{"caller":"13800138003","通话编号":7}`, "c"); again != first {
			t.Error("the same call by another name of its id is another call")
		}
		if other := call(`{"caller":"13800138004","call_id":8}`, "a"); other == first {
			t.Error("an unsigned key made one call of two")
		}
		if n := w.Count(t, "SELECT COUNT(*) FROM o_lead"); n != 2 {
			t.Errorf("%d leads of two calls", n)
		}
	})
}

// TestACallLeavesAnOwnerOfMeanwhile lets somebody get the caller's lead between the look-up and the assignment to who answered.
func TestACallLeavesAnOwnerOfMeanwhile(t *testing.T) {
	t.Parallel()
	salestest.Each(t, func(t *testing.T, url string) {
		w, other := salestest.Open(t, url, intake.Dedupe{}), salestest.Open(t, url, intake.Dedupe{})
		id := receive(t, w, "api", map[string]any{"phone": "13800138001"}).ID
		if _, err := w.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: actor.TheSystem("test"), Origin: record.Origin{Kind: "test", Engine: true}, Writes: []record.Write{{Op: record.Create, Object: "person", ID: "agent", Values: map[string]any{"name": "接线员"}}}}); err != nil {
			t.Fatal(err)
		}
		in := &intake.Intake{Writer: w.Writer, Agent: func(*definition.Snapshot, string) (string, bool) { return "agent", true }}
		called := make(chan error, 1)
		err := other.DB.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
			if _, err := other.Writer.In(ctx, tx, record.Request{Actor: salestest.Director(), Origin: record.Origin{Kind: "test", Engine: true}, Writes: []record.Write{{Op: record.Update, Object: "lead", ID: id, Values: map[string]any{"owner": "claimer"}}}}); err != nil {
				return err
			}
			go func() {
				_, err := in.Receive(context.WithoutCancel(ctx), intake.Arrival{Channel: "inbound_call", Values: map[string]any{"caller": "13800138001", "agent": "x"}})
				called <- err
			}()
			salestest.Blocked(t, w.DB)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-called; err != nil {
			t.Fatal(err)
		}
		if got := lead(t, w, id).Owner(); got != "claimer" {
			t.Errorf("the lead is %s's", got)
		}
	})
}
