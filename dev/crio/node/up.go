package main

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	socket = "crio.sock"
	cgroup = "cntr-it"
	// pause is the first image, since some image has to be: no container of it is run.
	pause = "it"
)

//go:embed crio.conf
var config string

const policy = `{"default":[{"type":"insecureAcceptAnything"}]}`

// up runs CRI-O until a signal tells to end, and ends its containers then.
func up(dir string, images []string) error {
	crio, err := prepare(dir, images)
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	if err := crio.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- crio.Wait() }()
	select {
	case err := <-ended:
		return fmt.Errorf("crio ended by itself: %v", err)
	case <-signals:
	}
	failure := end(dir)
	if err := crio.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	<-ended
	return failure
}

func end(dir string) error {
	c, err := connect(dir)
	if err != nil {
		return err
	}
	defer c.close()
	return c.removePods()
}

// prepare writes what crio needs. It runs in a mount namespace of its own, so that no mount of it stays.
func prepare(dir string, images []string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	served := registry{}
	for _, image := range images {
		name, root, _ := strings.Cut(image, "=")
		if err := served.add(name, root); err != nil {
			return nil, err
		}
	}
	address, err := served.serve()
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"cni", "conf.d"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			return nil, err
		}
	}
	if err := os.Symlink(self, filepath.Join(dir, pinns)); err != nil && !os.IsExist(err) {
		return nil, err
	}
	runc, err := exec.LookPath("runc")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "crio.conf")
	written := strings.NewReplacer("@DIR@", dir, "@REGISTRY@", address, "@RUNC@", runc).Replace(config)
	for name, content := range map[string]string{file: written, filepath.Join(dir, "policy.json"): policy, filepath.Join(dir, "registry"): address} {
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			return nil, err
		}
	}
	crio := exec.Command(filepath.Join(filepath.Dir(os.Args[0]), "crio"), "--config", file, "--config-dir", filepath.Join(dir, "conf.d"))
	crio.Stdout, crio.Stderr = os.Stdout, os.Stderr
	crio.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	return crio, nil
}

// removeCgroups removes what no pod is in any more. The kernel takes a moment to know that.
func removeCgroups() {
	for range 50 {
		left := false
		for _, parent := range []string{"/sys/fs/cgroup/" + cgroup, "/sys/fs/cgroup/*/" + cgroup} {
			found, _ := filepath.Glob(parent)
			for _, directory := range found {
				left = os.Remove(directory) != nil || left
			}
		}
		if !left {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}
