package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const (
	localServer       = "https://127.0.0.1:6443"
	adminKubeconfig   = "/etc/rancher/k3s/k3s.yaml"
	tokenFile         = "/var/lib/rancher/k3s/server/node-token"
	managerKubeconfig = confDir + "/controller-manager.kubeconfig"
	schedKubeconfig   = confDir + "/scheduler.kubeconfig"
)

// server is the entry point of the first node: the control plane, and a node like the others.
func server(args []string) int {
	o := parse(args)
	start := time.Now()
	say("server %s %s, tls-san %v", o.name, o.nodeIP, o.sans)
	cgroup := prepare()
	images := inBackground(importImages)
	if o.token == "" {
		secret := make([]byte, 16)
		_, _ = rand.Read(secret)
		o.token = hex.EncodeToString(secret)
	}
	ca := makeCertificates(o)

	startAPIServer(o)
	admin := clientFor(adminKubeconfig)
	waitFor("apiserver ready", 3*time.Minute, func() error {
		return admin.Discovery().RESTClient().Get().AbsPath("/readyz").Do(context.Background()).Error()
	})
	startControllers(o)
	startNode(o, cgroup, ca.identityOf(o.name, o.nodeIP, localServer))
	if !o.disableDNS {
		go serveDNS(o.nodeIP, admin)
	}
	ready := network(o)
	serveJoin(o, ca)
	<-ready
	<-images
	waitForServiceAccount(admin)
	say("node %s is Ready %s after start", o.name, time.Since(start).Round(time.Millisecond))
	say("Node controller sync successful") // what K3sContainer waits for
	return untilSignal()
}

// waitForServiceAccount: no pod can be made before its namespace has one.
func waitForServiceAccount(admin kubernetes.Interface) {
	waitFor("default service account", time.Minute, func() error {
		_, err := admin.CoreV1().ServiceAccounts("default").Get(context.Background(), "default", metav1.GetOptions{})
		return err
	})
}

// makeCertificates writes everything below /etc/kubernetes/pki, the kubeconfigs of the control plane, and the token.
func makeCertificates(o options) *authority {
	ca := newAuthority(pkiDir, "ca", "kube-node-ca")
	frontProxy := newAuthority(pkiDir, "front-proxy-ca", "kube-node-front-proxy-ca")
	ca.issueTo(pkiDir, "apiserver", "kube-apiserver", nil, append([]string{
		"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
		"localhost", "127.0.0.1", kubeIP, o.nodeIP, o.name,
	}, o.sans...))
	ca.issueTo(pkiDir, "apiserver-kubelet-client", "kube-apiserver-kubelet-client", []string{"system:masters"}, nil)
	frontProxy.issueTo(pkiDir, "front-proxy-client", "front-proxy-client", nil, nil)
	serviceAccounts, err := rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	writeFile(pkiDir+"/sa.key", pemBlock("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(serviceAccounts)), 0o600)

	user := func(path, name string, groups ...string) {
		certificate, key := ca.issue(name, groups, nil)
		writeKubeconfig(path, localServer, ca.pem, certificate, key)
	}
	user(adminKubeconfig, "system:admin", "system:masters")
	user(managerKubeconfig, "system:kube-controller-manager")
	user(schedKubeconfig, "system:kube-scheduler")
	writeFile(tokenFile, []byte("K10"+ca.hash()+"::server:"+o.token+"\n"), 0o600)
	return ca
}

func startAPIServer(o options) {
	supervise("etcd", append([]string{
		"--data-dir=/var/lib/etcd", "--listen-client-urls=http://127.0.0.1:2379", "--advertise-client-urls=http://127.0.0.1:2379",
		"--listen-peer-urls=http://127.0.0.1:2380", "--unsafe-no-fsync", "--log-level=warn",
	}, o.extra["etcd"]...)...)
	supervise("kube-apiserver", append([]string{
		"--etcd-servers=http://127.0.0.1:2379", "--secure-port=6443", "--advertise-address=" + o.nodeIP, "--allow-privileged=true",
		"--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
		"--client-ca-file=" + pkiDir + "/ca.crt",
		"--tls-cert-file=" + pkiDir + "/apiserver.crt", "--tls-private-key-file=" + pkiDir + "/apiserver.key",
		"--kubelet-certificate-authority=" + pkiDir + "/ca.crt", "--kubelet-preferred-address-types=InternalIP",
		"--kubelet-client-certificate=" + pkiDir + "/apiserver-kubelet-client.crt",
		"--kubelet-client-key=" + pkiDir + "/apiserver-kubelet-client.key",
		"--service-cluster-ip-range=" + serviceCIDR, "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + pkiDir + "/sa.key", "--service-account-signing-key-file=" + pkiDir + "/sa.key",
		"--requestheader-client-ca-file=" + pkiDir + "/front-proxy-ca.crt", "--requestheader-allowed-names=front-proxy-client",
		"--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-", "--proxy-client-cert-file=" + pkiDir + "/front-proxy-client.crt",
		"--proxy-client-key-file=" + pkiDir + "/front-proxy-client.key", "--profiling=false", "--v=1",
	}, o.extra["kube-apiserver"]...)...)
}

func startControllers(o options) {
	supervise("kube-controller-manager", append([]string{
		"--kubeconfig=" + managerKubeconfig, "--leader-elect=false", "--use-service-account-credentials=true",
		"--allocate-node-cidrs=true", "--cluster-cidr=" + podCIDR, "--service-cluster-ip-range=" + serviceCIDR,
		"--service-account-private-key-file=" + pkiDir + "/sa.key", "--root-ca-file=" + pkiDir + "/ca.crt",
		"--cluster-signing-cert-file=" + pkiDir + "/ca.crt", "--cluster-signing-key-file=" + pkiDir + "/ca.key",
		"--bind-address=127.0.0.1", "--profiling=false", "--v=1",
	}, o.extra["kube-controller-manager"]...)...)
	supervise("kube-scheduler", append([]string{
		"--kubeconfig=" + schedKubeconfig, "--leader-elect=false", "--bind-address=127.0.0.1", "--v=1",
	}, o.extra["kube-scheduler"]...)...)
}
