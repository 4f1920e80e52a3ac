package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"regexp"
	"strconv"
)

var scoped = regexp.MustCompile(`BenchmarkScopedList/(sqlite|postgres)/"read":"([a-z+]+)"\S*\s+\d+\s+([\d.]+) ns/op`)

// scope: a page of 50 in an order among many records of 1,000 owners, as somebody who sees some of them beside somebody who sees all, by the
// program's own benchmark. The peer is the one who sees all: a ratio above 1 would be quicker than that. Where there is a PostgreSQL to test
// on, there too.
func (b *bench) scope(r *report) error {
	rows := b.size.rows
	if b.size.bulk > 0 {
		rows = b.size.bulk
	}
	b.progress("lists by scope among %d records", rows)
	for _, database := range []string{"sqlite", "postgres"} {
		cmd := exec.Command("go", "test", "-run", "^$", "-bench", "^BenchmarkScopedList$/^"+database+"$", "-benchtime", "200x", "./internal/platform/record")
		cmd.Env = append(os.Environ(), "BATON_BENCH_ROWS="+strconv.Itoa(rows))
		out, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		took := map[string]float64{}
		for _, m := range scoped.FindAllSubmatch(out, -1) {
			ns, err := strconv.ParseFloat(string(m[3]), 64)
			if err != nil {
				return err
			}
			took[string(m[2])] = ns / 1e6
		}
		all, ok := took["all"]
		if !ok && database == "postgres" {
			b.progress("no PostgreSQL to test on")
			continue
		}
		if !ok {
			return errors.New("no figure in: " + string(out))
		}
		for _, scope := range []struct{ word, name string }{{"own", "own"}, {"own+pool", "own_pool"}, {"team", "team"}, {"region", "region"}} {
			ours, ok := took[scope.word]
			if !ok {
				ours = math.NaN()
			}
			name := "scope_list_" + scope.name
			if database == "postgres" {
				name += "_pg"
			}
			r.add(figure{name, "ms", fmt.Sprintf("a page of “%s”, of %d, %s", scope.word, rows, database), "who sees all", ours, all, true})
		}
	}
	return nil
}
