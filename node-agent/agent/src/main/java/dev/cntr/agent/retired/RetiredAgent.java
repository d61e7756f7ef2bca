package dev.cntr.agent.retired;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A retired agent, as the one that serves the node sees it: by a connection that lasts as long as both do. */
final class RetiredAgent implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RetiredAgent.class);
    private static final long ANSWER_SECONDS = 10;

    private final Place place;
    private final RetiredName id;
    private final String name;
    private final Consumer<RetiredAgent> ended;
    private final Counts.Counter counter;
    private final LogTail tail;
    private final CompletableFuture<Void> answered = new CompletableFuture<>();
    private volatile List<HeldSession> sessions = List.of();
    private volatile boolean closed;
    private @Nullable SocketChannel connection;

    /**
     * @param ended told once, when it is no more
     * @param counter counts what it counts
     */
    RetiredAgent(Place place, RetiredName id, Consumer<RetiredAgent> ended, Counts.Counter counter) {
        this.place = place;
        this.id = id;
        this.name = id.toString();
        this.ended = ended;
        this.counter = counter;
        this.tail = new LogTail(place.log(name), System.out);
    }

    String name() {
        return name;
    }

    List<HeldSession> sessions() {
        return sessions;
    }

    /** Whether it has said what it keeps. */
    boolean known() {
        return answered.isDone();
    }

    /** Whether it is there: says who comes, and waits for its answer. */
    boolean begin() {
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            connection = channel;
            channel.connect(UnixDomainSocketAddress.of(place.control(name)));
            channel.write(US_ASCII.encode(ProcessHandle.current().pid() + "\n"));
            Thread.ofPlatform().daemon().name("retired-" + name).start(() -> listen(channel));
            answered.get(ANSWER_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException _) {
            log.warn("retired agent {} does not say what it keeps", name);
            return true;
        } catch (IOException | ExecutionException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void listen(SocketChannel channel) {
        try (channel) {
            BufferedReader in = new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), US_ASCII));
            List<String> list = new ArrayList<>();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isEmpty()) {
                    sessions = HeldSession.parse(list);
                    list.clear();
                    answered.complete(null);
                } else if (!Counts.tell(line, counter)) {
                    list.add(line);
                }
            }
        } catch (IOException e) {
            log.debug("retired agent {}: {}", name, e.getMessage());
        }
        sessions = List.of();
        if (!answered.completeExceptionally(new IOException("it ended")) && !closed) {
            ended.accept(this);
        }
    }

    /** Tells it to end, with its sessions. */
    void end() {
        id.process().ifPresent(ProcessHandle::destroy);
    }

    /** When its process began, which orders those of a node. */
    long began() {
        return id.began();
    }

    /** Passes on what it logs, until it has ended. */
    void follow() {
        tail.start();
    }

    /** What is left of one that has ended; its last words are passed on first. */
    void removeRemains() {
        tail.finish();
        place.remove(name);
    }

    @Override
    public void close() {
        closed = true;
        tail.stop();
        try {
            SocketChannel channel = connection;
            if (channel != null) {
                channel.close();
            }
        } catch (IOException _) {
            // it is told by the end of this process
        }
    }
}
