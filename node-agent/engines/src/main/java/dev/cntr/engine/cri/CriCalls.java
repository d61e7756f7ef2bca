package dev.cntr.engine.cri;

import com.google.protobuf.Message;
import dev.cntr.engine.cri.CriProto.ContainerStatusRequest;
import dev.cntr.engine.cri.CriProto.ContainerStatusResponse;
import dev.cntr.engine.cri.CriProto.ImageFsInfoRequest;
import dev.cntr.engine.cri.CriProto.ImageFsInfoResponse;
import dev.cntr.engine.cri.CriProto.ImageStatusRequest;
import dev.cntr.engine.cri.CriProto.ImageStatusResponse;
import dev.cntr.engine.cri.CriProto.ListContainersRequest;
import dev.cntr.engine.cri.CriProto.ListContainersResponse;
import dev.cntr.engine.cri.CriProto.PullImageRequest;
import dev.cntr.engine.cri.CriProto.PullImageResponse;
import dev.cntr.engine.cri.CriProto.StatusRequest;
import dev.cntr.engine.cri.CriProto.StatusResponse;
import dev.cntr.engine.cri.CriProto.VersionRequest;
import dev.cntr.engine.cri.CriProto.VersionResponse;
import io.grpc.MethodDescriptor;

/** The calls of {@code runtime.v1.RuntimeService} and {@code ImageService} that cntr makes. */
final class CriCalls {
    static final String SERVICE = "runtime.v1.RuntimeService";
    static final String IMAGES = "runtime.v1.ImageService";

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

    static final MethodDescriptor<ImageStatusRequest, ImageStatusResponse> IMAGE_STATUS = RuntimeChannel.unary(
            IMAGES, "ImageStatus", ImageStatusRequest.getDefaultInstance(), ImageStatusResponse.getDefaultInstance());
    static final MethodDescriptor<PullImageRequest, PullImageResponse> PULL_IMAGE = RuntimeChannel.unary(
            IMAGES, "PullImage", PullImageRequest.getDefaultInstance(), PullImageResponse.getDefaultInstance());

    static final MethodDescriptor<ImageFsInfoRequest, ImageFsInfoResponse> IMAGE_FS_INFO = RuntimeChannel.unary(
            IMAGES, "ImageFsInfo", ImageFsInfoRequest.getDefaultInstance(), ImageFsInfoResponse.getDefaultInstance());

    private CriCalls() {}

    private static <Q extends Message, A extends Message> MethodDescriptor<Q, A> unary(
            String name, Q request, A response) {
        return RuntimeChannel.unary(SERVICE, name, request, response);
    }
}
