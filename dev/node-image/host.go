package main

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"syscall"
)

const (
	confDir  = "/etc/kubernetes"
	pkiDir   = confDir + "/pki"
	logDir   = "/var/log/kube"
	imageDir = "/var/lib/rancher/k3s/agent/images"
)

// prepareHost does what an init system would have done on a machine.
func prepareHost() {
	must(syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_SHARED, "")) // pods with mount propagation need it
	// /sys is read-only in a container that is not --privileged
	if err := syscall.Mount("", "/sys", "", syscall.MS_REMOUNT|syscall.MS_BIND, ""); err != nil {
		say("remount /sys: %v", err)
	}
	for _, dir := range []string{logDir, imageDir, "/run/containerd", "/run/k3s", cniDir, "/var/lib/kubelet", "/var/lib/etcd", confDir + "/manifests"} {
		must(os.MkdirAll(dir, 0o755))
	}
	_ = os.Symlink("/run/containerd", "/run/k3s/containerd") // where k3s has its CRI socket
	if _, err := os.Stat("/etc/machine-id"); err != nil {
		id := make([]byte, 16)
		_, _ = rand.Read(id)
		writeFile("/etc/machine-id", []byte(hex.EncodeToString(id)+"\n"), 0o444)
	}
	setKernelParameters()
	makeDevices()
}

func setKernelParameters() {
	for name, value := range map[string]string{
		"net/ipv4/ip_forward":                "1",
		"net/bridge/bridge-nf-call-iptables": "1",
		"net/ipv4/conf/all/rp_filter":        "0",
	} {
		if err := os.WriteFile("/proc/sys/"+name, []byte(value), 0o644); err != nil {
			say("sysctl %s: %v", name, err)
		}
	}
}

// makeDevices makes the devices that pods need and that a container's /dev may lack.
func makeDevices() {
	type device struct{ major, minor, mode uint32 }
	for path, d := range map[string]device{"/dev/fuse": {10, 229, 0o666}, "/dev/kmsg": {1, 11, 0o644}} {
		if _, err := os.Stat(path); err == nil {
			continue
		}
		if err := syscall.Mknod(path, syscall.S_IFCHR|d.mode, int(d.major<<8|d.minor)); err != nil {
			say("mknod %s: %v", path, err)
		}
	}
}
