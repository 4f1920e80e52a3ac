package assignment

import (
	"context"
	"fmt"
	"testing"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// TestFairnessCountsDecisions: each way a lead comes to a person is counted once, under the branch's name of then, and opens to exactly its
// rows; what is older than the period, deleted, or a past written in later is not counted as of now.
func TestFairnessCountsDecisions(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, url string) {
		w := open(t, url)
		w.people(t, map[string]map[string]any{"a": nil, "b": nil, "x": {"roles": "marketing"}})
		w.customer(t, "cust", "b")
		w.publish(t, keeping(`{"name":"only","title":"唯一","when":{"field":"budget","op":"not_empty"},"candidates":{"where":{"field":"name","op":"eq","value":"销售a"}},"strategy":"round_robin"}`))
		ctx, system := context.Background(), actor.TheSystem("test")
		audit := &Auditor{DB: w.db, Reader: w.reader, Directory: w.dir, Past: w.past, Now: w.clock.Now, Zone: w.env.Zone}
		later := time.Duration(0)
		write := func(what string, at int64, id, owner string, version int64) {
			t.Helper()
			later += time.Second // decisions on one record are told apart by their instant
			w.clock.Shift(later)
			_, err := w.writer.Do(ctx, store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "test", Engine: true}, Writes: []record.Write{{Op: record.Update, Object: "lead", ID: id, Version: version, Values: map[string]any{"owner": owner}, What: what, At: at}}})
			if err != nil {
				t.Fatal(err)
			}
		}
		w.lead(t, education())
		w.lead(t, education())
		kept := education()
		kept["customer"] = "cust"
		w.lead(t, kept)
		pooled := w.lead(t, map[string]any{"company": "没有预算"})
		write("claim", 0, pooled.ID(), "b", 0)
		write("", 0, pooled.ID(), "a", 0)
		old := w.lead(t, map[string]any{"company": "很久以前"})
		write("", w.clock.Milli()-60*24*time.Hour.Milliseconds(), old.ID(), "b", 0)
		gone := w.lead(t, education())
		w.must(t, record.Write{Op: record.Delete, Object: "lead", ID: gone.ID()})

		check := func(when string) {
			t.Helper()
			f, err := audit.Fairness(ctx, system, "lead", 30)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, p := range f.People {
				got += fmt.Sprintf("%s %v %d %v %v; ", p.Person.ID, p.Receives, p.Total, p.Ways, p.By)
				_, n, err := audit.Given(ctx, system, "lead", 30, GivenAsk{Person: p.Person.ID})
				if err != nil || n != p.Total {
					t.Errorf("%s: %d behind %s's %d, %v", when, n, p.Person.ID, p.Total, err)
				}
				for way, want := range p.Ways {
					list, n, err := audit.Given(ctx, system, "lead", 30, GivenAsk{Person: p.Person.ID, Way: way})
					if err != nil || n != want || len(list) != want {
						t.Errorf("%s: %s by %s: %d, want %d, %v", when, p.Person.ID, way, n, want, err)
					}
				}
			}
			// The hand that moved b's claim to a is a second way of the same lead: both are counted, each once.
			if want := "a true 3 map[given:1 rule:2] map[only:2]; b true 2 map[claimed:1 kept:1] map[only:1]; "; got != want {
				t.Errorf("%s: %s, want %s", when, got, want)
			}
			if len(f.Branches) != 1 || f.Branches[0] != (BranchShare{"only", "唯一", 3}) || f.Pooled != 2 {
				t.Errorf("%s: branches %+v, pooled %d", when, f.Branches, f.Pooled)
			}
			if list, n, _ := audit.Given(ctx, system, "lead", 30, GivenAsk{Branch: "only", Limit: 2}); n != 3 || len(list) != 2 || list[0].At < list[1].At {
				t.Errorf("%s: newest first, two of three: %d, %+v", when, n, list)
			}
		}
		check("at once")
		w.publish(t, keeping(`{"name":"first","candidates":{},"strategy":"weighted"},{"name":"only","title":"改了名","candidates":{},"strategy":"round_robin"}`))
		check("after the branches moved")
		w.clock.Shift(31 * 24 * time.Hour)
		if f, err := audit.Fairness(ctx, system, "lead", 30); err != nil || len(f.Branches) != 0 || f.Pooled != 0 || f.People[0].Total != 0 {
			t.Errorf("a month later: %+v, %v", f, err)
		}
	})
}
