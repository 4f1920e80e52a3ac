//go:build !linux

package scenario

import "os/exec"

// Only Linux can tie a child to its parent; elsewhere a killed test run may leave a server behind.
func dieWithParent(*exec.Cmd) {}
