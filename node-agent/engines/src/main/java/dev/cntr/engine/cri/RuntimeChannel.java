package dev.cntr.engine.cri;

import com.google.protobuf.Message;
import dev.cntr.engine.EngineException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
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
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/**
 * One kept gRPC connection to a container runtime's unix socket, whichever of its services is spoken to; made anew when the runtime was restarted. Its failures are explained.
 *
 * <p>It runs on the JDK's own unix sockets: netty's epoll transport would unpack a native library into a writable
 * directory.
 */
public final class RuntimeChannel implements AutoCloseable {
    /** A node with some hundred containers, each with its whole spec, stays far below. */
    private static final int MAX_MESSAGE = 64 * 1024 * 1024;

    static final Duration DEADLINE = Duration.ofSeconds(5);

    private final Path socket;
    private final Duration deadline;
    private final EventLoopGroup loop;
    private final ManagedChannel channel;

    RuntimeChannel(Path socket, Duration deadline) {
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

    /** To a socket, which is connected to at the first call. */
    public static RuntimeChannel on(Path socket) {
        return new RuntimeChannel(socket, DEADLINE);
    }

    Path socket() {
        return socket;
    }

    /** Describes a call that may be made twice. */
    public static <Q extends Message, A extends Message> MethodDescriptor<Q, A> unary(
            String service, String name, Q request, A response) {
        return described(MethodDescriptor.MethodType.UNARY, service, name, request, response);
    }

    /** Describes a call that only reads, with any number of answers. */
    public static <Q extends Message, A extends Message> MethodDescriptor<Q, A> streaming(
            String service, String name, Q request, A response) {
        return described(MethodDescriptor.MethodType.SERVER_STREAMING, service, name, request, response);
    }

    private static <Q extends Message, A extends Message> MethodDescriptor<Q, A> described(
            MethodDescriptor.MethodType type, String service, String name, Q request, A response) {
        return MethodDescriptor.<Q, A>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(service, name))
                .setRequestMarshaller(ProtoUtils.marshaller(request))
                .setResponseMarshaller(ProtoUtils.marshaller(response))
                .setSafe(true)
                .setIdempotent(true)
                .build();
    }

    /** Whether a call's failure means that what was asked for is not there. */
    public static boolean isNotFound(StatusRuntimeException e) {
        return e.getStatus().getCode() == Status.Code.NOT_FOUND;
    }

    /** Makes a call without headers. */
    public <Q, A> A call(MethodDescriptor<Q, A> method, Q request) {
        return call(method, request, new Metadata());
    }

    /**
     * Makes a call that may be made twice: where the connection was lost, it is.
     *
     * @throws StatusRuntimeException NOT_FOUND only: what was asked for is known to the caller alone
     * @throws EngineException for every other failure
     */
    public <Q, A> A call(MethodDescriptor<Q, A> method, Q request, Metadata headers) {
        return call(method, request, headers, deadline);
    }

    /** Likewise, where an answer may take longer than usual. */
    public <Q, A> A call(MethodDescriptor<Q, A> method, Q request, Metadata headers, Duration within) {
        if (!Files.exists(socket)) {
            throw new EngineException.Unreachable(
                    "no container runtime listens on " + socket + ": it does not exist. Is the runtime up?", null);
        }
        Channel channel =
                ClientInterceptors.intercept(this.channel, MetadataUtils.newAttachHeadersInterceptor(headers));
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(within.toNanos(), TimeUnit.NANOSECONDS);
        try {
            return ClientCalls.blockingUnaryCall(channel, method, options, request);
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
                throw explained(method, e, within);
            }
            return again(channel, method, request, e);
        }
    }

    /**
     * Makes a call with any number of answers, each of which is asked for when it is wanted. It has no time limit.
     *
     * @return whose methods throw {@link StatusRuntimeException}
     */
    public <Q, A> Iterator<A> stream(MethodDescriptor<Q, A> method, Q request, Metadata headers) {
        Channel channel =
                ClientInterceptors.intercept(this.channel, MetadataUtils.newAttachHeadersInterceptor(headers));
        return ClientCalls.blockingServerStreamingCall(channel, method, CallOptions.DEFAULT, request);
    }

    /** After a restart of the runtime gRPC waits before it connects again: here it has to connect at once. */
    private <Q, A> A again(Channel channel, MethodDescriptor<Q, A> method, Q request, StatusRuntimeException first) {
        this.channel.resetConnectBackoff();
        CallOptions options = CallOptions.DEFAULT
                .withDeadlineAfter(deadline.toNanos() / 4, TimeUnit.NANOSECONDS)
                .withWaitForReady();
        try {
            return ClientCalls.blockingUnaryCall(channel, method, options, request);
        } catch (StatusRuntimeException e) {
            throw explained(method, e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED ? first : e, deadline);
        }
    }

    private RuntimeException explained(MethodDescriptor<?, ?> method, StatusRuntimeException e, Duration within) {
        Status status = e.getStatus();
        String what = "the container runtime on " + socket;
        return switch (status.getCode()) {
            case NOT_FOUND -> e;
            case DEADLINE_EXCEEDED ->
                new EngineException.Unreachable(
                        what + " did not answer " + method.getBareMethodName() + " within " + within.toMillis()
                                + " ms. Is it overloaded, or does another program own that socket?",
                        e);
            case UNAVAILABLE -> new EngineException.Unreachable(what + " cannot be reached: " + reason(status), e);
            case UNIMPLEMENTED ->
                new EngineException.Unsupported(
                        what + " does not know " + method.getFullMethodName()
                                + ". For containerd: 1.6 or later, and the plugin"
                                + " (for Kubernetes: cri) must not be disabled in its config.toml",
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
