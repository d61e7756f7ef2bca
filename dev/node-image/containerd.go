package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"time"
)

const (
	criSocket           = "/run/containerd/containerd.sock"
	overlayfsSuperMagic = 0x794c7630 // linux/magic.h
)

const containerdConfig = `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
[grpc]
  address = "` + criSocket + `"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "` + cniDir + `"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "%s"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`

func startContainerd() {
	snapshotter := "overlayfs"
	var fs syscall.Statfs_t
	must(os.MkdirAll("/var/lib/containerd", 0o755))
	must(syscall.Statfs("/var/lib/containerd", &fs))
	if fs.Type == overlayfsSuperMagic {
		snapshotter = "native" // an upper directory cannot lie on overlayfs: the folder should be a volume
		say("/var/lib/containerd is on overlayfs: using the native snapshotter")
	}
	config := fmt.Appendf(nil, containerdConfig, snapshotter)
	// further tables, e.g. more runtimes; containerd 1.6's own "imports" replace a plugin's whole section
	more, _ := filepath.Glob("/etc/containerd/conf.d/*.toml")
	for _, file := range more {
		text, err := os.ReadFile(file)
		must(err)
		config = append(append(config, '\n'), text...)
	}
	writeFile("/etc/containerd/config.toml", config, 0o644)
	supervise("containerd", "--config", "/etc/containerd/config.toml")
}

// importImages loads every archive of the image folder, in the order of their names.
func importImages() {
	waitFor("containerd answers", time.Minute, func() error {
		return exec.Command("ctr", "-n", "k8s.io", "version").Run()
	})
	files, _ := filepath.Glob(imageDir + "/*.tar*")
	sort.Strings(files)
	for _, file := range files {
		start := time.Now()
		output, err := exec.Command("ctr", "-n", "k8s.io", "images", "import", file).CombinedOutput()
		if err != nil {
			must(fmt.Errorf("import of %s: %w: %s", file, err, strings.TrimSpace(string(output))))
		}
		say("images of %s imported in %s", filepath.Base(file), time.Since(start).Round(time.Millisecond))
	}
}
