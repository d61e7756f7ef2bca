package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	cgroupDir         = "/sys/fs/cgroup"
	cgroup2SuperMagic = 0x63677270 // linux/magic.h
)

// cgroupRoot finds the cgroup of this container as /sys/fs/cgroup shows it. The kubelet makes /kubepods below it: two
// nodes on one machine that shared one /kubepods would remove each other's pods.
func cgroupRoot() string {
	own := ownCgroups()
	var fs syscall.Statfs_t
	must(syscall.Statfs(cgroupDir, &fs))
	if fs.Type == cgroup2SuperMagic {
		return prepareUnified(own[""])
	}
	root := own["memory"]
	if _, err := os.Stat(cgroupDir + "/memory" + root); err != nil {
		say("mounting cgroup v1 hierarchies (%v)", err)
		mountHierarchies(own)
	}
	return root
}

// ownCgroups maps a controller list ("" is version 2's) to this process's path in it; see cgroups(7).
func ownCgroups() map[string]string {
	text, err := os.ReadFile("/proc/self/cgroup")
	must(err)
	own := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		fields := strings.SplitN(line, ":", 3)
		own[fields[1]] = fields[2]
	}
	return own
}

// prepareUnified makes room for child cgroups: in version 2 a cgroup with controllers for its children has no processes.
func prepareUnified(root string) string {
	base := filepath.Join(cgroupDir, root)
	if _, err := os.Stat(base + "/cgroup.procs"); err != nil {
		root, base = "/", cgroupDir
	}
	_ = os.MkdirAll(base+"/init", 0o755)
	processes, _ := os.ReadFile(base + "/cgroup.procs")
	for _, pid := range strings.Fields(string(processes)) {
		_ = os.WriteFile(base+"/init/cgroup.procs", []byte(pid), 0o644)
	}
	controllers, _ := os.ReadFile(base + "/cgroup.controllers")
	for _, controller := range strings.Fields(string(controllers)) {
		if err := os.WriteFile(base+"/cgroup.subtree_control", []byte("+"+controller), 0o644); err != nil {
			say("cgroup controller %s: %v", controller, err)
		}
	}
	return root
}

// mountHierarchies shows the whole hierarchies where the container has the host's cgroup namespace but not its mounts.
func mountHierarchies(own map[string]string) {
	for controllers := range own {
		if controllers == "" {
			continue
		}
		dir := cgroupDir + "/" + strings.TrimPrefix(controllers, "name=")
		must(os.MkdirAll(dir, 0o755))
		if err := syscall.Mount("cgroup", dir, "cgroup", 0, controllers); err != nil {
			say("cgroup %s: %v", controllers, err)
		}
	}
}
