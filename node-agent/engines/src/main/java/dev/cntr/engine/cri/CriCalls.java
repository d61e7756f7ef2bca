package dev.cntr.engine.cri;

import com.google.protobuf.Message;
import dev.cntr.engine.cri.CriProto.ContainerStatusRequest;
import dev.cntr.engine.cri.CriProto.ContainerStatusResponse;
import dev.cntr.engine.cri.CriProto.ListContainersRequest;
import dev.cntr.engine.cri.CriProto.ListContainersResponse;
import dev.cntr.engine.cri.CriProto.StatusRequest;
import dev.cntr.engine.cri.CriProto.StatusResponse;
import dev.cntr.engine.cri.CriProto.VersionRequest;
import dev.cntr.engine.cri.CriProto.VersionResponse;
import io.grpc.MethodDescriptor;

/** The calls of {@code runtime.v1.RuntimeService} that cntr makes. */
final class CriCalls {
    static final String SERVICE = "runtime.v1.RuntimeService";

    static final MethodDescriptor<VersionRequest, VersionResponse> VERSION =
            unary("Version", VersionRequest.getDefaultInstance(), VersionResponse.getDefaultInstance());
    static final MethodDescriptor<StatusRequest, StatusResponse> STATUS =
            unary("Status", StatusRequest.getDefaultInstance(), StatusResponse.getDefaultInstance());
    static final MethodDescriptor<ListContainersRequest, ListContainersResponse> LIST_CONTAINERS = unary(
            "ListContainers", ListContainersRequest.getDefaultInstance(), ListContainersResponse.getDefaultInstance());
    static final MethodDescriptor<ContainerStatusRequest, ContainerStatusResponse> CONTAINER_STATUS = unary(
            "ContainerStatus",
            ContainerStatusRequest.getDefaultInstance(),
            ContainerStatusResponse.getDefaultInstance());

    private CriCalls() {}

    private static <Q extends Message, A extends Message> MethodDescriptor<Q, A> unary(
            String name, Q request, A response) {
        return RuntimeChannel.unary(SERVICE, name, request, response);
    }
}
