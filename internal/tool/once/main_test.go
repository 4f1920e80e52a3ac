package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestOnceRunsExactlyWhenContentChanged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	src, out, stamp := filepath.Join(dir, "src"), filepath.Join(dir, "out"), filepath.Join(dir, "cache", "stamp")
	write := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	runs := 0
	check := func(what string, want int) {
		t.Helper()
		err := once(stamp, []string{src}, []string{out}, func() error { runs++; write(filepath.Join(out, "a.js"), "built"); return nil })
		if err != nil {
			t.Fatal(err)
		}
		if runs != want {
			t.Errorf("after %s: %d runs, want %d", what, runs, want)
		}
	}
	write(filepath.Join(src, "a.ts"), "1")
	check("the first call", 1)
	check("no change", 1)
	write(filepath.Join(src, "a.ts"), "1") // same content, new time
	check("a touched file", 1)
	write(filepath.Join(src, "node_modules", "x", "y.js"), "z")
	check("a change in node_modules", 1)
	write(filepath.Join(src, "a.ts"), "2")
	check("a changed source", 2)
	write(filepath.Join(out, "a.js"), "edited by hand")
	check("an edited output", 3)
	if err := os.RemoveAll(out); err != nil {
		t.Fatal(err)
	}
	check("a removed output", 4)
}

func TestOnceRefusesACommandThatMakesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := once(filepath.Join(dir, "stamp"), []string{dir}, []string{filepath.Join(dir, "missing")}, func() error { return nil }); err == nil {
		t.Fatal("no error although the output is missing")
	}
	if _, err := os.Stat(filepath.Join(dir, "stamp")); err == nil {
		t.Error("a stamp was left behind")
	}
}
