package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// pinns is a program of CRI-O's own, in C, that crio calls.
const pinns = "pinns"

var kinds = map[string]int{"uts": unix.CLONE_NEWUTS, "ipc": unix.CLONE_NEWIPC, "net": unix.CLONE_NEWNET}

// pinNamespaces does pinns' work: `-d DIR -f NAME --KIND... --KIND=host...` gives a new namespace of each kind, or the
// machine's, the name DIR/KINDns/NAME. Of its options, sysctls (-s) and user namespaces are refused.
func pinNamespaces(args []string) error {
	if len(args) < 4 || args[0] != "-d" || args[2] != "-f" {
		return fmt.Errorf("not understood: %q", args)
	}
	runtime.LockOSThread()
	for _, arg := range args[4:] {
		kind, host := strings.CutSuffix(strings.TrimPrefix(arg, "--"), "=host")
		flag, known := kinds[kind]
		if !known {
			return fmt.Errorf("not understood: %q", arg)
		}
		if !host {
			if err := unix.Unshare(flag); err != nil {
				return fmt.Errorf("a new namespace, %s: %w", kind, err)
			}
		}
		name := filepath.Join(args[1], kind+"ns", args[3])
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			return err
		}
		own := fmt.Sprintf("/proc/self/task/%d/ns/%s", unix.Gettid(), kind)
		if err := unix.Mount(own, name, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("mount %s on %s: %w", own, name, err)
		}
	}
	return nil
}
