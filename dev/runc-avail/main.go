// runc-avail is runc for a machine that withholds a capability even from root.
//
// For a --privileged container dockerd asks for every capability that the kernel knows, and runc then fails with
// "unable to apply caps: operation not permitted" where one of them (often CAP_SYS_RESOURCE) is not to be had.
// This program takes those capabilities that are not in its own bounding set out of the bundle (create, run) or
// out of the process file (exec), and becomes runc. Where nothing is withheld, it changes nothing.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	if file := requestFile(os.Args[1:]); file != "" {
		if err := trim(file); err != nil {
			fmt.Fprintf(os.Stderr, "runc-avail: %s is left as it is: %v\n", file, err)
		}
	}
	path, err := exec.LookPath("runc")
	if err == nil {
		err = syscall.Exec(path, append([]string{"runc"}, os.Args[1:]...), os.Environ())
	}
	fmt.Fprintln(os.Stderr, "runc-avail:", err)
	os.Exit(1)
}

// requestFile finds the file that names the capabilities: a bundle's config.json or exec's process file.
func requestFile(args []string) string {
	command := ""
	for i, arg := range args {
		key, value, assigned := strings.Cut(arg, "=")
		if !assigned && i+1 < len(args) {
			value = args[i+1]
		}
		switch {
		case command == "" && (key == "create" || key == "run" || key == "exec"):
			command = key
		case command == "exec" && (key == "--process" || key == "-p"):
			return value
		case (command == "create" || command == "run") && (key == "--bundle" || key == "-b"):
			return filepath.Join(value, "config.json")
		}
	}
	return ""
}
