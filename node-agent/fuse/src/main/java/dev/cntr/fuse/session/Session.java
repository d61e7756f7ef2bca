package dev.cntr.fuse.session;

import dev.cntr.fuse.wire.InitOut;
import dev.cntr.fuse.wire.Opcode;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.mount.FuseConnections;
import dev.cntr.linux.mount.Mount;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A connection to the kernel, from the mount to the abort. {@link #open} makes the mount, which is attached nowhere, and
 * settles the protocol; {@link #serve} starts the threads; {@link #close} aborts the connection, so that whoever waits
 * for an answer gets ECONNABORTED and whoever asks later ENOTCONN.
 */
public final class Session implements AutoCloseable {
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);
    private static final int STACK_BYTES = 512 << 10;

    private final Mount mount;
    private final long connection;
    private final Negotiation negotiation;
    private final InFlight inFlight;
    private final List<Channel> channels;
    private final List<Worker> workers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Who still uses what the file system holds: the threads, and the session until it is closed. */
    private final AtomicInteger users = new AtomicInteger(1);

    private volatile Runnable atEnd = () -> {};

    private Session(Mount mount, Negotiation negotiation, List<Channel> channels) {
        this.mount = mount;
        this.connection = FuseConnections.connectionOf(mount);
        this.negotiation = negotiation;
        this.channels = channels;
        this.inFlight = new InFlight(channels.size());
    }

    /**
     * Makes a mount and agrees with the kernel. Needs CAP_SYS_ADMIN and /dev/fuse.
     *
     * @param threads how many threads are to serve it, each on a channel of its own
     */
    public static Session open(Superblock superblock, Negotiation.Wishes wishes, int threads) {
        List<Channel> channels = new ArrayList<>();
        try {
            channels.add(new Channel(FuseDevice.open(), wishes.maxWrite()));
            Mount mount = superblock.mount(channels.getFirst().device());
            try {
                Negotiation negotiation = negotiate(channels.getFirst(), wishes);
                for (int i = 1; i < threads; i++) {
                    channels.add(new Channel(channels.getFirst().device().channel(), wishes.maxWrite()));
                }
                return new Session(mount, negotiation, channels);
            } catch (RuntimeException e) {
                mount.close();
                throw e;
            }
        } catch (ErrnoException e) {
            channels.forEach(Channel::close);
            throw new FuseException(
                    "cannot serve a FUSE file system: " + e.getMessage() + "; it needs CAP_SYS_ADMIN and "
                            + "/dev/fuse",
                    e);
        } catch (RuntimeException e) {
            channels.forEach(Channel::close);
            throw e;
        }
    }

    /** The kernel asks for INIT as soon as there is a superblock, and lets all else wait for the answer. */
    private static Negotiation negotiate(Channel channel, Negotiation.Wishes wishes) {
        Kernel kernel = Kernel.current();
        if (!channel.read(kernel) || channel.opcode() != Opcode.INIT) {
            throw new FuseException("the kernel's first request on a new FUSE connection was not INIT");
        }
        Request request = channel.request(new InFlight(1), 0);
        Reply reply = channel.reply(kernel);
        reply.begin(request.unique());
        Negotiation negotiation = Negotiation.answer(request.body(), reply.body(), wishes);
        reply.send(InitOut.BYTES);
        return negotiation;
    }

    public Negotiation negotiation() {
        return negotiation;
    }

    /** The device, for registering backing files. */
    public FuseDevice device() {
        return channels.getFirst().device();
    }

    public InFlight inFlight() {
        return inFlight;
    }

    /** The mount, attached nowhere until somebody attaches it; it stays the session's. */
    public Mount mount() {
        return mount;
    }

    /** The connection's number under fusectl. */
    public long connection() {
        return connection;
    }

    /**
     * Starts answering requests.
     *
     * @param atEnd run once when the connection has ended and no thread answers any more: frees what the file system holds
     */
    public synchronized void serve(String name, FileSystem.Factory factory, Runnable atEnd) {
        this.atEnd = atEnd;
        users.addAndGet(channels.size());
        for (Channel channel : channels) {
            Worker worker = new Worker(this, channel, factory, inFlight, workers.size());
            workers.add(worker);
            threads.add(Thread.ofPlatform()
                    .name("fuse-" + name + "-" + threads.size())
                    .daemon()
                    .stackSize(STACK_BYTES)
                    .start(worker));
        }
    }

    /** Whether requests are still answered. False after {@link #close}, and when somebody else aborted the connection. */
    public synchronized boolean isServing() {
        return threads.stream().anyMatch(Thread::isAlive);
    }

    /** How many requests have been answered, for each opcode that occurred. */
    public synchronized Map<Opcode, Long> counts() {
        long[] sums = new long[Opcode.values().length];
        workers.forEach(w -> w.addCounts(sums));
        Map<Opcode, Long> counts = new EnumMap<>(Opcode.class);
        for (Opcode o : Opcode.values()) {
            if (sums[o.ordinal()] > 0) {
                counts.put(o, sums[o.ordinal()]);
            }
        }
        return counts;
    }

    void workerEnded(Channel channel) {
        channel.close();
        release();
    }

    private void release() {
        if (users.decrementAndGet() == 0) {
            atEnd.run();
        }
    }

    /**
     * Aborts the connection and waits until the threads have ended. A thread that a backing store holds up longer than
     * a few seconds is left behind; it frees everything when it comes back.
     */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        try (FuseConnections connections = FuseConnections.open()) {
            connections.abort(connection);
        }
        mount.close();
        if (threads.isEmpty()) {
            channels.forEach(Channel::close);
        }
        long deadline = System.nanoTime() + LAST_ANSWERS.toNanos();
        for (Thread t : threads) {
            join(t, deadline);
        }
        release();
    }

    private static void join(Thread thread, long deadline) {
        try {
            long left = Math.max(1, deadline - System.nanoTime());
            thread.join(Duration.ofNanos(left));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
