package main

import (
	"errors"
	"fmt"
	"math"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// trial: a draft tried on 10,000 leads with the demo company's people and history, from the request to the answer, and the period's diagnosis
// of the same leads.
func (b *bench) trial(r *report) error {
	if b.binary == "" {
		return nil
	}
	s, err := b.startBaton()
	if err != nil {
		return err
	}
	defer s.stop()
	const rows = 10_000
	b.progress("trial of %d leads", rows)
	if _, err := s.importRows(rows); err != nil {
		return err
	}
	var stored struct {
		Definition struct {
			Title, Spec any
		} `json:"definition"`
	}
	if err := s.send("GET", "/definitions/assignment_policy/lead_assignment", nil, &stored); err != nil {
		return err
	}
	draft := map[string]any{"kind": "assignment_policy", "name": "lead_assignment", "title": stored.Definition.Title, "spec": stored.Definition.Spec}
	var got struct {
		Examined int `json:"examined"`
	}
	begin := time.Now()
	if err := s.send("POST", "/definitions:try", map[string]any{"object": "lead", "drafts": []any{draft}, "period": map[string]any{"last": 30, "unit": "day"}}, &got); err != nil {
		return err
	}
	if took := time.Since(begin); got.Examined != rows {
		return fmt.Errorf("the trial examined %d leads, want %d", got.Examined, rows)
	} else {
		r.add(figure{"trial_10000", "s", fmt.Sprintf("a policy tried on %d leads", rows), "-", took.Seconds(), math.NaN(), true})
	}
	begin = time.Now()
	if err := s.send("GET", "/diagnosis", nil, nil); err != nil {
		return err
	}
	r.add(figure{"diagnosis_10000", "s", fmt.Sprintf("diagnosis of %d leads", rows), "-", time.Since(begin).Seconds(), math.NaN(), true})
	return nil
}

var perDecision = regexp.MustCompile(`people=500/branches=30\S*\s+\d+\s+([\d.]+) ns/op`)

// decision: one assignment among 500 people and 30 branches, by the program's own benchmark: inside one write, figures warm.
func (b *bench) decision(r *report) error {
	b.progress("decision among 500 people and 30 branches")
	out, err := exec.Command("go", "test", "-run", "^$", "-bench", "^BenchmarkDecision$/people=500", "-benchtime", "300x", "./internal/sales/assignment").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	m := perDecision.FindSubmatch(out)
	if m == nil {
		return errors.New("no figure in: " + string(out))
	}
	ns, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		return err
	}
	r.add(figure{"decision_500x30", "ms", "one decision, 500 people, 30 branches", "-", ns / 1e6, math.NaN(), true})
	return nil
}
