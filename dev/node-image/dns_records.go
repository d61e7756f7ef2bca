package main

import (
	"context"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// records are the cluster's names with their IPv4 addresses, as the Services and EndpointSlices were half a second ago.
type records struct {
	mutex     sync.RWMutex
	addresses map[string][]string
}

func (r *records) find(name string) (addresses []string, found bool) {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	addresses, found = r.addresses[name]
	return addresses, found
}

func (r *records) keepCurrent(client kubernetes.Interface) {
	list := metav1.ListOptions{ResourceVersion: "0"} // from the API server's watch cache
	for ; ; time.Sleep(500 * time.Millisecond) {
		services, err := client.CoreV1().Services("").List(context.Background(), list)
		if err != nil {
			continue
		}
		slices, err := client.DiscoveryV1().EndpointSlices("").List(context.Background(), list)
		if err != nil {
			continue
		}
		current := addressesOf(services.Items, slices.Items)
		r.mutex.Lock()
		r.addresses = current
		r.mutex.Unlock()
	}
}

// addressesOf gives a service its cluster address or, if it is headless, its ready endpoints and their host names.
func addressesOf(services []corev1.Service, slices []discoveryv1.EndpointSlice) map[string][]string {
	table := map[string][]string{}
	headless := map[string]bool{}
	for _, service := range services {
		name := domainName(service.Name, service.Namespace)
		table[name] = nil
		if ip := service.Spec.ClusterIP; ip != "" && ip != corev1.ClusterIPNone {
			table[name] = []string{ip}
		} else {
			headless[name] = true
		}
	}
	for _, slice := range slices {
		name := domainName(slice.Labels[discoveryv1.LabelServiceName], slice.Namespace)
		if !headless[name] {
			continue
		}
		for _, endpoint := range slice.Endpoints {
			if ready := endpoint.Conditions.Ready; ready != nil && !*ready {
				continue
			}
			table[name] = append(table[name], endpoint.Addresses...)
			if endpoint.Hostname != nil {
				table[*endpoint.Hostname+"."+name] = endpoint.Addresses
			}
		}
	}
	return table
}

func domainName(service, namespace string) string {
	return strings.ToLower(service + "." + namespace + ".svc.cluster.local.")
}
