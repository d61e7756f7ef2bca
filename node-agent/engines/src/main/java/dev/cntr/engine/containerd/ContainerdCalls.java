package dev.cntr.engine.containerd;

import dev.cntr.engine.containerd.ContainerdProto.CreateRequest;
import dev.cntr.engine.containerd.ContainerdProto.CreateResponse;
import dev.cntr.engine.containerd.ContainerdProto.DeleteRequest;
import dev.cntr.engine.containerd.ContainerdProto.Empty;
import dev.cntr.engine.containerd.ContainerdProto.Envelope;
import dev.cntr.engine.containerd.ContainerdProto.GetContainerRequest;
import dev.cntr.engine.containerd.ContainerdProto.GetContainerResponse;
import dev.cntr.engine.containerd.ContainerdProto.GetImageRequest;
import dev.cntr.engine.containerd.ContainerdProto.GetImageResponse;
import dev.cntr.engine.containerd.ContainerdProto.GetTaskRequest;
import dev.cntr.engine.containerd.ContainerdProto.GetTaskResponse;
import dev.cntr.engine.containerd.ContainerdProto.InfoRequest;
import dev.cntr.engine.containerd.ContainerdProto.InfoResponse;
import dev.cntr.engine.containerd.ContainerdProto.ListContainersRequest;
import dev.cntr.engine.containerd.ContainerdProto.ListContainersResponse;
import dev.cntr.engine.containerd.ContainerdProto.ListNamespacesRequest;
import dev.cntr.engine.containerd.ContainerdProto.ListNamespacesResponse;
import dev.cntr.engine.containerd.ContainerdProto.ListRequest;
import dev.cntr.engine.containerd.ContainerdProto.ListResponse;
import dev.cntr.engine.containerd.ContainerdProto.ListTasksRequest;
import dev.cntr.engine.containerd.ContainerdProto.ListTasksResponse;
import dev.cntr.engine.containerd.ContainerdProto.ReadContentRequest;
import dev.cntr.engine.containerd.ContainerdProto.ReadContentResponse;
import dev.cntr.engine.containerd.ContainerdProto.RemoveSnapshotRequest;
import dev.cntr.engine.containerd.ContainerdProto.StatSnapshotRequest;
import dev.cntr.engine.containerd.ContainerdProto.StatSnapshotResponse;
import dev.cntr.engine.containerd.ContainerdProto.SubscribeRequest;
import dev.cntr.engine.containerd.ContainerdProto.VersionResponse;
import dev.cntr.engine.containerd.ContainerdProto.ViewSnapshotRequest;
import dev.cntr.engine.containerd.ContainerdProto.ViewSnapshotResponse;
import dev.cntr.engine.cri.RuntimeChannel;
import io.grpc.MethodDescriptor;

/** The calls that cntr makes. */
final class ContainerdCalls {
    private static final String SERVICES = "containerd.services.";

    static final MethodDescriptor<Empty, VersionResponse> VERSION = RuntimeChannel.unary(
            SERVICES + "version.v1.Version",
            "Version",
            Empty.getDefaultInstance(),
            VersionResponse.getDefaultInstance());
    static final MethodDescriptor<ListNamespacesRequest, ListNamespacesResponse> NAMESPACES = RuntimeChannel.unary(
            SERVICES + "namespaces.v1.Namespaces",
            "List",
            ListNamespacesRequest.getDefaultInstance(),
            ListNamespacesResponse.getDefaultInstance());
    static final MethodDescriptor<ListContainersRequest, ListContainersResponse> CONTAINERS = RuntimeChannel.unary(
            SERVICES + "containers.v1.Containers",
            "List",
            ListContainersRequest.getDefaultInstance(),
            ListContainersResponse.getDefaultInstance());
    static final MethodDescriptor<GetContainerRequest, GetContainerResponse> CONTAINER = RuntimeChannel.unary(
            SERVICES + "containers.v1.Containers",
            "Get",
            GetContainerRequest.getDefaultInstance(),
            GetContainerResponse.getDefaultInstance());
    static final MethodDescriptor<ListTasksRequest, ListTasksResponse> TASKS = RuntimeChannel.unary(
            SERVICES + "tasks.v1.Tasks",
            "List",
            ListTasksRequest.getDefaultInstance(),
            ListTasksResponse.getDefaultInstance());
    static final MethodDescriptor<GetTaskRequest, GetTaskResponse> TASK = RuntimeChannel.unary(
            SERVICES + "tasks.v1.Tasks",
            "Get",
            GetTaskRequest.getDefaultInstance(),
            GetTaskResponse.getDefaultInstance());
    static final MethodDescriptor<GetImageRequest, GetImageResponse> IMAGE = RuntimeChannel.unary(
            SERVICES + "images.v1.Images",
            "Get",
            GetImageRequest.getDefaultInstance(),
            GetImageResponse.getDefaultInstance());
    static final MethodDescriptor<ReadContentRequest, ReadContentResponse> READ = RuntimeChannel.streaming(
            SERVICES + "content.v1.Content",
            "Read",
            ReadContentRequest.getDefaultInstance(),
            ReadContentResponse.getDefaultInstance());
    static final MethodDescriptor<InfoRequest, InfoResponse> INFO = RuntimeChannel.unary(
            SERVICES + "content.v1.Content",
            "Info",
            InfoRequest.getDefaultInstance(),
            InfoResponse.getDefaultInstance());
    static final MethodDescriptor<StatSnapshotRequest, StatSnapshotResponse> STAT = RuntimeChannel.unary(
            SERVICES + "snapshots.v1.Snapshots",
            "Stat",
            StatSnapshotRequest.getDefaultInstance(),
            StatSnapshotResponse.getDefaultInstance());
    static final MethodDescriptor<ViewSnapshotRequest, ViewSnapshotResponse> VIEW = RuntimeChannel.unary(
            SERVICES + "snapshots.v1.Snapshots",
            "View",
            ViewSnapshotRequest.getDefaultInstance(),
            ViewSnapshotResponse.getDefaultInstance());
    static final MethodDescriptor<RemoveSnapshotRequest, Empty> REMOVE = RuntimeChannel.unary(
            SERVICES + "snapshots.v1.Snapshots",
            "Remove",
            RemoveSnapshotRequest.getDefaultInstance(),
            Empty.getDefaultInstance());
    static final MethodDescriptor<CreateRequest, CreateResponse> LEASE = RuntimeChannel.unary(
            SERVICES + "leases.v1.Leases",
            "Create",
            CreateRequest.getDefaultInstance(),
            CreateResponse.getDefaultInstance());
    static final MethodDescriptor<DeleteRequest, Empty> END_LEASE = RuntimeChannel.unary(
            SERVICES + "leases.v1.Leases", "Delete", DeleteRequest.getDefaultInstance(), Empty.getDefaultInstance());
    static final MethodDescriptor<ListRequest, ListResponse> LEASES = RuntimeChannel.unary(
            SERVICES + "leases.v1.Leases", "List", ListRequest.getDefaultInstance(), ListResponse.getDefaultInstance());

    static final MethodDescriptor<SubscribeRequest, Envelope> SUBSCRIBE = RuntimeChannel.streaming(
            SERVICES + "events.v1.Events",
            "Subscribe",
            SubscribeRequest.getDefaultInstance(),
            Envelope.getDefaultInstance());

    private ContainerdCalls() {}
}
