package main

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"

	"baton/bench/lead"
	"baton/bench/load"
)

// intake: leads from outside, one request each, on fresh servers. Ours are tagged, assigned, counted down and in the trail.
func (b *bench) intake(r *report) error {
	var ours, theirs []load.Result
	for round := range b.size.rounds {
		b.progress("intake, round %d of %d", round+1, b.size.rounds)
		if b.binary != "" {
			l, err := b.intakeBaton()
			if err != nil {
				return err
			}
			ours = append(ours, l)
		}
		l, err := b.intakePeer()
		if err != nil {
			return err
		}
		theirs = append(theirs, l)
	}
	r.loads("intake", fmt.Sprintf("leads over HTTP, %d connections", b.size.connections), ours, theirs)
	return nil
}

func (b *bench) intakeBaton() (load.Result, error) {
	s, err := b.startBaton()
	if err != nil {
		return load.Result{}, err
	}
	defer s.stop()
	key, err := s.channel()
	if err != nil {
		return load.Result{}, err
	}
	return b.load(s.addr, http.StatusAccepted, b.size.warm, b.size.intake, func(n int) load.Request {
		return load.Request{Method: "POST", Path: "/api/v1/intake/bench", Header: key, Body: body(n)}
	})
}

func (b *bench) intakePeer() (load.Result, error) {
	p, err := b.startPeer(0)
	if err != nil {
		return load.Result{}, err
	}
	defer p.stop()
	return b.load(p.addr, http.StatusOK, b.size.warm, b.size.intake, func(n int) load.Request {
		return load.Request{Method: "POST", Path: "/api/collections/lead/records", Body: body(n)}
	})
}

func body(n int) []byte {
	raw, err := json.Marshal(lead.Make(n))
	if err != nil {
		panic(err) // strings and a number always encode
	}
	return raw
}

// reads are the three kinds of reading, as each side is asked; %s takes an id.
var reads = []struct{ name, what, ours, theirs string }{
	{"list", "first page of 50, newest first", "/api/v1/objects/lead/records?sort=-created_at&limit=50",
		"/api/collections/lead/records?perPage=50&skipTotal=1&sort=-created"},
	{"filter", "industry and budget, first page of 50, newest first",
		"/api/v1/objects/lead/records?sort=-created_at&limit=50&filter=" + url.QueryEscape(`{"all":[{"field":"industry","op":"eq","value":"教育"},{"field":"budget","op":"between","value":[50000,200000]}]}`),
		"/api/collections/lead/records?perPage=50&skipTotal=1&sort=-created&filter=" + url.QueryEscape(`industry = "教育" && budget >= 50000 && budget <= 200000`)},
	{"get", "one lead by id", "/api/v1/objects/lead/records/%s", "/api/collections/lead/records/%s"},
}

// reading: a file of leads taken in, and then lists and single records among them.
func (b *bench) reading(r *report) error {
	rows := b.size.rows
	ours := map[string][]load.Result{}
	imported := math.NaN()
	if b.binary != "" {
		s, err := b.startBaton()
		if err != nil {
			return err
		}
		defer s.stop()
		b.progress("import of %d rows", rows)
		if imported, err = s.importRows(rows); err != nil {
			return err
		}
		ids, err := s.ids(rows)
		if err != nil {
			return err
		}
		for _, read := range reads {
			if ours[read.name], err = b.read(s.process, s.cookie, read.name, read.ours, ids); err != nil {
				return err
			}
		}
		s.stop()
	}
	bare, err := bulkInsert(b.dir, rows)
	if err != nil {
		return err
	}
	r.add(figure{"import_rate", "rows_per_s", fmt.Sprintf("%d rows of CSV, assigned", rows), "bare driver, one transaction", imported, bare, false})

	p, err := b.startPeer(rows)
	if err != nil {
		return err
	}
	defer p.stop()
	ids := make([]string, rows)
	for n := range ids {
		ids[n] = fmt.Sprintf("seed%011d", n)
	}
	for _, read := range reads {
		theirs, err := b.read(p, "", read.name, read.theirs, ids[rows-min(rows, 5000):])
		if err != nil {
			return err
		}
		r.loads(read.name, fmt.Sprintf("%s, of %d", read.what, rows), ours[read.name], theirs)
	}
	return nil
}

func (b *bench) read(p *process, header, name, path string, ids []string) ([]load.Result, error) {
	b.progress("%s at %d rows, %s", name, b.size.rows, p.cmd.Args[1])
	l, err := b.load(p.addr, http.StatusOK, b.size.warm, b.size.read, func(n int) load.Request {
		at := path
		if name == "get" {
			at = fmt.Sprintf(path, ids[(n*7919)%len(ids)])
		}
		return load.Request{Method: "GET", Path: at, Header: header}
	})
	return []load.Result{l}, err
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
