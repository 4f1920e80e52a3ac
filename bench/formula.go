package main

import (
	"errors"
	"fmt"
	"math"
	"os/exec"
	"regexp"
	"strconv"
)

var ofWrites = regexp.MustCompile(`BenchmarkComputed/(\w+)\S*\s+\d+\s+([\d.]+) ns/op`)

// formula: what computed fields cost a write, as a ratio to the same write without them, by the program's own benchmark on SQLite.
func (b *bench) formula(r *report) error {
	b.progress("writes with formulas and roll-ups")
	out, err := exec.Command("go", "test", "-run", "^$", "-bench", "^BenchmarkComputed$", "-benchtime", "2000x", "./internal/platform/rollup").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	took := map[string]float64{}
	for _, m := range ofWrites.FindAllStringSubmatch(string(out), -1) {
		took[m[1]], _ = strconv.ParseFloat(m[2], 64) // the pattern lets only numbers through
	}
	if took["plain"] == 0 || took["formula"] == 0 || took["rollup"] == 0 {
		return errors.New("no figures in: " + string(out))
	}
	r.add(figure{"formula_cost", "x", "a write with three formulas, as a multiple of the same without", "-", took["formula"] / took["plain"], math.NaN(), true})
	r.add(figure{"rollup_cost", "x", "a write below three roll-ups, as a multiple of the same without", "-", took["rollup"] / took["plain"], math.NaN(), true})
	return nil
}
