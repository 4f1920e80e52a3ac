package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"baton/bench/load"
)

// figure is one measured pair; NaN stands for a side that was not measured.
type figure struct {
	name, unit, what, peer string
	ours, theirs           float64
	lessIsBetter           bool
}

type report struct{ figures []figure }

func (r *report) add(f figure) { r.figures = append(r.figures, f) }

// loads adds rate and latencies of two runs of the same requests.
func (r *report) loads(name, what string, ours, theirs []load.Result) {
	rate := func(l load.Result) float64 { return l.Rate }
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	p50 := func(l load.Result) float64 { return ms(l.P50) }
	p99 := func(l load.Result) float64 { return ms(l.P99) }
	r.add(figure{name + "_rate", "per_s", what, "PocketBase", median(ours, rate), median(theirs, rate), false})
	r.add(figure{name + "_p50", "ms", what, "PocketBase", median(ours, p50), median(theirs, p50), true})
	r.add(figure{name + "_p99", "ms", what, "PocketBase", median(ours, p99), median(theirs, p99), true})
}

func (f figure) ratio() float64 {
	if f.lessIsBetter {
		return f.theirs / f.ours
	}
	return f.ours / f.theirs
}

// print writes the table for people and then the lines for programs.
func (r *report) print(out io.Writer) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "figure\tBaton\tpeer\tratio\tunit\twhat\tbeside")
	for _, f := range r.figures {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.name, number(f.ours), number(f.theirs), number(f.ratio()), f.unit, f.what, f.peer)
	}
	_ = t.Flush()
	fmt.Fprintln(out)
	for _, f := range r.figures {
		fmt.Fprintf(out, "bench %s ours=%s peer=%s ratio=%s unit=%s\n", f.name, number(f.ours), number(f.theirs), number(f.ratio()), f.unit)
	}
}

func number(x float64) string {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "-"
	case x >= 100:
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

func median(of []load.Result, value func(load.Result) float64) float64 {
	if len(of) == 0 {
		return math.NaN()
	}
	all := make([]float64, len(of))
	for i, r := range of {
		all[i] = value(r)
	}
	slices.Sort(all)
	return all[len(all)/2]
}
