/**
 * The container runtime interface of Kubernetes nodes, v1, by gRPC on a unix socket: containerd, CRI-O, k3s.
 *
 * <p>The messages are those of {@code src/main/proto/cri.proto}, a cut copy of the API's definition.
 */
@NullMarked
package dev.cntr.engine.cri;

import org.jspecify.annotations.NullMarked;
