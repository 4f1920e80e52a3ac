// Command once runs a command only when the content it depends on has changed:
//
//	once -stamp .cache/ui-dist -in ui -out internal/platform/web/dist -- npm --prefix ui run build
//
// The stamp holds a digest of the inputs and of the outputs: a changed, missing or hand-edited output is made again. Folders named
// node_modules are left out of the inputs; an -out that is a node_modules folder is represented by npm's own list inside it.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
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

type paths []string

func (p *paths) String() string     { return strings.Join(*p, " ") }
func (p *paths) Set(s string) error { *p = append(*p, s); return nil }

func main() {
	var in, out paths
	stamp := flag.String("stamp", "", "file that remembers the digests")
	flag.Var(&in, "in", "file or folder the command reads (repeat)")
	flag.Var(&out, "out", "file or folder the command makes (repeat)")
	flag.Parse()
	if *stamp == "" || len(in) == 0 || len(out) == 0 || flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: once -stamp FILE -in PATH … -out PATH … -- command [argument …]")
		os.Exit(2)
	}
	if err := once(*stamp, in, out, func() error { return run(flag.Args()) }); err != nil {
		fmt.Fprintf(os.Stderr, "once: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// once calls make unless stamp holds the digests of in and out as they are now, and then writes them to stamp.
func once(stamp string, in, out []string, make func() error) error {
	before, err := digest(in)
	if err != nil {
		return err
	}
	made, err := digest(out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil {
		if old, err := os.ReadFile(stamp); err == nil && bytes.Equal(old, []byte(before+" "+made+"\n")) {
			return nil
		}
	}
	if err := make(); err != nil {
		return err
	}
	// Read again: the command may have changed its inputs (npm normalises a lockfile).
	if before, err = digest(in); err != nil {
		return err
	}
	if made, err = digest(out); err != nil {
		return fmt.Errorf("the command did not make what it should: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(stamp), 0o755); err != nil {
		return err
	}
	return os.WriteFile(stamp, []byte(before+" "+made+"\n"), 0o644)
}

// digest is one SHA-256 over the names and contents of all files at or under the paths; fs.ErrNotExist if a path is missing.
func digest(roots []string) (string, error) {
	sum := sha256.New()
	for _, root := range roots {
		if filepath.Base(root) == "node_modules" {
			root = filepath.Join(root, ".package-lock.json")
		}
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "node_modules":
				return fs.SkipDir
			case !d.Type().IsRegular():
				return nil
			}
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			file := sha256.New()
			if _, err := io.Copy(file, f); err != nil {
				return err
			}
			fmt.Fprintf(sum, "%q %x\n", filepath.ToSlash(path), file.Sum(nil))
			return nil
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
