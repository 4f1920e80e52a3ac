package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module writes a throw-away module and runs go test in it.
func module(t *testing.T, files map[string]string) (outcome, string) {
	t.Helper()
	dir := t.TempDir()
	files["go.mod"] = "module sample\n\ngo 1.26\n"
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	c, err := goTest(&out, dir, []string{"./..."})
	if err != nil {
		t.Fatal(err)
	}
	return c, out.String()
}

func TestGoCounts(t *testing.T) {
	t.Parallel()
	head := "import \"testing\"\n\n"
	c, out := module(t, map[string]string{
		"good/a_test.go": "package good\n" + head + `
func TestOne(t *testing.T) {}
func TestTable(t *testing.T) { for _, n := range []string{"x", "y"} { t.Run(n, func(t *testing.T) {}) } }
func TestLater(t *testing.T) { t.Skip("no server here") }`,
		"bad/a_test.go":    "package bad\n" + head + `func TestWrong(t *testing.T) { t.Error("got 1, want 2") }`,
		"broken/a_test.go": "package broken\n" + head + `func TestX(t *testing.T) { undefined() }`,
		"dead/a_test.go":   "package dead\nimport (\"os\"; \"testing\")\nfunc TestMain(m *testing.M) { os.Exit(3) }\nfunc TestX(t *testing.T) {}",
	})
	if want := (count{Passed: 3, Failed: 3, Skipped: 1}); c.count != want {
		t.Errorf("counted %+v, want %+v; output:\n%s", c, want, out)
	}
	if want := []string{"sample/bad TestWrong", "sample/broken", "sample/dead"}; !slices.Equal(slices.Sorted(slices.Values(c.Names)), want) {
		t.Errorf("blamed %q, want %q", c.Names, want)
	}
	for _, want := range []string{"ok  \tsample/good", "--- FAIL: TestWrong (0.00s)\n    a_test.go:4: got 1, want 2\n", "FAIL\tsample/bad", "undefined: undefined", "sample/broken [build failed]", "no server here"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "TestOne") || strings.Contains(out, "=== RUN") {
		t.Errorf("more was printed than go test prints:\n%s", out)
	}
}

func TestUnknownPackageIsAFailure(t *testing.T) {
	t.Parallel()
	c, err := goTest(new(strings.Builder), ".", []string{"./no/such/package"})
	if err != nil || c.Failed == 0 {
		t.Errorf("counted %+v, %v; want a failure", c, err)
	}
}

func TestVitestAndSum(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	report := func(text string) string {
		path := filepath.Join(dir, "report")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ui, err := readVitest(report(`{"success":true,"numPassedTests":5,"numFailedTests":0,"numPendingTests":1,"numTodoTests":0}`))
	if err != nil || ui.count != (count{Passed: 5, Skipped: 1}) {
		t.Fatalf("read %+v, %v", ui, err)
	}
	named, err := readVitest(report(`{"success":false,"numPassedTests":1,"numFailedTests":1,"testResults":[{"name":"/x/pool.spec.ts","status":"failed",
		"assertionResults":[{"fullName":"claims","status":"passed"},{"fullName":"returns","status":"failed"}]}]}`))
	if err != nil || named.Failed != 1 || !slices.Equal(named.Names, []string{"pool.spec.ts: returns"}) {
		t.Errorf("read %+v, %v; want the failed test by its name", named, err)
	}
	lost, err := readVitest(report(`{"success":false,"numPassedTests":5,"numFailedTests":0}`))
	if err != nil || lost.Failed != 1 {
		t.Errorf("a file that did not load counts as %+v, %v; want one failure", lost, err)
	}
	stale := filepath.Join(dir, "report")
	if c, err := runVitest(stale, []string{"true"}); err == nil || c.count != (count{Failed: 1}) {
		t.Errorf("a run that left no report counts as %+v, %v; want one failure and an error", c, err)
	}
	counts := filepath.Join(dir, "counts")
	if _, err := total(counts); err == nil {
		t.Error("a sum over nothing is not an error")
	}
	for as, c := range map[string]outcome{"ui": ui, "go": {count{Passed: 7, Failed: 2}, []string{"pool TestClaim", "pool TestReturn"}}} {
		if err := keep(counts, as, c); err != nil {
			t.Fatal(err)
		}
	}
	if sum, err := total(counts); err != nil || sum.count != (count{Passed: 12, Failed: 2, Skipped: 1}) || len(sum.Names) != 2 {
		t.Errorf("sum %+v, %v", sum, err)
	}
}
