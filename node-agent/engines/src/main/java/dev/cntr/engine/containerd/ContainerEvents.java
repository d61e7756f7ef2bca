package dev.cntr.engine.containerd;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.StartEvents;
import dev.cntr.engine.containerd.ContainerdProto.ContainerCreate;
import dev.cntr.engine.containerd.ContainerdProto.Envelope;
import dev.cntr.engine.containerd.ContainerdProto.SubscribeRequest;
import dev.cntr.engine.containerd.ContainerdProto.TaskCreate;
import dev.cntr.engine.cri.RuntimeChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * containerd's own word of each container of Kubernetes that is made, and then is about to start: its init process exists and waits to execute the container's program, which
 * takes some milliseconds from then on. By a subscription to containerd's events.
 */
public final class ContainerEvents implements StartEvents {
    private static final String MADE = "/containers/create";
    private static final String STARTING = "/tasks/create";

    /** The namespace is that of containerd's CRI service. */
    private static final String FILTER = "namespace==k8s.io,topic==\"%s\"";

    /** More containers do not start at a time; what nobody reads is of no use to anybody. */
    private static final int MOST_WAITING = 1024;

    private final RuntimeChannel channel;
    private final Path socket;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>(MOST_WAITING);
    private volatile @Nullable RuntimeException failure;

    private ContainerEvents(Path socket) {
        this.socket = socket;
        this.channel = RuntimeChannel.on(socket);
        Thread.ofPlatform().daemon().name("containerd-events").start(this::read);
    }

    /** What is told from about now on; a subscription has no answer that says when it began. */
    public static ContainerEvents on(Path socket) {
        return new ContainerEvents(socket);
    }

    private void read() {
        try {
            Iterator<Envelope> told = channel.stream(
                    ContainerdCalls.SUBSCRIBE,
                    SubscribeRequest.newBuilder()
                            .addFilters(FILTER.formatted(MADE))
                            .addFilters(FILTER.formatted(STARTING))
                            .build(),
                    new Metadata());
            while (told.hasNext()) {
                events.offer(event(told.next()));
            }
            failure = new EngineException.Unreachable("containerd on " + socket + " has ended its events", null);
        } catch (StatusRuntimeException | InvalidProtocolBufferException e) {
            failure = new EngineException.Unreachable(
                    "the container runtime on " + socket
                            + " does not tell of containers that start, as containerd does: " + e.getMessage(),
                    e);
        }
    }

    private static Event event(Envelope envelope) throws InvalidProtocolBufferException {
        ByteString event = envelope.getEvent().getValue();
        if (envelope.getTopic().equals(MADE)) {
            return new Event.Made(ContainerCreate.parseFrom(event).getId());
        }
        TaskCreate task = TaskCreate.parseFrom(event);
        return new Event.Starting(task.getContainerId(), task.getPid());
    }

    @Override
    public Optional<Event> next(Duration time) throws InterruptedException {
        Event event = events.poll(time.toNanos(), TimeUnit.NANOSECONDS);
        if (event == null && failure != null) {
            throw failure;
        }
        return Optional.ofNullable(event);
    }

    @Override
    public void close() {
        channel.close();
    }
}
