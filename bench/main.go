// Command bench measures Baton beside its peers on this machine, in turns, with the same durability: intake over HTTP and
// reading beside PocketBase, import beside the bare SQLite driver. It prints a table and one line per figure:
//
//	bench <name> ours=<n> peer=<n> ratio=<n> unit=<u>
//
// A ratio above 1 means that Baton is better; without a peer it is "-". Servers run in temporary folders and listen on loopback.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"baton/bench/peer"
)

// size says how long and how much.
type size struct {
	connections int
	warm        time.Duration
	rounds      int           // the sides take turns; the median counts
	intake      time.Duration // each round
	read        time.Duration // each round
	rows        int           // for reading and import
	bulk        int           // rows of the import whose memory is watched; 0 = none
}

var (
	short = size{connections: 32, warm: time.Second, intake: 5 * time.Second, rounds: 3, read: 2 * time.Second, rows: 100_000}
	full  = size{connections: 32, warm: 3 * time.Second, intake: 30 * time.Second, rounds: 3, read: 10 * time.Second, rows: 100_000, bulk: 1_000_000}
)

func main() {
	if len(os.Args) == 5 && os.Args[1] == "peer" { // the peer runs as a process of its own, as Baton does
		var rows int
		_, err := fmt.Sscan(os.Args[4], &rows)
		if err == nil {
			err = peer.Serve(os.Args[2], os.Args[3], rows)
		}
		exit(err)
	}
	binary := flag.String("baton", "", "Baton's binary; empty measures the peers only")
	long := flag.Bool("full", false, "the long loads")
	only := flag.String("only", "", "one step: intake, reading, countdown, nudge, trial, decision, formula, condition, live, scope, dedupe, fields, lists, bulk or workbook (the last two need -full)")
	flag.Parse()
	s := short
	if *long {
		s = full
	}
	if *binary != "" {
		abs, err := filepath.Abs(*binary)
		exitOn(err)
		*binary = abs
	}
	exit(run(*binary, *only, s))
}

func run(binary, only string, s size) error {
	dir, err := os.MkdirTemp("", "baton-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{binary: binary, dir: dir, size: s}
	b.progress("%s", machine())
	var r report
	var failed error
	for _, step := range []struct {
		name string
		do   func(*report) error
	}{
		{"intake", b.intake},
		{"reading", b.reading},
		{"countdown", b.countdown},
		{"nudge", b.nudge},
		{"trial", b.trial},
		{"decision", b.decision},
		{"formula", b.formula},
		{"condition", b.condition},
		{"live", b.live},
		{"scope", b.scope},
		{"dedupe", b.dedupe},
		{"fields", b.fields},
		{"lists", b.lists},
		{"bulk", b.bulk},
		{"workbook", b.workbook},
	} {
		if only != "" && only != step.name {
			continue
		}
		if err := step.do(&r); err != nil { // the others are measured all the same
			failed = errors.Join(failed, fmt.Errorf("%s: %w", step.name, err))
		}
	}
	r.print(os.Stdout)
	return failed
}

// bench carries the steps out. Only one server is asked at a time: on two cores they would measure each other.
type bench struct {
	binary string // "" = peers only
	dir    string
	size   size
	runs   int
	last   string // the folder of the server started last
}

// folder is a new one for a server's data.
func (b *bench) folder() string {
	b.runs++
	return filepath.Join(b.dir, fmt.Sprint(b.runs))
}

func (b *bench) progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...)
}

// machine says what else was going on: figures taken on a busy machine compare badly.
func machine() string {
	busy, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		busy = []byte("unknown")
	}
	return fmt.Sprintf("%d cores, load before the start %s", runtime.NumCPU(), strings.TrimSpace(string(busy)))
}

func exitOn(err error) {
	if err != nil {
		exit(err)
	}
}

func exit(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
	os.Exit(0)
}
