package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const namespace = "default" // of the pods that are debugged

func nodeName(i int) string   { return fmt.Sprintf("fake-%04d", i) }
func targetName(i int) string { return fmt.Sprintf("target-%04d", i) }

// makeFleet makes nodes that are nothing but objects, and on each of them a pod to debug and the pods of the chart's DaemonSets.
func makeFleet(admin *api, nodes int) error {
	agent, err := admin.call(http.MethodGet, "/apis/apps/v1/namespaces/cntr-system/daemonsets/cntr-agent", nil)
	if err != nil {
		return err
	}
	relay, err := admin.call(http.MethodGet, "/apis/apps/v1/namespaces/cntr-relay/daemonsets/cntr-relay", nil)
	if err != nil {
		return err
	}
	target := object{
		"metadata": object{},
		"spec":     object{"containers": []any{object{"name": "app", "image": "busybox:test", "command": []any{"sleep", "86400"}}}},
	}
	return inParallel(nodes, 32, func(i int) error {
		node := object{
			"apiVersion": "v1", "kind": "Node", "metadata": object{"name": nodeName(i)},
			"status": object{"conditions": []any{condition("Ready", "True", "KubeletReady", "")}},
		}
		if _, err := admin.call(http.MethodPost, "/api/v1/nodes", node); err != nil {
			return err
		}
		if err := makePod(admin, "cntr-system", fmt.Sprintf("cntr-agent-%04d", i), nodeName(i), at(agent, "spec", "template")); err != nil {
			return err
		}
		if err := makePod(admin, "cntr-relay", fmt.Sprintf("cntr-relay-%04d", i), nodeName(i), at(relay, "spec", "template")); err != nil {
			return err
		}
		return makePod(admin, namespace, targetName(i), nodeName(i), target)
	})
}

// makePod makes a pod of a template that runs and is ready, as far as its status tells.
func makePod(admin *api, namespace, name, node string, template any) error {
	pod := copyOf(template)
	pod["apiVersion"], pod["kind"] = "v1", "Pod"
	pod["metadata"].(object)["name"] = name
	spec := pod["spec"].(object)
	spec["nodeName"] = node
	path := "/api/v1/namespaces/" + namespace + "/pods"
	if _, err := admin.call(http.MethodPost, path, pod); err != nil {
		return err
	}
	var conditions, containers []any
	for _, kind := range []string{"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"} {
		conditions = append(conditions, condition(kind, "True", "", ""))
	}
	for i, container := range spec["containers"].([]any) {
		containers = append(containers, object{
			"name": text(container, "name"), "image": text(container, "image"), "imageID": "sha256:" + hexOf(name, i, 64),
			"containerID": "containerd://" + hexOf(name, i, 64), "ready": true, "started": true, "restartCount": 0,
			"state": object{"running": object{"startedAt": now()}},
		})
	}
	status := object{"status": object{
		"phase": "Running", "conditions": conditions, "containerStatuses": containers, "startTime": now(),
		"hostIP": "192.0.2.1", "podIP": "198.51.100.1", "podIPs": []any{object{"ip": "198.51.100.1"}},
	}}
	_, err := admin.call(http.MethodPatch, path+"/"+name+"/status", status)
	return err
}

func condition(kind, status, reason, message string) object {
	return object{"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": now()}
}

func now() string { return time.Now().UTC().Format(time.RFC3339) }

func hexOf(name string, i, length int) string {
	digits := fmt.Sprintf("%x%02x", name, i)
	for len(digits) < length {
		digits += digits
	}
	return digits[:length]
}

func copyOf(value any) object {
	encoded, err := json.Marshal(value)
	if err != nil {
		fail("%v", err)
	}
	var copied object
	if err := json.Unmarshal(encoded, &copied); err != nil {
		fail("%v", err)
	}
	return copied
}

// inParallel does it for 0 … count-1, some at once; gives the first error.
func inParallel(count, atOnce int, do func(i int) error) error {
	numbers, errors := make(chan int), make(chan error, atOnce)
	for range atOnce {
		go func() {
			var first error
			for i := range numbers {
				if first == nil {
					first = do(i)
				}
			}
			errors <- first
		}()
	}
	for i := range count {
		numbers <- i
	}
	close(numbers)
	var first error
	for range atOnce {
		if err := <-errors; first == nil {
			first = err
		}
	}
	return first
}
