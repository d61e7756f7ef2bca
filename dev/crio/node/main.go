// crio-node is a machine's CRI-O for tests: with all its state in one directory, and with images of directories.
//
//	crio-node up DIR [NAME=ROOT...]                      runs it until TERM or INT, then removes all pods. It listens on DIR/crio.sock;
//	                                                     each ROOT is an image NAME of the registry whose address is in DIR/registry
//	crio-node run DIR IMAGE NAMESPACE/POD/CONTAINER ...  pulls an image, runs a command in a pod of its own, and prints the id
//	crio-node create ...                                 likewise, and does not start it
//	crio-node start DIR ID                               starts what was created
//	crio-node down DIR                                   removes all pods
//
// Pods have the machine's network, and the cgroup cntr-it.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	var err error
	if filepath.Base(os.Args[0]) == pinns {
		err = pinNamespaces(os.Args[1:])
	} else {
		err = do(os.Args[1:])
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", filepath.Base(os.Args[0]), err)
		os.Exit(1)
	}
}

func do(args []string) error {
	if len(args) < 2 {
		return errors.New("wanted: up, run, create, start or down, and a directory")
	}
	command, dir, rest := args[0], args[1], args[2:]
	if command == "up" {
		return up(dir, rest)
	}
	c, err := connect(dir)
	if err != nil {
		return err
	}
	defer c.close()
	switch {
	case command == "down":
		return c.removePods()
	case command == "start" && len(rest) == 1:
		return c.start(rest[0])
	case (command == "run" || command == "create") && len(rest) >= 3 && strings.Count(rest[1], "/") == 2:
		id, err := c.create(rest[0], strings.Split(rest[1], "/"), rest[2:])
		if err == nil && command == "run" {
			err = c.start(id)
		}
		if err == nil {
			fmt.Println(id)
		}
		return err
	}
	return fmt.Errorf("not understood: %s", strings.Join(args, " "))
}
