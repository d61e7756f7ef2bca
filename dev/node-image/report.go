package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// say writes a line of the node's log, which is the container's output.
func say(format string, arguments ...any) {
	fmt.Printf("%s kube-node: %s\n", time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), fmt.Sprintf(format, arguments...))
}

// must ends the node: a container that has ended is noticed at once, a node that limps is not.
func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "kube-node: fatal:", err)
		os.Exit(1)
	}
}

// waitFor tries until ok has no error; the node ends if that takes longer than the limit.
func waitFor(what string, limit time.Duration, ok func() error) {
	start := time.Now()
	var err error
	for time.Since(start) < limit {
		if err = ok(); err == nil {
			say("%s after %s", what, time.Since(start).Round(time.Millisecond))
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	must(fmt.Errorf("%s: not within %s: %w", what, limit, err))
}

func writeFile(path string, data []byte, mode os.FileMode) {
	must(os.MkdirAll(filepath.Dir(path), 0o755))
	must(os.WriteFile(path, data, mode))
}
