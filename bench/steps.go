package main

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"baton/bench/lead"
	"baton/bench/load"
	"baton/bench/peer"
)

// side is one server and how it is asked; a nil side is not measured.
type side struct {
	name    string
	addr    string
	want    int
	request func(n int) load.Request
}

// duel asks two sides in turns, so that whatever else the machine does falls on both. The idle side costs next to nothing.
func (b *bench) duel(what string, length time.Duration, connections int, sides [2]*side) (results [2][]load.Result, err error) {
	for round := range b.size.rounds {
		for i, s := range sides {
			if s == nil {
				continue
			}
			b.progress("%s: %s, round %d of %d", what, s.name, round+1, b.size.rounds)
			l, err := load.Run(load.Plan{
				Addr: s.addr, Connections: connections, Warm: b.size.warm, For: length, Want: s.want,
				// Each round has numbers of its own: no lead comes twice.
				Make: func(n int) load.Request { return s.request(n + round*10_000_000) },
			})
			if err != nil {
				return results, fmt.Errorf("%s: %w", s.name, err)
			}
			results[i] = append(results[i], l)
		}
	}
	return results, nil
}

// intake: leads from outside, one request each. Ours are tagged, assigned, counted down and in the trail.
func (b *bench) intake(r *report) error {
	var sides [2]*side
	if b.binary != "" {
		s, err := b.startBaton()
		if err != nil {
			return err
		}
		defer s.stop()
		key, err := s.channel()
		if err != nil {
			return err
		}
		sides[0] = &side{"Baton", s.addr, http.StatusAccepted, func(n int) load.Request {
			return load.Request{Method: "POST", Path: "/api/v1/intake/bench", Header: key, Body: body(n)}
		}}
	}
	p, err := b.startPeer(0)
	if err != nil {
		return err
	}
	defer p.stop()
	sides[1] = &side{"PocketBase", p.addr, http.StatusOK, func(n int) load.Request {
		return load.Request{Method: "POST", Path: "/api/collections/lead/records", Body: body(n)}
	}}
	got, err := b.duel("intake", b.size.intake, b.size.connections, sides)
	if err != nil {
		return err
	}
	r.loads("intake", fmt.Sprintf("leads over HTTP, %d connections", b.size.connections), got[0], got[1])
	return nil
}

func body(n int) []byte {
	raw, err := json.Marshal(lead.Make(n))
	if err != nil {
		panic(err) // strings and a number always encode
	}
	return raw
}

// reads are the kinds of reading, as each side is asked; {id} takes one, and {word} the name of a company. Alone is one question at a time:
// its latency is what counts.
var reads = []struct {
	name, what, ours, theirs string
	alone                    bool
}{
	{"list", "first page of 50, newest first", "/api/v1/objects/lead/records?sort=-created_at&limit=50",
		"/api/collections/lead/records?perPage=50&skipTotal=1&sort=-created", false},
	{"filter", "industry and budget, first page of 50, newest first",
		"/api/v1/objects/lead/records?sort=-created_at&limit=50&filter=" + url.QueryEscape(`{"all":[{"field":"industry","op":"eq","value":"教育"},{"field":"budget","op":"between","value":[50000,200000]}]}`),
		"/api/collections/lead/records?perPage=50&skipTotal=1&sort=-created&filter=" + url.QueryEscape(`industry = "教育" && budget >= 50000 && budget <= 200000`), false},
	{"search", "a company by its name, typed into the search of everything",
		"/api/v1/search?q={word}",
		"/api/collections/lead/records?perPage=5&skipTotal=1&sort=-created&filter=" + url.QueryEscape(`company ~ "`) + "{word}" + url.QueryEscape(`" || name ~ "`) + "{word}" + url.QueryEscape(`" || phone ~ "`) + "{word}" + url.QueryEscape(`" || email ~ "`) + "{word}" + url.QueryEscape(`"`), true},
	{"get", "one lead by id", "/api/v1/objects/lead/records/{id}", "/api/collections/lead/records/{id}", false},
}

// reading: a file of leads taken in, and then lists and single records among them.
func (b *bench) reading(r *report) error {
	rows := b.size.rows
	imported := math.NaN()
	var ours *baton
	var ids []string
	if b.binary != "" {
		var err error
		if ours, err = b.startBaton(); err != nil {
			return err
		}
		defer ours.stop()
		b.progress("import of %d rows", rows)
		if imported, err = ours.importRows(rows); err != nil {
			return err
		}
		if ids, err = ours.ids(rows); err != nil {
			return err
		}
	}
	b.progress("bulk insert of %d rows", rows)
	var bare float64 // the best of the rounds: what the driver can do
	for range b.size.rounds {
		rate, err := bulkInsert(b.folder(), rows)
		if err != nil {
			return err
		}
		bare = max(bare, rate)
	}
	r.add(figure{"import_rate", "rows_per_s", fmt.Sprintf("%d rows of CSV, assigned", rows), "bare driver, one transaction", imported, bare, false})

	p, err := b.startPeer(rows)
	if err != nil {
		return err
	}
	defer p.stop()
	for _, read := range reads {
		var sides [2]*side
		if ours != nil {
			sides[0] = &side{"Baton", ours.addr, http.StatusOK, func(n int) load.Request {
				return load.Request{Method: "GET", Path: filled(read.ours, ids[n*7919%len(ids)], n*7919%rows), Header: ours.cookie}
			}}
		}
		sides[1] = &side{"PocketBase", p.addr, http.StatusOK, func(n int) load.Request {
			return load.Request{Method: "GET", Path: filled(read.theirs, peer.SeedID(rows-1-n*7919%min(rows, 5000)), n*7919%rows)}
		}}
		connections := b.size.connections
		if read.alone {
			connections = 1
		}
		got, err := b.duel(read.name, b.size.read, connections, sides)
		if err != nil {
			return err
		}
		r.loads(read.name, fmt.Sprintf("%s, of %d", read.what, rows), got[0], got[1])
	}
	return nil
}

func filled(path, id string, n int) string {
	return strings.NewReplacer("{id}", id, "{word}", url.QueryEscape(lead.Make(n).Company)).Replace(path)
}

// bulk: the memory that a long import needs.
func (b *bench) bulk(r *report) error {
	if b.size.bulk == 0 || b.binary == "" {
		return nil
	}
	s, err := b.startBaton()
	if err != nil {
		return err
	}
	defer s.stop()
	b.progress("import of %d rows", b.size.bulk)
	rate, err := s.importRows(b.size.bulk)
	if err != nil {
		return err
	}
	peak, err := s.peakRSS()
	if err != nil {
		return err
	}
	what := fmt.Sprintf("import of %d rows", b.size.bulk)
	r.add(figure{"bulk_import_rate", "rows_per_s", what, "-", rate, math.NaN(), false})
	r.add(figure{"bulk_import_memory", "MB", what + ", peak RSS", "-", float64(peak) / 1e6, math.NaN(), true})
	return nil
}

func (b *bench) startPeer(rows int) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir := b.folder()
	return start("/api/health", func(addr string) *exec.Cmd { return exec.Command(self, "peer", addr, dir, fmt.Sprint(rows)) })
}
