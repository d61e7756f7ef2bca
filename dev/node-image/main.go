// node-image is one node of a real Kubernetes cluster in one static binary: API server, controller manager, scheduler,
// kubelet, kube-proxy, etcd and kubectl, and beside them the entry points "server" and "agent" of the node's container.
//
// They take the flags and print the log lines of k3s that Testcontainers' K3sContainer uses, so that the image can
// stand in for rancher/k3s where no image can be pulled. A component is chosen by the name that the program is called
// by (links kubectl, kubelet, ...) or, if that is none of them, by the first argument.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	_ "time/tzdata" // CronJob time zones

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // kubectl auth plugins
	"k8s.io/component-base/cli"
	"k8s.io/component-base/logs"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// components are the programs of Kubernetes; each returns its exit status.
var components = map[string]func(args []string) int{
	"kube-apiserver":          component(apiserver.NewAPIServerCommand),
	"kube-controller-manager": component(controllermanager.NewControllerManagerCommand),
	"kube-scheduler":          component(func() *cobra.Command { return scheduler.NewSchedulerCommand() }),
	"kube-proxy":              component(proxy.NewProxyCommand),
	"kubelet":                 component(func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) }),
	"etcd":                    func(args []string) int { etcdmain.Main(args); return 0 },
	"kubectl":                 runKubectl,
}

func component(newCommand func() *cobra.Command) func([]string) int {
	return func([]string) int { return cli.Run(newCommand()) }
}

func runKubectl([]string) int {
	_, _ = logs.GlogSetter(kubectl.GetLogVerbosity(os.Args))
	if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
		kubectlutil.CheckErr(err)
	}
	return 0
}

func main() {
	if run, known := components[filepath.Base(os.Args[0])]; known {
		os.Exit(run(os.Args))
	}
	if len(os.Args) > 1 {
		name := os.Args[1]
		switch name {
		case "server":
			os.Exit(server(os.Args[2:]))
		case "agent":
			os.Exit(agent(os.Args[2:]))
		}
		if run, known := components[name]; known {
			os.Args = os.Args[1:]
			os.Exit(run(os.Args))
		}
	}
	fmt.Fprintln(os.Stderr, "usage: kube-node (server|agent|kube-apiserver|kube-controller-manager|kube-scheduler|kubelet|kube-proxy|kubectl|etcd) [flags]")
	os.Exit(2)
}
