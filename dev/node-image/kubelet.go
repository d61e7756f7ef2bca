package main

import (
	"fmt"
	"strings"
)

const (
	podCIDR     = "10.42.0.0/16"
	serviceCIDR = "10.43.0.0/16"
	kubeIP      = "10.43.0.1"
	dnsIP       = "10.43.0.10"
)

const kubeletConfig = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: ` + pkiDir + `/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: ` + pkiDir + `/kubelet.crt
tlsPrivateKeyFile: ` + pkiDir + `/kubelet.key
containerRuntimeEndpoint: unix://` + criSocket + `
cgroupDriver: cgroupfs
cgroupRoot: %s
failCgroupV1: false
failSwapOn: false
clusterDomain: cluster.local
clusterDNS: [` + dnsIP + `]
staticPodPath: ` + confDir + `/manifests
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: "0%%", nodefs.available: "0%%", imagefs.available: "0%%", nodefs.inodesFree: "0%%"}
nodeStatusUpdateFrequency: 4s
syncFrequency: 20s
shutdownGracePeriod: 0s
`

const proxyConfig = `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clientConnection: {kubeconfig: ` + proxyKubeconfig + `}
clusterCIDR: ` + podCIDR + `
hostnameOverride: %s
conntrack: {maxPerCore: 0, min: 0, tcpCloseWaitTimeout: 0s, tcpEstablishedTimeout: 0s}
healthzBindAddress: 127.0.0.1:10256
metricsBindAddress: 127.0.0.1:10249
`

const (
	kubeletKubeconfig = confDir + "/kubelet.kubeconfig"
	proxyKubeconfig   = confDir + "/kube-proxy.kubeconfig"
)

// identity is what a node needs to be itself: its certificates, and the server's address.
type identity struct {
	Server                 string // by address: the certificate need not name what the worker calls it
	CA                     []byte
	KubeletCrt, KubeletKey []byte
	ServingCrt, ServingKey []byte
	ProxyCrt, ProxyKey     []byte
}

func (a *authority) identityOf(node, ip, server string) identity {
	id := identity{Server: server, CA: a.pem}
	user, groups := "system:node:"+node, []string{"system:nodes"}
	id.KubeletCrt, id.KubeletKey = a.issue(user, groups, nil)
	id.ServingCrt, id.ServingKey = a.issue(user, groups, []string{node, ip, "127.0.0.1", "localhost"})
	id.ProxyCrt, id.ProxyKey = a.issue("system:kube-proxy", nil, nil)
	return id
}

// startNode starts what every node runs, server or not.
func startNode(o options, cgroup string, id identity) {
	writeFile(pkiDir+"/ca.crt", id.CA, 0o644)
	writeFile(pkiDir+"/kubelet.crt", id.ServingCrt, 0o644)
	writeFile(pkiDir+"/kubelet.key", id.ServingKey, 0o600)
	writeKubeconfig(kubeletKubeconfig, id.Server, id.CA, id.KubeletCrt, id.KubeletKey)
	writeKubeconfig(proxyKubeconfig, id.Server, id.CA, id.ProxyCrt, id.ProxyKey)
	writeFile(confDir+"/kubelet.yaml", fmt.Appendf(nil, kubeletConfig, cgroup), 0o644)
	writeFile(confDir+"/kube-proxy.yaml", fmt.Appendf(nil, proxyConfig, o.name), 0o644)

	args := []string{
		"--config=" + confDir + "/kubelet.yaml", "--kubeconfig=" + kubeletKubeconfig, "--hostname-override=" + o.name,
		"--node-ip=" + o.nodeIP, "--root-dir=/var/lib/kubelet", "--v=2",
	}
	if len(o.labels) > 0 {
		args = append(args, "--node-labels="+strings.Join(o.labels, ","))
	}
	if len(o.taints) > 0 {
		args = append(args, "--register-with-taints="+strings.Join(o.taints, ","))
	}
	supervise("kubelet", append(args, o.extra["kubelet"]...)...)
	supervise("kube-proxy", append([]string{"--config=" + confDir + "/kube-proxy.yaml", "--v=1"}, o.extra["kube-proxy"]...)...)
}
