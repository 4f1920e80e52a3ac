package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"
)

// live: how soon an edit shows in another browser. A script's answer is changed many times; each time the figure runs from the sending of
// the change to the moment when another connection, told by its stream, has read the new answer.
func (b *bench) live(r *report) error {
	if b.binary == "" {
		return nil
	}
	s, err := b.startBaton()
	if err != nil {
		return err
	}
	defer s.stop()
	news, err := s.listen()
	if err != nil {
		return err
	}
	defer news.Close()
	changed := make(chan string, 64)
	go func() {
		defer close(changed)
		lines := bufio.NewScanner(news)
		for lines.Scan() {
			var e struct{ Object, ID string }
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && json.Unmarshal([]byte(data), &e) == nil && e.Object == "script" {
				changed <- e.ID
			}
		}
	}()
	var scripts struct {
		Records []struct {
			ID string `json:"id"`
		} `json:"records"`
	}
	if err := s.send("GET", "/objects/script/records?limit=1", nil, &scripts); err != nil {
		return err
	}
	if len(scripts.Records) == 0 {
		return fmt.Errorf("the demo company has no script")
	}
	id := scripts.Records[0].ID
	const edits = 200
	b.progress("%d edits of a script, read elsewhere", edits)
	var took []time.Duration
	for n := range edits {
		want := fmt.Sprintf("第 %d 版回答", n)
		begin := time.Now()
		if err := s.send("PATCH", "/objects/script/records/"+id, map[string]any{"answer": want}, nil); err != nil {
			return err
		}
		if err := s.shown(changed, id, want); err != nil {
			return err
		}
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	for _, f := range []struct {
		name string
		at   int
	}{{"p50", edits / 2}, {"p99", edits * 99 / 100}} {
		r.add(figure{"live_edit_" + f.name, "ms", fmt.Sprintf("an edit of a script until read elsewhere, %d edits", edits), "-", float64(took[f.at].Microseconds()) / 1000, math.NaN(), true})
	}
	return nil
}

// shown waits until the stream has told of the record and a reading gives the answer wanted.
func (s *baton) shown(changed <-chan string, id, want string) error {
	limit := time.After(time.Minute)
	for {
		select {
		case told, ok := <-changed:
			if !ok {
				return fmt.Errorf("the stream ended")
			}
			if told != id {
				continue
			}
			var now struct {
				Record map[string]any `json:"record"`
			}
			if err := s.send("GET", "/objects/script/records/"+id, nil, &now); err != nil {
				return err
			}
			if now.Record["answer"] == want {
				return nil
			}
		case <-limit:
			return fmt.Errorf("a script's edit was not told within a minute")
		}
	}
}

// listen opens the live stream of the administrator.
func (s *baton) listen() (io.ReadCloser, error) {
	req, err := http.NewRequest("GET", "http://"+s.addr+"/api/v1/stream", nil)
	if err != nil {
		return nil, err
	}
	res, err := (&http.Client{Jar: s.http.Jar}).Do(req) // without the others' time limit
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		_ = res.Body.Close()
		return nil, fmt.Errorf("stream: status %d", res.StatusCode)
	}
	return res.Body, nil
}
