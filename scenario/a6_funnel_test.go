package scenario

import (
	"math"
	"reflect"
	"testing"
	"time"
)

// The company's mean in 方案报价 reads 4.2 days, and so does each team's; the teams' quoted leads sum to the company's. The company of
// today, which works with running countdowns, has it like the others.
func TestFunnelOfTheDemoCompany(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Demo: true})
		readsAsShipped(t, s.Demo(t, "chenli").Funnel(t, Fields{"mode": "cohort", "period": Fields{"last": 200, "unit": "day"}, "by": "team"}))
	})
}

func readsAsShipped(t *testing.T, f Funnel) {
	t.Helper()
	reads := func(s FunnelStage, who string) {
		if s.MeanDays == nil || math.Abs(*s.MeanDays-4.2) > 0.05 || s.Completed == 0 {
			t.Errorf("%s: mean days in quoted %v of %d, want 4.2", who, s.MeanDays, s.Completed)
		}
	}
	company := stageOf(t, f.Stages, "quoted")
	reads(company, "company")
	teams, sum := 0, int64(0)
	for _, g := range f.Groups {
		s := stageOf(t, g.Stages, "quoted")
		sum += s.Count
		if s.Completed > 0 {
			teams++
			reads(s, g.Name)
		}
	}
	if teams != 7 || sum != company.Count {
		t.Errorf("%d teams with %d quoted in all, want 7 with %d", teams, sum, company.Count)
	}
	if len(f.Stages) != 4 || f.Stages[0].Title != "待联系" || f.Stages[3].Title != "合同签署" || f.Stages[3].RateFirst == nil {
		t.Errorf("stages: %+v", f.Stages)
	}
}

// anchors are two todays for the demo company: the figures are the same, whatever day it is loaded for.
var anchors = []string{"2026-11-24", "2026-03-02"}

// The funnel of the demo company is the same for any anchor day, equals two statements of SQL that know nothing of it, opens to exactly the
// records behind each number, and follows when a stage date moves.
func TestFunnelForAnyAnchorDay(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		var first []Funnel
		for _, anchor := range anchors {
			s := Start(t, Options{DB: db, Demo: true, DemoDate: anchor, Now: At(t, anchor+" 12:00:00")})
			director := s.Demo(t, "chenli")
			var all []Funnel
			for _, mode := range []string{"cohort", "period"} {
				for _, by := range []string{"region", "team", "owner", "source"} {
					for _, last := range []int{200, 60} {
						f := director.Funnel(t, Fields{"mode": mode, "by": by, "period": Fields{"last": last, "unit": "day"}})
						f.Period = nil
						all = append(all, f)
						sums(t, f)
					}
				}
			}
			readsAsShipped(t, all[2])
			if first == nil {
				first = all
			} else if !reflect.DeepEqual(first, all) {
				t.Errorf("%s differs from %s: %+v, %+v", anchor, anchors[0], all[2], first[2])
			}
			opens(t, director, Fields{"mode": "cohort", "by": "team", "period": Fields{"last": 200, "unit": "day"}}, "quoted", "east1")
			opens(t, director, Fields{"mode": "period", "by": "owner", "period": Fields{"last": 60, "unit": "day"}}, "signed", "p-linxiao")
			s.equalsSQL(t, director)
			if anchor == anchors[0] {
				moves(t, s, director)
			}
			s.Stop(t)
		}
	})
}

// sums holds a breakdown against its total.
func sums(t *testing.T, f Funnel) {
	t.Helper()
	for i, total := range f.Stages {
		var count, completed int64
		var days float64
		for _, g := range f.Groups {
			count += g.Stages[i].Count
			completed += g.Stages[i].Completed
			if g.Stages[i].MeanDays != nil {
				days += *g.Stages[i].MeanDays * float64(g.Stages[i].Completed)
			}
		}
		if count != total.Count || completed != total.Completed || total.MeanDays != nil && math.Abs(days/float64(completed)-*total.MeanDays) > 1e-9 {
			t.Errorf("%s: the groups sum to %d (%d completed), the total is %d (%d)", f.Understood, count, completed, total.Count, total.Completed)
		}
	}
}

// opens holds the numbers of a stage, in all and of one group, against the records they open to.
func opens(t *testing.T, c *Client, ask Fields, name, key string) {
	t.Helper()
	f := c.Funnel(t, ask)
	numbers := map[string]FunnelStage{"": stageOf(t, f.Stages, name)}
	for _, g := range f.Groups {
		if g.Key == key {
			numbers[key] = stageOf(t, g.Stages, name)
		}
	}
	if len(numbers) != 2 || numbers[key].Count == 0 || numbers[key].Count == numbers[""].Count {
		t.Fatalf("no number of %s to open: %+v", key, numbers)
	}
	for k, want := range numbers {
		drill := Fields{"stage": name, "metric": "count"}
		for field, v := range ask {
			drill[field] = v
		}
		if k != "" {
			drill["key"] = k
		}
		records, _ := c.FunnelRecords(t, drill)
		seen := map[string]bool{}
		for _, r := range records {
			seen[r.ID()] = true
		}
		if int64(len(records)) != want.Count || len(seen) != len(records) {
			t.Errorf("%s %q reads %d and opens to %d records, %d of them different", name, k, want.Count, len(records), len(seen))
		}
		if want.MeanDays == nil {
			continue
		}
		drill["metric"] = "stay"
		records, stays := c.FunnelRecords(t, drill)
		var times int64
		var days float64
		for _, r := range records {
			times += stays[r.ID()].Times
			days += stays[r.ID()].Days
		}
		if times != want.Completed || math.Abs(days/float64(times)-*want.MeanDays) > 1e-6 {
			t.Errorf("%s %q reads %f days of %d and opens to %f of %d", name, k, *want.MeanDays, want.Completed, days/float64(times), times)
		}
	}
}

