package dev.cntr.engine.cri;

import dev.cntr.engine.cri.CriProto.Container;
import dev.cntr.engine.cri.CriProto.ContainerMetadata;
import dev.cntr.engine.cri.CriProto.ContainerState;
import dev.cntr.engine.cri.CriProto.ContainerStatus;
import dev.cntr.engine.cri.CriProto.ContainerStatusResponse;
import dev.cntr.engine.cri.CriProto.ImageSpec;
import dev.cntr.engine.cri.CriProto.ImageStatusResponse;
import dev.cntr.engine.cri.CriProto.ListContainersResponse;
import dev.cntr.engine.cri.CriProto.PullImageResponse;
import dev.cntr.engine.cri.CriProto.RuntimeCondition;
import dev.cntr.engine.cri.CriProto.RuntimeStatus;
import dev.cntr.engine.cri.CriProto.StatusResponse;
import dev.cntr.engine.cri.CriProto.VersionResponse;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A gRPC server on a unix socket that answers as containerd does. */
final class FakeRuntime implements AutoCloseable {
    private static final int NET_EVENTS = 1;

    final List<ContainerStatusResponse> containers = new ArrayList<>();
    /** Images that it has, by name, and those that it finds when it pulls; their ids are the names backwards. */
    final List<String> images = new ArrayList<>();

    final List<String> registry = new ArrayList<>();
    final List<String> pulled = new ArrayList<>();
    /** What the registry asks for; nothing lets everybody in. */
    String password = "";

    String name = "containerd";
    boolean ready = true;
    boolean slow;

    private final MultiThreadIoEventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(NET_EVENTS, NioIoHandler.newFactory());
    private final Path socket;
    private final Server server;

    FakeRuntime(Path socket) throws IOException {
        this.socket = socket;
        Files.deleteIfExists(socket);
        this.server = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioServerDomainSocketChannel.class)
                .bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .withChildOption(ChannelOption.SO_KEEPALIVE, null)
                .addService(service())
                .addService(imageService())
                .build()
                .start();
    }

    private ServerServiceDefinition service() {
        var builder = ServerServiceDefinition.builder(CriCalls.SERVICE);
        unary(
                builder,
                CriCalls.VERSION,
                ignored -> VersionResponse.newBuilder()
                        .setVersion("0.1.0")
                        .setRuntimeName(name)
                        .setRuntimeVersion("1.7.29")
                        .setRuntimeApiVersion("v1")
                        .build());
        unary(
                builder,
                CriCalls.STATUS,
                ignored -> StatusResponse.newBuilder()
                        .setStatus(RuntimeStatus.newBuilder()
                                .addConditions(condition("RuntimeReady", ready, "ShimFailed"))
                                .addConditions(condition("NetworkReady", false, "NetworkPluginNotReady")))
                        .build());
        unary(
                builder,
                CriCalls.LIST_CONTAINERS,
                ignored -> ListContainersResponse.newBuilder()
                        .addAllContainers(containers.stream()
                                .map(ContainerStatusResponse::getStatus)
                                .map(FakeRuntime::listed)
                                .toList())
                        .build());
        unary(
                builder,
                CriCalls.CONTAINER_STATUS,
                request -> containers.stream()
                        .filter(c -> c.getStatus().getId().startsWith(request.getContainerId()))
                        .findFirst()
                        .map(c -> request.getVerbose()
                                ? c
                                : c.toBuilder().clearInfo().build())
                        .orElseThrow(() -> Status.NOT_FOUND
                                .withDescription("an error occurred when try to find container \"%s\": not found"
                                        .formatted(request.getContainerId()))
                                .asRuntimeException()));
        return builder.build();
    }

    private ServerServiceDefinition imageService() {
        var builder = ServerServiceDefinition.builder(CriCalls.IMAGES);
        unary(builder, CriCalls.IMAGE_STATUS, request -> {
            String image = request.getImage().getImage();
            ImageStatusResponse.Builder status = ImageStatusResponse.newBuilder();
            if (images.contains(image)) {
                status.setImage(CriProto.Image.newBuilder().setId(id(image)));
            }
            return status.build();
        });
        unary(builder, CriCalls.PULL_IMAGE, request -> {
            String image = request.getImage().getImage();
            pulled.add(image);
            if (!registry.contains(image) || !request.getAuth().getPassword().equals(password)) {
                throw Status.UNKNOWN.withDescription("pull access denied").asRuntimeException();
            }
            images.add(image);
            return PullImageResponse.newBuilder().setImageRef(id(image)).build();
        });
        return builder.build();
    }

    static String id(String image) {
        return new StringBuilder(image).reverse().toString();
    }

    private <Q, A> void unary(
            ServerServiceDefinition.Builder builder, MethodDescriptor<Q, A> method, Function<Q, A> answer) {
        builder.addMethod(method, ServerCalls.asyncUnaryCall((request, observer) -> {
            if (slow) {
                return; // never answers
            }
            try {
                observer.onNext(answer.apply(request));
                observer.onCompleted();
            } catch (RuntimeException e) {
                observer.onError(e);
            }
        }));
    }

    private static RuntimeCondition condition(String type, boolean status, String reason) {
        return RuntimeCondition.newBuilder()
                .setType(type)
                .setStatus(status)
                .setReason(status ? "" : reason)
                .setMessage(status ? "" : "because")
                .build();
    }

    private static Container listed(ContainerStatus s) {
        return Container.newBuilder()
                .setId(s.getId())
                .setMetadata(s.getMetadata())
                .setState(s.getState())
                .setImage(s.getImage())
                .putAllLabels(s.getLabelsMap())
                .build();
    }

    void add(String id, String pod, ContainerState state, String info) {
        containers.add(ContainerStatusResponse.newBuilder()
                .setStatus(ContainerStatus.newBuilder()
                        .setId(id)
                        .setMetadata(ContainerMetadata.newBuilder().setName("app"))
                        .setState(state)
                        .setExitCode(3)
                        .setReason(state == ContainerState.CONTAINER_EXITED ? "Error" : "")
                        .setImage(ImageSpec.newBuilder().setImage("registry.example/app:1"))
                        .putAllLabels(Map.of(
                                "io.kubernetes.pod.namespace",
                                "shop",
                                "io.kubernetes.pod.name",
                                pod,
                                "io.kubernetes.pod.uid",
                                "uid-of-" + pod,
                                "io.kubernetes.container.name",
                                "app")))
                .putInfo("info", info)
                .build());
    }

    @Override
    public void close() throws InterruptedException, IOException {
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        Files.deleteIfExists(socket);
    }
}
