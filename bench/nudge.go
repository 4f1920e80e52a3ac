package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// nudge: how soon the owner's screen learns of a contact's act. Acts come one after another; each is timed from before it is sent to its
// notice on the owner's open stream. The feed gathers what happens for 50 ms, which is in the figure.
func (b *bench) nudge(r *report) error {
	if b.binary == "" {
		return nil
	}
	s, err := b.startBaton()
	if err != nil {
		return err
	}
	defer s.stop()
	b.progress("nudges")
	var made struct {
		Record struct{ ID string } `json:"record"`
	}
	if err := s.send("POST", "/objects/lead/records", map[string]any{"company": "压测医院", "name": "王总", "owner": "admin"}, &made); err != nil {
		return err
	}
	news, err := s.listen()
	if err != nil {
		return err
	}
	defer news.Close()
	told := make(chan string, 64)
	go func() {
		defer close(told)
		event := ""
		for lines := bufio.NewScanner(news); lines.Scan(); {
			if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				event = name
			} else if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && event == "inbox" {
				var notice struct{ Kind, Title string }
				if json.Unmarshal([]byte(data), &notice) == nil && notice.Kind == "nudge" {
					told <- notice.Title
				}
			}
		}
	}()
	const acts = 60
	var took []time.Duration
	for i := range acts {
		title := fmt.Sprintf("资料%02d", i)
		begin := time.Now()
		if err := s.send("POST", "/activity", map[string]any{"lead": made.Record.ID, "act": "download", "title": title}, nil); err != nil {
			return err
		}
		select {
		case got, open := <-told:
			if !open || !strings.Contains(got, title) {
				return fmt.Errorf("act %d was told as %q", i, got)
			}
			took = append(took, time.Since(begin))
		case <-time.After(10 * time.Second):
			return fmt.Errorf("act %d was not told within 10 s", i)
		}
	}
	slices.Sort(took)
	p50, p99 := took[len(took)/2], took[len(took)*99/100]
	r.add(figure{"nudge_p50", "ms", fmt.Sprintf("act → owner's stream, %d acts", acts), "-", float64(p50.Microseconds()) / 1000, math.NaN(), true})
	r.add(figure{"nudge_p99", "ms", "asked for: under 2 s", "-", float64(p99.Microseconds()) / 1000, math.NaN(), true})
	return nil
}
