package main

import (
	"os"
	"strings"
)

// options are the k3s flags that this node understands; every other flag is ignored, as K3sContainer passes several.
type options struct {
	server, token, name, nodeIP string
	sans, labels, taints        []string
	extra                       map[string][]string // component -> further arguments of it
	disableDNS                  bool
}

func parse(args []string) options {
	o := options{
		token: os.Getenv("K3S_TOKEN"), server: os.Getenv("K3S_URL"), name: os.Getenv("K3S_NODE_NAME"),
		extra: map[string][]string{},
	}
	for i := 0; i < len(args); i++ {
		key, assigned, hasValue := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		value := func() string {
			if !hasValue && i+1 < len(args) {
				i++
				return args[i]
			}
			return assigned
		}
		switch key {
		case "server", "s":
			o.server = value()
		case "token", "t":
			o.token = strings.TrimSpace(value())
		case "node-name":
			o.name = value()
		case "node-ip":
			o.nodeIP = value()
		case "tls-san":
			o.sans = append(o.sans, strings.Split(value(), ",")...)
		case "node-label":
			o.labels = append(o.labels, value())
		case "node-taint":
			o.taints = append(o.taints, value())
		case "disable":
			for _, addOn := range strings.Split(value(), ",") {
				o.disableDNS = o.disableDNS || addOn == "coredns"
			}
		case "kube-apiserver-arg", "kube-controller-manager-arg", "kube-scheduler-arg", "kubelet-arg", "kube-proxy-arg", "etcd-arg":
			component := strings.TrimSuffix(key, "-arg")
			o.extra[component] = append(o.extra[component], "--"+strings.TrimLeft(value(), "-"))
		}
	}
	if o.name == "" {
		o.name, _ = os.Hostname()
	}
	o.name = strings.ToLower(o.name)
	if o.nodeIP == "" {
		o.nodeIP = ownAddress()
	}
	return o
}
