package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"baton/bench/lead"
)

// dedupe: going over all leads, each compared with those it shares a key with; and what an entry is told of before it is saved, over HTTP.
// The long load has a million leads.
func (b *bench) dedupe(r *report) error {
	if b.binary == "" {
		return nil
	}
	s, err := b.startBaton()
	if err != nil {
		return err
	}
	defer s.stop()
	rows := 100_000
	b.progress("%d leads are imported and compared", rows)
	if _, err := s.importRows(rows); err != nil {
		return err
	}
	took, err := s.scan()
	if err != nil {
		return err
	}
	r.add(figure{"dedupe_scan_100000", "s", fmt.Sprintf("%d leads compared", rows), "-", took.Seconds(), math.NaN(), true})
	if b.size.bulk > 0 {
		rows = b.size.bulk
		b.progress("%d leads are imported and compared", rows)
		if _, err := s.importRows(rows); err != nil { // the first come again and merge
			return err
		}
		if _, err := s.scan(); err != nil {
			return err
		}
	}
	const asked = 1000
	all := make([]time.Duration, asked)
	for i := range all {
		l := lead.Make(i * (rows / asked))
		begin := time.Now()
		if err := s.send("POST", "/objects/lead/duplicates:look", map[string]any{"values": map[string]any{"company": l.Company, "name": l.Name, "phone": l.Phone, "email": l.Email, "region": l.Region}}, nil); err != nil {
			return err
		}
		all[i] = time.Since(begin)
	}
	slices.Sort(all)
	r.add(figure{fmt.Sprintf("dedupe_lookup_%d", rows), "ms", fmt.Sprintf("an entry compared with %d leads, over HTTP", rows), "-", float64(all[asked/2].Microseconds()) / 1000, math.NaN(), true})
	return nil
}

// scan goes over all leads and tells how long it took.
func (s *baton) scan() (time.Duration, error) {
	var begun struct{ Job struct{ ID string } }
	if err := s.send("POST", "/objects/lead/duplicates:scan", nil, &begun); err != nil {
		return 0, err
	}
	for {
		var got struct {
			Job struct {
				State, Error string
				StartedAt    time.Time `json:"started_at"`
				EndedAt      time.Time `json:"ended_at"`
			}
		}
		if err := s.send("GET", "/jobs/"+begun.Job.ID, nil, &got); err != nil {
			return 0, err
		}
		switch got.Job.State {
		case "done":
			return got.Job.EndedAt.Sub(got.Job.StartedAt), nil
		case "failed":
			return 0, errors.New(got.Job.Error)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
