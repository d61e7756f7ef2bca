package dev.cntr.agent.retired;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessGoneException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A retired agent's side: it can be found, says which sessions it keeps, and knows whether there is an agent after it. What it logs goes to a file, which that one takes over. */
public final class Retirement implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Retirement.class);
    private static final long LOOK_MILLIS = 200;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    private final Place place;
    private final String name;
    private final Supplier<List<HeldSession>> sessions;
    private final Counts counts;
    private final Successor successor;
    private final ServerSocketChannel server;
    private @Nullable SocketChannel current;
    private volatile long aloneSince = System.nanoTime();

    /** What is done when another agent comes and goes. */
    public interface Successor {
        /** @param agent to be closed by who is told */
        void came(PinnedProcess agent);

        void left();
    }

    /**
     * Can be found from now on.
     *
     * @param name of this agent among the retired
     * @param counts what it counts from now on
     */
    public Retirement(
            Place place, String name, Supplier<List<HeldSession>> sessions, Counts counts, Successor successor)
            throws IOException {
        this.place = place;
        this.name = name;
        this.sessions = sessions;
        this.counts = counts;
        this.successor = successor;
        place.make();
        place.removeSockets(name);
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(place.control(name)), 8);
        Files.setPosixFilePermissions(place.control(name), PosixFilePermissions.fromString("rw-------"));
        Thread.ofPlatform().daemon().name("successors").start(this::accept);
    }

    /** What is logged goes into the file from now on: what reads this program's output ends with its container. */
    public void takeLog() throws IOException {
        Path file = place.log(name);
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (Fd fd = Fd.open(file.toString(), OpenFlag.O_WRONLY, OpenFlag.O_APPEND)) {
            for (int stream : new int[] {STDOUT, STDERR}) {
                ErrnoException.check(
                        Kernel.current().call(Syscall.DUP3, fd.number(), stream, 0), Syscall.DUP3, file.toString());
            }
        }
    }

    /**
     * Waits until all is over.
     *
     * @param patience without an agent that serves the node
     * @return false where that was over before
     */
    public boolean await(BooleanSupplier over, Duration patience) throws InterruptedException {
        while (!over.getAsBoolean()) {
            long since = aloneSince;
            if (since != 0 && System.nanoTime() - since > patience.toNanos()) {
                return false;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return true;
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel connection = server.accept();
                Thread.ofPlatform().daemon().name("successor").start(() -> serve(connection));
            } catch (IOException _) {
                // closed, or that one has gone
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(Channels.newInputStream(connection), US_ASCII));
            String pid = in.readLine();
            if (pid == null) {
                return;
            }
            begin(connection, PinnedProcess.open(Integer.parseInt(pid)));
            Thread.ofPlatform().daemon().name("successor-list").start(() -> tell(connection));
            while (in.readLine() != null) {
                // nothing more is said; the end counts
            }
        } catch (IOException | NumberFormatException | ProcessGoneException | ErrnoException e) {
            log.warn("whoever came to this retired agent is not served: {}", e.getMessage());
        } finally {
            end(connection);
        }
    }

    private synchronized void begin(SocketChannel connection, PinnedProcess agent) {
        current = connection;
        aloneSince = 0;
        log.info("the agent of process {} serves this node now; it lends its network and token", agent.pid());
        successor.came(agent);
    }

    private synchronized void end(SocketChannel connection) {
        if (connection.equals(current)) {
            current = null;
            aloneSince = System.nanoTime();
            log.info("the agent that served this node has gone");
            successor.left();
        }
    }

    /** At once, and whenever it changes. */
    private void tell(SocketChannel connection) {
        String told = "";
        try {
            while (connection.isOpen()) {
                say(connection, counts.take());
                String now = HeldSession.text(sessions.get());
                if (!now.equals(told)) {
                    say(connection, now);
                    told = now;
                }
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (IOException _) {
            // it has gone
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void say(SocketChannel connection, String text) throws IOException {
        ByteBuffer bytes = US_ASCII.encode(text);
        synchronized (connection) {
            while (bytes.hasRemaining()) {
                connection.write(bytes);
            }
        }
    }

    private synchronized void sayLast() {
        SocketChannel connection = current;
        if (connection != null) {
            try {
                say(connection, counts.take());
            } catch (IOException _) {
                // it has gone
            }
        }
    }

    /** Cannot be found any more; the log stays for the agent that serves the node, which is told what was counted last. */
    @Override
    public void close() {
        sayLast();
        try {
            server.close();
        } catch (IOException e) {
            log.warn("closing {} failed: {}", place.control(name), e.getMessage());
        }
        place.removeSockets(name);
        place.removeIfEmpty();
    }
}
