// Command testcount counts tests from what the runners themselves report.
//
//	testcount -as go -- ./...                 runs go test -json on the arguments, prints what plain go test prints
//	testcount -as ui -vitest FILE -- npm …    runs a command that runs vitest, which must leave its JSON report in FILE
//	testcount -as vet -check -- go vet ./...  runs a command that is one check: passed or failed
//	testcount -sum                            prints "N passed, N failed" over all that was counted
//
// What failed is named again at the end, by -sum, where a reader of a long log looks first.
//
// Counts are kept in the folder named by BATON_COUNTS (default .cache/counts), one file per -as. A test with subtests counts by its
// subtests. A package that does not build, or dies outside a test, counts as one failure. The exit status is 1 on any failure and,
// for -sum, when nothing was counted.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// count is the outcome of one runner.
type count struct {
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
}

// outcome is a count and the names of what failed, one each for a test, a package outside its tests or a check.
type outcome struct {
	count
	Names []string `json:"names,omitempty"`
}

// blame adds one failure by its name.
func (o *outcome) blame(name string) {
	o.Failed++
	o.Names = append(o.Names, name)
}

func main() {
	as := flag.String("as", "", "name under which the counts are kept")
	vitest := flag.String("vitest", "", "file of vitest's JSON report")
	check := flag.Bool("check", false, "the command is one check")
	sum := flag.Bool("sum", false, "print the sum of all counts")
	flag.Parse()
	dir := os.Getenv("BATON_COUNTS")
	if dir == "" {
		dir = filepath.Join(".cache", "counts")
	}
	var c outcome
	var err error
	switch {
	case *sum:
		if c, err = total(dir); err == nil {
			for _, name := range c.Names {
				fmt.Printf("  %s\n", name)
			}
			if c.Skipped > 0 {
				fmt.Printf("%d skipped\n", c.Skipped)
			}
			fmt.Printf("%d passed, %d failed\n", c.Passed, c.Failed)
		}
	case *as == "" || flag.NArg() == 0:
		err = errors.New("usage: testcount -as NAME [-check | -vitest FILE] -- argument … | testcount -sum")
	case *check:
		if command(flag.Args()) != nil {
			c.blame(*as)
		} else {
			c.Passed++
		}
		err = keep(dir, *as, c)
	case *vitest != "":
		c, err = runVitest(*vitest, flag.Args())
		err = errors.Join(err, keep(dir, *as, c))
	default:
		if c, err = goTest(os.Stdout, ".", flag.Args()); err == nil {
			err = keep(dir, *as, c)
		}
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "testcount: %v\n", err)
	}
	if err != nil || c.Failed > 0 {
		os.Exit(1)
	}
}

// goTest runs go test -json with the arguments in the folder dir and writes to out what go test without -json would.
func goTest(out io.Writer, dir string, args []string) (outcome, error) {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return outcome{}, err
	}
	if err := cmd.Start(); err != nil {
		return outcome{}, err
	}
	c, err := readGo(pipe, out)
	if err != nil {
		_ = cmd.Process.Kill()
	}
	status := cmd.Wait()
	if status != nil && c.Failed == 0 {
		c.blame("go test " + strings.Join(args, " ")) // for example a pattern that names no package
	}
	return c, err
}

func command(args []string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// runVitest runs a command and counts by the report it leaves; no report, or a bad status without a failed test, is one failure.
func runVitest(report string, args []string) (outcome, error) {
	if err := os.Remove(report); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return outcome{count{Failed: 1}, []string{report}}, err
	}
	status := command(args)
	c, err := readVitest(report)
	if (status != nil || err != nil) && c.Failed == 0 {
		c.blame(strings.Join(args, " "))
	}
	return c, err
}

func readVitest(path string) (outcome, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return outcome{}, err
	}
	var report struct {
		Success bool `json:"success"`
		Passed  int  `json:"numPassedTests"`
		Failed  int  `json:"numFailedTests"`
		Pending int  `json:"numPendingTests"`
		Todo    int  `json:"numTodoTests"`
		Files   []struct {
			Name   string `json:"name"`
			Status string `json:"status"`
			Tests  []struct {
				Name   string `json:"fullName"`
				Status string `json:"status"`
			} `json:"assertionResults"`
		} `json:"testResults"`
	}
	if err := json.Unmarshal(b, &report); err != nil {
		return outcome{}, fmt.Errorf("%s: %w", path, err)
	}
	c := outcome{count: count{Passed: report.Passed, Failed: report.Failed, Skipped: report.Pending + report.Todo}}
	for _, file := range report.Files {
		blamed := false
		for _, test := range file.Tests {
			if test.Status == "failed" {
				blamed = true
				c.Names = append(c.Names, filepath.Base(file.Name)+": "+test.Name)
			}
		}
		if file.Status == "failed" && !blamed {
			c.Names = append(c.Names, filepath.Base(file.Name))
		}
	}
	if !report.Success && c.Failed == 0 {
		c.Failed++ // a file that could not be loaded has no test to blame
	}
	return c, nil
}

func keep(dir, as string, c outcome) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, as+".json"), append(b, '\n'), 0o644)
}

func total(dir string) (outcome, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return outcome{}, err
	}
	var sum outcome
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return outcome{}, err
		}
		var c outcome
		if err := json.Unmarshal(b, &c); err != nil {
			return outcome{}, fmt.Errorf("%s: %w", f, err)
		}
		sum.Passed, sum.Failed, sum.Skipped = sum.Passed+c.Passed, sum.Failed+c.Failed, sum.Skipped+c.Skipped
		sum.Names = append(sum.Names, c.Names...)
	}
	if sum.count == (count{}) {
		return sum, fmt.Errorf("no test was counted in %s", dir)
	}
	return sum, nil
}