// byHand computes the days in 方案报价 from the history of the stage.
func (s *Server) byHand(t *testing.T) (n int64, mean float64) {
	t.Helper()
	if err := s.SQL(t).QueryRow(`SELECT COUNT(*), AVG((left_at - entered_at) * 1.0 / 86400000) FROM track WHERE object = 'lead' AND field = 'stage' AND value = 'quoted' AND left_at IS NOT NULL`).Scan(&n, &mean); err != nil {
		t.Fatal(err)
	}
	return n, mean
}

// quoted is what the API says of 方案报价 over all time.
func quoted(t *testing.T, c *Client) FunnelStage {
	t.Helper()
	s := stageOf(t, c.Funnel(t, Fields{"mode": "cohort"}).Stages, "quoted")
	if s.MeanDays == nil {
		t.Fatalf("no mean in %+v", s)
	}
	return s
}

func (s *Server) equalsSQL(t *testing.T, c *Client) FunnelStage {
	t.Helper()
	got := quoted(t, c)
	n, mean := s.byHand(t)
	if n != got.Completed || math.Abs(mean-*got.MeanDays) > 1e-9 {
		t.Errorf("方案报价: the API says %d with %f days, the history %d with %f", got.Completed, *got.MeanDays, n, mean)
	}
	// A second statement does not even know the history: from the quote to the decision, of the leads as they stand.
	if err := s.SQL(t).QueryRow(`SELECT COUNT(*), AVG((l.f_decided_at - q.f_at) * 1.0 / 86400000) FROM o_lead l JOIN o_quote q ON q.f_lead = l.id WHERE l.f_decided_at IS NOT NULL AND l.deleted_at IS NULL`).Scan(&n, &mean); err != nil {
		t.Fatal(err)
	}
	if math.Abs(mean-*got.MeanDays) > 1e-9 || n != got.Completed {
		t.Errorf("方案报价: the API says %d with %f days, quotes and decisions %d with %f", got.Completed, *got.MeanDays, n, mean)
	}
	return got
}

// moves changes one stage date, through the product and behind its back: the API and the statement by hand move alike.
func moves(t *testing.T, s *Server, director *Client) {
	t.Helper()
	before := quoted(t, director)
	// Through the product: a quoted lead is signed three days later than today.
	open := director.List(t, "lead", Fields{"field": "stage", "op": "eq", "value": "quoted"}, "created_at")
	if len(open) == 0 {
		t.Fatal("the demo company has no lead in 方案报价")
	}
	director.SetTime(t, director.now(t).Add(3*24*time.Hour))
	director.Change(t, "lead", open[0], Fields{"stage": "signed"})
	signed := s.equalsHistory(t, director)
	if signed.Completed != before.Completed+1 || *signed.MeanDays == *before.MeanDays {
		t.Errorf("one more completed stay: %d after %d, mean %f after %f", signed.Completed, before.Completed, *signed.MeanDays, *before.MeanDays)
	}
	// Behind its back: one entry lies ten days earlier.
	s.Stop(t)
	db := s.Intruder(t)
	var lead string
	if err := db.QueryRow(`SELECT record_id FROM track WHERE object = 'lead' AND field = 'stage' AND value = 'quoted' AND left_at IS NOT NULL ORDER BY record_id LIMIT 1`).Scan(&lead); err != nil {
		t.Fatal(err)
	}
	res, err := db.Exec(`UPDATE track SET entered_at = entered_at - 10 * 86400000 WHERE object = 'lead' AND field = 'stage' AND value = 'quoted' AND record_id = '` + lead + `'`)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := res.RowsAffected(); n != 1 || err != nil {
		t.Fatalf("%d entries moved, %v", n, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s.Restart(t)
	moved := s.equalsHistory(t, director)
	if want := *signed.MeanDays + 10/float64(signed.Completed); math.Abs(*moved.MeanDays-want) > 1e-9 {
		t.Errorf("one entry ten days earlier: mean %f, want %f", *moved.MeanDays, want)
	}
}

func (s *Server) equalsHistory(t *testing.T, c *Client) FunnelStage {
	t.Helper()
	got := quoted(t, c)
	if n, mean := s.byHand(t); n != got.Completed || math.Abs(mean-*got.MeanDays) > 1e-9 {
		t.Errorf("方案报价: the API says %d with %f days, the history %d with %f", got.Completed, *got.MeanDays, n, mean)
	}
	return got
}

// now is the server's present time.
func (c *Client) now(t *testing.T) time.Time {
	t.Helper()
	var s Session
	c.Get(t, "/api/v1/session", &s)
	return instant(t, s.Workspace.Now)
}
