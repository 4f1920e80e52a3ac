package main

import (
	"errors"
	"fmt"
	"math"
	"os/exec"
	"regexp"
	"strconv"
	"testing"

	"github.com/expr-lang/expr"
	"github.com/google/cel-go/cel"
)

// rules are those of BenchmarkRules in internal/platform/condition, in the words of both peers.
var rules = []struct{ name, expr, cel string }{
	{"one", `industry == "教育"`, `industry == "教育"`},
	{"three", `industry in ["金融", "制造", "教育"] and budget >= 5000000 and budget <= 20000000`, `industry in ["金融", "制造", "教育"] && budget >= 5000000 && budget <= 20000000`},
	{"tree", `budget >= 100 and (score < 0 or budget >= 100) and not (industry == "金融" or name == "") and budget >= 100 and score != 7`,
		`budget >= 100 && (score < 0 || budget >= 100) && !(industry == "金融" || name == "") && budget >= 100 && score != 7`},
}

// leadRow is the record that the rules are asked of, as expr reads it quickest.
type leadRow struct {
	Industry string `expr:"industry"`
	Name     string `expr:"name"`
	Budget   int    `expr:"budget"`
	Score    int    `expr:"score"`
}

var ofRules = regexp.MustCompile(`BenchmarkRules/(\w+)\S*\s+\d+\s+([\d.]+) ns/op\s+([\d.]+) nodes\s+([\d.]+) ns/node\s+\d+ B/op\s+(\d+) allocs/op`)

// condition: what one node of a condition costs, beside expr and cel-go on the same rules.
func (b *bench) condition(r *report) error {
	b.progress("conditions beside expr and cel-go")
	out, err := exec.Command("go", "test", "-run", "^$", "-bench", "^BenchmarkRules$", "-benchtime", "200ms", "./internal/platform/condition").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	found := ofRules.FindAllStringSubmatch(string(out), -1)
	if len(found) != len(rules) {
		return errors.New("no figures in: " + string(out))
	}
	for i, m := range found {
		nodes, _ := strconv.ParseFloat(m[3], 64) // the pattern lets only numbers through
		ours, _ := strconv.ParseFloat(m[4], 64)
		allocs, _ := strconv.ParseFloat(m[5], 64)
		byExpr, err := exprCost(rules[i].expr)
		if err != nil {
			return err
		}
		byCEL, err := celCost(rules[i].cel)
		if err != nil {
			return err
		}
		per := func(x testing.BenchmarkResult) float64 { return float64(x.T.Nanoseconds()) / float64(x.N) / nodes }
		what := fmt.Sprintf("rule “%s”, %.0f nodes", m[1], nodes)
		r.add(figure{"condition_" + m[1] + "_expr", "ns_node", what, "expr", ours, per(byExpr), true})
		r.add(figure{"condition_" + m[1] + "_cel", "ns_node", what, "cel-go", ours, per(byCEL), true})
		r.add(figure{"condition_" + m[1] + "_allocs", "allocs", fmt.Sprintf("%s; expr %d, cel-go %d", what, byExpr.AllocsPerOp(), byCEL.AllocsPerOp()), "expr", allocs, math.NaN(), true})
	}
	return nil
}

func exprCost(rule string) (testing.BenchmarkResult, error) {
	row := leadRow{"教育", "陈一", 5_000_000, 50}
	program, err := expr.Compile(rule, expr.Env(leadRow{}), expr.AsBool())
	if err != nil {
		return testing.BenchmarkResult{}, fmt.Errorf("expr: %w", err)
	}
	return measured(func() (bool, error) {
		v, err := expr.Run(program, row)
		ok, _ := v.(bool)
		return ok, err
	})
}

func celCost(rule string) (testing.BenchmarkResult, error) {
	env, err := cel.NewEnv(cel.Variable("industry", cel.StringType), cel.Variable("name", cel.StringType), cel.Variable("budget", cel.IntType), cel.Variable("score", cel.IntType))
	if err != nil {
		return testing.BenchmarkResult{}, err
	}
	ast, issues := env.Compile(rule)
	if issues.Err() != nil {
		return testing.BenchmarkResult{}, fmt.Errorf("cel: %w", issues.Err())
	}
	program, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return testing.BenchmarkResult{}, err
	}
	row := map[string]any{"industry": "教育", "name": "陈一", "budget": 5_000_000, "score": 50}
	return measured(func() (bool, error) {
		v, _, err := program.Eval(row)
		if err != nil {
			return false, err
		}
		ok, _ := v.Value().(bool)
		return ok, nil
	})
}

// measured runs a rule that must hold.
func measured(holds func() (bool, error)) (testing.BenchmarkResult, error) {
	if ok, err := holds(); err != nil || !ok {
		return testing.BenchmarkResult{}, fmt.Errorf("the rule holds: %v, %w", ok, errors.Join(err))
	}
	return testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			_, _ = holds()
		}
	}), nil
}
