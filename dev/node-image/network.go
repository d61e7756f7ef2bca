package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/vishvananda/netlink"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const cniDir = "/etc/cni/net.d"

const cniConfig = `{"cniVersion":"1.0.0","name":"kube","plugins":[
 {"type":"bridge","bridge":"cni0","isGateway":true,"ipMasq":true,"hairpinMode":true,
  "ipam":{"type":"host-local","ranges":[[{"subnet":"%s"}]],"routes":[{"dst":"0.0.0.0/0"}]}},
 {"type":"portmap","capabilities":{"portMappings":true}}]}`

// network gives the pods of this node their network: the CNI configuration once the node has its pod range, and one
// route for each other node. The channel is closed when this node is Ready.
func network(o options) <-chan struct{} {
	client := clientFor(proxyKubeconfig)
	ready := make(chan struct{})
	go func() {
		configured, announced := false, false
		for {
			nodes, err := client.CoreV1().Nodes().List(context.Background(), metav1.ListOptions{ResourceVersion: "0"})
			if err != nil {
				nodes = &corev1.NodeList{} // the server is not there yet, or not at the moment
			}
			for _, node := range nodes.Items {
				if node.Name != o.name {
					routeTo(node)
					continue
				}
				if !configured && node.Spec.PodCIDR != "" {
					writeCNI(node.Spec.PodCIDR)
					configured = true
				}
				if !announced && isReady(node) {
					close(ready)
					announced = true
				}
			}
			if announced {
				time.Sleep(time.Second)
			} else {
				time.Sleep(250 * time.Millisecond)
			}
		}
	}()
	return ready
}

// writeCNI renames the finished file into place: containerd reads whatever it finds.
func writeCNI(podRange string) {
	part := cniDir + "/.part"
	writeFile(part, fmt.Appendf(nil, cniConfig, podRange), 0o644)
	must(os.Rename(part, cniDir+"/10-kube.conflist"))
	say("pod range %s", podRange)
}

func isReady(node corev1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

func routeTo(node corev1.Node) {
	_, podRange, err := net.ParseCIDR(node.Spec.PodCIDR)
	if err != nil {
		return // not assigned yet
	}
	for _, address := range node.Status.Addresses {
		if address.Type != corev1.NodeInternalIP {
			continue
		}
		if err := netlink.RouteReplace(&netlink.Route{Dst: podRange, Gw: net.ParseIP(address.Address)}); err != nil {
			say("route to %s via %s: %v", podRange, address.Address, err)
		}
	}
}

// ownAddress is the address of the interface of the default route, or the first that is not the loopback's.
func ownAddress() string {
	routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	must(err)
	for _, route := range routes {
		if route.Dst != nil && !route.Dst.IP.IsUnspecified() {
			continue
		}
		link, err := netlink.LinkByIndex(route.LinkIndex)
		must(err)
		if addresses, err := netlink.AddrList(link, netlink.FAMILY_V4); err == nil && len(addresses) > 0 {
			return addresses[0].IP.String()
		}
	}
	addresses, err := net.InterfaceAddrs() // no default route, e.g. in an --internal docker network
	must(err)
	for _, address := range addresses {
		if ip, ok := address.(*net.IPNet); ok && ip.IP.To4() != nil && !ip.IP.IsLoopback() {
			return ip.IP.String()
		}
	}
	must(errors.New("this container has no IPv4 address"))
	return ""
}
