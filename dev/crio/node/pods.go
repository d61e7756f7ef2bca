package main

import (
	"context"
	"maps"
	"path/filepath"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

const limit = 50 * time.Second

// client makes the calls that a kubelet makes.
type client struct {
	cri.RuntimeServiceClient
	images cri.ImageServiceClient
	ctx    context.Context
	close  func()
}

func connect(dir string) (client, error) {
	connection, err := grpc.NewClient("unix://"+filepath.Join(dir, socket), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return client{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	end := func() {
		cancel()
		connection.Close()
	}
	return client{cri.NewRuntimeServiceClient(connection), cri.NewImageServiceClient(connection), ctx, end}, nil
}

// create makes a pod and its only container, by their names and that of the namespace.
func (c client) create(image string, names []string, command []string) (string, error) {
	spec := &cri.ImageSpec{Image: image, UserSpecifiedImage: image}
	if _, err := c.images.PullImage(c.ctx, &cri.PullImageRequest{Image: spec}); err != nil {
		return "", err
	}
	namespace, pod, container := names[0], names[1], names[2]
	uid := "uid-of-" + pod
	labels := map[string]string{
		"io.kubernetes.pod.namespace": namespace, "io.kubernetes.pod.name": pod, "io.kubernetes.pod.uid": uid,
	}
	spaces := &cri.NamespaceOption{Network: cri.NamespaceMode_NODE, Pid: cri.NamespaceMode_CONTAINER}
	sandbox := &cri.PodSandboxConfig{
		Metadata: &cri.PodSandboxMetadata{Namespace: namespace, Name: pod, Uid: uid},
		Labels:   labels,
		Linux: &cri.LinuxPodSandboxConfig{
			CgroupParent:    "/" + cgroup,
			SecurityContext: &cri.LinuxSandboxSecurityContext{NamespaceOptions: spaces},
		},
	}
	made, err := c.RunPodSandbox(c.ctx, &cri.RunPodSandboxRequest{Config: sandbox})
	if err != nil {
		return "", err
	}
	own := maps.Clone(labels)
	own["io.kubernetes.container.name"] = container
	created, err := c.CreateContainer(c.ctx, &cri.CreateContainerRequest{
		PodSandboxId:  made.PodSandboxId,
		SandboxConfig: sandbox,
		Config: &cri.ContainerConfig{
			Metadata: &cri.ContainerMetadata{Name: container},
			Image:    spec,
			Command:  command,
			Labels:   own,
			Linux: &cri.LinuxContainerConfig{
				SecurityContext: &cri.LinuxContainerSecurityContext{NamespaceOptions: spaces},
			},
		},
	})
	if err != nil {
		return "", err
	}
	return created.ContainerId, nil
}

func (c client) start(id string) error {
	_, err := c.StartContainer(c.ctx, &cri.StartContainerRequest{ContainerId: id})
	return err
}

// removePods ends all containers at once, without the time that the kubelet would give them.
func (c client) removePods() error {
	containers, err := c.ListContainers(c.ctx, &cri.ListContainersRequest{})
	if err != nil {
		return err
	}
	for _, container := range containers.Containers {
		if _, err := c.StopContainer(c.ctx, &cri.StopContainerRequest{ContainerId: container.Id}); err != nil {
			return err
		}
	}
	pods, err := c.ListPodSandbox(c.ctx, &cri.ListPodSandboxRequest{})
	if err != nil {
		return err
	}
	for _, pod := range pods.Items {
		if _, err := c.StopPodSandbox(c.ctx, &cri.StopPodSandboxRequest{PodSandboxId: pod.Id}); err != nil {
			return err
		}
		if _, err := c.RemovePodSandbox(c.ctx, &cri.RemovePodSandboxRequest{PodSandboxId: pod.Id}); err != nil {
			return err
		}
	}
	removeCgroups()
	return nil
}
