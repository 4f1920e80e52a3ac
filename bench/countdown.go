package main

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"baton/bench/load"
)

// countdown: how late countdowns fire. Leads come in for a few seconds; the clock is then set to a second before the first of their
// "never opened" countdowns is due, so that all fall due in real time at the rate at which the leads came. Late is fired less due,
// both on the server's clock.
func (b *bench) countdown(r *report) error {
	if b.binary == "" {
		return nil
	}
	clock := filepath.Join(b.dir, "clock")
	s, err := b.startBaton("BATON_CLOCK=" + clock)
	if err != nil {
		return err
	}
	defer s.stop()
	key, err := s.channel()
	if err != nil {
		return err
	}
	b.progress("countdowns")
	came, err := load.Run(load.Plan{
		Addr: s.addr, Connections: b.size.connections, For: 3 * time.Second, Want: http.StatusAccepted,
		Make: func(n int) load.Request {
			return load.Request{Method: "POST", Path: "/api/v1/intake/bench", Header: key, Body: body(n)}
		},
	})
	if err != nil {
		return err
	}
	ids, err := s.ids(came.Count)
	if err != nil {
		return err
	}
	running := map[string]time.Time{} // lead → when its countdown is due
	for _, id := range ids {
		if t, err := s.firstOpen(id); err != nil {
			return err
		} else if t.State == "running" {
			running[id] = t.Due
		}
		if len(running) == 500 {
			break
		}
	}
	if len(running) == 0 {
		return errors.New("no new lead has a running first_open countdown; is a follow-up rule published?")
	}
	first := slices.MinFunc(values(running), time.Time.Compare)
	if err := os.WriteFile(clock, []byte(time.Until(first.Add(-time.Second)).String()), 0o600); err != nil {
		return err
	}
	var late []time.Duration
	for limit := time.Now().Add(time.Minute); len(running) > 0; {
		for id := range running {
			t, err := s.firstOpen(id)
			if err != nil {
				return err
			}
			if t.State == "fired" {
				late = append(late, t.Fired.Sub(t.Due))
				delete(running, id)
			}
		}
		if time.Now().After(limit) {
			return fmt.Errorf("%d countdowns had not fired a minute after they were due", len(running))
		}
		time.Sleep(200 * time.Millisecond)
	}
	r.add(figure{"countdown_late_max", "s", fmt.Sprintf("latest of %d countdowns", len(late)), "-", slices.Max(late).Seconds(), math.NaN(), true})
	return nil
}

type timer struct {
	Kind, State string
	Due         time.Time `json:"due_at"`
	Fired       time.Time `json:"fired_at"`
}

// firstOpen is a lead's countdown to its owner's first opening; the zero timer if it has none.
func (s *baton) firstOpen(id string) (timer, error) {
	var got struct{ Timers []timer }
	if err := s.send("GET", "/objects/lead/records/"+id, nil, &got); err != nil {
		return timer{}, err
	}
	for _, t := range got.Timers {
		if t.Kind == "first_open" {
			return t, nil
		}
	}
	return timer{}, nil
}

func values(m map[string]time.Time) []time.Time {
	all := make([]time.Time, 0, len(m))
	for _, t := range m {
		all = append(all, t)
	}
	return all
}
