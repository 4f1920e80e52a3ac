package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// event is a line of go test -json (see go doc test2json).
type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Output      string
	FailedBuild string
}

// readGo counts the tests of a go test -json stream and prints to out each package's closing line and what failed and
// skipped tests wrote.
func readGo(stream io.Reader, out io.Writer) (outcome, error) {
	var c outcome
	written := map[string]*strings.Builder{} // output of each test and, under its bare name, of each package
	parents := map[string]bool{}
	failedIn := map[string]bool{}
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Fprintf(out, "%s\n", lines.Bytes()) // go itself speaks before the stream starts
			continue
		}
		key := e.Package + "\x00" + e.Test
		switch e.Action {
		case "build-output":
			fmt.Fprint(out, e.Output)
		case "run":
			if i := strings.LastIndexByte(e.Test, '/'); i >= 0 {
				parents[e.Package+"\x00"+e.Test[:i]] = true
			}
		case "output":
			if strings.HasPrefix(e.Output, "=== ") {
				continue // RUN, PAUSE, CONT, NAME: progress that go test shows only with -v
			}
			if written[key] == nil {
				written[key] = new(strings.Builder)
			}
			written[key].WriteString(e.Output)
		case "pass", "fail", "skip":
			text := ""
			if written[key] != nil {
				text = written[key].String()
			}
			delete(written, key)
			if e.Test == "" {
				fmt.Fprint(out, closing(e.Action, text))
				if e.Action == "fail" && !failedIn[e.Package] {
					c.blame(e.Package)
				}
				continue
			}
			failedIn[e.Package] = failedIn[e.Package] || e.Action == "fail"
			if e.Action != "pass" {
				fmt.Fprint(out, headFirst(text))
			}
			switch {
			case parents[key]:
			case e.Action == "fail":
				c.blame(e.Package + " " + e.Test)
			default:
				c.add(e.Action)
			}
		}
	}
	return c, lines.Err()
}

func (c *count) add(action string) {
	switch action {
	case "pass":
		c.Passed++
	case "skip":
		c.Skipped++
	}
}

// headFirst moves the line "--- FAIL: TestX", which ends a stream's output of a test, to its head, where go test prints it.
func headFirst(text string) string {
	if at := strings.LastIndex(text, "--- "); at >= 0 && strings.Count(text[at:], "\n") == 1 {
		for at > 0 && text[at-1] == ' ' {
			at--
		}
		return text[at:] + text[:at]
	}
	return text
}

// closing is what go test prints for a package: everything when it failed, only the last line when not.
func closing(action, text string) string {
	if action == "fail" {
		return text
	}
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return last + "\n"
	}
	return ""
}
