package scenario

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type counts struct{ Rows, Created, Merged, Rejected int }

// lastLine reads the JSON line with which `baton import` ends.
func lastLine(t *testing.T, stdout, stderr string, code int) counts {
	t.Helper()
	if code != 0 {
		t.Fatalf("baton import ended with %d: %s%s", code, stdout, stderr)
	}
	lines := strings.Split(strings.TrimRight(stdout, "\n"), "\n")
	var c counts
	d := json.NewDecoder(strings.NewReader(lines[len(lines)-1]))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil || len(lines) != 1 {
		t.Fatalf("baton import wrote %q: %v", stdout, err)
	}
	return c
}

// The command line imports beside a running server, which does the work, and without one; the same file is read in either encoding.
func TestImportOnTheCommandLine(t *testing.T) {
	t.Parallel()
	utf8, gb := chineseLeads(t)
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		reps := admin.Reps(t, 2)
		file := func(name string, content []byte) string {
			path := filepath.Join(folder(t), name)
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
		run := func(args ...string) counts {
			t.Helper()
			out, errs, code := s.Run(t, append([]string{"import", "--object", "lead"}, args...)...)
			return lastLine(t, out, errs, code)
		}

		if got, want := run("--file", file("线索.csv", gb), "--happened-at", "录入时间", "--no-countdown"), (counts{26, 17, 3, 6}); got != want {
			t.Errorf("beside a server: %+v, want %+v", got, want)
		}
		if r := byPhone(t, admin, "+8613800138002"); r.Text("company") != "远大医疗器械有限公司" || r.Text("owner") == "" || r.Text("created_at") != "2026-03-03T02:00:00.000Z" {
			t.Errorf("imported beside a server: %v", r)
		}

		s.Stop(t)
		// All is known but the three rows without a contact that reads.
		if got, want := run("--file", file("leads.csv", utf8), "--happened-at", "录入时间", "--no-countdown"), (counts{26, 3, 17, 6}); got != want {
			t.Errorf("without a server: %+v, want %+v", got, want)
		}
		mapped := file("mapped.csv", []byte("甲,乙,丙,丁\n映射制造有限公司,13800138099,吴工,30万\n"))
		if got, want := run("--file", mapped, "--map", "company=甲,name=丙", "--map", "budget=丁", "--no-assign"), (counts{1, 1, 0, 0}); got != want {
			t.Errorf("with a mapping: %+v, want %+v", got, want)
		}
		s.Restart(t)
		r := byPhone(t, admin, "+8613800138099") // 乙 is matched by what it holds
		if r.Text("company") != "映射制造有限公司" || r.Number("budget") != 300000 || r.Tag("budget") != ">20万" || r.Text("owner") != "" || r.Text("pool_reason") == "" {
			t.Errorf("imported by a mapping, without assignment: %v", r)
		}
		assigned := file("assigned.csv", []byte("公司,手机,预算,行业,地区\n分配制造有限公司,13800138098,30万,制造,江苏苏州\n"))
		if got, want := run("--file", assigned), (counts{1, 1, 0, 0}); got != want {
			t.Errorf("beside a server again: %+v, want %+v", got, want)
		}
		if r := byPhone(t, admin, "+8613800138098"); r.Text("owner") != reps[0] && r.Text("owner") != reps[1] {
			t.Errorf("assigned to %q", r.Text("owner"))
		}

		before := admin.Figure(t, "lead", "count", nil)
		for name, c := range map[string]struct {
			args []string
			says string
		}{
			"unknown column": {[]string{"--object", "lead", "--file", mapped, "--map", "company=申"}, "申"},
			"unknown field":  {[]string{"--object", "lead", "--file", mapped, "--map", "compny=甲"}, "company"},
			"unknown object": {[]string{"--object", "laed", "--file", mapped}, "lead"},
			"no such file":   {[]string{"--object", "lead", "--file", mapped + ".missing"}, "missing"},
			"empty file":     {[]string{"--object", "lead", "--file", file("empty.csv", nil)}, "CSV"},
			"bad time":       {[]string{"--object", "lead", "--file", mapped, "--happened-at", "昨天吧"}, "2026-11-24"},
		} {
			out, errs, code := s.Run(t, append([]string{"import"}, c.args...)...)
			if code == 0 || out != "" && strings.HasPrefix(out, "{") || !strings.Contains(errs, c.says) {
				t.Errorf("%s: %d %q %q, want a failure that says %s", name, code, out, errs, c.says)
			}
		}
		if n := admin.Figure(t, "lead", "count", nil); n != before {
			t.Errorf("refused imports made %v leads", n-before)
		}
		Eventually(t, 30*time.Second, "the trail is sealed", func() bool {
			_, _, code := s.Run(t, "verify")
			return code == 0
		})
	})
}
