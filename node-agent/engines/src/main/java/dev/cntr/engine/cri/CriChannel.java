package dev.cntr.engine.cri;

import dev.cntr.engine.EngineException;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.stub.ClientCalls;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * One kept gRPC connection to a unix socket, made anew when the runtime was restarted. Its failures are explained.
 *
 * <p>It runs on the JDK's own unix sockets: netty's epoll transport would unpack a native library into a writable
 * directory.
 */
final class CriChannel implements AutoCloseable {
    /** A node with some hundred containers, each with its whole spec, stays far below. */
    private static final int MAX_MESSAGE = 64 * 1024 * 1024;

    private final Path socket;
    private final Duration deadline;
    private final EventLoopGroup loop;
    private final ManagedChannel channel;

    CriChannel(Path socket, Duration deadline) {
        this.socket = socket;
        this.deadline = deadline;
        this.loop =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("cri", true), NioIoHandler.newFactory());
        this.channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
                .eventLoopGroup(loop)
                .withOption(ChannelOption.SO_KEEPALIVE, null) // gRPC sets it for TCP
                .overrideAuthority("localhost") // the path, as an authority, is refused by Go's HTTP/2
                .usePlaintext()
                .directExecutor()
                .maxInboundMessageSize(MAX_MESSAGE)
                .build();
    }

    /** Makes a call that only reads: where the connection was lost, it is made a second time. */
    <Q, A> A call(MethodDescriptor<Q, A> method, Q request) {
        if (!Files.exists(socket)) {
            throw new EngineException.Unreachable(
                    "no container runtime listens on " + socket + ": it does not exist. Is the runtime up?", null);
        }
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS);
        try {
            return ClientCalls.blockingUnaryCall(channel, method, options, request);
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
                throw explained(method, e);
            }
            return again(method, request, e);
        }
    }

    /** After a restart of the runtime gRPC waits before it connects again: here it has to connect at once. */
    private <Q, A> A again(MethodDescriptor<Q, A> method, Q request, StatusRuntimeException first) {
        channel.resetConnectBackoff();
        CallOptions options = CallOptions.DEFAULT
                .withDeadlineAfter(deadline.toNanos() / 4, TimeUnit.NANOSECONDS)
                .withWaitForReady();
        try {
            return ClientCalls.blockingUnaryCall(channel, method, options, request);
        } catch (StatusRuntimeException e) {
            throw explained(method, e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED ? first : e);
        }
    }

    /** NOT_FOUND stays as it is: only the caller knows what was asked for. */
    private RuntimeException explained(MethodDescriptor<?, ?> method, StatusRuntimeException e) {
        Status status = e.getStatus();
        String what = "the container runtime on " + socket;
        return switch (status.getCode()) {
            case NOT_FOUND -> e;
            case DEADLINE_EXCEEDED ->
                new EngineException.Unreachable(
                        what + " did not answer " + method.getBareMethodName() + " within " + deadline.toMillis()
                                + " ms. Is it overloaded, or does another program own that socket?",
                        e);
            case UNAVAILABLE -> new EngineException.Unreachable(what + " cannot be reached: " + reason(status), e);
            case UNIMPLEMENTED ->
                new EngineException.Unsupported(
                        what + " does not speak CRI v1. For containerd (1.6 or later) the cri plugin must not be"
                                + " disabled in its config.toml",
                        e);
            default ->
                new EngineException.Unreachable(
                        what + " refused " + method.getBareMethodName() + ": " + status.getCode() + " "
                                + status.getDescription(),
                        e);
        };
    }

    private static String reason(Status status) {
        String reason = String.valueOf(status.getDescription());
        for (Throwable t = status.getCause(); t != null; t = t.getCause()) {
            if (t.getMessage() != null) {
                reason = t.getMessage();
            }
        }
        return reason.contains("Permission denied")
                ? reason + ". Only root may ask it: run as root, in a pod as user 0"
                : reason;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
