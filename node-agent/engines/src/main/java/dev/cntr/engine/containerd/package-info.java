/**
 * containerd's own API by gRPC: containers and tasks, which belong to namespaces of containerd's own (docker's are in
 * {@code moby}, the kubelet's in {@code k8s.io}).
 *
 * <p>The messages are those of {@code src/main/proto/containerd.proto}, a cut copy of the API's definitions.
 */
@NullMarked
package dev.cntr.engine.containerd;

import org.jspecify.annotations.NullMarked;
